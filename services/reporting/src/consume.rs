//! Hears events, each once: into the log, and into the figures that are answered.

use chassis::{
    db::Tx,
    error::Result,
    event::{Consumer, Envelope, Event},
};

use crate::store;

/// The name that what was heard is kept under.
pub(crate) const NAME: &str = "figures";

/// Whoever counts.
pub(crate) struct Figures;

#[tonic::async_trait]
impl Consumer for Figures {
    type Prepared = ();

    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, _: &Event) -> bool {
        // What counts for nothing today may be asked for tomorrow, of what was logged until then.
        true
    }

    async fn prepare(&self, _: &Envelope) -> Result<()> {
        Ok(())
    }

    async fn consume(&self, tx: &mut Tx, envelope: &Envelope, (): ()) -> Result<()> {
        store::log::hear(tx, envelope).await
    }
}
