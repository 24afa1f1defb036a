//! Changes who may see a case.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
    id::AccountId,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{SetCaseAccessRequest, SetCaseAccessResponse},
};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    work::{left_count, one_of, tell_left, who, words},
};
use crate::{
    App,
    case::access::{Level, Office, Verdict, Wanted},
    store,
};

/// Accounts one case can name, or keep out.
const MOST: usize = 50;

pub(super) async fn set_case_access(
    app: &App,
    request: Request<SetCaseAccessRequest>,
) -> Result<SetCaseAccessResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let wanted = wanted(&request)?;
    // Whoever took themselves out was told nothing, and is told it again.
    let about = |answer: &SetCaseAccessResponse| match &answer.access {
        Some(_) => About::Case(request.case_id.clone()),
        None => About::Permission,
    };
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut case = store::case::load(&tx, &request.case_id).await?;
    let by = who(&scope, tx.now());
    let named = case.access.members.iter().any(|id| id == by.account_id);
    // A deputy works cases; whom they are kept from is the lead's, the head's, or of those whom the case names. Only that
    // a case turned out to be about an adult waits for nobody.
    let turned_out = case.asks_subject() && wanted.subject.is_some();
    if !(case.adult() || named || turned_out || scope.has(Role::Dsl) || by.head) {
        return Err(Error::denied());
    }
    if request.etag != case.etag() {
        return Err(Error::changed());
    }
    // It was counted as a child's case until now.
    let left = left_count(&case, by.at);
    case.set_access(by, wanted)?;
    let body = store::case::update(&tx, &mut case).await?;
    store::access::keep(&tx, &case).await?;
    tx.record(
        Act::new("case.access_set", case.id.as_str())
            .detail("level", case.access.level.code())
            .state("case_file", &body),
    );
    store::desk_referral::follow(&mut tx, &case).await?;
    if case.adult() {
        tell_left(&mut tx, &case, left).await?;
    }
    let sees = store::access::verdict(&tx, &case) == Verdict::Yes;
    let response = SetCaseAccessResponse {
        access: sees.then(|| convert::access::access(&case)),
        etag: if sees { case.etag() } else { String::new() },
    };
    tx.answer_about(case.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}

fn wanted(request: &SetCaseAccessRequest) -> Result<Wanted> {
    let mut v = Violations::new();
    one_of(&mut v, "level", &request.level, &Level::ALL.map(|(code, _)| code));
    words(&mut v, "reason", "why it changes", &request.reason);
    v.check(!request.etag.is_empty(), "etag", "Send back the etag of the case as you read it");
    let subject = request.subject.as_ref().and_then(|subject| convert::access::subject(&mut v, "subject", subject));
    let office = Office::of(&request.routed_to);
    v.check(request.routed_to.is_empty() || office.is_some(), "routed_to", "Select one of: head, chair");
    for (field, ids) in [
        ("member_account_ids", &request.member_account_ids),
        ("conflicted_account_ids", &request.conflicted_account_ids),
    ] {
        let known = ids.iter().all(|id| id.parse::<AccountId>().is_ok());
        v.check(known && ids.len() <= MOST, field, format!("Select {MOST} accounts of the school at most"));
    }
    v.finish()?;
    Ok(Wanted {
        level: Level::of(&request.level).unwrap_or(Level::Hidden),
        reason: request.reason.trim().to_owned(),
        members: request.member_account_ids.clone(),
        conflicted: request.conflicted_account_ids.clone(),
        office: subject.as_ref().map(|about| about.office).or(office),
        another_person: subject.as_ref().is_some_and(|about| about.another_person),
        called: subject.as_ref().and_then(|about| about.called.clone()),
        subject: subject.map(|about| about.subject),
    })
}
