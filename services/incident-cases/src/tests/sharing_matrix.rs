//! Every rpc of sharing against everybody who stands to a shared incident in some way: the exact answer. Whoever is not in
//! it is answered, word for word, as if it had never been.

use std::collections::BTreeSet;

use chassis::{
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    contract,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};

use super::{
    World,
    access::told,
    sharing::{Incident, School},
    world,
};

/// How somebody stands to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Lead,
    Member,
    Invited,
    Declined,
    Removed,
    Uninvolved,
    KeptOut,
    AuthorityOfficer,
    SafeguardingOfficer,
    Lado,
    Operator,
}

use Who::{
    AuthorityOfficer, Declined, Invited, KeptOut, Lado, Lead, Member, Operator, Removed, SafeguardingOfficer,
    Uninvolved,
};

const ALL: [Who; 11] = [
    Lead,
    Member,
    Invited,
    Declined,
    Removed,
    Uninvolved,
    KeptOut,
    AuthorityOfficer,
    SafeguardingOfficer,
    Lado,
    Operator,
];

/// What each is answered, in the order of `ALL`: `+` done, `0` no such thing, `-` not permitted, `s` not as things
/// stand, `f` a field is wrong.
const TABLE: [(&str, &str); 32] = [
    ("AcceptInvitation", "00+0000----"),
    ("AddDeskSharedEntry", "--------0--"),
    ("AddMinutes", "++00000----"),
    ("AddSharedDecision", "++00000----"),
    ("AddSharedEntry", "++00000----"),
    ("AddSharedLearner", "++00000----"),
    ("AddSharedTask", "++00000----"),
    ("CloseOwnPart", "++00000----"),
    ("CloseSharedIncident", "+s00000----"),
    ("CompleteSharedTask", "++00000----"),
    ("DeclineDeskInvitation", "--------0--"),
    ("DeclineInvitation", "00+0000----"),
    ("DiscloseLearner", "+s00000----"),
    ("GetDeskSharedIncident", "--------0--"),
    ("GetSharedIncident", "++00000----"),
    ("InviteOfficer", "+s00000----"),
    ("InviteSchool", "+s00000----"),
    ("JoinSharedIncident", "--------+--"),
    ("LeaveDeskSharedIncident", "--------0--"),
    ("LeaveSharedIncident", "s+00000----"),
    ("LinkCase", "++00000----"),
    ("ListDeskSharedIncidents", "--------+--"),
    ("ListInvitations", "+++++++----"),
    ("ListSharedIncidents", "+++++++----"),
    ("ListSharing", "-------++--"),
    ("PassLead", "+s00000----"),
    ("RemoveSchool", "+s00000----"),
    ("ReopenSharedIncident", "+s00000----"),
    ("StopDisclosure", "+s00000----"),
    ("StopSharing", "-------++--"),
    ("WithdrawInvitation", "+000000----"),
    ("WithdrawSharedItem", "++00000----"),
];

/// An incident with somebody of every kind around it, at schools of its own.
struct Stage<'a> {
    world: &'a World,
    lead: School,
    member: School,
    invited: School,
    declined: School,
    removed: School,
    uninvolved: School,
    kept_out: Person,
    incident: Incident,
    invitation_id: String,
    /// The member's own case, which belongs to the incident.
    theirs: Case,
    others: Vec<Person>,
}

/// The ids that a request names: of the incident, or of nothing.
struct Ids {
    shared: String,
    invitation: String,
    case: String,
    involvement: String,
    task: String,
    learner: String,
    disclosure: String,
}

fn nobodys(prefix: &str) -> String {
    format!("{prefix}_00000000000000000000000000")
}

impl Ids {
    fn of_nothing() -> Self {
        Self {
            shared: nobodys("shi"),
            invitation: nobodys("ivt"),
            case: nobodys("cas"),
            involvement: nobodys("inv"),
            task: nobodys("six"),
            learner: nobodys("six"),
            disclosure: nobodys("six"),
        }
    }
}

async fn stage(world: &World) -> Result<Stage<'_>> {
    let (lead, member) = (world.another().await?, world.another().await?);
    let (invited, declined) = (world.another().await?, world.another().await?);
    let (removed, uninvolved) = (world.another().await?, world.another().await?);
    let kept_out = world.bed.person(&[(Role::DeputyDsl, &lead.id)]);
    let incident = world.incident_of(&lead, &[&member, &removed]).await?;
    lead.remove(&incident.id, &removed.id).await?;
    let no = world.ask_in(&incident.case, &lead.dsl, &declined.id).await?.invitation.unwrap_or_default();
    let request = DeclineInvitationRequest {
        no_learner_meant: false,
        school_id: declined.id.clone(),
        invitation_id: no.invitation_id,
        reason: "No child of ours".into(),
        request_id: declined.dsl.request_id(),
    };
    call!(declined.dsl, decline_invitation, request)?;
    let waits = world.ask_in(&incident.case, &lead.dsl, &invited.id).await?;
    let theirs = world.talked(&member.id, &member.dsl).await?;
    member.link(&incident.id, &theirs).await?;
    let request = SetCaseAccessRequest {
        school_id: lead.id.clone(),
        case_id: incident.case.case_id.clone(),
        level: "open".into(),
        reason: "It is about them".into(),
        conflicted_account_ids: vec![kept_out.account_id.clone()],
        etag: waits.case.unwrap_or_default().etag,
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    call!(lead.dsl, set_case_access, request)?;
    let of_authority = [Role::AuthorityOfficer, Role::SafeguardingOfficer, Role::Lado, Role::Operator];
    let others = of_authority.into_iter().map(|role| world.bed.person(&[(role, "")])).collect();
    let invitation_id = waits.invitation.unwrap_or_default().invitation_id;
    Ok(Stage {
        world,
        lead,
        member,
        invited,
        declined,
        removed,
        uninvolved,
        kept_out,
        incident,
        invitation_id,
        theirs,
        others,
    })
}

impl Stage<'_> {
    /// Their school, as they name it, and them.
    fn who(&self, who: Who) -> (String, Person) {
        let of = |school: &School| (school.id.clone(), school.dsl.clone());
        match who {
            Lead => of(&self.lead),
            Member => of(&self.member),
            Invited => of(&self.invited),
            Declined => of(&self.declined),
            Removed => of(&self.removed),
            Uninvolved => of(&self.uninvolved),
            KeptOut => (self.lead.id.clone(), self.kept_out.clone()),
            AuthorityOfficer => (self.lead.id.clone(), self.others[0].clone()),
            SafeguardingOfficer => (self.lead.id.clone(), self.others[1].clone()),
            Lado => (self.lead.id.clone(), self.others[2].clone()),
            Operator => (self.lead.id.clone(), self.others[3].clone()),
        }
    }

    async fn child(&self, school: &School, case: &Case) -> Result<String> {
        let request = AddInvolvementRequest {
            school_id: school.id.clone(),
            case_id: case.case_id.clone(),
            person: "Marigold Pym".into(),
            role: "victim".into(),
            year_group: "9".into(),
            request_id: school.dsl.request_id(),
            ..Default::default()
        };
        let case = call!(school.dsl, add_involvement, request)?.case.unwrap_or_default();
        Ok(case.involvements.last().cloned().unwrap_or_default().involvement_id)
    }

    /// What `rpc` is about, made just before `who` is to call it.
    async fn prepare(&self, rpc: &str, who: Who) -> Result<Ids> {
        let (lead, id) = (&self.lead, self.incident.id.as_str());
        let mut ids = Ids {
            shared: id.to_owned(),
            invitation: self.invitation_id.clone(),
            case: self.incident.case.case_id.clone(),
            ..Ids::of_nothing()
        };
        let own = if who == Member { (&self.member, &self.theirs) } else { (lead, &self.incident.case) };
        ids.case.clone_from(&own.1.case_id);
        match rpc {
            "AddSharedLearner" => ids.involvement = self.child(own.0, own.1).await?,
            "CompleteSharedTask" => {
                let tasks = lead.task(id, &self.member.id).await?.tasks;
                ids.task = tasks.last().cloned().unwrap_or_default().task_id;
            }
            "WithdrawSharedItem" => {
                let entries = self.member.write(id, "One that is wrong").await?.entries;
                ids.task = entries.last().cloned().unwrap_or_default().entry_id;
            }
            "DiscloseLearner" | "StopDisclosure" => {
                let involvement_id = self.child(lead, &self.incident.case).await?;
                let shared = lead.learner(id, &self.incident.case.case_id, &involvement_id).await?;
                ids.learner = shared.learners.last().cloned().unwrap_or_default().learner_id;
                if rpc == "StopDisclosure" {
                    let shared = lead.disclose(id, &ids.learner, &self.member.id).await?;
                    let learner = shared.learners.last().cloned().unwrap_or_default();
                    ids.disclosure = learner.disclosures.last().cloned().unwrap_or_default().disclosure_id;
                }
            }
            // Whoever is refused leaves it closed.
            "ReopenSharedIncident" if !matches!(who, Lead | Member) => {}
            "CloseSharedIncident" | "ReopenSharedIncident" => {
                for school in [lead, &self.member] {
                    school.own_part(id, "The police still look at it").await?;
                }
                if rpc == "ReopenSharedIncident" {
                    lead.close(id).await?;
                }
            }
            "LinkCase" if matches!(who, Lead | Member) => {
                ids.case = self.world.talked(&own.0.id, &own.0.dsl).await?.case_id;
            }
            _ => {}
        }
        Ok(ids)
    }

    /// What `who` is answered, in words.
    #[expect(clippy::too_many_lines, reason = "one request for each rpc")]
    async fn answer(&self, rpc: &str, who: Who, ids: &Ids) -> Result<String> {
        let (school_id, who) = self.who(who);
        let (shared_incident_id, request_id) = (ids.shared.clone(), who.request_id());
        let (invitation_id, case_id) = (ids.invitation.clone(), ids.case.clone());
        let (text, reason) = (String::from("t"), String::from("r"));
        let (desk, member) = (String::from("safeguarding"), self.member.id.clone());
        // Nobody invites themselves.
        let asked = if school_id == self.uninvolved.id { &self.invited } else { &self.uninvolved }.id.clone();
        macro_rules! ask {
            ($rpc:ident, $request:ident { $($field:ident $(: $value:expr)?),* }) => {
                told(async { call!(who, $rpc, $request { $($field $(: $value)?,)* ..Default::default() }) }.await)
            };
        }
        Ok(match rpc {
            "AcceptInvitation" => {
                ask!(accept_invitation, AcceptInvitationRequest { school_id, invitation_id, request_id })
            }
            "AddDeskSharedEntry" => {
                ask!(add_desk_shared_entry, AddDeskSharedEntryRequest { desk, shared_incident_id, text, request_id })
            }
            "AddMinutes" => ask!(
                add_minutes,
                AddMinutesRequest {
                    school_id,
                    shared_incident_id,
                    held_time: Some(chassis::clock::timestamp(self.world.bed.now())),
                    present: "p".into(),
                    discussed: "d".into(),
                    decided: "d".into(),
                    next: "n".into(),
                    request_id
                }
            ),
            "AddSharedDecision" => ask!(
                add_shared_decision,
                AddSharedDecisionRequest {
                    school_id,
                    shared_incident_id,
                    text,
                    reason,
                    owner_school_id: member,
                    request_id
                }
            ),
            "AddSharedEntry" => {
                ask!(add_shared_entry, AddSharedEntryRequest { school_id, shared_incident_id, text, request_id })
            }
            "AddSharedLearner" => ask!(
                add_shared_learner,
                AddSharedLearnerRequest {
                    school_id,
                    shared_incident_id,
                    case_id,
                    involvement_id: ids.involvement.clone(),
                    request_id
                }
            ),
            "AddSharedTask" => ask!(
                add_shared_task,
                AddSharedTaskRequest { school_id, shared_incident_id, text, owner_school_id: member, request_id }
            ),
            "CloseOwnPart" => {
                ask!(close_own_part, CloseOwnPartRequest { school_id, shared_incident_id, reason, request_id })
            }
            "CloseSharedIncident" => ask!(
                close_shared_incident,
                CloseSharedIncidentRequest { school_id, shared_incident_id, reason, request_id }
            ),
            "ReopenSharedIncident" => ask!(
                reopen_shared_incident,
                ReopenSharedIncidentRequest { school_id, shared_incident_id, reason, request_id }
            ),
            "CompleteSharedTask" => ask!(
                complete_shared_task,
                CompleteSharedTaskRequest {
                    school_id,
                    shared_incident_id,
                    task_id: ids.task.clone(),
                    note: text,
                    request_id
                }
            ),
            "DeclineInvitation" => {
                ask!(decline_invitation, DeclineInvitationRequest { school_id, invitation_id, reason, request_id })
            }
            "DiscloseLearner" => ask!(
                disclose_learner,
                DiscloseLearnerRequest {
                    school_id,
                    shared_incident_id,
                    learner_id: ids.learner.clone(),
                    to_school_id: member,
                    purpose: text,
                    basis: "safeguarding".into(),
                    request_id
                }
            ),
            "GetDeskSharedIncident" => {
                ask!(get_desk_shared_incident, GetDeskSharedIncidentRequest { desk, shared_incident_id })
            }
            "GetSharedIncident" => {
                ask!(get_shared_incident, GetSharedIncidentRequest { school_id, shared_incident_id })
            }
            "InviteOfficer" => ask!(
                invite_officer,
                InviteOfficerRequest { school_id, shared_incident_id, reason, contact: text, request_id }
            ),
            "InviteSchool" => ask!(
                invite_school,
                InviteSchoolRequest {
                    school_id,
                    case_id,
                    to_school_id: asked,
                    summary: text,
                    contact: reason,
                    request_id
                }
            ),
            "JoinSharedIncident" => ask!(
                join_shared_incident,
                JoinSharedIncidentRequest {
                    desk,
                    shared_incident_id,
                    lead_school_id: self.lead.id.clone(),
                    reason,
                    request_id
                }
            ),
            "LeaveDeskSharedIncident" => ask!(
                leave_desk_shared_incident,
                LeaveDeskSharedIncidentRequest { desk, shared_incident_id, reason, request_id }
            ),
            "LeaveSharedIncident" => ask!(
                leave_shared_incident,
                LeaveSharedIncidentRequest { school_id, shared_incident_id, reason, request_id }
            ),
            "LinkCase" => ask!(link_case, LinkCaseRequest { school_id, shared_incident_id, case_id, request_id }),
            "ListDeskSharedIncidents" => ask!(list_desk_shared_incidents, ListDeskSharedIncidentsRequest { desk }),
            "ListInvitations" => ask!(list_invitations, ListInvitationsRequest { school_id }),
            "ListSharedIncidents" => ask!(list_shared_incidents, ListSharedIncidentsRequest { school_id }),
            "ListSharing" => told(async { call!(who, list_sharing, ListSharingRequest::default()) }.await),
            "PassLead" => ask!(
                pass_lead,
                PassLeadRequest { school_id, shared_incident_id, to_school_id: member, reason, request_id }
            ),
            "RemoveSchool" => ask!(
                remove_school,
                RemoveSchoolRequest { school_id, shared_incident_id, removed_school_id: member, reason, request_id }
            ),
            "StopDisclosure" => ask!(
                stop_disclosure,
                StopDisclosureRequest {
                    school_id,
                    shared_incident_id,
                    disclosure_id: ids.disclosure.clone(),
                    reason,
                    request_id
                }
            ),
            "StopSharing" => ask!(
                stop_sharing,
                StopSharingRequest { shared_incident_id, removed_school_id: member, reason, request_id }
            ),
            "WithdrawInvitation" => {
                ask!(withdraw_invitation, WithdrawInvitationRequest { school_id, invitation_id, request_id })
            }
            "DeclineDeskInvitation" => {
                ask!(decline_desk_invitation, DeclineDeskInvitationRequest { desk, invitation_id, reason, request_id })
            }
            "WithdrawSharedItem" => ask!(
                withdraw_shared_item,
                WithdrawSharedItemRequest {
                    school_id,
                    shared_incident_id,
                    shared_item_id: ids.task.clone(),
                    reason,
                    request_id
                }
            ),
            other => return Err(Error::internal(format!("no request for {other}"))),
        })
    }
}

/// What an answer in words comes to.
fn sign(answer: &str) -> char {
    match answer {
        _ if answer.contains("NOT_FOUND") => '0',
        _ if answer.contains("NOT_PERMITTED") => '-',
        _ if answer.contains("WRONG_STATE") => 's',
        _ if answer.contains("INVALID_FIELD") => 'f',
        _ => '+',
    }
}

async fn sharing_matrix(engine: Engine) -> Result<()> {
    let known: BTreeSet<&str> = TABLE.iter().map(|(rpc, _)| *rpc).collect();
    let older = [
        "AcceptInvitation",
        "AddSharedEntry",
        "DeclineInvitation",
        "GetSharedIncident",
        "InviteSchool",
        "ListInvitations",
    ];
    let there: BTreeSet<&str> = contract::rpcs()
        .iter()
        .filter(|rpc| {
            older.contains(&rpc.name()) || rpc.descriptor.input().parent_file().name().ends_with("/sharing.proto")
        })
        .map(|rpc| rpc.name())
        .collect();
    assert_eq!(known, there, "every rpc of sharing is in the table");
    let world = world(engine).await?;
    let mut wrong = Vec::new();
    for (rpc, row) in TABLE {
        let row: Vec<char> = row.chars().filter(|sign| *sign != ' ').collect();
        let reads = rpc.starts_with("Get") || rpc.starts_with("List");
        // Whoever comes after one it was done for has a stage of their own, unless nothing was done but to read.
        let mut shared = stage(&world).await?;
        let mut used = false;
        for (who, expected) in ALL.into_iter().zip(&row) {
            if used {
                shared = stage(&world).await?;
            }
            let ids = shared.prepare(rpc, who).await?;
            let answer = shared.answer(rpc, who, &ids).await?;
            if sign(&answer) != *expected {
                wrong.push(format!("{rpc} by {who:?}: {answer}"));
            }
            used = sign(&answer) == '+' && !reads;
            if *expected == '0' {
                let nothing = shared.answer(rpc, who, &Ids::of_nothing()).await?;
                if answer != nothing {
                    wrong.push(format!("{rpc} by {who:?} tells that there is one: {answer}, not {nothing}"));
                }
            }
            if *expected != '+' && answer.contains("MARZIPAN") {
                wrong.push(format!("{rpc} by {who:?} reads it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

on_both_engines!(sharing_matrix);
