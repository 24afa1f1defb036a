//! What came through and is to be blocked at once: asked of whoever runs the network, who reads no cases, and recorded by them
//! with why the filter let it pass.

use axum::extract::{Path, Query};
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, CaseStep},
    policy_registry::v1::{AddRegisterEntryRequest, GetRegisterEntryRequest, RegisterEntry},
};
use serde::Deserialize;
use time::format_description::well_known::Rfc3339;

use super::{
    duties::{self, BLOCKS, one},
    request::{no_register, today, value},
};
use crate::{
    console::{
        posted::Posted,
        register,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link, Row},
    },
};

const TITLE: &str = "Ask for something to be blocked at once";
const DONE: &str = "What came through is blocked";
/// What whoever asks fills in.
const ASKED: [&str; 3] = ["site", "may_be_illegal", "seen"];
/// What whoever blocks it fills in.
const SAID: [&str; 2] = ["cause", "change_made"];

/// The case it is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct For {
    #[serde(default)]
    case: String,
}

/// What is asked of whoever asks.
pub fn fields() -> Vec<Field> {
    vec![
        Field::radios("may_be_illegal", "May it be illegal?", &[("false", "No"), ("true", "It may be")]),
        Field::text("site", "Which site? (not where it may be illegal)")
            .hint("Where it may be illegal, leave it empty: the address goes to nobody. The technician finds it by device and time."),
        Field::long_text("seen", "On which device, as whom and when was it seen?")
            .hint("Name no child: the technician reads this, and no case."),
    ]
}

/// What is asked of whoever blocked it.
pub fn done_fields(held: &RegisterEntry) -> Vec<Field> {
    vec![
        Field::day("blocked_on", "When was it blocked?").on(one(held, "blocked_on")),
        Field::long_text("cause", "Why did the filter let it pass?").value(one(held, "cause")),
        Field::long_text("change_made", "What was changed?").value(one(held, "change_made")),
    ]
}

async fn page(visit: &Visit, case: &str) -> Result<FormPage, Error> {
    if !duties::newest(visit, BLOCKS).await.map_err(no_register)?.may_add {
        return Err(Error::denied());
    }
    let head = Head::new(TITLE, visit.crumbs(&[("Filtering", visit.at("/filtering"))]));
    let mut page = visit.form_page(head, visit.at("/filtering/blocks"), "Ask for it", fields());
    if !case.is_empty() {
        page.form = page.form.carrying("case_id", case);
    }
    Ok(page.lead("Whoever runs the network has it on their home page until they say that it is blocked, and why it came through."))
}

/// Asks what is to be blocked.
pub async fn show(visit: Visit, Query(of): Query<For>) -> Answer {
    visit.needs(Permission::RegisterKeep)?;
    visit.page(&page(&visit, &of.case).await?)
}

/// Takes it.
pub async fn send(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::RegisterKeep)?;
    let mut v = Violations::new();
    v.check(!answers.text("may_be_illegal").is_empty(), "may_be_illegal", "Select whether it may be illegal");
    v.check(!answers.text("seen").is_empty(), "seen", "Enter on which device, as whom and when");
    let named = answers.text("may_be_illegal") != "false" || !answers.text("site").is_empty();
    v.check(named, "site", "Enter which site is to be blocked");
    let asked = ASKED.into_iter().chain(["case_id"]).map(|key| value(key, answers.text(key)));
    let command = AddRegisterEntryRequest {
        school_id: visit.school.clone(),
        register: BLOCKS.to_owned(),
        values: asked.chain([value("on", today(&visit))]).collect(),
        request_id: answers.request_id(),
        ..Default::default()
    };
    let done = match v.finish() {
        Ok(()) => heard(visit.registry()?.add_register_entry(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at("/filtering?done=filter_asked")),
        Err(error) => visit.again(page(&visit, &answers.text("case_id")).await?, &answers, error, ""),
    }
}

async fn entry(visit: &Visit, entry_id: &str) -> Result<RegisterEntry, Error> {
    let asked = GetRegisterEntryRequest {
        school_id: visit.school.clone(),
        register: BLOCKS.to_owned(),
        entry_id: entry_id.to_owned(),
    };
    heard(visit.registry()?.get_register_entry(ask(asked))).await?.entry.ok_or_else(Error::missing)
}

fn done_page(visit: &Visit, entry: &RegisterEntry) -> FormPage {
    let crumbs = visit.crumbs(&[("Filtering", visit.at("/filtering"))]);
    let action = visit.at(&format!("/filtering/blocks/{}/done", entry.entry_id));
    let mut page = visit.form_page(Head::new(DONE, crumbs), action, "Save", done_fields(entry));
    let site = match one(entry, "site") {
        "" => {
            "Withheld: it may be illegal. Open nothing: find it by device and time, and block it by its entry in the log"
        }
        site => site,
    };
    page.rows = vec![
        Row::new("What is to be blocked", site),
        Row::new("Where and when it was seen", one(entry, "seen")),
        Row::new("Asked on", register::day(one(entry, "on"))),
    ];
    page.others.push(Link::new(
        "The entry with its history",
        visit.at(&format!("/registers/{BLOCKS}/entries/{}", entry.entry_id)),
    ));
    page
}

/// Asks whoever runs the network what they did.
pub async fn show_done(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::RegisterKeep)?;
    let entry = entry(&visit, &id).await?;
    if !entry.superseded_by.is_empty() {
        return visit.to(&visit.at(&format!("/filtering/blocks/{}/done", entry.superseded_by)));
    }
    visit.page(&done_page(&visit, &entry))
}

/// Saves it.
pub async fn done(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::RegisterKeep)?;
    let entry = entry(&visit, &id).await?;
    let done = match command(&visit, &entry, &answers) {
        Ok(command) => heard(visit.registry()?.add_register_entry(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at("/filtering?done=filter_done")),
        Err(error) => visit.again(done_page(&visit, &entry), &answers, error, &visit.at("/filtering")),
    }
}

fn command(visit: &Visit, entry: &RegisterEntry, answers: &Answers) -> Result<AddRegisterEntryRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("blocked_on").is_empty(), "blocked_on", "Enter when it was blocked");
    v.check(!answers.text("cause").is_empty(), "cause", "Enter why the filter let it pass");
    v.check(!answers.text("change_made").is_empty(), "change_made", "Enter what was changed");
    v.finish()?;
    let said = SAID.map(|key| value(key, answers.text(key)));
    let held = entry.values.iter().filter(|held| held.key != "blocked_on" && !SAID.contains(&held.key.as_str()));
    Ok(AddRegisterEntryRequest {
        school_id: visit.school.clone(),
        register: BLOCKS.to_owned(),
        values: held.cloned().chain(said).chain([value("blocked_on", answers.day("blocked_on"))]).collect(),
        supersedes: entry.entry_id.clone(),
        reason: "What was done with it".to_owned(),
        request_id: answers.request_id(),
        ..Default::default()
    })
}

/// Whether a step is one that whoever runs the network does, and records what they do about what came through.
fn is_technical(step: &CaseStep) -> bool {
    let records = SAID.iter().all(|name| step.fields.iter().any(|field| field.name == *name));
    records && step.roles.iter().any(|role| role == "technical_staff")
}

/// The step with what the technician recorded for its case, as answers to begin with, and the way to ask them. Of a case that
/// not everybody who works cases may know of, nothing is said in a register that others read.
pub async fn asked_for(visit: &Visit, case: &Case, step: &CaseStep) -> (CaseStep, Link) {
    let mut step = step.clone();
    if !is_technical(&step) || case.state != "open" || !visit.may(Permission::RegisterKeep) {
        return (step, Link::default());
    }
    let known = case.access.as_ref().is_none_or(|access| access.level.is_empty() || access.level == "open");
    let entries = duties::kept(visit, BLOCKS).await.map(|answer| answer.entries);
    // A template from before has no such register.
    let Ok(entries) = entries else { return (step, Link::default()) };
    let of_case = |entry: &&RegisterEntry| known && one(entry, "case_id") == case.case_id;
    if let Some(entry) = entries.iter().find(of_case) {
        begin(&mut step, entry);
        let text = match one(entry, "blocked_on") {
            "" => "The technician was asked to block it, and has not done so yet",
            _ => "The technician says that it is blocked: see what they recorded",
        };
        return (step, Link::new(text, visit.at(&format!("/filtering/blocks/{}/done", entry.entry_id))));
    }
    let case = if known { format!("?case={}", case.case_id) } else { String::new() };
    (step, Link::new("Ask the technician to block it", visit.at(&format!("/filtering/blocks/new{case}"))))
}

/// Begins the answers of a step with what an entry says was done.
fn begin(step: &mut CaseStep, entry: &RegisterEntry) {
    if one(entry, "blocked_on").is_empty() {
        return;
    }
    let at = entry.create_time.as_ref().and_then(chassis::clock::moment);
    for field in step.fields.iter_mut().filter(|field| field.known.is_empty()) {
        field.known = match field.name.as_str() {
            "time" => at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default(),
            name if SAID.contains(&name) => one(entry, name).to_owned(),
            _ => String::new(),
        };
    }
}

#[cfg(test)]
mod tests {
    use proto::{incident_cases::v1::StepField, policy_registry::v1::RegisterValue};

    use super::*;

    #[test]
    fn a_step_begins_with_what_the_technician_recorded() {
        let value = |key: &str, value: &str| RegisterValue { key: key.into(), values: vec![value.into()] };
        let begun = |values: Vec<RegisterValue>| {
            let field = |name: &str| StepField { name: name.into(), ..StepField::default() };
            let mut step = CaseStep { fields: vec![field("cause"), field("time")], ..CaseStep::default() };
            let create_time = Some(chassis::clock::timestamp(time::macros::datetime!(2026-11-24 09:00 UTC)));
            begin(&mut step, &RegisterEntry { values, create_time, ..RegisterEntry::default() });
            step.fields.into_iter().map(|field| field.known).collect::<Vec<_>>()
        };
        let asked = vec![value("site", "games.example")];
        assert_eq!(begun(asked.clone()), ["", ""], "nothing is done yet");
        let done = [asked, vec![value("blocked_on", "2026-11-24"), value("cause", "A new name")]].concat();
        assert_eq!(begun(done), ["A new name", "2026-11-24T09:00:00Z"]);
    }
}
