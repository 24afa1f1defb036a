//! Adds an entry to the part of an incident that its schools share.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
};
use proto::incident_cases::v1::{AddSharedEntryRequest, AddSharedEntryResponse};
use tonic::Request;

use super::{
    sharing::{Target, write},
    work::words,
};
use crate::{App, shared_incident::item::What};

pub(super) async fn add_shared_entry(
    app: &App,
    request: Request<AddSharedEntryRequest>,
) -> Result<AddSharedEntryResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    words(&mut violations, "text", "what the schools should know", &request.text);
    violations.finish()?;
    let target =
        Target { id: &request.shared_incident_id, holder: &request.school_id, request_id: &request.request_id };
    let what = What::Entry { text: request.text.trim().to_owned() };
    let respond = |shared| AddSharedEntryResponse { shared_incident: Some(shared) };
    write(app, &scope, &request, target, |_| Ok(what), respond).await
}
