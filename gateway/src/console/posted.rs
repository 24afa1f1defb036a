//! What pages are given besides a visit: a form of this very session, or a guest who may not be signed in.

use std::convert::Infallible;

use axum::{
    extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, Request},
    response::{IntoResponse, Response},
};
use chassis::error::Error;
use http::{HeaderValue, StatusCode, header::SET_COOKIE, request::Parts};

use super::{
    fault::show_in,
    visit::{Answer, Fault, Visit},
};
use crate::{
    app::App,
    arrival::RequestId,
    pages::{self, Page, form::Answers, frame::Frame},
    sessions::Token,
    unsent::NotTaken,
    visitor,
};

/// Answers that came from a page of this very session: nothing else can be read out of a posted form.
pub struct Posted {
    /// The visit.
    pub visit: Visit,
    /// The answers.
    pub answers: Answers,
}

impl FromRequest<App> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let mut visit = <Visit as FromRequestParts<App>>::from_request_parts(&mut parts, app).await?;
        let fault = |error: Error| Fault::from(error).into_response();
        let read = axum::Form::<Vec<(String, String)>>::from_request(Request::from_parts(parts, body), app).await;
        let axum::Form(pairs) = read.map_err(|_| fault(Error::invalid("form", "Send this form from its own page")))?;
        let answers = Answers::new(pairs);
        if !visit.visitor.csrf_ok(&answers.text("csrf")) {
            let mut response = fault(Error::denied());
            response.extensions_mut().insert(NotTaken::OtherSession(visit.visitor.account_id.clone()));
            return Err(response);
        }
        visit.on_page_of(&answers);
        Ok(Self { visit, answers })
    }
}

/// A visit of somebody who may or may not be signed in. Its forms prove that they come from a page of this very browser,
/// as those of a session do: by a secret in a cookie, and the same under a mask in the form. No header need be believed.
pub struct Guest {
    /// Their visit, where they are signed in.
    pub visit: Option<Visit>,
    frame: Frame,
    secret: Token,
    /// The cookie that is still to be set; none where the browser has it.
    cookie: Option<HeaderValue>,
}

impl FromRequestParts<App> for Guest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let visit = <Visit as OptionalFromRequestParts<App>>::from_request_parts(parts, app).await?;
        let https = app.config().https;
        let (secret, cookie) = match visitor::form_cookie(&parts.headers, https) {
            Some(secret) => (secret, None),
            None => {
                let secret = Token::random();
                let cookie = visitor::set_form_cookie(&secret, https);
                (secret, cookie)
            }
        };
        let bare = || Frame::bare(&app.config().authority_name, &RequestId::of(parts, app)).in_look(app.brand());
        let frame = visit.as_ref().map_or_else(bare, |visit| visit.frame().clone());
        let frame = Frame { csrf: secret.form_secret().masked(), ..frame };
        show_in(parts, &frame);
        Ok(Self { visit, frame, secret, cookie })
    }
}

impl Guest {
    /// Whether a form came from a page of this very browser.
    ///
    /// # Errors
    /// `Invalid` with what to do, on the field that is asked again.
    pub fn proved(&self, answers: &Answers, field: &str) -> Result<(), Error> {
        let proved = self.cookie.is_none() && self.secret.form_secret().proves(&answers.text("csrf"));
        let fix = "Enter this again: the page had been open too long, or this browser keeps no cookies from here";
        if proved { Ok(()) } else { Err(Error::invalid(field, fix)) }
    }

    /// The same without the name of whoever is signed in at this browser: for pages that people without an account use.
    #[must_use]
    pub fn anonymous(self, app: &App) -> Self {
        let bare = Frame::bare(&app.config().authority_name, &self.frame.reference).in_look(app.brand());
        Self { visit: None, frame: Frame { csrf: self.frame.csrf.clone(), ..bare }, ..self }
    }

    /// A page.
    ///
    /// # Errors
    /// `Internal` where it cannot be rendered.
    pub fn page<P: Page>(&self, status: StatusCode, page: &P) -> Answer {
        let mut answer = pages::answer(status, &self.frame, page)?;
        answer.headers_mut().extend(self.cookie.clone().map(|cookie| (SET_COOKIE, cookie)));
        Ok(answer)
    }
}
