//! Writes a return of a year as a file. Nothing is sent that is not kept: the export is recorded before its file leaves.

use chassis::{
    caller::Caller,
    clock::london,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::reporting::v1::{ExportReturnRequest, ExportReturnResponse};
use time::Time;
use tonic::Request;

use super::{
    convert::{authority as messages, governor},
    fill::fill,
};
use crate::{App, return_file::ReturnFile};

/// The longest name of an authority.
const NAME_MAX: usize = 200;

pub(super) async fn export_return(app: &App, request: Request<ExportReturnRequest>) -> Result<ExportReturnResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let template = messages::named(&request.return_key)?;
    let format = governor::format(request.format())?;
    let mut v = Violations::new();
    v.maybe_line("authority_name", &request.authority_name, NAME_MAX);
    v.finish()?;
    let mut tx = app.store.begin(&scope).await?;
    let today = london(tx.now()).date();
    let year = messages::year(template, &request.year, today)?;
    let filled = fill(&mut tx, template, year).await?;
    let act = Act::new("return.exported", template.key.as_str()).detail("year", year.name());
    tx.record(act.detail("format", format.name()));
    // What is written twice on one day is the same file.
    let settled = tx.now().replace_time(Time::MIDNIGHT);
    tx.commit().await?;
    let (_, end) = template.period.days(year);
    let authority = request.authority_name.trim().to_owned();
    let file = ReturnFile { filled, authority, settled, over: end <= today };
    let file_name = file.file_name(format);
    // Setting pages takes a while: nobody else's time is taken, and no transaction is open meanwhile.
    let writing = tokio::task::spawn_blocking(move || file.write(format));
    let content = writing.await.map_err(|_| Error::internal("the return could not be written"))??;
    Ok(ExportReturnResponse { content: content.into(), media_type: format.media_type().to_owned(), file_name })
}
