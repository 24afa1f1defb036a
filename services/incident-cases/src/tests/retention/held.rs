//! What keeps a record from being destroyed by itself: its class, and a request for what is kept about a child in it.

use chassis::{
    error::{Error, Result},
    testing::Engine,
};
use proto::incident_cases::v1::{incident_cases_client::IncidentCasesClient, *};

use super::{
    super::access::{school, wrong},
    REVIEW,
};
use crate::store;

async fn what_touches_sexual_abuse_is_held_from_the_first(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, head) = (&school.world.dsl, &school.head);
    let case = school.world.case().await?;
    let id = case.case_id.as_str();
    let open = school.kept(dsl, id).await?;
    assert_eq!((open.state.as_str(), open.class.as_str(), open.obstacle.as_str()), ("open", "sexual_abuse", "open"));
    school.world.fact(&case, "immediate_danger", "no").await?;
    for step in ["P1-01", "P1-06", "P1-10"] {
        school.world.complete(&case, step).await?;
    }
    school.end(dsl, &Case { steps: Vec::new(), ..case.clone() }).await?;
    let kept = school.kept(dsl, id).await?;
    assert_eq!((kept.review_date.as_str(), kept.held_for.as_slice()), ("2101-11-24", &["legal".to_owned()][..]));
    let free = school.lift(dsl, head, id, &kept.holds[0].hold_id).await?;
    assert_eq!((free.held_for.len(), free.obstacle.as_str()), (0, "early"));

    // The rule's day is no limit to keeping it, and none to a nearer one.
    let longer = |day: &str| KeepLongerRequest {
        school_id: school.at(),
        record_id: id.into(),
        review_date: day.into(),
        reason: "An appeal".into(),
        request_id: dsl.request_id(),
    };
    assert_eq!(wrong(call!(dsl, keep_longer, longer("2060-01-01")))?, "INVALID_FIELD");
    let kept = call!(dsl, keep_longer, longer("2110-01-01"))?.retention.unwrap_or_default();
    assert_eq!((kept.review_date.as_str(), kept.keeps.len()), ("2110-01-01", 1));
    Ok(())
}

async fn a_request_for_what_is_kept_about_a_child_holds_until_it_is_answered(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let dsl = &school.world.dsl;
    let learner = school.learner("2010-05-01").await?;
    let (case, _) = school.closed(&learner).await?;
    let id = case.case_id.as_str();
    school.travel(REVIEW);
    let asked = ReceiveAccessRequestRequest {
        school_id: school.at(),
        learner_id: learner.learner_id.clone(),
        requested_by: "Herself, by letter".into(),
        received_date: REVIEW.date().to_string(),
        request_id: dsl.request_id(),
    };
    let ask = school.ask_destruction(dsl, id).await?;
    let asked = call!(dsl, receive_access_request, asked)?.access_request.unwrap_or_default().access_request_id;
    let held = school.kept(dsl, id).await?;
    assert_eq!((held.obstacle.as_str(), held.held_for.as_slice()), ("held", &["request".to_owned()][..]));
    let yes = school.destroys(&school.head, id, &ask, true);
    assert_eq!(wrong(call!(school.head, answer_destruction, yes))?, "WRONG_STATE");
    let lift = AskHoldLiftRequest {
        school_id: school.at(),
        record_id: id.into(),
        hold_id: held.holds[0].hold_id.clone(),
        reason: "It is in the way".into(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    assert_eq!(wrong(call!(dsl, ask_hold_lift, lift))?, "WRONG_STATE", "nobody lifts it");
    let mut after = [String::new(), String::new()];
    store::retention::some(&school.world.store, &mut after, true).await?;
    assert_eq!(school.listed_by(dsl, "held").await?, [id]);

    let get = GetAccessRequestRequest { school_id: school.at(), access_request_id: asked.clone() };
    for item in call!(dsl, get_access_request, get)?.items {
        let decide = DecideAccessItemRequest {
            school_id: school.at(),
            access_request_id: asked.clone(),
            item_id: item.item_id,
            decision: "withhold".into(),
            reason: "Another person's".into(),
            ..Default::default()
        };
        call!(dsl, decide_access_item, decide)?;
    }
    let answer = ExportSubjectAccessRequest {
        school_id: school.at(),
        access_request_id: asked,
        format: "html".into(),
        reason: "The answer".into(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, export_subject_access, answer)?;
    assert!(school.kept(dsl, id).await?.holds.is_empty(), "its answer ends it");
    store::retention::some(&school.world.store, &mut after, true).await?;
    assert!(school.listed_by(dsl, "held").await?.is_empty());
    let yes = school.destroys(&school.head, id, &ask, true);
    assert!(call!(school.head, answer_destruction, yes)?.certificate.is_some());
    Ok(())
}

on_both_engines!(
    what_touches_sexual_abuse_is_held_from_the_first,
    a_request_for_what_is_kept_about_a_child_holds_until_it_is_answered,
);
