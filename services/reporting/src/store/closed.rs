//! On which days schools are closed, as their policies say, in each generation.

use std::collections::BTreeMap;

use chassis::{calendar::ClosedDays, clock::london, db::Tx, error::Result, event::Envelope};
use time::Date;

use super::{rows, run};
use crate::fact::announced;

/// Keeps what a policy says beside what others said: the school was closed then, whatever a later one leaves out.
pub(crate) async fn keep(tx: &Tx, generation: i64, envelope: &Envelope, spans: &[String]) -> Result<()> {
    let known = london(announced(envelope)).date().to_string();
    for span in spans {
        let values =
            vec![generation.into(), envelope.school_id.as_str().into(), span.trim().into(), known.as_str().into()];
        let sql = "INSERT INTO closed_day (generation, school_id, span, known) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        run(tx, sql, values).await?;
    }
    Ok(())
}

/// The closed days of one school or of all, as they were known at the end of a day; as they are known now where none is named.
pub(crate) async fn closed(tx: &Tx, school: Option<&str>, as_at: Option<Date>) -> Result<BTreeMap<String, ClosedDays>> {
    let mut sql = "SELECT DISTINCT school_id, span FROM closed_day \
                   WHERE generation = (SELECT generation FROM progress WHERE id = 1)"
        .to_owned();
    let mut values = Vec::new();
    for (condition, value) in
        [("school_id =", school.map(str::to_owned)), ("known <=", as_at.map(|day| day.to_string()))]
    {
        if let Some(value) = value {
            values.push(value.into());
            sql.push_str(&format!(" AND {condition} ${}", values.len()));
        }
    }
    sql.push_str(" ORDER BY school_id, span");
    let mut spans: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows(tx, &sql, values).await? {
        spans.entry(row.try_get("", "school_id")?).or_default().push(row.try_get("", "span")?);
    }
    let read = |(school, spans): (String, Vec<String>)| (school, ClosedDays::read(spans.iter().map(String::as_str)));
    Ok(spans.into_iter().map(read).collect())
}
