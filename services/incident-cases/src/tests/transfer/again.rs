//! What was taken back is due again: no school is on time because it sent a file to the wrong one.

use chassis::{
    error::{Error, Result},
    event::Event,
    testing::Engine,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};
use time::Duration;

use super::{super::alerts::announced, Move, reason};

async fn what_is_taken_back_is_gone_and_due_again(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    moving.leaves("2026-11-24").await?;
    let held = async || -> Result<Vec<String>> {
        let request = GetRetentionRequest {
            school_id: world.here.clone(),
            record_id: moving.case.case_id.clone(),
            ..Default::default()
        };
        let kept = call!(world.dsl, get_retention, request)?.retention.unwrap_or_default();
        Ok(kept.holds.into_iter().map(|hold| hold.hold_id).collect())
    };
    assert!(held().await?.contains(&"by_transfer".to_owned()));
    let sent = moving.sent().await?;
    let withdraw = |reason: &str| WithdrawTransferRequest {
        school_id: world.here.clone(),
        transfer_id: sent.transfer_id.clone(),
        reason: reason.into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    assert_eq!(reason(call!(world.dsl, withdraw_transfer, withdraw(""))), "INVALID_FIELD");
    let none = WithdrawTransferRequest { none_goes: true, ..withdraw("None goes") };
    assert_eq!(reason(call!(world.dsl, withdraw_transfer, none)), "WRONG_STATE", "it is on its way");
    let back = call!(world.dsl, withdraw_transfer, withdraw("It went to the wrong school"))?;
    assert_eq!(back.transfer.unwrap_or_default().state, "withdrawn");
    let late = call!(world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id));
    assert_eq!(reason(late), "WRONG_STATE");
    // Taken back, it is due again by the same clock, and its records are held.
    let due = moving.listed(&world.dsl, &world.here).await?;
    assert_eq!((due.len(), due.first()), (1, back.again.as_ref()));
    assert_eq!(
        (due[0].state.as_str(), due[0].due_date.as_str(), due[0].due_rule.as_str()),
        ("due", "2026-11-29", "in_year")
    );
    assert!(held().await?.contains(&"by_transfer".to_owned()));
    let early = WithdrawTransferRequest { transfer_id: due[0].transfer_id.clone(), ..withdraw("Back") };
    assert_eq!(reason(call!(world.dsl, withdraw_transfer, early.clone())), "WRONG_STATE", "nothing was sent");
    let none = WithdrawTransferRequest { none_goes: true, request_id: world.dsl.request_id(), ..early };
    assert_eq!(call!(world.dsl, withdraw_transfer, none)?.again, None);
    assert!(!held().await?.contains(&"by_transfer".to_owned()));
    assert_eq!(moving.sent().await?.due_date, "2026-11-29", "and sent after all, its clock is that of the move");
    // Back on the roll ends what was due.
    let sent = moving.listed(&world.dsl, &world.here).await?.remove(0);
    let again = WithdrawTransferRequest { transfer_id: sent.transfer_id, ..withdraw("Wrong again") };
    call!(world.dsl, withdraw_transfer, again)?;
    moving.leaves("2026-11-25").await?;
    assert_eq!(moving.listed(&world.dsl, &world.here).await?.len(), 1);
    moving.leaves("").await?;
    assert!(moving.listed(&world.dsl, &world.here).await?.is_empty());
    Ok(())
}

async fn the_authority_sees_who_is_late_and_no_child(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    moving.leaves("2026-11-24").await?;
    let officer = world.bed.person(&[(Role::SafeguardingOfficer, "")]);
    let late = async || -> Result<Vec<LateTransfers>> {
        Ok(call!(officer, list_late_transfers, ListLateTransfersRequest {})?.schools)
    };
    assert!(late().await?.is_empty());
    assert_eq!(reason(call!(world.dsl, list_late_transfers, ListLateTransfersRequest {})), "NOT_PERMITTED");
    world.bed.clock.advance(Duration::days(8));
    let found = late().await?;
    assert_eq!(found.len(), 1);
    let told = |found: &LateTransfers| (found.school_id.clone(), found.overdue.join(" "), found.longest_days);
    assert_eq!(told(&found[0]), (world.here.clone(), "sending".to_owned(), 3));
    // Neither sending it nor taking it back makes up for the days.
    let sent = moving.sent().await?;
    assert!(late().await?.is_empty(), "the next school has the day of sending");
    let withdraw = |id: &str, none_goes: bool| WithdrawTransferRequest {
        school_id: world.here.clone(),
        transfer_id: id.into(),
        reason: "It went to the wrong one".into(),
        request_id: world.dsl.request_id(),
        none_goes,
        ..Default::default()
    };
    let again = call!(world.dsl, withdraw_transfer, withdraw(&sent.transfer_id, false))?.again.unwrap_or_default();
    let found = late().await?;
    assert_eq!(found.len(), 1);
    assert_eq!(told(&found[0]), (world.here.clone(), "sending".to_owned(), 3), "late as it was");
    call!(world.dsl, withdraw_transfer, withdraw(&again.transfer_id, true))?;
    let found = late().await?;
    let unsaid =
        LateTransfers { school_id: world.here.clone(), late_before: true, none_went: true, ..LateTransfers::default() };
    assert_eq!(found, [unsaid.clone()], "what was late is not unsaid");
    let sent = moving.sent().await?;
    world.bed.clock.advance(Duration::days(2));
    let found = late().await?;
    assert!(found.iter().any(|one| told(one) == (world.there.clone(), "receiving".to_owned(), one.longest_days)));
    let received = call!(world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id))?;
    assert_eq!(received.transfer.unwrap_or_default().days_late, 5);
    let found = late().await?;
    assert_eq!(found, [unsaid], "what was received late is no longer chased");
    assert!(!format!("{found:?}").contains("Robin"));
    Ok(())
}

async fn why_it_comes_back_names_no_child_to_a_school_that_may_never_know(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    let sent = moving.sent().await?;
    let withdraw = |reason: &str, no_learner_meant: bool| WithdrawTransferRequest {
        school_id: world.here.clone(),
        transfer_id: sent.transfer_id.clone(),
        reason: reason.into(),
        request_id: world.dsl.request_id(),
        no_learner_meant,
        ..Default::default()
    };
    let back =
        |reason: &str| ReturnTransferRequest { reason: reason.into(), ..moving.returning(&sent, "wrong_school") };
    let wrong = |answer: Result<()>| {
        let error = answer.err().unwrap_or_else(|| Error::internal("it was taken"));
        error.violations().iter().map(|one| one.field.clone()).collect::<Vec<_>>().join(" ")
    };
    // Whose file it is, and whom else of the roll: at the one school and at the other.
    for reason in ["Robin Field is not theirs", "It is Samuel Field whom you want"] {
        assert_eq!(wrong(call!(world.dsl, withdraw_transfer, withdraw(reason, false)).map(drop)), "reason", "{reason}");
    }
    assert_eq!(wrong(call!(world.other, return_transfer, back("Perhaps Robin Field of year 8?")).map(drop)), "reason");
    call!(world.dsl, withdraw_transfer, withdraw("Robin Field Close has another school", true))?;
    Ok(())
}

async fn what_the_next_school_has_is_not_due_again(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    let ours = async || moving.listed(&world.dsl, &world.here).await;
    let sent = moving.sent().await?;
    call!(world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id))?;
    moving.leaves("2026-11-24").await?;
    assert!(ours().await?.is_empty(), "it was received ahead of the move");
    moving.leaves("2026-11-25").await?;
    assert!(ours().await?.is_empty());
    moving.entry("The next school rang about Robin.").await?;
    moving.leaves("2026-11-24").await?;
    let due = ours().await?;
    assert_eq!((due.len(), due[0].due_date.as_str()), (1, "2026-11-29"), "what was written since is owed");
    // What is sent back then is the same: a child has one that is open.
    call!(world.other, return_transfer, moving.returning(&sent, "wrong_child"))?;
    assert_eq!(ours().await?, due);
    moving.leaves("").await?;
    assert!(ours().await?.is_empty(), "back on the roll ends all");
    // Sent back after the child left, it is due by the day of the move and not by none.
    let sent = moving.sent().await?;
    call!(world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id))?;
    moving.leaves("2026-11-25").await?;
    assert!(ours().await?.is_empty());
    call!(world.other, return_transfer, moving.returning(&sent, "wrong_child"))?;
    let due = ours().await?;
    assert_eq!((due.len(), due[0].due_date.as_str()), (1, "2026-11-30"));
    // Whoever came back and leaves anew goes to another school.
    let sent = moving.sent().await?;
    call!(world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id))?;
    moving.leaves("").await?;
    moving.leaves("2026-11-26").await?;
    assert_eq!(ours().await?.len(), 1);
    Ok(())
}

async fn sharing_delivery_of_a_file_is_once_though_the_clock_jumps(engine: Engine) -> Result<()> {
    for hours in [1, -1] {
        let moving = Move::new(engine).await?;
        let world = &moving.world;
        let sending = moving.sending().await?;
        let sent = call!(world.dsl, send_transfer, sending.clone())?;
        world.bed.clock.advance(Duration::hours(hours));
        assert_eq!(call!(world.dsl, send_transfer, sending)?, sent, "asked again it is answered as before");
        let receiving = moving.receiving(&sent.transfer.unwrap_or_default(), &moving.arrived.learner_id);
        let received = call!(world.other, receive_transfer, receiving.clone())?;
        world.bed.clock.advance(Duration::hours(-hours));
        assert_eq!(call!(world.other, receive_transfer, receiving)?, received);
        let all = ListTransfersRequest { school_id: world.there.clone(), ..Default::default() };
        assert_eq!(call!(world.other, list_transfers, all)?.transfers.len(), 1);
        assert!(moving.file(&received.transfer.unwrap_or_default()).await?.intact);
        let events = announced(world).await?;
        let of = |wanted: fn(&Event) -> bool| events.iter().filter(|event| wanted(event)).count();
        let told = (of(|e| matches!(e, Event::TransferSent(_))), of(|e| matches!(e, Event::TransferReceived(_))));
        assert_eq!(told, (1, 1));
    }
    Ok(())
}

on_both_engines!(
    sharing_delivery_of_a_file_is_once_though_the_clock_jumps,
    what_is_taken_back_is_gone_and_due_again,
    why_it_comes_back_names_no_child_to_a_school_that_may_never_know,
    what_the_next_school_has_is_not_due_again,
    the_authority_sees_who_is_late_and_no_child,
);
