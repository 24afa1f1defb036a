//! The designated officer's desk over the wire: an allegation from the first call to its outcome, and everybody who may
//! not know of it.

use chassis::{
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};

use super::{World, access::told, world};

/// The desk of allegations.
const LADO: &str = "lado";
/// A word that stands in what is alleged, and must not stand anywhere else.
const PLANTED: &str = "MARZIPAN";

fn reason<T: std::fmt::Debug>(answer: Result<T>) -> &'static str {
    answer.err().map_or("", |error| error.reason_name())
}

fn officer(world: &World, role: Role) -> Person {
    world.bed.person(&[(role, "")])
}

/// Four fields, and it is there.
fn opening(world: &World, who: &Person) -> OpenAllegationRequest {
    OpenAllegationRequest {
        desk: LADO.into(),
        school_id: world.here.clone(),
        source: "parent".into(),
        about: "Mr Pym, who teaches games".into(),
        what: format!("{PLANTED}: he drove a child home alone"),
        request_id: who.request_id(),
        ..Default::default()
    }
}

async fn opened(world: &World, who: &Person) -> Result<Allegation> {
    Ok(call!(who, open_allegation, opening(world, who))?.allegation.unwrap_or_default())
}

async fn evaluated(who: &Person, one: &Allegation, limbs: &[&str]) -> Result<Allegation> {
    let request = EvaluateAllegationRequest {
        desk: LADO.into(),
        allegation_id: one.allegation_id.clone(),
        limbs: limbs.iter().map(|limb| (*limb).to_owned()).collect(),
        reason: "Against the rules of the school".into(),
        etag: one.etag.clone(),
        request_id: who.request_id(),
    };
    Ok(call!(who, evaluate_allegation, request)?.allegation.unwrap_or_default())
}

async fn got(who: &Person, desk: &str, id: &str) -> Result<Allegation> {
    let request = GetAllegationRequest { desk: desk.into(), allegation_id: id.into() };
    Ok(call!(who, get_allegation, request)?.allegation.unwrap_or_default())
}

async fn listed(who: &Person, desk: &str, state: &str) -> Result<Vec<String>> {
    let request = ListAllegationsRequest { desk: desk.into(), state: state.into(), ..Default::default() };
    let found = call!(who, list_allegations, request)?.allegations;
    Ok(found.into_iter().map(|one| one.allegation_id).collect())
}

async fn an_allegation_goes_from_the_first_call_to_its_outcome(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let lado = officer(&world, Role::Lado);
    let request = opening(&world, &lado);
    let one = call!(lado, open_allegation, request.clone())?.allegation.unwrap_or_default();
    let again = call!(lado, open_allegation, request)?.allegation.unwrap_or_default();
    assert_eq!(again, one, "the same request is one allegation");
    assert!(one.reference.starts_with("L-") && one.reference.len() == 7, "{}", one.reference);
    assert_eq!((one.state.as_str(), one.due_kind.as_str()), ("new", "evaluate"));
    let one = evaluated(&lado, &one, &["risk", "unsuitable"]).await?;
    assert_eq!((one.state.as_str(), one.due_kind.as_str()), ("open", "review"));
    let stale = EvaluateAllegationRequest {
        desk: LADO.into(),
        allegation_id: one.allegation_id.clone(),
        reason: "Late".into(),
        etag: "1".into(),
        request_id: lado.request_id(),
        ..Default::default()
    };
    assert_eq!(reason(call!(lado, evaluate_allegation, stale)), "CHANGED");
    let now = world.bed.now();
    let next = (chassis::clock::london(now).date() + time::Duration::days(14)).to_string();
    let meeting = AddAllegationMeetingRequest {
        desk: LADO.into(),
        allegation_id: one.allegation_id.clone(),
        kind: "strategy".into(),
        held_time: Some(chassis::clock::timestamp(now)),
        present: "The head; police".into(),
        agreed: "The school looks into the journeys".into(),
        next_date: next.clone(),
        request_id: lado.request_id(),
    };
    let met = call!(lado, add_allegation_meeting, meeting)?.allegation.unwrap_or_default();
    assert_eq!((met.due_kind.as_str(), met.due_date.as_str()), ("meeting", next.as_str()));
    let note = AddAllegationNoteRequest {
        desk: LADO.into(),
        allegation_id: one.allegation_id.clone(),
        text: "Rang the head".into(),
        request_id: lado.request_id(),
    };
    call!(lado, add_allegation_note, note)?;
    let close = |outcome: &str| CloseAllegationRequest {
        desk: LADO.into(),
        allegation_id: one.allegation_id.clone(),
        outcome: outcome.into(),
        reason: "He had asked the parents; it was written down".into(),
        request_id: lado.request_id(),
        ..Default::default()
    };
    let told = CloseAllegationRequest { told_school: "Go on".into(), ..close("unfounded") };
    assert_eq!(reason(call!(lado, close_allegation, told)), "INVALID_FIELD", "no school referred it");
    assert_eq!(reason(call!(lado, close_allegation, close("resolved"))), "INVALID_FIELD");
    let closed = call!(lado, close_allegation, close("unfounded"))?.allegation.unwrap_or_default();
    assert_eq!((closed.state.as_str(), closed.due_date.as_str()), ("closed", ""));
    assert_eq!(reason(call!(lado, close_allegation, close("false"))), "WRONG_STATE");
    let id = closed.allegation_id.clone();
    assert_eq!(listed(&lado, LADO, "open").await?, Vec::<String>::new());
    assert_eq!(listed(&lado, LADO, "closed").await?, std::slice::from_ref(&id));
    let figures =
        GetDeskFiguresRequest { desk: LADO.into(), from_date: "2020-01-01".into(), until_date: "2099-12-31".into() };
    let figures = call!(lado, get_desk_figures, figures)?;
    let unfounded = figures.closed.iter().find(|figure| figure.key == "unfounded").cloned().unwrap_or_default();
    assert_eq!(unfounded.count, 1);
    // Days that anybody names and names again with one more would tell by their difference: of these nothing may be told.
    let told = figures.opened.iter().chain(&figures.closed).filter(|figure| !figure.published.is_empty()).count();
    assert_eq!((told, figures.opened.is_empty()), (0, false));
    // A year is published once, when it is over.
    let publish = |year: &str| PublishDeskFiguresRequest {
        desk: LADO.into(),
        year: year.into(),
        request_id: lado.request_id(),
        corrects: 0,
    };
    for (name, why) in [("2026-27", "WRONG_STATE"), ("last year", "INVALID_FIELD")] {
        assert_eq!(reason(call!(lado, publish_desk_figures, publish(name))), why, "{name}");
    }
    // Of a year before the desk held anything nought would say what nobody knows.
    let empty = call!(lado, publish_desk_figures, publish("2025-26")).err().map(|error| error.to_string());
    assert!(empty.as_deref().is_some_and(|error| error.contains("has no figures of the year 2025-26")), "{empty:?}");
    world.bed.clock.advance(time::Duration::days(366));
    let year = call!(lado, publish_desk_figures, publish("2026-27"))?.published.unwrap_or_default();
    let told: Vec<&str> = year.opened.iter().map(|figure| figure.published.as_str()).take(2).collect();
    assert_eq!((year.year.as_str(), told), ("2026-27", vec!["c", "c"]), "one is too few to be told");
    assert_eq!(reason(call!(lado, publish_desk_figures, publish("2026-27"))), "WRONG_STATE", "it stands");
    let correct = |corrects| PublishDeskFiguresRequest { corrects, ..publish("2026-27") };
    assert_eq!(reason(call!(lado, publish_desk_figures, correct(2))), "CHANGED", "there is no second version");
    assert_eq!(reason(call!(lado, publish_desk_figures, correct(1))), "WRONG_STATE", "nothing changed");
    let again = ReopenAllegationRequest {
        desk: LADO.into(),
        allegation_id: id.clone(),
        reason: "A second child".into(),
        request_id: lado.request_id(),
    };
    let open = call!(lado, reopen_allegation, again)?.allegation.unwrap_or_default();
    assert_eq!((open.state.as_str(), open.closings.len()), ("open", 1), "what it was closed with stays");
    Ok(())
}

async fn nobody_else_is_told_that_there_is_one(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let lado = officer(&world, Role::Lado);
    let one = opened(&world, &lado).await?;
    let id = one.allegation_id.as_str();
    // Other desks, the officer and the school: refused alike whether there is one or not.
    let here = world.here.clone();
    let head = world.bed.person(&[(Role::Head, &here), (Role::Staff, &here)]);
    let others = [
        officer(&world, Role::FrontDoor),
        officer(&world, Role::PreventLead),
        officer(&world, Role::SafeguardingOfficer),
        officer(&world, Role::AuthorityOfficer),
        officer(&world, Role::Operator),
        head,
    ];
    let nothing = "alg_00000000000000000000000000";
    for who in others.iter().chain([&world.dsl]) {
        let (found, none) = (told(got(who, LADO, id).await), told(got(who, LADO, nothing).await));
        assert_eq!(reason(listed(who, LADO, "").await), "NOT_PERMITTED");
        assert!(found == none && found.contains("NOT_PERMITTED"), "{found}");
    }
    // At their own desk there are no allegations, by list, by id or to be opened.
    for (who, desk) in others.iter().zip(["front_door", "prevent", "safeguarding"]) {
        assert_eq!(reason(listed(who, desk, "").await), "NOT_FOUND");
        let own = OpenAllegationRequest { desk: desk.into(), ..opening(&world, who) };
        assert_eq!(reason(call!(who, open_allegation, own)), "NOT_FOUND");
        assert_eq!(reason(got(who, desk, id).await), "NOT_FOUND");
        assert_eq!(reason(got(who, "no_such_desk", id).await), "NOT_FOUND");
    }
    // And the desk's own officer has nothing at a school.
    let case = world.case().await?;
    let asked = GetCaseRequest { school_id: here.clone(), case_id: case.case_id };
    assert_eq!(reason(call!(lado, get_case, asked)), "NOT_PERMITTED");
    let asked = ListCasesRequest { school_id: here, ..Default::default() };
    assert_eq!(reason(call!(lado, list_cases, asked)), "NOT_PERMITTED");
    Ok(())
}

async fn an_officer_who_is_kept_out_finds_nothing(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lado, related) = (officer(&world, Role::Lado), officer(&world, Role::Lado));
    let one = opened(&world, &lado).await?;
    assert_eq!(listed(&related, LADO, "").await?, std::slice::from_ref(&one.allegation_id));
    let keep_out = |account: &str, who: &Person| SetAllegationConflictRequest {
        desk: LADO.into(),
        allegation_id: one.allegation_id.clone(),
        conflicted_account_ids: vec![account.to_owned()],
        reason: "They are cousins".into(),
        request_id: who.request_id(),
    };
    assert_eq!(reason(call!(lado, set_allegation_conflict, keep_out("cousin", &lado))), "INVALID_FIELD");
    let request = keep_out(&related.account_id, &lado);
    let kept = call!(lado, set_allegation_conflict, request.clone())?.allegation.unwrap_or_default();
    assert_eq!(kept.conflicted_account_ids, std::slice::from_ref(&related.account_id));
    assert_eq!(listed(&related, LADO, "").await?, Vec::<String>::new());
    let (theirs, none) =
        (got(&related, LADO, &one.allegation_id).await, got(&related, LADO, "alg_00000000000000000000000000").await);
    assert_eq!(told(theirs), told(none), "as if there were none");
    // Somebody who keeps themselves out is shown nothing of it from that moment, the answer included.
    let own = call!(lado, set_allegation_conflict, keep_out(&lado.account_id, &lado))?;
    assert_eq!(own.allegation, None);
    assert_eq!(reason(call!(lado, set_allegation_conflict, request)), "NOT_FOUND", "nor what they were told before");
    assert_eq!(
        listed(&related, LADO, "").await?,
        std::slice::from_ref(&one.allegation_id),
        "the list is what was said last"
    );
    // What is overdue waits for whoever may work it, and for nobody who is kept out.
    world.bed.clock.advance(time::Duration::days(7));
    let at_desk = || ListDeskUnannouncedRequest { desk: LADO.into() };
    let waits = [
        call!(related, list_desk_unannounced, at_desk())?.marks.len(),
        call!(lado, list_desk_unannounced, at_desk())?.marks.len(),
    ];
    assert_eq!(waits, [1, 0]);
    Ok(())
}

async fn what_is_missing_is_named_and_nothing_is_kept(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let lado = officer(&world, Role::Lado);
    let fields = |error: Option<Error>| {
        let mut fields: Vec<String> =
            error.map(|e| e.violations().iter().map(|v| v.field.clone()).collect()).unwrap_or_default();
        fields.sort_unstable();
        fields.join(" ")
    };
    let empty = OpenAllegationRequest { desk: LADO.into(), request_id: lado.request_id(), ..Default::default() };
    assert_eq!(fields(call!(lado, open_allegation, empty).err()), "about setting source what");
    let both = OpenAllegationRequest { setting: "A club".into(), ..opening(&world, &lado) };
    assert_eq!(fields(call!(lado, open_allegation, both).err()), "setting");
    let nowhere = OpenAllegationRequest { school_id: world.bed.school(), ..opening(&world, &lado) };
    assert_eq!(fields(call!(lado, open_allegation, nowhere).err()), "school_id");
    assert_eq!(listed(&lado, LADO, "").await?, Vec::<String>::new());
    let one = opened(&world, &lado).await?;
    let early = CloseAllegationRequest {
        desk: LADO.into(),
        allegation_id: one.allegation_id,
        outcome: "false".into(),
        reason: "So".into(),
        request_id: lado.request_id(),
        ..Default::default()
    };
    assert_eq!(reason(call!(lado, close_allegation, early)), "WRONG_STATE");
    Ok(())
}

on_both_engines!(
    an_allegation_goes_from_the_first_call_to_its_outcome,
    nobody_else_is_told_that_there_is_one,
    an_officer_who_is_kept_out_finds_nothing,
    what_is_missing_is_named_and_nothing_is_kept,
);
