//! Sends a message again, under the same id.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::access::v1::{ReplayWebhookAttemptRequest, ReplayWebhookAttemptResponse};
use tonic::Request;

use super::{NoticesService, convert, place};
use crate::store;

pub(super) async fn replay_webhook_attempt(
    NoticesService { door, .. }: &NoticesService,
    request: Request<ReplayWebhookAttemptRequest>,
) -> Result<ReplayWebhookAttemptResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let mut tx = match door.store().begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let hook = store::webhook::at(&tx, &request.school_id, &request.webhook_id).await?;
    let attempt = store::webhook_attempt::at(&tx, &hook, &request.attempt_id).await?;
    hook.needs_on()?;
    let attempt = store::webhook_attempt::replay(&tx, attempt).await?;
    tx.record(Act::new("webhook.replayed", hook.id.as_str()).detail("attempt_id", attempt.id.as_str()));
    let response = ReplayWebhookAttemptResponse { attempt: Some(convert::attempt(&attempt)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
