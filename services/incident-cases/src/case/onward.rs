//! A low-level concern that meets the threshold of harm goes on as an allegation in the same case, and so does extremism of a
//! colleague: what the pinned policy asks of one is added to the steps there are. What was done before is not asked once more.

use super::{Case, Step, access};
use crate::procedure::{Pinned, Procedure, StepRule};

/// Steps of the procedure on allegations, each with those that do the same in the procedures that go on as one.
const DONE_BY: [(&str, &str); 9] = [
    ("P9-01", "P10-01"),
    ("P9-03", "P10-03"),
    ("P9-04", "P10-04"),
    ("P9-10", "P10-05"),
    ("P9-13", "P10-08"),
    ("P9-01", "P7-03"),
    ("P9-03", "P7-05"),
    ("P9-04", "P7-06"),
    ("P9-10", "P7-04"),
];

/// The procedures that go on as an allegation.
const GO_ON: [&str; 2] = [access::LOW_LEVEL, access::EXTREMISM];

/// What makes an allegation of it.
const MET: &str = "harm_threshold = yes";

/// The one that stands for a step in another procedure; itself where none does.
fn stands_for<'a>(procedure: &Procedure, id: &'a str) -> &'a str {
    let there = |step: &str| procedure.steps.iter().any(|rule| rule.id == step);
    DONE_BY.iter().find(|(allegation, step)| *allegation == id && there(step)).map_or(id, |(_, step)| step)
}

/// A condition that holds only while the threshold is met.
fn while_met(condition: &str) -> String {
    let part = |part: &str| match part.trim() {
        "" | "always" | "judgement" => MET.to_owned(),
        part if part.contains(MET) => part.to_owned(),
        part => format!("{part} and {MET}"),
    };
    condition.split(" or ").map(part).collect::<Vec<_>>().join(" or ")
}

/// The steps that a case worked by a procedure goes on with once it is an allegation.
pub(super) fn of(policy: &Pinned, procedure: &Procedure) -> Vec<StepRule> {
    let Some(allegation) = policy.procedure(access::ALLEGATION).filter(|_| GO_ON.contains(&procedure.id.as_str()))
    else {
        return Vec::new();
    };
    let there = |id: &str| procedure.steps.iter().any(|rule| rule.id == id);
    let asked = allegation.steps.iter().filter(|rule| !there(stands_for(procedure, &rule.id)));
    let step = |rule: &StepRule| StepRule {
        condition: while_met(&rule.condition),
        after: rule.after.iter().map(|id| stands_for(procedure, id).to_owned()).collect(),
        ..rule.clone()
    };
    asked.map(step).collect()
}

impl Case {
    /// Adds the steps of an allegation where it has become one.
    pub(super) fn go_on(&mut self) {
        if !self.allegation() {
            return;
        }
        for rule in std::mem::take(&mut self.onward) {
            self.steps.push(Step {
                id: rule.id.clone(),
                needed_at: None,
                end: None,
                owner: None,
                moved: Vec::new(),
                earlier: Vec::new(),
            });
            self.procedure.steps.push(rule);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_holds_only_while_the_threshold_is_met() {
        for (condition, expected) in [
            ("always", MET),
            ("judgement", MET),
            (MET, MET),
            ("device_involved = yes", "device_involved = yes and harm_threshold = yes"),
            (
                "child_hurt = yes or offence = yes",
                "child_hurt = yes and harm_threshold = yes or offence = yes and harm_threshold = yes",
            ),
        ] {
            assert_eq!(while_met(condition), expected);
        }
    }
}
