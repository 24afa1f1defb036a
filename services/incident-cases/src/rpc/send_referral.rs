//! Records that a draft was sent, or puts it into the inbox of a desk. What left is kept as it was, with what proves it;
//! where the form lacks something, nothing is sent.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{SendReferralRequest, SendReferralResponse};
use tonic::Request;

use super::{
    convert,
    make_referral::{made, told},
    work::{Done, target, work},
};
use crate::{
    App,
    case::{
        By, Case,
        referral::{DraftId, Sending, portal::PORTAL},
    },
    rules::NAME_MAX,
};

pub(super) async fn send_referral(app: &App, request: Request<SendReferralRequest>) -> Result<SendReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    if request.means == PORTAL {
        violations.line("ring", "whom the desk rings", &request.ring, NAME_MAX);
        violations.check(request.proof.is_empty(), "proof", "Leave this empty: the inbox proves that it arrived");
        violations.check(request.send_time.is_none(), "send_time", "Leave this out: it is sent now");
    } else {
        violations.line("proof", "what proves that it was sent", &request.proof, NAME_MAX);
        violations.check(request.ring.is_empty(), "ring", "Leave this empty: it is for a desk’s inbox");
    }
    violations.maybe_line("reference", &request.reference, NAME_MAX);
    violations.maybe_line("recipient", &request.recipient, NAME_MAX);
    let inbox = request.means == PORTAL && !request.recipient.trim().is_empty();
    violations.check(!inbox, "recipient", "Leave this empty: it goes into the inbox of the desk, and nowhere else");
    let sent_at = violations.happened("send_time", request.send_time.as_ref(), app.store.clock().now());
    violations.finish()?;
    let draft: DraftId = request.draft_id.parse().map_err(|_| Error::missing())?;
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        let sending = Sending {
            means: &request.means,
            recipient: request.recipient.trim(),
            proof: request.proof.trim(),
            at: sent_at.unwrap_or(by.at),
            reference: request.reference.trim(),
            from: (request.ring.trim(), scope.account_name()),
        };
        let referral = case.send_referral(by, &draft, ids.next(), sending)?.clone();
        let form = referral.form.as_ref();
        let (route, digest) = form.map(|form| (form.route.clone(), form.digest.clone())).unwrap_or_default();
        let what = form.map_or("The referral", |form| form.title.as_str());
        let told =
            told(case, by, ids, (&referral.agency, referral.agency_name.clone()), (what, referral.reason.clone()));
        let done = Done::new("referral.sent").detail("agency", &referral.agency).detail("route", route);
        let done = done.detail("means", &request.means).detail("form", digest).disclosure(told);
        Ok(done.event(made(case, &referral.agency, referral.desk().to_owned())))
    };
    let respond = |message, case: &Case| SendReferralResponse {
        case: Some(message),
        referral: case.referrals.last().map(convert::referral::referral),
    };
    work(app, &caller, &request, target!(request), act, respond).await
}
