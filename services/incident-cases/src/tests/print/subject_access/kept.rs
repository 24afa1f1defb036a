//! A part that is kept to the lead, in what others take out of a case, and one that is added after what names it was decided on.

use super::*;

async fn a_part_that_is_kept_to_the_lead_is_in_nothing_a_deputy_takes_out(engine: Engine) -> Result<()> {
    let family = Family::new(engine).await?;
    let (dsl, deputy) = (&family.world.dsl, &family.deputy);
    let kept = async |person: &str| -> Result<String> {
        let request = AddInvolvementRequest {
            school_id: family.here(),
            case_id: family.case.case_id.clone(),
            person: person.into(),
            role: "reporter".into(),
            shown_to: "lead".into(),
            request_id: dsl.request_id(),
            ..Default::default()
        };
        let parts = call!(dsl, add_involvement, request)?.case.unwrap_or_default().involvements;
        Ok(parts.last().map(|part| part.involvement_id.clone()).unwrap_or_default())
    };
    kept("Hallam Tregear").await?;
    let ended = EndInvolvementRequest {
        school_id: family.here(),
        case_id: family.case.case_id.clone(),
        involvement_id: kept("Marlowe Quennell").await?,
        reason: "ALDER: they told of another day".into(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, end_involvement, ended)?;
    family.entry(&family.case, "Hallam saw Robin").await?;

    let id = family.receive(deputy).await?.access_request_id;
    let (theirs, all) = (family.get(deputy, &id).await?, family.get(dsl, &id).await?);
    assert!(!told(Ok(theirs.clone())).contains("ALDER") && theirs.items.len() + 1 == all.items.len());
    let part = all.items.iter().find(|item| item.kind == "Part ended").cloned().unwrap_or_default();
    assert!(part.text.contains("Marlowe Quennell") && part.marks.contains(&"other_person".to_owned()), "{part:?}");
    let seen = theirs.items.iter().find(|item| item.text.contains("Hallam saw Robin")).cloned().unwrap_or_default();
    assert_eq!(seen.suggestions.len(), 1, "their name leaves with nobody all the same");

    let bundle = PrintCaseRequest {
        school_id: family.here(),
        case_id: family.case.case_id.clone(),
        kind: "bundle".into(),
        format: "html".into(),
        people: "names".into(),
        reason: "For the conference".into(),
        ..Default::default()
    };
    let list = |who: &Person| ExportCaseRegisterRequest {
        school_id: family.here(),
        register: "cases".into(),
        reason: "For the governors’ meeting".into(),
        request_id: who.request_id(),
        ..Default::default()
    };
    for (who, has) in [(deputy, false), (dsl, true)] {
        let printed = read("html", &call!(who, print_case, bundle.clone())?.content)?;
        assert_eq!((printed.contains("ALDER"), printed.contains("Quennell")), (has, has));
        let table = read("csv", &call!(who, export_case_register, list(who))?.content)?;
        assert_eq!(table.contains("reporter 1"), has, "{table}");
    }
    Ok(())
}

async fn who_becomes_known_after_the_decision_is_given_by_nobody(engine: Engine) -> Result<()> {
    let family = Family::new(engine).await?;
    let dsl = &family.world.dsl;
    family.entry(&family.case, "Jude Merriman cried in the hall").await?;
    let id = family.receive(dsl).await?.access_request_id;
    assert_eq!(family.decide_all(dsl, &id).await?, 0);
    let of_jude = async || -> Result<AccessItem> {
        let items = family.get(dsl, &id).await?.items;
        Ok(items.into_iter().find(|item| item.text.contains("Jude Merriman cried")).unwrap_or_default())
    };
    assert_eq!(of_jude().await?.state, "release");
    family.part("Jude Merriman", "witness", "").await?;
    let again = of_jude().await?;
    assert_eq!((again.state.as_str(), again.suggestions.len()), ("undecided", 1));
    let refused = family.decide(dsl, &id, &again, "release").await.err().map(|error| error.reason_name());
    assert_eq!(refused, Some("INVALID_FIELD"), "a name that stays in needs a reason");
    family.decide(dsl, &id, &again, "release_redacted").await?;
    assert_eq!(of_jude().await?.state, "release_redacted");
    Ok(())
}

on_both_engines!(
    a_part_that_is_kept_to_the_lead_is_in_nothing_a_deputy_takes_out,
    who_becomes_known_after_the_decision_is_given_by_nobody,
);
