//! Adds an entry to the part of an incident that its schools share.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
};
use proto::incident_cases::v1::{AddSharedEntryRequest, AddSharedEntryResponse};
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
        item::{NotWithdrawn, What},
    },
};

pub(super) async fn add_shared_entry(
    app: &App,
    request: Request<AddSharedEntryRequest>,
) -> Result<AddSharedEntryResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    words(&mut violations, "text", "what the schools should know", &request.text);
    violations.finish()?;
    let target =
        Target { id: &request.shared_incident_id, holder: &request.school_id, request_id: &request.request_id };
    let decide = |whole: &Whole| {
        let corrects = Some(request.corrects_shared_item_id.clone()).filter(|id| !id.is_empty());
        if let Some(id) = &corrects {
            // A correction of what is shown no more is one too: it is no worse for standing beside the gap.
            match whole.author(id) {
                Ok(_) | Err(NotWithdrawn::Already) => {}
                Err(refused) => return Err(refused.into()),
            }
        }
        Ok(What::Entry { text: request.text.trim().to_owned(), corrects })
    };
    let respond = |shared| AddSharedEntryResponse { shared_incident: Some(shared) };
    let said = Said { texts: &[("text", request.text.as_str())], no_learner_meant: request.no_learner_meant };
    write(app, &scope, &request, target, said, decide, respond).await
}
