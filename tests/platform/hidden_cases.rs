//! Hidden cases change no byte of any report for anyone who may not know: what is told of a school before an allegation and after it,
//! as every door tells it. Alerts about staff are held to the same by reporting's own test of this name.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    installation::{Installation, Person, text},
    twin_worlds::{Browser, Ids, Masks, Scenario, allege, furnish},
};

/// An allegation against the head, which the chair takes on, and then a low-level concern about a teacher, which the head does.
const HIDDEN: [Scenario; 2] = [
    Scenario {
        subject: "head",
        about_adult: "head",
        handler: "chair",
        procedure: "P9",
        hidden_from: &["head", "dsl", "deputy", "governor", "officer"],
    },
    Scenario {
        subject: "teacher",
        about_adult: "staff",
        handler: "head",
        procedure: "P10",
        hidden_from: &["dsl", "deputy", "governor", "officer"],
    },
];

/// Everything reports tell somebody: as JSON, as files, and as pages.
async fn reports(
    place: &Installation,
    who: &Person,
    name: &str,
    school: &str,
    masks: &Masks,
) -> BTreeMap<String, String> {
    let mut told = BTreeMap::new();
    let of_school = json!({"schoolId": school});
    let now = who.try_call("GetSchoolReport", of_school.clone()).await.unwrap_or_default();
    let term = text(&now["report"]["term"]["termId"]);
    assert!(!term.is_empty(), "{name} may read reports");
    let mut asked: Vec<(String, Value)> =
        ["GetSchoolReport", "GetGovernorReport", "ListReportVersions", "GetThemeTrend"]
            .into_iter()
            .chain(["GetWorkload", "ListRepeatInvolvement", "GetRulePrecision"])
            .map(|rpc| (rpc.to_owned(), of_school.clone()))
            .collect();
    asked.extend(["GetAuthorityReport", "GetAuthorityTrends"].map(|rpc| (rpc.to_owned(), json!({}))));
    for format in ["CSV", "XLSX", "PDF"] {
        let format = format!("REPORT_FORMAT_{format}");
        asked.push(("ExportReport".into(), json!({"schoolId": school, "termId": term, "format": format})));
    }
    // No name of the reader's own stands in a file.
    let plain = json!({"schoolId": school, "termId": term, "format": "REPORT_FORMAT_XLSX"});
    let mut named = plain.clone();
    named["schoolName"] = json!("=HYPERLINK(1)");
    named["signerName"] = json!("A chief inspector");
    let files = [who.call("ExportReport", plain).await, who.call("ExportReport", named).await];
    assert_eq!(files[0]["content"], files[1]["content"], "{name}");
    for (rpc, request) in asked {
        let key = format!("{rpc} {request}");
        let answer = match who.try_call(&rpc, request).await {
            Ok(mut answer) => {
                answer.sort_all_objects();
                answer.to_string()
            }
            Err(error) => format!("{:?} {}", error.kind(), error.message()),
        };
        told.insert(key, masks.of(&answer));
    }
    let account = if name == "officer" { name.to_owned() } else { format!("a.{name}") };
    let mut browser = Browser::sign_in(&place.gateway, &account);
    let draft = format!("/schools/{school}/reports/{term}/draft");
    let mut pages = vec![format!("/schools/{school}/workload"), "/authority".into(), "/authority.csv".into()];
    pages.extend(["/authority/trends".into(), format!("/schools/{school}/reports"), draft.clone()]);
    pages.extend(["csv", "xlsx", "pdf"].map(|ending| format!("{draft}.{ending}")));
    for page in pages {
        let (status, body) = browser.send("GET", &page, "");
        told.insert(page, format!("{status} {}", masks.of(&body)));
    }
    told
}

#[tokio::test]
async fn hidden_cases_leave_no_trace() {
    let place = Installation::embedded().await;
    let officer = place.sign_in("officer").await;
    officer.call("PublishTemplate", json!({})).await;
    officer.call("PublishAgencyRegister", json!({"area": "northshire"})).await;
    let request = json!({"name": "A school", "kind": "primary", "urn": "888099", "keyStages": ["KS1"]});
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
        people.insert(name, place.named(&officer, &format!("a.{name}"), name, &[role, "ROLE_STAFF"], &school).await);
    }
    let ids: Ids = furnish(&people, &school).await;
    let accounts = people["head"].call("ListColleagues", json!({"schoolId": school})).await;
    let masks = Masks::new();
    let mut compared = 0;
    for scenario in &HIDDEN {
        let look = async || {
            let mut worlds = BTreeMap::new();
            for name in scenario.hidden_from {
                worlds.insert(*name, reports(&place, &people[name], name, &school, &masks).await);
            }
            worlds
        };
        // What is announced has reached whoever counts it, and what is looked at first is printed then.
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        look().await;
        let before = look().await;
        allege(&people, &accounts, &school, scenario, &ids, async || ()).await;
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        let after = look().await;
        for (name, before) in &before {
            for (what, told) in before {
                let now = &after[name][what];
                let at = told.bytes().zip(now.bytes()).take_while(|(one, other)| one == other).count();
                let part = |text: &str| text.chars().skip(at.saturating_sub(60)).take(200).collect::<String>();
                assert!(told == now, "{what} of {name}: {}\n-- now --\n{}", part(told), part(now));
                compared += told.len();
            }
        }
        let known = people[scenario.handler].call("ListAdultPatterns", json!({"schoolId": school})).await;
        assert_eq!(known["patterns"].as_array().map(Vec::len), Some(1), "whoever takes it on has it");
    }
    println!("{compared} bytes compared");
    assert!(compared > 500_000, "{compared} bytes were compared");
    // A case about a child is told: the same look sees it.
    let of_dsl = async || reports(&place, &people["dsl"], "dsl", &school, &masks).await;
    let before = of_dsl().await;
    for n in 0..6 {
        let concern = json!({"schoolId": school, "about": format!("C {n}"), "narrative": "n", "safeNow": "yes"});
        people["teacher"].call("RecordConcern", concern).await;
    }
    crate::journey::eventually("the figures", async || of_dsl().await != before).await;
}
