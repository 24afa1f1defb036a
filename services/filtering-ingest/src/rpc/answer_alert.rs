//! Marks an alert true, understandable or false, with the reason.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::filtering_ingest::v1::{AnswerAlertRequest, AnswerAlertResponse};
use tonic::Request;

use super::convert;
use crate::{
    App,
    store::{self, alert::Answer},
};

const VERDICTS: [&str; 3] = ["true", "understandable", "false"];

pub(super) async fn answer_alert(app: &App, request: Request<AnswerAlertRequest>) -> Result<AnswerAlertResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let known = VERDICTS.contains(&request.verdict.as_str());
    violations.check(known, "verdict", format!("Select one of: {}", VERDICTS.join(", ")));
    violations.text("reason", "why", &request.reason, 20_000);
    violations.finish()?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut alert = store::alert::load(&tx, &request.alert_id).await?;
    if alert.answer.is_some() {
        return Err(Error::wrong_state("the alert is answered already"));
    }
    alert.answer = Some(Answer {
        verdict: request.verdict.clone(),
        reason: request.reason.trim().to_owned(),
        by: scope.account_text().to_owned(),
        at: tx.now(),
    });
    let body = store::alert::update(&tx, &alert).await?;
    tx.record(
        Act::new("alert.answered", alert.id.as_str()).detail("verdict", request.verdict.clone()).state("alert", &body),
    );
    let response = AnswerAlertResponse { alert: Some(convert::alert(&alert)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
