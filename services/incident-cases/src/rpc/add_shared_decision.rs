//! Records what the schools of a shared incident decided, and which of them sees to it.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
};
use proto::incident_cases::v1::{AddSharedDecisionRequest, AddSharedDecisionResponse};
use tonic::Request;

use super::{
    sharing::{Target, owner, write},
    unnamed::Said,
    work::words,
};
use crate::{
    App,
    shared_incident::{Whole, item::What},
};

pub(super) async fn add_shared_decision(
    app: &App,
    request: Request<AddSharedDecisionRequest>,
) -> Result<AddSharedDecisionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "text", "what is decided", &request.text);
    words(&mut v, "reason", "why", &request.reason);
    v.finish()?;
    let target =
        Target { id: &request.shared_incident_id, holder: &request.school_id, request_id: &request.request_id };
    let text = |value: &str| value.trim().to_owned();
    let decide = |whole: &Whole| {
        let owner = owner(&whole.sharing, &request.owner_school_id)?;
        Ok(What::Decision { text: text(&request.text), reason: text(&request.reason), owner })
    };
    let respond = |shared| AddSharedDecisionResponse { shared_incident: Some(shared) };
    let said = Said {
        texts: &[("text", request.text.as_str()), ("reason", request.reason.as_str())],
        no_learner_meant: request.no_learner_meant,
    };
    write(app, &scope, &request, target, said, decide, respond).await
}
