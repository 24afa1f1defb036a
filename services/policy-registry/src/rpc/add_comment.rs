//! Records what somebody says of a version in consultation.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{AddCommentRequest, AddCommentResponse};
use tonic::Request;

use super::convert::life_cycle;
use crate::{App, comment::Comment, store};

pub(super) async fn add_comment(app: &App, request: Request<AddCommentRequest>) -> Result<AddCommentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let account = scope.account().ok_or_else(Error::denied)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let id = request.instance_id.parse().map_err(|_| Error::missing())?;
    let instance = store::instance::load(&tx, &id).await?;
    life_cycle::check_comment(&request, &instance)?;
    instance.takes_comments(tx.now())?;
    let comment = Comment {
        id: tx.ids().next(),
        school: instance.school,
        instance: instance.id,
        audience: request.audience.clone(),
        clause: request.clause_key.clone(),
        text: request.text.trim().to_owned(),
        account,
        created_at: tx.now(),
        answer: None,
    };
    let body = store::comment::insert(&tx, &comment).await?;
    let act = Act::new("comment.added", comment.id.as_str()).detail("instance", comment.instance.as_str());
    tx.record(act.detail("audience", comment.audience.as_str()).state("comment", &body));
    let response = AddCommentResponse { comment: Some(life_cycle::comment(&comment)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
