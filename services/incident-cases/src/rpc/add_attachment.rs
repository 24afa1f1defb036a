//! Keeps the file of an attachment that was begun: the picture and nothing else, sealed under its record's key.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{AddAttachmentRequest, AddAttachmentResponse};
use tonic::Request;

use super::{
    begin_attachment::{Record, of},
    convert,
    once::once,
};
use crate::{App, image, store};

pub(super) async fn add_attachment(app: &App, request: Request<AddAttachmentRequest>) -> Result<AddAttachmentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let about = |answer: &AddAttachmentResponse| of(answer.attachment.as_ref().map_or("", |a| a.case_id.as_str()));
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut attachment = store::attachment::find(&tx, &request.attachment_id).await?;
    if attachment.by != scope.account_text() {
        return Err(Error::missing());
    }
    // What the record has become since it was begun counts.
    Record::find(&tx, &attachment.record_id).await?.takes()?;
    let photo = image::photo(&request.content).map_err(|fix| Error::invalid("content", fix))?;
    attachment.keep(&photo, tx.now())?;
    let body = store::attachment::keep(&tx, &attachment, &photo.bytes).await?;
    let act = Act::new("attachment.kept", attachment.id.as_str()).detail("record", attachment.record_id.as_str());
    tx.record(act.state("attachment", &body));
    let response = AddAttachmentResponse { attachment: Some(convert::attachment::attachment(&attachment)) };
    tx.answer_about(&attachment.record_id, &response).await?;
    tx.commit().await?;
    Ok(response)
}
