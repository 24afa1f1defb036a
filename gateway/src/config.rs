//! What the gateway is told at its start.

use serde::{Deserialize, Serialize};

/// The gateway's own settings; keys, databases and the other services' addresses come with the `Setup`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GatewayConfig {
    /// The address it listens on.
    pub listen: String,
    /// Whether browsers reach it over HTTPS, be it here or at a proxy before it.
    pub https: bool,
    /// The authority's name, as pages show it.
    pub authority_name: String,
    /// How many proxies of ours stand before it: so many of the last addresses in `X-Forwarded-For` are believed.
    pub proxies: usize,
    /// The Redis that keeps sessions; none keeps them in the gateway's own database.
    pub sessions_redis: Option<String>,
    /// Whether it tells programs what the contract is (gRPC reflection).
    pub reflection: bool,
    /// Requests a second that one address may send on average.
    pub rate: f64,
    /// Requests that one address may send at once.
    pub burst: f64,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            https: false,
            authority_name: "Your authority".to_owned(),
            proxies: 0,
            sessions_redis: None,
            reflection: true,
            // A whole school shares one address: this stops floods, not a busy morning.
            rate: 200.0,
            burst: 1000.0,
        }
    }
}
