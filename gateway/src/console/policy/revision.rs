//! Starting a new draft from what is in force, and setting one aside.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{DiscardInstanceRequest, Instance, StartRevisionRequest},
};

use super::{crumbs, version::fetch};
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

/// Starts one.
pub async fn start(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = StartRevisionRequest { school_id: visit.school.clone(), request_id: answers.request_id() };
    let started = heard(visit.registry()?.start_revision(ask(command))).await?.instance.ok_or_else(Error::missing)?;
    visit.to(&visit.at(&format!("/policy/versions/{}?done=revised", started.instance_id)))
}

/// What is asked before a version is set aside.
pub fn fields() -> Vec<Field> {
    vec![Field::long_text("reason", "Why it is set aside")]
}

fn page(visit: &Visit, instance: &Instance) -> FormPage {
    let action = visit.at(&format!("/policy/versions/{}/discard", instance.instance_id));
    let head = Head::new("Set this version aside", crumbs(visit, &instance.instance_id));
    let mut page = visit
        .form_page(head.of(format!("Version {}", instance.version)), action, "Set it aside", fields())
        .lead("It stays readable and never comes back. What is in force does not change.");
    page.form = page.form.carrying("etag", instance.etag.clone()).grave();
    page
}

/// Asks why.
pub async fn show_discard(visit: Visit, Path((_, instance_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    let instance = fetch(&visit, &instance_id).await?;
    visit.page(&page(&visit, &instance))
}

/// Sets it aside.
pub async fn discard(Path((_, instance_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = DiscardInstanceRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.clone(),
        reason: answers.text("reason"),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    match heard(visit.registry()?.discard_instance(ask(command))).await {
        Ok(_) => visit.to(&visit.at("/policy?done=discarded")),
        Err(error) => {
            let instance = fetch(&visit, &instance_id).await?;
            let place = visit.at(&format!("/policy/versions/{instance_id}"));
            visit.again(page(&visit, &instance), &answers, error, &place)
        }
    }
}
