//! Versions of the template: listed, compared, checked before they are published, and made of schools' documents.

use chassis::testing::Engine;
use proto::{access::v1::Role, policy_registry::v1::*};

use super::{
    Tested,
    world::{World, refused},
};

fn files(changes: &[(&str, &str, &str)]) -> Vec<SourceFile> {
    let files = crate::testing::files(changes).into_iter();
    files.map(|file| SourceFile { name: file.name, content: file.content.into() }).collect()
}

/// The published model with one thing of each kind changed.
const EDITS: [(&str, &str, &str); 4] = [
    ("clauses/aims.md", "Risks are of four kinds.", "Risks come in four kinds."),
    ("procedures/p1.yaml", "amount: 4", "amount: 2"),
    ("parameters.yaml", "title: Everyday name", "title: Short name"),
    (
        "clauses/calls.md",
        "## calls.off",
        "## calls.on\n> requirements: R-173\n> citations: code\n> include_if: vc.enabled = true\nAsk first.\n\n## calls.off",
    ),
];

pub(super) async fn versions_are_listed_compared_and_answered_with_their_files(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let mut client = world.client(&world.officer)?;
    let request =
        PublishTemplateRequest { files: files(&EDITS), request_id: world.officer.request_id(), based_on_version: 0 };
    client.publish_template(request.clone()).await?;
    let again = PublishTemplateRequest { request_id: world.officer.request_id(), ..request };
    assert_eq!(refused(client.publish_template(again).await).reason_name(), "ALREADY_EXISTS", "nothing is new");
    let first = client.list_templates(ListTemplatesRequest { page_size: 1, ..Default::default() }).await?.into_inner();
    assert_eq!(first.templates.iter().map(|t| t.version).collect::<Vec<_>>(), [2]);
    assert!(first.templates[0].sections.is_empty() && first.templates[0].publish_time.is_some());
    let rest = ListTemplatesRequest { page_token: first.next_page_token, ..Default::default() };
    let rest = client.list_templates(rest).await?.into_inner();
    assert_eq!((rest.templates[0].version, rest.next_page_token.as_str()), (1, ""));

    // Anyone who reads the template reads what changed.
    let mut head = world.client(&world.at_school(Role::Head))?;
    let compared =
        head.compare_templates(CompareTemplatesRequest { from_version: 1, to_version: 0 }).await?.into_inner();
    assert_eq!((compared.from_version, compared.to_version), (1, 2));
    let named: Vec<_> = compared.changes.iter().map(|c| (c.kind.as_str(), c.id.as_str(), c.change.as_str())).collect();
    let expected = [
        ("clause", "aims.risks", "changed"),
        ("clause", "calls.on", "added"),
        ("parameter", "school.short_name", "changed"),
        ("step", "P1-03", "changed"),
    ];
    assert_eq!(named, expected);
    assert!(compared.changes[0].statutory && compared.changes[0].before.starts_with("Risks are of"));
    for (from, to, reason) in [(0, 1, "INVALID_FIELD"), (1, 9, "NOT_FOUND"), (9, 0, "NOT_FOUND")] {
        let wrong = CompareTemplatesRequest { from_version: from, to_version: to };
        assert_eq!(refused(head.compare_templates(wrong).await).reason_name(), reason);
    }

    let get = |with_files| GetTemplateRequest { version: 2, with_files };
    assert_eq!(client.get_template(get(false)).await?.into_inner().files.len(), 0);
    let answer = client.get_template(get(true)).await?.into_inner();
    assert_eq!(answer.files, files(&EDITS));
    let template = answer.template.unwrap();
    let clause = template.sections.iter().flat_map(|s| &s.clauses).find(|c| c.clause_id == "calls.on").unwrap();
    let cited = Citation { guidance: "code".into(), name: "the national code".into(), edition: "2026".into() };
    assert_eq!((clause.include_if.as_str(), &clause.citations), ("vc.enabled = true", &vec![cited]));
    assert!(template.parameters.iter().all(|parameter| parameter.set_by == "school"));
    Ok(())
}

pub(super) async fn files_are_checked_before_they_are_published(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let mut client = world.client(&world.officer)?;
    let check = |files| CheckTemplateRequest { files };
    let sound = client.check_template(check(files(&EDITS))).await?.into_inner();
    assert_eq!((sound.problems.len(), sound.changes.len()), (0, 4));
    let broken = [("clauses/aims.md", "{{school.short_name}}", "{{school.name}}")];
    let wrong = client.check_template(check(files(&broken))).await?.into_inner();
    let [problem] = wrong.problems.as_slice() else { unreachable!("{wrong:?}") };
    assert_eq!((problem.file.as_str(), problem.line, wrong.changes.len()), ("clauses/aims.md", 4, 0));
    assert!(problem.message.contains("school.name") && !problem.fix.is_empty());
    assert_eq!(refused(client.check_template(check(Vec::new())).await).reason_name(), "INVALID_FIELD");
    let mut head = world.client(&world.at_school(Role::Head))?;
    assert_eq!(refused(head.check_template(check(files(&EDITS))).await).reason_name(), "NOT_PERMITTED");
    // Nothing was published by it.
    let versions = client.list_templates(ListTemplatesRequest::default()).await?.into_inner().templates;
    assert_eq!(versions.len(), 1);
    Ok(())
}

pub(super) async fn what_the_authority_sets_no_school_sets(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let edits = [
        ("parameters.yaml", "title: Lists, type: list,", "title: Lists, type: list, set_by: authority,"),
        ("parameters.yaml", "title: Deputies, type: people,", "title: Deputies, type: people, set_by: area,"),
    ];
    let request =
        PublishTemplateRequest { files: files(&edits), request_id: world.officer.request_id(), based_on_version: 0 };
    world.client(&world.officer)?.publish_template(request).await?;
    let drafted = world.import(super::TEXT).await?;
    let dsl = world.at_school(Role::Dsl);
    let mut client = world.client(&dsl)?;
    let set = |key: &str, value: &str| SetParameterRequest {
        school_id: world.school.clone(),
        instance_id: drafted.instance_id.clone(),
        key: key.into(),
        values: vec![value.into()],
        etag: drafted.etag.clone(),
        request_id: dsl.request_id(),
    };
    for (key, fix) in [("filter.blocklists", "change the template"), ("role.dsl_deputies", "agency register")] {
        let refusal = refused(client.set_parameter(set(key, "A")).await);
        assert_eq!(refusal.reason_name(), "INVALID_FIELD");
        assert!(refusal.violations().iter().any(|v| v.field == "key" && v.message.contains(fix)), "{refusal:?}");
    }
    // A value of another kind than the blank's is refused with what would do.
    for (key, value, fix) in [
        ("doc.next_review", "soon", "2026-11-24"),
        ("vc.enabled", "perhaps", "true or false"),
        ("phone.rule", "anywhere", "office_daily"),
    ] {
        let refusal = refused(client.set_parameter(set(key, value)).await);
        assert!(refusal.violations().iter().any(|v| v.field == "values" && v.message.contains(fix)), "{refusal:?}");
    }
    client.set_parameter(set("role.head", "Ada Birch")).await?;
    Ok(())
}

pub(super) async fn documents_become_a_template_with_evidence(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let mut client = world.client(&world.officer)?;
    let text = |filter: &str, lead: &str| {
        format!(
            "# Aims\n\n- This policy was written by staff, parents and learners together.\n\n# Filtering\n\n\
             - Our internet filter is {filter} and it blocks what is illegal.\n- Every worry about the filter goes to {lead} on the same day.\n"
        )
    };
    let document = |text: String| SourceFile { name: "policy.txt".into(), content: text.into_bytes().into() };
    let documents = vec![
        document(text("Sluice", "the DSL")),
        document(text("Sluice", "the head teacher")),
        document(text("Weir Pro", "the DSL")),
    ];
    let request = |documents: &[SourceFile]| DistilTemplateRequest { documents: documents.to_vec() };
    let answer = client.distil_template(request(&documents)).await?.into_inner();
    let values = |said: &str| {
        let found = answer.parameters.iter().find(|p| p.key.starts_with("local.") && p.title.contains(said)).unwrap();
        found.values.iter().map(|v| (v.document, v.value.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(values("Sluice"), [(0, "Sluice"), (1, "Sluice"), (2, "Weir Pro")]);
    assert_eq!(values("head teacher"), [(0, "DSL"), (1, "head teacher"), (2, "DSL")]);
    let clause = answer.clauses.iter().find(|c| c.text.contains("internet filter")).unwrap();
    let evidence: Vec<_> = clause.evidence.iter().map(|e| (e.document, e.line, e.how.as_str())).collect();
    assert_eq!(evidence, [(0, 7, "same"), (1, 7, "same"), (2, 7, "changed")]);
    let checked = client.check_template(CheckTemplateRequest { files: answer.files }).await?.into_inner();
    assert!(checked.problems.is_empty(), "{:?}", checked.problems);

    for documents in [&documents[..1], &vec![documents[0].clone(); 21][..]] {
        assert_eq!(refused(client.distil_template(request(documents)).await).reason_name(), "INVALID_FIELD");
    }
    let broken = SourceFile { name: "b.docx".into(), content: b"no archive".to_vec().into() };
    let refusal = refused(client.distil_template(request(&[documents[0].clone(), broken])).await);
    assert!(refusal.violations().iter().any(|v| v.field == "documents[1]"), "{refusal:?}");
    let empty = SourceFile { name: "empty.txt".into(), content: b"\n \n".to_vec().into() };
    let refusal = refused(client.distil_template(request(&[documents[0].clone(), empty])).await);
    let said =
        |v: &chassis::error::Violation| v.field == "documents[1]" && v.message.contains("send the document itself");
    assert!(refusal.violations().iter().any(said), "{refusal:?}");
    let mut dsl = world.client(&world.at_school(Role::Dsl))?;
    assert_eq!(refused(dsl.distil_template(request(&documents)).await).reason_name(), "NOT_PERMITTED");
    Ok(())
}
