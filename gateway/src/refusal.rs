//! One refusal in the form its reader understands: a gRPC status, a problem document or a page.

use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use chassis::error::{Error, Kind};
use http::{HeaderMap, HeaderValue, Method, header};
use tonic::Status;

use crate::{app::App, arrival::RequestId, console, json::problem};

/// The form an answer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// gRPC.
    Grpc,
    /// gRPC-Web.
    GrpcWeb,
    /// JSON.
    Problem,
    /// A page.
    Page,
}

impl Form {
    /// The form the sender of a request understands.
    pub fn of(method: &Method, path: &str, headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
        let (kind, accepts) = (text(header::CONTENT_TYPE), text(header::ACCEPT));
        if *method == Method::POST && kind.starts_with("application/grpc-web") {
            Self::GrpcWeb
        } else if *method == Method::POST && kind.starts_with("application/grpc") {
            Self::Grpc
        } else if path.starts_with("/v1/") || (accepts.contains("json") && !accepts.contains("text/html")) {
            Self::Problem
        } else {
            Self::Page
        }
    }

    /// Whether it is one of gRPC's.
    pub fn grpc(self) -> bool {
        matches!(self, Self::Grpc | Self::GrpcWeb)
    }

    /// A refusal in this form.
    pub fn answer(self, error: &Error, request_id: &str) -> Response {
        match self {
            Self::Grpc => status(error).into_http(),
            Self::GrpcWeb => {
                let mut response: Response = status(error).into_http();
                let kind = HeaderValue::from_static("application/grpc-web+proto");
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
                response
            }
            Self::Problem => problem::response(error, request_id),
            Self::Page if error.kind() == Kind::Missing => console::not_found().into_response(),
            Self::Page => console::error_page(error).into_response(),
        }
    }
}

/// The refusal a service answered. What the transport or a fault says for itself is for the log alone.
pub fn of_status(status: &Status) -> Error {
    let unsaid = status.details().is_empty();
    match Kind::of(status.code()) {
        Kind::Unavailable if unsaid => {
            Error::unavailable("a service cannot be reached just now: try again").because(status.clone())
        }
        // No service said it: the connection broke while it answered.
        Kind::Internal if unsaid && std::error::Error::source(status).is_some() => {
            Error::unavailable("a service stopped while it answered: try again").because(status.clone())
        }
        Kind::Internal if unsaid => Error::internal(status.clone()),
        Kind::Invalid
        | Kind::Unauthenticated
        | Kind::Denied
        | Kind::Missing
        | Kind::Conflict
        | Kind::Stale
        | Kind::Exhausted
        | Kind::Unavailable
        | Kind::Internal => Error::from_status(status),
    }
}

/// The same refusal, once a fault of this process was logged under an id that its reader is told.
pub async fn logged(app: &App, error: Error) -> Error {
    if error.kind() == Kind::Internal && error.metadata("error_id").is_none() {
        return Error::from_status(&chassis::serve::refuse(app.door().store(), None, error).await);
    }
    if let (Kind::Unavailable, Some(cause)) = (error.kind(), std::error::Error::source(&error)) {
        tracing::warn!(%cause, "not available");
    }
    error
}

/// A refusal borrowed from its error, as gRPC has it.
fn status(error: &Error) -> Status {
    match error.kind() {
        // The only refusal of a gRPC path that no rpc makes is that there is no such rpc.
        Kind::Missing => Status::unimplemented("there is no such rpc"),
        kind => {
            let mut copy = Status::new(kind.code(), error.message());
            if let Some(wait) = error.metadata("retry_after_s") {
                copy = Error::too_many(wait.parse().unwrap_or(1)).into();
            }
            copy
        }
    }
}

/// Answers whatever no route takes.
pub async fn nothing_there(request: Request) -> Response {
    let form = Form::of(request.method(), request.uri().path(), request.headers());
    form.answer(&Error::missing(), &RequestId::in_extensions(request.extensions()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(method: Method, path: &str, name: http::HeaderName, value: &'static str) -> Form {
        Form::of(&method, path, &HeaderMap::from_iter([(name, HeaderValue::from_static(value))]))
    }

    #[test]
    fn everybody_is_refused_in_their_own_language() {
        use header::{ACCEPT, CONTENT_TYPE};
        assert_eq!(form(Method::POST, "/x.Y/Z", CONTENT_TYPE, "application/grpc"), Form::Grpc);
        assert_eq!(form(Method::POST, "/x.Y/Z", CONTENT_TYPE, "application/grpc-web-text"), Form::GrpcWeb);
        assert_eq!(form(Method::GET, "/nowhere", ACCEPT, "application/json"), Form::Problem);
        assert_eq!(form(Method::GET, "/v1/nowhere", ACCEPT, "*/*"), Form::Problem);
        assert_eq!(form(Method::GET, "/nowhere", ACCEPT, "text/html,application/xhtml+xml,*/*"), Form::Page);
    }
}
