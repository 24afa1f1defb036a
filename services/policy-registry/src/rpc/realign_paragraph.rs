//! Puts one paragraph of the document elsewhere.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{RealignParagraphRequest, RealignParagraphResponse};
use tonic::Request;

use super::work;
use crate::{App, instance::tailoring::paragraph::Place, store};

pub(super) async fn realign_paragraph(
    app: &App,
    request: Request<RealignParagraphRequest>,
) -> Result<RealignParagraphResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let place = Place::asked(&request)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?;
    let template = store::template::version(&tx, instance.template_version).await?.template;
    let register = store::register::at(&tx, tx.now()).await?.map(|published| published.register);
    let instance = instance.realign(&template, register.as_ref(), request.line, place, tx.now())?;
    let act = Act::new("paragraph.realigned", instance.id.as_str())
        .detail("line", request.line)
        .detail("fate", request.fate.as_str());
    work::written(&mut tx, act, &instance).await?;
    let response = RealignParagraphResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
