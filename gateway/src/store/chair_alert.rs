//! Alerts that wait for the chair of governors of a school, as events told of them. Where nobody holds that office, the authority is
//! shown that one waits. Whether somebody holds it is asked anew each time: a chair who was appointed opens what waits, and one
//! who left leaves it to nobody.

use std::collections::BTreeMap;

use chassis::{db::Tx, error::Result};
use proto::access::v1::Role;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, sea_query::OnConflict,
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
    };
    let there = OnConflict::column(chair_alert::Column::AlertId).do_nothing().to_owned();
    chair_alert::Entity::insert(row).on_conflict(there).exec_without_returning(tx.db()).await?;
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

/// The schools at which one waits and nobody is chair now, with since when the oldest does.
///
/// # Errors
/// Where they cannot be read.
pub async fn unheld(tx: &Tx) -> Result<BTreeMap<String, OffsetDateTime>> {
    let rows = chair_alert::Entity::find()
        .filter(chair_alert::Column::SinceUs.gte(micros(tx.now() - KEPT)))
        .order_by_asc(chair_alert::Column::SinceUs)
        .all(tx.db())
        .await?;
    let mut waiting: BTreeMap<String, OffsetDateTime> = BTreeMap::new();
    for row in rows {
        waiting.entry(row.school_id).or_insert_with(|| moment(row.since_us));
    }
    let mut unheld = BTreeMap::new();
    for (school, since) in waiting {
        if holding(tx, &school, &[Role::Chair]).await?.is_empty() {
            unheld.insert(school, since);
        }
    }
    Ok(unheld)
}
