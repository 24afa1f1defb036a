//! Records a concern of somebody without an account, through a school's public report page.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::ConcernRecorded,
    incident_cases::v1::{RecordPublicConcernRequest, RecordPublicConcernResponse},
};
use tonic::Request;

use super::{
    find_public_report::open_page,
    once::{About, once},
    passing_on::written_of,
};
use crate::{
    App,
    concern::{
        Concern, Origin, Report, SENDERS, Sender,
        adult::{ABOUT_ADULT, For},
    },
    escalate,
    public_report::{MOST, WINDOW, receipt},
    rules::{NAME_MAX, NARRATIVE_MAX},
    store,
};

pub(super) async fn record_public_concern(
    app: &App,
    request: Request<RecordPublicConcernRequest>,
) -> Result<RecordPublicConcernResponse> {
    let (caller, request) = Caller::split(request)?;
    let (page, scope) = open_page(app, &caller, &request.code).await?;
    let (report, sender, whose) = read(&request)?;
    // The receipt follows from the request: the kept answer holds none, and a repeated request is told the same one.
    let told = |receipt: String| RecordPublicConcernResponse { receipt };
    let code = receipt(&app.store.ring().token(&page.school_id, &format!("public receipt|{}", request.request_id)));
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(RecordPublicConcernResponse { .. }) => return Ok(told(code)),
    };
    if store::public_report::of_late(&tx).await? >= MOST {
        return Err(Error::too_many(WINDOW.whole_seconds().unsigned_abs()));
    }
    let concern = Concern::new(tx.ids().next(), &page.school_id, Origin::Public(sender), report, tx.now());
    let clocks = store::copy::clocks(&tx, &page.school_id).await?;
    let concern = concern.to(whose).waiting(&clocks, &store::cover::load(&tx).await?);
    let body = store::concern::insert(&tx, &concern).await?;
    store::public_report::keep_receipt(&tx, &code, &concern.id).await?;
    tx.record(Act::new("concern.recorded", concern.id.as_str()).detail("origin", "public").state("concern", &body));
    let recorded = ConcernRecorded { origin: "public".to_owned(), not_safe: request.safe_now == "no" };
    if whose == For::Lead {
        // What is about an adult is counted nowhere.
        tx.announce(concern.id.as_str(), Event::ConcernRecorded(recorded)).await?;
    }
    escalate::tell_new(&mut tx, &concern, &body).await?;
    written_of(&mut tx, &concern).await?;
    tx.answer(&told(String::new())).await?;
    tx.commit().await?;
    Ok(told(code))
}

fn read(request: &RecordPublicConcernRequest) -> Result<(Report, Sender, For)> {
    let sender = request.reporter.clone().unwrap_or_default();
    let mut violations = Violations::new();
    violations.line("about", "who this is about", &request.about, NAME_MAX);
    violations.text("narrative", "what happened", &request.narrative, NARRATIVE_MAX);
    let known = ["yes", "no", "not_sure"].contains(&request.safe_now.as_str());
    violations.check(known, "safe_now", "Select whether they are safe now: yes, no, not_sure");
    let fix = format!("Select who you are: {}", SENDERS.join(", "));
    violations.check(SENDERS.contains(&sender.kind.as_str()), "reporter.kind", fix);
    violations.maybe_line("reporter.name", &sender.name, NAME_MAX);
    violations.maybe_line("reporter.contact", &sender.contact, NAME_MAX);
    let whose = For::about(&request.about_adult);
    violations.check(whose.is_some(), "about_adult", ABOUT_ADULT);
    violations.finish()?;
    let report = Report {
        about: request.about.trim().to_owned(),
        narrative: request.narrative.trim().to_owned(),
        safe_now: request.safe_now.clone(),
        ..Report::default()
    };
    let trimmed = |text: String| text.trim().to_owned();
    let sender = Sender { kind: sender.kind, name: trimmed(sender.name), contact: trimmed(sender.contact) };
    Ok((report, sender, whose.unwrap_or(For::Lead)))
}
