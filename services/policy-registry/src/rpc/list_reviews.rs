//! Lists the reviews of a school's policy: those that wait by their day, then those done, newest first.

use chassis::{caller::Caller, clock::london, error::Result, history::Act, page::Page};
use proto::policy_registry::v1::{ListReviewsRequest, ListReviewsResponse};
use tonic::Request;

use super::convert::life_cycle;
use crate::{
    App,
    review::{self, Review},
    store,
};

pub(super) async fn list_reviews(app: &App, request: Request<ListReviewsRequest>) -> Result<ListReviewsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    store::school::load(&tx).await?;
    let in_force = store::instance::in_force(&tx, tx.now()).await?;
    let all = review::listed(in_force.as_ref(), store::review::all(&tx).await?).into_iter();
    let rest = all.filter(|review| page.after().is_none_or(|after| review.place().as_str() > after));
    let mut reviews: Vec<Review> = rest.take(usize::try_from(page.limit()).unwrap_or(usize::MAX)).collect();
    let next_page_token = page.cut(&mut reviews, Review::place);
    tx.record(Act::new("review.listed", request.school_id.as_str()).detail("count", reviews.len()));
    let today = london(tx.now()).date();
    tx.commit().await?;
    let reviews = reviews.iter().map(|review| life_cycle::review(review, today)).collect();
    Ok(ListReviewsResponse { reviews, next_page_token })
}
