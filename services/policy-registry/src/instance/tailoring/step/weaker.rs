//! Whether a school's wording of a statutory step asks less than the template's.

use std::collections::BTreeMap;

use crate::template::{
    condition::Condition,
    procedure::{FACTS, Step, StepClock},
};

/// The most ways facts can stand that are looked through; a condition beyond it is not accepted.
const MOST_WAYS: usize = 50_000;
/// What stands for the lead's judgement among the facts.
const JUDGEMENT: &str = "judgement";

/// What of a step asks less than the template's; nothing where it is as strong.
pub fn weaker(base: &Step, own: &Step) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut say = |weak: bool, reason: &str| {
        if weak {
            reasons.push(reason.to_owned());
        }
    };
    let lacks = |base: &[String], own: &[String]| base.iter().any(|one| !own.contains(one));
    say(!own.title.contains(base.title.trim()), "keep the template’s words in its title");
    say(later(&base.clock, &own.clock), "its clock is not later");
    say(lacks(&base.roles, &own.roles), "keep the roles it has");
    let anyone = |roles: &[String]| roles.iter().any(|role| role == "anyone");
    say(anyone(&own.roles) && !anyone(&base.roles), "it is not handed to anyone");
    say(lacks(&base.gates, &own.gates), "keep the gates it passes");
    say(lacks(&base.opens, &own.opens) || lacks(&own.opens, &base.opens), "it opens the same gates");
    say(lacks(&base.prohibitions, &own.prohibitions), "keep what it prohibits");
    say(lacks(&base.records, &own.records), "keep what it records");
    say(lacks(&base.requirements, &own.requirements), "keep the requirements it carries");
    say(lacks(&base.after, &own.after) || lacks(&own.after, &base.after), "it waits for the same steps");
    say(!covers(&base.condition, &own.condition), "it is due whenever the template’s is");
    reasons
}

/// Whether a clock can run longer. Working days may be any number of days: only fewer of the same kind are sure.
fn later(base: &StepClock, own: &StepClock) -> bool {
    let rank = |clock: &StepClock| match clock.kind.as_str() {
        "at_once" => 0,
        "hours" | "days" | "working_days" => 1,
        "before_closing" => 2,
        _ => 3,
    };
    match rank(own).cmp(&rank(base)) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal if rank(base) != 1 => false,
        std::cmp::Ordering::Equal => {
            let hours = |clock: &StepClock| {
                if clock.kind == "hours" { clock.amount.into() } else { u64::from(clock.amount) * 24 }
            };
            let unsure = own.kind == "working_days" && base.kind != "working_days";
            unsure || hours(own) > hours(base)
        }
    }
}

/// Whether one condition holds whenever the other does, however the facts stand.
fn covers(base: &Condition, own: &Condition) -> bool {
    let (base, own) = (judged(base), judged(own));
    let mut facts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (fact, values) in base.reads().into_iter().chain(own.reads()) {
        let known = FACTS.iter().find(|(name, _)| *name == fact).map_or(&["yes", "no"][..], |(_, values)| values);
        let all = facts.entry(fact).or_insert_with(|| known.iter().copied().chain(["unknown"]).collect());
        all.extend(values.into_iter().filter(|value| !known.contains(value) && *value != "unknown"));
    }
    let ways = facts.values().try_fold(1_usize, |ways, values| ways.checked_mul(values.len()));
    if ways.is_none_or(|ways| ways > MOST_WAYS) {
        return base == own;
    }
    let mut places = vec![0; facts.len()];
    loop {
        let values = |key: &str| {
            let at = facts.keys().position(|fact| *fact == key);
            let value = at.and_then(|at| facts.get(key)?.get(*places.get(at)?));
            // A fact that is unknown has no value, which is how a step's condition reads it.
            value.map(|value| vec![(*value).to_owned()]).unwrap_or_default()
        };
        if base.holds(&values) && !own.holds(&values) {
            return false;
        }
        // The next way: the first fact that has a value left moves on, those before it begin again.
        let mut moved = false;
        for (place, values) in places.iter_mut().zip(facts.values()) {
            *place += 1;
            if *place < values.len() {
                moved = true;
                break;
            }
            *place = 0;
        }
        if !moved {
            return true;
        }
    }
}

/// The same with the lead's judgement as a fact of its own: it may fall either way.
fn judged(condition: &Condition) -> Condition {
    match condition {
        Condition::Judgement => Condition::Is(JUDGEMENT.to_owned(), "yes".to_owned()),
        Condition::All(parts) => Condition::All(parts.iter().map(judged).collect()),
        Condition::Any(parts) => Condition::Any(parts.iter().map(judged).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_covers_what_is_narrower_and_nothing_wider() {
        let covers = |base: &str, own: &str| {
            let parse = |text: &str| Condition::parse(text).unwrap_or_default();
            covers(&parse(base), &parse(own))
        };
        assert!(covers("offence = yes", "offence in (yes, unclear)") && covers("offence = yes", "always"));
        assert!(covers("offence = yes and parents_safe = no", "parents_safe = no") && covers("judgement", "judgement"));
        assert!(covers("judgement", "always") && covers("offence = yes", "judgement or offence = yes"));
        assert!(!covers("always", "judgement") && !covers("offence in (yes, unclear)", "offence = yes"));
        assert!(!covers("always", "offence in (yes, no, unclear)"), "unknown is none of them");
        assert!(covers("always", "offence in (yes, no, unclear, unknown)"));
        assert!(!covers("parents_safe = no", "parents_safe = no and police_advice = yes"));
    }

    #[test]
    fn a_clock_is_later_unless_it_surely_is_not() {
        let clock = |kind: &str, amount| StepClock { kind: kind.into(), amount, source: String::new() };
        let later = |base: (&str, u32), own: (&str, u32)| later(&clock(base.0, base.1), &clock(own.0, own.1));
        assert!(!later(("working_days", 1), ("hours", 24)) && !later(("days", 2), ("hours", 48)));
        assert!(!later(("none", 0), ("days", 30)) && !later(("hours", 4), ("at_once", 0)));
        assert!(later(("at_once", 0), ("hours", 1)) && later(("days", 3), ("working_days", 1)));
        assert!(later(("hours", 4), ("hours", 5)) && later(("before_closing", 0), ("none", 0)));
    }
}
