//! Answers the same person's own browsing an hour before an alert and an hour after it. Each reading is in the history.

use chassis::{caller::Caller, clock::timestamp, error::Result, history::Act};
use proto::filtering_ingest::v1::{GetAlertContextRequest, GetAlertContextResponse};
use tonic::Request;

use super::{convert, reader::reader};
use crate::{App, context, rules::CONTEXT, store};

/// Beside what an alert is about it is said that somebody looked for help.
const KINDLY: &str = "self_harm_suicide";

pub(super) async fn get_alert_context(
    app: &App,
    request: Request<GetAlertContextRequest>,
) -> Result<GetAlertContextResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let reader = reader(&tx).await?;
    let alert = store::alert::load_for(&tx, &request.alert_id, reader).await?;
    let (from, to) = alert.beside(CONTEXT);
    // An alert from before there was a name to find it by stands alone.
    let mut events = match alert.actor.as_str() {
        "" => Vec::new(),
        actor => store::context::of(&tx, actor, alert.event_at, (from, to)).await?,
    };
    if alert.is_of_network(reader) {
        context::of_network(&mut events);
    }
    let context = context::gather(events);
    tx.record(Act::new("alert.context_read", alert.id.as_str()).detail("count", context.beside.len()));
    tx.commit().await?;
    let known_by = match (alert.user.is_empty(), alert.device.is_empty()) {
        (false, _) => "user",
        (true, false) => "device",
        (true, true) => "address",
    };
    Ok(GetAlertContextResponse {
        lines: context.beside.into_iter().map(convert::browsing).collect(),
        start_time: Some(timestamp(from)),
        end_time: Some(timestamp(to)),
        sought_help: context.sought_help && alert.theme == KINDLY,
        known_by: known_by.to_owned(),
    })
}
