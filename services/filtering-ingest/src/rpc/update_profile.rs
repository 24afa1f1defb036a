//! Keeps a further version of a format profile.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::filtering_ingest::v1::{UpdateProfileRequest, UpdateProfileResponse};
use tonic::Request;

use super::{
    convert::profile as convert,
    senders::{own_profile, place},
};
use crate::{App, profile::own::MOST_VERSIONS, store};

pub(super) async fn update_profile(app: &App, request: Request<UpdateProfileRequest>) -> Result<UpdateProfileResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let key = own_profile(&request.school_id, &request.profile)?;
    let mut v = Violations::new();
    v.check(!request.etag.is_empty(), "etag", "Send back the etag of the profile that was read");
    let profile = convert::read(&mut v, &request.document);
    v.finish()?;
    let profile = profile.ok_or_else(|| Error::internal("a document that nothing is wrong with is no profile"))?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut kept = store::profile::hold(&tx, &request.school_id, &key).await?;
    if kept.etag() != request.etag {
        return Err(Error::changed());
    }
    if kept.retired_at.is_some() {
        return Err(Error::wrong_state("the profile is retired: keep the document under another name"));
    }
    let mut v = Violations::new();
    let fix = format!("Enter {} under profile: a profile keeps its name", kept.key);
    v.check(profile.name() == kept.key, "document", fix);
    let fix = format!(
        "Enter {} or more under version: version {} is kept as it is",
        u64::from(kept.version) + 1,
        kept.version
    );
    v.check(profile.version() > kept.version, "document", fix);
    let versions = store::profile::kept_versions(&tx, &kept).await?.len();
    let fix = format!(
        "Keep the document under another name and move the feeds on to it: {MOST_VERSIONS} versions of this profile are kept"
    );
    v.check(versions < MOST_VERSIONS, "document", fix);
    v.finish()?;
    kept.go_on(&profile, &request.document, tx.now());
    store::profile::keep(&tx, &kept, &request.document).await?;
    let body = store::profile::update(&tx, &kept).await?;
    tx.record(
        Act::new("profile.updated", kept.id.as_str())
            .detail("profile", kept.at(kept.version))
            .state("format_profile", &body),
    );
    let response = UpdateProfileResponse { profile: Some(convert::kept(&kept)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
