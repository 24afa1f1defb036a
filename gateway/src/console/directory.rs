//! What the console remembers for a few minutes so that it need not ask on every page: what schools are called, whom
//! to ring, what roles may do. Nothing of it concerns a child.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration as Patience,
};

use chassis::{
    access::{Access, Decision, Principal, Resource},
    desk::Desk,
    error::Error,
    upstream::request,
};
use proto::{
    access::v1::{Permission, Role},
    policy_registry::v1::{Agency, GetAgencyRegisterRequest, GetAgencyRegisterResponse, GetSchoolRequest},
};
use time::{Duration, OffsetDateTime};

use crate::{app::App, pages::frame::Contact, visitor::Visitor};

/// How long an answer is believed.
const FRESH: Duration = Duration::minutes(5);
/// How long a refusal is believed.
const SULKING: Duration = Duration::seconds(20);
/// How long a page waits for what it can do without.
const PATIENCE: Patience = Patience::from_millis(800);
/// The contacts that every page shows besides the one for allegations, in their order.
const SHOWN: [(&str, &str); 2] =
    [("front_door_urgent", "Children’s services, urgent"), ("front_door_advice", "Children’s services, advice")];
/// How the purpose of whoever takes allegations begins in a register.
const ALLEGATIONS: &str = "allegations about adults";

/// What is remembered.
#[derive(Clone, Default)]
pub struct Directory(Arc<Inner>);

/// Where something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// At a school.
    School,
    /// At a desk of the authority.
    Desk(Desk),
    /// At the authority as a whole.
    Authority,
}

/// Roles, what they want to do, and where.
type Question = (Vec<Role>, Permission, Place);

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

    /// Whether somebody in these roles may do something at a place. The services decide again.
    pub fn may(&self, roles: &[Role], permission: Permission, place: Place) -> bool {
        let key = (roles.to_vec(), permission, place);
        let mut decisions = self.0.decisions.lock().unwrap_or_else(PoisonError::into_inner);
        *decisions.entry(key).or_insert_with(|| {
            let who = Principal::Account { id: "visitor", roles };
            let what = match place {
                Place::School => Resource::School("school"),
                Place::Desk(desk) => Resource::Desk(desk.name()),
                Place::Authority => Resource::Authority,
            };
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
    let register = answer.map_err(|status| crate::refusal::of_status(&status))?.into_inner();
    let of = |key: &str| register.agencies.iter().find(|agency| agency.key == key);
    let shown = SHOWN.iter().filter_map(|(key, name)| contact(name, of(key)?));
    let allegations = for_allegations(&register).and_then(|agency| contact("Allegations about adults", agency));
    Ok(shown.chain(allegations).collect())
}

/// Whoever takes allegations about adults for this authority. A register may name a neighbour's too, for children who
/// live there: the authority's own bears the area's name, or is the first.
fn for_allegations(register: &GetAgencyRegisterResponse) -> Option<&Agency> {
    let mut all = register.agencies.iter().filter(|agency| agency.purpose.to_lowercase().starts_with(ALLEGATIONS));
    let area = register.area.replace(['_', '-'], " ").to_lowercase();
    let own = all.clone().find(|agency| agency.name.to_lowercase().contains(&area));
    own.or_else(|| all.next())
}

/// How an agency is reached: by telephone where it has one, else by e-mail.
fn contact(name: &str, agency: &Agency) -> Option<Contact> {
    let by = |kind: &str| agency.channels.iter().find(|channel| channel.kind == kind).map(|found| found.value.as_str());
    let (scheme, value) = by("telephone").map(|n| ("tel", n)).or_else(|| by("email").map(|e| ("mailto", e)))?;
    Some(Contact::new(name, scheme, value))
}

#[cfg(test)]
mod tests {
    use proto::policy_registry::v1::Channel;

    use super::*;

    #[test]
    fn allegations_go_to_the_authority_s_own_officer_however_the_register_keys_them() {
        let agency = |key: &str, name: &str, purpose: &str, channels: &[(&str, &str)]| Agency {
            key: key.into(),
            name: name.into(),
            purpose: purpose.into(),
            channels: channels
                .iter()
                .map(|(kind, value)| Channel { kind: (*kind).into(), value: (*value).into(), ..Channel::default() })
                .collect(),
            ..Agency::default()
        };
        let city = agency(
            "lado_city",
            "Northport city designated officer",
            "allegations about adults, in the city of Northport",
            &[("telephone", "01632 960642")],
        );
        let county = agency(
            "lado_county",
            "Northshire designated officer",
            "Allegations about adults, in the county",
            &[("web", "www.northshire.example"), ("email", "lado@northshire.example")],
        );
        let prevent = agency("prevent", "Northshire Prevent", "radicalisation", &[("telephone", "01632 960111")]);
        let shown = |agencies: &[&Agency]| {
            let agencies = agencies.iter().map(|agency| (*agency).clone()).collect();
            let register = GetAgencyRegisterResponse { area: "northshire".into(), version: 1, agencies };
            for_allegations(&register).and_then(|agency| contact("Allegations", agency)).map(|c| (c.shown, c.href))
        };
        let own = ("lado@northshire.example".to_owned(), "mailto:lado@northshire.example".to_owned());
        assert_eq!(shown(&[&prevent, &city, &county]), Some(own.clone()));
        assert_eq!(shown(&[&county, &city]), Some(own));
        assert_eq!(shown(&[&city]), Some(("01632 960642".into(), "tel:01632960642".into())));
        assert_eq!(shown(&[&prevent]), None);
    }
}
