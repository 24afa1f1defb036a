//! Records the next version of the risk and needs assessment.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{RecordAssessmentRequest, RecordAssessmentResponse};
use tonic::Request;

use super::work::{Done, maybe, target, words, work};
use crate::{
    App,
    case::{By, Case, record::Assessment},
};

pub(super) async fn record_assessment(
    app: &App,
    request: Request<RecordAssessmentRequest>,
) -> Result<RecordAssessmentResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "risks", "the risks", &request.risks);
    words(&mut v, "needs", "what each child needs", &request.needs);
    words(&mut v, "measures", "what is done about it", &request.measures);
    maybe(&mut v, "checks", &request.checks);
    let review_at = v.at("review_time", request.review_time.as_ref());
    v.check(review_at.is_some(), "review_time", "Enter when it is looked at again");
    v.finish()?;
    let text = |value: &str| value.trim().to_owned();
    let act = |case: &mut Case, by: By<'_>, _: &Ids| {
        case.assess(
            by,
            Assessment {
                risks: text(&request.risks),
                needs: text(&request.needs),
                measures: text(&request.measures),
                checks: text(&request.checks),
                review_at: review_at.unwrap_or(by.at),
                stamp: by.stamp(),
            },
        )?;
        Ok(Done::new("assessment.recorded").detail("version", case.assessments.len().to_string()))
    };
    work(app, &caller, &request, target!(request), act, |case, _| RecordAssessmentResponse { case: Some(case) }).await
}
