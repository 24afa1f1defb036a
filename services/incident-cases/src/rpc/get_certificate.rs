//! Answers one certificate of a record that was destroyed.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{GetCertificateRequest, GetCertificateResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_certificate(
    app: &App,
    request: Request<GetCertificateRequest>,
) -> Result<GetCertificateResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let certificate = store::certificate::load(&tx, &request.certificate_id).await?;
    tx.record(Act::new("certificate.read", certificate.id.as_str()));
    tx.commit().await?;
    Ok(GetCertificateResponse { certificate: Some(convert::retention::certificate(&certificate, true)) })
}
