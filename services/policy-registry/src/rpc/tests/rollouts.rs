//! Roll-outs through the wall: preview, start, progress, answers, publication and undoing.

use std::time::Duration;

use chassis::{clock::timestamp, testing::Person};
use proto::{access::v1::Role, policy_registry::v1::*};

use super::{Engine, TEXT, Tested, World, refused};

const BY: &str = "2027-03-27";

/// The next version of the small template: a reworded clause, a new one, one that became statutory.
pub(super) const CHANGES: [(&str, &str, &str); 3] = [
    ("clauses/aims.md", "wrote this with parents.", "wrote this with parents and learners."),
    (
        "clauses/filtering.md",
        "Our filter is {{filter.product}}.",
        "Our filter is {{filter.product}}, tested each term.",
    ),
    (
        "clauses/p1.md",
        "The lead is told at once.\n",
        "The lead is told at once.\n\n## p1.note\n> requirements: R-273\nA note is made.\n",
    ),
];

impl World {
    pub(super) async fn publish_template(
        &self,
        changes: &[(&str, &str, &str)],
    ) -> Result<u32, Box<dyn std::error::Error>> {
        let files = crate::testing::files(changes).into_iter();
        let files = files.map(|file| SourceFile { name: file.name, content: file.content.into() }).collect();
        let request = PublishTemplateRequest { files, request_id: self.officer.request_id(), based_on_version: 0 };
        let published = self.client(&self.officer)?.publish_template(request).await?.into_inner();
        Ok(published.template.unwrap().version)
    }

    pub(super) fn start(&self) -> StartRolloutRequest {
        StartRolloutRequest {
            statutory_by_date: BY.into(),
            note: "New duties from spring".into(),
            request_id: self.officer.request_id(),
            ..StartRolloutRequest::default()
        }
    }

    pub(super) async fn started(&self, request: StartRolloutRequest) -> Result<Rollout, Box<dyn std::error::Error>> {
        Ok(self.client(&self.officer)?.start_rollout(request).await?.into_inner().rollout.unwrap())
    }

    /// Waits until a roll-out is done.
    pub(super) async fn done(&self, rollout_id: &str) -> Result<Rollout, Box<dyn std::error::Error>> {
        for _ in 0..1_000 {
            let get = GetRolloutRequest { rollout_id: rollout_id.to_owned() };
            let rollout = self.client(&self.officer)?.get_rollout(get).await?.into_inner().rollout.unwrap();
            if rollout.state == "done" {
                return Ok(rollout);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err("the roll-out did not end".into())
    }

    pub(super) async fn schools_of(&self, rollout_id: &str) -> Result<Vec<RolloutSchool>, Box<dyn std::error::Error>> {
        let list = ListRolloutSchoolsRequest { rollout_id: rollout_id.to_owned(), ..Default::default() };
        Ok(self.client(&self.officer)?.list_rollout_schools(list).await?.into_inner().schools)
    }

    pub(super) async fn versions(&self, school_id: &str) -> Result<Vec<Instance>, Box<dyn std::error::Error>> {
        let list = ListInstancesRequest { school_id: school_id.to_owned(), ..Default::default() };
        Ok(self.client(&self.officer)?.list_instances(list).await?.into_inner().instances)
    }

    async fn proposals(&self, instance: &str) -> Result<Vec<Proposal>, Box<dyn std::error::Error>> {
        let list = ListProposalsRequest { school_id: self.school.clone(), instance_id: instance.to_owned() };
        Ok(self.client(&self.at_school(Role::Dsl))?.list_proposals(list).await?.into_inner().proposals)
    }

    async fn answer(
        &self,
        who: &Person,
        instance: &Instance,
        given: (&str, &str, &str),
    ) -> Result<Instance, tonic::Status> {
        let (proposal_id, answer, text) = given;
        let request = AnswerProposalRequest {
            school_id: self.school.clone(),
            instance_id: instance.instance_id.clone(),
            proposal_id: proposal_id.into(),
            answer: answer.into(),
            text: text.into(),
            reason: "We talked it over".into(),
            until_date: if answer == "defer" { "2027-01-15".into() } else { String::new() },
            etag: instance.etag.clone(),
            request_id: who.request_id(),
        };
        Ok(self.client(who)?.answer_proposal(request).await?.into_inner().instance.unwrap())
    }

    pub(super) async fn close(&self, school_id: &str) -> Result<School, tonic::Status> {
        let request = CloseSchoolRequest {
            school_id: school_id.to_owned(),
            reason: "It merged with its neighbour".into(),
            request_id: self.officer.request_id(),
        };
        Ok(self.client(&self.officer)?.close_school(request).await?.into_inner().school.unwrap())
    }

    pub(super) async fn adoptions(&self, filter: &str) -> Result<ListAdoptionsResponse, Box<dyn std::error::Error>> {
        let list = ListAdoptionsRequest { filter: filter.into(), ..Default::default() };
        Ok(self.client(&self.officer)?.list_adoptions(list).await?.into_inner())
    }
}

pub(super) async fn rollout_merges_are_previewed_answered_and_published(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let empty = world.add_school("Elmbeck School", "100002").await?;
    let in_force = world.in_force(TEXT).await?;
    assert_eq!(world.publish_template(&CHANGES).await?, 2);

    let preview = world.client(&world.officer)?.preview_rollout(PreviewRolloutRequest::default()).await?.into_inner();
    let states: Vec<(&str, &str)> = preview.schools.iter().map(|s| (s.name.as_str(), s.state.as_str())).collect();
    assert_eq!(states, [("Elmbeck School", "skipped"), ("Oakbeck School", "waiting")]);
    assert_eq!((preview.template_version, preview.proposals > 0, preview.moved > 0), (2, true, true));
    assert_eq!(world.versions(&world.school).await?.len(), 1, "a preview changes nothing");

    let request = world.start();
    let rollout = world.started(request.clone()).await?;
    assert_eq!(world.started(request).await?, rollout, "the same call gets the first answer");
    let done = world.done(&rollout.rollout_id).await?;
    assert_eq!((done.schools, done.merged, done.skipped, done.proposals), (2, 1, 1, preview.proposals));
    let rows = world.schools_of(&rollout.rollout_id).await?;
    let skipped = rows.iter().find(|row| row.school_id == empty).unwrap();
    assert_eq!((skipped.state.as_str(), skipped.why.as_str()), ("skipped", "it has no policy yet"));

    let versions = world.versions(&world.school).await?;
    let mut draft = versions.iter().find(|version| version.rollout_id == rollout.rollout_id).cloned().unwrap();
    assert_eq!((draft.version, draft.template_version, draft.state()), (2, 2, InstanceState::Draft));
    assert_eq!(world.effective(&mut world.client(&world.officer)?, None).await?.instance_id, in_force.instance_id);
    let proposals = world.proposals(&draft.instance_id).await?;
    assert_eq!(u32::try_from(proposals.len())?, draft.open_proposals);
    let filter = proposals.iter().find(|proposal| proposal.proposal_id == "clause.filtering.product").unwrap();
    assert_eq!(filter.base, "Our filter is Sluice.");
    assert_eq!(filter.own, "We use Sluice to filter the internet here.");
    assert_eq!(filter.template, "Our filter is Sluice, tested each term.");

    let (head, dsl, chair) = (world.at_school(Role::Head), world.at_school(Role::Dsl), world.at_school(Role::Chair));
    let early = refused(world.approve(&head, &draft).await);
    assert_eq!(early.reason_name(), "WRONG_STATE");
    assert!(early.message().contains(&format!("{} of the template", proposals.len())), "{early}");
    for (field, given) in
        [("answer", ("clause.filtering.product", "agree", "")), ("proposal", ("clause.none", "adopt", ""))]
    {
        let error = refused(world.answer(&dsl, &draft, given).await);
        assert_eq!(error.reason_name(), if field == "answer" { "INVALID_FIELD" } else { "NOT_FOUND" });
    }
    for proposal in &proposals {
        let given = match proposal.proposal_id.as_str() {
            "clause.filtering.product" => {
                (proposal.proposal_id.as_str(), "adapt", "We use Sluice, and test it each term.")
            }
            "clause.aims.made" => ("clause.aims.made", "adopt", ""),
            other => (other, "defer", ""),
        };
        draft = world.answer(&dsl, &draft, given).await?;
    }
    assert_eq!(draft.open_proposals, 0);
    let published = world.publish(&head, &world.ratify(&chair, &world.approve(&head, &draft).await?).await?).await?;
    assert_eq!(published.state(), InstanceState::InForce);
    let now = world.effective(&mut world.client(&head)?, None).await?;
    let text = |id: &str| now.clauses.iter().find(|c| c.template_clause_id == id).map(|c| c.text.clone());
    assert_eq!(text("aims.made").as_deref(), Some("Oakbeck School wrote this with parents and learners."));
    assert_eq!(text("filtering.product").as_deref(), Some("We use Sluice, and test it each term."));
    assert_eq!(text("p1.note").as_deref(), Some("A note is made."));
    assert_eq!(world.schools_of(&rollout.rollout_id).await?.iter().filter(|row| row.state == "published").count(), 1);

    // What is in force stays, however often it is undone.
    let undo = UndoRolloutRequest {
        rollout_id: rollout.rollout_id.clone(),
        school_ids: Vec::new(),
        reason: "It was too soon".into(),
        request_id: world.officer.request_id(),
    };
    world.client(&world.officer)?.undo_rollout(undo).await?;
    assert_eq!(world.effective(&mut world.client(&head)?, None).await?.version, 2);
    Ok(())
}

pub(super) async fn rollout_merges_take_a_draft_over_and_give_it_back(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    world.in_force(TEXT).await?;
    let head = world.at_school(Role::Head);
    let approved = world.approve(&head, &world.import(&TEXT.replace("Sluice", "Weir")).await?).await?;
    world.publish_template(&CHANGES).await?;
    let rollout = world.started(world.start()).await?;
    world.done(&rollout.rollout_id).await?;
    let state = async |version: u32| -> Result<Instance, Box<dyn std::error::Error>> {
        Ok(world.versions(&world.school).await?.into_iter().find(|v| v.version == version).unwrap())
    };
    let (own, draft) = (state(2).await?, state(3).await?);
    assert_eq!((own.state(), own.discard_reason.is_empty()), (InstanceState::Discarded, false));
    assert!(draft.parameters.iter().any(|p| p.key == "filter.product" && p.values == ["Weir"]));
    assert_eq!(draft.state(), InstanceState::Draft);

    let undo = |schools: Vec<String>| UndoRolloutRequest {
        rollout_id: rollout.rollout_id.clone(),
        school_ids: schools,
        reason: "It was too soon".into(),
        request_id: world.officer.request_id(),
    };
    let mut client = world.client(&world.officer)?;
    let stranger = refused(client.undo_rollout(undo(vec![world.bed.school()])).await);
    assert_eq!(stranger.reason_name(), "INVALID_FIELD");
    let undone = client.undo_rollout(undo(vec![world.school.clone()])).await?.into_inner().rollout.unwrap();
    assert_eq!((undone.state.as_str(), undone.merged, undone.undone), ("undone", 0, 1));
    let (own, draft) = (state(2).await?, state(3).await?);
    assert_eq!((own.state(), own.signatures.len()), (InstanceState::Approved, approved.signatures.len()));
    assert_eq!((draft.state(), draft.discard_reason.as_str()), (InstanceState::Discarded, "It was too soon"));
    assert_eq!(refused(client.undo_rollout(undo(Vec::new())).await).reason_name(), "WRONG_STATE");
    // Undone, it can be rolled out again.
    let again = world.started(world.start()).await?;
    assert_eq!(world.done(&again.rollout_id).await?.merged, 1);
    assert_eq!(state(4).await?.state(), InstanceState::Draft);
    Ok(())
}

pub(super) async fn rollout_merges_begin_on_their_day_and_pass_over_a_school_closed_since(engine: Engine) -> Tested {
    let mut world = World::new(engine).await?;
    world.in_force(TEXT).await?;
    let first = world.school.clone();
    world.school = world.add_school("Elmbeck School", "100002").await?;
    let drafted = world.import(TEXT).await?;
    world.publish_template(&CHANGES).await?;
    let start =
        StartRolloutRequest { start_time: Some(timestamp(world.bed.now() + time::Duration::DAY)), ..world.start() };
    let rollout = world.started(start).await?;
    assert_eq!(rollout.state, "scheduled");
    assert_eq!(refused(world.client(&world.officer)?.start_rollout(world.start()).await).reason_name(), "WRONG_STATE");
    for (changed, field) in [
        (StartRolloutRequest { statutory_by_date: "soon".into(), ..world.start() }, "statutory_by_date"),
        (StartRolloutRequest { statutory_by_date: "2026-11-24".into(), ..world.start() }, "statutory_by_date"),
        (StartRolloutRequest { school_ids: vec![world.bed.school()], ..world.start() }, "school_ids"),
        (StartRolloutRequest { note: "x".repeat(2001), ..world.start() }, "note"),
    ] {
        let error = refused(world.client(&world.officer)?.start_rollout(changed).await);
        assert_eq!(error.violations().first().map(|v| v.field.as_str()), Some(field), "{error}");
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(world.schools_of(&rollout.rollout_id).await?.iter().all(|row| row.state == "waiting"));

    let closed = world.close(&world.school).await?;
    assert!(closed.close_time.is_some());
    assert_eq!(refused(world.close(&world.school).await).reason_name(), "WRONG_STATE");
    let head = world.at_school(Role::Head);
    assert_eq!(refused(world.approve(&head, &drafted).await).reason_name(), "WRONG_STATE");
    assert!(world.import(TEXT).await.is_err());

    world.bed.clock.advance(time::Duration::DAY);
    let done = world.done(&rollout.rollout_id).await?;
    assert_eq!((done.merged, done.skipped), (1, 1));
    let rows = world.schools_of(&rollout.rollout_id).await?;
    let why = |id: &str| rows.iter().find(|row| row.school_id == id).map(|row| (row.state.clone(), row.why.clone()));
    assert_eq!(why(&first).map(|(state, _)| state).as_deref(), Some("merged"));
    assert_eq!(why(&world.school), Some(("skipped".into(), "the school is closed".into())));
    Ok(())
}

pub(super) async fn rollout_merges_once_however_many_work_at_it(engine: Engine) -> Tested {
    let mut world = World::new(engine).await?;
    let mut schools = Vec::new();
    for nth in 0..24 {
        world.school = world.add_school(&format!("School {nth}"), &format!("2{nth:05}")).await?;
        world.import(TEXT).await?;
        schools.push(world.school.clone());
    }
    world.publish_template(&CHANGES).await?;
    // Two more workers on the same tables, beside the service's own.
    let (ending, shutdown) = chassis::serve::Ending::new();
    let work = || crate::carry::run(world.running.store.clone(), std::sync::Arc::default(), shutdown.clone());
    let others = (chassis::serve::spawn(work()), chassis::serve::spawn(work()));
    let rollout = world.started(world.start()).await?;
    let done = world.done(&rollout.rollout_id).await?;
    assert_eq!((done.merged, done.skipped), (24, 1));
    for school in &schools {
        let versions = world.versions(school).await?;
        let states: Vec<_> = versions.iter().map(|version| (version.version, version.state())).collect();
        assert_eq!(states, [(2, InstanceState::Draft), (1, InstanceState::Discarded)]);
    }
    ending.end();
    others.0.await?;
    others.1.await?;
    Ok(())
}

pub(super) async fn the_adoption_table_has_those_first_that_need_help(engine: Engine) -> Tested {
    let mut world = World::new(engine).await?;
    world.in_force(TEXT).await?;
    let oakbeck = world.school.clone();
    let none = world.add_school("Ash School", "100002").await?;
    let current = world.add_school("Beech School", "100003").await?;
    let all = world.adoptions("").await?;
    assert_eq!(all.current_template_version, 1);
    let names = |list: &ListAdoptionsResponse| list.adoptions.iter().map(|a| a.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&all), ["Ash School", "Beech School", "Oakbeck School"]);
    world.publish_template(&CHANGES).await?;
    world.school = current;
    world.in_force(TEXT).await?;
    assert_eq!(names(&world.adoptions("behind").await?), ["Oakbeck School"]);
    assert_eq!(names(&world.adoptions("no_policy").await?), ["Ash School"]);
    let start = StartRolloutRequest { school_ids: vec![oakbeck.clone()], ..world.start() };
    let rollout = world.started(start).await?;
    world.done(&rollout.rollout_id).await?;
    let waiting = world.adoptions("open_proposals").await?;
    let row = waiting.adoptions.first().unwrap();
    assert_eq!((row.name.as_str(), row.draft_state.as_str(), row.version), ("Oakbeck School", "draft", 1));
    assert!(row.open_proposals > 0 && row.template_version == 1 && row.adapted > 0, "{row:?}");
    assert_eq!(names(&world.adoptions("").await?), ["Ash School", "Oakbeck School", "Beech School"]);
    world.bed.clock.advance(time::Duration::days(400));
    let overdue = world.adoptions("overdue").await?;
    assert!(overdue.adoptions.iter().all(|row| row.review_overdue) && overdue.adoptions.len() == 2);
    world.close(&none).await?;
    assert!(!names(&world.adoptions("").await?).contains(&"Ash School".to_owned()));
    let mut client = world.client(&world.officer)?;
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let asked = ListAdoptionsRequest { page_size: 1, page_token: token, filter: String::new() };
        let page = client.list_adoptions(asked).await?.into_inner();
        seen.extend(page.adoptions.into_iter().map(|row| row.name));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen.len(), 2);
    let wrong = ListAdoptionsRequest { filter: "late".into(), ..Default::default() };
    assert_eq!(refused(client.list_adoptions(wrong).await).reason_name(), "INVALID_FIELD");
    assert_eq!(
        refused(world.client(&world.at_school(Role::Head))?.list_adoptions(ListAdoptionsRequest::default()).await)
            .reason_name(),
        "NOT_PERMITTED"
    );
    Ok(())
}
