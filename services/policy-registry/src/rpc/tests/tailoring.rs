//! A school makes the template its own: tailoring, revisions, confirming an import, findings let stand.

use chassis::testing::{Engine, Person};
use proto::{access::v1::Role, policy_registry::v1::*};

use super::{
    Tested,
    world::{Client, World, refused},
};

const TEXT: &str = "Head\tAda Birch\nLead\tBo Cedar\nReview\tMarch 2027\n\n# Policy aims\n\n- It was written by staff, involving parents.\n\n\
# Web filtering\n\n- We use Sluice to filter the internet here.\n- Ring Southmere Police.\n";

/// A lead at work on one version.
struct Desk {
    dsl: Person,
    client: Client,
    school: String,
    instance: Instance,
}

impl Desk {
    async fn new(world: &World, instance: Instance) -> Result<Self, Box<dyn std::error::Error>> {
        let dsl = world.at_school(Role::Dsl);
        Ok(Self { client: world.client(&dsl)?, dsl, school: world.school.clone(), instance })
    }

    fn clause(&self, key: &str, tailoring: &str, text: &str) -> TailorClauseRequest {
        TailorClauseRequest {
            school_id: self.school.clone(),
            instance_id: self.instance.instance_id.clone(),
            clause_key: key.into(),
            tailoring: tailoring.into(),
            text: text.into(),
            reason: "as we do it".into(),
            etag: self.instance.etag.clone(),
            request_id: self.dsl.request_id(),
        }
    }

    fn step(&self, tailoring: &str, step: Step) -> TailorStepRequest {
        TailorStepRequest {
            school_id: self.school.clone(),
            instance_id: self.instance.instance_id.clone(),
            procedure_id: "P1".into(),
            tailoring: tailoring.into(),
            step: Some(step),
            reason: "as we do it".into(),
            etag: self.instance.etag.clone(),
            request_id: self.dsl.request_id(),
        }
    }

    fn waive(&self, finding: &str, until: &str) -> WaiveFindingRequest {
        WaiveFindingRequest {
            school_id: self.school.clone(),
            instance_id: self.instance.instance_id.clone(),
            finding_id: finding.into(),
            reason: "known".into(),
            until_date: until.into(),
            etag: self.instance.etag.clone(),
            request_id: self.dsl.request_id(),
        }
    }

    fn realign(&self, line: u32, fate: &str, clause: &str) -> RealignParagraphRequest {
        RealignParagraphRequest {
            school_id: self.school.clone(),
            instance_id: self.instance.instance_id.clone(),
            line,
            fate: fate.into(),
            clause_id: clause.into(),
            section_id: String::new(),
            reason: "it says so".into(),
            etag: self.instance.etag.clone(),
            request_id: self.dsl.request_id(),
        }
    }

    fn which(&self) -> (String, String) {
        (self.school.clone(), self.instance.instance_id.clone())
    }

    async fn findings(&mut self) -> Result<Vec<Finding>, tonic::Status> {
        let (school_id, instance_id) = self.which();
        let asked = LintInstanceRequest { school_id, instance_id };
        Ok(self.client.lint_instance(asked).await?.into_inner().findings)
    }
}

pub(super) async fn a_school_words_leaves_out_and_adds_and_it_comes_into_force(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let imported = world.import(TEXT).await?;
    let mut desk = Desk::new(&world, imported).await?;
    let made = desk.instance.clauses.iter().find(|c| c.template_clause_id == "aims.made").unwrap().clause_key.clone();

    let stale = TailorClauseRequest { etag: "0-0".into(), ..desk.clause(&made, "omitted", "") };
    assert_eq!(refused(desk.client.tailor_clause(stale).await).reason_name(), "CHANGED");
    let statutory = desk.clause("aims.risks", "omitted", "");
    assert_eq!(refused(desk.client.tailor_clause(statutory).await).reason_name(), "WRONG_STATE");
    for (field, wrong) in [
        ("reason", TailorClauseRequest { reason: " ".into(), ..desk.clause(&made, "omitted", "") }),
        ("text", desk.clause(&made, "adapted", "")),
        ("text", desk.clause(&made, "adapted", "{{no.such}}")),
        ("tailoring", desk.clause(&made, "rewritten", "x")),
        ("clause_key", desk.clause("no.such", "omitted", "")),
    ] {
        let refusal = refused(desk.client.tailor_clause(wrong).await);
        assert_eq!((refusal.reason_name(), refusal.violations()[0].field.as_str()), ("INVALID_FIELD", field));
    }
    let twice = desk.clause(&made, "omitted", "");
    let once = desk.client.tailor_clause(twice.clone()).await?.into_inner().instance.unwrap();
    desk.instance = desk.client.tailor_clause(twice).await?.into_inner().instance.unwrap();
    assert_eq!(once.etag, desk.instance.etag, "a call repeated returns the first answer");
    let more = desk.clause("aims.risks", "adapted", "Ask {{role.head}}.");
    desk.instance = desk.client.tailor_clause(more).await?.into_inner().instance.unwrap();
    let (school_id, instance_id) = desk.which();
    let add = |section: &str, etag: &str, request_id| AddClauseRequest {
        school_id: school_id.clone(),
        instance_id: instance_id.clone(),
        section_id: section.into(),
        text: "Our pond is fenced.".into(),
        reason: "we have one".into(),
        etag: etag.into(),
        request_id,
    };
    let nowhere = add("ponds", &desk.instance.etag, desk.dsl.request_id());
    assert_eq!(refused(desk.client.add_clause(nowhere).await).reason_name(), "INVALID_FIELD");
    let pond = add("aims", &desk.instance.etag, desk.dsl.request_id());
    desk.instance = desk.client.add_clause(pond).await?.into_inner().instance.unwrap();
    let choose = |choice: &str, section: &str, etag: &str, request_id| ChooseSectionRequest {
        school_id: school_id.clone(),
        instance_id: instance_id.clone(),
        section_id: section.into(),
        choice: choice.into(),
        reason: "we will".into(),
        etag: etag.into(),
        request_id,
    };
    let fixed = choose("out", "aims", &desk.instance.etag, desk.dsl.request_id());
    assert_eq!(refused(desk.client.choose_section(fixed).await).reason_name(), "INVALID_FIELD");
    let calls = choose("in", "calls", &desk.instance.etag, desk.dsl.request_id());
    desk.instance = desk.client.choose_section(calls).await?.into_inner().instance.unwrap();
    assert!(desk.instance.section_choices[0].included);

    let (head, chair) = (world.at_school(Role::Head), world.at_school(Role::Chair));
    let approved = world.approve(&head, &desk.instance).await?;
    let ring = Step {
        title: "Ring home".into(),
        roles: vec!["dsl".into()],
        clock: Some(Clock { kind: "days".into(), amount: 2, source: String::new() }),
        condition: "always".into(),
        after: vec!["P1-01".into()],
        records: vec!["note".into()],
        ..Step::default()
    };
    desk.instance = approved;
    let weak = Step { step_id: "P1-01".into(), title: "Wait".into(), ..ring.clone() };
    let first = Step { step_id: "P1-01".into(), ..Step::default() };
    for (reason, wrong) in [
        ("WRONG_STATE", desk.step("omitted", first)),
        ("WRONG_STATE", desk.step("adapted", Step { after: vec![], ..weak })),
        ("INVALID_FIELD", desk.step("added", Step { condition: "x ==".into(), ..ring.clone() })),
        ("INVALID_FIELD", desk.step("added", Step { opens: vec!["G-HOLD".into()], ..ring.clone() })),
        ("INVALID_FIELD", TailorStepRequest { procedure_id: "P9".into(), ..desk.step("added", ring.clone()) }),
    ] {
        assert_eq!(refused(desk.client.tailor_step(wrong).await).reason_name(), reason);
    }
    let added = desk.step("added", ring);
    desk.instance = desk.client.tailor_step(added).await?.into_inner().instance.unwrap();
    assert_eq!((desk.instance.state(), desk.instance.signatures.len()), (InstanceState::Draft, 0), "signatures fall");
    let approved = world.approve(&head, &desk.instance).await?;
    world.publish(&head, &world.ratify(&chair, &approved).await?).await?;

    let effective = world.effective(&mut desk.client, None).await?;
    let said: Vec<&str> = effective.clauses.iter().map(|clause| clause.text.as_str()).collect();
    for text in ["Risks are of four kinds.", "Ask Ada Birch.", "Our pond is fenced.", "Cameras are off when idle."] {
        assert!(said.contains(&text), "{text}: {said:?}");
    }
    assert!(!said.iter().any(|text| text.contains("involving parents") || text.contains("with parents")));
    let steps: Vec<&str> = effective.procedures[0].steps.iter().map(|step| step.step_id.as_str()).collect();
    assert_eq!(steps, ["P1-01", "P1-S01", "P1-03"]);
    let late = desk.clause("aims.risks", "adopted", "");
    assert_eq!(refused(desk.client.tailor_clause(late).await).reason_name(), "CHANGED");
    Ok(())
}

pub(super) async fn nobody_signs_an_import_that_nobody_looked_at(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let imported = world.import_unconfirmed(TEXT).await?;
    let mut desk = Desk::new(&world, imported).await?;
    let head = world.at_school(Role::Head);
    let refusal = refused(world.approve(&head, &desk.instance).await);
    assert!(refusal.reason_name() == "WRONG_STATE" && refusal.message().contains("confirm"), "{refusal}");
    let (school_id, instance_id) = desk.which();
    let list = ListParagraphsRequest { school_id, instance_id };
    let listed = desk.client.list_paragraphs(list.clone()).await?.into_inner();
    assert_eq!(listed.paragraphs.len(), usize::try_from(desk.instance.import.as_ref().unwrap().paragraphs)?);
    assert!(listed.confirm_time.is_none() && listed.paragraphs.iter().all(|p| !p.text.is_empty()));
    let police = listed.paragraphs.iter().find(|p| p.text.contains("Southmere")).unwrap().clone();
    for wrong in [
        desk.realign(999, "added", ""),
        desk.realign(police.line, "lost", ""),
        desk.realign(police.line, "matched", ""),
        desk.realign(police.line, "matched", "no.such"),
        RealignParagraphRequest { reason: String::new(), ..desk.realign(police.line, "ignored", "") },
    ] {
        assert_eq!(refused(desk.client.realign_paragraph(wrong).await).reason_name(), "INVALID_FIELD");
    }
    let moved = desk.realign(police.line, "amended", "filtering.iwf");
    desk.instance = desk.client.realign_paragraph(moved).await?.into_inner().instance.unwrap();
    let listed = desk.client.list_paragraphs(list).await?.into_inner();
    let now = listed.paragraphs.iter().find(|p| p.line == police.line).unwrap();
    assert_eq!((now.fate.as_str(), now.clause_id.as_str(), now.by_hand), ("amended", "filtering.iwf", true));
    assert_eq!(now.template_text, "It blocks IWF, as Northshire Police advises.");
    let confirm = |desk: &Desk| ConfirmImportRequest {
        school_id: desk.school.clone(),
        instance_id: desk.instance.instance_id.clone(),
        etag: desk.instance.etag.clone(),
        request_id: desk.dsl.request_id(),
    };
    let request = confirm(&desk);
    desk.instance = desk.client.confirm_import(request).await?.into_inner().instance.unwrap();
    assert!(desk.instance.import_confirm_time.is_some());
    let again = confirm(&desk);
    assert_eq!(refused(desk.client.confirm_import(again).await).reason_name(), "WRONG_STATE");
    world.approve(&head, &desk.instance).await?;
    Ok(())
}

pub(super) async fn a_revision_starts_from_what_is_in_force_and_a_discarded_one_never_returns(
    engine: Engine,
) -> Tested {
    let world = World::new(engine).await?;
    let dsl = world.at_school(Role::Dsl);
    let mut client = world.client(&dsl)?;
    let start = || StartRevisionRequest { school_id: world.school.clone(), request_id: dsl.request_id() };
    assert_eq!(refused(client.start_revision(start()).await).reason_name(), "WRONG_STATE", "nothing is in force");
    world.in_force(TEXT).await?;
    let revised = client.start_revision(start()).await?.into_inner().instance.unwrap();
    assert_eq!((revised.version, revised.state(), revised.signatures.len()), (2, InstanceState::Draft, 0));
    assert_eq!(refused(client.start_revision(start()).await).reason_name(), "WRONG_STATE", "one is open");
    let discard = |reason: &str, etag: &str| DiscardInstanceRequest {
        school_id: world.school.clone(),
        instance_id: revised.instance_id.clone(),
        reason: reason.into(),
        etag: etag.into(),
        request_id: dsl.request_id(),
    };
    assert_eq!(refused(client.discard_instance(discard("", &revised.etag)).await).reason_name(), "INVALID_FIELD");
    let gone = client.discard_instance(discard("not now", &revised.etag)).await?.into_inner().instance.unwrap();
    assert_eq!((gone.state(), gone.discard_reason.as_str()), (InstanceState::Discarded, "not now"));
    assert_eq!(refused(client.discard_instance(discard("again", &gone.etag)).await).reason_name(), "WRONG_STATE");
    let head = world.at_school(Role::Head);
    assert_eq!(refused(world.approve(&head, &gone).await).reason_name(), "WRONG_STATE");
    let next = client.start_revision(start()).await?.into_inner().instance.unwrap();
    assert_eq!(next.version, 3);
    world.approve(&head, &next).await?;
    Ok(())
}

pub(super) async fn a_finding_is_let_stand_until_a_day_and_is_the_same_one_in_the_next_version(
    engine: Engine,
) -> Tested {
    let world = World::new(engine).await?;
    let imported = world.in_force(TEXT).await?;
    let mut desk = Desk::new(&world, imported).await?;
    let found = desk.findings().await?;
    let grave = async || -> Result<u32, Box<dyn std::error::Error>> {
        Ok(world.adoptions("").await?.adoptions[0].error_findings)
    };
    let all = found.iter().filter(|f| f.severity() == Severity::Error).count();
    assert_eq!(usize::try_from(grave().await?)?, all, "the authority is told what is found in what is in force");
    let area = found.iter().find(|f| f.rule == "AGENCY-AREA").unwrap().clone();
    let clause = desk.instance.clauses.iter().find(|c| c.clause_key == area.clause_key).unwrap();
    assert!(clause.text.contains("Southmere") && area.waiver.is_none());
    assert!(desk.instance.findings.iter().any(|f| f.finding_id == area.finding_id), "the document’s is the same one");
    for (finding, until) in [("fnd_none", "2026-12-01"), (&area.finding_id, "soon"), (&area.finding_id, "2031-01-01")] {
        let wrong = desk.waive(finding, until);
        assert_eq!(refused(desk.client.waive_finding(wrong).await).reason_name(), "INVALID_FIELD", "{finding} {until}");
    }
    let until = (world.bed.now().date() + time::Duration::days(30)).to_string();
    let waive = desk.waive(&area.finding_id, &until);
    desk.instance = desk.client.waive_finding(waive).await?.into_inner().instance.unwrap();
    assert_eq!(desk.instance.state(), InstanceState::InForce, "no word changed");
    let kept = desk.instance.findings.iter().find(|f| f.finding_id == area.finding_id).unwrap();
    assert_eq!(kept.waiver.as_ref().unwrap().until_date, until);
    assert_eq!(usize::try_from(grave().await?)?, all - 1, "and not of what is let stand");
    let start = StartRevisionRequest { school_id: world.school.clone(), request_id: desk.dsl.request_id() };
    desk.instance = desk.client.start_revision(start).await?.into_inner().instance.unwrap();
    let again = desk.findings().await?;
    let same = again.iter().find(|f| f.finding_id == area.finding_id).unwrap();
    assert!(same.waiver.is_some(), "the waiver goes along");
    world.bed.clock.advance(time::Duration::days(31));
    desk = Desk::new(&world, desk.instance).await?; // the sign-in of before has expired
    assert!(desk.findings().await?.iter().all(|f| f.waiver.is_none()), "and ends with its day");
    let end = desk.waive(&area.finding_id, "");
    desk.instance = desk.client.waive_finding(end).await?.into_inner().instance.unwrap();
    assert!(desk.instance.waivers.is_empty());
    Ok(())
}

pub(super) async fn another_schools_version_is_tailored_by_nobody(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let imported = world.import(TEXT).await?;
    let mut desk = Desk::new(&world, imported).await?;
    let elsewhere = world.add_school("Elmtree School", "100002").await?;
    let stranger = world.bed.person(&[(Role::Dsl, &elsewhere)]);
    let mut client = world.client(&stranger)?;
    let theirs = TailorClauseRequest { school_id: elsewhere.clone(), ..desk.clause("aims.risks", "adopted", "") };
    let foreign = refused(client.tailor_clause(theirs.clone()).await);
    let nobodys = TailorClauseRequest { instance_id: "ins_00000000000000000000000000".into(), ..theirs };
    let absent = refused(client.tailor_clause(nobodys).await);
    assert_eq!((foreign.reason_name(), foreign.message()), (absent.reason_name(), absent.message()));
    let (_, instance_id) = desk.which();
    let lint = LintInstanceRequest { school_id: elsewhere, instance_id };
    assert_eq!(refused(client.lint_instance(lint).await).reason_name(), "NOT_FOUND");
    let staff = world.at_school(Role::Staff);
    let unasked = desk.clause("aims.risks", "adopted", "");
    assert!(world.client(&staff)?.tailor_clause(unasked).await.is_err());
    let mine = desk.clause("aims.risks", "adopted", "");
    desk.client.tailor_clause(mine).await?;
    Ok(())
}
