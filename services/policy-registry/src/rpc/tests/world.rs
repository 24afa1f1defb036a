//! One school with people in every role, the authority's officer, and what each of them asks of the service.

use std::sync::{Arc, Mutex};

use chassis::{
    clock::timestamp,
    error::Error,
    event::{Bus as _, Envelope, Listener, memory::MemoryBus},
    serve::{Ending, Running, Setup},
    testing::{Bed, Engine, Person},
    upstream::Upstream,
};
use proto::{
    access::v1::Role,
    policy_registry::v1::{policy_registry_client::PolicyRegistryClient, *},
};

pub(super) type Client = PolicyRegistryClient<Upstream>;

/// Everything a test needs: one school with people in every role, and the authority's officer.
pub(super) struct World {
    pub(super) bed: Bed,
    pub(super) school: String,
    pub(super) officer: Person,
    pub(super) heard: Arc<Heard>,
    pub(super) running: Running,
    _ending: Ending,
}

/// What was announced.
#[derive(Default)]
pub(super) struct Heard(pub(super) Mutex<Vec<Envelope>>);

#[tonic::async_trait]
impl Listener for Heard {
    fn group(&self) -> String {
        "test.heard".into()
    }
    async fn deliver(&self, envelope: Envelope) {
        self.0.lock().unwrap().push(envelope);
    }
}

impl World {
    pub(super) async fn new(engine: Engine) -> Result<Self, Box<dyn std::error::Error>> {
        Self::with(engine, |_| {}).await
    }

    /// The same where the service's setup is another one than a test usually has.
    pub(super) async fn with(
        engine: Engine,
        change: impl FnOnce(&mut Setup),
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let (bus, heard) = (Arc::new(MemoryBus::default()), Arc::new(Heard::default()));
        let (ending, shutdown) = Ending::new();
        bus.subscribe(heard.clone(), shutdown).await;
        let mut bed = Bed::new(engine)?.with_bus(bus);
        let mut setup = bed.migrated::<crate::store::Migrations>("policy-registry").await?;
        change(&mut setup);
        let running = crate::start(setup).await?;
        bed.add(&running);
        let officer = bed.person(&[(Role::AuthorityOfficer, "")]);
        let mut world = Self { bed, school: String::new(), officer, heard, running, _ending: ending };
        let files = crate::testing::files(&[]);
        let files = files.into_iter().map(|f| SourceFile { name: f.name, content: f.content.into() }).collect();
        let mut client = world.client(&world.officer)?;
        client
            .publish_template(PublishTemplateRequest {
                files,
                request_id: world.officer.request_id(),
                based_on_version: 0,
            })
            .await?;
        let register = PublishAgencyRegisterRequest {
            area: "northshire".into(),
            request_id: world.officer.request_id(),
            ..Default::default()
        };
        client.publish_agency_register(register).await?;
        world.school = world.add_school("Oakbeck School", "100001").await?;
        Ok(world)
    }

    pub(super) fn client(&self, person: &Person) -> Result<Client, Error> {
        person.to("policy-registry").map(PolicyRegistryClient::new)
    }

    pub(super) fn at_school(&self, role: Role) -> Person {
        self.bed.person(&[(role, &self.school)])
    }

    pub(super) async fn add_school(&self, name: &str, urn: &str) -> Result<String, Box<dyn std::error::Error>> {
        let request = CreateSchoolRequest {
            name: name.into(),
            kind: "primary".into(),
            urn: urn.into(),
            key_stages: vec!["KS2".into(), "KS1".into()],
            request_id: self.officer.request_id(),
        };
        let created = self.client(&self.officer)?.create_school(request).await?.into_inner();
        Ok(created.school.unwrap().school_id)
    }

    /// Imports a document and confirms what became of it.
    pub(super) async fn import(&self, text: &str) -> Result<Instance, Box<dyn std::error::Error>> {
        let drafted = self.import_unconfirmed(text).await?;
        let dsl = self.at_school(Role::Dsl);
        let request = ConfirmImportRequest {
            school_id: self.school.clone(),
            instance_id: drafted.instance_id,
            etag: drafted.etag,
            request_id: dsl.request_id(),
        };
        Ok(self.client(&dsl)?.confirm_import(request).await?.into_inner().instance.unwrap())
    }

    pub(super) async fn import_unconfirmed(&self, text: &str) -> Result<Instance, Box<dyn std::error::Error>> {
        let dsl = self.at_school(Role::Dsl);
        let file = SourceFile { name: "policy.txt".into(), content: text.as_bytes().to_vec().into() };
        let request =
            ImportPolicyRequest { school_id: self.school.clone(), file: Some(file), request_id: dsl.request_id() };
        Ok(self.client(&dsl)?.import_policy(request).await?.into_inner().instance.unwrap())
    }

    /// Ways to report, without which no policy is approved.
    pub(super) async fn ways_to_report(&self) -> Result<(), tonic::Status> {
        let head = self.at_school(Role::Head);
        for reach in ["school", "local", "national"] {
            let value = |(key, value): (&str, &str)| RegisterValue { key: key.into(), values: vec![value.into()] };
            let values = [
                ("reach", reach),
                ("for_whom", "learners"),
                ("name", "The office"),
                ("about", "any"),
                ("contact", "Room 4"),
                ("checked_on", "2026-01-05"),
            ];
            let request = AddRegisterEntryRequest {
                school_id: self.school.clone(),
                register: "reporting-routes".into(),
                values: values.map(value).into(),
                request_id: head.request_id(),
                ..AddRegisterEntryRequest::default()
            };
            match self.client(&head)?.add_register_entry(request).await {
                // They stand already, or the template has no such register.
                Err(status) if matches!(status.code(), tonic::Code::AlreadyExists | tonic::Code::NotFound) => {}
                answer => drop(answer?),
            }
        }
        Ok(())
    }

    pub(super) async fn approve(&self, head: &Person, instance: &Instance) -> Result<Instance, tonic::Status> {
        self.ways_to_report().await?;
        let request = ApproveInstanceRequest {
            school_id: self.school.clone(),
            instance_id: instance.instance_id.clone(),
            etag: instance.etag.clone(),
            request_id: head.request_id(),
        };
        Ok(self.client(head)?.approve_instance(request).await?.into_inner().instance.unwrap())
    }

    pub(super) async fn ratify(&self, chair: &Person, instance: &Instance) -> Result<Instance, tonic::Status> {
        let request = RatifyInstanceRequest {
            school_id: self.school.clone(),
            instance_id: instance.instance_id.clone(),
            etag: instance.etag.clone(),
            request_id: chair.request_id(),
        };
        Ok(self.client(chair)?.ratify_instance(request).await?.into_inner().instance.unwrap())
    }

    pub(super) async fn publish(&self, head: &Person, instance: &Instance) -> Result<Instance, tonic::Status> {
        let request = PublishInstanceRequest {
            school_id: self.school.clone(),
            instance_id: instance.instance_id.clone(),
            etag: instance.etag.clone(),
            request_id: head.request_id(),
        };
        Ok(self.client(head)?.publish_instance(request).await?.into_inner().instance.unwrap())
    }

    pub(super) async fn in_force(&self, text: &str) -> Result<Instance, Box<dyn std::error::Error>> {
        let (head, chair) = (self.at_school(Role::Head), self.at_school(Role::Chair));
        let drafted = self.import(text).await?;
        let approved = self.approve(&head, &drafted).await?;
        let ratified = self.ratify(&chair, &approved).await?;
        Ok(self.publish(&head, &ratified).await?)
    }

    pub(super) async fn effective(
        &self,
        client: &mut Client,
        at: Option<time::OffsetDateTime>,
    ) -> Result<EffectivePolicy, tonic::Status> {
        let request = GetEffectivePolicyRequest {
            school_id: self.school.clone(),
            at_time: at.map(timestamp),
            with_shut_gates: false,
        };
        Ok(client.get_effective_policy(request).await?.into_inner().policy.unwrap())
    }
}

pub(super) fn refused<T: std::fmt::Debug>(answer: Result<T, tonic::Status>) -> Error {
    Error::from_status(&answer.unwrap_err())
}
