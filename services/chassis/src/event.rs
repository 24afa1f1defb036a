//! How services tell each other what happened. Truth is the outbox of the service that acted and the inbox of the one
//! that heard; the bus between them is a doorbell that may be lost without losing anything.

pub mod inbox;
pub mod memory;
pub mod redis;
pub mod relay;

use std::sync::Arc;

pub use proto::event::v1::{Envelope, envelope::Event};

use crate::{db::Tx, error::Result, serve::Shutdown};

/// A listener to events. The chassis sees to it that each event has its effect once.
#[tonic::async_trait]
pub trait Consumer: Send + Sync + 'static {
    /// What is fetched from elsewhere before the transaction.
    type Prepared: Send;

    /// Its name within its service; it must not change, since what it has heard is kept under it.
    fn name(&self) -> &'static str;

    /// Whether it listens to such events.
    fn wants(&self, event: &Event) -> bool;

    /// The school in whose rows the effect is: the event's own, unless the consumer's are elsewhere too. Empty for the
    /// authority as a whole.
    fn school<'a>(&self, envelope: &'a Envelope) -> &'a str {
        &envelope.school_id
    }

    /// Fetches what the effect needs from elsewhere.
    async fn prepare(&self, envelope: &Envelope) -> Result<Self::Prepared>;

    /// The effect, in the transaction that also notes that the event was heard.
    async fn consume(&self, tx: &mut Tx, envelope: &Envelope, prepared: Self::Prepared) -> Result<()>;
}

/// Whoever takes events from the bus: an inbox.
#[tonic::async_trait]
pub trait Listener: Send + Sync {
    /// The name its place in the stream is kept under, `reporting.figures`.
    fn group(&self) -> String;

    /// Takes one event in. It answers only when the event needs no second delivery.
    async fn deliver(&self, envelope: Envelope);
}

/// An event that a bus carried: the place it was given there, and its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Its place in the stream.
    pub place: String,
    /// Its id.
    pub event_id: String,
}

/// Carries events between services.
#[tonic::async_trait]
pub trait Bus: Send + Sync {
    /// Carries one event and answers its place, empty where the bus keeps nothing. After this it need not be sent
    /// again, unless `lost` or `missing` says so.
    async fn publish(&self, envelope: &Envelope) -> Result<String>;

    /// Whether the bus forgot all it was given by this service, so that everything must be sent again.
    async fn lost(&self, service: &str) -> Result<bool>;

    /// For each of these, in their order, whether the bus lost it before everybody had heard it.
    async fn missing(&self, carried: &[Carried]) -> Result<Vec<bool>>;

    /// Lets go of what everybody has heard.
    async fn tidy(&self) -> Result<()>;

    /// Lets a listener hear everything from now on, until shutdown.
    async fn subscribe(&self, listener: Arc<dyn Listener>, shutdown: Shutdown);
}
