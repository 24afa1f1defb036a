//! Keeps the minutes of a meeting about an allegation.

use chassis::{
    caller::Caller,
    clock::moment,
    error::{Result, Violations},
};
use proto::incident_cases::v1::{AddAllegationMeetingRequest, AddAllegationMeetingResponse};
use tonic::Request;

use super::{
    allegation::{target, work},
    convert,
    work::words,
};
use crate::{
    App,
    desk::allegation::{Allegation, Meeting},
};

pub(super) async fn add_allegation_meeting(
    app: &App,
    request: Request<AddAllegationMeetingRequest>,
) -> Result<AddAllegationMeetingResponse> {
    let (caller, request) = Caller::split(request)?;
    let held = request.held_time.as_ref().and_then(moment);
    let next = convert::retention::day(&request.next_date);
    let check = |v: &mut Violations| {
        v.check(held.is_some(), "held_time", "Enter when it was held");
        v.check(next.is_ok(), "next_date", "Enter the day of the next meeting as 2026-12-10, or leave it out");
        words(v, "present", "who was there, and for whom", &request.present);
        words(v, "agreed", "what was said and agreed", &request.agreed);
    };
    let act = |one: &mut Allegation, stamp: crate::case::record::Stamp| {
        one.meet(Meeting {
            kind: request.kind.clone(),
            held_at: held.unwrap_or(stamp.at),
            present: request.present.trim().to_owned(),
            agreed: request.agreed.trim().to_owned(),
            next_on: next.ok().flatten(),
            stamp,
        })
    };
    let respond = |one| AddAllegationMeetingResponse { allegation: Some(one) };
    work(app, &caller, &request, target!(request, "allegation.met"), check, act, respond).await
}
