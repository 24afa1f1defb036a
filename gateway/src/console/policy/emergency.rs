//! Bringing an approved version into force at once, before the governors ratify it.

use axum::extract::Path;
use proto::{access::v1::Permission, policy_registry::v1::PublishEmergencyRequest};

use super::version::fetch;
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::Head,
    },
};

/// What is asked.
pub fn fields() -> Vec<Field> {
    let hint = "20 characters or more. Name nobody: everybody at the school who reads the policy can read this.";
    vec![Field::long_text("reason", "Why can it not wait for the governors?").hint(hint)]
}

fn page(visit: &Visit, instance_id: &str, etag: &str) -> FormPage {
    let here = visit.at(&format!("/policy/versions/{instance_id}"));
    let crumbs = visit.crumbs(&[("Policy", visit.at("/policy")), ("Version", here.clone())]);
    let head = Head::new("Bring it into force in an emergency", crumbs);
    let mut page = visit.form_page(head, format!("{here}/emergency"), "Bring it into force now", fields());
    page.form = page.form.carrying("etag", etag).grave();
    page.warning = "The version is in force at once and replaces the one before it.".to_owned();
    page.lead("The governors have four weeks to ratify it afterwards. Until they do, the head, the lead and the chair are reminded.")
}

/// Asks why.
pub async fn show(visit: Visit, Path((_, instance_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::PolicyPublishEmergency)?;
    let instance = fetch(&visit, &instance_id).await?;
    visit.page(&page(&visit, &instance_id, &instance.etag))
}

/// Brings it into force.
pub async fn publish(Path((_, instance_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = PublishEmergencyRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.clone(),
        reason: answers.text("reason"),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    let here = visit.at(&format!("/policy/versions/{instance_id}"));
    match heard(visit.registry()?.publish_emergency(ask(command))).await {
        Ok(_) => visit.to(&format!("{here}?done=published")),
        Err(error) => visit.again(page(&visit, &instance_id, &answers.text("etag")), &answers, error, &here),
    }
}
