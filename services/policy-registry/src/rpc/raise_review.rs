//! Asks for a review of the school's policy for a reason other than the calendar.

use chassis::{caller::Caller, clock::london, db::Once, error::Result, history::Act};
use proto::{
    access::v1::Role,
    policy_registry::v1::{RaiseReviewRequest, RaiseReviewResponse},
};
use tonic::Request;

use super::{convert::life_cycle, work};
use crate::{App, review::Review, store};

pub(super) async fn raise_review(app: &App, request: Request<RaiseReviewRequest>) -> Result<RaiseReviewResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let today = london(tx.now()).date();
    let due = life_cycle::review_asked(&request.trigger, &request.note, &request.due_date, today)?;
    let review = Review {
        id: Some(tx.ids().next()),
        school: scope.school()?.clone(),
        trigger: request.trigger.clone(),
        note: request.note.trim().to_owned(),
        by_authority: scope.has(Role::AuthorityOfficer),
        raised_at: Some(tx.now()),
        due,
        completed: None,
    };
    let body = store::review::insert(&tx, &review).await?;
    let shown = life_cycle::review(&review, today);
    let act = Act::new("review.raised", shown.review_id.as_str()).detail("trigger", review.trigger.as_str());
    tx.record(act.detail("due", review.due.to_string()).state("review", &body));
    let response = RaiseReviewResponse { review: Some(shown) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
