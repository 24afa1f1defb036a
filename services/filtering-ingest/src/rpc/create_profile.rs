//! Keeps a format profile of a school's own, or of the authority's.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::filtering_ingest::v1::{CreateProfileRequest, CreateProfileResponse};
use tonic::Request;

use super::{convert::profile as convert, senders::place};
use crate::{
    App,
    profile::own::{Kept, MOST},
    store,
};

pub(super) async fn create_profile(app: &App, request: Request<CreateProfileRequest>) -> Result<CreateProfileResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let mut v = Violations::new();
    let profile = convert::read(&mut v, &request.document);
    v.finish()?;
    let profile = profile.ok_or_else(|| Error::internal("a document that nothing is wrong with is no profile"))?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let owner = request.school_id.as_str();
    if store::profile::find(&tx, owner, profile.name()).await?.is_some() {
        let fix = format!("Enter another name than {} under profile: you keep one of it already", profile.name());
        return Err(Error::exists("document", fix));
    }
    if store::profile::count(&tx, owner).await? >= MOST as u64 {
        return Err(Error::invalid("document", "Change one of your profiles: 100 are kept already"));
    }
    let kept = Kept::new(tx.ids().next(), owner, &profile, &request.document, tx.now());
    let body = store::profile::insert(&tx, &kept, &request.document).await?;
    tx.record(
        Act::new("profile.created", kept.id.as_str())
            .detail("profile", kept.at(kept.version))
            .state("format_profile", &body),
    );
    let response = CreateProfileResponse { profile: Some(convert::kept(&kept)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
