//! The messages of what the authority sees over its schools, beside a term's figures.

use chassis::{
    calendar::Term,
    clock::timestamp,
    error::{Error, Result},
    suppress::Figure,
};
use proto::{event::v1 as event, reporting::v1 as pb};
use time::{Date, OffsetDateTime};

use super::{day, figure, term_message};
use crate::{
    group::{By, Group},
    measure::Measure,
    place::{Band, Benchmark, WhyNot},
    returns::{self, Filled, FilledLine, FilledPart, Template, Year},
};

/// What is counted of a desk's allegations, with what it is called.
const TITLES: [(&str, &str); 20] = [
    ("opened", "Allegations taken in"),
    ("threshold_met", "Harm threshold met"),
    ("below_threshold", "Harm threshold not met"),
    ("not_evaluated", "Not evaluated yet"),
    ("school", "Told by a school"),
    ("parent", "Told by a parent"),
    ("child", "Told by a child"),
    ("police", "Told by the police"),
    ("social_care", "Told by children’s services"),
    ("other_authority", "Told by another authority"),
    ("regulator", "Told by a regulator"),
    ("other", "Told by somebody else"),
    ("days_to_evaluate", "Days from the first call to the first evaluation (median)"),
    ("closed", "Allegations closed"),
    ("substantiated", "Substantiated"),
    ("malicious", "Malicious"),
    ("false", "False"),
    ("unsubstantiated", "Unsubstantiated"),
    ("unfounded", "Unfounded"),
    ("days_to_close", "Days from the first call to the end (median)"),
];

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The term until which a request means; the last that is over where it names none.
pub(in crate::rpc) fn until(id: &str, now: OffsetDateTime) -> Result<Term> {
    let fix = "Enter a term that has begun, such as 2026-autumn";
    match id {
        "" => Ok(Term::at(now).before()),
        id => match id.parse::<Term>() {
            Ok(term) if term.start() <= now => Ok(term),
            _ => Err(Error::invalid("until_term_id", fix)),
        },
    }
}

/// The term a request means, one that is over; the last where it names none.
pub(in crate::rpc) fn over(id: &str, now: OffsetDateTime) -> Result<Term> {
    let fix = "Enter a term that is over, such as 2026-summer";
    match id {
        "" => Ok(Term::at(now).before()),
        id => match id.parse::<Term>() {
            Ok(term) if term.end() <= now => Ok(term),
            _ => Err(Error::invalid("term_id", fix)),
        },
    }
}

/// The return of a key.
pub(in crate::rpc) fn named(key: &str) -> Result<&'static Template> {
    let keys = || returns::all().iter().map(|template| template.key.as_str()).collect::<Vec<_>>().join(", ");
    returns::get(key).ok_or_else(|| Error::invalid("return_key", format!("Select one of: {}", keys())))
}

/// The year of a return that a request means, one that has begun; the last that is over where it names none.
pub(in crate::rpc) fn year(template: &Template, name: &str, today: Date) -> Result<Year> {
    if name.is_empty() {
        return Ok(template.period.last_over(today));
    }
    let year = Year::of(name).ok_or_else(|| {
        let first = returns::first_year().name();
        Error::invalid("year", format!("Enter a year such as 2025-26, from {first} on"))
    })?;
    let (from, _) = template.period.days(year);
    if from > today {
        return Err(Error::invalid("year", format!("Enter a year that has begun: {} begins on {from}", year.name())));
    }
    Ok(year)
}

pub(in crate::rpc) fn trend(measure: &Measure, by: By, terms: &[Term], groups: &[Group]) -> pb::Trend {
    let group = |group: &Group| pb::TrendGroup {
        key: group.key.clone(),
        title: by.title(&group.key),
        schools: number(group.schools),
        schools_counted: number(group.counted),
        counted_by_term: group.counted_by_term.iter().map(|counted| number(*counted)).collect(),
        figures: group.figures.iter().map(|one| figure(*one)).collect(),
        per_thousand: group.per_thousand.iter().map(|one| figure(*one)).collect(),
        held_dates: group.held.iter().map(|held| day(*held)).collect(),
    };
    pb::Trend {
        measure: measure.key.clone(),
        title: measure.title.clone(),
        definition: measure.definition.clone(),
        owner: measure.owner.clone(),
        measure_version: measure.version,
        by: by.code().to_owned(),
        terms: terms.iter().map(|term| term_message(*term)).collect(),
        groups: groups.iter().map(group).collect(),
        events: measure.events.clone(),
        ..pb::Trend::default()
    }
}

pub(in crate::rpc) fn benchmark(of: &Benchmark, place: std::result::Result<Band, WhyNot>) -> pb::Benchmark {
    let measure = of.measure;
    pb::Benchmark {
        measure: measure.key.clone(),
        title: measure.title.clone(),
        definition: measure.definition.clone(),
        owner: measure.owner.clone(),
        measure_version: measure.version,
        reading: of.reading.clone(),
        band: place.map(Band::code).unwrap_or_default().to_owned(),
        why_not: place.err().map(WhyNot::code).unwrap_or_default().to_owned(),
        events: measure.events.clone(),
    }
}

/// A figure as a desk published it.
pub(in crate::rpc) fn published(text: &str) -> Figure {
    match text {
        "x" => Figure::NoData,
        "z" => Figure::NotApplicable,
        text => text.parse().map_or(Figure::Hidden, Figure::Count),
    }
}

/// What a desk published of a year, as it was announced.
pub(in crate::rpc) fn published_year(of: &event::DeskFiguresPublished, at: OffsetDateTime) -> pb::PublishedYear {
    let title = |key: &str| {
        let known = TITLES.iter().find(|(code, _)| *code == key);
        known.map_or_else(|| key.replace('_', " "), |(_, title)| (*title).to_owned())
    };
    let one = |one: &event::DeskFigurePublished| pb::PublishedFigure {
        key: one.key.clone(),
        title: title(&one.key),
        figure: Some(figure(published(&one.figure))),
    };
    pb::PublishedYear {
        desk: of.desk.clone(),
        year: of.year.clone(),
        opened: of.opened.iter().map(one).collect(),
        closed: of.closed.iter().map(one).collect(),
        publish_time: Some(timestamp(at)),
        version: of.version.max(1),
    }
}

/// A template with the last year that is over.
pub(in crate::rpc) fn template(template: &Template, today: Date) -> pb::ReturnTemplate {
    let last = template.period.last_over(today);
    pb::ReturnTemplate {
        key: template.key.clone(),
        title: template.title.clone(),
        recipient: template.recipient.clone(),
        note: template.note.clone(),
        owner: template.owner.clone(),
        version: template.version,
        period: template.period.code().to_owned(),
        last_year: last.name(),
        due_date: template.due(last).to_string(),
    }
}

fn line(line: &FilledLine) -> pb::ReturnLine {
    let part = |part: &FilledPart| pb::ReturnPart {
        key: part.key.clone(),
        title: part.title.clone(),
        figure: Some(figure(part.figure.0)),
        held_date: day(part.figure.1),
    };
    pb::ReturnLine {
        number: line.number.clone(),
        title: line.title.clone(),
        definition: line.definition.clone(),
        figure: line.figure.map(|(of, _)| figure(of)),
        held_date: day(line.figure.and_then(|(_, held)| held)),
        parts: line.parts.iter().map(part).collect(),
        why_not: line.why_not.clone(),
        source: line.source.clone(),
    }
}

pub(in crate::rpc) fn filled(of: &Filled, today: Date) -> pb::FilledReturn {
    let (from, end) = of.template.period.days(of.year);
    pb::FilledReturn {
        template: Some(template(of.template, today)),
        year: of.year.name(),
        from_date: from.to_string(),
        until_date: end.previous_day().unwrap_or(end).to_string(),
        over: end <= today,
        due_date: of.template.due(of.year).to_string(),
        lines: of.lines.iter().map(line).collect(),
        filled: number(of.filled()),
        open: number(of.open()),
        ..pb::FilledReturn::default()
    }
}
