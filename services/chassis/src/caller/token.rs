//! The token that one process signs and another reads: who calls, for a minute, to one service.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use prost::Message as _;
use proto::access::v1::{Appointment, Assurance, CallerClaims};
use time::Duration;

use super::{Caller, GATEWAY};
use crate::{
    clock::{SharedClock, moment, timestamp},
    error::{Error, Result},
};

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
        self.for_named_account(audience, (account, ""), appointments, assurance, request_id)
    }

    /// The same for a service that is told by which name the account is shown to colleagues.
    pub fn for_named_account(
        &self,
        audience: &str,
        (account, name): (&str, &str),
        appointments: &[Appointment],
        assurance: Assurance,
        request_id: &str,
    ) -> String {
        self.sign(CallerClaims {
            account_id: account.to_owned(),
            account_name: name.to_owned(),
            appointments: appointments.to_vec(),
            assurance: assurance.into(),
            ..self.claims(audience, request_id)
        })
    }

    /// A token for another service, in the name of whoever called this process.
    pub fn passed_on(&self, audience: &str, caller: &Caller) -> String {
        let CallerClaims { account_id, appointments, assurance, request_id, .. } = CallerClaims::clone(&caller.claims);
        self.sign(CallerClaims { account_id, appointments, assurance, ..self.claims(audience, &request_id) })
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use time::macros::datetime;

    use proto::access::v1::Permission;

    use super::*;
    use crate::{
        access::Access,
        caller::Caller,
        clock::{Clock as _, ManualClock},
        id::SchoolId,
    };

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
