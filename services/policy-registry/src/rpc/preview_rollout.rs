//! Says for every school what a template version would change, and changes nothing.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::policy_registry::v1::{PreviewRolloutRequest, PreviewRolloutResponse};
use tonic::Request;

use super::{convert::rollout as convert, work::rollouts};
use crate::{
    App,
    carry::{AT_ONCE, Found, Templates, To},
    store,
};

pub(super) async fn preview_rollout(
    app: &App,
    request: Request<PreviewRolloutRequest>,
) -> Result<PreviewRolloutResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let asked = convert::schools(&request.school_ids)?;
    let mut tx = app.store.begin(&scope).await?;
    let template_version = rollouts::template_version(&tx, request.template_version).await?;
    let ids = rollouts::schools(&tx, asked).await?;
    tx.record(
        Act::new("rollout.previewed", "rollouts")
            .detail("template_version", template_version)
            .detail("schools", ids.len()),
    );
    tx.commit().await?;
    let mut response = PreviewRolloutResponse { template_version, ..PreviewRolloutResponse::default() };
    let mut templates = Templates::default();
    // Some at a time, each in a transaction of its own: SQLite has one connection, and others want it meanwhile.
    for some in ids.chunks(AT_ONCE) {
        let tx = app.store.begin(&scope).await?;
        let schools = store::school::some(&tx, some).await?;
        let found = Found::read(&tx, schools, template_version, &mut templates).await?;
        let at = tx.now();
        drop(tx);
        let done = found.merge(To { rollout: None, at }).await?;
        response.schools.extend(done.iter().map(convert::previewed));
    }
    response.schools.sort_by_cached_key(|school| (school.name.to_lowercase(), school.school_id.clone()));
    response.moved = response.schools.iter().map(|school| school.moved).sum();
    response.proposals = response.schools.iter().map(|school| school.proposals).sum();
    Ok(response)
}
