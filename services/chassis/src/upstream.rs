//! Calls to other services, in this process or over the network, with the token that says who asks.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{HeaderValue, Request, Response};
use tonic::{
    body::Body,
    transport::{Channel, Endpoint},
};
use tower::{Service, ServiceExt as _};

use crate::{
    caller::{HEADER, Signer},
    error::{Error, Result},
    telemetry,
};

/// How much of an answer may be under way unread, in bytes.
const WINDOW: u32 = 1 << 20;
/// The longest a call between services may take where its caller sets no deadline.
const DEADLINE: Duration = Duration::from_secs(10);
/// The same where a whole document is read or written: several at once wait for each other.
const PATIENCE: Duration = Duration::from_secs(60);

type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone)]
enum Route {
    Here(axum::Router),
    There(Channel),
}

/// A way to one service. Generated clients take it as their transport.
#[derive(Clone)]
pub struct Upstream {
    route: Route,
    token: Token,
}

#[derive(Clone)]
enum Token {
    None,
    Fixed(HeaderValue),
    Own { signer: Arc<Signer>, audience: String },
}

impl Upstream {
    /// The same way, with a token for every call.
    ///
    /// # Errors
    /// `Internal` where the token cannot stand in a header.
    pub fn with_token(&self, token: &str) -> Result<Self> {
        let token = HeaderValue::from_str(token).map_err(Error::internal)?;
        Ok(Self { route: self.route.clone(), token: Token::Fixed(token) })
    }

    /// Whether the service can be reached at all.
    pub async fn reachable(&self) -> bool {
        match &self.route {
            Route::Here(_) => true,
            Route::There(channel) => {
                let mut health = tonic_health::pb::health_client::HealthClient::new(channel.clone());
                let check = health.check(tonic_health::pb::HealthCheckRequest::default());
                matches!(tokio::time::timeout(Duration::from_secs(1), check).await, Ok(Ok(_)))
            }
        }
    }
}

impl Service<Request<Body>> for Upstream {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let token = match &self.token {
            Token::None => None,
            Token::Fixed(token) => Some(token.clone()),
            Token::Own { signer, audience } => {
                let request_id = telemetry::current_traceparent();
                HeaderValue::from_str(&signer.for_service(audience, &request_id)).ok()
            }
        };
        if let Some(token) = token {
            request.headers_mut().insert(HEADER, token);
        }
        telemetry::inject(request.headers_mut());
        let route = self.route.clone();
        Box::pin(async move {
            match route {
                Route::Here(router) => {
                    let response = router.oneshot(request.map(axum::body::Body::new)).await;
                    Ok(response.unwrap_or_else(|never| match never {}).map(Body::new))
                }
                Route::There(channel) => Ok(channel.oneshot(request).await?),
            }
        })
    }
}

/// The ways to every other service.
#[derive(Clone, Default)]
pub struct Upstreams(HashMap<String, Route>);

impl Upstreams {
    /// Adds a service of this very process.
    pub fn add_here(&mut self, service: &str, grpc: axum::Router) {
        self.0.insert(service.to_owned(), Route::Here(grpc));
    }

    /// Adds a service at an address such as `http://127.0.0.1:7001`. It need not be there yet.
    ///
    /// # Errors
    /// `Invalid` where the address cannot be read.
    pub fn add_there(&mut self, service: &str, address: &str) -> Result<()> {
        let endpoint = Endpoint::from_shared(address.to_owned())
            .map_err(|e| {
                let field = format!("{}.address", service.replace('-', "_"));
                Error::invalid(field, "Enter an address such as http://127.0.0.1:7001").because(e)
            })?
            .connect_timeout(Duration::from_secs(2))
            .http2_keep_alive_interval(Duration::from_secs(20))
            .keep_alive_while_idle(true)
            .tcp_nodelay(true)
            // A whole policy in one go: the protocol's own 64 KiB would wait half way.
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW);
        self.0.insert(service.to_owned(), Route::There(endpoint.connect_lazy()));
        Ok(())
    }

    /// The way to a service, without a token.
    ///
    /// # Errors
    /// `Unavailable` where no such service is configured.
    pub fn to(&self, service: &str) -> Result<Upstream> {
        let route = self.0.get(service).cloned();
        let route = route.ok_or_else(|| Error::unavailable(format!("no address of {service} is configured")))?;
        Ok(Upstream { route, token: Token::None })
    }

    /// The way to a service on which this process speaks for itself.
    ///
    /// # Errors
    /// `Unavailable` where no such service is configured.
    pub fn as_service(&self, service: &str, signer: &Arc<Signer>) -> Result<Upstream> {
        let token = Token::Own { signer: signer.clone(), audience: service.to_owned() };
        Ok(Upstream { token, ..self.to(service)? })
    }

    /// The names of the services there are ways to.
    pub fn services(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.0.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }
}

/// A request with the usual deadline.
pub fn request<T>(message: T) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    request.set_timeout(DEADLINE);
    request
}

/// A request that reads or writes a whole document, which takes its time on a busy machine.
pub fn patient<T>(message: T) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    request.set_timeout(PATIENCE);
    request
}
