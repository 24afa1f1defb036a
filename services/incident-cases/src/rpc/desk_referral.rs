//! What every act of a desk on a referral in its inbox has in common: at the desk, once, and written into the school's case in
//! the same transaction, as the agency's answer. The desk reads nothing of the case by it.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Kind, Result, Violations},
    event::Event,
    history::Act,
    id::SchoolId,
};
use prost::Message;
use proto::incident_cases::v1 as pb;

use super::{
    convert,
    once::{About, once},
    passing_on::written_by_desk,
    work::tell,
};
use crate::{
    App,
    case::{By, Case, ReferralId, Refusal},
    store,
};

/// Which referral, under which request.
pub(super) struct Target<'a> {
    pub(super) desk: &'a str,
    pub(super) referral_id: &'a str,
    pub(super) request_id: &'a str,
    /// The version the caller means; any where empty.
    pub(super) etag: &'a str,
    /// The act as the history names it.
    pub(super) action: &'static str,
}

/// The referral that a request about one names.
macro_rules! target {
    ($request:expr, $action:expr) => {
        $crate::rpc::desk_referral::Target {
            desk: &$request.desk,
            referral_id: &$request.referral_id,
            request_id: &$request.request_id,
            etag: "",
            action: $action,
        }
    };
}
pub(super) use target;

/// Who acts, as the school reads it, and on which referral.
pub(super) struct AtDesk<'a> {
    pub(super) by: By<'a>,
    pub(super) name: &'a str,
    pub(super) referral: &'a ReferralId,
}

/// Does something with a referral: `check` looks at what was sent, `act` decides.
pub(super) async fn work<R: Message + Default>(
    app: &App,
    caller: &Caller,
    request: &impl Message,
    target: Target<'_>,
    check: impl FnOnce(&mut Violations),
    act: impl FnOnce(&mut Case, AtDesk<'_>) -> std::result::Result<Option<Event>, Refusal>,
    respond: impl FnOnce(pb::DeskReferral) -> R,
) -> Result<R> {
    let scope = caller.at_desk(target.desk)?;
    let id = target.referral_id;
    let mut tx = app.store.begin(&scope).await?;
    let held = store::desk_referral::load(&tx, id).await?;
    tx.silent();
    tx.commit().await?;
    // The school sent it here, and its case is where the answer belongs.
    let school: SchoolId = held.school_id.parse().map_err(|_| Error::internal("a referral of no school"))?;
    let both = scope.also_at(&school);
    let about = |_: &R| About::DeskReferral(id.to_owned());
    let mut tx = match once(app, &both, target.request_id, request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let held = store::desk_referral::load(&tx, id).await?;
    let mut v = Violations::new();
    check(&mut v);
    v.finish()?;
    if !target.etag.is_empty() && target.etag != held.version.to_string() {
        return Err(Error::changed());
    }
    let case = store::case::of_service(&tx, &held.case_id).await;
    let mut case = case.map_err(|error| match error.kind() {
        Kind::Missing => Error::wrong_state("the school keeps this case no longer: ring it"),
        _ => error,
    })?;
    let by = By { account_id: scope.account_text(), at: tx.now(), lead: false, head: false, chair: false };
    let event = act(&mut case, AtDesk { by, name: scope.account_name(), referral: &held.referral.id })?;
    let body = store::case::update(&tx, &mut case).await?;
    let done = Act::new(target.action, case.id.as_str()).detail("agency", held.referral.agency.as_str());
    tx.record(done.state("case_file", &body));
    store::desk_referral::follow(&mut tx, &case).await?;
    tell(&mut tx, &case, Vec::new(), event.into_iter().collect()).await?;
    let held = store::desk_referral::load(&tx, id).await?;
    let taken_in = store::allegation::of_referral(&tx, id).await?;
    let response = respond(convert::desk_referral::referral(&held, taken_in.as_ref(), tx.now()));
    tx.answer_about(id, &response).await?;
    tx.commit().await?;
    written_by_desk(app, school.as_str(), &case).await;
    Ok(response)
}
