//! Changes what a sender is called, the schools it may speak for, how it proves itself over syslog, and by which profile its
//! lines are read.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::filtering_ingest::v1::{UpdateSenderRequest, UpdateSenderResponse};
use tonic::Request;

use super::{convert, place, schools};
use crate::{App, rpc::convert::profile::unknown, store};

pub(super) async fn update_sender(app: &App, request: Request<UpdateSenderRequest>) -> Result<UpdateSenderResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let mut v = Violations::new();
    v.line("name", "a name for the sender", &request.name, 100);
    let (certificate, peer) =
        convert::known_by(&mut v, &request.certificate_sha256, &request.tcp_address, request.tcp_port);
    v.check(!request.etag.is_empty(), "etag", "Send back the etag of the sender that was read");
    let single = !request.school_id.is_empty();
    let fix = "Leave it empty: this sender carries one feed of its school";
    v.check(!single || request.schools.is_empty(), "schools", fix);
    v.check(
        !single || request.profile.is_empty(),
        "profile",
        "Leave it empty: move the feed on that this sender carries",
    );
    if !single {
        schools::check(app, &caller, &mut v, &request.schools).await?;
    }
    v.finish()?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (mut sender, received) = store::sender::load(&tx, &request.school_id, &request.sender_id).await?;
    if sender.ended_at.is_some() {
        return Err(Error::wrong_state("the sender is ended: register another"));
    }
    if sender.etag() != request.etag {
        return Err(Error::changed());
    }
    let mut v = Violations::new();
    convert::vouched(&mut v, &caller, sender.peer, peer);
    v.finish()?;
    sender.name = request.name.trim().to_owned();
    (sender.certificate, sender.peer) = (certificate, peer);
    let moves = match request.profile.as_str() {
        "" => None,
        profile => Some(store::profile::settled(&tx, "", profile).await?.ok_or_else(unknown)?),
    };
    if !single {
        let places = schools::places(&mut tx, &caller, &sender, &request.schools).await?;
        sender.speak_for(places, tx.now());
    }
    if let Some(profile) = moves {
        sender.profile = profile;
        schools::move_on(&mut tx, &caller, &sender).await?;
    }
    let body = store::sender::update(&tx, &sender).await?;
    let act = Act::new("sender.updated", sender.id.as_str()).detail("schools", sender.schools.len());
    tx.record(act.state("sender", &body));
    tx.enter(&scope.of_sender(sender.id.as_str())).await?;
    // What waits for a school that left is refused.
    store::quarantine::look_again(&tx, sender.id.as_str()).await?;
    tx.enter(&scope).await?;
    let total = super::total(&mut tx, &sender).await?;
    let response = UpdateSenderResponse { sender: Some(convert::sender(&sender, received, total)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    app.bell.ring();
    Ok(response)
}
