//! The other relation between facts: one counts a part of what another counts, and both are told. A case is opened by a decision
//! about a concern and by nothing else, so concerns decided about less cases opened are those that led to no new case; concerns
//! that were passed on less alerts that were, are those that came from people. So of the whole nothing is printed beside which
//! that rest is a small count, or has moved by one, were all of the part known at every moment: then it does not matter when
//! the part is printed, and that is judged by itself.
//!
//! Alerts that are passed on hold some that never become a concern, those about the network. Beside these less is told than could be.

/// Facts that are wholes, each with the fact that counts a part of it.
const PARTS: [(&str, &str); 2] = [("concern_triaged", "case_opened"), ("concern_passed_on", "alert_passed_on")];

/// What becomes of a concern: of these values those of `OPENS` come to the part together, and the others to the rest.
pub(super) const OUTCOME: &str = "outcome";
const OPENS: [&str; 3] = ["new_case", "early_help", "referred"];

/// The fact that counts a part of a fact; none where no other does.
pub(crate) fn part_of(fact: &str) -> Option<&'static str> {
    PARTS.iter().find(|(whole, _)| *whole == fact).map(|(_, part)| *part)
}

/// Whether a concern of an outcome led to a new case.
pub(super) fn opens(outcome: &str) -> bool {
    OPENS.contains(&outcome)
}

/// What is left of a whole beside its part. The two are announced one after the other: in between the part may be ahead.
pub(super) fn rest(whole: i64, part: i64) -> i64 {
    (whole - part).max(0)
}
