//! Whom a school cannot ask in, nor hand a file to, and what becomes of a no.

use chassis::{
    caller::Scope,
    clock::timestamp,
    error::{Error, Result},
    event::{Envelope, Event},
    testing::Engine,
};
use prost::Message as _;
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};
use sea_orm::{ConnectionTrait as _, Statement};

use super::{World, package, sharing::reason, world};

async fn a_wrong_invitation_is_refused_and_nothing_is_written(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = (world.lead(), world.there());
    let incident = world.incident(&[&there]).await?;
    lead.remove(&incident.id, &there.id).await?;
    let third = world.another().await?;
    let asked = world.ask_in(&incident.case, &lead.dsl, &third.id).await?.invitation.unwrap_or_default();
    let rows = "SELECT COUNT(*) AS n FROM (SELECT id FROM invitation UNION ALL SELECT id FROM shared_item) AS all_rows";
    let before = world.count(rows).await?;
    let outside = world.bed.school();
    for (to, why) in [
        (outside.as_str(), "INVALID_FIELD"),
        (lead.id.as_str(), "INVALID_FIELD"),
        ("nonsense", "INVALID_FIELD"),
        (there.id.as_str(), "WRONG_STATE"),
        (third.id.as_str(), "WRONG_STATE"),
    ] {
        assert_eq!(reason(world.ask_in(&incident.case, &lead.dsl, to).await), why, "{to}");
    }
    assert_eq!(reason(lead.remove(&incident.id, &third.id).await), "WRONG_STATE", "who is not in is not removed");
    assert_eq!(world.count(rows).await?, before);
    // What is taken back cannot be accepted.
    assert_eq!(lead.read(&incident.id).await?.invitations.len(), 1);
    assert_eq!(reason(there.withdraw(&asked.invitation_id).await), "NOT_FOUND");
    assert_eq!(lead.withdraw(&asked.invitation_id).await?.state, "withdrawn");
    assert_eq!(reason(world.come_in(&third, &asked.invitation_id).await), "WRONG_STATE");
    assert!(third.finds_nothing(&incident.id).await?);
    Ok(())
}

async fn a_school_that_left_the_platform_is_asked_into_nothing_and_handed_no_file(engine: Engine) -> Result<()> {
    let gone = |schools: &mut Vec<proto::policy_registry::v1::School>| {
        if let Some(there) = schools.last_mut() {
            there.close_time = Some(timestamp(time::OffsetDateTime::UNIX_EPOCH));
        }
    };
    let world = package::installation_where(engine, (7, ["888001", "888002"]), gone).await?;
    let case = world.talked(&world.here, &world.dsl).await?;
    let asked = world.ask_in(&case, &world.dsl, &world.there).await;
    let child = package::learner(&world.dsl, &world.here, "Robin", "2014-03-27").await?;
    let request = SendTransferRequest {
        school_id: world.here.clone(),
        learner_id: child.learner_id,
        to_school_id: world.there.clone(),
        contact: "Ms Ali".into(),
        contents_digest: "0".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let sent = call!(world.dsl, send_transfer, request);
    let said = [package::refused(asked), package::refused(sent)];
    assert_eq!(said, [("INVALID_FIELD", "to_school_id".to_owned()), ("INVALID_FIELD", "to_school_id".to_owned())]);
    Ok(())
}

/// The changes that a school was told of.
async fn told(world: &World, school: &str) -> Result<Vec<String>> {
    let mut tx = world.store.begin(&Scope::system("test")).await?;
    tx.silent();
    let events = Statement::from_string(tx.db().get_database_backend(), "SELECT envelope FROM outbox");
    let mut all = Vec::new();
    for row in tx.db().query_all_raw(events).await? {
        let envelope: Vec<u8> = row.try_get("", "envelope").map_err(Error::internal)?;
        let envelope = Envelope::decode(envelope.as_slice()).map_err(Error::internal)?;
        match envelope.event {
            Some(Event::SharingChanged(changed)) if envelope.school_id == school => all.push(changed.change),
            _ => {}
        }
    }
    tx.commit().await?;
    Ok(all)
}

async fn whoever_waits_for_an_answer_is_told_of_a_no_once(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = (world.lead(), world.there());
    let case = world.talked(&lead.id, &lead.dsl).await?;
    let asked = world.ask_in(&case, &lead.dsl, &there.id).await?.invitation.unwrap_or_default();
    let no = DeclineInvitationRequest {
        no_learner_meant: false,
        school_id: there.id.clone(),
        invitation_id: asked.invitation_id,
        reason: "No child of ours".into(),
        request_id: there.dsl.request_id(),
    };
    call!(there.dsl, decline_invitation, no.clone())?;
    call!(there.dsl, decline_invitation, no)?;
    assert_eq!((told(&world, &lead.id).await?, told(&world, &there.id).await?), (vec!["declined".to_owned()], vec![]));
    Ok(())
}

async fn the_officer_who_is_asked_in_is_told(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = (world.lead(), world.there());
    let incident = world.incident(&[&there]).await?;
    let ask = InviteOfficerRequest {
        no_learner_meant: false,
        school_id: lead.id.clone(),
        shared_incident_id: incident.id,
        reason: "Two schools do not agree".into(),
        contact: "01632 960001".into(),
        request_id: lead.dsl.request_id(),
    };
    call!(lead.dsl, invite_officer, ask.clone())?;
    call!(lead.dsl, invite_officer, ask)?;
    assert_eq!(told(&world, &lead.id).await?, ["officer_asked"]);
    let waits = ListWaitingRequest { school_id: lead.id.clone(), side: "others".into(), ..Default::default() };
    let waits = call!(lead.dsl, list_waiting, waits)?.waiting;
    let waits: Vec<_> =
        waits.iter().map(|one| (one.kind.as_str(), one.school_id.as_str(), one.title.as_str())).collect();
    assert_eq!(waits, [("invitation", "", "The authority\u{2019}s safeguarding officer")]);
    Ok(())
}

async fn what_is_written_for_a_school_is_announced_to_it(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = (world.lead(), world.there());
    let third = world.another().await?;
    let case = world.talked(&lead.id, &lead.dsl).await?;
    lead.child(&case, "Marigold Pym").await?;
    let mut id = String::new();
    for school in [&there, &third] {
        let asked = world.ask_in(&case, &lead.dsl, &school.id).await?;
        id = asked.case.unwrap_or_default().shared_incident_id;
        world.come_in(school, &asked.invitation.unwrap_or_default().invitation_id).await?;
    }
    lead.task(&id, &there.id).await?;
    lead.task(&id, &lead.id).await?;
    let learner = lead.read(&id).await?.learners[0].learner_id.clone();
    let seen = lead.disclose(&id, &learner, &there.id).await?;
    lead.stop(&id, &seen.learners[0].disclosures[0].disclosure_id).await?;
    assert_eq!(told(&world, &there.id).await?, ["task_given", "disclosed", "disclosure_ended"]);
    assert_eq!(told(&world, &third.id).await?, Vec::<String>::new(), "nobody else learns that anything was told");
    Ok(())
}

async fn an_officer_with_a_duty_is_not_there_by_invitation(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = (world.lead(), world.there());
    let incident = world.incident(&[&there]).await?;
    let id = incident.id.as_str();
    let officer = world.bed.person(&[(Role::SafeguardingOfficer, "")]);
    let ask = InviteOfficerRequest {
        school_id: lead.id.clone(),
        shared_incident_id: id.into(),
        reason: "We need a strategy discussion".into(),
        contact: "01632 960001".into(),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    call!(lead.dsl, invite_officer, ask)?;
    let join = || JoinSharedIncidentRequest {
        desk: "safeguarding".into(),
        shared_incident_id: id.into(),
        lead_school_id: lead.id.clone(),
        reason: "Section 47 enquiry opened today".into(),
        request_id: officer.request_id(),
    };
    call!(officer, join_shared_incident, join())?;
    assert_eq!(reason(lead.remove(id, "").await), "WRONG_STATE", "whoever asks first does not throw them out");
    assert!(lead.read(id).await?.invitations.is_empty(), "the invitation waits no longer");
    let asked = ListDisclosuresRequest { school_id: lead.id.clone(), ..Default::default() };
    let told = call!(lead.dsl, list_disclosures, asked)?.disclosures;
    assert_eq!(told.iter().filter(|one| one.basis == "legal_duty").count(), 1, "the duty is in the register");
    // The duty holds once it is closed, too.
    let leave = LeaveDeskSharedIncidentRequest {
        desk: "safeguarding".into(),
        shared_incident_id: id.into(),
        reason: "The enquiry is over".into(),
        request_id: officer.request_id(),
    };
    call!(officer, leave_desk_shared_incident, leave)?;
    for school in [&lead, &there] {
        school.own_part(id, "The police still look at it").await?;
    }
    lead.close(id).await?;
    let read = call!(officer, join_shared_incident, join())?.shared_incident.unwrap_or_default();
    assert!(read.close_time.is_some() && !read.members.is_empty(), "and what was shared is read");
    Ok(())
}

on_both_engines!(
    an_officer_with_a_duty_is_not_there_by_invitation,
    a_wrong_invitation_is_refused_and_nothing_is_written,
    a_school_that_left_the_platform_is_asked_into_nothing_and_handed_no_file,
    whoever_waits_for_an_answer_is_told_of_a_no_once,
    the_officer_who_is_asked_in_is_told,
    what_is_written_for_a_school_is_announced_to_it,
);
