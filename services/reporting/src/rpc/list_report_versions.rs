//! Answers the reports that the head signed, the newest first.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::reporting::v1::{ListReportVersionsRequest, ListReportVersionsResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_report_versions(
    app: &App,
    request: Request<ListReportVersionsRequest>,
) -> Result<ListReportVersionsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    // A school that nobody knows answers as another's does.
    store::state::school(&tx, &request.school_id).await?;
    let term = match request.term_id.as_str() {
        "" => String::new(),
        id => convert::term(id, tx.now())?.id(),
    };
    let mut versions = store::report_version::list(&tx, &term, &page).await?;
    let next_page_token = page.cut(&mut versions, |version| version.id.to_string());
    tx.record(Act::new("report_versions.listed", request.school_id.clone()));
    tx.commit().await?;
    let versions = versions.iter().map(convert::governor::version).collect();
    Ok(ListReportVersionsResponse { versions, next_page_token })
}
