//! A fact that was known is changed. What a gate keeps shut, or a step that is due or done, may rest on it: then the change
//! takes a reason, and in the gravest kinds of incident, where it loosens a gate, somebody else's word first (as gate
//! G-HOLD's override does); so does another outcome of an allegation. Until then everything stays as it is.

use time::OffsetDateTime;

use super::{
    By, Case, Fact, Refusal,
    answer::OUTCOME,
    record::{Agreement, AgreementId, Asked, Criteria, FactChange, Stamp},
};
use crate::procedure::condition::{Truth, evaluate, facts};

/// The procedures in which a gate is not loosened by one person alone.
const GRAVE: [&str; 4] = ["P1", "P2", "P3", "P4"];

/// The facts that gates read, each with the values that keep one shut, the strictest first.
const KEEPS_SHUT: &[(&str, &[&str])] = &[
    ("offence", &["yes", "unclear"]),
    ("criteria_met", &["yes"]),
    ("police_hold", &["yes"]),
    ("agencies_needed", &["yes"]),
    ("deletion_safe", &["no"]),
    ("parents_safe", &["no"]),
    ("immediate_danger", &["yes"]),
];

/// What is said where a reason is missing.
const REASON: &str = "Enter why it changes: a gate or a step of the procedure rests on what is recorded now";

/// Whether to go from one value of a fact to another loosens a gate.
pub(super) fn loosens(name: &str, was: &str, value: &str) -> bool {
    let shut = KEEPS_SHUT.iter().find(|(fact, _)| *fact == name).map_or(&[][..], |(_, values)| *values);
    let place = |value: &str| shut.iter().position(|one| *one == value);
    match (place(was), place(value)) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(was), Some(now)) => now > was,
    }
}

impl Case {
    /// Whether a gate that is kept shut, or a step that is due or done, rests on what is known of a fact, and would no more
    /// if it had this value.
    pub fn rests_on(&self, name: &str, value: &str) -> bool {
        let drops = |condition: &str| {
            let changed = evaluate(condition, |fact| if fact == name { Some(value) } else { self.fact(fact) });
            facts(condition).contains(&name) && changed != Truth::Yes
        };
        let known = self.fact(name).unwrap_or_default();
        self.turns_outcome(name, value)
            || loosens(name, known, value)
            || self.procedure.steps.iter().any(|rule| self.called_for(rule) == Truth::Yes && drops(&rule.condition))
    }

    /// Whether somebody else has to agree first. Once the police have spoken, that there was no offence loosens nothing; what
    /// ended the danger is said by whoever ended it. What an adult is found to have done or not is never put right by one
    /// person alone.
    pub fn takes_second(&self, name: &str, value: &str) -> bool {
        self.turns_outcome(name, value)
            || (GRAVE.contains(&self.procedure.id.as_str())
                && loosens(name, self.fact(name).unwrap_or_default(), value)
                && (name != "offence" || self.police_talk().is_none())
                && name != "immediate_danger")
    }

    /// Whether the outcome of an allegation would be another than was decided.
    fn turns_outcome(&self, name: &str, value: &str) -> bool {
        name == OUTCOME && self.fact(OUTCOME).is_some_and(|known| known != value)
    }

    /// Makes a fact known with the reason for it. Where it takes somebody else's word, that is asked for instead, and the
    /// fact is changed by their answer.
    ///
    /// # Errors
    /// Where the fact or its value is none, the reason is missing, or the same is asked already.
    pub fn record_fact_anew(
        &mut self,
        by: By<'_>,
        id: AgreementId,
        (name, value): (&str, &str),
        reason: String,
    ) -> Result<(), Refusal> {
        self.check_fact(name, value)?;
        if self.takes_second(name, value) {
            return self.ask_change(by, id, (name, value, None), reason);
        }
        self.note(by, (name, value), reason, None);
        self.settle(by);
        Ok(())
    }

    /// That a reason is missing, where one is needed.
    pub(crate) fn needs_no_reason(&self, name: &str, value: &str) -> Result<(), Refusal> {
        if self.rests_on(name, value) { Err(Refusal::Field("reason", REASON.to_owned())) } else { Ok(()) }
    }

    /// Asks somebody else to agree that a fact changes; the five answers come with the fact that follows from them.
    pub(crate) fn ask_change(
        &mut self,
        by: By<'_>,
        id: AgreementId,
        (name, value, answers): (&str, &str, Option<[bool; 5]>),
        reason: String,
    ) -> Result<(), Refusal> {
        if reason.trim().is_empty() {
            return Err(Refusal::Field("reason", REASON.to_owned()));
        }
        let same = |a: &Agreement| a.answer.is_none() && a.change.as_ref().is_some_and(|change| change.name == name);
        if self.agreements.iter().any(same) {
            return Err(Refusal::State("a change of this fact waits for the second person’s answer already"));
        }
        let was = self.fact(name).unwrap_or_default().to_owned();
        let change = FactChange { name: name.to_owned(), was, value: value.to_owned(), answers };
        self.agreements.push(Agreement {
            id,
            asked: Asked::FactChange,
            step_id: String::new(),
            audience: String::new(),
            from_head: by.head,
            second: None,
            change: Some(change),
            reason,
            stamp: by.stamp(),
            answer: None,
            used: false,
        });
        Ok(())
    }

    /// Whether a change that was asked for at a moment may be made: the fact is what it was then and was not said once more
    /// since, such as by the five questions answered again, and may have that value.
    pub(crate) fn may_change(&self, change: &FactChange, asked_at: OffsetDateTime) -> Result<(), Refusal> {
        let latest = self.facts.iter().rfind(|known| known.name == change.name);
        if latest.is_none_or(|known| known.value != change.was || known.at > asked_at) {
            return Err(Refusal::State("the fact was recorded anew since this was asked: do not agree, and ask again"));
        }
        if change.answers.is_some() { Ok(()) } else { self.check_fact(&change.name, &change.value) }
    }

    /// Makes a change that somebody asked for and a second person agreed to.
    pub(crate) fn change_agreed(&mut self, second: By<'_>, asker: &str, change: &FactChange, reason: String) {
        if let Some(answers) = change.answers {
            let stamp = Stamp { by: asker.to_owned(), at: second.at };
            self.criteria.push(Criteria { answers, reason: reason.clone(), stamp });
        }
        let by = By { account_id: asker, ..second };
        self.note(by, (change.name.as_str(), change.value.as_str()), reason, Some(second.account_id.to_owned()));
    }

    /// Keeps a value of a fact beside those before it, and starts the clocks of the steps that it calls for.
    pub(crate) fn note(&mut self, by: By<'_>, (name, value): (&str, &str), reason: String, agreed_by: Option<String>) {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.facts.push(Fact { name, value, by: by.account_id.to_owned(), at: by.at, reason, agreed_by });
        self.go_on();
        self.start_clocks(by.at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_is_loosened_by_a_value_less_strict() {
        for (name, was, value, loose) in [
            ("offence", "yes", "no", true),
            ("offence", "yes", "unclear", true),
            ("offence", "unclear", "unknown", true),
            ("offence", "unclear", "yes", false),
            ("offence", "", "no", false),
            ("offence", "unknown", "no", false),
            ("parents_safe", "no", "yes", true),
            ("agencies_needed", "undecided", "no", false),
            ("other_setting", "yes", "no", false),
            ("immediate_danger", "yes", "no", true),
        ] {
            assert_eq!(loosens(name, was, value), loose, "{name}: {was} to {value}");
        }
    }
}
