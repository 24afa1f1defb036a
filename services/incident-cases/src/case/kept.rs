//! A part that is kept to the lead: others who may read the case see that somebody has it, and not who. It is a witness's or
//! a reporter's, by name alone: of a child whom the case is about everybody who works it has to know, and whoever is
//! linked to the roll is found there.

use std::borrow::Cow;

use super::{
    Case, Involvement, InvolvementId, Refusal,
    access::{Office, Reader},
};

/// The code by which a request keeps a part to the lead.
pub const LEAD: &str = "lead";

/// The parts that can be kept so.
const KEEPABLE: [&str; 2] = ["witness", "reporter"];

impl Involvement {
    /// Whether the part can be kept to the lead, where it is.
    pub(crate) fn may_be_kept(&self) -> Result<(), Refusal> {
        if self.kept.is_none() || (KEEPABLE.contains(&self.role.as_str()) && self.learner.is_none()) {
            return Ok(());
        }
        let fix = "Show it to everybody: only the part of a witness or a reporter who is named without the roll is kept to \
                   the lead";
        Err(Refusal::Field("shown_to", fix.to_owned()))
    }
}

impl Case {
    /// Whether somebody who may read the case sees whose part one is: the lead and the head, or who takes on a case on an
    /// adult, and whoever kept it.
    pub fn sees(&self, part: &Involvement, reader: Reader<'_>) -> bool {
        let Some(kept) = &part.kept else { return true };
        let over = match (self.adult(), self.access.office) {
            (false, _) => reader.dsl || reader.head,
            (true, Office::Head) => reader.head,
            (true, Office::Chair) => reader.chair,
        };
        over || (!reader.account_id.is_empty() && kept.by == reader.account_id)
    }

    /// The case as somebody sees it who may read it: parts that are kept from them say nothing but what part it is.
    pub fn as_seen(&self, reader: Reader<'_>) -> Cow<'_, Self> {
        if self.involvements.iter().all(|part| self.sees(part, reader)) {
            return Cow::Borrowed(self);
        }
        let mut seen = self.clone();
        for (part, whole) in seen.involvements.iter_mut().zip(&self.involvements) {
            if !self.sees(whole, reader) {
                part.person.clear();
                part.year_group.clear();
                part.vulnerabilities.clear();
                part.changes.clear();
                if let Some(ended) = &mut part.ended {
                    ended.reason.clear();
                }
            }
        }
        Cow::Owned(seen)
    }

    /// The parts that are kept from somebody.
    pub fn kept_from(&self, reader: Reader<'_>) -> Vec<InvolvementId> {
        self.involvements.iter().filter(|part| !self.sees(part, reader)).map(|part| part.id.clone()).collect()
    }

    /// The case without some parts, as somebody takes it away on paper from whom they are kept.
    #[must_use]
    pub fn without_parts(&self, kept: &[InvolvementId]) -> Self {
        let mut case = self.clone();
        case.involvements.retain(|part| !kept.contains(&part.id));
        case
    }
}
