//! Answers who is there for a school's concerns, and when.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{GetCoverRequest, GetCoverResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_cover(app: &App, request: Request<GetCoverRequest>) -> Result<GetCoverResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let cover = store::cover::load(&tx).await?;
    let clocks = store::copy::clocks(&tx, &request.school_id).await?;
    tx.record(Act::new("cover.read", request.school_id.as_str()));
    let now = tx.now();
    tx.commit().await?;
    Ok(GetCoverResponse { cover: Some(convert::cover::cover(&request.school_id, &cover, &clocks, now)) })
}
