//! How the work stands: what is overdue and of whom, which learners come up again, and nothing of what is hidden.

use chassis::{
    calendar::ClosedDays,
    clock::timestamp,
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *};
use time::Duration;

use super::{
    access::{School, school},
    *,
};
use crate::cover::clocks::Clocks;

impl School {
    async fn workload(&self, who: &Person) -> Result<Workload> {
        let request = GetWorkloadRequest { school_id: self.world.here.clone() };
        Ok(call!(who, get_workload, request)?.workload.unwrap_or_default())
    }

    async fn repeats(&self, who: &Person, least: i32) -> Result<ListRepeatInvolvementResponse> {
        let request = ListRepeatInvolvementRequest { school_id: self.world.here.clone(), least, ..Default::default() };
        call!(who, list_repeat_involvement, request)
    }

    async fn pupil(&self, given: &str) -> Result<Learner> {
        let request = CreateLearnerRequest {
            school_id: self.world.here.clone(),
            record: Some(LearnerRecord {
                given_name: given.into(),
                family_name: "Oak".into(),
                year_group: "7".into(),
                ..LearnerRecord::default()
            }),
            request_id: self.world.dsl.request_id(),
            another_child: true,
        };
        Ok(call!(self.world.dsl, create_learner, request)?.learner.unwrap_or_default())
    }

    async fn part(&self, case: &Case, learner: &Learner, role: &str) -> Result<Case> {
        let request = AddInvolvementRequest {
            school_id: self.world.here.clone(),
            case_id: case.case_id.clone(),
            role: role.into(),
            learner_id: learner.learner_id.clone(),
            request_id: self.world.dsl.request_id(),
            ..Default::default()
        };
        Ok(call!(self.world.dsl, add_involvement, request)?.case.unwrap_or_default())
    }

    /// A concern that names learners.
    async fn names(&self, learners: &[&Learner]) -> Result<String> {
        let concern_id = self.world.concern().await?;
        let request = SetConcernLearnersRequest {
            school_id: self.world.here.clone(),
            concern_id: concern_id.clone(),
            learner_ids: learners.iter().map(|learner| learner.learner_id.clone()).collect(),
            request_id: self.world.dsl.request_id(),
        };
        call!(self.world.dsl, set_concern_learners, request)?;
        Ok(concern_id)
    }

    /// Everything that somebody is told of the work.
    async fn told(&self, who: &Person) -> Result<String> {
        Ok(format!("{:?}\n{:?}", self.workload(who).await?, self.repeats(who, 2).await?))
    }
}

fn of(workload: &Workload) -> Vec<(&str, i32, i32, i32, i32)> {
    let owners = workload.owners.iter();
    owners.map(|o| (o.account_id.as_str(), o.overdue, o.overdue_statutory, o.working_days_late, o.at_risk)).collect()
}

async fn what_is_overdue_is_told_by_whose_it_is_and_late_by_the_schools_own_days(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (world, dsl, deputy) = (&school.world, &school.world.dsl, &school.deputy);
    let mut tx = world.store.begin(&Scope::consumer(&world.here, "evt")).await?;
    let mut policy = policy();
    policy.clocks = Clocks { closed_days: ClosedDays::read(["2026-11-26 to 2026-11-27"]), ..Clocks::default() };
    policy.procedures[0].steps[0].statutory = true;
    crate::store::copy::keep_policy(&tx, &world.here, &policy).await?;
    tx.silent();
    tx.commit().await?;
    // On Tuesday three steps are due at once, one of them the deputy's.
    let case = world.case().await?;
    let assign = AssignStepRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        step_id: "P1-06".into(),
        account_id: deputy.account_id.clone(),
        request_id: dsl.request_id(),
    };
    call!(dsl, assign_step, assign)?;
    world.concern().await?;
    let today = school.workload(dsl).await?;
    assert_eq!((today.overdue_total, today.at_risk_total, today.due_today_total), (0, 3, 3));
    assert_eq!((today.date.as_str(), today.at_risk_until_date.as_str()), ("2026-11-24", "2026-11-30"));

    // On Monday they are two days late: Wednesday and Monday, and neither the closed days nor the weekend.
    world.bed.clock.advance(Duration::days(6));
    let seen = school.workload(&school.head).await?;
    let (lead, second) = (dsl.account_id.as_str(), deputy.account_id.as_str());
    assert_eq!(of(&seen), [(lead, 2, 1, 2, 0), (second, 1, 0, 2, 0)]);
    assert_eq!((seen.owners[0].open_cases, seen.owners[0].total, seen.overdue_total), (1, 2, 3));
    assert!(seen.overdue.iter().all(|due| due.working_days_late == 2 && due.due_word == "overdue"));
    let concerns = seen.concerns.unwrap_or_default();
    assert_eq!((concerns.unread, concerns.oldest_unread_date.as_str()), (1, "2026-11-24"));
    assert_eq!((concerns.oldest_unread_working_days, concerns.undecided), (2, 0));

    // What was moved to Wednesday is at risk; what was done counts for whoever did it.
    let moved = MoveDueTimeRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        step_id: "P1-10".into(),
        due_time: Some(timestamp(world.bed.now() + Duration::days(2))),
        reason: "They answer on Wednesday".into(),
        request_id: dsl.request_id(),
    };
    call!(dsl, move_due_time, moved)?;
    world.fact(&case, "immediate_danger", "no").await?;
    world.complete(&case, "P1-01").await?;
    let asked = MakeReferralRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        agency: "front_door_form".into(),
        reason: "Advice is not enough".into(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, make_referral, asked)?;
    let seen = school.workload(dsl).await?;
    assert_eq!(seen.owners.iter().find(|owner| owner.account_id == lead).map(|owner| owner.done_this_week), Some(1));
    assert_eq!(seen.at_risk.iter().filter(|due| due.item_id == "P1-10").count(), 1);

    // A week later the agency is silent, and a month later the case lies still.
    world.bed.clock.advance(Duration::days(7));
    let later = school.workload(dsl).await?;
    let own = later.owners.iter().find(|owner| owner.account_id == lead).cloned().unwrap_or_default();
    assert_eq!((own.overdue_chases, own.done_this_week, own.done_last_week, later.silent_total), (1, 0, 1, 1));
    assert_eq!((own.idle_cases, later.idle_total), (0, 0));
    world.bed.clock.advance(Duration::days(31));
    let still = school.workload(dsl).await?;
    assert_eq!((still.owners[0].idle_cases, still.idle_total, still.idle.len()), (1, 1, 1));
    Ok(())
}

async fn what_is_hidden_changes_no_byte(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (world, dsl) = (&school.world, &school.world.dsl);
    let ann = school.pupil("Ann").await?;
    let child = world.case().await?;
    school.part(&child, &ann, "victim").await?;
    school.names(&[&ann]).await?;
    let everybody = [&school.head, &school.deputy];
    let mut before = Vec::new();
    for who in everybody {
        before.push(school.told(who).await?);
    }
    assert!(before.iter().all(|told| told.contains(&ann.learner_id)), "a case and a concern are two records");

    // An allegation against the head, in which the learner has a part, and a case over which the deputy is in conflict.
    let concern_id = world.concern().await?;
    let subject = AdultSubject {
        account_id: school.head.account_id.clone(),
        name: String::new(),
        routed_to: "chair".into(),
        another_person: false,
    };
    let new = NewCase { procedure_id: "P9".into(), risks: vec!["contact".into()], subject: Some(subject) };
    let triage = TriageConcernRequest {
        school_id: world.here.clone(),
        concern_id,
        decision: Some(Decision::NewCase(new)),
        request_id: dsl.request_id(),
        again: String::new(),
    };
    let allegation = call!(dsl, triage_concern, triage)?.case.unwrap_or_default();
    school.part(&allegation, &ann, "victim").await?;
    let secret = world.case().await?;
    let secret = school.part(&secret, &ann, "witness").await?;
    let restrict = SetCaseAccessRequest {
        school_id: world.here.clone(),
        case_id: secret.case_id.clone(),
        level: "restricted".into(),
        member_account_ids: crate::tests::model::second("restricted"),
        reason: "A relative".into(),
        conflicted_account_ids: vec![school.deputy.account_id.clone()],
        etag: secret.etag.clone(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, set_case_access, restrict)?;
    for (who, told) in everybody.into_iter().zip(&before) {
        assert_eq!(&school.told(who).await?, told);
    }
    // Whoever may know counts them.
    let repeats = school.repeats(dsl, 4).await?;
    assert_eq!(repeats.learners.iter().map(|one| one.records.len()).collect::<Vec<_>>(), [4]);
    let owners = school.workload(dsl).await?.owners;
    assert_eq!(owners.iter().map(|owner| owner.open_cases).sum::<i32>(), 3, "{owners:?}");
    let teacher = school.workload(&school.teacher).await.err().map(|error| error.reason_name());
    assert_eq!(teacher, Some("NOT_PERMITTED"));
    Ok(())
}

async fn a_learner_in_three_records_comes_up_again(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let world = &school.world;
    let (ann, bo) = (school.pupil("Ann").await?, school.pupil("Bo").await?);
    // A concern that goes into a case is one with it.
    let concern = school.names(&[&ann, &bo]).await?;
    let case = world.opened(&concern).await?;
    school.part(&case, &ann, "alleged_perpetrator").await?;
    school.part(&case, &ann, "victim").await?;
    school.names(&[&ann]).await?;
    assert_eq!(school.repeats(&world.dsl, 0).await?.learners, []);
    school.names(&[&ann, &bo]).await?;
    let found = school.repeats(&school.head, 0).await?;
    assert_eq!((found.least, found.from_date.as_str(), found.learners.len()), (3, "2025-11-24", 1));
    let one = &found.learners[0];
    assert_eq!((one.learner_id.as_str(), one.name.as_str()), (ann.learner_id.as_str(), "Ann Oak"));
    let kinds: Vec<&str> = one.records.iter().map(|record| record.kind.as_str()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "concern").count(), 2);
    let in_case = one.records.iter().find(|record| record.kind == "case").cloned().unwrap_or_default();
    assert_eq!(
        (in_case.reference.as_str(), in_case.roles),
        (case.reference.as_str(), vec!["alleged_perpetrator".into(), "victim".into()])
    );
    // Page by page, those with most records first.
    let page = |page_token: String| ListRepeatInvolvementRequest {
        school_id: world.here.clone(),
        least: 2,
        page_size: 1,
        page_token,
        ..Default::default()
    };
    let first = call!(world.dsl, list_repeat_involvement, page(String::new()))?;
    let second = call!(world.dsl, list_repeat_involvement, page(first.next_page_token))?;
    let ids = |of: &[RepeatInvolvement]| of.iter().map(|one| one.learner_id.clone()).collect::<Vec<_>>();
    assert_eq!(
        (ids(&first.learners), ids(&second.learners)),
        (vec![ann.learner_id.clone()], vec![bo.learner_id.clone()])
    );
    assert_eq!(second.next_page_token, "");
    let wrong =
        call!(world.dsl, list_repeat_involvement, ListRepeatInvolvementRequest { least: 1, ..page(String::new()) });
    assert_eq!(wrong.err().map(|error| error.violations()[0].field.clone()), Some("least".to_owned()));
    // A year on it is over.
    world.bed.clock.advance(Duration::days(366));
    assert_eq!(school.repeats(&world.dsl, 2).await?.learners, []);
    Ok(())
}

on_both_engines!(
    what_is_overdue_is_told_by_whose_it_is_and_late_by_the_schools_own_days,
    what_is_hidden_changes_no_byte,
    a_learner_in_three_records_comes_up_again,
);
