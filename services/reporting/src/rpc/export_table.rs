//! Writes tables that the caller puts together as a file. The export is recorded before its file leaves.

use std::collections::BTreeMap;

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::reporting::v1::{ExportTableRequest, ExportTableResponse, TableSchool};
use time::Time;
use tonic::Request;

use super::{
    asked::{asked, place, subject},
    convert,
};
use crate::{App, disclosure::min_cell, export::asked::Tables};

/// The longest name of a school.
const NAME_MAX: usize = 200;
/// The most schools that are named.
const SCHOOLS: usize = 2_000;

/// What schools are called, by their ids.
fn names(schools: &[TableSchool]) -> Result<BTreeMap<String, String>> {
    let mut v = Violations::new();
    v.check(schools.len() <= SCHOOLS, "schools", format!("Name {SCHOOLS} schools or less"));
    for (n, school) in schools.iter().take(SCHOOLS).enumerate() {
        v.maybe_line(&format!("schools[{n}].name"), &school.name, NAME_MAX);
    }
    v.finish()?;
    Ok(schools.iter().map(|school| (school.school_id.clone(), school.name.trim().to_owned())).collect())
}

pub(super) async fn export_table(app: &App, request: Request<ExportTableRequest>) -> Result<ExportTableResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let format = convert::governor::format(request.format())?;
    let names = names(&request.schools)?;
    let mut tx = app.store.begin(&scope).await?;
    let asked = asked(&mut tx, &request.school_id, request.question, &request.as_at_date).await?;
    let act = Act::new("table.exported", subject(&request.school_id));
    let act = act.detail("measures", asked.wish.measures.join(",")).detail("format", format.name());
    tx.record(act.detail("as_at", convert::day(asked.as_at)));
    // What is written twice on one day is the same file.
    let settled = tx.now().replace_time(Time::MIDNIGHT);
    tx.commit().await?;
    let (period, as_at, min_cell) = (asked.period, asked.as_at, min_cell());
    let place = request.school_id;
    let tables = Tables { tables: asked.tables, place, names, period, as_at, min_cell, settled };
    let file_name = tables.file_name(format);
    // Writing and setting pages takes a while: nobody else's time is taken, and no transaction is open meanwhile.
    let writing = tokio::task::spawn_blocking(move || tables.write(format));
    let content = writing.await.map_err(|_| Error::internal("the table could not be written"))??;
    Ok(ExportTableResponse { content: content.into(), media_type: format.media_type().to_owned(), file_name })
}
