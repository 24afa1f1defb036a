//! Lists every format profile that a feed can name.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::filtering_ingest::v1::{ListProfilesRequest, ListProfilesResponse};
use tonic::Request;

use super::{convert::profile as convert, senders::place};
use crate::{App, profile, store};

pub(super) async fn list_profiles(app: &App, request: Request<ListProfilesRequest>) -> Result<ListProfilesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let mut owners = vec![""];
    if !request.school_id.is_empty() {
        app.there_is(&caller, &request.school_id).await?;
        owners.insert(0, request.school_id.as_str());
    }
    let mut tx = app.store.begin(&scope).await?;
    let mut profiles = Vec::new();
    for owner in owners {
        let mut kept = store::profile::list(&tx, owner).await?;
        // What nobody may name any more is of no use to a school that does not keep it.
        kept.retain(|kept| kept.retired_at.is_none() || kept.school_id == request.school_id);
        kept.sort_by_key(|kept| kept.retired_at.is_some());
        profiles.extend(kept.iter().map(convert::kept));
    }
    tx.record(Act::new("profile.listed", scope.account_text()).detail("count", profiles.len()));
    tx.commit().await?;
    profiles.extend(profile::all().map(convert::shipped));
    Ok(ListProfilesResponse { profiles })
}
