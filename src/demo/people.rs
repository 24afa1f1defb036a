//! The people of the demonstration. All of them are made up.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chassis::error::{Error, Result};
use serde_json::{Value, json};

use crate::{client::Within, dynamic};

/// Everybody's password in the demonstration, and nowhere else.
pub const PASSWORD: &str = "correct horse battery";

/// Role at the school, name shown, roles held.
type Person = (&'static str, &'static str, &'static [&'static str]);

/// The people of each school. At the primary the head is the only lead, as at many small schools.
const PEOPLE: [(&str, &[Person]); 3] = [
    (
        "thistledown",
        &[
            ("staff", "Jo Fenwick", &["ROLE_STAFF"]),
            ("dsl", "Amara Okafor", &["ROLE_STAFF", "ROLE_DSL"]),
            ("deputy", "Tom Beresford", &["ROLE_STAFF", "ROLE_DEPUTY_DSL"]),
            ("head", "Ruth Calloway", &["ROLE_STAFF", "ROLE_HEAD"]),
            ("governor", "Peter Lindqvist", &["ROLE_GOVERNOR"]),
            ("chair", "Nadia Rahman", &["ROLE_CHAIR"]),
            ("it", "Sam Whitlock", &["ROLE_IT"]),
        ],
    ),
    (
        "pennyroyal",
        &[
            ("staff", "Ellie Marsh", &["ROLE_STAFF"]),
            ("head", "Grace Tolliver", &["ROLE_STAFF", "ROLE_HEAD", "ROLE_DSL"]),
            ("governor", "Owen Prothero", &["ROLE_GOVERNOR"]),
            ("chair", "Helen Achebe", &["ROLE_CHAIR"]),
            ("it", "Raj Malhotra", &["ROLE_IT"]),
        ],
    ),
    (
        "harrowmere",
        &[
            ("staff", "Callum Reid", &["ROLE_STAFF"]),
            ("dsl", "Farah Siddiqui", &["ROLE_STAFF", "ROLE_DSL"]),
            ("deputy", "Megan Pryce", &["ROLE_STAFF", "ROLE_DEPUTY_DSL"]),
            ("head", "Daniel Osei", &["ROLE_STAFF", "ROLE_HEAD"]),
            ("governor", "Ines Moreau", &["ROLE_GOVERNOR"]),
            ("chair", "Gordon Haddow", &["ROLE_CHAIR"]),
            ("it", "Kit Vasquez", &["ROLE_IT"]),
        ],
    ),
];

/// The people of the authority's desks: sign-in name, name shown, role held.
const DESKS: [(&str, &str, &str); 4] = [
    ("lado", "Imogen Farrar", "ROLE_LADO"),
    ("front-door", "Dev Chaudhary", "ROLE_FRONT_DOOR"),
    ("prevent", "Marta Kowal", "ROLE_PREVENT_LEAD"),
    ("safeguarding", "Joan Attwater", "ROLE_SAFEGUARDING_OFFICER"),
];

/// Who is signed in, and what they have made.
pub struct People {
    gateway: Within,
    tokens: Mutex<HashMap<String, String>>,
    /// School ids by key.
    pub schools: HashMap<&'static str, String>,
    /// Feed ids by the school's key.
    pub feeds: HashMap<&'static str, String>,
}

impl People {
    /// Nobody yet.
    pub fn new(gateway: axum::Router) -> Self {
        let (tokens, schools, feeds) = Default::default();
        Self { gateway: Within::new(gateway), tokens, schools, feeds }
    }

    /// Signs somebody in.
    pub async fn sign_in(&self, name: &str) -> Result<()> {
        let request = json!({"signInName": name, "password": PASSWORD}).to_string();
        let answer = dynamic::call(self.gateway.clone(), dynamic::find("SignIn")?, &request).await?;
        let token = answer["sessionToken"].as_str().unwrap_or_default().to_owned();
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), token);
        Ok(())
    }

    /// Somebody's way through the gateway.
    pub fn way(&self, who: &str) -> Result<Within> {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let token = tokens.get(who).ok_or_else(|| Error::internal(format!("{who} is not signed in")))?;
        self.gateway.with_token(token)
    }

    /// A school's id by its key.
    pub fn school(&self, key: &str) -> &str {
        self.schools.get(key).map(String::as_str).unwrap_or_default()
    }
}

/// The accounts of the authority's desks, as requests to create them.
pub fn desks(start: &str) -> Vec<(&'static str, Value)> {
    let account = |(name, display, role): &(&'static str, &str, &str)| {
        let appointment = json!({"role": role, "startTime": start});
        let request = json!({
            "signInName": name, "displayName": display, "password": PASSWORD, "appointments": [appointment]
        });
        (*name, request)
    };
    DESKS.iter().map(account).collect()
}

/// The accounts of a school, as requests to create them.
pub fn accounts(school: &str, school_id: &str, start: &str) -> Vec<(String, Value)> {
    let people = PEOPLE.iter().find(|(key, _)| *key == school).map(|(_, people)| *people).unwrap_or_default();
    let account = |(part, display, roles): &Person| {
        let name = format!("{school}.{part}");
        let appointments: Vec<Value> =
            roles.iter().map(|role| json!({"role": role, "schoolId": school_id, "startTime": start})).collect();
        let request = json!({
            "signInName": name, "displayName": display, "password": PASSWORD, "appointments": appointments
        });
        (name, request)
    };
    people.iter().map(account).collect()
}

/// The sign-in name of whoever acts in a part at a school: at the primary the head is the lead.
pub fn who(school: &str, part: &str) -> String {
    match (school, part) {
        ("pennyroyal", "dsl" | "deputy") => "pennyroyal.head".to_owned(),
        _ => format!("{school}.{part}"),
    }
}

/// What is printed once the demonstration runs.
pub fn sign_ins(listen: &str) -> String {
    let mut text = format!("\nHedgerow runs at http://{listen}\nEverybody's password is: {PASSWORD}\n\n");
    text += &format!("  {:24} {}\n", "officer", "the authority's officer");
    for (name, display, role) in DESKS {
        text +=
            &format!("  {name:24} {display}: {}\n", role.trim_start_matches("ROLE_").to_lowercase().replace('_', " "));
    }
    for (school, people) in PEOPLE {
        for (part, display, roles) in people {
            let roles: Vec<String> =
                roles.iter().map(|r| r.trim_start_matches("ROLE_").to_lowercase().replace('_', " ")).collect();
            text += &format!("  {:24} {display}: {}\n", format!("{school}.{part}"), roles.join(", "));
        }
    }
    text
}
