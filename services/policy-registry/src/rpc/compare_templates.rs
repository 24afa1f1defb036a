//! Answers what changed from one version of the template to another, thing by thing and in words.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{CompareTemplatesRequest, CompareTemplatesResponse};
use tonic::Request;

use super::{convert, work};
use crate::{App, store, template::compare};

pub(super) async fn compare_templates(
    app: &App,
    request: Request<CompareTemplatesRequest>,
) -> Result<CompareTemplatesResponse> {
    let (caller, request) = Caller::split(request)?;
    if request.from_version == 0 {
        return Err(Error::invalid("from_version", "Enter the number of a version, from 1"));
    }
    let mut tx = app.store.begin(&caller.anywhere()?).await?;
    let before = store::template::version(&tx, request.from_version).await?;
    let after = match request.to_version {
        0 => store::template::current(&tx).await?,
        version => store::template::version(&tx, version).await?,
    };
    let (from_version, to_version) = (before.version, after.version);
    tx.record(
        Act::new("template.compared", after.id.as_str())
            .detail("from_version", from_version)
            .detail("to_version", to_version),
    );
    tx.commit().await?;
    let changes = work::heavy(app, move || compare::compare(&before.template, &after.template)).await?;
    let changes = changes.into_iter().map(convert::change).collect();
    Ok(CompareTemplatesResponse { from_version, to_version, changes })
}
