//! Takes what a filter alert used into the case it led to. Deciding on a concern needs no other service: which alert a case
//! wants is noted then, and it is fetched as soon as the service that has it answers. Every process of the service looks.

use std::time::Duration;

use chassis::{
    caller::Scope,
    error::{Error, Kind, Result},
    history::Act,
    id::SchoolId,
    serve::{MAX_MESSAGE, Shutdown},
};
use proto::filtering_ingest::v1::{GetAlertRequest, filtering_ingest_client::FilteringIngestClient};
use tracing::warn;

use crate::{
    App,
    rpc::convert,
    store::{self, alert_wanted::Wanted},
};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(10);
/// How long the other service may take.
const ANSWER: Duration = Duration::from_secs(2);
/// After how long it is asked again that did not answer.
const AGAIN: time::Duration = time::Duration::minutes(5);

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
        match take(app, one).await {
            Ok(done) => kept += u32::from(done),
            // The others are taken all the same; this one is asked for again.
            Err(error) => {
                warn!(case.id = one.case_id, %error, "what a filter alert used could not be kept yet");
                later(app, one).await?;
            }
        }
    }
    Ok(kept)
}

fn scope(app: &App, wanted: &Wanted) -> Result<Scope> {
    let school: SchoolId = wanted.school_id.parse().map_err(|_| Error::internal("a case of no school"))?;
    Ok(Scope::own(app.store.name(), &school))
}

async fn take(app: &App, wanted: &Wanted) -> Result<bool> {
    let request = GetAlertRequest { school_id: wanted.school_id.clone(), alert_id: wanted.alert_id.clone() };
    let mut request = chassis::upstream::request(request);
    request.set_timeout(ANSWER);
    let client = FilteringIngestClient::new(app.upstreams.as_service("filtering-ingest", &app.signer)?);
    let answer = client.max_decoding_message_size(MAX_MESSAGE).get_alert(request).await;
    let alert = match answer.map_err(|status| Error::from_status(&status)) {
        Ok(answer) => answer.into_inner().alert.as_ref().map(convert::filter_alert),
        // Deleted since, or never there: there is nothing to keep.
        Err(error) if error.kind() == Kind::Missing => None,
        Err(error) => return Err(error),
    };
    let mut tx = app.store.begin(&scope(app, wanted)?).await?;
    if !store::alert_wanted::done(&tx, wanted).await? {
        // Another process was quicker.
        return Ok(false);
    }
    let case = match store::case::of_service(&tx, &wanted.case_id).await {
        Ok(case) => Some(case),
        Err(error) if error.kind() == Kind::Missing => None,
        Err(error) => return Err(error),
    };
    let kept = match (case, alert) {
        (Some(mut case), Some(alert)) => {
            case.keep_alert(tx.ids().next(), &alert, tx.now());
            let body = store::case::update(&tx, &mut case).await?;
            let act = Act::new("alert.kept", case.id.as_str()).detail("alert_id", wanted.alert_id.clone());
            tx.record(act.state("case_file", &body));
            true
        }
        _ => {
            tx.silent();
            false
        }
    };
    tx.commit().await?;
    Ok(kept)
}

async fn later(app: &App, wanted: &Wanted) -> Result<()> {
    let mut tx = app.store.begin(&scope(app, wanted)?).await?;
    store::alert_wanted::put_off(&tx, wanted, tx.now() + AGAIN).await?;
    tx.silent();
    tx.commit().await
}
