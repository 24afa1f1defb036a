//! A draft that is not sent after all: it stays with the reason.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, WithdrawReferralDraftRequest},
};

use super::{
    super::{act, to_work},
    draft, sent_as,
};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::form::{Field, FormPage},
};

/// What is asked of a draft that is not sent.
pub fn fields() -> Vec<Field> {
    vec![Field::long_text("reason", "Why is it not sent?").hint("The draft and the reason stay in the case.")]
}

fn page(visit: &Visit, case: &Case, draft_id: &str) -> FormPage {
    let path = format!("refer/{draft_id}/withdraw");
    act::page(visit, case, "Not to be sent", &path, "Keep it unsent", fields())
}

/// Asks why it is not sent.
pub async fn show(visit: Visit, Path((_, case_id, draft_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseRefer)?;
    let case = to_work(&visit, &case_id, Permission::CaseRefer).await?;
    if let Some(place) = sent_as(&visit, &case, &draft_id) {
        return visit.to(&place);
    }
    draft(&visit, &case_id, &draft_id).await?;
    visit.page(&page(&visit, &case, &draft_id))
}

/// Takes it back.
pub async fn withdraw(Path((_, case_id, draft_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = WithdrawReferralDraftRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        draft_id: draft_id.clone(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    let done = if command.reason.is_empty() {
        Err(Error::invalid("reason", "Enter why it is not sent"))
    } else {
        heard(visit.cases()?.withdraw_referral_draft(ask(command))).await
    };
    act::settle(&visit, &case_id, &answers, done, "unsent", |case| page(&visit, case, &draft_id)).await
}
