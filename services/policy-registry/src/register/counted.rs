//! What figures are counted from: codes of single entries, and how many of those expected in a register are in it. No text that
//! somebody wrote, and no person.

use std::collections::BTreeMap;

use super::{Definition, Entry, Kind, RuleKind, duties, judge::Kept, judge::last_done};
use crate::template::condition::Condition;

/// A register whose entries are counted one by one: what is counted of an entry, by the fields that hold it; empty where a register
/// has none.
struct Singly {
    register: &'static str,
    date: &'static str,
    until: &'static str,
    kind: &'static str,
    result: &'static str,
    /// Fields that are counted as codes: of a choice its values, of any other that it says yes or is filled in.
    codes: &'static [&'static str],
}

/// The register of tests of the filter.
const CHECKS: &str = "filter-checks";
/// Said of a test of the filter in which what was tried was to be blocked, and was: nothing else proves that anything is.
const BLOCKED: &str = "blocked";

/// Whether an entry is such a test.
fn blocks(definition: &Definition, entry: &Entry) -> bool {
    let said = [("kind", "filter"), ("expected", BLOCKED), ("actual", BLOCKED), ("outcome", "works")];
    definition.key == CHECKS && said.iter().all(|(key, value)| entry.one(key) == *value)
}

/// A register of which nothing is counted but days, to begin with.
const DAYS: Singly = Singly { register: "", date: "on", until: "", kind: "", result: "", codes: &[] };

/// The registers whose entries are counted one by one.
const SINGLY: [Singly; 10] = [
    Singly {
        register: CHECKS,
        kind: "kind",
        result: "outcome",
        codes: &["user_group", "list_tested", "device", "where"],
        ..DAYS
    },
    Singly { register: "filter-reviews", kind: "why_now", codes: &["took_part"], ..DAYS },
    Singly { register: "access-audits", ..DAYS },
    Singly {
        register: "appointments",
        date: "from",
        until: "until",
        kind: "role",
        codes: &["senior_leader", "trained_on", "duties_shown_on"],
        ..DAYS
    },
    Singly {
        register: "filter-systems",
        date: "in_use_from",
        until: "in_use_until",
        kind: "kind",
        codes: &["lists", "strategies", "why_blocked", "risk_assessment"],
        ..DAYS
    },
    Singly { register: "filter-changes", kind: "decision", result: "kind", ..DAYS },
    Singly { register: "unblock-requests", kind: "decision", ..DAYS },
    Singly { register: "meetings", kind: "kind", ..DAYS },
    Singly { register: "communications", kind: "channel", codes: &["to"], ..DAYS },
    Singly { register: "risk-assessments", date: "assessed_on", until: "review_on", kind: "kind", ..DAYS },
];

/// What is counted of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The day it is of.
    pub date: String,
    /// The last day it counts on; empty where it has none.
    pub until: String,
    /// Of which kind it is.
    pub kind: String,
    /// What came of it.
    pub result: String,
    /// What else it says.
    pub codes: Vec<String>,
}

/// What is counted of an entry of this register; none where its entries are not counted one by one.
pub fn mark(definition: &Definition, entry: &Entry) -> Option<Mark> {
    let of = SINGLY.iter().find(|of| of.register == definition.key)?;
    // Only what the template allows is a code; anything else somebody may have written.
    let allowed = |key: &str, said: &str| {
        definition.field(key).is_some_and(|field| field.allowed.iter().any(|allowed| allowed == said))
    };
    let code = |key: &str| {
        let said = entry.one(key);
        if allowed(key, said) { said.to_owned() } else { String::new() }
    };
    let codes = |key: &&str| -> Vec<String> {
        let Some(field) = definition.field(key) else { return Vec::new() };
        match field.kind {
            Kind::Choice | Kind::Choices | Kind::Role => {
                entry.all(key).into_iter().filter(|said| said != "none" && allowed(key, said)).collect()
            }
            Kind::Boolean if entry.one(key) != "true" => Vec::new(),
            _ if entry.one(key).trim().is_empty() => Vec::new(),
            _ => vec![(*key).to_owned()],
        }
    };
    let date = entry.day(of.date)?.to_string();
    let until = entry.day(of.until).map(|day| day.to_string()).unwrap_or_default();
    let blocked = blocks(definition, entry).then(|| BLOCKED.to_owned());
    let codes = of.codes.iter().flat_map(codes).chain(blocked).collect();
    Some(Mark { date, until, kind: code(of.kind), result: code(of.result), codes })
}

/// How many of those expected in a register, or in a part of it, are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// How many are expected.
    pub expected: usize,
    /// How many of them are in it.
    pub covered: usize,
    /// How many are in it who are on no record of those expected.
    pub others: usize,
}

/// The register of access: who is on it was given something, and nothing is expected of them there.
const GIVEN: &str = "access";

/// The shares of all registers in which people are expected, by register and part: documents by audience, training by course.
pub fn shares(kept: &Kept<'_>) -> BTreeMap<(String, String), Share> {
    let mut shares: BTreeMap<(String, String), Share> = BTreeMap::new();
    let expecting = kept.definitions.iter().filter(|definition| definition.key != GIVEN);
    let rules = expecting.flat_map(|definition| definition.rules.iter().map(move |rule| (definition, rule)));
    for (definition, rule) in rules {
        let mut add = |part: &str, expected: usize, covered: usize, others: usize| {
            let share = shares.entry((definition.key.clone(), part.to_owned())).or_default();
            share.expected += expected;
            share.covered += covered;
            share.others += others;
        };
        match rule.kind {
            RuleKind::Answers => {
                for coverage in duties::coverage(kept, definition, rule) {
                    let expected = coverage.answered + coverage.missing.len();
                    add(coverage.document.one("audience"), expected, coverage.answered, coverage.others);
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
                let in_date: Vec<_> = in_date.filter_map(|(subject, _)| subject.first()).collect();
                let covered = in_date.iter().filter(|who| among.contains_key(**who)).count();
                add(part, among.len(), covered, in_date.len() - covered);
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
        let Mark { date, kind, result, codes, .. } = mark;
        assert_eq!([date.as_str(), kind.as_str(), result.as_str()], ["2026-11-24", "filter", ""]);
        assert_eq!(codes, ["where"], "that a place is named, and not which");
        let proves = |expected: &str, actual: &str, outcome: &str| {
            let values = [
                ("on", "2026-11-24"),
                ("kind", "filter"),
                ("expected", expected),
                ("actual", actual),
                ("outcome", outcome),
            ];
            super::mark(checks, &entry(5, "filter-checks", &values)).is_some_and(|mark| mark.codes == [BLOCKED])
        };
        assert!(proves("blocked", "blocked", "works") && !proves("allowed", "allowed", "works"));
        assert!(!proves("blocked", "nothing", "fails") && !proves("blocked", "blocked", "partly"));
        let appointments = definitions.iter().find(|definition| definition.key == "appointments").unwrap();
        let values = [
            ("who", "Robin"),
            ("role", "dsl"),
            ("from", "2026-09-01"),
            ("until", "2027-08-31"),
            ("senior_leader", "true"),
            ("duties_shown_on", "2026-09-01"),
        ];
        let mark = super::mark(appointments, &entry(3, "appointments", &values)).unwrap();
        assert_eq!((mark.kind.as_str(), mark.until.as_str()), ("dsl", "2027-08-31"));
        assert_eq!(mark.codes, ["senior_leader", "duties_shown_on"]);
        let told = definitions.iter().find(|definition| definition.key == "communications").unwrap();
        let values = [("on", "2026-11-20"), ("subject", "Robin’s phone"), ("to", "parents"), ("channel", "letter")];
        let mark = super::mark(told, &entry(4, "communications", &values)).unwrap();
        assert_eq!((mark.kind.as_str(), mark.codes), ("letter", vec!["parents".to_owned()]));
        let changes = definitions.iter().find(|definition| definition.key == "filter-changes").unwrap();
        let values = [("on", "2026-10-12"), ("kind", "unblock"), ("decision", "approved"), ("change", "Robin’s page")];
        let mark = super::mark(changes, &entry(6, "filter-changes", &values)).unwrap();
        assert_eq!((mark.kind.as_str(), mark.result.as_str(), mark.codes), ("approved", "unblock", Vec::new()));
        let training = definitions.iter().find(|definition| definition.key == "training").unwrap();
        assert_eq!(super::mark(training, &entry(2, "training", &[("trained_on", "2026-11-24")])), None);
    }
}
