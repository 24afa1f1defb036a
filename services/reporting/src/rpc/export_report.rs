//! Writes a term's report as a file. Nothing is sent that is not kept: the export is recorded before its file leaves.

use chassis::{
    caller::Caller,
    clock::london,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::reporting::v1::{ExportReportRequest, ExportReportResponse};
use tonic::Request;

use super::{convert::governor as convert, draft::draft};
use crate::{App, export::Export, store};

/// The longest name of a school, and of who signed.
const NAME_MAX: usize = 200;

pub(super) async fn export_report(app: &App, request: Request<ExportReportRequest>) -> Result<ExportReportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let format = convert::format(request.format())?;
    let mut v = Violations::new();
    v.maybe_line("school_name", &request.school_name, NAME_MAX);
    v.maybe_line("signer_name", &request.signer_name, NAME_MAX);
    v.finish()?;
    let mut tx = app.store.begin(&scope).await?;
    let term = convert::term(&request.term_id, tx.now())?;
    let (report, signed) = if request.version == 0 {
        (draft(&mut tx, &request.school_id, term, None).await?, None)
    } else {
        store::state::school(&tx, &request.school_id).await?;
        let (signed, report, _) = store::report_version::load(&tx, &term.id(), request.version).await?;
        (report, Some(signed))
    };
    let act = Act::new("report.exported", request.school_id.clone()).detail("term", term.id());
    tx.record(act.detail("version", request.version).detail("format", format.name()));
    // A draft is of its day in London: what is written twice on one day is the same file.
    let today = london(tx.now()).date().midnight().assume_utc();
    let settled = signed.as_ref().map_or(today, |signed| signed.signed_at);
    tx.commit().await?;
    let named = request.school_name.trim();
    let school = if named.is_empty() { request.school_id.clone() } else { named.to_owned() };
    let signer = request.signer_name.trim().to_owned();
    let export = Export { report, term, signed, school, signer, settled };
    let file_name = export.file_name(format);
    // Setting pages takes a while: nobody else's time is taken, and no transaction is open meanwhile.
    let writing = tokio::task::spawn_blocking(move || export.write(format));
    let content = writing.await.map_err(|_| Error::internal("the report could not be written"))??;
    Ok(ExportReportResponse { content: content.into(), media_type: format.media_type().to_owned(), file_name })
}
