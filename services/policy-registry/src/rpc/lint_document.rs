//! Judges a document, and keeps nothing of it.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{LintDocumentRequest, LintDocumentResponse};
use tonic::Request;

use super::{convert, work};
use crate::{App, agency::Register, import, lint, store, template::model};

pub(super) async fn lint_document(app: &App, request: Request<LintDocumentRequest>) -> Result<LintDocumentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.anywhere()?;
    let file = request.file.as_ref().ok_or_else(|| Error::invalid("file", "Send the document"))?;
    let shipped = match request.area.trim() {
        "" => None,
        area => Some(register(area)?),
    };
    let document = work::document(app, file).await?;
    let (template, register, today) = {
        let tx = app.store.begin(&scope).await?;
        let published = work::template(&tx).await?;
        let register = match shipped {
            None => store::register::at(&tx, tx.now()).await?.map(|published| published.register),
            shipped => shipped,
        };
        (published.template, register, tx.now().date())
    };
    // No transaction is open meanwhile: SQLite has one connection, and reading takes its time.
    let judged = work::heavy(app, move || {
        let import = import::read(&document, &template);
        let (document, template, register) = (&*document, &template, register.as_ref());
        lint::lint(lint::Subject { document, parameters: &import.parameters, template, school: None, register, today })
    });
    let findings = judged.await?;
    let mut tx = app.store.begin(&scope).await?;
    tx.record(Act::new("document.linted", "document").detail("findings", findings.len()));
    tx.commit().await?;
    Ok(LintDocumentResponse { findings: findings.iter().map(convert::finding).collect() })
}

/// The register shipped for an area.
fn register(area: &str) -> Result<Register> {
    let file = model::area_file(&area.to_lowercase()).ok_or_else(|| {
        Error::invalid("area", format!("Enter one of {}, or leave it empty", model::areas().join(", ")))
    })?;
    Register::load(&file).map_err(|problems| convert::problems("area", problems))
}
