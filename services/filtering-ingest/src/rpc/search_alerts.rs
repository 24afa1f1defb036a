//! Lists those of a school's alerts that are for the caller's role and by one user, unanswered and gravest first.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    history::Act,
    page::Page,
    text::user_name,
};
use proto::filtering_ingest::v1::{SearchAlertsRequest, SearchAlertsResponse};
use tonic::Request;

use super::{convert, reader::reader};
use crate::{
    App,
    alert::VERDICTS,
    store::{self, alert::Which},
};

/// The user names of one search.
const NAMES_MAX: usize = 20;
/// The length of one of them, in characters.
const NAME_MAX: usize = 200;

pub(super) async fn search_alerts(app: &App, request: Request<SearchAlertsRequest>) -> Result<SearchAlertsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let verdict = request.verdict.as_str();
    let mut violations = Violations::new();
    let known = ["", "new"].contains(&verdict) || VERDICTS.contains(&verdict);
    violations.check(known, "verdict", format!("Select one of: new, {}", VERDICTS.join(", ")));
    let like = !request.alert_id.is_empty();
    let names: Vec<String> = request.user_names.iter().map(|name| user_name(name)).collect();
    let one_way = if like { names.is_empty() } else { (1..=NAMES_MAX).contains(&names.len()) };
    violations.check(one_way, "user_names", format!("Enter 1 to {NAMES_MAX} user names, or an alert in their place"));
    let whole = names.iter().all(|name| (1..=NAME_MAX).contains(&name.chars().count()));
    violations.check(whole, "user_names", format!("Enter user names of 1 to {NAME_MAX} characters"));
    violations.finish()?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let reader = reader(&tx).await?;
    let names = match like {
        true => vec![user_name(&store::alert::load_for(&tx, &request.alert_id, reader).await?.user)],
        false => names,
    };
    if names.iter().any(String::is_empty) {
        return Err(Error::invalid("alert_id", "Name another alert: the filter wrote no user in this one"));
    }
    let users: Vec<String> = names.iter().map(|name| store::alert::user_token(&tx, &request.school_id, name)).collect();
    let which = Which { verdict, users: &users, ..Which::default() };
    let (alerts, next, total) = store::alert::list(&tx, reader, which, &page).await?;
    let ids: Vec<&str> = alerts.iter().map(|alert| alert.id.as_str()).collect();
    tx.record(Act::new("alert.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(SearchAlertsResponse {
        alerts: alerts.iter().map(|alert| convert::alert(alert, alert.may_answer(reader))).collect(),
        next_page_token: next,
        total_size: i32::try_from(total).unwrap_or(i32::MAX),
    })
}
