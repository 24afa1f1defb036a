//! Records what became of a comment.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{AnswerCommentRequest, AnswerCommentResponse};
use tonic::Request;

use super::{convert::life_cycle, work};
use crate::{
    App,
    comment::{Answer, OUTCOMES},
    store,
};

pub(super) async fn answer_comment(app: &App, request: Request<AnswerCommentRequest>) -> Result<AnswerCommentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let account = scope.account().ok_or_else(Error::denied)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = request.instance_id.parse().map_err(|_| Error::missing())?;
    let id = request.comment_id.parse().map_err(|_| Error::missing())?;
    store::instance::load(&tx, &instance).await?;
    let comment = store::comment::hold(&tx, &instance, &id).await?;
    life_cycle::check_answer(&request.outcome, &request.answer, &OUTCOMES)?;
    let (outcome, text) = (request.outcome.clone(), request.answer.trim().to_owned());
    let answered = comment.answered(Answer { outcome, text, account, answered_at: tx.now() });
    let comment = answered.ok_or_else(|| Error::wrong_state("the comment was answered already: its answer stands"))?;
    let body = store::comment::update(&tx, &comment).await?;
    let act = Act::new("comment.answered", comment.id.as_str()).detail("outcome", request.outcome.as_str());
    tx.record(act.state("comment", &body));
    let response = AnswerCommentResponse { comment: Some(life_cycle::comment(&comment)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
