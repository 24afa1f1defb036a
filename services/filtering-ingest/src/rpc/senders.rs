//! The map of the rpcs about senders: one line per rpc, one file each.

mod authenticate_sender;
mod convert;
mod create_sender;
mod end_sender;
mod get_sender;
mod get_sender_delivery;
mod get_sender_ledger;
mod list_quarantine;
mod list_senders;
mod map_routing_key;
mod rotate_sender_secret;
mod schools;
mod secret;
mod update_sender;

use chassis::{
    caller::{Caller, Scope},
    db::Tx,
    error::{Error, Result},
    serve::answer,
};
use proto::filtering_ingest::v1::{senders_server::Senders, *};
use tonic::{Request, Response, Status};

use crate::{
    App,
    profile::own::{Named, Owner},
    sender::{Sender, SenderCounts},
    store,
};

/// The service as gRPC has it.
pub(crate) struct Service {
    pub(crate) app: App,
}

/// What a caller may reach of the senders or profiles of a school, or of the authority where none is named.
pub(super) fn place(caller: &Caller, school_id: &str) -> Result<Scope> {
    if school_id.is_empty() { caller.at_authority() } else { caller.at(school_id) }
}

/// The name in its document of a profile that its owner keeps.
pub(super) fn own_profile(school_id: &str, profile: &str) -> Result<String> {
    let owner = if school_id.is_empty() { Owner::Authority } else { Owner::School };
    let named = Named::read(profile).filter(|named| named.owner == owner && named.version.is_none());
    named.map(|named| named.key.to_owned()).ok_or_else(Error::missing)
}

/// A sender with what its lines are read by now: of one that carries a feed, whatever that was set to since.
async fn as_read(tx: &Tx, sender: Sender) -> Result<Sender> {
    let Some(place) = sender.single() else { return Ok(sender) };
    let profile = store::feed::load(tx, &place.feed_id).await?.profile;
    Ok(Sender { profile, ..sender })
}

/// What a sender was counted up to. The transaction goes on where it was.
async fn total(tx: &mut Tx, sender: &Sender) -> Result<SenderCounts> {
    let scope = tx.scope().clone();
    tx.enter(&scope.of_sender(sender.id.as_str())).await?;
    let total = store::sender::total(tx, sender.id.as_str()).await?;
    tx.enter(&scope).await?;
    Ok(total)
}

/// One rpc, answered by the function of its name in the file of its name.
macro_rules! rpcs {
    ($($name:ident: $request:ident => $response:ident),* $(,)?) => {
        #[tonic::async_trait]
        impl Senders for Service {
            $(async fn $name(&self, r: Request<$request>) -> Result<Response<$response>, Status> {
                answer(&self.app.store, r, |r| $name::$name(&self.app, r)).await
            })*
        }
    };
}

rpcs! {
    authenticate_sender: AuthenticateSenderRequest => AuthenticateSenderResponse,
    create_sender: CreateSenderRequest => CreateSenderResponse,
    end_sender: EndSenderRequest => EndSenderResponse,
    get_sender: GetSenderRequest => GetSenderResponse,
    get_sender_delivery: GetSenderDeliveryRequest => GetSenderDeliveryResponse,
    get_sender_ledger: GetSenderLedgerRequest => GetSenderLedgerResponse,
    list_quarantine: ListQuarantineRequest => ListQuarantineResponse,
    list_senders: ListSendersRequest => ListSendersResponse,
    map_routing_key: MapRoutingKeyRequest => MapRoutingKeyResponse,
    rotate_sender_secret: RotateSenderSecretRequest => RotateSenderSecretResponse,
    update_sender: UpdateSenderRequest => UpdateSenderResponse,
}
