//! Lists the published versions of the template, newest first, without their parts.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::policy_registry::v1::{ListTemplatesRequest, ListTemplatesResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_templates(app: &App, request: Request<ListTemplatesRequest>) -> Result<ListTemplatesResponse> {
    let (caller, request) = Caller::split(request)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&caller.anywhere()?).await?;
    let mut versions = store::template::list(&tx, &page).await?;
    let next_page_token = page.cut(&mut versions, store::template::cursor);
    tx.record(Act::new("template.listed", "templates").detail("count", versions.len()));
    tx.commit().await?;
    Ok(ListTemplatesResponse { templates: versions.iter().map(convert::template_outline).collect(), next_page_token })
}
