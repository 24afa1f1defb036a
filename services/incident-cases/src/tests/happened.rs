//! What a case says of when things happened, what belongs in its chronology, whose part was wrong, and how parents were told.

use chassis::{
    clock::timestamp,
    error::{Error, Result},
    testing::Engine,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};
use time::Duration;

use super::{World, world};
use crate::case::{Entry as Kept, EntryId};

impl World {
    async fn entry(&self, case: &Case, request: AddEntryRequest) -> Result<Case> {
        let request = AddEntryRequest {
            school_id: self.here.clone(),
            case_id: case.case_id.clone(),
            text: "He sent it round".into(),
            request_id: self.dsl.request_id(),
            ..request
        };
        Ok(call!(self.dsl, add_entry, request)?.case.unwrap_or_default())
    }
}

async fn what_belongs_in_the_chronology_is_said_later_and_the_entry_stays(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let case = world.entry(&case, AddEntryRequest::default()).await?;
    let mark = |significant: bool, impact: &str, etag: &str| SetEntrySignificantRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        entry_id: case.entries[0].entry_id.clone(),
        significant,
        impact: impact.into(),
        reason: "The second time in a month".into(),
        etag: etag.into(),
        request_id: world.dsl.request_id(),
    };
    let stale = call!(world.dsl, set_entry_significant, mark(true, "Fear", "v0"));
    assert_eq!(stale.err().map(|e| e.reason_name()), Some("CHANGED"));
    assert_eq!(field(call!(world.dsl, set_entry_significant, mark(true, "", "")).err()), "impact");
    let idle = call!(world.dsl, set_entry_significant, mark(false, "", ""));
    assert_eq!(idle.err().map(|e| e.reason_name()), Some("WRONG_STATE"));
    let in_it = call!(world.dsl, set_entry_significant, mark(true, "Fear", &case.etag))?.case.unwrap_or_default();
    assert_eq!((in_it.entries[0].significant, in_it.entries[0].impact.as_str()), (true, "Fear"));
    let out = call!(world.dsl, set_entry_significant, mark(false, "", ""))?.case.unwrap_or_default();
    let told: Vec<_> = out.entries[0].marks.iter().map(|m| (m.significant, m.impact.as_str())).collect();
    assert_eq!(told, [(false, ""), (true, "Fear"), (false, "")], "what was said before stays");
    assert_eq!((out.entries[0].significant, out.entries[0].impact.as_str()), (false, ""));
    assert_eq!(
        (&out.entries[0].text, out.entries[0].create_time),
        (&case.entries[0].text, case.entries[0].create_time)
    );
    Ok(())
}

async fn what_a_case_is_put_under_is_said_anew_and_what_was_said_stays(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let to = |risks: &[&str], kinds: &[&str]| ClassifyCaseRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        risks: risks.iter().map(|risk| (*risk).to_owned()).collect(),
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        reason: "The picture was sent on".into(),
        etag: String::new(),
        request_id: world.dsl.request_id(),
    };
    assert_eq!(field(call!(world.dsl, classify_case, to(&[], &[])).err()), "risks");
    assert_eq!(field(call!(world.dsl, classify_case, to(&["conduct"], &["theft"])).err()), "kinds");
    let now = to(&["conduct", "contact"], &["coercion", "shared_images", "coercion"]);
    let now = call!(world.dsl, classify_case, now)?.case.unwrap_or_default();
    assert_eq!(now.risks, ["contact", "conduct"]);
    assert_eq!(now.kinds, ["shared_images", "coercion"], "in the order of the list, each once");
    assert_eq!(now.classes.len(), 1);
    assert_eq!((&now.classes[0].risks_before, now.classes[0].kinds_before.len()), (&case.risks, 0));
    assert_eq!(now.classes[0].account_id, world.dsl.account_id);
    let idle = call!(world.dsl, classify_case, to(&["contact", "conduct"], &["shared_images", "coercion"]));
    assert_eq!(idle.err().map(|e| e.reason_name()), Some("WRONG_STATE"));
    Ok(())
}

async fn a_part_is_corrected_or_ended_and_keeps_what_it_said(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let (school_id, case_id, dsl) = (world.here.clone(), case.case_id.clone(), &world.dsl);
    let add = |person: &str| AddInvolvementRequest {
        school_id: school_id.clone(),
        case_id: case_id.clone(),
        person: person.into(),
        role: "victim".into(),
        year_group: "9".into(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, add_involvement, add("One"))?;
    let case = call!(dsl, add_involvement, add("Two"))?.case.unwrap_or_default();
    let id = |n: usize| case.involvements[n].involvement_id.clone();
    let told = RecordParentsDecisionRequest {
        school_id: school_id.clone(),
        case_id: case_id.clone(),
        involvement_id: id(0),
        told: true,
        reason: "She thanked us".into(),
        request_id: dsl.request_id(),
        told_by: "Ms Ali".into(),
        told_time: Some(timestamp(world.bed.now())),
        told_whom: "The mother".into(),
        told_how: "in_person".into(),
    };
    let told = call!(dsl, record_parents_decision, told)?.case.unwrap_or_default();
    assert!(told.left_to_do.contains(&"parents_decision".to_owned()), "the other child is still to be thought of");

    let correct = |role: &str, reason: &str| UpdateInvolvementRequest {
        school_id: school_id.clone(),
        case_id: case_id.clone(),
        involvement_id: id(0),
        role: role.into(),
        year_group: "10".into(),
        vulnerabilities: vec!["send".into()],
        reason: reason.into(),
        etag: String::new(),
        request_id: dsl.request_id(),
        subject: None,
        works_elsewhere: false,
        shown_to: String::new(),
    };
    assert_eq!(field(call!(dsl, update_involvement, correct("witness", "")).err()), "reason");
    assert_eq!(field(call!(dsl, update_involvement, correct("friend", "So")).err()), "role");
    let now = call!(dsl, update_involvement, correct("witness", "She saw it"))?.case.unwrap_or_default();
    let part = &now.involvements[0];
    assert_eq!((part.role.as_str(), part.year_group.as_str(), part.vulnerabilities.len()), ("witness", "10", 1));
    let before: Vec<_> =
        part.changes.iter().map(|c| (c.role.as_str(), c.year_group.as_str(), c.reason.as_str())).collect();
    assert_eq!(before, [("victim", "9", "She saw it")]);
    assert_eq!(now.parents_decisions.len(), 1, "what was recorded of it stays");
    let same = call!(dsl, update_involvement, correct("", "Again"));
    assert_eq!(same.err().map(|e| e.reason_name()), Some("WRONG_STATE"), "an empty part stays as it is");

    let end = |n| EndInvolvementRequest {
        school_id: school_id.clone(),
        case_id: case_id.clone(),
        involvement_id: id(n),
        reason: "Another pupil of that name".into(),
        etag: String::new(),
        request_id: dsl.request_id(),
    };
    let ended = call!(dsl, end_involvement, end(1))?.case.unwrap_or_default();
    assert_eq!(ended.involvements[1].end.as_ref().map(|e| e.reason.as_str()), Some("Another pupil of that name"));
    assert_eq!(ended.involvements[1].label, "Learner 2, Year 9", "what others know them by stays");
    assert!(!ended.left_to_do.contains(&"parents_decision".to_owned()), "nothing more is asked for it");
    assert_eq!(call!(dsl, end_involvement, end(1)).err().map(|e| e.reason_name()), Some("WRONG_STATE"));
    Ok(())
}

async fn parents_told_are_told_by_somebody_at_a_time(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let add = AddInvolvementRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        person: "One".into(),
        role: "victim".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let case = call!(world.dsl, add_involvement, add)?.case.unwrap_or_default();
    let now = world.bed.now();
    let told = |told_time| RecordParentsDecisionRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        involvement_id: case.involvements[0].involvement_id.clone(),
        told: true,
        reason: "She will talk with him".into(),
        request_id: world.dsl.request_id(),
        told_by: "Ms Ali".into(),
        told_time,
        told_whom: "The mother".into(),
        told_how: "telephone".into(),
    };
    let at = |hours| Some(timestamp(now + Duration::hours(hours)));
    let whole = || told(at(-1));
    for (wrong, request) in [
        // That they were told is no record of it: by whom, when, whom and how belongs to it, whoever calls.
        (
            "told_by",
            RecordParentsDecisionRequest {
                told_by: String::new(),
                told_time: None,
                told_whom: String::new(),
                told_how: String::new(),
                ..whole()
            },
        ),
        ("told_time", told(None)),
        ("told_time", told(at(1))),
        ("told_by", RecordParentsDecisionRequest { told_by: String::new(), ..whole() }),
        ("told_whom", RecordParentsDecisionRequest { told_whom: String::new(), ..whole() }),
        ("told_how", RecordParentsDecisionRequest { told_how: "pigeon".into(), ..whole() }),
        ("told_by", RecordParentsDecisionRequest { told: false, ..whole() }),
    ] {
        assert_eq!(field(call!(world.dsl, record_parents_decision, request).err()), wrong);
    }
    let kept = call!(world.dsl, record_parents_decision, whole())?.case.unwrap_or_default().parents_decisions;
    let kept = &kept[0];
    assert_eq!((kept.told_by.as_str(), kept.told_time, kept.told_whom.as_str()), ("Ms Ali", at(-1), "The mother"));
    assert_eq!(kept.told_how, "telephone");
    Ok(())
}

fn field(error: Option<Error>) -> String {
    error.and_then(|e| e.violations().first().map(|v| v.field.clone())).unwrap_or_default()
}

async fn an_entry_says_when_it_happened_and_what_it_is(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let now = world.bed.now();
    let at = |days| Some(timestamp(now + Duration::days(days)));
    let plain = || AddEntryRequest::default();
    world.entry(&case, plain()).await?;
    let yesterday =
        AddEntryRequest { event_time: at(-1), event_time_kind: "day".into(), kind: "said_by_child".into(), ..plain() };
    world.entry(&case, yesterday).await?;
    let unknown = AddEntryRequest { event_time_kind: "unknown".into(), kind: "opinion".into(), ..plain() };
    world.entry(&case, unknown).await?;
    let case = world.entry(&case, AddEntryRequest { event_time: at(-3), ..plain() }).await?;
    let told: Vec<_> =
        case.entries.iter().map(|e| (e.event_time, e.event_time_kind.as_str(), e.kind.as_str())).collect();
    assert_eq!(
        told,
        [
            (at(0), "exact", "fact"),
            (at(-1), "day", "said_by_child"),
            (None, "unknown", "opinion"),
            (at(-3), "exact", "fact"),
        ]
    );
    let soon = Some(timestamp(now + Duration::minutes(1)));
    for (wrong, request) in [
        ("event_time", AddEntryRequest { event_time: soon, ..plain() }),
        ("event_time", AddEntryRequest { event_time: at(1), event_time_kind: "day".into(), ..plain() }),
        ("event_time", AddEntryRequest { event_time: at(400), ..plain() }),
        ("event_time", AddEntryRequest { event_time_kind: "day".into(), ..plain() }),
        ("event_time", AddEntryRequest { event_time: at(-1), event_time_kind: "unknown".into(), ..plain() }),
        ("event_time_kind", AddEntryRequest { event_time_kind: "about".into(), ..plain() }),
        ("kind", AddEntryRequest { kind: "rumour".into(), ..plain() }),
    ] {
        assert_eq!(field(world.entry(&case, request).await.err()), wrong);
    }
    Ok(())
}

async fn a_witness_is_kept_to_the_lead(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let deputy = world.bed.person(&[(Role::DeputyDsl, &world.here)]);
    let case = world.case().await?;
    let add = |role: &str| AddInvolvementRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        person: "Marlowe Quennell".into(),
        role: role.into(),
        shown_to: "lead".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let child = call!(world.dsl, add_involvement, add("victim")).err();
    assert_eq!(child.map(|e| e.violations()[0].field.clone()).as_deref(), Some("shown_to"));
    let own = call!(world.dsl, add_involvement, add("witness"))?.case.unwrap_or_default();
    assert_eq!((own.involvements[0].person.as_str(), own.involvements[0].withheld), ("Marlowe Quennell", false));

    let read = || GetCaseRequest { school_id: world.here.clone(), case_id: case.case_id.clone() };
    let seen = call!(deputy, get_case, read())?.case.unwrap_or_default();
    let part = &seen.involvements[0];
    assert_eq!((part.person.as_str(), part.role.as_str(), part.withheld), ("", "witness", true));
    let listed = ListCasesRequest { school_id: world.here.clone(), ..Default::default() };
    let listed = call!(deputy, list_cases, listed)?.cases;
    assert!(listed.iter().all(|case| !format!("{case:?}").contains("Quennell")));
    assert!(!listed[0].people.is_empty(), "it is about whom its concern says still");
    let sought = || SearchRecordsRequest { school_id: world.here.clone(), query: "Quennell".into() };
    assert!(call!(deputy, search_records, sought())?.records.is_empty(), "nothing is found by a name that is kept");
    assert_eq!(call!(world.dsl, search_records, sought())?.records.len(), 1);
    let correct = |who: &str, request_id: String| UpdateInvolvementRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        involvement_id: part.involvement_id.clone(),
        shown_to: who.into(),
        reason: "They agreed to it".into(),
        request_id,
        ..Default::default()
    };
    let refused = call!(deputy, update_involvement, correct("everybody", deputy.request_id())).err();
    assert_eq!(
        refused.map(|e| e.kind()),
        Some(chassis::error::Kind::Missing),
        "who does not see it opens it to nobody"
    );
    call!(world.dsl, update_involvement, correct("everybody", world.dsl.request_id()))?;
    let seen = call!(deputy, get_case, read())?.case.unwrap_or_default();
    assert_eq!(seen.involvements[0].person, "Marlowe Quennell");
    Ok(())
}

/// A case that was sealed before anybody asked.
#[test]
fn an_entry_from_before_says_nothing_of_when_it_happened() -> std::result::Result<(), serde_json::Error> {
    let id = "ent_00000000000000000000000000".parse::<EntryId>().ok();
    let old = serde_json::json!({
        "id": id, "text": "t", "significant": true, "impact": "i", "by": "acc_1", "school_id": "sch_1",
        "at": serde_json::to_value(time::macros::datetime!(2026-11-24 09:00 UTC))?,
    });
    let kept: Kept = serde_json::from_value(old)?;
    assert_eq!((kept.happened, kept.kind.as_str(), kept.significant), (None, "", true));
    Ok(())
}

on_both_engines!(
    a_witness_is_kept_to_the_lead,
    an_entry_says_when_it_happened_and_what_it_is,
    what_belongs_in_the_chronology_is_said_later_and_the_entry_stays,
    a_part_is_corrected_or_ended_and_keeps_what_it_said,
    parents_told_are_told_by_somebody_at_a_time,
    what_a_case_is_put_under_is_said_anew_and_what_was_said_stays,
);
