//! Opens a draft to comments until the end of a day.

use chassis::{caller::Caller, clock::london, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{OpenConsultationRequest, OpenConsultationResponse};
use tonic::Request;

use super::{convert::life_cycle, work};
use crate::App;

pub(super) async fn open_consultation(
    app: &App,
    request: Request<OpenConsultationRequest>,
) -> Result<OpenConsultationResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?;
    let until = life_cycle::consultation_until(&request, london(tx.now()).date())?;
    let instance = instance.open_consultation(until, tx.now())?;
    let act = Act::new("consultation.opened", instance.id.as_str()).detail("until", until.to_string());
    work::written(&mut tx, act, &instance).await?;
    let response = OpenConsultationResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
