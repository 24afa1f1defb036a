//! The contract's messages from the domain's.

pub(super) mod governor;

use chassis::{
    calendar::Term,
    clock::timestamp,
    error::{Error, Result},
    suppress::Figure,
};
use proto::reporting::v1 as pb;
use time::OffsetDateTime;

use crate::{
    line::{Line, part_title},
    report::Published,
};

/// The term a request means: the current one where it names none.
pub(super) fn term(id: &str, now: OffsetDateTime) -> Result<Term> {
    match id {
        "" => Ok(Term::at(now)),
        id => id.parse().map_err(|()| Error::invalid("term_id", "Enter a term such as 2026-autumn")),
    }
}

pub(super) fn term_message(term: Term) -> pb::Term {
    pb::Term {
        term_id: term.id(),
        title: term.title(),
        start_time: Some(timestamp(term.start())),
        end_time: Some(timestamp(term.end())),
    }
}

pub(super) fn figure(figure: Figure) -> pb::Figure {
    match figure {
        Figure::Count(value) => pb::Figure { value, code: String::new() },
        Figure::NoData => pb::Figure { value: 0, code: "x".to_owned() },
        Figure::Hidden => pb::Figure { value: 0, code: "c".to_owned() },
    }
}

fn not_applicable() -> pb::Figure {
    pb::Figure { value: 0, code: "z".to_owned() }
}

pub(super) fn line(line: &Line, now: Option<Figure>, before: Option<Figure>, parts: &[(String, Figure)]) -> pb::Line {
    pb::Line {
        key: line.key.to_owned(),
        title: line.title.to_owned(),
        definition: line.definition.to_owned(),
        figure: Some(now.map_or_else(not_applicable, figure)),
        before: Some(before.map_or_else(not_applicable, figure)),
        parts: parts
            .iter()
            .map(|(key, f)| pb::Part { key: key.clone(), title: part_title(key), figure: Some(figure(*f)) })
            .collect(),
        requirements: line.requirements.iter().map(|r| (*r).to_owned()).collect(),
    }
}

pub(super) fn lines(now: &[Published], before: &[Published]) -> Vec<pb::Line> {
    now.iter().zip(before).map(|(now, before)| line(&now.line, now.figure, before.figure, &now.parts)).collect()
}
