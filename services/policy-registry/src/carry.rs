//! Carries roll-outs to the schools, beside the rpcs: takes schools that wait, some at a time, merges each one's policy
//! into a draft, and writes all of it in one transaction. A process that ends in mid-batch leaves its schools waiting;
//! any number of processes may work at once.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chassis::{
    caller::Scope,
    db::{Store, Tx},
    error::{Error, Kind, Result},
    history::Act,
    serve::Shutdown,
};
use tokio::sync::Notify;
use tracing::{info, warn};

use crate::{
    agency::Register,
    instance::{Instance, InstanceId, proposal::RolloutId, rolled::Rolling},
    rollout::{self, Rollout, Skipped, State, open, plan::Plan},
    school::School,
    store::{
        self,
        rollout_school::{self as row, Model},
    },
    template::Template,
};

/// How often it is looked whether a roll-out's day has come.
const LOOK: Duration = Duration::from_secs(1);
/// How many schools are merged in one transaction.
pub(crate) const AT_ONCE: usize = 25;
/// How long after something went wrong.
const PAUSE: Duration = Duration::from_millis(200);

/// Works until shutdown; the bell says that a roll-out was started here.
pub(crate) async fn run(store: Store, bell: Arc<Notify>, mut shutdown: Shutdown) {
    let mut templates = Templates::default();
    let mut singly = 0;
    loop {
        let most = if singly > 0 { 1 } else { AT_ONCE };
        singly = usize::saturating_sub(singly, 1);
        let worked = tokio::select! {
            worked = batch(&store, &mut templates, most) => worked,
            () = shutdown.wait() => return,
        };
        let wait = match worked {
            Ok(true) => continue,
            Ok(false) => LOOK,
            Err(error) => {
                warn!(%error, "a batch of a roll-out has to be done again");
                // One school must not hold up the others: each by itself for a while.
                if most == 1 && error.kind() == Kind::Internal {
                    pass_over(&store).await;
                }
                singly = AT_ONCE;
                PAUSE
            }
        };
        tokio::select! {
            () = bell.notified() => {}
            () = tokio::time::sleep(wait) => {}
            () = shutdown.wait() => return,
        }
    }
}

fn scope() -> Scope {
    Scope::system("rollout")
}

/// Merges some schools that wait; false where there was nothing to do.
async fn batch(store: &Store, templates: &mut Templates, most: usize) -> Result<bool> {
    let mut tx = store.begin(&scope()).await?;
    let Some(rollout) = store::rollout::due(&tx).await? else { return Ok(false) };
    if rollout.state == State::Scheduled {
        return begin(tx, &rollout.id).await;
    }
    let schools = row::take(&tx, &rollout.id, u64::try_from(most).unwrap_or(1)).await?;
    if schools.is_empty() {
        return finish(tx, &rollout.id).await;
    }
    // Held before their policies are read: whichever comes first, a closing school is closed with a draft or without one.
    let schools = store::school::held(&tx, &schools).await?;
    let found = Found::read(&tx, schools, rollout.template_version, templates).await?;
    let to = To { rollout: Some((rollout.id.clone(), rollout.statutory_by)), at: tx.now() };
    let done = found.merge(to).await?;
    let count = done.len();
    write(&mut tx, &rollout.id, done).await?;
    tx.record(Act::new("rollout.merged", rollout.id.as_str()).detail("schools", count));
    tx.commit().await?;
    Ok(true)
}

async fn begin(mut tx: Tx, id: &RolloutId) -> Result<bool> {
    let rollout = store::rollout::hold(&tx, id).await?;
    if rollout.state == State::Scheduled {
        let rollout = rollout.running();
        let body = store::rollout::update(&tx, &rollout).await?;
        tx.record(Act::new("rollout.begun", rollout.id.as_str()).state("rollout", &body));
        tx.commit().await?;
    }
    Ok(true)
}

/// Ends a roll-out that nobody waits for; others may still be at work on schools of it.
async fn finish(mut tx: Tx, id: &RolloutId) -> Result<bool> {
    if row::progress(&tx, id).await?.waiting > 0 {
        return Ok(false);
    }
    let rollout = store::rollout::hold(&tx, id).await?;
    if rollout.state == State::Running {
        let rollout = rollout.done(tx.now());
        let body = store::rollout::update(&tx, &rollout).await?;
        tx.record(Act::new("rollout.done", rollout.id.as_str()).state("rollout", &body));
        tx.commit().await?;
        info!(rollout.id = %id, "a roll-out is done");
    }
    Ok(true)
}

/// Passes over the next school, whose policy cannot be read.
async fn pass_over(store: &Store) {
    let passed = async {
        let mut tx = store.begin(&scope()).await?;
        let Some(Rollout { id, .. }) = store::rollout::due(&tx).await? else { return Ok(()) };
        for school in row::take(&tx, &id, 1).await? {
            row::update(&tx, &row::skipped(&id, &school, Skipped::Unreadable.why())).await?;
            tx.record(Act::new("rollout.passed_over", id.as_str()).school(&school));
        }
        tx.silent();
        tx.commit().await
    };
    let passed: Result<()> = passed.await;
    if let Err(error) = passed {
        warn!(%error, "a school could not be passed over");
    }
}

async fn write(tx: &mut Tx, rollout: &RolloutId, done: Vec<Done>) -> Result<()> {
    let mut drafts = Vec::new();
    for done in &done {
        match &done.came {
            Came::Skipped(why) => row::update(tx, &row::skipped(rollout, done.school.id.as_str(), why.why())).await?,
            Came::Merged(merged) => {
                let Merged { draft, body, own, .. } = merged.as_ref();
                let own_state = own.as_ref().map(|(_, state)| state.key().to_owned());
                if let Some((own, _)) = own {
                    let body = store::instance::update_at(tx, own).await?;
                    let act = Act::new("instance.discarded", own.id.as_str()).school(&own.school);
                    tx.record(act.detail("version", own.version).state("instance", &body));
                }
                row::update(
                    tx,
                    &Model {
                        state: row::MERGED.to_owned(),
                        instance_id: Some(draft.id.to_string()),
                        own_instance_id: own.as_ref().map(|(own, _)| own.id.to_string()),
                        own_state,
                        from_template_version: row::number(merged.from),
                        moved: row::number(merged.moved),
                        proposals: row::number(count(draft.proposals.len())),
                        statutory: row::number(merged.statutory()),
                        ..row::skipped(rollout, done.school.id.as_str(), "")
                    },
                )
                .await?;
                let act = Act::new("instance.rolled_out", draft.id.as_str()).school(&draft.school);
                let act = act.detail("version", draft.version).detail("template_version", draft.template_version);
                let act = act.detail("proposals", draft.proposals.len()).detail("rollout", rollout.as_str());
                tx.record(act.state("instance", body));
                drafts.push((draft, body.clone()));
            }
        }
    }
    store::instance::insert_many(tx, drafts).await
}

/// Template versions, each read once: they never change.
#[derive(Default)]
pub(crate) struct Templates(HashMap<u32, Arc<Template>>);

impl Templates {
    async fn get(&mut self, tx: &Tx, version: u32) -> Result<Arc<Template>> {
        if let Some(template) = self.0.get(&version) {
            return Ok(template.clone());
        }
        let template = Arc::new(store::template::version(tx, version).await?.template);
        self.0.insert(version, template.clone());
        Ok(template)
    }
}

/// What is to be merged, as it was read.
pub(crate) struct Found {
    schools: Vec<School>,
    versions: HashMap<String, Vec<Instance>>,
    last: HashMap<String, u32>,
    ids: Vec<InstanceId>,
    template_version: u32,
    templates: HashMap<u32, Arc<Template>>,
    register: Option<Register>,
}

/// Where to: a roll-out with its day for what is statutory, or none, for a preview.
pub(crate) struct To {
    pub rollout: Option<(RolloutId, time::Date)>,
    pub at: time::OffsetDateTime,
}

/// What it came to at a school.
pub(crate) struct Done {
    pub school: School,
    pub came: Came,
}

/// Nothing, or a draft.
pub(crate) enum Came {
    Skipped(Skipped),
    Merged(Box<Merged>),
}

/// A draft that was merged.
pub(crate) struct Merged {
    pub draft: Instance,
    /// What its body holds.
    pub body: Vec<u8>,
    /// The school's own draft it took over, set aside, and where that stood.
    pub own: Option<(Instance, crate::instance::State)>,
    pub from: u32,
    pub moved: u32,
}

impl Merged {
    pub fn statutory(&self) -> u32 {
        count(self.draft.proposals.iter().filter(|proposal| proposal.statutory).count())
    }
}

impl Found {
    /// Reads the policies of these schools, and the templates they are made from.
    pub async fn read(tx: &Tx, schools: Vec<School>, to: u32, templates: &mut Templates) -> Result<Self> {
        let ids: Vec<String> = schools.iter().map(|school| school.id.to_string()).collect();
        let (rows, last) = store::instance::live(tx, &ids).await?;
        let rows =
            tokio::task::spawn_blocking(move || rows.iter().map(store::instance::unopened).collect::<Result<Vec<_>>>());
        let mut versions: HashMap<String, Vec<Instance>> = HashMap::new();
        let mut needed = HashMap::from([(to, templates.get(tx, to).await?)]);
        for instance in rows.await.map_err(|_| Error::internal("reading policies failed"))?? {
            let version = instance.template_version;
            if let std::collections::hash_map::Entry::Vacant(missing) = needed.entry(version) {
                missing.insert(templates.get(tx, version).await?);
            }
            versions.entry(instance.school.to_string()).or_default().push(instance);
        }
        Ok(Self {
            ids: schools.iter().map(|_| tx.ids().next()).collect(),
            schools,
            versions,
            last,
            template_version: to,
            templates: needed,
            register: store::register::at(tx, tx.now()).await?.map(|published| published.register),
        })
    }

    /// Merges them, where its time is nobody else's.
    pub async fn merge(self, to: To) -> Result<Vec<Done>> {
        let merged = tokio::task::spawn_blocking(move || self.merge_all(&to)).await;
        merged.map_err(|_| Error::internal("merging policies failed"))?
    }

    fn merge_all(mut self, to: &To) -> Result<Vec<Done>> {
        let Some(theirs) = self.templates.get(&self.template_version) else { return Err(Error::missing()) };
        let plans: HashMap<u32, Plan<'_>> =
            self.templates.iter().map(|(version, base)| (*version, Plan::new(base, theirs))).collect();
        let mut all = Vec::with_capacity(self.schools.len());
        for (school, id) in self.schools.into_iter().zip(self.ids) {
            let versions = self.versions.remove(school.id.as_str()).unwrap_or_default();
            let came = match rollout::source(&school, versions, self.template_version) {
                rollout::Source::Skip(why) => Came::Skipped(why),
                rollout::Source::Merge(from) => {
                    let Some(plan) = plans.get(&from.template_version) else { return Err(Error::missing()) };
                    let version = self.last.get(school.id.as_str()).copied().unwrap_or(from.version) + 1;
                    Came::Merged(Box::new(merged(
                        *from,
                        plan,
                        self.register.as_ref(),
                        to,
                        (id, version),
                        self.template_version,
                    )?))
                }
            };
            all.push(Done { school, came });
        }
        Ok(all)
    }
}

fn merged(
    from: Instance,
    plan: &Plan<'_>,
    register: Option<&Register>,
    to: &To,
    (id, version): (InstanceId, u32),
    template_version: u32,
) -> Result<Merged> {
    let (rollout, by) = match &to.rollout {
        Some((rollout, by)) => (Some(rollout), Some(*by)),
        None => (None, None),
    };
    let before = (from.template_version, from.state);
    let own = open(from.state).then(|| (from.clone().merged_away(), from.state));
    let (draft, moved) = from.rolled(plan, register, Rolling { id, version, rollout, template_version, by, at: to.at });
    let body = if rollout.is_some() { serde_json::to_vec(&draft)? } else { Vec::new() };
    Ok(Merged { draft, body, own, from: before.0, moved })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
