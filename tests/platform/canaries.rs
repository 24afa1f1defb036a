//! Canaries: a name that exists nowhere else is put into every field that may hold personal data, of every rpc of the
//! contract, and is looked for where none may be: in logs, in refusals, in titles and addresses of pages, in events, in
//! the databases and their backups, and in Redis. What people wrote is sealed, so a copy of any of these says nothing.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::Path,
    process::Command,
};

use chassis::testing;
use prost_reflect::{Kind, MessageDescriptor};
use proto::contract;
use regex::Regex;
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::{Value, json};

use crate::{
    installation::{Installation, Person, Redis},
    isolation::{fill, furnished},
    twin_worlds::Browser,
};

/// The name. No word of the project contains it.
const CANARY: &str = "Zaqwelline";

/// Whether a field may hold personal data, by the contract.
fn personal(field: &prost_reflect::FieldDescriptor) -> bool {
    let options = field.options();
    let Some(extension) = field.parent_pool().get_extension_by_name("hedgerow.access.v1.personal") else {
        return false;
    };
    options.has_extension(&extension) && options.get_extension(&extension).as_bool() == Some(true)
}

fn camel(field: &str) -> String {
    let mut words = field.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |all, word| all + &word[..1].to_uppercase() + &word[1..])
}

/// Puts the canary into every personal text of a request; answers into how many.
fn plant(message: &MessageDescriptor, request: &mut Value) -> usize {
    let mut planted = 0;
    for field in message.fields() {
        let name = camel(field.name());
        let value = format!("{CANARY} {}", field.name());
        match field.kind() {
            // No word passes for a date or a pupil number.
            Kind::String if field.is_map() || ["birth_date", "upn"].contains(&field.name()) => {}
            Kind::String if personal(&field) => {
                request[&name] = if field.is_list() { json!([value]) } else { json!(value) };
                planted += 1;
            }
            Kind::Message(inner)
                if !field.is_list() && !field.is_map() && inner.full_name().starts_with("hedgerow.") =>
            {
                // What the request does not say stays unsaid, except records of people, which it is about.
                if let Some(inside) = request.get_mut(&name).filter(|inside| inside.is_object()) {
                    planted += plant(&inner, inside);
                }
            }
            _ => {}
        }
    }
    planted
}

/// What planting came to.
#[derive(Default)]
struct Planted {
    fields: usize,
    taken: usize,
    refused: usize,
    /// Refusals that repeat what they refuse.
    echoed: Vec<String>,
}

/// What a request needs besides, so that it is taken: a version that was read, a concern nobody decided on.
async fn prepare(all: &Person, school: &str, rpc: &str, request: &mut Value) {
    match rpc {
        "PassOnConcern" | "TriageConcern" => {
            let concern = json!({"schoolId": school, "about": "a", "narrative": "n", "safeNow": "yes"});
            request["concernId"] = all.call("RecordConcern", concern).await["concern"]["concernId"].clone();
        }
        "SetCaseAccess" => {
            let case = json!({"schoolId": school, "caseId": request["caseId"]});
            request["etag"] = all.call("GetCase", case).await["case"]["etag"].clone();
        }
        "RecordPublicConcern" => {
            let page = json!({"schoolId": school, "schoolName": "s", "readFrom": "08:30", "readTo": "16:00"});
            let code = all.call("OpenPublicReport", page).await["report"]["code"].clone();
            let more = json!({"code": code, "about": "a", "narrative": "n", "safeNow": "yes", "reporter": {"kind": "learner"}});
            request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        }
        _ => {}
    }
}

/// Calls every rpc with the canary in it, as somebody who holds every role at the school.
async fn everywhere(all: &Person, school: &str, ids: &BTreeMap<String, String>) -> Planted {
    let mut done = Planted::default();
    // Ends what later calls need; its fields are tried last.
    let last = ["CloseSchool", "CloseCase", "TriageConcern", "DiscardInstance"];
    let mut rpcs: Vec<_> = contract::rpcs().iter().filter(|rpc| !rpc.descriptor.is_client_streaming()).collect();
    rpcs.sort_by_key(|rpc| last.contains(&rpc.name()));
    for rpc in rpcs {
        let input = rpc.descriptor.input();
        let mut request = json!({});
        for field in input.fields() {
            let value =
                if field.name() == "school_id" { Some(school.to_owned()) } else { ids.get(field.name()).cloned() };
            if let Some(value) = value {
                request[camel(field.name())] = value.into();
            }
        }
        fill(&mut request, rpc.name());
        prepare(all, school, rpc.name(), &mut request).await;
        let fields = plant(&input, &mut request);
        if fields == 0 {
            continue;
        }
        done.fields += fields;
        match all.try_call(rpc.path.trim_start_matches('/'), request).await {
            Ok(_) => done.taken += 1,
            Err(error) => {
                done.refused += 1;
                let told = format!("{} {:?} {error:?}", error.message(), error.violations());
                if told.contains(CANARY) {
                    done.echoed.push(format!("{}: {told}", rpc.path));
                }
            }
        }
    }
    done
}

/// Where the canary stands in a file, in any way it may be written; nothing where it does not.
fn found(bytes: &[u8]) -> Option<String> {
    use std::fmt::Write as _;
    let hex = CANARY.bytes().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    let forms = [CANARY.to_owned(), CANARY.to_lowercase(), hex.clone(), hex.to_uppercase()];
    let at = |form: &String| bytes.windows(form.len()).position(|window| window == form.as_bytes());
    forms.iter().find_map(|form| at(form).map(|at| (at, form))).map(|(at, _)| {
        let part = &bytes[at.saturating_sub(120)..(at + 60).min(bytes.len())];
        String::from_utf8_lossy(part).into_owned()
    })
}

/// Every file below a folder in which the canary stands.
fn in_files(folder: &Path, told: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            in_files(&path, told);
        } else if let Some(part) = found(&std::fs::read(&path).unwrap()) {
            told.push(format!("{}: …{part}…", path.display()));
        }
    }
}

/// Titles and addresses of the pages that home leads to.
fn in_pages(place: &Installation, name: &str, school: &str, told: &mut Vec<String>) -> usize {
    let (href, title) = (Regex::new(r##"href="(/[^"#]*)""##).unwrap(), Regex::new("<title>([^<]*)</title>").unwrap());
    let mut browser = Browser::sign_in(&place.gateway, name);
    let (mut seen, mut next) = (BTreeSet::new(), VecDeque::from([format!("/schools/{school}")]));
    while let Some(path) = next.pop_front() {
        if seen.len() >= 80 || !seen.insert(path.clone()) {
            continue;
        }
        let (_, page) = browser.send("GET", &path, "");
        let titles = title.captures_iter(&page).map(|found| found[1].to_owned());
        let places: Vec<String> = href.captures_iter(&page).map(|found| found[1].replace("&amp;", "&")).collect();
        let told_here = titles.chain(places.iter().cloned()).filter(|text| found(text.as_bytes()).is_some());
        told.extend(told_here.map(|text| format!("{path}: {text}")));
        next.extend(places.into_iter().filter(|link| !link.starts_with("/assets") && !link.contains("sign-out")));
    }
    seen.len()
}

async fn planted(place: &Installation) -> (String, Planted) {
    let officer = place.sign_in("officer").await;
    officer.call("PublishTemplate", json!({})).await;
    officer.call("PublishAgencyRegister", json!({"area": "northshire"})).await;
    let (school, all, ids) = furnished(place, &officer, "here").await;
    let line = format!(
        "1794825936.916 200 10.0.0.9 TCP_MISS/200 1 GET https://www.google.com/search?q={CANARY}+want+to+kill+myself \
         {CANARY} HIER_DIRECT/192.0.2.1 text/html\nnot a line of {CANARY}\n"
    );
    all.send(&school, &ids["feed_id"], &line).await.unwrap();
    let done = everywhere(&all, &school, &ids).await;
    println!("{} fields, {} requests taken, {} refused", done.fields, done.taken, done.refused);
    assert!(done.fields > 80 && done.taken >= 26, "{} fields, {} taken", done.fields, done.taken);
    assert!(done.echoed.is_empty(), "refusals repeat what they refuse: {}", done.echoed.join("\n"));
    // Whoever may read it does: it was kept, and is kept from everybody else.
    let case = all.call("GetCase", json!({"schoolId": school, "caseId": ids["case_id"]})).await.to_string();
    assert!(case.matches(CANARY).count() > 20, "{case}");
    // What is announced is carried and heard.
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    (school, done)
}

/// Backs up every database of the embedded default as `docs/operations.md` says; answers how many there were.
async fn back_up(data: &Path, into: &Path) -> usize {
    let mut databases = 0;
    for entry in std::fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "sqlite3") {
            let database = Database::connect(format!("sqlite:{}", path.display())).await.unwrap();
            let copy = into.join(path.file_name().unwrap());
            database.execute_unprepared(&format!("VACUUM INTO '{}'", copy.display())).await.unwrap();
            database.close().await.unwrap();
            databases += 1;
        }
    }
    databases
}

#[tokio::test]
async fn canaries_stand_in_no_log_page_or_file_of_the_embedded_default() {
    let place = Installation::embedded_with(&[("HEDGEROW_TELEMETRY__LOG", "debug".to_owned())]).await;
    let (school, _) = planted(&place).await;
    let mut told = Vec::new();
    let pages = in_pages(&place, "here.all", &school, &mut told);
    in_files(place.data.path(), &mut told);
    let backup = tempfile::tempdir().unwrap();
    assert_eq!(back_up(place.data.path(), backup.path()).await, 5, "every process has a database");
    in_files(backup.path(), &mut told);
    assert!(pages > 30, "{pages} pages");
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[tokio::test]
async fn canaries_stand_in_no_dump_of_postgres_and_redis() {
    let redis = Redis::start();
    let place = Installation::distributed_with(&redis.1, &[("HEDGEROW_TELEMETRY__LOG", "debug".to_owned())]).await;
    planted(&place).await;
    let mut told = Vec::new();
    in_files(place.data.path(), &mut told);
    let server = testing::server("POSTGRES").unwrap();
    let mut rows = 0;
    for database in place.databases() {
        let dump = Command::new("pg_dump").args(["--inserts", &format!("{server}/{database}")]).output().unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        rows += dump.stdout.windows(11).filter(|window| *window == b"INSERT INTO").count();
        told.extend(found(&dump.stdout).map(|part| format!("{database}: …{part}…")));
    }
    let file = place.data.path().join("redis.rdb");
    for arguments in [vec!["CONFIG", "SET", "rdbcompression", "no"], vec!["--rdb", file.to_str().unwrap()]] {
        let done = Command::new("redis-cli").args(["-u", &redis.1]).args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    told.extend(found(&std::fs::read(&file).unwrap()).map(|part| format!("redis: …{part}…")));
    assert!(rows > 200, "{rows} rows were dumped");
    assert!(told.is_empty(), "{}", told.join("\n"));
}
