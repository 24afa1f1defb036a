//! Changes where a program is told, of what, and whether at all.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::access::v1::{UpdateWebhookRequest, UpdateWebhookResponse};
use tonic::Request;

use super::{NoticesService, convert, place};
use crate::{store, webhooks::Webhook};

pub(super) async fn update_webhook(
    service: &NoticesService,
    request: Request<UpdateWebhookRequest>,
) -> Result<UpdateWebhookResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let authority = request.school_id.is_empty();
    let (url, kinds) = Webhook::checked(&request.url, &request.kinds, authority, service.loopback)?;
    service.reaches_out(&url).await?;
    let mut tx = match service.door.store().begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut hook = store::webhook::at(&tx, &request.school_id, &request.webhook_id).await?;
    let moved = hook.sealed.url != url.as_str();
    hook.sealed.url = url.to_string();
    hook.kinds = kinds;
    if hook.enabled != request.enabled || moved {
        // What failed there begins to count anew.
        hook.failing_since = None;
        hook.enabled = request.enabled;
        hook.reason = if request.enabled { String::new() } else { "by_hand".to_owned() };
    }
    store::webhook::update(&tx, &hook).await?;
    let act = Act::new("webhook.updated", hook.id.as_str()).detail("kinds", hook.kinds.clone());
    tx.record(act.detail("moved", moved).detail("enabled", hook.enabled));
    let response = UpdateWebhookResponse { webhook: Some(convert::webhook(&hook, tx.now())) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
