//! Says what is wrong with a template's files, or else what they would change; keeps nothing of them.

use chassis::{
    caller::Caller,
    error::{Error, Kind, Result},
    history::Act,
};
use proto::policy_registry::v1::{CheckTemplateRequest, CheckTemplateResponse};
use tonic::Request;

use super::{convert, work};
use crate::{
    App, store,
    template::{self, Problem, SourceFile, compare},
};

pub(super) async fn check_template(app: &App, request: Request<CheckTemplateRequest>) -> Result<CheckTemplateResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    if request.files.is_empty() {
        return Err(Error::invalid("files", "Send the template's files"));
    }
    let files: Vec<SourceFile> = request.files.iter().map(convert::source).collect();
    let current = {
        let tx = app.store.begin(&scope).await?;
        match store::template::current(&tx).await {
            Ok(published) => Some(published),
            Err(error) if error.kind() == Kind::Missing => None,
            Err(error) => return Err(error),
        }
    };
    let template_version = current.as_ref().map_or(0, |published| published.version);
    let id = current.as_ref().map_or_else(|| "template".to_owned(), |published| published.id.to_string());
    let checking = work::heavy(app, move || match template::load(&files) {
        Ok(template) => {
            let changes = current.map(|published| compare::compare(&published.template, &template));
            (Vec::<Problem>::new(), changes.unwrap_or_default())
        }
        Err(problems) => (problems, Vec::new()),
    });
    let (problems, changes) = checking.await?;
    let mut tx = app.store.begin(&scope).await?;
    tx.record(Act::new("template.checked", &id).detail("problems", problems.len()).detail("changes", changes.len()));
    tx.commit().await?;
    Ok(CheckTemplateResponse {
        problems: problems.into_iter().map(convert::problem).collect(),
        changes: changes.into_iter().map(convert::change).collect(),
        template_version,
    })
}
