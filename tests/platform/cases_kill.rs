//! incident-cases dies again and again while people work: what was acknowledged is there, once, and nothing else is.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use hedgerow::client;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};
use serde_json::{Value, json};

use crate::{
    installation::{Installation, Person, Redis, text},
    journey::{self, School, eventually},
};

/// Deaths unless `CASES_KILLS` says otherwise: the measured 200 take minutes.
const KILLS: u32 = 20;
/// People who work at once.
const PEOPLE: usize = 4;
/// How long anybody tries one and the same request.
const PATIENCE: Duration = Duration::from_secs(60);

/// A case and what was entered there.
type Opened = (String, Vec<String>);

/// What the platform said it had taken, and how often it had to be asked.
#[derive(Default)]
struct Taken {
    /// Each concern by its narrative, and its case where one was opened.
    concerns: BTreeMap<String, (String, Option<Opened>)>,
    asked_again: u32,
}

impl Taken {
    /// Sends one request until it is answered. Whatever happens to the service, its caller is told to try again.
    async fn insist(&mut self, who: &Person, method: &str, mut request: Value) -> Value {
        request["requestId"] = client::request_id().into();
        let begun = Instant::now();
        loop {
            match who.try_call(method, request.clone()).await {
                Ok(answer) => return answer,
                Err(error) => {
                    assert_eq!(error.reason_name(), "UNAVAILABLE", "{method}: {error}");
                    assert!(begun.elapsed() < PATIENCE, "{method}: {error}");
                    self.asked_again += 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }
}

/// One person's work: a concern after the other, every other one made a case, an entry or two in each.
async fn work(person: usize, school: Arc<School>, stop: Arc<AtomicBool>) -> Taken {
    let mut taken = Taken::default();
    let mut nth = 0;
    while !stop.load(Ordering::Relaxed) {
        nth += 1;
        let narrative = format!("Person {person} heard of matter {nth}");
        let about = format!("Learner {person} {nth}");
        let concern = json!({"schoolId": school.id, "about": about, "narrative": narrative, "safeNow": "yes"});
        let recorded = taken.insist(&school.staff, "RecordConcern", concern).await;
        let concern = text(&recorded["concern"]["concernId"]);
        let mut case = None;
        if nth % 2 == 0 {
            let procedure = json!({"procedureId": "P1", "risks": ["conduct"]});
            let triage = json!({"schoolId": school.id, "concernId": concern, "newCase": procedure});
            let opened = taken.insist(&school.dsl, "TriageConcern", triage).await;
            let id = text(&opened["case"]["caseId"]);
            let mut entries = Vec::new();
            for entry in 0..=nth % 3 {
                let entry = format!("Person {person} wrote {entry} of matter {nth}");
                let add = json!({"schoolId": school.id, "caseId": id, "text": entry});
                taken.insist(&school.dsl, "AddEntry", add).await;
                entries.push(entry);
            }
            case = Some((id, entries));
        }
        taken.concerns.insert(narrative, (concern, case));
    }
    taken
}

/// All of a list, page after page.
async fn all(who: &Person, school: &str, method: &str, list: &str) -> Vec<Value> {
    let (mut all, mut page) = (Vec::new(), String::new());
    loop {
        let answer = who.call(method, json!({"schoolId": school, "pageSize": 100, "pageToken": page})).await;
        all.extend(answer[list].as_array().cloned().unwrap_or_default());
        page = text(&answer["nextPageToken"]);
        if page.is_empty() {
            return all;
        }
    }
}

/// What is stored is what was taken: every concern, case and entry, each once.
async fn compare(school: &School, taken: &[Taken]) -> (usize, usize, usize) {
    let (mut cases, mut entries) = (0, 0);
    let said: BTreeMap<_, _> = taken.iter().flat_map(|taken| &taken.concerns).collect();
    let stored = all(&school.dsl, &school.id, "ListConcerns", "concerns").await;
    assert_eq!(stored.len(), said.len(), "concerns");
    for concern in &stored {
        let (id, case) = said[&text(&concern["narrative"])];
        assert_eq!(concern["concernId"], *id);
        assert_eq!(text(&concern["caseId"]), case.as_ref().map(|(case, _)| case.clone()).unwrap_or_default());
    }
    for (case, wrote) in said.values().filter_map(|(_, case)| case.as_ref()) {
        let stored = school.dsl.call("GetCase", json!({"schoolId": school.id, "caseId": case})).await;
        let stored: Vec<String> =
            stored["case"]["entries"].as_array().into_iter().flatten().map(|entry| text(&entry["text"])).collect();
        assert_eq!(&stored, wrote, "{case}");
        cases += 1;
        entries += wrote.len();
    }
    assert_eq!(all(&school.dsl, &school.id, "ListCases", "cases").await.len(), cases, "cases");
    (said.len(), cases, entries)
}

/// What reporting logged and counted, in its own database.
struct Figures(DatabaseConnection);

impl Figures {
    async fn of(place: &Installation) -> Self {
        let database = place.databases().into_iter().find(|name| name.starts_with("t_reporting_")).unwrap();
        let server = chassis::testing::server("POSTGRES").unwrap();
        Self(Database::connect(format!("{server}/{database}")).await.unwrap())
    }

    async fn number(&self, sql: &str, of: &str) -> usize {
        let statement = Statement::from_sql_and_values(self.0.get_database_backend(), sql, [of.into()]);
        let row = self.0.query_one_raw(statement).await.unwrap().unwrap();
        usize::try_from(row.try_get::<i64>("", "n").unwrap()).unwrap()
    }

    /// Of concerns and of cases: events in the log, and what is counted of them.
    async fn all(&self) -> [usize; 4] {
        let log = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM event_log WHERE kind = $1";
        let cell = "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) AS n FROM cell WHERE fact = $1 \
                    AND generation = (SELECT generation FROM progress WHERE id = 1)";
        [
            self.number(log, "ConcernRecorded").await,
            self.number(cell, "concern_recorded").await,
            self.number(log, "CaseOpened").await,
            self.number(cell, "case_opened").await,
        ]
    }
}

/// How often it is killed.
#[expect(clippy::disallowed_methods, reason = "a test has no configuration")]
fn deaths() -> u32 {
    std::env::var("CASES_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS)
}

#[tokio::test]
async fn cases_kill_loses_nothing_acknowledged_and_doubles_nothing() {
    let kills = deaths();
    let redis = Redis::start();
    // What one address may ask is another test's matter.
    let rates = [("HEDGEROW_GATEWAY__RATE", "10000".to_owned()), ("HEDGEROW_GATEWAY__BURST", "10000".to_owned())];
    let mut place = Installation::distributed_with(&redis.1, &rates).await;
    let officer = place.sign_in("officer").await;
    let school = Arc::new(journey::in_force(&place, &officer).await);
    let mut first = Taken::default();
    let concern = json!({"schoolId": school.id, "about": "First", "narrative": "First", "safeNow": "yes"});
    let concern = text(&first.insist(&school.staff, "RecordConcern", concern).await["concern"]["concernId"]);
    let procedure = json!({"procedureId": "P1", "risks": ["conduct"]});
    let triage = json!({"schoolId": school.id, "concernId": concern, "newCase": procedure});
    let mut case = String::new();
    eventually("the policy at incident-cases", async || {
        let opened = school.dsl.try_call("TriageConcern", triage.clone()).await.unwrap_or_default();
        case = text(&opened["case"]["caseId"]);
        !case.is_empty()
    })
    .await;
    first.concerns.insert("First".into(), (concern, Some((case, Vec::new()))));
    let stop = Arc::new(AtomicBool::new(false));
    let people: Vec<_> = (0..PEOPLE).map(|person| tokio::spawn(work(person, school.clone(), stop.clone()))).collect();
    let begun = Instant::now();
    for kill in 0..kills {
        // Some die before they have begun, some in full work.
        tokio::time::sleep(Duration::from_millis(u64::from(kill * 37 % 331))).await;
        place.kill("incident-cases");
        place.start("incident-cases");
        if kill % 4 != 0 {
            place.ready().await;
        }
    }
    place.ready().await;
    stop.store(true, Ordering::Relaxed);
    let mut taken = vec![first];
    for person in people {
        taken.push(person.await.unwrap());
    }
    let (concerns, cases, entries) = compare(&school, &taken).await;
    let again: u32 = taken.iter().map(|taken| taken.asked_again).sum();
    println!(
        "{kills} kills in {:.0?}: {concerns} concerns, {cases} cases and {entries} entries acknowledged and there, \
         each once; {again} requests asked again",
        begun.elapsed()
    );
    assert!(again > kills / 4 && cases > 0, "nobody was at work when it died");
    // What was announced was heard, once, and is counted. What is printed of it may wait, so that it is read where it is counted.
    let figures = Figures::of(&place).await;
    let all = [concerns, concerns, cases, cases];
    eventually("the figures", async || figures.all().await == all).await;
    // Nothing comes a second time after that.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(figures.all().await, all, "events in the log and counts of concerns and of cases");
    assert!(place.command(&["audit", "verify"]).contains("hedgerow/incident-cases"));
}
