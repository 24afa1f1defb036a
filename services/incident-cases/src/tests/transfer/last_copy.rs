//! A file that is sent back is destroyed where somebody else has what is in it, and not where it is the last copy.

use chassis::{
    caller::Scope,
    error::{Error, Result},
    testing::Engine,
};
use proto::incident_cases::v1::{incident_cases_client::IncidentCasesClient, *};
use sea_orm::ConnectionTrait as _;

use super::{Move, OWN, reason};

async fn the_last_copy_of_a_file_is_not_destroyed_by_sending_it_back(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    let (here, there) = (world.here.as_str(), world.there.as_str());
    // What the sender keeps is known of a child who was on the roll again, too.
    let sent = moving.sent().await?;
    call!(world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id))?;
    moving.leaves("2026-11-24").await?;
    moving.leaves("").await?;
    call!(world.other, return_transfer, moving.returning(&sent, "sent_in_error"))?;
    assert!(!moving.readable(&sent).await?, "its sender has every record");

    let sent = moving.sent().await?;
    call!(world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id))?;
    // Two people destroyed the case by the authority's rule.
    let mut tx = world.store.begin(&Scope::consumer(here, "evt")).await?;
    for destroyed in [
        format!("DELETE FROM concern WHERE case_id = '{}'", moving.case.case_id),
        format!("DELETE FROM case_file WHERE id = '{}'", moving.case.case_id),
        format!("DELETE FROM learner_record WHERE record_id = '{}'", moving.case.case_id),
    ] {
        tx.db().execute_unprepared(&destroyed).await?;
    }
    tx.silent();
    tx.commit().await?;
    let last = call!(world.other, return_transfer, moving.returning(&sent, "wrong_school")).err();
    let last = last.ok_or_else(|| Error::internal("the last copy was destroyed"))?;
    assert_eq!(last.reason_name(), "WRONG_STATE");
    assert!(last.message().contains("the last copy"), "{last}");
    assert!(moving.readable(&sent).await?);

    // It goes back as a file of its own, and is destroyed once that was received and not before.
    let look = PreviewTransferRequest {
        school_id: there.into(),
        learner_id: moving.arrived.learner_id.clone(),
        along_learner_ids: Vec::new(),
    };
    let onward = SendTransferRequest {
        school_id: there.into(),
        learner_id: moving.arrived.learner_id.clone(),
        to_school_id: here.into(),
        contact: "Mr Okafor, 01632 960002".into(),
        contents_digest: call!(world.other, preview_transfer, look)?.contents_digest,
        request_id: world.other.request_id(),
        ..Default::default()
    };
    let onward = call!(world.other, send_transfer, onward)?.transfer.unwrap_or_default();
    let early = call!(world.other, return_transfer, moving.returning(&sent, "wrong_school"));
    assert_eq!(reason(early), "WRONG_STATE", "nobody has confirmed receipt");
    let receive = ReceiveTransferRequest {
        school_id: here.into(),
        transfer_id: onward.transfer_id.clone(),
        learner_id: moving.child.learner_id.clone(),
        request_id: world.dsl.request_id(),
    };
    call!(world.dsl, receive_transfer, receive)?;
    call!(world.other, return_transfer, moving.returning(&sent, "wrong_school"))?;
    assert!(!moving.readable(&sent).await?);
    let read = GetTransferredFileRequest { school_id: here.into(), transfer_id: onward.transfer_id };
    let read = call!(world.dsl, get_transferred_file, read)?;
    assert!(read.intact && read.items.iter().any(|item| item.text.contains(OWN)), "the sender reads it again");
    Ok(())
}

on_both_engines!(the_last_copy_of_a_file_is_not_destroyed_by_sending_it_back);
