//! What every route of the gateway is given: the door, and the ways to the services in somebody's name.

use std::sync::Arc;

use chassis::{
    caller::{GATEWAY, Signer},
    clock::SharedClock,
    error::{Error, Kind, Result},
    id::{AccountId, Ids},
    serve::MAX_MESSAGE,
    upstream::{Upstream, Upstreams, request},
};
use http::{HeaderMap, HeaderValue, header};
use proto::{
    access::v1::{
        Assurance, accounts_client::AccountsClient, notices_client::NoticesClient, oversight_client::OversightClient,
    },
    filtering_ingest::v1::{
        AuthenticateSenderRequest, filtering_ingest_client::FilteringIngestClient, senders_client::SendersClient,
    },
    incident_cases::v1::incident_cases_client::IncidentCasesClient,
    policy_registry::v1::policy_registry_client::PolicyRegistryClient,
    reporting::v1::reporting_client::ReportingClient,
};
use time::OffsetDateTime;

pub use crate::door::SignedIn;
use crate::{
    accounts::{Account, Appointment},
    config::Console,
    door::Door,
    limits::{Client, Limits},
    pace::Pace,
    pages::brand::Brand,
    refusal,
    sessions::{self, Token},
    store::unsent_form::UnsentForms,
    tries::Place,
    visitor::{self, Visitor},
};

/// The gateway's state.
#[derive(Clone)]
pub struct App(Arc<Inner>);

pub(crate) struct Inner {
    pub config: Console,
    pub door: Door,
    pub limits: Limits,
    pub pace: Pace,
    pub unsent: UnsentForms,
    pub brand: Brand,
    pub signer: Arc<Signer>,
    /// The services by name, this process's Accounts among them.
    pub upstreams: Upstreams,
    /// Accounts without its wall: what needs no sign-in.
    pub open: Upstream,
    pub clock: SharedClock,
    pub ids: Ids,
}

/// Generates the typed way to one service.
macro_rules! client {
    ($(#[$doc:meta])* $name:ident, $service:literal, $client:ident) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// `Unavailable` where no address of it is configured.
        pub fn $name(&self, visitor: &Visitor) -> Result<$client<Upstream>> {
            let client = $client::new(self.to($service, visitor)?);
            Ok(client.max_decoding_message_size(MAX_MESSAGE).max_encoding_message_size(MAX_MESSAGE))
        }
    };
}

impl App {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The gateway's settings.
    pub fn config(&self) -> &Console {
        &self.0.config
    }

    /// The present moment.
    pub fn now(&self) -> OffsetDateTime {
        self.0.clock.now()
    }

    /// The source of ids.
    pub fn ids(&self) -> &Ids {
        &self.0.ids
    }

    /// The door.
    pub fn door(&self) -> &Door {
        &self.0.door
    }

    /// What one client may send.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// How long requests may take.
    pub(crate) fn pace(&self) -> Pace {
        self.0.pace
    }

    /// Forms that were written and could not be sent.
    pub(crate) fn unsent(&self) -> &UnsentForms {
        &self.0.unsent
    }

    /// The authority's own look.
    pub(crate) fn brand(&self) -> &Brand {
        &self.0.brand
    }

    /// Begins a browser's session and ends the one it replaces; answers whose it is and the headers that set
    /// its cookies.
    ///
    /// # Errors
    /// `Unauthenticated` where name or password is wrong; `Exhausted` after too many tries.
    pub async fn sign_in(
        &self,
        client: &Client,
        name: &str,
        password: &str,
        replaces: Option<&Visitor>,
    ) -> Result<(AccountId, HeaderMap)> {
        let opened = self.door().sign_in(client, name, password, sessions::Kind::Cookie).await?;
        if let Some(previous) = replaces {
            self.sign_out(previous).await?;
        }
        let https = self.config().https;
        let mark = visitor::set_browser_mark(&self.door().browser_mark(&opened.account_id), https);
        let mut headers = HeaderMap::new();
        for cookie in [visitor::set_cookie(&opened.token, https), mark].into_iter().flatten() {
            headers.append(header::SET_COOKIE, cookie);
        }
        Ok((opened.account_id, headers))
    }

    /// Ends a browser's session; answers the header that clears its cookie.
    ///
    /// # Errors
    /// Where it cannot be ended just now.
    pub async fn sign_out(&self, visitor: &Visitor) -> Result<HeaderMap> {
        if let Ok(account_id) = visitor.account_id.parse() {
            self.door().sign_out(&visitor.session, &account_id, sessions::Kind::Cookie).await?;
        }
        let cleared = visitor::clear_cookie(self.config().https);
        let data = HeaderValue::from_static("\"cache\", \"storage\"");
        let clear_site_data = http::HeaderName::from_static("clear-site-data");
        Ok(HeaderMap::from_iter([(header::SET_COOKIE, cleared), (clear_site_data, data)]))
    }

    /// Who holds a session.
    ///
    /// # Errors
    /// `Unauthenticated` where nobody does.
    pub async fn who(&self, token: &Token, kind: sessions::Kind) -> Result<SignedIn> {
        self.door().who(token, kind).await
    }

    client!(/** A visitor's way to the policy registry. */ policy_registry, "policy-registry", PolicyRegistryClient);
    client!(/** A visitor's way to the cases. */ incident_cases, "incident-cases", IncidentCasesClient);
    client!(/** A visitor's way to the filter feeds. */ filtering_ingest, "filtering-ingest", FilteringIngestClient);
    client!(/** A visitor's way to the senders of filter lines. */ senders, "filtering-ingest", SendersClient);
    client!(/** A visitor's way to the reports. */ reporting, "reporting", ReportingClient);
    client!(/** A visitor's way to the accounts. */ accounts, "gateway", AccountsClient);
    client!(/** A visitor's way to the notices. */ notices, "gateway", NoticesClient);
    client!(/** A visitor's way to why schools need help. */ oversight, "gateway", OversightClient);

    fn to(&self, service: &str, visitor: &Visitor) -> Result<Upstream> {
        let assurance = Assurance::Password;
        let Visitor { account_id, display_name, appointments, request_id, .. } = visitor;
        let known = (account_id.as_str(), told(service, display_name));
        let token = self.0.signer.for_named_account(service, known, appointments, assurance, request_id);
        self.0.upstreams.to(service)?.with_token(&token)
    }

    /// The way to a service in the name of whoever holds a session.
    pub(crate) fn in_name_of(&self, who: &SignedIn, service: &str, request_id: &str) -> Result<Upstream> {
        let known = (who.account_id.as_str(), told(service, &who.display_name));
        let token = self.0.signer.for_named_account(service, known, &who.appointments, Assurance::Password, request_id);
        self.0.upstreams.to(service)?.with_token(&token)
    }

    /// The way to the cases in the name of somebody who asked nothing: what they may know of is asked for, so that they can be
    /// told that there is something. Nobody signed in, which the token says by the weakest assurance.
    pub(crate) fn cases_on_behalf_of(&self, account: &Account) -> Result<IncidentCasesClient<Upstream>> {
        const CASES: &str = "incident-cases";
        let held = account.appointments.iter().filter(|held| held.in_force(self.now()));
        let appointments: Vec<_> = held.map(Appointment::to_proto).collect();
        let (known, request_id) = ((account.id.as_str(), account.display_name.as_str()), self.0.ids.request_id());
        let assurance = Assurance::Unspecified;
        let token = self.0.signer.for_named_account(CASES, known, &appointments, assurance, &request_id);
        let client = IncidentCasesClient::new(self.0.upstreams.to(CASES)?.with_token(&token)?);
        Ok(client.max_decoding_message_size(MAX_MESSAGE))
    }

    /// The way to the filter feeds in the name of the sender whose secret this is. The service that keeps senders says whose;
    /// tries are not counted, since nobody guesses 256 bits, and a school's boxes share one address.
    ///
    /// # Errors
    /// `Unauthenticated` where it is nobody's; `Denied` for every other service, which knows no senders.
    pub(crate) async fn of_sender(&self, secret: &str, service: &str, request_id: &str) -> Result<Upstream> {
        const KEEPS_SENDERS: &str = "filtering-ingest";
        if service != KEEPS_SENDERS {
            return Err(Error::denied());
        }
        let asked = request(AuthenticateSenderRequest { secret: secret.to_owned() });
        let known = SendersClient::new(self.open(service, request_id)?).authenticate_sender(asked).await;
        let known = known.map_err(|status| match refusal::of_status(&status) {
            error if error.kind() == Kind::Missing => Error::not_signed_in(),
            error => error,
        })?;
        let sender = (known.get_ref().sender_id.as_str(), "");
        let token = self.0.signer.for_named_account(service, sender, &[], Assurance::Password, request_id);
        self.0.upstreams.to(service)?.with_token(&token)
    }

    /// The way to what needs no sign-in: this process's own Accounts, or a service that is told that nobody asks.
    pub(crate) fn open(&self, service: &str, request_id: &str) -> Result<Upstream> {
        if service == GATEWAY {
            return Ok(self.0.open.clone());
        }
        self.0.upstreams.to(service)?.with_token(&self.0.signer.for_service(service, request_id))
    }

    /// Counts a try at something that opens to whoever knows a secret, as tries at sign-in are counted.
    pub(crate) async fn try_secret(&self, client: &Client) -> Result<Place> {
        let place = Place::address("secret", client.address);
        match self.0.door.tries().take(&place, self.now()).await? {
            Some(wait) => Err(Error::too_many(wait)),
            None => Ok(place),
        }
    }

    /// Forgets the tries of whoever knew the secret.
    pub(crate) async fn knew_secret(&self, place: &Place) -> Result<()> {
        self.0.door.tries().forget(place).await
    }

    /// Counts a try at something that so many may do from one place.
    pub(crate) async fn take(&self, place: &Place) -> Result<()> {
        match self.0.door.tries().take(place, self.now()).await? {
            Some(wait) => Err(Error::too_many(wait)),
            None => Ok(()),
        }
    }

    /// Takes a try back that was right.
    pub(crate) async fn give_back(&self, place: &Place) -> Result<()> {
        self.0.door.tries().give_back(place).await
    }

    /// The ways to every service.
    pub(crate) fn upstreams(&self) -> &Upstreams {
        &self.0.upstreams
    }
}

/// The name a service is told of whoever calls: the policy registry, whose registers name people, and the cases, whose
/// receipts do, for a school that knows no accounts of the other.
fn told<'a>(service: &str, display_name: &'a str) -> &'a str {
    if matches!(service, "policy-registry" | "incident-cases") { display_name } else { "" }
}
