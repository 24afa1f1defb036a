//! Writes where a school stands as a file. The export is recorded before its file leaves.

use chassis::{
    caller::Caller,
    clock::london,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::reporting::v1::{ExportSelfReviewRequest, ExportSelfReviewResponse};
use tonic::Request;

use super::{
    convert,
    get_self_review::{Stands, judged, stands},
};
use crate::{
    App,
    disclosure::min_cell,
    export::{Format, self_review::SelfReviewFile},
};

/// The longest name of a school.
const NAME_MAX: usize = 200;

pub(super) async fn export_self_review(
    app: &App,
    request: Request<ExportSelfReviewRequest>,
) -> Result<ExportSelfReviewResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    v.maybe_line("school_name", &request.school_name, NAME_MAX);
    v.finish()?;
    let mut tx = app.store.begin(&scope).await?;
    let school_id = request.school_id;
    let Stands { known, as_at } = stands(&mut tx, &school_id, &request.as_at_date).await?;
    tx.record(Act::new("self_review.exported", school_id.as_str()).detail("as_at", convert::day(as_at)));
    // What is written twice on one day is the same file.
    let settled = london(tx.now()).date().midnight().assume_utc();
    tx.commit().await?;
    let (judged, named) = (judged(&known), request.school_name.trim());
    let school = if named.is_empty() { school_id.clone() } else { named.to_owned() };
    let file = SelfReviewFile { school_id, school, known, judged, min_cell: min_cell(), settled };
    let file_name = file.file_name();
    // Setting pages takes a while: nobody else's time is taken, and no transaction is open meanwhile.
    let writing = tokio::task::spawn_blocking(move || file.write());
    let content = writing.await.map_err(|_| Error::internal("the self-review could not be written"))??;
    Ok(ExportSelfReviewResponse { content: content.into(), media_type: Format::Pdf.media_type().to_owned(), file_name })
}
