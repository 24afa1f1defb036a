//! Answers whether the report that a receipt stands for was read: "read" or "not yet", and nothing else.

use chassis::{caller::Caller, error::Result};
use proto::incident_cases::v1::{CheckPublicReceiptRequest, CheckPublicReceiptResponse};
use tonic::Request;

use super::find_public_report::open_page;
use crate::{App, public_report::typed, store};

pub(super) async fn check_public_receipt(
    app: &App,
    request: Request<CheckPublicReceiptRequest>,
) -> Result<CheckPublicReceiptResponse> {
    let (caller, request) = Caller::split(request)?;
    let (page, scope) = open_page(app, &caller, &request.code).await?;
    let mut tx = app.store.begin(&scope).await?;
    let read = store::public_report::was_read(&tx, &typed(&request.receipt)).await?;
    tx.record(chassis::history::Act::new("public_receipt.checked", &page.school_id));
    tx.commit().await?;
    Ok(CheckPublicReceiptResponse { read })
}
