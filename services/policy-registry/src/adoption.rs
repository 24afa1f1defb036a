//! How every school stands with the template, those that need help first.

use std::cmp::Ordering;

use time::OffsetDateTime;

use chassis::clock::london;
use time::Date;

use crate::{
    instance::{State, standing::Standing},
    rollout::open,
    school::School,
};

/// How one school stands with the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// The school.
    pub school: String,
    /// Its name.
    pub name: String,
    /// The template version of the policy in force; 0 where none is.
    pub template_version: u32,
    /// The version in force; 0 where none is.
    pub version: u32,
    /// Where its newest draft stands.
    pub draft_state: Option<State>,
    /// Proposals nobody answered.
    pub open_proposals: u32,
    /// Undecided proposals past their day.
    pub overdue_proposals: u32,
    /// When the review is due.
    pub review_due: Option<Date>,
    /// True where that has passed.
    pub review_overdue: bool,
    /// By when the governors ratify what came into force in an emergency.
    pub ratify_by: Option<Date>,
    /// True where that has passed.
    pub ratify_overdue: bool,
    /// Reviews that were asked for and are past their day.
    pub overdue_reviews: u32,
    /// Errors on what is in force that no waiver covers.
    pub errors: u32,
    /// Clauses and steps adapted.
    pub adapted: u32,
    /// Clauses and steps left out.
    pub omitted: u32,
    /// True where what is in force is made from an older template version.
    pub behind: bool,
}

/// Which schools are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// All of them.
    All,
    /// Those on an older template version.
    Behind,
    /// Those with proposals that wait.
    OpenProposals,
    /// Those where a day has passed.
    Overdue,
    /// Those with nothing in force.
    NoPolicy,
}

impl Filter {
    /// Reads its name in the contract.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "" => Some(Self::All),
            "behind" => Some(Self::Behind),
            "open_proposals" => Some(Self::OpenProposals),
            "overdue" => Some(Self::Overdue),
            "no_policy" => Some(Self::NoPolicy),
            _ => None,
        }
    }

    /// Whether a school is asked for.
    pub fn takes(self, adoption: &Adoption) -> bool {
        match self {
            Self::All => true,
            Self::Behind => adoption.behind,
            Self::OpenProposals => adoption.open_proposals > 0,
            Self::Overdue => adoption.overdue(),
            Self::NoPolicy => adoption.version == 0,
        }
    }
}

impl Adoption {
    /// How a school stands, by what lists say of its versions that are open or in force, and by the days of the
    /// reviews it was asked for and did not complete.
    pub fn of(school: &School, standings: &[Standing], reviews: &[Date], current: u32, now: OffsetDateTime) -> Self {
        let today = london(now).date();
        let in_force = standings.iter().find(|standing| standing.state == State::InForce);
        let newest = standings.iter().filter(|standing| open(standing.state)).max_by_key(|standing| standing.version);
        let draft = newest.filter(|draft| in_force.is_none_or(|in_force| draft.version > in_force.version));
        let review = in_force.and_then(|in_force| in_force.review_due_at);
        let ratify_by = in_force.and_then(|in_force| in_force.ratify_by);
        Self {
            school: school.id.to_string(),
            name: school.name.clone(),
            template_version: in_force.map_or(0, |in_force| in_force.template_version),
            version: in_force.map_or(0, |in_force| in_force.version),
            draft_state: draft.map(|draft| draft.state),
            open_proposals: draft.map_or(0, |draft| draft.waiting),
            overdue_proposals: draft.or(in_force).map_or(0, |standing| standing.overdue(today)),
            review_due: review.map(|due| london(due).date()),
            review_overdue: review.is_some_and(|due| due < now),
            ratify_by,
            ratify_overdue: ratify_by.is_some_and(|by| by < today),
            overdue_reviews: u32::try_from(reviews.iter().filter(|due| **due < today).count()).unwrap_or(u32::MAX),
            errors: in_force.map_or(0, |in_force| in_force.uncovered(today)),
            adapted: in_force.map_or(0, |in_force| in_force.adapted),
            omitted: in_force.map_or(0, |in_force| in_force.omitted),
            behind: in_force.is_some_and(|in_force| in_force.template_version < current),
        }
    }

    /// True where a day has passed.
    pub fn overdue(&self) -> bool {
        self.overdue_proposals > 0 || self.ratify_overdue || self.late_for_review()
    }

    /// True where a review is past its day, the yearly one or another.
    fn late_for_review(&self) -> bool {
        self.review_overdue || self.overdue_reviews > 0
    }

    /// The less, the more help is needed.
    fn rank(&self) -> u8 {
        match () {
            () if self.overdue_proposals > 0 || self.ratify_overdue => 0,
            () if self.version == 0 => 1,
            () if self.late_for_review() => 2,
            () if self.open_proposals > 0 => 3,
            () if self.behind => 4,
            () if self.errors > 0 => 5,
            () => 6,
        }
    }

    /// Where it stands in the list, as text in the list's order.
    pub fn place(&self) -> String {
        format!("{}\u{1f}{}\u{1f}{}", self.rank(), self.name.to_lowercase(), self.school)
    }

    /// The order of the list: who needs help first, then by name.
    pub fn order(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place())
    }
}
