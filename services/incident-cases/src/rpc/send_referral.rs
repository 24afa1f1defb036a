//! Records that a draft was sent, puts it into the inbox of a desk, or makes a signed file of it. What is sent is what was
//! checked. What left is kept as it was, with what proves it; where the form lacks something, nothing is sent.

use chassis::{
    caller::{Caller, Scope},
    error::{Error, Kind, Result, Violations},
    id::Ids,
    jose::jws,
};
use proto::{
    error::v1::Reason,
    incident_cases::v1::{SendReferralRequest, SendReferralResponse},
};
use tonic::Request;

use super::{
    convert,
    make_referral::{made, told},
    make_referral_package::packed,
    outside, routes,
    work::{Done, target, work},
};
use crate::{
    App,
    case::{
        By, Case,
        referral::{
            DraftId, Sending, chosen,
            package::{PACKAGE, Packing},
            portal::PORTAL,
        },
    },
    rules::NAME_MAX,
    store,
};

pub(super) async fn send_referral(app: &App, request: Request<SendReferralRequest>) -> Result<SendReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.check(!request.etag.is_empty(), "etag", "Check the draft first, and give its etag");
    let by_itself = [PORTAL, PACKAGE].contains(&request.means.as_str());
    if by_itself {
        violations.line("ring", "whom they ring", &request.ring, NAME_MAX);
        violations.check(request.proof.is_empty(), "proof", "Leave this empty: the platform proves that it was sent");
        violations.check(request.send_time.is_none(), "send_time", "Leave this out: it is sent now");
    } else {
        violations.line("proof", "what proves that it was sent", &request.proof, NAME_MAX);
        let fix = "Leave this empty: it is for a desk’s inbox and for a signed file";
        violations.check(request.ring.is_empty(), "ring", fix);
    }
    violations.maybe_line("reference", &request.reference, NAME_MAX);
    violations.maybe_line("recipient", &request.recipient, NAME_MAX);
    let inbox = request.means == PORTAL && !request.recipient.trim().is_empty();
    violations.check(!inbox, "recipient", "Leave this empty: it goes into the inbox of the desk, and nowhere else");
    let sent_at = violations.happened("send_time", request.send_time.as_ref(), app.store.clock().now());
    let draft: DraftId = request.draft_id.parse().map_err(|_| Error::missing())?;
    if let Err(refused) = violations.finish() {
        // What a means asks for says nothing to whoever cannot send by it.
        return Err(other_means(app, &scope, &request, &draft).await?.unwrap_or(refused));
    }
    let policy = routes::in_force(app, &scope).await?;
    let own = match request.means.as_str() {
        PACKAGE => outside::school(app, &request.school_id).await?,
        _ => Default::default(),
    };
    let nonce = hex::encode(app.store.ring().token(&request.school_id, &format!("referral package {draft}")));
    let fingerprint = jws::fingerprint(&app.signing_key.verifying_key());
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        let sending = Sending {
            checked: &request.etag,
            means: &request.means,
            recipient: request.recipient.trim(),
            proof: request.proof.trim(),
            at: sent_at.unwrap_or(by.at),
            reference: request.reference.trim(),
            from: (request.ring.trim(), scope.account_name()),
            packing: Packing { school: (&own.name, &own.urn), nonce: &nonce, fingerprint: &fingerprint },
            register: &policy.contacts,
        };
        let referral = case.send_referral(by, &draft, ids.next(), sending)?.clone();
        let form = referral.form.as_ref();
        let (route, digest) = form.map(|form| (form.route.clone(), form.digest.clone())).unwrap_or_default();
        let what = form.map_or("The referral", |form| form.title.as_str());
        let told =
            told(case, by, ids, (&referral.agency, referral.agency_name.clone()), (what, referral.reason.clone()));
        let done = Done::new("referral.sent").detail("agency", &referral.agency).detail("route", route);
        let done = done.detail("means", &request.means).detail("form", digest).disclosure(told);
        Ok(done.event(made(case, &referral.agency, referral.desk().to_owned(), by.at)))
    };
    let respond = |message, case: &Case| SendReferralResponse {
        case: Some(message),
        referral: case.referrals.last().map(convert::referral::referral),
        package: None,
    };
    let sent = match work(app, &caller, &request, target!(request), act, respond).await {
        // Of two who send one draft, the second finds it sent.
        Err(error) if found_sent(&error) => match before(app, &scope, &request, &draft).await? {
            Some(sent) => sent,
            None => return Err(error),
        },
        done => done?,
    };
    if request.means != PACKAGE {
        return Ok(sent);
    }
    // Its passphrase is kept nowhere: whoever asks again has the file under a new one.
    let id = sent.referral.as_ref().map(|referral| referral.referral_id.clone()).unwrap_or_default();
    match packed(app, &scope, &request.case_id, &id).await {
        Ok(package) => Ok(SendReferralResponse { package: Some(package), ..sent }),
        Err(error) if error.kind() == Kind::Conflict => Ok(sent),
        Err(error) => Err(error),
    }
}

/// Why a draft does not go by the means that is asked for; none where it may, or there is no such draft to send.
async fn other_means(
    app: &App,
    scope: &Scope,
    request: &SendReferralRequest,
    draft: &DraftId,
) -> Result<Option<Error>> {
    let mut tx = app.store.begin(scope).await?;
    tx.silent();
    let case = store::case::load(&tx, &request.case_id).await;
    let now = tx.now();
    tx.commit().await?;
    let Ok(case) = case else { return Ok(None) };
    let found = case.draft(draft).ok().and_then(|draft| chosen(&draft.agencies, &draft.agency, now).ok());
    Ok(found.and_then(|contact| contact.goes_by(&request.means).err()).map(Error::from))
}

/// Whether a refusal may mean that the draft was sent meanwhile.
fn found_sent(error: &Error) -> bool {
    error.kind() == Kind::Stale || (error.kind() == Kind::Conflict && error.reason() != Reason::RequestIdReused)
}

/// What a draft was sent as before in the same way; none where it was not.
async fn before(
    app: &App,
    scope: &Scope,
    request: &SendReferralRequest,
    draft: &DraftId,
) -> Result<Option<SendReferralResponse>> {
    let mut tx = app.store.begin(scope).await?;
    let case = store::case::load(&tx, &request.case_id).await?;
    let now = tx.now();
    tx.silent();
    tx.commit().await?;
    let same = |form: &crate::case::referral::Form| form.means == request.means;
    let sent = case.sent_from(draft).filter(|referral| referral.form.as_ref().is_some_and(same));
    Ok(sent.map(|referral| SendReferralResponse {
        case: Some(convert::case(&case.as_seen(store::access::reader_of(scope)), now)),
        referral: Some(convert::referral::referral(referral)),
        package: None,
    }))
}
