//! A draft as tests know it.

use proto::{
    incident_cases::v1::{FormAnswer, ReferralDraft, ReferralRoute},
    policy_registry::v1::{Agency, AgencyRoute, AgencyRouteField, Clock},
};

/// A draft as a test knows it.
pub fn sample() -> ReferralDraft {
    let field = |key: &str, group: &str, kind: &str| AgencyRouteField {
        key: key.into(),
        group: group.into(),
        label: format!("What of the <{key}>?"),
        kind: kind.into(),
        options: if kind.starts_with("choice") { vec!["One".into(), "Two".into()] } else { Vec::new() },
        required: true,
        ..Default::default()
    };
    let route = AgencyRoute {
        key: "front_door".into(),
        title: "Children’s services front door".into(),
        threshold: "Significant harm".into(),
        advice: "Tell the parents first".into(),
        send: Some(Clock { kind: "at_once".into(), ..Default::default() }),
        answer: Some(Clock { kind: "working_days".into(), amount: 1, ..Default::default() }),
        fields: vec![
            field("danger", "The risk", "yes_no"),
            field("worry", "The risk", "long_text"),
            field("level", "The risk", "choice"),
            field("limbs", "The risk", "choices"),
            field("known_on", "The child", "date"),
            field("school", "The child", "text"),
        ],
        ..Default::default()
    };
    let answers = route.fields.iter().map(|field| FormAnswer {
        key: field.key.clone(),
        group: field.group.clone(),
        label: field.label.clone(),
        value: if field.key == "danger" { "no".into() } else { String::new() },
    });
    let agency = Agency {
        key: "front_door_form".into(),
        name: "Front <door>".into(),
        means: vec!["portal".into(), "package".into(), "web".into(), "secure_mail".into()],
        ..Default::default()
    };
    ReferralDraft {
        draft_id: "rfd_1".into(),
        agency: agency.key.clone(),
        answers: answers.collect(),
        route: Some(ReferralRoute { route: Some(route), agencies: vec![agency], shut: String::new() }),
        state: "drafted".into(),
        ..Default::default()
    }
}
