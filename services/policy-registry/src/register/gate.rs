//! Gates of a register: an entry is refused, with the field and what to do, until it and the other registers say what they
//! must. A gate stands before new entries alone: what was entered before it was there is found by the rules.

use serde::{Deserialize, Serialize};

use super::{
    Definition, Entry, Persons,
    value::{Against, Values, Violation},
};
use crate::template::condition::Condition;

/// One gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Its id, `G-…`.
    pub gate_id: String,
    /// What it refuses, in one sentence.
    pub title: String,
    /// The field a refusal names.
    pub field: String,
    /// What to do.
    pub fix: String,
    /// The entries it stands before.
    #[serde(default)]
    pub when: Condition,
    /// What the entry itself says.
    #[serde(default)]
    pub must: Option<Condition>,
    /// What the entry says that one of its fields points at.
    #[serde(default)]
    pub points: Option<Points>,
    /// What a present entry of another register says.
    #[serde(default)]
    pub needs: Option<Needs>,
    /// Fields that different people fill.
    #[serde(default)]
    pub differ: Vec<String>,
    /// True where no other entry that it stands before counts on the same days.
    #[serde(default)]
    pub alone: bool,
    /// Fields in which another entry says the same, where only such an other one stands in the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same: Vec<String>,
    /// The field that ends the matter of another entry once it is filled.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub over: String,
    /// The requirements it carries.
    #[serde(default)]
    pub requirements: Vec<String>,
}

/// What the entry says that a field points at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Points {
    /// The field.
    pub field: String,
    /// What the entry it points at says.
    pub when: Condition,
}

/// What a present entry of another register says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// The other register.
    pub register: String,
    /// The field of the entry that names the person the other entry is about; empty where it is about nobody.
    #[serde(default)]
    pub who: String,
    /// The other entry's field that names that person.
    #[serde(default)]
    pub person: String,
    /// What the other entry says.
    #[serde(default)]
    pub when: Condition,
}

/// Every gate that is shut to these values.
pub fn shut(definition: &Definition, values: &Values, against: &Against<'_>) -> Vec<Violation> {
    let read = |key: &str| values.get(key).cloned().unwrap_or_default();
    let gates = definition.gates.iter().filter(|gate| gate.when.holds(&read));
    let shut = gates.filter(|gate| !gate.open(definition, values, against));
    shut.map(|gate| Violation { field: gate.field.clone(), fix: gate.fix.clone() }).collect()
}

impl Gate {
    fn open(&self, definition: &Definition, values: &Values, against: &Against<'_>) -> bool {
        let read = |key: &str| values.get(key).cloned().unwrap_or_default();
        let first = |key: &str| read(key).into_iter().next().unwrap_or_default();
        self.must.as_ref().is_none_or(|must| must.holds(&read))
            && self.points.as_ref().is_none_or(|points| {
                let id = first(&points.field);
                let found = against.entries.iter().find(|entry| entry.id.as_str() == id);
                found.is_some_and(|entry| points.when.holds(&|key| entry.all(key)))
            })
            && self.needs.as_ref().is_none_or(|needs| needs.met(&first(&needs.who), against))
            && self.differ(&first, against)
            && (!self.alone || self.is_alone(definition, values, against))
    }

    fn differ(&self, first: &impl Fn(&str) -> String, against: &Against<'_>) -> bool {
        let persons = Persons::of(against.entries, against.asks);
        let named: Vec<String> = self.differ.iter().map(|field| first(field)).collect();
        let pairs =
            named.iter().enumerate().flat_map(|(at, one)| named.iter().skip(at + 1).map(move |other| (one, other)));
        // A letter or a mark names nobody.
        let somebody = named.iter().all(|name| name.is_empty() || letters(name) > 1);
        somebody && !pairs.into_iter().any(|(one, other)| persons.may_be_one(one, other))
    }

    fn is_alone(&self, definition: &Definition, values: &Values, against: &Against<'_>) -> bool {
        let day = |key: &str| values.get(key).and_then(|v| v.first()).and_then(|v| super::period::day(v));
        let (begins, ends) = (day(&definition.from), day(&definition.until));
        let meets = |other: &&Entry| {
            let before = other.ends(definition).zip(begins).is_some_and(|(ends, begins)| ends < begins);
            let after = ends.zip(other.begins(definition)).is_some_and(|(ends, begins)| ends < begins);
            !before && !after
        };
        let mut others = against.entries.iter().filter(|other| {
            other.register == definition.key
                && against.supersedes != Some(&other.id)
                // Of one that says the very same it is said that it stands already.
                && other.values != *values
                && self.when.holds(&|key| other.all(key))
                && self.same.iter().all(|key| other.values.get(key) == values.get(key))
                && (self.over.is_empty() || other.one(&self.over).is_empty())
        });
        !others.any(|other| meets(&other))
    }
}

fn letters(name: &str) -> usize {
    name.chars().filter(|c| c.is_alphabetic()).count()
}

impl Needs {
    /// Whether an entry of the other register that counts today says so.
    fn met(&self, who: &str, against: &Against<'_>) -> bool {
        let Some(other) = against.definitions.iter().find(|definition| definition.key == self.register) else {
            return false;
        };
        let persons = Persons::of(against.entries, against.asks);
        let wanted = persons.key(who);
        against.entries.iter().any(|entry| {
            entry.register == self.register
                && entry.counts_on(other, against.today)
                && self.when.holds(&|key| entry.all(key))
                && (self.who.is_empty() || persons.key(entry.one(&self.person)) == wanted)
        })
    }
}
