//! Lists the schools the caller has to do with.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::policy_registry::v1::{ListSchoolsRequest, ListSchoolsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_schools(app: &App, request: Request<ListSchoolsRequest>) -> Result<ListSchoolsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.anywhere()?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let mut schools = store::school::list(&tx, &page, request.urn.trim()).await?;
    let next_page_token = page.cut(&mut schools, store::school::cursor);
    tx.record(Act::new("school.listed", "schools").detail("count", schools.len()));
    tx.commit().await?;
    Ok(ListSchoolsResponse { schools: schools.iter().map(convert::school).collect(), next_page_token })
}
