//! What every request gets on arrival: an id of its own, a span, a time limit, and one line in the log at the end.
//! Neither ids from outside nor query strings are believed or logged.

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use chassis::{error::Error, telemetry};
use http::{Extensions, HeaderName, HeaderValue, request::Parts};
use tracing::{Instrument as _, info};

use crate::{app::App, refusal};

/// The header that tells the caller the request's id.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of one request, the same in every service it reaches.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl RequestId {
    /// The id of the request these parts belong to.
    pub fn of(parts: &Parts, app: &App) -> String {
        let known = parts.extensions.get::<Self>().map(|id| id.0.clone());
        known.unwrap_or_else(|| app.ids().request_id())
    }

    /// The id among a request's extensions; empty outside the gateway's routes.
    pub fn in_extensions(extensions: &Extensions) -> String {
        extensions.get::<Self>().map(|id| id.0.clone()).unwrap_or_default()
    }
}

/// Gives a request its id, span and time.
pub async fn receive(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let request_id = app.ids().request_id();
    request.extensions_mut().insert(RequestId(request_id.clone()));
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!(
        "request",
        http.method = request.method().as_str(),
        http.route = route,
        rpc.method = tracing::field::Empty,
        request.id = request_id,
    );
    telemetry::set_parent(&span, &telemetry::extract(request.headers()));
    let begun = app.now();
    async {
        let form = refusal::Form::of(request.method(), request.uri().path(), request.headers());
        let mut response = if form.grpc() {
            next.run(request).await
        } else {
            let (time, request) = app.pace().allow(request);
            match tokio::time::timeout(time, next.run(request)).await {
                Ok(response) => response,
                Err(_) => form.answer(&Error::unavailable("this took too long: try again"), &request_id),
            }
        };
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert(HEADER, value);
        }
        let duration_ms = (app.now() - begun).whole_milliseconds();
        info!(http.status = response.status().as_u16(), duration_ms, "answered");
        response
    }
    .instrument(span)
    .await
}
