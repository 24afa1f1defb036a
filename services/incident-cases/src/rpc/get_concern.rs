//! Answers one concern; the lead or a deputy opening it first, or the head once it was passed on to them, is what its
//! reporter sees as read.

use chassis::{caller::Caller, db::Tx, error::Result, event::Event, history::Act};
use proto::{
    access::v1::Permission,
    event::v1::ConcernRead,
    incident_cases::v1::{self as pb, GetConcernRequest, GetConcernResponse},
};
use tonic::Request;

use super::{convert, list_learner_records::known};
use crate::{
    App,
    case::access::Verdict,
    concern::{Concern, Origin},
    escalate,
    learner::{
        Learner,
        search::{Match, Query, plain_name, rank},
    },
    store,
};

/// How many are suggested.
const SUGGESTED: usize = 5;

pub(super) async fn get_concern(app: &App, request: Request<GetConcernRequest>) -> Result<GetConcernResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let mut concern = store::concern::load(&tx, &request.concern_id).await?;
    let mut act = Act::new("concern.read", concern.id.as_str());
    let mut shown = convert::concern(&concern);
    if store::concern::read_for_the_school(&tx, &concern).await? {
        let (who, now) = (scope.account_text(), tx.now());
        let first = concern.read(who, now);
        if first {
            act = act.detail("first", true);
        }
        // What was added comes as it was before this reading, so that whoever reads it sees what is new.
        let added = shown.additions;
        let more = concern.read_additions(who, now);
        if more || first {
            act = act.state("concern", &store::concern::update(&tx, &concern).await?);
        }
        // Of one about an adult nothing is announced.
        if first && concern.office.is_none() {
            escalate::tell_read(&mut tx, &concern).await?;
        } else if more && concern.office.is_none() && !concern.alert().is_empty() {
            // Its alert went on, and waited anew.
            let event = ConcernRead { alert_id: concern.alert().to_owned(), account_id: who.to_owned() };
            tx.announce(concern.id.as_str(), Event::ConcernRead(event)).await?;
        }
        shown = pb::Concern { additions: added, ..convert::concern(&concern) };
    }
    shown.attachments = super::convert::attachment::all(store::attachment::of(&tx, &[concern.id.as_str()]).await?);
    let case_closed = in_closed_case(&tx, &concern).await?;
    let mut response = GetConcernResponse { concern: Some(shown), case_closed, ..Default::default() };
    // The roll is read by its own permission: a chair, who reads concerns of their cases, has no part in it.
    if request.with_learners && scope.may(Permission::LearnerRead) {
        // One read is one entry of the history, whomever it showed.
        let mut shown = Vec::new();
        for id in &concern.learners {
            // A concern is read whether or not the roll can be.
            let Ok(learner) = store::learner::load(&tx, id.as_str()).await else { continue };
            shown.push(learner.id.to_string());
            response.learners.push(convert::learner::learner(&learner));
        }
        for (learner, found) in likely(&tx, &concern).await? {
            shown.push(learner.id.to_string());
            response.likely.push(convert::learner::found(&learner, &found));
        }
        act = act.detail("ids", shown);
    }
    tx.record(act);
    tx.commit().await?;
    Ok(response)
}

/// Whether it is part of a case that the caller may read and that is closed.
async fn in_closed_case(tx: &Tx, concern: &Concern) -> Result<bool> {
    let case_id = store::concern::case_of(concern);
    if case_id.is_empty() {
        return Ok(false);
    }
    let case = known(store::case::of_service(tx, case_id).await)?;
    Ok(case.is_some_and(|case| case.closing.is_some() && store::access::verdict(tx, &case) == Verdict::Yes))
}

/// Who on the roll may be meant by the name the reporter wrote, or whose user name the alert was under; nobody where somebody
/// is named.
pub(super) async fn likely(tx: &Tx, concern: &Concern) -> Result<Vec<(Learner, Match)>> {
    let unnamed = concern.learners.is_empty();
    if let Some(id) = concern.user_of.as_ref().filter(|_| unnamed) {
        let theirs = Match { score: 100, why: "the user name" };
        let user = store::learner::some(tx, &[id]).await?.pop();
        return Ok(user.map(|learner| (learner, theirs)).into_iter().collect());
    }
    let written = matches!(concern.origin, Origin::Staff { .. } | Origin::Public(_)) && unnamed;
    let query = Query::read(&plain_name(&concern.report.about));
    if !written || query.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = rank(&query, store::learner::candidates(tx, &query.tokens()).await?);
    found.truncate(SUGGESTED);
    Ok(found)
}
