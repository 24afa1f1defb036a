//! The bus of the embedded default: listeners in the same process, each told in turn.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::RwLock;

use super::{Bus, Carried, Envelope, Listener};
use crate::{
    error::{Error, Result},
    serve::Shutdown,
};

/// A bus within one process. An event counts as carried once every listener's effect is committed.
#[derive(Default)]
pub struct MemoryBus {
    listeners: RwLock<Vec<Arc<dyn Listener>>>,
    held: AtomicBool,
}

impl MemoryBus {
    /// A bus that carries nothing until it is released: what a crash left in an outbox waits until everybody listens.
    pub fn held() -> Self {
        Self { held: AtomicBool::new(true), ..Self::default() }
    }

    /// Everybody listens.
    pub fn release(&self) {
        self.held.store(false, Ordering::Release);
    }
}

#[tonic::async_trait]
impl Bus for MemoryBus {
    async fn publish(&self, envelope: &Envelope) -> Result<String> {
        if self.held.load(Ordering::Acquire) {
            return Err(Error::unavailable("not everybody listens yet"));
        }
        let listeners = self.listeners.read().await.clone();
        for listener in listeners {
            listener.deliver(envelope.clone()).await;
        }
        Ok(String::new())
    }

    async fn lost(&self, _service: &str) -> Result<bool> {
        Ok(false)
    }

    async fn missing(&self, carried: &[Carried]) -> Result<Vec<bool>> {
        Ok(vec![false; carried.len()])
    }

    async fn tidy(&self) -> Result<()> {
        Ok(())
    }

    async fn subscribe(&self, listener: Arc<dyn Listener>, _shutdown: Shutdown) {
        self.listeners.write().await.push(listener);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_carried_before_everybody_listens() {
        let bus = MemoryBus::held();
        assert!(bus.publish(&Envelope::default()).await.is_err(), "the event stays in its outbox");
        bus.release();
        assert!(bus.publish(&Envelope::default()).await.is_ok());
    }
}
