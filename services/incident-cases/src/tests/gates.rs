//! What holds whichever rpc is called: no image passes as text, a step is done by what it records, a gate opens by a talk
//! and by nothing else, and a policy that changes leaves open cases as they were.

use chassis::{
    caller::Scope,
    error::{Error, Result},
    testing::{Engine, Person},
};
use prost_reflect::{DynamicMessage, Kind, MapKey, MessageDescriptor, Value};
use proto::{
    access::v1::{Permission, Role},
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};
use tonic_prost::ProstCodec;

use super::{World, policy, state, step, world};
use crate::{procedure::Pinned, store};

const IMAGE: &str = "Look: data:image/png;base64,iVBORw0KGgo=";

/// Every text of a message, each with a message in which it alone carries an image.
fn planted(descriptor: &MessageDescriptor) -> Vec<(String, DynamicMessage)> {
    let mut found = Vec::new();
    for field in descriptor.fields() {
        let mut plant = |name: String, value: Value| {
            let mut message = DynamicMessage::new(descriptor.clone());
            message.set_field(&field, value);
            found.push((name, message));
        };
        let list = |value: Value| if field.is_list() { Value::List(vec![value]) } else { value };
        let name = field.name().to_owned();
        match field.kind() {
            _ if field.is_map() => {
                let text = |key: &str, value: &str| [(MapKey::String(key.into()), Value::String(value.into()))].into();
                plant(format!("{name}.key"), Value::Map(text("key", IMAGE)));
                plant(name, Value::Map(text(IMAGE, "value")));
            }
            Kind::String => plant(name, list(Value::String(IMAGE.into()))),
            Kind::Bytes => plant(name, list(Value::Bytes(IMAGE.as_bytes().to_vec().into()))),
            Kind::Message(inner) if inner.full_name().starts_with("hedgerow.") => {
                for (rest, message) in planted(&inner) {
                    plant(format!("{name}.{rest}"), list(Value::Message(message)));
                }
            }
            _ => {}
        }
    }
    found
}

/// Read off the contract, so that a new rpc and a new field are tried without anybody thinking of it.
async fn no_text_of_any_rpc_carries_an_image(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let rpcs = proto::contract::rpcs().iter().filter(|rpc| rpc.service().ends_with(".IncidentCases"));
    let (mut rpcs_tried, mut tried) = (0, 0);
    for rpc in rpcs {
        for (field, message) in planted(&rpc.descriptor.input()) {
            // The one field that takes a photo, of a note, once it was asked whether it may come.
            if (rpc.name(), field.as_str()) == ("AddAttachment", "content") {
                continue;
            }
            let to = match rpc.permission {
                Permission::Public => world.bed.upstreams.as_service("incident-cases", &world.bed.signer("gateway"))?,
                _ => world.dsl.to("incident-cases")?,
            };
            let mut grpc = tonic::client::Grpc::new(to);
            grpc.ready().await.map_err(Error::internal)?;
            let path = rpc.path.parse().map_err(Error::internal)?;
            let codec = ProstCodec::<DynamicMessage, ()>::default();
            let refused = grpc.unary(tonic::Request::new(message), path, codec).await.err();
            let refused = refused.map(|status| Error::from_status(&status));
            let told: Vec<&str> = refused.iter().flat_map(Error::violations).map(|v| v.field.as_str()).collect();
            assert_eq!(told, [field.as_str()], "{} took an image under {field}: {refused:?}", rpc.name());
            tried += 1;
        }
        rpcs_tried += 1;
    }
    println!("{tried} texts of {rpcs_tried} rpcs");
    assert!(rpcs_tried > 50 && tried > 200, "{tried} texts of {rpcs_tried} rpcs");
    Ok(())
}

/// A policy whose first step records who told whom, when, and whether the person agreed.
fn recording() -> Pinned {
    let mut pinned = policy();
    let names = ["told_by", "told_at", "body"].map(ToOwned::to_owned);
    pinned.procedures[0].steps[0].records = names.to_vec();
    pinned
}

impl World {
    async fn publish(&self, policy: &Pinned) -> Result<()> {
        let mut tx = self.store.begin(&Scope::consumer(&self.here, "evt")).await?;
        store::copy::keep_policy(&tx, &self.here, policy).await?;
        tx.silent();
        tx.commit().await
    }

    async fn complete_with(&self, case: &Case, step: &str, recorded: &[(&str, &str)]) -> Result<Case> {
        let request = CompleteStepRequest {
            school_id: self.here.clone(),
            case_id: case.case_id.clone(),
            step_id: step.into(),
            recorded: recorded.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            request_id: self.dsl.request_id(),
        };
        Ok(call!(self.dsl, complete_step, request)?.case.unwrap_or_default())
    }
}

async fn a_step_is_done_by_everything_it_records_and_nothing_else(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    world.publish(&recording()).await?;
    let case = world.case().await?;
    let kinds: Vec<(&str, &str)> = case.steps[0].fields.iter().map(|f| (f.name.as_str(), f.kind.as_str())).collect();
    assert_eq!(kinds, [("told_by", "words"), ("told_at", "moment"), ("body", "one_of")]);
    let case = world.fact(&case, "immediate_danger", "no").await?;
    let at = "2026-11-24T09:30:00+01:00";
    let whole = [("told_by", "Ms A"), ("told_at", at), ("body", "front_door_form")];
    for (recorded, wrong) in [
        (vec![("zzz", "x")], vec!["recorded.told_by", "recorded.told_at", "recorded.body", "recorded.zzz"]),
        (whole[..2].to_vec(), vec!["recorded.body"]),
        (vec![whole[0], ("told_at", "yesterday"), whole[2]], vec!["recorded.told_at"]),
        (vec![whole[0], ("told_at", "2999-01-01T00:00:00Z"), whole[2]], vec!["recorded.told_at"]),
        (vec![whole[0], ("told_at", "1999-01-01T00:00:00Z"), whole[2]], vec!["recorded.told_at"]),
        (vec![whole[0], whole[1], ("body", "the butcher")], vec!["recorded.body"]),
        (vec![("told_by", "  "), whole[1], whole[2]], vec!["recorded.told_by"]),
    ] {
        let refused = world.complete_with(&case, "P1-01", &recorded).await.err();
        let told: Vec<&str> = refused.iter().flat_map(Error::violations).map(|v| v.field.as_str()).collect();
        assert_eq!(told, wrong, "{recorded:?}");
    }
    let unknown = world.complete_with(&case, "P1-01", &[&whole[..], &[("zzz", "x")]].concat()).await.err();
    let fix = unknown.iter().flat_map(Error::violations).next().map(|v| v.message.clone());
    assert_eq!(fix.as_deref(), Some("This step records: told_by, told_at, body"));
    let case = world.complete_with(&case, "P1-01", &whole).await?;
    assert_eq!(
        (state(&case, "P1-01").as_str(), case.steps[0].recorded["told_at"].as_str()),
        ("done", "2026-11-24T08:30:00Z")
    );
    Ok(())
}

async fn a_gate_opens_by_a_talk_and_by_nothing_else(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let bare = world.fact(&case, "police_advice", "yes").await.err();
    assert_eq!(bare.map(|e| e.violations()[0].field.clone()).as_deref(), Some("name"), "advice that nobody gave");
    let talk = |agency: &str, reference: &str| RecordConsultationRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        agency: agency.into(),
        reference: reference.into(),
        advice: "Go ahead".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    for (request, field) in [(talk("front_door_form", "1"), "agency"), (talk("police_101", ""), "reference")] {
        let refused = call!(world.dsl, record_consultation, request).err();
        assert_eq!(refused.map(|e| e.violations()[0].field.clone()).as_deref(), Some(field));
    }
    let open = |case: &Case, gate: &str| case.gates.iter().any(|g| g.gate_id == gate && g.open);
    assert!(!open(&case, "G-HOLD"));
    let case = call!(world.dsl, record_consultation, talk("front_door_advice", "1"))?.case.unwrap_or_default();
    assert!(
        open(&case, "G-HOLD") && !case.facts.iter().any(|f| f.name == "police_advice"),
        "the front door is no police"
    );
    // Where the procedure has the police asked first, the front door opens nothing, and the refusal names the step.
    let case = world.fact(&case, "offence", "yes").await?;
    assert!(!open(&case, "G-HOLD"));
    let shut = world.invite(&case).await.err();
    assert_eq!(shut.as_ref().and_then(|e| e.metadata("missing_step")), Some("P1-03"));
    let case = call!(world.dsl, record_consultation, talk("police_101", "2"))?.case.unwrap_or_default();
    assert!(case.facts.iter().any(|f| f.name == "police_advice" && f.value == "yes"));
    assert_eq!((state(&case, "P1-03").as_str(), open(&case, "G-HOLD")), ("done", true));
    world.invite(&case).await?;
    // The talk does its step as soon as the facts call for it, with what was said.
    let other = world.case().await?;
    let request = RecordConsultationRequest { case_id: other.case_id.clone(), ..talk("police_101", "3") };
    call!(world.dsl, record_consultation, request)?;
    assert_eq!(state(&world.fact(&other, "offence", "yes").await?, "P1-03"), "done");
    Ok(())
}

async fn a_policy_change_never_changes_the_procedure_of_an_open_case(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let opened = world.case().await?;
    let mut changed = policy();
    changed.version = 4;
    changed.gates.clear();
    let procedure = &mut changed.procedures[0];
    procedure.title = "Something else".into();
    procedure.steps.remove(4);
    procedure.steps[0].gates.clear();
    procedure.steps[0].records = vec!["another".into()];
    procedure.steps.push(step("P1-99", "always", &[], &[]));
    world.publish(&changed).await?;

    let read = GetCaseRequest { school_id: world.here.clone(), case_id: opened.case_id.clone() };
    let read = call!(world.dsl, get_case, read)?.case.unwrap_or_default();
    assert_eq!(read, opened, "not a field of an open case moves");
    let newer = world.case().await?;
    assert_eq!((newer.policy_version, state(&newer, "P1-99").as_str()), (4, "to_do"), "the change did arrive");
    assert_eq!((newer.procedure_title.as_str(), newer.gates.len()), ("Something else", 0));

    // It is worked and closed by the rules it was opened under.
    let early = world.complete(&opened, "P1-01").await.err();
    assert_eq!(early.as_ref().and_then(|e| e.metadata("gate")), Some("G-DANGER"));
    world.fact(&opened, "immediate_danger", "no").await?;
    for step in ["P1-01", "P1-06"] {
        world.complete(&opened, step).await?;
    }
    let debrief = RecordDebriefRequest {
        school_id: world.here.clone(),
        case_id: opened.case_id.clone(),
        findings: "Quick".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let case = call!(world.dsl, record_debrief, debrief)?.case.unwrap_or_default();
    let refused = world.close(&case).await.err();
    assert_eq!(
        refused.as_ref().and_then(|e| e.metadata("missing_step")),
        Some("P1-10"),
        "the step the new policy lacks"
    );
    let case = world.complete(&case, "P1-10").await?;
    assert_eq!(world.close_answered(&case).await?.state, "closed");
    Ok(())
}

async fn an_override_takes_a_second_person(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let head = world.bed.person(&[(Role::Head, &world.here)]);
    let case = world.case().await?;
    let ask = AskAgreementRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        kind: "hold_override".into(),
        audience: "other_school".into(),
        reason: "No line answers and a child is expected there now".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let asked = call!(world.dsl, ask_agreement, ask)?.case.unwrap_or_default();
    let answer = |request_id: String| AnswerAgreementRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        agreement_id: asked.agreements[0].agreement_id.clone(),
        agreed: true,
        reason: "Agreed".into(),
        request_id,
    };
    let own = call!(world.dsl, answer_agreement, answer(world.dsl.request_id())).err();
    assert_eq!(own.map(|e| e.reason_name()), Some("WRONG_STATE"), "nobody agrees with themselves");
    assert_eq!(world.invite(&case).await.err().map(|e| e.reason_name()), Some("GATE_SHUT"));
    call!(head, answer_agreement, answer(head.request_id()))?;
    world.invite(&case).await?;
    Ok(())
}

async fn a_head_who_is_the_lead_says_who_answers(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let both = world.bed.person(&[(Role::Head, &world.here), (Role::Dsl, &world.here)]);
    let chair = world.bed.person(&[(Role::Chair, &world.here)]);
    let case = world.case().await?;
    let read = || GetCaseRequest { school_id: world.here.clone(), case_id: case.case_id.clone() };
    assert_eq!(call!(chair, get_case, read()).err().map(|e| e.reason_name()), Some("NOT_FOUND"));
    let ask = |who: &Person| AskAgreementRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        kind: "hold_override".into(),
        audience: "public".into(),
        second_account_id: chair.account_id.clone(),
        reason: "A parent has told the newspaper".into(),
        request_id: who.request_id(),
        ..Default::default()
    };
    let deputy = world.bed.person(&[(Role::DeputyDsl, &world.here)]);
    let refused = call!(deputy, ask_agreement, ask(&deputy)).err();
    assert_eq!(refused.map(|e| e.violations()[0].field.clone()).as_deref(), Some("second_account_id"));
    let asked = call!(both, ask_agreement, ask(&both))?.case.unwrap_or_default();
    assert!(call!(chair, get_case, read()).is_ok(), "they read it until they have answered");
    let answer = AnswerAgreementRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        agreement_id: asked.agreements[0].agreement_id.clone(),
        agreed: true,
        reason: "Agreed".into(),
        request_id: chair.request_id(),
    };
    call!(chair, answer_agreement, answer)?;
    assert_eq!(call!(chair, get_case, read()).err().map(|e| e.reason_name()), Some("NOT_FOUND"));
    Ok(())
}

async fn a_search_of_what_is_on_a_device_says_which_device(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let take = |case_id: &str| TakeIntoCustodyRequest {
        school_id: world.here.clone(),
        case_id: case_id.into(),
        item: "Blue phone".into(),
        owner: "Somebody".into(),
        ground: "rule_breach".into(),
        reason: "It rang".into(),
        place: "Safe".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let own = call!(world.dsl, take_into_custody, take(&case.case_id))?.entry.unwrap_or_default().custody_id;
    let loose = call!(world.dsl, take_into_custody, take(""))?.entry.unwrap_or_default().custody_id;
    world.fact(&case, "offence", "no").await?;
    let search = |kind: &str, custody_id: &str| RecordSearchRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        kind: kind.into(),
        searched: "A phone".into(),
        searched_by: "The lead".into(),
        present: "The head".into(),
        authority: "learner_consent".into(),
        place: "The office".into(),
        sought: "Messages".into(),
        reason: "They were seen".into(),
        custody_id: custody_id.into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    for (kind, custody_id) in [("possessions", own.as_str()), ("device", &loose)] {
        let refused = call!(world.dsl, record_search, search(kind, custody_id)).err();
        assert_eq!(refused.map(|e| e.violations()[0].field.clone()).as_deref(), Some("custody_id"), "{kind}");
    }
    let none = call!(world.dsl, record_search, search("device", "cus_none")).err();
    assert_eq!(none.map(|refused| refused.reason_name()), Some("NOT_FOUND"));
    let kept = call!(world.dsl, record_search, search("device", &own))?.search.unwrap_or_default();
    assert_eq!(kept.custody_id, own);
    Ok(())
}

async fn a_mistake_in_a_chain_is_corrected_and_a_search_is_of_a_device_that_was_there(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let take = TakeIntoCustodyRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        item: "Blue phone".into(),
        owner: "Somebody".into(),
        ground: "rule_breach".into(),
        reason: "It rang".into(),
        place: "Safe".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let device = call!(world.dsl, take_into_custody, take)?.entry.unwrap_or_default().custody_id;
    world.fact(&case, "offence", "no").await?;
    let add = |kind: &str| AddCustodyEventRequest {
        school_id: world.here.clone(),
        custody_id: device.clone(),
        kind: kind.into(),
        person: "Their mother".into(),
        place: "Safe".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let search = |at: time::OffsetDateTime| RecordSearchRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        kind: "device".into(),
        searched: "A phone".into(),
        searched_by: "The lead".into(),
        present: "The head".into(),
        authority: "learner_consent".into(),
        place: "The office".into(),
        sought: "Messages".into(),
        reason: "They were seen".into(),
        custody_id: device.clone(),
        search_time: Some(chassis::clock::timestamp(at)),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let field =
        |error: Option<Error>| error.map(|e| e.violations().iter().map(|v| v.field.clone()).collect::<String>());
    let taken = world.bed.now();
    world.bed.clock.advance(time::Duration::minutes(5));
    let released = call!(world.dsl, add_custody_event, add("released_to_parent"))?.entry.unwrap_or_default();
    assert_eq!(released.state, "released");
    world.bed.clock.advance(time::Duration::minutes(5));
    for at in [taken - time::Duration::minutes(2), world.bed.now()] {
        let refused = call!(world.dsl, record_search, search(at)).err();
        assert_eq!(field(refused).as_deref(), Some("search_time"), "the school did not have it");
    }
    call!(world.dsl, record_search, search(taken))?;
    let correct =
        |corrects: u32, note: &str| AddCustodyEventRequest { corrects, note: note.into(), ..add("corrected") };
    for (number, note, wrong) in
        [(2, "", "note"), (0, "Another phone", "corrects"), (1, "No", "corrects"), (9, "No", "corrects")]
    {
        let refused = call!(world.dsl, add_custody_event, correct(number, note)).err();
        assert_eq!(field(refused).as_deref(), Some(wrong), "{number} {note}");
    }
    let mended = call!(world.dsl, add_custody_event, correct(2, "It was another phone"))?.entry.unwrap_or_default();
    let told: Vec<_> = mended.events.iter().map(|e| (e.kind.as_str(), e.mistaken, e.corrects)).collect();
    assert_eq!(told, [("taken", false, 0), ("released_to_parent", true, 0), ("corrected", false, 2)], "it stays");
    assert_eq!(mended.state, "held");
    call!(world.dsl, record_search, search(world.bed.now()))?;
    let again = call!(world.dsl, add_custody_event, correct(2, "Again")).err();
    assert_eq!(again.map(|e| e.reason_name()), Some("WRONG_STATE"));
    // What happened instead has its own time, before the correction was recorded.
    let earlier = Some(chassis::clock::timestamp(taken + time::Duration::minutes(4)));
    let moved = AddCustodyEventRequest { event_time: earlier, ..add("moved") };
    assert_eq!(call!(world.dsl, add_custody_event, moved)?.entry.unwrap_or_default().state, "held");
    Ok(())
}

async fn a_fact_that_a_gate_reads_is_changed_by_two(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let head = world.bed.person(&[(Role::Head, &world.here)]);
    let case = world.case().await?;
    let case = world.fact(&case, "offence", "yes").await?;
    let bare = world.fact(&case, "offence", "no").await.err();
    assert_eq!(bare.map(|e| e.violations()[0].field.clone()).as_deref(), Some("reason"));
    let anew = || RecordFactRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        name: "offence".into(),
        value: "no".into(),
        reason: "The messages were an exercise in class".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let asked = call!(world.dsl, record_fact, anew())?.case.unwrap_or_default();
    let offence = |case: &Case| case.facts.iter().find(|f| f.name == "offence").map(|f| f.value.clone());
    assert_eq!(offence(&asked).as_deref(), Some("yes"), "one person alone changes nothing");
    assert_eq!((asked.agreements[0].kind.as_str(), asked.agreements[0].fact.as_str()), ("fact_change", "offence"));
    let answer = |request_id: String| AnswerAgreementRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        agreement_id: asked.agreements[0].agreement_id.clone(),
        agreed: true,
        reason: "Seen with the teacher".into(),
        request_id,
    };
    let own = call!(world.dsl, answer_agreement, answer(world.dsl.request_id())).err();
    assert_eq!(own.map(|e| e.reason_name()), Some("WRONG_STATE"));
    let changed = call!(head, answer_agreement, answer(head.request_id()))?.case.unwrap_or_default();
    assert_eq!(offence(&changed).as_deref(), Some("no"));
    assert!(!changed.facts.iter().any(|f| f.name == "offence" && f.agreed_by_account_id.is_empty()));
    let earlier: Vec<&str> = changed.earlier_facts.iter().map(|f| f.value.as_str()).collect();
    assert_eq!(earlier, ["yes"], "what was said before stays to be read");
    // What was said once more since is not undone by an answer to what was asked before.
    world.fact(&case, "offence", "yes").await?;
    let asked = call!(world.dsl, record_fact, anew())?.case.unwrap_or_default();
    world.bed.clock.advance(time::Duration::minutes(1));
    world.fact(&case, "offence", "yes").await?;
    let agreement_id = asked.agreements[1].agreement_id.clone();
    let late = AnswerAgreementRequest { agreement_id, ..answer(head.request_id()) };
    assert_eq!(call!(head, answer_agreement, late).err().map(|e| e.reason_name()), Some("WRONG_STATE"));
    Ok(())
}

on_both_engines!(
    a_mistake_in_a_chain_is_corrected_and_a_search_is_of_a_device_that_was_there,
    a_search_of_what_is_on_a_device_says_which_device,
    a_fact_that_a_gate_reads_is_changed_by_two,
    an_override_takes_a_second_person,
    a_head_who_is_the_lead_says_who_answers,
    no_text_of_any_rpc_carries_an_image,
    a_step_is_done_by_everything_it_records_and_nothing_else,
    a_gate_opens_by_a_talk_and_by_nothing_else,
    a_policy_change_never_changes_the_procedure_of_an_open_case,
);
