//! The bus of the embedded default: listeners in the same process, each told in turn.

use std::sync::Arc;

use tokio::sync::RwLock;

use super::{Bus, Envelope, Listener};
use crate::{error::Result, serve::Shutdown};

/// A bus within one process. An event counts as carried once every listener's effect is committed.
#[derive(Default)]
pub struct MemoryBus(RwLock<Vec<Arc<dyn Listener>>>);

#[tonic::async_trait]
impl Bus for MemoryBus {
    async fn publish(&self, envelope: &Envelope) -> Result<()> {
        let listeners = self.0.read().await.clone();
        for listener in listeners {
            listener.deliver(envelope.clone()).await;
        }
        Ok(())
    }

    async fn lost(&self, _service: &str) -> Result<bool> {
        Ok(false)
    }

    async fn subscribe(&self, listener: Arc<dyn Listener>, _shutdown: Shutdown) {
        self.0.write().await.push(listener);
    }
}
