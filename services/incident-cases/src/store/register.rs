//! Devices held, searches and disclosures in the database, each sealed under a key of its own.

use chassis::{
    db::Tx,
    error::{Error, Result},
    history::Act,
    page::Page,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::Expr,
};
use serde::{Serialize, de::DeserializeOwned};

use super::{access, entity::case_register, key, new_key, open, open_all, seal};
use crate::custody::{Custody, Disclosure, Search};

/// The table's name, as the history has it.
pub(crate) const TABLE: &str = "case_register";

/// What the columns beside the body say of an entry.
pub(crate) trait Entry: Serialize + DeserializeOwned {
    /// The register.
    const KIND: &'static str;
    /// Id, the case or concern it belongs to, and state.
    fn columns(&self) -> (&str, &str, &str);
    /// The school whose it is.
    fn school(&self) -> &str;
}

impl Entry for Custody {
    const KIND: &'static str = "custody";
    fn columns(&self) -> (&str, &str, &str) {
        (self.id.as_str(), &self.case_id, self.state())
    }
    fn school(&self) -> &str {
        &self.school_id
    }
}

impl Entry for Search {
    const KIND: &'static str = "search";
    fn columns(&self) -> (&str, &str, &str) {
        (self.id.as_str(), &self.case_id, if self.result.is_some() { "found" } else { "nothing" })
    }
    fn school(&self) -> &str {
        &self.school_id
    }
}

impl Entry for Disclosure {
    const KIND: &'static str = "disclosure";
    fn columns(&self) -> (&str, &str, &str) {
        (self.id.as_str(), self.record_id(), if self.shared { "shared" } else { "withheld" })
    }
    fn school(&self) -> &str {
        &self.school_id
    }
}

fn place(id: &str) -> String {
    format!("register|{id}")
}

/// Writes a new entry; answers what its body holds.
pub(crate) async fn insert<T: Entry>(tx: &Tx, entry: &T) -> Result<Vec<u8>> {
    let school = entry.school();
    let (id, case_id, state) = entry.columns();
    let body = seal(&new_key(tx, id, school).await?, entry, &place(id))?;
    let row = case_register::ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(school.to_owned()),
        kind: Set(T::KIND.to_owned()),
        case_id: Set(case_id.to_owned()),
        state: Set(state.to_owned()),
        version: Set(1),
        body: Set(body.clone()),
    };
    case_register::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes a device's longer chain, unless somebody else wrote it meanwhile; answers what its body holds.
pub(crate) async fn update(tx: &Tx, custody: &mut Custody) -> Result<Vec<u8>> {
    let before = i64::try_from(custody.version).unwrap_or_default();
    custody.version += 1;
    let id = custody.id.as_str();
    let body = seal(&key(tx, id, &custody.school_id).await?, custody, &place(id))?;
    let written = case_register::Entity::update_many()
        .col_expr(case_register::Column::State, Expr::value(custody.state()))
        .col_expr(case_register::Column::CaseId, Expr::value(custody.case_id.as_str()))
        .col_expr(case_register::Column::Version, Expr::value(before + 1))
        .col_expr(case_register::Column::Body, Expr::value(body.clone()))
        .filter(case_register::Column::Id.eq(id))
        .filter(case_register::Column::Version.eq(before))
        .exec(tx.db())
        .await?;
    if written.rows_affected == 1 { Ok(body) } else { Err(Error::changed()) }
}

/// A device of the scope's school, its chain proven unbroken.
pub(crate) async fn load_custody(tx: &Tx, id: &str) -> Result<Custody> {
    let school = tx.scope().school()?;
    let row = case_register::Entity::find_by_id(id)
        .filter(case_register::Column::SchoolId.eq(school.as_str()))
        .filter(case_register::Column::Kind.eq(Custody::KIND))
        .one(tx.db());
    let row = row.await?.ok_or_else(Error::missing)?;
    let custody: Custody = open(&key(tx, &row.id, &row.school_id).await?, &row.body, &place(&row.id))?;
    if custody.unbroken() { Ok(custody) } else { Err(Error::internal("the chain of a device is broken")) }
}

/// A page of a register, newest first; of some records alone where there are any, in one state where that is named.
pub(crate) async fn list<T: Entry>(tx: &Tx, records: &[String], state: &str, page: &Page) -> Result<(Vec<T>, String)> {
    let school = tx.scope().school()?;
    let mut all = case_register::Entity::find()
        .filter(case_register::Column::SchoolId.eq(school.as_str()))
        .filter(case_register::Column::Kind.eq(T::KIND))
        .filter(access::belongings(tx, "case_register")?);
    if !records.is_empty() {
        all = all.filter(case_register::Column::CaseId.is_in(records));
    }
    if !state.is_empty() {
        all = all.filter(case_register::Column::State.eq(state));
    }
    if let Some(after) = page.after() {
        all = all.filter(case_register::Column::Id.lt(after));
    }
    let mut rows = all.order_by_desc(case_register::Column::Id).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.id.clone());
    let rows = rows.into_iter().map(|row| (row.id, row.body));
    Ok((open_all(tx, school.as_str(), rows, place).await?, next))
}

/// Every entry of a register that belongs to one of some records; whether the caller may read those was asked before.
pub(crate) async fn of<T: Entry>(tx: &Tx, records: &[String]) -> Result<Vec<T>> {
    let school = tx.scope().school()?;
    let all = case_register::Entity::find()
        .filter(case_register::Column::SchoolId.eq(school.as_str()))
        .filter(case_register::Column::Kind.eq(T::KIND))
        .filter(case_register::Column::CaseId.is_in(records))
        .order_by_asc(case_register::Column::Id);
    let rows = all.all(tx.db()).await?.into_iter().map(|row| (row.id, row.body));
    open_all(tx, school.as_str(), rows, place).await
}

/// Keeps a disclosure and says so in the history.
pub(crate) async fn keep_disclosure(tx: &mut Tx, told: &Disclosure) -> Result<()> {
    let body = insert(tx, told).await?;
    let act = Act::new("disclosure.recorded", told.id.as_str()).detail("recipient_kind", told.recipient_kind.clone());
    let act = act.school(&told.school_id);
    tx.record(act.detail("shared", told.shared).state(TABLE, &body));
    Ok(())
}
