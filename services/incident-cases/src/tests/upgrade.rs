//! What an earlier version kept of concerns, and in which order they are listed.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use chassis::{
    caller::Scope,
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *},
};
use sea_orm::{ConnectionTrait as _, Statement};

use super::{World, watched, world};
use crate::store;

impl World {
    async fn report(&self, safe_now: &str) -> Result<String> {
        let request = RecordConcernRequest {
            school_id: self.here.clone(),
            about: "Somebody".into(),
            narrative: "Something".into(),
            safe_now: safe_now.into(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        Ok(call!(self.dsl, record_concern, request)?.concern.unwrap_or_default().concern_id)
    }

    /// Writes the rows as an earlier version had.
    async fn written(&self, sql: &str) -> Result<()> {
        let mut tx = self.store.begin(&Scope::consumer(&self.here, "evt")).await?;
        tx.silent();
        tx.db().execute_unprepared(sql).await?;
        tx.commit().await
    }

    /// All that somebody lists, a few at a time, and how many there are said to be.
    async fn concerns(&self, who: &Person) -> Result<(Vec<String>, i32)> {
        let (mut ids, mut page_token) = (Vec::new(), String::new());
        loop {
            let asked =
                ListConcernsRequest { school_id: self.here.clone(), page_size: 2, page_token, ..Default::default() };
            let answer = call!(who, list_concerns, asked)?;
            ids.extend(answer.concerns.into_iter().map(|concern| concern.concern_id));
            page_token = answer.next_page_token;
            if page_token.is_empty() {
                return Ok((ids, answer.total_size));
            }
        }
    }
}

async fn a_child_who_is_not_safe_is_on_the_first_page(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let mut sent = Vec::new();
    for safe_now in ["yes", "yes", "not_sure", "yes", "no"] {
        sent.push(world.report(safe_now).await?);
        world.bed.clock.advance(time::Duration::minutes(1));
    }
    let read = GetConcernRequest { school_id: world.here.clone(), concern_id: sent[0].clone(), with_learners: false };
    call!(world.dsl, get_concern, read)?;
    let in_order: Vec<String> = [4, 2, 1, 3, 0].map(|n: usize| sent[n].clone()).into();
    assert_eq!(world.concerns(&world.dsl).await?, (in_order, 5));
    Ok(())
}

async fn concerns_of_old_cases_are_nobodys_to_list_until_it_is_known_whose(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let deputy = world.bed.person(&[(Role::DeputyDsl, &world.here)]);
    let head = world.bed.person(&[(Role::Head, &world.here)]);
    let waiting = world.report("no").await?;
    world.case().await?;
    let new = NewCase {
        procedure_id: "P9".into(),
        risks: vec!["contact".into()],
        subject: Some(AdultSubject {
            account_id: deputy.account_id.clone(),
            routed_to: "head".into(),
            ..AdultSubject::default()
        }),
    };
    let concern_id = world.concern().await?;
    let triage = TriageConcernRequest {
        school_id: world.here.clone(),
        concern_id,
        decision: Some(Decision::NewCase(new)),
        request_id: world.dsl.request_id(),
        again: String::new(),
    };
    call!(world.dsl, triage_concern, triage)?;
    let (before, heads) = (world.concerns(&deputy).await?, world.concerns(&head).await?);
    assert_eq!((before.1, heads.1), (2, 3));

    // As it was before there were these columns.
    world.written("UPDATE concern SET case_id = '', urgency = -1").await?;
    for who in [&deputy, &head] {
        assert_eq!(world.concerns(who).await?, (vec![waiting.clone()], 1));
    }
    store::upgrade::concerns(&world.store).await?;
    assert_eq!((world.concerns(&deputy).await?, world.concerns(&head).await?), (before, heads));
    Ok(())
}

async fn what_is_never_the_heads_is_kept_from_them_once_it_is_read_out_anew(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (head, chair) =
        (world.bed.person(&[(Role::Head, &world.here)]), world.bed.person(&[(Role::Chair, &world.here)]));
    let request = RecordConcernRequest {
        school_id: world.here.clone(),
        about: "The head".into(),
        narrative: "Something".into(),
        safe_now: "yes".into(),
        about_adult: "head".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let concern_id = call!(world.dsl, record_concern, request)?.concern.unwrap_or_default().concern_id;
    let passed = PassOnConcernRequest {
        school_id: world.here.clone(),
        concern_id: concern_id.clone(),
        to: "lead".into(),
        reason: "It is about no adult".into(),
        request_id: chair.request_id(),
    };
    call!(chair, pass_on_concern, passed)?;
    assert_eq!(world.concerns(&head).await?.1, 0);
    world.written("UPDATE concern SET office = '', urgency = 12").await?;
    assert_eq!(world.concerns(&head).await?.1, 1, "as it was before that was kept");
    store::upgrade::concerns(&world.store).await?;
    assert_eq!((world.concerns(&head).await?.1, world.concerns(&world.dsl).await?.0), (0, vec![concern_id]));
    Ok(())
}

async fn a_low_level_concern_that_went_on_as_an_allegation_stands_among_those(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let subject = AdultSubject { name: "A driver".into(), routed_to: "head".into(), ..AdultSubject::default() };
    let new = NewCase { procedure_id: "P10".into(), risks: Vec::new(), subject: Some(subject) };
    let triage = TriageConcernRequest {
        school_id: world.here.clone(),
        concern_id: world.concern().await?,
        decision: Some(Decision::NewCase(new)),
        request_id: world.dsl.request_id(),
        again: String::new(),
    };
    let case = call!(world.dsl, triage_concern, triage)?.case.unwrap_or_default();
    world.fact(&case, "harm_threshold", "yes").await?;
    let stands = async || -> Result<(i32, i32)> {
        let list = |register: &str| ListCasesRequest {
            school_id: world.here.clone(),
            register: register.into(),
            ..Default::default()
        };
        let due = ListDueRequest { school_id: world.here.clone(), ..Default::default() };
        Ok((call!(world.dsl, list_cases, list("allegations"))?.total_size, call!(world.dsl, list_due, due)?.total_size))
    };
    let before = stands().await?;
    assert!(before.0 == 1 && before.1 > 0);
    world.written("UPDATE case_file SET procedure_id = 'P10'").await?;
    world.written("DELETE FROM case_due").await?;
    assert_eq!(stands().await?, (0, 0));
    store::upgrade::low_level(&world.store).await?;
    assert_eq!(stands().await?, before);
    Ok(())
}

async fn a_list_asks_as_often_however_long_it_is(engine: Engine) -> Result<()> {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let reads = move |statement: &Statement| {
        if statement.sql.starts_with("SELECT") && statement.sql.contains("record_key") {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    };
    let world = watched(engine, Some(Arc::new(reads))).await?;
    for _ in 0..8 {
        world.case().await?;
    }
    asked.store(0, Ordering::Relaxed);
    let concerns = ListConcernsRequest { school_id: world.here.clone(), ..Default::default() };
    assert_eq!(call!(world.dsl, list_concerns, concerns)?.concerns.len(), 8);
    let cases = ListCasesRequest { school_id: world.here.clone(), ..Default::default() };
    assert_eq!(call!(world.dsl, list_cases, cases)?.cases.len(), 8);
    // Those of the concerns by which cases without anybody are known are a third.
    assert_eq!(asked.load(Ordering::Relaxed), 3, "the keys of a list are fetched together");
    Ok(())
}

async fn no_table_counts_the_cases_of_a_school(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let mut tx = world.store.begin(&Scope::consumer(&world.here, "evt")).await?;
    tx.silent();
    assert!(tx.db().execute_unprepared("SELECT last FROM case_number").await.is_err());
    Ok(())
}

on_both_engines!(
    what_is_never_the_heads_is_kept_from_them_once_it_is_read_out_anew,
    a_low_level_concern_that_went_on_as_an_allegation_stands_among_those,
    no_table_counts_the_cases_of_a_school,
    a_list_asks_as_often_however_long_it_is,
    a_child_who_is_not_safe_is_on_the_first_page,
    concerns_of_old_cases_are_nobodys_to_list_until_it_is_known_whose,
);
