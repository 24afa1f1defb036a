//! The authority removes a school from a shared incident, without reading any of it.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
};
use proto::incident_cases::v1::{StopSharingRequest, StopSharingResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    sharing::tell,
    work::words,
};
use crate::{App, shared_incident::item::What, store};

pub(super) async fn stop_sharing(app: &App, request: Request<StopSharingRequest>) -> Result<StopSharingResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why, without names", &request.reason);
    v.finish()?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (id, whom) = (request.shared_incident_id.as_str(), request.removed_school_id.as_str());
    let mut sharing = store::shared::hold(&tx, id, "").await?;
    let lead = sharing.lead().to_owned();
    sharing.stop(whom, tx.now())?;
    if lead != sharing.lead() {
        let next = sharing.lead().to_owned();
        store::invitation::hand_over(&mut tx, id, &lead, &next).await?;
    }
    // Everybody who is left is given the new key, which goes no further than this: the authority holds none.
    let what = What::change("removed_by_authority", whom, &request.reason);
    store::shared::rekey(&mut tx, &sharing, "sharing.stopped", ("", scope.account_text()), what).await?;
    tell(&mut tx, &sharing, "removed_by_authority", whom, "").await?;
    let response = StopSharingResponse { sharing: Some(convert::sharing::listed(&sharing, "")) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
