//! Who reads concerns when, and what becomes of a concern that nobody reads.

use chassis::{
    clock::timestamp,
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *},
};
use time::{Duration, macros::datetime};

use super::{World, world};
use crate::escalate::pass;

struct School {
    world: World,
    head: Person,
    deputy: Person,
    teacher: Person,
}

/// A school on a Thursday morning.
async fn school(engine: Engine) -> Result<School> {
    let world = world(engine).await?;
    world.bed.clock.set(datetime!(2026-11-26 09:00 UTC));
    let here = world.here.clone();
    let person = |role| world.bed.person(&[(role, &here), (Role::Staff, &here)]);
    let (head, deputy, teacher) = (person(Role::Head), person(Role::DeputyDsl), person(Role::Staff));
    Ok(School { world, head, deputy, teacher })
}

impl School {
    fn id(&self) -> String {
        self.world.here.clone()
    }

    async fn concern(&self, safe_now: &str) -> Result<String> {
        let request = RecordConcernRequest {
            school_id: self.id(),
            about: "Somebody".into(),
            narrative: "Something".into(),
            safe_now: safe_now.into(),
            request_id: self.teacher.request_id(),
            ..Default::default()
        };
        Ok(call!(self.teacher, record_concern, request)?.concern.unwrap_or_default().concern_id)
    }

    /// The state of the rota and of what waits, as the lead sees it.
    async fn cover(&self) -> Result<Cover> {
        let request = GetCoverRequest { school_id: self.id() };
        Ok(call!(self.world.dsl, get_cover, request)?.cover.unwrap_or_default())
    }

    async fn rota(&self, etag: &str, shifts: &[(&str, &str, &[&Person])]) -> Result<Cover> {
        let shift = |(start, end, people): &(&str, &str, &[&Person])| Shift {
            start: (*start).into(),
            end: (*end).into(),
            account_ids: people.iter().map(|person| person.account_id.clone()).collect(),
            ..Shift::default()
        };
        let request = SetRotaRequest {
            school_id: self.id(),
            weekdays: vec!["thursday".into()],
            shifts: shifts.iter().map(shift).collect(),
            etag: etag.into(),
            request_id: self.world.dsl.request_id(),
        };
        Ok(call!(self.world.dsl, set_rota, request)?.cover.unwrap_or_default())
    }

    async fn away(&self, who: &Person, stand_in: &str) -> Result<RecordAbsenceResponse> {
        let request = RecordAbsenceRequest {
            school_id: self.id(),
            account_id: who.account_id.clone(),
            stand_in_account_id: stand_in.into(),
            request_id: self.world.dsl.request_id(),
            ..Default::default()
        };
        call!(self.world.dsl, record_absence, request)
    }

    async fn listed(&self, who: &Person, state: &str) -> Result<Vec<Concern>> {
        let request = ListConcernsRequest { school_id: self.id(), state: state.into(), ..Default::default() };
        Ok(call!(who, list_concerns, request)?.concerns)
    }

    async fn read(&self, who: &Person, concern_id: &str) -> Result<Concern> {
        let request = GetConcernRequest { school_id: self.id(), concern_id: concern_id.into(), with_learners: false };
        Ok(call!(who, get_concern, request)?.concern.unwrap_or_default())
    }

    /// Lets time pass, and the service look.
    async fn later(&self, minutes: i64) -> Result<u32> {
        self.world.bed.clock.advance(Duration::minutes(minutes));
        pass(&self.world.store).await
    }
}

fn levels(concern: &Concern) -> Vec<(&str, &str, usize)> {
    concern.escalations.iter().map(|e| (e.level.as_str(), e.reason.as_str(), e.account_ids.len())).collect()
}

async fn nothing_waits_unread_beyond_the_schools_clock(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (urgent, danger) = (school.concern("not_sure").await?, school.concern("no").await?);
    assert_eq!(school.later(9).await?, 0);
    assert_eq!(school.later(1).await?, 1, "ten minutes: the one about danger");
    assert_eq!(school.later(0).await?, 0, "once");
    let listed = school.listed(&school.deputy, "escalated").await?;
    assert_eq!(listed.iter().map(|c| c.concern_id.as_str()).collect::<Vec<_>>(), [danger.as_str()]);
    assert_eq!((levels(&listed[0]), listed[0].urgency.as_str()), (vec![("deputy", "unread", 0)], "danger"));
    assert_eq!(school.later(10).await?, 1);
    let listed = school.listed(&school.head, "escalated").await?;
    assert_eq!(levels(&listed[0]), [("deputy", "unread", 0), ("head", "unread", 0)]);
    // The head reads: that stops the clock of what was passed on to them, and of nothing else.
    assert!(school.read(&school.head, &danger).await?.read_time.is_some());
    assert!(school.read(&school.head, &urgent).await?.read_time.is_none());
    assert_eq!(school.listed(&school.head, "escalated").await?, []);
    assert_eq!(school.listed(&school.head, "unread").await?.len(), 1);
    assert!(school.read(&school.world.dsl, &urgent).await?.read_time.is_some());
    assert_eq!(school.later(600).await?, 0, "what was read is passed on to nobody");
    // That what stood unread was read is announced; of what was read in time nobody has to hear.
    let all = super::alerts::announced(&school.world).await?;
    assert_eq!(all.iter().filter(|event| matches!(event, chassis::event::Event::ConcernRead(_))).count(), 1);
    Ok(())
}

async fn what_is_not_pressing_waits_in_school_hours_only(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    school.world.bed.clock.set(datetime!(2026-11-27 14:30 UTC));
    let concern = school.concern("yes").await?;
    // Friday 14:30: an hour of that day and three of Monday.
    let unread = &school.listed(&school.deputy, "unread").await?[0];
    assert_eq!(unread.read_due_time, Some(timestamp(datetime!(2026-11-30 11:30 UTC))));
    school.world.bed.clock.set(datetime!(2026-11-30 11:29 UTC));
    assert_eq!(school.later(0).await?, 0);
    assert_eq!(school.later(1).await?, 1);
    assert_eq!(school.listed(&school.deputy, "escalated").await?[0].concern_id, concern);
    Ok(())
}

async fn a_concern_goes_to_whoever_is_there(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, deputy) = (&school.world.dsl, &school.deputy);
    assert_eq!(school.cover().await?.gaps, [], "without a rota nothing is missing in it");
    let cover = school.rota(&school.cover().await?.etag, &[("08:30", "15:30", &[dsl, deputy])]).await?;
    assert_eq!(cover.present_account_ids, [dsl.account_id.clone(), deputy.account_id.clone()]);
    assert_eq!(cover.gaps.len(), 8, "two weeks, but for the Thursdays");
    assert_eq!(school.rota("v0", &[]).await.err().map(|e| e.reason_name()), Some("CHANGED"));

    school.concern("not_sure").await?;
    let asked = |concerns: Vec<Concern>| concerns.last().map(|c| c.asked_account_id.clone()).unwrap_or_default();
    assert_eq!(asked(school.listed(deputy, "unread").await?), dsl.account_id);
    // The lead is away and the head stands in; then the head is away, too, and nobody for them.
    let absence = school.away(dsl, &school.head.account_id).await?.absence.unwrap_or_default();
    assert_eq!(school.cover().await?.present_account_ids[0], school.head.account_id);
    let away = school.away(deputy, "").await?.cover.unwrap_or_default();
    assert_eq!(away.present_account_ids, std::slice::from_ref(&school.head.account_id));
    assert_eq!(school.away(dsl, "").await.err().map(|e| e.reason_name()), Some("INVALID_FIELD"));
    school.away(&school.head, "").await?;
    assert_eq!(school.cover().await?.present_account_ids, Vec::<String>::new());
    // A concern that nobody is there for is passed on from its first moment, and reaches the head after one clock.
    let alone = school.concern("not_sure").await?;
    let found = |concerns: Vec<Concern>| concerns.into_iter().find(|c| c.concern_id == alone).unwrap_or_default();
    assert_eq!(levels(&found(school.listed(deputy, "escalated").await?)), [("deputy", "nobody_there", 0)]);
    school.later(60).await?;
    let passed = found(school.listed(deputy, "escalated").await?);
    assert_eq!(levels(&passed), [("deputy", "nobody_there", 0), ("head", "unread", 0)]);
    let end =
        EndAbsenceRequest { school_id: school.id(), absence_id: absence.absence_id, request_id: dsl.request_id() };
    let cover = call!(dsl, end_absence, end)?.cover.unwrap_or_default();
    assert_eq!(cover.present_account_ids, std::slice::from_ref(&dsl.account_id));
    Ok(())
}

async fn the_authority_learns_where_nobody_is_there_and_not_who_is_away(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let lead = &school.world.dsl;
    let officer = school.world.bed.person(&[(Role::AuthorityOfficer, "")]);
    let asked = ListUncoveredRequest {
        schools: vec![SchoolReaders {
            school_id: school.id(),
            account_ids: vec![lead.account_id.clone(), school.deputy.account_id.clone()],
        }],
    };
    let uncovered = async || -> Result<Vec<String>> {
        let answer = call!(officer, list_uncovered, asked.clone())?;
        Ok(answer.schools.into_iter().map(|one| one.school_id).collect())
    };
    school.away(&school.deputy, "").await?;
    assert_eq!(uncovered().await?, Vec::<String>::new(), "the lead is there");
    school.away(lead, "").await?;
    assert_eq!(uncovered().await?, [school.id()]);
    assert_eq!(call!(lead, list_uncovered, asked.clone()).err().map(|e| e.reason_name()), Some("NOT_PERMITTED"));
    Ok(())
}

async fn what_nobody_reads_in_the_evening_ends_with_the_authority_which_learns_that_it_waits(
    engine: Engine,
) -> Result<()> {
    let school = school(engine).await?;
    school.world.bed.clock.set(datetime!(2026-11-26 20:00 UTC));
    school.away(&school.world.dsl, "").await?;
    school.away(&school.deputy, "").await?;
    let danger = school.concern("no").await?;
    let person = |role| school.world.bed.person(&[(role, "")]);
    let (officer, lado) = (person(Role::SafeguardingOfficer), person(Role::Lado));
    let desk = async |who: &Person, desk: &str| -> Result<(Vec<String>, usize)> {
        let unheld = call!(who, list_unheld_concerns, ListUnheldConcernsRequest { desk: desk.to_owned() })?.schools;
        let waits = call!(who, list_desk_unannounced, ListDeskUnannouncedRequest { desk: desk.to_owned() })?.marks;
        Ok((unheld.into_iter().map(|one| one.school_id).collect(), waits.len()))
    };
    for level in ["deputy", "head", "authority"] {
        assert_eq!(desk(&officer, "safeguarding").await?.1, 0);
        assert_eq!(school.later(10).await?, 1, "{level}");
    }
    assert_eq!(desk(&officer, "safeguarding").await?, (vec![school.id()], 1), "and nothing of what it says");
    assert_eq!(desk(&lado, "lado").await?, (Vec::new(), 0), "it is about no adult");
    assert_eq!(school.later(600).await?, 0);
    let listed = school.listed(&school.head, "escalated").await?;
    let passed = [("deputy", "unread", 0), ("head", "unread", 0), ("authority", "unread", 0)];
    assert_eq!(levels(&listed[0]), passed);
    assert!(school.read(&school.head, &danger).await?.read_time.is_some(), "it is the head's still");
    assert_eq!(desk(&officer, "safeguarding").await?, (Vec::new(), 0));
    Ok(())
}

impl School {
    async fn decide(&self, concern_id: &str, decision: Decision) -> Result<Case> {
        let request = TriageConcernRequest {
            school_id: self.id(),
            concern_id: concern_id.to_owned(),
            decision: Some(decision),
            request_id: self.head.request_id(),
            again: String::new(),
        };
        Ok(call!(self.head, triage_concern, request)?.case.unwrap_or_default())
    }

    async fn danger(&self, case: &Case) -> Result<Case> {
        let request = RecordFactRequest {
            school_id: self.id(),
            case_id: case.case_id.clone(),
            name: "immediate_danger".into(),
            value: "yes".into(),
            request_id: self.head.request_id(),
            ..Default::default()
        };
        Ok(call!(self.head, record_fact, request)?.case.unwrap_or_default())
    }

    async fn assign(&self, who: &Person, case: &Case) -> Result<Case> {
        let request = AssignStepRequest {
            school_id: self.id(),
            case_id: case.case_id.clone(),
            step_id: "P1-06".into(),
            account_id: self.head.account_id.clone(),
            request_id: who.request_id(),
        };
        Ok(call!(who, assign_step, request)?.case.unwrap_or_default())
    }
}

async fn whoever_takes_on_what_was_passed_on_works_it_and_no_other_case(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (mine, given, joined) = (school.world.case().await?, school.world.case().await?, school.world.case().await?);
    let (opens, joins) = (school.concern("no").await?, school.concern("no").await?);
    assert_eq!(school.later(10).await? + school.later(10).await?, 4, "to the deputy, then to the head");
    let new = NewCase { procedure_id: "P1".into(), risks: vec!["conduct".into()], subject: None };
    let opened = school.decide(&opens, Decision::NewCase(new)).await?;
    assert!(school.danger(&opened).await.is_ok(), "whose the case is records the call");
    let existing = ExistingCase { case_id: joined.case_id.clone() };
    let joined = school.decide(&joins, Decision::ExistingCase(existing)).await?;
    assert!(school.danger(&joined).await.is_ok(), "and so does whoever is named with what was passed on");
    assert_eq!(joined.owner_account_id, school.world.dsl.account_id);
    let reason = |answer: Result<Case>| answer.err().map(|error| error.reason_name().to_owned());
    assert_eq!(reason(school.danger(&mine).await).as_deref(), Some("NOT_PERMITTED"));
    assert_eq!(reason(school.assign(&school.head, &mine).await).as_deref(), Some("INVALID_FIELD"), "nobody's to take");
    assert!(school.danger(&school.assign(&school.world.dsl, &given).await?).await.is_ok());
    Ok(())
}

async fn while_the_lead_and_deputies_are_away_a_concern_is_the_heads_and_its_reporter_hears_so(
    engine: Engine,
) -> Result<()> {
    let school = school(engine).await?;
    let leads = vec![school.world.dsl.account_id.clone(), school.deputy.account_id.clone()];
    let report = || RecordConcernRequest {
        school_id: school.id(),
        about: "Somebody".into(),
        narrative: "Something".into(),
        safe_now: "yes".into(),
        request_id: school.teacher.request_id(),
        lead_account_ids: leads.clone(),
        ..Default::default()
    };
    school.away(&school.world.dsl, "").await?;
    assert_eq!(call!(school.teacher, record_concern, report())?.goes_to, "lead", "a deputy is there");
    school.away(&school.deputy, "").await?;
    assert_eq!(call!(school.teacher, record_concern, report())?.goes_to, "head_instead");
    let listed = school.listed(&school.head, "escalated").await?;
    let passed = [("deputy", "nobody_there", 0), ("head", "nobody_there", 0)];
    assert_eq!(listed.first().map(levels), Some(passed.to_vec()), "at once, however pressing it is");
    Ok(())
}

async fn cover_is_kept_by_those_it_is_about(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let request = GetCoverRequest { school_id: school.id() };
    assert!(call!(school.head, get_cover, request.clone()).is_ok());
    assert_eq!(call!(school.teacher, get_cover, request.clone()).err().map(|e| e.reason_name()), Some("NOT_PERMITTED"));
    assert_eq!(call!(school.world.other, get_cover, request).err().map(|e| e.reason_name()), Some("NOT_FOUND"));
    let wrong = SetRotaRequest {
        school_id: school.id(),
        weekdays: vec!["someday".into()],
        shifts: vec![Shift { start: "8am".into(), end: "07:00".into(), ..Shift::default() }],
        request_id: school.head.request_id(),
        ..Default::default()
    };
    let refused = call!(school.head, set_rota, wrong).err().ok_or_else(|| Error::internal("accepted"))?;
    let fields: Vec<&str> = refused.violations().iter().map(|v| v.field.as_str()).collect();
    assert_eq!(fields, ["weekdays", "etag", "shifts[0].start", "shifts[0].account_ids"]);
    Ok(())
}

on_both_engines!(
    the_authority_learns_where_nobody_is_there_and_not_who_is_away,
    nothing_waits_unread_beyond_the_schools_clock,
    what_nobody_reads_in_the_evening_ends_with_the_authority_which_learns_that_it_waits,
    what_is_not_pressing_waits_in_school_hours_only,
    a_concern_goes_to_whoever_is_there,
    whoever_takes_on_what_was_passed_on_works_it_and_no_other_case,
    while_the_lead_and_deputies_are_away_a_concern_is_the_heads_and_its_reporter_hears_so,
    cover_is_kept_by_those_it_is_about,
);
