//! What one client may send: who a client is, how often it may ask, how much a body may hold.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use chassis::error::Error;
use http::{Extensions, HeaderMap, request::Parts};
use time::OffsetDateTime;

use crate::{app::App, arrival::RequestId, refusal, tries::network, visitor};

/// The largest body, in bytes: as large as the largest message of the contract.
pub const MAX_BODY: usize = chassis::serve::MAX_MESSAGE;
/// What is said of a larger one, at every door.
pub const TOO_LARGE: &str = "send 16 MiB at most";
const _: () = assert!(MAX_BODY == 16 << 20, "what is said is what holds");
/// How many clients are remembered before the ones that may send all they like are forgotten.
const REMEMBERED: usize = 10_000;

/// Who asks, as far as that is known before sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The address it asks from; unspecified for a caller within this process.
    pub address: IpAddr,
    /// What its browser kept from an earlier sign-in.
    pub(crate) browser_mark: Option<String>,
}

impl Client {
    fn of(headers: &HeaderMap, extensions: &Extensions, app: &App) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        Self {
            address: address(headers, peer, app.config().proxies),
            browser_mark: visitor::browser_mark(headers, app.config().https),
        }
    }
}

impl FromRequestParts<App> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers, &parts.extensions, app))
    }
}

/// The address behind so many proxies of ours: what the outermost of them wrote, since anybody can write before it.
fn address(headers: &HeaderMap, peer: Option<IpAddr>, proxies: usize) -> IpAddr {
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let forwarded: Vec<&str> = forwarded.flat_map(|line| line.split(',')).map(str::trim).collect();
    let believed = match proxies {
        0 => None,
        n => forwarded.len().checked_sub(n).and_then(|place| forwarded.get(place)?.parse().ok()),
    };
    believed.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// A bucket of requests per client, filled steadily: `burst` at once, `rate` a second on average.
#[derive(Debug)]
pub struct Limits {
    rate: f64,
    burst: f64,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: OffsetDateTime,
}

impl Limits {
    /// Limits of so many requests a second, and at once.
    pub fn new(rate: f64, burst: f64) -> Self {
        Self { rate: rate.max(0.001), burst: burst.max(1.0), buckets: Mutex::default() }
    }

    /// Takes one request out of a client's bucket.
    ///
    /// # Errors
    /// `Exhausted` where it is empty.
    pub fn take(&self, address: IpAddr, now: OffsetDateTime) -> Result<(), Error> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let address = network(address);
        if buckets.len() >= REMEMBERED && !buckets.contains_key(&address) {
            buckets.retain(|_, bucket| self.filled(bucket, now) < self.burst);
        }
        let bucket = buckets.entry(address).or_insert(Bucket { left: self.burst, at: now });
        let left = self.filled(bucket, now);
        *bucket = Bucket { left: if left < 1.0 { left } else { left - 1.0 }, at: now };
        if left < 1.0 {
            // Whole seconds until one request is in the bucket again.
            let wait = time::Duration::seconds_f64(((1.0 - left) / self.rate).ceil());
            return Err(Error::too_many(crate::tries::seconds(wait)));
        }
        Ok(())
    }

    fn filled(&self, bucket: &Bucket, now: OffsetDateTime) -> f64 {
        let passed = (now - bucket.at).as_seconds_f64().max(0.0);
        (bucket.left + passed * self.rate).min(self.burst)
    }
}

/// Refuses a client that asks too often.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let client = Client::of(request.headers(), request.extensions(), &app);
    if client.address.is_unspecified() {
        // A caller within this process, which no listener let in.
        return next.run(request).await;
    }
    match app.limits().take(client.address, app.now()) {
        Ok(()) => next.run(request).await,
        Err(error) => {
            let form = refusal::Form::of(request.method(), request.uri().path(), request.headers());
            form.answer(&error, &RequestId::in_extensions(request.extensions()))
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use time::{Duration, macros::datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);
    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn a_flood_is_stopped_and_a_pause_helps() {
        let limits = Limits::new(2.0, 3.0);
        for _ in 0..3 {
            assert!(limits.take(HERE, NOW).is_ok());
        }
        let refused = limits.take(HERE, NOW).err();
        assert_eq!(refused.and_then(|e| e.metadata("retry_after_s").map(str::to_owned)), Some("1".into()));
        assert!(limits.take(IpAddr::from([192, 0, 2, 2]), NOW).is_ok(), "a neighbour is not stopped");
        assert!(limits.take(HERE, NOW + Duration::SECOND).is_ok());
    }

    #[test]
    fn only_our_own_proxies_are_believed() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("10.9.9.9, 198.51.100.7"));
        assert_eq!(address(&headers, Some(HERE), 0), HERE);
        assert_eq!(address(&headers, Some(HERE), 1), IpAddr::from([198, 51, 100, 7]));
        assert_eq!(address(&headers, Some(HERE), 3), HERE);
    }
}
