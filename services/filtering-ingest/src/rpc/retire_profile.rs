//! Lets no further feed name a format profile.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::filtering_ingest::v1::{RetireProfileRequest, RetireProfileResponse};
use tonic::Request;

use super::{
    convert::profile as convert,
    senders::{own_profile, place},
};
use crate::{App, store};

pub(super) async fn retire_profile(app: &App, request: Request<RetireProfileRequest>) -> Result<RetireProfileResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let key = own_profile(&request.school_id, &request.profile)?;
    if request.etag.is_empty() {
        return Err(Error::invalid("etag", "Send back the etag of the profile that was read"));
    }
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut kept = store::profile::hold(&tx, &request.school_id, &key).await?;
    if kept.etag() != request.etag {
        return Err(Error::changed());
    }
    if kept.retired_at.is_some() {
        return Err(Error::wrong_state("the profile is retired already"));
    }
    kept.retired_at = Some(tx.now());
    let body = store::profile::update(&tx, &kept).await?;
    tx.record(
        Act::new("profile.retired", kept.id.as_str()).detail("profile", kept.name()).state("format_profile", &body),
    );
    let response = RetireProfileResponse { profile: Some(convert::kept(&kept)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
