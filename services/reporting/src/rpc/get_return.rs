//! Answers a return of a year, filled as far as it can be.

use chassis::{
    caller::Caller,
    clock::{london, timestamp},
    error::Result,
    history::Act,
};
use proto::reporting::v1::{GetReturnRequest, GetReturnResponse};
use tonic::Request;

use super::{convert::authority as messages, fill::fill};
use crate::{App, disclosure::min_cell, store};

pub(super) async fn get_return(app: &App, request: Request<GetReturnRequest>) -> Result<GetReturnResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let template = messages::named(&request.return_key)?;
    let mut tx = app.store.begin(&scope).await?;
    let today = london(tx.now()).date();
    let year = messages::year(template, &request.year, today)?;
    let filled = fill(&mut tx, template, year).await?;
    let newest = store::log::progress(&tx).await?.newest;
    tx.record(Act::new("return.read", template.key.as_str()).detail("year", year.name()));
    tx.commit().await?;
    let mut filled = messages::filled(&filled, today);
    filled.min_cell = u32::try_from(min_cell()).unwrap_or_default();
    filled.figures_as_of_time = newest.map(timestamp);
    Ok(GetReturnResponse { filled: Some(filled) })
}
