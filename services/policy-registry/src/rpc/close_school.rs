//! Ends a school's tenancy: its record stays, and nothing new is made for it.

use chassis::{
    caller::Caller,
    clock::timestamp,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::{
    event::v1::{SchoolDescribed, envelope::Event},
    policy_registry::v1::{CloseSchoolRequest, CloseSchoolResponse},
};
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
    let closed = SchoolDescribed {
        area: school.area.clone(),
        learners: school.learners,
        close_time: school.closed_at.map(timestamp),
    };
    tx.announce(school.id.as_str(), Event::SchoolDescribed(closed)).await?;
    let response = CloseSchoolResponse { school: Some(convert::school(&school)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
