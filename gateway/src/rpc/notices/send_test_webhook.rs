//! Sends a program a message that tells nothing.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::access::v1::{SendTestWebhookRequest, SendTestWebhookResponse};
use tonic::Request;

use super::{NoticesService, convert, place};
use crate::{
    notices::kind::TEST,
    store,
    webhooks::{self},
};

pub(super) async fn send_test_webhook(
    NoticesService { door, address, .. }: &NoticesService,
    request: Request<SendTestWebhookRequest>,
) -> Result<SendTestWebhookResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let mut tx = match door.store().begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let hook = store::webhook::at(&tx, &request.school_id, &request.webhook_id).await?;
    hook.needs_on()?;
    let payload = webhooks::payload(TEST, &hook.school, &format!("{address}/"), tx.now())?;
    let attempt = store::webhook_attempt::insert(&tx, &hook, TEST, payload).await?;
    tx.record(Act::new("webhook.tested", hook.id.as_str()).detail("attempt_id", attempt.id.as_str()));
    let response = SendTestWebhookResponse { attempt: Some(convert::attempt(&attempt)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
