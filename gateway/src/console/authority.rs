//! The authority's home: which schools need help.

use chassis::{calendar::Term, clock::moment, error::Error, table::Table};
use proto::{
    access::v1::{ListSchoolsByNeedResponse, Permission, SchoolNeed},
    policy_registry::v1::{Adoption, ListAdoptionsRequest, ListSchoolsRequest, School},
    reporting::v1::{AuthorityReport, GetAuthorityReportRequest, SchoolRow},
};
use serde::Serialize;
use time::OffsetDateTime;

use super::{
    figures::{AsAt, Figures, Which, attachment, cell as digits, counting_anew, dated, standing as counted, terms},
    known::Known,
    over_schools::need,
    tables,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    part::{Head, Link, Row},
    words,
};

/// How many figures of a school the page shows; all of them are in the table to download.
const COLUMNS: usize = 3;

/// The authority's home: the schools that need help first, then the figures.
#[derive(Debug, Serialize)]
pub struct Authority {
    head: Head,
    rows: Vec<Row>,
    columns: Vec<String>,
    /// Whether it is said how schools stand now: nothing of that is known of a past day.
    stands: bool,
    /// Whether the figures beside it are of another term than the one that runs.
    other: bool,
    schools: Vec<Line>,
    terms: Vec<Link>,
    csv: Link,
    as_at: AsAt,
    figures: Figures,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    needs: Vec<Link>,
    review: String,
    findings: String,
    feed: String,
    cells: Vec<String>,
    /// The same for a spreadsheet, each with the day it is of, where it waits.
    #[serde(skip)]
    digits: Vec<[String; 2]>,
}

impl Page for Authority {
    const TEMPLATE: &'static str = "authority.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::{
            access::v1::NeedReason,
            reporting::v1::{Cell, Figure},
        };
        let now = time::macros::datetime!(2026-11-24 09:00 UTC);
        let cells = vec![
            Cell { key: "cases_opened".into(), figure: Some(Figure { value: 0, code: "c".into() }), ..Cell::default() },
            Cell {
                key: "concerns_recorded".into(),
                figure: Some(Figure { value: 64, code: String::new() }),
                held_date: "2026-11-20".into(),
            },
        ];
        let rows = vec![SchoolRow {
            school_id: "sch_1".into(),
            cells,
            error_findings: 2,
            silent_feeds: 1,
            ..SchoolRow::default()
        }];
        let report = AuthorityReport {
            lines: super::figures::sample_lines(),
            schools: rows,
            min_cell: 6,
            events_waiting: 2,
            counting_anew: true,
            ..AuthorityReport::default()
        };
        let empty = AuthorityReport { min_cell: 6, ..AuthorityReport::default() };
        let schools =
            [School { school_id: "sch_1".into(), name: "Thistledown Grange School".into(), ..School::default() }];
        let reason = NeedReason {
            key: "ratify_overdue".into(),
            text: "Ratification overdue".into(),
            weight: 4,
            place: "/schools/sch_1/policy".into(),
        };
        let late = SchoolNeed { school_id: "sch_1".into(), weight: 4, reasons: vec![reason], ..SchoolNeed::default() };
        let needs = ListSchoolsByNeedResponse {
            schools: vec![late],
            kinds: crate::need::kinds().to_vec(),
            unknown: vec!["late_transfers".into()],
            ..ListSchoolsByNeedResponse::default()
        };
        let none = ListSchoolsByNeedResponse::default();
        let past = AuthorityReport { as_at_date: "2026-11-15".into(), ..report.clone() };
        vec![
            Self::new(&report, &schools, &needs, now),
            Self::new(&past, &schools, &none, now),
            Self::new(&empty, &[], &none, now),
        ]
    }
}

impl Authority {
    fn new(
        report: &AuthorityReport,
        schools: &[School],
        needs: &ListSchoolsByNeedResponse,
        now: OffsetDateTime,
    ) -> Self {
        let term = report.term.clone().unwrap_or_default();
        let as_at = AsAt::new("/authority", &term.term_id, &report.as_at_date);
        let (at, newest) = (report.as_at_time.as_ref(), report.figures_as_of_time.as_ref());
        let mut rows = counted(at, &report.as_at_date, newest);
        if report.events_waiting > 0 {
            let waiting = u64::from(report.events_waiting);
            rows.push(Row::new("Not counted yet", words::counted(waiting, "event that waits", "events that wait")));
        }
        rows.extend(counting_anew(report.counting_anew));
        let stands = report.as_at_date.is_empty();
        let unknown = need::unknown(needs);
        if stands && !unknown.is_empty() {
            rows.push(Row::new("Reasons not known just now", unknown.join(", ")));
        }
        let needs = if stands { needs.schools.as_slice() } else { &[] };
        let mut lines: Vec<(u32, Line)> =
            there(schools, report).map(|school| Line::new(school, report, needs)).collect();
        lines.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.link.text.cmp(&other.link.text)));
        Self {
            head: Head::new(if stands { "Schools that need help" } else { "Figures of a past day" }, Vec::new())
                .of(term.title.clone()),
            rows,
            columns: report.lines.iter().take(COLUMNS).map(|line| words::sentence(&line.title)).collect(),
            stands,
            other: term.term_id != Term::at(now).id(),
            schools: lines.into_iter().map(|(_, line)| line.short()).collect(),
            terms: terms(&term.term_id, &report.first_term_id, report.as_at_time.as_ref(), "/authority"),
            csv: Link::new("Download as a table (CSV)", format!("/authority.csv?{}", as_at.query(&report.as_at_date))),
            as_at,
            figures: Figures::new(&report.lines, report.min_cell),
        }
    }
}

impl Line {
    /// With the figures that the page has room for.
    fn short(mut self) -> Self {
        self.cells.truncate(COLUMNS);
        self
    }

    fn new(school: &School, report: &AuthorityReport, needs: &[SchoolNeed]) -> (u32, Self) {
        let bare = SchoolRow::default();
        let row = report.schools.iter().find(|row| row.school_id == school.school_id).unwrap_or(&bare);
        let review = row.review_due_time.as_ref().and_then(moment);
        let found = needs.iter().find(|need| need.school_id == school.school_id);
        let cell = |line: &proto::reporting::v1::Line| {
            let cell = row.cells.iter().find(|cell| cell.key == line.key);
            (cell.and_then(|cell| cell.figure.as_ref()), cell.map_or("", |cell| cell.held_date.as_str()))
        };
        let shown = |line: &proto::reporting::v1::Line| {
            let (of, held) = cell(line);
            dated(of, held)
        };
        let told = |line: &proto::reporting::v1::Line| {
            let (of, held) = cell(line);
            [digits(of), held.to_owned()]
        };
        let line = Self {
            link: Link::new(school.name.clone(), format!("/schools/{}/policy", school.school_id)),
            review: review.map(words::date).unwrap_or_else(|| "None".to_owned()),
            findings: row.error_findings.to_string(),
            feed: words::stamp(row.last_feed_time.as_ref()).unwrap_or_else(|| "Never".to_owned()),
            cells: report.lines.iter().map(shown).collect(),
            digits: report.lines.iter().map(told).collect(),
            needs: found.map(need::reasons).unwrap_or_default(),
        };
        (found.map_or(0, |need| need.weight), line)
    }
}

/// The schools that are rows: as at a past day, those of which something was known by then.
fn there<'a>(schools: &'a [School], report: &'a AuthorityReport) -> impl Iterator<Item = &'a School> {
    let now = report.as_at_date.is_empty();
    schools.iter().filter(move |school| now || report.schools.iter().any(|row| row.school_id == school.school_id))
}

/// Every school of the authority.
///
/// # Errors
/// Where the registry does not answer.
pub async fn schools(visit: &Visit) -> Result<Vec<School>, Error> {
    let mut schools = Vec::new();
    let mut page_token = String::new();
    loop {
        let answer = heard(visit.registry()?.list_schools(ask(ListSchoolsRequest {
            page_size: 1000,
            page_token,
            ..Default::default()
        })))
        .await?;
        schools.extend(answer.schools);
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            visit.directory.learn(visit.now(), schools.iter().map(|s| (s.school_id.clone(), s.name.clone())));
            return Ok(schools);
        }
    }
}

/// How the schools of one kind stand with the template, such as those where something is overdue.
///
/// # Errors
/// Where the registry does not answer.
pub async fn standing(visit: &Visit, filter: &str) -> Result<Vec<Adoption>, Error> {
    let mut late = Vec::new();
    let mut page_token = String::new();
    loop {
        let asked = ListAdoptionsRequest { page_size: 1000, page_token, filter: filter.to_owned() };
        let answer = heard(visit.registry()?.list_adoptions(ask(asked))).await?;
        late.extend(answer.adoptions);
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(late);
        }
    }
}

async fn fetch(visit: &Visit, which: &Which) -> Result<AuthorityReport, Error> {
    let asked = GetAuthorityReportRequest { term_id: which.term.clone(), as_at_date: which.as_at_date()? };
    heard(visit.reporting()?.get_authority_report(ask(asked))).await?.report.ok_or_else(Error::missing)
}

/// Shows the authority's home.
pub async fn show(visit: Visit, Known(which): Known<Which>) -> Answer {
    visit.needs(Permission::ReportReadAuthority)?;
    // Which schools need help is of now, and said beside nothing of a past day.
    let past = !which.as_at.trim().is_empty();
    let needs = async { if past { Ok(ListSchoolsByNeedResponse::default()) } else { need::fetch(&visit).await } };
    match tokio::try_join!(fetch(&visit, &which), schools(&visit), needs) {
        Ok((report, schools, needs)) => visit.page(&Authority::new(&report, &schools, &needs, visit.now())),
        Err(error) => {
            let head = Head::new("Figures as they were known on a day", visit.crumbs(&[]));
            tables::day_again(&visit, head, "/authority", (&which.term, &which.as_at), error)
        }
    }
}

/// The schools' figures as a table for a spreadsheet.
pub async fn csv(visit: Visit, Known(which): Known<Which>) -> Answer {
    visit.needs(Permission::ReportReadAuthority)?;
    let (report, schools) = tokio::try_join!(fetch(&visit, &which), schools(&visit))?;
    let titles: Vec<[String; 2]> =
        report.lines.iter().map(|line| [line.title.clone(), format!("{}, as at", line.title)]).collect();
    let titles = titles.iter().flatten().map(String::as_str);
    // How a school stands is known of now alone.
    let stands = report.as_at_date.is_empty();
    let now: &[&str] = if stands { &["REVIEW_DUE", "GRAVE_FINDINGS", "LAST_FEED"] } else { &[] };
    let mut table = Table::new(["SCHOOL"].into_iter().chain(now.iter().copied()).chain(titles))?;
    for (_, line) in there(&schools, &report).map(|school| Line::new(school, &report, &[])) {
        let now: &[&str] = if stands { &[&line.review, &line.findings, &line.feed] } else { &[] };
        let first = std::iter::once(line.link.text.as_str()).chain(now.iter().copied());
        table.row(first.chain(line.digits.iter().flatten().map(String::as_str)))?;
    }
    attachment("schools.csv", table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_past_day_has_no_row_of_a_school_that_was_not_there_and_nothing_of_now() {
        let school = |id: &str| School { school_id: id.into(), name: id.into(), ..School::default() };
        let row = SchoolRow { school_id: "sch_1".into(), ..SchoolRow::default() };
        let report = AuthorityReport { schools: vec![row], ..AuthorityReport::default() };
        let past = AuthorityReport { as_at_date: "2026-11-15".into(), ..report.clone() };
        let need = SchoolNeed { school_id: "sch_1".into(), weight: 4, ..SchoolNeed::default() };
        let needs = ListSchoolsByNeedResponse {
            schools: vec![need],
            kinds: crate::need::kinds().to_vec(),
            unknown: vec!["late_transfers".into()],
            ..ListSchoolsByNeedResponse::default()
        };
        let schools = [school("sch_1"), school("sch_2")];
        let shown = |report: &AuthorityReport| {
            let page = Authority::new(report, &schools, &needs, time::macros::datetime!(2026-11-24 09:00 UTC));
            let unknown = page.rows.len();
            (page.schools.len(), page.stands, unknown)
        };
        let ((now, stands, rows), (then, stood, fewer)) = (shown(&report), shown(&past));
        assert_eq!((now, stands, then, stood), (2, true, 1, false));
        assert_eq!((rows, fewer), (1, 1), "now: a reason that is not known; then: the day alone");
    }
}
