//! Ends a school's tenancy: its record stays, and nothing new is made for it.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::policy_registry::v1::{CloseSchoolRequest, CloseSchoolResponse};
use tonic::Request;

use super::convert::{self, rollout::LONGEST};
use crate::{App, store};

pub(super) async fn close_school(app: &App, request: Request<CloseSchoolRequest>) -> Result<CloseSchoolResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.text("reason", "why", &request.reason, LONGEST);
    violations.finish()?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let school = store::school::hold(&tx).await?.close(request.reason.trim(), tx.now())?;
    let body = store::school::update(&tx, &school).await?;
    tx.record(Act::new("school.closed", school.id.as_str()).state("school", &body));
    let response = CloseSchoolResponse { school: Some(convert::school(&school)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
