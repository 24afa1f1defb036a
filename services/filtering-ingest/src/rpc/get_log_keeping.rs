//! Answers how long a school's filter logs are kept, and what was deleted when.

use chassis::{caller::Caller, clock::timestamp, error::Result, history::Act};
use proto::filtering_ingest::v1::{GetLogKeepingRequest, GetLogKeepingResponse};
use tonic::Request;

use super::convert;
use crate::{App, keeping::kept_from, store};

/// Deletions that are told of.
const MOST: u64 = 50;

pub(super) async fn get_log_keeping(
    app: &App,
    request: Request<GetLogKeepingRequest>,
) -> Result<GetLogKeepingResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    app.there_is(&caller, &request.school_id).await?;
    let mut tx = app.store.begin(&scope).await?;
    let year = store::coverage::year(&tx, &request.school_id).await?.unwrap_or_default();
    let deletions = store::keeping::deletions(&tx, &request.school_id, MOST).await?;
    tx.record(Act::new("log_keeping.read", scope.account_text()));
    let before = kept_from(tx.now(), year.keep_months);
    tx.commit().await?;
    Ok(GetLogKeepingResponse {
        keep_months: year.keep_months,
        before_time: Some(timestamp(before)),
        deletions: deletions.iter().map(convert::deletion).collect(),
    })
}
