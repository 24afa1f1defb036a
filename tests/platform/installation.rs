//! Installations under test: real processes of the `hedgerow` binary, on the embedded default or distributed over
//! PostgreSQL and Redis, reached over the network like any other.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use chassis::{error::Error, testing};
use hedgerow::{client, config::Config, dynamic};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The first account's password in tests.
pub const PASSWORD: &str = "a long enough password";

/// Processes that end with the test.
pub struct Installation {
    pub data: TempDir,
    pub gateway: String,
    environment: Vec<(String, String)>,
    processes: Vec<(String, Child)>,
}

impl Drop for Installation {
    fn drop(&mut self) {
        for (_, process) in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// An address nobody listens on. It lies below the ports that the system hands out by itself, and each test process
/// walks a stretch of its own, so that nobody takes it before the process under test does.
pub fn spare_address() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let address = format!("127.0.0.1:{}", 10_000 + (std::process::id().wrapping_mul(97) + step) % 20_000);
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}

impl Installation {
    /// All roles in one process, SQLite files in a folder of its own.
    pub async fn embedded() -> Self {
        Self::embedded_with(&[]).await
    }

    /// The same with more in its environment.
    pub async fn embedded_with(more: &[(&str, String)]) -> Self {
        let gateway = spare_address();
        let mut environment = vec![("HEDGEROW_GATEWAY__LISTEN".to_owned(), gateway.clone())];
        environment.extend(more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        let mut all = Self { data: tempfile::tempdir().unwrap(), gateway, environment, processes: Vec::new() };
        all.bootstrap();
        all.start("all");
        all.ready().await;
        all.command(&["healthcheck", &format!("http://{}/readyz", all.gateway)]);
        all
    }

    /// Each role its own process, a PostgreSQL database each, events over a Redis of the test's own, which it may stop.
    pub async fn distributed_over(redis: &str) -> Self {
        Self::distributed_with(redis, &[]).await
    }

    /// The same with more in every process's environment.
    pub async fn distributed_with(redis: &str, more: &[(&str, String)]) -> Self {
        Self::distributed_at(&testing::server("POSTGRES").unwrap(), redis, more).await
    }

    /// The same on a PostgreSQL of the test's own.
    pub async fn distributed_at(postgres: &str, redis: &str, more: &[(&str, String)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let ids = chassis::id::Ids::new(std::sync::Arc::new(chassis::clock::SystemClock));
        let gateway = spare_address();
        let mut environment = vec![
            ("HEDGEROW_GATEWAY__LISTEN".to_owned(), gateway.clone()),
            ("HEDGEROW_REDIS_URL".to_owned(), redis.to_owned()),
        ];
        environment.extend(more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        for process in ["gateway", "policy-registry", "incident-cases", "filtering-ingest", "reporting"] {
            let section = process.replace('-', "_").to_uppercase();
            let database = testing::postgres_at(postgres, process, &ids).await.unwrap();
            environment.push((format!("HEDGEROW_{section}__DATABASE__URL"), database.url));
            environment.push((format!("HEDGEROW_{section}__DATABASE__MIGRATE_URL"), database.migrate_url.unwrap()));
            if process != "gateway" {
                let listen = spare_address();
                environment.push((format!("HEDGEROW_{section}__ADDRESS"), format!("http://{listen}")));
                environment.push((format!("HEDGEROW_{section}__LISTEN"), listen));
            }
        }
        let mut apart = Self { data, gateway, environment, processes: Vec::new() };
        apart.command(&["keys", "create"]);
        apart.bootstrap();
        for role in ["policy-registry", "incident-cases", "filtering-ingest", "reporting", "gateway"] {
            apart.start(role);
        }
        apart.ready().await;
        apart
    }

    /// A process for each role, each on an environment of its own and on no other.
    pub async fn of_roles(roles: &BTreeMap<String, BTreeMap<String, String>>, gateway: &str) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut apart = Self { data, gateway: gateway.to_owned(), environment: Vec::new(), processes: Vec::new() };
        for (role, environment) in roles {
            apart.environment = environment.clone().into_iter().collect();
            apart.start(role);
        }
        apart
    }

    fn bootstrap(&self) {
        let password = self.data.path().join("password");
        std::fs::write(&password, PASSWORD).unwrap();
        self.command(&["bootstrap", "officer", "--password-file", password.to_str().unwrap()]);
    }

    fn process(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hedgerow"));
        command.envs(self.environment.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        command.arg("--data-dir").arg(self.data.path());
        command
    }

    /// Runs the command to its end; answers whether it succeeded and what it printed on both streams.
    pub fn try_command(&self, arguments: &[&str], environment: &[(&str, &str)]) -> (bool, String) {
        let output = self.process().args(arguments).envs(environment.iter().copied()).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }

    /// Runs the command, which must succeed.
    pub fn command(&self, arguments: &[&str]) -> String {
        let (done, printed) = self.try_command(arguments, &[]);
        assert!(done, "{arguments:?}: {printed}");
        printed
    }

    /// Starts a role as a process.
    pub fn start(&mut self, role: &str) {
        let log = std::fs::File::create(self.data.path().join(format!("{role}.log"))).unwrap();
        let child = self.process().args(["serve", role]).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        self.processes.push((role.to_owned(), child));
    }

    /// Ends a role's process at once, as a crash would.
    pub fn kill(&mut self, role: &str) {
        for (_, process) in self.processes.iter_mut().filter(|(name, _)| name == role) {
            let _ = process.kill();
            let _ = process.wait();
        }
        self.processes.retain(|(name, _)| name != role);
    }

    /// The names of its PostgreSQL databases; none on the embedded default.
    pub fn databases(&self) -> Vec<String> {
        let urls = self.environment.iter().filter(|(key, _)| key.ends_with("__DATABASE__URL"));
        urls.filter_map(|(_, url)| url.rsplit('/').next()).map(str::to_owned).collect()
    }

    /// Waits until every process says that it is ready.
    pub async fn ready(&self) {
        let begun = Instant::now();
        for (_, listen) in self.environment.iter().filter(|(key, _)| key.ends_with("__LISTEN")) {
            while !says_ready(listen) {
                assert!(begun.elapsed() < Duration::from_secs(60), "{listen} is not ready: {}", self.logs());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    /// What the processes wrote, for a failing test's message.
    pub fn logs(&self) -> String {
        let read = |(role, _): &(String, Child)| {
            let file = std::fs::File::open(self.data.path().join(format!("{role}.log"))).ok()?;
            let lines: Vec<String> = BufReader::new(file).lines().map_while(Result::ok).collect();
            Some(format!("--- {role}\n{}\n", lines[lines.len().saturating_sub(20)..].join("\n")))
        };
        self.processes.iter().filter_map(read).collect()
    }

    /// Somebody signed in.
    pub async fn sign_in(&self, name: &str) -> Person {
        let mut config = Config::default();
        config.client.gateway = format!("http://{}", self.gateway);
        let nobody = Person { config: config.clone() };
        let answer = nobody.call("SignIn", json!({"signInName": name, "password": PASSWORD})).await;
        config.client.session_token_secret = text(&answer["sessionToken"]);
        Person { config }
    }

    /// Makes an account and signs it in.
    pub async fn person(&self, officer: &Person, name: &str, roles: &[&str], school: &str) -> Person {
        self.named(officer, name, name, roles, school).await
    }

    /// The same, shown to colleagues under a name of its own.
    pub async fn named(&self, officer: &Person, name: &str, shown: &str, roles: &[&str], school: &str) -> Person {
        let appointment = |role: &&str| json!({"role": role, "schoolId": school, "startTime": "2020-01-01T00:00:00Z"});
        let appointments: Vec<Value> = roles.iter().map(appointment).collect();
        let account = json!({
            "signInName": name, "displayName": shown, "password": PASSWORD, "appointments": appointments
        });
        officer.call("CreateAccount", account).await;
        self.sign_in(name).await
    }
}

/// Somebody who calls over the network with a session token.
#[derive(Clone)]
pub struct Person {
    pub config: Config,
}

impl Person {
    /// Calls an rpc, which must succeed.
    pub async fn call(&self, method: &str, request: Value) -> Value {
        self.try_call(method, request).await.unwrap_or_else(|e| panic!("{method}: {e} {:?}", e.metadata("gate")))
    }

    /// Calls an rpc.
    pub async fn try_call(&self, method: &str, mut request: Value) -> Result<Value, Error> {
        let rpc = dynamic::find(method)?;
        dynamic::identify(rpc, &mut request);
        dynamic::call(client::gateway(&self.config).await?, rpc, &request.to_string()).await
    }

    /// The session token, for the command's environment.
    pub fn token(&self) -> &str {
        &self.config.client.session_token_secret
    }
}

/// A string of a JSON answer.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Whether a process answers that it is ready; asked by hand, since a process that asks takes as long as many answers.
fn says_ready(listen: &str) -> bool {
    use std::io::Read as _;
    let asked = format!("GET /readyz HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n");
    let answer = || {
        let mut stream = std::net::TcpStream::connect(listen)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(asked.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).map(|_| answer)
    };
    answer().is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200"))
}

/// Speaks HTTP to the gateway by hand; answers status, head and body.
pub fn spoken(gateway: &str, request: &str) -> (u16, String, String) {
    use std::io::Read as _;
    let mut stream = std::net::TcpStream::connect(gateway).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split_whitespace().nth(1).and_then(|s| s.parse().ok()).unwrap_or_default();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    (status, head.to_owned(), body.to_owned())
}

/// The same without the head.
pub fn http(gateway: &str, request: &str) -> (u16, String) {
    let (status, _, body) = spoken(gateway, request);
    (status, body)
}

/// A folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Installation {
    /// The configuration of somebody who is not signed in.
    pub fn nobody(&self) -> Config {
        let mut config = Config::default();
        config.client.gateway = format!("http://{}", self.gateway);
        config
    }
}

/// A PostgreSQL and a Redis of a test's own, which it may restart; they end with the value.
pub struct Servers {
    folder: TempDir,
    pub postgres: String,
    pub redis: String,
}

impl Servers {
    /// Starts them.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let said = Self::script(folder.path(), &["start"]);
        let named = |name: &str| {
            let lines = said.lines().filter_map(|line| line.split_once('='));
            lines.filter(|(named, _)| *named == name).map(|(_, address)| address.to_owned()).next().unwrap()
        };
        Self { postgres: named("POSTGRES"), redis: named("REDIS"), folder }
    }

    /// Ends PostgreSQL, `fast` or `immediate`, and starts it again where it was; the test goes on meanwhile.
    pub async fn restart_postgres(&self, how: &'static str) {
        let folder = self.folder.path().to_owned();
        let restart = move || Self::script(&folder, &["restart-postgres", how]);
        tokio::task::spawn_blocking(restart).await.unwrap();
    }

    fn script(folder: &Path, arguments: &[&str]) -> String {
        let mut command = Command::new(root().join("tests/servers"));
        command.args(arguments).env("HEDGEROW_TEST_SERVERS", folder.join("servers"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // It may be dropped by a test that fails already.
        let state = self.folder.path().join("servers");
        let _ = Command::new(root().join("tests/servers")).arg("stop").env("HEDGEROW_TEST_SERVERS", state).status();
    }
}

/// A Redis of a test's own; it ends with the value.
pub struct Redis(Child, pub String);

impl Redis {
    /// Starts one on an address nobody uses.
    pub fn start() -> Self {
        let address = spare_address();
        let port = address.rsplit(':').next().unwrap();
        let arguments = ["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        let child = Command::new("redis-server").args(arguments).stdout(Stdio::null()).spawn().unwrap();
        while std::net::TcpStream::connect(&address).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        Self(child, format!("redis://{address}"))
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Person {
    /// Enters ways to report as somebody at the school, without which no policy of it is approved, and what a feed waits for.
    pub async fn ways_to_report(&self, school: &str) {
        for reach in ["school", "local", "national"] {
            let values = [
                ("reach", reach),
                ("for_whom", "learners"),
                ("name", "The office"),
                ("about", "any"),
                ("contact", "Room 4"),
                ("checked_on", "2026-01-05"),
            ];
            let values = values.map(|(key, value)| serde_json::json!({"key": key, "values": [value]}));
            let entry = serde_json::json!({"schoolId": school, "register": "reporting-routes", "values": values});
            self.call("AddRegisterEntry", entry).await;
        }
        self.access_of_the_lead(school, &["filtering", "monitoring"]).await;
    }

    /// Enters what the lead can get into: filter and monitoring, without which no feed is put to work under a policy in force.
    pub async fn access_of_the_lead(&self, school: &str, kinds: &[&str]) {
        for kind in kinds {
            let values = [
                ("who", "The lead"),
                ("audience", "staff"),
                ("system", "Web filter"),
                ("kind", kind),
                ("individual", "true"),
                ("granted_on", "2026-01-05"),
                ("granted_by", "The head"),
                ("reviewed_on", "2026-01-05"),
            ];
            let values = values.map(|(key, value)| serde_json::json!({"key": key, "values": [value]}));
            let entry = serde_json::json!({"schoolId": school, "register": "access", "values": values});
            self.call("AddRegisterEntry", entry).await;
        }
    }

    /// Imports a document; answers the draft's id.
    pub async fn import(&self, school: &str, document: Vec<u8>) -> String {
        use proto::policy_registry::v1::{
            ImportPolicyRequest, SourceFile, policy_registry_client::PolicyRegistryClient,
        };
        let file = SourceFile { name: "policy.txt".into(), content: document.into() };
        let request =
            ImportPolicyRequest { school_id: school.into(), file: Some(file), request_id: client::request_id() };
        let mut registry = PolicyRegistryClient::new(client::gateway(&self.config).await.unwrap())
            .max_decoding_message_size(chassis::serve::MAX_MESSAGE);
        let answer = registry.import_policy(request).await.unwrap().into_inner();
        answer.instance.unwrap().instance_id
    }

    /// Sends lines to a feed.
    pub async fn send(&self, school: &str, feed: &str, lines: &str) -> Result<(), Error> {
        self.deliver(school, feed, "test", lines).await
    }

    /// The same as a delivery of a name.
    pub async fn deliver(&self, school: &str, feed: &str, delivery: &str, lines: &str) -> Result<(), Error> {
        use proto::filtering_ingest::v1::{IngestLinesRequest, filtering_ingest_client::FilteringIngestClient};
        let request = IngestLinesRequest {
            school_id: school.into(),
            feed_id: feed.into(),
            delivery_id: delivery.into(),
            first_line: 1,
            lines: lines.to_owned().into(),
            ..IngestLinesRequest::default()
        };
        let mut ingest = FilteringIngestClient::new(client::gateway(&self.config).await?);
        let answer = ingest.ingest_lines(tokio_stream::once(request)).await.map_err(|s| Error::from_status(&s))?;
        let answer = answer.into_inner().message().await.map_err(|s| Error::from_status(&s))?;
        answer.map(|_| ()).ok_or_else(|| Error::internal("the stream ended without an answer"))
    }
}

/// Sends a line to a feed that is not there, which tells whether one may.
pub async fn first_of_stream(person: &Person, school: &str) -> Result<(), Error> {
    // A batch without a name is invalid for whoever may send, before any feed is looked for.
    match person.send(school, "", "x\n").await {
        Err(error) if error.kind() == chassis::error::Kind::Missing && !school.is_empty() => Ok(()),
        other => other,
    }
}
