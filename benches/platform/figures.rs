//! Samples and how they are printed.

use std::time::Duration;

/// What was measured, one by one.
#[derive(Default)]
pub struct Samples(Vec<Duration>);

impl Samples {
    /// Adds one.
    pub fn push(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// All of both.
    pub fn extend(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The smallest value that `percent` of them do not exceed.
    pub fn at(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().unwrap_or_default()
    }

    /// `n = 300, p50 1.20 ms, p95 2.00 ms, p99 2.40 ms`.
    pub fn line(&self) -> String {
        let at = |percent| ms(self.at(percent));
        format!("n = {}, p50 {}, p95 {}, p99 {}", self.0.len(), at(50), at(95), at(99))
    }
}

/// A duration in milliseconds.
pub fn ms(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1_000.0)
}
