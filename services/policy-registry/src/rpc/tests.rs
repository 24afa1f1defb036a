//! The rpcs through the wall, on a fresh database of either engine, with a small template.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bad_input;
mod counted;
mod decisions;
mod documents;
mod effective;
mod life_cycle;
mod registers;
mod render;
mod rollouts;
mod schools;
mod tailoring;
mod template;
mod world;

use chassis::{error::Error, event::Event, testing::Engine};
use proto::{
    access::v1::Role,
    policy_registry::v1::{policy_registry_client::PolicyRegistryClient, *},
};
use time::Duration;

use world::{World, refused};

type Tested = Result<(), Box<dyn std::error::Error>>;

const TEXT: &str = "Head\tAda Birch\nLead\tBo Cedar\nReview\tMarch 2027\n\n# Policy aims\n\n- It was written by staff, involving parents.\n\n\
# Web filtering\n\n- We use Sluice to filter the internet here.\n- Ring Southmere Police.\n";

async fn a_policy_comes_into_force_and_is_answered_for_every_past_moment(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let before = world.bed.now();
    world.bed.clock.advance(Duration::HOUR);
    let first = world.in_force(TEXT).await?;
    assert_eq!((first.version, first.state()), (1, InstanceState::InForce));
    let during = world.bed.now();
    world.bed.clock.advance(Duration::HOUR);
    let second = world.in_force(&TEXT.replace("Sluice", "Weir")).await?;

    let mut client = world.client(&world.at_school(Role::Staff))?;
    let product = |policy: &EffectivePolicy| {
        policy.parameters.iter().find(|p| p.key == "filter.product").map(|p| p.values.join(","))
    };
    let now = world.effective(&mut client, None).await?;
    assert_eq!((now.version, product(&now).as_deref()), (2, Some("Weir")));
    assert_eq!(now.instance_id, second.instance_id);
    let then = world.effective(&mut client, Some(during)).await?;
    assert_eq!((then.version, product(&then).as_deref()), (1, Some("Sluice")));
    assert_eq!(refused(world.effective(&mut client, Some(before)).await).reason_name(), "NOT_FOUND");
    assert_eq!((now.procedures.len(), now.gates.len(), now.alert_rules.len()), (1, 2, 1));
    assert!(now.contacts.iter().any(|agency| agency.key == "front_door_urgent"));
    assert!(now.clauses.iter().any(|c| c.text == "It blocks IWF, as Northshire Police advises."));

    let get = GetInstanceRequest { school_id: world.school.clone(), instance_id: first.instance_id };
    let old = client.get_instance(get).await?.into_inner().instance.unwrap();
    assert_eq!((old.state(), old.signatures.len()), (InstanceState::Superseded, 2));
    assert!(old.findings.iter().any(|f| f.rule == "AGENCY-AREA" && f.severity() == Severity::Error));
    let import = old.import.unwrap();
    assert_eq!(import.paragraphs, import.matched + import.amended + import.added + import.ignored);
    Ok(())
}

async fn a_document_is_judged_and_nothing_of_it_is_kept(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let lint = |name: &str, area: &str| LintDocumentRequest {
        file: Some(SourceFile { name: name.into(), content: TEXT.as_bytes().to_vec().into() }),
        area: area.into(),
    };
    for person in [world.at_school(Role::Dsl), world.at_school(Role::Head), world.officer.clone()] {
        let found = world.client(&person)?.lint_document(lint("policy.txt", "")).await?.into_inner().findings;
        assert!(found.iter().any(|f| f.rule == "AGENCY-AREA" && f.severity() == Severity::Error), "{found:?}");
    }
    let dsl = world.at_school(Role::Dsl);
    let mut client = world.client(&dsl)?;
    assert_eq!(refused(client.lint_document(lint("policy.txt", "atlantis")).await).reason_name(), "INVALID_FIELD");
    assert_eq!(refused(client.lint_document(lint("policy.exe", "")).await).reason_name(), "INVALID_FIELD");
    let kept = ListInstancesRequest { school_id: world.school.clone(), ..Default::default() };
    assert!(client.list_instances(kept).await?.into_inner().instances.is_empty());
    let staff = world.at_school(Role::Staff);
    assert!(world.client(&staff)?.lint_document(lint("policy.txt", "")).await.is_err());
    Ok(())
}

async fn an_earlier_version_published_later_is_the_one_in_force(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let (head, chair) = (world.at_school(Role::Head), world.at_school(Role::Chair));
    let first = world.import(TEXT).await?;
    world.in_force(&TEXT.replace("Sluice", "Weir")).await?;
    let between = world.bed.now();
    world.bed.clock.advance(Duration::HOUR);
    let ratified = world.ratify(&chair, &world.approve(&head, &first).await?).await?;
    world.publish(&head, &ratified).await?;
    let mut client = world.client(&head)?;
    assert_eq!(world.effective(&mut client, None).await?.version, 1);
    assert_eq!(world.effective(&mut client, Some(between)).await?.version, 2);
    Ok(())
}

async fn of_two_at_once_one_is_told_that_it_changed(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let (head, chair) = (world.at_school(Role::Head), world.at_school(Role::Chair));
    for _ in 0..5 {
        let drafted = world.import(TEXT).await?;
        let (one, other) = tokio::join!(world.approve(&head, &drafted), world.approve(&head, &drafted));
        let (done, refusal) = if one.is_ok() { (one, other) } else { (other, one) };
        assert_eq!((done?.signatures.len(), refused(refusal).reason_name()), (1, "CHANGED"));
    }
    let mut ready = Vec::new();
    for _ in 0..2 {
        let approved = world.approve(&head, &world.import(TEXT).await?).await?;
        ready.push(world.ratify(&chair, &approved).await?);
    }
    let (one, other) = tokio::join!(world.publish(&head, &ready[0]), world.publish(&head, &ready[1]));
    assert!(one.is_ok() || other.is_ok());
    let list = ListInstancesRequest { school_id: world.school.clone(), ..Default::default() };
    let instances = world.client(&head)?.list_instances(list).await?.into_inner().instances;
    assert_eq!(instances.iter().filter(|i| i.state() == InstanceState::InForce).count(), 1);
    Ok(())
}

async fn other_services_read_what_is_in_force(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    world.in_force(TEXT).await?;
    for service in ["incident-cases", "filtering-ingest"] {
        let upstream = world.bed.upstreams.as_service("policy-registry", &world.bed.signer(service))?;
        let mut client = PolicyRegistryClient::new(upstream);
        assert_eq!(world.effective(&mut client, None).await?.version, 1);
        let unknown = GetEffectivePolicyRequest { school_id: world.bed.school(), ..Default::default() };
        assert_eq!(refused(client.get_effective_policy(unknown).await).reason_name(), "NOT_FOUND");
        let template = client.get_template(GetTemplateRequest::default()).await;
        assert_eq!(refused(template).reason_name(), "NOT_PERMITTED");
    }
    Ok(())
}

async fn signatures_are_by_two_people_and_fall_with_an_edit(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let both = world.bed.person(&[(Role::Head, &world.school), (Role::Chair, &world.school)]);
    let (head, chair) = (world.at_school(Role::Head), world.at_school(Role::Chair));
    let drafted = world.import(TEXT).await?;
    assert_eq!(refused(world.publish(&head, &drafted).await).reason_name(), "WRONG_STATE");
    assert_eq!(refused(world.approve(&chair, &drafted).await).reason_name(), "NOT_PERMITTED");
    let approved = world.approve(&both, &drafted).await?;
    assert_eq!(refused(world.ratify(&both, &approved).await).reason_name(), "WRONG_STATE");
    assert_eq!(refused(world.ratify(&chair, &drafted).await).reason_name(), "CHANGED");

    let dsl = world.at_school(Role::Dsl);
    let set = |key: &str, values: &[&str], etag: &str| SetParameterRequest {
        school_id: world.school.clone(),
        instance_id: drafted.instance_id.clone(),
        key: key.into(),
        values: values.iter().map(|v| (*v).to_owned()).collect(),
        etag: etag.into(),
        request_id: dsl.request_id(),
    };
    let mut client = world.client(&dsl)?;
    let violations = |error: Error| error.violations().iter().map(|v| v.field.clone()).collect::<Vec<_>>();
    let bad = refused(client.set_parameter(set("phone.rule", &["anywhere"], &approved.etag)).await);
    assert_eq!((bad.reason_name(), violations(bad)), ("INVALID_FIELD", vec!["values".to_owned()]));
    let unread = refused(client.set_parameter(set("phone.rule", &["office_daily"], "")).await);
    assert_eq!(violations(unread), ["etag"]);
    let emptied =
        client.set_parameter(set("filter.product", &[], &approved.etag)).await?.into_inner().instance.unwrap();
    assert_eq!((emptied.state(), emptied.signatures.len()), (InstanceState::Draft, 0));
    let ratified = world.ratify(&chair, &world.approve(&head, &emptied).await?).await?;
    let unfilled = refused(world.publish(&head, &ratified).await);
    assert_eq!((unfilled.reason_name(), violations(unfilled)), ("WRONG_STATE", vec!["filter.product".to_owned()]));
    Ok(())
}

async fn a_repeated_import_makes_one_draft(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let dsl = world.at_school(Role::Dsl);
    let file =
        |name: &str, text: &str| Some(SourceFile { name: name.into(), content: text.as_bytes().to_vec().into() });
    let mut request = ImportPolicyRequest {
        school_id: world.school.clone(),
        file: file("policy.txt", TEXT),
        request_id: dsl.request_id(),
    };
    let mut client = world.client(&dsl)?;
    let first = client.import_policy(request.clone()).await?.into_inner();
    assert_eq!(client.import_policy(request.clone()).await?.into_inner(), first);
    let list = ListInstancesRequest { school_id: world.school.clone(), ..Default::default() };
    assert_eq!(client.list_instances(list).await?.into_inner().instances.len(), 1);
    for (name, text, says) in [
        ("policy.docx", TEXT, "damaged"),
        ("policy.rtf", TEXT, "plain text"),
        ("policy.txt", "", "empty"),
        ("policy.txt", "no heading in here, only words.", "No headings"),
        ("../policy.txt", TEXT, "without its folders"),
    ] {
        request.file = file(name, text);
        request.request_id = dsl.request_id();
        let error = refused(client.import_policy(request.clone()).await);
        assert!(error.violations().iter().any(|v| v.message.contains(says)), "{name}: {error}");
    }
    Ok(())
}

async fn what_is_wrong_with_files_and_fields_is_said_in_full(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let mut client = world.client(&world.officer)?;
    let change =
        [("clauses/aims.md", "{{school.short_name}}", "{{school.name}}"), ("gates.yaml", "title: N", "titel: N")];
    let files = crate::testing::files(&change).into_iter();
    let files = files.map(|f| SourceFile { name: f.name, content: f.content.into() }).collect();
    let template = PublishTemplateRequest { files, request_id: world.officer.request_id(), based_on_version: 0 };
    let error = refused(client.publish_template(template).await);
    let said: Vec<&str> = error.violations().iter().map(|v| v.message.as_str()).collect();
    assert!(said.iter().any(|m| m.starts_with("clauses/aims.md:4: there is no parameter “school.name”")), "{said:?}");
    assert!(said.iter().any(|m| m.starts_with("gates.yaml:1:")), "{said:?}");
    let school = CreateSchoolRequest { urn: "1".into(), request_id: world.officer.request_id(), ..Default::default() };
    let error = refused(client.create_school(school).await);
    let fields: Vec<&str> = error.violations().iter().map(|v| v.field.as_str()).collect();
    assert!(["name", "kind", "urn", "key_stages"].iter().all(|field| fields.contains(field)), "{fields:?}");
    let doubled = world.add_school("Another", "100001").await.unwrap_err().to_string();
    assert!(doubled.contains("there is one already"), "{doubled}");
    let area = PublishAgencyRegisterRequest {
        area: "nowhere".into(),
        request_id: world.officer.request_id(),
        ..Default::default()
    };
    let error = refused(client.publish_agency_register(area).await);
    assert!(error.violations().iter().any(|v| v.message.contains("northshire")), "{error}");
    Ok(())
}

async fn what_happened_is_announced_and_stands_in_the_history(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let instance = world.in_force(TEXT).await?;
    for _ in 0..100 {
        if world.heard.0.lock().unwrap().len() > 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let heard = world.heard.0.lock().unwrap().clone();
    let schools: Vec<&str> = heard.iter().map(|envelope| envelope.school_id.as_str()).collect();
    assert_eq!(schools, [world.school.as_str(), world.school.as_str()]);
    assert!(matches!(&heard[0].event, Some(Event::SchoolCreated(created)) if created.kind == "primary"));
    let Some(Event::PolicyPublished(published)) = &heard[1].event else { unreachable!("{heard:?}") };
    assert_eq!((published.instance_id.as_str(), published.version), (instance.instance_id.as_str(), 1));
    assert!(published.error_findings >= 1 && published.effective_time.is_some());
    assert_eq!(world.running.name, "policy-registry");
    Ok(())
}

async fn what_ships_is_published_by_name(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let mut client = world.client(&world.officer)?;
    let model =
        PublishTemplateRequest { files: Vec::new(), request_id: world.officer.request_id(), based_on_version: 0 };
    let template = client.publish_template(model).await?.into_inner().template.unwrap();
    assert_eq!(template.version, 2);
    assert!(template.procedures.len() >= 8 && template.gates.iter().any(|gate| gate.gate_id == "G-HOLD"));
    let area = PublishAgencyRegisterRequest {
        area: "derbyshire".into(),
        request_id: world.officer.request_id(),
        ..Default::default()
    };
    assert_eq!(client.publish_agency_register(area).await?.into_inner().version, 2);
    let register = client.get_agency_register(GetAgencyRegisterRequest {}).await?.into_inner();
    assert_eq!((register.area.as_str(), register.version), ("derbyshire", 2));
    assert_eq!(client.get_template(GetTemplateRequest::default()).await?.into_inner().template, Some(template));
    Ok(())
}

/// The two real policies, with what ships, from document to force; nothing where they are not at hand.
#[tokio::test]
async fn the_two_real_policies_come_into_force() -> Tested {
    let mut world = World::new(Engine::Sqlite).await?;
    let mut client = world.client(&world.officer)?;
    client
        .publish_template(PublishTemplateRequest {
            files: Vec::new(),
            request_id: world.officer.request_id(),
            based_on_version: 0,
        })
        .await?;
    let area = PublishAgencyRegisterRequest {
        area: "derbyshire".into(),
        request_id: world.officer.request_id(),
        ..Default::default()
    };
    client.publish_agency_register(area).await?;
    for (seed, urn) in [("000_075fc426dfb66804.txt", "100006"), ("002_329bbba5d2ac27c8.txt", "100007")] {
        let path = format!("{}/../../../shared/seeds/{seed}", env!("CARGO_MANIFEST_DIR"));
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("skipped: {path} is not there");
            return Ok(());
        };
        world.school = world.add_school("A real school", urn).await?;
        let instance = world.in_force(&text).await?;
        let import = instance.import.unwrap();
        assert_eq!(import.paragraphs, import.matched + import.amended + import.added + import.ignored);
        let policy = world.effective(&mut world.client(&world.at_school(Role::Dsl))?, None).await?;
        let procedures: Vec<&str> = policy.procedures.iter().map(|p| p.procedure_id.as_str()).collect();
        assert_eq!(procedures, ["P0", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12"]);
        assert!(policy.contacts.iter().any(|agency| agency.key == "lado_county") && !policy.alert_rules.is_empty());
        assert!(policy.clauses.len() > 250 && policy.clauses.iter().all(|clause| !clause.text.contains("{{")));
    }
    Ok(())
}

/// Makes a test of each for both engines.
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $name() -> super::Tested { super::$name(super::Engine::Sqlite).await })* }
        mod postgres { $(#[tokio::test] async fn $name() -> super::Tested { super::$name(super::Engine::Postgres).await })* }
    };
}

on_both_engines!(
    a_document_is_judged_and_nothing_of_it_is_kept,
    a_policy_comes_into_force_and_is_answered_for_every_past_moment,
    an_earlier_version_published_later_is_the_one_in_force,
    of_two_at_once_one_is_told_that_it_changed,
    other_services_read_what_is_in_force,
    signatures_are_by_two_people_and_fall_with_an_edit,
    a_repeated_import_makes_one_draft,
    what_is_wrong_with_files_and_fields_is_said_in_full,
    what_happened_is_announced_and_stands_in_the_history,
    what_ships_is_published_by_name,
);

mod register_entries {
    use super::{Engine, Tested, registers::*};

    on_both_engines!(
        every_register_that_ships_is_kept_corrected_exported_and_imported,
        each_register_says_who_adds_and_reads,
        the_state_of_any_day_is_answered,
        staff_accept_in_their_own_name_and_again_on_a_new_version,
        a_file_is_imported_whole_and_by_whoever_previewed_it,
        a_file_is_shown_line_by_line_with_what_would_be_found,
        what_two_do_at_once_is_done_once,
        no_policy_is_approved_while_a_way_to_report_is_missing,
    );
}

mod each_school_and_the_others {
    use super::{Engine, Tested, schools::*};

    on_both_engines!(
        another_schools_policy_answers_like_one_that_never_was,
        whoever_shares_incidents_reads_the_other_schools_names_and_no_more,
        schools_are_listed_to_whom_they_concern,
    );
}

mod asked_and_decided {
    use super::{Engine, Tested, counted::*, decisions::*};

    on_both_engines!(
        what_staff_ask_for_the_lead_decides_and_whoever_asked_is_told,
        a_governor_confirms_a_review_in_their_own_name_and_nobody_else_does,
        checks_are_announced_as_codes,
        what_is_counted_twice_at_one_moment_has_an_order,
    );
}

mod a_school_tailors {
    use super::{Engine, Tested, tailoring::*};

    on_both_engines!(
        a_school_words_leaves_out_and_adds_and_it_comes_into_force,
        nobody_signs_an_import_that_nobody_looked_at,
        a_revision_starts_from_what_is_in_force_and_a_discarded_one_never_returns,
        a_finding_is_let_stand_until_a_day_and_is_the_same_one_in_the_next_version,
        another_schools_version_is_tailored_by_nobody,
    );
}

mod a_policys_life {
    use super::{Engine, Tested, life_cycle::*};

    on_both_engines!(
        what_is_said_in_a_consultation_is_answered_and_kept,
        a_consultation_closes_by_itself_or_by_hand,
        what_cannot_wait_is_in_force_at_once_and_ratified_afterwards,
        reviews_come_by_the_calendar_and_by_what_happens,
        the_authority_reminds_schools_and_each_is_an_act,
        a_calendar_opens_to_its_present_secret_alone_and_names_nobody,
        a_lesson_is_answered_by_the_school_and_by_the_authority,
    );
}

mod rollout {
    use super::{Engine, Tested, rollouts::*};

    on_both_engines!(
        rollout_merges_are_previewed_answered_and_published,
        rollout_merges_take_a_draft_over_and_give_it_back,
        rollout_merges_begin_on_their_day_and_pass_over_a_school_closed_since,
        rollout_merges_once_however_many_work_at_it,
        the_adoption_table_has_those_first_that_need_help,
    );
}

mod template_versions {
    use super::{Engine, Tested, template::*};

    on_both_engines!(
        versions_are_listed_compared_and_answered_with_their_files,
        files_are_checked_before_they_are_published,
        what_the_authority_sets_no_school_sets,
        documents_become_a_template_with_evidence,
    );
}

mod at_once_and_at_the_limit {
    use super::{Engine, Tested, documents::*};

    on_both_engines!(
        four_documents_at_once_are_all_read,
        a_policy_takes_ten_thousand_clauses_and_no_more,
        a_review_past_its_day_is_counted_until_it_is_done,
        a_school_that_closes_while_a_rollout_runs_is_passed_over_and_the_others_are_not,
    );
}

mod printed {
    use super::{Engine, Tested, render::*};

    on_both_engines!(
        a_policy_is_printed_with_the_names_the_school_publishes_and_no_others,
        every_version_is_printed_to_its_school_for_good_and_to_no_other,
    );
}

mod what_is_in_force {
    use super::{Engine, Tested, effective::*};

    on_both_engines!(
        no_process_ever_answers_what_stood_before_a_write,
        a_kept_answer_costs_one_statement_and_leaves_who_may_read_to_each_request,
        whoever_asks_after_a_publication_has_it_however_busy_both_are,
        feeds_wait_for_the_access_of_lead_and_deputies,
    );
}

mod bad_things_sent {
    use super::{Engine, Tested, bad_input::*};

    on_both_engines!(
        ten_thousand_clauses_are_taken_or_refused_in_reasonable_time,
        a_circle_of_rules_is_refused_by_its_names,
        of_two_officers_who_publish_at_once_one_is_told,
        of_two_revisions_begun_at_once_one_is_made,
        a_closed_school_is_asked_for_nothing,
        why_it_could_not_wait_is_sealed_in_its_row,
    );
}
