//! Shows something that was written into a shared incident no more. Nothing is rewritten: the row stays, whoever wrote it
//! reads it, and that it was withdrawn, by whom and why is an item of its own.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
};
use proto::incident_cases::v1::{WithdrawSharedItemRequest, WithdrawSharedItemResponse};
use tonic::Request;

use super::{
    sharing::{Target, write},
    unnamed::Said,
    work::words,
};
use crate::{
    App,
    shared_incident::{Whole, item::What},
};

pub(super) async fn withdraw_shared_item(
    app: &App,
    request: Request<WithdrawSharedItemRequest>,
) -> Result<WithdrawSharedItemResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why, without names", &request.reason);
    v.finish()?;
    let target =
        Target { id: &request.shared_incident_id, holder: &request.school_id, request_id: &request.request_id };
    let decide = |whole: &Whole| {
        whole.may_withdraw(&request.shared_item_id, &request.school_id)?;
        Ok(What::Withdrawn { of: request.shared_item_id.clone(), reason: request.reason.trim().to_owned() })
    };
    let respond = |shared| WithdrawSharedItemResponse { shared_incident: Some(shared) };
    let said = Said { texts: &[("reason", request.reason.as_str())], no_learner_meant: request.no_learner_meant };
    write(app, &scope, &request, target, said, decide, respond).await
}
