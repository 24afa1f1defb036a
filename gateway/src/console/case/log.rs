//! One log of a whole case: everything that was recorded in it, newest first.

use std::collections::HashMap;

use axum::extract::{Path, Query};
use chassis::error::Error;
use prost_types::Timestamp;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, CaseStep, Consultation, DueMove, Entry, EntryMark, Fact, Involvement},
};
use serde::{Deserialize, Serialize};

use super::{LEVELS, entry, field, named, page, page::Event, parents, records, whole};
use crate::{
    console::{
        concern::{Filter, filters},
        people::People,
        visit::{Answer, Visit},
    },
    pages::{
        Page,
        part::{Head, Link},
        words::{self, Codes},
    },
};

/// What is in it.
const KINDS: Codes = &[
    ("entries", "Entries"),
    ("decisions", "Decisions and assessments"),
    ("talks", "Talks"),
    ("referrals", "Referrals"),
    ("parents", "Parents"),
    ("steps", "Steps"),
    ("facts", "Facts and people"),
    ("material", "Material"),
    ("access", "Access changes"),
];

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    /// One of the kinds; all where empty.
    #[serde(default)]
    kind: String,
}

/// The log.
#[derive(Debug, Serialize)]
pub struct LogPage {
    head: Head,
    filters: Vec<Filter>,
    total: String,
    events: Vec<Event>,
    others: Vec<Link>,
}

impl Page for LogPage {
    const TEMPLATE: &'static str = "case_log.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let people = People::of(&[("acc_1", "Ms <Ali>")]);
        let added = super::example::additions();
        let page = |case: &Case, kind| {
            let added = super::added(case, &added, &people, "/schools/sch_1/concerns");
            Self::new(case, (&people, added), Vec::new(), "/schools/sch_1/cases/cas_1", kind)
        };
        vec![page(&super::sample(), ""), page(&super::sample(), "steps"), page(&Case::default(), "access")]
    }
}

/// What reporters added to its concerns, each with when, newest first.
type Added = Vec<(Option<Timestamp>, Event)>;

/// One line of it, with when it was recorded.
struct Line {
    at: (i64, i32),
    kind: &'static str,
    event: Event,
}

/// Gathers the lines.
struct Lines<'a> {
    people: &'a People,
    lines: Vec<Line>,
}

impl Lines<'_> {
    fn add(&mut self, kind: &'static str, at: Option<&Timestamp>, event: Event) {
        let at = at.map_or((0, 0), |at| (at.seconds, at.nanos));
        self.lines.push(Line { at, kind, event });
    }

    /// Something with nothing to it but who, when and why.
    fn say(&mut self, kind: &'static str, at: Option<&Timestamp>, by: &str, title: impl Into<String>, text: &str) {
        let event = Event::new(title, self.stamp(at, by), text);
        self.add(kind, at, event);
    }

    fn stamp(&self, at: Option<&Timestamp>, by: &str) -> String {
        let when = words::stamp(at).unwrap_or_default();
        if by.is_empty() { when } else { format!("{when}, by {}", self.people.name(by)) }
    }

    fn entry(&mut self, one: &Entry, all: &[Entry]) {
        let people = self.people;
        self.add("entries", one.create_time.as_ref(), entry::event(one, all, people).more(""));
        let first = EntryMark {
            significant: one.significant,
            impact: one.impact.clone(),
            create_time: one.create_time,
            account_id: one.account_id.clone(),
            ..EntryMark::default()
        };
        let marks = if one.marks.is_empty() { std::slice::from_ref(&first) } else { &one.marks };
        for mark in marks.iter().filter(|mark| mark.significant || !mark.reason.is_empty()) {
            let title = if mark.significant { "Put in the chronology" } else { "Taken out of the chronology" };
            let when = self.stamp(mark.create_time.as_ref(), &mark.account_id);
            let impact = match mark.impact.as_str() {
                "" => String::new(),
                impact => format!("What it meant for the child: {impact}"),
            };
            let event = Event::new(title, when, format!("{}\n{}", entry::said(one), mark.reason).trim()).more(impact);
            self.add("entries", mark.create_time.as_ref(), event);
        }
    }

    fn step(&mut self, step: &CaseStep) {
        let called = format!("{} ({})", step.title.trim_end_matches('.'), step.step_id);
        if step.done_time.is_some() {
            let (word, text) = match step.reason.as_str() {
                "" => ("Step done", recorded(step)),
                reason => ("Step left out", reason.to_owned()),
            };
            self.say("steps", step.done_time.as_ref(), &step.account_id, format!("{word}: {called}"), &text);
        }
        for earlier in &step.earlier {
            let (word, text) = match earlier.reason.as_str() {
                "" => ("Step done", lines(step, &earlier.recorded)),
                reason => ("Step left out", reason.to_owned()),
            };
            self.say("steps", earlier.done_time.as_ref(), &earlier.account_id, format!("{word}: {called}"), &text);
            let title = format!("Step stands open again: {called}");
            self.say("steps", earlier.again_time.as_ref(), "", title, &page::again(earlier));
        }
        for DueMove { due_time, reason, account_id, create_time } in &step.due_moves {
            let day = words::day(due_time.as_ref()).unwrap_or_default();
            self.say("steps", create_time.as_ref(), account_id, format!("Moved to {day}: {called}"), reason);
        }
    }

    fn person(&mut self, i: &Involvement) {
        for change in &i.changes {
            let title = format!(
                "{}: part corrected, was {}",
                super::part::called(i),
                super::part::before(change).to_lowercase()
            );
            self.say("facts", change.create_time.as_ref(), &change.account_id, title, &change.reason);
        }
        if let Some(end) = &i.end {
            let title = format!("{}: part ended", super::part::called(i));
            self.say("facts", end.create_time.as_ref(), &end.account_id, title, &end.reason);
        }
    }

    fn decisions(&mut self, case: &Case) {
        let people = self.people;
        for (c, event) in case.criteria.iter().zip(records::criteria(case, people)) {
            self.add("decisions", c.create_time.as_ref(), event);
        }
        for d in &case.decisions {
            self.add("decisions", d.create_time.as_ref(), records::decision(d, people));
        }
        for (a, event) in case.agreements.iter().zip(records::agreements(case, people, "", false)) {
            self.add("decisions", a.create_time.as_ref(), event);
        }
        for s in &case.support {
            self.add("decisions", s.create_time.as_ref(), records::support(case, s, people));
        }
        for (a, event) in case.assessments.iter().zip(records::assessments(case, people)) {
            self.add("decisions", a.create_time.as_ref(), event);
        }
        for r in &case.reopenings {
            self.say("decisions", r.create_time.as_ref(), &r.account_id, "Opened again", &r.reason);
        }
        for (at, event) in super::class::events(case, people) {
            self.add("decisions", at.as_ref(), event);
        }
        if let Some(d) = &case.debrief {
            let title = "Debrief recorded";
            let text = format!("{}\n{}", d.findings, d.actions);
            self.say("decisions", d.create_time.as_ref(), &d.account_id, title, text.trim());
        }
        if case.close_time.is_some() {
            let title = format!("Closed: {}", words::called(words::OUTCOMES, &case.outcome));
            self.say("decisions", case.close_time.as_ref(), "", title, &case.outcome_reason);
        }
    }

    fn material(&mut self, case: &Case) {
        let people = self.people;
        let of_material = case.materials.iter().map(|m| m.create_time);
        let seen = case.exposures.iter().map(|e| e.expose_time).chain(case.viewings.iter().map(|v| v.view_time));
        let times = of_material.chain(seen).chain(case.deletions.iter().map(|d| d.create_time));
        for (at, event) in times.zip(records::materials(case, people, "", false)) {
            self.add("material", at.as_ref(), event);
        }
        for (r, event) in case.reports.iter().zip(records::reports(case, people, "", false)) {
            self.add("material", r.create_time.as_ref(), event);
        }
    }

    fn whole(&mut self, case: &Case, here: &str) {
        let people = self.people;
        let opened = case.opened_by_account_id.as_str();
        self.say("decisions", case.create_time.as_ref(), opened, "Case opened", &case.procedure_title);
        case.entries.iter().for_each(|one| self.entry(one, &case.entries));
        self.decisions(case);
        for one in &case.consultations {
            self.add("talks", one.consult_time.as_ref(), talk(one, people));
        }
        for (one, event) in case.referrals.iter().rev().zip(page::referrals(case, people, here, false)) {
            self.add("referrals", one.create_time.as_ref(), event);
            // What the school did not agree with was decided all the same.
            for went in one.escalations.iter().filter(|went| !went.outcome.is_empty()) {
                let title = format!("Not agreed with: {}", words::called(words::ANSWERS, &went.outcome));
                self.say("referrals", went.decide_time.as_ref(), "", title, &went.outcome_text);
            }
            if one.decide_time.is_some() {
                let name = if one.agency_name.is_empty() { "The agency" } else { &one.agency_name };
                let title = format!("{name}: {}", words::called(words::ANSWERS, &one.outcome));
                self.say("referrals", one.decide_time.as_ref(), "", title, &one.outcome_text);
            }
        }
        for one in &case.parents_decisions {
            self.add("parents", one.create_time.as_ref(), parents::event(case, one, people));
        }
        case.steps.iter().for_each(|step| self.step(step));
        for fact in case.earlier_facts.iter().chain(&case.facts) {
            let value = words::called(words::fact_values(&fact.name), &fact.value);
            let title = format!("{}: {value}", words::called(words::FACTS, &fact.name));
            self.add(
                "facts",
                fact.create_time.as_ref(),
                Event::new(title, fact_said(fact, people), fact.reason.clone()),
            );
        }
        case.involvements.iter().for_each(|i| self.person(i));
        self.material(case);
        for change in case.access.iter().flat_map(|access| &access.changes) {
            let title = format!("Who may see it: {}", words::called(LEVELS, &change.level));
            self.say("access", change.create_time.as_ref(), &change.account_id, title, &change.reason);
        }
        // What was recorded in one moment stays in its order.
        self.lines.reverse();
        self.lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    }
}

/// When a fact was recorded, by whom, and who agreed to it where it took somebody else.
pub fn fact_said(fact: &Fact, people: &People) -> String {
    let when = words::stamp(fact.create_time.as_ref()).unwrap_or_default();
    let second = match fact.agreed_by_account_id.as_str() {
        "" => String::new(),
        second => format!(", agreed to by {}", people.name(second)),
    };
    format!("{when}, by {}{second}", people.name(&fact.account_id))
}

/// What was recorded with a step, a line each.
fn recorded(step: &CaseStep) -> String {
    lines(step, &step.recorded)
}

fn lines(step: &CaseStep, recorded: &HashMap<String, String>) -> String {
    let mut recorded: Vec<_> = recorded.iter().collect();
    recorded.sort();
    let line = |(name, value): (&String, &String)| {
        let field = step.fields.iter().find(|field| field.name == *name);
        format!("{}: {}", field::label(name), field::said(field, value))
    };
    recorded.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A talk with police or front door.
pub fn talk(talk: &Consultation, people: &People) -> Event {
    let when = words::stamp(talk.consult_time.as_ref()).unwrap_or_default();
    let reference = match talk.reference.as_str() {
        "" => String::new(),
        reference => format!("Reference {reference}"),
    };
    let title = words::called(words::REFERRED, &talk.agency);
    Event::new(title, format!("{when}, by {}", people.name(&talk.account_id)), talk.advice.clone()).more(reference)
}

impl LogPage {
    fn new(case: &Case, (people, added): (&People, Added), crumbs: Vec<Link>, here: &str, kind: &str) -> Self {
        let mut lines = Lines { people, lines: Vec::new() };
        for (at, event) in added.into_iter().rev() {
            lines.add("entries", at.as_ref(), event);
        }
        lines.whole(case, here);
        let shown = lines.lines.into_iter().filter(|line| kind.is_empty() || line.kind == kind);
        let events: Vec<Event> = shown.map(|line| line.event).collect();
        Self {
            head: Head::new("Log", crumbs).of(case.reference.clone()),
            filters: filters(&format!("{here}/log"), "kind", kind, KINDS),
            total: words::counted(u64::try_from(events.len()).unwrap_or_default(), "record", "records"),
            events,
            others: vec![Link::new("The chronology, to read or print", format!("{here}/chronology"))],
        }
    }
}

/// Shows it.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let (case, answer) = whole(&visit, &case_id).await?;
    if case.restricted {
        return Err(Error::denied().into());
    }
    let people = named(&visit, &case, &answer.additions).await;
    let added = super::added(&case, &answer.additions, &people, &visit.at("/concerns"));
    let here = visit.at(&format!("/cases/{case_id}"));
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("Case", here.clone())]);
    visit.page(&LogPage::new(&case, (&people, added), crumbs, &here, &which.kind))
}
