//! A version's tailoring between the contract and the domain.

use chassis::{
    clock::timestamp,
    error::{Result, Violations},
};
use proto::policy_registry::v1 as wire;

use crate::{
    instance::{
        Placed,
        tailoring::{ClauseChange, SectionChoice, TailoredStep, Waiver, paragraph::Place},
    },
    lint::version,
    rpc::work,
    template::{
        condition::Condition,
        procedure::{Step, StepClock},
    },
};

/// The longest text of a clause, in characters.
const LONGEST_TEXT: usize = 20_000;

pub(crate) fn tailored_step(tailored: &TailoredStep) -> wire::TailoredStep {
    wire::TailoredStep {
        procedure_id: tailored.procedure.clone(),
        tailoring: tailored.tailoring.name().to_owned(),
        step: Some(super::step(&tailored.step)),
        reason: tailored.reason.clone(),
    }
}

pub(crate) fn section_choice(choice: &SectionChoice) -> wire::SectionChoice {
    wire::SectionChoice { section_id: choice.section.clone(), included: choice.included, reason: choice.reason.clone() }
}

pub(crate) fn waiver(waiver: &Waiver) -> wire::Waiver {
    wire::Waiver {
        finding_id: waiver.finding.clone(),
        rule: waiver.rule.clone(),
        reason: waiver.reason.clone(),
        until_date: waiver.until.to_string(),
        account_id: waiver.account.to_string(),
        waive_time: Some(timestamp(waiver.waived_at)),
    }
}

/// A finding on a version, with the waiver that covers it.
pub(crate) fn judged(judged: &work::Judged, placed: &version::Placed) -> wire::Finding {
    let covering = judged.instance.waiver(&placed.finding.id, judged.today);
    wire::Finding {
        clause_key: placed.clause.clone().unwrap_or_default(),
        waiver: covering.map(waiver),
        ..super::finding(&placed.finding)
    }
}

/// A paragraph beside what the template says on it at this school.
pub(crate) fn paragraph(placed: &Placed, template_text: String) -> wire::Paragraph {
    wire::Paragraph {
        line: placed.line,
        text: placed.text.clone(),
        fate: placed.fate.name().to_owned(),
        clause_id: placed.clause.clone().unwrap_or_default(),
        section_id: placed.section.clone(),
        score: u32::from(placed.score),
        template_text,
        why: placed.why.clone(),
        by_hand: placed.by_hand,
    }
}

/// The text of a clause, as a person sent it.
pub(crate) fn text(violations: &mut Violations, text: &str) -> String {
    violations.text("text", "the text of the clause", text, LONGEST_TEXT);
    text.trim().replace("\r\n", "\n")
}

impl ClauseChange {
    /// What is asked of a clause.
    ///
    /// # Errors
    /// `Invalid` with every field that has to be mended.
    pub(crate) fn asked(request: &wire::TailorClauseRequest) -> Result<Self> {
        let mut violations = Violations::new();
        violations.check(!request.clause_key.is_empty(), "clause_key", "Enter the key of a clause of this version");
        let change = match request.tailoring.as_str() {
            "adopted" => Self::Adopt,
            "adapted" | "added" => Self::Write {
                text: text(&mut violations, &request.text),
                reason: work::reason(&mut violations, &request.reason),
            },
            "omitted" => Self::Omit { reason: work::reason(&mut violations, &request.reason) },
            _ => {
                violations
                    .add("tailoring", "Select adopted, adapted, omitted or, for a clause of the school’s own, added");
                Self::Adopt
            }
        };
        violations.finish()?;
        Ok(change)
    }
}

impl Place {
    /// Where a person puts a paragraph, and what they say on it.
    ///
    /// # Errors
    /// `Invalid` with every field that has to be mended.
    pub(crate) fn asked(request: &wire::RealignParagraphRequest) -> Result<(Self, String)> {
        let mut violations = Violations::new();
        let clause = |same| Self::Clause { id: request.clause_id.clone(), same };
        let place = match request.fate.as_str() {
            "matched" => clause(true),
            "amended" => clause(false),
            "added" => Self::Own { section: request.section_id.clone() },
            "ignored" => Self::Aside,
            _ => {
                violations.add("fate", "Select matched, amended, added or ignored");
                Self::Aside
            }
        };
        violations.check(
            !matches!(&place, Self::Clause { id, .. } if id.is_empty()),
            "clause_id",
            "Select the clause it belongs to",
        );
        let why = if place == Self::Aside || !request.reason.trim().is_empty() {
            work::reason(&mut violations, &request.reason)
        } else {
            String::new()
        };
        violations.finish()?;
        Ok((place, why))
    }
}

/// A step as a person sent it; what the services know of its parts is checked by the domain.
///
/// # Errors
/// `Invalid` where its condition cannot be read.
pub(crate) fn asked_step(step: &wire::Step) -> Result<Step> {
    let mut violations = Violations::new();
    let condition = Condition::parse(&step.condition).unwrap_or_else(|fix| {
        violations.add("step.condition", fix);
        Condition::Always
    });
    violations.finish()?;
    let clock = step.clock.clone().unwrap_or_else(|| wire::Clock { kind: "none".into(), ..wire::Clock::default() });
    let list = |texts: &[String]| texts.iter().map(|text| text.trim().to_owned()).collect();
    Ok(Step {
        id: step.step_id.trim().to_owned(),
        title: step.title.trim().to_owned(),
        roles: list(&step.roles),
        clock: StepClock { kind: clock.kind, amount: clock.amount, source: clock.source },
        condition,
        gates: list(&step.gates),
        opens: list(&step.opens),
        prohibitions: list(&step.prohibitions),
        records: list(&step.records),
        statutory: step.statutory,
        after: list(&step.after),
        requirements: list(&step.requirements),
    })
}
