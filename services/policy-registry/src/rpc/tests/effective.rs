//! What is in force, answered by two processes on one database: after every write that is committed, each of them
//! answers what the rows say, whatever it kept.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use chassis::{
    caller::Scope,
    clock::timestamp,
    config::Database,
    serve::{Running, Setup},
    testing::Person,
    upstream::Upstreams,
};
use proto::{access::v1::Role, policy_registry::v1::*};
use sea_orm::{ConnectionTrait as _, Statement};
use time::{Duration, OffsetDateTime};

use super::{
    Engine, TEXT, Tested,
    world::{Client, World, refused},
};
use crate::rpc::get_effective_policy::made;

/// How many steps are walked.
const STEPS: usize = 30;

/// Two processes of the registry on one database.
struct Two {
    world: World,
    processes: [Upstreams; 2],
    statements: Arc<Mutex<Vec<String>>>,
    _other: Running,
    _folder: tempfile::TempDir,
}

impl Two {
    async fn new(engine: Engine) -> Result<Self, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let statements: Arc<Mutex<Vec<String>>> = Arc::default();
        let (mut kept, noted) = (None, statements.clone());
        let keep = |setup: &mut Setup| {
            if engine == Engine::Sqlite {
                let url = format!("sqlite:{}?mode=rwc", folder.path().join("registry.sqlite3").display());
                setup.database = Database { url, max_connections: 1, ..Database::default() };
            }
            setup.observer =
                Some(Arc::new(move |statement: &Statement| noted.lock().unwrap().push(statement.sql.clone())));
            kept = Some(setup.clone());
        };
        let mut world = World::with(engine, keep).await?;
        let mut setup = kept.unwrap();
        setup.database.migrate_url = None;
        let other = crate::start(setup).await?;
        let first = world.bed.upstreams.clone();
        world.bed.add(&other);
        let second = world.bed.upstreams.clone();
        Ok(Self { world, processes: [first, second], statements, _other: other, _folder: folder })
    }

    /// Whoever is made from now on calls this process.
    fn through(&mut self, process: usize) {
        self.world.bed.upstreams = self.processes[process % 2].clone();
        self.world.officer = self.world.bed.person(&[(Role::AuthorityOfficer, "")]);
    }

    fn client(&mut self, process: usize, role: Role) -> Client {
        self.through(process);
        self.world.client(&self.world.at_school(role)).unwrap()
    }

    /// What the rows say, past everything that is kept.
    async fn rows_say(&self, at: OffsetDateTime) -> Result<Option<EffectivePolicy>, Box<dyn std::error::Error>> {
        let tx = self.world.running.store.begin(&Scope::consumer(&self.world.school, "test")).await?;
        Ok(made(&tx, at).await?.and_then(|response| response.policy))
    }

    /// Both processes, twice each, at this moment and at others, answer what the rows say.
    async fn agree(&mut self, said: &str, moments: &[OffsetDateTime]) -> Tested {
        let now = self.world.bed.now();
        let expected_now = self.rows_say(now).await?;
        for process in 0..2 {
            let mut client = self.client(process, Role::Staff);
            for _ in 0..2 {
                assert_eq!(self.asked(&mut client, None).await, expected_now, "{said}, process {process}, now");
            }
        }
        for at in moments {
            let expected = self.rows_say(*at).await?;
            for process in 0..2 {
                let mut client = self.client(process, Role::Staff);
                assert_eq!(self.asked(&mut client, Some(*at)).await, expected, "{said}, process {process}, {at}");
            }
        }
        Ok(())
    }

    async fn asked(&self, client: &mut Client, at: Option<OffsetDateTime>) -> Option<EffectivePolicy> {
        let request = GetEffectivePolicyRequest {
            school_id: self.world.school.clone(),
            at_time: at.map(timestamp),
            with_shut_gates: false,
        };
        match client.get_effective_policy(request).await {
            Ok(answer) => answer.into_inner().policy,
            Err(status) => {
                assert_eq!(refused::<()>(Err(status)).reason_name(), "NOT_FOUND");
                None
            }
        }
    }

    /// Writes into the rows past every store function, as the authority.
    async fn write(&self, sql: &str) -> Tested {
        let mut tx = self.world.running.store.begin(&Scope::system("test")).await?;
        let backend = tx.db().get_database_backend();
        tx.db().execute_raw(Statement::from_string(backend, sql)).await?;
        tx.silent();
        Ok(tx.commit().await?)
    }

    async fn register(&self, area: &str) -> Tested {
        let request = PublishAgencyRegisterRequest {
            area: area.into(),
            request_id: self.world.officer.request_id(),
            ..Default::default()
        };
        self.world.client(&self.world.officer)?.publish_agency_register(request).await?;
        Ok(())
    }
}

/// Drawn numbers, the same ones every time.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

pub(super) async fn no_process_ever_answers_what_stood_before_a_write(engine: Engine) -> Tested {
    let mut two = Two::new(engine).await?;
    let mut drawn = Drawn(3);
    let begun = two.world.bed.now();
    two.agree("nothing is in force", &[begun - Duration::DAY, begun + Duration::DAY]).await?;
    let (mut policies, mut templates) = (0, 0);
    for step in 0..STEPS {
        two.through(drawn.below(2));
        let act = drawn.below(10);
        // A moment that nobody writes at: what comes into force or leaves it does so by itself.
        two.world.bed.clock.advance(Duration::seconds(i64::try_from(drawn.below(5_000))?));
        let now = two.world.bed.now();
        match act {
            0..3 => {
                policies += 1;
                two.world.in_force(&TEXT.replace("Sluice", &format!("Sluice {policies}"))).await?;
            }
            3 => {
                templates += 1;
                let text = format!("Risks are of {templates} kinds.");
                two.world.publish_template(&[("clauses/aims.md", "Risks are of four kinds.", &text)]).await?;
            }
            4 => two.register(if drawn.below(2) == 0 { "northshire" } else { "derbyshire" }).await?,
            5 => {
                two.world.import(TEXT).await?;
            }
            6 => {
                let head = two.world.at_school(Role::Head);
                let drafted = two.world.import(&TEXT.replace("Sluice", "Dam")).await?;
                let approved = two.world.approve(&head, &drafted).await?;
                let request = PublishEmergencyRequest {
                    school_id: two.world.school.clone(),
                    instance_id: approved.instance_id,
                    reason: "The filter was found to let through what it must not".into(),
                    etag: approved.etag,
                    request_id: head.request_id(),
                };
                let published = two.world.client(&head)?.publish_emergency(request).await?.into_inner();
                let chair = two.world.at_school(Role::Chair);
                two.agree("an emergency", &[]).await?;
                two.world.ratify(&chair, &published.instance.unwrap()).await?;
            }
            // What nothing of ours does yet: a row is written past the store, and a day lies ahead.
            7 => {
                let later = (now + Duration::hours(2)).unix_timestamp() * 1_000_000;
                let stands = "superseded_us IS NULL AND effective_us IS NOT NULL";
                two.write(&format!("UPDATE instance SET effective_us = {later} WHERE {stands}")).await?;
            }
            8 => {
                let later = (now + Duration::HOUR).unix_timestamp() * 1_000_000;
                two.write(&format!("UPDATE agency_register SET published_us = {later} WHERE version > 1")).await?;
            }
            _ => {
                let school = two.world.school.clone();
                if step > STEPS - 4 {
                    two.world.close(&school).await?;
                    break;
                }
            }
        }
        let span = (two.world.bed.now() - begun).whole_seconds().max(1);
        let past = begun + Duration::seconds(i64::try_from(drawn.below(usize::try_from(span)?))?);
        let moments = [past, now, now + Duration::HOUR, now + Duration::hours(3)];
        two.agree(&format!("step {step}, act {act}"), &moments).await?;
        // The same moments once they have come, with nothing written since.
        two.world.bed.clock.set(now + Duration::hours(2));
        two.agree(&format!("step {step}, act {act}, two hours later"), &moments).await?;
    }
    assert!(policies > 3 && templates > 0);
    two.agree("in the end", &[begun]).await
}

pub(super) async fn a_kept_answer_costs_one_statement_and_leaves_who_may_read_to_each_request(
    engine: Engine,
) -> Tested {
    let mut two = Two::new(engine).await?;
    two.world.in_force(TEXT).await?;
    let mut client = two.client(1, Role::Staff);
    let first = two.asked(&mut client, None).await;
    // The worker that carries roll-outs looks at the database now and then.
    let ours = |statements: &Mutex<Vec<String>>| {
        let taken = std::mem::take(&mut *statements.lock().unwrap());
        taken.into_iter().filter(|sql| !sql.contains("rollout")).collect::<Vec<_>>()
    };
    ours(&two.statements);
    for _ in 0..3 {
        assert_eq!(two.asked(&mut client, None).await, first);
    }
    let said: Vec<String> = ours(&two.statements).into_iter().filter(|sql| sql.contains("mark")).collect();
    assert_eq!(said.len(), 3, "{said:?}");
    let other = two.world.add_school("Elmbeck School", "100002").await?;
    let stranger = two.world.bed.person(&[(Role::Head, &other)]);
    let mut client = two.world.client(&stranger)?;
    assert_eq!(two.asked(&mut client, None).await, None);
    Ok(())
}

pub(super) async fn whoever_asks_after_a_publication_has_it_however_busy_both_are(engine: Engine) -> Tested {
    let mut two = Two::new(engine).await?;
    two.world.in_force(TEXT).await?;
    let floor = Arc::new(AtomicU32::new(1));
    let over = Arc::new(AtomicU32::new(0));
    let mut readers = tokio::task::JoinSet::new();
    for reader in 0..4 {
        let person: Person = {
            two.through(reader);
            two.world.at_school(Role::Staff)
        };
        let (school, floor, over) = (two.world.school.clone(), floor.clone(), over.clone());
        readers.spawn(async move {
            let mut read = 0_u32;
            while over.load(Ordering::SeqCst) == 0 {
                let mut client =
                    policy_registry_client::PolicyRegistryClient::new(person.to("policy-registry").unwrap());
                let at_least = floor.load(Ordering::SeqCst);
                let request = GetEffectivePolicyRequest { school_id: school.clone(), ..Default::default() };
                let policy = client.get_effective_policy(request).await.unwrap().into_inner().policy.unwrap();
                assert!(policy.version >= at_least, "version {} after {at_least}", policy.version);
                read += 1;
                tokio::task::yield_now().await;
            }
            read
        });
    }
    for nth in 0..8 {
        two.through(nth);
        two.world.bed.clock.advance(Duration::SECOND);
        let published = two.world.in_force(&TEXT.replace("Sluice", &format!("Sluice {nth}"))).await?;
        floor.store(published.version, Ordering::SeqCst);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    over.store(1, Ordering::SeqCst);
    let mut read = 0;
    while let Some(one) = readers.join_next().await {
        read += one?;
    }
    assert!(read > 20, "{read} answers");
    Ok(())
}

/// G-FEED, as the service asks that keeps feeds: shut until somebody, and everybody on record as lead or deputy, can get into
/// filter and monitoring; shut again where that ends. Who has no access is not told.
pub(super) async fn feeds_wait_for_the_access_of_lead_and_deputies(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    world.in_force(TEXT).await?;
    let publish =
        PublishTemplateRequest { files: Vec::new(), request_id: world.officer.request_id(), based_on_version: 0 };
    world.client(&world.officer)?.publish_template(publish).await?;
    let head = world.at_school(Role::Head);
    let service = world.bed.upstreams.as_service("policy-registry", &world.bed.signer("filtering-ingest"))?;
    let ask = async |with_shut_gates: bool| {
        let request = GetEffectivePolicyRequest { school_id: world.school.clone(), at_time: None, with_shut_gates };
        let mut client = policy_registry_client::PolicyRegistryClient::new(service.clone());
        let answer = client.get_effective_policy(request).await.unwrap().into_inner();
        assert_eq!(answer.policy.unwrap().version, 1, "the policy is answered beside them");
        answer.shut_gates
    };
    let shut = async || {
        let shut = ask(true).await;
        assert!(shut.iter().all(|gate| gate.gate_id == "G-FEED" && gate.missing_step == "access"), "{shut:?}");
        assert!(shut.iter().all(|gate| !gate.fix.contains("Elder")), "{shut:?}");
        shut.first().and_then(|gate| gate.fix.rsplit_once(": ")).map(|(_, left)| left.to_owned()).unwrap_or_default()
    };
    let add = async |register: &str, values: &[(&str, &str)], supersedes: &str| {
        let value = |(key, value): &(&str, &str)| RegisterValue { key: (*key).into(), values: vec![(*value).into()] };
        let request = AddRegisterEntryRequest {
            school_id: world.school.clone(),
            register: register.into(),
            values: values.iter().map(value).collect(),
            supersedes: supersedes.into(),
            reason: if supersedes.is_empty() { String::new() } else { "It was given back".into() },
            request_id: head.request_id(),
            ..Default::default()
        };
        world.client(&head).unwrap().add_register_entry(request).await.unwrap().into_inner().entry.unwrap().entry_id
    };
    let access = |who: &'static str, kind: &'static str| {
        [
            ("who", who),
            ("audience", "staff"),
            ("system", "The filter"),
            ("kind", kind),
            ("individual", "true"),
            ("granted_on", "2026-09-01"),
            ("granted_by", "Ada Birch"),
            ("reviewed_on", "2026-09-01"),
        ]
    };
    assert_eq!(shut().await, "filtering, monitoring");
    add("access", &access("Bo Cedar", "filtering"), "").await;
    assert_eq!(shut().await, "monitoring");
    add("access", &access("Bo Cedar", "monitoring"), "").await;
    assert_eq!(shut().await, "");
    add("appointments", &[("who", "Cy Elder"), ("role", "deputy_dsl"), ("from", "2026-09-01")], "").await;
    assert_eq!(shut().await, "filtering, monitoring", "the deputy has none");
    add("access", &access("Cy Elder", "filtering"), "").await;
    let last = add("access", &access("cy elder", "monitoring"), "").await;
    assert_eq!(shut().await, "");
    let back = [&access("cy elder", "monitoring")[..], &[("returned_on", "2026-11-01")]].concat();
    add("access", &back, &last).await;
    assert_eq!(shut().await, "monitoring", "it was given back");
    assert!(ask(false).await.is_empty(), "nobody is told who did not ask");
    Ok(())
}

/// What the walk above would look like had a write left the mark alone: without the triggers, it is seen to.
#[tokio::test]
async fn a_write_that_moves_no_mark_is_what_the_walk_would_find() -> Tested {
    let mut two = Two::new(Engine::Sqlite).await?;
    two.world.in_force(TEXT).await?;
    two.agree("with triggers", &[]).await?;
    for trigger in 0..9 {
        two.write(&format!("DROP TRIGGER policy_mark_{trigger}")).await?;
    }
    two.world.bed.clock.advance(Duration::HOUR);
    two.world.in_force(&TEXT.replace("Sluice", "Weir")).await?;
    let now = two.world.bed.now();
    let rows = two.rows_say(now).await?.map(|policy| policy.version);
    let mut client = two.client(0, Role::Staff);
    let answered = two.asked(&mut client, None).await.map(|policy| policy.version);
    assert_eq!((rows, answered), (Some(2), Some(1)));
    Ok(())
}
