//! Lists whom alerts about staff go to, with the user names that are their own.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::filtering_ingest::v1::{ListRecipientsRequest, ListRecipientsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_recipients(
    app: &App,
    request: Request<ListRecipientsRequest>,
) -> Result<ListRecipientsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let recipients = store::recipient::all(&tx).await?;
    let ids: Vec<&str> = recipients.iter().map(|recipient| recipient.id.as_str()).collect();
    tx.record(Act::new("recipient.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(ListRecipientsResponse { recipients: recipients.iter().map(convert::recipient).collect() })
}
