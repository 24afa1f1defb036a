//! Records a referral to one agency.

use chassis::{calendar, caller::Caller, error::Violations, event::Event, id::Ids};
use proto::{
    event::v1::ReferralMade,
    incident_cases::v1::{MakeReferralRequest, MakeReferralResponse},
};
use time::OffsetDateTime;
use tonic::Request;

use super::{
    convert, routes,
    work::{Done, Target, work},
};
use crate::{
    App,
    case::{By, Case, Referral, Refusal, referral::takes_now},
    custody::Disclosure,
    rules::{NAME_MAX, NARRATIVE_MAX, REFERRAL_DECISION_CHASE},
};

pub(super) async fn make_referral(
    app: &App,
    request: Request<MakeReferralRequest>,
) -> chassis::error::Result<MakeReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.text("reason", "why the referral is made", &request.reason, NARRATIVE_MAX);
    violations.maybe_line("reference", &request.reference, NAME_MAX);
    violations.finish()?;
    let target =
        Target { school_id: &request.school_id, case_id: &request.case_id, request_id: &request.request_id, etag: "" };
    let wanted = Wanted { agency: &request.agency, reason: &request.reason, reference: &request.reference };
    let policy = routes::in_force(app, &scope).await?;
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        takes_now(&policy.contacts, wanted.agency, by.at)?;
        refer(case, by, ids, wanted)
    };
    let respond = |message, case: &Case| MakeReferralResponse {
        case: Some(message),
        referral: case.referrals.last().map(convert::referral::referral),
    };
    work(app, &caller, &request, target, act, respond).await
}

/// A referral that is to be made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The agency's key.
    pub(super) agency: &'a str,
    /// Why.
    pub(super) reason: &'a str,
    /// The agency's reference; empty where it gave none.
    pub(super) reference: &'a str,
}

/// Makes a referral in a case: it is entered among the disclosures and announced.
pub(super) fn refer(case: &mut Case, by: By<'_>, ids: &Ids, wanted: Wanted<'_>) -> Result<Done, Refusal> {
    let agency_name = case.agency(wanted.agency)?.to_owned();
    case.tells_of_no_adult(wanted.agency)?;
    let reason = wanted.reason.trim().to_owned();
    let chase_at = calendar::working_days_after(by.at, REFERRAL_DECISION_CHASE);
    let referral = Referral {
        reason: reason.clone(),
        reference: wanted.reference.trim().to_owned(),
        ..Referral::made(ids.next(), (wanted.agency, agency_name.clone()), by, chase_at)
    };
    case.refer(by, referral)?;
    let told = told(case, by, ids, (wanted.agency, agency_name), ("The referral", reason));
    let done = Done::new("referral.made").detail("agency", wanted.agency).disclosure(told);
    Ok(done.event(made(case, wanted.agency, String::new(), by.at)))
}

/// That a referral was made, and to which desk, where it was put into the inbox of one.
pub(super) fn made(case: &Case, agency: &str, desk: String, at: OffsetDateTime) -> Event {
    let known_at = case.known_at.unwrap_or(case.opened_at);
    Event::ReferralMade(ReferralMade {
        agency: agency.to_owned(),
        procedure: case.procedure.id.clone(),
        desk,
        opened_s: (at - case.opened_at).whole_seconds(),
        known_s: (at - known_at).whole_seconds(),
    })
}

/// What kind of recipient an agency is, as the register of disclosures has it.
pub(super) fn recipient_kind(agency: &str) -> &'static str {
    if agency.starts_with("police") { "police" } else { "agency" }
}

/// What an agency was told, as the register of disclosures has it.
pub(super) fn told(
    case: &Case,
    by: By<'_>,
    ids: &Ids,
    (agency, recipient): (&str, String),
    (what, reason): (&str, String),
) -> Disclosure {
    Disclosure {
        id: ids.next(),
        item: String::new(),
        involvement: String::new(),
        school_id: case.school_id.clone(),
        case_id: case.id.to_string(),
        recipient_kind: recipient_kind(agency).to_owned(),
        recipient,
        shared: true,
        what: what.to_owned(),
        basis: "safeguarding".to_owned(),
        reason,
        stamp: by.stamp(),
    }
}
