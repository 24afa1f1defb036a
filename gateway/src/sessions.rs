//! Sessions: what a token stands for, how long it lasts, and the two places sessions can be kept in.
//! Only a digest of the token is kept, so that a stolen store signs nobody in.

pub mod redis;

use std::str::FromStr;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chassis::{error::Result, id::AccountId};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use time::{Duration, OffsetDateTime};

/// How long a browser's session lasts without a visit: staff rooms share machines.
pub const IDLE: Duration = Duration::minutes(15);
/// How long any session lasts whatever happens: a working day.
pub const ABSOLUTE: Duration = Duration::hours(8);
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
}

impl Session {
    /// A session that begins now.
    pub fn begin(key: Key, account_id: AccountId, kind: Kind, now: OffsetDateTime) -> Self {
        Self { key, account_id, kind, started_at: now, seen_at: now }
    }

    /// When it ends whatever happens.
    pub fn expires_at(&self) -> OffsetDateTime {
        self.started_at + ABSOLUTE
    }

    /// Whether it still counts.
    pub fn live(&self, now: OffsetDateTime) -> bool {
        let idle = match self.kind {
            Kind::Cookie => now - self.seen_at >= IDLE,
            Kind::Bearer => false,
        };
        now < self.expires_at() && !idle
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
        let session = session(Kind::Cookie);
        assert!(session.live(NOW + IDLE - Duration::seconds(1)));
        assert!(!session.live(NOW + IDLE));
    }

    #[test]
    fn no_session_outlasts_a_working_day() {
        for kind in [Kind::Cookie, Kind::Bearer] {
            let mut session = session(kind);
            session.seen_at = NOW + ABSOLUTE - Duration::minutes(1);
            assert!(session.live(NOW + ABSOLUTE - Duration::seconds(1)));
            assert!(!session.live(NOW + ABSOLUTE), "{kind:?}");
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
