//! Reads a school's own document against the current template, which makes a draft.

use std::sync::Arc;

use chassis::{
    caller::{Caller, Scope},
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::policy_registry::v1::{ImportPolicyRequest, ImportPolicyResponse};
use tonic::Request;

use super::{convert, work};
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
    violations.line("file.name", "the document's name", &file.name, LONGEST);
    violations.check(!file.name.contains(['/', '\\']), "file.name", "Send the name without its folders");
    violations.finish()?;
    let document = work::document(app, file).await?;
    // Read first, outside the transaction that writes: SQLite has one connection, and reading takes its time. What was
    // replaced meanwhile is noticed inside.
    let mut instance = read_against(app, &scope, &file.name, &document).await?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let published = store::template::current(&tx).await?;
    let register = store::register::at(&tx, tx.now()).await?;
    if instance.against != (published.version, register.as_ref().map(|register| register.version)) {
        return Err(Error::unavailable("the template or the register was replaced just now: try again"));
    }
    let version = store::instance::next_version(&tx).await?;
    instance.draft.version = version;
    instance.draft.created_at = tx.now();
    let instance = instance.draft;
    let register = register.map(|published| published.register);
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

/// A draft, and the versions of the template and of the register it was read against.
struct ReadAgainst {
    draft: Instance,
    against: (u32, Option<u32>),
}

async fn read_against(app: &App, scope: &Scope, name: &str, document: &Arc<Document>) -> Result<ReadAgainst> {
    let tx = app.store.begin(scope).await?;
    let school = store::school::load(&tx).await?;
    work::rollouts::open(&school)?;
    let published = work::template(&tx).await?;
    let register = store::register::at(&tx, tx.now()).await?;
    let (id, now) = (tx.ids().next(), tx.now());
    drop(tx);
    let (document, name) = (Arc::clone(document), name.to_owned());
    work::heavy(app, move || {
        let source = Source {
            school: &school,
            document: &document,
            name: &name,
            template: &published.template,
            template_version: published.version,
            register: register.as_ref().map(|register| &register.register),
        };
        let draft = Instance::draft(id, 0, &source, now);
        ReadAgainst { draft, against: (published.version, register.as_ref().map(|register| register.version)) }
    })
    .await
}
