//! Numbers with a legal or policy source; nowhere else.

/// Working days after which the answer to a referral is chased (rule `referral_decision_chase`: the front door decides
/// within one working day; Working Together, position unverified, hence a suggestion that a school may act on sooner).
pub const REFERRAL_DECISION_CHASE: u32 = 1;

/// Working days after which a report about material is chased where nobody said when; a suggestion, no law sets it.
pub const REPORT_CHASE: u32 = 3;

/// Characters a narrative may have (the contract's own limit).
pub const NARRATIVE_MAX: usize = 20_000;

/// Characters a name may have.
pub const NAME_MAX: usize = 200;

/// Characters a lesson may have (the contract's own limit).
pub const LESSON_MAX: usize = 2_000;
