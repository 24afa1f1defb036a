//! Reporting as an authority leaves it after years: events laid down in its log in bulk, and counted from there by the service
//! itself, as `hedgerow reports rebuild` does; and the same events as raw rows, for whoever would ask them with SQL.

use std::{
    fmt::Write as _,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use chassis::{
    event::{Envelope, memory::MemoryBus},
    serve::Running,
    testing::{self, Bed, Engine, Person},
};
use prost::Message as _;
use proto::{
    access::v1::Role,
    policy_registry::v1::{CreateSchoolRequest, policy_registry_client::PolicyRegistryClient},
    reporting::v1::{RebuildFiguresRequest, reporting_client::ReportingClient},
};
use reporting::fact;
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection,
    sqlx::{Connection as _, postgres::PgConnection},
};
use time::{Date, Duration as Days, Month, macros::date};
use tokio::net::TcpListener;

use crate::{Result, opening, pages::Browser, report_events::Maker};

/// Schools of the authority.
pub const SCHOOLS: usize = 450;
/// What the feeds reported in all the years.
pub const OBSERVATIONS: u64 = 100_000_000;
/// Concerns of all schools on a school day, in the years before.
const CONCERNS: usize = 100;
/// The first day of five years, and the last that anything was counted on.
const YEARS: (Date, Date) = (date!(2021 - 09 - 01), date!(2026 - 11 - 10));
/// Events written to the log at once.
const CHUNK: usize = 20_000;

/// What somebody would ask who had the raw rows and nothing else.
const RAW: &str = "
CREATE TABLE raw_fact (school_id TEXT NOT NULL, fact TEXT NOT NULL, day DATE NOT NULL, count BIGINT NOT NULL);
CREATE INDEX raw_fact_asked ON raw_fact (day, fact);
";

/// The services on PostgreSQL, and who calls them.
pub struct World {
    pub bed: Bed,
    pub bus: Arc<MemoryBus>,
    /// Every school, by id.
    pub schools: Vec<String>,
    pub officer: Person,
    /// The database of reporting, as somebody who may do anything.
    pub owner: DatabaseConnection,
    /// Rows of the raw table.
    pub raw: u64,
    /// Events in the log.
    pub logged: u64,
    operator: Person,
    copy: PgConnection,
    waiting: Vec<Envelope>,
    running: Vec<Running>,
}

impl World {
    /// An authority of schools about which nothing is known yet.
    pub async fn open() -> Result<Self> {
        let bus = Arc::new(MemoryBus::default());
        let mut bed = Bed::new(Engine::Postgres)?.with_bus(bus.clone());
        let registry = policy_registry::start(bed.setup("policy-registry").await?).await?;
        bed.add(&registry);
        let founder = bed.person(&[(Role::AuthorityOfficer, "")]);
        let mut schools = Vec::with_capacity(SCHOOLS);
        for nth in 0..SCHOOLS {
            let create = CreateSchoolRequest {
                name: format!("School {nth}"),
                kind: "primary".into(),
                urn: format!("{:06}", 100_000 + nth),
                key_stages: vec!["KS1".into()],
                request_id: founder.request_id(),
            };
            let mut client = PolicyRegistryClient::new(founder.to("policy-registry")?);
            schools.push(client.create_school(create).await?.into_inner().school.unwrap_or_default().school_id);
        }
        // Nobody listens yet: reporting learns of the schools from what is laid down for it.
        while registry.store.oldest_waiting().await?.is_some() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let setup = bed.setup("reporting").await?;
        let name = setup.database.url.rsplit('/').next().unwrap_or_default().to_owned();
        let reporting = reporting::start(setup).await?;
        bed.add(&reporting);
        let url = format!("{}/{name}", testing::server("POSTGRES")?);
        let owner = opening::connect(&url).await?;
        owner.execute_unprepared(RAW).await?;
        let copy = PgConnection::connect(&url).await?;
        let (officer, operator) = (bed.person(&[(Role::AuthorityOfficer, "")]), bed.person(&[(Role::Operator, "")]));
        let (waiting, running) = (Vec::new(), vec![registry, reporting]);
        Ok(Self { bed, bus, schools, officer, owner, raw: 0, logged: 0, operator, copy, waiting, running })
    }

    /// Lays down five years: concerns and what follows from them, and what the feeds counted, an event a week of each school.
    pub async fn years(&mut self) -> Result<()> {
        let mut maker = Maker::of(self);
        self.begin(&mut maker, YEARS.0).await?;
        for day in school_days(YEARS.0, YEARS.1) {
            for _ in 0..CONCERNS {
                self.lay(maker.concern(day)).await?;
            }
        }
        self.feeds(&mut maker, 9..10).await
    }

    /// Nine times as much again of what the feeds counted.
    pub async fn tenfold(&mut self) -> Result<()> {
        let mut maker = Maker::of(self);
        self.feeds(&mut maker, 10..19).await
    }

    /// Lays down a year of concerns and what follows from them; answers how many concerns.
    pub async fn year(&mut self, concerns_a_day: usize) -> Result<usize> {
        let mut maker = Maker::of(self);
        let first = date!(2025 - 09 - 01);
        self.begin(&mut maker, first).await?;
        let mut concerns = 0;
        for day in school_days(first, date!(2026 - 08 - 31)) {
            for _ in 0..concerns_a_day {
                self.lay(maker.concern(day)).await?;
                concerns += 1;
            }
        }
        Ok(concerns)
    }

    async fn begin(&mut self, maker: &mut Maker, day: Date) -> Result<()> {
        for school in 0..SCHOOLS {
            self.lay(maker.school(school, day)).await?;
        }
        Ok(())
    }

    /// What the feeds of every school counted in some hours of each week.
    async fn feeds(&mut self, maker: &mut Maker, hours: std::ops::Range<u8>) -> Result<()> {
        let weeks: Vec<Date> = school_days(YEARS.0, YEARS.1).step_by(5).collect();
        let each = OBSERVATIONS / u64::try_from(weeks.len() * SCHOOLS)?;
        for day in weeks {
            for school in 0..SCHOOLS {
                for hour in hours.clone() {
                    self.lay(vec![maker.feed(school, day, hour, each)?]).await?;
                }
            }
        }
        Ok(())
    }

    async fn lay(&mut self, events: Vec<Envelope>) -> Result<()> {
        self.waiting.extend(events);
        if self.waiting.len() >= CHUNK { self.write().await } else { Ok(()) }
    }

    /// Writes what waits: to the log as reporting keeps it, and what it counts for as raw rows.
    async fn write(&mut self) -> Result<()> {
        let (mut log, mut raw) = (String::new(), String::new());
        for event in self.waiting.drain(..) {
            self.logged += 1;
            let us = fact::announced(&event).unix_timestamp_nanos() / 1_000;
            let kind = event.event.as_ref().map(fact::kind).unwrap_or_default();
            let (id, school, bytes) = (&event.event_id, &event.school_id, hex::encode(event.encode_to_vec()));
            writeln!(log, "{}\t{id}\t{school}\t{us}\t{kind}\t\\\\x{bytes}", self.logged)?;
            for fact in fact::facts(&event) {
                self.raw += 1;
                writeln!(raw, "{school}\t{}\t{}\t{}", fact.fact, fact.day, fact.count)?;
            }
        }
        self.copy("event_log (seq, event_id, school_id, time_us, kind, envelope)", &log).await?;
        self.copy("raw_fact (school_id, fact, day, count)", &raw).await
    }

    async fn copy(&mut self, into: &str, rows: &str) -> Result<()> {
        let mut sink = self.copy.copy_in_raw(&format!("COPY {into} FROM STDIN")).await?;
        sink.send(rows.as_bytes()).await?;
        sink.finish().await?;
        Ok(())
    }

    /// Counts everything that was laid down, call by call, as the command does; answers how long that took and how many figures
    /// differed from those before.
    pub async fn rebuild(&mut self) -> Result<(Duration, u64)> {
        self.write().await?;
        let newest = "(SELECT MAX(time_us) FROM event_log)";
        let known = format!("UPDATE progress SET last_seq = {}, newest_us = {newest} WHERE id = 1", self.logged);
        self.owner.execute_unprepared(&known).await?;
        let begun = Instant::now();
        loop {
            let mut client = ReportingClient::new(self.operator.to("reporting")?);
            let step = client.rebuild_figures(RebuildFiguresRequest { check_only: false }).await?.into_inner();
            if !step.done {
                continue;
            }
            let took = begun.elapsed();
            if step.events_counted != self.logged {
                return Err(format!("{} of {} events were counted", step.events_counted, self.logged).into());
            }
            // What the server does by itself within the hour: plans follow from it.
            self.owner.execute_unprepared("VACUUM ANALYZE").await?;
            self.owner.execute_unprepared("CHECKPOINT").await?;
            return Ok((took, step.figures_changed));
        }
    }

    /// A browser that the authority's officer is signed in with, at a gateway before these services.
    pub async fn console(&mut self) -> Result<Browser> {
        // Nothing listens on the discard port.
        for service in ["incident-cases", "filtering-ingest"] {
            self.bed.upstreams.add_there(service, "http://127.0.0.1:9")?;
        }
        // The limit on one address's requests is not what is measured.
        let config = gateway::config::Console { rate: 1e6, burst: 1e6, ..gateway::config::Console::default() };
        let gateway = gateway::start(self.bed.setup("gateway").await?, config, None).await?;
        gateway.bootstrap("officer", hedgerow::demo::PASSWORD).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let router = gateway.router().into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move {
            let _gateway = gateway;
            axum::serve(chassis::serve::at_once(listener), router).await
        });
        let mut browser = Browser::new(&address).await?;
        browser.sign_in("officer").await?;
        Ok(browser)
    }

    /// Ends it.
    pub async fn close(self) {
        let Self { bed, running, .. } = self;
        drop(bed);
        for service in running {
            service.drain().await;
        }
    }
}

/// The school days of a period.
fn school_days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    let days = (to - from).whole_days();
    let day = move |n: i64| from + Days::days(n);
    (0..=days).map(day).filter(|day| chassis::calendar::working_day(*day) && day.month() != Month::August)
}
