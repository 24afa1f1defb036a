//! Registers a sender: of one feed of a school's own, or of a closed list of schools and a routing key.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::filtering_ingest::v1::{CreateSenderRequest, CreateSenderResponse};
use tonic::Request;

use super::{convert, place, schools, secret};
use crate::{
    App,
    profile::{
        PROFILES, ZONES,
        own::{Named, Owner},
    },
    rpc::convert::profile::unknown,
    sender::{Place, ROUTING_KEYS, Sender, SenderCounts},
    store,
};

pub(super) async fn create_sender(app: &App, request: Request<CreateSenderRequest>) -> Result<CreateSenderResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let single = !request.school_id.is_empty();
    let time_zone = if request.time_zone.is_empty() { ZONES[0] } else { request.time_zone.as_str() };
    let mut v = Violations::new();
    v.line("name", "a name for the sender", &request.name, 100);
    let (certificate, peer) =
        convert::known_by(&mut v, &request.certificate_sha256, &request.tcp_address, request.tcp_port);
    convert::vouched(&mut v, &caller, None, peer);
    if single {
        v.check(!request.feed_id.is_empty(), "feed_id", "Enter the feed of the school that the sender carries");
        let routed = !request.routing_key.is_empty() || !request.schools.is_empty();
        v.check(!routed, "routing_key", "Leave it empty: the authority registers senders of several schools");
    } else {
        v.check(request.feed_id.is_empty(), "feed_id", "Leave it empty, or name the school whose feed it is");
        let known = ROUTING_KEYS.contains(&request.routing_key.as_str());
        v.check(known, "routing_key", format!("Select one of: {}", ROUTING_KEYS.join(", ")));
        // One that the authority shares is looked for below.
        let shared = Named::read(&request.profile).is_some_and(|named| named.owner == Owner::Authority);
        if !shared && !PROFILES.contains(&request.profile.as_str()) {
            for unknown in unknown().violations() {
                v.add(unknown.field.clone(), unknown.message.clone());
            }
        }
        v.check(ZONES.contains(&time_zone), "time_zone", format!("Select one of: {}", ZONES.join(", ")));
        schools::check(app, &caller, &mut v, &request.schools).await?;
    }
    v.finish()?;
    // The kept answer holds no secret; a repeated request is told the same one.
    let secret = secret::made(app.store.ring(), &scope, &request.school_id, &request.request_id);
    let told = |answer: CreateSenderResponse| CreateSenderResponse { secret: secret.clone(), ..answer };
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(told(answer)),
    };
    let mut sender = Sender {
        id: tx.ids().next(),
        school_id: request.school_id.clone(),
        name: request.name.trim().to_owned(),
        profile: request.profile.clone(),
        time_zone: time_zone.to_owned(),
        routing_key: request.routing_key.clone(),
        schools: Vec::new(),
        left: Vec::new(),
        routes: Vec::new(),
        certificate,
        peer,
        created_at: tx.now(),
        secret_at: tx.now(),
        old_secret_until: None,
        ended_at: None,
    };
    if single {
        let feed = store::feed::load(&tx, &request.feed_id).await?;
        (sender.profile, sender.time_zone) = (feed.profile, feed.time_zone);
        sender.schools = vec![Place { school_id: feed.school_id, feed_id: feed.id.to_string() }];
    } else {
        let settled = store::profile::settled(&tx, "", &request.profile).await?;
        sender.profile = settled.ok_or_else(unknown)?;
        sender.schools = schools::places(&mut tx, &caller, &sender, &request.schools).await?;
    }
    let digest = secret::digest(&secret).unwrap_or_default();
    let body = store::sender::insert(&tx, &sender, &digest).await?;
    tx.record(
        Act::new("sender.created", sender.id.as_str())
            .detail("schools", sender.schools.len())
            .detail("routing_key", sender.routing_key.clone())
            .state("sender", &body),
    );
    let sender = convert::sender(&sender, None, SenderCounts::default());
    let response = CreateSenderResponse { sender: Some(sender), secret: String::new() };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(told(response))
}
