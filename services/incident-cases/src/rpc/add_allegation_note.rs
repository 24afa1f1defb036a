//! Notes what was said, done or advised.

use chassis::{caller::Caller, error::Result};
use proto::incident_cases::v1::{AddAllegationNoteRequest, AddAllegationNoteResponse};
use tonic::Request;

use super::{
    allegation::{target, work},
    work::words,
};
use crate::{App, desk::allegation::Allegation};

pub(super) async fn add_allegation_note(
    app: &App,
    request: Request<AddAllegationNoteRequest>,
) -> Result<AddAllegationNoteResponse> {
    let (caller, request) = Caller::split(request)?;
    let target = target!(request, "allegation.noted");
    let check = |v: &mut _| words(v, "text", "what was said, done or advised", &request.text);
    let act = |one: &mut Allegation, stamp| {
        one.note(request.text.trim().to_owned(), stamp);
        Ok(())
    };
    let respond = |one| AddAllegationNoteResponse { allegation: Some(one) };
    work(app, &caller, &request, target, check, act, respond).await
}
