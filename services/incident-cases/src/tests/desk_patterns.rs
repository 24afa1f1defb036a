//! Concerns of several schools about one adult, over the wire: the designated officer is told which schools, how many and
//! whom to ring; nobody else can tell that there is anything.

use chassis::{
    caller::Scope,
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *},
};
use sea_orm::{ConnectionTrait as _, Statement, Value};

use super::{World, access::told, world};
use crate::{compare, store};

fn why<T>(answer: Result<T>) -> &'static str {
    answer.err().map_or("OK", |error| error.reason_name())
}

/// A low-level concern about somebody, which the head takes on; answers its case.
async fn low_level(head: &Person, school: &str, name: &str) -> Result<String> {
    let concern = RecordConcernRequest {
        school_id: school.into(),
        about: "A visiting teacher".into(),
        narrative: "Messaged a learner".into(),
        safe_now: "yes".into(),
        about_adult: "staff".into(),
        request_id: head.request_id(),
        ..Default::default()
    };
    let concern_id = call!(head, record_concern, concern)?.concern.unwrap_or_default().concern_id;
    let subject = AdultSubject { name: name.into(), routed_to: "head".into(), ..Default::default() };
    let new = NewCase { procedure_id: "P10".into(), risks: vec!["conduct".into()], subject: Some(subject) };
    let triage = TriageConcernRequest {
        school_id: school.into(),
        concern_id,
        decision: Some(Decision::NewCase(new)),
        request_id: head.request_id(),
        again: String::new(),
    };
    Ok(call!(head, triage_concern, triage)?.case.unwrap_or_default().case_id)
}

fn mark(who: &Person, school: &str, case_id: &str, name: &str, reference: &str) -> MarkAdultRequest {
    MarkAdultRequest {
        school_id: school.into(),
        case_id: case_id.into(),
        name: name.into(),
        birth_date: if name.is_empty() { String::new() } else { "1988-03-27".into() },
        teacher_reference: reference.into(),
        ring: format!("The head, {school}"),
        request_id: who.request_id(),
    }
}

/// Of how many nobody said what was done.
async fn unanswered(who: &Person) -> Result<i32> {
    let request = ListDeskPatternsRequest { desk: "lado".into(), page_size: 1, ..Default::default() };
    Ok(call!(who, list_desk_patterns, request)?.unanswered_total)
}

async fn patterns(who: &Person, desk: &str) -> Result<Vec<DeskPattern>> {
    let request = ListDeskPatternsRequest { desk: desk.into(), ..Default::default() };
    Ok(call!(who, list_desk_patterns, request)?.patterns)
}

fn counted(pattern: &DeskPattern) -> Vec<(&str, i32)> {
    pattern.schools.iter().map(|school| (school.school_id.as_str(), school.concerns)).collect()
}

async fn announced(world: &World) -> Result<i64> {
    let mut tx = world.store.begin(&Scope::system("incident-cases")).await?;
    let count = Statement::from_string(tx.db().get_database_backend(), "SELECT COUNT(*) AS n FROM outbox");
    let row = tx.db().query_one_raw(count).await?;
    tx.silent();
    tx.commit().await?;
    Ok(row.map(|row| row.try_get::<i64>("", "n")).transpose()?.unwrap_or_default())
}

async fn from_the_second_school_on_the_designated_officer_is_told_and_nobody_else(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (here, there) = (world.here.clone(), world.there.clone());
    let lado = world.bed.person(&[(Role::Lado, "")]);
    let head = |school: &str| world.bed.person(&[(Role::Head, school), (Role::Staff, school)]);
    let (ours, theirs) = (head(&here), head(&there));
    let first = low_level(&ours, &here, "Zoë Pym").await?;
    let other = low_level(&theirs, &there, "Ms Pym").await?;
    let before = announced(&world).await?;
    let marked = call!(ours, mark_adult, mark(&ours, &here, &first, "Zoë Pym", "12/34567"))?.mark.unwrap_or_default();
    compare::adult::pass(&world.store).await?;
    assert!(patterns(&lado, "lado").await?.is_empty(), "one school alone is no pattern");
    let answers = mark(&theirs, &there, &other, "pym, ZOE", "");
    let answered = call!(theirs, mark_adult, answers)?.mark.unwrap_or_default();
    assert_eq!((marked.end_time, answered.end_time), (None, None), "nothing is said to either head");
    compare::adult::pass(&world.store).await?;
    compare::adult::pass(&world.store).await?;
    let told_of = patterns(&lado, "lado").await?;
    assert_eq!(told_of.len(), 1);
    let mut schools = counted(&told_of[0]);
    schools.sort_unstable();
    assert_eq!(schools, if here < there { [(&*here, 1), (&*there, 1)] } else { [(&*there, 1), (&*here, 1)] });
    assert!(told_of[0].schools.iter().all(|one| one.ring == format!("The head, {}", one.school_id)));
    for (school, mark) in [(&here, &marked), (&there, &answered)] {
        let said = told_of[0].schools.iter().find(|one| one.school_id == *school).map(|one| one.references.as_slice());
        assert_eq!(said, Some(std::slice::from_ref(&mark.reference)), "what is said on the telephone");
    }
    let text = format!("{told_of:?}");
    for word in ["Pym", "pym", "1988", "34567", "Messaged", &first, &other] {
        assert!(!text.contains(word), "{word} is in {text}");
    }

    // A further concern about the same adult is counted, without anybody marking it.
    low_level(&ours, &here, "zoë  pym").await?;
    compare::adult::pass(&world.store).await?;
    let grown = patterns(&lado, "lado").await?;
    let mut schools = counted(&grown[0]);
    schools.sort_unstable_by_key(|(_, concerns)| -concerns);
    assert_eq!((grown.len(), schools), (1, vec![(here.as_str(), 2), (there.as_str(), 1)]));
    let note = |who: &Person, desk: &str| NoteDeskPatternRequest {
        desk: desk.into(),
        desk_pattern_id: grown[0].desk_pattern_id.clone(),
        note: "Rang both heads".into(),
        request_id: who.request_id(),
    };
    assert_eq!(unanswered(&lado).await?, 1);
    let noted = call!(lado, note_desk_pattern, note(&lado, "lado"))?.pattern.unwrap_or_default();
    assert_eq!((noted.notes.len(), unanswered(&lado).await?), (1, 0));

    // No event, nothing at either school, no other desk.
    assert_eq!(announced(&world).await?, before);
    let marks = ListAdultMarksRequest { school_id: here.clone(), case_id: first.clone() };
    assert_eq!(call!(ours, list_adult_marks, marks.clone())?.marks, [marked], "the head reads what the head wrote");
    assert_eq!(why(call!(world.dsl, list_adult_marks, marks)), "NOT_FOUND");
    assert_eq!(why(call!(world.dsl, mark_adult, mark(&world.dsl, &here, &first, "", "7654321"))), "NOT_FOUND");
    assert_eq!(why(call!(theirs, mark_adult, mark(&theirs, &there, &first, "", "7654321"))), "NOT_FOUND");
    for (role, desk) in [(Role::FrontDoor, "front_door"), (Role::SafeguardingOfficer, "safeguarding")] {
        let person = world.bed.person(&[(role, "")]);
        let own = (why(patterns(&person, desk).await), why(call!(person, note_desk_pattern, note(&person, desk))));
        assert_eq!(own, ("NOT_FOUND", "NOT_FOUND"));
        assert_eq!(why(patterns(&person, "lado").await), "NOT_PERMITTED");
    }
    assert_eq!(why(patterns(&ours, "lado").await), "NOT_PERMITTED");
    Ok(())
}

async fn what_is_compared_no_more_or_is_on_no_adult_leads_to_nothing(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (here, there) = (world.here.clone(), world.there.clone());
    let lado = world.bed.person(&[(Role::Lado, "")]);
    let head = |school: &str| world.bed.person(&[(Role::Head, school), (Role::Staff, school)]);
    let (ours, theirs) = (head(&here), head(&there));
    let first = low_level(&ours, &here, "Zoë Pym").await?;
    let other = low_level(&theirs, &there, "Zoë Pym").await?;
    let marked = call!(ours, mark_adult, mark(&ours, &here, &first, "", "1234567"))?.mark.unwrap_or_default();
    let again = call!(ours, mark_adult, mark(&ours, &here, &first, "", "12/34567"));
    assert_eq!(why(again), "ALREADY_EXISTS");
    let end = EndAdultMarkRequest {
        school_id: here.clone(),
        case_id: first.clone(),
        adult_mark_id: marked.adult_mark_id,
        reason: "It was somebody else’s number".into(),
        request_id: ours.request_id(),
    };
    let ended = call!(ours, end_adult_mark, end.clone())?.mark.unwrap_or_default();
    assert_eq!(ended.end_reason, end.reason);
    let twice = EndAdultMarkRequest { request_id: ours.request_id(), ..end };
    assert_eq!(why(call!(ours, end_adult_mark, twice)), "WRONG_STATE");
    call!(theirs, mark_adult, mark(&theirs, &there, &other, "", "1234567"))?;
    compare::adult::pass(&world.store).await?;
    assert!(patterns(&lado, "lado").await?.is_empty());
    let child = world.case().await?.case_id;
    assert_eq!(why(call!(world.dsl, mark_adult, mark(&world.dsl, &here, &child, "", "1234567"))), "WRONG_STATE");
    Ok(())
}

async fn a_title_or_an_initial_keeps_one_adult_apart_neither_from_now_on_nor_from_before(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (here, there) = (world.here.clone(), world.there.clone());
    let lado = world.bed.person(&[(Role::Lado, "")]);
    let head = |school: &str| world.bed.person(&[(Role::Head, school), (Role::Staff, school)]);
    let (ours, theirs) = (head(&here), head(&there));
    let first = low_level(&ours, &here, "Zoë Pym").await?;
    let other = low_level(&theirs, &there, "Ms Pym").await?;
    call!(ours, mark_adult, mark(&ours, &here, &first, "Ms Zoë Pym", ""))?;
    // As it was compared with the title.
    let school = here.parse().map_err(Error::internal)?;
    let mut tx = world.store.begin(&Scope::own("incident-cases", &school)).await?;
    let before = tx.ring().token("adults of several schools", "person ms pym zoe born 1988-03-27").to_vec();
    let sql = "UPDATE case_mark SET written = 0, compared = 1, person_token = $1";
    let update = Statement::from_sql_and_values(tx.db().get_database_backend(), sql, [Value::from(before)]);
    assert_eq!(tx.db().execute_raw(update).await?.rows_affected(), 1);
    tx.silent();
    tx.commit().await?;
    call!(theirs, mark_adult, mark(&theirs, &there, &other, "PYM, Zoe K.", ""))?;
    compare::adult::pass(&world.store).await?;
    assert!(patterns(&lado, "lado").await?.is_empty(), "it was written otherwise");
    for _ in 0..2 {
        store::case_mark::write_anew(&world.store).await?;
        compare::adult::pass(&world.store).await?;
        let found = patterns(&lado, "lado").await?;
        assert_eq!((found.len(), found[0].schools.len()), (1, 2));
    }
    Ok(())
}

async fn guessing_is_limited_told_to_the_desk_and_answered_like_everything_else(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (here, there) = (world.here.clone(), world.there.clone());
    let lado = world.bed.person(&[(Role::Lado, "")]);
    let head = |school: &str| world.bed.person(&[(Role::Head, school), (Role::Staff, school)]);
    let (ours, theirs) = (head(&here), head(&there));
    let case = low_level(&ours, &here, "Zoë Pym").await?;
    let other = low_level(&theirs, &there, "Zoë Pym").await?;
    call!(theirs, mark_adult, mark(&theirs, &there, &other, "", "1000003"))?;
    let mut said = Vec::new();
    for n in 0..10 {
        let answer = call!(ours, mark_adult, mark(&ours, &here, &case, "", &format!("100000{n}")));
        let answer = answer.map(|answer| AdultMark {
            adult_mark_id: String::new(),
            reference: String::new(),
            teacher_reference: String::new(),
            create_time: None,
            ..answer.mark.unwrap_or_default()
        });
        said.push(told(answer));
        compare::adult::pass(&world.store).await?;
        let many = patterns(&lado, "lado").await?.iter().filter(|one| one.kind == "many_marks").count();
        assert_eq!(many, usize::from(n >= 4), "after {} marks", n + 1);
    }
    let all = patterns(&lado, "lado").await?;
    let many = all.iter().find(|one| one.kind == "many_marks").cloned().unwrap_or_default().schools.remove(0);
    assert_eq!((many.ring.as_str(), many.concerns, &many.account_id), ("", 5, &ours.account_id));
    said.dedup();
    assert_eq!(said.len(), 1, "whichever of them another school has: {said:?}");
    assert_eq!(why(call!(ours, mark_adult, mark(&ours, &here, &case, "", "2000000"))), "TOO_MANY_TRIES");
    assert_eq!(patterns(&lado, "lado").await?.iter().filter(|one| one.kind == "pattern").count(), 1);
    // Whoever marks beside them is not limited by it, and so learns nothing of it.
    let second = head(&here);
    let own = low_level(&second, &here, "Max Elm").await?;
    assert_eq!(why(call!(second, mark_adult, mark(&second, &here, &own, "", "2000000"))), "OK");
    Ok(())
}

on_both_engines!(
    from_the_second_school_on_the_designated_officer_is_told_and_nobody_else,
    what_is_compared_no_more_or_is_on_no_adult_leads_to_nothing,
    a_title_or_an_initial_keeps_one_adult_apart_neither_from_now_on_nor_from_before,
    guessing_is_limited_told_to_the_desk_and_answered_like_everything_else,
);
