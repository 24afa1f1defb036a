//! The demonstration: a fictional authority with three schools tailored as differently as real ones are, people for
//! every role, a term of plausible history and the concerns of the year before, made through the very rpcs that people use. Nobody in
//! it exists.

mod across;
mod before;
mod cover;
mod desk;
mod history;
mod life_cycle;
mod people;
mod registers;
mod reporter;
mod roll;
mod signed;

use std::sync::Arc;

use chassis::{
    clock::ManualClock,
    error::{Error, Kind, Result},
    upstream::patient,
};
use prost::bytes::Bytes;
use proto::{
    filtering_ingest::v1::{IngestLinesRequest, filtering_ingest_client::FilteringIngestClient},
    policy_registry::v1::{ImportPolicyRequest, SourceFile, policy_registry_client::PolicyRegistryClient},
};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::datetime};
use tokio_stream::StreamExt as _;

use crate::{client::request_id, dynamic, platform::Platform};
pub use people::{PASSWORD, sign_ins};
use people::{People, who};

/// When the demonstration begins: a year before its term, so that there is something to compare that with.
pub fn start() -> OffsetDateTime {
    datetime!(2025-09-01 07:30 UTC)
}

/// When its term begins, with the schools' policies and filters.
const TERM: OffsetDateTime = datetime!(2026-09-01 07:30 UTC);

/// A school of the demonstration.
struct School {
    key: &'static str,
    name: &'static str,
    kind: &'static str,
    urn: &'static str,
    key_stages: &'static [&'static str],
    /// The part of the authority it lies in.
    area: &'static str,
    /// How many learners are on its roll.
    learners: u32,
    policy: &'static [u8],
    /// What its document leaves open.
    parameters: &'static [(&'static str, &'static [&'static str])],
    profile: &'static str,
    log: &'static [u8],
}

/// What the schools' own lists say of sites, for filters that write no category.
const HOSTS: &str = include_str!("../docs/examples/logs/hosts.csv");

const SCHOOLS: [School; 3] = [
    School {
        key: "thistledown",
        name: "Thistledown Grange School",
        kind: "special",
        urn: "888801",
        key_stages: &["EYFS", "KS1", "KS2", "KS3", "KS4", "KS5"],
        area: "Hill villages",
        learners: 118,
        policy: include_bytes!("../docs/examples/policies/thistledown-grange.txt"),
        parameters: &[
            ("role.dsl_lead", &["Amara Okafor"]),
            ("net.broadband", &["Kestrelnet Broadband"]),
            ("doc.next_review", &["2027-09-01"]),
        ],
        profile: "squid",
        log: include_bytes!("../docs/examples/logs/thistledown-squid.log"),
    },
    School {
        key: "pennyroyal",
        name: "Pennyroyal Lane Primary School",
        kind: "primary",
        urn: "888802",
        key_stages: &["EYFS", "KS1", "KS2"],
        area: "Harrowmere town",
        learners: 207,
        policy: include_bytes!("../docs/examples/policies/pennyroyal-lane.txt"),
        parameters: &[("net.broadband", &["Northshire Grid"])],
        profile: "e2guardian",
        log: include_bytes!("../docs/examples/logs/pennyroyal-e2guardian.log"),
    },
    School {
        key: "harrowmere",
        name: "Harrowmere High School",
        kind: "secondary",
        urn: "888803",
        key_stages: &["KS3", "KS4", "KS5"],
        area: "Harrowmere town",
        learners: 1_042,
        policy: include_bytes!("../docs/examples/policies/harrowmere-high.txt"),
        parameters: &[
            ("role.dsl_lead", &["Farah Siddiqui"]),
            ("net.broadband", &["Brackenline"]),
            ("doc.next_review", &["2027-09-01"]),
        ],
        profile: "fortigate",
        log: include_bytes!("../docs/examples/logs/harrowmere-fortigate.log"),
    },
];

/// The clock the platform runs by and the people who act on it.
struct Stage<'a> {
    clock: &'a Arc<ManualClock>,
    people: People,
}

/// Ways to report, without which no policy is approved: how far each reaches, its name and how it is reached.
const WAYS: [(&str, &str, &str); 3] = [
    ("school", "The safeguarding team", "At the office, or on the report page"),
    ("local", "Children’s services", "The number in the footer of every page"),
    ("national", "Childline", "0800 1111"),
];

/// Makes the demonstration's data.
///
/// # Errors
/// Where an rpc refuses: a fault of ours.
pub async fn make(platform: &Platform, clock: &Arc<ManualClock>) -> Result<()> {
    let gateway = platform.gateway.as_ref().ok_or_else(|| Error::internal("the demonstration needs the gateway"))?;
    gateway.bootstrap("officer", PASSWORD).await?;
    let mut stage = Stage { clock, people: People::new(gateway.router()) };
    progress("the authority, its template and its agency register");
    stage.people.sign_in("officer").await?;
    stage.call("officer", "PublishTemplate", json!({})).await?;
    stage.call("officer", "PublishAgencyRegister", json!({"area": "northshire"})).await?;
    progress("the authority's desks");
    stage.open_desks().await?;
    for school in &SCHOOLS {
        progress(school.name);
        stage.open_school(school).await?;
    }
    progress("the year before");
    before::make(&stage).await?;
    clock.set(TERM);
    for school in &SCHOOLS {
        progress(&format!("the policy and the filter of {}", school.name));
        stage.equip_school(school).await?;
    }
    progress("the schools' rolls");
    roll::make(&stage).await?;
    progress("who reads concerns");
    cover::make(&stage).await?;
    progress("a term of history");
    history::make(&mut stage).await?;
    cover::absence(&stage).await?;
    progress("what goes between schools");
    across::make(&stage).await?;
    progress("the schools' registers");
    registers::make(&stage).await?;
    progress("an officer's allegations");
    desk::make(&stage).await?;
    progress("a report that the head signs");
    signed::make(&stage).await
}

fn progress(what: &str) {
    eprintln!("making {what}");
}

impl Stage<'_> {
    /// Calls an rpc as somebody, through the gateway's own door.
    async fn call(&self, who: &str, method: &str, mut request: Value) -> Result<Value> {
        let rpc = dynamic::find(method)?;
        dynamic::identify(rpc, &mut request);
        let mut answer = dynamic::call(self.people.way(who)?, rpc, &request.to_string()).await;
        // Sessions end after hours, and the history jumps by days.
        if answer.as_ref().is_err_and(|error| error.kind() == Kind::Unauthenticated) {
            self.people.sign_in(who).await?;
            answer = dynamic::call(self.people.way(who)?, rpc, &request.to_string()).await;
        }
        answer.map_err(|error| Error::internal(format!("{method} by {who} was refused: {error}")))
    }

    async fn open_desks(&self) -> Result<()> {
        let start = start().format(&Rfc3339).map_err(Error::internal)?;
        for (name, account) in people::desks(&start) {
            self.call("officer", "CreateAccount", account).await?;
            self.people.sign_in(name).await?;
        }
        Ok(())
    }

    async fn open_school(&mut self, school: &School) -> Result<()> {
        let request = json!({
            "name": school.name, "kind": school.kind, "urn": school.urn, "keyStages": school.key_stages
        });
        let id = text(&self.call("officer", "CreateSchool", request).await?["school"]["schoolId"]);
        self.people.schools.insert(school.key, id.clone());
        let described = json!({"schoolId": id, "area": school.area, "learners": school.learners});
        self.call("officer", "DescribeSchool", described).await?;
        let start = start().format(&Rfc3339).map_err(Error::internal)?;
        for (name, account) in people::accounts(school.key, &id, &start) {
            self.call("officer", "CreateAccount", account).await?;
            self.people.sign_in(&name).await?;
        }
        Ok(())
    }

    /// What a school has when its term begins: a policy in force, who can get into its filter, and the filter's feed.
    async fn equip_school(&mut self, school: &School) -> Result<()> {
        let id = self.people.school(school.key).to_owned();
        self.adopt_policy(school, &id).await?;
        registers::access(self, school.key).await?;
        let hosts: serde_json::Map<String, Value> = HOSTS
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(','))
            .map(|(host, category)| (host.to_owned(), category.into()))
            .collect();
        let feed = json!({"schoolId": id, "name": "Web filter", "profile": school.profile, "hostCategories": hosts});
        let feed = self.call(&who(school.key, "it"), "CreateFeed", feed).await?;
        self.people.feeds.insert(school.key, text(&feed["feed"]["feedId"]));
        Ok(())
    }

    /// From the school's document to a policy in force.
    async fn adopt_policy(&self, school: &School, id: &str) -> Result<()> {
        let (dsl, head, chair) = (who(school.key, "dsl"), who(school.key, "head"), who(school.key, "chair"));
        self.people.sign_in(&dsl).await?;
        let file = SourceFile { name: format!("{}.txt", school.key), content: Bytes::from_static(school.policy) };
        let request = ImportPolicyRequest { school_id: id.to_owned(), file: Some(file), request_id: request_id() };
        let mut registry =
            PolicyRegistryClient::new(self.people.way(&dsl)?).max_decoding_message_size(chassis::serve::MAX_MESSAGE);
        let draft = registry.import_policy(patient(request)).await.map_err(|s| Error::from_status(&s))?.into_inner();
        let draft = draft.instance.unwrap_or_default();
        let mut etag = draft.etag;
        for (key, values) in school.parameters {
            let set = json!({
                "schoolId": id, "instanceId": draft.instance_id, "key": key, "values": values, "etag": etag
            });
            etag = text(&self.call(&dsl, "SetParameter", set).await?["instance"]["etag"]);
        }
        for (reach, name, contact) in WAYS {
            let values = [
                ("reach", reach),
                ("for_whom", "learners"),
                ("name", name),
                ("about", "any"),
                ("contact", contact),
                ("checked_on", "2026-08-31"),
            ];
            let values = values.map(|(key, value)| json!({"key": key, "values": [value]}));
            let entry = json!({"schoolId": id, "register": "reporting-routes", "values": values});
            self.call(&dsl, "AddRegisterEntry", entry).await?;
        }
        let signed = [
            (&dsl, "ConfirmImport"),
            (&head, "ApproveInstance"),
            (&chair, "RatifyInstance"),
            (&head, "PublishInstance"),
        ];
        for (who, method) in signed {
            let sign = json!({"schoolId": id, "instanceId": draft.instance_id, "etag": etag});
            etag = text(&self.call(who, method, sign).await?["instance"]["etag"]);
        }
        Ok(())
    }

    /// Sends a school's filter log.
    async fn send_log(&self, school: &School) -> Result<()> {
        let request = IngestLinesRequest {
            school_id: self.people.school(school.key).to_owned(),
            feed_id: self.people.feeds.get(school.key).cloned().unwrap_or_default(),
            delivery_id: "2026-11-16".to_owned(),
            first_line: 1,
            lines: Bytes::from_static(school.log),
            ..IngestLinesRequest::default()
        };
        self.people.sign_in(&who(school.key, "it")).await?;
        let mut ingest = FilteringIngestClient::new(self.people.way(&who(school.key, "it"))?);
        let answer = ingest.ingest_lines(tokio_stream::once(request)).await;
        let mut acknowledged = answer.map_err(|s| Error::from_status(&s))?.into_inner();
        while let Some(batch) = acknowledged.next().await {
            batch.map_err(|s| Error::from_status(&s))?;
        }
        Ok(())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
