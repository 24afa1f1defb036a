//! What every act on an allegation has in common: at the desk, once, by somebody who is not kept out of it.

use chassis::{
    caller::{Caller, Scope},
    db::{Once, Tx},
    error::{Error, Kind, Result, Violations},
    history::Act,
    id::SchoolId,
};
use prost::Message;
use proto::incident_cases::v1 as pb;

use super::{
    convert,
    once::{About, once},
};
use crate::{
    App,
    case::{Refusal, record::Stamp, referral::portal::Finding},
    desk::{allegation::Allegation, referral::DeskReferral},
    store,
};

/// Which allegation, under which request.
pub(super) struct Target<'a> {
    pub(super) desk: &'a str,
    pub(super) allegation_id: &'a str,
    pub(super) request_id: &'a str,
    /// The version the caller means; any where empty.
    pub(super) etag: &'a str,
    /// The act as the history names it.
    pub(super) action: &'static str,
    /// What the school reads whose referral it came by: an outcome, and what it is told besides; none where it is told nothing.
    pub(super) told: Option<(&'a str, &'a str)>,
}

/// The allegation that a request about one names.
macro_rules! target {
    ($request:expr, $action:expr) => {
        $crate::rpc::allegation::Target {
            desk: &$request.desk,
            allegation_id: &$request.allegation_id,
            request_id: &$request.request_id,
            etag: "",
            action: $action,
            told: None,
        }
    };
}
pub(super) use target;

/// Who acts, and when.
pub(super) fn stamp(scope: &Scope, tx: &Tx) -> Stamp {
    Stamp { by: scope.account_text().to_owned(), at: tx.now() }
}

/// Does something with an allegation: `check` looks at what was sent, `act` decides.
pub(super) async fn work<R: Message + Default>(
    app: &App,
    caller: &Caller,
    request: &impl Message,
    target: Target<'_>,
    check: impl FnOnce(&mut Violations),
    act: impl FnOnce(&mut Allegation, Stamp) -> std::result::Result<(), Refusal>,
    respond: impl FnOnce(pb::Allegation) -> R,
) -> Result<R> {
    let mut scope = caller.at_desk(target.desk)?;
    let referral = match target.told {
        Some((_, text)) => {
            let referral = referral_of(app, &scope, target.allegation_id).await?;
            if referral.is_none() && !text.is_empty() {
                return Err(Error::invalid("told_school", "Leave this empty: no school referred it here"));
            }
            referral
        }
        None => None,
    };
    if let Some(held) = &referral {
        let school: SchoolId = held.school_id.parse().map_err(|_| Error::internal("a referral of no school"))?;
        scope = scope.also_at(&school);
    }
    let about = |_: &R| About::Allegation(target.allegation_id.to_owned());
    let mut tx = match once(app, &scope, target.request_id, request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut one = store::allegation::load(&tx, target.allegation_id).await?;
    let mut v = Violations::new();
    check(&mut v);
    v.finish()?;
    if !target.etag.is_empty() && target.etag != one.version.to_string() {
        return Err(Error::changed());
    }
    act(&mut one, stamp(&scope, &tx))?;
    let body = store::allegation::update(&tx, &mut one).await?;
    tx.record(Act::new(target.action, one.id.as_str()).state("allegation", &body));
    if let (Some(held), Some((outcome, text))) = (&referral, target.told) {
        let (outcome, text) = (outcome.to_owned(), text.trim().to_owned());
        let finding = Finding { outcome, text, name: scope.account_name().to_owned(), at: tx.now() };
        tell_school(&mut tx, held, finding).await?;
    }
    let response = respond(convert::desk::allegation(&one, tx.now()));
    tx.answer_about(one.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}

/// The referral that an allegation came by; none where it came otherwise, or the desk holds it no longer.
async fn referral_of(app: &App, scope: &Scope, allegation_id: &str) -> Result<Option<DeskReferral>> {
    let mut tx = app.store.begin(scope).await?;
    let one = store::allegation::load(&tx, allegation_id).await?;
    let found = match one.referral_id.as_str() {
        "" => None,
        id => match store::desk_referral::load(&tx, id).await {
            Ok(held) => Some(held),
            Err(error) if error.kind() == Kind::Missing => None,
            Err(error) => return Err(error),
        },
    };
    tx.silent();
    tx.commit().await?;
    Ok(found)
}

/// Writes what the desk came to into the school's case that it was referred from. Nobody is sent a notice: whoever that case
/// is open to finds it where they look.
async fn tell_school(tx: &mut Tx, held: &DeskReferral, finding: Finding) -> Result<()> {
    let mut case = match store::case::of_service(tx, &held.case_id).await {
        Ok(case) => case,
        // The school keeps it no longer.
        Err(error) if error.kind() == Kind::Missing => return Ok(()),
        Err(error) => return Err(error),
    };
    // What was taken back is answered no more.
    if case.found_at_desk(&held.referral.id, finding).is_err() {
        return Ok(());
    }
    let body = store::case::update(tx, &mut case).await?;
    let act = Act::new("referral.found", case.id.as_str()).detail("agency", held.referral.agency.as_str());
    tx.record(act.state("case_file", &body));
    store::desk_referral::follow(tx, &case).await
}
