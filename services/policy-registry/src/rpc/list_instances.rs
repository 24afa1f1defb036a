//! Lists the versions of a school's policy, newest first.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::policy_registry::v1::{ListInstancesRequest, ListInstancesResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_instances(app: &App, request: Request<ListInstancesRequest>) -> Result<ListInstancesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let school = store::school::load(&tx).await?;
    let mut instances = store::instance::list(&tx, &page).await?;
    let next_page_token = page.cut(&mut instances, |instance| instance.version.to_string());
    tx.record(Act::new("instance.listed", school.id.as_str()).detail("count", instances.len()));
    tx.commit().await?;
    Ok(ListInstancesResponse { instances: instances.iter().map(convert::outline).collect(), next_page_token })
}
