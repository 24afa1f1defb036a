//! Answers a saved question.

use chassis::{caller::Caller, clock::london, error::Result, history::Act};
use proto::reporting::v1::{GetQuestionRequest, GetQuestionResponse};
use tonic::Request;

use super::{asked::place, convert};
use crate::{App, store};

pub(super) async fn get_question(app: &App, request: Request<GetQuestionRequest>) -> Result<GetQuestionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let account = scope.account_text();
    let mut tx = app.store.begin(&scope).await?;
    let saved = store::question::find(&tx, &request.school_id, account, &request.question_id).await?;
    tx.record(Act::new("question.read", saved.id.as_str()));
    let today = london(tx.now()).date();
    tx.commit().await?;
    Ok(GetQuestionResponse { question: Some(convert::ask::saved(&saved, account, today)) })
}
