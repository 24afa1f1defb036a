//! Says which officers of the desk are kept out of an allegation.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
    id::AccountId,
};
use proto::incident_cases::v1::{SetAllegationConflictRequest, SetAllegationConflictResponse};
use tonic::Request;

use super::{
    allegation::stamp,
    convert,
    once::{About, once},
    work::words,
};
use crate::{App, store};

pub(super) async fn set_allegation_conflict(
    app: &App,
    request: Request<SetAllegationConflictRequest>,
) -> Result<SetAllegationConflictResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    // Whoever kept themselves out was answered nothing, and is answered that again.
    let about = |answer: &SetAllegationConflictResponse| match &answer.allegation {
        Some(one) => About::Allegation(one.allegation_id.clone()),
        None => About::Permission,
    };
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut one = store::allegation::load(&tx, &request.allegation_id).await?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why they are kept out", &request.reason);
    let ids = request.conflicted_account_ids.iter();
    let accounts = ids.clone().all(|id| id.parse::<AccountId>().is_ok());
    v.check(accounts, "conflicted_account_ids", "Enter ids of accounts, acc_…");
    v.finish()?;
    one.conflicted = ids.cloned().collect();
    one.conflicted.sort_unstable();
    one.conflicted.dedup();
    one.note(request.reason.trim().to_owned(), stamp(&scope, &tx));
    let body = store::allegation::update(&tx, &mut one).await?;
    store::allegation::keep_out(&tx, &one).await?;
    tx.record(Act::new("allegation.kept_out", one.id.as_str()).state("allegation", &body));
    let theirs = one.conflicted.iter().any(|id| id == scope.account_text());
    let allegation = (!theirs).then(|| convert::desk::allegation(&one, tx.now()));
    let response = SetAllegationConflictResponse { allegation };
    tx.answer_about(one.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
