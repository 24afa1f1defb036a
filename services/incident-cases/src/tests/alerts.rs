//! Filter alerts as concerns: what becomes of the one reaches the other.

use chassis::{
    clock::timestamp,
    event::{Envelope, Event},
};
use prost::Message as _;
use proto::{
    event::v1::{AlertAcknowledged, AlertRaised, AlertWorsened},
    filtering_ingest::v1::{AlertDeletion, GetAlertResponse},
};
use sea_orm::{ConnectionTrait as _, Statement};
use time::Duration;

use super::*;
use crate::{
    alert_evidence::{Answer, put_off, settle, understood},
    consume::{heard, reaches},
    store::{self, alert_wanted::Wanted},
};

const ALERT: &str = "alt_00000000000000000000000000";

async fn hear(world: &World, event: Event) -> Result<()> {
    hear_under(world, event, "").await
}

/// The same of an alert under a user name.
pub(super) async fn hear_under(world: &World, event: Event, user: &str) -> Result<()> {
    let mut tx = world.store.begin(&Scope::consumer(&world.here, "evt")).await?;
    let envelope = Envelope {
        school_id: world.here.clone(),
        aggregate_id: ALERT.into(),
        event_time: Some(timestamp(world.bed.now())),
        event: Some(event),
        ..Default::default()
    };
    if envelope.event.as_ref().is_some_and(reaches) {
        heard(&mut tx, &envelope, user).await?;
    }
    tx.silent();
    tx.commit().await
}

async fn concerns(world: &World) -> Result<Vec<Concern>> {
    let request = ListConcernsRequest { school_id: world.here.clone(), ..Default::default() };
    Ok(call!(world.dsl, list_concerns, request)?.concerns)
}

pub(super) fn raised(route: &str, tier: &str) -> Event {
    Event::AlertRaised(AlertRaised {
        theme: "drugs".into(),
        severity: "medium".into(),
        route: route.into(),
        tier: tier.into(),
        late_s: 7_200,
        ..Default::default()
    })
}

async fn a_concern_follows_its_alert(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    // Neither malware nor what is about staff becomes a concern by itself.
    hear(&world, raised("it", "pupil")).await?;
    hear(&world, raised("dsl", "staff")).await?;
    assert!(concerns(&world).await?.is_empty());
    hear(&world, raised("dsl", "KS3")).await?;
    let before = concerns(&world).await?.remove(0);
    assert_eq!((before.severity.as_str(), before.urgency.as_str(), before.alert_late_s), ("medium", "ordinary", 7_200));
    assert!(before.narrative.ends_with("The filter told of it 2 hours after it happened."), "{}", before.narrative);
    // It becomes graver, and is to be read sooner.
    hear(&world, Event::AlertWorsened(AlertWorsened { severity: "critical".into(), ..Default::default() })).await?;
    let after = concerns(&world).await?.remove(0);
    assert_eq!((after.severity.as_str(), after.urgency.as_str()), ("critical", "danger"));
    assert_eq!(after.read_due_time, Some(timestamp(world.bed.now() + Duration::minutes(10))));
    // Whoever opens the alert has read the concern.
    let opened = AlertAcknowledged { account_id: world.dsl.account_id.clone(), waited_s: 60, ..Default::default() };
    hear(&world, Event::AlertAcknowledged(opened)).await?;
    let read = concerns(&world).await?.remove(0);
    assert_eq!((read.read_by_account_id.as_str(), read.read_time.is_some()), (world.dsl.account_id.as_str(), true));
    // It is found by its alert, and by no other.
    let of = |alert_id: &str| ListConcernsRequest {
        school_id: world.here.clone(),
        alert_id: alert_id.into(),
        ..Default::default()
    };
    assert_eq!(call!(world.dsl, list_concerns, of(ALERT))?.total_size, 1);
    let none = call!(world.dsl, list_concerns, of("alt_00000000000000000000000001"));
    assert_eq!(none.err().map(|error| error.reason_name()), Some("NOT_FOUND"));
    Ok(())
}

/// What was announced.
pub(super) async fn announced(world: &World) -> Result<Vec<Event>> {
    let tx = world.store.begin(&Scope::system("test")).await?;
    let events = Statement::from_string(tx.db().get_database_backend(), "SELECT envelope FROM outbox");
    let mut all = Vec::new();
    for row in tx.db().query_all_raw(events).await? {
        let envelope: Vec<u8> = row.try_get("", "envelope").map_err(Error::internal)?;
        all.extend(Envelope::decode(envelope.as_slice()).map_err(Error::internal)?.event);
    }
    Ok(all)
}

/// How many concerns were announced, and how many of them so that nobody's quiet hours hold them back.
async fn recorded(world: &World) -> Result<(usize, usize)> {
    let (mut all, mut at_once) = (0, 0);
    for event in announced(world).await? {
        if let Event::ConcernRecorded(recorded) = event {
            all += 1;
            at_once += usize::from(recorded.not_safe);
        }
    }
    Ok((all, at_once))
}

async fn a_critical_alert_is_told_at_every_hour(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    for (severity, told) in [("medium", (1, 0)), ("high", (2, 0)), ("critical", (3, 1))] {
        let alert = AlertRaised { severity: severity.into(), route: "dsl".into(), ..AlertRaised::default() };
        hear(&world, Event::AlertRaised(alert)).await?;
        assert_eq!(recorded(&world).await?, told, "{severity}");
    }
    Ok(())
}

async fn concerns_are_listed_by_how_grave_they_are(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    for severity in ["medium", "high", "critical", "low", "critical"] {
        let alert = AlertRaised { severity: severity.into(), route: "dsl".into(), ..AlertRaised::default() };
        hear(&world, Event::AlertRaised(alert)).await?;
        world.bed.clock.advance(Duration::minutes(1));
    }
    let listed = concerns(&world).await?;
    let order: Vec<&str> = listed.iter().map(|concern| concern.severity.as_str()).collect();
    assert_eq!(order, ["critical", "critical", "high", "medium", "low"]);
    assert!(listed[0].create_time.as_ref().map(|at| at.seconds) < listed[1].create_time.as_ref().map(|at| at.seconds));
    Ok(())
}

async fn an_alert_that_becomes_critical_is_told_again_though_its_concern_was_read(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    hear(&world, raised("dsl", "KS3")).await?;
    let opened = AlertAcknowledged { account_id: world.dsl.account_id.clone(), waited_s: 60, ..Default::default() };
    hear(&world, Event::AlertAcknowledged(opened)).await?;
    for (severity, told) in [("high", 0), ("critical", 1), ("critical", 1)] {
        let worse = AlertWorsened { severity: severity.into(), ..Default::default() };
        hear(&world, Event::AlertWorsened(worse)).await?;
        let events = announced(&world).await?;
        let worse = |event: &&Event| matches!(event, Event::ConcernEscalated(told) if told.reason == "worsened");
        assert_eq!(events.iter().filter(worse).count(), told, "{severity}");
    }
    Ok(())
}

async fn an_alert_that_goes_on_reaches_a_person_again_whatever_was_made_of_its_concern(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let goes_on = |severity: &str, count| {
        Event::AlertWorsened(AlertWorsened { severity: severity.into(), count, again: true, ..Default::default() })
    };
    let added = async || -> Result<usize> {
        let told = |event: &Event| matches!(event, Event::ConcernEscalated(told) if told.reason == "added");
        Ok(announced(&world).await?.iter().filter(|event| told(event)).count())
    };
    let listed = async |added_to: bool| -> Result<i64> {
        let asked = ListConcernsRequest { school_id: world.here.clone(), added: added_to, ..Default::default() };
        Ok(i64::from(call!(world.dsl, list_concerns, asked)?.total_size))
    };
    hear(&world, raised("dsl", "KS3")).await?;
    let opened = AlertAcknowledged { account_id: world.dsl.account_id.clone(), waited_s: 60, ..Default::default() };
    hear(&world, Event::AlertAcknowledged(opened)).await?;
    assert_eq!((listed(true).await?, added().await?), (0, 0));
    // Read as less: there is more of it since.
    hear(&world, goes_on("high", 7)).await?;
    let concern = concerns(&world).await?.remove(0);
    assert_eq!((concern.severity.as_str(), listed(true).await?, added().await?), ("high", 1, 1));
    let said = concern.additions.first().map(|addition| addition.text.clone()).unwrap_or_default();
    assert!(said.contains("high severity") && said.contains("7 times"), "{said}");
    // Put aside: it waits like a new one, and is passed on where nobody reads it.
    let nothing = triage_concern_request::Decision::NoFurtherAction(NoFurtherAction { reason: "Drama lesson".into() });
    let request = TriageConcernRequest {
        school_id: world.here.clone(),
        concern_id: concern.concern_id.clone(),
        decision: Some(nothing),
        request_id: world.dsl.request_id(),
        again: String::new(),
    };
    call!(world.dsl, triage_concern, request)?;
    hear(&world, goes_on("high", 14)).await?;
    let again = concerns(&world).await?.remove(0);
    assert_eq!((again.state.as_str(), again.read_time, again.earlier_decisions.len()), ("new", None, 1));
    assert!(again.read_due_time.is_some());
    assert_eq!(added().await?, 2);
    Ok(())
}

/// A case that wants what its alert used.
async fn wanting(world: &World) -> Result<Case> {
    hear(world, raised("dsl", "KS3")).await?;
    let concern = concerns(world).await?.remove(0);
    world.opened(&concern.concern_id).await
}

/// What is to be asked for at this moment.
async fn due(world: &World) -> Result<Vec<Wanted>> {
    let mut tx = world.store.begin(&Scope::system("incident-cases")).await?;
    let due = store::alert_wanted::due(&tx).await?;
    tx.silent();
    tx.commit().await?;
    Ok(due)
}

async fn entries(world: &World, case: &Case) -> Result<Vec<String>> {
    let read = GetCaseRequest { school_id: world.here.clone(), case_id: case.case_id.clone() };
    let case = call!(world.dsl, get_case, read)?.case.unwrap_or_default();
    Ok(case.entries.into_iter().map(|entry| entry.text).collect())
}

async fn an_alert_that_cannot_be_read_is_asked_for_again_and_not_given_up(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = wanting(&world).await?;
    // None of these says that it is gone.
    for refused in
        [tonic::Status::not_found("x"), tonic::Status::permission_denied("x"), tonic::Status::unavailable("x")]
    {
        assert!(understood(Err(refused)).is_err());
    }
    assert!(understood(Ok(GetAlertResponse::default())).is_err());
    let first = due(&world).await?.remove(0);
    assert_eq!((first.case_id.as_str(), first.tries), (case.case_id.as_str(), 0));
    assert!(!put_off(&world.store, &first).await?);
    for (minutes, tries) in [(5, 1), (10, 2), (20, 3)] {
        world.bed.clock.advance(Duration::minutes(minutes) - Duration::SECOND);
        assert_eq!(due(&world).await?, [], "not before {minutes} minutes");
        world.bed.clock.advance(Duration::SECOND);
        let again = due(&world).await?.remove(0);
        assert_eq!((again.tries, again.since_us), (tries, first.since_us));
        assert!(!put_off(&world.store, &again).await?);
    }
    // After a day whoever runs the installation is told, and it is asked for all the same.
    world.bed.clock.advance(Duration::DAY);
    let late = due(&world).await?.remove(0);
    assert!(put_off(&world.store, &late).await?);
    world.bed.clock.advance(Duration::DAY);
    assert_eq!((due(&world).await?.len(), entries(&world, &case).await?), (1, Vec::new()));
    Ok(())
}

async fn an_alert_that_was_deleted_is_said_so_in_the_case_and_not_asked_for_again(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = wanting(&world).await?;
    let deletion = AlertDeletion { date: "2027-12-01".into(), before_date: "2026-12-01".into(), rule: "RET-05".into() };
    let unsaid = AlertDeletion { rule: String::new(), ..deletion.clone() };
    assert!(understood(Ok(GetAlertResponse { deletion: Some(unsaid), alert: None })).is_err());
    let answer = understood(Ok(GetAlertResponse { deletion: Some(deletion), alert: None }))?;
    assert!(matches!(answer, Answer::Deleted(_)));
    let wanted = due(&world).await?.remove(0);
    assert!(settle(&world.store, &wanted, answer.clone()).await?);
    assert!(!settle(&world.store, &wanted, answer).await?, "another process says it no second time");
    assert_eq!(due(&world).await?, []);
    let said = entries(&world, &case).await?;
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("deleted on 1 December 2027") && said[0].contains("(RET-05)"), "{said:?}");
    Ok(())
}

async fn an_alert_whose_concern_went_into_a_case_on_an_adult_waits_no_longer(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    hear(&world, raised("dsl", "KS3")).await?;
    let concern = concerns(&world).await?.remove(0);
    let subject = AdultSubject { name: "A driver".into(), routed_to: "head".into(), ..Default::default() };
    let new = NewCase { procedure_id: "P7".into(), risks: vec!["contact".into()], subject: Some(subject) };
    let request = TriageConcernRequest {
        school_id: world.here.clone(),
        concern_id: concern.concern_id,
        decision: Some(triage_concern_request::Decision::NewCase(new)),
        request_id: world.dsl.request_id(),
        again: String::new(),
    };
    call!(world.dsl, triage_concern, request)?;
    let all = announced(&world).await?;
    let so_many = |which: fn(&Event) -> bool| all.iter().filter(|event| which(event)).count();
    // As of any that went into a case that is there, read as it was decided on.
    assert_eq!(so_many(|event| matches!(event, Event::ConcernRead(_))), 1);
    assert_eq!(so_many(|event| matches!(event, Event::ConcernTriaged(to) if to.outcome == "added_to_case")), 1);
    assert_eq!(so_many(|event| matches!(event, Event::CaseOpened(_))), 0);
    Ok(())
}

on_both_engines!(
    an_alert_whose_concern_went_into_a_case_on_an_adult_waits_no_longer,
    a_concern_follows_its_alert,
    a_critical_alert_is_told_at_every_hour,
    concerns_are_listed_by_how_grave_they_are,
    an_alert_that_becomes_critical_is_told_again_though_its_concern_was_read,
    an_alert_that_goes_on_reaches_a_person_again_whatever_was_made_of_its_concern,
    an_alert_that_cannot_be_read_is_asked_for_again_and_not_given_up,
    an_alert_that_was_deleted_is_said_so_in_the_case_and_not_asked_for_again,
);
