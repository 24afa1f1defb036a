//! Lists counts of events by hour or day, category and outcome. Whoever reads no alerts is told no category.

use std::collections::BTreeMap;

use chassis::{
    caller::Caller,
    clock::{timestamp, told},
    error::{Result, Violations},
    history::Act,
};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{ListRollupsRequest, ListRollupsResponse, Rollup},
};
use time::{Duration, OffsetDateTime};
use tonic::Request;

use super::convert;
use crate::{App, store};

/// The longest span by the hour and by the day.
const HOURS_OF: Duration = Duration::days(31);
const DAYS_OF: Duration = Duration::days(400);

pub(super) async fn list_rollups(app: &App, request: Request<ListRollupsRequest>) -> Result<ListRollupsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let (from, to, by_day) = span(&request, app.clock.now())?;
    app.there_is(&caller, &request.school_id).await?;
    let mut tx = app.store.begin(&scope).await?;
    if !request.feed_id.is_empty() {
        store::feed::load(&tx, &request.feed_id).await?;
    }
    let rolled = store::rollup::list(&tx, &request.feed_id, from, to).await?;
    let duplicates = store::rollup::duplicates(&tx, &request.feed_id, from, to).await?;
    tx.record(Act::new("rollup.listed", scope.account_text()).detail("count", rolled.len()));
    tx.commit().await?;
    // Whoever reads the alerts of pupils; who runs the network is told of some alerts and not of those.
    let named = scope.may(Permission::ConcernRead);
    let mut sums: BTreeMap<(OffsetDateTime, String, String), u64> = BTreeMap::new();
    for one in rolled {
        let category = if named { one.category } else { String::new() };
        *sums.entry((convert::hour_start(one.at, by_day), category, one.outcome)).or_default() += one.count;
    }
    let rollup = |((start, category, outcome), count): ((OffsetDateTime, String, String), u64)| Rollup {
        start_time: Some(timestamp(start)),
        category,
        outcome,
        count,
    };
    Ok(ListRollupsResponse { rollups: sums.into_iter().map(rollup).collect(), duplicates })
}

/// From when, until when, and whether by the day.
fn span(request: &ListRollupsRequest, now: OffsetDateTime) -> Result<(OffsetDateTime, OffsetDateTime, bool)> {
    let mut v = Violations::new();
    let mut at = |field: &str, given: Option<&prost_types::Timestamp>, usual: OffsetDateTime| match given.map(told) {
        None => usual,
        Some(Some(at)) => at,
        Some(None) => {
            v.check(false, field, "Enter a moment such as 2026-11-24T09:00:00Z");
            usual
        }
    };
    let to = at("end_time", request.end_time.as_ref(), now);
    let from = at("start_time", request.start_time.as_ref(), to - Duration::DAY);
    let by_day = request.by != "hour";
    v.check(["", "hour", "day"].contains(&request.by.as_str()), "by", "Select hour or day");
    let longest = if by_day { DAYS_OF } else { HOURS_OF };
    let fits = from < to && to - from <= longest;
    v.check(fits, "start_time", format!("Enter a start up to {} days before the end", longest.whole_days()));
    v.finish()?;
    // A day is counted whole.
    Ok((if by_day { convert::hour_start(from, true) } else { from }, to, by_day))
}
