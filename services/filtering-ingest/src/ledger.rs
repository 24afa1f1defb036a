//! How lines were accounted for: received = kept + folded + excepted + noise + rejected, always.

use serde::{Deserialize, Serialize};

/// One side of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Lines received.
    pub received: u64,
    /// Observations kept.
    pub kept: u64,
    /// Observations folded into an alert raised before.
    pub folded: u64,
    /// Observations an exception kept from alerting.
    pub excepted: u64,
    /// Observations of what machines do by themselves.
    pub noise: u64,
    /// Lines rejected.
    pub rejected: u64,
    /// Alerts raised, but for those about staff; they are among the kept.
    pub alerts: u64,
}

impl Counts {
    /// Whether every line is accounted for.
    pub fn balanced(&self) -> bool {
        self.received == self.kept + self.folded + self.excepted + self.noise + self.rejected
    }

    /// Adds another side.
    pub fn add(&mut self, other: Self) {
        self.received += other.received;
        self.kept += other.kept;
        self.folded += other.folded;
        self.excepted += other.excepted;
        self.noise += other.noise;
        self.rejected += other.rejected;
        self.alerts += other.alerts;
    }
}
