//! Takes no further line from a sender.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::filtering_ingest::v1::{EndSenderRequest, EndSenderResponse};
use tonic::Request;

use super::{convert, place, schools};
use crate::{App, store};

pub(super) async fn end_sender(app: &App, request: Request<EndSenderRequest>) -> Result<EndSenderResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (mut sender, received) = store::sender::load(&tx, &request.school_id, &request.sender_id).await?;
    if sender.ended_at.is_some() {
        return Err(Error::wrong_state("the sender is ended already"));
    }
    sender.ended_at = Some(tx.now());
    let body = store::sender::update(&tx, &sender).await?;
    tx.record(Act::new("sender.ended", sender.id.as_str()).state("sender", &body));
    schools::end(&mut tx, &caller, &sender).await?;
    let total = super::total(&mut tx, &sender).await?;
    let response = EndSenderResponse { sender: Some(convert::sender(&sender, received, total)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
