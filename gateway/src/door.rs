//! The door: signing in, knowing again who signed in, locking, signing out. The console and the Accounts service both use it.

use std::sync::Arc;

use chassis::{
    caller::Scope,
    db::Store,
    error::{Error, Result},
    history::Act,
    id::AccountId,
};
use subtle::ConstantTimeEq as _;
use time::OffsetDateTime;
use tracing::info;

use crate::{
    accounts::{Account, Appointment, sign_in_name},
    limits::Client,
    passwords::Passwords,
    sessions::{Key, Kind, Lasting, Session, Sessions, Token},
    store,
    tries::{Place, Tries},
};

/// What signing in and out needs.
#[derive(Clone)]
pub struct Door {
    store: Store,
    sessions: Arc<dyn Sessions>,
    tries: Arc<dyn Tries>,
    passwords: Passwords,
    lasting: Lasting,
    /// How many wrong tries one address has.
    failures: usize,
}

/// Who holds a session, as their account stands at this moment.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Their account.
    pub account_id: AccountId,
    /// The name shown to colleagues.
    pub display_name: String,
    /// The appointments they hold.
    pub appointments: Vec<proto::access::v1::Appointment>,
    /// What their session is kept under.
    pub session: Key,
    /// Whether its screen was hidden.
    pub locked: bool,
}

/// A session that has just begun.
pub struct Opened {
    /// Its secret.
    pub token: Token,
    /// Whose it is.
    pub account_id: AccountId,
    /// When it ends whatever happens.
    pub expires_at: OffsetDateTime,
}

impl Door {
    /// A door to the accounts in `store`.
    pub fn new(
        store: Store,
        sessions: Arc<dyn Sessions>,
        tries: Arc<dyn Tries>,
        passwords: Passwords,
        lasting: Lasting,
        failures: usize,
    ) -> Self {
        Self { store, sessions, tries, passwords, lasting, failures }
    }

    /// Where the accounts are.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Where the sessions are.
    pub fn sessions(&self) -> &Arc<dyn Sessions> {
        &self.sessions
    }

    /// Where tries are counted.
    pub(crate) fn tries(&self) -> &Arc<dyn Tries> {
        &self.tries
    }

    /// Hashes and checks passwords.
    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// Begins a session for whoever proves a password.
    ///
    /// # Errors
    /// `Unauthenticated` where name or password is wrong, or the account holds no appointment at present; `Exhausted`
    /// after too many tries.
    pub async fn sign_in(&self, client: &Client, name: &str, password: &str, kind: Kind) -> Result<Opened> {
        let (name, now) = (sign_in_name(name), self.now());
        let mut tx = self.store.begin(&Scope::system("gateway")).await?;
        tx.silent();
        let account = store::account::by_name(&tx, &name).await?;
        tx.commit().await?;
        let (place, known) = self.place(client, &name, account.as_ref());
        let crowd = Place::crowd(client.address, self.failures);
        // A browser that signed in under the name before is no stranger, whatever goes on around it.
        // The crowd's last: what the others refuse is no wrong password, and uses nothing up of what everybody there shares.
        let places = if known { vec![place] } else { vec![place, Place::anywhere(&name), crowd] };
        for place in &places {
            if let Some(wait) = self.tries.take(place, now).await? {
                info!("too many tries to sign in");
                return Err(Error::too_many(wait));
            }
        }
        let kept = account.as_ref().map(|account| account.password_hash.as_str());
        let right = self.passwords.check(password, kept).await?;
        let account = account.filter(|account| right && account.appointments.iter().any(|a| a.in_force(now)));
        let Some(account) = account else {
            info!("a sign-in was refused");
            return Err(Error::sign_in_refused());
        };
        let token = Token::random();
        let session = Session::begin(token.key(), account.id.clone(), kind, now);
        self.record("session.started", &account.id, kind).await?;
        self.sessions.start(&session).await?;
        if !known {
            self.tries.give_back(&crowd).await?;
        }
        self.tries.forget(&place).await?;
        Ok(Opened { token, account_id: account.id, expires_at: self.lasting.end(&session) })
    }

    /// Who holds the session of a token, as their account stands now.
    ///
    /// # Errors
    /// `Unauthenticated` where there is no such session, it is over, or the account holds no appointment any more.
    pub async fn who(&self, token: &Token, kind: Kind) -> Result<SignedIn> {
        let (key, now) = (token.key(), self.now());
        let session = self.sessions.find(&key).await?.ok_or_else(Error::not_signed_in)?;
        if session.kind != kind {
            return Err(Error::not_signed_in());
        }
        if !self.lasting.live(&session, now) {
            self.sessions.end(&key).await?;
            return Err(Error::expired());
        }
        let account = self.account(&session.account_id).await?;
        let Some(account) = account.filter(|account| account.appointments.iter().any(|a| a.in_force(now))) else {
            self.sessions.end_all(&session.account_id).await?;
            return Err(Error::expired());
        };
        // A hidden screen is not a visit: left alone it ends like any other.
        if session.stale(now) && !session.locked {
            self.sessions.seen(&session, now).await?;
        }
        Ok(SignedIn {
            account_id: account.id,
            display_name: account.display_name,
            appointments: account.appointments.iter().map(Appointment::to_proto).collect(),
            session: key,
            locked: session.locked,
        })
    }

    /// Locks a session: nothing is shown before its holder proves the password again. It does not end it.
    ///
    /// # Errors
    /// Where it cannot be locked just now.
    pub async fn lock(&self, session: &Key, account_id: &AccountId) -> Result<()> {
        self.sessions.lock(session, true).await?;
        self.record("session.locked", account_id, Kind::Cookie).await
    }

    /// Opens a locked session for whoever proves its holder's password.
    ///
    /// # Errors
    /// `Unauthenticated` where the password is wrong; `Exhausted` after too many tries.
    pub async fn unlock(&self, session: &Key, account_id: &AccountId, password: &str) -> Result<()> {
        let account = self.account(account_id).await?.ok_or_else(Error::expired)?;
        let place = Place::session(&account.sign_in_name, session);
        if let Some(wait) = self.tries.take(&place, self.now()).await? {
            info!("too many tries to unlock");
            return Err(Error::too_many(wait));
        }
        if !self.passwords.check(password, Some(&account.password_hash)).await? {
            info!("an unlocking was refused");
            return Err(Error::sign_in_refused());
        }
        self.record("session.unlocked", account_id, Kind::Cookie).await?;
        self.sessions.lock(session, false).await?;
        if let Some(found) = self.sessions.find(session).await? {
            self.sessions.seen(&found, self.now()).await?;
        }
        self.tries.forget(&place).await
    }

    async fn account(&self, account_id: &AccountId) -> Result<Option<Account>> {
        let mut tx = self.store.begin(&Scope::system("gateway")).await?;
        tx.silent();
        let account = store::account::by_id(&tx, account_id).await?;
        tx.commit().await?;
        Ok(account)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Where it cannot be ended just now.
    pub async fn sign_out(&self, session: &Key, account_id: &AccountId, kind: Kind) -> Result<()> {
        self.sessions.end(session).await?;
        self.record("session.ended", account_id, kind).await
    }

    /// What a browser that signed in keeps, to be told from strangers typing its holder's name.
    pub fn browser_mark(&self, account_id: &AccountId) -> String {
        let nonce = hex::encode(rand::random::<[u8; 16]>());
        let proof = self.proof(account_id, &nonce);
        format!("{nonce}.{proof}")
    }

    /// Where somebody tries from, and whether their browser signed in under the name before.
    fn place(&self, client: &Client, name: &str, account: Option<&Account>) -> (Place, bool) {
        let mark = client.browser_mark.as_deref().and_then(|mark| mark.split_once('.'));
        match (mark, account) {
            (Some((nonce, proof)), Some(account))
                if bool::from(self.proof(&account.id, nonce).as_bytes().ct_eq(proof.as_bytes())) =>
            {
                (Place::browser(name, nonce), true)
            }
            _ => (Place::address(name, client.address), false),
        }
    }

    fn proof(&self, account_id: &AccountId, nonce: &str) -> String {
        hex::encode(self.store.ring().token("browser", &format!("{account_id}|{nonce}")))
    }

    async fn record(&self, action: &'static str, account_id: &AccountId, kind: Kind) -> Result<()> {
        let mut tx = self.store.begin(&Scope::system("gateway")).await?;
        tx.record(Act::new(action, account_id.as_str()).detail("kind", kind.code()));
        tx.commit().await
    }

    fn now(&self) -> OffsetDateTime {
        self.store.clock().now()
    }
}
