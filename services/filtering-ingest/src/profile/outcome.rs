//! What the filter did, by its own word and the profile's map: never by a status of 403 alone, never by a rule's being
//! there, and never allowed for a word nobody knows.

use std::borrow::Cow;

use super::{
    pattern::{Condition, Pattern},
    slots::Slots,
    source::Source,
};
use crate::observation::{Outcome, Warning, Warnings};

/// How a product says what it did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcomes {
    /// Where its word stands.
    pub from: Vec<Source>,
    /// Before the map: the first that holds.
    pub rules: Vec<(Condition, Outcome)>,
    /// Its words.
    pub map: Vec<(Pattern, Outcome)>,
    /// Where its word says nothing of that, the status does.
    pub status: Option<Source>,
}

impl Outcomes {
    /// The outcome of a line, and the product's own word for it.
    pub fn read<'a>(&self, slots: &Slots<'a>, warnings: &mut Warnings) -> (Outcome, Cow<'a, str>) {
        let mut word = Cow::Borrowed("");
        for source in &self.from {
            word = source.get(slots, warnings);
            if !word.is_empty() && word != "-" {
                break;
            }
        }
        let ruled = self.rules.iter().find(|(condition, _)| condition.holds(slots));
        let mapped = || self.map.iter().find(|(pattern, _)| pattern.fits(&word)).map(|(_, outcome)| *outcome);
        let outcome = match ruled.map(|(_, outcome)| *outcome).or_else(mapped) {
            Some(outcome) => outcome,
            None => match &self.status {
                Some(status) => Outcome::by_status(&status.get(slots, warnings)),
                None => Outcome::Unknown,
            },
        };
        if outcome == Outcome::Unknown {
            warnings.add(Warning::UnknownOutcome);
        }
        (outcome, word)
    }
}
