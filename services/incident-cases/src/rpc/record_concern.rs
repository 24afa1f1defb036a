//! Records what someone is worried about. It reads and writes this service's own database and needs nothing else.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::ConcernRecorded,
    incident_cases::v1::{RecordConcernRequest, RecordConcernResponse},
};
use time::OffsetDateTime;
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    passing_on::written_of,
};
use crate::{
    App,
    concern::{
        BODY_AREAS, Concern, Origin, Report,
        adult::{ABOUT_ADULT, For},
        wait::Level,
    },
    escalate,
    rules::{NAME_MAX, NARRATIVE_MAX},
    store,
};

/// That it is the head's while the lead and deputies are away, and about no adult.
const HEAD_INSTEAD: &str = "head_instead";

pub(super) async fn record_concern(app: &App, request: Request<RecordConcernRequest>) -> Result<RecordConcernResponse> {
    let (caller, mut request) = Caller::split(request)?;
    // Who they are may change before the same call comes once more.
    let leads = std::mem::take(&mut request.lead_account_ids);
    let scope = caller.at(&request.school_id)?;
    let (report, whose) = report(&request, app.store.clock().now())?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    if report.event_at.is_some_and(|at| at > tx.now()) {
        return Err(Error::invalid("event_time", "When it happened must be in the past"));
    }
    let origin = Origin::Staff { account_id: scope.account_text().to_owned() };
    let concern = Concern::new(tx.ids().next(), &request.school_id, origin, report, tx.now());
    let clocks = store::copy::clocks(&tx, &request.school_id).await?;
    let cover = store::cover::load(&tx).await?;
    let concern = concern.to(whose).waiting_for(&leads, &clocks, &cover);
    let body = store::concern::insert(&tx, &concern).await?;
    tx.record(Act::new("concern.recorded", concern.id.as_str()).detail("origin", "staff").state("concern", &body));
    let recorded = ConcernRecorded { origin: "staff".to_owned(), not_safe: request.safe_now == "no" };
    if whose == For::Lead {
        // What is about an adult is counted nowhere.
        tx.announce(concern.id.as_str(), Event::ConcernRecorded(recorded)).await?;
    }
    escalate::tell_new(&mut tx, &concern, &body).await?;
    written_of(&mut tx, &concern).await?;
    let goes_to = match concern.level() {
        Some(Level::Chair) => For::Chair.code(),
        Some(Level::Authority) => For::Authority.code(),
        Some(Level::Head) if !cover.head_away(concern.recorded_at) => HEAD_INSTEAD,
        Some(Level::Deputy | Level::Head) | None => whose.code(),
    };
    let response = RecordConcernResponse { concern: Some(convert::my_concern(&concern)), goes_to: goes_to.to_owned() };
    tx.answer_about(concern.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}

fn report(request: &RecordConcernRequest, now: OffsetDateTime) -> Result<(Report, For)> {
    let mut violations = Violations::new();
    violations.line("about", "who the concern is about, or that you do not know the name", &request.about, NAME_MAX);
    violations.text("narrative", "what happened", &request.narrative, NARRATIVE_MAX);
    let known = ["yes", "no", "not_sure"].contains(&request.safe_now.as_str());
    violations.check(known, "safe_now", "Select whether the child is safe now: yes, no, not_sure");
    violations.maybe_text("others", &request.others, 2_000);
    let areas = request.body_areas.iter().all(|area| BODY_AREAS.contains(&area.as_str()));
    violations.check(areas, "body_areas", format!("Select from: {}", BODY_AREAS.join(", ")));
    let event_at = violations.happened("event_time", request.event_time.as_ref(), now);
    let whose = For::about(&request.about_adult);
    violations.check(whose.is_some(), "about_adult", ABOUT_ADULT);
    violations.finish()?;
    let report = Report {
        about: request.about.trim().to_owned(),
        narrative: request.narrative.trim().to_owned(),
        safe_now: request.safe_now.clone(),
        event_at,
        others: request.others.trim().to_owned(),
        // Each once, from head to foot.
        body_areas: BODY_AREAS
            .iter()
            .filter(|area| request.body_areas.iter().any(|said| said == *area))
            .map(|area| (*area).to_owned())
            .collect(),
    };
    Ok((report, whose.unwrap_or(For::Lead)))
}
