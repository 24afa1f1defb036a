//! Says what the designated officer did about concerns of several schools.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{NoteDeskPatternRequest, NoteDeskPatternResponse};
use tonic::Request;

use super::{
    allegation::stamp,
    convert,
    once::{About, once},
    work::words,
};
use crate::{App, desk::pattern::Noted, store};

pub(super) async fn note_desk_pattern(
    app: &App,
    request: Request<NoteDeskPatternRequest>,
) -> Result<NoteDeskPatternResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let about = |_: &NoteDeskPatternResponse| About::DeskPattern(request.desk_pattern_id.clone());
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut pattern = store::desk_pattern::load(&tx, &request.desk_pattern_id).await?;
    let mut v = Violations::new();
    words(&mut v, "note", "what was done", &request.note);
    v.finish()?;
    pattern.notes.push(Noted { text: request.note.trim().to_owned(), stamp: stamp(&scope, &tx) });
    let body = store::desk_pattern::update(&tx, &pattern).await?;
    tx.record(Act::new("desk_pattern.noted", pattern.id.as_str()).state("desk_pattern", &body));
    let response = NoteDeskPatternResponse { pattern: Some(convert::desk_pattern::pattern(&pattern)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
