//! Several documents at once, a policy as long as it can be, a review past its day, and a school that closes meanwhile.

use chassis::{caller::Scope, clock::timestamp, upstream::patient};
use proto::{access::v1::Role, policy_registry::v1::*};

use super::{
    Engine, TEXT, Tested,
    rollouts::CHANGES,
    world::{World, refused},
};
use crate::{instance::InstanceId, school::School, store, template::model};

/// How many clauses a policy holds at most.
const MOST: usize = 10_000;

pub(super) async fn four_documents_at_once_are_all_read(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let files = model::model_files().into_iter().map(|f| SourceFile { name: f.name, content: f.content.into() });
    let request =
        PublishTemplateRequest { files: files.collect(), request_id: world.officer.request_id(), based_on_version: 1 };
    world.client(&world.officer)?.publish_template(patient(request)).await?;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/policies");
    let content = std::fs::read(format!("{folder}/harrowmere-high.txt"))?;
    let mut reading = tokio::task::JoinSet::new();
    for nth in 0..4 {
        let school = world.add_school(&format!("School {nth}"), &format!("20000{nth}")).await?;
        let dsl = world.bed.person(&[(Role::Dsl, &school)]);
        let file = SourceFile { name: "policy.txt".into(), content: content.clone().into() };
        let request = ImportPolicyRequest { school_id: school, file: Some(file), request_id: dsl.request_id() };
        let mut client = world.client(&dsl)?;
        reading.spawn(async move { client.import_policy(patient(request)).await });
    }
    while let Some(read) = reading.join_next().await {
        let instance = read??.into_inner().instance.unwrap();
        let import = instance.import.unwrap();
        assert_eq!(import.paragraphs, import.matched + import.amended + import.added + import.ignored);
        assert!(instance.parameters.iter().any(|p| p.key == "filter.product" && p.values == ["FortiGate"]));
    }
    Ok(())
}

pub(super) async fn a_policy_takes_ten_thousand_clauses_and_no_more(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let drafted = world.import(TEXT).await?;
    let id: InstanceId = drafted.instance_id.parse().map_err(|_| "no id")?;
    // All but one of them are there already: ten thousand calls would say no more.
    let mut tx = world.running.store.begin(&Scope::consumer(&world.school, "test")).await?;
    let mut instance = store::instance::load(&tx, &id).await?;
    let one = instance.clauses.last().cloned().ok_or("no clause")?;
    while instance.clauses.len() < MOST - 1 {
        let key = format!("own-{}", instance.clauses.len() + 1);
        instance.clauses.push(crate::instance::Clause { key, template_clause: None, ..one.clone() });
    }
    instance.revision += 1;
    store::instance::update(&tx, &instance).await?;
    tx.silent();
    tx.commit().await?;

    let dsl = world.at_school(Role::Dsl);
    let add = |etag: &str| AddClauseRequest {
        school_id: world.school.clone(),
        instance_id: drafted.instance_id.clone(),
        section_id: "aims".into(),
        text: "Whoever holds a key gives it back on the last day.".into(),
        reason: "A matter of this school alone".into(),
        etag: etag.into(),
        request_id: dsl.request_id(),
    };
    let mut client = world.client(&dsl)?.max_decoding_message_size(chassis::serve::MAX_MESSAGE);
    let get = || GetInstanceRequest { school_id: world.school.clone(), instance_id: drafted.instance_id.clone() };
    let full = client.get_instance(patient(get())).await?.into_inner().instance.unwrap();
    let last = client.add_clause(patient(add(&full.etag))).await?.into_inner().instance.unwrap();
    assert_eq!(last.clauses.len(), MOST);
    let refusal = refused(client.add_clause(patient(add(&last.etag))).await);
    assert_eq!(refusal.reason_name(), "INVALID_FIELD");
    assert!(refusal.violations().iter().any(|v| v.field == "text" && v.message.contains("10000")), "{refusal:?}");
    let kept = client.get_instance(patient(get())).await?.into_inner().instance.unwrap();
    assert_eq!((kept.clauses.len(), kept.etag), (MOST, last.etag), "nothing of it was kept");
    Ok(())
}

pub(super) async fn a_review_past_its_day_is_counted_until_it_is_done(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    world.in_force(TEXT).await?;
    let raise = |trigger: &str, due: &str| RaiseReviewsRequest {
        school_ids: vec![world.school.clone()],
        trigger: trigger.into(),
        note: "New guidance from the autumn".into(),
        due_date: due.into(),
        request_id: world.officer.request_id(),
    };
    let mut officer = world.client(&world.officer)?;
    officer.raise_reviews(raise("national_requirement", "2026-12-01")).await?;
    officer.raise_reviews(raise("local_requirement", "2027-02-01")).await?;
    let counted = async |filter: &str| -> Result<Vec<u32>, Box<dyn std::error::Error>> {
        Ok(world.adoptions(filter).await?.adoptions.iter().map(|row| row.overdue_reviews).collect())
    };
    assert_eq!((counted("").await?, counted("overdue").await?), (vec![0], Vec::new()));
    // The day itself is not past: the day after is.
    world.bed.clock.set(time::macros::datetime!(2026-12-01 23:30 UTC));
    assert_eq!(counted("overdue").await?, Vec::<u32>::new());
    world.bed.clock.set(time::macros::datetime!(2026-12-02 00:30 UTC));
    assert_eq!((counted("").await?, counted("overdue").await?), (vec![1], vec![1]));
    world.bed.clock.set(time::macros::datetime!(2027-02-02 09:00 UTC));
    assert_eq!(counted("overdue").await?, [2]);

    let dsl = world.at_school(Role::Dsl);
    let mut client = world.client(&dsl)?;
    let list = || ListReviewsRequest { school_id: world.school.clone(), ..Default::default() };
    for left in [1, 0] {
        let reviews = client.list_reviews(list()).await?.into_inner().reviews;
        let open = reviews.iter().find(|review| review.overdue && review.outcome.is_empty()).unwrap();
        let complete = CompleteReviewRequest {
            school_id: world.school.clone(),
            review_id: open.review_id.clone(),
            outcome: "unchanged".into(),
            findings: "All read through.".into(),
            next_review_date: String::new(),
            request_id: dsl.request_id(),
        };
        client.complete_review(complete).await?;
        assert_eq!(counted("").await?, [left]);
    }
    assert_eq!(counted("overdue").await?, Vec::<u32>::new());
    Ok(())
}

pub(super) async fn a_school_that_closes_while_a_rollout_runs_is_passed_over_and_the_others_are_not(
    engine: Engine,
) -> Tested {
    let mut world = World::new(engine).await?;
    let mut schools = Vec::new();
    for nth in 0..5 {
        world.school = world.add_school(&format!("School {nth}"), &format!("20000{nth}")).await?;
        world.in_force(TEXT).await?;
        schools.push(world.school.clone());
    }
    let closing = schools.remove(2);
    world.publish_template(&CHANGES).await?;
    let day = world.bed.now() + time::Duration::DAY;
    let start = StartRolloutRequest { start_time: Some(timestamp(day)), ..world.start() };
    let rollout = world.started(start).await?;

    // The officer has begun to close it when its batch is taken up, and is done a little later.
    let mut tx = world.running.store.begin(&Scope::consumer(&closing, "test")).await?;
    let school: School = store::school::hold(&tx).await?;
    let school = school.close("It merged with its neighbour", tx.now())?;
    store::school::update(&tx, &school).await?;
    tx.silent();
    world.bed.clock.set(day);
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    tx.commit().await?;

    let done = world.done(&rollout.rollout_id).await?;
    assert_eq!((done.state.as_str(), done.merged, done.skipped), ("done", 4, 2), "one school never had a policy");
    let rows = world.schools_of(&rollout.rollout_id).await?;
    let row = rows.iter().find(|row| row.school_id == closing).unwrap();
    assert_eq!((row.state.as_str(), row.why.as_str()), ("skipped", "the school is closed"));
    let drafts = async |school: &str| -> Result<usize, Box<dyn std::error::Error>> {
        let versions = world.versions(school).await?;
        Ok(versions.iter().filter(|version| version.rollout_id == rollout.rollout_id).count())
    };
    assert_eq!(drafts(&closing).await?, 0);
    for school in &schools {
        assert_eq!(drafts(school).await?, 1, "{school}");
    }
    Ok(())
}
