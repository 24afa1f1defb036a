//! Requests that may come twice: the second time, the first answer comes back. An answer about a record is kept under
//! the record's own key, so that it can be read no longer than the record; all of them are let go of after a while.

use std::{pin::Pin, time::Duration};

use prost::Message;
use sea_orm::{ConnectionTrait as _, Statement, Value};

use super::{Store, Tx};
use crate::{
    error::{Error, Result},
    seal::DataKey,
};

/// The key of a record by its id, as the service keeps it.
pub type RecordKey = for<'a> fn(&'a Tx, &'a str) -> Pin<Box<dyn Future<Output = Result<DataKey>> + Send + 'a>>;

/// How long an answer is kept. Whoever heard no answer asks again within minutes, and a page that was left open within
/// days; a request that comes after a month is a new one.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A request that may come twice.
pub(super) struct OnceKey {
    pub(super) actor: String,
    pub(super) request_id: String,
    pub(super) digest: Vec<u8>,
    pub(super) keys: RecordKey,
}

/// The keys of a service that has no records with keys of their own.
pub(super) fn none<'a>(_: &'a Tx, _: &'a str) -> Pin<Box<dyn Future<Output = Result<DataKey>> + Send + 'a>> {
    Box::pin(async { Err(Error::internal("an answer was kept about a record whose key nobody knows")) })
}

impl OnceKey {
    fn place(&self) -> String {
        format!("once|{}|{}", self.actor, self.request_id)
    }

    async fn key(&self, tx: &Tx, record_id: Option<&str>) -> Result<DataKey> {
        match record_id {
            Some(id) => (self.keys)(tx, id).await,
            None => Ok(tx.ring().own_key().clone()),
        }
    }

    pub(super) async fn find<R: Message + Default>(&self, tx: &Tx) -> Result<Option<R>> {
        let statement = Statement::from_sql_and_values(
            tx.tx.get_database_backend(),
            "SELECT digest, answer, record_id FROM once WHERE actor = $1 AND request_id = $2",
            [self.actor.clone().into(), self.request_id.clone().into()],
        );
        let Some(row) = tx.tx.query_one_raw(statement).await? else { return Ok(None) };
        if row.try_get::<Vec<u8>>("", "digest")? != self.digest {
            return Err(Error::request_id_reused());
        }
        let record: Option<String> = row.try_get("", "record_id")?;
        let key = self.key(tx, record.as_deref()).await?;
        let answer = key.open(&row.try_get::<Vec<u8>>("", "answer")?, &self.place())?;
        R::decode(answer.as_slice()).map(Some).map_err(Error::internal)
    }

    pub(super) async fn keep(self, tx: &Tx, record_id: Option<&str>, response: &impl Message) -> Result<()> {
        let answer = self.key(tx, record_id).await?.seal(&response.encode_to_vec(), &self.place());
        let statement = Statement::from_sql_and_values(
            tx.tx.get_database_backend(),
            "INSERT INTO once (actor, request_id, digest, answer, time_us, record_id) VALUES ($1, $2, $3, $4, $5, $6)",
            [
                self.actor.into(),
                self.request_id.into(),
                self.digest.into(),
                answer.into(),
                micros(tx.now).into(),
                record_id.map(str::to_owned).into(),
            ],
        );
        match tx.tx.execute_raw(statement).await {
            Ok(_) => Ok(()),
            // Two of the same at once: the other one won, and asking again gets its answer.
            Err(e) if matches!(e.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))) => {
                Err(Error::unavailable("the same request is being answered just now: try again"))
            }
            Err(e) => Err(e.into()),
        }
    }
}

impl Tx {
    /// Lets go of every kept answer about some records; answers how many there were.
    ///
    /// # Errors
    /// Where they cannot be deleted.
    pub async fn forget_answers(&self, record_ids: &[String]) -> Result<u64> {
        let mut forgotten = 0;
        for some in record_ids.chunks(AT_ONCE) {
            let places: Vec<String> = (1..=some.len()).map(|n| format!("${n}")).collect();
            let sql = format!("DELETE FROM once WHERE record_id IN ({})", places.join(", "));
            let values = some.iter().map(|id| Value::from(id.clone()));
            let statement = Statement::from_sql_and_values(self.tx.get_database_backend(), sql, values);
            forgotten += self.tx.execute_raw(statement).await?.rows_affected();
        }
        Ok(forgotten)
    }
}

/// Ids that one statement names.
const AT_ONCE: usize = 1_000;

fn micros(at: time::OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or_default()
}

/// Lets go of answers that were kept for long enough.
///
/// # Errors
/// Where the database cannot be reached.
pub(crate) async fn sweep(store: &Store) -> Result<()> {
    let db = store.connection();
    let before = micros(store.clock().now()) - i64::try_from(KEPT.as_micros()).unwrap_or(i64::MAX);
    let old = "DELETE FROM once WHERE time_us < $1";
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), old, [before.into()])).await?;
    Ok(())
}
