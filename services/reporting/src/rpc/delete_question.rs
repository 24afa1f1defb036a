//! Lets go of a question of the caller's own.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::reporting::v1::{DeleteQuestionRequest, DeleteQuestionResponse};
use tonic::Request;

use super::asked::place;
use crate::{App, store};

pub(super) async fn delete_question(
    app: &App,
    request: Request<DeleteQuestionRequest>,
) -> Result<DeleteQuestionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let account = scope.account().ok_or_else(Error::denied)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let own = store::question::hold_own(&tx, &request.school_id, account.as_str(), &request.question_id).await?;
    store::question::delete(&tx, &own.id).await?;
    tx.record(Act::new("question.deleted", own.id.as_str()).gone("question", &[own.id.to_string()]));
    let response = DeleteQuestionResponse {};
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
