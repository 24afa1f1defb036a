//! Discards the drafts a roll-out made, of all schools or of some, and gives each school its own draft back; what is in
//! force stays.

use chassis::{
    caller::Caller,
    db::{Once, Tx},
    error::{Error, Result, Violations},
    history::Act,
};
use proto::policy_registry::v1::{UndoRolloutRequest, UndoRolloutResponse};
use tonic::Request;

use super::{
    convert::rollout::{self as convert, LONGEST},
    work::rollouts,
};
use crate::{
    App,
    instance::{Instance, State},
    rollout::{self, LIVE, open},
    store::{self, rollout_school as row},
};

pub(super) async fn undo_rollout(app: &App, request: Request<UndoRolloutRequest>) -> Result<UndoRolloutResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let id = convert::rollout_id(&request.rollout_id)?;
    let mut violations = Violations::new();
    violations.text("reason", "why", &request.reason, LONGEST);
    violations.finish()?;
    let schools = convert::schools(&request.school_ids)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let rollout = store::rollout::hold(&tx, &id).await?;
    if rollout.state == rollout::State::Undone {
        return Err(Error::wrong_state("the roll-out is undone already"));
    }
    if row::among(&tx, &id, &schools).await?.len() != schools.len() {
        return Err(Error::invalid("school_ids", "Send ids of schools this roll-out is for, or none for all of them"));
    }
    let mut undone = 0_u32;
    for mut at in row::hold(&tx, &id, &[row::WAITING, row::MERGED], &schools).await? {
        if at.state == row::MERGED && !take_back(&mut tx, &at, request.reason.trim()).await? {
            continue;
        }
        at.state = row::UNDONE.to_owned();
        row::update(&tx, &at).await?;
        undone += 1;
    }
    let left = row::hold(&tx, &id, &[row::WAITING], &[]).await?.len();
    let act = Act::new("rollout.undone", id.as_str()).detail("schools", undone);
    let rollout = if schools.is_empty() || (left == 0 && row::progress(&tx, &id).await?.merged == 0) {
        let rollout = rollout.undone(request.reason.trim(), tx.now());
        let body = store::rollout::update(&tx, &rollout).await?;
        tx.record(act.state("rollout", &body));
        rollout
    } else {
        tx.record(act);
        rollout
    };
    let response = UndoRolloutResponse { rollout: Some(rollouts::shown(&tx, &rollout).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}

/// Discards a draft and gives the school its own back; false where the draft came into force.
async fn take_back(tx: &mut Tx, at: &row::Model, reason: &str) -> Result<bool> {
    let Some(draft) = &at.instance_id else { return Ok(true) };
    let draft = store::instance::load_at(tx, &at.school_id, draft).await?;
    match draft.state {
        // The school set it aside itself.
        State::Discarded => return Ok(true),
        state if !open(state) => return Ok(false),
        _ => {}
    }
    write(tx, "instance.discarded", &draft.unrolled(reason)?).await?;
    if let (Some(own), Some(state)) = (&at.own_instance_id, &at.own_state) {
        let state = LIVE.into_iter().find(|live| live.key() == state);
        let own = store::instance::load_at(tx, &at.school_id, own).await?;
        if let Some(own) = state.and_then(|state| own.back(state)) {
            write(tx, "instance.restored", &own).await?;
        }
    }
    Ok(true)
}

async fn write(tx: &mut Tx, action: &'static str, instance: &Instance) -> Result<()> {
    let body = store::instance::update_at(tx, instance).await?;
    let act = Act::new(action, instance.id.as_str()).school(&instance.school);
    tx.record(act.detail("version", instance.version).detail("state", instance.state.name()).state("instance", &body));
    Ok(())
}
