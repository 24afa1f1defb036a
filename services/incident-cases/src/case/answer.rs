//! Facts that follow from what was recorded: whoever weighs an allegation, says how indecent images came up or takes a device
//! into custody has answered the fact that other steps wait for, and is not asked once more. The two never say different
//! things.

use super::{By, Case, Refusal};
use crate::procedure::condition::answered;

/// A fact that a field of a step answers, and what the field says of it.
struct Answer {
    /// The field, as the policy names it.
    field: &'static str,
    /// The fact.
    fact: &'static str,
    /// The fact's value by what is recorded in the field; none where it says nothing.
    value: fn(&str) -> Option<&'static str>,
}

/// Every one.
static ANSWERS: &[Answer] = &[
    Answer { field: "limbs", fact: "harm_threshold", value: threshold },
    Answer { field: "variant", fact: "iioc_variant", value: variant },
];

/// One of the four limbs is enough (rule ALL-01).
fn threshold(limbs: &str) -> Option<&'static str> {
    Some(if limbs == "none" { "no" } else { "yes" })
}

fn variant(said: &str) -> Option<&'static str> {
    ["a", "b", "c"].into_iter().find(|known| *known == said)
}

/// How grave an answer is, of those that a step gives; none for one that says less.
fn weight(value: &str) -> Option<usize> {
    ["no", "yes", "a", "b", "c"].iter().position(|known| *known == value)
}

/// What a step that was done says of a fact.
struct Said {
    value: &'static str,
    by: String,
    at: time::OffsetDateTime,
}

impl Case {
    /// What the steps that were done say of a fact: the latest where several do.
    fn said_in_step(&self, fact: &str) -> Option<Said> {
        let answer = ANSWERS.iter().find(|answer| answer.fact == fact)?;
        let said = self.steps.iter().filter_map(|step| step.end.as_ref()).filter_map(|end| {
            let (_, recorded) = end.recorded.iter().find(|(name, _)| name == answer.field)?;
            Some(Said { value: (answer.value)(recorded)?, by: end.by.clone(), at: end.at })
        });
        said.max_by_key(|said| said.at)
    }

    /// Whether those who may say that an earlier answer was too grave have been heard: the designated officer of the harm
    /// threshold, they or the police of indecent images.
    fn heard(&self, fact: &str) -> bool {
        self.lado_advised() || (fact == "iioc_variant" && self.police_talk().is_some())
    }

    /// Makes the facts known that what was recorded answers, unless somebody has said more since: also in a case whose step
    /// was done before this followed. That a colleague is the subject is never said without saying who.
    pub(crate) fn follow_answers(&mut self, by: By<'_>) {
        for Answer { fact, .. } in ANSWERS {
            let Some(said) = self.said_in_step(fact) else { continue };
            let latest = self.facts.iter().rfind(|known| known.name == *fact);
            let open = latest.is_none_or(|known| known.at <= said.at && weight(&known.value).is_none());
            if open && self.knows_colleague(fact, said.value).is_ok() {
                self.note_fact(By { account_id: &said.by, ..by }, fact, said.value);
            }
        }
        // The log of devices knows that there is one.
        if !self.held.is_empty() && self.fact("device_involved") != Some("yes") {
            self.note_fact(by, "device_involved", "yes");
        }
    }

    /// Refuses what a step records where it says otherwise than the fact that is known already.
    pub(crate) fn agrees_with_facts(&self, recorded: &[(String, String)]) -> Result<(), Refusal> {
        let mut wrong = Vec::new();
        for Answer { field, fact, value } in ANSWERS {
            let Some((_, said)) = recorded.iter().find(|(name, _)| name == field) else { continue };
            if said.split(',').count() > 1 && said.split(',').any(|one| one == "none") {
                wrong.push(((*field).to_owned(), "Select none alone, or those that are met without it".to_owned()));
                continue;
            }
            let Some(said) = value(said) else { continue };
            let called = fact.replace('_', " ");
            let known = self.fact(fact).filter(|known| weight(known).is_some());
            if let Some(known) = known.filter(|known| *known != said) {
                let fix = format!(
                    "The fact “{called}” says “{known}”: select what agrees with it, or record the fact anew first where \
                     it has changed"
                );
                wrong.push(((*field).to_owned(), fix));
            } else if self.knows_colleague(fact, said).is_err() {
                let fix = format!(
                    "Record the fact “{called}” first, and with it which adult it is: they are kept out from then on"
                );
                wrong.push(((*field).to_owned(), fix));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(Refusal::Fields("recorded", wrong)) }
    }

    /// Refuses a fact that says less than what was recorded in a step or in the log of devices. Graver it may become at any
    /// time; milder once those were heard who can say so.
    pub(crate) fn agrees_with_records(&self, fact: &str, value: &str) -> Result<(), Refusal> {
        if fact == "device_involved" && value != "yes" && !self.held.is_empty() {
            let fix = "Leave it at yes: a device of this case is in the custody log";
            return Err(Refusal::Field("value", fix.into()));
        }
        let Some(said) = self.said_in_step(fact) else { return Ok(()) };
        let milder = match (weight(value), weight(said.value)) {
            (Some(value), Some(said)) => value < said,
            // Unclear is more than that no limb is met, and less than that one is.
            _ => said.value != "no" || !answered(Some(value)),
        };
        if milder && !self.heard(fact) {
            let fix = if fact == "harm_threshold" {
                "The limbs that were recorded say more: record first what the designated officer (LADO) answered"
            } else {
                "The step that was done says more: record first what the police or the designated officer (LADO) advised"
            };
            return Err(Refusal::Field("value", fix.into()));
        }
        Ok(())
    }

    /// Refuses an end that says otherwise than the outcome of the allegation that was decided (rule ALL-04).
    pub(crate) fn ends_as_decided(&self, outcome: &str) -> Result<(), Refusal> {
        let ends = self.steps.iter().filter_map(|step| step.end.as_ref());
        let mut recorded = ends.flat_map(|end| &end.recorded);
        let substantiated = recorded.any(|(name, value)| name == "outcome" && value == "substantiated");
        if substantiated && self.procedure.id == "P9" && outcome == "unfounded" {
            let fix = "Select another: it was decided that the allegation is substantiated";
            return Err(Refusal::Field("outcome", fix.into()));
        }
        Ok(())
    }
}
