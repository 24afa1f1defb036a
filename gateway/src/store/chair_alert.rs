//! Alerts that wait for the chair of governors of a school, as events told of them. Where nobody holds that office, or the chair has
//! not opened one in time, the authority is shown that one waits. Whether somebody holds it is asked anew each time: a chair who was appointed opens what waits, and one
//! who left leaves it to nobody.

use std::collections::BTreeMap;

use chassis::{db::Tx, error::Result};
use proto::access::v1::Role;
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    sea_query::OnConflict,
};
use time::{Duration, OffsetDateTime};

use super::{account::holding, entity::chair_alert, micros, moment};

/// How long it is remembered that one waits: as long as logs are usually kept, and alerts with them.
const KEPT: Duration = Duration::days(400);

/// Notes that an alert waits for the chair; what is older than any alert is forgotten.
///
/// # Errors
/// Where it cannot be kept.
pub async fn wait(tx: &Tx, alert_id: &str, school: &str, since: OffsetDateTime) -> Result<()> {
    let old = chair_alert::Column::SinceUs.lt(micros(tx.now() - KEPT));
    chair_alert::Entity::delete_many().filter(old).exec(tx.db()).await?;
    let row = chair_alert::ActiveModel {
        alert_id: Set(alert_id.to_owned()),
        school_id: Set(school.to_owned()),
        since_us: Set(micros(since)),
        overdue: Set(0),
    };
    let there = OnConflict::column(chair_alert::Column::AlertId).do_nothing().to_owned();
    chair_alert::Entity::insert(row).on_conflict(there).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Notes that the chair has not opened one in time.
///
/// # Errors
/// Where it cannot be kept.
pub async fn overdue(tx: &Tx, alert_id: &str, school: &str, since: OffsetDateTime) -> Result<()> {
    wait(tx, alert_id, school, since).await?;
    let row =
        chair_alert::ActiveModel { alert_id: Unchanged(alert_id.to_owned()), overdue: Set(1), ..Default::default() };
    chair_alert::Entity::update(row).exec(tx.db()).await?;
    Ok(())
}

/// Notes that somebody whose it is opened it.
///
/// # Errors
/// Where it cannot be kept.
pub async fn opened(tx: &Tx, alert_id: &str) -> Result<()> {
    chair_alert::Entity::delete_by_id(alert_id.to_owned()).exec(tx.db()).await?;
    Ok(())
}

/// That one waits at a school which nobody there opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unheld {
    /// Since when the one that waits longest does.
    pub since: OffsetDateTime,
    /// True where there is a chair, who has not opened it in time.
    pub overdue: bool,
}

/// The schools at which one waits and nobody is chair now, or the chair has not opened it in time.
///
/// # Errors
/// Where they cannot be read.
pub async fn unheld(tx: &Tx) -> Result<BTreeMap<String, Unheld>> {
    let rows = chair_alert::Entity::find()
        .filter(chair_alert::Column::SinceUs.gte(micros(tx.now() - KEPT)))
        .order_by_asc(chair_alert::Column::SinceUs)
        .all(tx.db())
        .await?;
    let mut waiting: BTreeMap<String, Vec<chair_alert::Model>> = BTreeMap::new();
    for row in rows {
        waiting.entry(row.school_id.clone()).or_default().push(row);
    }
    let mut unheld = BTreeMap::new();
    for (school, rows) in waiting {
        let overdue = !holding(tx, &school, &[Role::Chair]).await?.is_empty();
        if let Some(row) = rows.iter().find(|row| !overdue || row.overdue > 0) {
            unheld.insert(school, Unheld { since: moment(row.since_us), overdue });
        }
    }
    Ok(unheld)
}
