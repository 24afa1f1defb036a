//! Says which user names at the filter are the own ones of somebody whom alerts about staff go to.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
    id::AccountId,
};
use proto::filtering_ingest::v1::{SetRecipientRequest, SetRecipientResponse};
use tonic::Request;

use super::convert;
use crate::{
    App,
    recipient::{OFFICES, Recipient, USERS_MOST},
    store,
};

/// Characters a user name may have.
const NAME_MAX: usize = 200;

pub(super) async fn set_recipient(app: &App, request: Request<SetRecipientRequest>) -> Result<SetRecipientResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.check(request.account_id.parse::<AccountId>().is_ok(), "account_id", "Select who it is");
    let known = request.offices.iter().all(|office| OFFICES.contains(&office.as_str()));
    violations.check(known, "offices", format!("Select any of: {}", OFFICES.join(", ")));
    violations.check(request.users.len() <= USERS_MOST, "users", "Enter 20 user names or fewer");
    for user in &request.users {
        violations.line("users", "a user name in each place", user, NAME_MAX);
    }
    violations.finish()?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let before = store::recipient::of(&tx, &request.account_id).await?;
    let new = before.is_none();
    let mut offices = request.offices.clone();
    offices.sort();
    offices.dedup();
    let recipient = Recipient {
        id: before.map_or_else(|| tx.ids().next(), |before| before.id),
        school_id: request.school_id.clone(),
        account_id: request.account_id.clone(),
        offices,
        users: request.users.iter().map(|user| user.trim().to_owned()).collect(),
        by: scope.account_text().to_owned(),
        at: tx.now(),
    };
    let body = match new {
        true => store::recipient::insert(&tx, &recipient).await?,
        false => store::recipient::update(&tx, &recipient).await?,
    };
    tx.record(
        Act::new("recipient.set", recipient.id.as_str())
            .detail("account_id", recipient.account_id.as_str())
            .detail("offices", recipient.offices.clone())
            .state("recipient", &body),
    );
    let response = SetRecipientResponse { recipient: Some(convert::recipient(&recipient)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
