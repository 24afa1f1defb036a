//! Lists as tables: as many rows as the list has for whoever takes it, and not a word that anybody wrote.

use chassis::{
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *};

use super::super::access::{School, school};
use crate::sheet::REGISTERS;

/// Stands in every name and every text of the records below.
const PLANTED: &str = "Zebedee";

fn ask(school: &School, who: &Person, register: &str) -> ExportCaseRegisterRequest {
    ExportCaseRegisterRequest {
        school_id: school.world.here.clone(),
        register: register.into(),
        reason: "For the governors’ meeting".into(),
        request_id: who.request_id(),
        ..Default::default()
    }
}

async fn rows(school: &School, who: &Person, register: &str) -> Result<Vec<Vec<String>>> {
    let answer = call!(who, export_case_register, ask(school, who, register))?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(answer.content.as_ref());
    let rows = reader.records().map(|row| row.map(|row| row.iter().map(str::to_owned).collect()));
    let rows: Vec<Vec<String>> = rows.collect::<std::result::Result<_, _>>().map_err(Error::internal)?;
    assert_eq!(usize::try_from(answer.export.unwrap_or_default().rows).ok(), rows.len().checked_sub(1));
    Ok(rows)
}

/// A case with something in every register, opened by the lead.
async fn filled(school: &School) -> Result<Case> {
    let (dsl, here) = (&school.world.dsl, || school.world.here.clone());
    let text = || format!("{PLANTED} said =1+1");
    let case = school.world.case().await?;
    let id = || case.case_id.clone();
    let request = AddInvolvementRequest {
        school_id: here(),
        case_id: id(),
        person: PLANTED.into(),
        role: "victim".into(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, add_involvement, request)?;
    let request = AddEntryRequest {
        school_id: here(),
        case_id: id(),
        text: text(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, add_entry, request)?;
    school.world.consult(&case).await?;
    let request = MakeReferralRequest {
        school_id: here(),
        case_id: id(),
        agency: "front_door_form".into(),
        reason: text(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, make_referral, request)?;
    let request = RecordMaterialRequest {
        school_id: here(),
        case_id: id(),
        kind: "website".into(),
        description: text(),
        address: format!("https://{PLANTED}.example/"),
        request_id: dsl.request_id(),
    };
    let material = call!(dsl, record_material, request)?.case.unwrap_or_default().materials;
    let request = RecordReportRequest {
        school_id: here(),
        case_id: id(),
        body: "iwf".into(),
        platform: PLANTED.into(),
        material_id: material.first().map(|m| m.material_id.clone()).unwrap_or_default(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, record_report, request)?;
    let request = TakeIntoCustodyRequest {
        school_id: here(),
        case_id: id(),
        item: text(),
        owner: PLANTED.into(),
        ground: "evidence".into(),
        reason: text(),
        place: text(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, take_into_custody, request)?;
    let request = RecordSearchRequest {
        school_id: here(),
        case_id: id(),
        kind: "possessions".into(),
        searched: PLANTED.into(),
        searched_by: PLANTED.into(),
        present: PLANTED.into(),
        authority: "learner_consent".into(),
        place: text(),
        sought: text(),
        reason: text(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, record_search, request)?;
    let request = RecordConcernRequest {
        school_id: here(),
        about: PLANTED.into(),
        narrative: text(),
        safe_now: "no".into(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, record_concern, request)?;
    Ok(case)
}

async fn a_table_has_the_rows_of_its_list_and_not_a_word_that_was_written(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (dsl, deputy, head) = (&school.world.dsl, &school.deputy, &school.head);
    let case = filled(&school).await?;
    for register in REGISTERS {
        let table = rows(&school, dsl, register).await?;
        let of_adults = matches!(register, "allegations" | "low_level");
        assert_eq!(table.len() > 1, !of_adults, "{register}");
        for cell in table.iter().flatten() {
            assert!(!cell.to_lowercase().contains(&PLANTED.to_lowercase()), "{register}: {cell}");
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{register}: {cell}");
        }
    }
    let cases =
        call!(dsl, list_cases, ListCasesRequest { school_id: school.world.here.clone(), ..Default::default() })?;
    let listed: Vec<&str> = cases.cases.iter().map(|case| case.reference.as_str()).collect();
    let table = rows(&school, dsl, "cases").await?;
    assert_eq!(table.iter().skip(1).map(|row| row[0].as_str()).collect::<Vec<_>>(), listed);
    let asked = ListConcernsRequest { school_id: school.world.here.clone(), ..Default::default() };
    let concerns = call!(dsl, list_concerns, asked)?.concerns;
    let ids: Vec<&str> = concerns.iter().map(|concern| concern.concern_id.as_str()).collect();
    let table = rows(&school, dsl, "concerns").await?;
    assert_eq!(table.iter().skip(1).map(|row| row[0].as_str()).collect::<Vec<_>>(), ids);

    // An allegation changes nothing for those it does not name: no row, no count, no digest.
    let before = async |who: &Person| -> Result<Vec<Vec<Vec<String>>>> {
        let mut all = Vec::new();
        for register in REGISTERS {
            all.push(rows(&school, who, register).await?);
        }
        Ok(all)
    };
    let (of_deputy, of_head) = (before(deputy).await?, before(head).await?);
    let subject = AdultSubject { account_id: head.account_id.clone(), routed_to: "chair".into(), ..Default::default() };
    let request = TriageConcernRequest {
        school_id: school.world.here.clone(),
        concern_id: school.world.concern().await?,
        decision: Some(Decision::NewCase(NewCase {
            procedure_id: "P9".into(),
            risks: vec!["contact".into()],
            subject: Some(subject),
        })),
        request_id: dsl.request_id(),
        again: String::new(),
    };
    call!(dsl, triage_concern, request)?;
    assert_eq!(before(deputy).await?, of_deputy);
    assert_eq!(before(head).await?, of_head);
    let theirs = rows(&school, &school.chair, "allegations").await?;
    assert_eq!(
        theirs.iter().skip(1).map(|row| row[3].as_str()).collect::<Vec<_>>(),
        ["P9"],
        "the chair has that alone"
    );
    // Allegations are a register of their own, and so are low-level concerns.
    assert_eq!(rows(&school, dsl, "cases").await?.len(), 2);
    assert_eq!(rows(&school, dsl, "allegations").await?.len(), 2);
    let counted = async |register: &str| -> Result<i32> {
        let asked =
            ListCasesRequest { school_id: school.world.here.clone(), register: register.into(), ..Default::default() };
        Ok(call!(dsl, list_cases, asked)?.total_size)
    };
    for (register, expected) in [("", 2), ("children", 1), ("allegations", 1), ("low_level", 0)] {
        assert_eq!(counted(register).await?, expected, "{register}");
    }
    assert!(counted("everything").await.is_err());

    // Of a restricted case the row alone.
    let level = SetCaseAccessRequest {
        school_id: school.world.here.clone(),
        case_id: case.case_id.clone(),
        level: "restricted".into(),
        member_account_ids: crate::tests::model::second("restricted"),
        reason: "A relative".into(),
        etag: call!(
            dsl,
            get_case,
            GetCaseRequest { school_id: school.world.here.clone(), case_id: case.case_id.clone() }
        )?
        .case
        .unwrap_or_default()
        .etag,
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, set_case_access, level)?;
    let row = rows(&school, deputy, "cases").await?.pop().unwrap_or_default();
    assert_eq!(&row[..3], [case.reference.as_str(), "open", "yes"]);
    assert!(row.iter().skip(3).all(String::is_empty), "{row:?}");
    assert_eq!(rows(&school, deputy, "referrals").await?.len(), 1);
    Ok(())
}

async fn a_list_is_taken_out_with_a_reason_that_is_kept(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let dsl = &school.world.dsl;
    filled(&school).await?;
    let short = ExportCaseRegisterRequest { reason: "Because".into(), ..ask(&school, dsl, "everything") };
    let wrong = ExportCaseRegisterRequest { from_date: "2026-09-02".into(), to_date: "2026-09-01".into(), ..short };
    let error = call!(dsl, export_case_register, wrong).err();
    let fields: Vec<String> = error.iter().flat_map(Error::violations).map(|v| v.field.clone()).collect();
    assert_eq!(fields, ["register", "reason", "to_date"]);

    let asked = ask(&school, dsl, "cases");
    let first = call!(dsl, export_case_register, asked.clone())?;
    let again = call!(dsl, export_case_register, asked.clone())?;
    assert_eq!((&first.content, &first.export), (&again.content, &again.export));
    assert!(first.file_name.starts_with("cases-") && first.media_type.starts_with("text/csv"));
    school.world.case().await?;
    let changed = call!(dsl, export_case_register, asked).err().map(|e| e.reason_name());
    assert_eq!(changed, Some("WRONG_STATE"));

    let day = chassis::clock::london(school.world.bed.now()).date();
    let on = |from: time::Date, to: time::Date| ExportCaseRegisterRequest {
        from_date: from.to_string(),
        to_date: to.to_string(),
        ..ask(&school, dsl, "cases")
    };
    let today = call!(dsl, export_case_register, on(day, day))?.export.unwrap_or_default();
    let before = day - time::Duration::DAY;
    let yesterday = call!(dsl, export_case_register, on(before, before))?.export.unwrap_or_default();
    assert_eq!((today.rows, yesterday.rows), (2, 0));

    let own = ListCaseRegisterExportsRequest { school_id: school.world.here.clone() };
    let kept = call!(dsl, list_case_register_exports, own.clone())?.exports;
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|export| export.reason == "For the governors’ meeting"));
    assert!(first.export.is_some_and(|first| kept.contains(&first)), "as it was answered");
    assert_eq!(call!(school.head, list_case_register_exports, own)?.exports.len(), 0, "a reason can tell of a case");
    let staff = call!(school.teacher, export_case_register, ask(&school, &school.teacher, "cases")).err();
    assert_eq!(staff.map(|e| e.reason_name()), Some("NOT_PERMITTED"));
    Ok(())
}

on_both_engines!(
    a_table_has_the_rows_of_its_list_and_not_a_word_that_was_written,
    a_list_is_taken_out_with_a_reason_that_is_kept,
);
