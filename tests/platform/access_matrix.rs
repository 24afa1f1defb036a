//! Every role by every rpc, asked through the gateway's own door of a whole platform: allowed, denied, or as if there
//! were nothing. A change of it is a change of `tests/access_matrix.txt` that somebody reads; a new rpc is a new row.

use std::fmt::Write as _;

use chassis::{desk::Desk, error::Kind};
use proto::{access::v1::At, contract};
use serde_json::json;

use crate::installation::{Installation, Person, root};

const ROLES: [&str; 15] = [
    "ROLE_STAFF",
    "ROLE_DSL",
    "ROLE_DEPUTY_DSL",
    "ROLE_HEAD",
    "ROLE_GOVERNOR",
    "ROLE_CHAIR",
    "ROLE_IT",
    "ROLE_SENDER",
    "ROLE_AUTHORITY_OFFICER",
    "ROLE_OPERATOR",
    "ROLE_LADO",
    "ROLE_FRONT_DOOR",
    "ROLE_PREVENT_LEAD",
    "ROLE_SAFEGUARDING_OFFICER",
    "nobody",
];

/// What a role gets of an rpc: `+` where it may, `-` where its role does not allow it, `.` where it is told nothing, `~`
/// where so many have guessed from one address that it is told to wait.
async fn asked(person: &Person, rpc: &'static contract::Rpc, school: &str) -> char {
    let mut request = json!({});
    if rpc.descriptor.input().get_field_by_name("school_id").is_some() {
        request["schoolId"] = school.into();
    }
    // What is asked at a desk is asked at each: `+` where the role may at any.
    let desks: Vec<&str> = match rpc.at {
        At::Desk => Desk::ALL.iter().map(|(_, name, ..)| *name).collect(),
        _ => vec![""],
    };
    let mut found = Vec::new();
    for desk in desks {
        if !desk.is_empty() {
            request["desk"] = desk.into();
        }
        found.push(one(person, rpc, school, &request).await);
    }
    *found
        .iter()
        .find(|answer| **answer == '+')
        .or_else(|| found.iter().find(|answer| **answer == '.'))
        .unwrap_or(&found[0])
}

async fn one(person: &Person, rpc: &'static contract::Rpc, school: &str, request: &serde_json::Value) -> char {
    let request = request.clone();
    let answer = if rpc.descriptor.is_client_streaming() {
        crate::installation::first_of_stream(person, school).await
    } else {
        person.try_call(rpc.path.trim_start_matches('/'), request).await.map(|_| ())
    };
    match answer.map_err(|error| error.kind()) {
        Ok(()) | Err(Kind::Invalid | Kind::Conflict | Kind::Stale) => '+',
        Err(Kind::Exhausted) => '~',
        Err(Kind::Denied) => '-',
        Err(Kind::Unauthenticated) => '!',
        Err(Kind::Missing) => '.',
        Err(other) => panic!("{}: {other:?}", rpc.path),
    }
}

#[tokio::test]
async fn access_matrix_is_the_one_that_was_reviewed() {
    let place = Installation::embedded().await;
    let officer = place.sign_in("officer").await;
    let school = json!({"name": "A school", "kind": "primary", "urn": "888001", "keyStages": ["KS1"]});
    let school = crate::installation::text(&officer.call("CreateSchool", school).await["school"]["schoolId"]);
    officer.call("PublishTemplate", json!({})).await;
    let mut people = Vec::new();
    for role in ROLES {
        let name = role.to_lowercase().replace('_', "-");
        people.push(match role {
            "nobody" => Person { config: place.nobody() },
            "ROLE_AUTHORITY_OFFICER"
            | "ROLE_OPERATOR"
            | "ROLE_LADO"
            | "ROLE_FRONT_DOOR"
            | "ROLE_PREVENT_LEAD"
            | "ROLE_SAFEGUARDING_OFFICER" => place.person(&officer, &name, &[role], "").await,
            role => place.person(&officer, &name, &[role], &school).await,
        });
    }
    let mut table = String::new();
    for (number, role) in ROLES.iter().enumerate() {
        writeln!(table, "{:width$}{role}", "", width = 40 + number * 2).unwrap();
    }
    for rpc in contract::rpcs() {
        // Signing out would end the session the next rows are asked with.
        if rpc.name() == "SignOut" {
            continue;
        }
        write!(table, "{:40}", rpc.path.rsplit('.').next().unwrap()).unwrap();
        for person in &people {
            write!(table, "{} ", asked(person, rpc, &school).await).unwrap();
        }
        table = table.trim_end().to_owned() + "\n";
    }
    let path = root().join("tests/access_matrix.txt");
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    if table != reviewed {
        let new = root().join("target/access_matrix.txt");
        std::fs::write(&new, &table).unwrap();
        panic!("who may do what has changed: review {} and put it in tests/\n{table}", new.display());
    }
}
