//! The configuration of every process, with its defaults. `hedgerow config dump` prints it as it applies.

use std::path::{Path, PathBuf};

use chassis::{
    config::{self, Database},
    error::{Error, Result, Violations},
    telemetry::Telemetry,
    upstream::Upstreams,
};
use serde::{Deserialize, Serialize};

/// The services behind the gateway, in the order they start in.
pub const SERVICES: [&str; 4] = ["policy-registry", "incident-cases", "filtering-ingest", "reporting"];

/// Everything that can be set. Defaults make `hedgerow serve all` an installation in one folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder of the embedded default's databases and keys.
    pub data_dir: PathBuf,
    /// The folder of the keys, where it is another one.
    pub keys_dir: Option<PathBuf>,
    /// The address of Redis; events and sessions stay within the process where it is absent.
    pub redis_url: Option<String>,
    /// The gateway.
    pub gateway: gateway::config::Console,
    /// The policy-registry service.
    pub policy_registry: Service,
    /// The incident-cases service.
    pub incident_cases: Service,
    /// The filtering-ingest service.
    pub filtering_ingest: Service,
    /// Syslog, which that service takes in.
    pub syslog: filtering_ingest::Syslog,
    /// The reporting service.
    pub reporting: Service,
    /// What it hides.
    pub disclosure: reporting::Disclosure,
    /// Logs and traces.
    pub telemetry: Telemetry,
    /// What the command, as a client, talks to.
    pub client: Client,
}

/// One service's configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Service {
    /// The address it listens on as a process of its own.
    pub listen: String,
    /// Where the other processes reach it.
    pub address: String,
    /// Where its database is.
    pub database: Database,
}

impl Default for Service {
    fn default() -> Self {
        Self { listen: "127.0.0.1:0".into(), address: String::new(), database: Database::default() }
    }
}

/// What the command talks to as a client.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Client {
    /// The gateway's address.
    pub gateway: String,
    /// The session token, as `hedgerow sign-in` prints it.
    pub session_token_secret: String,
}

impl Default for Client {
    fn default() -> Self {
        Self { gateway: "http://127.0.0.1:8080".into(), session_token_secret: String::new() }
    }
}

impl Default for Config {
    fn default() -> Self {
        let service = |port: u16| Service {
            listen: format!("127.0.0.1:{port}"),
            address: format!("http://127.0.0.1:{port}"),
            database: Database::default(),
        };
        Self {
            data_dir: "data".into(),
            keys_dir: None,
            redis_url: None,
            gateway: Default::default(),
            policy_registry: service(7001),
            incident_cases: service(7002),
            filtering_ingest: service(7003),
            syslog: Default::default(),
            reporting: service(7004),
            disclosure: Default::default(),
            telemetry: Telemetry::default(),
            client: Client::default(),
        }
    }
}

impl Config {
    /// Reads the configuration: defaults, file, environment.
    ///
    /// # Errors
    /// `Invalid`, naming the key.
    pub fn load(file: Option<&Path>, data_dir: Option<PathBuf>) -> Result<Self> {
        let mut config: Self = config::load(file)?;
        if let Some(data_dir) = data_dir {
            config.data_dir = data_dir;
        }
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<()> {
        let mut v = Violations::new();
        let mut also = |checked: Result<()>| {
            for violation in checked.err().iter().flat_map(Error::violations) {
                v.add(&violation.field, &violation.message);
            }
        };
        let listening = |field: String, address: &str| {
            let fits =
                address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
            if fits { Ok(()) } else { Err(Error::invalid(field, "Enter an address and port such as 127.0.0.1:8080")) }
        };
        also(listening("gateway.listen".into(), &self.gateway.listen));
        also(self.gateway.check());
        also(self.gateway.database.check("gateway.database"));
        for name in SERVICES {
            let (service, section) = (self.service(name), name.replace('-', "_"));
            also(listening(format!("{section}.listen"), &service.listen));
            also(service.database.check(&format!("{section}.database")));
            if !service.address.is_empty() {
                also(Upstreams::default().add_there(name, &service.address));
            }
        }
        if let Some(url) = &self.redis_url {
            also(chassis::event::redis::check(url));
        }
        also(self.syslog.check());
        also(self.disclosure.check());
        also(self.telemetry.check());
        v.finish()
    }

    /// One service's configuration.
    pub fn service(&self, name: &str) -> &Service {
        match name {
            "policy-registry" => &self.policy_registry,
            "incident-cases" => &self.incident_cases,
            "filtering-ingest" => &self.filtering_ingest,
            _ => &self.reporting,
        }
    }

    /// Where a process's database is: as configured, or a SQLite file in the data folder.
    ///
    /// # Errors
    /// `Invalid` where the data folder cannot be made.
    pub fn database(&self, name: &str) -> Result<Database> {
        let mut database = match name {
            "gateway" => self.gateway.database.clone(),
            service => self.service(service).database.clone(),
        };
        if database.url.is_empty() {
            std::fs::create_dir_all(&self.data_dir).map_err(|e| {
                Error::invalid("data_dir", format!("The folder {} cannot be made: {e}", self.data_dir.display()))
            })?;
            database.url = format!("sqlite:{}?mode=rwc", self.data_dir.join(format!("{name}.sqlite3")).display());
        }
        Ok(database)
    }

    /// The folder of the keys.
    pub fn keys_dir(&self) -> PathBuf {
        self.keys_dir.clone().unwrap_or_else(|| self.data_dir.join("keys"))
    }
}
