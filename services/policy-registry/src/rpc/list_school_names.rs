//! Lists what the authority's other schools are called.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::policy_registry::v1::{ListSchoolNamesRequest, ListSchoolNamesResponse, SchoolName};
use tonic::Request;

use crate::{App, store};

pub(super) async fn list_school_names(
    app: &App,
    request: Request<ListSchoolNamesRequest>,
) -> Result<ListSchoolNamesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let mut rows = store::school_name::others(&tx, &page).await?;
    let next_page_token = page.cut(&mut rows, store::school_name::cursor);
    tx.record(Act::new("school_name.listed", scope.school()?.as_str()).detail("count", rows.len()));
    tx.commit().await?;
    let named = rows.into_iter().map(|row| SchoolName { school_id: row.id, name: row.name, kind: row.kind });
    Ok(ListSchoolNamesResponse { school_names: named.collect(), next_page_token })
}
