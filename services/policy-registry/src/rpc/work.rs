//! What the rpcs on one instance have in common: find it, check that its text was read, write it one step on.

pub(super) mod rollouts;

use std::sync::Arc;

use chassis::{
    db::Tx,
    error::{Error, Kind, Result},
    history::Act,
};
use proto::policy_registry::v1 as wire;

use super::convert;
use crate::{
    document::Document,
    instance::{Instance, InstanceId},
    store::{self, template::Published},
};

/// The instance of the scope's school, where its present text is the one that was read.
pub(super) async fn seen(tx: &Tx, instance_id: &str, etag: &str) -> Result<Instance> {
    rollouts::open(&store::school::load(tx).await?)?;
    let id: InstanceId = instance_id.parse().map_err(|_| Error::missing())?;
    let instance = store::instance::load(tx, &id).await?;
    if etag.is_empty() {
        return Err(Error::invalid("etag", "Send back the etag of the version that was read"));
    }
    instance.seen(etag).map_err(Error::from)
}

/// The current template.
pub(super) async fn template(tx: &Tx) -> Result<Published> {
    match store::template::current(tx).await {
        Err(error) if error.kind() == Kind::Missing => {
            Err(Error::wrong_state("no template is published: the authority publishes one first"))
        }
        published => published,
    }
}

/// Reads a document where its time is nobody else's.
pub(super) async fn document(file: &wire::SourceFile) -> Result<Arc<Document>> {
    let (name, content) = (file.name.clone(), file.content.clone());
    let read = tokio::task::spawn_blocking(move || Document::read(&name, &content)).await;
    Ok(Arc::new(read.map_err(|_| Error::internal("the reader of a document failed"))??))
}

/// Writes an instance that was worked on, with its act.
pub(super) async fn written(tx: &mut Tx, act: Act, instance: &Instance) -> Result<()> {
    let body = store::instance::update(tx, instance).await?;
    tx.record(act.detail("version", instance.version).detail("state", instance.state.name()).state("instance", &body));
    Ok(())
}

/// The instance as the contract has it, every blank resolved as of now.
pub(super) async fn shown(tx: &Tx, instance: &Instance) -> Result<wire::Instance> {
    let template = store::template::version(tx, instance.template_version).await?;
    let register = store::register::at(tx, tx.now()).await?;
    Ok(convert::instance(instance, &template.template, register.as_ref().map(|r| &r.register)))
}
