//! What one person must not bring about, by a slip or on purpose: a day that comes too early, a record without its child, an
//! addition that is destroyed unread.

use chassis::{
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *},
};
use time::macros::datetime;

use super::super::access::{School, school, wrong};

/// A concern about a learner that was ended.
async fn ended(school: &School, learner: &Learner) -> Result<String> {
    let id = school.reported("").await?;
    about(school, &id, &[&learner.learner_id]).await?;
    let reason = NoFurtherAction { reason: "It was settled".into() };
    school.triaged(&school.world.dsl, &id, Decision::NoFurtherAction(reason)).await?;
    Ok(id)
}

async fn about(school: &School, concern_id: &str, learners: &[&str]) -> Result<SetConcernLearnersResponse> {
    let request = SetConcernLearnersRequest {
        school_id: school.at(),
        concern_id: concern_id.into(),
        learner_ids: learners.iter().map(|id| (*id).to_owned()).collect(),
        request_id: school.world.dsl.request_id(),
    };
    call!(school.world.dsl, set_concern_learners, request)
}

async fn nobody_takes_a_child_off_a_concern_that_was_decided_on(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (one, other) = (school.learner("2014-05-01").await?, school.learner("2015-05-01").await?);
    let (a, b) = (one.learner_id.as_str(), other.learner_id.as_str());
    // Before it is decided on, whom it is about is put right freely, but for a child who is asked about.
    let new = school.reported("").await?;
    about(&school, &new, &[a, b]).await?;
    about(&school, &new, &[b]).await?;
    let asked = ReceiveAccessRequestRequest {
        school_id: school.at(),
        learner_id: b.into(),
        requested_by: "Himself".into(),
        received_date: school.world.bed.now().date().to_string(),
        request_id: school.world.dsl.request_id(),
    };
    call!(school.world.dsl, receive_access_request, asked)?;
    assert_eq!(wrong(about(&school, &new, &[a]).await)?, "WRONG_STATE", "what is asked for does not shrink");
    about(&school, &new, &[a, b]).await?;
    let decided = ended(&school, &one).await?;
    assert_eq!(wrong(about(&school, &decided, &[]).await)?, "WRONG_STATE");
    assert_eq!(wrong(about(&school, &decided, &[b]).await)?, "WRONG_STATE");
    about(&school, &decided, &[a, b]).await?;
    Ok(())
}

async fn no_date_of_birth_brings_the_review_nearer_than_a_learner_can_be_old(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let id = school.reported("").await?;
    let reason = NoFurtherAction { reason: "It was settled".into() };
    school.triaged(&school.world.dsl, &id, Decision::NoFurtherAction(reason)).await?;
    let basis = |born: &str| SetRetentionBasisRequest {
        school_id: school.at(),
        record_id: id.clone(),
        born_date: born.into(),
        reason: "A slip".into(),
        request_id: school.world.dsl.request_id(),
        ..Default::default()
    };
    for born in ["1900-01-01", "0001-01-01"] {
        assert_eq!(wrong(call!(school.world.dsl, set_retention_basis, basis(born)))?, "INVALID_FIELD", "{born}");
    }
    let kept = call!(school.world.dsl, set_retention_basis, basis("1999-01-01"))?.retention.unwrap_or_default();
    assert_eq!((kept.review_date.as_str(), kept.obstacle.as_str()), ("2032-11-24", "early"), "six years on at least");
    let longer = |day: &str| KeepLongerRequest {
        school_id: school.at(),
        record_id: id.clone(),
        review_date: day.into(),
        reason: "A slip".into(),
        request_id: school.world.dsl.request_id(),
    };
    assert_eq!(wrong(call!(school.world.dsl, keep_longer, longer("9999-12-31")))?, "INVALID_FIELD");
    Ok(())
}

async fn what_was_added_since_is_read_before_anything_is_destroyed(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, head) = (&school.world.dsl, &school.head);
    let learner = school.learner("2010-05-01").await?;
    let alone = ended(&school, &learner).await?;
    let (case, of_case) = school.closed(&learner).await?;
    school.travel(datetime!(2035-05-02 09:00 UTC));
    for (record, concern) in [(alone.as_str(), alone.as_str()), (case.case_id.as_str(), of_case.as_str())] {
        let ask = school.ask_destruction(dsl, record).await?;
        school.world.bed.clock.advance(time::Duration::minutes(1));
        let add = AddToConcernRequest {
            school_id: school.at(),
            concern_id: concern.into(),
            text: "He told me something today".into(),
            request_id: school.teacher.request_id(),
        };
        call!(school.teacher, add_to_concern, add)?;
        // Where nothing further was to be done, it is decided again.
        let anew = record == concern;
        assert_eq!(school.kept(dsl, record).await?.obstacle, if anew { "open" } else { "unread" });
        let yes = school.destroys(head, record, &ask, true);
        assert_eq!(wrong(call!(head, answer_destruction, yes))?, "WRONG_STATE");
        let read = GetConcernRequest { school_id: school.at(), concern_id: concern.into(), ..Default::default() };
        call!(dsl, get_concern, read)?;
        if anew {
            let reason = NoFurtherAction { reason: "It was settled".into() };
            school.triaged(dsl, concern, Decision::NoFurtherAction(reason)).await?;
        }
        // Read, it may be asked for anew; what was asked before is void.
        let yes = school.destroys(head, record, &ask, true);
        assert_eq!(wrong(call!(head, answer_destruction, yes))?, "WRONG_STATE");
        let again = school.ask_destruction(dsl, record).await?;
        let yes = school.destroys(head, record, &again, true);
        assert!(call!(head, answer_destruction, yes)?.certificate.is_some());
    }
    Ok(())
}

async fn where_the_head_is_the_only_lead_they_say_who_is_the_second_person(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let both = school.world.bed.person(&[(Role::Head, &school.at()), (Role::Dsl, &school.at())]);
    let chair = &school.chair;
    let learner = school.learner("2010-05-01").await?;
    let concern = ended(&school, &learner).await?;
    let (case, _) = school.closed(&learner).await?;
    for record in [case.case_id.as_str(), concern.as_str()] {
        let held = school.hold(&both, record).await?;
        assert_eq!(wrong(school.kept(chair, record).await)?, "NOT_FOUND");
        let ask = |who: &Person, second: &Person| AskHoldLiftRequest {
            school_id: school.at(),
            record_id: record.into(),
            hold_id: held.holds[0].hold_id.clone(),
            reason: "They need it no more".into(),
            request_id: who.request_id(),
            second_account_id: second.account_id.clone(),
        };
        assert_eq!(wrong(call!(both, ask_hold_lift, ask(&both, &both)))?, "INVALID_FIELD", "not themselves");
        let dsl = &school.world.dsl;
        assert_eq!(wrong(call!(dsl, ask_hold_lift, ask(dsl, chair)))?, "INVALID_FIELD", "others have a second person");
        let asked = call!(both, ask_hold_lift, ask(&both, chair))?.retention.unwrap_or_default().asks;
        assert!(school.kept(chair, record).await.is_ok());
        let answer = AnswerHoldLiftRequest {
            school_id: school.at(),
            record_id: record.into(),
            ask_id: asked.last().map(|ask| ask.ask_id.clone()).unwrap_or_default(),
            agreed: true,
            reason: "So it is".into(),
            request_id: chair.request_id(),
        };
        let lifted = call!(chair, answer_hold_lift, answer)?.retention.unwrap_or_default();
        assert!(lifted.holds[0].lift_time.is_some());
        assert_eq!(wrong(school.kept(chair, record).await)?, "NOT_FOUND", "they read it until they have answered");
    }
    Ok(())
}

async fn what_is_added_to_a_case_that_is_closed_waits_until_it_is_read(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let dsl = &school.world.dsl;
    let learner = school.learner("2010-05-01").await?;
    let (case, concern) = school.closed(&learner).await?;
    let waits = async || -> Result<(i32, usize)> {
        let added = ListConcernsRequest { school_id: school.at(), added: true, ..Default::default() };
        let marks = ListUnannouncedRequest { school_id: school.at() };
        Ok((call!(dsl, list_concerns, added)?.total_size, call!(dsl, list_unannounced, marks)?.marks.len()))
    };
    // What is less known than other cases is announced to nobody: whoever may read it is told that something waits.
    for (level, told) in [("open", 0), ("restricted", 1), ("hidden", 1)] {
        let closed = school.get(dsl, &case.case_id).await?;
        school.set(dsl, &closed, level, &[]).await?;
        assert_eq!(waits().await?, (0, 0), "{level}");
        let add = AddToConcernRequest {
            school_id: school.at(),
            concern_id: concern.clone(),
            text: "He told me something today".into(),
            request_id: school.teacher.request_id(),
        };
        call!(school.teacher, add_to_concern, add)?;
        assert_eq!(waits().await?, (1, told), "{level}");
        let read = GetConcernRequest { school_id: school.at(), concern_id: concern.clone(), ..Default::default() };
        call!(dsl, get_concern, read)?;
    }
    assert_eq!(waits().await?, (0, 0));
    Ok(())
}

on_both_engines!(
    what_is_added_to_a_case_that_is_closed_waits_until_it_is_read,
    where_the_head_is_the_only_lead_they_say_who_is_the_second_person,
    nobody_takes_a_child_off_a_concern_that_was_decided_on,
    no_date_of_birth_brings_the_review_nearer_than_a_learner_can_be_old,
    what_was_added_since_is_read_before_anything_is_destroyed,
);
