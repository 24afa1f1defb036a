//! Begins a referral by a route: its form begins with what the case, the roll and the policy say.

use chassis::{
    caller::Caller,
    clock::london,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{DraftReferralRequest, DraftReferralResponse};
use tonic::Request;

use super::{
    convert, routes,
    work::{Done, target, work},
};
use crate::{
    App,
    case::{By, Case, referral::prefill::Known},
    rules::NAME_MAX,
};

pub(super) async fn draft_referral(app: &App, request: Request<DraftReferralRequest>) -> Result<DraftReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.maybe_line("account_name", &request.account_name, NAME_MAX);
    violations.maybe_line("subject_name", &request.subject_name, NAME_MAX);
    violations.finish()?;
    let (learners, concerns) = routes::known(app, &scope, &request.case_id).await?;
    let policy = routes::in_force(app, &scope).await?;
    let route = routes::of(&policy, &request.route, "lead")?;
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        let known = Known {
            maker: routes::maker(&scope, &request.account_name),
            today: london(by.at).date(),
            parameters: &policy.parameters,
            learners: &learners,
            concerns: &concerns,
            subject: &request.subject_name,
        };
        let begun = case.begun(route, known);
        case.draft_referral(by, ids.next(), (route, &policy.contacts, &policy.ladder), &request.agency, begun)?;
        Ok(Done::new("referral.drafted").detail("route", &request.route))
    };
    let respond = |message, case: &Case| DraftReferralResponse {
        case: Some(message),
        draft: case.drafts.last().map(convert::referral::draft),
    };
    work(app, &caller, &request, target!(request), act, respond).await
}
