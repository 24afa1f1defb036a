//! Records found again by what one remembers, and by nobody who may not know of them.

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

use super::{World, world};
use crate::store;

impl World {
    async fn search(&self, who: &Person, query: &str) -> Result<Vec<FoundRecord>> {
        let request = SearchRecordsRequest { school_id: self.here.clone(), query: query.into() };
        Ok(call!(who, search_records, request)?.records)
    }

    /// What a search finds, as kind and why.
    async fn found(&self, who: &Person, query: &str) -> Result<Vec<(String, String)>> {
        let found = self.search(who, query).await?;
        Ok(found.into_iter().map(|one| (one.kind, one.why.join(" "))).collect())
    }

    async fn concern_about(&self, about: &str, about_adult: &str) -> Result<String> {
        let request = RecordConcernRequest {
            school_id: self.here.clone(),
            about: about.into(),
            narrative: "Something".into(),
            safe_now: "yes".into(),
            about_adult: about_adult.into(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        Ok(call!(self.dsl, record_concern, request)?.concern.unwrap_or_default().concern_id)
    }

    async fn named(&self, case: &Case, person: &str, learner_id: &str) -> Result<Case> {
        let request = AddInvolvementRequest {
            school_id: self.here.clone(),
            case_id: case.case_id.clone(),
            person: person.into(),
            role: "victim".into(),
            learner_id: learner_id.into(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        Ok(call!(self.dsl, add_involvement, request)?.case.unwrap_or_default())
    }

    async fn enrolled(&self, given: &str, known_as: &str, family: &str) -> Result<String> {
        let record = LearnerRecord {
            given_name: given.into(),
            known_as: known_as.into(),
            family_name: family.into(),
            birth_date: "2014-03-27".into(),
            ..LearnerRecord::default()
        };
        let request = CreateLearnerRequest {
            school_id: self.here.clone(),
            record: Some(record),
            request_id: self.dsl.request_id(),
            another_child: true,
        };
        Ok(call!(self.dsl, create_learner, request)?.learner.unwrap_or_default().learner_id)
    }

    async fn level(&self, case: &Case, level: &str) -> Result<SetCaseAccessResponse> {
        let request = SetCaseAccessRequest {
            school_id: self.here.clone(),
            case_id: case.case_id.clone(),
            level: level.into(),
            member_account_ids: crate::tests::model::second(level),
            reason: "A relative works here".into(),
            etag: case.etag.clone(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        call!(self.dsl, set_case_access, request)
    }

    /// The texts of one column, for the service itself.
    async fn column(&self, sql: &str) -> Result<Vec<String>> {
        let mut tx = self.store.begin(&Scope::consumer(&self.here, "evt")).await?;
        tx.silent();
        let rows = tx.db().query_all_raw(Statement::from_string(tx.db().get_database_backend(), sql)).await?;
        tx.commit().await?;
        Ok(rows.iter().filter_map(|row| row.try_get_by_index(0).ok()).collect())
    }
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(kind, why)| ((*kind).to_owned(), (*why).to_owned())).collect()
}

async fn a_record_is_found_by_whatever_one_remembers_of_it(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let learner = world.enrolled("Samantha", "Pip", "Thornbury").await?;
    let case = world.case().await?;
    world.named(&case, "Tomasz Quill", "").await?;
    world.named(&case, "Samantha Thornbury", &learner).await?;
    world.concern_about("Tomasz Quill, 9K", "").await?;
    let spelt = case.reference.to_lowercase();
    for reference in [case.reference.clone(), spelt.replace('-', "/"), format!("case {spelt}")] {
        assert_eq!(world.found(&world.dsl, &reference).await?, pairs(&[("case", "reference")]), "{reference}");
    }
    assert_eq!(world.found(&world.dsl, "Tomasz Quill").await?, pairs(&[("case", "name"), ("concern", "name")]));
    assert_eq!(
        world.found(&world.dsl, "tomas kwill").await?,
        pairs(&[("case", "near_name"), ("concern", "near_name")])
    );
    assert_eq!(world.found(&world.dsl, "Pip").await?, pairs(&[("learner", "known_as"), ("case", "learner")]));
    for born in ["27/3/2014", "27 March 2014"] {
        let found = pairs(&[("learner", "date_of_birth"), ("case", "learner")]);
        assert_eq!(world.found(&world.dsl, born).await?, found, "{born}");
    }
    assert_eq!(world.found(&world.dsl, "Thornbury").await?, pairs(&[("learner", "name"), ("case", "name learner")]));
    assert!(world.found(&world.dsl, "Zebedee").await?.is_empty());
    // Whom somebody is no longer about is no longer what it is found by.
    let title = world.search(&world.dsl, &case.reference).await?.remove(0).title;
    assert_eq!(title, format!("{}: Harassment between children", case.reference));
    for short in ["", "x", "9K"] {
        assert!(world.found(&world.dsl, short).await.is_err(), "{short}");
    }
    Ok(())
}

async fn a_search_leaves_no_word_behind(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let concern = world.concern_about("Ottoline Quince", "").await?;
    assert_eq!(world.found(&world.dsl, "Ottoline").await?, pairs(&[("concern", "name")]));
    let acts = world.column("SELECT detail FROM history WHERE action = 'records.searched'").await?;
    assert_eq!(acts.len(), 1);
    assert!(acts[0].contains(&concern) && !acts[0].to_lowercase().contains("ottoline"), "{acts:?}");
    Ok(())
}

async fn what_somebody_may_not_know_of_is_not_found_and_takes_no_room(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let person = |role| world.bed.person(&[(role, &world.here), (Role::Staff, &world.here)]);
    let (head, chair, deputy, teacher) =
        (person(Role::Head), person(Role::Chair), person(Role::DeputyDsl), person(Role::Staff));
    let open = world.case().await?;
    world.named(&open, "Marigold Thorpe", "").await?;
    world.concern_about("Marigold Thorpe", "").await?;
    let everybody = [&world.dsl, &head, &chair, &deputy];
    let mut before = Vec::new();
    for who in everybody {
        before.push(world.search(who, "Marigold").await?);
    }
    assert_eq!(before.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 0, 2], "the chair has no part in it");

    // A hidden case of the same name, a restricted one, and a concern about an adult.
    let hidden = world.case().await?;
    let hidden = world.named(&hidden, "Marigold Thorpe", "").await?;
    world.level(&hidden, "hidden").await?;
    world.concern_about("Marigold Thorpe", "staff").await?;
    assert_eq!(world.search(&deputy, "Marigold").await?, before[3], "the deputy finds what was there before");
    assert_eq!(world.search(&deputy, &hidden.reference).await?, []);
    assert_eq!(world.search(&world.dsl, "Marigold").await?.len(), 3, "the lead is named in the hidden case");
    assert_eq!(world.search(&head, "Marigold").await?.len(), 3, "the head takes on the concern");
    assert_eq!(world.search(&chair, "Marigold").await?, []);

    let restricted = world.case().await?;
    let restricted = world.named(&restricted, "Peregrine Ash", "").await?;
    world.level(&restricted, "restricted").await?;
    assert_eq!(world.search(&deputy, "Peregrine").await?, [], "whom a restricted case is about is not told");
    let row = world.search(&deputy, &restricted.reference).await?;
    let reference = restricted.reference.as_str();
    assert_eq!((row.len(), row[0].restricted, row[0].title.as_str()), (1, true, reference));
    assert_eq!(row[0].create_time, None);
    assert_eq!(world.search(&teacher, "Marigold").await.err().map(|error| error.reason_name()), Some("NOT_PERMITTED"));
    assert_eq!(world.search(&world.other, "Marigold").await.err().map(|error| error.reason_name()), Some("NOT_FOUND"));
    Ok(())
}

async fn a_case_that_turns_out_to_be_about_an_adult_changes_its_tokens(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let head = world.bed.person(&[(Role::Head, &world.here)]);
    let tokens = "SELECT CAST(token AS TEXT) FROM record_token WHERE record_id LIKE 'cas_%' ORDER BY token";
    let new = NewCase { procedure_id: "P7".into(), risks: vec!["contact".into()], subject: None };
    let triage = TriageConcernRequest {
        school_id: world.here.clone(),
        concern_id: world.concern_about("Somebody Else", "").await?,
        decision: Some(Decision::NewCase(new)),
        request_id: world.dsl.request_id(),
        again: String::new(),
    };
    let case = call!(world.dsl, triage_concern, triage)?.case.unwrap_or_default();
    let case = world.named(&case, "Wilhelmina Oak", "").await?;
    let before = world.column(tokens).await?;
    let request = SetCaseAccessRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        level: "hidden".into(),
        reason: "It is about a colleague".into(),
        etag: case.etag.clone(),
        subject: Some(AdultSubject {
            name: "Barnaby Rudge".into(),
            routed_to: "head".into(),
            ..AdultSubject::default()
        }),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, set_case_access, request)?;
    let after = world.column(tokens).await?;
    assert!(!before.is_empty() && !after.iter().any(|token| before.contains(token)), "none is as it was");
    assert_eq!(world.found(&head, "Barnaby Rudge").await?, pairs(&[("case", "name")]));
    let deputy = world.bed.person(&[(Role::DeputyDsl, &world.here)]);
    assert_eq!(world.search(&deputy, "Wilhelmina").await?, []);
    Ok(())
}

async fn records_from_before_are_found_once_they_are_read(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    world.named(&case, "Peregrine Ash", "").await?;
    world.concern_about("Peregrine Ash", "").await?;
    let found = world.search(&world.dsl, "Peregrine").await?;
    assert_eq!(found.len(), 2);
    let mut tx = world.store.begin(&Scope::consumer(&world.here, "evt")).await?;
    tx.silent();
    tx.db().execute_unprepared("DELETE FROM record_token").await?;
    tx.commit().await?;
    assert_eq!(world.search(&world.dsl, "Peregrine").await?, []);
    let mut after = Default::default();
    while store::search::some(&world.store, &mut after).await? {}
    assert_eq!(world.search(&world.dsl, "Peregrine").await?, found);
    Ok(())
}

on_both_engines!(
    a_record_is_found_by_whatever_one_remembers_of_it,
    a_search_leaves_no_word_behind,
    what_somebody_may_not_know_of_is_not_found_and_takes_no_room,
    a_case_that_turns_out_to_be_about_an_adult_changes_its_tokens,
    records_from_before_are_found_once_they_are_read,
);
