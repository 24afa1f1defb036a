//! Adding an entry to a case: what was seen, said or done, never changed afterwards.

use std::collections::HashMap;

use axum::extract::{Path, Query};
use chassis::{
    clock::timestamp,
    error::{Error, Violations},
};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{AddEntryRequest, Case, Entry},
};

use super::{act, page::Event, to_work};
use crate::{
    console::{
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Link, Row},
        words::{self, Codes},
    },
};

const SIGNIFICANT: Codes = &[("yes", "Yes, it belongs in the chronology"), ("no", "No, it is a note")];

/// What an entry may be, as it is asked.
const KINDS: Codes = &[
    ("fact", "Something that happened or was seen"),
    ("opinion", "A professional view"),
    ("said_by_child", "What a child said, in their own words"),
];

const UNKNOWN: Codes = &[("yes", "It is not known when it happened")];

/// What is asked; of an entry that corrects or adds to another, as significant as that one to begin with.
pub fn fields(corrected: Option<&Entry>) -> Vec<Field> {
    let significant = corrected.is_some_and(|entry| entry.significant);
    let impact = corrected.filter(|entry| entry.significant).map_or("", |entry| entry.impact.as_str());
    vec![
        Field::long_text("text", "What happened, was said or was done?").hint(
            "One thing in one entry. You cannot change it later: add another entry instead.",
        ),
        Field::radios("kind", "What is it?", KINDS).value("fact"),
        Field::moment("event_time", "When did it happen? (optional)").hint(
            "Leave this empty if it was just now, and the time if you know the day only. For example, 27 11 2025 and 9:30am.",
        ),
        Field::checkboxes("event_time_unknown", "If nobody knows when (optional)", UNKNOWN),
        Field::radios("significant", "Is it a significant event for the child?", SIGNIFICANT).value(if significant {
            "yes"
        } else {
            "no"
        }),
        Field::long_text("impact", "For a significant event: what did it mean for the child?").value(impact),
    ]
}

/// Which entry is corrected or added to; none where it is empty.
#[derive(Debug, serde::Deserialize)]
pub struct Which {
    #[serde(default)]
    corrects: String,
}

fn page(visit: &Visit, case: &Case, corrects: &str) -> FormPage {
    let corrected = case.entries.iter().find(|entry| entry.entry_id == corrects);
    let mut page = act::page(visit, case, "Add an entry", "entries", "Add the entry", fields(corrected));
    if let Some(entry) = corrected {
        page.rows.push(Row::new("Corrects or adds to", entry.text.clone()));
        page.form = page.form.carrying("corrects", corrects);
    }
    page
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    visit.page(&page(&visit, &case, &which.corrects))
}

/// Adds it.
pub async fn add(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match command(&visit, &case_id, &answers) {
        Ok(command) => heard(visit.cases()?.add_entry(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "entry", |case| page(&visit, case, &answers.text("corrects"))).await
}

fn command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<AddEntryRequest, Error> {
    let significant = answers.text("significant") == "yes";
    let mut v = Violations::new();
    v.check(!answers.text("text").is_empty(), "text", "Enter what happened, was said or was done");
    v.check(!significant || !answers.text("impact").is_empty(), "impact", "Enter what it meant for the child");
    v.finish()?;
    let at = answers.moment("event_time", "The date", visit.now())?;
    let unknown = answers.text("event_time_unknown") == "yes";
    if unknown && at.is_some() {
        return Err(Error::invalid("event_time", "Enter when it happened, or select that it is not known"));
    }
    let kind = match at {
        None if unknown => "unknown",
        Some(_) if answers.text("event_time-time").is_empty() => "day",
        _ => "",
    };
    Ok(AddEntryRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        text: answers.text("text"),
        significant,
        impact: answers.text("impact"),
        corrects_entry_id: answers.text("corrects"),
        event_time: at.map(timestamp),
        event_time_kind: kind.to_owned(),
        kind: answers.text("kind"),
        request_id: answers.request_id(),
    })
}

/// When it happened and when it was written down.
pub fn when(entry: &Entry) -> String {
    let recorded = words::stamp(entry.create_time.as_ref()).unwrap_or_default();
    let at = entry.event_time.as_ref();
    match entry.event_time_kind.as_str() {
        "exact" if entry.event_time != entry.create_time => {
            format!("Happened {}, recorded {recorded}", words::stamp(at).unwrap_or_default())
        }
        "day" => format!("Happened on {}, recorded {recorded}", words::day(at).unwrap_or_default()),
        "unknown" => format!("Not known when it happened, recorded {recorded}"),
        _ => recorded,
    }
}

/// The day it happened, as far as anybody knows; else the day it was written down, which is said.
pub fn day(entry: &Entry) -> String {
    match entry.event_time_kind.as_str() {
        "exact" | "day" => words::day(entry.event_time.as_ref()).unwrap_or_default(),
        "unknown" => format!("Recorded {}", words::day(entry.create_time.as_ref()).unwrap_or_default()),
        _ => words::day(entry.create_time.as_ref()).unwrap_or_default(),
    }
}

/// Where it stands among others: by when it happened, else by when it was written down.
pub fn order(entry: &Entry) -> (i64, i32) {
    entry.event_time.or(entry.create_time).map_or((0, 0), |at| (at.seconds, at.nanos))
}

/// Its text; what a child said stands as quoted.
pub fn said(entry: &Entry) -> String {
    let quoted = entry.text.starts_with(['“', '"', '‘']);
    if entry.kind == "said_by_child" && !quoted { format!("“{}”", entry.text) } else { entry.text.clone() }
}

/// The entries of a chronology in the order it tells them, each after the one beside which it stands: itself, or the
/// significant one that it corrects or adds to.
pub fn chronicle(entries: &[Entry]) -> Vec<(&Entry, &Entry)> {
    let mut beside: HashMap<&str, &Entry> = HashMap::new();
    // What is corrected was there before what corrects it.
    for entry in entries {
        let of = beside.get(entry.corrects_entry_id.as_str()).copied();
        if let Some(root) = of.or_else(|| entry.significant.then_some(entry)) {
            beside.insert(&entry.entry_id, root);
        }
    }
    let all = entries.iter().filter_map(|entry| beside.get(entry.entry_id.as_str()).map(|root| (*root, entry)));
    let mut all: Vec<(&Entry, &Entry)> = all.collect();
    all.sort_by(|(a, _), (b, _)| (order(a), &a.entry_id).cmp(&(order(b), &b.entry_id)));
    all
}

/// When an entry was, as another one speaks of it.
fn spoken_of(entry: &Entry) -> String {
    match entry.event_time_kind.as_str() {
        "day" => words::day(entry.event_time.as_ref()).unwrap_or_default(),
        "exact" => words::stamp(entry.event_time.as_ref()).unwrap_or_default(),
        _ => words::stamp(entry.create_time.as_ref()).unwrap_or_default(),
    }
}

/// What it is called; what corrects or adds to another says to which.
pub fn title(entry: &Entry, entries: &[Entry]) -> String {
    let corrected = entries.iter().find(|other| other.entry_id == entry.corrects_entry_id);
    let title = match (corrected, entry.significant) {
        _ if entry.corrects_entry_id.is_empty() && entry.significant => "Significant event".to_owned(),
        _ if entry.corrects_entry_id.is_empty() => "Entry".to_owned(),
        (Some(other), _) => format!("Addendum to the entry of {}", spoken_of(other)),
        (None, _) => "Addendum to an earlier entry".to_owned(),
    };
    match entry.kind.as_str() {
        "opinion" => format!("{title}: professional view"),
        "said_by_child" => format!("{title}: what a child said"),
        _ => title,
    }
}

/// One entry as it is shown, among the others of its case.
pub fn event(entry: &Entry, entries: &[Entry], people: &People) -> Event {
    let mut more = Vec::new();
    if !entry.impact.is_empty() {
        more.push(format!("What it meant for the child: {}", entry.impact));
    }
    more.extend(super::significant::marks(entry, people));
    Event::new(title(entry, entries), format!("{}, by {}", when(entry), people.name(&entry.account_id)), said(entry))
        .more(more.join("\n"))
}

/// The entries of a case, newest first; `here` for whoever may add to them.
pub fn events(case: &Case, people: &People, here: Option<&str>) -> Vec<Event> {
    let shown = |entry: &Entry| match here {
        Some(here) => {
            let page = format!("{here}/entries/new?corrects={}", entry.entry_id);
            let chronology = match entry.significant {
                true => "Change what the chronology says of it",
                false => "Put it in the chronology",
            };
            event(entry, &case.entries, people)
                .link(Link::new("Correct or add to it", page))
                .also(Link::new(chronology, format!("{here}/entries/{}/significant", entry.entry_id)))
        }
        None => event(entry, &case.entries, people),
    };
    case.entries.iter().rev().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_addendum_stands_beside_its_entry_and_says_to_which() {
        let entry = |id: &str, corrects: &str, hour: i64, significant| Entry {
            entry_id: id.into(),
            corrects_entry_id: corrects.into(),
            significant,
            impact: if significant { "Fear".into() } else { String::new() },
            create_time: Some(timestamp(time::macros::datetime!(2026-11-23 00:00 UTC) + time::Duration::hours(hour))),
            ..Entry::default()
        };
        let all = [
            entry("1", "", 9, true),
            entry("2", "", 10, false),
            entry("3", "", 11, true),
            entry("4", "1", 12, false),
            entry("5", "2", 13, false),
            entry("6", "4", 14, false),
        ];
        let told: Vec<&str> = chronicle(&all).iter().map(|(_, entry)| entry.entry_id.as_str()).collect();
        assert_eq!(told, ["1", "4", "6", "3"], "an addendum to an addendum, too; one to a note stays a note");
        assert_eq!(title(&all[3], &all), "Addendum to the entry of 23 November 2026, 9:00am");
        let (event, note) = (format!("{:?}", fields(Some(&all[0]))), format!("{:?}", fields(Some(&all[1]))));
        assert!(event.contains("Fear") && !note.contains("Fear"), "it begins as significant as what it corrects");
    }

    #[test]
    fn an_entry_says_when_it_happened_and_quotes_a_child() {
        let at = |hour| Some(timestamp(time::macros::datetime!(2026-11-23 00:00 UTC) + time::Duration::hours(hour)));
        let entry = |kind: &str, event_time| Entry {
            text: "He sent it".into(),
            event_time,
            event_time_kind: kind.into(),
            create_time: at(15),
            ..Entry::default()
        };
        let told = [entry("exact", at(9)), entry("exact", at(15)), entry("day", at(0)), entry("unknown", None)];
        let recorded = words::stamp(at(15).as_ref()).unwrap_or_default();
        assert_eq!(
            told.map(|entry| when(&entry)),
            [
                format!("Happened {}, recorded {recorded}", words::stamp(at(9).as_ref()).unwrap_or_default()),
                recorded.clone(),
                format!("Happened on 23 November 2026, recorded {recorded}"),
                format!("Not known when it happened, recorded {recorded}"),
            ]
        );
        let child = Entry { kind: "said_by_child".into(), ..entry("", None) };
        assert_eq!((said(&child).as_str(), said(&entry("", None)).as_str()), ("“He sent it”", "He sent it"));
    }
}
