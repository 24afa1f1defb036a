//! Lists the contacts that a case marks.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{ListMarkedContactsRequest, ListMarkedContactsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_marked_contacts(
    app: &App,
    request: Request<ListMarkedContactsRequest>,
) -> Result<ListMarkedContactsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let case = store::case::load(&tx, &request.case_id).await?;
    let contacts = store::contact::of_case(&tx, case.id.as_str()).await?;
    tx.record(Act::new("contact.listed", case.id.as_str()));
    tx.commit().await?;
    Ok(ListMarkedContactsResponse { contacts: contacts.iter().map(convert::contact::marked).collect() })
}
