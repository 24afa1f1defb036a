//! Sessions and sign-in tries in Redis: for several gateways that are to share them without their database.
//! Everything ends by itself; what Redis forgets is a sign-in more, never a record.

use std::time::Duration as StdDuration;

use ::redis::{
    Client, RedisError, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
    cmd,
};
use chassis::{
    error::{Error, Result},
    id::AccountId,
};
use time::OffsetDateTime;

use super::{Key, Kind, Lasting, Session, Sessions};
use crate::tries::{Place, Tries, WINDOW};

/// How long one answer, or one connection, may take: a page waits for it.
const ANSWER: StdDuration = StdDuration::from_secs(1);

/// Sets one field only where the session still is: one that was ended meanwhile must not come back.
const SET: &str = "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end";
/// Counts a try and starts its window with the first; answers the count and the milliseconds left.
const TAKE: &str = "local n = redis.call('INCR', KEYS[1]) \
    if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end \
    return {n, redis.call('PTTL', KEYS[1])}";

/// Takes a try back, where its window still runs.
const GIVE_BACK: &str = "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('DECR', KEYS[1]) end";

/// Sessions and tries kept in Redis.
#[derive(Clone)]
pub struct RedisSessions(ConnectionManager, Lasting);

impl RedisSessions {
    /// Those of the Redis at `url`. It need not be there yet.
    ///
    /// # Errors
    /// `Invalid` where the address cannot be read.
    pub fn new(url: &str, lasting: Lasting) -> Result<Self> {
        let client = Client::open(url)
            .map_err(|e| Error::invalid("redis_url", "Enter an address such as redis://127.0.0.1:6379").because(e))?;
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(Some(ANSWER))
            .set_connection_timeout(Some(ANSWER))
            .set_number_of_retries(1);
        ConnectionManager::new_lazy_with_config(client, config)
            .map(|connection| Self(connection, lasting))
            .map_err(unavailable)
    }

    /// Sets one field of a session that still is.
    async fn set(&self, key: &Key, field: &str, value: i64) -> Result<()> {
        let script = Script::new(SET);
        let mut call = script.key(place(key));
        call.arg(field).arg(value).invoke_async::<()>(&mut self.0.clone()).await.map_err(unavailable)
    }
}

fn unavailable(source: RedisError) -> Error {
    Error::unavailable("sessions cannot be reached just now: try again").because(source)
}

fn place(key: &Key) -> String {
    format!("hedgerow:session:{}", key.hex())
}

fn of_account(account_id: &AccountId) -> String {
    format!("hedgerow:sessions:{account_id}")
}

fn moment(micros: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(micros.parse::<i128>().ok()? * 1_000).ok()
}

fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

#[tonic::async_trait]
impl Sessions for RedisSessions {
    async fn start(&self, session: &Session) -> Result<()> {
        let (place, theirs) = (place(&session.key), of_account(&session.account_id));
        let (started, lasts) = (micros(session.started_at), self.1.absolute.whole_seconds());
        let mut pipe = ::redis::pipe();
        pipe.atomic();
        pipe.cmd("HSET").arg(&place).arg("account").arg(session.account_id.as_str());
        pipe.arg("kind").arg(session.kind.code()).arg("started").arg(started).arg("seen").arg(micros(session.seen_at));
        pipe.cmd("EXPIRE").arg(&place).arg(lasts);
        pipe.cmd("SADD").arg(&theirs).arg(&place);
        pipe.cmd("EXPIRE").arg(&theirs).arg(lasts);
        pipe.query_async::<()>(&mut self.0.clone()).await.map_err(unavailable)
    }

    async fn find(&self, key: &Key) -> Result<Option<Session>> {
        let fields = ["account", "kind", "started", "seen", "locked"];
        let values: Vec<Option<String>> =
            cmd("HMGET").arg(place(key)).arg(&fields).query_async(&mut self.0.clone()).await.map_err(unavailable)?;
        let [Some(account), Some(kind), Some(started), Some(seen), locked] = values.as_slice() else { return Ok(None) };
        let session = (|| {
            Some(Session {
                key: *key,
                account_id: account.parse().ok()?,
                kind: Kind::of(kind)?,
                started_at: moment(started)?,
                seen_at: moment(seen)?,
                locked: locked.as_deref() == Some("1"),
            })
        })();
        session.map(Some).ok_or_else(|| Error::internal("a session that cannot be read"))
    }

    async fn seen(&self, session: &Session, at: OffsetDateTime) -> Result<()> {
        self.set(&session.key, "seen", micros(at)).await
    }

    async fn lock(&self, key: &Key, locked: bool) -> Result<()> {
        self.set(key, "locked", locked.into()).await
    }

    async fn end(&self, key: &Key) -> Result<()> {
        cmd("DEL").arg(place(key)).query_async::<()>(&mut self.0.clone()).await.map_err(unavailable)
    }

    async fn end_all(&self, account_id: &AccountId) -> Result<()> {
        let theirs = of_account(account_id);
        let mut connection = self.0.clone();
        let places: Vec<String> =
            cmd("SMEMBERS").arg(&theirs).query_async(&mut connection).await.map_err(unavailable)?;
        cmd("DEL").arg(places).arg(theirs).query_async::<()>(&mut connection).await.map_err(unavailable)
    }

    async fn sweep(&self, _: OffsetDateTime) -> Result<()> {
        Ok(())
    }

    async fn ready(&self) -> Result<()> {
        cmd("PING").query_async::<()>(&mut self.0.clone()).await.map_err(unavailable)
    }
}

#[tonic::async_trait]
impl Tries for RedisSessions {
    async fn take(&self, place: &Place, _: OffsetDateTime) -> Result<Option<u64>> {
        let script = Script::new(TAKE);
        let mut call = script.key(format!("hedgerow:tries:{}", place.hex()));
        let window = i64::try_from(WINDOW.whole_milliseconds()).unwrap_or(i64::MAX);
        let (tries, left): (usize, i64) =
            call.arg(window).invoke_async(&mut self.0.clone()).await.map_err(unavailable)?;
        Ok((tries > place.most()).then(|| left.unsigned_abs().div_ceil(1_000).max(1)))
    }

    async fn give_back(&self, place: &Place) -> Result<()> {
        let script = Script::new(GIVE_BACK);
        let call = script.key(format!("hedgerow:tries:{}", place.hex()));
        call.invoke_async::<()>(&mut self.0.clone()).await.map_err(unavailable)
    }

    async fn forget(&self, place: &Place) -> Result<()> {
        let key = format!("hedgerow:tries:{}", place.hex());
        cmd("DEL").arg(key).query_async::<()>(&mut self.0.clone()).await.map_err(unavailable)
    }
}
