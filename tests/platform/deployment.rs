//! The distributed form in containers, as far as it can be held to account without containers: the secrets, keys and
//! databases are made by the very scripts and commands, the jobs that migrate run on what they are given, and every
//! role runs on the environment and the keys of its container, and on no other.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use chassis::testing;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
use serde::Deserialize;
use tempfile::TempDir;

use crate::{
    catalogue,
    installation::{Installation, Redis, root, spare_address},
};

#[derive(Deserialize)]
struct Compose {
    #[serde(rename = "x-role")]
    role: Role,
    services: BTreeMap<String, Service>,
}

#[derive(Deserialize)]
struct Role {
    environment: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Service {
    image: String,
    user: String,
    command: Vec<String>,
    env_file: Vec<String>,
    volumes: Vec<String>,
    read_only: bool,
    cap_drop: Vec<String>,
    cap_add: Vec<String>,
}

const DATABASES: [&str; 5] = ["gateway", "policy_registry", "incident_cases", "filtering_ingest", "reporting"];

fn script(path: &Path, environment: &BTreeMap<String, String>) {
    let output = Command::new("bash").arg(path).envs(environment).output().unwrap();
    assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
}

fn environment(file: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().filter_map(|line| line.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

/// An installation before its containers start: secrets, databases and keys, all made as the operator makes them.
struct Made {
    folder: TempDir,
    /// Host and port of PostgreSQL.
    place: String,
}

impl Made {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let secrets = folder.path().join("deploy/secrets.sh");
        for file in ["deploy/secrets.sh", "deploy/postgres/init.sh", "deploy/otel-collector/config.yaml"] {
            let copy = folder.path().join(file);
            std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
            std::fs::copy(root().join(file), copy).unwrap();
        }
        script(&secrets, &BTreeMap::new());
        let made = environment(&folder.path().join("deploy/secrets/postgres.env"));
        script(&secrets, &BTreeMap::new());
        assert_eq!(made, environment(&folder.path().join("deploy/secrets/postgres.env")), "secrets are made once");

        // What an earlier run of this test left, on a server that is the tests' own.
        let server = testing::server("POSTGRES").unwrap();
        let admin = Database::connect(format!("{server}/postgres")).await.unwrap();
        for name in DATABASES {
            admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
            for role in ["owner", "app"] {
                admin.execute_unprepared(&format!("DROP ROLE IF EXISTS {name}_{role}")).await.unwrap();
            }
        }
        let place = server.rsplit('@').next().unwrap().to_owned();
        let (host, port) = place.split_once(':').unwrap();
        let mut for_init = made;
        for (key, value) in [("PGHOST", host), ("PGPORT", port), ("POSTGRES_USER", "postgres")] {
            for_init.insert(key.to_owned(), value.to_owned());
        }
        script(&root().join("deploy/postgres/init.sh"), &for_init);
        Self { folder, place }
    }

    fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// The environment of a container's files, with this machine's address of PostgreSQL.
    fn given(&self, service: &Service) -> BTreeMap<String, String> {
        let mut given = BTreeMap::new();
        for file in &service.env_file {
            given.extend(environment(&self.folder.path().join(file)));
        }
        for value in given.values_mut() {
            *value = value.replace("@postgres/", &format!("@{}/", self.place));
        }
        given
    }

    async fn connect(&self, login: &str, database: &str) -> Result<DatabaseConnection, sea_orm::DbErr> {
        Database::connect(format!("postgres://{login}@{}/{database}", self.place)).await
    }
}

fn hedgerow(arguments: &[&str], environment: &BTreeMap<String, String>) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hedgerow"));
    let output = command.args(arguments).envs(environment).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[tokio::test]
async fn every_role_runs_on_what_its_container_is_given_and_reaches_nothing_else() {
    let compose = std::fs::read_to_string(root().join("docker-compose.yml")).unwrap();
    let compose: Compose = serde_saphyr::from_str(&compose).unwrap();
    let containers = |command: &str| {
        let services = compose.services.iter();
        let of = services.filter(move |(_, s)| s.command.first().is_some_and(|c| c == command));
        of.map(|(name, service)| (name.clone(), service)).collect::<BTreeMap<_, _>>()
    };
    for (name, service) in compose.services.iter().filter(|(_, service)| service.image == "hedgerow") {
        assert!(service.read_only && service.cap_drop == ["ALL"], "{name} may write, or do what root may");
        let root = service.user == "root" || !service.cap_add.is_empty();
        assert!(!root || name == "keys", "{name} runs as root");
    }

    let made = Made::new().await;
    let keys = &compose.services["keys"];
    let arguments: Vec<String> =
        keys.command.iter().map(|a| if a == "/keys" { made.keys().display().to_string() } else { a.clone() }).collect();
    let arguments: Vec<&str> =
        arguments.iter().map(String::as_str).filter(|a| !["--owner", "65532"].contains(a)).collect();
    let (done, printed) = hedgerow(&arguments, &BTreeMap::new());
    assert!(done, "{printed}");

    // A role does not start before its job has run, and says why.
    let redis = Redis::start();
    let addresses: BTreeMap<&str, String> = DATABASES.iter().map(|name| (*name, spare_address())).collect();
    let mut roles = BTreeMap::new();
    for (name, service) in containers("serve") {
        assert_eq!(service.command, ["serve", &name], "a container is named after its role");
        assert_eq!(service.volumes, [format!("keys-{name}:/keys:ro")], "{name} reaches its own keys alone");
        assert!(keys.volumes.contains(&format!("keys-{name}:/keys/{name}")));
        let mut given = compose.role.environment.clone();
        given.extend(made.given(service));
        for (key, value) in &mut given {
            // The names that containers have for one another become addresses of this machine.
            let own = addresses.iter().find(|(process, _)| key.contains(&process.to_uppercase()));
            *value = match own {
                _ if key.ends_with("KEYS_DIR") => made.keys().join(&name).display().to_string(),
                Some((_, address)) if key.ends_with("__LISTEN") => address.clone(),
                Some((_, address)) if key.ends_with("__ADDRESS") => format!("http://{address}"),
                _ => value.replace("redis://redis:6379", &redis.1),
            };
        }
        // Nothing collects traces here; the address stays one that may be given.
        assert!(given.contains_key("HEDGEROW_TELEMETRY__OTLP_ENDPOINT"), "{name}");
        let logins: Vec<&String> = given.values().filter(|value| value.starts_with("postgres://")).collect();
        let own = format!("postgres://{}_app:", name.replace('-', "_"));
        assert!(matches!(logins.as_slice(), [login] if login.starts_with(&own)), "{name} holds one login, its own");
        for file in std::fs::read_dir(made.keys().join(&name)).unwrap() {
            let file = file.unwrap().file_name().to_string_lossy().into_owned();
            assert!(file.ends_with(".pub") || file.starts_with(&name), "{name} holds {file}");
        }
        roles.insert(name, given);
    }
    assert_eq!(roles.len(), DATABASES.len(), "every role has a container");
    let (started, printed) = hedgerow(&["serve", "reporting"], &roles["reporting"]);
    assert!(!started && printed.contains("hedgerow migrate"), "{printed}");

    let jobs = containers("migrate");
    assert_eq!(jobs.len(), DATABASES.len(), "every database has a job");
    for (name, job) in jobs {
        assert!(job.volumes.is_empty(), "{name} needs no key");
        let arguments: Vec<&str> = job.command.iter().map(String::as_str).collect();
        for _ in ["first", "again"] {
            let (done, printed) = hedgerow(&arguments, &made.given(job));
            assert!(done, "{name}: {printed}");
        }
    }
    for name in DATABASES {
        let owner = made.connect(&format!("{name}_owner"), name).await.unwrap();
        let findings = catalogue::lint(&owner, &format!("{name}_app")).await;
        assert_eq!(findings, Vec::<String>::new(), "{name}");
        let own = made.connect(&format!("{name}_app"), name).await.unwrap();
        assert!(own.execute_unprepared("CREATE TABLE mine (id TEXT)").await.is_err(), "{name} makes no tables");
        for other in DATABASES.iter().filter(|other| **other != name) {
            let refused = made.connect(&format!("{name}_app"), other).await;
            assert!(refused.is_err(), "{name} is let into the database of {other}");
        }
    }
    Installation::of_roles(&roles, &addresses["gateway"]).await.ready().await;

    // What a role holds is enough to check its own history, and not to read another's.
    let (holds, printed) = hedgerow(&["audit", "verify", "gateway"], &roles["gateway"]);
    assert!(holds, "{printed}");
}
