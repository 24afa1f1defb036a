//! The safeguarding officer adds an entry to a shared incident they came into.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
};
use proto::incident_cases::v1::{AddDeskSharedEntryRequest, AddDeskSharedEntryResponse};
use tonic::Request;

use super::{
    get_desk_shared_incident::holder,
    sharing::{Target, write},
    unnamed::Said,
    work::words,
};
use crate::{App, shared_incident::item::What};

pub(super) async fn add_desk_shared_entry(
    app: &App,
    request: Request<AddDeskSharedEntryRequest>,
) -> Result<AddDeskSharedEntryResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let holder = holder(&scope)?;
    let mut v = Violations::new();
    words(&mut v, "text", "what the schools should know", &request.text);
    v.finish()?;
    let target = Target { id: &request.shared_incident_id, holder: &holder, request_id: &request.request_id };
    let what = What::entry(&request.text);
    let respond = |shared| AddDeskSharedEntryResponse { shared_incident: Some(shared) };
    let said = Said { texts: &[("text", request.text.as_str())], no_learner_meant: false };
    write(app, &scope, &request, target, said, |_| Ok(what), respond).await
}
