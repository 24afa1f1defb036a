//! Makes the secret address of the school's calendar anew; the one before stops working.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{CreateCalendarFeedRequest, CreateCalendarFeedResponse};
use tonic::Request;

use super::work;
use crate::{App, calendar_feed::CalendarFeedId, store};

pub(super) async fn create_calendar_feed(
    app: &App,
    request: Request<CreateCalendarFeedRequest>,
) -> Result<CreateCalendarFeedResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    // The secret follows from the request: the kept answer holds none, and a repeated request is told the same one.
    let told = |secret: String| CreateCalendarFeedResponse { secret };
    let secret = store::calendar_feed::secret(app.store.ring(), &scope, &request.request_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(CreateCalendarFeedResponse { .. }) => return Ok(told(secret)),
    };
    store::calendar_feed::end(&tx).await?;
    let id: CalendarFeedId = tx.ids().next();
    store::calendar_feed::insert(&tx, &id, &secret).await?;
    tx.record(Act::new("calendar_feed.created", id.as_str()));
    tx.answer(&told(String::new())).await?;
    tx.commit().await?;
    Ok(told(secret))
}
