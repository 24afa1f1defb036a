//! Unsent forms at rest: sealed with the gateway's own key to their id and to whoever wrote them.

use chassis::{
    caller::Scope,
    db::{Store, Tx},
    error::Result,
    id::AccountId,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use time::{Duration, OffsetDateTime};

use super::{entity::unsent_form, micros, moment};
use crate::unsent::{Form, Unsent};

/// How long a form is kept: over a weekend.
pub const KEPT: Duration = Duration::hours(72);
/// How many are kept for one account; the oldest makes room.
const MOST: u64 = 10;

/// The table `unsent_form`.
#[derive(Clone)]
pub struct UnsentForms(Store);

impl UnsentForms {
    /// Those in this store.
    pub fn new(store: Store) -> Self {
        Self(store)
    }

    async fn begin(&self) -> Result<Tx> {
        let mut tx = self.0.begin(&Scope::system("gateway")).await?;
        // Nobody's record is read or changed: these are the writer's own words, on their way to becoming one.
        tx.silent();
        Ok(tx)
    }

    /// Keeps a form. The same form of the same person takes the place of what was kept of it before.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub async fn keep(&self, id: &str, account_id: &AccountId, form: &Form, now: OffsetDateTime) -> Result<()> {
        let body = self.0.ring().own_key().seal(&serde_json::to_vec(form)?, &place(id, account_id));
        let row = unsent_form::ActiveModel {
            id: Set(id.to_owned()),
            account_id: Set(account_id.to_string()),
            kept_us: Set(micros(now)),
            body: Set(body),
        };
        let tx = self.begin().await?;
        unsent_form::Entity::delete_by_id(id).exec(tx.db()).await?;
        unsent_form::Entity::insert(row).exec_without_returning(tx.db()).await?;
        let theirs = unsent_form::Column::AccountId.eq(account_id.as_str());
        let oldest = unsent_form::Entity::find()
            .select_only()
            .column(unsent_form::Column::Id)
            .filter(theirs)
            .order_by_desc(unsent_form::Column::KeptUs)
            .offset(MOST)
            .limit(MOST);
        let oldest: Vec<String> = oldest.into_tuple().all(tx.db()).await?;
        if !oldest.is_empty() {
            unsent_form::Entity::delete_many().filter(unsent_form::Column::Id.is_in(oldest)).exec(tx.db()).await?;
        }
        tx.commit().await
    }

    /// One form of an account; none where it is another's, sent, or past its time.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn find(&self, id: &str, account_id: &AccountId, now: OffsetDateTime) -> Result<Option<Unsent>> {
        let tx = self.begin().await?;
        let theirs = unsent_form::Column::AccountId.eq(account_id.as_str());
        let row = unsent_form::Entity::find_by_id(id).filter(theirs).one(tx.db()).await?;
        tx.commit().await?;
        let row = row.filter(|row| moment(row.kept_us) + KEPT > now);
        row.map(|row| self.open(row, account_id)).transpose()
    }

    /// Everything kept for an account, newest first.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn of(&self, account_id: &AccountId, now: OffsetDateTime) -> Result<Vec<Unsent>> {
        let tx = self.begin().await?;
        let rows = unsent_form::Entity::find()
            .filter(unsent_form::Column::AccountId.eq(account_id.as_str()))
            .filter(unsent_form::Column::KeptUs.gt(micros(now - KEPT)))
            .order_by_desc(unsent_form::Column::KeptUs)
            .all(tx.db())
            .await?;
        tx.commit().await?;
        rows.into_iter().map(|row| self.open(row, account_id)).collect()
    }

    /// Forgets a form: it was sent, or its writer said so.
    ///
    /// # Errors
    /// Where it cannot be forgotten.
    pub async fn forget(&self, id: &str, account_id: &AccountId) -> Result<()> {
        let tx = self.begin().await?;
        let theirs = unsent_form::Column::AccountId.eq(account_id.as_str());
        unsent_form::Entity::delete_by_id(id).filter(theirs).exec(tx.db()).await?;
        tx.commit().await
    }

    /// Forgets what is past its time.
    ///
    /// # Errors
    /// Where it cannot be forgotten.
    pub async fn sweep(&self, now: OffsetDateTime) -> Result<()> {
        let tx = self.begin().await?;
        let over = unsent_form::Column::KeptUs.lte(micros(now - KEPT));
        unsent_form::Entity::delete_many().filter(over).exec(tx.db()).await?;
        tx.commit().await
    }

    fn open(&self, row: unsent_form::Model, account_id: &AccountId) -> Result<Unsent> {
        let body = self.0.ring().own_key().open(&row.body, &place(&row.id, account_id))?;
        Ok(Unsent { form: serde_json::from_slice(&body)?, id: row.id, kept_at: moment(row.kept_us) })
    }
}

fn place(id: &str, account_id: &AccountId) -> String {
    format!("unsent|{id}|{account_id}")
}

#[cfg(test)]
mod tests {
    use chassis::testing::Engine;
    use proto::access::v1::Role;

    use super::*;
    use crate::testing::House;

    #[tokio::test]
    async fn words_at_rest_tell_nothing_and_only_so_many_are_kept() -> Result<()> {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let house = House::new(engine).await?;
            let (kept, now) = (house.gateway.app().unsent(), house.bed.now());
            let writer = house.account("r.okafor", Role::Operator, None).await?;
            let other = house.account("b.brown", Role::Operator, None).await?;
            let form = |n: i64| Form {
                page: "/p".into(),
                action: "/a".into(),
                answers: vec![("narrative".into(), format!("every night {n}"))],
            };
            for n in 0..12 {
                kept.keep(&format!("id{n}"), &writer, &form(n), now + Duration::seconds(n)).await?;
            }
            let later = now + Duration::minutes(1);
            let all: Vec<String> = kept.of(&writer, later).await?.into_iter().map(|unsent| unsent.id).collect();
            assert_eq!((all.len(), all.first().map(String::as_str)), (10, Some("id11")));
            assert_eq!(kept.find("id11", &writer, later).await?.map(|unsent| unsent.form), Some(form(11)));
            assert!(kept.find("id11", &other, later).await?.is_none() && kept.of(&other, later).await?.is_empty());
            let tx = kept.begin().await?;
            let rows = unsent_form::Entity::find().all(tx.db()).await?;
            tx.commit().await?;
            for row in &rows {
                assert!(!row.body.windows(5).any(|part| part == b"night"), "sealed");
            }
            // A row that was given to somebody else does not open.
            let stolen = rows.into_iter().next().ok_or_else(chassis::error::Error::missing)?;
            assert!(kept.open(stolen, &other).is_err());
            kept.forget("id11", &other).await?;
            assert!(kept.find("id11", &writer, later).await?.is_some(), "nobody else can make it go");
            assert!(kept.find("id11", &writer, now + Duration::seconds(11) + KEPT).await?.is_none());
            kept.sweep(later + KEPT).await?;
            assert!(kept.of(&writer, later).await?.is_empty());
        }
        Ok(())
    }
}
