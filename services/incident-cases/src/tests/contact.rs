//! Contacts in common over the wire: what is marked, who is told of a match, and what nobody is told.

use chassis::{
    caller::Scope,
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};
use sea_orm::{ConnectionTrait as _, Statement, Value};

use super::{World, world};
use crate::{compare, store};

const DESK: &str = "safeguarding";

impl World {
    /// A case of a school with an alleged perpetrator outside it; answers the case and the part.
    pub(super) async fn with_outsider(&self, who: &Person, school: &str) -> Result<(String, String)> {
        let concern = RecordConcernRequest {
            school_id: school.into(),
            about: "Somebody".into(),
            narrative: "Something".into(),
            safe_now: "yes".into(),
            request_id: who.request_id(),
            ..Default::default()
        };
        let concern_id = call!(who, record_concern, concern)?.concern.unwrap_or_default().concern_id;
        let new = NewCase { procedure_id: "P1".into(), risks: vec!["contact".into()], subject: None };
        let triage = TriageConcernRequest {
            school_id: school.into(),
            concern_id,
            decision: Some(triage_concern_request::Decision::NewCase(new)),
            request_id: who.request_id(),
            again: String::new(),
        };
        let case_id = call!(who, triage_concern, triage)?.case.unwrap_or_default().case_id;
        let part = AddInvolvementRequest {
            school_id: school.into(),
            case_id: case_id.clone(),
            person: "A stranger in a game".into(),
            role: "alleged_perpetrator".into(),
            request_id: who.request_id(),
            ..Default::default()
        };
        let case = call!(who, add_involvement, part)?.case.unwrap_or_default();
        Ok((case_id, case.involvements.first().map(|part| part.involvement_id.clone()).unwrap_or_default()))
    }
}

pub(super) fn mark(
    who: &Person,
    school: &str,
    (case_id, involvement_id): &(String, String),
    value: &str,
) -> MarkContactRequest {
    MarkContactRequest {
        school_id: school.into(),
        case_id: case_id.clone(),
        involvement_id: involvement_id.clone(),
        kind: "telephone".into(),
        value: value.into(),
        ring: format!("The lead, {school}"),
        request_id: who.request_id(),
        ..Default::default()
    }
}

fn why<T>(answer: Result<T>) -> &'static str {
    answer.err().map_or("OK", |error| error.reason_name())
}

pub(super) async fn matches(who: &Person, school: &str) -> Result<Vec<ContactMatch>> {
    let request = ListContactMatchesRequest { school_id: school.into(), ..Default::default() };
    Ok(call!(who, list_contact_matches, request)?.matches)
}

pub(super) async fn told(desk: &Person) -> Result<Vec<ContactMatch>> {
    let request = ListDeskContactMatchesRequest { desk: DESK.into(), ..Default::default() };
    Ok(call!(desk, list_desk_contact_matches, request)?.matches)
}

async fn both_schools_and_the_desk_are_told_whom_to_ring_and_nothing_else(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (here, there) = (world.here.clone(), world.there.clone());
    let desk = world.bed.person(&[(Role::SafeguardingOfficer, "")]);
    let ours = world.with_outsider(&world.dsl, &here).await?;
    let theirs = world.with_outsider(&world.other, &there).await?;
    let first = call!(world.dsl, mark_contact, mark(&world.dsl, &here, &ours, "07700 900123"))?;
    compare::pass(&world.store).await?;
    assert_eq!((matches(&world.dsl, &here).await?.len(), told(&desk).await?.len()), (0, 0), "nobody else has it");
    call!(world.other, mark_contact, mark(&world.other, &there, &theirs, "+44 7700 900 123"))?;
    // However often it is looked, each is told once.
    compare::pass(&world.store).await?;
    compare::pass(&world.store).await?;
    let (mine, others, desks) =
        (matches(&world.dsl, &here).await?, matches(&world.other, &there).await?, told(&desk).await?);
    assert_eq!((mine.len(), others.len(), desks.len()), (1, 1, 1));
    assert_eq!(
        (mine[0].school_id.as_str(), mine[0].ring.as_str()),
        (there.as_str(), format!("The lead, {there}").as_str())
    );
    assert_eq!(mine[0].contact_id, first.contact.unwrap_or_default().contact_id);
    assert_eq!((mine[0].case_id.as_str(), others[0].school_id.as_str()), (ours.0.as_str(), here.as_str()));
    // Each sees by its own mark which of its contacts it is; one name on the telephone is the same for all three.
    assert_eq!([&mine[0].contact_value, &others[0].contact_value], ["07700 900123", "+44 7700 900 123"]);
    assert!(mine[0].reference.len() == 7 && !mine[0].case_reference.is_empty(), "{mine:?}");
    assert_eq!([&others[0].reference, &desks[0].reference], [&mine[0].reference; 2]);
    let without = |one: &ContactMatch| ContactMatch { contact_value: String::new(), ..one.clone() };
    let text = format!("{:?} {:?} {:?}", without(&mine[0]), without(&others[0]), desks);
    assert!(!text.contains("900123") && !text.contains("900 123") && !text.contains("stranger"), "{text}");
    assert!(desks[0].case_id.is_empty() && desks[0].contact_id.is_empty(), "the desk is told of no case");
    assert_eq!([&desks[0].school_id, &desks[0].second_school_id].map(|id| *id == here || *id == there), [true; 2]);
    // What was done is said once; nobody at another school says it.
    let note = |who: &Person, school: &str| NoteContactMatchRequest {
        school_id: school.into(),
        contact_match_id: mine[0].contact_match_id.clone(),
        note: "Rang the other lead".into(),
        request_id: who.request_id(),
    };
    assert_eq!(why(call!(world.other, note_contact_match, note(&world.other, &there))), "NOT_FOUND");
    let noted = call!(world.dsl, note_contact_match, note(&world.dsl, &here))?.r#match.unwrap_or_default();
    assert_eq!(noted.note_account_id, world.dsl.account_id);
    assert_eq!(why(call!(world.dsl, note_contact_match, note(&world.dsl, &here))), "WRONG_STATE");
    // The other desks and the officer of the authority are not told.
    for role in [Role::Lado, Role::FrontDoor, Role::AuthorityOfficer] {
        assert_eq!(why(told(&world.bed.person(&[(role, "")])).await), "NOT_PERMITTED");
    }
    Ok(())
}

async fn what_is_compared_no_more_matches_nothing_new(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (here, there) = (world.here.clone(), world.there.clone());
    let ours = world.with_outsider(&world.dsl, &here).await?;
    let theirs = world.with_outsider(&world.other, &there).await?;
    let marked = call!(world.dsl, mark_contact, mark(&world.dsl, &here, &ours, "07700 900123"))?;
    let again = mark(&world.dsl, &here, &ours, "0044 7700900123");
    assert_eq!(why(call!(world.dsl, mark_contact, again)), "ALREADY_EXISTS");
    let end = EndContactMarkRequest {
        school_id: here.clone(),
        case_id: ours.0.clone(),
        contact_id: marked.contact.unwrap_or_default().contact_id,
        reason: "It was the number of a shop".into(),
        request_id: world.dsl.request_id(),
    };
    call!(world.dsl, end_contact_mark, end)?;
    call!(world.other, mark_contact, mark(&world.other, &there, &theirs, "07700 900123"))?;
    compare::pass(&world.store).await?;
    assert!(matches(&world.dsl, &here).await?.is_empty() && matches(&world.other, &there).await?.is_empty());
    // Nor where it is written anew because an earlier version wrote it otherwise.
    let mut tx = world.store.begin(&Scope::consumer(&here, "")).await?;
    tx.db().execute_unprepared("UPDATE contact SET written = 0, token = account_token").await?;
    tx.silent();
    tx.commit().await?;
    store::contact::write_anew(&world.store).await?;
    compare::pass(&world.store).await?;
    assert!(matches(&world.dsl, &here).await?.is_empty() && matches(&world.other, &there).await?.is_empty());
    let list = ListMarkedContactsRequest { school_id: here.clone(), case_id: ours.0.clone() };
    let listed = call!(world.dsl, list_marked_contacts, list)?.contacts;
    assert_eq!(listed.first().map(|one| one.end_reason.as_str()), Some("It was the number of a shop"));
    Ok(())
}

/// Gives a contact of a school the token that an earlier version made, as what was compared then.
async fn as_before(world: &World, school: &str, contact_id: &str, alike: &str) -> Result<()> {
    let mut tx = world.store.begin(&Scope::consumer(school, "")).await?;
    let token = tx.ring().token("contacts in common", alike).to_vec();
    let sql = "UPDATE contact SET written = 0, compared = 1, token = $1 WHERE id = $2";
    let values = [Value::from(token), Value::from(contact_id)];
    let update = Statement::from_sql_and_values(tx.db().get_database_backend(), sql, values);
    assert_eq!(tx.db().execute_raw(update).await?.rows_affected(), 1);
    tx.silent();
    tx.commit().await
}

async fn what_was_marked_before_is_found_by_what_is_written_since_and_what_was_withdrawn_is_not(
    engine: Engine,
) -> Result<()> {
    let world = world(engine).await?;
    let (here, there) = (world.here.clone(), world.there.clone());
    let desk = world.bed.person(&[(Role::SafeguardingOfficer, "")]);
    let ours = world.with_outsider(&world.dsl, &here).await?;
    let theirs = world.with_outsider(&world.other, &there).await?;
    let address =
        |request: MarkContactRequest| MarkContactRequest { kind: "address".into(), platform: String::new(), ..request };
    let mut marked = Vec::new();
    for value in ["22 Mill Lane, Northport, ZZ4 1AA", "5 High Street, Northport, ZZ4 1AB"] {
        let answer = call!(world.dsl, mark_contact, address(mark(&world.dsl, &here, &ours, value)))?;
        marked.push(answer.contact.unwrap_or_default().contact_id);
    }
    let end = EndContactMarkRequest {
        school_id: here.clone(),
        case_id: ours.0.clone(),
        contact_id: marked[1].clone(),
        reason: "It was the address of a shop".into(),
        request_id: world.dsl.request_id(),
    };
    call!(world.dsl, end_contact_mark, end)?;
    // As they were compared by all their words.
    as_before(&world, &here, &marked[0], "address 22 mill lane northport zz4 1aa").await?;
    as_before(&world, &here, &marked[1], "address 5 high street northport zz4 1ab").await?;
    for value in ["22 mill ln, ZZ41AA", "5 High St, ZZ4 1AB"] {
        call!(world.other, mark_contact, address(mark(&world.other, &there, &theirs, value)))?;
    }
    compare::pass(&world.store).await?;
    let found = async || -> Result<[usize; 3]> {
        let (mine, others) = (matches(&world.dsl, &here).await?, matches(&world.other, &there).await?);
        Ok([mine.len(), others.len(), told(&desk).await?.len()])
    };
    assert_eq!(found().await?, [0; 3], "they were written otherwise");

    store::contact::write_anew(&world.store).await?;
    let left = "SELECT COUNT(*) AS n FROM contact WHERE written = 0 AND ended_us > 0 AND compared = 1";
    assert_eq!(world.count(left).await?, 1, "what was withdrawn has the token that it had");
    compare::pass(&world.store).await?;
    assert_eq!(found().await?, [1; 3], "each is told once, of the one that is compared still");
    assert_eq!(matches(&world.dsl, &here).await?[0].contact_id, marked[0]);
    // Started again, nothing is written or told anew.
    store::contact::write_anew(&world.store).await?;
    assert_eq!(world.count("SELECT COUNT(*) AS n FROM contact WHERE compared = 0").await?, 0);
    compare::pass(&world.store).await?;
    assert_eq!(found().await?, [1; 3]);
    // Every try is on record, and whatever came of it.
    for (action, times) in [("contact.marked", 4), ("contact.matched", 3)] {
        let acts = format!("SELECT COUNT(*) AS n FROM history WHERE action = '{action}'");
        assert_eq!(world.count(&acts).await?, times, "{action}");
    }
    Ok(())
}

async fn what_may_not_be_marked_is_refused_and_guessing_is_told_to_the_desk(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let here = world.here.clone();
    let desk = world.bed.person(&[(Role::SafeguardingOfficer, "")]);
    let ours = world.with_outsider(&world.dsl, &here).await?;
    let asked = |value: &str| mark(&world.dsl, &here, &ours, value);
    assert_eq!(why(call!(world.dsl, mark_contact, asked("a shop"))), "INVALID_FIELD");
    let handle = MarkContactRequest { kind: "handle".into(), value: "@x".into(), ..asked("") };
    assert_eq!(why(call!(world.dsl, mark_contact, handle)), "INVALID_FIELD", "a handle is of an app");
    let victim = AddInvolvementRequest {
        school_id: here.clone(),
        case_id: ours.0.clone(),
        person: "Marigold Pym".into(),
        role: "victim".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let case = call!(world.dsl, add_involvement, victim)?.case.unwrap_or_default();
    let part = case.involvements.last().map(|part| part.involvement_id.clone()).unwrap_or_default();
    let of_victim = MarkContactRequest { involvement_id: part, ..asked("07700 900124") };
    assert_eq!(why(call!(world.dsl, mark_contact, of_victim)), "INVALID_FIELD");
    let named = MarkContactRequest { ring: "Mum of marigold, 01632 960001".into(), ..asked("07700 900124") };
    assert_eq!(why(call!(world.dsl, mark_contact, named)), "INVALID_FIELD", "whom to ring names no child");
    assert_eq!(why(call!(world.other, mark_contact, asked("07700 900124"))), "NOT_FOUND");
    for n in 0..30 {
        call!(world.dsl, mark_contact, asked(&format!("07700 9001{n:02}")))?;
        let told = told(&desk).await?.len();
        assert_eq!(told, usize::from(n >= 14), "after {} marks", n + 1);
    }
    assert_eq!(why(call!(world.dsl, mark_contact, asked("07700 900199"))), "TOO_MANY_TRIES");
    let kinds: Vec<String> = told(&desk).await?.into_iter().map(|one| one.kind).collect();
    assert_eq!(kinds, ["many_marks"]);
    let events = "SELECT COUNT(*) AS n FROM outbox WHERE aggregate_id LIKE 'cmt%'";
    assert_eq!(world.count(events).await?, 1, "the officer gets a notice of it, once");
    // It names the account, and nothing that whoever may be guessing wrote; what was done is said once.
    let alarm = told(&desk).await?.remove(0);
    assert_eq!((alarm.ring.as_str(), alarm.marks, &alarm.marked_account_id), ("", 15, &world.dsl.account_id));
    let list = ListDeskContactMatchesRequest { desk: DESK.into(), ..Default::default() };
    assert_eq!(call!(desk, list_desk_contact_matches, list.clone())?.unanswered_total, 1);
    let note = |who: &Person, at: &str| NoteDeskContactMatchRequest {
        desk: at.into(),
        contact_match_id: alarm.contact_match_id.clone(),
        note: "Rang the head".into(),
        request_id: who.request_id(),
    };
    let lado = world.bed.person(&[(Role::Lado, "")]);
    assert_eq!(why(call!(lado, note_desk_contact_match, note(&lado, "lado"))), "NOT_FOUND");
    let noted = call!(desk, note_desk_contact_match, note(&desk, DESK))?.r#match.unwrap_or_default();
    assert_eq!((noted.note.as_str(), &noted.note_account_id), ("Rang the head", &desk.account_id));
    assert_eq!(why(call!(desk, note_desk_contact_match, note(&desk, DESK))), "WRONG_STATE");
    let left = call!(desk, list_desk_contact_matches, list)?;
    assert_eq!((left.total_size, left.unanswered_total), (1, 0));
    Ok(())
}

on_both_engines!(
    both_schools_and_the_desk_are_told_whom_to_ring_and_nothing_else,
    what_is_compared_no_more_matches_nothing_new,
    what_was_marked_before_is_found_by_what_is_written_since_and_what_was_withdrawn_is_not,
    what_may_not_be_marked_is_refused_and_guessing_is_told_to_the_desk,
);
