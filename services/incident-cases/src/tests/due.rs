//! What is due, whose it is, and whose day it is to move.

use chassis::{
    clock::timestamp,
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};
use time::Duration;

use super::{World, world};

struct School {
    world: World,
    head: Person,
    deputy: Person,
}

async fn school(engine: Engine) -> Result<School> {
    let world = world(engine).await?;
    let here = world.here.clone();
    let person = |role| world.bed.person(&[(role, &here), (Role::Staff, &here)]);
    let (head, deputy) = (person(Role::Head), person(Role::DeputyDsl));
    Ok(School { world, head, deputy })
}

impl School {
    async fn due(&self, who: &Person, request: ListDueRequest) -> Result<ListDueResponse> {
        call!(who, list_due, ListDueRequest { school_id: self.world.here.clone(), ..request })
    }

    async fn assign(&self, who: &Person, case: &Case, step: &str, account_id: &str) -> Result<Case> {
        let request = AssignStepRequest {
            school_id: self.world.here.clone(),
            case_id: case.case_id.clone(),
            step_id: step.into(),
            account_id: account_id.into(),
            request_id: who.request_id(),
        };
        Ok(call!(who, assign_step, request)?.case.unwrap_or_default())
    }

    async fn move_due(&self, who: &Person, case: &Case, step: &str, days: i64) -> Result<Case> {
        let request = MoveDueTimeRequest {
            school_id: self.world.here.clone(),
            case_id: case.case_id.clone(),
            step_id: step.into(),
            due_time: Some(timestamp(self.world.bed.now() + Duration::days(days))),
            reason: "They answer on Monday".into(),
            request_id: who.request_id(),
        };
        Ok(call!(who, move_due_time, request)?.case.unwrap_or_default())
    }

    async fn restrict(&self, case: &Case, members: &[&Person], in_conflict: &[&Person]) -> Result<()> {
        let ids = |people: &[&Person]| -> Vec<String> { people.iter().map(|who| who.account_id.clone()).collect() };
        let request = SetCaseAccessRequest {
            school_id: self.world.here.clone(),
            case_id: case.case_id.clone(),
            level: "restricted".into(),
            reason: "A relative".into(),
            member_account_ids: ids(members).into_iter().chain(crate::tests::model::second("restricted")).collect(),
            conflicted_account_ids: ids(in_conflict),
            etag: case.etag.clone(),
            request_id: self.world.dsl.request_id(),
            ..Default::default()
        };
        call!(self.world.dsl, set_case_access, request).map(|_| ())
    }
}

fn told(dues: &[Due]) -> Vec<(&str, &str, &str)> {
    dues.iter().map(|d| (d.kind.as_str(), d.item_id.as_str(), d.due_word.as_str())).collect()
}

async fn what_is_due_has_a_day_and_an_owner(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, deputy) = (&school.world.dsl, &school.deputy);
    let case = school.world.case().await?;
    assert_eq!(case.owner_account_id, dsl.account_id, "whoever takes a case on has it");
    let all = school.due(dsl, ListDueRequest { with_owners: true, ..Default::default() }).await?;
    let at_once = |step: &'static str| ("step", step, "due_today");
    assert_eq!(told(&all.dues), [at_once("P1-01"), at_once("P1-06"), at_once("P1-10"), ("idle", "", "due")]);
    assert_eq!((all.total_size, all.owners.len()), (4, 1));
    assert!(all.dues.iter().all(|due| due.owner_account_id == dsl.account_id && due.reference == case.reference));

    let case = school.assign(&school.head, &case, "P1-06", &deputy.account_id).await?;
    let mine = ListDueRequest { account_id: deputy.account_id.clone(), ..Default::default() };
    assert_eq!(told(&school.due(deputy, mine).await?.dues), [at_once("P1-06")]);
    let case = school.move_due(dsl, &case, "P1-10", 40).await?;
    assert_eq!(case.steps[4].due_moves[0].reason, "They answer on Monday");
    assert!(case.steps[4].movable);
    let asked = MakeReferralRequest {
        school_id: school.world.here.clone(),
        case_id: case.case_id.clone(),
        agency: "front_door_form".into(),
        reason: "Advice is not enough".into(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, make_referral, asked)?;
    school.world.bed.clock.advance(Duration::days(2));
    let late = ListDueRequest { overdue_only: true, with_owners: true, ..Default::default() };
    let late = school.due(&school.head, late).await?;
    let of = |kind: &str| late.dues.iter().filter(|due| due.kind == kind).count();
    assert_eq!((late.total_size, of("step"), of("referral_chase")), (3, 2, 1));
    assert!(late.dues.iter().all(|due| due.due_word == "overdue"));
    let sums: Vec<_> = late.owners.iter().map(|o| (o.account_id.as_str(), o.overdue, o.total)).collect();
    assert_eq!(sums, [(dsl.account_id.as_str(), 2, 4), (deputy.account_id.as_str(), 1, 1)]);
    let week = ListDueRequest { within_days: Some(7), ..Default::default() };
    assert_eq!(school.due(dsl, week).await?.total_size, 3, "the moved step and the idle case come later");
    // A page ends where the next begins.
    let mut page = ListDueRequest { page_size: 2, ..Default::default() };
    let mut pages = Vec::new();
    loop {
        let answer = school.due(dsl, page.clone()).await?;
        pages.extend(answer.dues);
        if answer.next_page_token.is_empty() {
            break;
        }
        page.page_token = answer.next_page_token;
    }
    assert_eq!(pages, school.due(dsl, ListDueRequest::default()).await?.dues);
    Ok(())
}

async fn what_is_due_is_seen_and_owned_by_those_who_may_see_the_case(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, deputy) = (&school.world.dsl, &school.deputy);
    let case = school.world.case().await?;
    let case = school.assign(dsl, &case, "P1-06", &deputy.account_id).await?;
    let alone = SetCaseAccessRequest {
        school_id: school.world.here.clone(),
        case_id: case.case_id.clone(),
        level: "restricted".into(),
        reason: "A relative".into(),
        etag: case.etag.clone(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    let refused = call!(dsl, set_case_access, alone).err().map(|error| error.violations()[0].field.clone());
    assert_eq!(refused, Some("member_account_ids".to_owned()), "nobody would see what is due while they are away");
    school.restrict(&case, &[], &[deputy]).await?;
    let sums = |answer: ListDueResponse| answer.owners.into_iter().map(|o| o.account_id).collect::<Vec<_>>();
    let whole = || ListDueRequest { with_owners: true, ..Default::default() };
    let seen = school.due(dsl, whole()).await?;
    assert_eq!(seen.dues.len(), 4);
    assert_eq!(sums(seen), std::slice::from_ref(&dsl.account_id), "nothing is left with somebody who may not see it");
    for stranger in [deputy, &school.head] {
        let seen = school.due(stranger, whole()).await?;
        assert_eq!((seen.dues.len(), seen.total_size, seen.owners.len()), (0, 0, 0));
    }
    let refused = school.assign(dsl, &case, "P1-06", &deputy.account_id).await;
    assert_eq!(refused.err().map(|e| e.violations()[0].field.clone()), Some("account_id".to_owned()));
    Ok(())
}

async fn a_closed_case_has_nothing_due(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let case = school.world.case().await?;
    school.world.fact(&case, "immediate_danger", "no").await?;
    for step in ["P1-01", "P1-06", "P1-10"] {
        school.world.complete(&case, step).await?;
    }
    let debrief = RecordDebriefRequest {
        school_id: school.world.here.clone(),
        case_id: case.case_id.clone(),
        findings: "Quick".into(),
        request_id: school.world.dsl.request_id(),
        ..Default::default()
    };
    let case = call!(school.world.dsl, record_debrief, debrief)?.case.unwrap_or_default();
    let left = school.due(&school.world.dsl, ListDueRequest::default()).await?.dues;
    assert_eq!(told(&left), [("idle", "", "due")]);
    school.world.close_answered(&case).await?;
    assert_eq!(school.due(&school.world.dsl, ListDueRequest::default()).await?.dues, []);
    Ok(())
}

on_both_engines!(
    what_is_due_has_a_day_and_an_owner,
    what_is_due_is_seen_and_owned_by_those_who_may_see_the_case,
    a_closed_case_has_nothing_due,
);
