//! Readings beyond somebody's rights, in the contract's form.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;

use crate::case::{
    Case,
    break_glass::{BreakGlass, Review},
};

/// One of them; `reviewable` where the caller is asked to review it.
pub(crate) fn entry(glass: &BreakGlass, case: &Case, reviewable: bool) -> pb::BreakGlassEntry {
    let review = |review: &Review| pb::BreakGlassReview {
        finding: review.finding.clone(),
        justified: review.justified,
        account_id: review.by.clone(),
        create_time: Some(timestamp(review.at)),
    };
    pb::BreakGlassEntry {
        break_glass_id: glass.id.to_string(),
        school_id: glass.school_id.clone(),
        case_id: glass.case_id.to_string(),
        reference: case.reference.clone(),
        account_id: glass.by.clone(),
        reason: glass.reason.clone(),
        create_time: Some(timestamp(glass.at)),
        expire_time: Some(timestamp(glass.until)),
        review: glass.review.as_ref().map(review),
        earlier_reviews: glass.earlier.iter().map(review).collect(),
        reviewable,
    }
}
