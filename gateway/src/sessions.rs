//! Sessions: what a token stands for, how long it lasts, and the two places sessions can be kept in.
//! Only a digest of the token is kept, so that a stolen store signs nobody in.

pub mod redis;

use std::str::FromStr;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chassis::{error::Result, id::AccountId};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use time::{Duration, OffsetDateTime};

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasting {
    /// A browser's without a visit: staff rooms share machines.
    pub idle: Duration,
    /// Any, whatever happens: a working day.
    pub absolute: Duration,
}

impl Default for Lasting {
    fn default() -> Self {
        Self { idle: Duration::minutes(15), absolute: Duration::hours(8) }
    }
}

impl Lasting {
    /// Whether a session still counts.
    pub fn live(&self, session: &Session, now: OffsetDateTime) -> bool {
        let idle = match session.kind {
            Kind::Cookie => now - session.seen_at >= self.idle,
            Kind::Bearer => false,
        };
        now < self.end(session) && !idle
    }

    /// When a session ends whatever happens.
    pub fn end(&self, session: &Session) -> OffsetDateTime {
        session.started_at + self.absolute
    }
}

/// How exactly the last visit is kept: writing it down at every request would cost a write per page.
const GRAIN: Duration = Duration::seconds(60);

/// The secret that a browser or a program holds: 256 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// The text is not a session token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a session token")]
pub struct Malformed;

impl FromStr for Token {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Malformed)?;
        bytes.try_into().map(Self).map_err(|_| Malformed)
    }
}

impl Token {
    /// A token nobody can guess.
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// The token as its holder sends it.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the session is kept under.
    pub fn key(&self) -> Key {
        Key(self.digest(b"hedgerow session\0"))
    }

    /// What proves that a form came from a page of this session.
    pub fn form_secret(&self) -> FormSecret {
        FormSecret(self.digest(b"hedgerow form\0"))
    }

    fn digest(&self, purpose: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update(purpose).chain_update(self.0).finalize().into()
    }
}

/// What a session is kept under: a digest of its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key as text.
    pub fn hex(&self) -> String {
        hex::encode(self.0)
    }
}

/// What proves that a form came from a page of one session. Each page carries it under another mask, so that the size
/// of a compressed page tells nothing of it.
#[derive(Clone)]
pub struct FormSecret([u8; 32]);

impl std::fmt::Debug for FormSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FormSecret")
    }
}

impl FormSecret {
    /// The secret under a new mask, as a form carries it.
    pub fn masked(&self) -> String {
        let mask: [u8; 32] = rand::random();
        URL_SAFE_NO_PAD.encode([mask, under(&self.0, &mask)].concat())
    }

    /// Whether a form carried it.
    pub fn proves(&self, text: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(text) else { return false };
        let Ok(bytes) = <[u8; 64]>::try_from(bytes) else { return false };
        let (mut mask, mut masked) = ([0; 32], [0; 32]);
        mask.copy_from_slice(&bytes[..32]);
        masked.copy_from_slice(&bytes[32..]);
        under(&masked, &mask).ct_eq(&self.0).into()
    }
}

fn under(secret: &[u8; 32], mask: &[u8; 32]) -> [u8; 32] {
    std::array::from_fn(|i| secret[i] ^ mask[i])
}

/// How a token travels; a token of one kind is refused as the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In a browser's cookie: ends when idle.
    Cookie,
    /// In an `Authorization` header: a program's, which is idle by nature.
    Bearer,
}

impl Kind {
    /// The kind as it is kept.
    pub fn code(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Bearer => "bearer",
        }
    }

    /// The kind that is kept as this text.
    pub fn of(code: &str) -> Option<Self> {
        [Self::Cookie, Self::Bearer].into_iter().find(|kind| kind.code() == code)
    }
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What it is kept under.
    pub key: Key,
    /// Whose it is.
    pub account_id: AccountId,
    /// How its token travels.
    pub kind: Kind,
    /// When it began.
    pub started_at: OffsetDateTime,
    /// When it was last used, to the minute.
    pub seen_at: OffsetDateTime,
    /// Whether its screen was hidden: nothing is shown before its holder proves the password again.
    pub locked: bool,
}

impl Session {
    /// A session that begins now.
    pub fn begin(key: Key, account_id: AccountId, kind: Kind, now: OffsetDateTime) -> Self {
        Self { key, account_id, kind, started_at: now, seen_at: now, locked: false }
    }

    /// Whether this use is to be written down.
    pub fn stale(&self, now: OffsetDateTime) -> bool {
        now - self.seen_at >= GRAIN
    }
}

/// Where sessions are kept: a table of the gateway's own database, or Redis.
#[tonic::async_trait]
pub trait Sessions: Send + Sync {
    /// Keeps a new session.
    async fn start(&self, session: &Session) -> Result<()>;

    /// Finds a session, whether it still counts or not.
    async fn find(&self, key: &Key) -> Result<Option<Session>>;

    /// Writes down that a session was used.
    async fn seen(&self, session: &Session, at: OffsetDateTime) -> Result<()>;

    /// Locks a session, or opens it again.
    async fn lock(&self, key: &Key, locked: bool) -> Result<()>;

    /// Ends one session.
    async fn end(&self, key: &Key) -> Result<()>;

    /// Ends every session of an account.
    async fn end_all(&self, account_id: &AccountId) -> Result<()>;

    /// Forgets sessions that no longer count.
    async fn sweep(&self, now: OffsetDateTime) -> Result<()>;

    /// Whether sessions can be read at all.
    async fn ready(&self) -> Result<()>;
}

#[cfg(test)]
mod tests {
    use chassis::{clock::ManualClock, id::Ids};
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

    fn session(kind: Kind) -> Session {
        Session::begin(Token::random().key(), Ids::new(ManualClock::new(NOW)).next(), kind, NOW)
    }

    #[test]
    fn a_browser_left_alone_is_signed_out_after_a_quarter_of_an_hour() {
        let (session, lasting) = (session(Kind::Cookie), Lasting::default());
        assert!(lasting.live(&session, NOW + Duration::minutes(15) - Duration::seconds(1)));
        assert!(!lasting.live(&session, NOW + Duration::minutes(15)));
    }

    #[test]
    fn no_session_outlasts_a_working_day() {
        let (day, lasting) = (Duration::hours(8), Lasting::default());
        for kind in [Kind::Cookie, Kind::Bearer] {
            let mut session = session(kind);
            session.seen_at = NOW + day - Duration::minutes(1);
            assert!(lasting.live(&session, NOW + day - Duration::seconds(1)));
            assert!(!lasting.live(&session, NOW + day), "{kind:?}");
        }
    }

    #[test]
    fn what_is_kept_and_what_forms_carry_tell_nothing_of_the_token() {
        let token = Token::random();
        let secret = token.form_secret();
        let texts = [token.reveal(), secret.masked(), secret.masked(), token.key().hex(), format!("{token:?}")];
        assert!(secret.proves(&texts[1]) && secret.proves(&texts[2]));
        assert!(!secret.proves(&Token::random().form_secret().masked()));
        for (i, a) in texts.iter().enumerate() {
            for b in &texts[i + 1..] {
                assert_ne!(a, b);
            }
        }
        assert_eq!(token.reveal().parse::<Token>(), Ok(token));
        assert_eq!("short".parse::<Token>(), Err(Malformed));
    }
}
