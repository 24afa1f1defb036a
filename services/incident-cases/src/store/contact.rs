//! Contacts that cases mark, and matches of them, in the database. What is compared is a keyed token that is the same at
//! every school; what was written is sealed under the key of its case.

use std::collections::HashSet;

use chassis::{
    caller::Scope,
    db::{Store, Tx},
    desk::Desk,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};
use time::OffsetDateTime;

use super::{access, key_at, micros, open, seal};
use crate::{
    case::InvolvementId,
    contact::{ContactMatch, MarkedContact, WRITTEN, written_alike},
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "contact")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub school_id: String,
        pub case_id: String,
        /// Equal at every school for what is equal.
        pub token: Vec<u8>,
        pub marked_us: i64,
        /// Who marked it; none where that was before it was counted by account.
        pub account_token: Option<Vec<u8>>,
        /// 0 while it is compared.
        pub ended_us: i64,
        /// 1 once it was held against all others.
        pub compared: i32,
        /// How it was written when its token was made.
        pub written: i32,
        /// Whom another school rings, sealed under the service's own key: it is told to that school.
        pub ring: Vec<u8>,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod matched {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "contact_match")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// Who is told: a school, or `desk/safeguarding`.
        pub school_id: String,
        /// The school's own case; empty at the desk.
        pub case_id: String,
        pub contact_id: String,
        pub other_contact_id: String,
        /// 1 once somebody said what was done.
        pub noted: i32,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{ActiveModel, Column, Entity};

/// Contacts that are held against the others in one go.
const SOME: u64 = 100;

fn place(id: &str) -> String {
    format!("contact|{id}")
}

fn ring_place(id: &str) -> String {
    format!("contact_ring|{id}")
}

fn match_place(id: &str) -> String {
    format!("contact_match|{id}")
}

/// What is compared: of no school, so that equal contacts are equal everywhere.
fn token(tx: &Tx, alike: &str) -> Vec<u8> {
    tx.ring().token("contacts in common", alike).to_vec()
}

/// An account as the rows know it.
fn account(tx: &Tx, school: &str, account_id: &str) -> Vec<u8> {
    tx.ring().token(school, &format!("marks by {account_id}")).to_vec()
}

/// Writes one that was marked; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, contact: &MarkedContact, alike: &str) -> Result<Vec<u8>> {
    let school = tx.scope().school()?.as_str();
    let id = contact.id.as_str();
    let body = seal(&key_at(tx, &contact.case_id, school).await?, contact, &place(id))?;
    let row = ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(school.to_owned()),
        case_id: Set(contact.case_id.clone()),
        token: Set(token(tx, alike)),
        marked_us: Set(micros(contact.stamp.at)),
        account_token: Set(Some(account(tx, school, &contact.stamp.by))),
        ended_us: Set(0),
        compared: Set(0),
        written: Set(WRITTEN),
        ring: Set(seal(tx.ring().own_key(), &contact.ring, &ring_place(id))?),
        body: Set(body.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes contacts anew whose tokens were made of what was written otherwise, and has them compared again. What is compared
/// no more stays as it was: it tells nobody anything again.
///
/// # Errors
/// Where the database cannot be reached, or a contact not be opened.
pub(crate) async fn write_anew(store: &Store) -> Result<()> {
    let mut tx = store.begin(&Scope::system(store.name())).await?;
    tx.silent();
    let schools: Vec<String> = Entity::find()
        .select_only()
        .column(Column::SchoolId)
        .distinct()
        .filter(Column::Written.lt(WRITTEN))
        .filter(Column::EndedUs.eq(0))
        .into_tuple()
        .all(tx.db())
        .await?;
    tx.commit().await?;
    for school in schools {
        let mut tx = store.begin(&Scope::consumer(&school, "")).await?;
        // It says in the columns what the bodies say, and is nobody's act.
        tx.silent();
        let rows = Entity::find()
            .filter(Column::SchoolId.eq(school.as_str()))
            .filter(Column::Written.lt(WRITTEN))
            .filter(Column::EndedUs.eq(0))
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .all(tx.db())
            .await?;
        for row in rows {
            let key = key_at(&tx, &row.case_id, &school).await?;
            let contact: MarkedContact = open(&key, &row.body, &place(&row.id))?;
            let alike = written_alike(&contact.kind, &contact.platform, &contact.value);
            let anew = alike.map(|alike| token(&tx, &alike)).filter(|anew| *anew != row.token);
            let mut changed = ActiveModel { id: Unchanged(row.id), written: Set(WRITTEN), ..Default::default() };
            if let Some(anew) = anew {
                changed.token = Set(anew);
                changed.compared = Set(0);
            }
            Entity::update(changed).exec(tx.db()).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Whether a case marks an equal contact that is still compared.
pub(crate) async fn marked(tx: &Tx, case_id: &str, alike: &str) -> Result<bool> {
    let same = Entity::find()
        .filter(Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Token.eq(token(tx, alike)))
        .filter(Column::EndedUs.eq(0));
    Ok(same.count(tx.db()).await? > 0)
}

/// How many contacts were marked at the school since a moment, those that ended too: by one account, or by all.
pub(crate) async fn marked_since(tx: &Tx, since: OffsetDateTime, by: Option<&str>) -> Result<u64> {
    let school = tx.scope().school()?.as_str();
    let mut all = Entity::find().filter(Column::SchoolId.eq(school)).filter(Column::MarkedUs.gte(micros(since)));
    if let Some(by) = by {
        all = all.filter(Column::AccountToken.eq(account(tx, school, by)));
    }
    Ok(all.count(tx.db()).await?)
}

/// One that a case marks, held until the end of the transaction. Whether the caller may read the case was asked before.
pub(crate) async fn load(tx: &Tx, case_id: &str, id: &str) -> Result<MarkedContact> {
    let school = tx.scope().school()?.as_str();
    let row = Entity::find_by_id(id).filter(Column::SchoolId.eq(school)).filter(Column::CaseId.eq(case_id));
    let row = row.lock_exclusive().one(tx.db()).await?.ok_or_else(Error::missing)?;
    open(&key_at(tx, case_id, school).await?, &row.body, &place(id))
}

/// Writes that one is compared no more; answers what its body holds.
pub(crate) async fn end(tx: &Tx, contact: &MarkedContact) -> Result<Vec<u8>> {
    let school = tx.scope().school()?.as_str();
    let id = contact.id.as_str();
    let body = seal(&key_at(tx, &contact.case_id, school).await?, contact, &place(id))?;
    let row = ActiveModel {
        id: Unchanged(id.to_owned()),
        ended_us: Set(micros(tx.now())),
        compared: Set(1),
        body: Set(body.clone()),
        ..Default::default()
    };
    Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// Those of a case, oldest first.
pub(crate) async fn of_case(tx: &Tx, case_id: &str) -> Result<Vec<MarkedContact>> {
    let school = tx.scope().school()?.as_str();
    let rows = Entity::find()
        .filter(Column::SchoolId.eq(school))
        .filter(Column::CaseId.eq(case_id))
        .order_by_asc(Column::Id)
        .all(tx.db())
        .await?;
    let key = key_at(tx, case_id, school).await?;
    rows.into_iter().map(|row| open(&key, &row.body, &place(&row.id))).collect()
}

/// Whose contacts a case marks or marked, by their part in it: nobody of a roll.
pub(crate) async fn outsiders(tx: &Tx, case_id: &str) -> Result<HashSet<InvolvementId>> {
    Ok(of_case(tx, case_id).await?.into_iter().map(|contact| contact.involvement).collect())
}

/// A contact that is held against the others.
#[derive(Debug, Clone)]
pub(crate) struct New {
    /// Its id.
    pub(crate) id: String,
    /// Its school.
    pub(crate) school: String,
    /// Its case.
    pub(crate) case: String,
    /// Whom to ring there.
    pub(crate) ring: String,
    token: Vec<u8>,
}

fn new(tx: &Tx, row: entity::Model) -> Result<New> {
    let ring = open(tx.ring().own_key(), &row.ring, &ring_place(&row.id))?;
    Ok(New { ring, id: row.id, school: row.school_id, case: row.case_id, token: row.token })
}

/// Some that were not compared yet, of whatever school.
pub(crate) async fn not_compared(tx: &Tx) -> Result<Vec<New>> {
    let rows = Entity::find().filter(Column::Compared.eq(0)).order_by_asc(Column::Id).limit(SOME).all(tx.db()).await?;
    rows.into_iter().map(|row| new(tx, row)).collect()
}

/// Equal ones at other schools that are compared.
pub(crate) async fn equal(tx: &Tx, one: &New) -> Result<Vec<New>> {
    let rows = Entity::find()
        .filter(Column::Token.eq(one.token.clone()))
        .filter(Column::SchoolId.ne(one.school.as_str()))
        .filter(Column::EndedUs.eq(0))
        .order_by_asc(Column::Id)
        .all(tx.db())
        .await?;
    rows.into_iter().map(|row| new(tx, row)).collect()
}

/// Says that one was held against all others.
pub(crate) async fn compared(tx: &Tx, id: &str) -> Result<()> {
    Entity::update_many().col_expr(Column::Compared, Expr::value(1)).filter(Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(())
}

/// Who is told of a match, about which contacts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'a> {
    /// A school, or the desk.
    pub(crate) holder: &'a str,
    /// The school's own case; empty at the desk.
    pub(crate) case: &'a str,
    /// The school's own contact.
    pub(crate) contact: &'a str,
    /// The equal one.
    pub(crate) other: &'a str,
}

/// Writes a match unless it was told before; answers what its body holds where it was not.
pub(crate) async fn insert_match(tx: &Tx, told: Told<'_>, found: &ContactMatch) -> Result<Option<Vec<u8>>> {
    let id = found.id.as_str();
    let body = seal(tx.ring().own_key(), found, &match_place(id))?;
    let row = matched::ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(told.holder.to_owned()),
        case_id: Set(told.case.to_owned()),
        contact_id: Set(told.contact.to_owned()),
        other_contact_id: Set(told.other.to_owned()),
        noted: Set(0),
        body: Set(body.clone()),
    };
    let columns = [matched::Column::SchoolId, matched::Column::ContactId, matched::Column::OtherContactId];
    let again = OnConflict::columns(columns).do_nothing().to_owned();
    let written = matched::Entity::insert(row).on_conflict(again).exec_without_returning(tx.db()).await?;
    Ok((written > 0).then_some(body))
}

/// A match with the case and contact it is about, and what it is called on the telephone.
pub(crate) type Found = (ContactMatch, String, String, String);

fn read(tx: &Tx, row: matched::Model) -> Result<Found> {
    let found = open(tx.ring().own_key(), &row.body, &match_place(&row.id))?;
    let reference = reference(tx, &row);
    Ok((found, row.case_id, row.contact_id, reference))
}

/// The same for whoever is told of two equal contacts, and nothing of either.
fn reference(tx: &Tx, row: &matched::Model) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut pair = [row.contact_id.as_str(), row.other_contact_id.as_str()];
    pair.sort_unstable();
    let token = tx.ring().token("contact matches", &pair.join(" "));
    let letters = token.iter().take(5).filter_map(|byte| LETTERS.get(usize::from(byte & 31)));
    format!("C-{}", letters.map(|letter| char::from(*letter)).collect::<String>())
}

/// A page of matches that the school is told of, in cases that the caller may read, newest first.
pub(crate) async fn matches(tx: &Tx, unanswered: bool, page: &Page) -> Result<(Vec<Found>, String)> {
    let mut all = matched::Entity::find()
        .filter(matched::Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(access::belongings(tx, "contact_match")?);
    if unanswered {
        all = all.filter(matched::Column::Noted.eq(0));
    }
    some(tx, all, page).await
}

/// What the scope's desk is told of: the safeguarding officer's alone.
fn of_desk(tx: &Tx) -> Result<sea_orm::Select<matched::Entity>> {
    let desk = tx.scope().desk().filter(|desk| *desk == Desk::Safeguarding).ok_or_else(Error::missing)?;
    Ok(matched::Entity::find().filter(matched::Column::SchoolId.eq(desk.holder())))
}

/// A page of what the scope's desk is told of, newest first; of how many, and of how many of them nobody there said what was
/// done.
pub(crate) async fn at_desk(tx: &Tx, page: &Page) -> Result<(Vec<Found>, String, (i32, i32))> {
    let all = of_desk(tx)?;
    let total = i32::try_from(all.clone().count(tx.db()).await?).unwrap_or(i32::MAX);
    let unanswered = all.clone().filter(matched::Column::Noted.eq(0)).count(tx.db()).await?;
    let (found, next) = some(tx, all, page).await?;
    Ok((found, next, (total, i32::try_from(unanswered).unwrap_or(i32::MAX))))
}

/// One that the scope's desk is told of, held until the end of the transaction.
pub(crate) async fn load_at_desk(tx: &Tx, id: &str) -> Result<Found> {
    let row = of_desk(tx)?.filter(matched::Column::Id.eq(id)).lock_exclusive().one(tx.db()).await?;
    read(tx, row.ok_or_else(Error::missing)?)
}

async fn some(tx: &Tx, all: sea_orm::Select<matched::Entity>, page: &Page) -> Result<(Vec<Found>, String)> {
    let all = match page.after() {
        Some(after) => all.filter(matched::Column::Id.lt(after)),
        None => all,
    };
    let mut rows = all.order_by_desc(matched::Column::Id).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.id.clone());
    let found = rows.into_iter().map(|row| read(tx, row)).collect::<Result<_>>()?;
    Ok((found, next))
}

/// One that the school is told of, held until the end of the transaction.
pub(crate) async fn load_match(tx: &Tx, id: &str) -> Result<Found> {
    let row = matched::Entity::find_by_id(id)
        .filter(matched::Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(access::belongings(tx, "contact_match")?);
    let row = row.lock_exclusive().one(tx.db()).await?;
    read(tx, row.ok_or_else(Error::missing)?)
}

/// Writes what was done about one; answers what its body holds.
pub(crate) async fn note(tx: &Tx, found: &ContactMatch) -> Result<Vec<u8>> {
    let id = found.id.as_str();
    let body = seal(tx.ring().own_key(), found, &match_place(id))?;
    let row = matched::ActiveModel {
        id: Unchanged(id.to_owned()),
        noted: Set(1),
        body: Set(body.clone()),
        ..Default::default()
    };
    matched::Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}
