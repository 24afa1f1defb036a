//! Keeps a question: a new one, or one of the caller's own as it is now.

use chassis::{
    caller::Caller,
    clock::london,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::reporting::v1::{SaveQuestionRequest, SaveQuestionResponse};
use tonic::Request;

use super::{
    asked::{place, there_is},
    convert,
};
use crate::{
    App,
    ask::kept::{Every, MOST, NAME_MAX, Saved},
    store,
    table::Schools,
};

pub(super) async fn save_question(app: &App, request: Request<SaveQuestionRequest>) -> Result<SaveQuestionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let account = scope.account().ok_or_else(Error::denied)?;
    let (school, account) = (request.school_id.as_str(), account.as_str());
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    there_is(&tx, school).await?;
    let mut v = Violations::new();
    v.line("name", "what the question is called", &request.name, NAME_MAX);
    let every = Every::read(&request.every);
    v.check(every.is_some(), "every", "Select weekly, monthly or termly, or leave it out");
    v.finish()?;
    let every = every.unwrap_or_default();
    let wish = convert::ask::wish(request.question.clone())?;
    let schools = if school.is_empty() { Schools::All } else { Schools::One(school.to_owned()) };
    // What would not be answered today is not kept for another day.
    wish.questions(&schools, None, tx.now())?;
    let before = match request.question_id.as_str() {
        "" => None,
        id => Some(store::question::hold_own(&tx, school, account, id).await?),
    };
    if before.is_none() && store::question::count_own(&tx, school, account).await? >= MOST {
        let most = format!("you keep {MOST} questions here, and may keep no more: delete one that you no longer need");
        return Err(Error::wrong_state(most));
    }
    let due_at = match &before {
        // Who changes what is asked is told when they were to be told.
        Some(before) if before.every == every => before.due_at,
        _ => every.next(tx.now()),
    };
    let saved = Saved {
        id: before.as_ref().map_or_else(|| tx.ids().next(), |before| before.id.clone()),
        school_id: school.to_owned(),
        account_id: account.to_owned(),
        name: request.name.trim().to_owned(),
        wish,
        shared: request.shared,
        every,
        due_at,
        saved_at: tx.now(),
    };
    let body = match &before {
        None => store::question::insert(&tx, &saved).await?,
        Some(_) => store::question::update(&tx, &saved).await?,
    };
    let act = if before.is_none() { "question.saved" } else { "question.changed" };
    let act = Act::new(act, saved.id.as_str()).detail("shared", saved.shared).detail("every", every.name());
    tx.record(act.state("question", &body));
    let told = convert::ask::saved(&saved, account, london(tx.now()).date());
    let response = SaveQuestionResponse { question: Some(told) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
