//! Gives a school of a shared incident something to do.

use chassis::{
    caller::Caller,
    clock::london,
    error::{Result, Violations},
};
use proto::incident_cases::v1::{AddSharedTaskRequest, AddSharedTaskResponse};
use time::Duration;
use tonic::Request;

use super::{
    convert,
    sharing::{Target, owner, write},
    unnamed::Said,
    work::words,
};
use crate::{App, shared_incident::item::What};

/// How far ahead a task is due at most.
const AHEAD: Duration = Duration::days(2 * 365);

pub(super) async fn add_shared_task(
    app: &App,
    request: Request<AddSharedTaskRequest>,
) -> Result<AddSharedTaskResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let due = convert::retention::day(&request.due_date);
    let mut v = Violations::new();
    words(&mut v, "text", "what is to be done", &request.text);
    v.check(due.is_ok(), "due_date", "Enter the day as 2026-12-10, or leave it out");
    let today = london(app.store.clock().now()).date();
    let passed = due.as_ref().is_ok_and(|due| due.is_some_and(|due| due < today));
    v.check(!passed, "due_date", "Enter today or a day ahead, or leave it out");
    let latest = today + AHEAD;
    let far = due.as_ref().is_ok_and(|due| due.is_some_and(|due| due > latest));
    v.check(!far, "due_date", format!("Enter {latest} or an earlier day, or leave it out"));
    v.finish()?;
    let target =
        Target { id: &request.shared_incident_id, holder: &request.school_id, request_id: &request.request_id };
    let decide = |whole: &crate::shared_incident::Whole| {
        let owner = owner(&whole.sharing, &request.owner_school_id)?;
        Ok(What::Task { text: request.text.trim().to_owned(), owner, due: due.ok().flatten() })
    };
    let respond = |shared| AddSharedTaskResponse { shared_incident: Some(shared) };
    let said = Said { texts: &[("text", request.text.as_str())], no_learner_meant: request.no_learner_meant };
    write(app, &scope, &request, target, said, decide, respond).await
}
