//! Concerns about adults: who is told, who takes them on, and that nobody else can tell that there is one.

use chassis::{
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *},
};
use sea_orm::{ConnectionTrait as _, Statement};
use time::Duration;

use super::access::{School, school, told, wrong};

impl School {
    fn id(&self) -> String {
        self.world.here.clone()
    }

    async fn report(&self, about_adult: &str) -> Result<String> {
        let request = RecordConcernRequest {
            school_id: self.id(),
            about: "A colleague".into(),
            narrative: "Shouted at a class".into(),
            safe_now: "yes".into(),
            about_adult: about_adult.into(),
            request_id: self.teacher.request_id(),
            ..Default::default()
        };
        Ok(call!(self.teacher, record_concern, request)?.concern.unwrap_or_default().concern_id)
    }

    async fn read(&self, who: &Person, concern_id: &str) -> Result<Concern> {
        let request = GetConcernRequest { school_id: self.id(), concern_id: concern_id.into(), with_learners: false };
        Ok(call!(who, get_concern, request)?.concern.unwrap_or_default())
    }

    async fn concerns(&self, who: &Person) -> Result<ListConcernsResponse> {
        call!(who, list_concerns, ListConcernsRequest { school_id: self.id(), ..Default::default() })
    }

    async fn decide(&self, who: &Person, concern_id: &str, decision: Decision) -> Result<TriageConcernResponse> {
        let request = TriageConcernRequest {
            school_id: self.id(),
            concern_id: concern_id.into(),
            decision: Some(decision),
            request_id: who.request_id(),
            again: String::new(),
        };
        call!(who, triage_concern, request)
    }

    async fn pass_on(&self, who: &Person, concern_id: &str, to: &str) -> Result<PassOnConcernResponse> {
        let request = PassOnConcernRequest {
            school_id: self.id(),
            concern_id: concern_id.into(),
            to: to.into(),
            reason: "It is theirs".into(),
            request_id: who.request_id(),
        };
        call!(who, pass_on_concern, request)
    }

    async fn patterns(&self, who: &Person) -> Result<Vec<AdultPattern>> {
        let request = ListAdultPatternsRequest { school_id: self.id() };
        Ok(call!(who, list_adult_patterns, request)?.patterns)
    }

    /// How much waits for the lead, a deputy, the head and the chair that is announced to nobody.
    async fn unannounced(&self) -> Result<Vec<usize>> {
        let mut waits = Vec::new();
        for who in [&self.world.dsl, &self.deputy, &self.head, &self.chair] {
            waits.push(self.marks(who).await?.len());
        }
        Ok(waits)
    }

    async fn marks(&self, who: &Person) -> Result<Vec<String>> {
        Ok(call!(who, list_unannounced, ListUnannouncedRequest { school_id: self.id() })?.marks)
    }

    async fn count(&self, sql: &str) -> Result<i64> {
        let mut tx = self.world.store.begin(&chassis::caller::Scope::consumer(&self.id(), "evt")).await?;
        let row = tx.db().query_one_raw(Statement::from_string(tx.db().get_database_backend(), sql)).await?;
        tx.silent();
        tx.commit().await?;
        Ok(row.map(|row| row.try_get::<i64>("", "n")).transpose()?.unwrap_or_default())
    }

    /// What those who are told nothing of adults can see at all.
    async fn seen_by_others(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for who in [&self.world.dsl, &self.deputy] {
            seen.push(told(self.concerns(who).await));
            seen.push(told(self.patterns(who).await));
            let cases = ListCasesRequest { school_id: self.id(), ..Default::default() };
            let listed: Result<_> = async { call!(who, list_cases, cases) }.await;
            seen.push(told(listed));
            let due = ListDueRequest { school_id: self.id(), ..Default::default() };
            let listed: Result<_> = async { call!(who, list_due, due) }.await;
            seen.push(told(listed));
        }
        seen
    }
}

fn allegation(procedure: &str, account: &str, routed_to: &str) -> Decision {
    let subject = AdultSubject { account_id: account.into(), routed_to: routed_to.into(), ..Default::default() };
    Decision::NewCase(NewCase { procedure_id: procedure.into(), risks: vec!["conduct".into()], subject: Some(subject) })
}

async fn a_concern_about_an_adult_is_the_head_s_and_nobody_else_s(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let about_a_child = school.report("").await?;
    let before = school.seen_by_others().await;
    let events = "SELECT COUNT(*) AS n FROM outbox";
    let announced = school.count(events).await?;

    let own = school.report("staff").await?;
    let nobody: crate::concern::ConcernId = school.world.bed.ids.next();
    for who in [&school.world.dsl, &school.deputy, &school.chair, &school.teacher] {
        let (there, absent) = (school.read(who, &own).await, school.read(who, nobody.as_str()).await);
        assert_eq!(told(there), told(absent));
    }
    assert_eq!(school.count(events).await?, announced, "it is counted nowhere");
    let held = format!("SELECT COUNT(*) AS n FROM record_key WHERE record_id = '{own}' AND member = '{}'", school.id());
    assert_eq!(school.count(&held).await?, 0, "the school's own key does not open it");

    let listed = school.concerns(&school.head).await?;
    let mut offices: Vec<_> = listed.concerns.iter().map(|c| c.office.as_str()).collect();
    offices.sort_unstable();
    assert_eq!(offices, ["", "head"]);
    assert_eq!(school.read(&school.head, &own).await?.office, "head");
    let mine = GetMyConcernRequest { school_id: school.id(), concern_id: own.clone() };
    let mine = call!(school.teacher, get_my_concern, mine)?.concern.unwrap_or_default();
    assert_eq!(mine.read_by_account_id, school.head.account_id, "the reporter is told who read it");

    // It becomes part of no case that others read.
    let child = NewCase { procedure_id: "P1".into(), risks: vec!["conduct".into()], subject: None };
    assert_eq!(wrong(school.decide(&school.head, &own, Decision::NewCase(child)).await)?, "WRONG_STATE");
    let lead = school.world.dsl.account_id.clone();
    let opened = school.decide(&school.head, &own, allegation("P9", &lead, "head")).await?;
    assert!(opened.case.is_some_and(|case| case.reference.starts_with("A-")));
    assert_eq!(school.seen_by_others().await, before, "nobody else can tell that there is one");
    assert_eq!(school.count(events).await?, announced);

    // What is about a child is none of the head's to decide while the lead is there.
    let nothing = Decision::NoFurtherAction(NoFurtherAction { reason: "Nothing".into() });
    assert_eq!(wrong(school.decide(&school.head, &about_a_child, nothing).await)?, "NOT_PERMITTED");
    Ok(())
}

async fn a_concern_about_the_head_is_the_chair_s(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let own = school.report("head").await?;
    assert_eq!(wrong(school.read(&school.head, &own).await)?, "NOT_FOUND");
    assert_eq!(school.concerns(&school.head).await?.total_size, 0);
    assert_eq!(school.concerns(&school.chair).await?.total_size, 1);
    let head = school.head.account_id.clone();
    assert_eq!(wrong(school.decide(&school.chair, &own, allegation("P9", &head, "head")).await)?, "INVALID_FIELD");
    school.decide(&school.chair, &own, allegation("P9", &head, "chair")).await?;
    assert!(school.patterns(&school.head).await?.is_empty());
    assert_eq!(school.patterns(&school.chair).await?.len(), 1);
    // Whoever takes it on has it: what is due in it is theirs.
    let listed = call!(school.chair, list_cases, ListCasesRequest { school_id: school.id(), ..Default::default() })?;
    let owners: Vec<_> = listed.cases.iter().map(|case| case.owner_account_id.as_str()).collect();
    assert_eq!(owners, [school.chair.account_id.as_str()]);
    assert_eq!(wrong(school.report("everybody").await)?, "INVALID_FIELD");
    Ok(())
}

async fn a_concern_is_passed_on_to_whom_it_is_for(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, head, chair) = (&school.world.dsl, &school.head, &school.chair);
    let own = school.report("no").await?;
    school.read(dsl, &own).await?;
    assert_eq!(wrong(school.pass_on(head, &own, "head").await)?, "NOT_PERMITTED");
    assert_eq!(wrong(school.pass_on(dsl, &own, "lead").await)?, "INVALID_FIELD");
    school.pass_on(dsl, &own, "head").await?;
    assert_eq!(wrong(school.read(dsl, &own).await)?, "NOT_FOUND");
    assert_eq!(wrong(school.pass_on(dsl, &own, "lead").await)?, "NOT_FOUND");
    let unread = ListConcernsRequest { school_id: school.id(), state: "unread".into(), ..Default::default() };
    assert_eq!(call!(head, list_concerns, unread)?.total_size, 1, "for the head nobody has read it");
    let held = format!("SELECT COUNT(*) AS n FROM record_key WHERE record_id = '{own}' AND member = '{}'", school.id());
    assert_eq!(school.count(&held).await?, 0);
    school.pass_on(head, &own, "chair").await?;
    assert_eq!(wrong(school.read(head, &own).await)?, "NOT_FOUND");
    school.pass_on(chair, &own, "lead").await?;
    let read = school.read(dsl, &own).await?;
    assert_eq!(read.passed_on.iter().map(|p| p.to.as_str()).collect::<Vec<_>>(), ["head", "chair", "lead"]);
    assert_eq!(school.count(&held).await?, 1, "about a child it is the school's again");
    let nothing = Decision::NoFurtherAction(NoFurtherAction { reason: "Nothing".into() });
    school.decide(dsl, &own, nothing).await?;
    // What turns out to be about an adult after all is passed on still, and the decision is kept; never to whoever said that
    // they are in conflict.
    assert_eq!(wrong(school.read(head, &own).await)?, "NOT_FOUND", "it was the chair’s");
    assert_eq!(wrong(school.pass_on(dsl, &own, "head").await)?, "PROHIBITED");
    school.pass_on(dsl, &own, "chair").await?;
    let read = school.read(chair, &own).await?;
    let earlier: Vec<_> = read.earlier_decisions.iter().map(|one| (one.reason.as_str(), one.again.as_str())).collect();
    assert_eq!((read.state.as_str(), earlier), ("new", vec![("Nothing", "It is theirs")]));
    Ok(())
}

async fn a_chair_in_conflict_hands_what_is_about_the_head_to_the_authority(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (head, chair) = (&school.head, &school.chair);
    let other = school.world.bed.person(&[(Role::Chair, &school.id())]);
    let lado = school.world.bed.person(&[(Role::Lado, "")]);
    let about_head = school.report("head").await?;
    assert_eq!(wrong(school.pass_on(chair, &about_head, "head").await)?, "PROHIBITED");
    school.pass_on(chair, &about_head, "authority").await?;
    let request = ListUnheldConcernsRequest { desk: "lado".to_owned() };
    assert_eq!(call!(lado, list_unheld_concerns, request)?.schools.len(), 1, "at once, and nothing of what it says");
    let door = school.world.bed.person(&[(Role::FrontDoor, "")]);
    let theirs = ListUnheldConcernsRequest { desk: "front_door".to_owned() };
    assert_eq!(wrong(call!(door, list_unheld_concerns, theirs))?, "NOT_FOUND", "no other desk has such a list");
    for who in [head, chair, &school.world.dsl, &school.deputy] {
        assert_eq!(wrong(school.read(who, &about_head).await)?, "NOT_FOUND");
        assert_eq!(school.concerns(who).await?.total_size, 0);
    }
    // Whoever is chair instead takes it on, and the other stays out of the case.
    assert_eq!(school.concerns(&other).await?.total_size, 1);
    let case_of = |office| allegation("P9", &head.account_id, office);
    assert_eq!(wrong(school.decide(&other, &about_head, case_of("head")).await)?, "INVALID_FIELD");
    let case = school.decide(&other, &about_head, case_of("chair")).await?.case.unwrap_or_default();
    let to_head = SetCaseAccessRequest {
        school_id: school.id(),
        case_id: case.case_id.clone(),
        level: "hidden".into(),
        reason: "It is theirs".into(),
        routed_to: "head".into(),
        etag: case.etag.clone(),
        request_id: other.request_id(),
        ..Default::default()
    };
    assert_eq!(wrong(call!(other, set_case_access, to_head))?, "INVALID_FIELD", "nor does the case become the head's");
    assert!(school.get(&other, &case.case_id).await.is_ok());
    for who in [head, chair] {
        assert_eq!(wrong(school.get(who, &case.case_id).await)?, "NOT_FOUND");
    }
    Ok(())
}

async fn while_the_head_is_away_the_chair_has_it_at_once(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, chair) = (&school.world.dsl, &school.chair);
    let away = RecordAbsenceRequest {
        school_id: school.id(),
        account_id: school.head.account_id.clone(),
        stand_in_account_id: school.deputy.account_id.clone(),
        only_head: true,
        request_id: dsl.request_id(),
        ..Default::default()
    };
    let absence = call!(dsl, record_absence, away)?.absence.unwrap_or_default();
    let request = RecordConcernRequest {
        school_id: school.id(),
        about: "A colleague".into(),
        narrative: "Pushed a child".into(),
        safe_now: "no".into(),
        about_adult: "staff".into(),
        request_id: school.teacher.request_id(),
        ..Default::default()
    };
    let recorded = call!(school.teacher, record_concern, request)?;
    assert_eq!(recorded.goes_to, "chair");
    let concern_id = recorded.concern.unwrap_or_default().concern_id;
    assert_eq!(school.concerns(chair).await?.total_size, 1, "and whoever stands in does not see it");
    assert_eq!(wrong(school.read(&school.deputy, &concern_id).await)?, "NOT_FOUND");
    assert!(school.read(chair, &concern_id).await.is_ok());
    let back =
        EndAbsenceRequest { school_id: school.id(), absence_id: absence.absence_id, request_id: dsl.request_id() };
    call!(dsl, end_absence, back)?;
    school.report("staff").await?;
    assert_eq!(school.concerns(chair).await?.total_size, 1, "the head is there again");
    Ok(())
}

async fn what_waits_for_those_who_go_away_is_the_authoritys_to_know_at_once(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let dsl = &school.world.dsl;
    let waiting = school.report("staff").await?;
    let of_children = || RecordConcernRequest {
        school_id: school.id(),
        about: "A child".into(),
        narrative: "Was quiet".into(),
        safe_now: "yes".into(),
        request_id: school.teacher.request_id(),
        ..Default::default()
    };
    call!(school.teacher, record_concern, of_children())?;
    assert_eq!(crate::escalate::pass(&school.world.store).await?, 0);
    for (who, only_head) in [(&school.head, true), (&school.chair, false)] {
        let away = RecordAbsenceRequest {
            school_id: school.id(),
            account_id: who.account_id.clone(),
            only_head,
            only_chair: !only_head,
            request_id: dsl.request_id(),
            ..Default::default()
        };
        call!(dsl, record_absence, away)?;
    }
    assert_eq!(crate::escalate::pass(&school.world.store).await?, 1, "and what is about a child waits its time");
    assert_eq!(crate::escalate::pass(&school.world.store).await?, 0);
    let read = school.read(&school.chair, &waiting).await?;
    let told: Vec<_> = read.escalations.iter().map(|told| (told.level.as_str(), told.reason.as_str())).collect();
    assert_eq!(told, [("authority", "nobody_there")]);
    let about_staff = RecordConcernRequest { about_adult: "staff".into(), ..of_children() };
    assert_eq!(call!(school.teacher, record_concern, about_staff)?.goes_to, "authority");
    Ok(())
}

async fn the_chair_records_what_is_said_of_the_head_and_need_not_call_it_online(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (chair, head) = (&school.chair, &school.head);
    let said = RecordConcernRequest {
        school_id: school.id(),
        about: "The head".into(),
        narrative: "Gave a pupil a lift home".into(),
        safe_now: "yes".into(),
        about_adult: "head".into(),
        request_id: chair.request_id(),
        ..Default::default()
    };
    let own = call!(chair, record_concern, said)?.concern.unwrap_or_default().concern_id;
    let subject = AdultSubject { account_id: head.account_id.clone(), routed_to: "chair".into(), ..Default::default() };
    let none = NewCase { procedure_id: "P10".into(), risks: Vec::new(), subject: Some(subject) };
    let case = school.decide(chair, &own, Decision::NewCase(none)).await?.case.unwrap_or_default();
    assert!(case.reference.starts_with("A-") && case.risks.is_empty());
    let hidden = GetCaseRequest { school_id: school.id(), case_id: case.case_id };
    assert_eq!(wrong(call!(head, get_case, hidden))?, "NOT_FOUND");
    Ok(())
}

async fn low_level_concerns_about_one_adult_are_seen_together(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (lead, deputy) = (school.world.dsl.account_id.clone(), school.deputy.account_id.clone());
    for subject in [&lead, &deputy, &lead] {
        let own = school.report("staff").await?;
        school.decide(&school.head, &own, allegation("P10", subject, "head")).await?;
    }
    let patterns = school.patterns(&school.head).await?;
    let found: Vec<_> = patterns
        .iter()
        .map(|pattern| {
            let subject = pattern.subject.clone().unwrap_or_default().account_id;
            (subject, pattern.cases.len(), pattern.low_level_of_late, pattern.calls_for_review)
        })
        .collect();
    assert_eq!(found, [(lead, 2, 2, true), (deputy, 1, 1, false)]);
    // One adult is one, however their name is written.
    for name in ["Robin Quill", "QUILL,  Robin", "Ms Robin A. Quill"] {
        let own = school.report("staff").await?;
        let subject = AdultSubject { name: name.into(), routed_to: "head".into(), ..Default::default() };
        let (procedure_id, risks) = ("P10".into(), vec!["conduct".into()]);
        let new = Decision::NewCase(NewCase { procedure_id, risks, subject: Some(subject) });
        school.decide(&school.head, &own, new).await?;
    }
    let patterns = school.patterns(&school.head).await?;
    let typed = patterns.iter().filter(|pattern| pattern.subject.as_ref().is_some_and(|s| !s.name.is_empty()));
    assert_eq!(typed.map(|pattern| pattern.cases.len()).collect::<Vec<_>>(), [3]);
    Ok(())
}

async fn what_is_about_an_adult_makes_no_childs_file_due(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, head, deputy) = (&school.world.dsl, &school.head, &school.deputy);
    let mut children = Vec::new();
    for given in ["Robin", "Rowan", "Ash"] {
        children.push(super::package::learner(dsl, &school.id(), given, "2014-03-27").await?);
    }
    // One has a part in a case about the deputy, one in a concern about them that is in no case, one in nothing.
    let own = school.report("staff").await?;
    let opened = school.decide(head, &own, allegation("P9", &deputy.account_id, "head")).await?;
    let part = AddInvolvementRequest {
        school_id: school.id(),
        case_id: opened.case.unwrap_or_default().case_id,
        person: "Robin Field".into(),
        role: "witness".into(),
        learner_id: children[0].learner_id.clone(),
        request_id: head.request_id(),
        ..Default::default()
    };
    call!(head, add_involvement, part)?;
    let about = SetConcernLearnersRequest {
        school_id: school.id(),
        concern_id: school.report("staff").await?,
        learner_ids: vec![children[1].learner_id.clone()],
        request_id: head.request_id(),
    };
    call!(head, set_concern_learners, about)?;
    let mut seen = Vec::new();
    for child in &children {
        let leaves = UpdateLearnerRequest {
            school_id: school.id(),
            learner_id: child.learner_id.clone(),
            record: child.record.clone(),
            leave_date: "2026-11-24".into(),
            etag: child.etag.clone(),
            request_id: dsl.request_id(),
        };
        call!(dsl, update_learner, leaves)?;
        for who in [dsl, deputy] {
            let listed = ListTransfersRequest { school_id: school.id(), ..Default::default() };
            seen.push(told(call!(who, list_transfers, listed)));
        }
    }
    assert!(seen.iter().all(|one| *one == seen[0] && !one.contains("trf_")), "{seen:?}");
    Ok(())
}

async fn that_something_waits_is_known_to_those_it_is_for_and_leaves_no_trace(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (head, chair) = (&school.head, &school.chair);
    school.report("").await?;
    assert_eq!(school.unannounced().await?, [0, 0, 0, 0], "what is about a child is announced");
    let acts = "SELECT COUNT(*) AS n FROM history";
    let about_head = school.report("head").await?;
    let before = school.count(acts).await?;
    assert_eq!(school.unannounced().await?, [0, 0, 0, 1]);
    let new = school.marks(chair).await?;
    assert_eq!(school.marks(chair).await?, new, "the same as long as it waits");
    assert_eq!(school.count(acts).await?, before, "nobody looked at anything");
    school.world.bed.clock.advance(Duration::days(4));
    let late = school.marks(chair).await?;
    assert!(late.len() == 1 && late != new, "its time is over: they are told again");
    // Nobody at the school is above the chair: the authority hears that one waits there, and nothing of it.
    crate::escalate::pass(&school.world.store).await?;
    let lado = school.world.bed.person(&[(Role::Lado, "")]);
    let at_authority = async || -> Result<(Vec<String>, usize)> {
        let desk = || "lado".to_owned();
        let unheld = call!(lado, list_unheld_concerns, ListUnheldConcernsRequest { desk: desk() })?.schools;
        let waits = call!(lado, list_desk_unannounced, ListDeskUnannouncedRequest { desk: desk() })?.marks;
        Ok((unheld.into_iter().map(|one| one.school_id).collect(), waits.len()))
    };
    assert_eq!(at_authority().await?, (vec![school.id()], 1));
    school.read(chair, &about_head).await?;
    assert_eq!(school.unannounced().await?, [0, 0, 0, 0], "they have opened it");
    assert_eq!(at_authority().await?, (Vec::new(), 0));

    // A case that another opened waits for whoever takes it on, until they open it.
    let teacher = school.teacher.account_id.clone();
    let subject = AdultSubject { account_id: teacher, routed_to: "head".into(), ..Default::default() };
    let case = school.allegation(subject).await?.1.case.unwrap_or_default();
    assert_eq!(school.unannounced().await?, [0, 0, 1, 0]);
    school.get(head, &case.case_id).await?;
    assert_eq!(school.unannounced().await?, [0, 0, 0, 0]);
    // And what is overdue in it; as nobody has it yet, for everybody who may read it.
    school.world.bed.clock.advance(Duration::hours(2));
    assert_eq!(school.unannounced().await?, [1, 0, 1, 0]);
    Ok(())
}

on_both_engines!(
    what_waits_for_those_who_go_away_is_the_authoritys_to_know_at_once,
    that_something_waits_is_known_to_those_it_is_for_and_leaves_no_trace,
    what_is_about_an_adult_makes_no_childs_file_due,
    a_concern_about_an_adult_is_the_head_s_and_nobody_else_s,
    a_concern_about_the_head_is_the_chair_s,
    a_concern_is_passed_on_to_whom_it_is_for,
    a_chair_in_conflict_hands_what_is_about_the_head_to_the_authority,
    while_the_head_is_away_the_chair_has_it_at_once,
    low_level_concerns_about_one_adult_are_seen_together,
    the_chair_records_what_is_said_of_the_head_and_need_not_call_it_online,
);
