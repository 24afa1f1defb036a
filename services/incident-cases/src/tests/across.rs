//! What waits between schools, on whom; and who was told what about one learner.

use chassis::{
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};

use time::Duration;

use super::{
    World,
    sharing::{School, reason},
    world,
};

const NAME: &str = "Marigold Pym";

impl School {
    /// What waits, as side, kind and the other school.
    async fn waits(&self, side: &str) -> Result<Vec<(String, String, String)>> {
        let asked = ListWaitingRequest { school_id: self.id.clone(), side: side.into(), ..Default::default() };
        let answer = call!(self.dsl, list_waiting, asked)?;
        Ok(answer.waiting.into_iter().map(|one| (one.side, one.kind, one.school_id)).collect())
    }

    async fn enrolled(&self, given: &str, family: &str) -> Result<String> {
        let record = LearnerRecord {
            given_name: given.into(),
            family_name: family.into(),
            birth_date: "2012-03-27".into(),
            ..LearnerRecord::default()
        };
        let request = CreateLearnerRequest {
            school_id: self.id.clone(),
            record: Some(record),
            request_id: self.dsl.request_id(),
            another_child: true,
        };
        Ok(call!(self.dsl, create_learner, request)?.learner.unwrap_or_default().learner_id)
    }

    async fn part(&self, case: &Case, person: &str, learner_id: &str) -> Result<String> {
        let request = AddInvolvementRequest {
            school_id: self.id.clone(),
            case_id: case.case_id.clone(),
            person: person.into(),
            role: "victim".into(),
            learner_id: learner_id.into(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        let case = call!(self.dsl, add_involvement, request)?.case.unwrap_or_default();
        Ok(case.involvements.last().cloned().unwrap_or_default().involvement_id)
    }

    async fn told(&self, who: &Person, learner_id: &str) -> Result<Vec<LearnerDisclosure>> {
        let asked = ListLearnerDisclosuresRequest {
            school_id: self.id.clone(),
            learner_id: learner_id.into(),
            ..Default::default()
        };
        Ok(call!(who, list_learner_disclosures, asked)?.disclosures)
    }
}

fn row(side: &str, kind: &str, school: &str) -> (String, String, String) {
    (side.to_owned(), kind.to_owned(), school.to_owned())
}

fn schools(world: &World) -> (School, School) {
    let lead = School { id: world.here.clone(), dsl: world.dsl.clone() };
    (lead, School { id: world.there.clone(), dsl: world.other.clone() })
}

async fn each_school_sees_what_waits_for_it_and_whom_it_waits_for(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let ((lead, there), third) = (schools(&world), world.another().await?);
    assert_eq!((lead.waits("").await?, there.waits("").await?), (vec![], vec![]));
    let case = world.talked(&lead.id, &lead.dsl).await?;
    let asked = world.ask_in(&case, &lead.dsl, &there.id).await?;
    assert_eq!(lead.waits("").await?, [row("others", "invitation", &there.id)]);
    assert_eq!(there.waits("").await?, [row("us", "invitation", &lead.id)]);
    assert_eq!((there.waits("others").await?, third.waits("").await?), (vec![], vec![]));
    let id = world.come_in(&there, &asked.invitation.unwrap_or_default().invitation_id).await?.shared_incident_id;
    lead.task(&id, &there.id).await?;
    let task = lead.task(&id, &lead.id).await?;
    assert_eq!(lead.waits("us").await?, [row("us", "shared_task", "")]);
    assert_eq!(lead.waits("others").await?, [row("others", "shared_task", &there.id)]);
    let (ours, theirs) = (&task.tasks[0], &there.waits("").await?);
    assert_eq!(*theirs, [row("us", "shared_task", ""), row("others", "shared_task", &lead.id)]);
    // A page holds one, and the next begins after it.
    let page = |page_token: String| ListWaitingRequest {
        school_id: there.id.clone(),
        page_size: 1,
        page_token,
        ..Default::default()
    };
    let first = call!(there.dsl, list_waiting, page(String::new()))?;
    let second = call!(there.dsl, list_waiting, page(first.next_page_token.clone()))?;
    assert_eq!((first.us_total, first.others_total, second.next_page_token.as_str()), (1, 1, ""));
    assert_eq!((first.waiting[0].item_id.as_str(), first.waiting.len()), (ours.task_id.as_str(), 1));
    assert_eq!(second.waiting[0].side, "others");
    // Once one school has said how it stands the others are waited for; what a school that went was to do is the lead's.
    there.own_part(&id, "We wait for the youth service").await?;
    assert!(lead.waits("us").await?.contains(&row("us", "own_part", "")));
    assert!(there.waits("others").await?.contains(&row("others", "own_part", &lead.id)));
    lead.own_part(&id, "So do we").await?;
    assert!(lead.waits("us").await?.contains(&row("us", "close_shared_incident", "")));
    there.leave(&id).await?;
    let of_both = [row("us", "shared_task", ""), row("us", "shared_task", ""), row("us", "close_shared_incident", "")];
    assert_eq!((lead.waits("").await?, there.waits("").await?), (of_both.to_vec(), vec![]));
    let wrong = ListWaitingRequest { school_id: lead.id.clone(), side: "nobody".into(), ..Default::default() };
    assert_eq!(reason(call!(lead.dsl, list_waiting, wrong)), "INVALID_FIELD");
    Ok(())
}

async fn the_next_discussion_waits_for_whoever_leads_until_it_is_held(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = schools(&world);
    let incident = world.incident(&[&there]).await?;
    let minutes = |next: &str| AddMinutesRequest {
        school_id: there.id.clone(),
        shared_incident_id: incident.id.clone(),
        held_time: Some(chassis::clock::timestamp(world.bed.now())),
        present: "Two leads".into(),
        discussed: "What is known".into(),
        decided: "To meet again".into(),
        next: "The lead asks the police".into(),
        next_date: next.into(),
        request_id: there.dsl.request_id(),
        ..Default::default()
    };
    call!(there.dsl, add_minutes, minutes("2026-12-10"))?;
    assert_eq!(lead.waits("").await?, [row("us", "discussion", "")]);
    assert_eq!(there.waits("").await?, [row("others", "discussion", &lead.id)]);
    world.bed.clock.advance(Duration::hours(1));
    call!(there.dsl, add_minutes, minutes(""))?;
    assert_eq!((lead.waits("").await?, there.waits("").await?), (vec![], vec![]));
    Ok(())
}

async fn who_was_told_what_stands_with_the_learner_it_is_about(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = schools(&world);
    let head = world.bed.person(&[(Role::Head, &lead.id), (Role::Staff, &lead.id)]);
    let (first, second) = (lead.enrolled("Marigold", "Pym").await?, lead.enrolled("Basil", "Orr").await?);
    let case = world.talked(&lead.id, &lead.dsl).await?;
    let part = lead.part(&case, NAME, &first).await?;
    lead.part(&case, "Basil Orr", &second).await?;
    let asked = world.ask_in(&case, &lead.dsl, &there.id).await?;
    let id = world.come_in(&there, &asked.invitation.unwrap_or_default().invitation_id).await?.shared_incident_id;
    let labels = lead.read(&id).await?.learners;
    let label =
        |part: &str| labels.iter().find(|one| one.involvement_id == part).cloned().unwrap_or_default().learner_id;
    lead.disclose(&id, &label(&part), &there.id).await?;
    let parents = RecordParentsDecisionRequest {
        school_id: lead.id.clone(),
        case_id: case.case_id.clone(),
        involvement_id: part,
        told: false,
        reason: "The police ask us to wait".into(),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    call!(lead.dsl, record_parents_decision, parents)?;
    let mut kinds: Vec<_> = lead
        .told(&lead.dsl, &first)
        .await?
        .into_iter()
        .map(|one| (one.kind, one.shared, one.recipient_school_id))
        .collect();
    kinds.sort();
    let expected = |kind: &str, shared, school: &str| (kind.to_owned(), shared, school.to_owned());
    let invited = expected("register", true, &there.id);
    let told = expected("shared_incident", true, &there.id);
    assert_eq!(kinds, [expected("parents", false, ""), invited.clone(), told], "who it is stands once");
    // The other child of the same case: the invitation concerns both, who the first one is only the first.
    let others = lead.told(&head, &second).await?;
    assert_eq!(others.len(), 1, "{others:?}");
    assert_eq!(expected(&others[0].kind, others[0].shared, &others[0].recipient_school_id), invited);
    // So it is in the file of each that would go to another school.
    let discloses = async |learner: &str| -> Result<(usize, usize)> {
        let asked = PreviewTransferRequest {
            school_id: lead.id.clone(),
            learner_id: learner.to_owned(),
            along_learner_ids: Vec::new(),
        };
        let items = call!(lead.dsl, preview_transfer, asked)?.items;
        let of = |words: &str| items.iter().filter(|item| item.text.contains(words)).count();
        Ok((of("apart on the bus"), of("Told: Yes")))
    };
    assert_eq!((discloses(&first).await?, discloses(&second).await?), ((2, 2), (0, 1)));
    // An invitation that nobody took is not told, on paper and in a file either.
    let third = world.another().await?;
    let again = world.ask_in(&case, &lead.dsl, &third.id).await?.invitation.unwrap_or_default();
    let print = PrintCaseRequest {
        school_id: lead.id.clone(),
        case_id: case.case_id.clone(),
        kind: "bundle".into(),
        format: "html".into(),
        people: "names".into(),
        reason: "For the court".into(),
        ..Default::default()
    };
    let printed = async || -> Result<String> {
        Ok(String::from_utf8_lossy(&call!(lead.dsl, print_case, print.clone())?.content).into_owned())
    };
    assert!(printed().await?.contains("Not yet: it waits for an answer"));
    let no = DeclineInvitationRequest {
        school_id: third.id.clone(),
        invitation_id: again.invitation_id,
        reason: "Nobody of ours was there".into(),
        request_id: third.dsl.request_id(),
        ..Default::default()
    };
    call!(third.dsl, decline_invitation, no)?;
    assert!(printed().await?.contains("No: it was declined"));
    assert_eq!(discloses(&second).await?, (0, 1), "nor in the file");
    // Ended for the future: it stays, and says so.
    let ours = lead.read(&id).await?.learners;
    let disclosure = ours.iter().flat_map(|one| &one.disclosures).next().cloned().unwrap_or_default();
    lead.stop(&id, &disclosure.disclosure_id).await?;
    let ended = lead.told(&lead.dsl, &first).await?;
    let ended: Vec<_> = ended.iter().filter(|one| one.end_time.is_some()).collect();
    assert_eq!((ended.len(), ended[0].kind.as_str(), ended[0].basis.as_str()), (1, "shared_incident", "safeguarding"));
    assert_eq!(ended[0].end_reason, "The parents ask us to");
    // The other school reads nothing of it, and nobody without a lead's or head's office does.
    assert_eq!(reason(there.told(&there.dsl, &first).await), "NOT_FOUND");
    let staff = world.bed.person(&[(Role::Staff, &lead.id)]);
    assert_eq!(reason(lead.told(&staff, &first).await), "NOT_PERMITTED");
    Ok(())
}

async fn sharing_delivery_is_once_though_the_clock_jumps(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = schools(&world);
    for (round, hours) in [(1, 1), (2, -1), (3, 1)] {
        let case = world.talked(&lead.id, &lead.dsl).await?;
        let invite = InviteSchoolRequest {
            no_learner_meant: false,
            school_id: lead.id.clone(),
            case_id: case.case_id.clone(),
            to_school_id: there.id.clone(),
            summary: "Our pupils are in one group".into(),
            contact: "01632 960001".into(),
            request_id: lead.dsl.request_id(),
        };
        let asked = call!(lead.dsl, invite_school, invite.clone())?;
        world.bed.clock.advance(Duration::hours(hours));
        assert_eq!(call!(lead.dsl, invite_school, invite)?, asked, "asked again it is answered as before");
        let accept = AcceptInvitationRequest {
            school_id: there.id.clone(),
            invitation_id: asked.invitation.unwrap_or_default().invitation_id,
            request_id: there.dsl.request_id(),
        };
        let joined = call!(there.dsl, accept_invitation, accept.clone())?;
        world.bed.clock.advance(Duration::hours(-hours));
        assert_eq!(call!(there.dsl, accept_invitation, accept)?, joined);
        let asked = ListInvitationsRequest { school_id: there.id.clone(), ..Default::default() };
        assert_eq!(call!(there.dsl, list_invitations, asked)?.invitations.len(), round);
        let asked = ListSharedIncidentsRequest { school_id: there.id.clone(), ..Default::default() };
        assert_eq!(call!(there.dsl, list_shared_incidents, asked)?.sharings.len(), round);
    }
    Ok(())
}

on_both_engines!(
    sharing_delivery_is_once_though_the_clock_jumps,
    each_school_sees_what_waits_for_it_and_whom_it_waits_for,
    the_next_discussion_waits_for_whoever_leads_until_it_is_held,
    who_was_told_what_stands_with_the_learner_it_is_about,
);
