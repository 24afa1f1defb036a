//! Says which user names at the filter are the own ones of somebody whom alerts about staff go to.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    event::Event,
    history::Act,
    id::AccountId,
};
use proto::{
    access::v1::Role,
    event::v1::RecipientChangeWaits,
    filtering_ingest::v1::{SetRecipientRequest, SetRecipientResponse},
};
use tonic::Request;

use super::convert;
use crate::{
    App,
    recipient::{self, OFFICES, Recipient, USERS_MOST},
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
    // The chair says it of the head alone: what the head says of themselves is theirs to confirm.
    let of_head = offices_head(&request.offices) || before.as_ref().is_some_and(Recipient::of_head);
    if !scope.has(Role::Head) && !of_head {
        return Err(Error::denied());
    }
    if recipient::taken(&store::recipient::all(&tx).await?, &request.account_id, &request.users) {
        let fix = "Enter names that are theirs alone: one is said to be somebody else's. Where it is not, take it from them first";
        return Err(Error::invalid("users", fix));
    }
    let new = before.is_none();
    let mut offices = request.offices.clone();
    offices.sort();
    offices.dedup();
    let said = Recipient {
        id: before.as_ref().map_or_else(|| tx.ids().next(), |before| before.id.clone()),
        school_id: request.school_id.clone(),
        account_id: request.account_id.clone(),
        offices,
        users: request.users.iter().map(|user| user.trim().to_owned()).collect(),
        by: scope.account_text().to_owned(),
        at: tx.now(),
        waiting: None,
    };
    let recipient = Recipient::said(before, said);
    if recipient.users.len() > USERS_MOST * 2 {
        return Err(Error::wrong_state("the chair of governors has to confirm what waits first"));
    }
    let body = match new {
        true => store::recipient::insert(&tx, &recipient).await?,
        false => store::recipient::update(&tx, &recipient).await?,
    };
    tx.record(
        Act::new("recipient.set", recipient.id.as_str())
            .detail("account_id", recipient.account_id.as_str())
            .detail("offices", recipient.offices.clone())
            .detail("waits", recipient.waiting.is_some())
            .state("recipient", &body),
    );
    if recipient.waiting.is_some() {
        tx.announce(recipient.id.as_str(), Event::RecipientChangeWaits(RecipientChangeWaits {})).await?;
    }
    let response = SetRecipientResponse { recipient: Some(convert::recipient(&recipient)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}

fn offices_head(offices: &[String]) -> bool {
    offices.iter().any(|office| office == "head")
}
