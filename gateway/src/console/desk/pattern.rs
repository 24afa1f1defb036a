//! Adults about whom several schools have concerns, at the designated officer's desk: which schools, how many, whom to ring.

use axum::extract::{Path, Query};
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        DeskPattern, DeskPatternNote, DeskPatternSchool, ListDeskPatternsRequest, NoteDeskPatternRequest,
    },
};
use serde::Serialize;

use super::{SHOWN, at, crumbs, desk, school};
use crate::{
    console::{
        case::page::Event,
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Field, FormPage},
        part::{From, Head, Link, Pager},
        words,
    },
};

/// What the list is called.
const TITLE: &str = "Adults at several schools";

/// A list of them.
#[derive(Debug, Serialize)]
pub struct DeskPatterns {
    head: Head,
    events: Vec<Event>,
    pager: Pager,
}

impl Page for DeskPatterns {
    const TEMPLATE: &'static str = "desk_patterns.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let at = Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 });
        let concerned = |concerns| DeskPatternSchool {
            school_id: "sch_1".into(),
            concerns,
            ring: "The <head>, 01632 960123".into(),
            references: vec!["M-7K2QX".into()],
            ..Default::default()
        };
        let note = DeskPatternNote { text: "Rang <both>".into(), account_id: "acc_1".into(), create_time: at };
        let one = DeskPattern {
            desk_pattern_id: "dpt_1".into(),
            kind: "pattern".into(),
            schools: vec![concerned(2), concerned(1)],
            create_time: at,
            update_time: at,
            notes: vec![note],
        };
        let many = DeskPattern { kind: "many_marks".into(), schools: vec![concerned(0)], ..Default::default() };
        let people = People::of(&[("acc_1", "Ms Ali")]);
        let names = ["Thistledown <Grange>".to_owned(), "Harrowmere High School".to_owned()];
        let page = |patterns: &[DeskPattern], works| Self {
            head: Head::new(TITLE, Vec::new()),
            events: patterns.iter().map(|one| found(one, &names, &people, "/desks/lado", works)).collect(),
            pager: Pager::new("/desks/lado/patterns", &[], "", "x"),
        };
        vec![page(&[one, many], true), page(&[], false)]
    }
}

/// Of how many nobody has said what was done.
///
/// # Errors
/// Where they cannot be asked for.
pub(super) async fn unanswered(visit: &Visit) -> Result<u64, Error> {
    let request = ListDeskPatternsRequest { desk: desk(visit)?.name().to_owned(), page_size: 1, ..Default::default() };
    let answer = heard(visit.cases()?.list_desk_patterns(ask(request))).await?;
    Ok(u64::try_from(answer.unanswered_total).unwrap_or_default())
}

/// What the desk is told; `names` are the schools' in their order.
fn found(one: &DeskPattern, names: &[String], people: &People, here: &str, works: bool) -> Event {
    let named = |n: usize| names.get(n).map_or("A school", String::as_str);
    let when = words::stamp(one.create_time.as_ref()).unwrap_or_default();
    let note = |note: &DeskPatternNote| {
        let when = words::stamp(note.create_time.as_ref()).unwrap_or_default();
        format!("{} ({}, {when})", note.text, people.name(&note.account_id))
    };
    let notes: Vec<String> = one.notes.iter().map(note).collect();
    let done = |event: Event| {
        let event = if notes.is_empty() { event } else { event.more(notes.join("\n")) };
        let noting = format!("{here}/patterns/{}/note", one.desk_pattern_id);
        if works { event.link(Link::new("Say what was done", noting)) } else { event }
    };
    if one.kind == "many_marks" {
        let school = one.schools.first().cloned().unwrap_or_default();
        let says = format!(
            "{} or more adults were marked there in one day, the last by {}. Ask the head, or the chair of governors where it \
             is the head, whether somebody is guessing.",
            school.concerns,
            people.name(&school.account_id)
        );
        return done(Event::new(named(0), format!("Found {when}"), says));
    }
    let line = |(n, school): (usize, &DeskPatternSchool)| {
        let concerns = u64::try_from(school.concerns).unwrap_or_default();
        let say = match school.references.as_slice() {
            [] => String::new(),
            [one] => format!(", and say {one}"),
            more => format!(", and say {}", more.join(" and ")),
        };
        format!("{}: {}. Ring {}{say}", named(n), words::counted(concerns, "concern", "concerns"), school.ring)
    };
    let lines: Vec<String> = one.schools.iter().enumerate().map(line).collect();
    let updated = words::stamp(one.update_time.as_ref()).unwrap_or_default();
    let title = format!(
        "One adult, {}",
        words::counted(u64::try_from(one.schools.len()).unwrap_or_default(), "school", "schools")
    );
    let event = Event::new(title, format!("Found {when}, last changed {updated}"), lines.join("\n"));
    done(event)
}

/// Lists them, the newest first.
pub async fn list(visit: Visit, Path(_): Path<String>, Query(from): Query<From>) -> Answer {
    visit.needs(Permission::DeskRead)?;
    let asked = ListDeskPatternsRequest {
        desk: desk(&visit)?.name().to_owned(),
        page_size: SHOWN,
        page_token: from.page_token.clone(),
    };
    let answer = heard(visit.cases()?.list_desk_patterns(ask(asked))).await?;
    let noted = answer.patterns.iter().flat_map(|one| &one.notes).map(|note| note.account_id.as_str());
    let marked = answer.patterns.iter().flat_map(|one| &one.schools).map(|school| school.account_id.as_str());
    let people = visit.people(noted.chain(marked)).await;
    let (here, works) = (at(&visit, ""), visit.may(Permission::DeskWork));
    let mut events = Vec::new();
    for one in &answer.patterns {
        let mut names = Vec::new();
        for concerned in &one.schools {
            names.push(school(&visit, &concerned.school_id).await);
        }
        events.push(found(one, &names, &people, &here, works));
    }
    let pager = Pager::new(&at(&visit, "/patterns"), &[], &from.page_token, &answer.next_page_token);
    visit.page(&DeskPatterns { head: Head::new(TITLE, crumbs(&visit, &[])), events, pager })
}

/// What is asked of what was done.
pub fn note_fields() -> Vec<Field> {
    vec![Field::long_text("note", "What was done?").hint("Whom you rang, and which school was told of which.")]
}

fn note_page(visit: &Visit, id: &str) -> FormPage {
    let list = at(visit, "/patterns");
    let head = Head::new("Say what was done", crumbs(visit, &[(TITLE, list.clone())]));
    visit.form_page(head, format!("{list}/{id}/note"), "Save", note_fields())
}

/// Asks what was done.
pub async fn show_note(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::DeskWork)?;
    visit.page(&note_page(&visit, &id))
}

/// Saves it.
pub async fn note(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = NoteDeskPatternRequest {
        desk: desk(&visit)?.name().to_owned(),
        desk_pattern_id: id.clone(),
        note: answers.text("note"),
        request_id: answers.request_id(),
    };
    let done = if command.note.is_empty() {
        Err(Error::invalid("note", "Enter what was done"))
    } else {
        heard(visit.cases()?.note_desk_pattern(ask(command))).await
    };
    let list = at(&visit, "/patterns");
    match done {
        Ok(_) => visit.to(&format!("{list}?done=contact_noted")),
        Err(error) => visit.again(note_page(&visit, &id), &answers, error, &list),
    }
}
