//! Lets a program be told. Its secret is in this answer and in no other.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::access::v1::{CreateWebhookRequest, CreateWebhookResponse};
use tonic::Request;

use super::{NoticesService, convert, place};
use crate::{
    store,
    webhooks::{MOST, Sealed, Webhook, WebhookId, sign::Keys},
};

pub(super) async fn create_webhook(
    service: &NoticesService,
    request: Request<CreateWebhookRequest>,
) -> Result<CreateWebhookResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let authority = request.school_id.is_empty();
    let (url, kinds) = Webhook::checked(&request.url, &request.kinds, authority, service.loopback)?;
    service.reaches_out(&url).await?;
    let mut tx = match service.door.store().begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    if store::webhook::list(&tx, &request.school_id).await?.len() >= MOST {
        return Err(Error::wrong_state("there are 20 webhooks already: delete one first"));
    }
    let hook = Webhook {
        id: tx.ids().next::<WebhookId>().to_string(),
        school: request.school_id.clone(),
        kinds,
        enabled: true,
        reason: String::new(),
        created_at: tx.now(),
        failing_since: None,
        sealed: Sealed { url: url.to_string(), keys: Keys::random(), old: None },
    };
    store::webhook::insert(&tx, &hook).await?;
    tx.record(Act::new("webhook.created", hook.id.as_str()).detail("kinds", hook.kinds.clone()));
    let secret = hook.sealed.keys.secret();
    let response = CreateWebhookResponse { webhook: Some(convert::webhook(&hook, tx.now())), secret };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
