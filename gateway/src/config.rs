//! What the gateway is told at its start.

use chassis::{
    config::Database,
    error::{Result, Violations},
};
use serde::{Deserialize, Serialize};

/// The gateway's own settings; keys come from elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Console {
    /// The address it listens on.
    pub listen: String,
    /// Where its accounts and sessions are.
    pub database: Database,
    /// The authority's name, as pages show it.
    pub authority_name: String,
    /// Whether browsers reach it over HTTPS, be it here or at a proxy before it.
    pub https: bool,
    /// How many proxies of ours stand before it: so many of the last addresses in `X-Forwarded-For` are believed.
    pub proxies: usize,
    /// Where sessions are kept.
    pub sessions: Place,
    /// Whether it tells programs what the contract is (gRPC reflection).
    pub reflection: bool,
    /// Requests a second that one address may send on average.
    pub rate: f64,
    /// Requests that one address may send at once.
    pub burst: f64,
}

/// Where sessions are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the gateway's own database: nobody is signed out where Redis stops.
    Database,
    /// In Redis, whose address must then be set.
    Redis,
}

impl Default for Console {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            database: Database::default(),
            authority_name: "Your authority".to_owned(),
            https: false,
            proxies: 0,
            sessions: Place::Database,
            reflection: true,
            // A whole school shares one address: this stops floods, not a busy morning.
            rate: 200.0,
            burst: 1000.0,
        }
    }
}

impl Console {
    /// Checks every setting.
    ///
    /// # Errors
    /// `Invalid`, naming the keys.
    pub fn check(&self) -> Result<()> {
        let mut v = Violations::new();
        v.text("gateway.authority_name", "the authority's name", &self.authority_name, 100);
        v.check(self.rate.is_finite() && self.rate > 0.0, "gateway.rate", "Enter a number greater than 0");
        v.check(self.burst.is_finite() && self.burst >= 1.0, "gateway.burst", "Enter a number of 1 or more");
        v.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_that_would_answer_nobody_does_not_start() {
        assert!(Console::default().check().is_ok());
        let shut = Console { rate: 0.0, burst: f64::NAN, authority_name: " ".into(), ..Console::default() };
        let fields = shut.check().map_err(|e| e.violations().iter().map(|v| v.field.clone()).collect::<Vec<_>>());
        assert_eq!(fields.err().unwrap_or_default(), ["gateway.authority_name", "gateway.rate", "gateway.burst"]);
    }
}
