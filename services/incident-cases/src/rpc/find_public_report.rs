//! Answers what a school's public report page says, to whoever has its code: whose it is, and when somebody reads.

use chassis::{
    caller::{Caller, Scope},
    clock::timestamp,
    error::{Error, Result},
};
use proto::incident_cases::v1::{FindPublicReportRequest, FindPublicReportResponse};
use tonic::Request;

use crate::{
    App,
    public_report::{PublicReport, typed},
    store,
};

pub(super) async fn find_public_report(
    app: &App,
    request: Request<FindPublicReportRequest>,
) -> Result<FindPublicReportResponse> {
    let (caller, request) = Caller::split(request)?;
    let (report, scope) = open_page(app, &caller, &request.code).await?;
    // Nothing of a record is read, and a page on a poster is looked at by thousands: no entry of the history.
    let mut tx = app.store.begin(&scope).await?;
    let closed = store::copy::policy(&tx, &report.school_id).await?.unwrap_or_default().closed_days;
    let cover = store::cover::load(&tx).await?;
    let now = tx.now();
    tx.silent();
    tx.commit().await?;
    let next = report.hours.next(now, &cover, &closed);
    Ok(FindPublicReportResponse {
        school_name: report.school_name,
        read_from: report.hours.from(),
        read_to: report.hours.to(),
        reading_now: next.is_some_and(|(from, _)| from <= now),
        next_read_time: next.map(|(from, _)| timestamp(from)),
        read_until_time: next.map(|(_, until)| timestamp(until)),
    })
}

/// The open page of a code, and what whoever has the code may reach: that one school.
pub(super) async fn open_page(app: &App, caller: &Caller, code: &str) -> Result<(PublicReport, Scope)> {
    let mut tx = app.store.begin(&Scope::system("public_report")).await?;
    tx.silent();
    let report = store::public_report::find(&tx, &typed(code)).await?;
    tx.commit().await?;
    let school = report.school_id.parse().map_err(|_| Error::missing())?;
    let scope = caller.open_at(&school)?;
    Ok((report, scope))
}
