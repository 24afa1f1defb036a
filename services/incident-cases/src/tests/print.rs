//! Cases on paper: every print is kept with who made it and why, and goes only to who may read the case.

use chassis::{
    error::{Error, Result},
    testing::Engine,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};

use sha2::{Digest as _, Sha256};

use super::world;

mod register_export;
mod subject_access;

async fn a_print_is_kept_with_who_made_it_and_why(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let deputy = world.bed.person(&[(Role::DeputyDsl, &world.here), (Role::Staff, &world.here)]).named("Ms Ali");
    // What was sealed is written down a second time, where it does not belong.
    let material = RecordMaterialRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        kind: "website".into(),
        description: "A page with pictures".into(),
        address: "http://bad.example/CANARY".into(),
        request_id: deputy.request_id(),
    };
    call!(deputy, record_material, material)?;
    let entry = AddEntryRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        text: "They found Bad.example/CANARY on the phone".into(),
        significant: true,
        impact: "As above, https://bad.example/CANARY?again".into(),
        request_id: deputy.request_id(),
        ..Default::default()
    };
    let case = call!(deputy, add_entry, entry)?.case.unwrap_or_default();
    let print = |kind: &str, people: &str| PrintCaseRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        kind: kind.into(),
        format: "html".into(),
        people: people.into(),
        reason: "For the conference".into(),
        ..Default::default()
    };
    let wrong = call!(world.dsl, print_case, print("everything", "")).err();
    let fields: Vec<String> = wrong.iter().flat_map(Error::violations).map(|v| v.field.clone()).collect();
    assert_eq!(fields, ["kind", "people"]);

    let printed = call!(world.dsl, print_case, print("bundle", "names"))?;
    let page = String::from_utf8_lossy(&printed.content).into_owned();
    // Names are the service's own knowledge: whoever wrote stands by the name they were vouched for under, and nobody else's.
    let by = format!("Recorded by Ms Ali ({})", deputy.account_id);
    let title = format!("Record of case {}", case.reference);
    for said in ["For the conference", by.as_str(), "Harrowmere High School", "CONFIDENTIAL", title.as_str()] {
        assert!(page.contains(said), "{said} is missing in {page}");
    }
    let chronology = call!(world.dsl, print_case, print("chronology", "labels"))?;
    for page in [&page, &String::from_utf8_lossy(&chronology.content).into_owned()] {
        assert!(!page.to_lowercase().contains("canary") && page.contains("[address left out] on the phone"), "{page}");
    }
    assert_eq!(printed.file_name, format!("bundle-{}.html", case.reference.to_lowercase()));
    let kept = printed.print.unwrap_or_default();
    assert!(page.contains(&kept.print_id) && kept.digest.len() == 64);
    let list = ListCasePrintsRequest { school_id: world.here.clone(), case_id: case.case_id.clone() };
    let prints = call!(deputy, list_case_prints, list.clone())?.prints;
    assert_eq!((prints.len(), prints[0].account_id.as_str()), (2, world.dsl.account_id.as_str()));

    // What leaves the school is encrypted: its passphrase opens the very file that is kept in the list.
    let away = call!(world.dsl, print_case, PrintCaseRequest { encrypt: true, ..print("bundle", "names") })?;
    let file = String::from_utf8_lossy(&away.content).into_owned();
    let opened = chassis::jose::jwe::open(&file, &away.passphrase).map_err(|_| Error::internal("it does not open"))?;
    let kept = away.print.unwrap_or_default();
    assert_eq!(
        (hex::encode(Sha256::digest(&opened.content)), opened.cty.as_str()),
        (kept.digest, "text/html; charset=utf-8")
    );
    let name = format!("bundle-{}.html.jwe", case.reference.to_lowercase());
    assert_eq!((away.file_name, away.media_type.as_str()), (name, "application/jose"));

    // An hour behind broken glass is for reading alone.
    let access = |level: &str, etag: &str| SetCaseAccessRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        level: level.into(),
        member_account_ids: crate::tests::model::second(level),
        reason: "A relative works here".into(),
        etag: etag.into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let etag = call!(world.dsl, set_case_access, access("restricted", &case.etag))?.etag;
    let glass = BreakGlassRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        reason: "The lead is away and the police are on the telephone".into(),
        request_id: deputy.request_id(),
    };
    call!(deputy, break_glass, glass)?;
    let refused = |error: Option<Error>| error.map(|error| error.reason_name());
    assert_eq!(refused(call!(deputy, print_case, print("bundle", "names")).err()), Some("NOT_PERMITTED"));

    // Who may not read the case prints nothing, and is told nothing of prints.
    call!(world.dsl, set_case_access, access("hidden", &etag))?;
    assert_eq!(refused(call!(deputy, print_case, print("bundle", "names")).err()), Some("NOT_FOUND"));
    assert_eq!(refused(call!(deputy, list_case_prints, list).err()), Some("NOT_FOUND"));
    Ok(())
}

async fn what_a_print_would_have_is_shown_before_it_is_made(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let add = |text: &str, corrects: &str, significant: bool| AddEntryRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        text: text.into(),
        significant,
        impact: if significant { "Fear".into() } else { String::new() },
        corrects_entry_id: corrects.into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let told = call!(world.dsl, add_entry, add("One sent it", "", true))?.case.unwrap_or_default();
    let entry = told.entries.first().map(|entry| entry.entry_id.clone()).unwrap_or_default();
    call!(world.dsl, add_entry, add("It was another", &entry, false))?;
    let preview = |from: &str| PrintCaseRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        kind: "chronology".into(),
        people: "names".into(),
        from_date: from.into(),
        preview: true,
        ..Default::default()
    };
    let shown = call!(world.dsl, print_case, preview(""))?;
    let what: Vec<&str> = shown.records.iter().map(|record| record.what.as_str()).collect();
    let beside = what.windows(2).any(|pair| pair == ["Entry", "Addendum"]);
    assert!(what.contains(&"Case opened") && beside, "{what:?}");
    assert!(shown.content.is_empty() && shown.print.is_none());
    let list = ListCasePrintsRequest { school_id: world.here.clone(), case_id: case.case_id.clone() };
    assert!(call!(world.dsl, list_case_prints, list)?.prints.is_empty(), "nothing was printed");
    assert!(call!(world.dsl, print_case, preview("2999-01-01"))?.records.is_empty());
    let wrong = PrintCaseRequest { to_date: "2026-01-01".into(), ..preview("2026-02-01") };
    let wrong = call!(world.dsl, print_case, wrong).err();
    assert_eq!(wrong.iter().flat_map(Error::violations).map(|v| v.field.as_str()).collect::<Vec<_>>(), ["to_date"]);
    Ok(())
}

async fn whoever_is_kept_to_the_lead_is_named_on_no_print_by_labels(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let deputy = world.bed.person(&[(Role::DeputyDsl, &world.here)]);
    let case = world.case().await?;
    let witness = AddInvolvementRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        person: "Marlowe Quennell".into(),
        role: "witness".into(),
        shown_to: "lead".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, add_involvement, witness)?;
    let entry = AddEntryRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        text: "Marlowe Quennell saw it".into(),
        request_id: deputy.request_id(),
        ..Default::default()
    };
    call!(deputy, add_entry, entry)?;
    let print = PrintCaseRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        kind: "bundle".into(),
        format: "html".into(),
        people: "labels".into(),
        reason: "For the conference".into(),
        ..Default::default()
    };
    let printed = call!(deputy, print_case, print)?;
    let page = String::from_utf8_lossy(&printed.content).into_owned();
    assert!(!page.contains("Quennell") && page.contains("[Witness 1] saw it"), "{page}");
    assert!(!page.contains("Everybody who has a part"), "no row says it");
    Ok(())
}

on_both_engines!(
    a_print_is_kept_with_who_made_it_and_why,
    what_a_print_would_have_is_shown_before_it_is_made,
    whoever_is_kept_to_the_lead_is_named_on_no_print_by_labels,
);
