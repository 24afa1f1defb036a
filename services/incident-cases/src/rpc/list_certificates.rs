//! Lists the certificates of records that were destroyed.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::incident_cases::v1::{ListCertificatesRequest, ListCertificatesResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn list_certificates(
    app: &App,
    request: Request<ListCertificatesRequest>,
) -> Result<ListCertificatesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (found, next) = store::certificate::list(&tx, &page).await?;
    let ids: Vec<&str> = found.iter().map(|certificate| certificate.id.as_str()).collect();
    tx.record(Act::new("certificate.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    let certificates = found.iter().map(|certificate| convert::retention::certificate(certificate, false)).collect();
    Ok(ListCertificatesResponse { certificates, next_page_token: next })
}
