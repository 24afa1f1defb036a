//! Makes a new secret; for a day the one before is accepted, too, unless somebody learnt it.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::filtering_ingest::v1::{RotateSenderSecretRequest, RotateSenderSecretResponse};
use tonic::Request;

use super::{convert, place, secret};
use crate::{App, sender::OLD_SECRET, store};

pub(super) async fn rotate_sender_secret(
    app: &App,
    request: Request<RotateSenderSecretRequest>,
) -> Result<RotateSenderSecretResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let secret = secret::made(app.store.ring(), &scope, &request.school_id, &request.request_id);
    let told = |answer: RotateSenderSecretResponse| RotateSenderSecretResponse { secret: secret.clone(), ..answer };
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(told(answer)),
    };
    let (mut sender, received) = store::sender::load(&tx, &request.school_id, &request.sender_id).await?;
    if sender.ended_at.is_some() {
        return Err(Error::wrong_state("the sender is ended: register another"));
    }
    sender.secret_at = tx.now();
    sender.old_secret_until = (!request.end_old).then(|| tx.now() + OLD_SECRET);
    let digest = secret::digest(&secret).unwrap_or_default();
    store::sender::change_secret(&tx, &sender, &digest).await?;
    let body = store::sender::update(&tx, &sender).await?;
    let act = Act::new("sender.secret_rotated", sender.id.as_str()).detail("end_old", request.end_old);
    tx.record(act.state("sender", &body));
    let total = super::total(&mut tx, &sender).await?;
    let sender = convert::sender(&sender, received, total);
    let response = RotateSenderSecretResponse { sender: Some(sender), secret: String::new() };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(told(response))
}
