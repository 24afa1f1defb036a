//! Asks a second person for what one person may not do alone.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{AskAgreementRequest, AskAgreementResponse};
use tonic::Request;

use super::work::{Done, account, one_of, target, words, work};
use crate::{
    App,
    case::{
        By, Case,
        record::{Asked, Question},
    },
};

pub(super) async fn ask_agreement(app: &App, request: Request<AskAgreementRequest>) -> Result<AskAgreementResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    one_of(&mut v, "kind", &request.kind, &Asked::ALL.map(|(code, _)| code));
    words(&mut v, "reason", "why it is asked", &request.reason);
    let second = account(&mut v, "second_account_id", &request.second_account_id);
    v.finish()?;
    let text = |value: &str| value.trim().to_owned();
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        let asked = Asked::of(&request.kind).ok_or(crate::case::Refusal::Missing)?;
        let question = Question { asked, step_id: &request.step_id, audience: &request.audience };
        case.ask(by, ids.next(), question, text(&request.reason))?;
        if let Some(account) = second {
            case.name_second(by, account)?;
        }
        let asked = Done::new("agreement.asked").detail("kind", &request.kind).detail("step", &request.step_id);
        let asked = if request.audience.is_empty() { asked } else { asked.detail("audience", &request.audience) };
        Ok(if second.is_some() { asked.detail("names", &request.second_account_id) } else { asked })
    };
    work(app, &caller, &request, target!(request), act, |case, _| AskAgreementResponse { case: Some(case) }).await
}
