//! By what cases and concerns are found again: keyed tokens, written with the record. What is about an adult has tokens of
//! its own, as it has keys of its own. Whoever may not know of a record does not find it, and it takes no room among
//! what is found: the rows are narrowed before they are counted.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chassis::{
    caller::Scope,
    db::{Store, Tx},
    error::{Error, Result},
    id::SchoolId,
    serve::Shutdown,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, EntityTrait, FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait, Select,
    sea_query::{
        Alias, CommonTableExpression, Expr, ExprTrait as _, OnConflict, Order, SelectStatement, SimpleExpr, WithClause,
    },
};

use super::{
    AT_ONCE,
    access::{self, Sight},
    case, concern,
    entity::{case_file, concern as concern_table},
    holder, key_at, learner_record, open, open_all,
};
use crate::{
    case::{
        Case, Involvement,
        access::{Reader, Verdict},
    },
    concern::{Concern, Origin},
    learner::{
        Learner, LearnerId,
        search::{may_mean, spoken_tokens},
    },
    search::{OPENED, tokens_of_case, tokens_of_concern},
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "record_token")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub school_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub token: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub record_id: String,
        pub weight: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{ActiveModel, Column, Entity};

/// What every record has, whatever it is found by: those without are from before there were tokens.
const KEPT: &str = "kept";
/// Records whose tokens are kept afterwards at once, and how long others then have the database.
const SOME: u64 = 200;
const BETWEEN: Duration = Duration::from_millis(200);
/// How soon it is tried again.
const AGAIN: Duration = Duration::from_secs(10);

/// A token as the table has it.
fn keyed(tx: &Tx, holder: &str, token: &str) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = tx.ring().token(holder, &format!("found by {token}"));
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// What a record is found by.
struct Kept<'a> {
    school: &'a str,
    id: &'a str,
    tokens: HashMap<i64, i32>,
}

impl<'a> Kept<'a> {
    fn new(tx: &Tx, school: &'a str, adult: bool, id: &'a str, tokens: Vec<(String, i32)>) -> Self {
        let holder = holder(school, adult);
        let mut kept = HashMap::from([(keyed(tx, &holder, KEPT), 0)]);
        kept.extend(tokens.into_iter().map(|(token, weight)| (keyed(tx, &holder, &token), weight)));
        Self { school, id, tokens: kept }
    }

    fn of_case(tx: &Tx, case: &'a Case) -> Self {
        Self::new(tx, &case.school_id, case.adult(), case.id.as_str(), tokens_of_case(case))
    }

    fn of_concern(tx: &Tx, concern: &'a Concern) -> Self {
        Self::new(tx, &concern.school_id, concern.office.is_some(), concern.id.as_str(), tokens_of_concern(concern))
    }
}

/// Keeps what a new case is found by.
pub(super) async fn begin_case(tx: &Tx, case: &Case) -> Result<()> {
    insert(tx, Kept::of_case(tx, case)).await
}

/// Keeps what a new concern is found by.
pub(super) async fn begin_concern(tx: &Tx, concern: &Concern) -> Result<()> {
    insert(tx, Kept::of_concern(tx, concern)).await
}

/// Keeps what a case is found by, in place of what it was found by before.
pub(super) async fn keep_case(tx: &Tx, case: &Case) -> Result<()> {
    keep(tx, Kept::of_case(tx, case)).await
}

/// Keeps what a concern is found by, in place of what it was found by before.
pub(super) async fn keep_concern(tx: &Tx, concern: &Concern) -> Result<()> {
    keep(tx, Kept::of_concern(tx, concern)).await
}

async fn keep(tx: &Tx, kept: Kept<'_>) -> Result<()> {
    let (school, record_id, after) = (kept.school, kept.id, &kept.tokens);
    let of_record = Condition::all().add(Column::SchoolId.eq(school)).add(Column::RecordId.eq(record_id));
    let before: Vec<(i64, i32)> = Entity::find()
        .select_only()
        .columns([Column::Token, Column::Weight])
        .filter(of_record.clone())
        .into_tuple()
        .all(tx.db())
        .await?;
    if before.len() == after.len() && before.iter().all(|(token, weight)| after.get(token) == Some(weight)) {
        return Ok(());
    }
    if !before.is_empty() {
        Entity::delete_many().filter(of_record).exec(tx.db()).await?;
    }
    insert(tx, kept).await
}

async fn insert(tx: &Tx, kept: Kept<'_>) -> Result<()> {
    let row = |(token, weight)| ActiveModel {
        school_id: Set(kept.school.to_owned()),
        token: Set(token),
        record_id: Set(kept.id.to_owned()),
        weight: Set(weight),
    };
    let rows: Vec<ActiveModel> = kept.tokens.into_iter().map(row).collect();
    let again = OnConflict::columns([Column::SchoolId, Column::Token, Column::RecordId]).do_nothing().to_owned();
    for chunk in rows.chunks(AT_ONCE) {
        Entity::insert_many(chunk.to_vec()).on_conflict(again.clone()).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// The ids of the cases that the caller may see.
pub(super) fn cases(tx: &Tx, sight: Sight) -> Result<SelectStatement> {
    Ok(seen_cases(tx, sight)?.into_query())
}

fn seen_cases(tx: &Tx, sight: Sight) -> Result<Select<case_file::Entity>> {
    let school = tx.scope().school()?.as_str();
    Ok(case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Id)
        .filter(case_file::Column::SchoolId.eq(school))
        .filter(access::cases(tx, school, sight)))
}

/// The ids of the concerns that the caller may read.
pub(super) fn concerns(tx: &Tx) -> Result<SelectStatement> {
    Ok(concerns_where(tx, access::concerns(tx)?)?.into_query())
}

fn concerns_where(tx: &Tx, readable: SimpleExpr) -> Result<Select<concern_table::Entity>> {
    Ok(concern_table::Entity::find()
        .select_only()
        .column(concern_table::Column::Id)
        .filter(concern_table::Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(readable)
        // Part of a case, and not said yet of which: nobody's to find.
        .filter(listed()))
}

pub(super) fn listed() -> Condition {
    Condition::any().add(concern_table::Column::State.ne("in_case")).add(concern_table::Column::CaseId.ne(""))
}

#[derive(FromQueryResult)]
struct Candidate {
    record_id: String,
}

/// Of the records that a query selects the ids of, those whose tokens meet the ones sought, the most met first.
async fn met<E: EntityTrait>(tx: &Tx, tokens: &[String], mut records: Select<E>) -> Result<Vec<String>> {
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    let school = tx.scope().school()?.as_str();
    // Always both, whoever asks: what somebody may find is in the rows, not in what is sought.
    let holders = [holder(school, false), holder(school, true)];
    let sought = holders.iter().flat_map(|holder| tokens.iter().map(|token| keyed(tx, holder, token)));
    let met = Alias::new("met");
    let (record, weight) = ((met.clone(), Alias::new("record_id")), (met.clone(), Alias::new("weight")));
    let by_token = Entity::find()
        .select_only()
        .column(Column::RecordId)
        .expr(Expr::col(Column::Weight).sum())
        .filter(Column::SchoolId.eq(school))
        .filter(Column::Token.is_in(sought))
        .group_by(Column::RecordId)
        .into_query();
    // Before the records: those that are met are few, and each is looked up by its key, however many a school has.
    let mut few = CommonTableExpression::new();
    few.table_name(met.clone()).columns([record.1.clone(), weight.1.clone()]).materialized(true).query(by_token);
    QueryTrait::query(&mut records)
        .inner_join(met, Expr::col(record.clone()).equals((E::default(), Alias::new("id"))))
        .order_by(weight, Order::Desc)
        .order_by(record, Order::Desc)
        .limit(OPENED)
        .with_cte(WithClause::new().cte(few).to_owned());
    Ok(records.into_tuple().all(tx.db()).await?)
}

/// One search: a case that it meets by several ways is opened once.
pub(crate) struct Search<'a> {
    tx: &'a Tx,
    /// What was asked for before; none where there is nothing that the caller may know of.
    looked_at: HashMap<String, Option<(Arc<Case>, Verdict)>>,
}

impl<'a> Search<'a> {
    /// Nothing is opened yet.
    pub(crate) fn new(tx: &'a Tx) -> Self {
        Self { tx, looked_at: HashMap::new() }
    }

    /// Cases with a reference, and whether the caller may read them or only know that they exist.
    pub(crate) async fn referred(&mut self, reference_token: &str) -> Result<Vec<(Arc<Case>, bool)>> {
        let ids = met(self.tx, &[reference_token.to_owned()], seen_cases(self.tx, Sight::Row)?).await?;
        self.known(&ids).await
    }

    /// Cases that the caller may read, whose people may be meant by these tokens.
    pub(crate) async fn candidate_cases(&mut self, tokens: &[String]) -> Result<Vec<Arc<Case>>> {
        let ids = met(self.tx, tokens, seen_cases(self.tx, Sight::All)?).await?;
        Ok(self.known(&ids).await?.into_iter().filter_map(|(case, readable)| readable.then_some(case)).collect())
    }

    /// Concerns about somebody who may be meant by these tokens, as far as the table says that the caller may read them:
    /// `refused` says of those that would be answered what they and their cases say.
    pub(crate) async fn candidate_concerns(&self, tokens: &[String]) -> Result<Vec<Concern>> {
        let few = concerns_where(self.tx, access::few_concerns(self.tx)?)?;
        listed_concerns(self.tx, &met(self.tx, tokens, few).await?).await
    }

    /// Concerns in which some learners have a part, each with one of them, as far as the table says that the caller may
    /// read them.
    pub(crate) async fn concerns_of(&self, learners: &[LearnerId]) -> Result<Vec<(Concern, LearnerId)>> {
        let linked = learner_record::of_some(self.tx, learners, concerns(self.tx)?, OPENED).await?;
        let linked: HashMap<String, LearnerId> = linked.into_iter().collect();
        let ids: Vec<String> = linked.keys().cloned().collect();
        let named = |concern: Concern| {
            let learner = linked.get(concern.id.as_str())?.clone();
            Some((concern, learner))
        };
        Ok(listed_concerns(self.tx, &ids).await?.into_iter().filter_map(named).collect())
    }

    /// The ids of cases in which some learners have a part, each with one of them.
    pub(crate) async fn cases_of(&self, learners: &[LearnerId]) -> Result<Vec<(String, LearnerId)>> {
        learner_record::of_some(self.tx, learners, cases(self.tx, Sight::Row)?, OPENED).await
    }

    /// Those of the cases that the caller may know of, and whether they may read each.
    pub(crate) async fn known(&mut self, ids: &[String]) -> Result<Vec<(Arc<Case>, bool)>> {
        let new: Vec<String> = ids.iter().filter(|id| !self.looked_at.contains_key(*id)).cloned().collect();
        if !new.is_empty() {
            let mut found: HashMap<String, (Arc<Case>, Verdict)> = HashMap::new();
            for (case, verdict) in case::known_all(self.tx, &new).await? {
                found.insert(case.id.to_string(), (Arc::new(case), verdict));
            }
            self.looked_at.extend(new.into_iter().map(|id| {
                let known = found.remove(&id);
                (id, known)
            }));
        }
        let known = ids.iter().filter_map(|id| self.looked_at.get(id)?.as_ref());
        Ok(known.map(|(case, verdict)| (case.clone(), *verdict == Verdict::Yes)).collect())
    }

    /// The ids of those of some concerns that the caller may not read: the table narrows, the concern itself or its case
    /// decides.
    pub(crate) async fn refused(&mut self, concerns: &[&Concern]) -> Result<HashSet<String>> {
        let cases: Vec<String> = concerns.iter().map(|one| concern::case_of(one).to_owned()).collect();
        let known = self.known(&cases).await?;
        let readable = known.iter().filter(|(_, readable)| *readable).map(|(case, _)| case.id.as_str()).collect();
        let refused = concerns.iter().filter(|one| !reads(self.tx, one, &readable));
        Ok(refused.map(|one| one.id.to_string()).collect())
    }
}

/// Records of the school that may be about a learner by the names that stand in them, and of which nobody has said whom of
/// the roll they mean: cases by their people, concerns by whom they are about. None about adults, and none that the learner
/// has a part in. For the service itself, or as a reader sees the parts; `unsaid_to_caller` shows them.
async fn unsaid(tx: &Tx, learner: &Learner, reader: Option<Reader<'_>>) -> Result<(Vec<Case>, Vec<Concern>)> {
    let school = tx.scope().school()?.as_str();
    let record = &learner.record;
    let holder = holder(school, false);
    let sought = spoken_tokens(record).into_iter().map(|token| keyed(tx, &holder, &token));
    let met = Entity::find()
        .select_only()
        .column(Column::RecordId)
        .column_as(Expr::col(Column::Weight).sum(), "met")
        .filter(Column::SchoolId.eq(school))
        .filter(Column::Token.is_in(sought))
        .filter(Column::RecordId.not_in_subquery(learner_record::ids(tx, &learner.id)?))
        .group_by(Column::RecordId)
        .order_by(Expr::col(Alias::new("met")), Order::Desc)
        .order_by_desc(Column::RecordId)
        .limit(OPENED)
        .into_model::<Candidate>()
        .all(tx.db())
        .await?;
    let ids: Vec<String> = met.into_iter().map(|candidate| candidate.record_id).collect();
    let mut cases = cases_of_service(tx, &ids).await?;
    cases.retain(|case| {
        // By a name that is kept from whoever asks, nothing is found.
        let seen = |part: &Involvement| reader.is_none_or(|reader| case.sees(part, reader));
        let open = case.involvements.iter().filter(|part| part.ended.is_none() && part.learner.is_none() && seen(part));
        !case.adult() && open.map(|part| part.person.as_str()).any(|person| may_mean(person, record))
    });
    let rows = concern_table::Entity::find()
        .filter(concern_table::Column::SchoolId.eq(school))
        .filter(concern_table::Column::Id.is_in(&ids))
        .filter(listed())
        .all(tx.db())
        .await?;
    let rows = rows.into_iter().map(|row| (row.id, row.body));
    let mut concerns: Vec<Concern> = open_all(tx, school, rows, concern::place).await?;
    concerns.retain(|concern| {
        let written = matches!(concern.origin, Origin::Staff { .. } | Origin::Public(_)) && concern.office.is_none();
        written && concern.learners.is_empty() && may_mean(&concern.report.about, record)
    });
    // What is the child's goes whole: a case with a concern that is said to be about them, and a concern with its case.
    // Nothing is asked twice, either.
    let mut theirs = learner_record::of(tx, &learner.id).await?;
    theirs.extend(concern::cases_of(tx, &theirs).await?);
    let theirs: HashSet<String> = theirs.into_iter().collect();
    cases.retain(|case| !theirs.contains(case.id.as_str()));
    let asked: HashSet<String> = cases.iter().map(|case| case.id.to_string()).collect();
    let of_cases: Vec<String> = concerns.iter().map(|one| concern::case_of(one).to_owned()).collect();
    let adult: HashSet<String> = cases_of_service(tx, &of_cases)
        .await?
        .into_iter()
        .filter(Case::adult)
        .map(|case| case.id.to_string())
        .collect();
    concerns.retain(|one| {
        let case = concern::case_of(one);
        !(asked.contains(case) || theirs.contains(case) || adult.contains(case))
    });
    Ok((cases, concerns))
}

async fn cases_of_service(tx: &Tx, ids: &[String]) -> Result<Vec<Case>> {
    let school = tx.scope().school()?.as_str();
    let rows = case_file::Entity::find()
        .filter(case_file::Column::SchoolId.eq(school))
        .filter(case_file::Column::Id.is_in(ids))
        .all(tx.db())
        .await?;
    open_all(tx, school, rows.into_iter().map(|row| (row.id, row.body)), case::place).await
}

/// The ids of what may be about a learner by the names that stand in it, whoever may read that, each with the case that it is or
/// is part of; empty where it is part of none.
pub(super) async fn unsaid_ids(tx: &Tx, learner: &Learner) -> Result<Vec<(String, String)>> {
    let (cases, concerns) = unsaid(tx, learner, None).await?;
    let cases = cases.into_iter().map(|case| (case.id.to_string(), case.id.to_string()));
    let concerns = concerns.into_iter().map(|one| (one.id.to_string(), concern::case_of(&one).to_owned()));
    Ok(cases.chain(concerns).collect())
}

/// What may be about a learner by the names that stand in it, as far as the caller may read it.
pub(crate) async fn unsaid_to_caller(tx: &Tx, learner: &Learner) -> Result<(Vec<Case>, Vec<Concern>)> {
    let (mut cases, concerns) = unsaid(tx, learner, Some(access::reader(tx))).await?;
    cases.retain(|case| access::verdict(tx, case) == Verdict::Yes);
    let of_cases: Vec<String> = concerns.iter().map(|one| concern::case_of(one).to_owned()).collect();
    let readable = case::readable_all(tx, &of_cases).await?;
    Ok((cases, theirs(tx, concerns, &readable.keys().map(String::as_str).collect())))
}

/// Those of the concerns that the caller may read.
pub(super) async fn read_concerns(tx: &Tx, ids: &[String]) -> Result<Vec<Concern>> {
    let opened = listed_concerns(tx, ids).await?;
    let cases: Vec<String> = opened.iter().map(|one| concern::case_of(one).to_owned()).collect();
    let readable = case::readable_all(tx, &cases).await?;
    Ok(theirs(tx, opened, &readable.keys().map(String::as_str).collect()))
}

async fn listed_concerns(tx: &Tx, ids: &[String]) -> Result<Vec<Concern>> {
    let school = tx.scope().school()?.as_str();
    let rows = concern_table::Entity::find()
        .filter(concern_table::Column::SchoolId.eq(school))
        .filter(concern_table::Column::Id.is_in(ids))
        .filter(access::few_concerns(tx)?)
        .filter(listed())
        .all(tx.db())
        .await?;
    open_all(tx, school, rows.into_iter().map(|row| (row.id, row.body)), concern::place).await
}

/// Those of the concerns that the caller may read: the table narrows, the concern itself or its case decides.
fn theirs(tx: &Tx, opened: Vec<Concern>, readable: &HashSet<&str>) -> Vec<Concern> {
    opened.into_iter().filter(|one| reads(tx, one, readable)).collect()
}

/// Whether the caller may read a concern, where they may read these cases.
fn reads(tx: &Tx, one: &Concern, readable: &HashSet<&str>) -> bool {
    match concern::case_of(one) {
        "" => access::concern_verdict(tx, one) == Verdict::Yes,
        case => readable.contains(case),
    }
}

/// Those of some learners who have a part in a case that the caller may know of, or in a concern that they may read.
pub(crate) async fn with_records(tx: &Tx, learners: &[LearnerId]) -> Result<HashSet<LearnerId>> {
    /// Links of so many learners at most.
    const LINKS: u64 = 1_000_000;
    let mut found = HashSet::new();
    for some in learners.chunks(AT_ONCE) {
        for records in [cases(tx, Sight::Row)?, concerns(tx)?] {
            let linked = learner_record::of_some(tx, some, records, LINKS).await?;
            found.extend(linked.into_iter().map(|(_, learner)| learner));
        }
    }
    Ok(found)
}

/// Keeps the tokens of records from before there were any, a few at a time and beside the work of others.
pub(crate) async fn catch_up(store: Store, mut shutdown: Shutdown) {
    let mut after = [String::new(), String::new()];
    loop {
        let wait = match some(&store, &mut after).await {
            Ok(false) => return,
            Ok(true) => BETWEEN,
            Err(error) => {
                tracing::warn!(service = store.name(), %error, "older records are not all found by a search yet");
                AGAIN
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = shutdown.wait() => return,
        }
    }
}

/// Keeps the tokens of some, after those before; answers whether there may be more.
pub(crate) async fn some(store: &Store, after: &mut [String; 2]) -> Result<bool> {
    let [after_case, after_concern] = after;
    let mut tx = store.begin(&Scope::system(store.name())).await?;
    tx.silent();
    let kept = || Entity::find().select_only().column(Column::RecordId).into_query();
    let cases: Vec<(String, String)> = case_file::Entity::find()
        .select_only()
        .columns([case_file::Column::SchoolId, case_file::Column::Id])
        .filter(case_file::Column::Id.gt(after_case.as_str()))
        .filter(case_file::Column::Id.not_in_subquery(kept()))
        .order_by_asc(case_file::Column::Id)
        .limit(SOME)
        .into_tuple()
        .all(tx.db())
        .await?;
    let concerns: Vec<(String, String)> = concern_table::Entity::find()
        .select_only()
        .columns([concern_table::Column::SchoolId, concern_table::Column::Id])
        .filter(concern_table::Column::Id.gt(after_concern.as_str()))
        .filter(concern_table::Column::Id.not_in_subquery(kept()))
        .order_by_asc(concern_table::Column::Id)
        .limit(SOME)
        .into_tuple()
        .all(tx.db())
        .await?;
    tx.commit().await?;
    for (school, id) in cases.iter().chain(&concerns) {
        one(store, school, id).await?;
    }
    for (rows, after) in [(&cases, after_case), (&concerns, after_concern)] {
        if let Some((_, last)) = rows.last() {
            after.clone_from(last);
        }
    }
    Ok(!(cases.is_empty() && concerns.is_empty()))
}

/// Keeps the tokens of one, as it is while nobody else writes it.
async fn one(store: &Store, school: &str, id: &str) -> Result<()> {
    let school: SchoolId = school.parse().map_err(|_| Error::internal("a record of no school"))?;
    let mut tx = store.begin(&Scope::own(store.name(), &school)).await?;
    // It says beside the bodies what the bodies say, and is nobody's act.
    tx.silent();
    if let Some(row) = case_file::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await? {
        let opened: Case = open(&key_at(&tx, id, &row.school_id).await?, &row.body, &case::place(id))?;
        keep_case(&tx, &opened).await?;
    } else if let Some(row) = concern_table::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await? {
        let opened: Concern = open(&key_at(&tx, id, &row.school_id).await?, &row.body, &concern::place(id))?;
        keep_concern(&tx, &opened).await?;
    }
    tx.commit().await
}
