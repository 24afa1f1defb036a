//! What stands under a child's name and is said to be about nobody is not left out without a word: it makes a file due, and
//! somebody decides about it before anything is sent.

use chassis::{
    error::{Error, Result},
    testing::Engine,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};

use super::{Move, learner, reason};

impl Move {
    /// A concern about somebody, as whoever reports it writes the name.
    async fn concern(&self, about: &str) -> Result<String> {
        let request = RecordConcernRequest {
            school_id: self.world.here.clone(),
            about: about.into(),
            narrative: "Said something that worries me".into(),
            safe_now: "yes".into(),
            request_id: self.world.dsl.request_id(),
            ..Default::default()
        };
        Ok(call!(self.world.dsl, record_concern, request)?.concern.unwrap_or_default().concern_id)
    }
}

async fn what_may_be_the_childs_by_name_is_decided_before_anything_goes(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let lottie = learner(&moving.world, &moving.world.dsl, &moving.world.here, "Lottie", "2017-12-05").await?;
    let moving = Move { child: lottie, ..moving };
    let concern_id = moving.concern("Lottie Field, year 4").await?;
    let world = &moving.world;
    moving.leaves("2026-11-24").await?;
    let due = moving.listed(&world.dsl, &world.here).await?;
    assert_eq!((due.len(), due[0].state.as_str()), (1, "due"), "a concern under the name makes a file due");
    let preview = moving.preview(&[]).await?;
    let unsaid: Vec<(&str, &str)> =
        preview.unsaid.iter().map(|one| (one.kind.as_str(), one.record_id.as_str())).collect();
    assert_eq!((preview.items.len(), unsaid), (0, vec![("concern", concern_id.as_str())]));
    assert_eq!(reason(call!(world.dsl, send_transfer, moving.sending().await?)), "INVALID_FIELD");
    let set = SetConcernLearnersRequest {
        school_id: world.here.clone(),
        concern_id: concern_id.clone(),
        learner_ids: vec![moving.child.learner_id.clone()],
        request_id: world.dsl.request_id(),
    };
    call!(world.dsl, set_concern_learners, set)?;
    let preview = moving.preview(&[]).await?;
    assert!(preview.unsaid.is_empty() && !preview.items.is_empty(), "said to be hers, it goes");
    // Nor is the name asked about once more where its case has it in words.
    let case = world.opened(&concern_id).await?;
    let person = AddInvolvementRequest {
        school_id: world.here.clone(),
        case_id: case.case_id,
        person: "Lottie Field".into(),
        role: "victim".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, add_involvement, person)?;
    assert!(moving.preview(&[]).await?.unsaid.is_empty());
    moving.sent().await?;
    Ok(())
}

async fn what_is_about_somebody_else_of_the_name_stays(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    moving.leaves("2026-11-24").await?;
    assert!(moving.preview(&[]).await?.unsaid.is_empty(), "what the child has a part in goes");
    // Another case: the concern it was opened from names the child, and nobody was asked who that is.
    let concern_id = moving.concern("Robin Field").await?;
    let other = world.opened(&concern_id).await?;
    let named = |preview: &PreviewTransferResponse| -> Vec<String> {
        preview.unsaid.iter().map(|one| one.record_id.clone()).collect()
    };
    assert_eq!(named(&moving.preview(&[]).await?), [concern_id.clone()]);
    let person = AddInvolvementRequest {
        school_id: world.here.clone(),
        case_id: other.case_id.clone(),
        person: "Robin Field".into(),
        role: "victim".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, add_involvement, person)?;
    let preview = moving.preview(&[]).await?;
    assert_eq!(named(&preview), [other.case_id.clone()], "and a case brings its concern along");
    let open = moving.sending().await?;
    assert_eq!(reason(call!(world.dsl, send_transfer, open.clone())), "INVALID_FIELD");
    let decided =
        SendTransferRequest { others_record_ids: named(&preview), request_id: world.dsl.request_id(), ..open };
    let sent = call!(world.dsl, send_transfer, decided)?.transfer.unwrap_or_default();
    assert_eq!(usize::try_from(sent.item_count).unwrap_or_default(), preview.items.len());
    Ok(())
}

async fn a_name_that_is_kept_to_the_lead_is_shown_to_nobody_else(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    let deputy = world.bed.person(&[(Role::DeputyDsl, &world.here)]);
    let other = world.opened(&moving.concern("Kit Marlowe").await?).await?;
    let witness = AddInvolvementRequest {
        school_id: world.here.clone(),
        case_id: other.case_id.clone(),
        person: "Robin Field".into(),
        role: "witness".into(),
        shown_to: "lead".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, add_involvement, witness)?;
    let look = PreviewTransferRequest {
        school_id: world.here.clone(),
        learner_id: moving.child.learner_id.clone(),
        along_learner_ids: Vec::new(),
    };
    let unsaid = |preview: PreviewTransferResponse| -> Vec<String> {
        preview.unsaid.into_iter().map(|one| one.record_id).collect()
    };
    assert_eq!(unsaid(call!(world.dsl, preview_transfer, look.clone())?), [other.case_id]);
    assert!(
        unsaid(call!(deputy, preview_transfer, look)?).is_empty(),
        "who has the part is not told by the child's name"
    );
    Ok(())
}

on_both_engines!(
    a_name_that_is_kept_to_the_lead_is_shown_to_nobody_else,
    what_may_be_the_childs_by_name_is_decided_before_anything_goes,
    what_is_about_somebody_else_of_the_name_stays,
);
