//! What figures are counted from: codes of single entries, and how many of those expected in a register are in it. No text that
//! somebody wrote, and no person.

use std::collections::BTreeMap;

use super::{Definition, Entry, RuleKind, duties, judge::Kept, judge::last_done};
use crate::template::condition::Condition;

/// The registers whose entries are counted one by one: the date, the kind and the result of an entry, by the fields that hold
/// them; empty where a register has none.
const SINGLY: [(&str, &str, &str, &str); 3] = [
    ("filter-checks", "on", "kind", "outcome"),
    ("filter-reviews", "on", "why_now", ""),
    ("access-audits", "on", "", ""),
];

/// What is counted of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The day it is of.
    pub date: String,
    /// Of which kind it is.
    pub kind: String,
    /// What came of it.
    pub result: String,
}

/// What is counted of an entry of this register; none where its entries are not counted one by one.
pub fn mark(definition: &Definition, entry: &Entry) -> Option<Mark> {
    let (_, date, kind, result) = SINGLY.into_iter().find(|(register, ..)| *register == definition.key)?;
    // Only what the template allows is a code; anything else somebody may have written.
    let code = |key: &str| {
        let said = entry.one(key);
        let allowed = definition.field(key).is_some_and(|field| field.allowed.iter().any(|allowed| allowed == said));
        if allowed { said.to_owned() } else { String::new() }
    };
    let date = entry.day(date)?.to_string();
    Some(Mark { date, kind: code(kind), result: code(result) })
}

/// How many of those expected in a register, or in a part of it, are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// How many are expected.
    pub expected: usize,
    /// How many of them are in it.
    pub covered: usize,
}

/// The shares of all registers in which people are expected, by register and part: documents by audience, training by course.
pub fn shares(kept: &Kept<'_>) -> BTreeMap<(String, String), Share> {
    let mut shares: BTreeMap<(String, String), Share> = BTreeMap::new();
    let rules =
        kept.definitions.iter().flat_map(|definition| definition.rules.iter().map(move |rule| (definition, rule)));
    for (definition, rule) in rules {
        let mut add = |part: &str, expected: usize, covered: usize| {
            let share = shares.entry((definition.key.clone(), part.to_owned())).or_default();
            share.expected += expected;
            share.covered += covered;
        };
        match rule.kind {
            RuleKind::Answers => {
                for coverage in duties::coverage(kept, definition, rule) {
                    let expected = coverage.answered + coverage.missing.len();
                    add(coverage.document.one("audience"), expected, coverage.answered);
                }
            }
            RuleKind::Due if !rule.among.is_empty() => {
                let Condition::Is(_, part) = &rule.when else { continue };
                let among = kept.among(&rule.among);
                let entries = kept.register(&definition.key).map(|(_, entries)| entries).unwrap_or_default();
                let entries: Vec<&Entry> =
                    entries.into_iter().filter(|entry| rule.when.holds(&|key| entry.all(key))).collect();
                let latest = last_done(kept, rule, &entries);
                let in_date = latest.iter().filter(|(_, (_, next, _))| next.is_none_or(|next| kept.today <= next));
                let covered = in_date.filter_map(|(subject, _)| subject.first()).filter(|who| among.contains_key(*who));
                add(part, among.len(), covered.count());
            }
            _ => {}
        }
    }
    shares
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::register::tests::{entry, shipped};

    #[test]
    fn of_a_check_its_codes_are_counted_and_nothing_that_was_written() {
        let definitions = shipped();
        let checks = definitions.iter().find(|definition| definition.key == "filter-checks").unwrap();
        let values = [("on", "2026-11-24"), ("kind", "filter"), ("outcome", "Robin saw it"), ("where", "Library")];
        let mark = mark(checks, &entry(1, "filter-checks", &values)).unwrap();
        let Mark { date, kind, result } = mark;
        assert_eq!([date.as_str(), kind.as_str(), result.as_str()], ["2026-11-24", "filter", ""]);
        let training = definitions.iter().find(|definition| definition.key == "training").unwrap();
        assert_eq!(super::mark(training, &entry(2, "training", &[("trained_on", "2026-11-24")])), None);
    }
}
