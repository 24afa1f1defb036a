//! Answers how far a delivery to a feed is, and what became of it.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::filtering_ingest::v1::{GetDeliveryRequest, GetDeliveryResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_delivery(app: &App, request: Request<GetDeliveryRequest>) -> Result<GetDeliveryResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let feed = store::feed::load(&tx, &request.feed_id).await?;
    let delivery = store::delivery::find(&tx, feed.id.as_str(), &request.delivery_id).await?;
    let delivery = delivery.ok_or_else(Error::missing)?;
    tx.record(Act::new("delivery.read", feed.id.as_str()));
    tx.commit().await?;
    Ok(GetDeliveryResponse { delivery: Some(convert::delivery(&request.delivery_id, &delivery)) })
}
