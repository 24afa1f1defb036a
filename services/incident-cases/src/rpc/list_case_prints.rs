//! Lists who printed a case.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{ListCasePrintsRequest, ListCasePrintsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_case_prints(
    app: &App,
    request: Request<ListCasePrintsRequest>,
) -> Result<ListCasePrintsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let case = store::case::load(&tx, &request.case_id).await?;
    let prints = store::print::of(&tx, case.id.as_str()).await?;
    tx.record(Act::new("case.prints_listed", case.id.as_str()));
    tx.commit().await?;
    Ok(ListCasePrintsResponse { prints: prints.iter().map(convert::print::print).collect() })
}
