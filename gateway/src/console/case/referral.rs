//! Making a referral to an agency, and recording what it answered.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, MakeReferralRequest, RecordReferralOutcomeRequest},
    policy_registry::v1::GetAgencyRegisterRequest,
};

use super::{act, fetch};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::{Link, Row},
        words,
    },
};

/// What is asked of a referral; `agencies` are keys and names.
pub fn fields(agencies: &[(String, String)]) -> Vec<Field> {
    let agency = if agencies.is_empty() {
        // The register cannot be read just now: the talk is not kept waiting for it.
        Field::radios("agency", "Which agency?", words::CONSULTED)
    } else {
        let choices = agencies.iter().map(|(key, name)| (key.as_str(), name.as_str()));
        Field::radios("agency", "Which agency?", &[]).choices(choices)
    };
    vec![
        agency,
        Field::long_text("reason", "Why are you referring?"),
        Field::name("reference", "Their reference (optional)").width("20"),
    ]
}

/// What is asked of the answer.
pub fn outcome_fields() -> Vec<Field> {
    vec![
        Field::radios("outcome", "What did the agency answer?", words::ANSWERS),
        Field::long_text("text", "What did it say?"),
    ]
}

async fn agencies(visit: &Visit) -> Vec<(String, String)> {
    let Ok(mut registry) = visit.registry() else { return Vec::new() };
    let asked = heard(registry.get_agency_register(ask(GetAgencyRegisterRequest {}))).await;
    let agencies = asked.map(|answer| answer.agencies).unwrap_or_default();
    agencies.into_iter().map(|agency| (agency.key, agency.name)).collect()
}

fn page(visit: &Visit, case: &Case, agencies: &[(String, String)]) -> FormPage {
    let mut page = act::page(visit, case, "Make a referral", "referrals", "Record the referral", fields(agencies));
    let here = visit.at(&format!("/cases/{}/decisions", case.case_id));
    page.others = vec![Link::new("Decide not to refer, with the reason", here)];
    page
}

fn outcome_page(visit: &Visit, case: &Case, referral_id: &str) -> FormPage {
    let path = format!("referrals/{referral_id}/outcome");
    let mut page = act::page(visit, case, "Record an agency’s answer", &path, "Record the answer", outcome_fields());
    if let Some(referral) = case.referrals.iter().find(|r| r.referral_id == referral_id) {
        page.rows.push(Row::new("Agency", referral.agency_name.clone()));
        page.rows.push(Row::new("Referred because", referral.reason.clone()));
        page.rows.extend(Row::some("Referred", words::stamp(referral.create_time.as_ref())));
    }
    page
}

/// Asks for a referral.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRefer)?;
    let case = fetch(&visit, &case_id).await?;
    let agencies = agencies(&visit).await;
    visit.page(&page(&visit, &case, &agencies))
}

/// Makes it.
pub async fn make(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = MakeReferralRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        agency: answers.text("agency"),
        reason: answers.text("reason"),
        reference: answers.text("reference"),
        request_id: answers.request_id(),
    };
    let mut v = Violations::new();
    v.check(!command.agency.is_empty(), "agency", "Select which agency");
    v.check(!command.reason.is_empty(), "reason", "Enter why you are referring");
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.make_referral(ask(command))).await,
        Err(error) => Err(error),
    };
    let agencies = if done.is_err() { agencies(&visit).await } else { Vec::new() };
    act::settle(&visit, &case_id, &answers, done, "referral", |case| page(&visit, case, &agencies)).await
}

/// Asks for the answer.
pub async fn show_outcome(visit: Visit, Path((_, case_id, referral_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseRefer)?;
    let case = fetch(&visit, &case_id).await?;
    if case.referrals.iter().all(|r| r.referral_id != referral_id) {
        return Err(Error::missing().into());
    }
    visit.page(&outcome_page(&visit, &case, &referral_id))
}

/// Records it.
pub async fn record_outcome(Path((_, case_id, referral_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = RecordReferralOutcomeRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        referral_id: referral_id.clone(),
        outcome: answers.text("outcome"),
        text: answers.text("text"),
        request_id: answers.request_id(),
    };
    let mut v = Violations::new();
    v.check(!command.outcome.is_empty(), "outcome", "Select what the agency answered");
    v.check(!command.text.is_empty(), "text", "Enter what it said");
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.record_referral_outcome(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "outcome", |case| outcome_page(&visit, case, &referral_id)).await
}
