//! Lists those of a school's alerts that are for the caller's role, unanswered and gravest first.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
    page::Page,
    theme::THEMES,
};
use proto::filtering_ingest::v1::{ListAlertsRequest, ListAlertsResponse};
use tonic::Request;

use super::{convert, reader::reader};
use crate::{
    App,
    alert::VERDICTS,
    store::{self, alert::Which},
};

pub(super) async fn list_alerts(app: &App, request: Request<ListAlertsRequest>) -> Result<ListAlertsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let verdict = request.verdict.as_str();
    if !["", "new"].contains(&verdict) && !VERDICTS.contains(&verdict) {
        return Err(Error::invalid("verdict", format!("Select one of: new, {}", VERDICTS.join(", "))));
    }
    if !["", "staff"].contains(&request.about.as_str()) {
        return Err(Error::invalid("about", "Leave it empty, or write: staff"));
    }
    let theme = request.theme.as_str();
    if !theme.is_empty() && THEMES.iter().all(|(code, _)| *code != theme) {
        let codes: Vec<&str> = THEMES.iter().map(|(code, _)| *code).collect();
        return Err(Error::invalid("theme", format!("Select one of: {}", codes.join(", "))));
    }
    let which =
        Which { verdict, feed_id: &request.feed_id, theme, about_staff: !request.about.is_empty(), ..Which::default() };
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    if !request.feed_id.is_empty() {
        store::feed::load(&tx, &request.feed_id).await?;
    }
    let reader = reader(&tx).await?;
    let (alerts, next, total) = store::alert::list(&tx, reader, which, &page).await?;
    let ids: Vec<&str> = alerts.iter().map(|alert| alert.id.as_str()).collect();
    tx.record(Act::new("alert.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(ListAlertsResponse {
        alerts: alerts.iter().map(|alert| convert::alert(alert, alert.may_answer(reader))).collect(),
        next_page_token: next,
        total_size: i32::try_from(total).unwrap_or(i32::MAX),
    })
}
