//! Records that somebody is back, or that they will not be away after all.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{EndAbsenceRequest, EndAbsenceResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{App, store};

pub(super) async fn end_absence(app: &App, request: Request<EndAbsenceRequest>) -> Result<EndAbsenceResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let id = request.absence_id.parse().map_err(|_| Error::missing())?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut cover = store::cover::load(&tx).await?;
    cover.end_absence(&id, tx.now())?;
    let body = store::cover::save(&tx, &mut cover).await?;
    let act = Act::new("absence.ended", request.school_id.as_str()).detail("absence", id.as_str());
    tx.record(act.state("cover", &body));
    let clocks = store::copy::clocks(&tx, &request.school_id).await?;
    let cover = convert::cover::cover(&request.school_id, &cover, &clocks, tx.now());
    let response = EndAbsenceResponse { cover: Some(cover) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
