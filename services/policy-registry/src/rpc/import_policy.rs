//! Reads a school's own document against the current template, which makes a draft.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::policy_registry::v1::{ImportPolicyRequest, ImportPolicyResponse};
use tonic::Request;

use super::convert;
use crate::{
    App,
    document::Document,
    instance::{Instance, Source},
    store,
};

pub(super) async fn import_policy(app: &App, request: Request<ImportPolicyRequest>) -> Result<ImportPolicyResponse> {
    const LONGEST: usize = 200;
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let file = request.file.as_ref().ok_or_else(|| Error::invalid("file", "Send the document"))?;
    let mut violations = Violations::new();
    violations.text("file.name", "the document's name", &file.name, LONGEST);
    violations.check(!file.name.contains(['/', '\\']), "file.name", "Send the name without its folders");
    violations.finish()?;
    let document = Document::read(&file.name, &file.content)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let school = store::school::load(&tx).await?;
    let published = match store::template::current(&tx).await {
        Err(error) if error.kind() == chassis::error::Kind::Missing => {
            return Err(Error::wrong_state("no template is published: the authority publishes one first"));
        }
        published => published?,
    };
    let register = store::register::at(&tx, tx.now()).await?.map(|published| published.register);
    let version = store::instance::next_version(&tx).await?;
    let source = Source {
        school: &school,
        document: &document,
        name: &file.name,
        template: &published.template,
        template_version: published.version,
        register: register.as_ref(),
    };
    let instance = Instance::draft(tx.ids().next(), version, &source, tx.now());
    let body = store::instance::insert(&tx, &instance).await?;
    tx.record(
        Act::new("policy.imported", instance.id.as_str())
            .detail("version", version)
            .detail("template_version", published.version)
            .detail("findings", instance.findings.len())
            .state("instance", &body),
    );
    let instance = convert::instance(&instance, &published.template, register.as_ref());
    let response = ImportPolicyResponse { instance: Some(instance) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
