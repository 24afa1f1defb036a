//! Adopts, adapts or defers one proposal; signatures fall away.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{AnswerProposalRequest, AnswerProposalResponse};
use tonic::Request;

use super::{convert::rollout as convert, work};
use crate::{App, instance::proposal::Reply, store};

pub(super) async fn answer_proposal(
    app: &App,
    request: Request<AnswerProposalRequest>,
) -> Result<AnswerProposalResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let account = scope.account().ok_or_else(Error::denied)?;
    let (answer, until) = convert::answer(&request)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?;
    let template = store::template::version(&tx, instance.template_version).await?.template;
    let reply = Reply {
        answer,
        text: request.text.replace("\r\n", "\n"),
        reason: request.reason.trim().to_owned(),
        until,
        account,
        at: tx.now(),
    };
    let instance = instance.answer_proposal(&template, &request.proposal_id, reply)?;
    let act = Act::new("proposal.answered", instance.id.as_str());
    let act = act.detail("proposal", request.proposal_id.as_str()).detail("answer", answer.name());
    work::written(&mut tx, act, &instance).await?;
    let response = AnswerProposalResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
