//! Answers one sealed address as plain text; the history keeps who asked.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{RevealMaterialRequest, RevealMaterialResponse};
use tonic::Request;

use super::once::{About, once};
use crate::{App, case::record::MaterialId, store};

pub(super) async fn reveal_material(
    app: &App,
    request: Request<RevealMaterialRequest>,
) -> Result<RevealMaterialResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let material: MaterialId = request.material_id.parse().map_err(|_| Error::missing())?;
    let mut tx =
        match once(app, &scope, &request.request_id, &request, |_| About::Case(request.case_id.clone())).await? {
            Once::Fresh(tx) => tx,
            Once::Answered(answer) => return Ok(answer),
        };
    let case = store::case::load(&tx, &request.case_id).await?;
    let response = RevealMaterialResponse { address: case.address(&material)?.to_owned() };
    tx.record(Act::new("material.revealed", case.id.as_str()).detail("material", material.as_str()));
    // The answer is not kept for a repetition of the request: the address stays in the sealed case alone.
    tx.commit().await?;
    Ok(response)
}
