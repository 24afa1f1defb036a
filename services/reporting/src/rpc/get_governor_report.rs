//! Answers a term's report for governors as a draft, and what of it was signed.

use chassis::{calendar::Term, caller::Caller, clock::timestamp, error::Result, history::Act};
use proto::reporting::v1::{GetGovernorReportRequest, GetGovernorReportResponse};
use tonic::Request;

use super::{convert as days, convert::governor as convert, draft::draft, printed::of_school};
use crate::{App, expect::METHOD, governor::version::etag, store};

pub(super) async fn get_governor_report(
    app: &App,
    request: Request<GetGovernorReportRequest>,
) -> Result<GetGovernorReportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let term = convert::begun(&request.term_id, tx.now())?;
    let as_at = days::as_at(&request.as_at_date)?;
    let report = draft(&mut tx, &request.school_id, term, as_at).await?;
    // What came to light since, as the figures of then and now are printed.
    let since = match as_at {
        Some(_) => {
            let mut printed = of_school(&mut tx, &request.school_id, &[(term, as_at), (term, None)]).await?.into_iter();
            let (then, now) = (printed.next().unwrap_or_default(), printed.next().unwrap_or_default());
            days::lines(&then, &[], Some(&now))
        }
        None => Vec::new(),
    };
    let first = store::state::school(&tx, &request.school_id).await?.first_term();
    let versions = store::report_version::of_term(&tx, &term.id()).await?;
    let last = store::report_version::last(&tx).await?;
    let progress = store::log::progress(&tx).await?;
    let act = Act::new("governor_report.read", request.school_id.clone()).detail("term", term.id());
    tx.record(act.detail("as_at", days::day(as_at)));
    tx.commit().await?;
    let signed = versions.first().map_or(0, |newest| newest.version);
    let mut shown = convert::report(&report, term);
    convert::say_since(&mut shown, &since);
    Ok(GetGovernorReportResponse {
        // What was known at a past day is read, and never signed.
        etag: if as_at.is_none() { etag(&report, signed)? } else { String::new() },
        report: Some(shown),
        versions: versions.iter().map(convert::version).collect(),
        last_version: last.as_ref().map(convert::version),
        figures_as_of_time: progress.newest.map(days::hour_of).map(timestamp),
        first_term_id: first.map(Term::id).unwrap_or_default(),
        method: METHOD.to_owned(),
        counting_anew: progress.outdated(),
    })
}
