//! Lists what was sent to a program, newest first.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::access::v1::{ListWebhookAttemptsRequest, ListWebhookAttemptsResponse};
use tonic::Request;

use super::{NoticesService, convert, place};
use crate::store;

pub(super) async fn list_webhook_attempts(
    NoticesService { door, .. }: &NoticesService,
    request: Request<ListWebhookAttemptsRequest>,
) -> Result<ListWebhookAttemptsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = door.store().begin(&scope).await?;
    let hook = store::webhook::at(&tx, &request.school_id, &request.webhook_id).await?;
    let mut attempts = store::webhook_attempt::list(&tx, &hook, &page).await?;
    let next_page_token = page.cut(&mut attempts, |attempt| attempt.id.clone());
    tx.record(Act::new("webhook_attempts.listed", hook.id.as_str()).detail("count", attempts.len()));
    tx.commit().await?;
    Ok(ListWebhookAttemptsResponse { attempts: attempts.iter().map(convert::attempt).collect(), next_page_token })
}
