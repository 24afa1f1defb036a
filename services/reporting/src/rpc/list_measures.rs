//! Answers what may be asked.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::reporting::v1::{ListMeasuresRequest, ListMeasuresResponse};
use tonic::Request;

use super::{
    asked::{place, subject, there_is},
    convert,
};
use crate::{App, measure};

pub(super) async fn list_measures(app: &App, request: Request<ListMeasuresRequest>) -> Result<ListMeasuresResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    there_is(&tx, &request.school_id).await?;
    tx.record(Act::new("measures.listed", subject(&request.school_id)));
    tx.commit().await?;
    Ok(ListMeasuresResponse { measures: measure::all().iter().map(convert::ask::measure).collect() })
}
