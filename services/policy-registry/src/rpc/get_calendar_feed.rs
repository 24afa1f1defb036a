//! Says whether the school's calendar has a secret address that works.

use chassis::{caller::Caller, clock::timestamp, error::Result, history::Act};
use proto::policy_registry::v1::{GetCalendarFeedRequest, GetCalendarFeedResponse};
use tonic::Request;

use crate::{App, store};

pub(super) async fn get_calendar_feed(
    app: &App,
    request: Request<GetCalendarFeedRequest>,
) -> Result<GetCalendarFeedResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let school = store::school::load(&tx).await?;
    let since = store::calendar_feed::since(&tx).await?;
    tx.record(Act::new("calendar_feed.read", school.id.as_str()));
    tx.commit().await?;
    Ok(GetCalendarFeedResponse { create_time: since.map(timestamp) })
}
