//! Records whether anything is shared with the next school ahead of the move (rule TRF-02).

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{DecideAdvanceSharingRequest, DecideAdvanceSharingResponse};
use tonic::Request;

use super::{
    once::{About, once},
    passing_on::shown,
    work::{who, words},
};
use crate::{
    App, store,
    transfer::{Advance, Transfer},
};

pub(super) async fn decide_advance_sharing(
    app: &App,
    request: Request<DecideAdvanceSharingRequest>,
) -> Result<DecideAdvanceSharingResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why, and what is told whom", &request.reason);
    v.finish()?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Requests).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let learner = store::learner::load(&tx, &request.learner_id).await?;
    store::learner::hold(&tx, [&learner.id]).await?;
    let stamp = who(&scope, tx.now()).stamp();
    let decided = Advance { share: request.share, reason: request.reason.trim().to_owned(), stamp };
    let act = |id: &str| Act::new("transfer.advance_decided", id).detail("share", request.share);
    let (transfer, part) = match store::transfer::waiting(&tx, &learner).await? {
        Some((transfer, _)) if transfer.state() == "sent" => {
            return Err(Error::wrong_state("the file is on its way already"));
        }
        Some((transfer, mut part)) => {
            part.advances.push(decided);
            let act = act(part.id.as_str());
            store::transfer::update_part(&mut tx, &part, act).await?;
            (transfer, part)
        }
        None => {
            let transfer = Transfer::new(tx.ids().next(), &request.school_id, None, tx.now());
            let mut part = store::transfer::new_part(&tx, &transfer, &learner.id);
            part.advances.push(decided);
            let act = act(transfer.id.as_str());
            store::transfer::insert(&mut tx, &transfer, &part, act).await?;
            (transfer, part)
        }
    };
    let shown = shown(&tx, &transfer, Some(&part), &request.school_id).await?;
    let response = DecideAdvanceSharingResponse { transfer: Some(shown) };
    tx.answer_about(part.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
