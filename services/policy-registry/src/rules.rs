//! The numbers of a policy's life that somebody set down, each with where it comes from; they stand nowhere else.

/// Days the governors have to ratify what came into force in an emergency. No instrument sets it: a governing body is
/// called together at seven clear days' notice (School Governance (Roles, Procedures and Allowances) (England)
/// Regulations 2013), and four weeks hold such a meeting outside the holidays.
pub const RATIFY_WITHIN_DAYS: i64 = 28;

/// Days for a review that something other than the calendar asked for, where whoever asked named no day. R-010 asks for
/// one when rules change, a child protection concern arises or the infrastructure changes; no instrument says how soon,
/// and whoever asks may name another day.
pub const REVIEW_WITHIN_DAYS: i64 = 28;

/// Days before its day at which a review is first mentioned: long enough for a consultation and a governors' meeting
/// with stakeholder input; R-016: signed before it is in force).
pub const REMIND_BEFORE_DAYS: i64 = 60;

/// Days for which what the authority sent is shown, where the matter is not settled earlier: as long as the above.
pub const REMINDER_STANDS_DAYS: i64 = 60;

/// The most days a consultation may run ahead: a policy is reviewed at least every twelve months, and one that
/// is discussed for longer than that is never in force.
pub const CONSULTATION_AT_MOST_DAYS: i64 = 365;

/// The most schools that are reminded at once, as the contract has it.
pub const REMINDED_AT_ONCE: usize = 200;
