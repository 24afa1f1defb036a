//! Judges a document, and keeps nothing of it.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{LintDocumentRequest, LintDocumentResponse};
use tonic::Request;

use super::convert;
use crate::{App, agency::Register, document::Document, import, lint, store, template::model};

pub(super) async fn lint_document(app: &App, request: Request<LintDocumentRequest>) -> Result<LintDocumentResponse> {
    let (caller, request) = Caller::split(request)?;
    let file = request.file.as_ref().ok_or_else(|| Error::invalid("file", "Send the document"))?;
    let document = Document::read(&file.name, &file.content)?;
    let shipped = match request.area.trim() {
        "" => None,
        area => Some(register(area)?),
    };
    let mut tx = app.store.begin(&caller.anywhere()?).await?;
    let published = match store::template::current(&tx).await {
        Err(error) if error.kind() == chassis::error::Kind::Missing => {
            return Err(Error::wrong_state("no template is published: the authority publishes one first"));
        }
        published => published?,
    };
    let register = match shipped {
        None => store::register::at(&tx, tx.now()).await?.map(|published| published.register),
        shipped => shipped,
    };
    let (template, today) = (&published.template, tx.now().date());
    let import = import::read(&document, template);
    let subject = lint::Subject { document: &document, import: &import, template, register: register.as_ref(), today };
    let findings = lint::lint(subject);
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
