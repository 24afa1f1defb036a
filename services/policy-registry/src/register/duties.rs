//! Documents that are accepted or read, by whom, and what one person has to do.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use super::{
    Definition, Entry, Rule, RuleKind,
    judge::{Finding, Kept, Sort, found, last_done},
};

/// The fields that a register of documents has, by which the engine knows them.
pub const DOCUMENT_FIELDS: [&str; 7] = ["kind", "title", "version", "audience", "answer", "text", "url"];
/// The fields that a register of answers has.
pub const ANSWER_FIELDS: [&str; 5] = ["document", "who", "audience", "how", "answered_on"];

/// How far one document was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage<'a> {
    /// The document.
    pub document: &'a Entry,
    /// The register that holds the answers.
    pub register: String,
    /// How many of those asked answered.
    pub answered: usize,
    /// Those of them who did not.
    pub missing: BTreeSet<&'a str>,
    /// How many answered who are on no record of those asked.
    pub others: usize,
}

/// Something one person has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty<'a> {
    /// `accept`, `read` or `train`.
    pub kind: &'static str,
    /// What it concerns.
    pub title: String,
    /// The document, where it is one.
    pub document: Option<&'a Entry>,
    /// When it was done.
    pub done: Option<Date>,
    /// When it is or was due.
    pub due: Option<Date>,
}

/// The present version of every document that asks for this rule's answer: one for each kind and audience.
pub fn documents<'a>(kept: &Kept<'a>, rule: &Rule) -> Vec<&'a Entry> {
    let Some((definition, entries)) = kept.register(&rule.documents) else { return Vec::new() };
    let mut present: BTreeMap<(&str, &str), &Entry> = BTreeMap::new();
    for entry in entries.into_iter().filter(|entry| entry.counts_on(definition, kept.today)) {
        let newest = present.entry((entry.one("kind"), entry.one("audience"))).or_insert(entry);
        if (newest.begins(definition), newest.added_at, &newest.id)
            < (entry.begins(definition), entry.added_at, &entry.id)
        {
            *newest = entry;
        }
    }
    present.into_values().filter(|entry| entry.one("answer") == rule.answer).collect()
}

/// Who answered a document, by what they go by, and when.
pub fn answers(kept: &Kept<'_>, register: &str, document: &Entry) -> BTreeMap<String, Option<Date>> {
    let of = kept.entries.iter().filter(|entry| entry.register == register);
    let of = of.filter(|entry| entry.one("document") == document.id.as_str());
    of.map(|entry| (kept.persons.key(entry.one("who")), entry.day("answered_on"))).collect()
}

/// How far the documents of one rule were answered.
pub fn coverage<'a>(kept: &Kept<'a>, definition: &Definition, rule: &Rule) -> Vec<Coverage<'a>> {
    let mut all = Vec::new();
    for document in documents(kept, rule) {
        let audience = document.one("audience");
        let among: Vec<_> = rule
            .among
            .iter()
            .map(|source| super::Among {
                when: crate::template::condition::Condition::Is("audience".into(), audience.to_owned()),
                ..source.clone()
            })
            .collect();
        let asked = kept.among(&among);
        let given = answers(kept, &definition.key, document);
        let others = given.keys().filter(|person| !asked.contains_key(*person)).count();
        let missing: BTreeSet<&str> =
            asked.iter().filter(|(person, _)| !given.contains_key(*person)).map(|(_, named)| *named).collect();
        let answered = asked.len() - missing.len();
        all.push(Coverage { document, register: definition.key.clone(), answered, missing, others });
    }
    all
}

/// One finding for each document that somebody has still to answer.
pub(super) fn unanswered(kept: &Kept<'_>, definition: &Definition, rule: &Rule) -> Vec<Finding> {
    let open = coverage(kept, definition, rule).into_iter().filter(|coverage| !coverage.missing.is_empty());
    open.map(|coverage| Finding {
        entry: Some(coverage.document.id.clone()),
        due: coverage.document.day("in_force_from"),
        ..found(rule, Sort::Overdue, coverage.missing.into_iter().map(str::to_owned).collect())
    })
    .collect()
}

/// The audience that somebody in these roles belongs to.
pub fn audience(roles: &[String]) -> &'static str {
    let of_staff = |role: &String| !matches!(role.as_str(), "governor" | "chair");
    if roles.iter().any(of_staff) { "staff" } else { "governors" }
}

/// What a person of an audience has to accept, read and be trained in: what is still to do first.
pub fn of_person<'a>(kept: &Kept<'a>, person: &str, audience: &str) -> Vec<Duty<'a>> {
    let person = kept.persons.key(person);
    let mut duties = Vec::new();
    let rules =
        kept.definitions.iter().flat_map(|definition| definition.rules.iter().map(move |rule| (definition, rule)));
    for (definition, rule) in rules {
        match rule.kind {
            RuleKind::Answers => {
                let mine = documents(kept, rule).into_iter().filter(|document| document.one("audience") == audience);
                duties.extend(mine.map(|document| Duty {
                    kind: if rule.answer == "accept" { "accept" } else { "read" },
                    title: document.one("title").to_owned(),
                    document: Some(document),
                    done: answers(kept, &definition.key, document).get(&person).copied().flatten(),
                    due: document.day("in_force_from"),
                }));
            }
            RuleKind::Due if !rule.among.is_empty() && kept.among(&rule.among).contains_key(&person) => {
                let entries = kept.register(&definition.key).map(|(_, entries)| entries).unwrap_or_default();
                let entries: Vec<&Entry> =
                    entries.into_iter().filter(|entry| rule.when.holds(&|key| entry.all(key))).collect();
                let latest = last_done(kept, rule, &entries);
                let mine = latest.iter().find(|(subject, _)| subject.first() == Some(&person));
                let (done, due) = mine.map_or((None, None), |(_, (day, next, _))| (Some(*day), *next));
                let done = done.filter(|_| due.is_none_or(|due| kept.today <= due));
                duties.push(Duty { kind: "train", title: rule.message.clone(), document: None, done, due });
            }
            _ => {}
        }
    }
    duties.sort_by_key(|duty| (duty.done.is_some(), duty.due));
    duties
}

/// The register whose answers a document asks for.
pub fn answered_in<'d>(definitions: &'d [Definition], document: &Entry) -> Option<(&'d Definition, &'d Rule)> {
    let rules = definitions.iter().flat_map(|definition| definition.rules.iter().map(move |rule| (definition, rule)));
    let mut rules = rules.filter(|(_, rule)| rule.kind == RuleKind::Answers);
    rules.find(|(_, rule)| rule.documents == document.register && rule.answer == document.one("answer"))
}
