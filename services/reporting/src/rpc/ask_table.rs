//! Answers tables that the caller puts together, of one school or over all of them.

use chassis::{caller::Caller, clock::timestamp, error::Result, history::Act};
use proto::reporting::v1::{AskTableRequest, AskTableResponse};
use tonic::Request;

use super::{
    asked::{asked, place, subject},
    convert,
};
use crate::{App, disclosure::min_cell, store};

pub(super) async fn ask_table(app: &App, request: Request<AskTableRequest>) -> Result<AskTableResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let asked = asked(&mut tx, &request.school_id, request.question, &request.as_at_date).await?;
    let progress = store::log::progress(&tx).await?;
    let act = Act::new("table.asked", subject(&request.school_id)).detail("measures", asked.wish.measures.join(","));
    let act = act.detail("rows", asked.wish.rows.as_str()).detail("columns", asked.wish.columns.as_str());
    tx.record(act.detail("as_at", convert::day(asked.as_at)));
    tx.commit().await?;
    // Nobody at a school learns when something was done elsewhere.
    let newest = progress.newest.map(|at| if request.school_id.is_empty() { at } else { convert::hour_of(at) });
    Ok(AskTableResponse {
        tables: asked.tables.iter().map(convert::ask::table).collect(),
        from_date: asked.period.0.to_string(),
        to_date: asked.period.1.to_string(),
        min_cell: u32::try_from(min_cell()).unwrap_or_default(),
        as_at_date: convert::day(asked.as_at),
        figures_as_of_time: newest.map(timestamp),
    })
}
