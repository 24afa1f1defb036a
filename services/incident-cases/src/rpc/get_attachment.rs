//! Answers one attachment with its file; every reading is in the history.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{GetAttachmentRequest, GetAttachmentResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_attachment(app: &App, request: Request<GetAttachmentRequest>) -> Result<GetAttachmentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let attachment = store::attachment::find(&tx, &request.attachment_id).await?;
    // Whoever may read the record may read what belongs to it; for everybody else there is none.
    if attachment.record_id.starts_with("cas_") {
        store::case::load(&tx, &attachment.record_id).await?;
    } else {
        store::concern::load(&tx, &attachment.record_id).await?;
    }
    let content = store::attachment::content(&tx, &attachment).await?;
    let content = content.ok_or_else(|| Error::wrong_state("its file has not come yet"))?;
    let record = attachment.record_id.as_str();
    tx.record(Act::new("attachment.read", attachment.id.as_str()).detail("record", record).detail("ids", vec![record]));
    tx.commit().await?;
    Ok(GetAttachmentResponse {
        attachment: Some(convert::attachment::attachment(&attachment)),
        content: content.into(),
    })
}
