//! Answers what a concern may belong to. Only what the caller may read is looked at.

use std::collections::BTreeSet;

use chassis::{
    caller::{Caller, Scope},
    clock::timestamp,
    db::Tx,
    error::Result,
    history::Act,
};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{self as pb, SuggestTriageRequest, SuggestTriageResponse},
};
use tonic::Request;

use super::{get_concern, list_learner_records::known, whom::whom};
use crate::{
    App, alert_evidence,
    case::{Case, CaseId, access::Verdict},
    concern::{
        Concern, Outcome,
        suggest::{About, LOOKED_AT, MOST, Reason, Suggestion},
    },
    learner::LearnerId,
    store,
};

pub(super) async fn suggest_triage(app: &App, request: Request<SuggestTriageRequest>) -> Result<SuggestTriageResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let user = user(app, &scope, &request.concern_id).await?;
    let mut tx = app.store.begin(&scope).await?;
    let mut concern = store::concern::load(&tx, &request.concern_id).await?;
    let reads_roll = scope.may(Permission::LearnerRead);
    if reads_roll && concern.user_of.is_none() {
        concern.user_of = store::learner::of_user(&tx, &user).await?;
    }
    let household = household(&tx, &concern).await;
    // The roll is read by its own permission.
    let likely = if reads_roll { get_concern::likely(&tx, &concern).await? } else { Vec::new() };
    let mut meant: Vec<LearnerId> = likely.into_iter().map(|(learner, _)| learner.id).collect();
    let by_user = concern.user_of.clone().filter(|id| reads_roll && !meant.contains(id));
    meant.extend(by_user);
    let cases = store::case::open_readable(&tx, concern.office.is_some()).await?;
    let reader = store::access::reader_of(&scope);
    let cases: Vec<Case> = cases.iter().map(|case| case.as_seen(reader).into_owned()).collect();
    let concerns = store::concern::since(&tx, tx.now() - LOOKED_AT).await?;
    let about = About::new(&concern, &household).meaning(&meant);
    let concerns = about.concerns(&concerns);
    let cases = about.cases(&cases, &concerns);
    let before = closed(&tx, &concern, &meant).await?;
    let ids = cases.iter().map(|s| s.of.id.as_str()).chain(concerns.iter().map(|s| s.of.id.as_str()));
    let shown: Vec<&str> = ids.chain(before.iter().map(|(closed, _)| closed.id.as_str())).collect();
    tx.record(Act::new("concern.suggested", concern.id.as_str()).detail("ids", shown));
    let people = whom(&tx, &cases.iter().map(|suggested| suggested.of).collect::<Vec<_>>()).await?;
    let likely = cases.iter().zip(people).map(|(suggested, people)| pb::SuggestedCase { people, ..case(suggested) });
    let likely = likely.collect();
    let closed_cases = before.iter().map(|(of, reason)| case(&Suggestion { of, reasons: vec![*reason] })).collect();
    let response =
        SuggestTriageResponse { cases: likely, concerns: concerns.iter().map(other).collect(), closed_cases };
    tx.commit().await?;
    Ok(response)
}

/// The user name of the alert that a concern came from, where the roll knew nobody by it as it came: it may know them since.
async fn user(app: &App, scope: &Scope, concern_id: &str) -> Result<String> {
    let mut tx = app.store.begin(scope).await?;
    let concern = store::concern::load(&tx, concern_id).await?;
    tx.silent();
    tx.commit().await?;
    match (concern.alert(), &concern.user_of) {
        ("", _) | (_, Some(_)) => Ok(String::new()),
        (alert_id, None) => Ok(alert_evidence::user(app, &concern.school_id, alert_id).await),
    }
}

/// Closed cases in which those a concern is about, or may be about, had a part: what is told may open one again. Of one about
/// an adult there are none: their cases are found by their names.
async fn closed(tx: &Tx, concern: &Concern, meant: &[LearnerId]) -> Result<Vec<(Case, Reason)>> {
    let (mut found, mut looked) = (Vec::new(), BTreeSet::new());
    let may_be = if concern.alert().is_empty() { Reason::SameName } else { Reason::SameUserName };
    let about = concern.learners.iter().map(|learner| (learner, Reason::SameLearner));
    for (learner, reason) in about.chain(meant.iter().map(|learner| (learner, may_be))) {
        for id in store::learner_record::of(tx, learner).await?.into_iter().rev() {
            let another = concern.office.is_none() && id.parse::<CaseId>().is_ok() && looked.insert(id.clone());
            if !another || found.len() >= MOST {
                continue;
            }
            let seen = known(store::case::look(tx, &id).await)?.filter(|(_, verdict)| *verdict == Verdict::Yes);
            found.extend(
                seen.filter(|(case, _)| case.closing.is_some() && !case.adult()).map(|(case, _)| (case, reason)),
            );
        }
    }
    Ok(found)
}

/// Who lives with those a concern is about; nobody where the roll cannot be read.
async fn household(tx: &Tx, concern: &Concern) -> Vec<LearnerId> {
    let mut all = Vec::new();
    for learner in concern.learners.iter().chain(&concern.user_of) {
        if let Ok(learner) = store::learner::load(tx, learner.as_str()).await {
            all.extend(learner.household);
        }
    }
    all
}

fn codes(reasons: &[Reason]) -> Vec<String> {
    reasons.iter().map(|reason| reason.code().to_owned()).collect()
}

fn case(suggested: &Suggestion<'_, Case>) -> pb::SuggestedCase {
    let case = suggested.of;
    pb::SuggestedCase {
        case_id: case.id.to_string(),
        reference: case.reference.clone(),
        procedure_title: case.procedure.title.clone(),
        reasons: codes(&suggested.reasons),
        people: Vec::new(),
    }
}

fn other(suggested: &Suggestion<'_, Concern>) -> pb::SuggestedConcern {
    let concern = suggested.of;
    let case_id = match &concern.outcome {
        Some(Outcome::InCase { case_id, .. }) => case_id.clone(),
        Some(Outcome::NoFurtherAction { .. }) | None => String::new(),
    };
    pb::SuggestedConcern {
        concern_id: concern.id.to_string(),
        about: concern.report.about.clone(),
        create_time: Some(timestamp(concern.recorded_at)),
        state: concern.state().to_owned(),
        case_id,
        reasons: codes(&suggested.reasons),
    }
}
