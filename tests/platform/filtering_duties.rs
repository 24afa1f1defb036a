//! A year of duties about the filter in one journey, through a real process: a feed that sends again what was there is told of
//! by mail, a test is recorded, a site is asked for and decided, a change is put in place, and what an alert was about goes
//! with its case. Each person walks by the pages that they are shown.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    installation::{Installation, Person, text},
    journey::{self, School},
    notices::{
        environment,
        receive::{PostOffice, arrives},
    },
    twin_worlds::Browser,
};

/// Waits for what services do by themselves, a minute apart at most.
async fn in_time(what: &str, mut check: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !check().await {
        assert!(begun.elapsed() < Duration::from_secs(90), "{what} did not come");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// A page as somebody is shown it who signs in, at the address that the page has in the end.
fn page(place: &Installation, who: &str, path: &str) -> String {
    let mut browser = Browser::sign_in(&place.gateway, &format!("first.{who}"));
    let mut path = path.to_owned();
    for _ in 0..2 {
        let (status, told) = browser.send("GET", &path, "");
        let (moved, body) = told.split_once('\n').unwrap_or_default();
        if status == 200 {
            return body.to_owned();
        }
        assert_eq!(status, 303, "{path}: {body}");
        moved.trim().clone_into(&mut path);
    }
    panic!("{path} leads on and on");
}

/// The entry of a register that takes the place of another, or is the first.
fn command(school: &School, register: &str, values: &Value, supersedes: &str) -> Value {
    let values: Vec<Value> = values
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| match value {
            Value::Array(several) => json!({"key": key, "values": several}),
            one => json!({"key": key, "values": [one]}),
        })
        .collect();
    let reason = if supersedes.is_empty() { "" } else { "It was decided" };
    json!({
        "schoolId": school.id, "register": register, "values": values, "supersedes": supersedes, "reason": reason
    })
}

async fn add(who: &Person, school: &School, register: &str, values: Value, supersedes: &str) -> Value {
    who.call("AddRegisterEntry", command(school, register, &values, supersedes)).await["entry"].clone()
}

/// Half an hour of a filter's log, up to now: forty sites and one search.
fn log() -> String {
    let now = chassis::clock::Clock::now(&chassis::clock::SystemClock).unix_timestamp();
    let line = |n: i64, url: &str| {
        let at = now - 60 + n;
        format!("{at}.000 200 10.20.4.12 TCP_MISS/200 14007 GET {url} u1 HIER_DIRECT/192.0.2.1 text/html\n")
    };
    let plain = (0..40).map(|n| line(n, &format!("http://site-{n}.example/")));
    plain.chain([line(41, "https://www.google.com/search?q=i+want+to+kill+myself")]).collect()
}

/// The lead is told by mail from now on.
async fn told_by_mail(school: &School, office: &PostOffice) {
    let nothing = async || {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok(())
    };
    let address = json!({"email": "lead@thistledown.example", "digest": "at_once"});
    school.dsl.call("SetNoticeAddress", address).await;
    let mails = arrives(1, || office.mails(), nothing).await.unwrap();
    let token = mails[0].line("https://safety.northshire.example/notices/confirm?token=");
    school.dsl.call("ConfirmNoticeAddress", json!({"token": token})).await;
}

/// A test, a site and a change, by those who owe them.
async fn duties(place: &Installation, school: &School) {
    let today = chassis::clock::london(chassis::clock::Clock::now(&chassis::clock::SystemClock)).date().to_string();
    let path = |below: &str| format!("/schools/{}{below}", school.id);
    let home = page(place, "it", &path(""));
    assert!(home.contains("Filtering or monitoring was never checked"), "{home}");
    let check = json!({
        "on": today, "by": "The technician", "kind": "filter", "device": "Chromebook 14", "where": "Library",
        "user_group": "learner", "list_tested": ["iwf"], "expected": "blocked", "actual": "blocked", "outcome": "works"
    });
    add(&school.it, school, "filter-checks", check, "").await;
    let failed = json!({
        "on": today, "by": "The technician", "kind": "filter", "device": "Laptop 3", "where": "Hall",
        "user_group": "staff", "list_tested": ["police_terrorism"], "expected": "blocked", "actual": "allowed",
        "outcome": "fails", "actions": "The provider was told"
    });
    let failed = add(&school.it, school, "filter-checks", failed, "").await;
    let waits = "A test of filtering or monitoring failed and is not put right";
    for who in ["dsl", "head", "it"] {
        assert!(page(place, who, &path("")).contains(waits), "{who} sees it at home");
    }
    for who in ["dsl", "governor"] {
        assert!(page(place, who, &path("/filtering")).contains(waits), "{who} sees it with the filter");
    }
    let listed = page(place, "governor", &path("/registers/filter-checks"));
    assert!(listed.contains("Fails"), "the list says what came of each: {listed}");
    let works = json!({
        "on": today, "by": "The technician", "kind": "filter", "device": "Laptop 3", "where": "Hall",
        "user_group": "staff", "list_tested": ["police_terrorism"], "expected": "blocked", "actual": "blocked",
        "outcome": "works"
    });
    assert!(!text(&failed["entryId"]).is_empty());
    add(&school.it, school, "filter-checks", works, "").await;
    assert!(!page(place, "dsl", &path("")).contains(waits), "the same works: it waits no more");
    let last = json!({
        "on": today, "by": "The technician", "kind": "filter", "device": "Chromebook 14", "where": "Library",
        "user_group": "learner", "list_tested": ["self_harm"], "expected": "blocked", "actual": "blocked",
        "outcome": "works"
    });
    add(&school.it, school, "filter-checks", last, "").await;
    let again = page(place, "it", &path("/filtering/checks/new"));
    assert!(again.contains("Chromebook 14") && again.contains("Library"), "the next test begins with it: {again}");

    let asked = json!({"on": today, "site": "maps.example", "why": "Geography", "for_whom": "class"});
    let asked = add(&school.staff, school, "unblock-requests", asked, "").await;
    assert!(page(place, "dsl", &path("")).contains("Unblock a site: maps.example"), "the lead sees it at home");
    let entry = text(&asked["entryId"]);
    let decide = page(place, "dsl", &path(&format!("/filtering/unblock/{entry}/decide")));
    assert!(decide.contains("What do you decide?"), "{decide}");
    let looked = page(place, "governor", &path(&format!("/filtering/unblock/{entry}/decide")));
    assert!(!looked.contains("What do you decide?"), "a governor reads it, and decides nothing");
    let technical = decide.split("value=\"acc_").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let technical = format!("acc_{technical}");
    let decided = json!({
        "on": today, "site": "maps.example", "why": "Geography", "for_whom": "class", "decision": "approved",
        "decided_with": technical, "decided_on": today, "decided_why": "Needed for year 7", "until": today
    });
    let mut nobody = decided.clone();
    nobody["decided_with"] = json!("Nobody Atall");
    let refused = school.dsl.try_call("AddRegisterEntry", command(school, "unblock-requests", &nobody, &entry)).await;
    assert_eq!(refused.unwrap_err().reason_name(), "INVALID_FIELD", "nobody technical");
    let approved = add(&school.dsl, school, "unblock-requests", decided.clone(), &entry).await;
    let theirs = page(place, "staff", &path("/filtering"));
    assert!(theirs.contains("It is not unblocked yet. Approved: Needed for year 7"), "{theirs}");
    let waits = "A site is approved and still to be unblocked";
    assert!(page(place, "it", &path("")).contains(waits), "the technician has it at home");
    let approved = text(&approved["entryId"]);
    let done = page(place, "it", &path(&format!("/filtering/unblock/{approved}/done")));
    assert!(done.contains("When was it unblocked?"), "{done}");
    let mut unblocked = decided;
    unblocked["in_place_on"] = json!(today);
    add(&school.it, school, "unblock-requests", unblocked, &approved).await;
    let home = page(place, "it", &path(""));
    assert!(!home.contains(waits) && home.contains("A site is to be blocked again"), "its end has come: {home}");
    assert!(!theirs.contains("Every change of the filter"), "staff are shown no more than is theirs");

    // What came through waits for the technician, who reads no case, and a yearly review for a governor.
    let block = json!({"on": today, "site": "games.example", "may_be_illegal": "false", "seen": "Laptop 3 at 10am"});
    let block = add(&school.dsl, school, "filter-blocks", block, "").await;
    let waits = "What came through the filter is to be blocked";
    assert!(page(place, "it", &path("")).contains(waits), "the technician has it at home");
    let done = page(place, "it", &path(&format!("/filtering/blocks/{}/done", text(&block["entryId"]))));
    assert!(done.contains("games.example") && done.contains("Why did the filter let it pass?"), "{done}");
    let review = json!({
        "on": today, "why_now": "yearly", "took_part": ["leader", "dsl", "it", "governor"], "suits": "It does",
        "blocked_and_why": "Games", "reports": "Few", "outcome": "It stays"
    });
    let review = text(&add(&school.dsl, school, "filter-reviews", review, "").await["entryId"]);
    assert!(page(place, "governor", &path("")).contains("waits for a governor"), "the governor is asked");
    let confirm = page(place, "governor", &path(&format!("/registers/filter-reviews/entries/{review}/confirm")));
    assert!(confirm.contains("Confirm it"), "{confirm}");

    let change = json!({"on": today, "change": "Unblock maps.example", "kind": "unblock", "why": "Asked for"});
    let change = add(&school.it, school, "filter-changes", change, "").await;
    let approved = json!({
        "on": today, "change": "Unblock maps.example", "kind": "unblock", "why": "Asked for", "risk": "Adverts",
        "educational_view": "The head of year", "technical_view": "The technician", "decision": "approved",
        "decided_on": today
    });
    add(&school.head, school, "filter-changes", approved, &text(&change["entryId"])).await;
    let whole = page(place, "it", &path("/filtering"));
    assert!(whole.contains("Approved, to be put in place") && whole.contains("Main filter"), "{whole}");
}

/// From the alert to its case, which keeps what it was about.
async fn evidence(school: &School) {
    let list = json!({"schoolId": school.id, "state": "new"});
    let mut concern = String::new();
    in_time("the alert’s concern", async || {
        let listed = school.dsl.call("ListConcerns", list.clone()).await;
        let concerns = listed["concerns"].as_array().cloned().unwrap_or_default();
        concern = concerns.iter().find(|c| c["origin"] == "alert").map(|c| text(&c["concernId"])).unwrap_or_default();
        !concern.is_empty()
    })
    .await;
    let triage =
        json!({"schoolId": school.id, "concernId": concern, "newCase": {"procedureId": "P0", "risks": ["content"]}});
    let mut case = String::new();
    in_time("the policy at the cases", async || {
        let opened = school.dsl.try_call("TriageConcern", triage.clone()).await.unwrap_or_default();
        case = text(&opened["case"]["caseId"]);
        !case.is_empty()
    })
    .await;
    let read = json!({"schoolId": school.id, "caseId": case});
    in_time("what the alert was about", async || {
        let case = school.dsl.call("GetCase", read.clone()).await.to_string();
        case.contains("What the web filter reported") && case.contains("i want to kill myself")
    })
    .await;
}

#[tokio::test]
async fn the_filter_is_watched_tested_and_changed_and_what_it_showed_stays_with_its_case() {
    let office = PostOffice::open().await.unwrap();
    let place = Installation::embedded_with(&environment(&office)).await;
    let officer = place.sign_in("officer").await;
    let school = journey::in_force(&place, &officer).await;
    told_by_mail(&school, &office).await;
    let feed = json!({"schoolId": school.id, "name": "Main filter", "profile": "squid"});
    let feed = text(&school.it.call("CreateFeed", feed).await["feed"]["feedId"]);
    let file = log();
    for delivery in ["monday", "monday, sent again"] {
        school.it.deliver(&school.id, &feed, delivery, &file).await.unwrap();
    }
    duties(&place, &school).await;
    evidence(&school).await;
    // Within a minute the feed is found out, and the lead is told, by nothing but where to look.
    let ask = json!({"schoolId": school.id, "feedId": feed});
    in_time("the feed’s trouble", async || {
        school.it.call("GetFeedCoverage", ask.clone()).await["coverage"]["state"] == "replayed"
    })
    .await;
    let link = format!("https://safety.northshire.example/schools/{}/filtering/feeds/{feed}", school.id);
    in_time("the mail", async || office.mails().iter().any(|mail| mail.data.lines().any(|line| line == link))).await;
    let shown = page(&place, "dsl", &format!("/schools/{}/filtering/feeds/{feed}", school.id));
    assert!(shown.contains("Sent again what was there") && shown.contains("monday, sent again"), "{shown}");
    waits_for_access(&school).await;
}

/// Gate G-FEED: no further feed while the lead has no access on record, and the refusal says what to enter.
async fn waits_for_access(school: &School) {
    let asked = json!({"schoolId": school.id, "register": "access"});
    let held = school.dsl.call("ListRegisterEntries", asked).await;
    let monitoring =
        held["entries"].as_array().unwrap().iter().find(|entry| entry.to_string().contains("\"monitoring\""));
    let withdraw = json!({
        "schoolId": school.id, "register": "access", "supersedes": monitoring.unwrap()["entryId"], "withdrawn": true,
        "reason": "They left"
    });
    school.dsl.call("AddRegisterEntry", withdraw).await;
    let feed = json!({"schoolId": school.id, "name": "Another filter", "profile": "squid"});
    let shut = school.it.try_call("CreateFeed", feed.clone()).await.unwrap_err();
    assert_eq!(shut.reason_name(), "GATE_SHUT", "{shut}");
    assert_eq!((shut.metadata("gate"), shut.metadata("missing_step")), (Some("G-FEED"), Some("access")));
    assert!(shut.message().ends_with("every deputy to: monitoring"), "{shut}");
    school.dsl.access_of_the_lead(&school.id, &["monitoring"]).await;
    school.it.call("CreateFeed", feed).await;
}
