//! Ends the secret address of the school's calendar.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{EndCalendarFeedRequest, EndCalendarFeedResponse};
use tonic::Request;

use crate::{App, store};

pub(super) async fn end_calendar_feed(
    app: &App,
    request: Request<EndCalendarFeedRequest>,
) -> Result<EndCalendarFeedResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let school = store::school::load(&tx).await?;
    let ended = store::calendar_feed::end(&tx).await?;
    tx.record(Act::new("calendar_feed.ended", school.id.as_str()).detail("was_there", ended));
    let response = EndCalendarFeedResponse {};
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
