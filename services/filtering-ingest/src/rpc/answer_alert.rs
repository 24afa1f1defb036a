//! Marks an alert true, understandable, explained or false, with the reason: by it a rule's precision is told. A verdict that
//! was wrong is corrected, and kept beside the new one.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::AlertAcknowledged,
    filtering_ingest::v1::{AnswerAlertRequest, AnswerAlertResponse},
};
use tonic::Request;

use super::{convert, reader::reader};
use crate::{
    App,
    alert::{Answer, VERDICTS},
    rules::REASON_MAX,
    store,
};

pub(super) async fn answer_alert(app: &App, request: Request<AnswerAlertRequest>) -> Result<AnswerAlertResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let known = VERDICTS.contains(&request.verdict.as_str());
    violations.check(known, "verdict", format!("Select one of: {}", VERDICTS.join(", ")));
    violations.text("reason", "why", &request.reason, REASON_MAX);
    violations.finish()?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let reader = reader(&tx).await?;
    let mut alert = store::alert::load_for(&tx, &request.alert_id, reader).await?;
    if !alert.may_answer(reader) {
        return Err(Error::denied());
    }
    match (&alert.answer, request.correct) {
        (Some(_), false) => {
            let fix =
                "the alert is answered already: to correct its verdict send “correct” as true, and why in “reason”";
            return Err(Error::wrong_state(fix));
        }
        (Some(before), true) if before.verdict == request.verdict => {
            return Err(Error::invalid("verdict", "Select another verdict: it is this one already"));
        }
        (None, true) => {
            return Err(Error::invalid(
                "correct",
                "Leave it out: the alert has no verdict yet that could be corrected",
            ));
        }
        _ => {}
    }
    let (by, at) = (scope.account_text().to_owned(), tx.now());
    // Whoever answers what nobody opened has opened it: its concern is read with it, and no clock runs on.
    if alert.acknowledge(&by, at) {
        let waited_s = alert.waited_s(at);
        let event = AlertAcknowledged { account_id: by.clone(), waited_s, tier: alert.tier.clone() };
        tx.announce(alert.id.as_str(), Event::AlertAcknowledged(event)).await?;
    }
    let (verdict, reason) = (request.verdict.clone(), request.reason.trim().to_owned());
    alert.answered(Answer { verdict, reason, by, at, worse_at: None });
    let body = store::alert::update(&tx, &alert).await?;
    tx.record(
        Act::new("alert.answered", alert.id.as_str())
            .detail("verdict", request.verdict.clone())
            .detail("corrects", request.correct)
            .state("alert", &body),
    );
    let response = AnswerAlertResponse { alert: Some(convert::alert(&alert, true)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
