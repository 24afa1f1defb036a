//! Agrees or refuses as the second person.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{AnswerAgreementRequest, AnswerAgreementResponse};
use tonic::Request;

use super::work::{Done, target, words, work};
use crate::{
    App,
    case::{By, Case, record::AgreementId},
};

pub(super) async fn answer_agreement(
    app: &App,
    request: Request<AnswerAgreementRequest>,
) -> Result<AnswerAgreementResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why you agree or refuse", &request.reason);
    let agreement: Option<AgreementId> = request.agreement_id.parse().ok();
    v.finish()?;
    let text = |value: &str| value.trim().to_owned();
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        let id = agreement.ok_or(crate::case::Refusal::Missing)?;
        case.answer(by, &id, request.agreed, text(&request.reason))?;
        let kind = case.agreements.iter().find(|a| a.id == id).map(|a| a.asked.code()).unwrap_or_default();
        let agreed = request.agreed.to_string();
        Ok(Done::new("agreement.answered").detail("kind", kind).detail("agreed", agreed))
    };
    work(app, &caller, &request, target!(request), act, |case, _| AnswerAgreementResponse { case: Some(case) }).await
}
