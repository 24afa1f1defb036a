//! Answers one alert with its evidence. The first to open it of those whose it is acknowledges it: from then on nobody need
//! be told that it waits.

use chassis::{
    caller::Caller,
    clock::london,
    db::Tx,
    error::{Error, Result},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::AlertAcknowledged,
    filtering_ingest::v1::{AlertDeletion, GetAlertRequest, GetAlertResponse},
};
use tonic::Request;

use super::{convert, reader::reader};
use crate::{App, alert::Alert, keeping::RULE, store};

pub(super) async fn get_alert(app: &App, request: Request<GetAlertRequest>) -> Result<GetAlertResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let reader = reader(&tx).await?;
    // Besides people only the service of the cases is let in (policies.cedar), for the case that an alert led to: it reads
    // what there is, and opens the alert for nobody.
    let of_cases = scope.account().is_none();
    let mut alert = match of_cases {
        true => match store::alert::find(&tx, &request.alert_id).await? {
            Some(alert) if alert.withdrawn_at.is_some() => return withdrawn(tx, &alert).await,
            Some(alert) => alert,
            None => return deleted(tx, &request.alert_id).await,
        },
        false => store::alert::load_for(&tx, &request.alert_id, reader).await?,
    };
    let mut act = Act::new("alert.read", alert.id.as_str());
    let theirs = alert.is_theirs(reader);
    let now = tx.now();
    if theirs && alert.acknowledge(scope.account_text(), now) {
        act = act.detail("first", true).state("alert", &store::alert::update(&tx, &alert).await?);
        let (account_id, waited_s) = (scope.account_text().to_owned(), alert.waited_s(now));
        let event = AlertAcknowledged { account_id, waited_s, tier: alert.tier.clone() };
        tx.announce(alert.id.as_str(), Event::AlertAcknowledged(event)).await?;
    }
    tx.record(act);
    tx.commit().await?;
    Ok(GetAlertResponse { alert: Some(convert::alert(&alert, alert.may_answer(reader))), deletion: None })
}

/// That an alert was deleted: whoever waits for it for a case need not ask again. What is merely not here may come.
///
/// # Errors
/// `Missing` where none with that id was deleted here.
async fn deleted(mut tx: Tx, id: &str) -> Result<GetAlertResponse> {
    let (gone, before) = store::keeping::alert_gone(&tx, id).await?.ok_or_else(Error::missing)?;
    tx.record(Act::new("alert.deletion_read", id));
    tx.commit().await?;
    let deletion = AlertDeletion {
        date: london(gone).date().to_string(),
        before_date: before.date().to_string(),
        rule: RULE.to_owned(),
    };
    Ok(GetAlertResponse { alert: None, deletion: Some(deletion) })
}

/// That an alert was another school's: a case that it led to here gets nothing of it, and need not ask again.
async fn withdrawn(mut tx: Tx, alert: &Alert) -> Result<GetAlertResponse> {
    let date = london(alert.withdrawn_at.unwrap_or(alert.raised_at)).date().to_string();
    tx.record(Act::new("alert.deletion_read", alert.id.as_str()));
    tx.commit().await?;
    let rule = "it was raised under a wrong routing key, and is another school’s".to_owned();
    Ok(GetAlertResponse { alert: None, deletion: Some(AlertDeletion { before_date: date.clone(), date, rule }) })
}
