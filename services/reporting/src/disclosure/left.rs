//! A relation between facts (`led` has another): what stands is what came, and came again, less what went, over all terms until then. Whoever has
//! three of these has the fourth. So what stands is no figure of its own: it is reckoned from printed figures of the others, and
//! what went is hidden where only a few stay, as if it were small itself.

use std::collections::BTreeMap;

use super::block::Truth;

/// Cases that stand open.
pub(super) const OPEN: &str = "case_open";
/// Cases that were closed.
pub(super) const GONE: &str = "case_closed";
/// What it is made of, and with which sign.
pub(super) const PARTS: [(&str, i64); 3] = [("case_opened", 1), ("case_reopened", 1), (GONE, -1)];
/// The one dimension that all of them have.
pub(super) const KIND: &str = "procedure";

/// The facts that bear on what may be printed of a fact, besides it: of those what stands is made of in every term until then, of
/// what went what stays.
pub(super) fn bearing(fact: &str) -> Vec<&'static str> {
    match fact {
        OPEN => PARTS.iter().map(|(fact, _)| *fact).chain([OPEN]).collect(),
        GONE => vec![OPEN],
        _ => Vec::new(),
    }
}

/// What stays at each school, where that bears on what is printed.
pub(super) type Left = BTreeMap<String, Truth>;

/// Whether so many are few, and tell of somebody.
pub(super) fn few(count: i64, min_cell: i64) -> bool {
    (1..min_cell).contains(&count)
}

/// What stays of one value.
pub(super) fn of_value(left: Option<&Truth>, dimension: &str, value: &str) -> i64 {
    left.and_then(|left| left.parts.get(dimension)?.get(value)).copied().unwrap_or_default()
}
