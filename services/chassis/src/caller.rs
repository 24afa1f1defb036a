//! Who calls. The gateway signs a short-lived token for one service; the service trusts that and nothing else.
//! Only a `Caller` makes a `Scope`, and only a `Scope` opens the store.

use std::{collections::HashMap, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use prost::Message as _;
use proto::{
    access::v1::{Appointment, Assurance, CallerClaims, Permission, Role},
    contract::Rpc,
};
use time::{Duration, OffsetDateTime};

use crate::{
    access::{Access, Decision, Principal, Resource},
    clock::{SharedClock, moment, timestamp},
    error::{Error, Result},
    id::{AccountId, SchoolId},
};

/// The metadata key that carries the token between processes.
pub const HEADER: &str = "hedgerow-caller";
/// The issuer that may vouch for accounts; every other issuer speaks for itself alone.
pub const GATEWAY: &str = "gateway";
/// How long a token is accepted.
const LIFETIME: Duration = Duration::seconds(60);
/// How far two machines' clocks may differ.
const SKEW: Duration = Duration::seconds(5);
/// Keeps the signature from meaning anything elsewhere.
const CONTEXT: &[u8] = b"hedgerow caller token v1\0";

/// Signs caller tokens in the name of one process.
pub struct Signer {
    issuer: String,
    key: SigningKey,
    clock: SharedClock,
}

impl Signer {
    /// A signer named `issuer`.
    pub fn new(issuer: impl Into<String>, key: SigningKey, clock: SharedClock) -> Self {
        Self { issuer: issuer.into(), key, clock }
    }

    /// A token for an account, as the gateway vouches for it.
    pub fn for_account(
        &self,
        audience: &str,
        account: &str,
        appointments: &[Appointment],
        assurance: Assurance,
        request_id: &str,
    ) -> String {
        self.sign(CallerClaims {
            account_id: account.to_owned(),
            appointments: appointments.to_vec(),
            assurance: assurance.into(),
            ..self.claims(audience, request_id)
        })
    }

    /// A token in which this process speaks for itself; the gateway's own speaks for nobody, and opens what is open to
    /// everybody.
    pub fn for_service(&self, audience: &str, request_id: &str) -> String {
        self.sign(self.claims(audience, request_id))
    }

    fn claims(&self, audience: &str, request_id: &str) -> CallerClaims {
        let now = self.clock.now();
        CallerClaims {
            issuer: self.issuer.clone(),
            audience: audience.to_owned(),
            request_id: request_id.to_owned(),
            issue_time: Some(timestamp(now)),
            expire_time: Some(timestamp(now + LIFETIME)),
            ..CallerClaims::default()
        }
    }

    fn sign(&self, claims: CallerClaims) -> String {
        let body = claims.encode_to_vec();
        let signature = self.key.sign(&[CONTEXT, &body].concat());
        format!("{}.{}", URL_SAFE_NO_PAD.encode(&body), URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

/// Whose tokens a process accepts.
#[derive(Clone)]
pub struct Trust {
    keys: HashMap<String, VerifyingKey>,
    clock: SharedClock,
}

impl Trust {
    /// Trusts these issuers.
    pub fn new(keys: HashMap<String, VerifyingKey>, clock: SharedClock) -> Self {
        Self { keys, clock }
    }

    /// Reads a token meant for `audience`.
    ///
    /// # Errors
    /// `Unauthenticated` for anything but a token of a trusted issuer, for this audience, in its time.
    pub fn verify(&self, token: &str, audience: &str) -> Result<CallerClaims> {
        let claims = self.read(token, audience)?;
        if (claims.issuer == GATEWAY) == claims.account_id.is_empty() {
            Err(Error::not_signed_in())
        } else {
            Ok(claims)
        }
    }

    /// Reads a token meant for `audience` in which the gateway vouches for nobody: for rpcs that are open to everybody,
    /// and reach a service through the gateway alone, which counts who tries how often.
    ///
    /// # Errors
    /// `Unauthenticated` for anything but such a token in its time.
    pub fn verify_open(&self, token: &str, audience: &str) -> Result<CallerClaims> {
        let claims = self.read(token, audience)?;
        if claims.issuer == GATEWAY && claims.account_id.is_empty() { Ok(claims) } else { Err(Error::not_signed_in()) }
    }

    fn read(&self, token: &str, audience: &str) -> Result<CallerClaims> {
        let refused = Error::not_signed_in;
        let (body, signature) = token.split_once('.').ok_or_else(refused)?;
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| refused())?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| refused())?;
        let signature = Signature::from_slice(&signature).map_err(|_| refused())?;
        let claims = CallerClaims::decode(body.as_slice()).map_err(|_| refused())?;
        let key = self.keys.get(&claims.issuer).ok_or_else(refused)?;
        key.verify_strict(&[CONTEXT, &body].concat(), &signature).map_err(|_| refused())?;
        if claims.audience != audience {
            return Err(refused());
        }
        let time = |at: &Option<prost_types::Timestamp>| at.as_ref().and_then(moment).ok_or_else(refused);
        let (issued, expires, now) = (time(&claims.issue_time)?, time(&claims.expire_time)?, self.clock.now());
        if expires - issued > LIFETIME || issued > now + SKEW {
            return Err(refused());
        }
        if expires + SKEW < now {
            return Err(Error::expired());
        }
        Ok(claims)
    }
}

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
        Ok(Scope { who: Who::Nobody, reach: Reach::School(school.clone()), roles: Vec::new(), request_id })
    }

    fn active(&self, appointment: &Appointment) -> bool {
        let started = appointment.start_time.as_ref().and_then(moment).is_some_and(|start| start <= self.now);
        let ended = appointment.end_time.as_ref().is_some_and(|end| moment(end).is_none_or(|end| end <= self.now));
        started && !ended
    }

    fn roles(&self, school: &str) -> Vec<Role> {
        let at = self.claims.appointments.iter().filter(|a| a.school_id == school && self.active(a));
        at.map(Appointment::role).collect()
    }

    fn may(&self, roles: &[Role], resource: Resource<'_>) -> Result<()> {
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
        Scope { who, reach, roles, request_id: self.claims.request_id.clone() }
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

/// Who acts within a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Who {
    Account(String),
    Service(String),
    Consumer,
    /// Whoever calls an rpc that is open to everybody.
    Nobody,
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account(id) => f.write_str(id),
            Self::Service(name) => write!(f, "service:{name}"),
            Self::Consumer => f.write_str("consumer"),
            Self::Nobody => f.write_str("nobody"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    School(SchoolId),
    Own(Vec<SchoolId>),
    Authority,
}

/// What one act may reach in the store, and who answers for it. There is no query without one.
#[derive(Debug, Clone)]
pub struct Scope {
    who: Who,
    reach: Reach,
    roles: Vec<Role>,
    request_id: String,
}

impl Scope {
    /// The scope of an event's consumer: the school the event concerns, or the authority where it concerns none.
    pub fn consumer(school: &str, event_id: &str) -> Self {
        let reach = school.parse().map_or(Reach::Authority, Reach::School);
        Self { who: Who::Consumer, reach, roles: Vec::new(), request_id: event_id.to_owned() }
    }

    /// The scope of the process itself, for work on the whole installation such as setting it up.
    pub fn system(name: &str) -> Self {
        Self {
            who: Who::Service(name.to_owned()),
            reach: Reach::Authority,
            roles: Vec::new(),
            request_id: String::new(),
        }
    }

    /// The same act in another school's rows, where the domain has settled that it may: answering an invitation.
    #[must_use]
    pub fn also_at(&self, school: &SchoolId) -> Self {
        let mut schools = self.schools().to_vec();
        schools.push(school.clone());
        Self { reach: Reach::Own(schools), ..self.clone() }
    }

    /// The one school this scope is at.
    ///
    /// # Errors
    /// `Internal` where the scope is wider: a fault of ours.
    pub fn school(&self) -> Result<&SchoolId> {
        match &self.reach {
            Reach::School(school) => Ok(school),
            Reach::Own(schools) if schools.len() == 1 => schools.first().ok_or_else(Error::missing),
            Reach::Own(_) | Reach::Authority => Err(Error::internal("this scope is not at one school")),
        }
    }

    /// The schools this scope names; none where it reaches the whole authority.
    pub fn schools(&self) -> &[SchoolId] {
        match &self.reach {
            Reach::School(school) => std::slice::from_ref(school),
            Reach::Own(schools) => schools,
            Reach::Authority => &[],
        }
    }

    /// True where the scope reaches every school of the authority.
    pub fn authority(&self) -> bool {
        self.reach == Reach::Authority
    }

    /// The account that acts; none for services and consumers.
    pub fn account(&self) -> Option<AccountId> {
        match &self.who {
            Who::Account(id) => id.parse().ok(),
            Who::Service(_) | Who::Consumer | Who::Nobody => None,
        }
    }

    /// The account's id as text, empty for services and consumers.
    pub fn account_text(&self) -> &str {
        match &self.who {
            Who::Account(id) => id,
            Who::Service(_) | Who::Consumer | Who::Nobody => "",
        }
    }

    /// The roles the act is done in.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// True where the act is done in this role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// The request it belongs to.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The actor as the history names them.
    pub fn actor(&self) -> String {
        self.who.to_string()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::clock::ManualClock;

    fn parts() -> (Signer, Trust, Arc<ManualClock>) {
        let clock = ManualClock::new(datetime!(2026-11-24 09:00 UTC));
        let key = SigningKey::from_bytes(&[7; 32]);
        let keys = HashMap::from([(GATEWAY.to_owned(), key.verifying_key())]);
        (Signer::new(GATEWAY, key, clock.clone()), Trust::new(keys, clock.clone()), clock)
    }

    #[test]
    fn a_token_is_for_one_audience_and_one_minute() {
        let (signer, trust, clock) = parts();
        let token = signer.for_account("reporting", "acc_x", &[], Assurance::Password, "r");
        assert!(trust.verify(&token, "reporting").is_ok());
        assert!(trust.verify(&token, "incident-cases").is_err());
        clock.advance(Duration::seconds(66));
        assert!(trust.verify(&token, "reporting").is_err_and(|e| e.reason_name() == "EXPIRED"));
    }

    #[test]
    fn a_changed_or_foreign_token_is_refused() {
        let (signer, trust, clock) = parts();
        let token = signer.for_account("reporting", "acc_x", &[], Assurance::Password, "r");
        for place in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap_or_default();
            assert!(changed == token || trust.verify(&changed, "reporting").is_err(), "place {place}");
        }
        let stranger = Signer::new(GATEWAY, SigningKey::from_bytes(&[8; 32]), clock);
        let token = stranger.for_account("reporting", "acc_x", &[], Assurance::Password, "r");
        assert!(trust.verify(&token, "reporting").is_err());
    }

    #[test]
    fn what_the_gateway_signs_for_nobody_opens_what_is_open_to_everybody_and_nothing_else() {
        let (signer, trust, clock) = parts();
        let nobody = signer.for_service("policy-registry", "r");
        assert!(trust.verify(&nobody, "policy-registry").is_err());
        let claims = trust.verify_open(&nobody, "policy-registry");
        assert!(claims.as_ref().is_ok_and(|claims| claims.account_id.is_empty()));
        assert!(trust.verify_open(&nobody, "reporting").is_err());
        let somebody = signer.for_account("policy-registry", "acc_x", &[], Assurance::Password, "r");
        assert!(trust.verify_open(&somebody, "policy-registry").is_err());
        let service = Signer::new("reporting", SigningKey::from_bytes(&[7; 32]), clock.clone());
        assert!(trust.verify_open(&service.for_service("policy-registry", "r"), "policy-registry").is_err());

        let access = Access::load().map(Arc::new).unwrap_or_else(|fault| unreachable!("{fault}"));
        let (claims, school) = (claims.unwrap_or_default(), "sch_00000000000000000000000000".parse::<SchoolId>());
        for rpc in proto::contract::rpcs() {
            let caller = Caller::new(claims.clone(), rpc, access.clone(), clock.now());
            let open = rpc.permission == Permission::Public;
            assert_eq!(school.as_ref().is_ok_and(|school| caller.open_at(school).is_ok()), open, "{}", rpc.path);
            let reached = [caller.at("sch_00000000000000000000000000"), caller.at_authority(), caller.anywhere()];
            assert!(reached.iter().all(Result::is_err), "{}", rpc.path);
        }
    }

    #[test]
    fn a_service_cannot_vouch_for_an_account() {
        let clock = ManualClock::new(datetime!(2026-11-24 09:00 UTC));
        let key = SigningKey::from_bytes(&[9; 32]);
        let trust = Trust::new(HashMap::from([("reporting".to_owned(), key.verifying_key())]), clock.clone());
        let signer = Signer::new("reporting", key, clock);
        assert!(trust.verify(&signer.for_service("policy-registry", "r"), "policy-registry").is_ok());
        let forged = signer.for_account("policy-registry", "acc_x", &[], Assurance::Password, "r");
        assert!(trust.verify(&forged, "policy-registry").is_err());
    }
}
