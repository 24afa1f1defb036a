//! Twin worlds: whoever a concern about an adult is about, and everybody it is hidden from, gets the same bytes with it and
//! without it: every answer of every reading rpc, and every page their own pages lead to. One world becomes the other
//! while nothing else happens, so that whatever differs was told by the case. Whoever takes the case on is told by mail meanwhile
//! that something waits, and nobody it is hidden from is, nor sees that anybody was.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hedgerow::client;
use proto::{access::v1::Permission, contract};
use regex::Regex;
use serde_json::{Value, json};

use crate::{
    installation::{Installation, PASSWORD, Person, spoken, text},
    notices::{
        environment,
        receive::{Mail, PostOffice},
    },
};

/// Who has an address for mail: everybody who may take an allegation on, and the lead, from whom it is hidden.
const REACHED: [&str; 3] = ["dsl", "head", "chair"];

/// Pages that one person's crawl opens at most.
const PAGES: usize = 40;

/// One way in which an allegation comes and is worked.
pub struct Scenario {
    /// Whom it is about.
    pub subject: &'static str,
    /// What its reporter answers to whether it is about an adult.
    pub about_adult: &'static str,
    /// Who takes it on.
    pub handler: &'static str,
    /// Its procedure.
    pub procedure: &'static str,
    /// Those it is hidden from.
    pub hidden_from: &'static [&'static str],
}

const SCENARIOS: [Scenario; 4] = [
    Scenario {
        subject: "teacher",
        about_adult: "staff",
        handler: "head",
        procedure: "P9",
        hidden_from: &["teacher", "dsl", "governor"],
    },
    Scenario {
        subject: "dsl",
        about_adult: "staff",
        handler: "head",
        procedure: "P10",
        hidden_from: &["dsl", "deputy"],
    },
    Scenario { subject: "head", about_adult: "head", handler: "chair", procedure: "P9", hidden_from: &["head", "dsl"] },
    Scenario {
        subject: "it",
        about_adult: "staff",
        handler: "head",
        procedure: "P9",
        hidden_from: &["it", "chair", "officer"],
    },
];

/// What differs from one answer to the next and says nothing: the secrets of forms, ids of requests, places in lists.
pub struct Masks(Vec<(Regex, &'static str)>);

impl Masks {
    pub fn new() -> Self {
        let masks = [
            // The minute in which figures were counted, and no other time: one world is asked after the other.
            (r#"(Counted</dt>\s*<dd class="govuk-summary-list__value"><span class="hedge-words">)[^<]*"#, "$1"),
            (r"form=[0-9a-f]{24}", "form="),
            (r#"name="(csrf|request_id|unsent|mark)" value="[^"]*""#, "$1"),
            (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "uuid"),
            (r#""(nextPageToken|token|asAtTime)":"[^"]*""#, "$1"),
            (r"page_token=[^&\x22]*", "page_token"),
            (r"(less than a|\d+) (second|minute)s?", "a while"),
        ];
        Self(masks.into_iter().map(|(found, instead)| (Regex::new(found).unwrap(), instead)).collect())
    }

    pub fn of(&self, told: &str) -> String {
        self.0.iter().fold(told.to_owned(), |told, (found, instead)| found.replace_all(&told, *instead).into_owned())
    }
}

/// A browser without scripts, signed in.
pub struct Browser<'a> {
    gateway: &'a str,
    cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    pub fn sign_in(gateway: &'a str, name: &str) -> Self {
        let mut browser = Self { gateway, cookies: BTreeMap::new() };
        let (_, page) = browser.send("GET", "/sign-in", "");
        let csrf = Regex::new(r#"name="csrf" value="([^"]*)""#).unwrap();
        let csrf = csrf.captures(&page).map(|found| found[1].to_owned()).unwrap_or_default();
        let encode = |value: &str| value.replace(' ', "+");
        let form = format!("sign_in_name={}&password={}&csrf={}", encode(name), encode(PASSWORD), encode(&csrf));
        let (status, told) = browser.send("POST", "/sign-in", &form);
        assert!(status == 303 && browser.cookies.contains_key("hedgerow"), "{name}: {status} {told}");
        browser
    }

    /// The status and the head and body of the answer.
    pub fn send(&mut self, method: &str, path: &str, form: &str) -> (u16, String) {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: {}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.gateway,
            cookies.join("; "),
            form.len()
        );
        let (status, head, body) = spoken(self.gateway, &request);
        for line in head.lines().filter(|line| line.to_lowercase().starts_with("set-cookie:")) {
            let pair = line[11..].split(';').next().unwrap_or_default().trim();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let place = head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default();
        (status, format!("{place}\n{body}"))
    }

    /// Every page that home leads to, by its address.
    fn crawl(&mut self, home: &str, masks: &Masks) -> BTreeMap<String, String> {
        let href = Regex::new(r##"href="(/[^"#]*)""##).unwrap();
        let mut pages = BTreeMap::new();
        let (mut seen, mut next) = (BTreeSet::new(), VecDeque::from([home.to_owned()]));
        while let Some(path) = next.pop_front() {
            if pages.len() >= PAGES || !seen.insert(masks.of(&path)) {
                continue;
            }
            let mut told = self.send("GET", &path, "");
            while told.0 == 303 || told.0 == 307 {
                let place = told.1.lines().next().unwrap_or_default().to_owned();
                told = self.send("GET", &place, "");
            }
            let (status, body) = told;
            let links = href.captures_iter(&body).map(|found| found[1].replace("&amp;", "&"));
            next.extend(links.filter(|link| !link.starts_with("/assets") && !link.contains("sign-out")));
            pages.insert(format!("GET {}", masks.of(&path)), format!("{status} {}", masks.of(&body)));
        }
        pages
    }
}

/// Whether an rpc only reads, for somebody who is signed in: guesses of codes are counted by the address they come from.
fn reads(rpc: &contract::Rpc) -> bool {
    let reading = ["Get", "List", "Search", "Preview", "Find", "Check", "Suggest"];
    let public = rpc.permission == Permission::Public;
    !public && !rpc.descriptor.is_client_streaming() && reading.iter().any(|verb| rpc.name().starts_with(verb))
}

/// Everything somebody can get of the school.
async fn world(place: &Installation, person: &Person, name: &str, school: &str, ids: &Ids, masks: &Masks) -> Told {
    let mut told = Told::new();
    // What is read of the history itself says how much was read.
    let silent = ["ListHistory", "GetCheckpoint", "ListCheckpoints", "GetHistory"];
    for rpc in contract::rpcs().iter().filter(|rpc| reads(rpc) && !silent.contains(&rpc.name())) {
        let fields: Vec<String> = rpc.descriptor.input().fields().map(|field| field.name().to_owned()).collect();
        let mut request = json!({});
        for field in &fields {
            let value = match field.as_str() {
                "school_id" => Some(school.to_owned()),
                "query" => Some("Robin".to_owned()),
                field => ids.get(field).cloned(),
            };
            if let Some(value) = value {
                request[camel(field)] = value.into();
            }
        }
        let answer = match person.try_call(rpc.path.trim_start_matches('/'), request).await {
            Ok(mut value) => {
                // The entries of a map come in no order of their own.
                value.sort_all_objects();
                value.to_string()
            }
            Err(error) => format!("{:?} {} {:?}", error.kind(), error.message(), error.violations()),
        };
        told.insert(rpc.path.clone(), masks.of(&answer));
    }
    let home = format!("/schools/{school}");
    let mut browser = Browser::sign_in(&place.gateway, name);
    told.extend(browser.crawl(if name == "officer" { "/" } else { &home }, masks));
    told
}

type Told = BTreeMap<String, String>;
pub type Ids = BTreeMap<String, String>;

fn camel(field: &str) -> String {
    let mut words = field.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |all, word| all + &word[..1].to_uppercase() + &word[1..])
}

/// What differs between the two worlds of one person.
fn differences(before: &Told, after: &Told) -> Vec<String> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    keys.into_iter()
        .filter(|key| before.get(*key) != after.get(*key))
        .map(|key| {
            let (old, new) = (before.get(key).map_or("", String::as_str), after.get(key).map_or("", String::as_str));
            let at = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count().saturating_sub(60);
            let part = |text: &str| text.bytes().skip(at).take(240).map(char::from).collect::<String>();
            format!("{key}\n  without: {}\n  with:    {}", part(old), part(new))
        })
        .collect()
}

/// The school without the case: a policy in force, a concern, a case on a child, a learner, a device, an alert.
pub async fn furnish(people: &BTreeMap<&str, Person>, school: &str) -> Ids {
    let (dsl, head, chair, it) = (&people["dsl"], &people["head"], &people["chair"], &people["it"]);
    let at = |more: Value| with(json!({"schoolId": school}), more);
    let document =
        std::fs::read(crate::installation::root().join("docs/examples/policies/pennyroyal-lane.txt")).unwrap();
    dsl.ways_to_report(school).await;
    let instance = dsl.import(school, document).await;
    let mut etag = Value::Null;
    for (key, value) in [("role.dsl_lead", "A"), ("net.broadband", "B"), ("doc.next_review", "2030-01-01")] {
        let now = dsl.call("GetInstance", at(json!({"instanceId": instance}))).await;
        let set = json!({"instanceId": instance, "key": key, "values": [value], "etag": now["instance"]["etag"]});
        etag = dsl.call("SetParameter", at(set)).await["instance"]["etag"].clone();
    }
    for (who, act) in
        [(dsl, "ConfirmImport"), (head, "ApproveInstance"), (chair, "RatifyInstance"), (dsl, "PublishInstance")]
    {
        let sign = at(json!({"instanceId": instance, "etag": etag}));
        etag = who.call(act, sign).await["instance"]["etag"].clone();
    }
    let feed = it.call("CreateFeed", at(json!({"name": "f", "profile": "squid"}))).await;
    let feed = text(&feed["feed"]["feedId"]);
    let learner = at(json!({"record": {"givenName": "Robin", "familyName": "Field", "yearGroup": "9"}}));
    let learner = text(&dsl.call("CreateLearner", learner).await["learner"]["learnerId"]);
    let concern = json!({"about": "Robin Field", "narrative": "n", "safeNow": "yes"});
    let concern = text(&people["teacher"].call("RecordConcern", at(concern)).await["concern"]["concernId"]);
    let case = triage(dsl, school, &concern, json!({"procedureId": "P1", "risks": ["conduct"]})).await;
    let waiting = json!({"about": "Robin Field", "narrative": "m", "safeNow": "yes"});
    people["colleague"].call("RecordConcern", at(waiting)).await;
    let device = json!({"item": "i", "owner": "o", "ground": "rule_breach", "reason": "r", "place": "p"});
    let device = dsl.call("TakeIntoCustody", at(device)).await;
    [
        ("instance_id", text(&json!(instance))),
        ("feed_id", feed),
        ("learner_id", learner),
        ("concern_id", concern),
        ("case_id", case),
        ("custody_id", text(&device["entry"]["custodyId"])),
    ]
    .into_iter()
    .map(|(field, id)| (field.to_owned(), id))
    .collect()
}

fn with(mut request: Value, more: Value) -> Value {
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

/// Opens a case, once the policy has reached the service that does.
async fn triage(who: &Person, school: &str, concern: &str, new: Value) -> String {
    let request = json!({"schoolId": school, "concernId": concern, "newCase": new, "requestId": client::request_id()});
    for _ in 0..100 {
        if let Ok(opened) = who.try_call("TriageConcern", request.clone()).await {
            return text(&opened["case"]["caseId"]);
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("no case was opened: {:?}", who.try_call("TriageConcern", request).await.err().map(|e| e.to_string()))
}

/// The allegation comes, is read, opened, worked and told to the authority's officer for such things; `unread` is waited for
/// before anybody reads it.
pub async fn allege(
    people: &BTreeMap<&str, Person>,
    accounts: &Value,
    school: &str,
    scenario: &Scenario,
    ids: &Ids,
    unread: impl AsyncFnOnce(),
) {
    let handler = &people[scenario.handler];
    let at = |more: Value| with(json!({"schoolId": school}), more);
    let concern = json!({
        "about": "Robin Field", "narrative": "What was seen", "safeNow": "not_sure", "aboutAdult": scenario.about_adult
    });
    let concern = text(&people["colleague"].call("RecordConcern", at(concern)).await["concern"]["concernId"]);
    unread().await;
    handler.call("GetConcern", at(json!({"concernId": concern}))).await;
    let account = accounts["colleagues"].as_array().unwrap().iter().find(|c| c["displayName"] == scenario.subject);
    // Typed and not selected, whatever the spelling, they are asked about first.
    let typed = json!({"name": scenario.subject.to_uppercase(), "routedTo": scenario.handler});
    let typed = json!({"procedureId": scenario.procedure, "risks": ["conduct"], "subject": typed});
    let typed = at(json!({"concernId": concern, "newCase": typed}));
    assert!(handler.try_call("TriageConcern", typed).await.is_err(), "{} by name", scenario.subject);
    let subject = json!({"accountId": account.unwrap()["accountId"], "routedTo": scenario.handler});
    let new = json!({"procedureId": scenario.procedure, "risks": ["conduct"], "subject": subject});
    let case = triage(handler, school, &concern, new).await;
    let on = |more: Value| with(at(json!({"caseId": case})), more);
    let child = match scenario.handler {
        // A chair sees nothing of the roll.
        "chair" => json!({"person": "Robin Field", "role": "victim"}),
        _ => json!({"learnerId": ids["learner_id"], "role": "victim"}),
    };
    handler.call("AddInvolvement", on(child)).await;
    handler.call("AddEntry", on(json!({"text": "Robin Field told it again"}))).await;
    let talk = json!({"agency": "police_101", "reference": "1", "advice": "Go ahead"});
    handler.call("RecordConsultation", on(talk)).await;
    let taken = json!({
        "item": "Telephone", "owner": "o", "ground": "evidence", "reason": "r", "place": "Safe", "caseId": case
    });
    handler.call("TakeIntoCustody", at(taken)).await;
    let told = json!({
        "caseId": case, "recipientKind": "agency", "recipient": "r", "shared": true, "what": "w", "basis": "legal_duty",
        "reason": "r"
    });
    let _ = handler.try_call("RecordDisclosure", at(told)).await;
    let marked = json!({"name": "Robin Field", "birthDate": "1988-03-27", "teacherReference": "1234567", "ring": "r"});
    handler.call("MarkAdult", on(marked)).await;
    let debrief = json!({"findings": "f", "actions": "a"});
    handler.call("RecordDebrief", on(debrief)).await;
}

/// What a mail says of something that is announced to nobody.
const WAITS: &str = "Something waits for you";
/// What the link begins with that confirms an address.
const CONFIRM: &str = "https://safety.northshire.example/notices/confirm?token=";

/// Waits for a mail to an address that says something.
async fn mail_to(office: &PostOffice, address: &str, says: &str) -> Mail {
    for _ in 0..300 {
        let found = office.mails().into_iter().find(|mail| mail.to == [address] && mail.data.contains(says));
        if let Some(mail) = found {
            return mail;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("no mail to {address} says {says}");
}

#[tokio::test]
async fn twin_worlds_whoever_it_is_hidden_from_gets_the_same_bytes() {
    let office = PostOffice::open().await.unwrap();
    let place = Installation::embedded_with(&environment(&office)).await;
    let officer = place.sign_in("officer").await;
    officer.call("PublishTemplate", json!({})).await;
    officer.call("PublishAgencyRegister", json!({"area": "northshire"})).await;
    let masks = Masks::new();
    let (mut compared, mut found) = (0, Vec::new());
    for (n, scenario) in SCENARIOS.iter().enumerate() {
        let request = json!({"name": "A school", "kind": "primary", "urn": format!("88800{n}"), "keyStages": ["KS1"]});
        let school = text(&officer.call("CreateSchool", request).await["school"]["schoolId"]);
        let mut people = BTreeMap::from([("officer", officer.clone())]);
        for (name, role) in [
            ("teacher", "ROLE_STAFF"),
            ("colleague", "ROLE_STAFF"),
            ("dsl", "ROLE_DSL"),
            ("deputy", "ROLE_DEPUTY_DSL"),
            ("head", "ROLE_HEAD"),
            ("chair", "ROLE_CHAIR"),
            ("governor", "ROLE_GOVERNOR"),
            ("it", "ROLE_IT"),
        ] {
            // The names are the parts they have; who signs in where is told apart by the scenario.
            let sign_in = format!("{name}.{n}");
            people.insert(name, place.named(&officer, &sign_in, name, &[role, "ROLE_STAFF"], &school).await);
        }
        // Those who may be whom it is for, or whom it is hidden from, can be told by mail.
        let address = |name: &str| format!("{name}.{n}@school.example");
        for name in REACHED {
            people[name].call("SetNoticeAddress", json!({"email": address(name), "digest": "at_once"})).await;
        }
        for name in REACHED {
            let token = mail_to(&office, &address(name), CONFIRM).await.line(CONFIRM);
            people[name].call("ConfirmNoticeAddress", json!({"token": token})).await;
        }
        let ids = furnish(&people, &school).await;
        let accounts = people["head"].call("ListColleagues", json!({"schoolId": school})).await;
        let all = async |ids: &Ids| {
            let mut worlds = BTreeMap::new();
            for name in scenario.hidden_from {
                let sign_in = if *name == "officer" { "officer".to_owned() } else { format!("{name}.{n}") };
                worlds.insert(*name, world(&place, &people[name], &sign_in, &school, ids, &masks).await);
            }
            worlds
        };
        // Looking changes what it looks at: what was unread is read, and what was asked for is in the lists.
        all(&ids).await;
        let before = all(&ids).await;
        // Whoever takes it on need not look to learn that something waits.
        let told = async || {
            mail_to(&office, &address(scenario.handler), WAITS).await;
        };
        allege(&people, &accounts, &school, scenario, &ids, told).await;
        // What is announced has reached whoever counts it.
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        let after = all(&ids).await;
        for name in scenario.hidden_from {
            compared += before[name].len();
            let differs = differences(&before[name], &after[name]);
            found.extend(differs.into_iter().map(|d| format!("{} of {}: {d}", name, scenario.subject)));
        }
        let seen = people[scenario.handler].call("ListAdultPatterns", json!({"schoolId": school})).await;
        assert_eq!(seen["patterns"].as_array().map(Vec::len), Some(1), "whoever takes it on has it");
    }
    // Everybody has been asked about since.
    tokio::time::sleep(std::time::Duration::from_secs(7)).await;
    for (n, scenario) in SCENARIOS.iter().enumerate() {
        for name in scenario.hidden_from {
            let address = format!("{name}.{n}@school.example");
            let told =
                office.mails().into_iter().find(|mail| mail.to == [address.as_str()] && mail.data.contains(WAITS));
            assert!(told.is_none(), "{address} was told: {told:?}");
        }
    }
    println!("{compared} answers of {} scenarios", SCENARIOS.len());
    assert!(compared > 600, "{compared} answers were compared");
    assert!(found.is_empty(), "{} of {compared} differ:\n{}", found.len(), found.join("\n"));
}
