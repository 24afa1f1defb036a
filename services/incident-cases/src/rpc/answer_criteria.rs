//! Answers the five questions that decide on immediate referral.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{AnswerCriteriaRequest, AnswerCriteriaResponse};
use tonic::Request;

use super::work::{Done, one_of, target, words, work};
use crate::{
    App,
    case::{By, Case},
};

pub(super) async fn answer_criteria(
    app: &App,
    request: Request<AnswerCriteriaRequest>,
) -> Result<AnswerCriteriaResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    let answers = [
        ("adult_involved", &request.adult_involved),
        ("coercion", &request.coercion),
        ("unusual_or_violent", &request.unusual_or_violent),
        ("under_13", &request.under_13),
        ("immediate_risk", &request.immediate_risk),
    ];
    for (field, answer) in answers {
        one_of(&mut v, field, answer, &["yes", "no"]);
    }
    words(&mut v, "reason", "what the answers rest on", &request.reason);
    v.finish()?;
    let text = |value: &str| value.trim().to_owned();
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        let waiting = case.agreements.len();
        case.answer_criteria(by, ids.next(), answers.map(|(_, answer)| answer == "yes"), text(&request.reason))?;
        if case.agreements.len() > waiting {
            return Ok(Done::new("agreement.asked").detail("kind", "fact_change").detail("fact", "criteria_met"));
        }
        let met = case.fact("criteria_met").unwrap_or_default().to_owned();
        Ok(Done::new("criteria.answered").detail("met", met))
    };
    work(app, &caller, &request, target!(request), act, |case, _| AnswerCriteriaResponse { case: Some(case) }).await
}
