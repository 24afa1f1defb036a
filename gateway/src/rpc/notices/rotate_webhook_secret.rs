//! Makes a new secret; for a day the one before it signs, too.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::access::v1::{RotateWebhookSecretRequest, RotateWebhookSecretResponse};
use tonic::Request;

use super::{NoticesService, convert, place};
use crate::store;

pub(super) async fn rotate_webhook_secret(
    NoticesService { door, .. }: &NoticesService,
    request: Request<RotateWebhookSecretRequest>,
) -> Result<RotateWebhookSecretResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let mut tx = match door.store().begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut hook = store::webhook::at(&tx, &request.school_id, &request.webhook_id).await?;
    hook.rotate(tx.now());
    store::webhook::update(&tx, &hook).await?;
    tx.record(Act::new("webhook.secret_rotated", hook.id.as_str()));
    let secret = hook.sealed.keys.secret();
    let response = RotateWebhookSecretResponse { webhook: Some(convert::webhook(&hook, tx.now())), secret };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
