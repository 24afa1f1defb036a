//! Who has a part in a case.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{By, Case, InvolvementId, Refusal, record::Stamp};
use crate::learner::LearnerId;

/// What a part may be.
pub const ROLES: &[&str] = &["victim", "alleged_perpetrator", "witness", "affected", "subject_adult", "reporter"];

/// One person's part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Involvement {
    /// Its id.
    pub id: InvolvementId,
    /// The person.
    pub person: String,
    /// Their part.
    pub role: String,
    /// Their year group; empty where none.
    pub year_group: String,
    /// Their vulnerabilities.
    pub vulnerabilities: Vec<String>,
    /// Who it is on the roll, where somebody said.
    #[serde(default)]
    pub learner: Option<LearnerId>,
    /// What it said before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// How it ended, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// Who keeps it to the lead, and since when; everybody who may read the case sees it where none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Stamp>,
    /// When they joined; none where it is from before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<OffsetDateTime>,
}

/// A part was corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What it said before.
    pub before: Part,
    /// Why it was corrected.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
}

/// What a part says of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The part.
    pub role: String,
    /// The year group; empty where none.
    pub year_group: String,
    /// The vulnerabilities.
    pub vulnerabilities: Vec<String>,
    /// Whether it is kept to the lead.
    #[serde(default)]
    pub kept: bool,
}

/// A part ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Why.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
}

/// Groups of learners at greater risk that have a code; any other is said in words (R-082: the list stays open).
const GROUPS: &[&str] = &["in_care", "send", "mental_health", "eal", "trauma_or_loss"];

/// By which ways parents may be told.
pub const WAYS: &[&str] = &["in_person", "telephone", "video", "letter", "message"];

/// How parents were told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    /// Who told them.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
    /// Who was told.
    pub whom: String,
    /// One of `WAYS`.
    pub how: String,
}

/// Whether a part is that of a child of the school.
pub fn is_childs(role: &str) -> bool {
    matches!(role, "victim" | "alleged_perpetrator" | "affected")
}

impl Involvement {
    /// Whether it is the part of a child of the school.
    pub fn of_child(&self) -> bool {
        is_childs(&self.role)
    }

    /// Whether it is such a part and lasts, so that parents and support are to be thought of.
    pub fn child(&self) -> bool {
        self.of_child() && self.ended.is_none()
    }

    fn part(&self) -> Part {
        Part {
            role: self.role.clone(),
            year_group: self.year_group.clone(),
            vulnerabilities: self.vulnerabilities.clone(),
            kept: self.kept.is_some(),
        }
    }
}

impl Case {
    /// The groups at greater risk that children with a part in the case belong to, as codes, each once: `other` stands for every group
    /// that is said in words, which go nowhere from here.
    pub fn groups(&self) -> Vec<String> {
        groups(&self.involvements)
    }

    /// The parts that a learner of the roll has in the case, but for those that ended.
    pub fn roles_of(&self, learner: &LearnerId) -> Vec<&str> {
        let own =
            self.involvements.iter().filter(|part| part.ended.is_none() && part.learner.as_ref() == Some(learner));
        let mut roles: Vec<&str> = own.map(|part| part.role.as_str()).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// The parts that last, those of children first.
    pub fn people(&self) -> impl Iterator<Item = &Involvement> {
        let lasting = || self.involvements.iter().filter(|part| part.ended.is_none());
        lasting().filter(|part| part.of_child()).chain(lasting().filter(|part| !part.of_child()))
    }

    /// A part that has not ended.
    fn lasting(&mut self, id: &InvolvementId) -> Result<&mut Involvement, Refusal> {
        self.working()?;
        let involvement = self.involvements.iter_mut().find(|i| i.id == *id).ok_or(Refusal::Missing)?;
        match involvement.ended {
            Some(_) => Err(Refusal::State("this person’s part has ended: add the person again")),
            None => Ok(involvement),
        }
    }

    /// Corrects a person's part. What is recorded of it stays.
    pub fn correct_part(&mut self, by: By<'_>, id: &InvolvementId, now: Part, reason: String) -> Result<(), Refusal> {
        let involvement = self.lasting(id)?;
        let before = involvement.part();
        if before == now {
            return Err(Refusal::State("the part says this already"));
        }
        let kept = now.kept.then(|| involvement.kept.clone().unwrap_or_else(|| by.stamp()));
        let next = Involvement { role: now.role.clone(), kept: kept.clone(), ..involvement.clone() };
        next.may_be_kept()?;
        involvement.changes.push(Change { before, reason, stamp: by.stamp() });
        involvement.kept = kept;
        let Part { role, year_group, vulnerabilities, .. } = now;
        (involvement.role, involvement.year_group, involvement.vulnerabilities) = (role, year_group, vulnerabilities);
        // A step may have waited for what is asked for this child alone.
        self.settle(by);
        Ok(())
    }

    /// Ends a person's part. What is recorded of it stays, and nothing more is asked for it.
    pub fn end_part(&mut self, by: By<'_>, id: &InvolvementId, reason: String) -> Result<(), Refusal> {
        self.lasting(id)?.ended = Some(Ended { reason, stamp: by.stamp() });
        self.settle(by);
        Ok(())
    }
}

fn groups(parts: &[Involvement]) -> Vec<String> {
    let children = parts.iter().filter(|part| part.child());
    let said = children.flat_map(|part| &part.vulnerabilities).map(|said| said.trim()).filter(|said| !said.is_empty());
    let code = |said: &str| if GROUPS.contains(&said) { said.to_owned() } else { "other".to_owned() };
    said.map(code).collect::<BTreeSet<String>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_those_of_children_whose_part_lasts_and_words_stay_in_the_case() {
        let part = |role: &str, said: &[&str], ended: bool| Involvement {
            id: "inv_00000000000000000000000000".parse().unwrap_or_else(|_| unreachable!()),
            person: "Robin".into(),
            role: role.into(),
            year_group: String::new(),
            vulnerabilities: said.iter().map(|said| (*said).to_owned()).collect(),
            learner: None,
            changes: Vec::new(),
            ended: ended.then(|| Ended {
                reason: "Somebody else".into(),
                stamp: Stamp { by: "acc_1".into(), at: OffsetDateTime::UNIX_EPOCH },
            }),
            kept: None,
            joined_at: None,
        };
        let parts = [
            part("victim", &["send", "cares for her father"], false),
            part("affected", &["send", "in_care", " "], false),
            part("affected", &["eal"], true),
            part("witness", &["mental_health"], false),
            part("subject_adult", &["trauma_or_loss"], false),
        ];
        assert_eq!(groups(&parts), ["in_care", "other", "send"]);
        assert!(groups(&parts[2..]).is_empty());
    }
}
