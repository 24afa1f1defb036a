//! The messages of the report for governors.

use chassis::{
    calendar::Term,
    clock::timestamp,
    error::{Error, Result, Violations},
};
use proto::reporting::v1 as pb;
use time::OffsetDateTime;

use super::term_message;
use crate::{
    expect::Expectation,
    export::Format,
    governor::{
        Cell, Held, Line, Part, Report, Section, chart,
        version::{COMMENT_MAX, Moved, REASON_MAX, Signed},
    },
};

/// The term a request names.
pub(in crate::rpc) fn term(id: &str, now: OffsetDateTime) -> Result<Term> {
    if id.is_empty() {
        return Err(Error::invalid("term_id", "Enter a term such as 2026-autumn"));
    }
    begun(id, now)
}

/// The term a request means, the current one where it names none; one that has begun.
pub(in crate::rpc) fn begun(id: &str, now: OffsetDateTime) -> Result<Term> {
    let term = super::term(id, now)?;
    // A term begins at midnight in London, which in summer is an hour before midnight UTC.
    if term > Term::at(now) {
        let start = term.start();
        let day = format!("{} {} {}", start.day(), start.month(), start.year());
        let fix = format!("Enter a term that has begun: the {} begins on {day}", lowered(&term.title()));
        return Err(Error::invalid("term_id", fix));
    }
    Ok(term)
}

fn lowered(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

pub(in crate::rpc) fn format(format: pb::ReportFormat) -> Result<Format> {
    match format {
        pb::ReportFormat::Csv => Ok(Format::Csv),
        pb::ReportFormat::Xlsx => Ok(Format::Xlsx),
        pb::ReportFormat::Pdf => Ok(Format::Pdf),
        pb::ReportFormat::Unspecified => Err(Error::invalid("format", "Select csv, xlsx or pdf")),
    }
}

/// Refuses to sign a term that was over before the school's first: there is nothing in it, and it would stay among what was signed.
pub(in crate::rpc) fn check_first(term: Term, first: Option<Term>) -> Result<()> {
    match first {
        Some(first) if first <= term => Ok(()),
        Some(first) => {
            let fix = format!(
                "Enter a term from the {} on: the school was not on the platform before",
                lowered(&first.title())
            );
            Err(Error::invalid("term_id", fix))
        }
        None => Err(Error::invalid("term_id", "Nothing was heard of the school yet. Sign a report once something was")),
    }
}

/// Checks what is written to sign, before anything is compared.
pub(in crate::rpc) fn check(request: &pb::SignReportRequest) -> Result<()> {
    let mut v = Violations::new();
    v.check(!request.etag.is_empty(), "etag", "Read the draft, and send back its etag");
    v.maybe_text("comment", &request.comment, COMMENT_MAX);
    v.maybe_text("reason", &request.reason, REASON_MAX);
    v.finish()
}

/// An earlier version is amended with a reason, and with nothing signed there is none to amend.
pub(in crate::rpc) fn check_reason(reason: &str, signed: u32) -> Result<()> {
    match (signed, reason.trim().is_empty()) {
        (0, true) | (1.., false) => Ok(()),
        (0, false) => Err(Error::invalid("reason", "Leave it empty: no version of this term was signed before")),
        (version, true) => Err(Error::invalid("reason", format!("Enter why version {version} is amended"))),
    }
}

fn cell(cell: Cell) -> Option<pb::Figure> {
    Some(match cell {
        Cell::Count(value) => pb::Figure { value, code: String::new() },
        Cell::Code(code) => pb::Figure { value: 0, code: code.name().to_owned() },
    })
}

pub(in crate::rpc) fn report(report: &Report, term: Term) -> pb::GovernorReport {
    pb::GovernorReport {
        school_id: report.school_id.clone(),
        term: Some(term_message(term)),
        as_at_date: report.as_at.clone(),
        sections: report.sections.iter().map(section).collect(),
        min_cell: u32::try_from(report.min_cell).unwrap_or(u32::MAX),
    }
}

fn section(section: &Section) -> pb::ReportSection {
    pb::ReportSection {
        key: section.key.clone(),
        title: section.title.clone(),
        asks: section.asks.clone(),
        notes: section.notes.clone(),
        lines: section.lines.iter().map(line).collect(),
        chart: section.chart.as_ref().map(drawn),
        limits: section.limits.as_ref().map(drawn),
    }
}

fn line(line: &Line) -> pb::ReportLine {
    pb::ReportLine {
        key: line.key.clone(),
        title: line.title.clone(),
        definition: line.definition.clone(),
        owner: line.owner.clone(),
        measure_version: line.measure_version,
        figure: cell(line.figures.now),
        before: cell(line.figures.before),
        year_before: cell(line.figures.year_before),
        parts: line.parts.iter().map(part).collect(),
        changes: line.changes.clone(),
        requirements: line.requirements.clone(),
        breakdown: line.breakdown,
        coming: line.coming.clone(),
        held: held(&line.held),
        parts_held: held(&line.parts_held),
        expectation: line.expectation.as_ref().map(expectation),
        events: line.events.clone(),
        since: None,
        since_fewer: false,
    }
}

/// Says of each line of a draft as at a past day what came to light since: by how many it differs from what is known now.
pub(in crate::rpc) fn say_since(report: &mut pb::GovernorReport, said: &[pb::Line]) {
    let lines = report.sections.iter_mut().flat_map(|section| &mut section.lines);
    for line in lines.filter(|line| !line.breakdown) {
        if let Some(said) = said.iter().find(|said| said.key == line.key) {
            line.since.clone_from(&said.since);
            line.since_fewer = said.since_fewer;
        }
    }
}

/// The days of figures that wait; none where none does.
fn held(held: &Held) -> Option<pb::HeldDates> {
    let Held { now, before, year_before } = held.clone();
    (*held != Held::default()).then_some(pb::HeldDates { now, before, year_before })
}

pub(in crate::rpc) fn expectation(said: &Expectation) -> pb::Expectation {
    pb::Expectation {
        verdict: said.verdict.name().to_owned(),
        expected_tenths: said.expected_tenths,
        least: said.least,
        most: said.most,
        days: said.days,
        terms: said.terms,
        reason: said.reason.clone(),
    }
}

fn part(part: &Part) -> pb::ReportPart {
    pb::ReportPart {
        key: part.key.clone(),
        title: part.title.clone(),
        figure: cell(part.figures.now),
        before: cell(part.figures.before),
        year_before: cell(part.figures.year_before),
    }
}

fn drawn(chart: &chart::Chart) -> pb::ReportChart {
    let bar = |bar: &chart::Bar| pb::ReportBar {
        title: bar.title.clone(),
        figures: bar.figures.iter().filter_map(|figure| cell(*figure)).collect(),
    };
    pb::ReportChart {
        title: chart.title.clone(),
        description: chart.description.clone(),
        series: chart.series.clone(),
        bars: chart.bars.iter().map(bar).collect(),
    }
}

pub(in crate::rpc) fn version(signed: &Signed) -> pb::ReportVersion {
    pb::ReportVersion {
        report_version_id: signed.id.to_string(),
        school_id: signed.school_id.clone(),
        term: signed.term_id.parse().ok().map(term_message),
        version: signed.version,
        digest: signed.digest.clone(),
        signed_by_account_id: signed.signed_by.clone(),
        sign_time: Some(timestamp(signed.signed_at)),
        comment: signed.comment.clone(),
        reason: signed.reason.clone(),
    }
}

pub(in crate::rpc) fn moved(moved: Moved) -> pb::MovedLine {
    pb::MovedLine { key: moved.key, title: moved.title }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn terms_begin_and_days_end_at_midnight_in_london() {
        let begins = datetime!(2027-04-15 23:30 UTC);
        assert_eq!(begun("", begins).ok().map(Term::id).as_deref(), Some("2027-summer"));
        assert!(begun("2027-summer", begins - time::Duration::HOUR).is_err());
        let of_day = crate::rpc::convert::moment_of(Some(date!(2027 - 04 - 14)), begins);
        assert_eq!(of_day, datetime!(2027-04-14 22:59:59 UTC));
    }
}
