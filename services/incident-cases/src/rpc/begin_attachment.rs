//! Decides whether a photo of a note may be kept, before any byte of it comes.

use chassis::{
    caller::Caller,
    db::{Once, Tx},
    error::{Error, Result},
    history::Act,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{BeginAttachmentRequest, BeginAttachmentResponse},
};
use tonic::Request;

use super::convert;
use crate::{
    App,
    attachment::{ANSWERS, Attachment, MOST, case_takes, concern_takes, shows_nobody},
    store,
};

pub(super) async fn begin_attachment(
    app: &App,
    request: Request<BeginAttachmentRequest>,
) -> Result<BeginAttachmentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => {
            if !request.case_id.is_empty() {
                super::work::still(app, &scope, &request.case_id).await?;
            }
            return Ok(answer);
        }
    };
    let named: Vec<&str> =
        [request.concern_id.as_str(), request.case_id.as_str()].into_iter().filter(|id| !id.is_empty()).collect();
    for record in &named {
        takes(&tx, record).await?;
    }
    let [record] = named.as_slice() else {
        return Err(Error::invalid("concern_id", "Name a concern or a case, and not both"));
    };
    if !ANSWERS.contains(&request.shows_child.as_str()) {
        return Err(Error::invalid("shows_child", "Select whether the photo shows a child: no, yes, not_sure"));
    }
    shows_nobody(&request.shows_child)?;
    if store::attachment::of(&tx, &[record]).await?.len() >= MOST {
        return Err(Error::wrong_state(format!("there are {MOST} photos here already, and there is room for no more")));
    }
    let attachment = Attachment {
        id: tx.ids().next(),
        school_id: request.school_id.clone(),
        record_id: (*record).to_owned(),
        by: scope.account_text().to_owned(),
        begun_at: tx.now(),
        file: None,
    };
    let body = store::attachment::insert(&tx, &attachment).await?;
    let act = Act::new("attachment.begun", attachment.id.as_str()).detail("record", attachment.record_id.as_str());
    tx.record(act.state("attachment", &body));
    let response = BeginAttachmentResponse { attachment: Some(convert::attachment::attachment(&attachment)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}

/// Whether a record takes photos from the caller at this moment: their own concern, one they answer for, a case they
/// work.
pub(super) async fn takes(tx: &Tx, record_id: &str) -> Result<()> {
    if record_id.starts_with("cas_") {
        return Ok(case_takes(&store::case::load(tx, record_id).await?)?);
    }
    let scope = tx.scope();
    if let Ok(own) = store::concern::load_own(tx, record_id, scope.account_text()).await {
        let lead = scope.has(Role::Dsl) || scope.has(Role::DeputyDsl);
        return Ok(concern_takes(&own, !lead)?);
    }
    let concern = store::concern::load(tx, record_id).await?;
    if scope.has(Role::Dsl) || scope.has(Role::DeputyDsl) {
        return Ok(concern_takes(&concern, false)?);
    }
    Err(Error::denied())
}
