//! Answers one version of the template, the current one where none is named.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::policy_registry::v1::{GetTemplateRequest, GetTemplateResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_template(app: &App, request: Request<GetTemplateRequest>) -> Result<GetTemplateResponse> {
    let (caller, GetTemplateRequest { version, with_files }) = Caller::split(request)?;
    let mut tx = app.store.begin(&caller.anywhere()?).await?;
    let published = match version {
        0 => store::template::current(&tx).await?,
        version => store::template::version(&tx, version).await?,
    };
    let files = if with_files { store::template::files(&tx, &published.id).await? } else { Vec::new() };
    tx.record(Act::new("template.read", published.id.as_str()).detail("version", published.version));
    let template = Some(convert::template(&published, tx.now()));
    tx.commit().await?;
    Ok(GetTemplateResponse { template, files: files.into_iter().map(convert::file).collect() })
}
