//! What stays of a shared incident: for the last school in it, for an officer with a duty, and in the record of a school that went.

use chassis::{
    caller::Scope,
    error::{Error, Result},
    testing::Engine,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};

use super::{
    World,
    sharing::{School, reason},
    world,
};
use crate::store::case::{of_service, shared_of};

impl School {
    /// Writes the minutes of a discussion; answers their id.
    async fn minutes(&self, world: &World, id: &str, discussed: &str) -> Result<String> {
        let request = AddMinutesRequest {
            school_id: self.id.clone(),
            shared_incident_id: id.into(),
            held_time: Some(chassis::clock::timestamp(world.bed.now())),
            present: "The leads".into(),
            discussed: discussed.into(),
            decided: "One voice".into(),
            next: "Nothing".into(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        let shared = call!(self.dsl, add_minutes, request)?.shared_incident.unwrap_or_default();
        let written = shared.minutes.into_iter().find(|one| one.discussed == discussed);
        Ok(written.unwrap_or_default().minutes_id)
    }

    async fn print(&self, case: &Case, kind: &str) -> Result<String> {
        let request = PrintCaseRequest {
            school_id: self.id.clone(),
            case_id: case.case_id.clone(),
            kind: kind.into(),
            format: "html".into(),
            people: "names".into(),
            reason: "For the conference".into(),
            ..Default::default()
        };
        let preview = PrintCaseRequest { preview: true, ..request.clone() };
        let shown = call!(self.dsl, print_case, preview)?.records;
        let printed = call!(self.dsl, print_case, request)?;
        let page = String::from_utf8_lossy(&printed.content).into_owned();
        let parts = shown.iter().flat_map(|record| &record.parts);
        let said = parts.filter(|part| part.text.starts_with("WORD-") || part.text.starts_with("MINUTES-"));
        for part in said {
            assert!(page.contains(&part.text), "what was shown is printed: {}", part.text);
        }
        let records = printed.print.unwrap_or_default().records;
        assert_eq!(i32::try_from(shown.len()).ok(), Some(records), "what is printed was shown before");
        Ok(page)
    }
}

async fn the_last_school_closes_what_several_worked_and_its_case_is_free_then(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there, third) = (world.lead(), world.there(), world.another().await?);
    let incident = world.incident(&[&there]).await?;
    let id = incident.id.as_str();
    there.minutes(&world, id, "What each child says").await?;
    let second = world.talked(&lead.id, &lead.dsl).await?;
    lead.link(id, &second).await?;
    there.leave(id).await?;
    assert_eq!(reason(lead.leave(id).await), "WRONG_STATE", "nobody could read it any more");
    let theirs = world.incident_of(&third, &[&lead]).await?;
    assert_eq!(reason(lead.link(&theirs.id, &incident.case).await), "WRONG_STATE", "it is not closed");
    lead.own_part(id, "The police still look at it").await?;
    lead.close(id).await?;
    assert_eq!(reason(lead.leave(id).await), "WRONG_STATE");
    let officer = world.bed.person(&[(Role::SafeguardingOfficer, "")]);
    let join = JoinSharedIncidentRequest {
        desk: "safeguarding".into(),
        shared_incident_id: id.into(),
        reason: "Section 47 enquiry opened today".into(),
        request_id: officer.request_id(),
        ..Default::default()
    };
    let read = call!(officer, join_shared_incident, join)?.shared_incident.unwrap_or_default();
    assert_eq!(read.minutes.len(), 1, "an officer with a duty reads it");
    // The case goes on in another incident, and what was shared is read through it as before.
    lead.link(&theirs.id, &incident.case).await?;
    assert_eq!(lead.read(id).await?.minutes.len(), 1);
    let deputy = world.bed.person(&[(Role::DeputyDsl, &world.here)]);
    let get = GetCaseRequest { school_id: world.here.clone(), case_id: incident.case.case_id.clone() };
    let case = call!(lead.dsl, get_case, get)?.case.unwrap_or_default();
    assert_eq!(case.shared_incident_id, theirs.id);
    let request = SetCaseAccessRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        level: "open".into(),
        reason: "It is about them".into(),
        conflicted_account_ids: vec![deputy.account_id.clone()],
        etag: case.etag.clone(),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    call!(lead.dsl, set_case_access, request)?;
    let kept_out = School { id: world.here.clone(), dsl: deputy };
    for id in [id, theirs.id.as_str()] {
        assert_eq!(reason(kept_out.read(id).await), "NOT_FOUND", "whoever is kept out of the case reads neither");
    }
    assert!(lead.print(&case, "bundle").await?.contains("What each child says"), "both are in its record");
    // Where one of the two cases is destroyed, what they share stays for the other.
    let mut tx = world.store.begin(&Scope::consumer(&world.here, "evt")).await?;
    let (first, second) = (of_service(&tx, &case.case_id).await?, of_service(&tx, &second.case_id).await?);
    assert_eq!(shared_of(&tx, &first).await?, [theirs.id]);
    assert!(shared_of(&tx, &second).await?.is_empty());
    tx.silent();
    tx.commit().await?;
    Ok(())
}

async fn what_a_school_wrote_and_what_was_discussed_stay_in_its_record(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, member) = (world.there(), world.lead());
    let incident = world.incident_of(&lead, &[&member]).await?;
    let id = incident.id.as_str();
    let own = world.talked(&member.id, &member.dsl).await?;
    member.link(id, &own).await?;
    member.write(id, "WORD-OF-OURS").await?;
    lead.write(id, "WORD-OF-THEIRS").await?;
    lead.minutes(&world, id, "MINUTES-TOGETHER").await?;
    let wrong = lead.minutes(&world, id, "MINUTES-WITHDRAWN").await?;
    lead.remove(id, &member.id).await?;
    lead.minutes(&world, id, "MINUTES-SINCE").await?;
    let withdraw = WithdrawSharedItemRequest {
        school_id: lead.id.clone(),
        shared_incident_id: id.into(),
        shared_item_id: wrong,
        reason: "It was another discussion".into(),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    call!(lead.dsl, withdraw_shared_item, withdraw)?;
    assert!(member.finds_nothing(id).await?);
    for (kind, words) in
        [("bundle", [true, false, true, false, false]), ("chronology", [false, false, true, false, false])]
    {
        let page = member.print(&own, kind).await?;
        let all = ["WORD-OF-OURS", "WORD-OF-THEIRS", "MINUTES-TOGETHER", "MINUTES-WITHDRAWN", "MINUTES-SINCE"];
        assert_eq!(all.map(|word| page.contains(word)), words, "{kind}");
    }
    Ok(())
}

on_both_engines!(
    the_last_school_closes_what_several_worked_and_its_case_is_free_then,
    what_a_school_wrote_and_what_was_discussed_stay_in_its_record,
);
