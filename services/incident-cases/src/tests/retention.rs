//! How long records are kept, and what is left of one that two people destroyed: nothing but a certificate.

use chassis::{
    caller::Scope,
    error::{Error, Result},
    history::verify::{Against, Fault, verify},
    testing::{Engine, Person},
};
use proto::incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *};
use sea_orm::{ConnectionTrait as _, Statement, TryGetable};
use time::{OffsetDateTime, macros::datetime};

use super::access::{School, school, told, wrong};
use crate::store;

mod at_once;
mod held;
mod slips;

/// What is said in a record and in nothing else.
const PLANTED: &str = "Quillfeather-Marchpane";

impl School {
    fn at(&self) -> String {
        self.world.here.clone()
    }

    async fn learner(&self, birth_date: &str) -> Result<Learner> {
        let record = LearnerRecord {
            given_name: "Wren".into(),
            family_name: PLANTED.into(),
            birth_date: birth_date.into(),
            ..Default::default()
        };
        let request = CreateLearnerRequest {
            school_id: self.at(),
            record: Some(record),
            request_id: self.world.dsl.request_id(),
            another_child: true,
        };
        Ok(call!(self.world.dsl, create_learner, request)?.learner.unwrap_or_default())
    }

    async fn reported(&self, about_adult: &str) -> Result<String> {
        let request = RecordConcernRequest {
            school_id: self.at(),
            about: format!("Wren {PLANTED}"),
            narrative: format!("{PLANTED} said something"),
            safe_now: "yes".into(),
            about_adult: about_adult.into(),
            request_id: self.teacher.request_id(),
            ..Default::default()
        };
        Ok(call!(self.teacher, record_concern, request)?.concern.unwrap_or_default().concern_id)
    }

    async fn triaged(&self, who: &Person, concern_id: &str, decision: Decision) -> Result<TriageConcernResponse> {
        let request = TriageConcernRequest {
            school_id: self.at(),
            concern_id: concern_id.into(),
            decision: Some(decision),
            request_id: who.request_id(),
            again: String::new(),
        };
        call!(who, triage_concern, request)
    }

    /// A case that names the learner, with something of every kind in it, closed.
    async fn closed(&self, learner: &Learner) -> Result<(Case, String)> {
        let (dsl, here) = (&self.world.dsl, self.at());
        let concern = self.reported("").await?;
        let new = NewCase { procedure_id: "P7".into(), risks: vec!["conduct".into()], subject: None };
        let case = self.triaged(dsl, &concern, Decision::NewCase(new)).await?.case.unwrap_or_default();
        let person = AddInvolvementRequest {
            school_id: here.clone(),
            case_id: case.case_id.clone(),
            person: format!("Wren {PLANTED}"),
            role: "witness".into(),
            request_id: dsl.request_id(),
            ..Default::default()
        };
        call!(dsl, add_involvement, person.clone())?;
        let affected = AddInvolvementRequest {
            role: "affected".into(),
            learner_id: learner.learner_id.clone(),
            request_id: dsl.request_id(),
            ..person
        };
        let affected = call!(dsl, add_involvement, affected)?.case.unwrap_or_default();
        let told = RecordDisclosureRequest {
            school_id: here.clone(),
            case_id: case.case_id.clone(),
            recipient_kind: "police".into(),
            recipient: "The desk".into(),
            shared: true,
            what: PLANTED.into(),
            basis: "safeguarding".into(),
            reason: PLANTED.into(),
            request_id: dsl.request_id(),
        };
        call!(dsl, record_disclosure, told)?;
        let parents = RecordParentsDecisionRequest {
            school_id: here.clone(),
            case_id: case.case_id.clone(),
            involvement_id: affected.involvements.last().map(|part| part.involvement_id.clone()).unwrap_or_default(),
            told: true,
            reason: PLANTED.into(),
            request_id: dsl.request_id(),
            told_by: "The lead".into(),
            told_time: Some(chassis::clock::timestamp(self.world.bed.now())),
            told_whom: "The mother".into(),
            told_how: "telephone".into(),
        };
        call!(dsl, record_parents_decision, parents)?;
        let print = PrintCaseRequest {
            school_id: here.clone(),
            case_id: case.case_id.clone(),
            kind: "bundle".into(),
            format: "html".into(),
            people: "names".into(),
            reason: PLANTED.into(),
            ..Default::default()
        };
        call!(dsl, print_case, print)?;
        self.end(dsl, &case).await?;
        Ok((case, concern))
    }

    /// Does what is left and closes the case.
    async fn end(&self, who: &Person, case: &Case) -> Result<Case> {
        for step in &case.steps {
            if step.state == "open" || step.step_id == "P7-05" {
                let request = CompleteStepRequest {
                    school_id: self.at(),
                    case_id: case.case_id.clone(),
                    step_id: step.step_id.clone(),
                    recorded: [("note".to_owned(), "done".to_owned())].into(),
                    request_id: who.request_id(),
                };
                call!(who, complete_step, request)?;
            }
        }
        let debrief = RecordDebriefRequest {
            school_id: self.at(),
            case_id: case.case_id.clone(),
            findings: "Quick".into(),
            request_id: who.request_id(),
            ..Default::default()
        };
        call!(who, record_debrief, debrief)?;
        let case = self.world.answer_facts(who, case).await?;
        let close = CloseCaseRequest {
            school_id: self.at(),
            case_id: case.case_id.clone(),
            outcome: "resolved".into(),
            reason: "All is well".into(),
            follow_up: String::new(),
            etag: case.etag.clone(),
            request_id: who.request_id(),
        };
        Ok(call!(who, close_case, close)?.case.unwrap_or_default())
    }

    async fn kept(&self, who: &Person, record_id: &str) -> Result<Retention> {
        let request = GetRetentionRequest { school_id: self.at(), record_id: record_id.into(), ..Default::default() };
        Ok(call!(who, get_retention, request)?.retention.unwrap_or_default())
    }

    async fn listed_by(&self, who: &Person, show: &str) -> Result<Vec<String>> {
        let request = ListRetentionRequest { school_id: self.at(), show: show.into(), ..Default::default() };
        Ok(call!(who, list_retention, request)?.records.into_iter().map(|record| record.record_id).collect())
    }

    async fn hold(&self, who: &Person, record_id: &str) -> Result<Retention> {
        let request = PlaceHoldRequest {
            school_id: self.at(),
            record_id: record_id.into(),
            kind: "police".into(),
            reason: "They asked".into(),
            request_id: who.request_id(),
        };
        Ok(call!(who, place_hold, request)?.retention.unwrap_or_default())
    }

    async fn ask_destruction(&self, who: &Person, record_id: &str) -> Result<String> {
        let request = AskDestructionRequest {
            school_id: self.at(),
            record_id: record_id.into(),
            reason: PLANTED.into(),
            request_id: who.request_id(),
            ..Default::default()
        };
        let asks = call!(who, ask_destruction, request)?.retention.unwrap_or_default().asks;
        asks.last().map(|ask| ask.ask_id.clone()).ok_or_else(|| Error::internal("nothing was asked"))
    }

    fn destroys(&self, who: &Person, record_id: &str, ask_id: &str, agreed: bool) -> AnswerDestructionRequest {
        AnswerDestructionRequest {
            school_id: self.at(),
            record_id: record_id.into(),
            ask_id: ask_id.into(),
            agreed,
            reason: PLANTED.into(),
            request_id: who.request_id(),
            present_account_ids: Vec::new(),
        }
    }

    async fn lift(&self, asks: &Person, answers: &Person, record_id: &str, hold_id: &str) -> Result<Retention> {
        let ask = AskHoldLiftRequest {
            school_id: self.at(),
            record_id: record_id.into(),
            hold_id: hold_id.into(),
            reason: "They need it no more".into(),
            request_id: asks.request_id(),
            ..Default::default()
        };
        let asked = call!(asks, ask_hold_lift, ask)?.retention.unwrap_or_default().asks;
        let answer = |who: &Person| AnswerHoldLiftRequest {
            school_id: self.at(),
            record_id: record_id.into(),
            ask_id: asked.last().map(|ask| ask.ask_id.clone()).unwrap_or_default(),
            agreed: true,
            reason: "So it is".into(),
            request_id: who.request_id(),
        };
        let alone = call!(asks, answer_hold_lift, answer(asks));
        assert_eq!(wrong(alone)?, "WRONG_STATE", "nobody lifts a hold alone");
        Ok(call!(answers, answer_hold_lift, answer(answers))?.retention.unwrap_or_default())
    }

    fn travel(&self, to: OffsetDateTime) {
        self.world.bed.clock.set(to);
    }

    async fn column<T: TryGetable>(&self, sql: &str) -> Result<Vec<T>> {
        let mut tx = self.world.store.begin(&Scope::consumer(&self.at(), "evt")).await?;
        let rows = tx.db().query_all_raw(Statement::from_string(tx.db().get_database_backend(), sql)).await?;
        tx.silent();
        tx.commit().await?;
        Ok(rows.iter().map(|row| row.try_get("", "v")).collect::<Result<_, _>>()?)
    }

    /// What does not hold between the history and the rows, but for what no process has signed yet.
    async fn faults(&self) -> Result<Vec<Fault>> {
        let mut tx = self.world.store.begin(&Scope::system("audit")).await?;
        let key = self.world.bed.key("incident-cases").verifying_key();
        let tables = ["case_file", "concern", "attachment", "case_print", "break_glass", "certificate"];
        let origin = "hedgerow/incident-cases";
        let against = Against { origin, key: &key, tables: &tables, kept: &[], now: self.world.bed.now() };
        let report = verify(tx.db(), &against).await?;
        tx.silent();
        tx.commit().await?;
        Ok(report.faults.into_iter().filter(|fault| !matches!(fault, Fault::Unsigned { .. })).collect())
    }
}

/// The birthday on which the learner's records are reviewed.
const REVIEW: OffsetDateTime = datetime!(2035-05-01 09:00 UTC);

async fn two_people_destroy_a_record_and_nothing_of_it_is_left(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, head, teacher) = (&school.world.dsl, &school.head, &school.teacher);
    let learner = school.learner("2010-05-01").await?;
    let (case, concern) = school.closed(&learner).await?;
    let id = case.case_id.as_str();
    let kept = school.kept(dsl, id).await?;
    assert_eq!(
        (kept.class.as_str(), kept.rule_id.as_str(), kept.rule_force.as_str()),
        ("child", "RET-01", "suggestion")
    );
    assert_eq!((kept.review_date.as_str(), kept.reckoned_from.as_str()), ("2035-05-01", "birth"));
    assert_eq!(wrong(school.kept(dsl, &concern).await)?, "WRONG_STATE", "a concern is kept with its case");

    // Before its day nobody can ask, and the refusal names the day.
    school.travel(REVIEW - time::Duration::days(1));
    let early = school.ask_destruction(dsl, id).await.err().ok_or_else(|| Error::internal("it was asked"))?;
    assert!(early.message().contains("2035-05-01"), "{early}");
    assert!(school.listed_by(dsl, "due").await?.is_empty());
    school.travel(REVIEW);
    assert_eq!(school.listed_by(dsl, "due").await?, [id]);

    // The head may hold it and not ask; held it is not destroyed, and two lift the hold.
    let held = school.hold(head, id).await?;
    assert_eq!((held.obstacle.as_str(), school.listed_by(head, "held").await?.len()), ("held", 1));
    assert_eq!(wrong(school.ask_destruction(dsl, id).await)?, "WRONG_STATE");
    assert_eq!(wrong(school.ask_destruction(head, id).await)?, "NOT_PERMITTED");
    let free = school.lift(dsl, head, id, &held.holds[0].hold_id).await?;
    assert!(free.destroyable && free.holds[0].lift_time.is_some());

    let ask = school.ask_destruction(dsl, id).await?;
    assert_eq!(school.listed_by(head, "asked").await?, [id]);
    let own = school.destroys(dsl, id, &ask, true);
    assert_eq!(wrong(call!(dsl, answer_destruction, own))?, "WRONG_STATE");
    assert_eq!(wrong(call!(teacher, answer_destruction, school.destroys(teacher, id, &ask, true)))?, "NOT_PERMITTED");
    let no = school.destroys(head, id, &ask, false);
    assert!(call!(head, answer_destruction, no)?.certificate.is_none());

    // Answers about it are kept under its own key, until now.
    let own_key = |answer: &[u8], actor: &str, request: &str| {
        school.world.store.ring().own_key().open(answer, &format!("once|{actor}|{request}")).is_ok()
    };
    let answers: Vec<Vec<u8>> = school.column("SELECT answer AS v FROM once ORDER BY actor, request_id").await?;
    let actors: Vec<String> = school.column("SELECT actor AS v FROM once ORDER BY actor, request_id").await?;
    let requests: Vec<String> = school.column("SELECT request_id AS v FROM once ORDER BY actor, request_id").await?;
    let named: Vec<Option<String>> =
        school.column("SELECT record_id AS v FROM once ORDER BY actor, request_id").await?;
    assert!(answers.len() > 3 && named.iter().all(Option::is_some), "{named:?}");
    for ((answer, actor), request) in answers.iter().zip(&actors).zip(&requests) {
        assert!(!own_key(answer, actor, request), "the service's own key opens none of them");
    }

    let ask = school.ask_destruction(dsl, id).await?;
    let yes = school.destroys(head, id, &ask, true);
    let certificate = call!(head, answer_destruction, yes.clone())?.certificate.unwrap_or_default();
    let again = call!(head, answer_destruction, yes)?.certificate.unwrap_or_default();
    assert_eq!(certificate, again, "asked again, the same answer");
    assert_eq!((certificate.review_year, certificate.class.as_str()), (2035, "child"));
    assert_eq!((&certificate.asked_account_id, &certificate.agreed_account_id), (&dsl.account_id, &head.account_id));
    let rows = |table: &str| certificate.rows.get(table).copied().unwrap_or_default();
    assert_eq!((rows("case_file"), rows("concern"), rows("case_register"), rows("case_print")), (1, 1, 1, 1));
    assert_eq!((rows("record_key"), certificate.digests.len()), (3, 4), "{:?}", certificate.rows);
    assert!(rows("once") > 4 && rows("record_token") > 1 && rows("learner_record") > 0);
    let reference = format!("2026-{}", id.get(id.len().saturating_sub(6)..).unwrap_or_default().to_uppercase());
    for word in [reference.as_str(), id, &concern, "2035-05", "05-01", PLANTED] {
        assert!(!format!("{certificate:?}").contains(word), "{word} is in the certificate");
    }

    // No row of it is anywhere, no key, no answer.
    for (table, column) in store::retention::destroy::tables() {
        let sql = format!("SELECT {column} AS v FROM {table} WHERE {column} IN ('{id}', '{concern}')");
        assert_eq!(school.column::<String>(&sql).await?, Vec::<String>::new(), "{table}");
    }
    let left = format!("SELECT record_id AS v FROM record_key WHERE record_id <> '{}'", learner.learner_id);
    assert_eq!(school.column::<String>(&left).await?, Vec::<String>::new());
    let left = format!("SELECT record_id AS v FROM once WHERE record_id <> '{}'", learner.learner_id);
    assert_eq!(school.column::<String>(&left).await?, Vec::<String>::new());

    // For everybody it is like one that never existed.
    let nobody: crate::case::CaseId = school.world.bed.ids.next();
    for who in [dsl, head, teacher, &school.deputy] {
        let get = |case_id: &str| GetCaseRequest { school_id: school.at(), case_id: case_id.into() };
        let there: Result<_> = async { call!(who, get_case, get(id)) }.await;
        let absent: Result<_> = async { call!(who, get_case, get(nobody.as_str())) }.await;
        assert_eq!(told(there), told(absent));
        let hold = (school.hold(who, id).await, school.hold(who, nobody.as_str()).await);
        assert_eq!(told(hold.0), told(hold.1));
    }
    let mine = GetMyConcernRequest { school_id: school.at(), concern_id: concern.clone() };
    assert_eq!(wrong(call!(teacher, get_my_concern, mine))?, "NOT_FOUND");
    let mine = ListMyConcernsRequest { school_id: school.at(), ..Default::default() };
    assert!(call!(teacher, list_my_concerns, mine)?.concerns.is_empty());
    let cases = ListCasesRequest { school_id: school.at(), ..Default::default() };
    assert_eq!(call!(dsl, list_cases, cases)?.total_size, 0);
    let search = SearchRecordsRequest { school_id: school.at(), query: PLANTED.into() };
    let found = call!(dsl, search_records, search)?.records;
    assert!(found.iter().all(|found| !format!("{found:?}").contains(id)), "{found:?}");
    let records = ListLearnerRecordsRequest { school_id: school.at(), learner_id: learner.learner_id.clone() };
    let records = call!(dsl, list_learner_records, records)?;
    assert!(records.cases.is_empty() && records.concerns.is_empty());
    for show in ["", "due", "held", "asked", "undated"] {
        assert!(school.listed_by(dsl, show).await?.is_empty(), "{show}");
    }
    // The history is whole, and knows that the rows are gone rightly.
    assert_eq!(school.faults().await?, []);
    let list = ListCertificatesRequest { school_id: school.at(), ..Default::default() };
    let listed = call!(school.deputy, list_certificates, list)?.certificates;
    assert_eq!((listed.len(), listed[0].digests.len()), (1, 0));
    Ok(())
}

async fn the_certificate_of_an_adults_record_is_for_those_who_take_it_on(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, head, subject) = (&school.world.dsl, &school.head, &school.deputy);
    let concern = school.reported("staff").await?;
    let about =
        AdultSubject { account_id: subject.account_id.clone(), routed_to: "head".into(), ..AdultSubject::default() };
    let new = NewCase { procedure_id: "P10".into(), risks: vec!["conduct".into()], subject: Some(about) };
    let opened = school.triaged(head, &concern, Decision::NewCase(new)).await?.case.unwrap_or_default();
    let id = opened.case_id.clone();
    let access = SetCaseAccessRequest {
        school_id: school.at(),
        case_id: id.clone(),
        level: "hidden".into(),
        reason: "A second person".into(),
        member_account_ids: vec![dsl.account_id.clone()],
        etag: opened.etag.clone(),
        request_id: head.request_id(),
        ..Default::default()
    };
    call!(head, set_case_access, access)?;
    school.end(head, &opened).await?;
    assert_eq!(school.listed_by(head, "undated").await?, [id.as_str()]);
    assert_eq!(wrong(school.ask_destruction(head, &id).await)?, "WRONG_STATE", "nobody said when they left");
    let basis = SetRetentionBasisRequest {
        school_id: school.at(),
        record_id: id.clone(),
        left_date: "2027-07-21".into(),
        reason: "Their last day".into(),
        request_id: head.request_id(),
        ..Default::default()
    };
    let present = || vec![head.account_id.clone(), subject.account_id.clone()];
    let past = SetRetentionBasisRequest {
        left_date: "2026-11-20".into(),
        present_account_ids: present(),
        request_id: head.request_id(),
        ..basis.clone()
    };
    assert_eq!(wrong(call!(head, set_retention_basis, past))?, "INVALID_FIELD", "they work here still");
    let kept = call!(head, set_retention_basis, basis.clone())?.retention.unwrap_or_default();
    let again = SetRetentionBasisRequest { present_account_ids: present(), ..basis };
    call!(head, set_retention_basis, again)?;
    assert_eq!((kept.class.as_str(), kept.review_date.as_str()), ("low_level", "2027-07-21"));
    school.travel(datetime!(2027-07-21 09:00 UTC));
    let early = AskDestructionRequest {
        school_id: school.at(),
        record_id: id.clone(),
        reason: "They left".into(),
        request_id: head.request_id(),
        second_account_id: String::new(),
        present_account_ids: present(),
    };
    assert_eq!(wrong(call!(head, ask_destruction, early))?, "WRONG_STATE", "as long as their appointment stands");
    let get = GetRetentionRequest { school_id: school.at(), record_id: id.clone(), present_account_ids: present() };
    assert_eq!(call!(head, get_retention, get)?.retention.unwrap_or_default().obstacle, "present");

    // Whoever it is about cannot tell that there is one, in any of this.
    let nobody: crate::case::CaseId = school.world.bed.ids.next();
    for who in [subject, &school.chair, &school.teacher] {
        let pairs = [
            (told(school.kept(who, &id).await), told(school.kept(who, nobody.as_str()).await)),
            (told(school.hold(who, &id).await), told(school.hold(who, nobody.as_str()).await)),
            (told(school.ask_destruction(who, &id).await), told(school.ask_destruction(who, nobody.as_str()).await)),
        ];
        assert!(pairs.iter().all(|(there, absent)| there == absent), "{pairs:?}");
    }
    assert!(school.listed_by(subject, "").await?.is_empty());
    let ask = school.ask_destruction(head, &id).await?;
    let yes = school.destroys(dsl, &id, &ask, true);
    let certificate = call!(dsl, answer_destruction, yes)?.certificate.unwrap_or_default();
    let seen = async |who: &Person| -> Result<(usize, &'static str)> {
        let list = ListCertificatesRequest { school_id: school.at(), ..Default::default() };
        let get = GetCertificateRequest { school_id: school.at(), certificate_id: certificate.certificate_id.clone() };
        let got: Result<_> = async { call!(who, get_certificate, get) }.await;
        let got = got.err().map_or("seen", |error| error.reason_name());
        let list: Result<_> = async { call!(who, list_certificates, list) }.await;
        Ok((list?.certificates.len(), got))
    };
    assert_eq!(seen(head).await?, (1, "seen"));
    assert_eq!(seen(dsl).await?, (1, "seen"), "whoever agreed sees what they agreed to");
    assert_eq!(seen(subject).await?, (0, "NOT_FOUND"));
    assert_eq!(seen(&school.chair).await?, (0, "NOT_FOUND"));
    let other = school.world.bed.person(&[(proto::access::v1::Role::DeputyDsl, school.world.here.as_str())]);
    assert_eq!(seen(&other).await?, (0, "NOT_FOUND"));
    assert_eq!(school.faults().await?, []);
    Ok(())
}

async fn what_the_roll_says_later_moves_the_review(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let dsl = &school.world.dsl;
    let learner = school.learner("").await?;
    let concern = school.reported("").await?;
    let named = SetConcernLearnersRequest {
        school_id: school.at(),
        concern_id: concern.clone(),
        learner_ids: vec![learner.learner_id.clone()],
        request_id: dsl.request_id(),
    };
    call!(dsl, set_concern_learners, named)?;
    let nothing = NoFurtherAction { reason: "Nothing".into() };
    school.triaged(dsl, &concern, Decision::NoFurtherAction(nothing)).await?;
    assert_eq!(school.listed_by(dsl, "undated").await?, [concern.as_str()]);
    let told = school.kept(dsl, &concern).await?;
    assert!(told.reference.is_empty() && !told.about.is_empty() && told.create_time.is_some(), "which one it is");
    let record = LearnerRecord { birth_date: "2010-05-01".into(), ..learner.record.clone().unwrap_or_default() };
    let update = UpdateLearnerRequest {
        school_id: school.at(),
        learner_id: learner.learner_id.clone(),
        record: Some(record),
        etag: learner.etag.clone(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, update_learner, update)?;
    let mut after = [String::new(), String::new()];
    store::retention::some(&school.world.store, &mut after, true).await?;
    assert!(school.listed_by(dsl, "undated").await?.is_empty());
    school.travel(REVIEW);
    assert_eq!(school.listed_by(dsl, "due").await?, [concern.as_str()]);
    // In a school with one lead the head is the second person, for a concern as for a case.
    let ask = school.ask_destruction(dsl, &concern).await?;
    let yes = school.destroys(&school.head, &concern, &ask, true);
    assert!(call!(school.head, answer_destruction, yes)?.certificate.is_some());
    assert_eq!(school.faults().await?, []);
    Ok(())
}

on_both_engines!(
    two_people_destroy_a_record_and_nothing_of_it_is_left,
    the_certificate_of_an_adults_record_is_for_those_who_take_it_on,
    what_the_roll_says_later_moves_the_review,
);
