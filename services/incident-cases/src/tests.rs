//! The service as its callers see it, on both engines.

/// Makes a test of each for both engines.
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $name() -> chassis::error::Result<()> { super::$name(chassis::testing::Engine::Sqlite).await })* }
        mod postgres { $(#[tokio::test] async fn $name() -> chassis::error::Result<()> { super::$name(chassis::testing::Engine::Postgres).await })* }
    };
}

mod learners;

use chassis::{
    caller::Scope,
    db::{Observer, Store},
    error::{Error, Result},
    testing::{Bed, Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *},
};

#[expect(clippy::unwrap_used, reason = "tests")]
mod gates_random_walk;
#[expect(clippy::unwrap_used, reason = "tests")]
mod model;
#[expect(clippy::unwrap_used, reason = "tests")]
mod procedure_table;

use crate::procedure::{GateRule, Pinned, Procedure, StepRule};

fn step(id: &str, condition: &str, gates: &[&str], opens: &[&str]) -> StepRule {
    let own = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    StepRule {
        id: id.to_owned(),
        title: id.to_owned(),
        condition: condition.to_owned(),
        clock_kind: "at_once".to_owned(),
        gates: own(gates),
        opens: own(opens),
        records: vec!["note".to_owned()],
        ..StepRule::default()
    }
}

fn policy() -> Pinned {
    referral::routed(Pinned {
        instance_id: "ins_test".to_owned(),
        version: 3,
        procedures: vec![
            Procedure {
                id: "P1".to_owned(),
                title: "Harassment between children".to_owned(),
                steps: vec![
                    step("P1-01", "always", &["G-DANGER"], &[]),
                    step("P1-03", "offence = yes", &[], &["G-HOLD"]),
                    step("P1-06", "judgement", &["G-PARENT", "G-HOLD"], &[]),
                    step("P1-08", "other_setting = yes", &["G-HOLD"], &[]),
                    step("P1-10", "always", &["G-CLOSE"], &[]),
                ],
            },
            Procedure {
                id: "P7".to_owned(),
                title: "Radicalisation".to_owned(),
                steps: vec![
                    step("P7-03", "subject in (staff, head)", &["G-SUBJECT"], &[]),
                    step("P7-05", "always", &[], &[]),
                ],
            },
            Procedure {
                id: "P9".to_owned(),
                title: "Allegation against an adult".to_owned(),
                steps: vec![StepRule {
                    roles: vec!["head".to_owned(), "chair".to_owned()],
                    ..step("P9-03", "always", &["G-SUBJECT"], &[])
                }],
            },
            Procedure { id: "P10".to_owned(), title: "Low-level concern".to_owned(), steps: Vec::new() },
        ],
        gates: ["G-HOLD", "G-SUBJECT"].map(|id| GateRule { id: id.to_owned(), ..GateRule::default() }).into(),
        agencies: vec![("front_door_form".to_owned(), "Front door".to_owned())],
        ..Pinned::default()
    })
}

struct World {
    bed: Bed,
    store: Store,
    here: String,
    there: String,
    dsl: Person,
    other: Person,
}

async fn world(engine: Engine) -> Result<World> {
    watched(engine, None).await
}

async fn watched(engine: Engine, observer: Option<Observer>) -> Result<World> {
    let mut bed = Bed::new(engine)?;
    let mut setup = bed.migrated::<crate::store::migration::Migrations>("incident-cases").await?;
    setup.observer = observer;
    let running = crate::start(setup).await?;
    bed.add(&running);
    let (here, there) = (bed.school(), bed.school());
    for school in [&here, &there] {
        let mut tx = running.store.begin(&Scope::consumer(school, "evt")).await?;
        crate::store::copy::keep_school(&tx, school).await?;
        crate::store::copy::keep_policy(&tx, school, &policy()).await?;
        tx.silent();
        tx.commit().await?;
    }
    let dsl = bed.person(&[(Role::Dsl, &here), (Role::Staff, &here)]);
    let other = bed.person(&[(Role::Dsl, &there), (Role::Staff, &there)]);
    Ok(World { bed, store: running.store.clone(), here, there, dsl, other })
}

/// Calls an rpc as somebody; the request's school and id are filled in by the caller.
macro_rules! call {
    ($who:expr, $rpc:ident, $request:expr) => {
        IncidentCasesClient::new($who.to("incident-cases")?)
            .$rpc($request)
            .await
            .map(|answer| answer.into_inner())
            .map_err(|status| Error::from_status(&status))
    };
}

mod access;
mod across;
mod adult_names;
mod adults;
mod alerts;
mod answers;
mod bytes;
mod contact;
mod cover;
mod decided_again;
mod desk;
mod desk_patterns;
mod due;
mod duty;
mod gates;
mod happened;
mod invitations;
mod looks;
mod names;
mod package;
mod portal;
mod print;
mod races;
mod referral;
mod reporter;
mod retention;
mod search;
mod sharing;
mod sharing_kept;
mod sharing_learners;
mod sharing_matrix;
mod sharing_races;
mod transfer;
mod triage;
mod upgrade;
mod workload;

impl World {
    async fn concern(&self) -> Result<String> {
        let request = RecordConcernRequest {
            school_id: self.here.clone(),
            about: "Somebody".into(),
            narrative: "Something".into(),
            safe_now: "not_sure".into(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        Ok(call!(self.dsl, record_concern, request)?.concern.unwrap_or_default().concern_id)
    }

    async fn case(&self) -> Result<Case> {
        self.opened(&self.concern().await?).await
    }

    async fn opened(&self, concern_id: &str) -> Result<Case> {
        let new = NewCase { procedure_id: "P1".into(), risks: vec!["conduct".into()], subject: None };
        let request = TriageConcernRequest {
            school_id: self.here.clone(),
            concern_id: concern_id.to_owned(),
            decision: Some(Decision::NewCase(new)),
            request_id: self.dsl.request_id(),
            again: String::new(),
        };
        Ok(call!(self.dsl, triage_concern, request)?.case.unwrap_or_default())
    }

    async fn fact(&self, case: &Case, name: &str, value: &str) -> Result<Case> {
        let request = RecordFactRequest {
            school_id: self.here.clone(),
            case_id: case.case_id.clone(),
            name: name.into(),
            value: value.into(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        Ok(call!(self.dsl, record_fact, request)?.case.unwrap_or_default())
    }

    async fn consult(&self, case: &Case) -> Result<Case> {
        let request = RecordConsultationRequest {
            school_id: self.here.clone(),
            case_id: case.case_id.clone(),
            agency: "police_101".into(),
            reference: "4711".into(),
            advice: "Go ahead".into(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        Ok(call!(self.dsl, record_consultation, request)?.case.unwrap_or_default())
    }

    async fn invite(&self, case: &Case) -> Result<InviteSchoolResponse> {
        let request = InviteSchoolRequest {
            no_learner_meant: false,
            school_id: self.here.clone(),
            case_id: case.case_id.clone(),
            to_school_id: self.there.clone(),
            summary: "Our pupils are in one group".into(),
            contact: "01632 960001".into(),
            request_id: self.dsl.request_id(),
        };
        call!(self.dsl, invite_school, request)
    }

    async fn complete(&self, case: &Case, step: &str) -> Result<Case> {
        let request = CompleteStepRequest {
            school_id: self.here.clone(),
            case_id: case.case_id.clone(),
            step_id: step.into(),
            recorded: [("note".to_owned(), "done".to_owned())].into(),
            request_id: self.dsl.request_id(),
        };
        Ok(call!(self.dsl, complete_step, request)?.case.unwrap_or_default())
    }

    async fn close(&self, case: &Case) -> Result<Case> {
        let request = CloseCaseRequest {
            school_id: self.here.clone(),
            case_id: case.case_id.clone(),
            outcome: "resolved".into(),
            reason: "All is well".into(),
            follow_up: String::new(),
            etag: case.etag.clone(),
            request_id: self.dsl.request_id(),
        };
        Ok(call!(self.dsl, close_case, request)?.case.unwrap_or_default())
    }
}

fn state(case: &Case, step: &str) -> String {
    case.steps.iter().find(|s| s.step_id == step).map(|s| s.state.clone()).unwrap_or_default()
}

async fn a_case_is_pinned_to_the_policy_in_force_when_it_opened(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    assert_eq!((case.policy_version, case.steps.len()), (3, 5));
    assert_eq!(state(&case, "P1-08"), "waits_for_fact");
    let case = world.fact(&case, "other_setting", "yes").await?;
    assert_eq!(state(&case, "P1-08"), "cannot_start_yet");
    Ok(())
}

async fn another_school_is_contacted_only_after_police_or_front_door(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let case = world.fact(&case, "offence", "yes").await?;
    let refused = world.invite(&case).await.err().ok_or_else(|| Error::internal("the gate stood open"))?;
    assert_eq!(refused.reason_name(), "GATE_SHUT");
    assert_eq!((refused.metadata("gate"), refused.metadata("missing_step")), (Some("G-HOLD"), Some("P1-03")));

    let case = world.consult(&case).await?;
    assert_eq!(state(&case, "P1-03"), "done");
    let invited = world.invite(&case).await?;
    let request = ListInvitationsRequest { school_id: world.there.clone(), ..Default::default() };
    let received = call!(world.other, list_invitations, request)?.invitations;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].shared_incident_id, "", "an invitation does not even say which incident");

    let shared_id = invited.case.unwrap_or_default().shared_incident_id;
    let read = GetSharedIncidentRequest { school_id: world.there.clone(), shared_incident_id: shared_id };
    assert_eq!(call!(world.other, get_shared_incident, read.clone()).err().map(|e| e.reason_name()), Some("NOT_FOUND"));
    let accept = AcceptInvitationRequest {
        school_id: world.there.clone(),
        invitation_id: received[0].invitation_id.clone(),
        request_id: world.other.request_id(),
    };
    let accepted = call!(world.other, accept_invitation, accept)?;
    assert_eq!(
        accepted.shared_incident.unwrap_or_default().member_school_ids,
        [world.here.clone(), world.there.clone()]
    );
    let shared = call!(world.other, get_shared_incident, read)?.shared_incident.unwrap_or_default();
    assert!(!format!("{shared:?}").contains("Somebody"), "the shared part names nobody");
    Ok(())
}

async fn a_case_closes_only_when_nothing_is_open(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let refused = world.close(&case).await.err().ok_or_else(|| Error::internal("it closed"))?;
    assert_eq!((refused.metadata("gate"), refused.metadata("missing_step")), (Some("G-CLOSE"), Some("P1-01")));
    let early = world.complete(&case, "P1-01").await.err().ok_or_else(|| Error::internal("it was done"))?;
    assert_eq!((early.metadata("gate"), early.metadata("missing_step")), (Some("G-DANGER"), Some("immediate_danger")));
    world.fact(&case, "immediate_danger", "no").await?;
    for step in ["P1-01", "P1-06", "P1-10"] {
        world.complete(&case, step).await?;
    }
    let debrief = RecordDebriefRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        findings: "Quick".into(),
        actions: String::new(),
        request_id: world.dsl.request_id(),
    };
    let case = call!(world.dsl, record_debrief, debrief)?.case.unwrap_or_default();
    let unasked = world.close(&case).await.err();
    let missing = unasked.as_ref().and_then(|refused| refused.metadata("missing_step"));
    assert_eq!(missing, Some("offence"), "what nobody asked is not answered with no");
    let case = world.close_answered(&case).await?;
    assert_eq!((case.state.as_str(), case.outcome.as_str()), ("closed", "resolved"));
    assert!(world.fact(&case, "offence", "no").await.is_err(), "a closed case takes nothing more");
    Ok(())
}

async fn another_schools_case_is_like_one_that_never_existed(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let nobodys: crate::case::CaseId = world.bed.ids.next();
    let read = |school: &str, case: &str| GetCaseRequest { school_id: school.to_owned(), case_id: case.to_owned() };
    let foreign = call!(world.other, get_case, read(&world.there, &case.case_id)).err().map(|e| e.to_string());
    let absent = call!(world.other, get_case, read(&world.there, nobodys.as_str())).err().map(|e| e.to_string());
    assert!(foreign.is_some() && foreign == absent);
    let at_school = call!(world.other, get_case, read(&world.here, &case.case_id)).err().map(|e| e.to_string());
    assert_eq!(at_school, absent);
    Ok(())
}

async fn a_reporter_sees_that_it_was_read_and_nothing_else(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let concern = world.concern().await?;
    let mine = ListMyConcernsRequest { school_id: world.here.clone(), ..Default::default() };
    assert_eq!(call!(world.dsl, list_my_concerns, mine.clone())?.concerns[0].read_time, None);
    let read = GetConcernRequest { school_id: world.here.clone(), concern_id: concern, with_learners: true };
    call!(world.dsl, get_concern, read)?;
    assert!(call!(world.dsl, list_my_concerns, mine)?.concerns[0].read_time.is_some());
    Ok(())
}

async fn bad_input_names_the_field(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let request = RecordConcernRequest {
        school_id: world.here.clone(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let refused = call!(world.dsl, record_concern, request).err().ok_or_else(|| Error::internal("accepted"))?;
    let fields: Vec<&str> = refused.violations().iter().map(|v| v.field.as_str()).collect();
    assert_eq!(fields, ["about", "narrative", "safe_now"]);
    Ok(())
}

async fn a_lesson_names_nobody_and_without_the_registry_nothing_happens(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let propose = |text: &str| ProposeLessonRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        text: text.into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let refused = |answer: Result<ProposeLessonResponse>| answer.err().ok_or_else(|| Error::internal("accepted"));
    let lesson = "The office rings the lead’s deputy where the lead is away.";
    let early = refused(call!(world.dsl, propose_lesson, propose(lesson)))?;
    assert_eq!(early.reason_name(), "WRONG_STATE");
    let person = AddInvolvementRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        person: "Rowan Tansy".into(),
        role: "witness".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, add_involvement, person)?;
    let debrief = RecordDebriefRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        findings: "Done well".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let before = call!(world.dsl, record_debrief, debrief)?.case.unwrap_or_default();
    let named = refused(call!(world.dsl, propose_lesson, propose("Nobody rang tansy’s parents.")))?;
    let told: Vec<(&str, bool)> =
        named.violations().iter().map(|v| (v.field.as_str(), v.message.to_lowercase().contains("tansy"))).collect();
    assert_eq!(told, [("text", false)], "the field and the fix, and not the name");
    let away = refused(call!(world.dsl, propose_lesson, propose(lesson)))?;
    assert_eq!(away.reason_name(), "UNAVAILABLE");
    assert!(away.message().contains("policy registry"), "{away}");
    let read = GetCaseRequest { school_id: world.here.clone(), case_id: case.case_id.clone() };
    let after = call!(world.dsl, get_case, read)?.case.unwrap_or_default();
    assert_eq!((after.etag, after.proposed_lessons.len()), (before.etag, 0));
    Ok(())
}

async fn a_devices_chain_is_kept_and_evidence_goes_to_nobody_but_the_police(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let take = TakeIntoCustodyRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        item: "Blue phone".into(),
        owner: "Somebody".into(),
        ground: "evidence".into(),
        reason: "Messages".into(),
        place: "Safe".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let device = call!(world.dsl, take_into_custody, take.clone())?.entry.unwrap_or_default();
    let add = |kind: &str| AddCustodyEventRequest {
        school_id: world.here.clone(),
        custody_id: device.custody_id.clone(),
        kind: kind.into(),
        person: "Somebody else".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let slip = prost_types::Timestamp { seconds: 631_152_000, nanos: 0 };
    let long_ago = TakeIntoCustodyRequest { take_time: Some(slip), request_id: world.dsl.request_id(), ..take.clone() };
    let refused = call!(world.dsl, take_into_custody, long_ago).err();
    assert_eq!(refused.map(|refused| refused.violations()[0].field.clone()).as_deref(), Some("take_time"));
    for (kind, missing) in [("released_to_parent", "offence"), ("examined", "police_advice")] {
        let refused = call!(world.dsl, add_custody_event, add(kind)).err().ok_or_else(|| Error::internal(kind))?;
        assert_eq!((refused.metadata("gate"), refused.metadata("missing_step")), (Some("G-CUSTODY"), Some(missing)));
    }
    call!(world.dsl, add_custody_event, add("handed_to_police"))?;
    let list = ListCustodyRequest { school_id: world.here.clone(), state: "with_police".into(), ..Default::default() };
    let held = call!(world.dsl, list_custody, list)?.entries;
    let kinds: Vec<&str> = held[0].events.iter().map(|link| link.kind.as_str()).collect();
    assert_eq!(kinds, ["taken", "handed_to_police"]);
    // One of no case is put into a case, whose facts say from then on what may be done with it.
    let loose = TakeIntoCustodyRequest { case_id: String::new(), request_id: world.dsl.request_id(), ..take };
    let loose = call!(world.dsl, take_into_custody, loose)?.entry.unwrap_or_default().custody_id;
    let of_loose = |kind: &str| AddCustodyEventRequest { custody_id: loose.clone(), ..add(kind) };
    let shut = call!(world.dsl, add_custody_event, of_loose("released_to_parent")).err();
    assert_eq!(shut.as_ref().and_then(|refused| refused.metadata("missing_step")), Some("case"));
    let put = || AddCustodyEventRequest { case_id: case.case_id.clone(), ..of_loose("put_in_case") };
    let kept = call!(world.dsl, add_custody_event, put())?.entry.unwrap_or_default();
    assert_eq!((kept.case_id, kept.events.len()), (case.case_id.clone(), 2));
    let read = GetCaseRequest { school_id: world.here.clone(), case_id: case.case_id.clone() };
    let facts = call!(world.dsl, get_case, read)?.case.unwrap_or_default().facts;
    assert!(facts.iter().any(|fact| fact.name == "device_involved" && fact.value == "yes"));
    assert!(call!(world.dsl, add_custody_event, put()).is_err(), "it belongs to one already");
    let no_case = call!(world.dsl, add_custody_event, of_loose("put_in_case")).err();
    assert_eq!(no_case.map(|refused| refused.violations()[0].field.clone()).as_deref(), Some("case_id"));
    let told = ListDisclosuresRequest { school_id: world.here.clone(), case_id: case.case_id, ..Default::default() };
    assert_eq!(call!(world.dsl, list_disclosures, told)?.disclosures[0].recipient_kind, "police");
    let theirs = ListCustodyRequest { school_id: world.there.clone(), ..Default::default() };
    assert!(call!(world.other, list_custody, theirs)?.entries.is_empty());
    Ok(())
}

async fn the_address_of_material_leaves_the_case_by_one_rpc_alone(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let request = RecordMaterialRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        kind: "website".into(),
        description: "A page".into(),
        address: "https://canary.example/path".into(),
        request_id: world.dsl.request_id(),
    };
    let kept = call!(world.dsl, record_material, request)?.case.unwrap_or_default();
    assert!(kept.materials[0].has_address && !format!("{kept:?}").contains("canary"));
    let reveal = RevealMaterialRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        material_id: kept.materials[0].material_id.clone(),
        request_id: world.dsl.request_id(),
    };
    assert_eq!(call!(world.dsl, reveal_material, reveal)?.address, "https://canary.example/path");
    let image = AddEntryRequest {
        school_id: world.here.clone(),
        case_id: case.case_id,
        text: "data:image/png;base64,AAAA".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let refused = call!(world.dsl, add_entry, image).err().ok_or_else(|| Error::internal("an image was kept"))?;
    assert_eq!(refused.violations()[0].field, "text");
    Ok(())
}

on_both_engines!(
    a_case_is_pinned_to_the_policy_in_force_when_it_opened,
    another_school_is_contacted_only_after_police_or_front_door,
    a_case_closes_only_when_nothing_is_open,
    another_schools_case_is_like_one_that_never_existed,
    a_reporter_sees_that_it_was_read_and_nothing_else,
    bad_input_names_the_field,
    a_lesson_names_nobody_and_without_the_registry_nothing_happens,
    a_devices_chain_is_kept_and_evidence_goes_to_nobody_but_the_police,
    the_address_of_material_leaves_the_case_by_one_rpc_alone,
);
