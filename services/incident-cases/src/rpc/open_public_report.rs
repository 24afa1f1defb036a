//! Puts the school's public report page up, or changes what it says.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{OpenPublicReportRequest, OpenPublicReportResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{
    App,
    public_report::{Hours, PublicReport, code},
    rules::NAME_MAX,
    store,
};

pub(super) async fn open_public_report(
    app: &App,
    request: Request<OpenPublicReportRequest>,
) -> Result<OpenPublicReportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.line("school_name", "what the page calls the school", &request.school_name, NAME_MAX);
    let hours = Hours::read(&request.read_from, &request.read_to);
    let fix = "Enter from when until when it is read on a school day, such as 08:30 and 16:00";
    violations.check(hours.is_some(), "read_from", fix);
    violations.finish()?;
    let Some(hours) = hours else { return Err(chassis::error::Error::invalid("read_from", fix)) };
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let before = store::public_report::load(&tx).await?;
    let was_there = before.is_some();
    // The code stays, so that what hangs on the wall stays true, unless another one is asked for.
    let code = match before {
        Some(report) if !request.new_code => report.code,
        Some(_) | None => {
            let what = format!("public report|{}|{}", scope.actor(), request.request_id);
            code(&tx.ring().token(&request.school_id, &what))
        }
    };
    let report = PublicReport {
        school_id: request.school_id.clone(),
        school_name: request.school_name.trim().to_owned(),
        code,
        open: true,
        hours,
        updated_at: tx.now(),
    };
    store::public_report::keep(&tx, &report, was_there).await?;
    tx.record(Act::new("public_report.opened", &report.school_id).detail("new_code", request.new_code || !was_there));
    let response = OpenPublicReportResponse { report: Some(convert::public_report::public_report(&report)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
