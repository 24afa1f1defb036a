//! Readings of restricted cases beyond somebody's rights, sealed under the key of the case.

use std::collections::HashMap;

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use time::OffsetDateTime;

use super::{
    access::{self, Sight},
    case, key_at, micros, open, seal,
    search::cases,
};
use crate::case::{Case, access::Verdict, break_glass::BreakGlass};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "break_glass")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub school_id: String,
        pub case_id: String,
        /// A keyed hash of whoever reads.
        pub account_token: Vec<u8>,
        pub expire_us: i64,
        /// 0 where nobody has; 2 where somebody has after its end; 1 where an earlier version let somebody, perhaps before its end.
        pub reviewed: i32,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{ActiveModel, Column, Entity, Model};

/// What the column says of one that was reviewed after its end.
const REVIEWED: i32 = 2;

fn place(id: &str) -> String {
    format!("break_glass|{id}")
}

fn token(tx: &Tx, school: &str, account_id: &str) -> Vec<u8> {
    tx.ring().token(school, &format!("broke glass {account_id}")).to_vec()
}

/// Writes one; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, glass: &BreakGlass) -> Result<Vec<u8>> {
    let (id, school) = (glass.id.as_str(), glass.school_id.as_str());
    let body = seal(&key_at(tx, glass.case_id.as_str(), school).await?, glass, &place(id))?;
    let row = ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(school.to_owned()),
        case_id: Set(glass.case_id.to_string()),
        account_token: Set(token(tx, school, &glass.by)),
        expire_us: Set(micros(glass.until)),
        reviewed: Set(0),
        body: Set(body.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes what was found about one; answers what its body holds.
pub(crate) async fn update(tx: &Tx, glass: &BreakGlass) -> Result<Vec<u8>> {
    let id = glass.id.as_str();
    let body = seal(&key_at(tx, glass.case_id.as_str(), &glass.school_id).await?, glass, &place(id))?;
    let row = ActiveModel {
        id: Unchanged(id.to_owned()),
        // A review may end it.
        expire_us: Set(micros(glass.until)),
        reviewed: Set(if glass.due() { 0 } else { REVIEWED }),
        body: Set(body.clone()),
        ..Default::default()
    };
    Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

async fn read(tx: &Tx, row: Model) -> Result<BreakGlass> {
    open(&key_at(tx, &row.case_id, &row.school_id).await?, &row.body, &place(&row.id))
}

/// The reading of a case that is open to the caller now. Whether they may know of the case at all, the case says.
pub(crate) async fn now(tx: &Tx, case_id: &str) -> Result<Option<BreakGlass>> {
    let school = tx.scope().school()?.as_str();
    let row = Entity::find()
        .filter(Column::SchoolId.eq(school))
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::AccountToken.eq(token(tx, school, tx.scope().account_text())))
        .filter(Column::ExpireUs.gt(micros(tx.now())))
        .order_by_desc(Column::Id)
        .one(tx.db())
        .await?;
    match row {
        Some(row) => read(tx, row).await.map(Some),
        None => Ok(None),
    }
}

/// Until when a case that the caller may only know to exist is open to them, where they ask to read and nothing else.
pub(crate) async fn until(tx: &Tx, case: &Case) -> Result<Option<OffsetDateTime>> {
    if access::verdict(tx, case) != Verdict::RowOnly || !access::only_reads(tx) {
        return Ok(None);
    }
    Ok(now(tx, case.id.as_str()).await?.map(|glass| glass.until))
}

/// Whether the caller may know of one: whoever may read the case by right, the head where they may know of it, and
/// whoever read.
fn theirs(tx: &Tx, glass: &BreakGlass, verdict: Verdict) -> bool {
    let who = access::reader(tx);
    verdict == Verdict::Yes || (verdict != Verdict::No && (who.head || glass.by == who.account_id))
}

/// Whether the caller is asked to review one.
pub(crate) fn asks(tx: &Tx, glass: &BreakGlass, case: &Case) -> bool {
    let who = access::reader(tx);
    let verdict = access::verdict(tx, case);
    (verdict == Verdict::Yes || (verdict != Verdict::No && who.head)) && glass.asks(who.account_id)
}

/// One that the caller may know of, with its case; held until the end of the transaction.
pub(crate) async fn load(tx: &Tx, id: &str) -> Result<(BreakGlass, Case)> {
    let school = tx.scope().school()?.as_str();
    let row = Entity::find_by_id(id).filter(Column::SchoolId.eq(school)).lock_exclusive().one(tx.db()).await?;
    let glass = read(tx, row.ok_or_else(Error::missing)?).await?;
    let known = case::known_all(tx, &[glass.case_id.to_string()]).await?;
    let (case, verdict) = known.into_iter().next().ok_or_else(Error::missing)?;
    if theirs(tx, &glass, verdict) { Ok((glass, case)) } else { Err(Error::missing()) }
}

/// A page of those that the caller may know of, newest first, each with its case.
pub(crate) async fn list(
    tx: &Tx,
    case_id: &str,
    unreviewed: bool,
    page: &Page,
) -> Result<(Vec<(BreakGlass, Case)>, String)> {
    let school = tx.scope().school()?.as_str();
    let who = access::reader(tx);
    let own = Column::AccountToken.eq(token(tx, school, who.account_id));
    let mut whose = Condition::any().add(Column::CaseId.in_subquery(cases(tx, Sight::All)?));
    let known = Column::CaseId.in_subquery(cases(tx, Sight::Row)?);
    whose = whose.add(if who.head { Condition::all().add(known) } else { Condition::all().add(own).add(known) });
    let mut all = Entity::find().filter(Column::SchoolId.eq(school)).filter(whose);
    if !case_id.is_empty() {
        all = all.filter(Column::CaseId.eq(case_id));
    }
    if unreviewed {
        all = all.filter(Column::Reviewed.ne(REVIEWED));
    }
    if let Some(after) = page.after() {
        all = all.filter(Column::Id.lt(after));
    }
    let mut rows = all.order_by_desc(Column::Id).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.id.clone());
    let ids: Vec<String> = rows.iter().map(|row| row.case_id.clone()).collect();
    let known: HashMap<String, (Case, Verdict)> = case::known_all(tx, &ids)
        .await?
        .into_iter()
        .map(|(case, verdict)| (case.id.to_string(), (case, verdict)))
        .collect();
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        // The table narrows, the case itself decides.
        let Some((case, verdict)) = known.get(&row.case_id) else { continue };
        let glass = read(tx, row).await?;
        if theirs(tx, &glass, *verdict) && (!unreviewed || glass.due()) {
            found.push((glass, case.clone()));
        }
    }
    Ok((found, next))
}
