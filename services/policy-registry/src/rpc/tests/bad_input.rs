//! Too much, in circles, at once, too late: each is refused with what to do, and nothing is half done.

use std::{fmt::Write as _, time::Instant};

use chassis::{caller::Scope, event::Event};
use proto::{access::v1::Role, policy_registry::v1::*};
use sea_orm::{ConnectionTrait as _, Statement};
use time::Duration;

use super::{
    Engine, TEXT, Tested,
    world::{World, refused},
};

/// The longest that much may take, in a build that is not made to be fast.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(60);
const MANY: usize = 10_000;

fn files(changes: &[(&str, &str, &str)]) -> Vec<SourceFile> {
    let files = crate::testing::files(changes).into_iter();
    files.map(|file| SourceFile { name: file.name, content: file.content.into() }).collect()
}

fn publish(world: &World, files: Vec<SourceFile>, based_on_version: u32) -> PublishTemplateRequest {
    PublishTemplateRequest { files, request_id: world.officer.request_id(), based_on_version }
}

pub(super) async fn ten_thousand_clauses_are_taken_or_refused_in_reasonable_time(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let mut clauses = String::from("Risks are of four kinds.\n");
    for nth in 0..MANY {
        write!(clauses, "\n## aims.more-{nth}\n> requirements: R-001\nItem {nth} is looked at in each term.\n")?;
    }
    let begun = Instant::now();
    let many = files(&[("clauses/aims.md", "Risks are of four kinds.\n", &clauses)]);
    let published = world.client(&world.officer)?.publish_template(publish(&world, many, 1)).await?.into_inner();
    let counted: usize = published.template.unwrap().sections.iter().map(|section| section.clauses.len()).sum();
    assert!(counted > MANY);
    // A school's document is read against all of them.
    let drafted = world.import(TEXT).await?;
    assert_eq!(drafted.template_version, 2);

    let paragraphs = |many: usize| {
        let mut text = TEXT.to_owned();
        for nth in 0..many {
            text.push_str(&format!("\n- Whoever holds key {nth} gives it back on the last day.\n"));
        }
        text
    };
    let dsl = world.at_school(Role::Dsl);
    let import = |text: String| ImportPolicyRequest {
        school_id: world.school.clone(),
        file: Some(SourceFile { name: "policy.txt".into(), content: text.into_bytes().into() }),
        request_id: dsl.request_id(),
    };
    let refusal = refused(world.client(&dsl)?.import_policy(import(paragraphs(MANY))).await);
    assert!(refusal.violations().iter().any(|v| v.field == "file" && v.message.contains("5,000")), "{refusal:?}");
    assert!(begun.elapsed() < LONGEST, "{:?}", begun.elapsed());
    let versions = ListInstancesRequest { school_id: world.school.clone(), ..Default::default() };
    assert_eq!(world.client(&dsl)?.list_instances(versions).await?.into_inner().instances.len(), 1);
    Ok(())
}

pub(super) async fn a_circle_of_rules_is_refused_by_its_names(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let circle = [
        ("parameters.yaml", "title: Lists, type: list,", "title: Lists, type: list, include_if: vc.enabled = true,"),
        (
            "parameters.yaml",
            "title: Video calls are used,",
            "title: Video calls are used, include_if: filter.blocklists filled,",
        ),
    ];
    let refusal = refused(world.client(&world.officer)?.publish_template(publish(&world, files(&circle), 0)).await);
    let named = "filter.blocklists → vc.enabled → filter.blocklists";
    assert!(refusal.violations().iter().any(|v| v.field == "files" && v.message.contains(named)), "{refusal:?}");
    let versions = world.client(&world.officer)?.list_templates(ListTemplatesRequest::default()).await?.into_inner();
    assert_eq!(versions.templates.len(), 1);
    Ok(())
}

pub(super) async fn of_two_officers_who_publish_at_once_one_is_told(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let other = world.bed.person(&[(Role::AuthorityOfficer, "")]);
    for round in 1..=4 {
        let edited = |who: &str| {
            let text = format!("Risks are of {round} kinds, says {who}.");
            publish(&world, files(&[("clauses/aims.md", "Risks are of four kinds.", &text)]), round)
        };
        let (mut one, mut two) = (world.client(&world.officer)?, world.client(&other)?);
        let (one, two) = tokio::join!(one.publish_template(edited("one")), two.publish_template(edited("two")));
        let (done, refusal) = if one.is_ok() { (one, two) } else { (two, one) };
        let refusal = refused(refusal);
        assert_eq!((done?.into_inner().template.unwrap().version, refusal.reason_name()), (round + 1, "CHANGED"));
        assert!(refusal.violations().iter().any(|v| v.field == "based_on_version"), "{refusal:?}");
    }
    // Whoever checks files is told which version they are compared with.
    let check = CheckTemplateRequest { files: files(&[]) };
    let checked = world.client(&other)?.check_template(check).await?.into_inner();
    assert_eq!(checked.template_version, 5);
    Ok(())
}

pub(super) async fn of_two_revisions_begun_at_once_one_is_made(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let head = world.at_school(Role::Head);
    world.in_force(TEXT).await?;
    for round in 1..=4 {
        let start = || StartRevisionRequest { school_id: world.school.clone(), request_id: head.request_id() };
        let (mut one, mut two) = (world.client(&head)?, world.client(&head)?);
        let (first, second) = tokio::join!(one.start_revision(start()), two.start_revision(start()));
        let (done, refusal) = if first.is_ok() { (first, second) } else { (second, first) };
        let draft = done?.into_inner().instance.unwrap();
        assert_eq!((draft.version, refused(refusal).reason_name()), (round + 1, "WRONG_STATE"));
        let discard = DiscardInstanceRequest {
            school_id: world.school.clone(),
            instance_id: draft.instance_id,
            reason: "Begun for nothing".into(),
            etag: draft.etag,
            request_id: head.request_id(),
        };
        world.client(&head)?.discard_instance(discard).await?;
    }
    Ok(())
}

pub(super) async fn a_closed_school_is_asked_for_nothing(engine: Engine) -> Tested {
    let mut world = World::new(engine).await?;
    let open = world.school.clone();
    world.school = world.add_school("Elmbeck School", "100002").await?;
    world.in_force(TEXT).await?;
    let closed = world.school.clone();
    let dsl = world.at_school(Role::Dsl);
    let reminders = || ListRemindersRequest { school_id: closed.clone() };
    world.bed.clock.advance(Duration::days(800));
    let mut officer = world.client(&world.officer)?;
    assert!(!world.client(&dsl)?.list_reminders(reminders()).await?.into_inner().reminders.is_empty());
    world.close(&closed).await?;
    let told = || {
        let heard = world.heard.0.lock().unwrap();
        heard.iter().any(|envelope| {
            let ends = matches!(&envelope.event, Some(Event::SchoolDescribed(told)) if told.close_time.is_some());
            ends && envelope.school_id == closed
        })
    };
    for _ in 0..100 {
        if told() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(told(), "whoever takes in its lines hears that it is closed");
    let lesson = RaiseLessonRequest {
        school_id: closed.clone(),
        source: "training".into(),
        text: "Say who stands in for the lead.".into(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    let lesson = refused(world.client(&dsl)?.raise_lesson(lesson).await);
    let revision = StartRevisionRequest { school_id: closed.clone(), request_id: dsl.request_id() };
    let revision = refused(world.client(&dsl)?.start_revision(revision).await);
    for refusal in [lesson, revision] {
        assert!(refusal.to_string().contains("closed"), "{refusal:?}");
    }
    assert!(world.client(&dsl)?.list_reminders(reminders()).await?.into_inner().reminders.is_empty());

    let raise = |school_ids: Vec<String>| RaiseReviewsRequest {
        school_ids,
        trigger: "national_requirement".into(),
        note: "New guidance from September".into(),
        due_date: String::new(),
        request_id: world.officer.request_id(),
    };
    assert_eq!(officer.raise_reviews(raise(Vec::new())).await?.into_inner().schools, 1);
    let named = refused(officer.raise_reviews(raise(vec![open, closed.clone()])).await);
    assert!(named.violations().iter().any(|v| v.field == "school_ids" && v.message.contains("Elmbeck")), "{named:?}");
    let remind = RemindSchoolsRequest {
        school_ids: vec![closed.clone()],
        about: "review".into(),
        request_id: world.officer.request_id(),
        ..Default::default()
    };
    assert_eq!(refused(officer.remind_schools(remind).await).reason_name(), "INVALID_FIELD");
    let own = RaiseReviewRequest {
        school_id: closed,
        trigger: "infrastructure_change".into(),
        note: "A new network".into(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    assert_eq!(refused(world.client(&dsl)?.raise_review(own).await).reason_name(), "WRONG_STATE");
    Ok(())
}

pub(super) async fn why_it_could_not_wait_is_sealed_in_its_row(engine: Engine) -> Tested {
    const REASON: &str = "The filter’s maker was sold and blocks nothing.";
    let world = World::new(engine).await?;
    let (head, chair) = (world.at_school(Role::Head), world.at_school(Role::Chair));
    let approved = world.approve(&head, &world.import(TEXT).await?).await?;
    let request = PublishEmergencyRequest {
        school_id: world.school.clone(),
        instance_id: approved.instance_id.clone(),
        reason: REASON.into(),
        etag: approved.etag,
        request_id: head.request_id(),
    };
    let published = world.client(&head)?.publish_emergency(request).await?.into_inner().instance.unwrap();
    let ratified = world.ratify(&chair, &published).await?;
    // The next version supersedes it, which writes it once more.
    world.in_force(TEXT).await?;
    let get = GetInstanceRequest { school_id: world.school.clone(), instance_id: ratified.instance_id };
    let read = world.client(&head)?.get_instance(get).await?.into_inner().instance.unwrap();
    assert_eq!((read.state(), read.emergency.unwrap().reason.as_str()), (InstanceState::Superseded, REASON));
    let tx = world.running.store.begin(&Scope::system("test")).await?;
    let bodies = Statement::from_string(tx.db().get_database_backend(), "SELECT body FROM instance");
    let rows = tx.db().query_all_raw(bodies).await?;
    assert_eq!(rows.len(), 2);
    for row in rows {
        let body = String::from_utf8(row.try_get::<Vec<u8>>("", "body")?)?;
        assert!(!body.contains("maker was sold"), "{body}");
    }
    Ok(())
}
