//! What a step's record must hold: every field the policy names, filled, a code where there is a list, a time as a
//! moment. A field the step does not record is refused by its name, with what is expected.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    Case, Refusal,
    evidence::{IWF, done_by, of_lado},
};
use crate::{desk::allegation::OUTCOMES, procedure::StepRule, rules::NARRATIVE_MAX};

/// The bodies that a step tells by the policy, where they are not the agencies that take referrals: a device in an examination is
/// reported to the examining body, and advice on hate comes from the police or the local hate crime service.
fn told_to(step_id: &str) -> &'static [&'static str] {
    match step_id {
        "P0-06" => &["examining_body"],
        "P6-03" => &["police_101", "emergency", "hate_advice"],
        _ => &[],
    }
}

/// What a field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Words,
    /// A moment in the past.
    Moment,
    /// A count.
    Number,
    /// One of these codes.
    OneOf(Vec<String>),
    /// One or more of these codes, with commas between.
    SomeOf(Vec<String>),
}

impl Kind {
    /// Its code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Moment => "moment",
            Self::Number => "number",
            Self::OneOf(_) => "one_of",
            Self::SomeOf(_) => "some_of",
        }
    }

    /// The codes it takes; none where it takes no codes.
    pub fn codes(&self) -> &[String] {
        match self {
            Self::OneOf(codes) | Self::SomeOf(codes) => codes,
            Self::Words | Self::Moment | Self::Number => &[],
        }
    }

    /// The value as it is kept, or what is expected instead.
    fn read(&self, value: &str, now: OffsetDateTime) -> Result<String, String> {
        let listed = |codes: &[String], value: &str| codes.iter().any(|code| code == value);
        match self {
            Self::Words if value.chars().count() > NARRATIVE_MAX => {
                Err(format!("Text must be {NARRATIVE_MAX} characters or less"))
            }
            Self::Words => Ok(value.to_owned()),
            Self::Moment => match OffsetDateTime::parse(value, &Rfc3339) {
                Err(_) => Err("Enter a real date and time, such as 2026-11-24T09:30:00Z".to_owned()),
                Ok(at) if at > now => Err("The time must be in the past".to_owned()),
                Ok(at) => at.to_offset(time::UtcOffset::UTC).format(&Rfc3339).map_err(|error| error.to_string()),
            },
            Self::Number => match value.parse::<u32>() {
                Ok(number) => Ok(number.to_string()),
                Err(_) => Err("Enter a whole number".to_owned()),
            },
            Self::OneOf(codes) if listed(codes, value) => Ok(value.to_owned()),
            Self::OneOf(codes) => Err(format!("Select one of: {}", codes.join(", "))),
            Self::SomeOf(codes) => {
                let chosen: Vec<&str> = value.split(',').map(str::trim).filter(|code| !code.is_empty()).collect();
                if chosen.is_empty() || chosen.iter().any(|code| !listed(codes, code)) {
                    return Err(format!("Select one or more of: {}, with commas between", codes.join(", ")));
                }
                Ok(chosen.join(","))
            }
        }
    }
}

/// One thing a step records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it takes.
    pub kind: Kind,
}

impl Case {
    /// What a step records, in the policy's order; a note where the policy names nothing.
    pub fn fields(&self, rule: &StepRule) -> Vec<Field> {
        if rule.records.is_empty() {
            return vec![Field { name: "note".to_owned(), kind: Kind::Words }];
        }
        rule.records.iter().map(|name| Field { name: name.clone(), kind: self.kind(rule, name) }).collect()
    }

    fn kind(&self, rule: &StepRule, name: &str) -> Kind {
        let list = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let has = |field: &str| rule.records.iter().any(|record| record == field);
        match name {
            "time" | "told_at" | "date" => Kind::Moment,
            "how_many" => Kind::Number,
            // Whether the parents of a child were told; of an adult, `told` is who was.
            "told" if has("child") => Kind::OneOf(list(&["yes", "no"])),
            "copy_given" => Kind::OneOf(list(&["yes", "no"])),
            // A referral to the Prevent panel needs the person's own yes (PRV-02).
            "consent" => Kind::OneOf(list(&["yes", "no", "not_needed"])),
            "variant" => Kind::OneOf(list(&["a", "b", "c"])),
            "may_be_illegal" => Kind::OneOf(list(&["no", "unclear", "yes"])),
            // What lost data may lead to for the people it is about (UK GDPR, articles 33 and 34).
            "risk_to_rights" => Kind::OneOf(list(&["unlikely", "likely", "high"])),
            "body" if !told_to(&rule.id).is_empty() => Kind::OneOf(list(told_to(&rule.id))),
            "agency" | "body" => {
                let told = |key: &str| name == "agency" || self.may_be_told(rule, key);
                let known = self.agencies.iter().map(|(key, _)| key.clone()).filter(|key| told(key));
                // The foundation takes reports from everybody: no area has to name it among its agencies.
                let foundation = (done_by(rule) == Some("bodies")).then(|| IWF.to_owned());
                let known = known.filter(|key| foundation.as_ref() != Some(key));
                let keys: Vec<String> = foundation.iter().cloned().chain(known).collect();
                if keys.is_empty() { Kind::Words } else { Kind::OneOf(keys) }
            }
            // The four limbs of the harm threshold (ALL-01), or that none is met.
            "limbs" => Kind::SomeOf(list(&["harmed", "offence", "risk", "suitability", "none"])),
            // How an allegation ended (ALL-04).
            "outcome" if self.allegation() => Kind::OneOf(list(&OUTCOMES)),
            "protected_characteristic" => Kind::OneOf(list(&[
                "age",
                "disability",
                "gender_reassignment",
                "marriage_civil_partnership",
                "pregnancy_maternity",
                "race",
                "religion_belief",
                "sex",
                "sexual_orientation",
                "none",
            ])),
            _ => Kind::Words,
        }
    }

    /// Whether a step that tells somebody is about this agency: the designated officer, or the bodies that take reports of
    /// indecent images of children.
    fn may_be_told(&self, rule: &StepRule, agency: &str) -> bool {
        if done_by(rule) == Some("lado") {
            return of_lado(agency);
        }
        let of_images = agency == IWF || agency == "emergency" || agency.starts_with("police") || of_lado(agency);
        self.procedure.id != "P4" || of_images
    }

    /// A value that was read, or what is wrong with it in this case.
    fn can_be(&self, field: &Field, value: String) -> Result<String, String> {
        let at = || OffsetDateTime::parse(&value, &Rfc3339).ok();
        let wrong = match (&field.kind, field.name.as_str()) {
            (Kind::Moment, "told_at") => at().and_then(|at| self.told_too_early(at)),
            (Kind::Moment, _) => at().and_then(|at| self.done_too_early(at)),
            (_, "policy_version") => self.another_version(&value),
            _ => None,
        };
        wrong.map_or(Ok(value), Err)
    }

    /// What is recorded for a step as it is kept: nothing missing, nothing that the step does not record. A step that a
    /// record of the case does needs no second writing.
    pub(crate) fn read_fields(
        &self,
        rule: &StepRule,
        recorded: &[(String, String)],
        now: OffsetDateTime,
    ) -> Result<Vec<(String, String)>, Refusal> {
        let fields = self.fields(rule);
        let expected = || fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
        let (mut kept, mut wrong) = (Vec::new(), Vec::new());
        for field in &fields {
            let given = recorded.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.trim());
            match given.filter(|value| !chassis::text::blank(value)) {
                None if done_by(rule).is_some() => {}
                None => wrong.push((field.name.clone(), format!("Enter {}", field.name.replace('_', " ")))),
                Some(value) => match field.kind.read(value, now).and_then(|value| self.can_be(field, value)) {
                    Ok(value) => kept.push((field.name.clone(), value)),
                    Err(fix) => wrong.push((field.name.clone(), fix)),
                },
            }
        }
        for (name, _) in recorded.iter().filter(|(name, _)| !fields.iter().any(|field| field.name == *name)) {
            let shown: String = name.chars().take(40).collect();
            wrong.push((shown, format!("This step records: {}", expected())));
        }
        if wrong.is_empty() { Ok(kept) } else { Err(Refusal::Fields("recorded", wrong)) }
    }
}
