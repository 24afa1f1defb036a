//! What the rpcs on one instance have in common: find it, check that its text was read, write it one step on.

pub(super) mod rollouts;

use std::sync::Arc;

use chassis::{
    calendar::span,
    caller::Scope,
    clock::{london, timestamp},
    db::{Once, Tx},
    error::{Error, Kind, Result, Violations},
    history::Act,
};
use proto::{
    event::v1::{PolicyPromise, PolicyPublished, envelope::Event},
    policy_registry::v1 as wire,
};

use prost::Message;
use time::Date;

use super::convert;
use crate::{
    App,
    document::Document,
    effective::{Values, promises},
    instance::{Instance, InstanceId},
    lint::version,
    store::{self, template::Published},
};

/// Begins a change at the scope's school, for a request that may come twice. Until it ends no other is made there, so that
/// what it reads stands when it writes; at a closed school none is made any more.
pub(super) async fn change<A: Message + Default>(
    app: &App,
    scope: &Scope,
    request_id: &str,
    request: &impl Message,
) -> Result<Once<A>> {
    let begun = app.store.begin_once(scope, request_id, request).await?;
    if let Once::Fresh(tx) = &begun {
        rollouts::open(&store::school::hold(tx).await?)?;
    }
    Ok(begun)
}

/// The instance of the scope's school, where its present text is the one that was read.
pub(super) async fn seen(tx: &Tx, instance_id: &str, etag: &str) -> Result<Instance> {
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

/// Does what takes a processor's time where it is nobody else's, and no more of it at once than there are processors.
/// Whoever waits for a turn waits within the deadline of the call; no transaction is open meanwhile.
pub(super) async fn heavy<T: Send + 'static>(app: &App, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let turn = Arc::clone(&app.turns).acquire_owned().await.map_err(Error::internal)?;
    let work = move || {
        // Kept to the end of the work, whether or not anybody still waits for it.
        let _turn = turn;
        work()
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::internal("the work on a document failed"))
}

/// Reads a document.
pub(super) async fn document(app: &App, file: &wire::SourceFile) -> Result<Arc<Document>> {
    let (name, content) = (file.name.clone(), file.content.clone());
    Ok(Arc::new(heavy(app, move || Document::read(&name, &content)).await??))
}

/// Writes an instance that was worked on, with its act.
pub(super) async fn written(tx: &mut Tx, act: Act, instance: &Instance) -> Result<()> {
    let body = store::instance::update(tx, instance).await?;
    tx.record(act.detail("version", instance.version).detail("state", instance.state.name()).state("instance", &body));
    Ok(())
}

/// Writes a version that comes into force, with its act, in the place of the one before it, and announces it.
pub(super) async fn into_force(tx: &mut Tx, act: Act, instance: &Instance) -> Result<()> {
    if let Some(before) = store::instance::in_force(tx, tx.now()).await? {
        let before = before.supersede(tx.now())?;
        written(tx, Act::new("instance.superseded", before.id.as_str()), &before).await?;
    }
    written(tx, act, instance).await?;
    announce(tx, instance, false).await
}

/// Announces what is in force and when its next review is due; whether it was in force already, and was reviewed.
pub(super) async fn announce(tx: &mut Tx, instance: &Instance, reviewed: bool) -> Result<()> {
    let closed = instance.parameters.iter().filter(|parameter| parameter.key == "school.closed_days");
    // Days, and nothing else that may stand in a document.
    let closed = closed.flat_map(|parameter| &parameter.values).filter(|line| span(line).is_some());
    let template = store::template::version(tx, instance.template_version).await?.template;
    let promises = promises(&Values::of(instance, &template, None), &template);
    let promises = promises.into_iter().map(|(key, value)| PolicyPromise { key: key.to_owned(), value });
    let published = PolicyPublished {
        closed_days: closed.cloned().collect(),
        instance_id: instance.id.to_string(),
        version: instance.version,
        effective_time: instance.effective_at.map(timestamp),
        review_due_time: instance.review_due_at.map(timestamp),
        error_findings: u32::try_from(instance.grave().len()).unwrap_or(u32::MAX),
        promises: promises.collect(),
        reviewed,
    };
    tx.announce(instance.id.as_str(), Event::PolicyPublished(published)).await
}

/// The instance as the contract has it, every blank resolved and every waiver that runs beside its finding, as of now.
pub(super) async fn shown(tx: &Tx, instance: &Instance) -> Result<wire::Instance> {
    let template = store::template::version(tx, instance.template_version).await?;
    let register = store::register::at(tx, tx.now()).await?;
    let mut shown = convert::instance(instance, &template.template, register.as_ref().map(|r| &r.register));
    let today = london(tx.now()).date();
    for finding in &mut shown.findings {
        finding.waiver = instance.waiver(&finding.finding_id, today).map(convert::instance::waiver);
    }
    Ok(shown)
}

/// A version with what it is judged against.
pub(super) struct Judged {
    /// The version.
    pub instance: Instance,
    /// What was found.
    pub findings: Vec<version::Placed>,
    /// The day it was judged on.
    pub today: Date,
}

/// Judges a version of the scope's school where its time is nobody else's: no transaction is open meanwhile.
pub(super) async fn judged(app: &App, scope: &Scope, instance_id: &str) -> Result<Judged> {
    let id: InstanceId = instance_id.parse().map_err(|_| Error::missing())?;
    let tx = app.store.begin(scope).await?;
    let instance = store::instance::load(&tx, &id).await?;
    let template = store::template::version(&tx, instance.template_version).await?.template;
    let register = store::register::at(&tx, tx.now()).await?.map(|published| published.register);
    let today = london(tx.now()).date();
    drop(tx);
    heavy(app, move || {
        let findings = version::judge(&instance, &template, register.as_ref(), today);
        Judged { instance, findings, today }
    })
    .await
}

/// Why something differs, written by a person: 1 to 2,000 characters.
pub(super) fn reason(violations: &mut Violations, reason: &str) -> String {
    const LONGEST: usize = 2_000;
    violations.text("reason", "why", reason, LONGEST);
    reason.trim().to_owned()
}
