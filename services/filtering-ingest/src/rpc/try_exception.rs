//! Answers what an exception would have done to the alerts of the last thirty days; keeps nothing.

use chassis::{
    caller::Caller,
    db::Tx,
    error::{Result, Violations},
    history::Act,
};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{TryExceptionRequest, TryExceptionResponse},
};
use time::Duration;
use tonic::Request;

use super::{convert, reader::reader};
use crate::{
    App,
    alert::Alert,
    exception::{Facts, Scope, Tried, tried},
    rules::{TRIED_DAYS, TRIED_MOST},
    store,
};

/// Alerts that are named.
const NAMED: usize = 100;

pub(super) async fn try_exception(app: &App, request: Request<TryExceptionRequest>) -> Result<TryExceptionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let about = convert::exception::scope(&mut violations, request.scope.as_ref());
    violations.finish()?;
    app.there_is(&caller, &request.school_id).await?;
    let mut tx = app.store.begin(&scope).await?;
    let (reader, account) = (reader(&tx).await?, scope.account_text());
    let may_know = |alert: &Alert| scope.may(Permission::AlertRead) && alert.may_read(reader, account);
    let mut alerts = recent(&tx).await?;
    // A count tells of an alert as its name does: of those about staff only whoever may know of them is told how many.
    alerts.retain(|alert| !alert.of_staff() || may_know(alert));
    let (tried, gone) = on_alerts(&about, alerts);
    let named = gone.iter().filter(|alert| may_know(alert));
    let ids: Vec<String> = named.take(NAMED).map(|alert| alert.id.to_string()).collect();
    tx.record(Act::new("exception.tried", scope.account_text()).detail("gone", tried.gone).detail("ids", ids.clone()));
    tx.commit().await?;
    Ok(TryExceptionResponse { tried: Some(convert::exception::tried(tried)), alert_ids: ids })
}

/// The alerts of the last thirty days, whoever may know of them.
pub(super) async fn recent(tx: &Tx) -> Result<Vec<Alert>> {
    store::alert::since(tx, tx.now() - Duration::days(TRIED_DAYS), TRIED_MOST).await
}

/// What an exception would have done to alerts, and which would be gone.
pub(super) fn on_alerts(about: &Scope, alerts: Vec<Alert>) -> (Tried, Vec<Alert>) {
    let (tried, gone) = tried(about, alerts.iter().map(facts));
    let mut places = gone.into_iter().peekable();
    let kept = alerts.into_iter().enumerate().filter(|(place, _)| places.next_if_eq(place).is_some());
    (tried, kept.map(|(_, alert)| alert).collect())
}

/// What an alert is, as far as an exception can be about it: by the event that raised it.
fn facts(alert: &Alert) -> Facts<'_> {
    Facts {
        group: &alert.group,
        theme: &alert.theme,
        host: &alert.host,
        terms: &alert.search_terms,
        words: alert.words.as_ref().map(|words| (words.list.as_str(), words.entry.as_str())),
        locked: alert.locked(),
    }
}
