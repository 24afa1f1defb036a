//! Reading a restricted case beyond one's rights: the reason first, for an hour, and looked at afterwards by somebody else.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{Case, CaseId};
use crate::rules::BREAK_GLASS_MINUTES;

chassis::id!(/** One reading beyond one's rights. */ pub struct BreakGlassId = "brk");

/// One reading beyond one's rights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BreakGlass {
    /// Its id.
    pub id: BreakGlassId,
    /// The school.
    pub school_id: String,
    /// The case.
    pub case_id: CaseId,
    /// Who reads.
    pub by: String,
    /// Why, as they said before.
    pub reason: String,
    /// From when.
    pub at: OffsetDateTime,
    /// Until when.
    pub until: OffsetDateTime,
    /// What somebody else found about it.
    pub review: Option<Review>,
    /// What was found before that while it was open still, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Review>,
}

/// What somebody else found about one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// What they found.
    pub finding: String,
    /// Whether it was justified.
    pub justified: bool,
    /// Who.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// Why one is not reviewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReviewed {
    /// By whoever read: somebody else looks at it.
    Own,
    /// It was reviewed before.
    Before,
    /// It is open still: what is read until its end nobody has looked at yet.
    Open,
}

impl BreakGlass {
    /// A reading of a case that begins now.
    pub fn new(id: BreakGlassId, case: &Case, by: &str, reason: &str, at: OffsetDateTime) -> Self {
        Self {
            id,
            school_id: case.school_id.clone(),
            case_id: case.id.clone(),
            by: by.to_owned(),
            reason: reason.trim().to_owned(),
            at,
            until: at + Duration::minutes(BREAK_GLASS_MINUTES),
            review: None,
            earlier: Vec::new(),
        }
    }

    /// Whether nobody has reviewed all of it: a review from before its end says nothing of what was read after that.
    pub fn due(&self) -> bool {
        self.review.as_ref().is_none_or(|review| review.at < self.until)
    }

    /// Whether somebody is asked to review it, if they may know of it at all.
    pub fn asks(&self, account_id: &str) -> bool {
        self.due() && self.by != account_id
    }

    /// Somebody else says whether it was justified. That it was not ends it, if it is open still; that it was is said after
    /// its end.
    ///
    /// # Errors
    /// Where whoever read says so, where it was said of all of it before, or where it is open still and would stay so.
    pub fn reviewed(&mut self, review: Review) -> Result<(), NotReviewed> {
        if self.by == review.by {
            return Err(NotReviewed::Own);
        }
        if !self.due() {
            return Err(NotReviewed::Before);
        }
        if review.at < self.until {
            if review.justified {
                return Err(NotReviewed::Open);
            }
            self.until = review.at;
        }
        self.earlier.extend(self.review.take());
        self.review = Some(review);
        Ok(())
    }
}
