//! The distributed form in containers, as far as it can be held to account without containers: the secrets and the
//! databases are made by the very scripts, and every role runs on the environment its container is given.

use std::{collections::BTreeMap, process::Command};

use chassis::testing;
use sea_orm::{ConnectionTrait as _, Database};
use serde::Deserialize;

use crate::installation::{Installation, Redis, root, spare_address};

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

#[derive(Deserialize)]
struct Service {
    #[serde(default)]
    command: Vec<String>,
    #[serde(default)]
    env_file: Vec<String>,
}

const DATABASES: [&str; 5] = ["gateway", "policy_registry", "incident_cases", "filtering_ingest", "reporting"];

fn script(path: &std::path::Path, environment: &BTreeMap<String, String>) {
    let output = Command::new("bash").arg(path).envs(environment).output().unwrap();
    assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
}

fn environment(file: &std::path::Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().filter_map(|line| line.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

#[tokio::test]
async fn every_role_runs_on_the_environment_of_its_container() {
    let compose = std::fs::read_to_string(root().join("docker-compose.yml")).unwrap();
    let compose: Compose = serde_saphyr::from_str(&compose).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let secrets = folder.path().join("deploy/secrets.sh");
    std::fs::create_dir(folder.path().join("deploy")).unwrap();
    std::fs::copy(root().join("deploy/secrets.sh"), &secrets).unwrap();
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
    let place = server.rsplit('@').next().unwrap();
    let (host, port) = place.split_once(':').unwrap();
    let mut for_init = made;
    for (key, value) in [("PGHOST", host), ("PGPORT", port), ("POSTGRES_USER", "postgres")] {
        for_init.insert(key.to_owned(), value.to_owned());
    }
    script(&root().join("deploy/postgres/init.sh"), &for_init);

    let redis = Redis::start();
    let addresses: BTreeMap<&str, String> = DATABASES.iter().map(|name| (*name, spare_address())).collect();
    let mut roles = BTreeMap::new();
    for (name, service) in compose.services.iter().filter(|(_, s)| s.command.first().is_some_and(|c| c == "serve")) {
        assert_eq!(service.command, ["serve", name], "a container is named after its role");
        let mut given = compose.role.environment.clone();
        for file in &service.env_file {
            given.extend(environment(&folder.path().join(file)));
        }
        for (key, value) in &mut given {
            // The names that containers have for one another become addresses of this machine.
            let own = addresses.iter().find(|(process, _)| key.contains(&process.to_uppercase()));
            *value = match own {
                _ if key.ends_with("KEYS_DIR") => folder.path().join("keys").display().to_string(),
                Some((_, address)) if key.ends_with("__LISTEN") => address.clone(),
                Some((_, address)) if key.ends_with("__ADDRESS") => format!("http://{address}"),
                _ => value.replace("@postgres/", &format!("@{place}/")).replace("redis://redis:6379", &redis.1),
            };
        }
        // Nothing collects traces here; the address stays one that may be given.
        assert!(given.contains_key("HEDGEROW_TELEMETRY__OTLP_ENDPOINT"), "{name}");
        roles.insert(name.clone(), given);
    }
    assert_eq!(roles.len(), DATABASES.len(), "every role has a container");
    Installation::of_roles(&roles, &addresses["gateway"]).await.ready().await;
}
