//! Judges a version as it would be printed.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::policy_registry::v1::{LintInstanceRequest, LintInstanceResponse};
use tonic::Request;

use super::{convert, work};
use crate::App;

pub(super) async fn lint_instance(app: &App, request: Request<LintInstanceRequest>) -> Result<LintInstanceResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let judged = work::judged(app, &scope, &request.instance_id).await?;
    let findings: Vec<_> = judged.findings.iter().map(|placed| convert::instance::judged(&judged, placed)).collect();
    let mut tx = app.store.begin(&scope).await?;
    let act = Act::new("instance.linted", judged.instance.id.as_str()).detail("version", judged.instance.version);
    tx.record(act.detail("findings", findings.len()));
    tx.commit().await?;
    Ok(LintInstanceResponse { findings })
}
