//! Answers one alert with its evidence.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::filtering_ingest::v1::{GetAlertRequest, GetAlertResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_alert(app: &App, request: Request<GetAlertRequest>) -> Result<GetAlertResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let alert = store::alert::load(&tx, &request.alert_id).await?;
    tx.record(Act::new("alert.read", alert.id.as_str()));
    tx.commit().await?;
    Ok(GetAlertResponse { alert: Some(convert::alert(&alert)) })
}
