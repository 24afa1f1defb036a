//! What the history says of one record: entries that name it, and those that showed it among others. `history_shown` is
//! an index beside the log, by which the latter are found; what is answered is read from the entries.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, Statement, Value};

use crate::{db::Tx, error::Result};

/// Rows of the index written in one statement.
const AT_ONCE: usize = 500;

/// One entry, as far as it says who did what when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Its place in the log. It tells how much is done everywhere, so it goes to nobody as it is.
    pub seq: i64,
    /// When, in microseconds since 1970.
    pub time_us: i64,
    /// Who.
    pub actor: String,
    /// What they did.
    pub action: String,
    /// What they did it to.
    pub subject: String,
    /// Codes about it, a JSON object.
    pub detail: String,
}

/// The ids an act showed.
pub(super) fn shown(detail: &serde_json::Map<String, serde_json::Value>) -> BTreeSet<String> {
    let ids = detail.get("ids").and_then(serde_json::Value::as_array);
    ids.into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

/// Keeps which entries showed which records.
pub(super) async fn index(tx: &DatabaseTransaction, shown: &[(String, i64, Option<String>)]) -> Result<()> {
    for some in shown.chunks(AT_ONCE) {
        let places: Vec<String> =
            (0..some.len()).map(|n| format!("(${}, ${}, ${})", n * 3 + 1, n * 3 + 2, n * 3 + 3)).collect();
        let sql = format!("INSERT INTO history_shown (record_id, seq, school_id) VALUES {}", places.join(", "));
        let values = some
            .iter()
            .flat_map(|(id, seq, school)| -> [Value; 3] { [id.clone().into(), (*seq).into(), school.clone().into()] });
        tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    }
    Ok(())
}

/// Entries of some actions at the scope's school that name a record or showed it, the newest first, before a place in
/// the log where one is given.
///
/// # Errors
/// Where the history cannot be read.
pub async fn of(tx: &Tx, record_id: &str, actions: &[&str], before: Option<i64>, limit: u64) -> Result<Vec<Look>> {
    let school = tx.scope().school()?.as_str();
    let named: Vec<String> = (0..actions.len()).map(|n| format!("${}", n + 5)).collect();
    let sql = format!(
        "SELECT seq, time_us, actor, action, subject, detail FROM history \
         WHERE school_id = $1 AND seq < $2 AND action IN ({}) AND seq IN (\
         SELECT seq FROM history WHERE subject = $3 UNION SELECT seq FROM history_shown WHERE record_id = $3) \
         ORDER BY seq DESC LIMIT $4",
        named.join(", ")
    );
    let mut values: Vec<Value> = vec![
        school.into(),
        before.unwrap_or(i64::MAX).into(),
        record_id.into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    values.extend(actions.iter().map(|action| Value::from(*action)));
    let rows = tx.db().query_all_raw(Statement::from_sql_and_values(tx.db().get_database_backend(), sql, values));
    let mut looks = Vec::new();
    for row in rows.await? {
        looks.push(Look {
            seq: row.try_get("", "seq")?,
            time_us: row.try_get("", "time_us")?,
            actor: row.try_get("", "actor")?,
            action: row.try_get("", "action")?,
            subject: row.try_get("", "subject")?,
            detail: row.try_get("", "detail")?,
        });
    }
    Ok(looks)
}

/// Those of some records at the scope's school to which somebody has done one of these actions.
///
/// # Errors
/// Where the history cannot be read.
pub async fn by(tx: &Tx, actor: &str, records: &[&str], actions: &[&str]) -> Result<Vec<String>> {
    if records.is_empty() || actions.is_empty() {
        return Ok(Vec::new());
    }
    let places =
        |from: usize, count: usize| (from..from + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT DISTINCT subject FROM history WHERE school_id = $1 AND actor = $2 AND action IN ({}) AND subject IN ({})",
        places(3, actions.len()),
        places(3 + actions.len(), records.len())
    );
    let mut values: Vec<Value> = vec![tx.scope().school()?.as_str().into(), actor.into()];
    values.extend(actions.iter().chain(records).map(|text| Value::from(*text)));
    let rows = tx.db().query_all_raw(Statement::from_sql_and_values(tx.db().get_database_backend(), sql, values));
    let found: std::result::Result<Vec<String>, _> = rows.await?.iter().map(|row| row.try_get("", "subject")).collect();
    Ok(found?)
}
