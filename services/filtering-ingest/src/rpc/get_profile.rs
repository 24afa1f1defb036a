//! Answers a format profile with its document.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::filtering_ingest::v1::{GetProfileRequest, GetProfileResponse, Profile};
use tonic::Request;

use super::{convert::profile as convert, senders::place};
use crate::{
    App,
    profile::{
        self,
        own::{Named, Owner},
    },
    store,
};

pub(super) async fn get_profile(app: &App, request: Request<GetProfileRequest>) -> Result<GetProfileResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    if !request.school_id.is_empty() {
        app.there_is(&caller, &request.school_id).await?;
    }
    let named = Named::read(&request.profile).ok_or_else(Error::missing)?;
    let mut tx = app.store.begin(&scope).await?;
    let owner = match named.owner {
        Owner::Shipped => {
            let profile = profile::named(named.key).ok_or_else(Error::missing)?;
            let document = profile::document(named.key).unwrap_or_default().to_owned();
            tx.record(Act::new("profile.read", named.key));
            tx.commit().await?;
            let told = Profile { document, ..convert::shipped(profile) };
            return Ok(GetProfileResponse { versions: vec![told.version], profile: Some(told) });
        }
        Owner::School if request.school_id.is_empty() => return Err(Error::missing()),
        Owner::School => request.school_id.as_str(),
        Owner::Authority => "",
    };
    let kept = store::profile::find(&tx, owner, named.key).await?.ok_or_else(Error::missing)?;
    let version = named.version.unwrap_or(kept.version);
    let document = store::profile::document(&tx, &kept, version).await?.ok_or_else(Error::missing)?;
    let versions = store::profile::kept_versions(&tx, &kept).await?;
    tx.record(Act::new("profile.read", kept.id.as_str()).detail("version", version));
    tx.commit().await?;
    Ok(GetProfileResponse { profile: Some(Profile { version, document, ..convert::kept(&kept) }), versions })
}
