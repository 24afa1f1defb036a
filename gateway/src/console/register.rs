//! A school's registers: what is missing, overdue or in conflict first, then each register with its entries.

pub mod confirm;
pub mod duty;
pub mod entry;
pub mod export;
pub mod import;

use axum::extract::{Path, Query};
use chassis::{clock::timestamp, error::Error};
use prost_types::Timestamp;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{
        Coverage, ListRegisterEntriesRequest, ListRegisterEntriesResponse, ListRegisterFindingsRequest,
        ListRegisterFindingsResponse, ListRegistersRequest, RegisterDefinition, RegisterEntry, RegisterField,
        RegisterFinding, RegisterSummary,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    people::People,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    part::{Head, Link, Pager, percent},
    words,
};

/// The kinds of findings.
const KINDS: words::Codes = &[
    ("failed", "Failed"),
    ("gap", "Missing"),
    ("conflict", "Conflict"),
    ("overdue", "Overdue"),
    ("due_soon", "Due soon"),
];
/// How many columns a table of entries shows; the entry's own page shows all.
const COLUMNS: usize = 4;

/// The registers of a school.
#[derive(Debug, Serialize)]
pub struct Registers {
    head: Head,
    duties: Link,
    findings: Vec<Found>,
    coverage: Vec<Covered>,
    registers: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Found {
    kind: String,
    grave: bool,
    message: String,
    subjects: String,
    since: String,
    link: Link,
}

#[derive(Debug, Serialize)]
struct Covered {
    title: String,
    audience: String,
    figure: String,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    about: String,
    entries: String,
    findings: u32,
}

impl Page for Registers {
    const TEMPLATE: &'static str = "registers.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let finding = RegisterFinding {
            register: "training".into(),
            kind: "overdue".into(),
            severity: "error".into(),
            message: "Training is due <every> year.".into(),
            subjects: vec!["acc_1".into(), "Bo Cedar".into()],
            due_date: "2026-11-01".into(),
            ..RegisterFinding::default()
        };
        let covered = Coverage {
            title: "Rules".into(),
            version: "2".into(),
            audience: "staff".into(),
            answered: 3,
            due: 4,
            others: 1,
            ..Coverage::default()
        };
        let unlisted = Coverage { audience: "visitors".into(), answered: 0, due: 0, others: 2, ..covered.clone() };
        let summary = RegisterSummary { definition: Some(sample()), entries: 1, findings: 1, ..Default::default() };
        let elsewhere = RegisterDefinition { kept_as: "incident_cases.v1.Concern".into(), ..sample() };
        let elsewhere = RegisterSummary { definition: Some(elsewhere), ..Default::default() };
        let people = People::of(&[("acc_1", "Ada Birch")]);
        let found = ListRegisterFindingsResponse { findings: vec![finding], coverage: vec![covered, unlisted] };
        vec![
            Self::new(&found, &[summary, elsewhere], &people, "/r", Vec::new()),
            Self::new(&ListRegisterFindingsResponse::default(), &[], &people, "/r", Vec::new()),
        ]
    }
}

/// A definition as a test knows it.
#[cfg(test)]
pub fn sample() -> RegisterDefinition {
    let kinds = ["text", "long_text", "choice", "choices", "date", "person", "number", "boolean", "entry", "url"];
    let field = |kind: &&str| RegisterField {
        key: format!("a_{kind}"),
        title: format!("The {kind} <field>"),
        r#type: (*kind).into(),
        allowed: if kind.starts_with("choice") { vec!["one_way".into(), "another".into()] } else { Vec::new() },
        ..RegisterField::default()
    };
    RegisterDefinition {
        register: "training".into(),
        title: "Training of staff".into(),
        about: "Who was trained.".into(),
        fields: kinds.iter().map(field).collect(),
        ..RegisterDefinition::default()
    }
}

/// Findings that say the same of several things, as one.
fn together(findings: impl Iterator<Item = Found>) -> Vec<Found> {
    let mut lines: Vec<Found> = Vec::new();
    for finding in findings {
        let same = |line: &&mut Found| {
            (&line.kind, &line.message, &line.since, &line.link)
                == (&finding.kind, &finding.message, &finding.since, &finding.link)
        };
        match lines.iter_mut().find(same) {
            Some(line) if !line.subjects.is_empty() && !finding.subjects.is_empty() => {
                line.subjects = format!("{}\n{}", line.subjects, finding.subjects);
            }
            Some(_) | None => lines.push(finding),
        }
    }
    lines
}

impl Registers {
    fn new(
        found: &ListRegisterFindingsResponse,
        registers: &[RegisterSummary],
        people: &People,
        base: &str,
        crumbs: Vec<Link>,
    ) -> Self {
        let title = |key: &str| {
            let definitions = registers.iter().filter_map(|register| register.definition.as_ref());
            definitions.into_iter().find(|d| d.register == key).map_or(key, |d| d.title.as_str()).to_owned()
        };
        let finding = |finding: &RegisterFinding| {
            let link = Link::new(title(&finding.register), format!("{base}/{}", finding.register));
            self::found(finding, people, link)
        };
        let covered = |coverage: &Coverage| Covered {
            title: format!("{}, version {}", coverage.title, coverage.version),
            audience: cell(&coverage.audience),
            figure: figure(coverage),
        };
        let line = |summary: &RegisterSummary| {
            let definition = summary.definition.clone().unwrap_or_default();
            let kept_here = definition.kept_as.is_empty();
            Line {
                link: Link::new(
                    definition.title.clone(),
                    if kept_here { format!("{base}/{}", definition.register) } else { String::new() },
                ),
                about: about(&definition).to_owned(),
                entries: if kept_here { summary.entries.to_string() } else { String::new() },
                findings: summary.findings,
            }
        };
        Self {
            head: Head::new("Registers", crumbs),
            duties: Link::new("What you have to read and accept", base.replace("/registers", "/duties")),
            findings: together(found.findings.iter().map(finding)),
            coverage: found.coverage.iter().map(covered).collect(),
            registers: registers.iter().map(line).collect(),
        }
    }
}

/// How many answered of those who are asked, and beside them.
fn figure(coverage: &Coverage) -> String {
    let Coverage { answered, due, others, .. } = coverage;
    match (due, others) {
        (0, 0) => "Nobody yet. The register of access says nobody who is asked".to_owned(),
        (0, _) => format!("{others}. The register of access says nobody who is asked"),
        (_, 0) => format!("{answered} of {due}"),
        _ => format!("{answered} of {due}, and {others} not in the register of access"),
    }
}

/// A finding as the page of registers shows it, under its register’s title.
fn found(finding: &RegisterFinding, people: &People, link: Link) -> Found {
    let subject = |s: &String| if s.starts_with("acc_") { people.name(s) } else { cell(s) };
    Found {
        kind: words::called(KINDS, &finding.kind),
        grave: finding.severity == "error",
        message: finding.message.clone(),
        subjects: finding.subjects.iter().map(subject).collect::<Vec<_>>().join(", "),
        since: day(&finding.due_date),
        link,
    }
}

/// What a register is for; empty where that is what its title says.
fn about(definition: &RegisterDefinition) -> &str {
    let about = definition.about.trim();
    if about.trim_end_matches('.') == definition.title.trim() { "" } else { about }
}

/// Somebody's name where a value is an account.
fn person(people: &People, value: &str) -> String {
    if value.starts_with("acc_") { people.name(value) } else { value.to_owned() }
}

/// A value for a person: codes as words, days as days, `true` as yes.
pub fn cell(value: &str) -> String {
    match value {
        "true" => "Yes".to_owned(),
        "false" => "No".to_owned(),
        value if date(value).is_some() => day(value),
        "dsl" => "Designated safeguarding lead".to_owned(),
        "deputy_dsl" => "Deputy safeguarding lead".to_owned(),
        "it" => "IT".to_owned(),
        value if value.bytes().all(|c| c.is_ascii_lowercase() || c == b'_' || c.is_ascii_digit()) => {
            let word = |word: &str| match word {
                "dsl" => "DSL".to_owned(),
                "send" | "senco" | "pshe" | "rse" | "iwf" | "eyfs" | "ks1" | "ks2" | "ks3" | "ks4" | "ks5" => {
                    word.to_uppercase()
                }
                word => word.to_owned(),
            };
            words::sentence(&value.split('_').map(word).collect::<Vec<_>>().join(" "))
        }
        value => value.to_owned(),
    }
}

/// Noon of a day as entries write it.
fn date(text: &str) -> Option<time::OffsetDateTime> {
    let [year, month, day] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
    if year.len() == 4 { words::typed(day, month, year, "12:00") } else { None }
}

/// A day for a person; empty where there is none.
pub fn day(text: &str) -> String {
    date(text).map(words::date).unwrap_or_default()
}

/// Lists them, what is to be done first.
pub async fn list(visit: Visit) -> Answer {
    visit.needs(Permission::RegisterRead)?;
    let (mut one, mut other) = (visit.registry()?, visit.registry()?);
    let found = ListRegisterFindingsRequest { school_id: visit.school.clone(), ..Default::default() };
    let listed = ListRegistersRequest { school_id: visit.school.clone() };
    let (found, listed) =
        tokio::join!(heard(one.list_register_findings(ask(found))), heard(other.list_registers(ask(listed))));
    let (found, listed) = (found?, listed?);
    let subjects = found.findings.iter().flat_map(|finding| finding.subjects.iter().map(String::as_str));
    let accounts: Vec<&str> = subjects.filter(|subject| subject.starts_with("acc_")).collect();
    let people = visit.people(accounts).await;
    visit.page(&Registers::new(&found, &listed.registers, &people, &visit.at("/registers"), visit.crumbs(&[])))
}

/// Which entries.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    /// As they were known at the end of this day, `2026-11-24`; now where empty.
    #[serde(default)]
    as_at: String,
    /// The page.
    #[serde(default)]
    page_token: String,
}

impl Which {
    /// The end of the day that is asked about.
    fn moment(&self) -> Result<Option<Timestamp>, Error> {
        match self.as_at.trim() {
            "" => Ok(None),
            text => words::typed_day(text)
                .map(|day| Some(timestamp(chassis::calendar::end_of_day(day))))
                .ok_or_else(|| Error::invalid("as_at", "Enter a day such as 27/3/2026")),
        }
    }
}

/// The entries of a register.
#[derive(Debug, Serialize)]
pub struct Register {
    head: Head,
    about: String,
    acts: Vec<Link>,
    here: String,
    as_at: String,
    columns: Vec<String>,
    entries: Vec<Shown>,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Shown {
    link: Link,
    cells: Vec<String>,
}

impl Page for Register {
    const TEMPLATE: &'static str = "register.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let entry = entry::sample();
        let answer = ListRegisterEntriesResponse {
            definition: Some(sample()),
            entries: vec![entry],
            next_page_token: "x".into(),
            may_add: true,
        };
        let empty = ListRegisterEntriesResponse { definition: Some(sample()), ..Default::default() };
        let which = Which { as_at: "2026-11-24".into(), page_token: String::new() };
        let people = People::of(&[]);
        vec![
            Self::new(&answer, &Which::default(), &people, "/r", Vec::new()),
            Self::new(&empty, &which, &people, "/r", Vec::new()),
        ]
    }
}

/// The field by which an entry says what came of something.
const RESULT: &str = "outcome";

/// What a list of entries shows: the first fields that are no long texts, with what came of it where entries say that; where
/// somebody decides about entries, what is asked for and how it was decided above all.
fn columns(definition: &RegisterDefinition) -> Vec<&RegisterField> {
    let short = |field: &&RegisterField| field.r#type != "long_text";
    let Some(decision) = &definition.decision else {
        let result = |field: &&RegisterField| field.key == RESULT && field.r#type == "choice";
        let mut shown: Vec<&RegisterField> = definition.fields.iter().filter(short).take(COLUMNS).collect();
        if !shown.iter().any(result) {
            shown.extend(definition.fields.iter().find(result));
        }
        return shown;
    };
    // The first field that has to be filled in words says what it is about.
    let about = definition.fields.iter().find(|f| f.required && matches!(f.r#type.as_str(), "text" | "long_text"));
    let decided = definition.fields.iter().find(|field| field.key == decision.field);
    let known = |field: &&RegisterField| {
        let of = |other: Option<&RegisterField>| other.is_some_and(|other| other.key == field.key);
        !of(about) && !of(decided) && field.key != decision.asked_by
    };
    let mut others = definition.fields.iter().filter(short).filter(known);
    let first = others.next();
    first.into_iter().chain(about).chain(decided).chain(others).take(COLUMNS).collect()
}

/// The beginning of a text, as a cell holds it.
fn beginning(text: &str) -> String {
    const LONGEST: usize = 80;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line.to_owned(),
    }
}

impl Register {
    fn new(
        answer: &ListRegisterEntriesResponse,
        which: &Which,
        people: &People,
        here: &str,
        crumbs: Vec<Link>,
    ) -> Self {
        let definition = answer.definition.clone().unwrap_or_default();
        let shown = columns(&definition);
        let cells = |entry: &RegisterEntry| -> Vec<String> {
            let cell = |field: &&RegisterField| match (entry::value(entry, field, people), field.r#type.as_str()) {
                (text, "long_text") => beginning(&text),
                (text, _) => text,
            };
            shown.iter().map(cell).collect()
        };
        let line = |entry: &RegisterEntry| {
            let mut cells = cells(entry).into_iter();
            let first = cells.next().filter(|text| !text.is_empty()).unwrap_or_else(|| "Entry".to_owned());
            Shown { link: Link::new(first, format!("{here}/entries/{}", entry.entry_id)), cells: cells.collect() }
        };
        let export = match which.as_at.trim() {
            "" => format!("{here}/export"),
            day => format!("{here}/export?as_at={}", percent(day)),
        };
        let adds =
            [("Add an entry", format!("{here}/entries/new")), ("Import a table (CSV)", format!("{here}/import"))];
        let acts = adds.into_iter().filter(|_| answer.may_add).chain([("Download as a table (CSV)", export)]);
        Self {
            head: Head::new(definition.title.clone(), crumbs).of("Register"),
            about: about(&definition).to_owned(),
            acts: acts.map(|(text, href)| Link::new(text, href)).collect(),
            here: here.to_owned(),
            as_at: which.as_at.clone(),
            columns: shown.iter().map(|field| field.title.clone()).collect(),
            entries: answer.entries.iter().map(line).collect(),
            pager: Pager::new(here, &[("as_at", &which.as_at)], &which.page_token, &answer.next_page_token),
        }
    }
}

/// Asks for a register's entries.
async fn entries(visit: &Visit, register: &str, which: &Which) -> Result<ListRegisterEntriesResponse, Error> {
    let asked = ListRegisterEntriesRequest {
        school_id: visit.school.clone(),
        register: register.to_owned(),
        at_time: which.moment()?,
        page_size: 0,
        page_token: which.page_token.clone(),
    };
    heard(visit.registry()?.list_register_entries(ask(asked))).await
}

/// Shows them.
pub async fn show(visit: Visit, Path((_, register)): Path<(String, String)>, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::RegisterRead)?;
    let answer = entries(&visit, &register, &which).await?;
    let definition = answer.definition.clone().unwrap_or_default();
    let people = entry::named(&visit, &definition, &answer.entries).await;
    let crumbs = visit.crumbs(&[("Registers", visit.at("/registers"))]);
    visit.page(&Register::new(&answer, &which, &people, &visit.at(&format!("/registers/{register}")), crumbs))
}
