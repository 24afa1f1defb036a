//! Keeps the address of suspect material, sealed; never its content.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{RecordMaterialRequest, RecordMaterialResponse};
use tonic::Request;

use super::work::{Done, one_of, target, words, work};
use crate::{
    App,
    case::{By, Case, record::Material},
};

pub(super) async fn record_material(
    app: &App,
    request: Request<RecordMaterialRequest>,
) -> Result<RecordMaterialResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    one_of(&mut v, "kind", &request.kind, &["website", "account", "message", "file", "other"]);
    words(&mut v, "description", "what it is, in words", &request.description);
    v.maybe_line("address", &request.address, 2_000);
    v.finish()?;
    let text = |value: &str| value.trim().to_owned();
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        case.add_material(Material {
            id: ids.next(),
            kind: request.kind.clone(),
            description: text(&request.description),
            address: text(&request.address),
            stamp: by.stamp(),
        })?;
        Ok(Done::new("material.recorded").detail("kind", &request.kind))
    };
    work(app, &caller, &request, target!(request), act, |case, _| RecordMaterialResponse { case: Some(case) }).await
}
