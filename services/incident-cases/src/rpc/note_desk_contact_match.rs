//! Says what the safeguarding officer did about a match of contacts, or about many marks at one school, once.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{NoteDeskContactMatchRequest, NoteDeskContactMatchResponse};
use tonic::Request;

use super::{
    allegation::stamp,
    convert,
    once::{About, once},
    work::words,
};
use crate::{App, store};

pub(super) async fn note_desk_contact_match(
    app: &App,
    request: Request<NoteDeskContactMatchRequest>,
) -> Result<NoteDeskContactMatchResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut told = store::contact::load_at_desk(&tx, &request.contact_match_id).await?;
    let mut v = Violations::new();
    words(&mut v, "note", "what was done", &request.note);
    v.finish()?;
    told.0.say(request.note.trim(), stamp(&scope, &tx))?;
    let body = store::contact::note(&tx, &told.0).await?;
    tx.record(Act::new("contact.match_noted", told.0.id.as_str()).state("contact_match", &body));
    let response = NoteDeskContactMatchResponse { r#match: Some(convert::contact::told_desk(&told)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
