//! What is written about a child after the next school has their file is due there, too; and nothing is due where nothing is.

use chassis::{
    error::{Error, Result},
    testing::Engine,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};

use super::{Move, OWN};

async fn what_is_written_after_the_file_has_gone_is_due(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    let due = async || moving.listed(&world.dsl, &world.here).await;
    moving.leaves("2026-11-20").await?;
    let first = moving.sent().await?;
    // Also what is written while it is on its way, as soon as it is there.
    moving.entry("They rang once more.").await?;
    call!(world.other, receive_transfer, moving.receiving(&first, &moving.arrived.learner_id))?;
    let more = due().await?;
    let [one] = &more[..] else { panic!("more of the file is due: {more:?}") };
    assert_eq!((one.state.as_str(), one.later, &one.expected_school_id), ("due", true, &world.there));
    assert_eq!(one.due_date, "2026-11-29", "its clock begins with the day of writing");
    let waits = ListWaitingRequest { school_id: world.here.clone(), side: "us".into(), ..Default::default() };
    let waits = call!(world.dsl, list_waiting, waits)?.waiting;
    assert!(waits.iter().any(|one| one.kind == "send_file" && one.school_id == world.there));
    let second = moving.sent().await?;
    assert_eq!(second.transfer_id, one.transfer_id);
    call!(world.other, receive_transfer, moving.receiving(&second, &moving.arrived.learner_id))?;
    assert!(due().await?.is_empty(), "the next school has all of it");

    // What came twice stands once in what goes on, and says whose it is.
    let preview = PreviewTransferRequest {
        school_id: world.there.clone(),
        learner_id: moving.arrived.learner_id.clone(),
        ..Default::default()
    };
    let items = call!(world.other, preview_transfer, preview)?.items;
    let file = moving.file(&second).await?;
    let own = |items: &[TransferItem]| items.iter().filter(|item| item.text.contains(OWN)).count();
    assert_eq!(own(&items), own(&file.items));
    assert!(file.items.iter().all(|item| item.origin_school_id == world.here), "its own entries say so, too");

    // A concern by the name of the child makes more due, and none once it is about somebody else.
    let concern = RecordConcernRequest {
        school_id: world.here.clone(),
        about: "Robin Field".into(),
        narrative: "A parent says that they were threatened in a game".into(),
        safe_now: "yes".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let concern = call!(world.dsl, record_concern, concern)?.concern.unwrap_or_default();
    assert_eq!(due().await?.len(), 1);
    let about = SetConcernLearnersRequest {
        school_id: world.here.clone(),
        concern_id: concern.concern_id,
        learner_ids: vec![moving.sibling.learner_id.clone()],
        request_id: world.dsl.request_id(),
    };
    call!(world.dsl, set_concern_learners, about)?;
    assert!(due().await?.is_empty());
    Ok(())
}

async fn what_some_may_not_know_of_is_due_by_the_day_of_its_writing(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    moving.leaves("2026-11-20").await?;
    let sent = moving.sent().await?;
    call!(world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id))?;
    let deputy = world.bed.person(&[(Role::DeputyDsl, &world.here)]);
    let secret = world.case().await?;
    let restrict = SetCaseAccessRequest {
        school_id: world.here.clone(),
        case_id: secret.case_id.clone(),
        level: "open".into(),
        reason: "A relative".into(),
        conflicted_account_ids: vec![deputy.account_id.clone()],
        etag: secret.etag.clone(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, set_case_access, restrict)?;
    let part = AddInvolvementRequest {
        school_id: world.here.clone(),
        case_id: secret.case_id.clone(),
        person: "Robin Field".into(),
        role: "victim".into(),
        learner_id: moving.child.learner_id.clone(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, add_involvement, part)?;
    let entry = || AddEntryRequest {
        school_id: world.here.clone(),
        case_id: secret.case_id.clone(),
        text: "They rang once more.".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    // Whatever is written after the first of it does not begin the clock of a child who has long left.
    for _ in 0..2 {
        call!(world.dsl, add_entry, entry())?;
        let due = moving.listed(&world.dsl, &world.here).await?;
        let [rest] = &due[..] else { panic!("the rest is due: {due:?}") };
        assert_eq!((rest.rest, rest.later, rest.due_date.as_str()), (true, true, "2026-11-29"));
        assert!(moving.listed(&deputy, &world.here).await?.is_empty());
    }
    Ok(())
}

async fn a_file_with_nothing_in_it_is_not_due(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    let sent = moving.sent().await?;
    call!(world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id))?;
    let left = UpdateLearnerRequest {
        school_id: world.there.clone(),
        learner_id: moving.arrived.learner_id.clone(),
        record: moving.arrived.record.clone(),
        leave_date: "2026-11-24".into(),
        etag: moving.arrived.etag.clone(),
        request_id: world.other.request_id(),
    };
    call!(world.other, update_learner, left)?;
    assert_eq!(moving.listed(&world.other, &world.there).await?.len(), 1, "what was received goes on");
    call!(world.other, return_transfer, moving.returning(&sent, "sent_in_error"))?;
    assert!(moving.listed(&world.other, &world.there).await?.is_empty());
    let all = ListTransfersRequest { school_id: world.there.clone(), ..Default::default() };
    let ended = call!(world.other, list_transfers, all)?.transfers;
    let ends: Vec<String> = ended.into_iter().filter_map(|one| one.end).map(|end| end.kind).collect();
    assert!(ends.contains(&"nothing_owed".to_owned()), "{ends:?}");
    Ok(())
}

on_both_engines!(
    what_is_written_after_the_file_has_gone_is_due,
    what_some_may_not_know_of_is_due_by_the_day_of_its_writing,
    a_file_with_nothing_in_it_is_not_due,
);
