//! One person's visit to one page: who, at which school, what they may do there, and the ways a handler can answer.

mod frame;

use std::{convert::Infallible, future::Future, sync::Arc};

use axum::{
    Extension,
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Redirect, Response},
};
use chassis::{
    desk::Desk,
    error::{Error, Kind},
    upstream::{patient, request},
};
use http::{StatusCode, request::Parts};
use proto::{
    access::v1::{Permission, Role},
    filtering_ingest::v1::{filtering_ingest_client::FilteringIngestClient, senders_client::SendersClient},
    incident_cases::v1::incident_cases_client::IncidentCasesClient,
    policy_registry::v1::{ListSchoolNamesRequest, policy_registry_client::PolicyRegistryClient},
    reporting::v1::reporting_client::ReportingClient,
};
use time::OffsetDateTime;
use tonic::Status;

use super::{
    address,
    directory::{Directory, Place},
    fault::show_in,
};
use crate::{
    app::App,
    pages::{
        self, Page,
        form::{Answers, Field, Form, FormPage},
        frame::Frame,
        part::{Head, Link},
    },
    unsent::{self, Mark, Unsent},
    visitor::Visitor,
};
use chassis::upstream::Upstream;

/// What a handler answers.
pub type Answer = Result<Response, Fault>;

/// A refusal that becomes a page of its own.
#[derive(Debug, Clone)]
pub struct Fault(pub Arc<Error>);

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self(Arc::new(error))
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        super::fault::response(&Frame::bare(super::SERVICE, ""), &self)
    }
}

/// A visit of somebody who is signed in. Under `/schools/{school_id}` they have to do with that school, or with the
/// authority; anybody else is told that there is no such page.
pub struct Visit {
    /// The gateway.
    pub app: App,
    /// Who.
    pub visitor: Visitor,
    /// The school in the address; empty where there is none.
    pub school: String,
    /// The authority's desk in the address; none where there is none.
    pub desk: Option<Desk>,
    /// What the console remembers.
    pub directory: Directory,
    /// The path of the page.
    pub path: String,
    roles: Vec<Role>,
    frame: Frame,
    /// What they wrote into a form of this page before their session ended.
    unsent: Option<Unsent>,
    /// The id in the address of a page with a form; empty where there is none.
    form_id: String,
}

impl FromRequestParts<App> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let visitor = <Visitor as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        if let Some(place) = address::with_id(&parts.method, &parts.uri, app.now(), &app.ids().request_id()) {
            return Err(Redirect::to(&place).into_response());
        }
        Self::of(parts, app, visitor).await.map_err(IntoResponse::into_response)
    }
}

impl OptionalFromRequestParts<App> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Infallible> {
        match <Visitor as OptionalFromRequestParts<App>>::from_request_parts(parts, app).await {
            Ok(Some(visitor)) => Ok(Self::of(parts, app, visitor).await.ok()),
            Ok(None) | Err(_) => Ok(None),
        }
    }
}

impl Visit {
    async fn of(parts: &mut Parts, app: &App, visitor: Visitor) -> Result<Self, Fault> {
        let directory = parts.extensions.get::<Directory>().cloned().unwrap_or_default();
        let path = parts.uri.path().to_owned();
        let school = school_in(&path);
        let now = app.now();
        let mut roles = visitor.at_authority(now);
        if !school.is_empty() {
            roles.extend(visitor.roles_at(school, now));
        }
        let unsent = written(app, &visitor, parts).await;
        let mut visit = Self {
            unsent,
            form_id: address::form_id(parts.uri.query().unwrap_or_default()).to_owned(),
            app: app.clone(),
            school: school.to_owned(),
            desk: desk_in(&path),
            frame: Frame::bare(&app.config().authority_name, &visitor.request_id).in_look(app.brand()),
            directory,
            path: path.clone(),
            roles,
            visitor,
        };
        if !school.is_empty() && visit.roles.is_empty() {
            return Err(Error::missing().into());
        }
        visit.frame = visit.framed(parts.uri.query().unwrap_or_default()).await;
        show_in(parts, &visit.frame);
        Ok(visit)
    }

    /// The present moment.
    pub fn now(&self) -> OffsetDateTime {
        self.app.now()
    }

    /// What surrounds their pages.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// What they wrote before and have not sent, where the address names it.
    pub fn written(&self) -> Option<&Unsent> {
        self.unsent.as_ref()
    }

    /// The roles they hold here, the authority's among them.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// Whether their roles here let them do something. The service decides again.
    pub fn may(&self, permission: Permission) -> bool {
        self.directory.may(&self.roles, permission, self.place())
    }

    /// Where the page is.
    fn place(&self) -> Place {
        match self.desk {
            Some(desk) => Place::Desk(desk),
            None if self.school.is_empty() => Place::Authority,
            None => Place::School,
        }
    }

    /// Refuses a page whose act their roles do not allow.
    ///
    /// # Errors
    /// `Denied` where they do not.
    pub fn needs(&self, permission: Permission) -> Result<(), Fault> {
        if self.may(permission) { Ok(()) } else { Err(Error::denied().into()) }
    }

    /// The address of a page of the school.
    pub fn at(&self, path: &str) -> String {
        format!("/schools/{}{path}", self.school)
    }

    /// The way to a page: home first.
    pub fn crumbs(&self, then: &[(&str, String)]) -> Vec<Link> {
        let home = if self.school.is_empty() { "/".to_owned() } else { self.at("") };
        let then = then.iter().map(|(text, href)| Link::new(*text, href.clone()));
        std::iter::once(Link::new("Home", home)).chain(then).collect()
    }

    /// A form of this visit.
    pub fn form(&self, action: String, button: &str, fields: Vec<Field>) -> Form {
        let request_id = match self.form_id.as_str() {
            "" => self.app.ids().request_id(),
            form_id => address::request_id(form_id, &action),
        };
        let form = Form::new(action, button, request_id, fields);
        match &self.unsent {
            Some(unsent) if unsent.form.action == form.action => form.restored(unsent),
            _ => form,
        }
    }

    /// Lets the forms of this page say that they are on the page that sent these answers.
    pub fn on_page_of(&mut self, answers: &Answers) {
        let ring = self.app.door().store().ring();
        if let Some(mark) = Mark::of(&answers.text("csrf"), ring, self.now()) {
            let Self { app, visitor, frame, .. } = self;
            visitor.on_page(&mark.renewed(app.now()), app.door().store().ring());
            if let Some(person) = &mut frame.person {
                person.csrf.clone_from(&visitor.csrf);
            }
        }
    }

    /// The page of a form of this visit.
    pub fn form_page(&self, head: Head, action: String, button: &str, fields: Vec<Field>) -> FormPage {
        FormPage::new(head, self.form(action, button, fields))
    }

    /// A page.
    ///
    /// # Errors
    /// `Internal` where it cannot be rendered.
    pub fn page<P: Page>(&self, page: &P) -> Answer {
        Ok(pages::answer(StatusCode::OK, &self.frame, page)?)
    }

    /// On to another page.
    ///
    /// # Errors
    /// None.
    pub fn to(&self, place: &str) -> Answer {
        Ok(Redirect::to(place).into_response())
    }

    /// The same form again with its answers and what is wrong with them; a page of its own where it is not the
    /// answers that are wrong.
    ///
    /// # Errors
    /// The refusal itself where the form is no help.
    pub fn again(&self, mut page: FormPage, answers: &Answers, error: Error, place: &str) -> Answer {
        page.form = self.mended(page.form, answers, &error, place)?;
        let status = StatusCode::from_u16(error.http()).unwrap_or(StatusCode::BAD_REQUEST);
        tell(&error);
        Ok(pages::answer(status, &self.frame, &page)?)
    }

    /// The same page again, a form in it with its answers and what is wrong with them.
    ///
    /// # Errors
    /// `Internal` where it cannot be rendered.
    pub fn page_again<P: Page>(&self, page: &P, error: &Error) -> Answer {
        let status = StatusCode::from_u16(error.http()).unwrap_or(StatusCode::BAD_REQUEST);
        tell(error);
        Ok(pages::answer(status, &self.frame, page)?)
    }

    /// A form with its answers and what is wrong with them.
    ///
    /// # Errors
    /// The refusal itself where the form is no help.
    pub fn mended(&self, form: Form, answers: &Answers, error: &Error, place: &str) -> Result<Form, Fault> {
        match error.kind() {
            Kind::Denied => Err(Error::denied().into()),
            Kind::Missing => Err(Error::missing().into()),
            Kind::Unauthenticated => Err(Error::expired().into()),
            Kind::Invalid | Kind::Conflict | Kind::Stale | Kind::Exhausted | Kind::Unavailable | Kind::Internal => {
                let fresh = form.request_id.clone();
                let mut form = form.answered(answers).refused(error, place);
                let unsent = answers.text("unsent");
                if !unsent.is_empty() {
                    form = form.carrying("unsent", unsent);
                }
                if error.reason() == proto::error::v1::Reason::RequestIdReused {
                    form.request_id = fresh;
                }
                Ok(form)
            }
        }
    }

    /// Their way to the policy registry.
    ///
    /// # Errors
    /// `Unavailable` where it is not configured.
    pub fn registry(&self) -> Result<PolicyRegistryClient<Upstream>, Error> {
        self.app.policy_registry(&self.visitor)
    }

    /// Their way to the cases.
    ///
    /// # Errors
    /// `Unavailable` where it is not configured.
    pub fn cases(&self) -> Result<IncidentCasesClient<Upstream>, Error> {
        self.app.incident_cases(&self.visitor)
    }

    /// Their way to the filter feeds.
    ///
    /// # Errors
    /// `Unavailable` where it is not configured.
    pub fn filtering(&self) -> Result<FilteringIngestClient<Upstream>, Error> {
        self.app.filtering_ingest(&self.visitor)
    }

    /// Their way to the senders of filter lines.
    ///
    /// # Errors
    /// `Unavailable` where it is not configured.
    pub fn senders(&self) -> Result<SendersClient<Upstream>, Error> {
        self.app.senders(&self.visitor)
    }

    /// Their way to the reports.
    ///
    /// # Errors
    /// `Unavailable` where it is not configured.
    pub fn reporting(&self) -> Result<ReportingClient<Upstream>, Error> {
        self.app.reporting(&self.visitor)
    }

    /// What a school is called.
    pub async fn school_name(&self, school_id: &str) -> String {
        if let Some(name) = self.directory.known(school_id) {
            return name;
        }
        if self.visitor.schools().iter().any(|own| own == school_id) {
            return self.directory.school(&self.app, &self.visitor, school_id).await;
        }
        let others = self.other_schools().await.unwrap_or_default();
        let named = others.into_iter().find(|(id, _)| id == school_id);
        named.map_or_else(|| "another school".to_owned(), |(_, name)| name)
    }

    /// The authority's other schools, ids and names, for whoever shares incidents with them.
    ///
    /// # Errors
    /// The registry's refusal.
    pub async fn other_schools(&self) -> Result<Vec<(String, String)>, Error> {
        let mut asked =
            ListSchoolNamesRequest { school_id: self.school.clone(), page_size: 1000, ..Default::default() };
        let mut named = Vec::new();
        loop {
            let page = heard(self.registry()?.list_school_names(ask(asked.clone()))).await?;
            named.extend(page.school_names.into_iter().map(|school| (school.school_id, school.name)));
            if page.next_page_token.is_empty() {
                break;
            }
            asked.page_token = page.next_page_token;
        }
        self.directory.learn(self.now(), named.iter().cloned());
        Ok(named)
    }
}

/// What a visitor wrote before, where the address of a page names it.
async fn written(app: &App, visitor: &Visitor, parts: &Parts) -> Option<Unsent> {
    let id = unsent::named(parts.uri.query().unwrap_or_default());
    if id.is_empty() || parts.method != http::Method::GET {
        return None;
    }
    let account_id = visitor.account_id.parse().ok()?;
    let found = app.unsent().find(id, &account_id, app.now()).await;
    found.inspect_err(|error| tracing::warn!(%error, "an unsent form could not be read")).ok().flatten()
}

/// Logs a refusal that is our own fault.
fn tell(error: &Error) {
    if matches!(error.kind(), Kind::Internal | Kind::Unavailable) {
        tracing::warn!(%error, "a form could not be saved");
    }
}

/// The school that a path names.
fn school_in(path: &str) -> &str {
    let school = path.strip_prefix("/schools/").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    if school.starts_with("sch_") { school } else { "" }
}

fn desk_in(path: &str) -> Option<Desk> {
    path.strip_prefix("/desks/").and_then(|rest| rest.split('/').next()).and_then(Desk::of)
}

/// What a service answered.
///
/// # Errors
/// What it refused.
pub async fn heard<T>(call: impl Future<Output = Result<tonic::Response<T>, Status>>) -> Result<T, Error> {
    call.await.map(tonic::Response::into_inner).map_err(|status| crate::refusal::of_status(&status))
}

/// A request with the usual deadline.
pub fn ask<T>(message: T) -> tonic::Request<T> {
    request(message)
}

/// A request that reads or writes a whole document.
pub fn ask_patiently<T>(message: T) -> tonic::Request<T> {
    patient(message)
}

/// Gives every page the directory.
pub fn with_directory() -> Extension<Directory> {
    Extension(Directory::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_school_is_read_from_the_path() {
        assert_eq!(school_in("/schools/sch_1/cases"), "sch_1");
        assert_eq!(school_in("/schools/new"), "");
        assert_eq!(school_in("/authority"), "");
    }
}
