//! A school's policy made from one template version: draft → (consultation →) approved by the head → ratified by the chair
//! → in force → superseded. An edit drops the signatures; a version without them comes into force in an emergency alone.

mod draft;
pub mod life_cycle;
pub mod proposal;
pub mod rolled;
pub mod standing;
pub mod tailoring;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use chassis::{
    calendar::end_of_day,
    clock::london,
    id::{AccountId, SchoolId},
};

use crate::{
    agency::Register,
    effective::Values,
    lint::{Finding, Severity, version},
    parameter::{Origin, Parameter, PartDate},
    template::{SetBy, Template},
};
pub use draft::Source;
use life_cycle::{Consultation, Emergency};
use proposal::{Proposal, RolloutId};
pub use tailoring::{Fate, Placed, Summary};
use tailoring::{SectionChoice, TailoredStep, Waiver};

chassis::id!(/** One version of one school's policy. */ pub struct InstanceId = "ins");

/// One version of one school's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its id.
    pub id: InstanceId,
    /// The school.
    pub school: SchoolId,
    /// Its version at this school, from 1.
    pub version: u32,
    /// The template version it is made from.
    pub template_version: u32,
    /// Where it stands.
    pub state: State,
    /// What was filled in, by the document or by hand.
    pub parameters: Vec<Parameter>,
    /// Its clauses with their lineage.
    pub clauses: Vec<Clause>,
    /// How its procedures differ from the template's.
    pub tailored_steps: Vec<TailoredStep>,
    /// The optional sections printed or dropped whatever their rule says.
    pub section_choices: Vec<SectionChoice>,
    /// The findings that are let stand.
    pub waivers: Vec<Waiver>,
    /// What the template version it moved to asks of the school.
    pub proposals: Vec<Proposal>,
    /// What the linter found in the document.
    pub findings: Vec<Finding>,
    /// What could mislead in the version itself, by the ids of the findings, on the day it came into force; none before.
    #[serde(default)]
    pub grave: Option<Vec<String>>,
    /// The signatures under it.
    pub signatures: Vec<Signature>,
    /// What became of every paragraph.
    pub summary: Summary,
    /// The name of the document it was read from; empty where it came from the version before it.
    pub source_name: String,
    /// When a person confirmed what became of every paragraph of the document.
    #[serde(with = "time::serde::rfc3339::option")]
    pub import_confirmed_at: Option<OffsetDateTime>,
    /// The consultation on it, open or ended.
    pub consultation: Option<Consultation>,
    /// Where it came into force before the governors ratified it.
    pub emergency: Option<Emergency>,
    /// The roll-out that made it.
    pub rollout: Option<RolloutId>,
    /// Why it was set aside.
    pub discard_reason: Option<String>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// From when it is in force.
    #[serde(with = "time::serde::rfc3339::option")]
    pub effective_at: Option<OffsetDateTime>,
    /// Until when it was in force.
    #[serde(with = "time::serde::rfc3339::option")]
    pub superseded_at: Option<OffsetDateTime>,
    /// When its next review is due.
    #[serde(with = "time::serde::rfc3339::option")]
    pub review_due_at: Option<OffsetDateTime>,
    /// How often it was written.
    pub revision: u32,
}

/// Where an instance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being written.
    Draft,
    /// Signed by the head.
    Approved,
    /// Signed by the chair of governors too.
    Ratified,
    /// In force.
    InForce,
    /// Replaced by a later one.
    Superseded,
    /// Open to comments.
    Consultation,
    /// Set aside before it came into force.
    Discarded,
}

impl State {
    /// Its name in the store.
    pub fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
            Self::Ratified => "ratified",
            Self::InForce => "in_force",
            Self::Superseded => "superseded",
            Self::Consultation => "consultation",
            Self::Discarded => "discarded",
        }
    }

    /// Its name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
            Self::Ratified => "ratified",
            Self::InForce => "in force",
            Self::Superseded => "superseded",
            Self::Consultation => "in consultation",
            Self::Discarded => "discarded",
        }
    }
}

/// One clause of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// The template clause it descends from; none for a local clause.
    pub template_clause: Option<String>,
    /// The section it stands in; empty where none was recognised.
    pub section: String,
    /// How it differs from the template.
    pub tailoring: Tailoring,
    /// The school's own text; the template's for what was omitted.
    pub text: String,
    /// The line of the document, from 1; 0 where none.
    pub line: u32,
    /// How alike it and the template's clause are, 0 to 100.
    pub score: u8,
    /// What it goes by within this version.
    pub key: String,
    /// Its level in the document's list, 1 for the outermost; 0 where it is no item of one.
    #[serde(default)]
    pub level: u8,
    /// The document's heading it stands under, where the template knows none like it; empty elsewhere.
    #[serde(default)]
    pub title: String,
    /// Why it differs from the template; empty where nobody said.
    pub reason: String,
}

/// The difference between an instance clause and its template clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tailoring {
    /// The school says the same.
    Adopted,
    /// The school says something else on the matter.
    Adapted,
    /// Only the school has it.
    Added,
    /// The school leaves it out.
    Omitted,
}

impl Tailoring {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Adopted => "adopted",
            Self::Adapted => "adapted",
            Self::Added => "added",
            Self::Omitted => "omitted",
        }
    }
}

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signatory {
    /// The head.
    Head,
    /// The chair of governors.
    Chair,
}

impl Signatory {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Chair => "chair",
        }
    }
}

/// One person's name under a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// In which role.
    pub signatory: Signatory,
    /// The account that signed.
    pub account: AccountId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub signed_at: OffsetDateTime,
}

/// Why an act on an instance is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not in a state that allows the act.
    #[error("the policy is {}: {needed}", state.name())]
    WrongState {
        /// The state it is in.
        state: State,
        /// What has to be done first.
        needed: &'static str,
    },
    /// The one person signed in the other role already.
    #[error("the same person cannot sign as head and as chair: the chair of governors signs")]
    SamePerson,
    /// It was written since it was read.
    #[error("the policy changed since it was read")]
    Changed,
    /// Blanks that every policy needs are empty.
    #[error("required blanks are empty")]
    Unfilled(
        /// The key and title of each.
        Vec<(String, String)>,
    ),
    /// There is no such blank, or it is not the school's to fill.
    #[error("the template has no such blank")]
    NoSuchParameter,
    /// Nobody confirmed what became of the paragraphs of the document.
    #[error(
        "nobody has confirmed what became of the document’s paragraphs: look through them and confirm the import first"
    )]
    Unconfirmed,
    /// A statutory clause, step or section would go or be weakened.
    #[error("{_0}")]
    Statutory(
        /// What is kept, and what can be done instead.
        String,
    ),
    /// What was sent cannot stand: the field and how to mend it.
    #[error("{_1}")]
    Invalid(
        /// The field.
        &'static str,
        /// How to mend it.
        String,
    ),
    /// Proposals of the template wait for an answer: how many.
    #[error("{_0} of the template’s proposals wait: adopt, adapt or defer each of them first")]
    Unanswered(usize),
    /// The blank is filled by somebody else.
    #[error("a school does not fill this blank")]
    NotTheSchools(
        /// Who does.
        SetBy,
    ),
    /// The values cannot stand in the blank; how to mend them.
    #[error("the values cannot stand in the blank")]
    Values(
        /// How to mend them.
        String,
    ),
    /// The next review would be due on a day that is gone, or later than the template allows.
    #[error("the next review is due on a day after today and on {latest} at the latest")]
    ReviewDay {
        /// The last day it can be.
        latest: time::Date,
    },
}

impl Instance {
    /// The mark of its present text.
    pub fn etag(&self) -> String {
        format!("{}-{}", self.version, self.revision)
    }

    /// Goes on only where the reader saw the present text.
    ///
    /// # Errors
    /// `Changed` where it was written since.
    pub fn seen(self, etag: &str) -> Result<Self, Refusal> {
        if self.etag() == etag { Ok(self) } else { Err(Refusal::Changed) }
    }

    /// Fills or empties one blank; signatures fall away.
    ///
    /// # Errors
    /// Where there is no such blank, the values do not fit, or the version is past editing.
    pub fn set_parameter(
        mut self,
        template: &Template,
        key: &str,
        values: Vec<String>,
        at: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        self.editable()?;
        let definition = template.parameter(key).ok_or(Refusal::NoSuchParameter)?;
        if definition.set_by != SetBy::School {
            return Err(Refusal::NotTheSchools(definition.set_by));
        }
        // Templates published before it was said who sets what have these two by their names.
        if key == "area" || key.starts_with("area.") {
            return Err(Refusal::NotTheSchools(SetBy::Area));
        }
        let values: Vec<String> = values.into_iter().map(|value| value.trim().to_owned()).collect();
        definition.accepts(&values).map_err(Refusal::Values)?;
        self.parameters.retain(|parameter| parameter.key != key);
        if !values.is_empty() {
            self.parameters.push(Parameter::of(key, values, Origin::School));
        }
        Ok(self.edited(at))
    }

    /// Its text is another one: a draft again, without signatures, and nobody comments on what it was.
    fn edited(mut self, at: OffsetDateTime) -> Self {
        self.end_consultation(at);
        self.state = State::Draft;
        self.signatures.clear();
        self.written()
    }

    /// Goes on only where the version may still be edited.
    fn editable(&self) -> Result<(), Refusal> {
        match self.state {
            State::Draft | State::Consultation | State::Approved | State::Ratified => Ok(()),
            State::InForce | State::Superseded | State::Discarded => {
                Err(Refusal::WrongState { state: self.state, needed: "start a revision to change it" })
            }
        }
    }

    /// The head signs.
    ///
    /// # Errors
    /// Where it is no draft, still discussed, proposals wait, or nobody confirmed what became of the document it was read from.
    pub fn approve(self, account: AccountId, at: OffsetDateTime) -> Result<Self, Refusal> {
        let mut draft = self.consulted(at)?;
        if draft.unconfirmed() {
            return Err(Refusal::Unconfirmed);
        }
        if draft.waiting() > 0 {
            return Err(Refusal::Unanswered(draft.waiting()));
        }
        draft.signatures.push(Signature { signatory: Signatory::Head, account, signed_at: at });
        draft.state = State::Approved;
        Ok(draft.written())
    }

    /// The chair of governors signs: what the head approved, or what came into force in an emergency.
    ///
    /// # Errors
    /// Where the head has not signed, or is the same person.
    pub fn ratify(mut self, account: AccountId, at: OffsetDateTime) -> Result<Self, Refusal> {
        let afterwards = self.ratify_by().is_some();
        if self.state != State::Approved && !afterwards {
            return Err(Refusal::WrongState {
                state: self.state,
                needed: "the head approves it, then the chair ratifies it",
            });
        }
        if self.signatures.iter().any(|signature| signature.account == account) {
            return Err(Refusal::SamePerson);
        }
        self.signatures.push(Signature { signatory: Signatory::Chair, account, signed_at: at });
        if !afterwards {
            self.state = State::Ratified;
        }
        Ok(self.written())
    }

    /// Brings it into force.
    ///
    /// # Errors
    /// Where it is unsigned, or a required blank is empty.
    pub fn publish(
        self,
        template: &Template,
        register: Option<&Register>,
        at: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        if self.state != State::Ratified || !self.signed(Signatory::Head) || !self.signed(Signatory::Chair) {
            let needed = "the head approves it and the chair ratifies it before it is published";
            return Err(Refusal::WrongState { state: self.state, needed });
        }
        self.come_into_force(template, register, at)
    }

    /// In force from now on, with nothing left blank that every policy needs.
    fn come_into_force(
        mut self,
        template: &Template,
        register: Option<&Register>,
        at: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        let values = Values::of(&self, template, register);
        let required = template
            .parameters
            .iter()
            .filter(|definition| definition.required && definition.include_if.holds(&|key: &str| values.get(key)));
        let unfilled: Vec<_> = required
            .filter(|definition| values.get(&definition.key).is_empty())
            .map(|definition| (definition.key.clone(), definition.title.clone()))
            .collect();
        if !unfilled.is_empty() {
            return Err(Refusal::Unfilled(unfilled));
        }
        let printed = values.get("doc.next_review").first().and_then(|text| PartDate::parse(text));
        self.review_due_at = Some(review_due(printed, template.review_months, at));
        self.effective_at = Some(at);
        self.state = State::InForce;
        let found = version::judge(&self, template, register, london(at).date()).into_iter();
        let grave = found.filter(|placed| placed.finding.severity == Severity::Error);
        self.grave = Some(grave.map(|placed| placed.finding.id).collect());
        Ok(self.written())
    }

    /// A later version takes its place.
    ///
    /// # Errors
    /// Where it is not in force.
    pub fn supersede(mut self, at: OffsetDateTime) -> Result<Self, Refusal> {
        if self.state != State::InForce {
            return Err(Refusal::WrongState { state: self.state, needed: "only what is in force is superseded" });
        }
        self.state = State::Superseded;
        self.superseded_at = Some(at);
        Ok(self.written())
    }

    /// Whether it was in force at a moment.
    pub fn in_force(&self, at: OffsetDateTime) -> bool {
        self.effective_at.is_some_and(|from| from <= at) && self.superseded_at.is_none_or(|until| at < until)
    }

    /// What could mislead in it, by the ids of the findings: as it was judged when it came into force, else as the document
    /// was that it was read from.
    pub fn grave(&self) -> Vec<&str> {
        match &self.grave {
            Some(grave) => grave.iter().map(String::as_str).collect(),
            None => {
                let errors = self.findings.iter().filter(|finding| finding.severity == Severity::Error);
                errors.map(|finding| finding.id.as_str()).collect()
            }
        }
    }

    fn written(mut self) -> Self {
        self.revision += 1;
        self
    }
}

/// The end of the day printed, where that lies ahead and not further than the template allows; else the template's own
/// interval.
fn review_due(printed: Option<PartDate>, months: u32, at: OffsetDateTime) -> OffsetDateTime {
    let today = PartDate { year: at.year(), month: at.month().into(), day: Some(at.day()) };
    let end = |date: PartDate| date.last().map(end_of_day);
    let latest = end(today.plus_months(months)).unwrap_or(at);
    printed.and_then(end).filter(|due| *due > at && *due <= latest).unwrap_or(latest)
}

#[cfg(test)]
mod tests;
