//! Counts the desk's allegations of some days.

use chassis::{
    caller::Caller,
    clock::london,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{GetDeskFiguresRequest, GetDeskFiguresResponse};
use tonic::Request;

use super::convert;
use crate::{App, desk::figures, store};

pub(super) async fn get_desk_figures(
    app: &App,
    request: Request<GetDeskFiguresRequest>,
) -> Result<GetDeskFiguresResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let day = |text: &str| convert::retention::day(text).ok().flatten();
    let (from, until) = (day(&request.from_date), day(&request.until_date));
    let mut v = Violations::new();
    v.check(from.is_some(), "from_date", "Enter the first day as 2026-09-01");
    let ordered = until.is_some_and(|until| from.is_none_or(|from| from <= until));
    v.check(ordered, "until_date", "Enter the last day as 2026-12-31; it is not before the first");
    v.finish()?;
    let mut tx = app.store.begin(&scope).await?;
    let all = store::allegation::all(&tx).await?;
    let years = store::desk_year::all(&tx).await?;
    tx.record(Act::new("allegation.counted", scope.account_text()));
    tx.commit().await?;
    let days = from.zip(until).unwrap_or((time::Date::MIN, time::Date::MIN));
    let first = all.iter().map(|one| london(one.opened.at).date()).min();
    Ok(convert::desk::figures(&figures::of(&all, days), &years, first))
}
