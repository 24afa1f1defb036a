//! Facts that follow from what was recorded: whoever weighs an allegation, says how indecent images came up, whether content
//! may be illegal, what lost data may lead to or how an allegation ended, or takes a device into custody, has answered the fact that other steps wait
//! for, and is not asked once more. The two never say different things.

use super::{
    By, Case, Refusal,
    access::{ALLEGATION, EXTREMISM, LOW_LEVEL},
    fact::loosens,
};
use crate::desk::allegation::OUTCOMES;

/// The fact that says how an allegation ended: one outcome, whichever step names it.
pub const OUTCOME: &str = "allegation_outcome";

/// What a case cannot be closed as, by the outcome of its allegation.
const ENDS_OTHERWISE: [(&str, &str); 2] = [("substantiated", "unfounded"), ("unsubstantiated", "unfounded")];

/// A fact that a field of a step answers, and what the field says of it.
struct Answer {
    /// The field, as the policy names it.
    field: &'static str,
    /// The fact.
    fact: &'static str,
    /// The fact's value by what is recorded in the field; none where it says nothing.
    value: fn(&str) -> Option<&'static str>,
    /// Who can say that the answer was too grave.
    heard: Heard,
}

/// Who can say that what was recorded was too grave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    /// The designated officer.
    Lado,
    /// They or the police.
    LadoOrPolice,
    /// The police.
    Police,
    /// Whoever works the case, with a reason.
    Anybody,
}

impl Heard {
    /// What has to be recorded first.
    fn first(self) -> &'static str {
        match self {
            Self::Lado => {
                "The limbs that were recorded say more: record first what the designated officer (LADO) answered"
            }
            Self::LadoOrPolice => {
                "The step that was done says more: record first what the police or the designated officer (LADO) advised"
            }
            Self::Police | Self::Anybody => "The step that was done says more: record first what the police advised",
        }
    }
}

/// Every one.
static ANSWERS: &[Answer] = &[
    Answer { field: "limbs", fact: "harm_threshold", value: threshold, heard: Heard::Lado },
    Answer { field: "variant", fact: "iioc_variant", value: variant, heard: Heard::LadoOrPolice },
    Answer { field: "may_be_illegal", fact: "offence", value: offence, heard: Heard::Police },
    Answer { field: "risk_to_rights", fact: "rights_at_risk", value: rights, heard: Heard::Anybody },
    Answer { field: "risk_to_rights", fact: "high_risk", value: high, heard: Heard::Anybody },
    Answer { field: "outcome", fact: OUTCOME, value: outcome, heard: Heard::Anybody },
];

/// One of the four limbs is enough (rule ALL-01).
fn threshold(limbs: &str) -> Option<&'static str> {
    Some(if limbs == "none" { "no" } else { "yes" })
}

fn variant(said: &str) -> Option<&'static str> {
    ["a", "b", "c"].into_iter().find(|known| *known == said)
}

fn offence(said: &str) -> Option<&'static str> {
    ["no", "unclear", "yes"].into_iter().find(|known| *known == said)
}

/// The Information Commissioner is told of any risk that is likely.
fn rights(said: &str) -> Option<&'static str> {
    match said {
        "unlikely" => Some("no"),
        "likely" | "high" => Some("yes"),
        _ => None,
    }
}

/// The people concerned are told of a high one.
fn high(said: &str) -> Option<&'static str> {
    match said {
        "unlikely" | "likely" => Some("no"),
        "high" => Some("yes"),
        _ => None,
    }
}

fn outcome(said: &str) -> Option<&'static str> {
    OUTCOMES.into_iter().find(|known| *known == said)
}

/// How grave an answer is; none for one that says nothing.
fn weight(value: &str) -> Option<usize> {
    ["no", "unclear", "yes", "a", "b", "c"].iter().position(|known| *known == value)
}

/// Whether an answer leaves nothing open that a step could say.
fn settles(value: &str) -> bool {
    value != "unclear" && (weight(value).is_some() || outcome(value).is_some())
}

/// What a step that was done says of a fact.
struct Said {
    value: &'static str,
    by: String,
    at: time::OffsetDateTime,
}

impl Case {
    /// Whether it is worked as an allegation: from the first, or since a low-level concern, or what was known of a colleague's
    /// extremism, met the threshold of harm.
    pub fn allegation(&self) -> bool {
        let procedure = self.procedure.id.as_str();
        let met = || self.fact("harm_threshold") == Some("yes");
        procedure == ALLEGATION
            || (procedure == LOW_LEVEL && met())
            || (procedure == EXTREMISM && self.access.subject.is_some() && met())
    }

    /// How the allegation ended (rule ALL-04); none while nobody has decided, and of every other case.
    pub fn allegation_outcome(&self) -> Option<&str> {
        if !self.allegation() {
            return None;
        }
        self.fact(OUTCOME).or_else(|| self.said_in_step(OUTCOME).map(|said| said.value))
    }

    /// The answers that steps of this case may give.
    fn answers(&self) -> impl Iterator<Item = &'static Answer> + use<> {
        let allegation = self.allegation();
        ANSWERS.iter().filter(move |answer| answer.fact != OUTCOME || allegation)
    }

    /// What the steps that were done say of a fact: the latest where several do.
    fn said_in_step(&self, fact: &str) -> Option<Said> {
        let answer = self.answers().find(|answer| answer.fact == fact)?;
        let said = self.steps.iter().filter_map(|step| step.end.as_ref()).filter_map(|end| {
            let (_, recorded) = end.recorded.iter().find(|(name, _)| name == answer.field)?;
            Some(Said { value: (answer.value)(recorded)?, by: end.by.clone(), at: end.at })
        });
        said.max_by_key(|said| said.at)
    }

    /// Whether those who may say that an earlier answer was too grave have been heard.
    fn heard(&self, who: Heard) -> bool {
        match who {
            Heard::Lado => self.lado_advised(),
            Heard::LadoOrPolice => self.lado_advised() || self.police_talk().is_some(),
            Heard::Police => self.police_talk().is_some(),
            Heard::Anybody => true,
        }
    }

    /// Makes the facts known that what was recorded answers, unless somebody has said more since: also in a case whose step
    /// was done before this followed. That a colleague is the subject is never said without saying who.
    pub(crate) fn follow_answers(&mut self, by: By<'_>) {
        for Answer { fact, .. } in self.answers() {
            let Some(said) = self.said_in_step(fact) else { continue };
            let latest = self.facts.iter().rfind(|known| known.name == *fact);
            let open =
                latest.is_none_or(|known| known.at <= said.at && !settles(&known.value) && known.value != said.value);
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
        for Answer { field, fact, value, .. } in self.answers() {
            let Some((_, said)) = recorded.iter().find(|(name, _)| name == field) else { continue };
            if said.split(',').count() > 1 && said.split(',').any(|one| one == "none") {
                wrong.push(((*field).to_owned(), "Select none alone, or those that are met without it".to_owned()));
                continue;
            }
            let Some(said) = value(said) else { continue };
            let called = fact.replace('_', " ");
            // What keeps a gate shut is taken back with a reason, and where a second person is needed with theirs.
            let differs = |known: &&str| (settles(known) && *known != said) || loosens(fact, known, said);
            if let Some(known) = self.fact(fact).filter(differs) {
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
        // Unclear is more than that it is not so, and less than that it is.
        let milder = weight(value).is_none_or(|value| weight(said.value).is_some_and(|said| value < said));
        let who = ANSWERS.iter().find(|answer| answer.fact == fact).map_or(Heard::Anybody, |answer| answer.heard);
        if milder && !self.heard(who) {
            return Err(Refusal::Field("value", who.first().into()));
        }
        Ok(())
    }

    /// Refuses an end that says otherwise than the outcome of the allegation that was decided (rule ALL-04), and one that no
    /// allegation has: it is followed to its end wherever the child, or the adult, goes.
    pub(crate) fn ends_as_decided(&self, outcome: &str) -> Result<(), Refusal> {
        if outcome == "moved_on" && self.allegation() {
            let fix = "Select another: an allegation is followed to its end wherever somebody goes";
            return Err(Refusal::Field("outcome", fix.into()));
        }
        let decided = self.allegation_outcome().unwrap_or_default();
        if ENDS_OTHERWISE.contains(&(decided, outcome)) {
            let fix = format!("Select another: it was decided that the allegation is {decided}");
            return Err(Refusal::Field("outcome", fix));
        }
        Ok(())
    }
}
