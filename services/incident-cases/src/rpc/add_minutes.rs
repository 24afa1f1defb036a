//! Keeps the minutes of a strategy discussion.

use chassis::{
    caller::Caller,
    clock::{london, moment},
    error::{Error, Result, Violations},
};
use proto::incident_cases::v1::{AddMinutesRequest, AddMinutesResponse};
use time::Duration;
use tonic::Request;

use super::{
    convert,
    sharing::{Target, write},
    unnamed::Said,
    work::words,
};
use crate::{
    App,
    shared_incident::{
        Whole,
        item::{Minutes, What},
    },
};

/// How long before an incident was shared a discussion of it may have been held.
const MET_BEFORE: Duration = Duration::days(365);
/// How far ahead the next discussion is at most.
const AHEAD: Duration = Duration::days(2 * 365);

pub(super) async fn add_minutes(app: &App, request: Request<AddMinutesRequest>) -> Result<AddMinutesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let held = request.held_time.as_ref().and_then(moment);
    let next_on = convert::retention::day(&request.next_date);
    let mut v = Violations::new();
    let past = held.is_some_and(|held| held <= app.store.clock().now());
    v.check(past, "held_time", "Enter when it was held: a time in the past");
    words(&mut v, "present", "who took part, by their role", &request.present);
    words(&mut v, "discussed", "what was discussed", &request.discussed);
    words(&mut v, "decided", "what was decided", &request.decided);
    words(&mut v, "next", "who does what next", &request.next);
    v.check(next_on.is_ok(), "next_date", "Enter the day of the next one as 2026-12-10, or leave it out");
    // Whoever writes them late may know of one that was held meanwhile.
    let before =
        next_on.as_ref().is_ok_and(|next| next.zip(held).is_some_and(|(next, held)| next < london(held).date()));
    v.check(!before, "next_date", "Enter the day of the discussion or a later one, or leave it out");
    let latest = london(app.store.clock().now()).date() + AHEAD;
    let far = next_on.as_ref().is_ok_and(|next| next.is_some_and(|next| next > latest));
    v.check(!far, "next_date", format!("Enter {latest} or an earlier day, or leave it out"));
    v.finish()?;
    let held_at = held.ok_or_else(|| Error::invalid("held_time", "Enter when it was held"))?;
    let text = |value: &str| value.trim().to_owned();
    let minutes = Minutes {
        held_at,
        present: text(&request.present),
        discussed: text(&request.discussed),
        decided: text(&request.decided),
        next: text(&request.next),
        next_on: next_on.ok().flatten(),
    };
    let target =
        Target { id: &request.shared_incident_id, holder: &request.school_id, request_id: &request.request_id };
    let respond = |shared| AddMinutesResponse { shared_incident: Some(shared) };
    let said = Said {
        texts: &[
            ("present", request.present.as_str()),
            ("discussed", request.discussed.as_str()),
            ("decided", request.decided.as_str()),
            ("next", request.next.as_str()),
        ],
        no_learner_meant: request.no_learner_meant,
    };
    let decide = |whole: &Whole| {
        // Agencies may have met before a school shared it, and not years before.
        if minutes.held_at < whole.opening.opened_at - MET_BEFORE {
            let fix = "Enter when it was held: no more than a year before this incident was shared";
            return Err(Error::invalid("held_time", fix));
        }
        Ok(What::Minutes(minutes))
    };
    write(app, &scope, &request, target, said, decide, respond).await
}
