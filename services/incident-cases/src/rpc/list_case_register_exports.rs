//! Lists what the caller took out.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{ListCaseRegisterExportsRequest, ListCaseRegisterExportsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_case_register_exports(
    app: &App,
    request: Request<ListCaseRegisterExportsRequest>,
) -> Result<ListCaseRegisterExportsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let exports = store::register_export::own(&tx).await?;
    tx.record(Act::new("register.exports_listed", scope.account_text()));
    tx.commit().await?;
    Ok(ListCaseRegisterExportsResponse { exports: exports.iter().map(convert::sheet::export).collect() })
}
