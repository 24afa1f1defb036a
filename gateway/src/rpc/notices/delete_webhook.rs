//! Forgets a program and everything that was to be sent to it.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::access::v1::{DeleteWebhookRequest, DeleteWebhookResponse};
use tonic::Request;

use super::{NoticesService, place};
use crate::store;

pub(super) async fn delete_webhook(
    NoticesService { door, .. }: &NoticesService,
    request: Request<DeleteWebhookRequest>,
) -> Result<DeleteWebhookResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let mut tx = match door.store().begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let hook = store::webhook::at(&tx, &request.school_id, &request.webhook_id).await?;
    store::webhook::delete(&tx, &hook).await?;
    tx.record(Act::new("webhook.deleted", hook.id.as_str()));
    let response = DeleteWebhookResponse {};
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
