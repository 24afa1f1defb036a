//! The wall before every rpc: a verified caller, or nobody. What the caller may do is asked by the handler, which
//! cannot reach the store without asking.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{body::Body, response::Response};
use http::Request;
use proto::{
    access::v1::{At, Permission},
    contract::{self, Rpc},
};
use tonic::Status;
use tower::{Layer, Service};

use crate::{
    access::Access,
    caller::{Caller, HEADER, Trust},
    clock::SharedClock,
    error::{Error, Result},
    telemetry,
};

/// Puts the wall before a service's rpcs.
#[derive(Clone)]
pub struct Wall {
    service: &'static str,
    trust: Arc<Trust>,
    access: Arc<Access>,
    clock: SharedClock,
}

impl Wall {
    /// The wall of the service named `service`.
    pub fn new(service: &'static str, trust: Arc<Trust>, access: Arc<Access>, clock: SharedClock) -> Self {
        Self { service, trust, access, clock }
    }

    fn caller(&self, rpc: &'static Rpc, request: &Request<Body>) -> Result<Caller> {
        let token = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
        let token = token.ok_or_else(Error::not_signed_in)?;
        let claims = match rpc.permission {
            Permission::Public => self.trust.verify_open(token, self.service)?,
            _ => self.trust.verify(token, self.service)?,
        };
        let mut caller = Caller::new(claims, rpc, self.access.clone(), self.clock.now());
        caller.traceparent = telemetry::extract(request.headers());
        Ok(caller)
    }
}

impl<S> Layer<S> for Wall {
    type Service = Walled<S>;

    fn layer(&self, inner: S) -> Walled<S> {
        Walled { wall: self.clone(), inner }
    }
}

/// A service behind the wall.
#[derive(Clone)]
pub struct Walled<S> {
    wall: Wall,
    inner: S,
}

impl<S> Service<Request<Body>> for Walled<S>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let caller = contract::rpc(request.uri().path())
            .ok_or_else(|| Status::unimplemented("there is no such rpc"))
            .and_then(|rpc| self.wall.caller(rpc, &request).map_err(Status::from));
        match caller {
            Ok(caller) => {
                request.extensions_mut().insert(caller);
                Box::pin(self.inner.call(request))
            }
            Err(status) => Box::pin(async move { Ok(status.into_http()) }),
        }
    }
}

/// Whether an rpc says what it asks of its caller.
pub fn guarded(rpc: &Rpc) -> bool {
    rpc.permission != Permission::Unspecified && rpc.at != At::Unspecified
}

/// The process that answers a service of the contract: `hedgerow.incident_cases.v1.IncidentCases` is answered by
/// `incident-cases`, and the gateway answers for accounts itself.
pub fn service_name(full: &str) -> String {
    match full.split('.').nth(1) {
        Some("access") | None => "gateway".to_owned(),
        Some(package) => package.replace('_', "-"),
    }
}
