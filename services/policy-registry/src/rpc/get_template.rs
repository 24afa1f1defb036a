//! Answers the current version of the template.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::policy_registry::v1::{GetTemplateRequest, GetTemplateResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_template(app: &App, request: Request<GetTemplateRequest>) -> Result<GetTemplateResponse> {
    let (caller, GetTemplateRequest {}) = Caller::split(request)?;
    let mut tx = app.store.begin(&caller.anywhere()?).await?;
    let published = store::template::current(&tx).await?;
    tx.record(Act::new("template.read", published.id.as_str()).detail("version", published.version));
    tx.commit().await?;
    Ok(GetTemplateResponse { template: Some(convert::template(&published)) })
}
