//! Records that somebody is away, and who stands in.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
    id::AccountId,
};
use proto::incident_cases::v1::{RecordAbsenceRequest, RecordAbsenceResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{App, cover::Absence, store};

pub(super) async fn record_absence(app: &App, request: Request<RecordAbsenceRequest>) -> Result<RecordAbsenceResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    v.check(request.account_id.parse::<AccountId>().is_ok(), "account_id", "Select who is away");
    let (who, fix) = (request.stand_in_account_id.as_str(), "Select a colleague who stands in, or nobody");
    v.check(who.is_empty() || who.parse::<AccountId>().is_ok(), "stand_in_account_id", fix);
    let from = v.at("start_time", request.start_time.as_ref());
    let to = v.at("end_time", request.end_time.as_ref());
    v.finish()?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut cover = store::cover::load(&tx).await?;
    let absence = Absence {
        id: tx.ids().next(),
        account_id: request.account_id.clone(),
        from: from.unwrap_or(tx.now()),
        to,
        stand_in: Some(request.stand_in_account_id.clone()).filter(|who| !who.is_empty()),
        only_head: request.only_head,
        only_chair: request.only_chair,
        by: scope.account_text().to_owned(),
        at: tx.now(),
    };
    cover.record_absence(absence.clone())?;
    let body = store::cover::save(&tx, &mut cover).await?;
    let act = Act::new("absence.recorded", request.school_id.as_str()).detail("absence", absence.id.as_str());
    tx.record(act.detail("account", absence.account_id.as_str()).state("cover", &body));
    let clocks = store::copy::clocks(&tx, &request.school_id).await?;
    let response = RecordAbsenceResponse {
        cover: Some(convert::cover::cover(&request.school_id, &cover, &clocks, tx.now())),
        absence: Some(convert::cover::absence(&absence)),
    };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
