//! Retiring a format profile: no further feed may name it.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{Profile, RetireProfileRequest},
};

use super::{Which, at, crumbs, fetch};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{form::FormPage, part::Head},
};

fn page(visit: &Visit, profile: &Profile) -> FormPage {
    let here = at(visit, &format!("/{}", profile.profile));
    let crumbs = crumbs(visit, &[("Format profiles", at(visit, "")), ("Profile", here.clone())]);
    let head = Head::new("Retire the profile", crumbs).of(super::called(&profile.profile));
    let mut page = visit.form_page(head, format!("{here}/retire"), "Retire the profile", Vec::new());
    page.form = page.form.grave().carrying("etag", profile.etag.clone());
    page.lead("No further feed can be set to it. Feeds that are set to it go on by their version until they are moved on. It cannot be brought back.")
}

/// Asks.
pub async fn show(visit: Visit, Path(which): Path<Which>) -> Answer {
    visit.needs(Permission::ProfileKeep)?;
    let profile = fetch(&visit, &which.profile).await?.profile.ok_or_else(Error::missing)?;
    visit.page(&page(&visit, &profile))
}

/// Retires it.
pub async fn retire(Path(which): Path<Which>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::ProfileKeep)?;
    let command = RetireProfileRequest {
        school_id: visit.school.clone(),
        profile: which.profile.clone(),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    match heard(visit.filtering()?.retire_profile(ask(command))).await {
        Ok(_) => visit.to(&at(&visit, &format!("/{}?done=profile_retired", which.profile))),
        Err(error) => {
            let profile = fetch(&visit, &which.profile).await?.profile.ok_or_else(Error::missing)?;
            let place = at(&visit, &format!("/{}", which.profile));
            visit.again(page(&visit, &profile), &answers, error, &place)
        }
    }
}
