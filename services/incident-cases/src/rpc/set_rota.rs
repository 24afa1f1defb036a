//! Says who is there for concerns on one or more weekdays.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{SetRotaRequest, SetRotaResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{App, store};

pub(super) async fn set_rota(app: &App, request: Request<SetRotaRequest>) -> Result<SetRotaResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let (weekdays, shifts) = convert::cover::days(&request)?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut cover = store::cover::load(&tx).await?;
    if request.etag != cover.etag() {
        return Err(Error::changed());
    }
    for weekday in weekdays {
        cover.set_day(weekday, shifts.clone())?;
    }
    let body = store::cover::save(&tx, &mut cover).await?;
    let act = Act::new("rota.set", request.school_id.as_str()).detail("weekdays", request.weekdays.clone());
    tx.record(act.state("cover", &body));
    let clocks = store::copy::clocks(&tx, &request.school_id).await?;
    let cover = convert::cover::cover(&request.school_id, &cover, &clocks, tx.now());
    let response = SetRotaResponse { cover: Some(cover) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
