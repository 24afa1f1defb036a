//! Publishes a checked version of the template: the files sent, or the model that ships with the platform.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{PublishTemplateRequest, PublishTemplateResponse};
use tonic::Request;

use super::{convert, work};
use crate::{
    App, store,
    template::{self, model::model_files},
};

pub(super) async fn publish_template(
    app: &App,
    request: Request<PublishTemplateRequest>,
) -> Result<PublishTemplateResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let files =
        if request.files.is_empty() { model_files() } else { request.files.iter().map(convert::source).collect() };
    // Off the runtime's own threads: ten thousand clauses take their time.
    let (template, files) = work::heavy(app, move || (template::load(&files), files)).await?;
    let template = template.map_err(|problems| convert::problems("files", problems))?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let based_on = Some(request.based_on_version).filter(|version| *version > 0);
    let (published, body) = store::template::insert(&tx, template, &files, based_on).await?;
    tx.record(
        Act::new("template.published", published.id.as_str())
            .detail("version", published.version)
            .state("template", &body),
    );
    let response = PublishTemplateResponse { template: Some(convert::template(&published, tx.now())) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
