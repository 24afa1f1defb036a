//! Lists the programs that are told, and what they can be told of.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::access::v1::{ListWebhooksRequest, ListWebhooksResponse, WebhookKind};
use tonic::Request;

use super::{NoticesService, convert, place};
use crate::{notices::kind, store};

pub(super) async fn list_webhooks(
    NoticesService { door, .. }: &NoticesService,
    request: Request<ListWebhooksRequest>,
) -> Result<ListWebhooksResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let mut tx = door.store().begin(&scope).await?;
    let hooks = store::webhook::list(&tx, &request.school_id).await?;
    let webhooks: Vec<_> = hooks.iter().map(|hook| convert::webhook(hook, tx.now())).collect();
    let kinds = kind::of_place(request.school_id.is_empty());
    let kinds = kinds.map(|kind| WebhookKind { kind: kind.code.to_owned(), title: kind.title.to_owned() }).collect();
    let at = if request.school_id.is_empty() { "authority" } else { request.school_id.as_str() };
    tx.record(Act::new("webhooks.listed", at).detail("count", webhooks.len()));
    tx.commit().await?;
    Ok(ListWebhooksResponse { webhooks, kinds })
}
