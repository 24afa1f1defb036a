//! An adult who is typed and not selected: whoever has that name here is kept out as if selected, and one adult is one.

use chassis::{
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};

use super::access::{School, school, told, wrong};

fn named(name: &str, routed_to: &str, another_person: bool) -> AdultSubject {
    AdultSubject { account_id: String::new(), name: name.into(), routed_to: routed_to.into(), another_person }
}

/// A head who is known by name.
fn osei(school: &School) -> Person {
    let here = &school.world.here;
    school.world.bed.person(&[(Role::Head, here), (Role::Staff, here)]).named("Daniel Osei")
}

async fn a_typed_name_keeps_out_whoever_has_it(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, head) = (&school.world.dsl, osei(&school));
    let nobodys: crate::case::CaseId = school.world.bed.ids.next();
    let absent = told(school.get(&head, nobodys.as_str()).await);
    let before = school.reach(&head).await?;
    for (n, name) in ["Daniel Osei", "OSEI, Daniel", "Mr Daniel Kofi Oseí"].into_iter().enumerate() {
        let case = school.allegation(named(name, "head", false)).await?.1.case.unwrap_or_default();
        assert_eq!(school.reach(&head).await?, before, "{name}: one school without it and with it are one for him");
        assert_eq!(told(school.get(&head, &case.case_id).await), absent, "{name}");
        assert_eq!(told(school.entry(&head, &case.case_id).await), told(school.entry(&head, nobodys.as_str()).await));
        assert_eq!(school.listed(dsl).await?.1, i32::try_from(n).unwrap_or_default() + 1, "the lead who opened it");
    }
    // A fact that names him closes what was open to him until then.
    let child = school.world.case().await?;
    assert!(school.get(&head, &child.case_id).await.is_ok());
    let fact = RecordFactRequest {
        school_id: school.world.here.clone(),
        case_id: child.case_id.clone(),
        name: "subject".into(),
        value: "staff".into(),
        subject: Some(named("daniel osei", "chair", false)),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, record_fact, fact)?;
    assert_eq!(told(school.get(&head, &child.case_id).await), absent);
    assert_eq!(school.reach(&head).await?, before);
    // Somebody else of the same name is somebody else, where that is said.
    let case = school.allegation(named("Daniel Osei", "head", true)).await?.1.case.unwrap_or_default();
    assert_eq!(school.get(&head, &case.case_id).await?.case_id, case.case_id);
    assert_eq!(school.listed(&head).await?.1, 1);
    Ok(())
}

async fn who_names_themselves_reads_nothing_of_it(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let deputy = school.world.bed.person(&[(Role::DeputyDsl, &school.world.here)]).named("Megan Pryce");
    let case = school.world.case().await?;
    let part = AddInvolvementRequest {
        school_id: school.world.here.clone(),
        case_id: case.case_id.clone(),
        person: "Megan Pryce".into(),
        role: "subject_adult".into(),
        subject: Some(named("Pryce, Megan", "head", false)),
        request_id: deputy.request_id(),
        ..Default::default()
    };
    assert_eq!(wrong(call!(deputy, add_involvement, part.clone()))?, "INVALID_FIELD");
    let part = AddInvolvementRequest { request_id: school.world.dsl.request_id(), ..part };
    call!(school.world.dsl, add_involvement, part)?;
    assert_eq!(wrong(school.get(&deputy, &case.case_id).await)?, "NOT_FOUND");
    Ok(())
}

async fn a_hidden_case_on_a_child_names_somebody_besides(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let dsl = &school.world.dsl;
    let case = school.world.case().await?;
    let hide = |members: &[&Person]| SetCaseAccessRequest {
        school_id: school.world.here.clone(),
        case_id: case.case_id.clone(),
        level: "hidden".into(),
        reason: "A relative of the head".into(),
        member_account_ids: members.iter().map(|who| who.account_id.clone()).collect(),
        etag: case.etag.clone(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    for alone in [hide(&[]), hide(&[dsl])] {
        let refused = call!(dsl, set_case_access, alone).err().ok_or_else(|| Error::internal("it was hidden"))?;
        assert_eq!(refused.violations().first().map(|v| v.field.as_str()), Some("member_account_ids"));
    }
    call!(dsl, set_case_access, hide(&[&school.deputy]))?;
    assert!(school.get(&school.deputy, &case.case_id).await.is_ok());
    assert_eq!(wrong(school.get(&school.head, &case.case_id).await)?, "NOT_FOUND");
    // Whom a case is about is not let in by a form that names them.
    let about = AdultSubject { account_id: school.head.account_id.clone(), ..named("", "chair", false) };
    let case = school.allegation(about).await?.1.case.unwrap_or_default();
    let crafted = SetCaseAccessRequest { case_id: case.case_id, etag: case.etag, ..hide(&[&school.head]) };
    let refused = call!(dsl, set_case_access, crafted).err().ok_or_else(|| Error::internal("it was saved"))?;
    assert_eq!(refused.violations().first().map(|v| v.field.as_str()), Some("member_account_ids"));
    Ok(())
}

async fn a_case_about_a_colleague_is_found_by_their_name_and_by_nobody_kept_out(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let subject = AdultSubject {
        account_id: school.deputy.account_id.clone(),
        name: "Gareth Whitlock".into(),
        routed_to: "head".into(),
        another_person: false,
    };
    let case = school.allegation(subject).await?.1.case.unwrap_or_default();
    for (who, finds) in [(&school.head, 1), (&school.deputy, 0), (&school.chair, 0)] {
        for query in ["Whitlock", "whitlock, gareth"] {
            let request = SearchRecordsRequest { school_id: school.world.here.clone(), query: query.into() };
            let found = call!(who, search_records, request)?.records;
            assert_eq!(found.iter().filter(|one| one.id == case.case_id).count(), finds, "{query}");
        }
    }
    Ok(())
}

async fn how_an_adult_is_written_is_corrected_and_lets_nobody_in(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, here) = (&school.world.dsl, &school.world.here);
    let first = school.allegation(named("Garth Oddfellow", "head", false)).await?.1.case.unwrap_or_default();
    school.allegation(named("Gareth Oddfellow", "head", false)).await?;
    let adults = async || -> Result<Vec<usize>> {
        let asked = ListAdultPatternsRequest { school_id: here.clone() };
        let patterns = call!(dsl, list_adult_patterns, asked)?.patterns;
        Ok(patterns.into_iter().map(|one| one.cases.len()).collect())
    };
    assert_eq!(adults().await?, [1, 1]);
    let written = |name: &str| SetCaseAccessRequest {
        school_id: here.clone(),
        case_id: first.case_id.clone(),
        level: "hidden".into(),
        reason: "It is one adult".into(),
        etag: first.etag.clone(),
        request_id: dsl.request_id(),
        subject: Some(named(name, "head", false)),
        ..Default::default()
    };
    assert_eq!(wrong(call!(dsl, set_case_access, written("Marlowe Quennell")))?, "INVALID_FIELD", "that is another");
    call!(dsl, set_case_access, written("Gareth Oddfellow"))?;
    assert_eq!(adults().await?, [2]);
    for name in ["Garth Oddfellow", "Gareth Oddfellow"] {
        let head = school.world.bed.person(&[(Role::Head, here)]).named(name);
        assert_eq!(wrong(school.get(&head, &first.case_id).await)?, "NOT_FOUND", "{name}");
        assert!(school.listed(&head).await?.0.iter().all(|case| case.case_id != first.case_id), "{name}");
    }
    Ok(())
}

on_both_engines!(
    how_an_adult_is_written_is_corrected_and_lets_nobody_in,
    a_case_about_a_colleague_is_found_by_their_name_and_by_nobody_kept_out,
    a_typed_name_keeps_out_whoever_has_it,
    who_names_themselves_reads_nothing_of_it,
    a_hidden_case_on_a_child_names_somebody_besides,
);
