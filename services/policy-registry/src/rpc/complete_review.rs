//! Records what a review came to; where the policy stands as it is, the day of the next one moves.

use chassis::{
    caller::Caller,
    clock::london,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{CompleteReviewRequest, CompleteReviewResponse};
use tonic::Request;

use super::{convert::life_cycle, days::Days, work};
use crate::{
    App,
    review::{self, Completed, Review, YEARLY},
    store,
};

pub(super) async fn complete_review(
    app: &App,
    request: Request<CompleteReviewRequest>,
) -> Result<CompleteReviewResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let days = Days::load(&tx).await?;
    let yearly = request.review_id == YEARLY;
    let review = if yearly {
        None
    } else {
        let id = request.review_id.parse().map_err(|_| Error::missing())?;
        Some(store::review::hold(&tx, &id).await?)
    };
    let next = life_cycle::review_done(&request)?;
    let nothing = || Error::wrong_state("no policy is in force: there is none to review");
    let in_force = days.in_force.as_ref().ok_or_else(nothing)?;
    let review = match review {
        Some(review) if review.completed.is_some() => return Err(Error::wrong_state("the review is done already")),
        Some(review) => review,
        None => Review { id: Some(tx.ids().next()), ..Review::yearly(in_force).ok_or_else(nothing)? },
    };
    if request.outcome == "unchanged" {
        let template = store::template::version(&tx, in_force.template_version).await?.template;
        let reviewed = in_force.clone().reviewed(&template, next, tx.now())?;
        work::written(&mut tx, Act::new("instance.reviewed", reviewed.id.as_str()), &reviewed).await?;
        work::announce(&mut tx, &reviewed, true).await?;
    } else if !review::revised(&review, in_force, &days.open) {
        return Err(Error::wrong_state(
            "nothing is revised: start a new version first, or record that the policy stands",
        ));
    } else if yearly && days.reviews.iter().any(|done| done.of_version(&in_force.id)) {
        return Err(Error::wrong_state("the review is recorded: it is over once the revised version is in force"));
    }
    let review = Review {
        completed: Some(Completed {
            outcome: request.outcome.clone(),
            findings: request.findings.trim().to_owned(),
            instance: in_force.id.clone(),
            account: scope.account(),
            completed_at: tx.now(),
        }),
        ..review
    };
    let body =
        if yearly { store::review::insert(&tx, &review).await? } else { store::review::update(&tx, &review).await? };
    let shown = life_cycle::review(&review, london(tx.now()).date());
    let act = Act::new("review.completed", shown.review_id.as_str()).detail("outcome", request.outcome.as_str());
    tx.record(act.detail("trigger", review.trigger.as_str()).state("review", &body));
    let response = CompleteReviewResponse { review: Some(shown) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
