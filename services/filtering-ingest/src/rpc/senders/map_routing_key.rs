//! Says which school a routing key stands for. What waited for it goes there.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::filtering_ingest::v1::{MapRoutingKeyRequest, MapRoutingKeyResponse};
use tonic::Request;

use super::{convert, place};
use crate::{
    App,
    door::moved,
    sender::{ROUTES_MAX, normal},
    store,
};

pub(super) async fn map_routing_key(
    app: &App,
    request: Request<MapRoutingKeyRequest>,
) -> Result<MapRoutingKeyResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let mut v = Violations::new();
    v.line("routing_key", "the routing key", &request.routing_key, 100);
    let from = v.at("start_time", request.start_time.as_ref());
    let until = v.at("end_time", request.end_time.as_ref());
    v.check(
        from.zip(until).is_none_or(|(from, until)| from < until),
        "end_time",
        "Enter an end that is after the start",
    );
    let undated = request.start_time.is_none() && request.end_time.is_none();
    v.check(
        !request.correct || (undated && !request.to_school_id.is_empty()),
        "correct",
        "Name the school, and no days: what was wrong is put right from the day on which it began",
    );
    v.finish()?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (mut sender, received) = store::sender::load(&tx, &request.school_id, &request.sender_id).await?;
    if sender.routing_key.is_empty() {
        return Err(Error::wrong_state("the sender carries one feed: no key tells its school"));
    }
    let shape = match sender.routing_key.as_str() {
        "dfe_number" => "Enter a DfE number, such as 123/4567",
        _ => "Enter the key as the lines name it",
    };
    let key = normal(&sender.routing_key, &request.routing_key).ok_or_else(|| Error::invalid("routing_key", shape))?;
    let (now, mut moved_alerts) = (tx.now(), 0);
    if request.to_school_id.is_empty() {
        sender.end(&key, until.unwrap_or(now));
    } else {
        let Some(to) = sender.place(&request.to_school_id).cloned() else {
            let fix = "Enter one of the sender's schools, or let the sender speak for this school first";
            return Err(Error::invalid("to_school_id", fix));
        };
        if request.correct {
            if sender.wrong(&key, &to.school_id, now).is_empty() {
                return Err(Error::invalid("correct", "Leave it out: the key stands for no other school now"));
            }
            moved_alerts = moved::settle(&mut tx, &caller, &sender, &key, &to).await?;
            sender.correct(&key, &to.school_id, now);
        } else {
            if sender.routes.len() >= ROUTES_MAX {
                return Err(Error::wrong_state("the sender has 10,000 routes: end it and register another"));
            }
            sender.map(&key, &to.school_id, (from, until), now);
        }
    }
    let body = store::sender::update(&tx, &sender).await?;
    let act = Act::new("sender.mapped", sender.id.as_str())
        .detail("to_school", request.to_school_id.clone())
        .detail("corrects", request.correct)
        .detail("moved_alerts", moved_alerts);
    tx.record(act.state("sender", &body));
    tx.enter(&scope.of_sender(sender.id.as_str())).await?;
    let waits = store::quarantine::under(&tx, sender.id.as_str(), &key).await?;
    // A line may hold several keys: all that waits is looked at anew.
    store::quarantine::look_again(&tx, sender.id.as_str()).await?;
    let total = store::sender::total(&tx, sender.id.as_str()).await?;
    tx.enter(&scope).await?;
    let replayed_lines = if request.to_school_id.is_empty() { 0 } else { waits };
    let sender = Some(convert::sender(&sender, received, total));
    let response = MapRoutingKeyResponse { sender, replayed_lines, moved_alerts };
    tx.answer(&response).await?;
    tx.commit().await?;
    app.bell.ring();
    Ok(response)
}
