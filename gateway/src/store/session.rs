//! Sessions in the gateway's own database: the default, since ending one is then a committed row and needs no Redis.

use chassis::{
    caller::Scope,
    db::{Store, Tx},
    error::{Error, Result},
    id::AccountId,
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};
use time::OffsetDateTime;

use super::{entity::session, micros, moment};
use crate::sessions::{Key, Kind, Lasting, Session, Sessions};

/// The table `session`.
#[derive(Clone)]
pub struct SessionTable(Store, Lasting);

impl SessionTable {
    /// Sessions in this store.
    pub fn new(store: Store, lasting: Lasting) -> Self {
        Self(store, lasting)
    }

    /// Sets one column of a session that still is.
    async fn set(&self, key: &Key, column: session::Column, value: i64) -> Result<()> {
        let tx = self.begin().await?;
        session::Entity::update_many()
            .col_expr(column, Expr::value(value))
            .filter(session::Column::Key.eq(key.hex()))
            .exec(tx.db())
            .await?;
        tx.commit().await
    }

    async fn begin(&self) -> Result<Tx> {
        let mut tx = self.0.begin(&Scope::system("gateway")).await?;
        // The acts are signing in and out, which the door records; keeping the row is no act of its own.
        tx.silent();
        Ok(tx)
    }
}

#[tonic::async_trait]
impl Sessions for SessionTable {
    async fn start(&self, session: &Session) -> Result<()> {
        let tx = self.begin().await?;
        let row = session::ActiveModel {
            key: Set(session.key.hex()),
            account_id: Set(session.account_id.to_string()),
            kind: Set(session.kind.code().to_owned()),
            started_us: Set(micros(session.started_at)),
            seen_us: Set(micros(session.seen_at)),
            locked: Set(session.locked.into()),
        };
        session::Entity::insert(row).exec_without_returning(tx.db()).await?;
        tx.commit().await
    }

    async fn find(&self, key: &Key) -> Result<Option<Session>> {
        let tx = self.begin().await?;
        let row = session::Entity::find_by_id(key.hex()).one(tx.db()).await?;
        tx.commit().await?;
        row.map(|row| {
            Ok(Session {
                key: *key,
                account_id: row.account_id.parse().map_err(Error::internal)?,
                kind: Kind::of(&row.kind).ok_or_else(|| Error::internal("a session of no known kind"))?,
                started_at: moment(row.started_us),
                seen_at: moment(row.seen_us),
                locked: row.locked != 0,
            })
        })
        .transpose()
    }

    async fn seen(&self, session: &Session, at: OffsetDateTime) -> Result<()> {
        self.set(&session.key, session::Column::SeenUs, micros(at)).await
    }

    async fn lock(&self, key: &Key, locked: bool) -> Result<()> {
        self.set(key, session::Column::Locked, locked.into()).await
    }

    async fn end(&self, key: &Key) -> Result<()> {
        let tx = self.begin().await?;
        session::Entity::delete_by_id(key.hex()).exec(tx.db()).await?;
        tx.commit().await
    }

    async fn end_all(&self, account_id: &AccountId) -> Result<()> {
        let tx = self.begin().await?;
        let theirs = session::Column::AccountId.eq(account_id.as_str());
        session::Entity::delete_many().filter(theirs).exec(tx.db()).await?;
        tx.commit().await
    }

    async fn sweep(&self, now: OffsetDateTime) -> Result<()> {
        let tx = self.begin().await?;
        let over = session::Column::StartedUs.lte(micros(now - self.1.absolute));
        session::Entity::delete_many().filter(over).exec(tx.db()).await?;
        tx.commit().await
    }

    async fn ready(&self) -> Result<()> {
        self.0.ready().await
    }
}
