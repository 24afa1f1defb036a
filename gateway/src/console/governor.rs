//! A school's report for governors: what the head signed before anything else, or the draft; sections with what changed
//! in words, bars with the table beside them, and the definition beside each figure.

pub mod benchmark;
pub mod chart;
pub mod file;
pub mod home;
#[cfg(test)]
mod samples;
pub mod sign;
pub mod trend;
pub mod versions;

use axum::extract::Path;
use axum::routing::get;
use chassis::{calendar::Term, error::Error};
use proto::{
    access::v1::Permission,
    reporting::v1::{
        Figure, GetGovernorReportRequest, GetGovernorReportResponse, GetReportVersionRequest, GetReportVersionResponse,
        GovernorReport, HeldDates, ReportLine, ReportSection, ReportVersion,
    },
};
use serde::Serialize;

use super::{
    Below,
    figures::{AsAt, OfDay, OfTerm, counting_anew, dated, since, sourced, standing},
    known::{Known, Nothing},
    people::People,
    self_review, tables,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    part::{Head, Link, Row},
    words,
};
use chart::Drawing;
use file::Edition;
use trend::Expected;

/// The pages.
pub fn pages() -> Vec<Below> {
    vec![
        ("/reports", get(current)),
        ("/reports/signed", get(versions::list)),
        ("/reports/places", get(benchmark::show)),
        ("/reports/{term}", get(show)),
        ("/reports/{term}/sign", get(sign::show).post(sign::sign)),
        ("/reports/{term}/{edition}", get(draft)),
        ("/reports/{term}/versions/{version}", get(version)),
    ]
}

/// The report of a term.
#[derive(Debug, Default, Serialize)]
pub struct GovernorPage {
    head: Head,
    /// What waits for the visitor.
    asks: Vec<Link>,
    signed: bool,
    tag: String,
    /// What the tag means.
    standing: String,
    /// What has moved since it was signed.
    moved: Vec<String>,
    /// The figures as they are now.
    now: Link,
    rows: Vec<Row>,
    comment: String,
    /// What the digest vouches for; empty of a draft.
    vouches: String,
    links: Vec<Link>,
    files: Vec<Link>,
    sections: Vec<Section>,
    /// How a figure is told from chance; empty where none is compared.
    method: String,
    min_cell: u32,
    /// Where figures of a past day are asked for; none of a signed version.
    as_at: Option<AsAt>,
}

impl Page for GovernorPage {
    const TEMPLATE: &'static str = "governor_report.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        samples::pages()
    }
}

#[derive(Debug, Serialize)]
struct Section {
    id: String,
    title: String,
    asks: Vec<String>,
    /// How the policy and the feeds stand.
    notes: Vec<String>,
    changes: Vec<String>,
    chart: Option<Drawing>,
    lines: Vec<Measure>,
    /// Whether it is said what came to light since.
    past: bool,
    tables: Vec<Parts>,
    /// Breakdowns that have no parts yet and figures that are missing, with when they come or why.
    coming: Vec<String>,
    /// Figures beside what chance explains.
    limits: Option<Drawing>,
    expected: Vec<Expected>,
}

#[derive(Debug, Serialize)]
struct Measure {
    title: String,
    definition: String,
    owner: String,
    figures: Vec<String>,
    /// What came to light since the day it is as at.
    since: String,
}

#[derive(Debug, Serialize)]
struct Parts {
    /// What its lines say, where they stand apart from the figures.
    definition: String,
    owner: String,
    id: String,
    title: String,
    rows: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    title: String,
    figures: Vec<String>,
}

/// Three figures, each with the day it is of where it waits.
fn figures(three: [&Option<Figure>; 3], held: Option<&HeldDates>) -> Vec<String> {
    let held = held.cloned().unwrap_or_default();
    let days = [held.now, held.before, held.year_before];
    three.into_iter().zip(days).map(|(one, day)| dated(one.as_ref(), &day)).collect()
}

impl Section {
    fn new(section: &ReportSection) -> Self {
        let id = section.key.clone();
        let owner = |line: &ReportLine| {
            format!("Version {}. Owner: {}.{}", line.measure_version, line.owner, sourced(&line.events))
        };
        let measure = |line: &ReportLine| Measure {
            title: line.title.clone(),
            definition: line.definition.clone(),
            owner: owner(line),
            figures: figures([&line.figure, &line.before, &line.year_before], line.held.as_ref()),
            since: since(line.since.as_ref(), line.since_fewer),
        };
        let parts = |line: &ReportLine| Parts {
            definition: if line.breakdown { line.definition.clone() } else { String::new() },
            owner: owner(line),
            id: format!("{id}-{}", line.key),
            title: line.title.clone(),
            rows: line
                .parts
                .iter()
                .map(|part| Part {
                    title: part.title.clone(),
                    figures: figures([&part.figure, &part.before, &part.year_before], line.parts_held.as_ref()),
                })
                .collect(),
        };
        Self {
            title: section.title.clone(),
            asks: section.asks.clone(),
            notes: section.notes.clone(),
            changes: section.lines.iter().flat_map(|line| line.changes.clone()).collect(),
            chart: section.chart.as_ref().map(|chart| Drawing::new(&id, chart)),
            lines: section.lines.iter().filter(|line| !line.breakdown).map(measure).collect(),
            past: section.lines.iter().any(|line| line.since.is_some()),
            tables: section.lines.iter().filter(|line| !line.parts.is_empty()).map(parts).collect(),
            coming: section.lines.iter().filter(|line| !line.coming.is_empty()).map(coming).collect(),
            limits: section.limits.as_ref().map(|limits| Drawing::new(&format!("{id}-limits"), limits)),
            expected: section.lines.iter().filter_map(Expected::of).collect(),
            id,
        }
    }
}

/// When the parts of a breakdown or a figure comes, or why there is none.
fn coming(line: &ReportLine) -> String {
    format!("{}: {}", line.title, line.coming)
}

/// Where the reports of a school are, and what their visitor may do there.
struct Place {
    here: String,
    signs: bool,
    /// Where the school stands against the standard; none for whom that is not shown.
    review: Option<Link>,
    crumbs: Vec<Link>,
    /// The term that runs now.
    present: Term,
}

impl Place {
    fn of(visit: &Visit, crumbs: Vec<Link>) -> Self {
        let signs = visit.may(Permission::ReportSign);
        let review = || Link::new(self_review::TITLE, visit.at(self_review::PLACE));
        let review = visit.may(Permission::SelfReviewRead).then(review);
        Self { here: visit.at("/reports"), signs, review, crumbs, present: Term::at(visit.now()) }
    }

    /// The terms around one; none that has not begun, and none before the school's first.
    fn around(&self, term_id: &str, first_term_id: &str) -> Vec<Link> {
        let Ok(term) = term_id.parse::<Term>() else { return Vec::new() };
        let link = |text: &str, term: Term| {
            Link::new(format!("{text}: {}", term.title()), format!("{}/{}", self.here, term.id()))
        };
        let after = Some(term.after()).filter(|after| after.start() <= self.present.start());
        let after = after.map(|after| link("Term after", after));
        let first = first_term_id.parse::<Term>();
        let before = Some(term.before()).filter(|before| first.is_ok_and(|first| first <= *before));
        before.map(|before| link("Term before", before)).into_iter().chain(after).collect()
    }

    fn version(&self, version: &ReportVersion) -> Link {
        let term = version.term.clone().unwrap_or_default();
        let at = format!("{}/{}/versions/{}", self.here, term.term_id, version.version);
        Link::new(format!("{}, version {}", term.title, version.version), at)
    }
}

impl GovernorPage {
    fn bare(report: &GovernorReport, place: &Place, edition: Edition, (first_term_id, method): (&str, &str)) -> Self {
        let term = report.term.clone().unwrap_or_default();
        let mut links = place.around(&term.term_id, first_term_id);
        let compares = report.sections.iter().flat_map(|section| &section.lines).any(|line| line.expectation.is_some());
        links.push(Link::new("All signed reports", format!("{}/signed", place.here)));
        links.extend(place.review.clone());
        links.push(Link::new("Put a table together", format!("{}/ask", place.here)));
        links.push(Link::new("Saved questions", format!("{}/questions", place.here)));
        links.push(Link::new("Place among schools of the phase", format!("{}/places", place.here)));
        Self {
            head: Head::new("Report for governors and leaders", place.crumbs.clone()).of(term.title.clone()),
            rows: vec![Row::new("Figures as at", words::named_day(&report.as_at_date))],
            links,
            files: file::links(&place.here, &term.term_id, edition),
            sections: report.sections.iter().map(Section::new).collect(),
            method: if compares { method.to_owned() } else { String::new() },
            min_cell: report.min_cell,
            ..Self::default()
        }
    }

    /// The figures as they are now.
    fn draft(answer: &GetGovernorReportResponse, place: &Place) -> Self {
        let report = answer.report.clone().unwrap_or_default();
        let mut page = Self::bare(&report, place, Edition::Draft, (&answer.first_term_id, &answer.method));
        let term = report.term.unwrap_or_default().term_id;
        let past = if answer.etag.is_empty() { report.as_at_date.as_str() } else { "" };
        page.as_at = Some(AsAt::new(&format!("{}/{term}/draft", place.here), "", past));
        page.rows.extend(standing(None, past, answer.figures_as_of_time.as_ref()));
        page.rows.extend(counting_anew(answer.counting_anew));
        page.tag = "Draft".to_owned();
        page.standing = "The figures as they are now. The head has not signed them.".to_owned();
        if !past.is_empty() {
            // Files and signatures are of what is known now.
            page.standing = "The figures as they were known at the end of that day.".to_owned();
            page.files.clear();
        }
        page.rows.extend(answer.versions.iter().map(|version| {
            let link = place.version(version);
            Row::new("Signed before", link.text).to(link.href)
        }));
        let other = answer.last_version.as_ref().filter(|_| answer.versions.is_empty());
        page.rows.extend(other.map(|last| {
            let link = place.version(last);
            Row::new("Signed last", link.text).to(link.href)
        }));
        // Of a term before the school's first there is nothing to sign.
        let there = answer
            .first_term_id
            .parse::<Term>()
            .is_ok_and(|first| term.parse::<Term>().is_ok_and(|term| first <= term));
        if place.signs && past.is_empty() && there {
            let text = if answer.versions.is_empty() { "Sign this report" } else { "Amend the signed report" };
            page.links.insert(0, Link::new(text, format!("{}/{term}/sign?etag={}", place.here, answer.etag)));
        }
        page
    }

    /// What the head signed.
    fn version(answer: &GetReportVersionResponse, place: &Place, people: &People) -> Self {
        let report = answer.report.clone().unwrap_or_default();
        let version = answer.version.clone().unwrap_or_default();
        let edition = Edition::Version(version.version);
        let mut page = Self::bare(&report, place, edition, (&answer.first_term_id, &answer.method));
        let term = report.term.unwrap_or_default().term_id;
        page.signed = true;
        page.tag = "Signed".to_owned();
        page.standing = if answer.amended {
            "The head signed a later version of this term since.".to_owned()
        } else {
            "The head signed these figures. They do not change.".to_owned()
        };
        page.now = Link::new("See the figures as they are now", format!("{}/{term}/draft", place.here));
        page.moved = answer.moved.iter().map(|line| line.title.clone()).collect();
        let signed = [Some(people.name(&version.signed_by_account_id)), words::stamp(version.sign_time.as_ref())];
        let signed: Vec<String> = signed.into_iter().flatten().collect();
        page.rows.push(Row::new("Version", version.version.to_string()));
        page.rows.push(Row::new("Signed by", words::sentence(&signed.join(", "))));
        page.rows.extend(Row::some("Why it was amended", Some(version.reason)));
        page.rows.push(Row::new("SHA-256", version.digest));
        // What has moved since is told as far as events are counted.
        let newest = words::stamp(answer.figures_as_of_time.as_ref());
        page.rows.extend(Row::some("Newest event that is counted by now", newest));
        page.vouches = "It vouches for the figures and what is said of them, the version, who signed and when, the comment and the \
                        reason. A version signed by an earlier release vouches for the figures alone."
            .to_owned();
        page.comment = version.comment;
        if page.moved.is_empty() {
            page.links.insert(0, page.now.clone());
        }
        page
    }
}

async fn fetch(visit: &Visit, term: &str, as_at_date: String) -> Result<GetGovernorReportResponse, Error> {
    let (school_id, term_id) = (visit.school.clone(), term.to_owned());
    let asked = GetGovernorReportRequest { school_id, term_id, as_at_date };
    heard(visit.reporting()?.get_governor_report(ask(asked))).await
}

async fn fetch_version(visit: &Visit, term: &str, version: u32) -> Result<GetReportVersionResponse, Error> {
    let asked = GetReportVersionRequest { school_id: visit.school.clone(), term_id: term.to_owned(), version };
    heard(visit.reporting()?.get_report_version(ask(asked))).await
}

/// A version as its page.
async fn signed(visit: &Visit, place: &Place, term: &str, version: u32) -> Result<GovernorPage, Error> {
    let answer = fetch_version(visit, term, version).await?;
    let by = answer.version.as_ref().map(|version| version.signed_by_account_id.as_str());
    let people = visit.people(by).await;
    Ok(GovernorPage::version(&answer, place, &people))
}

/// What is shown of a term: the newest version that was signed, or else the draft.
async fn of_term(visit: &Visit, term: &str, crumbs: Vec<Link>) -> Result<GovernorPage, Error> {
    let draft = fetch(visit, term, String::new()).await?;
    let place = Place::of(visit, crumbs);
    let term = draft.report.as_ref().and_then(|report| report.term.clone()).unwrap_or_default().term_id;
    match draft.versions.first() {
        Some(newest) => signed(visit, &place, &term, newest.version).await,
        None => Ok(GovernorPage::draft(&draft, &place)),
    }
}

/// Shows the term that runs now, or the one that an older address names.
pub async fn current(visit: Visit, Known(which): Known<OfTerm>) -> Answer {
    visit.needs(Permission::ReportRead)?;
    let page = of_term(&visit, &which.term, visit.crumbs(&[])).await?;
    visit.page(&page)
}

fn crumbs(visit: &Visit) -> Vec<Link> {
    visit.crumbs(&[("Reports", visit.at("/reports"))])
}

/// Shows a term, or sends it as a file where the address ends as one does.
pub async fn show(visit: Visit, Path((_, term)): Path<(String, String)>, Known(Nothing {}): Known<Nothing>) -> Answer {
    visit.needs(Permission::ReportRead)?;
    if let Some((term, format)) = file::named(&term) {
        let draft = fetch(&visit, term, String::new()).await?;
        let newest = draft.versions.first().map_or(0, |newest| newest.version);
        return file::send(&visit, term, newest, format).await;
    }
    let page = of_term(&visit, &term, crumbs(&visit)).await?;
    visit.page(&page)
}

/// Shows the draft of a term, or sends it as a file.
pub async fn draft(
    visit: Visit,
    Path((_, term, edition)): Path<(String, String, String)>,
    Known(which): Known<OfDay>,
) -> Answer {
    visit.needs(Permission::ReportRead)?;
    match file::named(&edition) {
        // A file of a draft is of what is known now.
        Some(("draft", _)) if !which.as_at.trim().is_empty() => {
            Err(Error::invalid("as_at", "Take “as_at” out of the address: a file is of what is known now").into())
        }
        Some(("draft", format)) => file::send(&visit, &term, 0, format).await,
        None if edition == "draft" => {
            let found = match which.as_at_date() {
                Ok(day) => fetch(&visit, &term, day).await,
                Err(error) => Err(error),
            };
            match found {
                Ok(answer) => visit.page(&GovernorPage::draft(&answer, &Place::of(&visit, crumbs(&visit)))),
                Err(error) => {
                    let here = visit.at(&format!("/reports/{term}/draft"));
                    let head = Head::new("Figures as they were known on a day", crumbs(&visit));
                    tables::day_again(&visit, head, &here, ("", &which.as_at), error)
                }
            }
        }
        _ => Err(Error::missing().into()),
    }
}

/// Shows a version that was signed, or sends it as a file.
pub async fn version(
    visit: Visit,
    Path((_, term, version)): Path<(String, String, String)>,
    Known(Nothing {}): Known<Nothing>,
) -> Answer {
    visit.needs(Permission::ReportRead)?;
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0).ok_or_else(Error::missing);
    if let Some((version, format)) = file::named(&version) {
        return file::send(&visit, &term, number(version)?, format).await;
    }
    let page = signed(&visit, &Place::of(&visit, crumbs(&visit)), &term, number(&version)?).await?;
    visit.page(&page)
}
