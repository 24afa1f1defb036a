//! Starts the clock of a request again.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{ResumeAccessRequestRequest, ResumeAccessRequestResponse};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    subject,
};
use crate::{App, case::record::Stamp, rules::NARRATIVE_MAX, store};

pub(super) async fn resume_access_request(
    app: &App,
    request: Request<ResumeAccessRequestRequest>,
) -> Result<ResumeAccessRequestResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let outside = |_: &ResumeAccessRequestResponse| About::Case(String::new());
    let mut tx = match once(app, &scope, &request.request_id, &request, outside).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut asked = subject::load(&tx, &request.access_request_id).await?;
    let mut v = Violations::new();
    v.text("reason", "what came", &request.reason, NARRATIVE_MAX);
    v.finish()?;
    let stamp = Stamp { by: scope.account_text().to_owned(), at: tx.now() };
    asked.resume(request.reason.trim().to_owned(), stamp)?;
    let body = store::subject_access::update(&tx, &asked).await?;
    tx.record(Act::new("access_request.resumed", asked.id.as_str()).state("access_request", &body));
    let access_request = Some(convert::subject_access::request(&asked, tx.now()));
    let response = ResumeAccessRequestResponse { access_request };
    tx.answer_about(asked.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}
