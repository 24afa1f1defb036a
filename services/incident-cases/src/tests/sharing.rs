//! Incidents that several schools work together: who comes, what they write, who goes and what they find then.

use chassis::{
    caller::Scope,
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *},
};
use sea_orm::{ConnectionTrait as _, Statement};

use super::{World, access::told, world};
use crate::store;

/// What is written into the shared part in these stories, and must stand nowhere else.
const PLANTED: &str = "MARZIPAN";
const NOTHING: &str = "shi_00000000000000000000000000";
const DESK: &str = "safeguarding";

pub(super) fn reason<T: std::fmt::Debug>(answer: Result<T>) -> &'static str {
    answer.err().map_or("", |error| error.reason_name())
}

/// A school and whoever leads safeguarding there.
pub(super) struct School {
    pub(super) id: String,
    pub(super) dsl: Person,
}

/// A shared incident as its tests know it.
pub(super) struct Incident {
    pub(super) id: String,
    pub(super) case: Case,
}

impl World {
    pub(super) async fn another(&self) -> Result<School> {
        let id = self.bed.school();
        let mut tx = self.store.begin(&Scope::consumer(&id, "evt")).await?;
        store::copy::keep_school(&tx, &id).await?;
        store::copy::keep_policy(&tx, &id, &super::policy()).await?;
        tx.silent();
        tx.commit().await?;
        Ok(School { dsl: self.bed.person(&[(Role::Dsl, &id), (Role::Staff, &id)]), id })
    }

    /// A case in which the talk with the police is recorded, at a school.
    pub(super) async fn talked(&self, school: &str, dsl: &Person) -> Result<Case> {
        let request = RecordConcernRequest {
            school_id: school.into(),
            about: "Somebody".into(),
            narrative: "Something".into(),
            safe_now: "not_sure".into(),
            request_id: dsl.request_id(),
            ..Default::default()
        };
        let concern = call!(dsl, record_concern, request)?.concern.unwrap_or_default();
        let new = NewCase { procedure_id: "P1".into(), risks: vec!["conduct".into()], subject: None };
        let request = TriageConcernRequest {
            school_id: school.into(),
            concern_id: concern.concern_id,
            decision: Some(Decision::NewCase(new)),
            request_id: dsl.request_id(),
            again: String::new(),
        };
        let case = call!(dsl, triage_concern, request)?.case.unwrap_or_default();
        let request = RecordConsultationRequest {
            school_id: school.into(),
            case_id: case.case_id.clone(),
            agency: "police_101".into(),
            reference: "4711".into(),
            advice: "Go ahead".into(),
            request_id: dsl.request_id(),
            ..Default::default()
        };
        Ok(call!(dsl, record_consultation, request)?.case.unwrap_or_default())
    }

    pub(super) async fn ask_in(&self, case: &Case, from: &Person, to: &str) -> Result<InviteSchoolResponse> {
        let request = InviteSchoolRequest {
            no_learner_meant: false,
            school_id: case.school_id.clone(),
            case_id: case.case_id.clone(),
            to_school_id: to.into(),
            summary: format!("{PLANTED}: our pupils are in one group"),
            contact: "01632 960001".into(),
            request_id: from.request_id(),
        };
        call!(from, invite_school, request)
    }

    pub(super) async fn come_in(&self, school: &School, invitation_id: &str) -> Result<SharedIncident> {
        let request = AcceptInvitationRequest {
            school_id: school.id.clone(),
            invitation_id: invitation_id.into(),
            request_id: school.dsl.request_id(),
        };
        Ok(call!(school.dsl, accept_invitation, request)?.shared_incident.unwrap_or_default())
    }

    /// An incident of the first school with these in it.
    pub(super) async fn incident(&self, schools: &[&School]) -> Result<Incident> {
        self.incident_of(&self.lead(), schools).await
    }

    /// The same, led by another school.
    pub(super) async fn incident_of(&self, lead: &School, schools: &[&School]) -> Result<Incident> {
        let case = self.talked(&lead.id, &lead.dsl).await?;
        let mut id = String::new();
        for school in schools {
            let asked = self.ask_in(&case, &lead.dsl, &school.id).await?;
            id = asked.case.unwrap_or_default().shared_incident_id;
            self.come_in(school, &asked.invitation.unwrap_or_default().invitation_id).await?;
        }
        Ok(Incident { id, case })
    }

    pub(super) fn there(&self) -> School {
        School { id: self.there.clone(), dsl: self.other.clone() }
    }

    pub(super) fn lead(&self) -> School {
        School { id: self.here.clone(), dsl: self.dsl.clone() }
    }

    pub(super) async fn count(&self, sql: &str) -> Result<i64> {
        let mut tx = self.store.begin(&Scope::system("test")).await?;
        tx.silent();
        let row = tx.db().query_one_raw(Statement::from_string(tx.db().get_database_backend(), sql)).await?;
        let count = row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or_default();
        tx.commit().await?;
        Ok(count)
    }
}

impl School {
    pub(super) async fn read(&self, id: &str) -> Result<SharedIncident> {
        let request = GetSharedIncidentRequest { school_id: self.id.clone(), shared_incident_id: id.into() };
        Ok(call!(self.dsl, get_shared_incident, request)?.shared_incident.unwrap_or_default())
    }

    pub(super) async fn write(&self, id: &str, text: &str) -> Result<SharedIncident> {
        let request = AddSharedEntryRequest {
            school_id: self.id.clone(),
            shared_incident_id: id.into(),
            text: text.into(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        Ok(call!(self.dsl, add_shared_entry, request)?.shared_incident.unwrap_or_default())
    }

    async fn listed(&self) -> Result<Vec<Sharing>> {
        let request = ListSharedIncidentsRequest { school_id: self.id.clone(), ..Default::default() };
        Ok(call!(self.dsl, list_shared_incidents, request)?.sharings)
    }

    pub(super) async fn task(&self, id: &str, owner: &str) -> Result<SharedIncident> {
        let request = AddSharedTaskRequest {
            no_learner_meant: false,
            school_id: self.id.clone(),
            shared_incident_id: id.into(),
            text: "Ring the youth service".into(),
            owner_school_id: owner.into(),
            due_date: "2026-12-10".into(),
            request_id: self.dsl.request_id(),
        };
        Ok(call!(self.dsl, add_shared_task, request)?.shared_incident.unwrap_or_default())
    }

    async fn done(&self, id: &str, task_id: &str) -> Result<SharedIncident> {
        let request = CompleteSharedTaskRequest {
            no_learner_meant: false,
            school_id: self.id.clone(),
            shared_incident_id: id.into(),
            task_id: task_id.into(),
            note: "They come on Monday".into(),
            request_id: self.dsl.request_id(),
        };
        Ok(call!(self.dsl, complete_shared_task, request)?.shared_incident.unwrap_or_default())
    }

    pub(super) async fn leave(&self, id: &str) -> Result<()> {
        let request = LeaveSharedIncidentRequest {
            no_learner_meant: false,
            school_id: self.id.clone(),
            shared_incident_id: id.into(),
            reason: "None of our children has part in it".into(),
            request_id: self.dsl.request_id(),
            told: String::new(),
        };
        call!(self.dsl, leave_shared_incident, request).map(drop)
    }

    pub(super) async fn remove(&self, id: &str, whom: &str) -> Result<SharedIncident> {
        let request = RemoveSchoolRequest {
            no_learner_meant: false,
            school_id: self.id.clone(),
            shared_incident_id: id.into(),
            removed_school_id: whom.into(),
            officer: whom.is_empty(),
            reason: "It is not about them".into(),
            request_id: self.dsl.request_id(),
        };
        Ok(call!(self.dsl, remove_school, request)?.shared_incident.unwrap_or_default())
    }

    async fn pass(&self, id: &str, to: &str) -> Result<SharedIncident> {
        let request = PassLeadRequest {
            no_learner_meant: false,
            school_id: self.id.clone(),
            shared_incident_id: id.into(),
            to_school_id: to.into(),
            reason: "Most of the children are theirs".into(),
            request_id: self.dsl.request_id(),
        };
        Ok(call!(self.dsl, pass_lead, request)?.shared_incident.unwrap_or_default())
    }

    pub(super) async fn withdraw(&self, invitation_id: &str) -> Result<Invitation> {
        let request = WithdrawInvitationRequest {
            school_id: self.id.clone(),
            invitation_id: invitation_id.into(),
            request_id: self.dsl.request_id(),
        };
        Ok(call!(self.dsl, withdraw_invitation, request)?.invitation.unwrap_or_default())
    }

    pub(super) async fn link(&self, id: &str, case: &Case) -> Result<SharedIncident> {
        let request = LinkCaseRequest {
            school_id: self.id.clone(),
            shared_incident_id: id.into(),
            case_id: case.case_id.clone(),
            request_id: self.dsl.request_id(),
        };
        Ok(call!(self.dsl, link_case, request)?.shared_incident.unwrap_or_default())
    }

    /// Whether the school finds this one exactly as it finds one that never was.
    pub(super) async fn finds_nothing(&self, id: &str) -> Result<bool> {
        Ok(told(self.read(id).await) == told(self.read(NOTHING).await)
            && told(self.write(id, "x").await) == told(self.write(NOTHING, "x").await)
            && told(self.leave(id).await) == told(self.leave(NOTHING).await)
            && reason(self.read(id).await) == "NOT_FOUND"
            && self.listed().await?.is_empty())
    }
}

async fn schools_work_one_incident_together(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there, third) = (world.lead(), world.there(), world.another().await?);
    let incident = world.incident(&[&there, &third]).await?;
    let id = incident.id.as_str();
    let shared = lead.task(id, &there.id).await?;
    let task = shared.tasks[0].task_id.clone();
    assert_eq!(
        (shared.tasks[0].owner_school_id.as_str(), shared.tasks[0].due_date.as_str()),
        (&*there.id, "2026-12-10")
    );
    let passed = AddSharedTaskRequest {
        school_id: lead.id.clone(),
        shared_incident_id: id.into(),
        text: "Ring the youth service".into(),
        owner_school_id: there.id.clone(),
        due_date: "2020-01-01".into(),
        request_id: lead.dsl.request_id(),
        no_learner_meant: false,
    };
    assert_eq!(reason(call!(lead.dsl, add_shared_task, passed)), "INVALID_FIELD", "nothing is due before it is asked");
    assert_eq!(reason(third.done(id, &task).await), "WRONG_STATE", "it is another school's");
    assert_eq!(reason(third.done(id, "six_00000000000000000000000000").await), "NOT_FOUND");
    let done = there.done(id, &task).await?.tasks[0].done.clone().unwrap_or_default();
    assert_eq!((done.school_id.as_str(), done.note.as_str()), (&*there.id, "They come on Monday"));
    assert_eq!(reason(lead.done(id, &task).await), "WRONG_STATE", "it is done");
    assert_eq!(reason(lead.task(id, &world.bed.school()).await), "INVALID_FIELD", "nobody outside is given a task");
    let decision = AddSharedDecisionRequest {
        school_id: third.id.clone(),
        shared_incident_id: id.into(),
        text: "One school talks to the police".into(),
        reason: "They asked for one voice".into(),
        owner_school_id: lead.id.clone(),
        request_id: third.dsl.request_id(),
        ..Default::default()
    };
    call!(third.dsl, add_shared_decision, decision)?;
    let minutes = AddMinutesRequest {
        no_learner_meant: false,
        school_id: there.id.clone(),
        shared_incident_id: id.into(),
        held_time: Some(chassis::clock::timestamp(world.bed.now())),
        present: "Three leads; police; social worker".into(),
        discussed: "What each child says".into(),
        decided: "Section 47 enquiry".into(),
        next: "The social worker rings the leads".into(),
        next_date: "2026-12-10".into(),
        request_id: there.dsl.request_id(),
    };
    let ahead = AddMinutesRequest {
        held_time: Some(chassis::clock::timestamp(world.bed.now() + time::Duration::days(1))),
        request_id: there.dsl.request_id(),
        ..minutes.clone()
    };
    assert_eq!(reason(call!(there.dsl, add_minutes, ahead)), "INVALID_FIELD");
    let long_ago = AddMinutesRequest {
        held_time: Some(chassis::clock::timestamp(world.bed.now() - time::Duration::days(9_000))),
        request_id: there.dsl.request_id(),
        ..minutes.clone()
    };
    assert_eq!(reason(call!(there.dsl, add_minutes, long_ago)), "INVALID_FIELD");
    let again = call!(there.dsl, add_minutes, minutes.clone())?;
    assert_eq!(call!(there.dsl, add_minutes, minutes)?, again, "one request is one discussion");
    let seen = third.read(id).await?;
    assert_eq!((seen.tasks.len(), seen.decisions.len(), seen.minutes.len()), (1, 1, 1));
    assert_eq!(seen.minutes[0].decided, "Section 47 enquiry");
    assert!(seen.invitations.is_empty(), "who else is asked is the lead's to know");
    // Each has its own private case beside it, and nothing of that is shared.
    let own = world.talked(&there.id, &there.dsl).await?;
    there.link(id, &own).await?;
    assert_eq!(reason(there.link(id, &own).await), "WRONG_STATE");
    let asked = GetCaseRequest { school_id: there.id.clone(), case_id: own.case_id.clone() };
    assert_eq!(call!(there.dsl, get_case, asked)?.case.unwrap_or_default().shared_incident_id, id);
    assert!(!format!("{:?}", lead.read(id).await?).contains(&own.case_id));
    let listed = there.listed().await?;
    assert_eq!((listed.len(), listed[0].lead_school_id.as_str()), (1, &*lead.id));
    Ok(())
}

async fn whoever_went_finds_nothing_from_the_next_request_on(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there, third) = (world.lead(), world.there(), world.another().await?);
    let incident = world.incident(&[&there, &third]).await?;
    let id = incident.id.as_str();
    let before = AddSharedEntryRequest {
        no_learner_meant: false,
        corrects_shared_item_id: String::new(),
        school_id: there.id.clone(),
        shared_incident_id: id.into(),
        text: format!("{PLANTED} before"),
        request_id: there.dsl.request_id(),
    };
    call!(there.dsl, add_shared_entry, before.clone())?;
    assert_eq!(reason(lead.leave(id).await), "WRONG_STATE", "whoever leads passes the lead on first");
    assert_eq!(reason(third.remove(id, &there.id).await), "WRONG_STATE", "only whoever leads removes");
    let left = lead.remove(id, &there.id).await?;
    assert_eq!(left.member_school_ids, [lead.id.clone(), third.id.clone()]);
    assert!(there.finds_nothing(id).await?);
    assert_eq!(reason(call!(there.dsl, add_shared_entry, before)), "NOT_FOUND", "nor what it was told before");
    for (school, expected) in [(&there, (true, "")), (&third, (false, id))] {
        let asked = ListInvitationsRequest { school_id: school.id.clone(), ..Default::default() };
        let mut received = call!(school.dsl, list_invitations, asked)?.invitations;
        let one = received.pop().unwrap_or_default();
        assert_eq!(
            (one.gone, one.shared_incident_id.as_str()),
            expected,
            "what it was asked into stands, without a way"
        );
    }
    lead.write(id, &format!("{PLANTED} after")).await?;
    let wrapped =
        format!("SELECT COUNT(*) AS n FROM record_key WHERE record_id = '{id}/1' AND member = '{}'", there.id);
    if matches!(engine, Engine::Sqlite) {
        assert_eq!(world.count(&wrapped).await?, 0, "the new key is not wrapped for it");
    }
    let under =
        format!("SELECT COUNT(*) AS n FROM shared_item WHERE shared_incident_id = '{id}' AND key_id = '{id}/1'");
    assert_eq!(world.count(&under).await?, 2, "that it went, and what was written after");
    // Leaving is the same, but for that they may be asked again; then they read all of it.
    third.leave(id).await?;
    assert!(third.finds_nothing(id).await?);
    lead.write(id, &format!("{PLANTED} alone")).await?;
    let asked = world.ask_in(&incident.case, &lead.dsl, &third.id).await?.invitation.unwrap_or_default();
    let back = world.come_in(&third, &asked.invitation_id).await?;
    let texts: Vec<&str> = back.entries.iter().map(|entry| entry.text.as_str()).collect();
    assert!(texts.contains(&"MARZIPAN alone") && texts.contains(&"MARZIPAN before"), "{texts:?}");
    let changes: Vec<&str> = back.changes.iter().map(|change| change.change.as_str()).collect();
    assert_eq!(changes, ["joined", "joined", "removed", "left", "joined"]);
    Ok(())
}

async fn the_lead_passes_on_with_what_waits(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there, third, fourth) = (world.lead(), world.there(), world.another().await?, world.another().await?);
    let incident = world.incident(&[&there]).await?;
    let id = incident.id.as_str();
    let asked = world.ask_in(&incident.case, &lead.dsl, &third.id).await?.invitation.unwrap_or_default();
    assert_eq!(reason(there.pass(id, &lead.id).await), "WRONG_STATE");
    assert_eq!(reason(lead.pass(id, &third.id).await), "WRONG_STATE", "who is not in does not lead");
    let passed = lead.pass(id, &there.id).await?;
    assert_eq!(passed.member_school_ids, [there.id.clone(), lead.id.clone()]);
    assert_eq!(reason(world.ask_in(&incident.case, &lead.dsl, &fourth.id).await), "WRONG_STATE");
    assert_eq!(there.read(id).await?.invitations.len(), 1, "what waits is the new lead's");
    lead.leave(id).await?;
    assert!(lead.finds_nothing(id).await?);
    let anew = world.ask_in(&incident.case, &lead.dsl, &fourth.id).await?.case.unwrap_or_default();
    assert_ne!(anew.shared_incident_id, id, "whoever left shares their own case anew");
    let came = world.come_in(&third, &asked.invitation_id).await?;
    assert_eq!(came.lead_school_id, there.id);
    // Whoever leads invites out of a case of its own, behind the same gate.
    let own = world.talked(&there.id, &there.dsl).await?;
    there.link(id, &own).await?;
    let asked = world.ask_in(&own, &there.dsl, &fourth.id).await?.invitation.unwrap_or_default();
    world.come_in(&fourth, &asked.invitation_id).await?;
    assert_eq!(fourth.read(id).await?.member_school_ids.len(), 3);
    Ok(())
}

async fn the_authority_sees_who_shares_and_stops_it_unread(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there, third) = (world.lead(), world.there(), world.another().await?);
    let incident = world.incident(&[&there, &third]).await?;
    let id = incident.id.as_str();
    let officer = world.bed.person(&[(Role::AuthorityOfficer, "")]);
    let listed = call!(officer, list_sharing, ListSharingRequest::default())?;
    assert_eq!(listed.sharings.len(), 1);
    assert_eq!(listed.sharings[0].members.len(), 3);
    assert!(!format!("{listed:?}").contains(PLANTED) && listed.sharings[0].title.is_empty());
    assert_eq!(reason(call!(lead.dsl, list_sharing, ListSharingRequest::default())), "NOT_PERMITTED");
    let stop = |whom: &str| StopSharingRequest {
        shared_incident_id: id.into(),
        removed_school_id: whom.into(),
        reason: "The head asked us to".into(),
        request_id: officer.request_id(),
    };
    assert_eq!(reason(call!(lead.dsl, stop_sharing, stop(&there.id))), "NOT_PERMITTED");
    let left = call!(officer, stop_sharing, stop(&lead.id))?.sharing.unwrap_or_default();
    assert_eq!(left.lead_school_id, there.id, "whoever came in first leads");
    assert!(lead.finds_nothing(id).await?);
    let seen = third.read(id).await?;
    let last = seen.changes.last().cloned().unwrap_or_default();
    assert_eq!((last.change.as_str(), last.school_id.as_str()), ("removed_by_authority", ""));
    there.write(id, "We go on").await?;
    assert_eq!(reason(call!(officer, stop_sharing, stop(&lead.id))), "WRONG_STATE");
    Ok(())
}

async fn the_officer_comes_by_invitation_or_under_a_duty(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = (world.lead(), world.there());
    let incident = world.incident(&[&there]).await?;
    let id = incident.id.as_str();
    let officer = world.bed.person(&[(Role::SafeguardingOfficer, "")]);
    let read = |who: &Person, desk: &str| {
        let request = GetDeskSharedIncidentRequest { desk: desk.into(), shared_incident_id: id.into() };
        let who = who.clone();
        async move { Ok::<_, Error>(call!(who, get_desk_shared_incident, request)?.shared_incident.unwrap_or_default()) }
    };
    assert_eq!(reason(read(&officer, DESK).await), "NOT_FOUND", "not by default");
    let join = |lead: &str, why: &str| JoinSharedIncidentRequest {
        desk: DESK.into(),
        shared_incident_id: id.into(),
        lead_school_id: lead.into(),
        reason: why.into(),
        request_id: officer.request_id(),
    };
    assert_eq!(reason(call!(officer, join_shared_incident, join(&lead.id, " "))), "INVALID_FIELD");
    assert_eq!(reason(call!(officer, join_shared_incident, join(&there.id, "Duty"))), "INVALID_FIELD");
    let lado = world.bed.person(&[(Role::Lado, "")]);
    let theirs = JoinSharedIncidentRequest { desk: "lado".into(), ..join(&lead.id, "Duty") };
    assert_eq!(reason(call!(lado, join_shared_incident, theirs)), "NOT_FOUND");
    call!(officer, join_shared_incident, join("", "Section 47 of the Children Act"))?;
    let told = there.read(id).await?.changes.last().cloned().unwrap_or_default();
    assert_eq!((told.change.as_str(), told.reason.as_str()), ("officer_joined", "Section 47 of the Children Act"));
    for (school, case_id) in [(&lead, incident.case.case_id.as_str()), (&there, "")] {
        let asked = ListDisclosuresRequest { school_id: school.id.clone(), ..Default::default() };
        let told = call!(school.dsl, list_disclosures, asked)?.disclosures;
        let entered: Vec<_> = told.iter().filter(|one| one.basis == "legal_duty").collect();
        assert_eq!(entered.len(), 1, "it is in the register of every school");
        assert_eq!((entered[0].case_id.as_str(), entered[0].account_id.as_str()), (case_id, &*officer.account_id));
        assert!(entered[0].reason.ends_with("Section 47 of the Children Act"), "{:?}", entered[0]);
    }
    let entry = AddDeskSharedEntryRequest {
        desk: DESK.into(),
        shared_incident_id: id.into(),
        text: "I have rung the police".into(),
        request_id: officer.request_id(),
    };
    call!(officer, add_desk_shared_entry, entry)?;
    assert_eq!(reason(lead.remove(id, "").await), "WRONG_STATE", "a duty is not the lead's to end");
    let leave = LeaveDeskSharedIncidentRequest {
        desk: DESK.into(),
        shared_incident_id: id.into(),
        reason: "The enquiry is over".into(),
        request_id: officer.request_id(),
    };
    call!(officer, leave_desk_shared_incident, leave)?;
    assert_eq!(reason(read(&officer, DESK).await), "NOT_FOUND");
    lead.write(id, "On our own again").await?;
    let ask = |who: &School| InviteOfficerRequest {
        no_learner_meant: false,
        school_id: who.id.clone(),
        shared_incident_id: id.into(),
        reason: "We need a strategy discussion".into(),
        contact: "01632 960001".into(),
        request_id: who.dsl.request_id(),
    };
    assert_eq!(reason(call!(there.dsl, invite_officer, ask(&there))), "WRONG_STATE");
    call!(lead.dsl, invite_officer, ask(&lead))?;
    assert_eq!(reason(read(&officer, DESK).await), "NOT_FOUND", "asked is not in");
    let list = ListDeskSharedIncidentsRequest { desk: DESK.into(), ..Default::default() };
    let found = call!(officer, list_desk_shared_incidents, list.clone())?;
    assert_eq!((found.sharings.len(), found.invitations.len()), (0, 1));
    call!(officer, join_shared_incident, join(&lead.id, ""))?;
    assert_eq!(call!(officer, list_desk_shared_incidents, list)?.sharings.len(), 1);
    let seen = read(&officer, DESK).await?;
    assert!(seen.entries.iter().any(|entry| entry.text == "On our own again"));
    assert_eq!(seen.members.last().map(|member| member.ground.as_str()), Some("invitation"));
    lead.remove(id, "").await?;
    assert_eq!(reason(read(&officer, DESK).await), "NOT_FOUND");
    Ok(())
}

on_both_engines!(
    schools_work_one_incident_together,
    whoever_went_finds_nothing_from_the_next_request_on,
    the_lead_passes_on_with_what_waits,
    the_authority_sees_who_shares_and_stops_it_unread,
    the_officer_comes_by_invitation_or_under_a_duty,
);
