//! Where the school stands against the standard for filtering and monitoring and against its own policy: computed from what is
//! recorded, with the way to the record beside each statement. In short on one page; `part` is each part with what it rests on.

mod part;

use std::collections::BTreeSet;

use axum::{extract::Path, response::IntoResponse as _};
use chassis::{error::Error, table::Table};
use http::header;
pub use part::PartPage;
use proto::{
    access::v1::Permission,
    policy_registry::v1::ListRegistersRequest,
    reporting::v1::{
        ExportSelfReviewRequest, GetSelfReviewRequest, SelfReview, SelfReviewEvidence, SelfReviewPart,
        SelfReviewPosition, SelfReviewStatement,
    },
};
use serde::Serialize;

use super::{
    figures::{AsAt, OfDay, attachment, standing},
    known::Known,
    tables,
    visit::{Answer, Visit, ask, ask_patiently, heard},
};
use crate::pages::{
    Page,
    part::{Head, Link, Row},
    words,
};

/// What the page is called.
pub const TITLE: &str = "Self-review";
/// Where it is.
pub const PLACE: &str = "/self-review";

/// Who may open the pages where evidence lies, the longer address first.
const NEEDS: [(&str, Permission); 10] = [
    ("/filtering/coverage", Permission::FeedRead),
    ("/filtering/keeping", Permission::FeedRead),
    ("/filtering/alerts", Permission::AlertRead),
    ("/filtering", Permission::RegisterRead),
    ("/policy/lessons", Permission::LessonRaise),
    ("/policy", Permission::PolicyRead),
    ("/registers", Permission::RegisterRead),
    ("/reports", Permission::ReportRead),
    ("/concerns", Permission::ConcernRead),
    ("/cases", Permission::CaseRead),
];

/// A position with its name and the colour of its tag.
fn named(position: SelfReviewPosition) -> (&'static str, &'static str) {
    match position {
        SelfReviewPosition::Met => ("Met", "green"),
        SelfReviewPosition::Partly => ("Partly met", "yellow"),
        SelfReviewPosition::NotMet => ("Not met", "red"),
        SelfReviewPosition::NotKnown | SelfReviewPosition::Unspecified => ("Not known here", "grey"),
    }
}

/// The self-review in short: every statement with its position, and the evidence one click away.
#[derive(Debug, Serialize)]
pub struct SelfReviewPage {
    head: Head,
    counts: Vec<Row>,
    rows: Vec<Row>,
    links: Vec<Link>,
    parts: Vec<Part>,
    min_cell: u32,
    as_at: AsAt,
}

#[derive(Debug, Serialize)]
struct Part {
    id: String,
    link: Link,
    statements: Vec<Short>,
}

/// A statement in short.
#[derive(Debug, Serialize)]
struct Short {
    link: Link,
    tag: &'static str,
    colour: &'static str,
    /// Why it is not met; empty where it is.
    because: String,
    evidence: Evidence,
}

/// Where a statement can be looked up.
#[derive(Debug, Serialize)]
struct Evidence {
    links: Vec<Link>,
    /// What lies on pages that the visitor may not open.
    elsewhere: String,
}

/// Who asks: which pages they may open, and what the addresses of the school are.
#[derive(Clone, Copy)]
struct Reader<'a> {
    may: &'a dyn Fn(&str) -> bool,
    at: &'a dyn Fn(&str) -> String,
}

impl Evidence {
    fn new(of: &SelfReviewStatement, reader: Reader<'_>) -> Self {
        let (open, shut): (Vec<&SelfReviewEvidence>, Vec<&SelfReviewEvidence>) =
            of.evidence.iter().partition(|evidence| (reader.may)(&evidence.page));
        let titles: Vec<&str> = shut.iter().map(|evidence| evidence.title.as_str()).collect();
        let link = |evidence: &&SelfReviewEvidence| Link::new(evidence.title.clone(), (reader.at)(&evidence.page));
        Self { links: open.iter().map(link).collect(), elsewhere: titles.join(", ") }
    }
}

/// The end of an address that carries the day.
fn query(past: &str) -> String {
    if past.is_empty() { String::new() } else { format!("?as_at={past}") }
}

/// As at when a self-review is, and against which policy.
fn about(review: &SelfReview, past: &str) -> Vec<Row> {
    let policy = match review.policy_version {
        0 => "None, as far as was announced".to_owned(),
        version => format!("Version {version}"),
    };
    let mut rows =
        vec![Row::new("As at", words::named_day(&review.as_at_date)), Row::new("Policy that is compared", policy)];
    rows.extend(standing(None, past, review.figures_as_of_time.as_ref()).into_iter().filter(|row| row.key != "As at"));
    rows
}

impl SelfReviewPage {
    fn new(review: &SelfReview, past: &str, crumbs: Vec<Link>, reader: Reader<'_>) -> Self {
        let query = query(past);
        let short = |part: &SelfReviewPart, of: &SelfReviewStatement| {
            let (tag, colour) = named(of.position());
            let because = if of.position() == SelfReviewPosition::Met { String::new() } else { of.because.clone() };
            let at = (reader.at)(&format!("{PLACE}/{}{query}#{}", part.key, of.key));
            Short { link: Link::new(of.title.clone(), at), tag, colour, because, evidence: Evidence::new(of, reader) }
        };
        let part = |part: &SelfReviewPart| Part {
            id: part.key.clone(),
            link: Link::new(part.title.clone(), (reader.at)(&format!("{PLACE}/{}{query}", part.key))),
            statements: part.statements.iter().map(|of| short(part, of)).collect(),
        };
        let counts = [
            (SelfReviewPosition::Met, review.met),
            (SelfReviewPosition::Partly, review.partly),
            (SelfReviewPosition::NotMet, review.not_met),
            (SelfReviewPosition::NotKnown, review.not_known),
        ];
        let file = |name: &str, ending: &str| Link::new(name, (reader.at)(&format!("{PLACE}.{ending}{query}")));
        Self {
            head: Head::new(TITLE, crumbs),
            counts: counts.map(|(position, count)| Row::new(named(position).0, count.to_string())).to_vec(),
            rows: about(review, past),
            links: vec![file("Download all of it (PDF)", "pdf"), file("Download as a table (CSV)", "csv")],
            parts: review.parts.iter().map(part).collect(),
            min_cell: review.min_cell,
            as_at: AsAt::new(&(reader.at)(PLACE), "", past),
        }
    }
}

impl Page for SelfReviewPage {
    const TEMPLATE: &'static str = "self_review.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let at = |path: &str| format!("/schools/sch_1{path}");
        let empty = SelfReview { as_at_date: "2026-11-24".into(), ..SelfReview::default() };
        let all = Reader { may: &|_| true, at: &at };
        let few = Reader { may: &|page| page == "/policy", at: &at };
        vec![
            Self::new(&sample(), "", Vec::new(), all),
            Self::new(&sample(), "2026-11-15", Vec::new(), few),
            Self::new(&empty, "", Vec::new(), all),
        ]
    }
}

/// A self-review as the tests of the pages see it.
#[cfg(test)]
fn sample() -> SelfReview {
    use proto::reporting::v1::{Figure, SelfReviewFigure, SelfReviewMeaning, SelfReviewPromise};
    let position = |position: SelfReviewPosition| i32::from(position);
    let statement = SelfReviewStatement {
        key: "frequency".into(),
        title: "Filtering <and> monitoring are checked".into(),
        source: "The standard".into(),
        requirements: vec!["R-011".into(), "R-124".into()],
        position: position(SelfReviewPosition::Partly),
        because: "Filtering: last on 3 November 2026. Monitoring: never, as far as is recorded.".into(),
        figures: vec![
            SelfReviewFigure { title: "Filtering".into(), date: "2026-11-03".into(), ..SelfReviewFigure::default() },
            SelfReviewFigure { title: "Monitoring".into(), ..SelfReviewFigure::default() },
            SelfReviewFigure {
                title: "Alerts".into(),
                figure: Some(Figure { value: 12, code: String::new() }),
                held_date: "2026-11-15".into(),
                ..SelfReviewFigure::default()
            },
            SelfReviewFigure {
                title: "Passed on".into(),
                figure: Some(Figure { value: 0, code: "c".into() }),
                ..SelfReviewFigure::default()
            },
        ],
        promises: vec![SelfReviewPromise { title: "Months between checks".into(), value: "4".into() }],
        computed: "The last day of each.".into(),
        meanings: vec![SelfReviewMeaning { position: position(SelfReviewPosition::Met), meaning: "Both.".into() }],
        evidence: vec![
            SelfReviewEvidence { title: "Tests".into(), page: "/registers/filter-checks".into() },
            SelfReviewEvidence { title: "The policy".into(), page: "/policy".into() },
        ],
    };
    let bare = SelfReviewStatement {
        key: "website".into(),
        title: "It can be read".into(),
        position: position(SelfReviewPosition::NotKnown),
        because: "Nothing recorded here says so.".into(),
        ..SelfReviewStatement::default()
    };
    let part = SelfReviewPart { key: "checks".into(), title: "Checks".into(), statements: vec![statement, bare] };
    SelfReview {
        school_id: "sch_1".into(),
        as_at_date: "2026-11-24".into(),
        parts: vec![part],
        partly: 1,
        not_known: 1,
        min_cell: 6,
        policy_version: 3,
        figures_as_of_time: Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 }),
        ..SelfReview::default()
    }
}

/// The permission of a page where evidence lies; none where nobody knows it.
fn needed(page: &str) -> Option<Permission> {
    let below = |place: &str| page == place || page.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'));
    NEEDS.iter().find(|(place, _)| below(place)).map(|(_, permission)| *permission)
}

async fn fetch(visit: &Visit, which: &OfDay) -> Result<(SelfReview, String), Error> {
    let as_at_date = which.as_at_date()?;
    let asked = GetSelfReviewRequest { school_id: visit.school.clone(), as_at_date: as_at_date.clone() };
    let answer = heard(visit.reporting()?.get_self_review(ask(asked))).await?;
    Ok((answer.review.unwrap_or_default(), as_at_date))
}

/// The registers that the visitor may read; none where that cannot be asked for, and then the page of each says so itself.
async fn registers(visit: &Visit) -> Option<BTreeSet<String>> {
    let asked = ListRegistersRequest { school_id: visit.school.clone() };
    let listed = heard(visit.registry().ok()?.list_registers(ask(asked))).await.ok()?;
    Some(listed.registers.into_iter().filter_map(|register| register.definition).map(|of| of.register).collect())
}

/// What a visitor may open, of the pages where evidence lies.
async fn readable(visit: &Visit) -> impl Fn(&str) -> bool {
    let registers = registers(visit).await;
    move |page: &str| -> bool {
        let listed = match (page.strip_prefix("/registers/"), &registers) {
            (Some(register), Some(registers)) => registers.contains(register),
            _ => true,
        };
        listed && needed(page).is_some_and(|permission| visit.may(permission))
    }
}

/// The form for another day, with what is wrong with the one that was typed.
fn again(visit: &Visit, place: &str, which: &OfDay, error: Error) -> Answer {
    let head = Head::new("Figures as they were known on a day", visit.crumbs(&[]));
    tables::day_again(visit, head, &visit.at(place), ("", &which.as_at), error)
}

/// Shows it in short.
pub async fn show(visit: Visit, Known(which): Known<OfDay>) -> Answer {
    visit.needs(Permission::SelfReviewRead)?;
    let (review, past) = match fetch(&visit, &which).await {
        Ok(found) => found,
        Err(error) => return again(&visit, PLACE, &which, error),
    };
    let may = readable(&visit).await;
    let reader = Reader { may: &may, at: &|path| visit.at(path) };
    visit.page(&SelfReviewPage::new(&review, &past, visit.crumbs(&[]), reader))
}

/// Shows one part of it: each statement with what its position rests on.
pub async fn show_part(visit: Visit, Path((_, key)): Path<(String, String)>, Known(which): Known<OfDay>) -> Answer {
    visit.needs(Permission::SelfReviewRead)?;
    let (review, past) = match fetch(&visit, &which).await {
        Ok(found) => found,
        Err(error) => return again(&visit, &format!("{PLACE}/{key}"), &which, error),
    };
    let may = readable(&visit).await;
    let reader = Reader { may: &may, at: &|path| visit.at(path) };
    let crumbs = visit.crumbs(&[(TITLE, visit.at(&format!("{PLACE}{}", query(&past))))]);
    let page = PartPage::new(&review, &key, &past, crumbs, reader).ok_or_else(Error::missing)?;
    visit.page(&page)
}

/// All of it as a document.
pub async fn pdf(visit: Visit, Known(which): Known<OfDay>) -> Answer {
    visit.needs(Permission::SelfReviewRead)?;
    let school_name = visit.directory.school(&visit.app, &visit.visitor, &visit.school).await;
    let asked =
        ExportSelfReviewRequest { school_id: visit.school.clone(), as_at_date: which.as_at_date()?, school_name };
    let file = heard(visit.reporting()?.export_self_review(ask_patiently(asked))).await?;
    let disposition = format!("attachment; filename=\"{}\"", file.file_name);
    let headers = [(header::CONTENT_TYPE, file.media_type), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, file.content).into_response())
}

/// All of it as a table for a spreadsheet.
pub async fn csv(visit: Visit, Known(which): Known<OfDay>) -> Answer {
    visit.needs(Permission::SelfReviewRead)?;
    let (review, _) = fetch(&visit, &which).await?;
    let mut table =
        Table::new(["AS AT", "PART", "STATEMENT", "POSITION", "WHY", "SOURCE", "REQUIREMENTS", "EVIDENCE"])?;
    for part in &review.parts {
        for of in &part.statements {
            let evidence: Vec<String> = of.evidence.iter().map(|evidence| visit.at(&evidence.page)).collect();
            let (evidence, requirements) = (evidence.join(" "), of.requirements.join(" "));
            let position = named(of.position()).0;
            table.row([
                review.as_at_date.as_str(),
                &part.title,
                &of.title,
                position,
                &of.because,
                &of.source,
                &requirements,
                &evidence,
            ])?;
        }
    }
    attachment("self-review.csv", table)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The statements as the service has them.
    const STATEMENTS: &str = include_str!("../../../services/reporting/data/self-review.toml");

    #[test]
    fn of_every_page_where_evidence_lies_it_is_known_who_may_open_it() {
        let pages: BTreeSet<&str> =
            STATEMENTS.split("page = \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(pages.len() > 15, "{pages:?}");
        let unknown: Vec<&&str> = pages.iter().filter(|page| needed(page).is_none()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        assert_eq!(needed("/filtering/coverage"), Some(Permission::FeedRead));
        assert_eq!(needed("/policymaking"), None);
    }

    #[test]
    fn evidence_that_may_not_be_opened_is_named_and_not_linked() {
        let page = SelfReviewPage::samples().remove(1);
        let short = &page.parts[0].statements[0];
        assert_eq!(short.evidence.links, [Link::new("The policy", "/schools/sch_1/policy")]);
        assert_eq!(short.evidence.elsewhere, "Tests");
        assert_eq!(short.link.href, "/schools/sch_1/self-review/checks?as_at=2026-11-15#frequency");
    }
}
