//! What a register's rules find: gaps, conflicts, and what is overdue or soon due.

use std::collections::{BTreeMap, BTreeSet};

use time::{Date, Duration};

use super::{Among, Definition, Entry, EntryId, Kind, Persons, Rule, RuleKind, duties, period};
use crate::lint::Severity;

/// How long before its day something is soon due.
const SOON: Duration = Duration::days(30);

/// What sort of finding it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// What was tried did not come out as it must.
    Failed,
    /// Two things that must not be together are.
    Conflict,
    /// Something ought to be there and is not.
    Gap,
    /// A day has passed.
    Overdue,
    /// A day is near.
    DueSoon,
}

impl Sort {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Conflict => "conflict",
            Self::Gap => "gap",
            Self::Overdue => "overdue",
            Self::DueSoon => "due_soon",
        }
    }
}

/// One thing a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The register.
    pub register: String,
    /// The rule's code.
    pub code: String,
    /// What sort it is.
    pub sort: Sort,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong, without a name.
    pub message: String,
    /// Whom or what it concerns.
    pub subjects: Vec<String>,
    /// The entry it is about.
    pub entry: Option<EntryId>,
    /// Since when, or until when.
    pub due: Option<Date>,
}

/// A school's registers on one day: the definitions, and the standing entries of each.
pub struct Kept<'a> {
    /// What the registers hold.
    pub definitions: &'a [Definition],
    /// The standing entries.
    pub entries: &'a [Entry],
    /// The day.
    pub today: Date,
    /// Who is who.
    pub persons: &'a Persons,
    /// What the school filled in of the policy's parameters.
    pub parameter: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Kept<'a> {
    /// A definition and its standing entries.
    pub fn register(&self, key: &str) -> Option<(&'a Definition, Vec<&'a Entry>)> {
        let definition = self.definitions.iter().find(|definition| definition.key == key)?;
        Some((definition, self.entries.iter().filter(|entry| entry.register == key).collect()))
    }

    /// Those who ought to appear, today: what each goes by, and as an entry names them.
    pub fn among(&self, among: &[Among]) -> BTreeMap<String, &'a str> {
        let mut persons = BTreeMap::new();
        for source in among {
            let Some((definition, entries)) = self.register(&source.register) else { continue };
            let here = entries.into_iter().filter(|entry| entry.counts_on(definition, self.today));
            let here = here.filter(|entry| source.when.holds(&|key| entry.all(key)));
            let named = here.map(|entry| entry.one(&source.field)).filter(|person| !person.is_empty());
            for person in named {
                persons.entry(self.persons.key(person)).or_insert(person);
            }
        }
        persons
    }

    /// How many months a rule gives.
    pub fn months(&self, rule: &Rule) -> u32 {
        let said = Some(rule.parameter.as_str()).filter(|key| !key.is_empty()).and_then(self.parameter);
        said.and_then(|months| months.trim().parse().ok()).filter(|months| *months > 0).unwrap_or(rule.months)
    }
}

/// Everything the rules of one register find, the gravest first.
pub fn judge(kept: &Kept<'_>, definition: &Definition) -> Vec<Finding> {
    let mut findings = Vec::new();
    let entries: Vec<&Entry> = kept.entries.iter().filter(|entry| entry.register == definition.key).collect();
    for rule in &definition.rules {
        let seen: Vec<&Entry> = entries.iter().copied().filter(|e| rule.when.holds(&|key| e.all(key))).collect();
        let mut found = match rule.kind {
            RuleKind::Due => due(kept, rule, &seen),
            RuleKind::Lapses => lapses(kept, definition, rule, &seen),
            RuleKind::Held => held(kept, definition, rule, &seen),
            RuleKind::Single => single(definition, rule, &seen),
            RuleKind::Once => once(kept, definition, rule, &seen),
            RuleKind::Apart => apart(kept, definition, rule, &seen),
            RuleKind::Backed => backed(kept, definition, rule, &seen),
            RuleKind::Includes => includes(kept, definition, rule, &seen),
            RuleKind::Answers => duties::unanswered(kept, definition, rule),
            RuleKind::Failed => failed(kept, rule, &seen),
        };
        for finding in &mut found {
            finding.register.clone_from(&definition.key);
        }
        findings.append(&mut found);
    }
    findings.sort_by(|a, b| (a.severity, a.sort, a.due, &a.code).cmp(&(b.severity, b.sort, b.due, &b.code)));
    findings
}

/// A finding of a rule.
pub(super) fn found(rule: &Rule, sort: Sort, subjects: Vec<String>) -> Finding {
    Finding {
        register: String::new(),
        code: rule.code.clone(),
        sort,
        severity: if sort == Sort::DueSoon { Severity::Info } else { rule.severity },
        message: rule.message.clone(),
        subjects,
        entry: None,
        due: None,
    }
}

/// Overdue, soon due, or neither.
fn when(rule: &Rule, today: Date, day: Date, subjects: Vec<String>, entry: &Entry) -> Option<Finding> {
    let sort = match day {
        day if day < today => Sort::Overdue,
        day if day <= today.saturating_add(SOON) => Sort::DueSoon,
        _ => return None,
    };
    Some(Finding { entry: Some(entry.id.clone()), due: Some(day), ..found(rule, sort, subjects) })
}

/// Characters that a finding says of one field.
const SAID: usize = 80;

fn subject(rule: &Rule, entry: &Entry) -> Vec<String> {
    rule.by.iter().map(|key| beginning(&entry.all(key).join(", "))).filter(|part| !part.is_empty()).collect()
}

/// The beginning of what a field says: somebody may have written pages.
fn beginning(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(SAID) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line.to_owned(),
    }
}

/// What a subject goes by: a person by who they are, anything else by what it says.
fn subject_key(kept: &Kept<'_>, rule: &Rule, entry: &Entry) -> Vec<String> {
    let definition = kept.definitions.iter().find(|definition| definition.key == entry.register);
    let person = |key: &str| definition.and_then(|d| d.field(key)).is_some_and(|field| field.kind == Kind::Person);
    let part = |key: &String| {
        let said = entry.all(key).join(", ");
        if person(key) && !said.is_empty() { kept.persons.key(&said) } else { said }
    };
    rule.by.iter().map(part).filter(|part| !part.is_empty()).collect()
}

/// When each subject of a rule was last done, and when it is due again. What has ended (access that was given back, a notice
/// that was taken down) is done no more.
pub(super) fn last_done<'e>(
    kept: &Kept<'_>,
    rule: &Rule,
    entries: &[&'e Entry],
) -> BTreeMap<Vec<String>, (Date, Option<Date>, &'e Entry)> {
    let mut latest = BTreeMap::new();
    let ended = |entry: &Entry| {
        let definition = kept.definitions.iter().find(|definition| definition.key == entry.register);
        definition.and_then(|definition| entry.ends(definition)).is_some_and(|ends| ends < kept.today)
    };
    for entry in entries.iter().filter(|entry| !ended(entry)) {
        let Some(day) = entry.day(&rule.date).filter(|day| *day <= kept.today) else { continue };
        let next = period::plus_months(day, kept.months(rule)).filter(|_| kept.months(rule) > 0);
        let last = latest.entry(subject_key(kept, rule, entry)).or_insert((day, next, *entry));
        if last.0 < day {
            *last = (day, next, *entry);
        }
    }
    latest
}

fn due(kept: &Kept<'_>, rule: &Rule, entries: &[&Entry]) -> Vec<Finding> {
    let latest = last_done(kept, rule, entries);
    let among = kept.among(&rule.among);
    let concerns =
        |subject: &[String]| rule.among.is_empty() || subject.first().is_some_and(|person| among.contains_key(person));
    let mut findings: Vec<Finding> = latest
        .iter()
        .filter(|(subject, _)| concerns(subject))
        .filter_map(|(_, (_, next, entry))| when(rule, kept.today, (*next)?, subject(rule, entry), entry))
        .collect();
    if rule.among.is_empty() && rule.by.is_empty() && latest.is_empty() {
        findings.push(found(rule, Sort::Gap, Vec::new()));
    }
    let missing: Vec<String> = among
        .iter()
        .filter(|(key, _)| latest.keys().all(|subject| subject.first().is_none_or(|first| first != *key)))
        .map(|(_, person)| (*person).to_owned())
        .collect();
    findings.extend(missing.into_iter().map(|person| found(rule, Sort::Gap, vec![person])));
    findings
}

fn lapses(kept: &Kept<'_>, definition: &Definition, rule: &Rule, entries: &[&Entry]) -> Vec<Finding> {
    let open = entries.iter().filter(|entry| rule.done.is_empty() || entry.one(&rule.done).is_empty());
    let open = open
        .filter(|entry| rule.date == definition.until || entry.ends(definition).is_none_or(|ends| kept.today <= ends));
    open.filter_map(|entry| when(rule, kept.today, entry.day(&rule.date)?, subject(rule, entry), entry)).collect()
}

fn present<'e>(kept: &Kept<'_>, definition: &Definition, entries: &[&'e Entry]) -> Vec<&'e Entry> {
    entries.iter().copied().filter(|entry| entry.counts_on(definition, kept.today)).collect()
}

fn holds(rule: &Rule, entry: &Entry, value: &str) -> bool {
    entry.values.get(&rule.field).is_some_and(|values| values.iter().any(|held| held == value))
}

fn held(kept: &Kept<'_>, definition: &Definition, rule: &Rule, entries: &[&Entry]) -> Vec<Finding> {
    let present = present(kept, definition, entries);
    let missing = rule.values.iter().filter(|value| !present.iter().any(|entry| holds(rule, entry, value)));
    missing.map(|value| found(rule, Sort::Gap, vec![value.clone()])).collect()
}

fn single(definition: &Definition, rule: &Rule, entries: &[&Entry]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let begins = |entry: &Entry| entry.begins(definition).unwrap_or(Date::MIN);
    let ends = |entry: &Entry| entry.ends(definition).unwrap_or(Date::MAX);
    for value in &rule.values {
        let mut holders: Vec<&Entry> = entries.iter().copied().filter(|entry| holds(rule, entry, value)).collect();
        holders.sort_by_key(|entry| (begins(entry), entry.id.clone()));
        // Each is held against whichever of those before it lasts longest.
        let mut longest: Option<&Entry> = None;
        for entry in holders {
            match longest {
                Some(before) if ends(before) >= begins(entry) => findings.push(Finding {
                    entry: Some(entry.id.clone()),
                    due: entry.begins(definition),
                    ..found(rule, Sort::Conflict, vec![value.clone()])
                }),
                _ => {}
            }
            if longest.is_none_or(|before| ends(before) < ends(entry)) {
                longest = Some(entry);
            }
        }
    }
    findings
}

/// Where an entry says of a subject what another one says of the same days.
fn once(kept: &Kept<'_>, definition: &Definition, rule: &Rule, entries: &[&Entry]) -> Vec<Finding> {
    let mut subjects: BTreeMap<Vec<String>, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        subjects.entry(subject_key(kept, rule, entry)).or_default().push(entry);
    }
    let mut findings = Vec::new();
    for (_, mut same) in subjects {
        same.sort_by_key(|entry| (entry.begins(definition), entry.id.clone()));
        let mut last: Option<Date> = None;
        for entry in same {
            if last.is_some_and(|last| entry.begins(definition).unwrap_or(Date::MIN) <= last) {
                let twice = found(rule, Sort::Conflict, subject(rule, entry));
                findings.push(Finding { entry: Some(entry.id.clone()), due: entry.begins(definition), ..twice });
            }
            last = last.max(Some(entry.ends(definition).unwrap_or(Date::MAX)));
        }
    }
    findings
}

/// What each person holds today.
fn holdings<'e>(kept: &Kept<'_>, rule: &Rule, present: &[&'e Entry]) -> BTreeMap<String, BTreeSet<&'e str>> {
    let mut holdings: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for entry in present {
        let person = rule.by.first().map(|key| kept.persons.key(entry.one(key))).unwrap_or_default();
        let values = entry.values.get(&rule.field).map(Vec::as_slice).unwrap_or_default();
        if !person.is_empty() {
            holdings.entry(person).or_default().extend(values.iter().map(String::as_str));
        }
    }
    holdings
}

fn apart(kept: &Kept<'_>, definition: &Definition, rule: &Rule, entries: &[&Entry]) -> Vec<Finding> {
    let present = present(kept, definition, entries);
    let mut findings = Vec::new();
    for held in holdings(kept, rule, &present).values() {
        let of = |values: &[String]| values.iter().find(|value| held.contains(value.as_str())).cloned();
        if let (Some(one), Some(other)) = (of(&rule.values), of(&rule.against)) {
            findings.push(found(rule, Sort::Conflict, vec![one, other]));
        }
    }
    findings
}

fn backed(kept: &Kept<'_>, definition: &Definition, rule: &Rule, entries: &[&Entry]) -> Vec<Finding> {
    let present = present(kept, definition, entries);
    let holdings = holdings(kept, rule, &present);
    let mut findings = Vec::new();
    for (person, held) in &holdings {
        let others = holdings.iter().filter(|(other, _)| *other != person);
        let backed = others.into_iter().any(|(_, held)| rule.against.iter().any(|value| held.contains(value.as_str())));
        if rule.values.iter().all(|value| held.contains(value.as_str())) && !backed {
            findings.push(found(rule, Sort::Gap, rule.values.clone()));
        }
    }
    findings
}

fn includes(kept: &Kept<'_>, definition: &Definition, rule: &Rule, entries: &[&Entry]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in present(kept, definition, entries) {
        let missing: Vec<String> = rule.values.iter().filter(|value| !holds(rule, entry, value)).cloned().collect();
        if !missing.is_empty() {
            findings.push(Finding { entry: Some(entry.id.clone()), ..found(rule, Sort::Gap, missing) });
        }
    }
    findings
}

/// Every subject of an entry: one for each way to take one value of each field, as it goes by and as it is written.
fn tried(rule: &Rule, entry: &Entry) -> Vec<(Vec<String>, Vec<String>)> {
    let mut subjects: Vec<(Vec<String>, Vec<String>)> = vec![(Vec::new(), Vec::new())];
    for key in &rule.by {
        let mut said = entry.all(key);
        if said.is_empty() {
            said.push(String::new());
        }
        let mut longer = Vec::with_capacity(subjects.len() * said.len());
        for (goes_by, written) in &subjects {
            for value in &said {
                let goes_by: Vec<String> = [goes_by.as_slice(), &[value.trim().to_lowercase()]].concat();
                let written: Vec<String> = [written.as_slice(), &[beginning(value)]].concat();
                longer.push((goes_by, written));
            }
        }
        subjects = longer;
    }
    subjects
}

/// Entries that did not come out as they must, each with those of its subjects that nobody tried again since. What was put
/// right and said to be, or came out well later, waits for nobody.
fn failed(kept: &Kept<'_>, rule: &Rule, entries: &[&Entry]) -> Vec<Finding> {
    let rank = |entry: &Entry| (entry.day(&rule.date), entry.added_at, entry.id.clone());
    let mut latest: BTreeMap<Vec<String>, (Vec<String>, &Entry)> = BTreeMap::new();
    for entry in entries.iter().copied().filter(|entry| entry.day(&rule.date).is_some_and(|day| day <= kept.today)) {
        for (goes_by, written) in tried(rule, entry) {
            let last = latest.entry(goes_by).or_insert_with(|| (written.clone(), entry));
            if rank(last.1) < rank(entry) {
                *last = (written, entry);
            }
        }
    }
    let came_out = |entry: &Entry| rule.values.iter().any(|value| holds(rule, entry, value));
    let put_right = |entry: &Entry| !rule.done.is_empty() && !entry.one(&rule.done).trim().is_empty();
    let mut open: BTreeMap<EntryId, (Option<Date>, Vec<String>)> = BTreeMap::new();
    for (written, entry) in latest.into_values().filter(|(_, entry)| !came_out(entry) && !put_right(entry)) {
        let (_, parts) = open.entry(entry.id.clone()).or_insert_with(|| (entry.day(&rule.date), Vec::new()));
        for part in written.into_iter().filter(|part| !part.is_empty()) {
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
    }
    open.into_iter()
        .map(|(id, (due, parts))| Finding { entry: Some(id), due, ..found(rule, Sort::Failed, parts) })
        .collect()
}
