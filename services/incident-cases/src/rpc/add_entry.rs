//! Adds a dated entry to a case; entries are never changed.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{AddEntryRequest, AddEntryResponse};
use time::OffsetDateTime;
use tonic::Request;

use super::work::{Done, one_of, target, words, work};
use crate::{
    App,
    case::{
        By, Case,
        entry::{Happened, KINDS, TIMES, Written},
    },
};

pub(super) async fn add_entry(app: &App, request: Request<AddEntryRequest>) -> Result<AddEntryResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    words(&mut violations, "text", "what happened", &request.text);
    if request.significant {
        words(&mut violations, "impact", "what it meant for the child", &request.impact);
    }
    let happened = happened(&mut violations, &request, app.store.clock().now());
    if !request.kind.is_empty() {
        one_of(&mut violations, "kind", &request.kind, KINDS);
    }
    violations.finish()?;
    let corrects = match request.corrects_entry_id.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| Error::missing())?),
    };
    let kind = if request.kind.is_empty() { "fact" } else { &request.kind };
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        let written = Written {
            text: request.text.trim().to_owned(),
            impact: request.significant.then(|| request.impact.trim().to_owned()),
            corrects,
            happened,
            kind: kind.to_owned(),
        };
        case.add_entry(by, ids.next(), written)?;
        Ok(Done::new("entry.added").detail("significant", request.significant.to_string()).detail("kind", kind))
    };
    work(app, &caller, &request, target!(request), act, |case, _| AddEntryResponse { case: Some(case) }).await
}

/// When it happened; none where nothing was said, which means now.
fn happened(v: &mut Violations, request: &AddEntryRequest, now: OffsetDateTime) -> Option<Happened> {
    let at = v.happened("event_time", request.event_time.as_ref(), now);
    match request.event_time_kind.as_str() {
        "" | "exact" => at.map(Happened::Exact),
        "day" => {
            v.check(request.event_time.is_some(), "event_time", "Enter the day it happened");
            at.map(Happened::Day)
        }
        "unknown" => {
            v.check(request.event_time.is_none(), "event_time", "Leave it out where nobody knows when it happened");
            Some(Happened::Unknown)
        }
        other => {
            one_of(v, "event_time_kind", other, TIMES);
            None
        }
    }
}
