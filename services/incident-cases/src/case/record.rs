//! What a case keeps of decisions, second persons, support and material. Nothing here is ever changed but by an answer.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Closing, InvolvementId};

chassis::id!(/** An agreement. */ pub struct AgreementId = "agr");
chassis::id!(/** An entry of the viewing log. */ pub struct ViewingId = "vie");
chassis::id!(/** A decision. */ pub struct DecisionId = "dec");
chassis::id!(/** Support offered. */ pub struct SupportId = "sup");
chassis::id!(/** Suspect material. */ pub struct MaterialId = "mat");
chassis::id!(/** A report about material. */ pub struct ReportId = "rep");
chassis::id!(/** An exposure. */ pub struct ExposureId = "exp");
chassis::id!(/** A deletion. */ pub struct DeletionId = "del");

/// Who recorded something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The account.
    pub by: String,
    /// The moment.
    pub at: OffsetDateTime,
}

/// What somebody said once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// In words; under one of the other names in what was kept before.
    #[serde(alias = "words", alias = "reason")]
    pub text: String,
    /// Who recorded it, and when.
    pub stamp: Stamp,
    /// What they are called, where it was said at a desk.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

impl Said {
    /// Something the school says.
    pub fn new(text: impl Into<String>, stamp: Stamp) -> Self {
        Self { text: text.into(), stamp, name: String::new() }
    }
}

/// The answers to the five questions of rule NUD-02; one yes makes referral due at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criteria {
    /// Adult involved; coercion or doubt; unusual or violent; under 13; immediate risk.
    pub answers: [bool; 5],
    /// What they rest on.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
}

impl Criteria {
    /// Whether one of them is met.
    pub fn met(&self) -> bool {
        self.answers.contains(&true)
    }
}

/// What a second person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// To tell somebody once although police and front door were not asked.
    HoldOverride,
    /// To look at material once.
    Viewing,
    /// To respond inside the school where no criterion is met (rule NUD-05).
    InternalResponse,
    /// To skip a step that guards a gate, or any while a child is in immediate danger.
    Deviation,
    /// To change a fact that keeps a gate shut.
    FactChange,
}

impl Asked {
    /// Every one, with its code.
    pub const ALL: [(&'static str, Self); 5] = [
        ("hold_override", Self::HoldOverride),
        ("viewing", Self::Viewing),
        ("internal_response", Self::InternalResponse),
        ("deviation", Self::Deviation),
        ("fact_change", Self::FactChange),
    ];

    /// Its code.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(_, asked)| *asked == self).map_or("", |(code, _)| code)
    }

    /// By its code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == code).map(|(_, asked)| *asked)
    }

    /// Whether only the head may answer.
    pub fn by_head(self) -> bool {
        matches!(self, Self::Viewing | Self::InternalResponse)
    }
}

/// Who may be told without a talk with police or front door where a second person agrees, each by an agreement of its own.
pub const AUDIENCES: &[&str] = &["parents", "other_school", "public", "employer", "other"];

/// What somebody asks a second person, and about what.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What is asked.
    pub asked: Asked,
    /// The step, for a deviation.
    pub step_id: &'a str,
    /// Who is to be told, for going on without a talk.
    pub audience: &'a str,
}

/// An act that one person may not do alone, and what the second one said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// What is asked.
    pub asked: Asked,
    /// The step, for a deviation.
    pub step_id: String,
    /// Who is to be told, for going on without a talk; one of `AUDIENCES`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub audience: String,
    /// Whether whoever asked was the head.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_head: bool,
    /// Whom the case names until they have answered, where it named them for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
    /// The change, where a fact is to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<FactChange>,
    /// Why: the justification.
    pub reason: String,
    /// Who asked, and when.
    pub stamp: Stamp,
    /// What was answered.
    pub answer: Option<Answer>,
    /// Whether it was made use of; a viewing, a deviation and what goes on without a talk are agreed to once each.
    pub used: bool,
}

/// A change of a fact that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactChange {
    /// The fact.
    pub name: String,
    /// What was known of it when this was asked.
    pub was: String,
    /// What it is to be.
    pub value: String,
    /// The answers to the five questions that it follows from, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<[bool; 5]>,
}

/// What a second person said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether they agreed.
    pub agreed: bool,
    /// Why.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
}

impl Agreement {
    /// `asked`, `agreed`, `refused`, `used`.
    pub fn state(&self) -> &'static str {
        match &self.answer {
            None => "asked",
            Some(answer) if !answer.agreed => "refused",
            Some(_) if self.used => "used",
            Some(_) => "agreed",
        }
    }
}

/// An entry of the viewing log (rule NUD-04).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Viewing {
    /// Its id.
    pub id: ViewingId,
    /// The head's agreement.
    pub agreement_id: AgreementId,
    /// `decide`, `report`, `unavoidable`.
    pub purpose: String,
    /// The adult present, who does not look.
    pub second_adult: String,
    /// Where on the premises.
    pub place: String,
    /// What and how, in words.
    pub how: String,
    /// What was done with it afterwards.
    pub afterwards: String,
    /// `yes`, `no`, `not_possible`.
    pub same_sex: String,
    /// When it was looked at.
    pub viewed_at: OffsetDateTime,
    /// Who looked, and when it was recorded.
    pub stamp: Stamp,
}

/// A recorded choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// `referral`, `sanction`, `deletion`, `other`.
    pub kind: String,
    /// What was chosen.
    pub choice: String,
    /// Why; never empty.
    pub reason: String,
    /// What else was considered.
    pub options: String,
    /// What a sanction may do to a victim.
    pub effect_on_victim: String,
    /// Who and when.
    pub stamp: Stamp,
}

/// What one child was offered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Support {
    /// Its id.
    pub id: SupportId,
    /// The child's involvement.
    pub involvement_id: InvolvementId,
    /// What was offered.
    pub offer: String,
    /// `accepted`, `declined`, `waiting`.
    pub uptake: String,
    /// What the child said.
    pub note: String,
    /// Who and when.
    pub stamp: Stamp,
}

/// One version of the risk and needs assessment (rule COC-02).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// The risks: to whom, when and where.
    pub risks: String,
    /// What each child needs.
    pub needs: String,
    /// What is done about it.
    pub measures: String,
    /// What agencies know.
    pub checks: String,
    /// When it is looked at again.
    pub review_at: OffsetDateTime,
    /// Who and when.
    pub stamp: Stamp,
}

/// Suspect material, described. The content is never here (gate G-IMAGE).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Material {
    /// Its id.
    pub id: MaterialId,
    /// `website`, `account`, `message`, `file`, `other`.
    pub kind: String,
    /// What it is, in words.
    pub description: String,
    /// Its address, sealed with the case; it leaves it by one rpc alone.
    pub address: String,
    /// Who and when.
    pub stamp: Stamp,
}

/// A report to a body that takes material down or looks into it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// `iwf`, `ceop`, `platform`, `report_remove`, `police`.
    pub body: String,
    /// The platform.
    pub platform: String,
    /// The material.
    pub material_id: Option<MaterialId>,
    /// The body's reference.
    pub reference: String,
    /// When an answer is chased.
    pub chase_at: OffsetDateTime,
    /// What came of it, and when that was recorded.
    pub outcome: Option<(String, OffsetDateTime)>,
    /// Who and when.
    pub stamp: Stamp,
}

/// Somebody saw the material.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exposure {
    /// Its id.
    pub id: ExposureId,
    /// The person.
    pub person: String,
    /// How it came about.
    pub circumstances: String,
    /// What they were offered.
    pub support: String,
    /// When.
    pub exposed_at: OffsetDateTime,
    /// Who recorded it, and when.
    pub stamp: Stamp,
}

/// Material was deleted (rule NUD-06).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deletion {
    /// Its id.
    pub id: DeletionId,
    /// What.
    pub what: String,
    /// Where it was.
    pub location: String,
    /// Who deleted it.
    pub deleted_by: String,
    /// The advice it rests on.
    pub advice: String,
    /// Whether the child was told that keeping a copy is an offence.
    pub offence_explained: bool,
    /// When the child confirmed.
    pub confirmed_at: Option<OffsetDateTime>,
    /// Who recorded it, and when.
    pub stamp: Stamp,
}

/// A device of the case, as far as the case has to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// The custody entry.
    pub custody_id: String,
    /// Whether the school still holds it.
    pub held: bool,
}

/// A closed case was opened again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reopening {
    /// How it had been closed.
    pub closing: Closing,
    /// Why it was opened again.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_read_by_the_names_it_was_kept_under() {
        let stamp = Stamp { by: "acc_1".into(), at: OffsetDateTime::UNIX_EPOCH };
        let said = Said::new("No longer needed", stamp.clone());
        for name in ["text", "words", "reason"] {
            let kept = serde_json::json!({name: "No longer needed", "stamp": stamp}).to_string();
            assert_eq!(serde_json::from_str::<Said>(&kept).ok().as_ref(), Some(&said), "{name}");
        }
        let now = serde_json::to_string(&said).unwrap_or_default();
        assert_eq!(serde_json::from_str::<Said>(&now).ok(), Some(said));
    }
}
