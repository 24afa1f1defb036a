//! Two at once on PostgreSQL. Each race is held at its worst moment: somebody else holds what both are to write until
//! both have had the time to read it, so that whatever decides on what it read too early decides wrongly every time.

use std::time::Duration;

use chassis::{
    caller::Scope,
    db::Tx,
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *},
};
use sea_orm::ConnectionTrait as _;
use tokio::{join, time::sleep};

use super::{World, world};

/// How long a row is held: long enough for both to come to it.
const HELD: Duration = Duration::from_millis(400);
/// How much later the second one starts.
const LATER: Duration = Duration::from_millis(150);
/// How often each race is run.
const ROUNDS: usize = 3;

impl World {
    /// Holds what a statement locks, in a transaction of its own.
    async fn hold(&self, lock: &str) -> Result<Tx> {
        let mut tx = self.store.begin(&Scope::consumer(&self.here, "evt")).await?;
        tx.silent();
        tx.db().execute_unprepared(lock).await?;
        Ok(tx)
    }

    async fn hold_row(&self, table: &str, id: &str) -> Result<Tx> {
        self.hold(&format!("SELECT id FROM {table} WHERE id = '{id}' FOR UPDATE")).await
    }

    fn triage(&self, who: &Person, concern_id: &str, new: NewCase) -> TriageConcernRequest {
        TriageConcernRequest {
            school_id: self.here.clone(),
            concern_id: concern_id.into(),
            decision: Some(Decision::NewCase(new)),
            request_id: who.request_id(),
            again: String::new(),
        }
    }
}

async fn let_go(tx: Tx) -> Result<()> {
    sleep(HELD).await;
    tx.commit().await
}

fn on_a_child() -> NewCase {
    NewCase { procedure_id: "P1".into(), risks: vec!["conduct".into()], subject: None }
}

fn on_the_head(head: &Person) -> NewCase {
    let subject =
        AdultSubject { account_id: head.account_id.clone(), routed_to: "chair".into(), ..AdultSubject::default() };
    NewCase { procedure_id: "P9".into(), risks: vec!["contact".into()], subject: Some(subject) }
}

/// The one that came through, and why the other did not.
fn one_of<A, B>(first: Result<A>, second: Result<B>) -> (bool, &'static str) {
    match (first, second) {
        (Ok(_), Err(error)) => (true, error.reason_name()),
        (Err(error), Ok(_)) => (false, error.reason_name()),
        (Ok(_), Ok(_)) => (true, "both came through"),
        (Err(_), Err(_)) => (true, "neither came through"),
    }
}

#[tokio::test]
async fn of_two_who_decide_on_a_concern_one_does() -> Result<()> {
    let world = world(Engine::Postgres).await?;
    let deputy = world.bed.person(&[(Role::DeputyDsl, &world.here)]);
    world.case().await?;
    for round in 1..=ROUNDS {
        let concern_id = world.concern().await?;
        let held = world.hold_row("concern", &concern_id).await?;
        let (one, other, gone) = join!(
            async { call!(world.dsl, triage_concern, world.triage(&world.dsl, &concern_id, on_a_child())) },
            async { call!(deputy, triage_concern, world.triage(&deputy, &concern_id, on_a_child())) },
            let_go(held),
        );
        gone?;
        let won = one.as_ref().or(other.as_ref()).ok().and_then(|answer| answer.case.clone()).unwrap_or_default();
        assert_eq!(one_of(one, other).1, "WRONG_STATE");
        let read = GetConcernRequest { school_id: world.here.clone(), concern_id, with_learners: false };
        assert_eq!(call!(deputy, get_concern, read)?.concern.unwrap_or_default().case_id, won.case_id);
        let listed = ListCasesRequest { school_id: world.here.clone(), ..Default::default() };
        assert_eq!(usize::try_from(call!(deputy, list_cases, listed)?.total_size).ok(), Some(1 + round));
    }
    Ok(())
}

#[tokio::test]
async fn an_allegation_is_hidden_whoever_reads_or_names_at_the_same_moment() -> Result<()> {
    let world = world(Engine::Postgres).await?;
    let here = world.here.clone();
    let (head, deputy) = (world.bed.person(&[(Role::Head, &here)]), world.bed.person(&[(Role::DeputyDsl, &here)]));
    for round in 0..ROUNDS * 2 {
        let concern_id = world.concern().await?;
        let held = world.hold_row("concern", &concern_id).await?;
        let read = GetConcernRequest { school_id: here.clone(), concern_id: concern_id.clone(), with_learners: false };
        let named = SetConcernLearnersRequest {
            school_id: here.clone(),
            concern_id: concern_id.clone(),
            learner_ids: Vec::new(),
            request_id: deputy.request_id(),
        };
        let second = async {
            sleep(LATER).await;
            if round % 2 == 0 {
                call!(deputy, get_concern, read).map(|_| ())
            } else {
                call!(deputy, set_concern_learners, named).map(|_| ())
            }
        };
        let triage = world.triage(&world.dsl, &concern_id, on_the_head(&head));
        let (opened, second, gone) = join!(async { call!(world.dsl, triage_concern, triage) }, second, let_go(held));
        gone?;
        opened?;
        assert_eq!(second.err().map(|error| error.reason_name()), Some("NOT_FOUND"));
        for who in [&head, &deputy] {
            let asked = ListConcernsRequest { school_id: here.clone(), ..Default::default() };
            assert_eq!(call!(who, list_concerns, asked)?.total_size, 0, "round {round}");
            let asked =
                GetConcernRequest { school_id: here.clone(), concern_id: concern_id.clone(), ..Default::default() };
            assert!(call!(who, get_concern, asked).is_err_and(|error| error.reason_name() == "NOT_FOUND"));
        }
    }
    Ok(())
}

#[tokio::test]
async fn whoever_is_shut_out_while_they_wait_reads_nothing() -> Result<()> {
    let world = world(Engine::Postgres).await?;
    let deputy = world.bed.person(&[(Role::DeputyDsl, &world.here)]);
    for _ in 0..ROUNDS {
        let case = world.case().await?;
        world.consult(&case).await?;
        let case = world.invite(&case).await?.case.unwrap_or_default();
        let asked = GetSharedIncidentRequest {
            school_id: world.here.clone(),
            shared_incident_id: case.shared_incident_id.clone(),
        };
        assert!(call!(deputy, get_shared_incident, asked.clone()).is_ok());
        let held = world.hold_row("shared_incident", &case.shared_incident_id).await?;
        let out = SetCaseAccessRequest {
            school_id: world.here.clone(),
            case_id: case.case_id.clone(),
            level: "open".into(),
            reason: "A relative".into(),
            conflicted_account_ids: vec![deputy.account_id.clone()],
            etag: case.etag.clone(),
            request_id: world.dsl.request_id(),
            ..Default::default()
        };
        let shut_out = async {
            sleep(LATER).await;
            call!(world.dsl, set_case_access, out)
        };
        let (read, out, gone) = join!(async { call!(deputy, get_shared_incident, asked) }, shut_out, let_go(held));
        gone?;
        out?;
        assert_eq!(read.err().map(|error| error.reason_name()), Some("NOT_FOUND"));
    }
    Ok(())
}

#[tokio::test]
async fn a_roll_is_taken_once() -> Result<()> {
    let world = world(Engine::Postgres).await?;
    let here = world.here.clone();
    for round in 1..=ROUNDS {
        let table =
            format!("FAMILY NAME,GIVEN NAME,DATE OF BIRTH,YEAR GROUP\nF{round}x,G{round}y,0{round}/09/2015,6\n");
        let request = PreviewLearnerImportRequest {
            school_id: here.clone(),
            content: table.into_bytes().into(),
            whole_roll: false,
            request_id: world.dsl.request_id(),
            content_hash: String::new(),
        };
        let seen = call!(world.dsl, preview_learner_import, request)?;
        let held = world.hold_row("learner_preview", &seen.content_hash).await?;
        let import = || ImportLearnersRequest {
            school_id: here.clone(),
            content_hash: seen.content_hash.clone(),
            decisions: Vec::new(),
            request_id: world.dsl.request_id(),
        };
        let (one, other, gone) = join!(
            async { call!(world.dsl, import_learners, import()) },
            async { call!(world.dsl, import_learners, import()) },
            let_go(held),
        );
        gone?;
        assert_eq!(one_of(one, other).1, "INVALID_FIELD");
        let list = ListLearnersRequest { school_id: here.clone(), ..Default::default() };
        assert_eq!(usize::try_from(call!(world.dsl, list_learners, list)?.total_size).ok(), Some(round));
    }
    Ok(())
}

#[tokio::test]
async fn an_invitation_has_one_answer() -> Result<()> {
    let world = world(Engine::Postgres).await?;
    for _ in 0..ROUNDS {
        let case = world.case().await?;
        world.consult(&case).await?;
        let invited = world.invite(&case).await?;
        let shared_incident_id = invited.case.unwrap_or_default().shared_incident_id;
        let invitation_id = invited.invitation.unwrap_or_default().invitation_id;
        let held = world.hold_row("invitation", &invitation_id).await?;
        let accept = AcceptInvitationRequest {
            school_id: world.there.clone(),
            invitation_id: invitation_id.clone(),
            request_id: world.other.request_id(),
        };
        let decline = DeclineInvitationRequest {
            no_learner_meant: false,
            school_id: world.there.clone(),
            invitation_id,
            reason: "No child of ours".into(),
            request_id: world.other.request_id(),
        };
        let (accepted, declined, gone) = join!(
            async { call!(world.other, accept_invitation, accept) },
            async { call!(world.other, decline_invitation, decline) },
            let_go(held),
        );
        gone?;
        let (accepted, why) = one_of(accepted, declined);
        assert_eq!(why, "WRONG_STATE");
        let asked = GetSharedIncidentRequest { school_id: world.there.clone(), shared_incident_id };
        assert_eq!(call!(world.other, get_shared_incident, asked).is_ok(), accepted);
    }
    Ok(())
}
