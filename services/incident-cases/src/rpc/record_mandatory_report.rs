//! Records that the caller did in person what the law asks of them. It is added to their own concern, so that the lead sees
//! it; nobody can do it for them.

use chassis::{
    caller::Caller,
    clock::london,
    db::Once,
    error::{Result, Violations},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::MandatoryReportMade,
    incident_cases::v1::{RecordMandatoryReportRequest, RecordMandatoryReportResponse},
};
use tonic::Request;

use super::{
    convert,
    make_referral::recipient_kind,
    once::{About, once},
    passing_on::written_of,
    routes,
};
use crate::{
    App,
    case::{
        Refusal,
        record::Stamp,
        referral::{can_be_taken, chosen},
    },
    concern::{Concern, Outcome, duty::Reported},
    custody::{Disclosure, DisclosureId},
    route::{Contact, Route},
    rules::NAME_MAX,
    store,
};

pub(super) async fn record_mandatory_report(
    app: &App,
    request: Request<RecordMandatoryReportRequest>,
) -> Result<RecordMandatoryReportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.line("reference", "the reference that you were given", &request.reference, NAME_MAX);
    let reported_at = violations.happened("report_time", request.report_time.as_ref(), app.store.clock().now());
    violations.finish()?;
    let policy = routes::in_force(app, &scope).await?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut concern = store::concern::load_own(&tx, &request.concern_id, scope.account_text()).await?;
    let route = routes::of(&policy, &request.route, "staff")?;
    can_be_taken(route, &policy.contacts, tx.now())?;
    let agencies: Vec<_> = route.led_to(&policy.contacts).cloned().collect();
    let to = chosen(&agencies, &request.agency, tx.now())?;
    let read = route.read(&request.answers, london(tx.now()).date());
    let answers = read.map_err(|wrong| Refusal::Fields("answers", wrong))?;
    let missing = route.missing(&answers);
    if !missing.is_empty() {
        return Err(Refusal::Fields("answers", missing).into());
    }
    let stamp = Stamp { by: scope.account_text().to_owned(), at: tx.now() };
    let reported = Reported { to, reference: request.reference.trim(), at: reported_at.unwrap_or(stamp.at) };
    concern.could_be_reported(route, &answers, reported)?;
    let reported_by = stamp.clone();
    concern.report_in_person(route, route.filled(&answers), reported, stamp);
    let body = store::concern::update(&tx, &concern).await?;
    let act = Act::new("mandatory_report.recorded", concern.id.as_str()).detail("route", route.key.as_str());
    tx.record(act.detail("agency", to.key.as_str()).state("concern", &body));
    let told = told(&concern, tx.ids().next(), route, to, reported_by);
    store::register::keep_disclosure(&mut tx, &told).await?;
    // What is about an adult who works with children is counted nowhere.
    if concern.office.is_none() {
        let made = MandatoryReportMade { route: route.key.clone(), agency: to.key.clone() };
        tx.announce(concern.id.as_str(), Event::MandatoryReportMade(made)).await?;
    }
    written_of(&mut tx, &concern).await?;
    let report = concern.duties.last().map(convert::referral::duty);
    let response = RecordMandatoryReportResponse { report };
    tx.answer_about(concern.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}

/// What the agency was told, as the register of disclosures has it: with the case of the concern, or with the concern.
fn told(concern: &Concern, id: DisclosureId, route: &Route, to: &Contact, stamp: Stamp) -> Disclosure {
    let (case_id, item) = match &concern.outcome {
        Some(Outcome::InCase { case_id, .. }) => (case_id.clone(), String::new()),
        Some(Outcome::NoFurtherAction { .. }) | None => (String::new(), concern.id.to_string()),
    };
    let why = "The law asks it of whoever found out, in person";
    Disclosure {
        id,
        item,
        involvement: String::new(),
        school_id: concern.school_id.clone(),
        case_id,
        recipient_kind: recipient_kind(&to.key).to_owned(),
        recipient: to.name.clone(),
        shared: true,
        what: route.title.clone(),
        basis: "legal_duty".to_owned(),
        reason: if route.duty.is_empty() { why.to_owned() } else { format!("{why}: {}", route.duty) },
        stamp,
    }
}
