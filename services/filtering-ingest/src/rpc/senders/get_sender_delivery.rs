//! Answers how far a sender's delivery is: to whoever looks after the sender, and to the sender itself.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::filtering_ingest::v1::{GetSenderDeliveryRequest, GetSenderDeliveryResponse};
use tonic::Request;

use super::place;
use crate::{App, rpc::convert, store};

pub(super) async fn get_sender_delivery(
    app: &App,
    request: Request<GetSenderDeliveryRequest>,
) -> Result<GetSenderDeliveryResponse> {
    let (caller, request) = Caller::split(request)?;
    let id = request.sender_id.as_str();
    let mut tx = match caller.sender() {
        Some(own) if own == id => app.store.begin(&caller.as_sender()?).await?,
        Some(_) => return Err(Error::missing()),
        None => {
            let scope = place(&caller, &request.school_id)?;
            let mut tx = app.store.begin(&scope).await?;
            store::sender::load(&tx, &request.school_id, id).await?;
            tx.enter(&scope.of_sender(id)).await?;
            tx
        }
    };
    let delivery = store::delivery::find(&tx, id, &request.delivery_id).await?.ok_or_else(Error::missing)?;
    tx.record(Act::new("delivery.read", id));
    tx.commit().await?;
    Ok(GetSenderDeliveryResponse { delivery: Some(convert::delivery(&request.delivery_id, &delivery)) })
}
