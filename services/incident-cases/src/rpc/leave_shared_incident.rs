//! The caller's school goes out of a shared incident: from this commit on it finds none.

use chassis::{
    caller::{Caller, Scope},
    db::Once,
    error::{Error, Result, Violations},
};
use prost::Message;
use proto::incident_cases::v1::{LeaveSharedIncidentRequest, LeaveSharedIncidentResponse};
use tonic::Request;

use super::{
    once::{About, once},
    sharing::{Target, tell},
    stop_disclosure::end,
    unnamed::{Said, unnamed_in},
    work::words,
};
use crate::{
    App,
    shared_incident::{item::What, learner::running},
    store,
};

/// What becomes of what a school told that goes: it ends, or the other schools keep it.
const TOLD: [&str; 2] = ["end", "keep"];

pub(super) async fn leave_shared_incident(
    app: &App,
    request: Request<LeaveSharedIncidentRequest>,
) -> Result<LeaveSharedIncidentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let target =
        Target { id: &request.shared_incident_id, holder: &request.school_id, request_id: &request.request_id };
    let said = Said { texts: &[("reason", request.reason.as_str())], no_learner_meant: request.no_learner_meant };
    leave(app, &scope, &request, target, said, &request.told).await?;
    Ok(LeaveSharedIncidentResponse {})
}

/// Goes out of it, once; the first of what is said is why, and `told` one of `TOLD` where other schools are still shown who a
/// learner is.
pub(super) async fn leave(
    app: &App,
    scope: &Scope,
    request: &impl Message,
    target: Target<'_>,
    said: Said<'_>,
    told: &str,
) -> Result<()> {
    let reason = said.texts.first().map_or("", |(_, text)| *text);
    let mut v = Violations::new();
    words(&mut v, "reason", "why, without names", reason);
    v.finish()?;
    let Target { id, holder, request_id } = target;
    // The answer says nothing of the incident: it may be given again to one who is out of it.
    let about = |_: &LeaveSharedIncidentResponse| About::Permission;
    let mut tx = match once(app, scope, request_id, request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(_) => return Ok(()),
    };
    let whole = store::shared::load(&tx, id, holder).await?;
    unnamed_in(&mut tx, &whole, holder, said).await?;
    let mut sharing = whole.sharing.clone();
    sharing.withdrawn = Some(whole.withdrawn());
    sharing.leave(holder, tx.now())?;
    let still = running(&whole, holder);
    if !still.is_empty() && !TOLD.contains(&told) {
        let fix = "Say what becomes of what you told of your learners: end, or keep";
        return Err(Error::invalid("told", fix));
    }
    if told == "end" {
        for one in still {
            end(&mut tx, (&whole.sharing, &whole.items), one, reason).await?;
        }
    }
    let by = scope.account_text();
    // Whoever goes although they lead was always alone in it: nobody comes into it any more.
    if whole.sharing.lead() == holder {
        store::invitation::withdraw(&mut tx, id, holder, by).await?;
    }
    let what = What::change("left", holder, reason);
    store::shared::rekey(&mut tx, &sharing, "sharing.left", (holder, by), what).await?;
    tell(&mut tx, &sharing, "left", holder, holder).await?;
    tx.answer(&LeaveSharedIncidentResponse {}).await?;
    tx.commit().await
}
