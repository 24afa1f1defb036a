//! Takes what a filter alert used into the case it led to. Deciding on a concern needs no other service: which alert a case
//! wants is noted then, and it is fetched as soon as the service that has it answers. Every process of the service looks.
//!
//! Only two answers end the asking: the alert, or that it was deleted and by which rule, which the case then says. That
//! there is none is neither: it may not be there yet, or the service may not read it. It is asked for again, ever more seldom,
//! and whoever runs the installation is told once that has gone on for a day.

use std::time::Duration;

use chassis::{
    caller::Scope,
    db::Store,
    error::{Error, Kind, Result},
    history::Act,
    id::SchoolId,
    serve::{MAX_MESSAGE, Shutdown},
};
use proto::filtering_ingest::v1::{
    Alert, GetAlertRequest, GetAlertResponse, filtering_ingest_client::FilteringIngestClient,
};
use time::OffsetDateTime;
use tonic::Status;
use tracing::{error, warn};

use crate::{
    App,
    case::filter_alert::{AlertDeleted, FilterAlert},
    rpc::convert,
    store::{self, alert_wanted::Wanted},
};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(10);
/// How long the other service may take.
const ANSWER: Duration = Duration::from_secs(2);
/// After how long it is asked again the first time; twice as long after each further time.
const AGAIN: time::Duration = time::Duration::minutes(5);
/// The longest that it is not asked.
const SELDOM: time::Duration = time::Duration::hours(6);
/// After how long in vain whoever runs the installation is told.
const ALARM: time::Duration = time::Duration::DAY;

/// What ends the asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// What the alert used.
    Alert(FilterAlert),
    /// That it was deleted.
    Deleted(AlertDeleted),
}

/// Looks until shutdown.
pub(crate) async fn run(app: App, mut shutdown: Shutdown) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.wait() => return,
        }
        if let Err(error) = pass(&app).await {
            warn!(service = app.store.name(), %error, "what filter alerts used is not with their cases yet");
        }
    }
}

/// Takes what is wanted now; answers how much was kept.
///
/// # Errors
/// Where what is wanted cannot be looked for.
pub(crate) async fn pass(app: &App) -> Result<u32> {
    let mut tx = app.store.begin(&Scope::system(app.store.name())).await?;
    let wanted = store::alert_wanted::due(&tx).await?;
    tx.silent();
    tx.commit().await?;
    let mut kept = 0;
    for one in &wanted {
        let taken = match ask(app, one).await {
            Ok(answer) => settle(&app.store, one, answer).await,
            Err(error) => Err(error),
        };
        match taken {
            Ok(done) => kept += u32::from(done),
            // The others are taken all the same; this one is asked for again.
            Err(error) => later(&app.store, one, &error).await?,
        }
    }
    Ok(kept)
}

fn scope(store: &Store, wanted: &Wanted) -> Result<Scope> {
    let school: SchoolId = wanted.school_id.parse().map_err(|_| Error::internal("a case of no school"))?;
    Ok(Scope::own(store.name(), &school))
}

async fn ask(app: &App, wanted: &Wanted) -> Result<Answer> {
    understood(fetch(app, &wanted.school_id, &wanted.alert_id).await?)
}

async fn fetch(app: &App, school_id: &str, alert_id: &str) -> Result<std::result::Result<GetAlertResponse, Status>> {
    let request = GetAlertRequest { school_id: school_id.to_owned(), alert_id: alert_id.to_owned() };
    let mut request = chassis::upstream::request(request);
    request.set_timeout(ANSWER);
    let client = FilteringIngestClient::new(app.upstreams.as_service("filtering-ingest", &app.signer)?);
    let answer = client.max_decoding_message_size(MAX_MESSAGE).get_alert(request).await;
    Ok(answer.map(tonic::Response::into_inner))
}

/// The user name that an alert was under, as the filter wrote it; empty where it has none, it is of somebody who works at the
/// school, or the alert cannot be had just now: what is suggested of a concern waits for no other service.
pub(crate) async fn user(app: &App, school_id: &str, alert_id: &str) -> String {
    let answer = match fetch(app, school_id, alert_id).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) | Err(_) => return String::new(),
    };
    let of_learner = |alert: &Alert| alert.tier != "staff" && alert.subject_account_id.is_empty();
    answer.alert.filter(of_learner).map(|alert| alert.user).unwrap_or_default()
}

/// What an answer means.
///
/// # Errors
/// Where it ends nothing: there is no such alert, or the service cannot say.
pub(crate) fn understood(answer: std::result::Result<GetAlertResponse, Status>) -> Result<Answer> {
    let answer = answer.map_err(|status| Error::from_status(&status))?;
    match (&answer.alert, &answer.deletion) {
        (Some(alert), _) => Ok(Answer::Alert(convert::filter_alert(alert))),
        (None, Some(deletion)) => {
            let deleted = convert::alert_deleted(deletion);
            Ok(Answer::Deleted(deleted.ok_or_else(|| Error::internal("an alert was deleted on no day"))?))
        }
        (None, None) => Err(Error::internal("neither an alert nor that it was deleted")),
    }
}

/// Writes into the case what the answer says; answers whether there was a case to write it into.
///
/// # Errors
/// Where the case cannot be written.
pub(crate) async fn settle(store: &Store, wanted: &Wanted, answer: Answer) -> Result<bool> {
    let mut tx = store.begin(&scope(store, wanted)?).await?;
    if !store::alert_wanted::done(&tx, wanted).await? {
        // Another process was quicker.
        return Ok(false);
    }
    let mut case = match store::case::of_service(&tx, &wanted.case_id).await {
        Ok(case) => case,
        // Destroyed since.
        Err(error) if error.kind() == Kind::Missing => {
            tx.silent();
            tx.commit().await?;
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let (id, now) = (tx.ids().next(), tx.now());
    let action = match answer {
        Answer::Alert(alert) => {
            case.keep_alert(id, &alert, now);
            "alert.kept"
        }
        Answer::Deleted(deleted) => {
            case.lose_alert(id, &deleted, now);
            "alert.lost"
        }
    };
    let body = store::case::update(&tx, &mut case).await?;
    let act = Act::new(action, case.id.as_str()).detail("alert_id", wanted.alert_id.clone());
    tx.record(act.state("case_file", &body));
    tx.commit().await?;
    Ok(true)
}

/// After how long it is asked again that was asked so often in vain.
fn wait(tries: i32) -> time::Duration {
    let doubled = u32::try_from(tries - 1).unwrap_or_default().min(16);
    (AGAIN * 2_i32.pow(doubled)).min(SELDOM)
}

/// Whether it is for whoever runs the installation to look into.
fn alarming(wanted: &Wanted, now: OffsetDateTime) -> bool {
    now - wanted.since(now) >= ALARM
}

/// Has one asked for later; answers whether that has gone on for too long.
///
/// # Errors
/// Where that cannot be noted.
pub(crate) async fn put_off(store: &Store, wanted: &Wanted) -> Result<bool> {
    let mut tx = store.begin(&scope(store, wanted)?).await?;
    let now = tx.now();
    let tries = wanted.tries.saturating_add(1);
    store::alert_wanted::put_off(&tx, wanted, tries, now + wait(tries)).await?;
    tx.silent();
    tx.commit().await?;
    Ok(alarming(wanted, now))
}

async fn later(store: &Store, wanted: &Wanted, why: &Error) -> Result<()> {
    let (case, alert, tries) = (wanted.case_id.as_str(), wanted.alert_id.as_str(), wanted.tries);
    if put_off(store, wanted).await? {
        error!(
            case.id = case,
            alert.id = alert,
            tries,
            error = %why,
            "for a day what a filter alert used could not be kept with its case: filtering-ingest has no such alert and did \
             not delete one, or cannot be asked"
        );
    } else {
        warn!(case.id = case, alert.id = alert, tries, error = %why, "what a filter alert used could not be kept yet");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_ever_more_seldom_and_never_not_at_all() {
        let minutes: Vec<i64> = (1..=9).map(|tries| wait(tries).whole_minutes()).collect();
        assert_eq!(minutes, [5, 10, 20, 40, 80, 160, 320, 360, 360]);
        assert_eq!(wait(i32::MAX), SELDOM);
    }
}
