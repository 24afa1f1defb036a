//! Which learners come up in several records, counted in the database over keyed tokens; opened are the records of those
//! learners alone who are shown.

use std::collections::{BTreeMap, HashMap};

use chassis::{db::Tx, error::Result, id::least_at, page::Page};
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, DatabaseBackend, EntityTrait as _, QueryFilter as _};
use time::OffsetDateTime;

use super::{
    access::{Condition, Sight},
    case, concern,
    entity::learner_record as link,
    learner, learner_record,
};
use crate::{
    case::{Case, CaseId},
    concern::{Concern, ConcernId},
    learner::{Learner, LearnerId},
};

/// What is greater than every id of a case, and of a concern, byte by byte.
const PAST_CASES: &str = "cat";
const PAST_CONCERNS: &str = "coo";

/// A record in which a learner comes up.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    /// A case.
    Case(Box<Case>),
    /// A concern that is part of none.
    Concern(Box<Concern>),
}

impl Found {
    /// When it was opened or recorded.
    pub(crate) fn at(&self) -> OffsetDateTime {
        match self {
            Self::Case(case) => case.opened_at,
            Self::Concern(concern) => concern.recorded_at,
        }
    }

    /// Its id.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Case(case) => case.id.as_str(),
            Self::Concern(concern) => concern.id.as_str(),
        }
    }
}

/// A learner who comes up again.
#[derive(Debug, Clone)]
pub(crate) struct Repeat {
    /// Who.
    pub(crate) learner: Learner,
    /// The records, newest first.
    pub(crate) records: Vec<Found>,
}

/// The least ids of cases and concerns that count.
struct Since {
    case: String,
    concern: String,
}

impl Since {
    fn new(at: OffsetDateTime) -> Self {
        Self { case: least_at::<CaseId>(at), concern: least_at::<ConcernId>(at) }
    }

    /// Whether a record began since then.
    fn holds(&self, id: &str) -> bool {
        let within = |least: &str, past: &str| least <= id && id < past;
        within(&self.case, PAST_CASES) || within(&self.concern, PAST_CONCERNS)
    }
}

/// What has ids compared byte by byte, which is how they follow time: PostgreSQL orders text by the language of the database
/// otherwise, and SQLite never does.
fn bytewise(tx: &Tx) -> &'static str {
    if tx.db().get_database_backend() == DatabaseBackend::Postgres { " COLLATE \"C\"" } else { "" }
}

/// A page of learners who come up in `least` records since a moment, of those that the caller may read; those with most
/// first.
pub(crate) async fn list(tx: &Tx, since: OffsetDateTime, least: usize, page: &Page) -> Result<(Vec<Repeat>, String)> {
    let since = Since::new(since);
    let mut tokens = tokens(tx, &since, least, page).await?;
    let next = page.cut(&mut tokens, |(records, token)| format!("{records}|{}", hex::encode(token)));
    let tokens: Vec<Vec<u8>> = tokens.into_iter().map(|(_, token)| token).collect();
    let mut repeats = of(tx, &since, &tokens).await?;
    // The table narrows, the records themselves decide: a part that ended is none.
    repeats.retain(|repeat| repeat.records.len() >= least);
    Ok((repeats, next))
}

/// The tokens of such learners, each with the number of records. What is read is the school's rows of `learner_record` within
/// the time (ids begin with it; `learner_record_by_bytes` on PostgreSQL, `learner_record_of_record` on SQLite), each record
/// looked up by its key; a case and the concerns that are part of it are one.
async fn tokens(tx: &Tx, since: &Since, least: usize, page: &Page) -> Result<Vec<(i64, Vec<u8>)>> {
    let school = tx.scope().school()?.to_string();
    let bytewise = bytewise(tx);
    let mut sql = Condition::new(tx);
    sql.say("SELECT found.learner_token AS learner_token, COUNT(DISTINCT found.matter) AS records FROM (");
    sql.say("SELECT learner_record.learner_token AS learner_token, case_file.id AS matter FROM learner_record ");
    sql.say("JOIN case_file ON case_file.id = learner_record.record_id WHERE learner_record.school_id = ");
    sql.value(school.as_str()).say(" AND learner_record.record_id").say(bytewise).say(" >= ");
    sql.value(since.case.as_str()).say(" AND learner_record.record_id").say(bytewise).say(" < ");
    sql.value(PAST_CASES).say(" AND case_file.school_id = ");
    sql.value(school.as_str()).say(" AND ").seen(tx, &school, Sight::All);
    sql.say(" UNION ALL SELECT learner_record.learner_token, ");
    sql.say("CASE WHEN concern.case_id = '' THEN concern.id ELSE concern.case_id END FROM learner_record ");
    sql.say("JOIN concern ON concern.id = learner_record.record_id WHERE learner_record.school_id = ");
    sql.value(school.as_str()).say(" AND learner_record.record_id").say(bytewise).say(" >= ");
    sql.value(since.concern.as_str()).say(" AND learner_record.record_id").say(bytewise).say(" < ");
    sql.value(PAST_CONCERNS).say(" AND concern.school_id = ");
    sql.value(school.as_str()).say(" AND ").read_few(tx, &school);
    sql.say(") AS found GROUP BY found.learner_token HAVING COUNT(DISTINCT found.matter) >= ");
    sql.value(i64::try_from(least).unwrap_or(i64::MAX));
    if let Some((records, token)) = page.after().and_then(cursor) {
        sql.say(" AND (COUNT(DISTINCT found.matter) < ").value(records);
        sql.say(" OR (COUNT(DISTINCT found.matter) = ").value(records);
        sql.say(" AND found.learner_token > ").value(token).say("))");
    }
    sql.say(" ORDER BY records DESC, found.learner_token ASC LIMIT ");
    sql.value(i64::try_from(page.limit()).unwrap_or(i64::MAX));
    let rows = tx.db().query_all_raw(sql.into_statement(tx)).await?;
    rows.iter().map(|row| Ok((row.try_get("", "records")?, row.try_get("", "learner_token")?))).collect()
}

/// Whom tokens are of, with their records, in the order of the tokens.
async fn of(tx: &Tx, since: &Since, tokens: &[Vec<u8>]) -> Result<Vec<Repeat>> {
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    let school = tx.scope().school()?.to_string();
    let mut rows = link::Entity::find()
        .filter(link::Column::SchoolId.eq(school.as_str()))
        .filter(link::Column::LearnerToken.is_in(tokens.iter().cloned()))
        .all(tx.db())
        .await?;
    rows.retain(|row| since.holds(&row.record_id));
    let ids: Vec<String> = rows.iter().map(|row| row.record_id.clone()).collect();
    let (mut of_concerns, mut of_cases): (Vec<String>, Vec<String>) =
        ids.into_iter().partition(|id| id.parse::<ConcernId>().is_ok());
    of_concerns.sort_unstable();
    of_concerns.dedup();
    let concerns = concern::readable_all(tx, &of_concerns).await?;
    let concerns: HashMap<&str, &Concern> = concerns.iter().map(|concern| (concern.id.as_str(), concern)).collect();
    of_cases.extend(concerns.values().map(|concern| concern::case_of(concern).to_owned()).filter(|id| !id.is_empty()));
    of_cases.sort_unstable();
    of_cases.dedup();
    let cases = case::readable_all(tx, &of_cases).await?;
    // A token names nobody; the records say whom they are about.
    let named = cases.values().flat_map(|case| case.involvements.iter().filter_map(|part| part.learner.as_ref()));
    let named = named.chain(concerns.values().flat_map(|concern| concern.learners.iter()));
    let named: HashMap<Vec<u8>, &LearnerId> = named.map(|id| (learner_record::token(tx, &school, id), id)).collect();
    let wanted: Vec<&LearnerId> = tokens.iter().filter_map(|token| named.get(token).copied()).collect();
    let learners = learner::some(tx, &wanted).await?;
    let mut repeats = Vec::with_capacity(wanted.len());
    for (token, id) in tokens.iter().filter_map(|token| Some((token, *named.get(token)?))) {
        let Some(learner) = learners.iter().find(|learner| learner.id == *id) else { continue };
        let mut records: BTreeMap<&str, Found> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.learner_token == *token) {
            let concern = concerns.get(row.record_id.as_str()).filter(|concern| concern.learners.contains(id));
            let case_id = concern.map_or(row.record_id.as_str(), |concern| concern::case_of(concern));
            match (cases.get(case_id), concern) {
                (Some(case), concern) if concern.is_some() || !case.roles_of(id).is_empty() => {
                    records.insert(case.id.as_str(), Found::Case(Box::new(case.clone())));
                }
                (None, Some(concern)) if case_id.is_empty() => {
                    records.insert(concern.id.as_str(), Found::Concern(Box::new((*concern).clone())));
                }
                _ => {}
            }
        }
        let mut records: Vec<Found> = records.into_values().collect();
        records.sort_by(|a, b| (b.at(), b.id()).cmp(&(a.at(), a.id())));
        repeats.push(Repeat { learner: learner.clone(), records });
    }
    Ok(repeats)
}

fn cursor(text: &str) -> Option<(i64, Vec<u8>)> {
    let (records, token) = text.split_once('|')?;
    Some((records.parse().ok()?, hex::decode(token).ok()?))
}
