//! What went wrong, what to do, and a reference: one page for every refusal that is not a form's.

use std::sync::{Arc, OnceLock};

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use chassis::error::{Error, Kind};
use http::{StatusCode, header::ALLOW, request::Parts};
use serde::Serialize;

use super::visit::Fault;
use crate::{
    limits,
    pages::{self, Page, frame::Frame, part::Head, words},
    unsent::NotTaken,
};

/// The page of a refusal.
#[derive(Debug, Clone, Serialize)]
pub struct FaultPage {
    head: Head,
    texts: Vec<String>,
    reference: String,
}

impl Page for FaultPage {
    const TEMPLATE: &'static str = "fault.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let kinds = [
            Kind::Invalid,
            Kind::Unauthenticated,
            Kind::Denied,
            Kind::Missing,
            Kind::Conflict,
            Kind::Stale,
            Kind::Exhausted,
            Kind::Unavailable,
            Kind::Internal,
        ];
        kinds.into_iter().map(|kind| Self::new(kind, "the case is closed", "1")).collect()
    }
}

impl FaultPage {
    fn new(kind: Kind, message: &str, reference: &str) -> Self {
        let said = words::sentence(message);
        let (title, texts): (&str, Vec<String>) = match kind {
            Kind::Invalid => ("This cannot be done as it was asked", vec![format!("{said}.")]),
            Kind::Unauthenticated => ("Sign in to go on", vec!["Your sign-in has ended. Sign in again from the home page.".into()]),
            Kind::Denied => (
                "You cannot do this",
                vec![
                    "Your role does not allow this, or the page was open too long. Go back, load the page again and retry.".into(),
                    "If it is part of your work, ask the person who manages accounts.".into(),
                ],
            ),
            Kind::Missing => (
                "Page not found",
                vec![
                    "If you typed the address, check it is correct. If you followed a link, what it led to may be gone or not open to you.".into(),
                ],
            ),
            Kind::Conflict => ("This cannot be done at present", vec![format!("{said}.")]),
            Kind::Stale => (
                "This has changed since you read it",
                vec!["Somebody else changed it. Go back, load the page again, and decide on what it says now.".into()],
            ),
            Kind::Exhausted => ("Too many requests", vec!["Wait a minute, then try again.".into()]),
            Kind::Unavailable => (
                "This part of the service is not available",
                vec![
                    "Try again in a few minutes. Nothing that was saved is lost.".into(),
                    "Do not wait for this page if you are worried about a child. If the child is in danger now, ring 999; the other numbers are at the foot of this page.".into(),
                    "If a concern cannot be reported here either, tell the designated safeguarding lead in person, write down on paper what you saw or heard and when, and report it here as soon as it works again.".into(),
                ],
            ),
            Kind::Internal => (
                "There is a problem with the service",
                vec!["Try again later. If it happens again, give the reference below to whoever runs the service.".into()],
            ),
        };
        Self { head: Head::new(title, Vec::new()), texts, reference: reference.to_owned() }
    }
}

/// A refusal as a page, in the frame of where it befell.
pub fn response(frame: &Frame, fault: &Fault) -> Response {
    let error = &fault.0;
    let status = StatusCode::from_u16(error.http()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if error.kind() == Kind::Internal {
        tracing::error!(error = %error, cause = ?std::error::Error::source(&**error), "a page failed");
    }
    let mut page = FaultPage::new(error.kind(), error.message(), &frame.reference);
    if error.reason() == proto::error::v1::Reason::RequestIdReused {
        page.head = Head::new("You have sent this form before", Vec::new());
        page.texts = vec![
            "It was sent with other answers, and those are saved. Go to where they stand and change them there, or open the form \
             again to send another."
                .to_owned(),
        ];
    } else if error.kind() == Kind::Invalid && !error.violations().is_empty() {
        page.texts = error.violations().iter().map(|v| format!("{}.", words::sentence(&v.message))).collect();
    }
    let mut response = match pages::html(frame, &page) {
        Ok(html) => (status, axum::response::Html(html)).into_response(),
        Err(_) => (status, page.head.title).into_response(),
    };
    if let Some(wait) = error.metadata("retry_after_s").and_then(|wait| wait.parse().ok()) {
        response.headers_mut().insert(http::header::RETRY_AFTER, wait);
    }
    response.extensions_mut().insert(fault.clone());
    response
}

/// The frame of the page under way, once somebody knows it: an error shows it too.
#[derive(Clone, Default)]
struct Shown(Arc<OnceLock<Frame>>);

/// Makes a frame known for the page under way.
pub fn show_in(parts: &Parts, frame: &Frame) {
    if let Some(shown) = parts.extensions.get::<Shown>() {
        let _ = shown.0.set(frame.clone());
    }
}

/// Shows errors in the frame of the page they befell.
pub async fn frame_faults(mut request: Request, next: Next) -> Response {
    let shown = Shown::default();
    request.extensions_mut().insert(shown.clone());
    let sent = !request.method().is_safe();
    let answer = next.run(request).await;
    let bare = Frame::bare(super::SERVICE, "");
    let frame = shown.0.get();
    match (answer.extensions().get::<Fault>(), frame) {
        (Some(fault), Some(frame)) => {
            let mut page = response(frame, fault);
            // Who refused a form, and why, is for whoever keeps the form.
            if let Some(why) = answer.extensions().get::<NotTaken>() {
                page.extensions_mut().insert(why.clone());
            }
            page
        }
        (None, frame) => match unpaged(&answer, sent) {
            None => answer,
            Some(fault) => {
                let mut page = response(frame.unwrap_or(&bare), &fault.0);
                *page.status_mut() = fault.1;
                // Which methods an address takes is the framework's to say.
                page.headers_mut().extend(answer.headers().get(ALLOW).map(|allow| (ALLOW, allow.clone())));
                page
            }
        },
        (Some(_), None) => answer,
    }
}

/// The refusal behind an answer that the framework made before any page could: an address or a form it cannot read.
fn unpaged(answer: &Response, sent: bool) -> Option<(Fault, StatusCode)> {
    let kind = answer.headers().get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let status = answer.status();
    if !status.is_client_error() || kind.is_some_and(|kind| !kind.starts_with("text/plain")) {
        return None;
    }
    let error = match status {
        StatusCode::METHOD_NOT_ALLOWED => Error::invalid("form", "Go to the page of this form and send it from there"),
        StatusCode::PAYLOAD_TOO_LARGE => Error::invalid("form", limits::TOO_LARGE),
        StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY => {
            Error::invalid("form", "Send this form from its own page")
        }
        // A form whose shape is not the one its page gives it: the address is right.
        StatusCode::BAD_REQUEST if sent => {
            Error::invalid("form", "Send this form from its own page: a file travels as multipart/form-data")
        }
        _ => Error::missing(),
    };
    let status = if error.kind() == Kind::Missing { StatusCode::NOT_FOUND } else { status };
    Some((error.into(), status))
}
