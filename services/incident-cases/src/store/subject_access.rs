//! Requests for what is kept about a learner, each sealed under a key of its own, and what was decided about each record,
//! sealed under the key of the case or concern it belongs to: who cannot open that reads no decision about it, and when its
//! key goes, the decision goes.

use std::collections::{BTreeSet, HashMap, HashSet};

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, Select,
    sea_query::OnConflict,
};

use time::OffsetDateTime;

use super::{access, key, key_at, new_key, open, open_all, seal};
use crate::{
    learner::LearnerId,
    subject_access::{AccessRequest, Decision, items::Item},
};

mod request {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "access_request")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub school_id: String,
        pub learner_token: Vec<u8>,
        /// `open`, `paused`, `answered`.
        pub state: String,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod decision {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "access_decision")]
    pub struct Model {
        /// The item's id, which is a keyed token of the request and what the record says.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub school_id: String,
        pub access_request_id: String,
        /// The case or concern the record belongs to.
        pub record_id: String,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod rest {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "access_rest")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub school_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub access_request_id: String,
        /// A case or a concern that the answer is without.
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

fn place(id: &str) -> String {
    format!("access request|{id}")
}

fn decided(id: &str) -> String {
    format!("access decision|{id}")
}

fn token(tx: &Tx, school: &str, learner: &str) -> Vec<u8> {
    tx.ring().token(school, &format!("access requests of {learner}")).to_vec()
}

/// Writes a new request; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, asked: &AccessRequest) -> Result<Vec<u8>> {
    let (id, school) = (asked.id.as_str(), asked.school_id.as_str());
    let body = seal(&new_key(tx, id, school).await?, asked, &place(id))?;
    let row = request::ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(school.to_owned()),
        learner_token: Set(token(tx, school, asked.learner_id.as_str())),
        state: Set(asked.state().to_owned()),
        body: Set(body.clone()),
    };
    request::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes what became of a request; answers what its body holds.
pub(crate) async fn update(tx: &Tx, asked: &AccessRequest) -> Result<Vec<u8>> {
    let (id, school) = (asked.id.as_str(), asked.school_id.as_str());
    let body = seal(&key(tx, id, school).await?, asked, &place(id))?;
    let row = request::ActiveModel {
        id: Unchanged(id.to_owned()),
        state: Set(asked.state().to_owned()),
        body: Set(body.clone()),
        ..Default::default()
    };
    request::Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// One request of the scope's school, held until the end of the transaction: all of it is written back.
pub(crate) async fn load(tx: &Tx, id: &str) -> Result<AccessRequest> {
    let school = tx.scope().school()?.as_str();
    let row = request::Entity::find_by_id(id).filter(request::Column::SchoolId.eq(school));
    let row = row.lock_exclusive().one(tx.db()).await?.ok_or_else(Error::missing)?;
    open(&key(tx, id, school).await?, &row.body, &place(id))
}

/// Since when a request about one of these learners is not answered; none where there is no such request.
pub(crate) async fn unanswered(tx: &Tx, learners: impl Iterator<Item = &LearnerId>) -> Result<Option<OffsetDateTime>> {
    let school = tx.scope().school()?.as_str();
    let tokens: Vec<Vec<u8>> = learners.map(|learner| token(tx, school, learner.as_str())).collect();
    if tokens.is_empty() {
        return Ok(None);
    }
    let first = request::Entity::find()
        .filter(request::Column::SchoolId.eq(school))
        .filter(request::Column::LearnerToken.is_in(tokens))
        .filter(request::Column::State.ne("answered"))
        .order_by_asc(request::Column::Id)
        .one(tx.db())
        .await?;
    let Some(row) = first else { return Ok(None) };
    let asked: AccessRequest = open(&key(tx, &row.id, school).await?, &row.body, &place(&row.id))?;
    Ok(Some(asked.stamp.at))
}

/// Since when a request waits for one of some records: it is not answered, or was without them by somebody who may not know of
/// them.
pub(crate) async fn waiting_for(
    tx: &Tx,
    learners: impl Iterator<Item = &LearnerId>,
    records: [&str; 2],
) -> Result<Option<OffsetDateTime>> {
    if let Some(since) = unanswered(tx, learners).await? {
        return Ok(Some(since));
    }
    let school = tx.scope().school()?.as_str();
    let left = rest::Entity::find()
        .filter(rest::Column::SchoolId.eq(school))
        .filter(rest::Column::CaseId.is_in(records.into_iter().filter(|id| !id.is_empty())))
        .order_by_asc(rest::Column::AccessRequestId)
        .one(tx.db())
        .await?;
    let Some(left) = left else { return Ok(None) };
    let row = request::Entity::find_by_id(&left.access_request_id).filter(request::Column::SchoolId.eq(school));
    let Some(row) = row.one(tx.db()).await? else { return Ok(None) };
    let asked: AccessRequest = open(&key(tx, &row.id, school).await?, &row.body, &place(&row.id))?;
    Ok(Some(asked.stamp.at))
}

/// Keeps which cases and concerns an answer is without.
pub(crate) async fn leave_out(tx: &Tx, asked: &AccessRequest, records: &BTreeSet<String>) -> Result<()> {
    let row = |record: &String| rest::ActiveModel {
        school_id: Set(asked.school_id.clone()),
        access_request_id: Set(asked.id.to_string()),
        case_id: Set(record.clone()),
    };
    let rows: Vec<_> = records.iter().map(row).collect();
    if !rows.is_empty() {
        rest::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Says that a further answer has some of them.
pub(crate) async fn put_in(tx: &Tx, asked: &AccessRequest, records: &BTreeSet<String>) -> Result<()> {
    rest::Entity::delete_many()
        .filter(rest::Column::SchoolId.eq(asked.school_id.as_str()))
        .filter(rest::Column::AccessRequestId.eq(asked.id.as_str()))
        .filter(rest::Column::CaseId.is_in(records.iter().map(String::as_str)))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// The cases and concerns that an answer is without, whether or not the caller may know of them.
pub(crate) async fn left_out(tx: &Tx, asked: &AccessRequest) -> Result<BTreeSet<String>> {
    let rows = rest::Entity::find()
        .filter(rest::Column::SchoolId.eq(asked.school_id.as_str()))
        .filter(rest::Column::AccessRequestId.eq(asked.id.as_str()))
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|row| row.case_id).collect())
}

/// The requests of which the answer is without something that the caller may read.
fn with_rest(tx: &Tx) -> Result<Select<rest::Entity>> {
    let found = rest::Entity::find().select_only().column(rest::Column::AccessRequestId).distinct();
    let found = found.filter(rest::Column::SchoolId.eq(tx.scope().school()?.as_str()));
    Ok(found.filter(access::belongings(tx, "access_rest")?))
}

/// Those of some requests of which the answer is without something that the caller may read.
pub(crate) async fn to_add_to(tx: &Tx, asked: &[AccessRequest]) -> Result<HashSet<String>> {
    let ids: Vec<&str> = asked.iter().filter(|asked| asked.export.is_some()).map(|asked| asked.id.as_str()).collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let found = with_rest(tx)?.filter(rest::Column::AccessRequestId.is_in(ids));
    let found: Vec<String> = found.into_tuple().all(tx.db()).await?;
    Ok(found.into_iter().collect())
}

/// A page of the school's requests, newest first; of one learner where one is named, and those that wait alone where asked, also
/// for what the caller puts in.
pub(crate) async fn list(tx: &Tx, learner: &str, waiting: bool, page: &Page) -> Result<(Vec<AccessRequest>, String)> {
    let school = tx.scope().school()?.as_str();
    let mut all = request::Entity::find().filter(request::Column::SchoolId.eq(school));
    if !learner.is_empty() {
        all = all.filter(request::Column::LearnerToken.eq(token(tx, school, learner)));
    }
    if waiting {
        let adds = request::Column::Id.in_subquery(with_rest(tx)?.into_query());
        all = all.filter(Condition::any().add(request::Column::State.ne("answered")).add(adds));
    }
    if let Some(after) = page.after() {
        all = all.filter(request::Column::Id.lt(after));
    }
    let mut rows = all.order_by_desc(request::Column::Id).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.id.clone());
    let rows = rows.into_iter().map(|row| (row.id, row.body));
    Ok((open_all(tx, school, rows, place).await?, next))
}

/// What tells a record of a request from every other, as an id that says nothing.
pub(crate) fn item_id(tx: &Tx, school: &str, asked: &AccessRequest, says: &str) -> String {
    let token = tx.ring().token(school, &format!("access item of {}|{says}", asked.id));
    format!("itm_{}", token.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// Keeps what was decided about a record, in place of what was decided before; answers what its body holds.
pub(crate) async fn keep(tx: &Tx, asked: &AccessRequest, item: &Item, kept: &Decision) -> Result<Vec<u8>> {
    let school = asked.school_id.as_str();
    let body = seal(&key_at(tx, &item.record_id, school).await?, kept, &decided(&item.id))?;
    let row = decision::ActiveModel {
        id: Set(item.id.clone()),
        school_id: Set(school.to_owned()),
        access_request_id: Set(asked.id.to_string()),
        record_id: Set(item.record_id.clone()),
        body: Set(body.clone()),
    };
    let again = OnConflict::column(decision::Column::Id).update_column(decision::Column::Body).to_owned();
    decision::Entity::insert(row).on_conflict(again).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// What was decided about those records of a request that the caller was found to read. Until it is answered, or
/// has one of the `rest` added, nothing is decided about one in which somebody else is known to be named since.
pub(crate) async fn decisions(
    tx: &Tx,
    asked: &AccessRequest,
    items: &[Item],
    rest: &BTreeSet<String>,
) -> Result<HashMap<String, Decision>> {
    let school = asked.school_id.as_str();
    let known: HashMap<&str, &Item> = items.iter().map(|item| (item.id.as_str(), item)).collect();
    let all = decision::Entity::find()
        .filter(decision::Column::SchoolId.eq(school))
        .filter(decision::Column::AccessRequestId.eq(asked.id.as_str()));
    let mut keys = HashMap::new();
    let mut found = HashMap::new();
    for row in all.all(tx.db()).await? {
        let Some(item) = known.get(row.id.as_str()) else { continue };
        if !keys.contains_key(&row.record_id) {
            keys.insert(row.record_id.clone(), key_at(tx, &row.record_id, school).await?);
        }
        if let Some(key) = keys.get(&row.record_id) {
            let decision: Decision = open(key, &row.body, &decided(&row.id))?;
            let answered = asked.export.is_some() && !rest.contains(&item.record_id);
            if answered || decision.holds(item) {
                found.insert(row.id.clone(), decision);
            }
        }
    }
    Ok(found)
}
