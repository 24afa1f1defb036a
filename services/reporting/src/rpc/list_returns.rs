//! Answers which returns the authority makes, to whom and by when.

use chassis::{caller::Caller, clock::london, error::Result, history::Act};
use proto::reporting::v1::{ListReturnsRequest, ListReturnsResponse};
use tonic::Request;

use super::convert::authority as messages;
use crate::{App, returns};

pub(super) async fn list_returns(app: &App, request: Request<ListReturnsRequest>) -> Result<ListReturnsResponse> {
    let (caller, _) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let mut tx = app.store.begin(&scope).await?;
    let today = london(tx.now()).date();
    tx.record(Act::new("returns.listed", scope.account_text()));
    tx.commit().await?;
    let returns = returns::all().iter().map(|template| messages::template(template, today)).collect();
    Ok(ListReturnsResponse { returns })
}
