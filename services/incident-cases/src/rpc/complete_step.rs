//! Records that a step of the procedure was done.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{CompleteStepRequest, CompleteStepResponse};
use tonic::Request;

use super::work::{Done, Target, work};
use crate::{
    App,
    case::{By, Case, material::carries_content},
    rules::NARRATIVE_MAX,
};

pub(super) async fn complete_step(app: &App, request: Request<CompleteStepRequest>) -> Result<CompleteStepResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut recorded: Vec<(String, String)> = request
        .recorded
        .iter()
        .map(|(field, text)| (field.clone(), text.trim().to_owned()))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    recorded.sort();
    let mut violations = Violations::new();
    violations.check(!recorded.is_empty(), "recorded", "Enter what was done");
    violations.check(recorded.len() <= 20, "recorded", "Enter 20 fields or less");
    for (field, text) in &recorded {
        violations.maybe_text(&format!("recorded.{field}"), text, NARRATIVE_MAX);
        let words = !carries_content(text);
        violations.check(words, format!("recorded.{field}"), "Describe it in words: no image or file is kept here");
    }
    violations.finish()?;
    let target =
        Target { school_id: &request.school_id, case_id: &request.case_id, request_id: &request.request_id, etag: "" };
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.complete_step(by, &request.step_id, recorded)?;
        Ok(Done::new("step.completed").detail("step", &request.step_id))
    };
    work(app, &caller, &request, target, act, |case, _| CompleteStepResponse { case: Some(case) }).await
}
