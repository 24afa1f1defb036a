//! Says what was done about a match, once.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{NoteContactMatchRequest, NoteContactMatchResponse};
use tonic::Request;

use super::{
    list_contact_matches::placed,
    once::{About, once},
    work::{who, words},
};
use crate::{App, store};

pub(super) async fn note_contact_match(
    app: &App,
    request: Request<NoteContactMatchRequest>,
) -> Result<NoteContactMatchResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "note", "what was done", &request.note);
    v.finish()?;
    let about = |answer: &NoteContactMatchResponse| {
        About::Case(answer.r#match.as_ref().map(|one| one.case_id.clone()).unwrap_or_default())
    };
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (mut found, case_id, contact_id) = store::contact::load_match(&tx, &request.contact_match_id).await?;
    store::case::load(&tx, &case_id).await?;
    found.say(request.note.trim(), who(&scope, tx.now()).stamp())?;
    let body = store::contact::note(&tx, &found).await?;
    let act = Act::new("contact.match_noted", found.id.as_str()).detail("ids", vec![case_id.as_str()]);
    tx.record(act.state("contact_match", &body));
    let told = (found, case_id, contact_id);
    let shown = placed(&tx, std::slice::from_ref(&told)).await?.pop();
    let response = NoteContactMatchResponse { r#match: shown };
    tx.answer_about(&told.1, &response).await?;
    tx.commit().await?;
    Ok(response)
}
