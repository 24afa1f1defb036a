//! Learners in the database, sealed, each with a key of its own; beside them keyed tokens, by which they are found
//! without a word of theirs being kept. Whoever holds the database learns how often a token occurs, and no more.

use std::collections::{BTreeSet, HashMap};

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
    seal::DataKey,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, FromQueryResult, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select, SqlErr,
    sea_query::{Alias, Expr, ExprTrait as _, Order},
};
use time::Duration;

use super::{
    AT_ONCE,
    entity::{learner, learner_preview as preview, learner_token, record_key},
    key, micros, open, open_all, seal,
};
use crate::learner::{Learner, LearnerId, search};

/// How long a previewed roll is kept.
const PREVIEWED: Duration = Duration::DAY;

fn place(id: &str) -> String {
    format!("learner|{id}")
}

fn here(tx: &Tx) -> Result<Select<learner::Entity>> {
    Ok(learner::Entity::find().filter(learner::Column::SchoolId.eq(tx.scope().school()?.as_str())))
}

/// A token as the table has it.
fn keyed(tx: &Tx, school: &str, token: &str) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = tx.ring().token(school, token);
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

fn upn_token(tx: &Tx, learner: &Learner) -> Option<Vec<u8>> {
    let upn = &learner.record.upn;
    (!upn.is_empty()).then(|| tx.ring().token(&learner.school_id, &format!("upn {upn}")).to_vec())
}

fn row(tx: &Tx, learner: &Learner, body: Vec<u8>) -> learner::ActiveModel {
    learner::ActiveModel {
        id: Set(learner.id.to_string()),
        school_id: Set(learner.school_id.clone()),
        on_roll: Set(i32::from(learner.left_on.is_none())),
        year_group: Set(learner.record.year_group.clone()),
        version: Set(i64::try_from(learner.version).unwrap_or(i64::MAX)),
        upn_token: Set(upn_token(tx, learner)),
        body: Set(body),
    }
}

/// What a user name at the filter is found by, however a product writes it.
fn user_token(user_name: &str) -> String {
    format!("user {}", chassis::text::user_name(user_name))
}

fn token_rows(tx: &Tx, learner: &Learner) -> Vec<learner_token::ActiveModel> {
    let mut weights = HashMap::new();
    for (token, weight) in search::tokens(&learner.record) {
        weights.insert(keyed(tx, &learner.school_id, &token), weight);
    }
    for (token, weight) in search::former_tokens(learner) {
        weights.entry(keyed(tx, &learner.school_id, &token)).or_insert(weight);
    }
    // A search that names no user name never meets these.
    for name in &learner.record.user_names {
        weights.insert(keyed(tx, &learner.school_id, &user_token(name)), 1);
    }
    let row = |(token, weight)| learner_token::ActiveModel {
        school_id: Set(learner.school_id.clone()),
        token: Set(token),
        learner_id: Set(learner.id.to_string()),
        weight: Set(weight),
    };
    weights.into_iter().map(row).collect()
}

fn taken(error: sea_orm::DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            Error::exists("record.upn", "Enter another pupil number: a learner of this school has it")
        }
        _ => error.into(),
    }
}

/// Writes new learners; answers what the body of each holds.
pub(crate) async fn insert(tx: &Tx, learners: &[Learner]) -> Result<Vec<Vec<u8>>> {
    let (mut keys, mut rows, mut tokens, mut bodies) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for learner in learners {
        let (id, key) = (learner.id.as_str(), DataKey::random());
        let body = seal(&key, learner, &place(id))?;
        keys.push(record_key::ActiveModel {
            record_id: Set(id.to_owned()),
            member: Set(learner.school_id.clone()),
            wrapped: Set(tx.ring().wrap(&key, &learner.school_id)),
        });
        rows.push(row(tx, learner, body.clone()));
        tokens.extend(token_rows(tx, learner));
        bodies.push(body);
    }
    for chunk in keys.chunks(AT_ONCE) {
        record_key::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
    }
    for chunk in rows.chunks(AT_ONCE) {
        learner::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await.map_err(taken)?;
    }
    write_tokens(tx, tokens).await?;
    Ok(bodies)
}

async fn write_tokens(tx: &Tx, tokens: Vec<learner_token::ActiveModel>) -> Result<()> {
    for chunk in tokens.chunks(AT_ONCE) {
        learner_token::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Writes a learner one step on, unless somebody else wrote it meanwhile; answers what its body holds.
pub(crate) async fn update(tx: &Tx, learner: &mut Learner) -> Result<Vec<u8>> {
    let before = i64::try_from(learner.version).unwrap_or(i64::MAX);
    learner.version += 1;
    let id = learner.id.to_string();
    let body = seal(&key(tx, &id, &learner.school_id).await?, learner, &place(&id))?;
    let written = learner::Entity::update_many()
        .col_expr(learner::Column::OnRoll, Expr::value(i32::from(learner.left_on.is_none())))
        .col_expr(learner::Column::YearGroup, Expr::value(learner.record.year_group.clone()))
        .col_expr(learner::Column::Version, Expr::value(before + 1))
        .col_expr(learner::Column::UpnToken, Expr::value(upn_token(tx, learner)))
        .col_expr(learner::Column::Body, Expr::value(body.clone()))
        .filter(learner::Column::SchoolId.eq(learner.school_id.as_str()))
        .filter(learner::Column::Id.eq(id.as_str()))
        .filter(learner::Column::Version.eq(before))
        .exec(tx.db())
        .await
        .map_err(taken)?;
    if written.rows_affected != 1 {
        return Err(Error::changed());
    }
    learner_token::Entity::delete_many()
        .filter(learner_token::Column::SchoolId.eq(learner.school_id.as_str()))
        .filter(learner_token::Column::LearnerId.eq(id.as_str()))
        .exec(tx.db())
        .await?;
    write_tokens(tx, token_rows(tx, learner)).await?;
    super::retention::stale(tx, &learner.id).await?;
    Ok(body)
}

/// Where learners with these pupil numbers are on the roll, among some schools: each school with its learner. For the
/// service itself, which tells no school what it finds at another.
pub(crate) async fn elsewhere(tx: &Tx, schools: &[String], upns: &[String]) -> Result<Vec<(String, String)>> {
    let token = |school: &String, upn: &String| tx.ring().token(school, &format!("upn {upn}")).to_vec();
    let all: Vec<Vec<u8>> = schools.iter().flat_map(|school| upns.iter().map(|upn| token(school, upn))).collect();
    let mut found = Vec::new();
    for chunk in all.chunks(AT_ONCE) {
        let rows = learner::Entity::find()
            .filter(learner::Column::UpnToken.is_in(chunk.to_vec()))
            .filter(learner::Column::OnRoll.eq(1))
            .all(tx.db())
            .await?;
        found.extend(rows.into_iter().map(|row| (row.school_id, row.id)));
    }
    Ok(found)
}

/// One learner of the scope's school.
pub(crate) async fn load(tx: &Tx, id: &str) -> Result<Learner> {
    let row = here(tx)?.filter(learner::Column::Id.eq(id)).one(tx.db()).await?.ok_or_else(Error::missing)?;
    open(&key(tx, id, &row.school_id).await?, &row.body, &place(id))
}

/// Those of the scope's school with these ids.
pub(crate) async fn some(tx: &Tx, ids: &[&LearnerId]) -> Result<Vec<Learner>> {
    let ids = ids.iter().map(|id| id.as_str());
    opened(tx, here(tx)?.filter(learner::Column::Id.is_in(ids)).all(tx.db()).await?).await
}

/// Holds learners of the scope's school until the end of the transaction: whoever asks for what is kept about one, and
/// whoever destroys a record of theirs, wait for each other.
pub(crate) async fn hold<'a>(tx: &Tx, ids: impl IntoIterator<Item = &'a LearnerId>) -> Result<()> {
    // In one order, so that two who hold several never wait for each other.
    let ids: BTreeSet<&str> = ids.into_iter().map(LearnerId::as_str).collect();
    if !ids.is_empty() {
        let rows = here(tx)?.filter(learner::Column::Id.is_in(ids)).order_by_asc(learner::Column::Id);
        rows.lock_exclusive().all(tx.db()).await?;
    }
    Ok(())
}

/// One learner of a school that the scope acts at beside its own, held until the end of the transaction.
pub(crate) async fn held_at(tx: &Tx, id: &LearnerId, school: &str) -> Result<Learner> {
    let row = learner::Entity::find()
        .filter(learner::Column::SchoolId.eq(school))
        .filter(learner::Column::Id.eq(id.as_str()));
    let row = row.lock_exclusive().one(tx.db()).await?.ok_or_else(Error::missing)?;
    open(&key(tx, id.as_str(), school).await?, &row.body, &place(id.as_str()))
}

/// Every learner of the scope's school, those who left among them.
pub(crate) async fn all(tx: &Tx) -> Result<Vec<Learner>> {
    let rows = here(tx)?.order_by_asc(learner::Column::Id).all(tx.db()).await?;
    opened(tx, rows).await
}

async fn opened(tx: &Tx, rows: Vec<learner::Model>) -> Result<Vec<Learner>> {
    open_all(tx, tx.scope().school()?.as_str(), rows.into_iter().map(|row| (row.id, row.body)), place).await
}

/// A page of learners in the order they were added, and how many there are.
pub(crate) async fn list(tx: &Tx, year_group: &str, left: bool, page: &Page) -> Result<(Vec<Learner>, String, u64)> {
    let mut all = here(tx)?.filter(learner::Column::OnRoll.eq(i32::from(!left)));
    if !year_group.is_empty() {
        all = all.filter(learner::Column::YearGroup.eq(year_group));
    }
    let total = all.clone().count(tx.db()).await?;
    if let Some(after) = page.after() {
        all = all.filter(learner::Column::Id.gt(after));
    }
    let mut rows = all.order_by_asc(learner::Column::Id).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.id.clone());
    Ok((opened(tx, rows).await?, next, total))
}

#[derive(FromQueryResult)]
struct Candidate {
    learner_id: String,
}

/// Those of some who are on the roll no more.
pub(crate) async fn left(tx: &Tx, ids: &[LearnerId]) -> Result<Vec<Learner>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let some = here(tx)?.filter(learner::Column::Id.is_in(ids.iter().map(LearnerId::as_str)));
    opened(tx, some.filter(learner::Column::OnRoll.eq(0)).all(tx.db()).await?).await
}

/// Those who are on the roll no more and whom what somebody wrote most likely means: nobody on the roll is meant rather.
pub(crate) async fn left_meant(tx: &Tx, written: &str) -> Result<Vec<Learner>> {
    let tokens = search::name_tokens(&search::plain_name(written)).into_iter().map(|(token, _)| token);
    let tokens: Vec<String> = tokens.collect();
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    let mut meant = search::most_likely(written, candidates(tx, &tokens).await?);
    meant.retain(|one| one.left_on.is_some());
    Ok(meant)
}

/// Learners whose tokens meet those sought, the most met first.
pub(crate) async fn candidates(tx: &Tx, tokens: &[String]) -> Result<Vec<Learner>> {
    let school = tx.scope().school()?.to_string();
    let sought = tokens.iter().map(|token| keyed(tx, &school, token));
    let met = Alias::new("met");
    let candidates = learner_token::Entity::find()
        .select_only()
        .column(learner_token::Column::LearnerId)
        .column_as(Expr::col(learner_token::Column::Weight).sum(), "met")
        .filter(learner_token::Column::SchoolId.eq(school.as_str()))
        .filter(learner_token::Column::Token.is_in(sought))
        .group_by(learner_token::Column::LearnerId)
        .order_by(Expr::col(met), Order::Desc)
        .order_by_asc(learner_token::Column::LearnerId)
        .limit(search::OPENED)
        .into_model::<Candidate>()
        .all(tx.db())
        .await?;
    let ids = candidates.iter().map(|candidate| candidate.learner_id.as_str());
    let rows = here(tx)?.filter(learner::Column::Id.is_in(ids)).all(tx.db()).await?;
    opened(tx, rows).await
}

/// Those on the roll whose user name at the filter it is.
pub(crate) async fn by_user_name(tx: &Tx, user_name: &str) -> Result<Vec<Learner>> {
    let school = tx.scope().school()?.to_string();
    let ids: Vec<String> = learner_token::Entity::find()
        .select_only()
        .column(learner_token::Column::LearnerId)
        .filter(learner_token::Column::SchoolId.eq(school.as_str()))
        .filter(learner_token::Column::Token.eq(keyed(tx, &school, &user_token(user_name))))
        .limit(search::OPENED)
        .into_tuple()
        .all(tx.db())
        .await?;
    let rows = here(tx)?.filter(learner::Column::OnRoll.eq(1)).filter(learner::Column::Id.is_in(ids));
    let mut found = opened(tx, rows.order_by_asc(learner::Column::Id).all(tx.db()).await?).await?;
    // A token is short, and may be another's by chance.
    found.retain(|learner| learner.record.goes_by(user_name));
    Ok(found)
}

/// The one on the roll whose user name at the filter it is. Nobody is guessed: none where nobody has it, or several.
pub(crate) async fn of_user(tx: &Tx, user_name: &str) -> Result<Option<LearnerId>> {
    if user_name.trim().is_empty() {
        return Ok(None);
    }
    let mut found = by_user_name(tx, user_name).await?;
    let one = found.pop().filter(|_| found.is_empty());
    Ok(one.map(|learner| learner.id))
}

/// Every learner of the scope's school, those who left among them, who has any of these tokens.
pub(crate) async fn bearing(tx: &Tx, tokens: &BTreeSet<String>) -> Result<Vec<Learner>> {
    let school = tx.scope().school()?.to_string();
    let sought: Vec<i64> = tokens.iter().map(|token| keyed(tx, &school, token)).collect();
    let mut ids = BTreeSet::new();
    for chunk in sought.chunks(AT_ONCE) {
        let rows = learner_token::Entity::find()
            .select_only()
            .column(learner_token::Column::LearnerId)
            .distinct()
            .filter(learner_token::Column::SchoolId.eq(school.as_str()))
            .filter(learner_token::Column::Token.is_in(chunk.to_vec()));
        ids.extend(rows.into_model::<Candidate>().all(tx.db()).await?.into_iter().map(|one| one.learner_id));
    }
    let ids: Vec<String> = ids.into_iter().collect();
    let mut found = Vec::new();
    for chunk in ids.chunks(AT_ONCE) {
        let rows = here(tx)?.filter(learner::Column::Id.is_in(chunk.to_vec())).all(tx.db()).await?;
        found.extend(opened(tx, rows).await?);
    }
    Ok(found)
}

/// Keeps a previewed roll for a day, and drops the school's older ones.
pub(crate) async fn keep_preview(tx: &Tx, id: &str, content: &[u8]) -> Result<()> {
    let school = tx.scope().school()?.to_string();
    let old = preview::Column::AddedUs.lt(micros(tx.now() - PREVIEWED));
    let mine = preview::Column::SchoolId.eq(school.as_str());
    preview::Entity::delete_many().filter(mine).filter(old).exec(tx.db()).await?;
    drop_preview(tx, id).await?;
    let row = preview::ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(school),
        added_us: Set(micros(tx.now())),
        body: Set(tx.ring().own_key().seal(content, &format!("roll|{id}"))),
    };
    preview::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// A roll that was previewed within the last day.
pub(crate) async fn preview(tx: &Tx, id: &str) -> Result<Option<Vec<u8>>> {
    let query = preview::Entity::find()
        .filter(preview::Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(preview::Column::Id.eq(id))
        .filter(preview::Column::AddedUs.gte(micros(tx.now() - PREVIEWED)));
    match query.one(tx.db()).await? {
        Some(row) => tx.ring().own_key().open(&row.body, &format!("roll|{id}")).map(Some),
        None => Ok(None),
    }
}

/// Drops a previewed roll; answers whether there was one to drop.
pub(crate) async fn drop_preview(tx: &Tx, id: &str) -> Result<bool> {
    let mine = preview::Column::SchoolId.eq(tx.scope().school()?.as_str());
    let dropped = preview::Entity::delete_many().filter(mine).filter(preview::Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(dropped.rows_affected == 1)
}
