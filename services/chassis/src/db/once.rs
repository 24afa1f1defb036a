//! Requests that may come twice: the second time, the first answer comes back.

use prost::Message;
use sea_orm::{ConnectionTrait as _, Statement};

use super::Tx;
use crate::error::{Error, Result};

/// A request that may come twice.
pub(super) struct OnceKey {
    pub(super) actor: String,
    pub(super) request_id: String,
    pub(super) digest: Vec<u8>,
}

impl OnceKey {
    fn place(&self) -> String {
        format!("once|{}|{}", self.actor, self.request_id)
    }

    pub(super) async fn find<R: Message + Default>(&self, tx: &Tx) -> Result<Option<R>> {
        let statement = Statement::from_sql_and_values(
            tx.tx.get_database_backend(),
            "SELECT digest, answer FROM once WHERE actor = $1 AND request_id = $2",
            [self.actor.clone().into(), self.request_id.clone().into()],
        );
        let Some(row) = tx.tx.query_one_raw(statement).await? else { return Ok(None) };
        if row.try_get::<Vec<u8>>("", "digest")? != self.digest {
            return Err(Error::request_id_reused());
        }
        let answer = tx.ring().own_key().open(&row.try_get::<Vec<u8>>("", "answer")?, &self.place())?;
        R::decode(answer.as_slice()).map(Some).map_err(Error::internal)
    }

    pub(super) async fn keep(self, tx: &Tx, response: &impl Message) -> Result<()> {
        let answer = tx.ring().own_key().seal(&response.encode_to_vec(), &self.place());
        let statement = Statement::from_sql_and_values(
            tx.tx.get_database_backend(),
            "INSERT INTO once (actor, request_id, digest, answer, time_us) VALUES ($1, $2, $3, $4, $5)",
            [
                self.actor.into(),
                self.request_id.into(),
                self.digest.into(),
                answer.into(),
                i64::try_from(tx.now.unix_timestamp_nanos() / 1_000).unwrap_or_default().into(),
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
