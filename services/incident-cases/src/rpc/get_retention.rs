//! Answers how long a record is kept, and what stands against destroying it.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{GetRetentionRequest, GetRetentionResponse};
use tonic::Request;

use super::convert;
use crate::{App, store, store::retention::Part};

pub(super) async fn get_retention(app: &App, request: Request<GetRetentionRequest>) -> Result<GetRetentionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let (record, mut standing) = store::retention::load(&tx, &request.record_id, Part::Reads).await?;
    standing.present = record.about_one_of(&request.present_account_ids);
    tx.record(Act::new("retention.read", record.id()));
    let retention = convert::retention::whole(&record, &standing, tx.now());
    tx.commit().await?;
    Ok(GetRetentionResponse { retention: Some(retention) })
}
