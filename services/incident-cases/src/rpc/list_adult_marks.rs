//! Lists by what the adult of a case is compared.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{ListAdultMarksRequest, ListAdultMarksResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_adult_marks(
    app: &App,
    request: Request<ListAdultMarksRequest>,
) -> Result<ListAdultMarksResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let case = store::case::load(&tx, &request.case_id).await?;
    let marks = store::case_mark::of_case(&tx, case.id.as_str()).await?;
    tx.record(Act::new("case.marks_listed", case.id.as_str()));
    tx.commit().await?;
    Ok(ListAdultMarksResponse { marks: marks.iter().map(convert::desk_pattern::mark).collect() })
}
