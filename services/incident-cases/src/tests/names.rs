//! Names of learners in what other schools read: refused in the shared part of an incident, corrected and withdrawn there, and
//! blacked out of a child's file.

use chassis::{
    error::{Error, Result},
    testing::Engine,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};

use super::{
    World, package,
    sharing::{School, reason},
    world,
};

/// A child of the case that is shared, as nobody else at the other school may read them.
const CHILD: &str = "Marigold Pym";
/// Another child of the same roll, with no part in any case.
const OTHER: &str = "Tansy Quillfeather";

async fn on_the_roll(school: &School, given: &str, family: &str, known_as: &str) -> Result<Learner> {
    let record = LearnerRecord {
        given_name: given.into(),
        family_name: family.into(),
        known_as: known_as.into(),
        birth_date: "2014-03-27".into(),
        ..LearnerRecord::default()
    };
    let request = CreateLearnerRequest {
        school_id: school.id.clone(),
        record: Some(record),
        request_id: school.dsl.request_id(),
        another_child: true,
    };
    Ok(call!(school.dsl, create_learner, request)?.learner.unwrap_or_default())
}

fn entry(school: &School, id: &str, text: &str) -> AddSharedEntryRequest {
    AddSharedEntryRequest {
        school_id: school.id.clone(),
        shared_incident_id: id.into(),
        text: text.into(),
        request_id: school.dsl.request_id(),
        ..Default::default()
    }
}

/// An incident of a case with a child in it; answers its id and the case.
async fn with_child(world: &World, lead: &School, there: &School) -> Result<(String, Case)> {
    let case = world.talked(&lead.id, &lead.dsl).await?;
    lead.child(&case, CHILD).await?;
    let asked = world.ask_in(&case, &lead.dsl, &there.id).await?;
    let id = asked.case.unwrap_or_default().shared_incident_id;
    world.come_in(there, &asked.invitation.unwrap_or_default().invitation_id).await?;
    Ok((id, case))
}

async fn the_shared_part_names_no_learner_of_the_school_that_writes(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = (world.lead(), world.there());
    on_the_roll(&lead, "Tansy", "Quillfeather", "Tans").await?;
    let (id, case) = with_child(&world, &lead, &there).await?;
    let id = id.as_str();
    for text in [
        "Marigold was there again",
        "pym\u{2019}s mother rang; Marigold Pym stays at home",
        "Then tansy quillfeather hit somebody",
        "TANS QUILFEATHER of 10B",
        "Ask Tansy Q. about it",
    ] {
        let refused = package::refused(call!(lead.dsl, add_shared_entry, entry(&lead, id, text)));
        assert_eq!(refused, ("INVALID_FIELD", "text".to_owned()), "{text}");
    }
    // Whoever of the roll has a part in the case is named by one name, however short.
    let una = on_the_roll(&lead, "Una", "Quince", "").await?;
    let part = AddInvolvementRequest {
        school_id: lead.id.clone(),
        case_id: case.case_id.clone(),
        person: "A girl who saw it".into(),
        role: "witness".into(),
        learner_id: una.learner_id,
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    call!(lead.dsl, add_involvement, part)?;
    for text in ["I saw Una at the gate today", "(UNA)", "Una\u{2019}s mum"] {
        let refused = package::refused(call!(lead.dsl, add_shared_entry, entry(&lead, id, text)));
        assert_eq!(refused, ("INVALID_FIELD", "text".to_owned()), "{text}");
    }
    let fix = call!(lead.dsl, add_shared_entry, entry(&lead, id, "Marigold again")).err();
    let fix = fix.map(|error| error.violations().iter().map(|one| one.message.clone()).collect::<String>());
    let fix = fix.unwrap_or_default();
    assert!(fix.contains("Learner 1, Year 9") && !fix.contains("Marigold"), "it says what to write: {fix}");
    let request = AddMinutesRequest {
        school_id: lead.id.clone(),
        shared_incident_id: id.into(),
        held_time: Some(chassis::clock::timestamp(world.bed.now())),
        present: "Two leads".into(),
        discussed: format!("What {CHILD} said"),
        decided: format!("{OTHER} is asked"),
        next: "The leads ring".into(),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    for next in ["2020-01-01", "9999-12-31"] {
        let day = AddMinutesRequest { next_date: next.into(), ..request.clone() };
        let refused = package::refused(call!(lead.dsl, add_minutes, day));
        assert_eq!(refused, ("INVALID_FIELD", "next_date".to_owned()), "{next}");
    }
    let wrong = call!(lead.dsl, add_minutes, request).err();
    let wrong: Vec<String> = wrong.iter().flat_map(|error| error.violations()).map(|one| one.field.clone()).collect();
    assert_eq!(wrong, ["discussed", "decided"]);
    let asked = InviteSchoolRequest {
        school_id: lead.id.clone(),
        case_id: case.case_id.clone(),
        to_school_id: world.another().await?.id,
        summary: "Another group".into(),
        contact: format!("Mum of {CHILD}"),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    assert_eq!(package::refused(call!(lead.dsl, invite_school, asked)), ("INVALID_FIELD", "contact".to_owned()));
    assert_eq!(there.read(id).await?.entries.len(), 0, "nothing of it was written");
    // What is no name passes, and what is taken for one passes where somebody says that it is none.
    lead.write(id, "Will they come in May? Learner 1 may not. The lead of the other school rang.").await?;
    let meant =
        AddSharedEntryRequest { no_learner_meant: true, ..entry(&lead, id, "The rose Marigold, from the garden") };
    call!(lead.dsl, add_shared_entry, meant)?;
    // The other school knows no child of this one: it is theirs alone that is refused.
    there.write(id, "Our neighbours\u{2019} dog is called Quillfeather").await?;
    assert_eq!(there.read(id).await?.entries.len(), 3);
    Ok(())
}

async fn what_is_wrong_is_corrected_beside_it_and_shown_no_more(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = (world.lead(), world.there());
    let (id, _) = with_child(&world, &lead, &there).await?;
    let id = id.as_str();
    let wrong = there.write(id, "SAFFRON was told to two pupils").await?.entries.pop().unwrap_or_default();
    let right = AddSharedEntryRequest {
        corrects_shared_item_id: wrong.entry_id.clone(),
        ..entry(&lead, id, "It was told to one")
    };
    call!(lead.dsl, add_shared_entry, right)?;
    let nothing = AddSharedEntryRequest {
        corrects_shared_item_id: "six_00000000000000000000000000".into(),
        ..entry(&lead, id, "It was told to one")
    };
    assert_eq!(reason(call!(lead.dsl, add_shared_entry, nothing)), "NOT_FOUND");
    let withdraw = |who: &School, item: &str| WithdrawSharedItemRequest {
        school_id: who.id.clone(),
        shared_incident_id: id.into(),
        shared_item_id: item.into(),
        reason: "It was about somebody else".into(),
        request_id: who.dsl.request_id(),
        no_learner_meant: false,
    };
    // Whoever wrote the opening leads; the other school may not withdraw that.
    assert_eq!(reason(call!(there.dsl, withdraw_shared_item, withdraw(&there, id))), "WRONG_STATE");
    call!(there.dsl, withdraw_shared_item, withdraw(&there, &wrong.entry_id))?;
    assert_eq!(reason(call!(lead.dsl, withdraw_shared_item, withdraw(&lead, &wrong.entry_id))), "WRONG_STATE");
    call!(lead.dsl, withdraw_shared_item, withdraw(&lead, id))?;
    let (ours, theirs) = (lead.read(id).await?, there.read(id).await?);
    assert!(!format!("{ours:?}").contains("SAFFRON"), "the other school reads no word of it");
    assert!(!format!("{theirs:?}").contains("MARZIPAN"), "nor of what the incident was opened with");
    assert!(format!("{theirs:?}").contains("SAFFRON"), "whoever wrote it does: nothing is rewritten");
    assert!(ours.summary.contains("MARZIPAN"));
    assert_eq!((ours.entries.len(), ours.withdrawals.len()), (2, 2), "that it was there stays");
    assert_eq!(ours.withdrawals[0].shared_item_id, wrong.entry_id);
    assert_eq!(ours.entries[1].corrects_entry_id, wrong.entry_id);
    Ok(())
}

async fn who_is_told_of_a_child_writes_the_label_and_their_school_takes_the_name_out(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = (world.lead(), world.there());
    let (id, _) = with_child(&world, &lead, &there).await?;
    let id = id.as_str();
    for text in ["marigold was there", "pym\u{2019}s mum rang"] {
        let refused = package::refused(call!(lead.dsl, add_shared_entry, entry(&lead, id, text)));
        assert_eq!(refused, ("INVALID_FIELD", "text".to_owned()), "{text}");
    }
    // Before anybody told it who the child is, the other school writes what it heard; the child's school takes it out.
    let heard = there.write(id, "We met marigold Pym on the bus").await?.entries.pop().unwrap_or_default();
    let plain = there.write(id, "We met nobody").await?.entries.pop().unwrap_or_default();
    let withdraw = |item: &str| WithdrawSharedItemRequest {
        school_id: lead.id.clone(),
        shared_incident_id: id.into(),
        shared_item_id: item.into(),
        reason: "It names somebody".into(),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    let learner = lead.read(id).await?.learners[0].clone();
    assert_eq!(learner.person, CHILD, "their own school reads who a label is");
    assert_eq!(there.read(id).await?.learners[0].person, "");
    lead.disclose(id, &learner.learner_id, &there.id).await?;
    let fix = call!(there.dsl, add_shared_entry, entry(&there, id, "Marigold was at our gate")).err();
    let fix: String = fix.iter().flat_map(|error| error.violations()).map(|one| one.message.clone()).collect();
    assert!(fix.contains("Learner 1, Year 9"), "{fix}");
    // Whoever does not lead any more withdraws what names their child, and nothing else.
    let pass = PassLeadRequest {
        school_id: lead.id.clone(),
        shared_incident_id: id.into(),
        to_school_id: there.id.clone(),
        reason: "It is theirs".into(),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    call!(lead.dsl, pass_lead, pass)?;
    assert_eq!(reason(call!(lead.dsl, withdraw_shared_item, withdraw(&plain.entry_id))), "WRONG_STATE");
    call!(lead.dsl, withdraw_shared_item, withdraw(&heard.entry_id))?;
    assert!(!format!("{:?}", lead.read(id).await?.entries).contains("bus"));
    // Once it is closed everybody in it still reads it: what should not be read is withdrawn then, too.
    for school in [&lead, &there] {
        school.own_part(id, "The police still look at it").await?;
    }
    there.close(id).await?;
    let late = WithdrawSharedItemRequest {
        school_id: there.id.clone(),
        request_id: there.dsl.request_id(),
        ..withdraw(&plain.entry_id)
    };
    let closed = call!(there.dsl, withdraw_shared_item, late)?.shared_incident.unwrap_or_default();
    assert!(closed.close_time.is_some() && closed.withdrawals.len() == 2);
    assert!(!format!("{:?}", lead.read(id).await?.entries).contains("nobody"));
    Ok(())
}

/// A case with a child who moves, in which an entry names others of the roll; answers the child.
async fn with_words(school: &School, case: &Case, text: &str) -> Result<Learner> {
    let child = on_the_roll(school, "Robin", "Field", "").await?;
    let part = AddInvolvementRequest {
        school_id: school.id.clone(),
        case_id: case.case_id.clone(),
        person: "Robin Field".into(),
        role: "victim".into(),
        learner_id: child.learner_id.clone(),
        request_id: school.dsl.request_id(),
        ..Default::default()
    };
    call!(school.dsl, add_involvement, part)?;
    let entry = AddEntryRequest {
        school_id: school.id.clone(),
        case_id: case.case_id.clone(),
        text: text.into(),
        request_id: school.dsl.request_id(),
        ..Default::default()
    };
    call!(school.dsl, add_entry, entry)?;
    Ok(child)
}

async fn names_of_the_roll_are_shown_and_blacked_out_of_a_file(engine: Engine) -> Result<()> {
    let mut world = world(engine).await?;
    world.other = world.other.named("Mr Okafor");
    let (lead, there) = (world.lead(), world.there());
    on_the_roll(&lead, "Charlotte", "Wainwright", "Lottie").await?;
    on_the_roll(&lead, "Beatrix", "Harcourt", "Bea").await?;
    let case = world.case().await?;
    let text =
        "Robin came with Lottie Wainwright; Bea Harcourt told Wainwrights mum, and so did the lad from the shop.";
    let child = with_words(&lead, &case, text).await?;
    let look = PreviewTransferRequest {
        school_id: lead.id.clone(),
        learner_id: child.learner_id.clone(),
        ..Default::default()
    };
    let seen = call!(lead.dsl, preview_transfer, look)?;
    let found: Vec<&str> = seen.names.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(found, ["Lottie Wainwright", "Bea Harcourt", "Wainwrights"]);
    let send = |keep: Vec<KeepName>, black_out: &[&str]| SendTransferRequest {
        school_id: lead.id.clone(),
        learner_id: child.learner_id.clone(),
        to_school_id: there.id.clone(),
        contact: "The lead, 01632 960001".into(),
        contents_digest: seen.contents_digest.clone(),
        keep_names: keep,
        black_out: black_out.iter().map(|one| (*one).to_owned()).collect(),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    let keep = |number, why: &str| vec![KeepName { number, reason: why.into() }];
    for (wrong, field) in [
        (send(keep(2, " "), &[]), "keep_names"),
        (send(keep(9, "They live together"), &[]), "keep_names"),
        (send(Vec::new(), &["the girl from the shop"]), "black_out"),
        (SendTransferRequest { contact: "Mum of Robin Field".into(), ..send(Vec::new(), &[]) }, "contact"),
    ] {
        let refused = package::refused(call!(lead.dsl, send_transfer, wrong));
        assert_eq!(refused, ("INVALID_FIELD", field.to_owned()));
    }
    let wanted = send(keep(2, "They live together"), &["the lad from the shop"]);
    let sent = call!(lead.dsl, send_transfer, wanted)?.transfer.unwrap_or_default();
    let done = sent.blackening.clone().unwrap_or_default();
    assert_eq!((done.names, done.words, done.kept.len()), (2, 1, 1));
    assert_eq!(done.kept[0].reason, "They live together");
    let arrived = package::learner(&there.dsl, &there.id, "Robin", "2014-03-27").await?;
    let receive = ReceiveTransferRequest {
        school_id: there.id.clone(),
        transfer_id: sent.transfer_id.clone(),
        learner_id: arrived.learner_id,
        request_id: there.dsl.request_id(),
    };
    let received = call!(there.dsl, receive_transfer, receive)?.transfer.unwrap_or_default();
    assert!(received.blackening.is_none(), "how names were dealt with stays with the sending school");
    let read = GetTransferredFileRequest { school_id: there.id.clone(), transfer_id: sent.transfer_id };
    let file = call!(there.dsl, get_transferred_file, read)?;
    let all: String = file.items.iter().map(|item| item.text.clone() + "\n").collect();
    assert!(file.intact && all.contains("Robin came with [name of another person removed]"), "{all}");
    assert!(all.contains("Bea Harcourt told") && !all.contains("ottie") && !all.contains("ainwright"), "{all}");
    assert!(all.contains("so did [words removed]"), "{all}");
    Ok(())
}

async fn a_school_is_told_when_it_takes_what_it_is_offered(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = (world.lead(), world.there());
    let third = world.another().await?;
    let case = world.talked(&lead.id, &lead.dsl).await?;
    let no = world.ask_in(&case, &lead.dsl, &third.id).await?;
    let id = no.case.unwrap_or_default().shared_incident_id;
    let no = no.invitation.unwrap_or_default();
    let yes = world.ask_in(&case, &lead.dsl, &there.id).await?.invitation.unwrap_or_default();
    let states = || async {
        let asked = ListDisclosuresRequest { school_id: lead.id.clone(), ..Default::default() };
        let told = call!(lead.dsl, list_disclosures, asked)?.disclosures;
        let of = |school: &School| {
            let found = told.iter().find(|one| one.recipient == school.id);
            found.map(|one| (one.state.clone(), one.state_reason.clone())).unwrap_or_default()
        };
        Ok::<_, Error>([of(&there), of(&third)])
    };
    let state = |state: &str, why: &str| (state.to_owned(), why.to_owned());
    assert_eq!(states().await?, [state("waits", ""), state("waits", "")]);
    let decline = DeclineInvitationRequest {
        school_id: third.id.clone(),
        invitation_id: no.invitation_id,
        reason: "No child of ours".into(),
        request_id: third.dsl.request_id(),
        ..Default::default()
    };
    call!(third.dsl, decline_invitation, decline)?;
    world.come_in(&there, &yes.invitation_id).await?;
    assert_eq!(states().await?, [state("told", ""), state("declined", "No child of ours")]);
    // Whoever leads sees the no and why; nobody else does.
    let ended = lead.read(&id).await?.ended_invitations;
    let ended: Vec<_> = ended.iter().map(|one| (one.state.as_str(), one.reason.as_str())).collect();
    assert_eq!(ended, [("declined", "No child of ours")]);
    assert!(there.read(&id).await?.ended_invitations.is_empty());
    // The officer says no as a school does.
    let ask = InviteOfficerRequest {
        school_id: lead.id.clone(),
        shared_incident_id: id.clone(),
        reason: "Two schools do not agree".into(),
        contact: "01632 960001".into(),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    let asked = call!(lead.dsl, invite_officer, ask)?.shared_incident.unwrap_or_default().invitations;
    let officer = world.bed.person(&[(Role::SafeguardingOfficer, "")]);
    let no = DeclineDeskInvitationRequest {
        desk: "safeguarding".into(),
        invitation_id: asked.first().map(|one| one.invitation_id.clone()).unwrap_or_default(),
        reason: "The front door sees to it".into(),
        request_id: officer.request_id(),
    };
    call!(officer, decline_desk_invitation, no)?;
    let shared = lead.read(&id).await?;
    assert_eq!((shared.invitations.len(), shared.ended_invitations.len()), (0, 2));
    assert!(shared.ended_invitations.iter().any(|one| one.to_desk == "safeguarding"));
    Ok(())
}

async fn whoever_left_an_incident_shares_their_case_anew(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = (world.lead(), world.there());
    let incident = world.incident(&[&there]).await?;
    let pass = PassLeadRequest {
        school_id: lead.id.clone(),
        shared_incident_id: incident.id.clone(),
        to_school_id: there.id.clone(),
        reason: "It is theirs".into(),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    call!(lead.dsl, pass_lead, pass)?;
    lead.leave(&incident.id).await?;
    let get = GetCaseRequest { school_id: lead.id.clone(), case_id: incident.case.case_id.clone() };
    let case = call!(lead.dsl, get_case, get)?.case.unwrap_or_default();
    assert!(case.shared_incident_gone && case.shared_incident_id.is_empty(), "no way leads into nothing");
    let third = world.another().await?;
    let asked = world.ask_in(&incident.case, &lead.dsl, &third.id).await?;
    let anew = asked.case.unwrap_or_default().shared_incident_id;
    assert_ne!(anew, incident.id);
    world.come_in(&third, &asked.invitation.unwrap_or_default().invitation_id).await?;
    assert_eq!(lead.read(&anew).await?.member_school_ids, [lead.id.clone(), third.id.clone()]);
    assert_eq!(reason(lead.read(&incident.id).await), "NOT_FOUND");
    Ok(())
}

async fn a_match_is_called_the_same_by_both_schools_and_the_desk(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (here, there) = (world.here.clone(), world.there.clone());
    let ours = world.with_outsider(&world.dsl, &here).await?;
    let theirs = world.with_outsider(&world.other, &there).await?;
    for number in ["07700 900123", "07700 900124"] {
        call!(world.dsl, mark_contact, super::contact::mark(&world.dsl, &here, &ours, number))?;
        call!(world.other, mark_contact, super::contact::mark(&world.other, &there, &theirs, number))?;
    }
    crate::compare::pass(&world.store).await?;
    let desk = world.bed.person(&[(Role::SafeguardingOfficer, "")]);
    let of = |matches: Vec<ContactMatch>| {
        let mut all: Vec<String> = matches.into_iter().map(|one| one.reference).collect();
        all.sort();
        all
    };
    let mine = super::contact::matches(&world.dsl, &here).await?;
    assert!(mine.iter().all(|one| one.contact_kind == "telephone" && !one.case_reference.is_empty()), "{mine:?}");
    let mine = of(mine);
    assert!(mine.len() == 2 && mine[0] != mine[1], "two matches of two schools are told apart: {mine:?}");
    assert!(mine.iter().all(|one| one.len() == 7 && one.starts_with("C-")), "{mine:?}");
    assert_eq!(of(super::contact::matches(&world.other, &there).await?), mine);
    assert_eq!(of(super::contact::told(&desk).await?), mine);
    Ok(())
}

on_both_engines!(
    the_shared_part_names_no_learner_of_the_school_that_writes,
    what_is_wrong_is_corrected_beside_it_and_shown_no_more,
    who_is_told_of_a_child_writes_the_label_and_their_school_takes_the_name_out,
    names_of_the_roll_are_shown_and_blacked_out_of_a_file,
    a_school_is_told_when_it_takes_what_it_is_offered,
    whoever_left_an_incident_shares_their_case_anew,
    a_match_is_called_the_same_by_both_schools_and_the_desk,
);
