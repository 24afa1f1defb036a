//! Answers one allegation.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{GetAllegationRequest, GetAllegationResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_allegation(app: &App, request: Request<GetAllegationRequest>) -> Result<GetAllegationResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let mut tx = app.store.begin(&scope).await?;
    let one = store::allegation::load(&tx, &request.allegation_id).await?;
    tx.record(Act::new("allegation.read", one.id.as_str()));
    let now = tx.now();
    tx.commit().await?;
    Ok(GetAllegationResponse { allegation: Some(convert::desk::allegation(&one, now)) })
}
