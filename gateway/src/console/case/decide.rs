//! Deciding: the five questions, a second person, choices with their reasons, support, the assessment, opening again.

pub mod agreement;
pub mod criteria;

use chassis::error::Error;
use proto::incident_cases::v1::{
    Case, RecordAssessmentRequest, RecordDecisionRequest, RecordSupportRequest, ReopenCaseRequest,
};

use super::pages::{children, filled, pages, to_come};
use crate::{
    console::visit::Visit,
    pages::{
        form::{Answers, Field},
        words::Codes,
    },
};

const YES_NO: Codes = &[("no", "No"), ("yes", "Yes")];
/// What a second person is asked.
pub const ASKED: Codes = &[
    ("hold_override", "Tell somebody once without a talk with police or the front door"),
    ("viewing", "Look at an image once"),
    ("internal_response", "Respond inside the school, without a referral"),
    ("deviation", "Skip a step that guards a gate, or any while a child is in immediate danger"),
    (CHANGE, "Change a fact that keeps a gate shut"),
];
/// Who is told without a talk, where a second person agrees.
pub const AUDIENCES: Codes = &[
    ("parents", "Parents"),
    ("other_school", "Another school"),
    ("public", "The public"),
    ("employer", "An employer"),
    ("other", "Somebody else outside the school"),
];
/// Who may answer, as roles.
pub const ANSWERED_BY: Codes = &[
    ("dsl", "the lead"),
    ("deputy_dsl", "a deputy"),
    ("head", "the head"),
    ("chair", "the chair of governors, where the case names them"),
];
/// The one of them that is asked where the fact is recorded.
const CHANGE: &str = "fact_change";
/// What a decision is about.
pub const DECISIONS: Codes = &[
    ("referral", "Not to refer"),
    ("sanction", "Sanctions"),
    ("deletion", "Not to delete"),
    ("early_help", "Early help"),
    ("channel_consent", "Consent to Channel"),
    ("involvement", "To name no child"),
    ("other", "Something else"),
];
/// Whether a child took it up.
pub const UPTAKE: Codes = &[("accepted", "Accepted"), ("declined", "Declined"), ("waiting", "Waiting for an answer")];
const CONSENT: Codes = &[
    ("given", "They agree"),
    ("not_needed", "It is not needed: the risk does not wait for it"),
    ("refused", "They do not agree"),
];
const SANCTIONS: Codes = &[("applied", "Sanctions are applied"), ("none", "No sanctions")];
/// The five questions.
pub const QUESTIONS: Codes = &[
    ("adult_involved", "Is an adult involved?"),
    ("coercion", "Is there coercion, blackmail or grooming, or doubt that the child can consent?"),
    ("unusual_or_violent", "Are the acts unusual for the stage of development, or violent?"),
    ("under_13", "Are there sexual acts and a child under 13?"),
    ("immediate_risk", "Is a child at immediate risk, such as of suicide or self-harm?"),
];

pages! {
    /// A choice with its reason.
    decision (CaseWork) "decisions", "Record a decision", "Record the decision", record_decision, super::decision_fields, super::decision_command;
    /// What one child was offered.
    support (CaseWork) "support", "Record support for a child", "Record the support", record_support, super::support_fields, super::support_command;
    /// The risk and needs assessment.
    assessment (CaseWork) "assessments", "Record the risk and needs assessment", "Record the assessment", record_assessment, super::assessment_fields, super::assessment_command;
    /// Opening a closed case again.
    reopen (CaseClose) "reopen", "Open the case again", "Open the case again", reopen_case, super::reopen_fields, super::reopen_command;
}

fn decision_fields(_: &Case) -> Vec<Field> {
    vec![
        Field::radios("kind", "What did you decide about?", DECISIONS),
        Field::radios("sanction", "For sanctions: what was decided?", SANCTIONS),
        Field::radios("consent", "For consent to Channel: what was said?", CONSENT),
        Field::name("choice", "For something else: what was decided? For early help: who leads it?"),
        Field::long_text("reason", "Why?"),
        Field::long_text("options", "What else did you consider? (optional)"),
        Field::long_text("effect_on_victim", "For sanctions: what may they do to a victim?"),
    ]
}

fn decision_command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<RecordDecisionRequest, Error> {
    let kind = answers.text("kind");
    let mut asked = vec![("kind", "Select what you decided about"), ("reason", "Enter why")];
    match kind.as_str() {
        "sanction" => asked.push(("sanction", "Select whether sanctions are applied")),
        "channel_consent" => asked.push(("consent", "Select what was said")),
        "early_help" => asked.push(("choice", "Enter who leads it")),
        "other" => asked.push(("choice", "Enter what was decided")),
        _ => {}
    }
    filled(answers, &asked)?;
    let choice = match kind.as_str() {
        "referral" => "not_refer".to_owned(),
        "deletion" => "not_deleted".to_owned(),
        "involvement" => "nobody_named".to_owned(),
        "sanction" => answers.text("sanction"),
        "channel_consent" => answers.text("consent"),
        _ => answers.text("choice"),
    };
    Ok(RecordDecisionRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        kind,
        choice,
        reason: answers.text("reason"),
        options: answers.text("options"),
        effect_on_victim: answers.text("effect_on_victim"),
        request_id: answers.request_id(),
    })
}

fn support_fields(case: &Case) -> Vec<Field> {
    vec![
        children(case, "involvement_id", "Which child?"),
        Field::long_text("offer", "What was offered?")
            .hint("Block, report and remove, and somebody to talk to. The alleged perpetrator is offered support too."),
        Field::radios("uptake", "Did they take it up?", UPTAKE),
        Field::long_text("note", "What did they say? (optional)"),
    ]
}

fn support_command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<RecordSupportRequest, Error> {
    filled(
        answers,
        &[
            ("involvement_id", "Select which child"),
            ("offer", "Enter what was offered"),
            ("uptake", "Select whether they took it up"),
        ],
    )?;
    Ok(RecordSupportRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        involvement_id: answers.text("involvement_id"),
        offer: answers.text("offer"),
        uptake: answers.text("uptake"),
        note: answers.text("note"),
        request_id: answers.request_id(),
    })
}

fn assessment_fields(case: &Case) -> Vec<Field> {
    let last = case.assessments.last().cloned().unwrap_or_default();
    vec![
        Field::long_text("risks", "What are the risks?").hint("To the victim, to other children and adults, and at which times and places. Think of wider spread, of being left out, and of being a victim again.").value(last.risks),
        Field::long_text("needs", "What does each child need?").hint("The alleged perpetrator too.").value(last.needs),
        Field::long_text("measures", "What is done about it?").hint("Separation in class, on site and on the way, for example.").value(last.measures),
        Field::long_text("checks", "What did agencies know? (optional)").value(last.checks),
        Field::moment("review_time", "When is it looked at again?").hint("For example, 27 11 2026 and 9:30am."),
    ]
}

fn assessment_command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<RecordAssessmentRequest, Error> {
    filled(
        answers,
        &[
            ("risks", "Enter the risks"),
            ("needs", "Enter what each child needs"),
            ("measures", "Enter what is done about it"),
        ],
    )?;
    Ok(RecordAssessmentRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        risks: answers.text("risks"),
        needs: answers.text("needs"),
        measures: answers.text("measures"),
        checks: answers.text("checks"),
        review_time: to_come(answers, "review_time")?,
        request_id: answers.request_id(),
    })
}

fn reopen_fields(_: &Case) -> Vec<Field> {
    vec![
        Field::long_text("reason", "Why is the case opened again?").hint("It needs a new debrief before it can close."),
    ]
}

fn reopen_command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<ReopenCaseRequest, Error> {
    filled(answers, &[("reason", "Enter why the case is opened again")])?;
    Ok(ReopenCaseRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        reason: answers.text("reason"),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    })
}
