//! A roll-out whose registry is killed in the middle of it, twice: every school has one draft in the end, and no more.

use std::time::Duration;

use hedgerow::client;
use proto::policy_registry::v1::{PublishTemplateRequest, SourceFile, policy_registry_client::PolicyRegistryClient};
use serde_json::{Value, json};

use crate::installation::{Installation, Person, Redis, text};

const SCHOOLS: u64 = 60;
const POLICY: &str = "# Policy aims\n\n- It was written by staff, involving parents.\n- Our bees hum.\n\n# Filtering\n\n- We use Sluice to filter the internet here.\n";

/// Publishes the model template with a sentence more in its first clause.
async fn publish_changed(officer: &Person) {
    let files = policy_registry::template::model::model_files().into_iter().map(|mut file| {
        if file.name.starts_with("clauses/") {
            let text = String::from_utf8(file.content).unwrap();
            file.content = format!("{}\nThis stands here from now on.\n", text.trim_end()).into_bytes();
        }
        SourceFile { name: file.name, content: file.content.into() }
    });
    let request =
        PublishTemplateRequest { files: files.collect(), request_id: client::request_id(), based_on_version: 0 };
    let mut registry = PolicyRegistryClient::new(client::gateway(&officer.config).await.unwrap())
        .max_decoding_message_size(chassis::serve::MAX_MESSAGE);
    registry.publish_template(request).await.unwrap();
}

async fn rollout(officer: &Person, id: &str) -> Value {
    loop {
        // The registry may be on its way back.
        match officer.try_call("GetRollout", json!({"rolloutId": id})).await {
            Ok(answer) => return answer["rollout"].clone(),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

#[tokio::test]
async fn rollout_merges_go_on_where_a_kill_stopped_them() {
    let redis = Redis::start();
    let mut place = Installation::distributed_over(&redis.1).await;
    let officer = place.sign_in("officer").await;
    officer.call("PublishTemplate", json!({})).await;
    let mut schools = Vec::new();
    for nth in 0..SCHOOLS {
        let school = json!({"name": format!("School {nth}"), "kind": "primary", "urn": format!("3{nth:05}"), "keyStages": ["KS1"]});
        let school = text(&officer.call("CreateSchool", school).await["school"]["schoolId"]);
        officer.import(&school, POLICY.as_bytes().to_vec()).await;
        schools.push(school);
    }
    publish_changed(&officer).await;
    let next_year =
        (chassis::clock::Clock::now(&chassis::clock::SystemClock) + time::Duration::days(365)).date().to_string();
    let started = officer.call("StartRollout", json!({"statutoryByDate": next_year})).await;
    assert!(started.is_object());
    let mut killed_with = Vec::new();
    let id = text(&officer.call("ListRollouts", json!({})).await["rollouts"][0]["rolloutId"]);
    let mut merged = 0;
    for _ in 0..2 {
        let before = merged;
        while merged == before && merged < SCHOOLS {
            let now = rollout(&officer, &id).await;
            merged = now["merged"].as_u64().unwrap_or_default();
        }
        place.kill("policy-registry");
        killed_with.push(merged);
        place.start("policy-registry");
        place.ready().await;
    }
    assert!(killed_with[0] < SCHOOLS, "it was over before it could be stopped: {killed_with:?}");
    let done = loop {
        let now = rollout(&officer, &id).await;
        if now["state"] == "done" {
            break now;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!((done["schools"].as_u64(), done["merged"].as_u64()), (Some(SCHOOLS), Some(SCHOOLS)), "{done}");
    for school in &schools {
        let versions = officer.call("ListInstances", json!({"schoolId": school})).await;
        let versions: Vec<(u64, String)> = versions["instances"]
            .as_array()
            .unwrap()
            .iter()
            .map(|version| (version["version"].as_u64().unwrap(), text(&version["state"])))
            .collect();
        let expected = [(2, "INSTANCE_STATE_DRAFT".to_owned()), (1, "INSTANCE_STATE_DISCARDED".to_owned())];
        assert_eq!(versions, expected, "{school}");
    }
}
