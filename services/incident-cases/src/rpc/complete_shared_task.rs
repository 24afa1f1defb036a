//! Says that a task of a shared incident is done.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
};
use proto::incident_cases::v1::{CompleteSharedTaskRequest, CompleteSharedTaskResponse};
use tonic::Request;

use super::{
    sharing::{Target, write},
    unnamed::Said,
    work::words,
};
use crate::{
    App,
    shared_incident::{
        Whole,
        item::{What, may_complete},
    },
};

pub(super) async fn complete_shared_task(
    app: &App,
    request: Request<CompleteSharedTaskRequest>,
) -> Result<CompleteSharedTaskResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "note", "what was done, or why it is not needed", &request.note);
    v.finish()?;
    let target =
        Target { id: &request.shared_incident_id, holder: &request.school_id, request_id: &request.request_id };
    let decide = |whole: &Whole| {
        let task = may_complete(&whole.items, &request.task_id, &request.school_id, whole.sharing.lead())?;
        Ok(What::Done { task, note: request.note.trim().to_owned() })
    };
    let respond = |shared| CompleteSharedTaskResponse { shared_incident: Some(shared) };
    let said = Said { texts: &[("note", request.note.as_str())], no_learner_meant: request.no_learner_meant };
    write(app, &scope, &request, target, said, decide, respond).await
}
