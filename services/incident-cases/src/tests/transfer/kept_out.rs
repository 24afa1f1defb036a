//! A file that is sent by somebody who is kept out of a case of the child: they learn nothing, and the rest stays due for
//! whoever may know of it.

use chassis::{
    caller::Scope,
    error::{Error, Result},
    event::Event,
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};

use sea_orm::ConnectionTrait as _;

use super::{super::alerts::announced, Move, told};

async fn what_a_sender_may_not_know_of_stays_due_for_whoever_may(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    let (here, child) = (world.here.clone(), moving.child.learner_id.clone());
    let deputy = world.bed.person(&[(Role::DeputyDsl, &here)]);
    let look = PreviewTransferRequest { school_id: here.clone(), learner_id: child.clone(), along_learner_ids: vec![] };
    let before = call!(deputy, preview_transfer, look.clone())?;
    let secret = world.case().await?;
    let part = AddInvolvementRequest {
        school_id: here.clone(),
        case_id: secret.case_id.clone(),
        person: "Robin Field".into(),
        role: "victim".into(),
        learner_id: child.clone(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let secret = call!(world.dsl, add_involvement, part)?.case.unwrap_or_default();
    let restrict = SetCaseAccessRequest {
        school_id: here.clone(),
        case_id: secret.case_id.clone(),
        level: "restricted".into(),
        reason: "A relative".into(),
        member_account_ids: vec![world.bed.person(&[(Role::DeputyDsl, &here)]).account_id],
        conflicted_account_ids: vec![deputy.account_id.clone()],
        etag: secret.etag.clone(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, set_case_access, restrict)?;
    let theirs = call!(deputy, preview_transfer, look.clone())?;
    assert_eq!(theirs, before, "what they see says nothing of the case");
    let whole = moving.preview(&[]).await?.items.len();
    assert!(whole > theirs.items.len());
    let send = SendTransferRequest {
        contents_digest: theirs.contents_digest,
        request_id: deputy.request_id(),
        ..moving.sending().await?
    };
    let sent = call!(deputy, send_transfer, send)?.transfer.unwrap_or_default();
    call!(world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id))?;
    moving.leaves("2026-11-24").await?;
    let waits = async |who: &Person| -> Result<Vec<String>> {
        let asked = ListWaitingRequest { school_id: here.clone(), side: "us".into(), ..Default::default() };
        Ok(call!(who, list_waiting, asked)?.waiting.into_iter().map(|one| one.kind).collect())
    };
    // Everything that could say so to whoever is kept out.
    assert!(moving.listed(&deputy, &here).await?.is_empty());
    assert!(!waits(&deputy).await?.contains(&"send_file".to_owned()));
    let due = moving.listed(&world.dsl, &here).await?;
    let [rest] = &due[..] else { panic!("the rest is due: {due:?}") };
    assert_eq!((rest.state.as_str(), rest.rest, rest.due_date.as_str()), ("due", true, "2026-11-29"));
    assert!(waits(&world.dsl).await?.contains(&"send_file".to_owned()));
    let get = |id: &str| GetTransferRequest { school_id: here.clone(), transfer_id: id.into() };
    let never = "trf_0000000000000000";
    assert_eq!(
        told(call!(deputy, get_transfer, get(&rest.transfer_id))).replace(&rest.transfer_id, ""),
        told(call!(deputy, get_transfer, get(never))).replace(never, ""),
    );
    let unannounced = async |who: &Person| -> Result<usize> {
        Ok(call!(who, list_unannounced, ListUnannouncedRequest { school_id: here.clone() })?.marks.len())
    };
    let (theirs, ours) = (unannounced(&deputy).await?, unannounced(&world.dsl).await?);
    // Whoever may send it sends all of the file, and then nothing is owed.
    let second = moving.sent().await?;
    assert_eq!((second.transfer_id.as_str(), second.item_count > sent.item_count), (rest.transfer_id.as_str(), true));
    assert_eq!((unannounced(&deputy).await?, unannounced(&world.dsl).await?), (theirs, ours - 1));
    let received = call!(world.other, receive_transfer, moving.receiving(&second, &moving.arrived.learner_id))?;
    assert!(!received.transfer.unwrap_or_default().rest, "what it is to its sender is not the next school's to know");
    // It is one file of one child, in two parts: figures count the first at both schools.
    let (mut parts_sent, mut parts_received) = (Vec::new(), Vec::new());
    for event in announced(world).await? {
        match event {
            Event::TransferSent(sent) => parts_sent.push(sent.more),
            Event::TransferReceived(received) => parts_received.push(received.more),
            _ => {}
        }
    }
    parts_sent.sort_unstable();
    parts_received.sort_unstable();
    assert_eq!((parts_sent, parts_received), (vec![false, true], vec![false, true]));
    moving.leaves("2026-11-25").await?;
    assert!(moving.listed(&world.dsl, &here).await?.is_empty());
    let all = ListTransfersRequest { school_id: here.clone(), learner_id: child, ..Default::default() };
    assert_eq!(call!(deputy, list_transfers, all.clone())?.transfers.len(), 1, "and it stays theirs who knew of it");
    // Also once the case is destroyed, and the rest with it is of none.
    let mut tx = world.store.begin(&Scope::consumer(&here, "evt")).await?;
    let destroyed = format!("DELETE FROM transfer_rest WHERE case_id = '{}'", secret.case_id);
    tx.db().execute_unprepared(&destroyed).await?;
    tx.silent();
    tx.commit().await?;
    assert_eq!(call!(deputy, list_transfers, all)?.transfers.len(), 1);
    Ok(())
}

on_both_engines!(what_a_sender_may_not_know_of_stays_due_for_whoever_may);
