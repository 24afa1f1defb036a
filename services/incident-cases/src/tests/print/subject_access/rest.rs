//! What an answer is without because whoever made it may not know of it: whoever may adds it, and nobody learns what another
//! holds.

use chassis::{
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision as Triage, *},
};

use super::{Family, read, stands};
use crate::tests::access::told;

async fn the_head_answers_and_adds_what_the_lead_may_not_know_of(engine: Engine) -> Result<()> {
    let family = Family::new(engine).await?;
    let (dsl, bed) = (&family.world.dsl, &family.world.bed);
    let head = bed.person(&[(Role::Head, &family.world.here), (Role::Staff, &family.world.here)]);
    // Cases that are open to the head are theirs to read, and so to give.
    let own = family.receive(&head).await?.access_request_id;
    assert_eq!(family.decide_all(&head, &own).await?, 0);
    let answer = call!(head, export_subject_access, family.export(&head, &own, "html"))?;
    assert!(stands(&read("html", &answer.content)?, "PEAR"));
    assert!(!family.get(dsl, &own).await?.access_request.unwrap_or_default().adds, "the head read all of it");

    let id = family.receive(dsl).await?.access_request_id;
    let before = told(family.get(dsl, &id).await);
    let subject =
        AdultSubject { account_id: dsl.account_id.clone(), routed_to: "head".into(), ..AdultSubject::default() };
    let report = RecordConcernRequest {
        school_id: family.here(),
        about: "Robin Field".into(),
        narrative: "ROWAN: Robin says that a teacher pushed him".into(),
        safe_now: "yes".into(),
        request_id: family.deputy.request_id(),
        ..Default::default()
    };
    let concern_id = call!(family.deputy, record_concern, report)?.concern.unwrap_or_default().concern_id;
    let link = SetConcernLearnersRequest {
        school_id: family.here(),
        concern_id: concern_id.clone(),
        learner_ids: vec![family.child.clone()],
        request_id: family.deputy.request_id(),
    };
    call!(family.deputy, set_concern_learners, link)?;
    let asked = TriageConcernRequest {
        school_id: family.here(),
        concern_id,
        decision: Some(Triage::NewCase(NewCase {
            procedure_id: "P9".into(),
            risks: vec!["contact".into()],
            subject: Some(subject),
        })),
        request_id: family.deputy.request_id(),
        again: String::new(),
    };
    call!(family.deputy, triage_concern, asked)?;
    assert_eq!(told(family.get(dsl, &id).await), before, "byte for byte");
    assert_eq!(family.decide_all(dsl, &id).await?, 0);
    let waiting = async |who: &Person| -> Result<Vec<(String, bool)>> {
        let request = ListAccessRequestsRequest { school_id: family.here(), unanswered: true, ..Default::default() };
        let found = call!(who, list_access_requests, request)?.access_requests;
        Ok(found.into_iter().map(|asked| (asked.access_request_id, asked.adds)).collect())
    };
    let answer = call!(dsl, export_subject_access, family.export(dsl, &id, "html"))?;
    assert!(!read("html", &answer.content)?.contains("ROWAN") && !answer.access_request.unwrap_or_default().adds);
    assert!(waiting(dsl).await?.is_empty(), "for the lead it is answered");
    assert_eq!(waiting(&head).await?, [(id.clone(), true)], "for the head it is without something");

    // The head decides on that alone, and adds it.
    let file = family.get(&head, &id).await?;
    let (open, shut): (Vec<_>, Vec<_>) = file.items.iter().partition(|item| item.decidable);
    assert!(open.iter().any(|item| item.text.contains("ROWAN")) && !shut.is_empty());
    let late = family.decide(&head, &id, shut[0], "withhold").await.err().map(|e| e.reason_name());
    assert_eq!(late, Some("WRONG_STATE"), "what was answered stays");
    let early = call!(head, export_subject_access, family.export(&head, &id, "html")).err().map(|e| e.reason_name());
    assert_eq!(early, Some("WRONG_STATE"), "each of them is decided on first");
    for item in open.iter().filter(|item| item.state == "undecided") {
        let choice = if item.suggestions.is_empty() { "release" } else { "release_redacted" };
        family.decide(&head, &id, item, choice).await?;
    }
    let asked = family.export(&head, &id, "html");
    let added = call!(head, export_subject_access, asked.clone())?;
    let text = read("html", &added.content)?;
    assert!(stands(&text, "ROWAN") && !text.contains("PEAR") && text.contains("Adds to"), "{text}");
    assert_eq!(call!(head, export_subject_access, asked)?.content, added.content, "the same call gets the same file");
    assert!(waiting(&head).await?.is_empty());
    let seen = async |who: &Person| -> Result<(usize, bool)> {
        let request = family.get(who, &id).await?.access_request.unwrap_or_default();
        Ok((request.further.len(), request.adds))
    };
    assert_eq!((seen(&head).await?, seen(dsl).await?), ((1, false), (0, false)));
    Ok(())
}

on_both_engines!(the_head_answers_and_adds_what_the_lead_may_not_know_of,);
