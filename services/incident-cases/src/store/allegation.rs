//! Allegations in the database: rows and keys of the designated officer's desk, which no school reads. Whoever is kept out
//! of one finds it as little as somebody else's.

use chassis::{
    calendar::end_of_day,
    db::Tx,
    desk::Desk,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
    sea_query::SelectStatement,
};

use super::{case_grant, key, micros, new_key, open, open_all, seal};
use crate::desk::allegation::Allegation;

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "allegation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// Who holds it, `desk/lado`.
        pub desk: String,
        /// `open` or `closed`.
        pub state: String,
        /// When something is due; the far future once it is closed.
        pub due_us: i64,
        pub version: i64,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{ActiveModel, Column, Entity};

/// What a grant says of whoever is kept out.
const CONFLICTED: &str = "conflicted";

fn place(id: &str) -> String {
    format!("allegation|{id}")
}

/// The scope's desk, as it holds rows: allegations are the designated officer's, and no other desk keeps any.
///
/// # Errors
/// `Missing` where the scope is at another, or at none.
pub(crate) fn desk(tx: &Tx) -> Result<String> {
    tx.scope().desk().filter(|desk| *desk == Desk::Lado).map(Desk::holder).ok_or_else(Error::missing)
}

/// An account as the table of grants knows it.
fn token(tx: &Tx, desk: &str, account_id: &str) -> Vec<u8> {
    tx.ring().token(desk, &format!("works allegations {account_id}")).to_vec()
}

fn row(one: &Allegation, body: Vec<u8>) -> ActiveModel {
    let state = if one.closed().is_some() { "closed" } else { "open" };
    ActiveModel {
        id: Set(one.id.to_string()),
        desk: Set(one.desk.clone()),
        state: Set(state.to_owned()),
        due_us: Set(one.due().map_or(i64::MAX, |(day, _)| micros(end_of_day(day)))),
        version: Set(i64::try_from(one.version).unwrap_or_default()),
        body: Set(body),
    }
}

/// Writes a new one; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, one: &Allegation) -> Result<Vec<u8>> {
    let key = new_key(tx, one.id.as_str(), &one.desk).await?;
    let body = seal(&key, one, &place(one.id.as_str()))?;
    Entity::insert(row(one, body.clone())).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes what became of one; answers what its body holds.
pub(crate) async fn update(tx: &Tx, one: &mut Allegation) -> Result<Vec<u8>> {
    one.version += 1;
    let body = seal(&key(tx, one.id.as_str(), &one.desk).await?, one, &place(one.id.as_str()))?;
    let row = ActiveModel { id: Unchanged(one.id.to_string()), ..row(one, body.clone()) };
    Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// Keeps who is kept out of one, and of the referral it came by, in place of those before.
pub(crate) async fn keep_out(tx: &Tx, one: &Allegation) -> Result<()> {
    let ids = [one.id.as_str(), one.referral_id.as_str()].into_iter().filter(|id| !id.is_empty());
    case_grant::Entity::delete_many()
        .filter(case_grant::Column::SchoolId.eq(one.desk.as_str()))
        .filter(case_grant::Column::CaseId.is_in(ids.clone()))
        .exec(tx.db())
        .await?;
    let rows: Vec<_> = ids
        .flat_map(|id| one.conflicted.iter().map(move |account| (id, account)))
        .map(|(id, account)| case_grant::ActiveModel {
            school_id: Set(one.desk.clone()),
            account_token: Set(token(tx, &one.desk, account)),
            part: Set(CONFLICTED.to_owned()),
            case_id: Set(id.to_owned()),
        })
        .collect();
    if !rows.is_empty() {
        case_grant::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// The ids of what the caller is kept out of at a desk.
pub(super) fn kept_out(tx: &Tx, desk: &str) -> SelectStatement {
    let kept_out = case_grant::Entity::find()
        .select_only()
        .column(case_grant::Column::CaseId)
        .filter(case_grant::Column::SchoolId.eq(desk))
        .filter(case_grant::Column::AccountToken.eq(token(tx, desk, tx.scope().account_text())));
    kept_out.into_query()
}

/// One of the desk's, held until the end of the transaction: whoever is kept out of it finds none.
pub(crate) async fn load(tx: &Tx, id: &str) -> Result<Allegation> {
    let desk = desk(tx)?;
    let row = Entity::find_by_id(id).filter(Column::Desk.eq(desk.as_str())).lock_exclusive().one(tx.db()).await?;
    let row = row.ok_or_else(Error::missing)?;
    let one: Allegation = open(&key(tx, id, &desk).await?, &row.body, &place(id))?;
    let conflicted: Vec<&str> = one.conflicted.iter().map(String::as_str).collect();
    // The access rules decide, as they do over a case.
    if tx.scope().clear_of(&conflicted) { Ok(one) } else { Err(Error::missing()) }
}

/// A page of the desk's, what is due first coming first; those of one state where it is named.
pub(crate) async fn list(tx: &Tx, state: &str, page: &Page) -> Result<(Vec<Allegation>, String)> {
    let desk = desk(tx)?;
    let mut all =
        Entity::find().filter(Column::Desk.eq(desk.as_str())).filter(Column::Id.not_in_subquery(kept_out(tx, &desk)));
    if !state.is_empty() {
        all = all.filter(Column::State.eq(state));
    }
    if let Some((due, id)) = page.after().and_then(|after| after.split_once('|')) {
        let due: i64 = due.parse().unwrap_or_default();
        let same = Condition::all().add(Column::DueUs.eq(due)).add(Column::Id.gt(id));
        all = all.filter(Condition::any().add(Column::DueUs.gt(due)).add(same));
    }
    let ordered = all.order_by_asc(Column::DueUs).order_by_asc(Column::Id).limit(page.limit());
    let mut rows = ordered.all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| format!("{}|{}", row.due_us, row.id));
    let rows = rows.into_iter().map(|row| (row.id, row.body));
    Ok((open_all(tx, &desk, rows, place).await?, next))
}

/// The allegation that a referral was taken in as; none where it was not, and at every other desk.
pub(crate) async fn of_referral(tx: &Tx, referral_id: &str) -> Result<Option<Allegation>> {
    if tx.scope().desk() != Some(Desk::Lado) {
        return Ok(None);
    }
    Ok(all(tx).await?.into_iter().find(|one| one.referral_id == referral_id))
}

/// The open ones of the desk's in which something is overdue, but for those that the caller is kept out of.
pub(crate) async fn overdue(tx: &Tx) -> Result<Vec<Allegation>> {
    let desk = desk(tx)?;
    let late = Entity::find()
        .filter(Column::Desk.eq(desk.as_str()))
        .filter(Column::Id.not_in_subquery(kept_out(tx, &desk)))
        .filter(Column::DueUs.lte(micros(tx.now())));
    let rows = late.all(tx.db()).await?.into_iter().map(|row| (row.id, row.body));
    open_all(tx, &desk, rows, place).await
}

/// All of the desk's, for its figures, which name nobody.
pub(crate) async fn all(tx: &Tx) -> Result<Vec<Allegation>> {
    let desk = desk(tx)?;
    let rows = Entity::find().filter(Column::Desk.eq(desk.as_str())).all(tx.db()).await?;
    open_all(tx, &desk, rows.into_iter().map(|row| (row.id, row.body)), place).await
}
