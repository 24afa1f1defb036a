//! Asks a second person for what one person may not do alone.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{AskAgreementRequest, AskAgreementResponse};
use tonic::Request;

use super::work::{Done, one_of, target, words, work};
use crate::{
    App,
    case::{By, Case, record::Asked},
};

pub(super) async fn ask_agreement(app: &App, request: Request<AskAgreementRequest>) -> Result<AskAgreementResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    one_of(&mut v, "kind", &request.kind, &Asked::ALL.map(|(code, _)| code));
    words(&mut v, "reason", "why it is asked", &request.reason);
    v.finish()?;
    let text = |value: &str| value.trim().to_owned();
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        let asked = Asked::of(&request.kind).ok_or(crate::case::Refusal::Missing)?;
        case.ask(by, ids.next(), asked, &request.step_id, text(&request.reason))?;
        Ok(Done::new("agreement.asked").detail("kind", &request.kind).detail("step", &request.step_id))
    };
    work(app, &caller, &request, target!(request), act, |case, _| AskAgreementResponse { case: Some(case) }).await
}
