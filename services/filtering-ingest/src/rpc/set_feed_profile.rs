//! Moves a feed on, to another version of its profile or to another profile.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::filtering_ingest::v1::{SetFeedProfileRequest, SetFeedProfileResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn set_feed_profile(
    app: &App,
    request: Request<SetFeedProfileRequest>,
) -> Result<SetFeedProfileResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut feed = store::feed::hold(&tx, &request.feed_id).await?;
    let settled = store::profile::settled(&tx, &feed.school_id, &request.profile).await?;
    let before = std::mem::replace(&mut feed.profile, settled.ok_or_else(convert::profile::unknown)?);
    let body = store::profile::move_feed(&tx, &feed).await?;
    tx.record(
        Act::new("feed.moved", feed.id.as_str())
            .detail("from", before)
            .detail("profile", feed.profile.clone())
            .state("feed", &body),
    );
    let total = store::feed::total(&tx, feed.id.as_str()).await?;
    let received = store::profile::feed_received(&tx, &feed).await?;
    let response = SetFeedProfileResponse { feed: Some(convert::feed(&feed, received, total)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
