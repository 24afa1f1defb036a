//! Answers of which themes the alerts of the last seven days were more than chance explains.

use chassis::{calendar::on, caller::Caller, clock::london, error::Result, history::Act};
use proto::filtering_ingest::v1::{GetThemeTrendRequest, GetThemeTrendResponse, ThemeTrend};
use time::{Duration, Time};
use tonic::Request;

use super::reader::reader;
use crate::{
    App,
    rules::TREND_WEEKS,
    store,
    trend::{METHOD, Span, Trend, heard, trends},
};

pub(super) async fn get_theme_trend(
    app: &App,
    request: Request<GetThemeTrendRequest>,
) -> Result<GetThemeTrendResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    app.there_is(&caller, &request.school_id).await?;
    let mut tx = app.store.begin(&scope).await?;
    let reader = reader(&tx).await?;
    // Whole days: whoever asks twice within one is told the same.
    let today = london(tx.now()).date();
    let earliest = today - Duration::weeks(i64::from(TREND_WEEKS) + 1);
    let year = store::coverage::year(&tx, &request.school_id).await?.unwrap_or_default();
    let days = store::coverage::heard_days(&tx, earliest, today).await?;
    // What was before the first feed, or was deleted since, nobody can count.
    let begun = store::feed::first(&tx).await?.map_or(today, |at| london(at).date());
    let deleted = store::keeping::deletions(&tx, &request.school_id, 1).await?;
    let kept = deleted.first().map_or(begun, |deletion| london(deletion.before).date().max(begun));
    let span = Span::new(today, kept.max(earliest), &year.closed, &days);
    let unread = store::alert::some_without_theme(&tx).await?;
    let mut weeks = Vec::new();
    for start in span.starts() {
        let stretches = heard(start, &year.closed, &days).into_iter();
        let stretches: Vec<_> =
            stretches.map(|(from, until)| (on(from, Time::MIDNIGHT), on(until, Time::MIDNIGHT))).collect();
        weeks.push(store::alert::themes(&tx, reader, &stretches).await?);
    }
    tx.record(Act::new("theme_trend.read", scope.account_text()).detail("weeks", weeks.len()));
    tx.commit().await?;
    let lacks = match unread {
        true => Some("Older alerts are still being counted: look again in a few minutes.".to_owned()),
        false => span.lacks(),
    };
    let said = lacks.is_none();
    let themes = trends(&weeks, &span).into_iter().map(|trend| theme(trend, said)).collect();
    Ok(GetThemeTrendResponse {
        themes,
        from_date: span.from.to_string(),
        to_date: span.to.to_string(),
        base_from_date: if said { span.base_from().to_string() } else { String::new() },
        school_days: i32::try_from(span.days).unwrap_or(i32::MAX),
        base_school_days: i32::try_from(span.base_days).unwrap_or(i32::MAX),
        not_compared: lacks.unwrap_or_default(),
        method: METHOD.to_owned(),
    })
}

fn theme(trend: Trend, said: bool) -> ThemeTrend {
    ThemeTrend {
        count: trend.count(),
        weeks: trend.weeks,
        theme: trend.theme,
        expected_tenths: if said { trend.expected_tenths } else { 0 },
        limit: if said { trend.limit } else { 0 },
        rising: said && trend.rising,
        reason: if said { trend.reason } else { String::new() },
    }
}
