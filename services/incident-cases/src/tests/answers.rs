//! What was answered once is told again only to those who still may see what it is about.

use std::{fs, path::Path};

use chassis::{
    error::{Error, Result},
    testing::Engine,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *},
};

use super::{Person, World, world};

/// Everything the lead did about one case, to be sent again as it was.
struct Sent {
    triage: TriageConcernRequest,
    learners: SetConcernLearnersRequest,
    device: TakeIntoCustodyRequest,
    moved: AddCustodyEventRequest,
    search: RecordSearchRequest,
    invite: InviteSchoolRequest,
    shared: AddSharedEntryRequest,
}

impl World {
    /// How often an answer is given when all is sent, and why not the first that is refused.
    async fn send(&self, sent: &Sent) -> (usize, Option<&'static str>) {
        let answers = [
            told(async { call!(self.dsl, triage_concern, sent.triage.clone()).map(drop) }.await),
            told(async { call!(self.dsl, set_concern_learners, sent.learners.clone()).map(drop) }.await),
            told(async { call!(self.dsl, take_into_custody, sent.device.clone()).map(drop) }.await),
            told(async { call!(self.dsl, add_custody_event, sent.moved.clone()).map(drop) }.await),
            told(async { call!(self.dsl, record_search, sent.search.clone()).map(drop) }.await),
            told(async { call!(self.dsl, invite_school, sent.invite.clone()).map(drop) }.await),
            told(async { call!(self.dsl, add_shared_entry, sent.shared.clone()).map(drop) }.await),
        ];
        let refused: Vec<&'static str> = answers.into_iter().flatten().collect();
        assert!(refused.iter().all(|reason| *reason == "NOT_FOUND"), "{refused:?}");
        (7 - refused.len(), refused.first().copied())
    }
}

fn told(answer: Result<()>) -> Option<&'static str> {
    answer.err().map(|error| error.reason_name())
}

impl World {
    /// Answers the facts that steps of a case rest on, as they are where nothing further is needed.
    pub(super) async fn answer_facts(&self, who: &Person, case: &Case) -> Result<Case> {
        let facts: &[(&str, &str)] = match case.procedure_id.as_str() {
            "P1" => &[("offence", "no"), ("other_setting", "no")],
            "P7" => &[("subject", "learner")],
            _ => &[],
        };
        for (name, value) in facts {
            let request = RecordFactRequest {
                school_id: self.here.clone(),
                case_id: case.case_id.clone(),
                name: (*name).into(),
                value: (*value).into(),
                request_id: who.request_id(),
                ..Default::default()
            };
            call!(who, record_fact, request)?;
        }
        let read = GetCaseRequest { school_id: self.here.clone(), case_id: case.case_id.clone() };
        Ok(call!(who, get_case, read)?.case.unwrap_or_default())
    }

    /// Closes a case once they are answered.
    pub(super) async fn close_answered(&self, case: &Case) -> Result<Case> {
        let case = self.answer_facts(&self.dsl, case).await?;
        self.close(&case).await
    }
}

async fn whoever_came_to_be_shut_out_is_not_told_again(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let head = world.bed.person(&[(Role::Head, &world.here)]);
    let (here, id) = (|| world.here.clone(), || world.dsl.request_id());
    let concern_id = world.concern().await?;
    let new = NewCase { procedure_id: "P1".into(), risks: vec!["conduct".into()], subject: None };
    let triage = TriageConcernRequest {
        school_id: here(),
        concern_id: concern_id.clone(),
        decision: Some(Decision::NewCase(new)),
        request_id: id(),
        again: String::new(),
    };
    let case = call!(world.dsl, triage_concern, triage.clone())?.case.unwrap_or_default();
    let case_id = || case.case_id.clone();
    world.consult(&case).await?;
    let device = TakeIntoCustodyRequest {
        school_id: here(),
        case_id: case_id(),
        item: "A phone".into(),
        owner: "Somebody".into(),
        ground: "evidence".into(),
        reason: "It was seen".into(),
        place: "The safe".into(),
        request_id: id(),
        ..Default::default()
    };
    let custody_id = call!(world.dsl, take_into_custody, device.clone())?.entry.unwrap_or_default().custody_id;
    let moved = AddCustodyEventRequest {
        school_id: here(),
        custody_id,
        kind: "moved".into(),
        place: "A drawer".into(),
        request_id: id(),
        ..Default::default()
    };
    let search = RecordSearchRequest {
        school_id: here(),
        case_id: case_id(),
        kind: "possessions".into(),
        searched: "A bag".into(),
        searched_by: "The lead".into(),
        present: "The head".into(),
        authority: "learner_consent".into(),
        place: "The office".into(),
        sought: "A phone".into(),
        reason: "It was seen".into(),
        request_id: id(),
        ..Default::default()
    };
    let invite = InviteSchoolRequest {
        no_learner_meant: false,
        school_id: here(),
        case_id: case_id(),
        to_school_id: world.there.clone(),
        summary: "Our pupils are in one group".into(),
        contact: "01632 960001".into(),
        request_id: id(),
    };
    let invited = call!(world.dsl, invite_school, invite.clone())?.case.unwrap_or_default();
    let shared = AddSharedEntryRequest {
        no_learner_meant: false,
        corrects_shared_item_id: String::new(),
        school_id: here(),
        shared_incident_id: invited.shared_incident_id,
        text: "We rang".into(),
        request_id: id(),
    };
    let learners =
        SetConcernLearnersRequest { school_id: here(), concern_id, learner_ids: Vec::new(), request_id: id() };
    let sent = Sent { triage, learners, device, moved, search, invite, shared };
    assert_eq!(world.send(&sent).await, (7, None));
    assert_eq!(world.send(&sent).await, (7, None), "the same answers again");

    let read = GetCaseRequest { school_id: here(), case_id: case_id() };
    let etag = call!(head, get_case, read)?.case.unwrap_or_default().etag;
    let out = SetCaseAccessRequest {
        school_id: here(),
        case_id: case_id(),
        level: "open".into(),
        reason: "A relative".into(),
        conflicted_account_ids: vec![world.dsl.account_id.clone()],
        etag,
        request_id: head.request_id(),
        ..Default::default()
    };
    call!(head, set_case_access, out)?;
    assert_eq!(world.send(&sent).await, (0, Some("NOT_FOUND")));
    Ok(())
}

/// A new rpc that forgets to ask is found here, and not by whoever reads what they should not.
#[test]
fn every_rpc_that_changes_something_begins_in_one_place() {
    let rpcs = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rpc");
    let files = fs::read_dir(rpcs).into_iter().flatten().flatten().map(|file| file.path());
    let begins = |path: &Path| fs::read_to_string(path).is_ok_and(|text| text.contains(".begin_once"));
    let begun: Vec<_> = files.filter(|path| path.is_file() && begins(path)).collect();
    let names: Vec<_> = begun.iter().filter_map(|path| path.file_name()).collect();
    assert_eq!(names, ["once.rs"], "begin with `once`, and say what the answer is about");
}

on_both_engines!(whoever_came_to_be_shut_out_is_not_told_again);
