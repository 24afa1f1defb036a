//! One entry of a register: with its history, added, corrected or withdrawn by forms made from the register's fields.

use axum::extract::Path;
use chassis::{
    access::role_name,
    error::{Error, Kind},
};
use proto::{
    access::v1::{Permission, Role},
    policy_registry::v1::{
        AddRegisterEntryRequest, GetRegisterEntryRequest, GetRegisterEntryResponse, RegisterDefinition, RegisterEntry,
        RegisterField, RegisterValue,
    },
};
use serde::Serialize;

use super::{Which, cell, confirm::confirms, entries, person};
use crate::{
    colleague,
    console::{
        people::People,
        posted::Posted,
        visit::{Answer, Fault, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, FormPage},
        part::{Head, Link, Row},
        words,
    },
};

/// One entry with its history.
#[derive(Debug, Serialize)]
pub struct EntryPage {
    head: Head,
    rows: Vec<Row>,
    acts: Vec<Link>,
    history: Vec<Step>,
}

#[derive(Debug, Serialize)]
struct Step {
    what: String,
    reason: String,
    link: Link,
}

impl Page for EntryPage {
    const TEMPLATE: &'static str = "register_entry.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let first = RegisterEntry { superseded_by: "ren_2".into(), ..sample() };
        let second = RegisterEntry {
            entry_id: "ren_2".into(),
            supersedes: "ren_1".into(),
            withdrawn: true,
            reason: "By <mistake>".into(),
            ..sample()
        };
        let people = People::of(&[]);
        let page = |entry: RegisterEntry, history| {
            let answer = GetRegisterEntryResponse { entry: Some(entry), history };
            Self::new(&answer, &super::sample(), true, true, &people, "/r", Vec::new())
        };
        vec![page(sample(), vec![sample()]), page(first.clone(), vec![first, second])]
    }
}

/// An entry as a test knows it.
#[cfg(test)]
pub fn sample() -> RegisterEntry {
    let value = |key: &str, value: &str| RegisterValue { key: key.into(), values: vec![value.into()] };
    RegisterEntry {
        entry_id: "ren_1".into(),
        values: vec![value("a_text", "A <b>"), value("a_date", "2026-11-24"), value("a_choice", "one_way")],
        ..RegisterEntry::default()
    }
}

impl EntryPage {
    fn new(
        answer: &GetRegisterEntryResponse,
        definition: &RegisterDefinition,
        may_add: bool,
        confirms: bool,
        people: &People,
        register: &str,
        crumbs: Vec<Link>,
    ) -> Self {
        let entry = answer.entry.clone().unwrap_or_default();
        let here = format!("{register}/entries/{}", entry.entry_id);
        let rows = definition.fields.iter().filter_map(|field| {
            let shown = value(&entry, field, people);
            Row::some(field.title.clone(), Some(shown)).map(|row| match field.r#type.as_str() {
                "url" if row.value.starts_with("https://") => Row { href: row.value.clone(), ..row },
                _ => row,
            })
        });
        let stands = entry.superseded_by.is_empty() && !entry.withdrawn;
        let acts = [("Correct or end this entry", "correct"), ("Withdraw this entry", "withdraw")];
        let confirm = Some(("Confirm this entry", "confirm")).filter(|_| stands && confirms);
        let acts = acts.into_iter().filter(|_| stands && may_add).chain(confirm);
        let step = |entry: &RegisterEntry| {
            let what = match (entry.supersedes.is_empty(), entry.withdrawn) {
                (true, _) => "Added",
                (false, true) => "Withdrawn",
                (false, false) => "Corrected",
            };
            let when = words::stamp(entry.create_time.as_ref()).unwrap_or_default();
            let text = format!("{what} {when} by {}", people.name(&entry.account_id));
            let current = entry.entry_id == answer.entry.as_ref().map(|e| e.entry_id.clone()).unwrap_or_default();
            let href = if current { String::new() } else { format!("{register}/entries/{}", entry.entry_id) };
            Step { what: text, reason: entry.reason.clone(), link: Link::new("See this entry", href) }
        };
        Self {
            head: Head::new("Entry", crumbs).of(definition.title.clone()),
            rows: rows.collect(),
            acts: acts.map(|(text, act)| Link::new(text, format!("{here}/{act}"))).collect(),
            history: answer.history.iter().map(step).collect(),
        }
    }
}

/// What a field of an entry holds, for a person.
pub fn value(entry: &RegisterEntry, field: &RegisterField, people: &People) -> String {
    let values = entry.values.iter().find(|value| value.key == field.key).map(|value| value.values.as_slice());
    let shown = values.unwrap_or_default().iter().map(|value| match field.r#type.as_str() {
        "person" => person(people, value),
        "choice" | "choices" | "role" | "boolean" | "date" => cell(value),
        "entry" => people.thing(value, "An entry you may not read").to_owned(),
        _ => value.clone(),
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// The people that entries name or were added by, and what the entries they point at are called.
pub async fn named(visit: &Visit, definition: &RegisterDefinition, entries: &[RegisterEntry]) -> People {
    let values = entries.iter().flat_map(|entry| entry.values.iter().flat_map(|value| value.values.iter()));
    let accounts = values.map(String::as_str).filter(|value| value.starts_with("acc_"));
    let accounts: Vec<&str> = accounts.chain(entries.iter().map(|entry| entry.account_id.as_str())).collect();
    let mut people = visit.people(accounts).await;
    // An entry that points into a register its reader may not see is still shown, but for that.
    for (_, named) in pointed_at(visit, definition, &|_, _| true).await.unwrap_or_default() {
        people.learn(named);
    }
    people
}

/// What is asked of an entry, by the types of the register's fields.
pub fn fields(
    definition: &RegisterDefinition,
    held: &[RegisterValue],
    others: &[(String, Vec<(String, String)>)],
) -> Vec<Field> {
    let one = |field: &RegisterField| {
        let label = words::sentence(&field.title) + &needed(definition, field);
        let name = field.key.as_str();
        let named: Vec<(&str, String)> = field.allowed.iter().map(|value| (value.as_str(), cell(value))).collect();
        let choices = || named.iter().map(|(value, text)| (*value, text.as_str()));
        let few = named.len() <= 6;
        let asked = match field.r#type.as_str() {
            "choices" => Field::checkboxes(name, &label, &[]).choices(choices()),
            "choice" | "role" if few && field.required => Field::radios(name, &label, &[]).choices(choices()),
            "choice" | "role" => Field::select(name, &label).choices(std::iter::once(("", "Choose")).chain(choices())),
            "boolean" => Field::radios(name, &label, &[("true", "Yes"), ("false", "No")]),
            "date" => Field::day(name, &label),
            "number" => Field::name(name, &label).width("5"),
            "person" => Field::name(name, &label).hint(
                "The name that the platform shows, where the person signs in here; else a name, or a learner’s code.",
            ),
            "long_text" => Field::long_text(name, &label),
            "entry" => {
                let of = others.iter().find(|(register, _)| *register == field.refers_to);
                let of = of.map(|(_, entries)| entries.as_slice()).unwrap_or_default();
                let of = of.iter().map(|(id, title)| (id.as_str(), title.as_str()));
                Field::select(name, &label).choices(std::iter::once(("", "Choose")).chain(of))
            }
            "url" => Field::name(name, &label).hint("Begins with https://"),
            _ => Field::text(name, &label),
        };
        let asked = if field.hint.is_empty() { asked } else { asked.hint(&field.hint) };
        match held.iter().find(|value| value.key == field.key) {
            Some(value) if field.r#type == "date" => {
                asked.values(value.values.iter().map(|iso| words::day_to_type(iso)).collect())
            }
            Some(value) => asked.values(value.values.clone()),
            None => asked,
        }
    };
    // What is taken from another entry nobody fills in, and into a register one may not read nobody points.
    let asked = definition.fields.iter().filter(|field| field.taken_from.is_empty() && !unread(field, others));
    asked.map(one).collect()
}

/// Whether a field points into a register that its reader may not read.
fn unread(field: &RegisterField, read: &[(String, Vec<(String, String)>)]) -> bool {
    points(field) && read.iter().all(|(register, _)| *register != field.refers_to)
}

/// Whether a field points at an entry of another register.
fn points(field: &RegisterField) -> bool {
    !field.refers_to.is_empty()
}

/// A register as it is asked of somebody: who asked and who decided enter by themselves, and only those who decide are asked
/// how.
pub fn asked_of(mut definition: RegisterDefinition, roles: &[Role]) -> RegisterDefinition {
    // Whoever confirms does so on a page of their own.
    if let Some(confirmation) = &definition.confirmation {
        let who = confirmation.who.clone();
        definition.fields.retain(|field| field.key != who);
    }
    let Some(decision) = definition.decision.clone() else { return definition };
    let by = |role: &Role| decision.by_roles.iter().any(|by| by == role_name(*role));
    let decides = roles.iter().any(by);
    let by_itself = [&decision.asked_by, &decision.decided_by];
    definition.fields.retain(|field| !by_itself.contains(&&field.key) && (decides || field.key != decision.field));
    for field in &mut definition.fields {
        field.required &= field.key != decision.field;
    }
    definition
}

/// Whether a field may stay empty, as its label says it.
fn needed(definition: &RegisterDefinition, field: &RegisterField) -> String {
    if field.required {
        return String::new();
    }
    let when = field.required_if.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
    let title = |key: &str| definition.fields.iter().find(|other| other.key == key).map(|other| &other.title);
    match when.and_then(|(key, value)| Some((title(key)?, value))) {
        Some((other, value)) => format!(" (needed where “{other}” is “{}”)", cell(value)),
        None if field.required_if.is_empty() => " (optional)".to_owned(),
        None => " (needed in some cases)".to_owned(),
    }
}

/// Registers, each with its entries: their ids and what they are called.
type Others = Vec<(String, Vec<(String, String)>)>;

/// What a register is, and the entries that its fields may point at.
async fn definition(visit: &Visit, register: &str) -> Result<(RegisterDefinition, Others), Error> {
    let answer = entries(visit, register, &Which::default()).await?;
    let definition = answer.definition.unwrap_or_default();
    let others = pointed_at(visit, &definition, &fits).await?;
    Ok((definition, others))
}

/// The entries that a register's fields point at, those of them that fit a field's condition. A register that the reader may
/// not read is left out.
async fn pointed_at(
    visit: &Visit,
    definition: &RegisterDefinition,
    fit: &(dyn Fn(&RegisterEntry, &str) -> bool + Sync),
) -> Result<Others, Error> {
    let mut others = Vec::new();
    for field in definition.fields.iter().filter(|field| points(field)) {
        let other = &field.refers_to;
        let answer = match entries(visit, other, &Which::default()).await {
            Err(error) if error.kind() == Kind::Denied => continue,
            answer => answer?,
        };
        let fields = answer.definition.unwrap_or_default().fields;
        let titled = |entry: &RegisterEntry| {
            let values =
                fields.iter().filter(|f| matches!(f.key.as_str(), "title" | "subject" | "version" | "audience"));
            let values = values.filter_map(|f| entry.values.iter().find(|value| value.key == f.key));
            let title: Vec<String> = values.flat_map(|value| value.values.iter().map(|v| cell(v))).collect();
            (entry.entry_id.clone(), title.join(", "))
        };
        let fitting = answer.entries.iter().filter(|entry| fit(entry, &field.refers_if));
        others.push((other.clone(), fitting.map(titled).collect()));
    }
    Ok(others)
}

/// Whether an entry may be pointed at under a condition `key = value`; what is written otherwise the service judges.
fn fits(entry: &RegisterEntry, condition: &str) -> bool {
    match condition.split_once(" = ") {
        Some((key, wanted)) if !wanted.contains(' ') => {
            entry.values.iter().any(|value| value.key == key && value.values.iter().any(|held| held == wanted))
        }
        _ => true,
    }
}

pub(super) fn crumbs(visit: &Visit, register: &str, title: &str) -> Vec<Link> {
    let here = visit.at(&format!("/registers/{register}"));
    visit.crumbs(&[("Registers", visit.at("/registers")), (title, here)])
}

pub(super) async fn get(visit: &Visit, register: &str, entry_id: &str) -> Result<GetRegisterEntryResponse, Error> {
    let asked = GetRegisterEntryRequest {
        school_id: visit.school.clone(),
        register: register.to_owned(),
        entry_id: entry_id.to_owned(),
    };
    heard(visit.registry()?.get_register_entry(ask(asked))).await
}

/// Shows an entry.
pub async fn show(visit: Visit, Path((_, register, entry_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::RegisterRead)?;
    let answer = get(&visit, &register, &entry_id).await?;
    let listed = entries(&visit, &register, &Which::default()).await?;
    let definition = listed.definition.unwrap_or_default();
    let people = named(&visit, &definition, &answer.history).await;
    let crumbs = crumbs(&visit, &register, &definition.title);
    let here = visit.at(&format!("/registers/{register}"));
    let confirms = confirms(&visit, &definition, answer.entry.as_ref());
    visit.page(&EntryPage::new(&answer, &definition, listed.may_add, confirms, &people, &here, crumbs))
}

/// Refuses whoever may not add to a register before they write what would be lost.
pub async fn keeps(visit: &Visit, register: &str) -> Result<(), Fault> {
    visit.needs(Permission::RegisterKeep)?;
    if entries(visit, register, &Which::default()).await?.may_add { Ok(()) } else { Err(Error::denied().into()) }
}

/// Asks for a new entry.
pub async fn show_add(visit: Visit, Path((_, register)): Path<(String, String)>) -> Answer {
    keeps(&visit, &register).await?;
    visit.page(&add_page(&visit, &register).await?)
}

async fn add_page(visit: &Visit, register: &str) -> Result<FormPage, Error> {
    let (definition, others) = definition(visit, register).await?;
    let definition = asked_of(definition, visit.roles());
    let head = Head::new("Add an entry", crumbs(visit, register, &definition.title)).of(definition.title.clone());
    let action = visit.at(&format!("/registers/{register}/entries"));
    Ok(visit
        .form_page(head, action, "Add the entry", fields(&definition, &[], &others))
        .lead(super::about(&definition)))
}

pub(super) fn command(
    visit: &Visit,
    register: &str,
    definition: &RegisterDefinition,
    answers: &Answers,
) -> AddRegisterEntryRequest {
    let value = |field: &RegisterField| RegisterValue {
        key: field.key.clone(),
        values: if field.r#type == "date" { vec![answers.day(&field.key)] } else { answers.all(&field.key) },
    };
    AddRegisterEntryRequest {
        school_id: visit.school.clone(),
        register: register.to_owned(),
        values: definition.fields.iter().map(value).collect(),
        request_id: answers.request_id(),
        ..Default::default()
    }
}

/// Enters it, with the accounts it names held against the school's.
pub(super) async fn enter(visit: &Visit, command: AddRegisterEntryRequest) -> Result<(), Error> {
    colleague::decides_with(&visit.app, visit.roles(), &command).await?;
    heard(visit.registry()?.add_register_entry(ask(command))).await.map(|_| ())
}

/// Adds it.
pub async fn add(Path((_, register)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let (definition, _) = definition(&visit, &register).await?;
    let command = command(&visit, &register, &definition, &answers);
    match enter(&visit, command).await {
        Ok(()) => visit.to(&visit.at(&format!("/registers/{register}?done=entry"))),
        Err(error) => visit.again(add_page(&visit, &register).await?, &answers, error, ""),
    }
}

async fn change_page(visit: &Visit, register: &str, entry_id: &str, withdraws: bool) -> Result<FormPage, Error> {
    let entry = get(visit, register, entry_id).await?.entry.unwrap_or_default();
    let (definition, others) = definition(visit, register).await?;
    let definition = asked_of(definition, visit.roles());
    let crumbs = crumbs(visit, register, &definition.title);
    let here = visit.at(&format!("/registers/{register}/entries/{entry_id}"));
    let reason = || Field::text("reason", "Why");
    Ok(if withdraws {
        let head = Head::new("Withdraw an entry", crumbs).of(definition.title);
        visit
            .form_page(head, format!("{here}/withdraw"), "Withdraw the entry", vec![reason()])
            .lead("The entry stays in the history and counts no more. To end something, correct the entry and give its last day.")
    } else {
        let mut asked = fields(&definition, &entry.values, &others);
        asked.push(reason());
        let head = Head::new("Correct or end an entry", crumbs).of(definition.title);
        let mut page = visit
            .form_page(head, format!("{here}/correct"), "Save", asked)
            .lead("A new entry takes the place of this one. This one stays in the history.");
        for field in definition.fields.iter().filter(|field| unread(field, &others)) {
            let held = entry.values.iter().filter(|value| value.key == field.key).flat_map(|value| &value.values);
            page.form = held.fold(page.form, |form, value| form.carrying(&field.key, value));
        }
        page
    })
}

/// Asks for a correction.
pub async fn show_correct(visit: Visit, Path((_, register, entry_id)): Path<(String, String, String)>) -> Answer {
    keeps(&visit, &register).await?;
    visit.page(&change_page(&visit, &register, &entry_id, false).await?)
}

/// Asks why an entry is withdrawn.
pub async fn show_withdraw(visit: Visit, Path((_, register, entry_id)): Path<(String, String, String)>) -> Answer {
    keeps(&visit, &register).await?;
    visit.page(&change_page(&visit, &register, &entry_id, true).await?)
}

/// Corrects.
pub async fn correct(Path((_, register, entry_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let (definition, _) = definition(&posted.visit, &register).await?;
    let command = command(&posted.visit, &register, &definition, &posted.answers);
    change(posted, &register, &entry_id, command).await
}

/// Withdraws.
pub async fn withdraw(Path((_, register, entry_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let none = RegisterDefinition::default();
    let command =
        AddRegisterEntryRequest { withdrawn: true, ..command(&posted.visit, &register, &none, &posted.answers) };
    change(posted, &register, &entry_id, command).await
}

async fn change(posted: Posted, register: &str, entry_id: &str, command: AddRegisterEntryRequest) -> Answer {
    let Posted { visit, answers } = posted;
    let withdrawn = command.withdrawn;
    let command =
        AddRegisterEntryRequest { supersedes: entry_id.to_owned(), reason: answers.text("reason"), ..command };
    match enter(&visit, command).await {
        Ok(()) => visit.to(&visit.at(&format!("/registers/{register}?done=register_entry"))),
        Err(error) => {
            let place = visit.at(&format!("/registers/{register}/entries/{entry_id}"));
            visit.again(change_page(&visit, register, entry_id, withdrawn).await?, &answers, error, &place)
        }
    }
}

#[cfg(test)]
mod tests {
    use proto::policy_registry::v1::RegisterDecision;

    use super::*;

    #[test]
    fn only_those_who_decide_are_asked_how_and_nobody_who_decided() {
        let field = |key: &str| RegisterField { key: key.into(), required: true, ..RegisterField::default() };
        let decision = RegisterDecision {
            field: "decision".into(),
            waits: "asked".into(),
            by_roles: vec!["dsl".into()],
            asked_by: "asked_by".into(),
            decided_by: "decided_by".into(),
            ..RegisterDecision::default()
        };
        let fields: Vec<RegisterField> = ["site", "asked_by", "decision", "decided_by"].map(field).to_vec();
        let register =
            || RegisterDefinition { decision: Some(decision.clone()), fields: fields.clone(), ..Default::default() };
        let asked = |roles: &[Role]| {
            let fields = asked_of(register(), roles).fields;
            fields.into_iter().map(|field| (field.key, field.required)).collect::<Vec<_>>()
        };
        assert_eq!(asked(&[Role::Staff]), [("site".to_owned(), true)]);
        assert_eq!(asked(&[Role::Staff, Role::Dsl]).len(), 2);
        let plain = RegisterDefinition { decision: None, ..register() };
        assert_eq!(asked_of(plain.clone(), &[]), plain, "without a decision nothing changes");
    }
}
