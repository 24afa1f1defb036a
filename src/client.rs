//! The command as a client of a gateway.

use chassis::error::{Error, Result};
use tonic::{
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, Endpoint},
};

use crate::config::Config;

/// A way to the gateway that carries the session token.
pub type Gateway = InterceptedService<Channel, Bearer>;

/// Adds the session token to every call.
#[derive(Clone)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: tonic::Request<()>) -> Result<tonic::Request<()>, tonic::Status> {
        if let Some(token) = &self.0 {
            request.metadata_mut().insert("authorization", token.clone());
        }
        Ok(request)
    }
}

/// Connects to the gateway that the configuration names.
///
/// # Errors
/// `Invalid` where address or token cannot be read; `Unavailable` where nobody answers.
pub async fn gateway(config: &Config) -> Result<Gateway> {
    let address = &config.client.gateway;
    let endpoint = Endpoint::from_shared(address.clone())
        .map_err(|e| Error::invalid("client.gateway", "Enter an address such as http://127.0.0.1:8080").because(e))?;
    let channel = endpoint.connect().await.map_err(|e| {
        Error::unavailable(format!("no gateway answers at {address}: start one with `hedgerow serve all`")).because(e)
    })?;
    let token = match config.client.session_token_secret.as_str() {
        "" => None,
        token => Some(format!("Bearer {token}").parse().map_err(|_| {
            Error::invalid("client.session_token_secret", "Enter the token exactly as `hedgerow sign-in` printed it")
        })?),
    };
    Ok(InterceptedService::new(channel, Bearer(token)))
}

/// A fresh request id.
pub fn request_id() -> String {
    chassis::id::Ids::new(std::sync::Arc::new(chassis::clock::SystemClock)).request_id()
}

/// A way to a gateway of this very process: what the demonstration and the tests call through.
#[derive(Clone)]
pub struct Within {
    router: axum::Router,
    bearer: Option<http::HeaderValue>,
}

impl Within {
    /// Nobody's way.
    pub fn new(router: axum::Router) -> Self {
        Self { router, bearer: None }
    }

    /// The way of whoever holds a session token.
    ///
    /// # Errors
    /// `Internal` where the token cannot stand in a header.
    pub fn with_token(&self, token: &str) -> Result<Self> {
        let bearer = http::HeaderValue::from_str(&format!("Bearer {token}")).map_err(Error::internal)?;
        Ok(Self { router: self.router.clone(), bearer: Some(bearer) })
    }
}

impl tower::Service<http::Request<tonic::body::Body>> for Within {
    type Response = http::Response<tonic::body::Body>;
    type Error = std::convert::Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: http::Request<tonic::body::Body>) -> Self::Future {
        use tower::ServiceExt as _;
        if let Some(bearer) = &self.bearer {
            request.headers_mut().insert(http::header::AUTHORIZATION, bearer.clone());
        }
        *request.version_mut() = http::Version::HTTP_2;
        let answer = self.router.clone().oneshot(request.map(axum::body::Body::new));
        Box::pin(async move { Ok(answer.await?.map(tonic::body::Body::new)) })
    }
}
