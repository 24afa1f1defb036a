//! The other relation between facts: one counts a part of what another counts, and both are told. A case is opened by a decision
//! about a concern and by nothing else, so concerns decided about less cases opened are those that led to no new case; concerns
//! that were passed on less alerts that were, are those that came from people; and every alert about a child that the lead is to
//! read is a concern, so concerns recorded less those alerts are those that people recorded. So of the whole nothing is printed beside which
//! that rest is a small count, or has moved by one, were all of the part known at every moment: then it does not matter when
//! the part is printed, and that is judged by itself.
//!
//! A concern counts as decided about once, by its first decision, and one that is opened again may lead to a case later: where a few
//! cases came so, the outcomes of concerns are not told beside the cases.
//!
//! Alerts that are passed on hold some that never become a concern, those about the network. Beside these less is told than could be.
//! Of alerts raised the policy says by theme which are for the lead: how many became a concern is counted by itself, and printed nowhere.

/// Facts that are wholes, each with the fact that counts a part of it.
const PARTS: [(&str, &str); 3] = [
    ("concern_triaged", "case_opened"),
    ("concern_passed_on", "alert_passed_on"),
    ("concern_recorded", "concern_from_alert"),
];

/// By what wholes are told apart into what is of the part and what is of the rest: a dimension, and the values that come to the part
/// together.
const APART: [(&str, &[&str]); 2] = [("outcome", &["new_case", "early_help", "referred"]), ("origin", &["alert"])];

/// The fact that counts a part of a fact; none where no other does.
pub(crate) fn part_of(fact: &str) -> Option<&'static str> {
    PARTS.iter().find(|(whole, _)| *whole == fact).map(|(_, part)| *part)
}

/// Whether a dimension of a whole tells its part from the rest.
pub(super) fn tells_apart(dimension: &str) -> bool {
    APART.iter().any(|(of, _)| *of == dimension)
}

/// Whether a value of such a dimension is of the part.
pub(super) fn of_part(dimension: &str, value: &str) -> bool {
    APART.iter().any(|(of, values)| *of == dimension && values.contains(&value))
}

/// What is left of a whole beside its part. The two are announced one after the other: in between the part may be ahead.
pub(super) fn rest(whole: i64, part: i64) -> i64 {
    (whole - part).max(0)
}
