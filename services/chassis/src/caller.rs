//! Who calls. The gateway signs a short-lived token for one service; the service trusts that and nothing else.
//! Only a `Caller` makes a `Scope`, and only a `Scope` opens the store.

mod scope;
mod token;

use std::sync::Arc;

use proto::{
    access::v1::{Appointment, CallerClaims, Permission, Role},
    contract::Rpc,
};
use time::OffsetDateTime;

use crate::{
    access::{Access, Decision, Principal, Resource},
    clock::moment,
    desk::Desk,
    error::{Error, Result},
    id::SchoolId,
};
pub use scope::Scope;
use scope::{LetIn, Reach, Who};
pub use token::{Signer, Trust};

/// The metadata key that carries the token between processes.
pub const HEADER: &str = "hedgerow-caller";
/// The issuer that may vouch for accounts; every other issuer speaks for itself alone.
pub const GATEWAY: &str = "gateway";
/// What the id of a filter sender begins with. A sender calls as an account does, under its own id.
const SENDER: &str = "snd_";

/// The verified caller of one rpc.
#[derive(Clone)]
pub struct Caller {
    claims: Arc<CallerClaims>,
    rpc: &'static Rpc,
    access: Arc<Access>,
    now: OffsetDateTime,
    /// W3C trace context that came with the call; empty where none did.
    pub(crate) traceparent: String,
}

impl Caller {
    /// The caller of `rpc`, once its token was verified.
    pub fn new(claims: CallerClaims, rpc: &'static Rpc, access: Arc<Access>, now: OffsetDateTime) -> Self {
        Self { claims: Arc::new(claims), rpc, access, now, traceparent: String::new() }
    }

    /// A filter sender that proved itself at a door of the service's own, by its certificate or its address, and not at
    /// the gateway. It may what a sender may, and nothing else.
    pub fn of_sender(
        sender_id: &str,
        rpc: &'static Rpc,
        access: Arc<Access>,
        request_id: String,
        now: OffsetDateTime,
    ) -> Self {
        let (issuer, account_id) = (GATEWAY.to_owned(), sender_id.to_owned());
        Self::new(CallerClaims { issuer, account_id, request_id, ..CallerClaims::default() }, rpc, access, now)
    }

    /// Takes the caller out of a request, which leaves the message.
    ///
    /// # Errors
    /// `Unauthenticated` where the wall did not let anybody in.
    pub fn split<T>(request: tonic::Request<T>) -> Result<(Self, T)> {
        let caller = request.extensions().get::<Self>().cloned().ok_or_else(Error::not_signed_in)?;
        Ok((caller, request.into_inner()))
    }

    /// The rpc being called.
    pub fn rpc(&self) -> &'static Rpc {
        self.rpc
    }

    /// The request this call belongs to.
    pub fn request_id(&self) -> &str {
        &self.claims.request_id
    }

    /// What the caller may reach at one school.
    ///
    /// # Errors
    /// `Missing` where the caller has nothing to do with that school, just as if there were no such school; `Denied`
    /// where their role there does not allow this rpc.
    pub fn at(&self, school: &str) -> Result<Scope> {
        let school: SchoolId = school.parse().map_err(|_| Error::missing())?;
        let here = self.roles(school.as_str());
        let roles = [here.clone(), self.roles("")].concat();
        if self.claims.issuer == GATEWAY && roles.is_empty() {
            return Err(Error::missing());
        }
        self.may(&roles, Resource::School(school.as_str()))?;
        Ok(self.scope(Reach::School(school), roles))
    }

    /// What the caller may reach of the authority as a whole.
    ///
    /// # Errors
    /// `Denied` where no role at the authority allows this rpc.
    pub fn at_authority(&self) -> Result<Scope> {
        let roles = self.roles("");
        self.may(&roles, Resource::Authority)?;
        Ok(self.scope(Reach::Authority, roles))
    }

    /// What the caller may reach at one of the authority's desks: its rows, and no school's.
    ///
    /// # Errors
    /// `Missing` where there is no such desk; `Denied` where no role at the authority works it.
    pub fn at_desk(&self, desk: &str) -> Result<Scope> {
        let desk = Desk::of(desk).ok_or_else(Error::missing)?;
        let roles = self.roles("");
        self.may(&roles, Resource::Desk(desk.name()))?;
        Ok(Scope { desk: Some(desk), ..self.scope(Reach::Own(Vec::new()), roles) })
    }

    /// What the caller may reach of their own: the schools they hold an appointment at, or all of them for the
    /// authority's officers.
    ///
    /// # Errors
    /// `Denied` where no role anywhere allows this rpc.
    pub fn anywhere(&self) -> Result<Scope> {
        let active = self.claims.appointments.iter().filter(|a| self.active(a));
        let roles: Vec<Role> = active.clone().map(Appointment::role).collect();
        self.may(&roles, Resource::Own)?;
        let reach = if self.claims.issuer != GATEWAY || active.clone().any(|a| a.school_id.is_empty()) {
            Reach::Authority
        } else {
            Reach::Own(active.filter_map(|a| a.school_id.parse().ok()).collect())
        };
        Ok(self.scope(reach, roles))
    }

    /// What an rpc that is open to everybody may reach: the one school whose secret the caller knows.
    ///
    /// # Errors
    /// `Denied` for every other rpc.
    pub fn open_at(&self, school: &SchoolId) -> Result<Scope> {
        if self.rpc.permission != Permission::Public {
            return Err(Error::denied());
        }
        let request_id = self.claims.request_id.clone();
        Ok(Scope {
            who: Who::Nobody,
            reach: Reach::School(school.clone()),
            roles: Vec::new(),
            request_id,
            name: String::new(),
            let_in: None,
            desk: None,
        })
    }

    /// The filter sender that calls; none for everybody else. A sender holds no appointment, so that it reaches nothing
    /// but by `as_sender` and `sender_at`.
    pub fn sender(&self) -> Option<&str> {
        let id = self.claims.account_id.as_str();
        (self.claims.issuer == GATEWAY && id.starts_with(SENDER)).then_some(id)
    }

    /// What a filter sender may reach of what is held for itself.
    ///
    /// # Errors
    /// `Missing` for everybody else; `Denied` where senders are not allowed this rpc.
    pub fn as_sender(&self) -> Result<Scope> {
        let sender_id = self.sender().ok_or_else(Error::missing)?;
        self.may(&[Role::Sender], Resource::Own)?;
        Ok(self.scope(Reach::Sender(sender_id.to_owned()), vec![Role::Sender]))
    }

    /// What a filter sender may reach at a school that its registration names, which the service has looked up.
    ///
    /// # Errors
    /// As `as_sender`.
    pub fn sender_at(&self, school: &SchoolId) -> Result<Scope> {
        self.sender().ok_or_else(Error::missing)?;
        self.may(&[Role::Sender], Resource::School(school.as_str()))?;
        Ok(self.scope(Reach::School(school.clone()), vec![Role::Sender]))
    }

    /// Whether the caller holds an appointment at a school itself, which there is then.
    pub fn appointed_at(&self, school: &str) -> bool {
        !self.roles(school).is_empty()
    }

    fn active(&self, appointment: &Appointment) -> bool {
        let started = appointment.start_time.as_ref().and_then(moment).is_some_and(|start| start <= self.now);
        let ended = appointment.end_time.as_ref().is_some_and(|end| moment(end).is_none_or(|end| end <= self.now));
        started && !ended
    }

    /// Whether the caller holds an appointment at a school, and so knows that it is there.
    pub fn is_at(&self, school: &str) -> bool {
        !school.is_empty() && !self.roles(school).is_empty()
    }

    fn roles(&self, school: &str) -> Vec<Role> {
        let at = self.claims.appointments.iter().filter(|a| a.school_id == school && self.active(a));
        at.map(Appointment::role).collect()
    }

    fn may(&self, roles: &[Role], resource: Resource<'_>) -> Result<()> {
        // Whoever calls without an account reaches what `open_at` names, and nothing else.
        if self.claims.issuer == GATEWAY && self.claims.account_id.is_empty() {
            return Err(Error::not_signed_in());
        }
        let principal = match self.claims.issuer.as_str() {
            GATEWAY => Principal::Account { id: &self.claims.account_id, roles },
            service => Principal::Service(service),
        };
        match self.access.may(principal, self.rpc.permission, resource, &[]) {
            Decision::Allow => Ok(()),
            Decision::Deny => Err(Error::denied()),
        }
    }

    fn scope(&self, reach: Reach, mut roles: Vec<Role>) -> Scope {
        roles.sort_unstable();
        roles.dedup();
        let who = match self.claims.issuer.as_str() {
            GATEWAY if self.claims.account_id.is_empty() => Who::Nobody,
            GATEWAY => Who::Account(self.claims.account_id.clone()),
            service => Who::Service(service.to_owned()),
        };
        let let_in = LetIn { access: self.access.clone(), permission: self.rpc.permission };
        let (request_id, name) = (self.claims.request_id.clone(), self.claims.account_name.clone());
        Scope { who, reach, roles, request_id, name, let_in: Some(let_in), desk: None }
    }

    /// The caller as the history names them.
    pub(crate) fn actor(&self) -> String {
        match self.claims.issuer.as_str() {
            GATEWAY if self.claims.account_id.is_empty() => Who::Nobody.to_string(),
            GATEWAY => Who::Account(self.claims.account_id.clone()).to_string(),
            service => Who::Service(service.to_owned()).to_string(),
        }
    }
}
