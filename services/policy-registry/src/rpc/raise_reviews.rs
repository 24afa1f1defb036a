//! Asks schools, or all of them, for a review: each of them has its own.

use chassis::{caller::Caller, clock::london, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{RaiseReviewsRequest, RaiseReviewsResponse};
use tonic::Request;

use super::{convert::life_cycle, schools};
use crate::{App, review::Review, store};

pub(super) async fn raise_reviews(app: &App, request: Request<RaiseReviewsRequest>) -> Result<RaiseReviewsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let today = london(tx.now()).date();
    let due = life_cycle::review_asked(&request.trigger, &request.note, &request.due_date, today)?;
    let schools = schools::named(&tx, &request.school_ids, true).await?;
    for school in &schools {
        let review = Review {
            id: Some(tx.ids().next()),
            school: school.clone(),
            trigger: request.trigger.clone(),
            note: request.note.trim().to_owned(),
            by_authority: true,
            raised_at: Some(tx.now()),
            due,
            completed: None,
        };
        let body = store::review::insert(&tx, &review).await?;
        let id = review.id.as_ref().map(ToString::to_string).unwrap_or_default();
        let act = Act::new("review.raised", id).school(school).detail("trigger", review.trigger.as_str());
        tx.record(act.detail("due", due.to_string()).state("review", &body));
    }
    tx.record(Act::new("reviews.raised", "schools").detail("count", schools.len()));
    let response = RaiseReviewsResponse { schools: u32::try_from(schools.len()).unwrap_or(u32::MAX) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
