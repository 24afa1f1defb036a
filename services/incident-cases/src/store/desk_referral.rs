//! Referrals in the inboxes of the authority's desks, in the database. Each is sealed under a key of its own, which the desk
//! holds from the sending on, and the school beside it, so that what becomes of it in the case is written there too.

use chassis::{
    db::Tx,
    desk::Desk,
    error::{Error, Result},
    history::Act,
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
};

use super::{allegation, give_key, holder, key, key_for, micros, new_key, open, open_all, seal};
use crate::{
    case::{Case, Referral},
    desk::referral::DeskReferral,
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "desk_referral")]
    pub struct Model {
        /// The referral's.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// Who holds it, `desk/front_door`.
        pub desk: String,
        /// Who sent it.
        pub school_id: String,
        pub state: String,
        /// `desk`, `school` or `nobody`.
        pub waits_for: String,
        /// When an answer is due, before every such time where a child is in danger; the far future where it waits for
        /// nobody.
        pub due_us: i64,
        pub version: i64,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{ActiveModel, Column, Entity};

/// What the column says of one that waits for nobody.
pub(crate) const NOBODY: &str = "nobody";

fn place(id: &str) -> String {
    format!("desk_referral|{id}")
}

fn at(desk: &str) -> String {
    format!("desk/{desk}")
}

/// Where it stands in the list: a child in danger comes before whatever is due, the first sent first.
fn due_us(referral: &Referral) -> i64 {
    match (referral.waits(), referral.danger()) {
        (false, _) => i64::MAX,
        (true, true) => i64::MIN + micros(referral.made_at),
        (true, false) => micros(referral.chase_at),
    }
}

fn row(held: &DeskReferral, body: Vec<u8>) -> ActiveModel {
    let referral = &held.referral;
    let waits_for = match referral.waits_for() {
        "" => NOBODY,
        who => who,
    };
    ActiveModel {
        id: Set(referral.id.to_string()),
        desk: Set(at(&held.desk)),
        school_id: Set(held.school_id.clone()),
        state: Set(referral.state().to_owned()),
        waits_for: Set(waits_for.to_owned()),
        due_us: Set(due_us(referral)),
        version: Set(i64::try_from(held.version).unwrap_or_default()),
        body: Set(body),
    }
}

/// Writes into the desks' inboxes what became of a case's referrals, where anything did; whoever wrote the case does so
/// before the commit. The row of the case is written by then, so that everybody holds the two in one order.
pub(crate) async fn follow(tx: &mut Tx, case: &Case) -> Result<()> {
    for referral in case.referrals.iter().filter(|referral| referral.portal.is_some()) {
        let id = referral.id.as_str();
        let school = case.school_id.as_str();
        let found = Entity::find_by_id(id).filter(Column::SchoolId.eq(school)).lock_exclusive().one(tx.db()).await?;
        let Some(found) = found else {
            let Some(held) = DeskReferral::of(case, referral, 1) else { continue };
            let key = new_key(tx, id, &holder(school, case.adult())).await?;
            give_key(tx, id, &at(&held.desk), &key).await?;
            let body = seal(&key, &held, &place(id))?;
            Entity::insert(row(&held, body.clone())).exec_without_returning(tx.db()).await?;
            tx.record(Act::new("desk_referral.came", id).detail("desk", held.desk).state("desk_referral", &body));
            continue;
        };
        // Of a case that turned out to be on an adult, the key goes over to whoever holds such keys.
        let key = key_for(tx, id, school, case.adult()).await?;
        let before: DeskReferral = open(&key, &found.body, &place(id))?;
        let Some(mut held) = DeskReferral::of(case, referral, before.version) else { continue };
        if held == before {
            continue;
        }
        held.version += 1;
        let body = seal(&key, &held, &place(id))?;
        let row = ActiveModel { id: Unchanged(id.to_owned()), ..row(&held, body.clone()) };
        Entity::update(row).exec(tx.db()).await?;
        let state = held.referral.state();
        if state == "withdrawn" {
            // What was answered about it is read no more either.
            tx.forget_answers(&[id.to_owned()]).await?;
        }
        tx.record(Act::new("desk_referral.followed", id).detail("state", state).state("desk_referral", &body));
    }
    Ok(())
}

/// One in the inbox of the scope's desk that was not taken back. Another desk's is like none.
pub(crate) async fn load(tx: &Tx, id: &str) -> Result<DeskReferral> {
    let desk = tx.scope().desk().ok_or_else(Error::missing)?.holder();
    let row = Entity::find_by_id(id)
        .filter(Column::Desk.eq(desk.as_str()))
        .filter(Column::State.ne("withdrawn"))
        .filter(Column::Id.not_in_subquery(allegation::kept_out(tx, &desk)));
    let row = row.one(tx.db()).await?.ok_or_else(Error::missing)?;
    open(&key(tx, id, &desk).await?, &row.body, &place(id))
}

/// The same, held until the end of the transaction: it is taken in once.
pub(crate) async fn hold(tx: &Tx, id: &str) -> Result<DeskReferral> {
    let desk = tx.scope().desk().ok_or_else(Error::missing)?.holder();
    Entity::find_by_id(id).filter(Column::Desk.eq(desk)).lock_exclusive().one(tx.db()).await?;
    load(tx, id).await
}

/// The inbox of a desk; those that wait for somebody where named.
fn inbox(tx: &Tx, desk: &str, waits_for: &str) -> Select<Entity> {
    let all = Entity::find()
        .filter(Column::Desk.eq(desk))
        // Whoever is kept out of an allegation finds nothing of the referral that it came by.
        .filter(Column::Id.not_in_subquery(allegation::kept_out(tx, desk)));
    if waits_for.is_empty() { all } else { all.filter(Column::WaitsFor.eq(waits_for)) }
}

/// How many are in the inbox of the scope's desk; of those that wait for somebody where named.
pub(crate) async fn count(tx: &Tx, waits_for: &str) -> Result<i32> {
    let desk = tx.scope().desk().ok_or_else(Error::missing)?.holder();
    let count = inbox(tx, &desk, waits_for).count(tx.db()).await?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}

/// What waits for the scope's desk and was announced to nobody: it was sent from a case on an adult. The designated officer gets
/// none from any other.
pub(crate) async fn unannounced(tx: &Tx) -> Result<Vec<DeskReferral>> {
    let desk = tx.scope().desk().ok_or_else(Error::missing)?;
    let rows = inbox(tx, &desk.holder(), "desk").all(tx.db()).await?.into_iter().map(|row| (row.id, row.body));
    let mut waiting: Vec<DeskReferral> = open_all(tx, &desk.holder(), rows, place).await?;
    waiting.retain(|held| held.unannounced || desk == Desk::Lado);
    Ok(waiting)
}

/// A page of the inbox of the scope's desk, a child in danger first and then what is due first; those that wait for
/// somebody where named.
pub(crate) async fn list(tx: &Tx, waits_for: &str, page: &Page) -> Result<(Vec<DeskReferral>, String)> {
    let desk = tx.scope().desk().ok_or_else(Error::missing)?.holder();
    let mut all = inbox(tx, &desk, waits_for);
    if let Some((due, id)) = page.after().and_then(|after| after.split_once('|')) {
        let due: i64 = due.parse().unwrap_or_default();
        let same = Condition::all().add(Column::DueUs.eq(due)).add(Column::Id.lt(id));
        all = all.filter(Condition::any().add(Column::DueUs.gt(due)).add(same));
    }
    // What waits for nobody is due at no time: the newest of it comes first.
    let ordered = all.order_by_asc(Column::DueUs).order_by_desc(Column::Id).limit(page.limit());
    let mut rows = ordered.all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| format!("{}|{}", row.due_us, row.id));
    let rows = rows.into_iter().map(|row| (row.id, row.body));
    Ok((open_all(tx, &desk, rows, place).await?, next))
}
