//! What the console remembers for a few minutes so that it need not ask on every page: what schools are called, whom
//! to ring, what roles may do. Nothing of it concerns a child.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration as Patience,
};

use chassis::{
    access::{Access, Decision, Principal, Resource},
    error::Error,
    upstream::request,
};
use proto::{
    access::v1::{Permission, Role},
    policy_registry::v1::{GetAgencyRegisterRequest, GetSchoolRequest},
};
use time::{Duration, OffsetDateTime};

use crate::{app::App, pages::frame::Contact, visitor::Visitor};

/// How long an answer is believed.
const FRESH: Duration = Duration::minutes(5);
/// How long a refusal is believed.
const SULKING: Duration = Duration::seconds(20);
/// How long a page waits for what it can do without.
const PATIENCE: Patience = Patience::from_millis(800);
/// The contacts that every page shows, in their order.
const SHOWN: [(&str, &str); 3] = [
    ("front_door_urgent", "Children’s services, urgent"),
    ("front_door_advice", "Children’s services, advice"),
    ("lado_city", "Allegations about adults"),
];

/// What is remembered.
#[derive(Clone, Default)]
pub struct Directory(Arc<Inner>);

/// Roles, what they want to do, and whether at a school.
type Question = (Vec<Role>, Permission, bool);

#[derive(Default)]
struct Inner {
    names: Mutex<HashMap<String, Remembered<Option<String>>>>,
    contacts: Mutex<Option<Remembered<Vec<Contact>>>>,
    decisions: Mutex<HashMap<Question, bool>>,
    access: Option<Access>,
}

#[derive(Clone)]
struct Remembered<T> {
    value: T,
    until: OffsetDateTime,
}

impl Directory {
    /// A directory that remembers nothing yet.
    pub fn new() -> Self {
        let access =
            Access::load().inspect_err(|error| tracing::error!(error, "the console cannot read the access rules"));
        Self(Arc::new(Inner { access: access.ok(), ..Inner::default() }))
    }

    /// Whether somebody in these roles may do something, at a school or at the authority. The services decide again.
    pub fn may(&self, roles: &[Role], permission: Permission, at_school: bool) -> bool {
        let key = (roles.to_vec(), permission, at_school);
        let mut decisions = self.0.decisions.lock().unwrap_or_else(PoisonError::into_inner);
        *decisions.entry(key).or_insert_with(|| {
            let who = Principal::Account { id: "visitor", roles };
            let what = if at_school { Resource::School("school") } else { Resource::Authority };
            self.0.access.as_ref().is_some_and(|access| access.may(who, permission, what, &[]) == Decision::Allow)
        })
    }

    /// What a school is called; a general word where the registry does not say.
    pub async fn school(&self, app: &App, visitor: &Visitor, school_id: &str) -> String {
        let now = app.now();
        let known = self.0.names.lock().unwrap_or_else(PoisonError::into_inner).get(school_id).cloned();
        let name = match known.filter(|known| now < known.until) {
            Some(known) => known.value,
            None => {
                let name = ask_school(app, visitor, school_id).await.ok();
                let until = now + if name.is_some() { FRESH } else { SULKING };
                let mut names = self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
                names.insert(school_id.to_owned(), Remembered { value: name.clone(), until });
                name
            }
        };
        name.unwrap_or_else(|| "Your school".to_owned())
    }

    /// Remembers what schools are called.
    pub fn learn(&self, now: OffsetDateTime, schools: impl IntoIterator<Item = (String, String)>) {
        let mut names = self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
        let until = now + FRESH;
        names.extend(schools.into_iter().map(|(id, name)| (id, Remembered { value: Some(name), until })));
    }

    /// What a school is called, if that is known without asking.
    pub fn known(&self, school_id: &str) -> Option<String> {
        let names = self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(school_id).and_then(|known| known.value.clone())
    }

    /// Whom to ring, besides 999 and 101.
    pub async fn contacts(&self, app: &App, visitor: &Visitor) -> Vec<Contact> {
        let now = app.now();
        let known = self.0.contacts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| now < known.until) {
            return known.value;
        }
        let asked = ask_contacts(app, visitor).await;
        let until = now + if asked.is_ok() { FRESH } else { SULKING };
        let value = asked.unwrap_or_default();
        *self.0.contacts.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Remembered { value: value.clone(), until });
        value
    }
}

async fn ask_school(app: &App, visitor: &Visitor, school_id: &str) -> Result<String, Error> {
    let mut registry = app.policy_registry(visitor)?;
    let asked = registry.get_school(request(GetSchoolRequest { school_id: school_id.to_owned() }));
    let answer = tokio::time::timeout(PATIENCE, asked).await.map_err(|_| Error::unavailable("no answer"))?;
    let school = answer.map_err(|status| crate::refusal::of_status(&status))?.into_inner().school;
    school.map(|school| school.name).ok_or_else(Error::missing)
}

async fn ask_contacts(app: &App, visitor: &Visitor) -> Result<Vec<Contact>, Error> {
    let mut registry = app.policy_registry(visitor)?;
    let asked = registry.get_agency_register(request(GetAgencyRegisterRequest {}));
    let answer = tokio::time::timeout(PATIENCE, asked).await.map_err(|_| Error::unavailable("no answer"))?;
    let agencies = answer.map_err(|status| crate::refusal::of_status(&status))?.into_inner().agencies;
    let number = |key: &str| {
        let agency = agencies.iter().find(|agency| agency.key == key)?;
        agency.channels.iter().find(|channel| channel.kind == "telephone").map(|channel| channel.value.clone())
    };
    let shown = SHOWN.iter().filter_map(|(key, name)| Some(Contact { name: (*name).to_owned(), number: number(key)? }));
    Ok(shown.collect())
}
