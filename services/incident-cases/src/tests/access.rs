//! Who may see a case: adults, levels, conflicts.

use chassis::{
    error::{Error, Result},
    event::Event,
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *},
};

use super::{World, alerts::announced, world};

/// What somebody got, in words that can be compared.
pub(super) fn told<T: std::fmt::Debug>(answer: Result<T>) -> String {
    match answer {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => format!("{:?} {} {}", error.kind(), error.reason_name(), error.message()),
    }
}

/// A school with everybody who may come near a case.
pub(super) struct School {
    pub(super) world: World,
    pub(super) head: Person,
    pub(super) chair: Person,
    pub(super) deputy: Person,
    pub(super) teacher: Person,
}

pub(super) async fn school(engine: Engine) -> Result<School> {
    let world = world(engine).await?;
    let here = world.here.clone();
    let person = |role| world.bed.person(&[(role, &here), (Role::Staff, &here)]);
    let (head, chair, deputy) = (person(Role::Head), person(Role::Chair), person(Role::DeputyDsl));
    let teacher = person(Role::Staff);
    Ok(School { world, head, chair, deputy, teacher })
}

impl School {
    fn everybody(&self) -> [&Person; 5] {
        [&self.world.dsl, &self.head, &self.chair, &self.deputy, &self.teacher]
    }

    /// An allegation, as the lead opens it.
    pub(super) async fn allegation(&self, subject: AdultSubject) -> Result<(String, TriageConcernResponse)> {
        let concern_id = self.world.concern().await?;
        let new = NewCase { procedure_id: "P9".into(), risks: vec!["contact".into()], subject: Some(subject) };
        let request = TriageConcernRequest {
            school_id: self.world.here.clone(),
            concern_id: concern_id.clone(),
            decision: Some(Decision::NewCase(new)),
            request_id: self.world.dsl.request_id(),
            again: String::new(),
        };
        Ok((concern_id, call!(self.world.dsl, triage_concern, request)?))
    }

    pub(super) async fn get(&self, who: &Person, case_id: &str) -> Result<Case> {
        let request = GetCaseRequest { school_id: self.world.here.clone(), case_id: case_id.into() };
        Ok(call!(who, get_case, request)?.case.unwrap_or_default())
    }

    pub(super) async fn listed(&self, who: &Person) -> Result<(Vec<Case>, i32)> {
        let request = ListCasesRequest { school_id: self.world.here.clone(), ..Default::default() };
        let answer = call!(who, list_cases, request)?;
        Ok((answer.cases, answer.total_size))
    }

    async fn complete(&self, who: &Person, case: &Case, step: &str) -> Result<Case> {
        let request = CompleteStepRequest {
            school_id: self.world.here.clone(),
            case_id: case.case_id.clone(),
            step_id: step.into(),
            recorded: [("note".to_owned(), "done".to_owned())].into(),
            request_id: who.request_id(),
        };
        Ok(call!(who, complete_step, request)?.case.unwrap_or_default())
    }

    pub(super) async fn entry(&self, who: &Person, case_id: &str) -> Result<AddEntryResponse> {
        let request = AddEntryRequest {
            school_id: self.world.here.clone(),
            case_id: case_id.into(),
            text: "Something was said".into(),
            request_id: who.request_id(),
            ..Default::default()
        };
        call!(who, add_entry, request)
    }

    pub(super) async fn set(
        &self,
        who: &Person,
        case: &Case,
        level: &str,
        in_conflict: &[&str],
    ) -> Result<SetCaseAccessResponse> {
        let request = SetCaseAccessRequest {
            school_id: self.world.here.clone(),
            case_id: case.case_id.clone(),
            level: level.into(),
            member_account_ids: crate::tests::model::second(level),
            reason: "A relative".into(),
            conflicted_account_ids: in_conflict.iter().map(|id| (*id).to_owned()).collect(),
            etag: case.etag.clone(),
            request_id: who.request_id(),
            ..Default::default()
        };
        call!(who, set_case_access, request)
    }

    /// Everything that somebody can list, count or ask for of the school's records.
    pub(super) async fn reach(&self, who: &Person) -> Result<Vec<String>> {
        let school_id = || self.world.here.clone();
        let mut all = Vec::new();
        for state in ["", "open", "closed"] {
            let request = ListCasesRequest { school_id: school_id(), state: state.into(), ..Default::default() };
            all.push(told(call!(who, list_cases, request)));
        }
        for state in ["", "new", "no_further_action", "in_case"] {
            let request = ListConcernsRequest { school_id: school_id(), state: state.into(), ..Default::default() };
            all.push(told(call!(who, list_concerns, request)));
        }
        all.push(told(call!(who, list_custody, ListCustodyRequest { school_id: school_id(), ..Default::default() })));
        let asked = ListDisclosuresRequest { school_id: school_id(), ..Default::default() };
        all.push(told(call!(who, list_disclosures, asked)));
        all.push(told(call!(who, list_searches, ListSearchesRequest { school_id: school_id(), ..Default::default() })));
        all.push(told(call!(
            who,
            list_invitations,
            ListInvitationsRequest { school_id: school_id(), ..Default::default() }
        )));
        let asked = ListMyConcernsRequest { school_id: school_id(), ..Default::default() };
        all.push(told(call!(who, list_my_concerns, asked)));
        assert!(all.iter().all(|answer| !answer.contains("INTERNAL")), "{all:?}");
        Ok(all)
    }
}

fn about(account_id: &str, routed_to: &str) -> AdultSubject {
    AdultSubject {
        account_id: account_id.into(),
        name: String::new(),
        routed_to: routed_to.into(),
        another_person: false,
    }
}

/// Why somebody was refused.
pub(super) fn wrong<T>(answer: Result<T>) -> Result<&'static str> {
    answer.err().map(|e| e.reason_name()).ok_or_else(|| Error::internal("it was allowed"))
}

/// What was announced of concerns and cases at a school: concerns that led to a new case, those that went into one, cases
/// opened, and cases closed because an agency leads.
async fn counted(world: &World) -> Result<[usize; 4]> {
    let all = announced(world).await?;
    let so_many = |which: fn(&Event) -> bool| all.iter().filter(|event| which(event)).count();
    Ok([
        so_many(|event| matches!(event, Event::ConcernTriaged(triaged) if triaged.outcome == "new_case")),
        so_many(|event| matches!(event, Event::ConcernTriaged(triaged) if triaged.outcome == "added_to_case")),
        so_many(|event| matches!(event, Event::CaseOpened(_))),
        so_many(|event| matches!(event, Event::CaseClosed(closed) if closed.outcome == "agency_leads")),
    ])
}

/// How the gate that keeps the subject out stands, and what opens it.
fn gate(case: &Case) -> (bool, String) {
    let gate = case.gates.iter().find(|gate| gate.gate_id == "G-SUBJECT").cloned();
    gate.map(|gate| (gate.open, gate.missing_step)).unwrap_or_else(|| (false, "no such gate".to_owned()))
}

async fn twin_worlds_of_a_head(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, head, chair) = (&school.world.dsl, &school.head, &school.chair);
    let child = school.world.case().await?;
    let before = school.reach(head).await?;

    let (concern_id, opened) = school.allegation(about(&head.account_id, "chair")).await?;
    let case = opened.case.unwrap_or_default();
    let (custody, told_outside) = (
        TakeIntoCustodyRequest {
            school_id: school.world.here.clone(),
            case_id: case.case_id.clone(),
            item: "A phone".into(),
            owner: "Somebody".into(),
            ground: "evidence".into(),
            reason: "It was seen".into(),
            place: "The safe".into(),
            request_id: chair.request_id(),
            ..Default::default()
        },
        RecordDisclosureRequest {
            school_id: school.world.here.clone(),
            case_id: case.case_id.clone(),
            recipient_kind: "agency".into(),
            recipient: "The LADO".into(),
            what: "What was said".into(),
            basis: "safeguarding".into(),
            reason: "It is their office".into(),
            request_id: chair.request_id(),
            ..Default::default()
        },
    );
    let device = call!(chair, take_into_custody, custody)?.entry.unwrap_or_default();
    call!(chair, record_disclosure, told_outside)?;
    school.entry(chair, &case.case_id).await?;
    school.complete(chair, &case, "P9-03").await?;

    // One school without the allegation and the same with it: its subject reads the same, byte for byte.
    assert_eq!(school.reach(head).await?, before);
    let nobodys: crate::case::CaseId = school.world.bed.ids.next();
    let absent = told(school.get(head, nobodys.as_str()).await);
    assert_eq!(told(school.get(head, &case.case_id).await), absent);
    assert_eq!(told(school.entry(head, &case.case_id).await), told(school.entry(head, nobodys.as_str()).await));
    assert_eq!(told(school.set(head, &case, "open", &[]).await), absent);
    let read = |concern_id: &str| GetConcernRequest {
        school_id: school.world.here.clone(),
        concern_id: concern_id.into(),
        ..Default::default()
    };
    let no_concern: crate::concern::ConcernId = school.world.bed.ids.next();
    let absent = told(call!(head, get_concern, read(no_concern.as_str())));
    assert_eq!(told(call!(head, get_concern, read(&concern_id))), absent);
    let moved = |custody_id: &str| AddCustodyEventRequest {
        school_id: school.world.here.clone(),
        custody_id: custody_id.into(),
        kind: "moved".into(),
        place: "A drawer".into(),
        request_id: head.request_id(),
        ..Default::default()
    };
    let no_device: crate::custody::CustodyId = school.world.bed.ids.next();
    let absent = told(call!(head, add_custody_event, moved(no_device.as_str())));
    assert_eq!(told(call!(head, add_custody_event, moved(&device.custody_id))), absent);
    // Nothing between two references, either: none follows another, whichever case lies between.
    let next = school.world.case().await?;
    for reference in [&child.reference, &next.reference] {
        let tail = reference.strip_prefix("2026-").unwrap_or_default();
        assert!(tail.len() == 6 && [&child, &next].iter().any(|c| c.case_id.to_uppercase().ends_with(tail)));
    }
    assert!(case.reference.starts_with("A-"));

    // Those it names: the lead who opened it and the chair. A deputy and a teacher know nothing of it.
    assert_eq!(school.get(dsl, &case.case_id).await?.case_id, case.case_id);
    let seen = school.get(chair, &case.case_id).await?;
    assert_eq!(gate(&seen), (true, String::new()));
    assert!(call!(chair, get_concern, read(&concern_id)).is_ok(), "who works it reads what was said");
    assert_eq!(school.listed(chair).await?.1, 1);
    assert_eq!(wrong(school.get(&school.deputy, &case.case_id).await)?, "NOT_FOUND");
    assert!(school.get(&school.teacher, &case.case_id).await.is_err());
    // Nobody lets the subject in, and nobody opens it up.
    let opened = school.set(chair, &seen, "open", &[]).await;
    assert_eq!(wrong(opened)?, "INVALID_FIELD");
    school.set(chair, &seen, "hidden", &[&school.deputy.account_id]).await?;
    assert_eq!(wrong(school.get(head, &case.case_id).await)?, "NOT_FOUND");
    Ok(())
}

async fn the_head_works_an_allegation_and_the_lead_it_is_about_sees_nothing(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, head, chair) = (&school.world.dsl, &school.head, &school.chair);
    let before = school.reach(dsl).await?;
    // The lead decides about a concern that turns out to be about themselves: from that moment there is none for them.
    let (_, opened) = school.allegation(about(&dsl.account_id, "head")).await?;
    assert_eq!((opened.case, opened.concern), (None, None));
    let (cases, total) = school.listed(head).await?;
    assert_eq!((cases.len(), total), (1, 1));
    let case = school.complete(head, &cases[0], "P9-03").await?;
    assert_eq!(super::state(&case, "P9-03"), "done");
    assert_eq!(school.listed(chair).await?.1, 0);
    let own = |all: &[String]| all[..all.len() - 1].to_vec();
    assert_eq!(own(&school.reach(dsl).await?), own(&before), "all but the report they wrote themselves");
    // The subject has to be said, and only there.
    let nobody = TriageConcernRequest {
        school_id: school.world.here.clone(),
        concern_id: school.world.concern().await?,
        decision: Some(Decision::NewCase(NewCase {
            procedure_id: "P9".into(),
            risks: vec!["contact".into()],
            subject: None,
        })),
        request_id: dsl.request_id(),
        again: String::new(),
    };
    let refused = call!(dsl, triage_concern, nobody).err().ok_or_else(|| Error::internal("it was opened"))?;
    assert_eq!(refused.violations().first().map(|v| v.field.as_str()), Some("new_case.subject"));
    // On a child's case the head oversees, and the chair has no part.
    let child = school.world.case().await?;
    assert_eq!(school.get(head, &child.case_id).await?.case_id, child.case_id);
    assert_eq!(wrong(school.entry(head, &child.case_id).await)?, "NOT_PERMITTED");
    assert_eq!(wrong(school.get(chair, &child.case_id).await)?, "NOT_FOUND");
    Ok(())
}

async fn lists_are_what_the_check_lets_through_at_every_level(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let dsl = &school.world.dsl;
    let mut ids = Vec::new();
    for (level, out) in [("open", None), ("open", Some(&school.deputy)), ("restricted", None), ("hidden", None)] {
        let case = school.world.case().await?;
        let out: Vec<&str> = out.into_iter().map(|who: &Person| who.account_id.as_str()).collect();
        school.set(dsl, &case, level, &out).await?;
        ids.push(case.case_id);
    }
    for subject in [about(&school.teacher.account_id, "head"), about(&school.head.account_id, "chair")] {
        ids.push(school.allegation(subject).await?.1.case.unwrap_or_default().case_id);
    }
    for (n, who) in school.everybody().into_iter().enumerate() {
        let (listed, total) = match school.listed(who).await {
            Ok(listed) => listed,
            Err(error) if n == 4 && error.reason_name() == "NOT_PERMITTED" => continue,
            Err(error) => return Err(error),
        };
        let mut checked = Vec::new();
        for id in &ids {
            checked.extend(school.get(who, id).await.ok());
        }
        let mut listed: Vec<(String, bool)> = listed.into_iter().map(|c| (c.case_id, c.restricted)).collect();
        let mut checked: Vec<(String, bool)> = checked.into_iter().map(|c| (c.case_id, c.restricted)).collect();
        listed.sort();
        checked.sort();
        assert_eq!(listed, checked, "reader {n}");
        assert_eq!(i32::try_from(checked.len()).ok(), Some(total), "reader {n}");
        assert_eq!(checked.len(), [6, 4, 1, 2, 0][n], "reader {n}");
    }
    // A row says that there is a case, and nothing of it.
    let row = school.get(&school.deputy, &ids[2]).await?;
    let shown = Case {
        case_id: row.case_id.clone(),
        school_id: row.school_id.clone(),
        reference: row.reference.clone(),
        state: "open".into(),
        restricted: true,
        ..Case::default()
    };
    assert_eq!(row, shown);
    assert_eq!(wrong(school.entry(&school.deputy, &ids[2]).await)?, "NOT_PERMITTED");
    Ok(())
}

async fn a_list_goes_on_where_its_page_ended(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    for _ in 0..3 {
        school.world.case().await?;
        school.allegation(about(&school.teacher.account_id, "head")).await?;
    }
    let (mut cases, mut concerns, mut page_token) = (0, 0, String::new());
    loop {
        let school_id = school.world.here.clone();
        let request = ListCasesRequest { school_id, page_size: 2, page_token, ..Default::default() };
        let answer = call!(school.world.dsl, list_cases, request)?;
        cases += answer.cases.len();
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    loop {
        let school_id = school.world.here.clone();
        let request = ListConcernsRequest { school_id, page_size: 2, page_token, ..Default::default() };
        let answer = call!(school.deputy, list_concerns, request)?;
        concerns += answer.concerns.len();
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!((cases, concerns), (6, 3), "the deputy lists the concerns of the children’s cases alone");
    Ok(())
}

async fn a_case_turns_out_to_be_about_the_head(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, head, chair, deputy) = (&school.world.dsl, &school.head, &school.chair, &school.deputy);
    let opening = |concern_id: &str, procedure: &str, subject| TriageConcernRequest {
        school_id: school.world.here.clone(),
        concern_id: concern_id.into(),
        decision: Some(Decision::NewCase(NewCase {
            procedure_id: procedure.into(),
            risks: vec!["contact".into()],
            subject,
        })),
        request_id: dsl.request_id(),
        again: String::new(),
    };
    let naming = |case: &Case, level: &str, subject: AdultSubject| SetCaseAccessRequest {
        school_id: school.world.here.clone(),
        case_id: case.case_id.clone(),
        level: level.into(),
        reason: "It is about them".into(),
        etag: case.etag.clone(),
        request_id: deputy.request_id(),
        subject: Some(subject),
        ..Default::default()
    };
    let of_head = |case: &Case, subject| RecordFactRequest {
        school_id: school.world.here.clone(),
        case_id: case.case_id.clone(),
        name: "subject".into(),
        value: "head".into(),
        subject,
        request_id: deputy.request_id(),
        ..Default::default()
    };
    let fields = |error: Error| error.violations().iter().map(|v| v.field.clone()).collect::<Vec<_>>();
    let concern_id = school.world.concern().await?;
    let opened = call!(dsl, triage_concern, opening(&concern_id, "P7", None))?.case.unwrap_or_default();
    assert_eq!(gate(&opened), (true, String::new()), "nothing is called for that it would hold");
    // A fact that says so says who in the same act, or is not recorded: the head could read it.
    let unsaid = call!(deputy, record_fact, of_head(&opened, None)).err().map(fields);
    assert_eq!(unsaid, Some(vec!["subject".to_owned()]));
    let theirs = Some(about(&head.account_id, "head"));
    let theirs = call!(deputy, record_fact, of_head(&opened, theirs)).err().map(fields);
    assert_eq!(theirs, Some(vec!["subject.routed_to".to_owned()]), "the head takes on no case about the head");
    assert_eq!(school.get(head, &opened.case_id).await?.facts, []);
    assert_eq!(counted(&school.world).await?, [1, 0, 1, 0]);
    let open = call!(deputy, set_case_access, naming(&opened, "open", about(&head.account_id, "chair")));
    assert_eq!(wrong(open)?, "NOT_PERMITTED", "who may see it is not a deputy’s to say");
    let said = of_head(&opened, Some(about(&head.account_id, "chair")));
    let case = call!(deputy, record_fact, said)?.case.unwrap_or_default();
    let access = case.access.clone().unwrap_or_default();
    assert_eq!((access.level.as_str(), access.member_account_ids), ("hidden", vec![deputy.account_id.clone()]));
    assert_eq!(access.conflicted_account_ids, [head.account_id.as_str()]);
    let read = GetConcernRequest { school_id: school.world.here.clone(), concern_id, ..Default::default() };
    for shut_out in [head, dsl] {
        assert_eq!(wrong(school.get(shut_out, &case.case_id).await)?, "NOT_FOUND");
        assert_eq!(school.listed(shut_out).await?.1, 0);
        assert_eq!(wrong(call!(shut_out, get_concern, read.clone()))?, "NOT_FOUND");
    }
    let seen = school.get(chair, &case.case_id).await?;
    assert_eq!((gate(&seen), school.listed(chair).await?.1), ((true, String::new()), 1));
    let seen = school.complete(chair, &seen, "P7-03").await?;
    assert_eq!(super::state(&seen, "P7-03"), "done");
    let again = call!(deputy, set_case_access, naming(&seen, "hidden", about(&dsl.account_id, "head")));
    assert_eq!(wrong(again)?, "INVALID_FIELD", "who it is about is said once");
    assert_eq!(counted(&school.world).await?, [1, 0, 1, 1], "it left the open cases once, as any case may");

    // Whatever its kind, known from the start it is hidden from the start.
    let concern_id = school.world.concern().await?;
    let subject = Some(about(&head.account_id, "chair"));
    let opened = call!(dsl, triage_concern, opening(&concern_id, "P1", subject))?.case.unwrap_or_default();
    assert!(opened.reference.starts_with("A-"), "{}", opened.reference);
    assert_eq!((wrong(school.get(head, &opened.case_id).await)?, school.listed(chair).await?.1), ("NOT_FOUND", 2));
    // A part says it as a fact does, in a case of any kind.
    let child = school.world.case().await?;
    let part = |subject, works_elsewhere| AddInvolvementRequest {
        school_id: school.world.here.clone(),
        case_id: child.case_id.clone(),
        person: "An adult".into(),
        role: "subject_adult".into(),
        subject,
        works_elsewhere,
        request_id: dsl.request_id(),
        ..Default::default()
    };
    let unsaid = call!(dsl, add_involvement, part(None, false)).err().map(fields);
    assert_eq!(unsaid, Some(vec!["subject".to_owned()]));
    call!(dsl, add_involvement, part(None, true))?;
    assert!(school.get(head, &child.case_id).await.is_ok(), "an adult from elsewhere reads nothing here");
    call!(dsl, add_involvement, part(Some(about(&deputy.account_id, "head")), false))?;
    assert_eq!(wrong(school.get(deputy, &child.case_id).await)?, "NOT_FOUND");
    assert!(school.get(dsl, &child.case_id).await.is_ok() && school.get(head, &child.case_id).await.is_ok());
    assert_eq!(counted(&school.world).await?, [2, 1, 2, 2], "new cases and concerns that led to one are as many");
    Ok(())
}

async fn a_chair_works_the_case_and_never_sees_the_roll(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, chair) = (&school.world.dsl, &school.chair);
    let here = || school.world.here.clone();
    let record = LearnerRecord {
        given_name: "Ann".into(),
        family_name: "Oak".into(),
        year_group: "7".into(),
        ..LearnerRecord::default()
    };
    let (school_id, request_id) = (here(), dsl.request_id());
    let new = CreateLearnerRequest { school_id, record: Some(record), request_id, another_child: true };
    let learner = call!(dsl, create_learner, new)?.learner.unwrap_or_default();
    let (concern_id, opened) = school.allegation(about(&school.head.account_id, "chair")).await?;
    let named = SetConcernLearnersRequest {
        school_id: here(),
        concern_id: concern_id.clone(),
        learner_ids: vec![learner.learner_id.clone()],
        request_id: dsl.request_id(),
    };
    call!(dsl, set_concern_learners, named)?;
    let read = GetConcernRequest { school_id: here(), concern_id, with_learners: true };
    assert_eq!(call!(dsl, get_concern, read.clone())?.learners.len(), 1);
    let seen = call!(chair, get_concern, read)?;
    assert!(seen.concern.is_some() && seen.learners.is_empty() && seen.likely.is_empty());
    let part = |who: &Person, learner_id: &str, person: &str| AddInvolvementRequest {
        school_id: here(),
        case_id: opened.case.clone().unwrap_or_default().case_id,
        role: "victim".into(),
        person: person.into(),
        learner_id: learner_id.into(),
        request_id: who.request_id(),
        ..Default::default()
    };
    let nobodys: crate::learner::LearnerId = school.world.bed.ids.next();
    for id in [learner.learner_id.as_str(), nobodys.as_str()] {
        assert_eq!(wrong(call!(chair, add_involvement, part(chair, id, "")))?, "NOT_PERMITTED");
    }
    assert!(call!(chair, add_involvement, part(chair, "", "A child")).is_ok(), "by name, as they know it");
    assert!(call!(dsl, add_involvement, part(dsl, &learner.learner_id, "")).is_ok());
    Ok(())
}

on_both_engines!(
    a_case_turns_out_to_be_about_the_head,
    a_chair_works_the_case_and_never_sees_the_roll,
    a_list_goes_on_where_its_page_ended,
    twin_worlds_of_a_head,
    the_head_works_an_allegation_and_the_lead_it_is_about_sees_nothing,
    lists_are_what_the_check_lets_through_at_every_level,
);
