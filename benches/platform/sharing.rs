//! What goes between two schools while others are at work: from an invitation being sent to the other lead seeing it, from
//! a removal being answered to the next request being refused, and a child's file of 500 entries from sending to reading.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use chassis::{
    serve::Running,
    testing::{Bed, Engine, Person},
};
use proto::incident_cases::v1::{
    AcceptInvitationRequest, AddEntryRequest, AddInvolvementRequest, CreateLearnerRequest, GetSharedIncidentRequest,
    GetTransferredFileRequest, InviteSchoolRequest, LearnerRecord, ListWaitingRequest, NewCase, PreviewTransferRequest,
    ReceiveTransferRequest, RecordConcernRequest, RecordConsultationRequest, RemoveSchoolRequest, SendTransferRequest,
    TriageConcernRequest, incident_cases_client::IncidentCasesClient, triage_concern_request::Decision,
};
use tokio::task::JoinSet;

use crate::{Result, figures::Samples, opening, school};

/// Invitations measured.
const INVITATIONS: usize = 200;
/// People who record concerns meanwhile.
const AT_WORK: usize = 4;
/// Entries of the file.
const ENTRIES: usize = 500;

/// A school and its lead.
#[derive(Clone)]
struct School {
    id: String,
    dsl: Person,
}

/// Calls an rpc as the school's lead.
macro_rules! call {
    ($school:expr, $rpc:ident, $request:expr) => {
        IncidentCasesClient::new($school.dsl.to("incident-cases")?)
            .max_decoding_message_size(chassis::serve::MAX_MESSAGE)
            .$rpc($request)
            .await
            .map(tonic::Response::into_inner)
    };
}

impl School {
    async fn concern(&self) -> Result<String> {
        let request = RecordConcernRequest {
            school_id: self.id.clone(),
            about: "A learner of Year 9".into(),
            safe_now: "yes".into(),
            narrative: "A learner was sent an unkind message in the evening and showed it to me. ".repeat(5),
            request_id: self.dsl.request_id(),
            ..RecordConcernRequest::default()
        };
        Ok(call!(self, record_concern, request)?.concern.unwrap_or_default().concern_id)
    }

    /// A case in which the talk with the police is recorded.
    async fn case(&self) -> Result<String> {
        let new = NewCase { procedure_id: "P1".into(), risks: vec!["contact".into()], subject: None };
        let triage = TriageConcernRequest {
            school_id: self.id.clone(),
            concern_id: self.concern().await?,
            decision: Some(Decision::NewCase(new)),
            request_id: self.dsl.request_id(),
            again: String::new(),
        };
        let case_id = call!(self, triage_concern, triage)?.case.unwrap_or_default().case_id;
        let talk = RecordConsultationRequest {
            school_id: self.id.clone(),
            case_id: case_id.clone(),
            agency: "police_101".into(),
            reference: "4711".into(),
            advice: "Go ahead".into(),
            request_id: self.dsl.request_id(),
            ..RecordConsultationRequest::default()
        };
        call!(self, record_consultation, talk)?;
        Ok(case_id)
    }

    async fn learner(&self) -> Result<String> {
        let record = LearnerRecord {
            given_name: "Robin".into(),
            family_name: "Field".into(),
            birth_date: "2014-03-27".into(),
            ..LearnerRecord::default()
        };
        let request = CreateLearnerRequest {
            school_id: self.id.clone(),
            record: Some(record),
            request_id: self.dsl.request_id(),
            another_child: true,
        };
        Ok(call!(self, create_learner, request)?.learner.unwrap_or_default().learner_id)
    }
}

/// Prints what sharing takes on an engine.
pub async fn measure(engine: Engine) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut bed = Bed::new(engine)?;
    let registry = policy_registry::start(bed.setup("policy-registry").await?).await?;
    bed.add(&registry);
    let mut setup = bed.setup("incident-cases").await?;
    if engine == Engine::Sqlite {
        setup.database = opening::file(&folder, "service");
    }
    let cases = incident_cases::start(setup).await?;
    bed.add(&cases);
    school::template(&bed).await?;
    let mut schools = Vec::new();
    for nth in 0..2 {
        let (id, dsl) = school::with_policy(&bed, nth).await?;
        schools.push(School { id, dsl: dsl.named("Ms Ali") });
    }
    let [first, second] = schools.try_into().map_err(|_| "two schools were made")?;
    // The policy comes to incident-cases by an event.
    while first.case().await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (stop, recorded) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut others = JoinSet::new();
    for _ in 0..AT_WORK {
        others.spawn(keep_at_it(second.clone(), stop.clone(), recorded.clone()));
    }
    let begun = Instant::now();
    let invited = invite(&first, &second).await?;
    let meanwhile = recorded.load(Ordering::Relaxed);
    let rate = f64::from(u32::try_from(meanwhile)?) / begun.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    while let Some(done) = others.join_next().await {
        done??;
    }
    println!("{engine:?}: an invitation, sent and seen, {rate:.0} concerns a second beside it: {}", invited.line());
    transfer(engine, &first, &second).await?;
    end([registry, cases]).await;
    Ok(())
}

async fn end(running: [Running; 2]) {
    for one in running {
        one.drain().await;
    }
}

/// Records concerns until it is told to stop.
async fn keep_at_it(school: School, stop: Arc<AtomicBool>, recorded: Arc<AtomicUsize>) -> Result<()> {
    while !stop.load(Ordering::Relaxed) {
        school.concern().await?;
        recorded.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// Invites, waits until the other lead sees it, lets them in and removes them: from the answer on they find nothing.
async fn invite(first: &School, second: &School) -> Result<Samples> {
    let mut invited = Samples::default();
    for _ in 0..INVITATIONS {
        let case_id = first.case().await?;
        let request = InviteSchoolRequest {
            no_learner_meant: false,
            school_id: first.id.clone(),
            case_id,
            to_school_id: second.id.clone(),
            summary: "Our pupils share a group".into(),
            contact: "01632 960001".into(),
            request_id: first.dsl.request_id(),
        };
        let begun = Instant::now();
        let answer = call!(first, invite_school, request)?;
        let invitation_id = answer.invitation.unwrap_or_default().invitation_id;
        let waiting = ListWaitingRequest { school_id: second.id.clone(), ..ListWaitingRequest::default() };
        while !call!(second, list_waiting, waiting.clone())?.waiting.iter().any(|one| one.item_id == invitation_id) {}
        invited.push(begun.elapsed());
        let accept = AcceptInvitationRequest {
            school_id: second.id.clone(),
            invitation_id,
            request_id: second.dsl.request_id(),
        };
        let id = call!(second, accept_invitation, accept)?.shared_incident.unwrap_or_default().shared_incident_id;
        let remove = RemoveSchoolRequest {
            school_id: first.id.clone(),
            shared_incident_id: id.clone(),
            removed_school_id: second.id.clone(),
            reason: "It is not about them".into(),
            request_id: first.dsl.request_id(),
            ..RemoveSchoolRequest::default()
        };
        call!(first, remove_school, remove)?;
        let read = GetSharedIncidentRequest { school_id: second.id.clone(), shared_incident_id: id };
        if call!(second, get_shared_incident, read).is_ok() {
            return Err("a school that was removed read on".into());
        }
    }
    Ok(invited)
}

/// A file of many entries is looked at, sent, received and read.
async fn transfer(engine: Engine, first: &School, second: &School) -> Result<()> {
    let (here, there) = (first.learner().await?, second.learner().await?);
    let case_id = first.case().await?;
    let part = AddInvolvementRequest {
        school_id: first.id.clone(),
        case_id: case_id.clone(),
        person: "Robin Field".into(),
        role: "victim".into(),
        learner_id: here.clone(),
        request_id: first.dsl.request_id(),
        ..AddInvolvementRequest::default()
    };
    call!(first, add_involvement, part)?;
    for nth in 0..ENTRIES {
        let request = AddEntryRequest {
            school_id: first.id.clone(),
            case_id: case_id.clone(),
            text: format!("Robin came by again, the {nth}th time, and we talked about what had happened since."),
            request_id: first.dsl.request_id(),
            ..AddEntryRequest::default()
        };
        call!(first, add_entry, request)?;
    }
    let begun = Instant::now();
    let preview = PreviewTransferRequest {
        school_id: first.id.clone(),
        learner_id: here.clone(),
        ..PreviewTransferRequest::default()
    };
    let send = SendTransferRequest {
        school_id: first.id.clone(),
        learner_id: here,
        to_school_id: second.id.clone(),
        contact: "Ms Ali, 01632 960001".into(),
        contents_digest: call!(first, preview_transfer, preview)?.contents_digest,
        request_id: first.dsl.request_id(),
        ..SendTransferRequest::default()
    };
    let transfer_id = call!(first, send_transfer, send)?.transfer.unwrap_or_default().transfer_id;
    let receive = ReceiveTransferRequest {
        school_id: second.id.clone(),
        transfer_id: transfer_id.clone(),
        learner_id: there,
        request_id: second.dsl.request_id(),
    };
    call!(second, receive_transfer, receive)?;
    let read = GetTransferredFileRequest { school_id: second.id.clone(), transfer_id };
    let file = call!(second, get_transferred_file, read)?;
    let took = begun.elapsed();
    if !file.intact || file.items.len() < ENTRIES {
        return Err("the file did not arrive whole".into());
    }
    println!("{engine:?}: a file of {} entries looked at, sent, received and read in {took:.2?}", file.items.len());
    Ok(())
}
