//! Answers one sender with its schools and routes.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::filtering_ingest::v1::{GetSenderRequest, GetSenderResponse};
use tonic::Request;

use super::{convert, place};
use crate::{App, store};

pub(super) async fn get_sender(app: &App, request: Request<GetSenderRequest>) -> Result<GetSenderResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let (sender, received) = store::sender::load(&tx, &request.school_id, &request.sender_id).await?;
    let sender = super::as_read(&tx, sender).await?;
    tx.record(Act::new("sender.read", sender.id.as_str()));
    let total = super::total(&mut tx, &sender).await?;
    tx.commit().await?;
    Ok(GetSenderResponse { sender: Some(convert::sender(&sender, received, total)) })
}
