//! How often a rule was right, as those say who answered its alerts: a rule that is seldom right is to be looked at.

use std::collections::BTreeMap;

use crate::rules::{PRECISION_FLOOR, PRECISION_LEAST};

/// How the alerts of one rule were answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answers {
    /// Not yet.
    pub unanswered: u64,
    /// It was right.
    pub right: u64,
    /// Right, and there was a good reason.
    pub understandable: u64,
    /// Explained beforehand.
    pub explained: u64,
    /// Wrong.
    pub wrong: u64,
}

impl Answers {
    /// Counts alerts that were answered in one way.
    pub fn add(&mut self, verdict: &str, count: u64) {
        let side = match verdict {
            "true" => &mut self.right,
            "understandable" => &mut self.understandable,
            "explained" => &mut self.explained,
            "false" => &mut self.wrong,
            _ => &mut self.unanswered,
        };
        *side += count;
    }

    /// How many were answered.
    pub fn answered(&self) -> u64 {
        self.right + self.understandable + self.explained + self.wrong
    }

    /// The share that somebody had to look at, in percent; none while too few were answered.
    pub fn precision(&self) -> Option<u64> {
        let answered = self.answered();
        (answered >= PRECISION_LEAST).then(|| (self.right + self.understandable) * 100 / answered)
    }

    /// Whether the rule is to be reviewed.
    pub fn below_floor(&self) -> bool {
        self.precision().is_some_and(|precision| precision < PRECISION_FLOOR)
    }
}

/// The answers of every rule, from counts by rule and verdict.
pub fn by_rule(counts: impl IntoIterator<Item = (String, String, u64)>) -> BTreeMap<String, Answers> {
    let mut rules: BTreeMap<String, Answers> = BTreeMap::new();
    for (rule, verdict, count) in counts {
        rules.entry(rule).or_default().add(&verdict, count);
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_is_seldom_right_is_flagged_and_one_with_few_answers_is_not() {
        let counts = [
            ("a", "true", 2),
            ("a", "false", 7),
            ("a", "new", 90),
            ("b", "false", 8),
            ("b", "understandable", 1),
            ("b", "explained", 1),
        ];
        let rules = by_rule(counts.map(|(rule, verdict, n)| (rule.to_owned(), verdict.to_owned(), n)));
        let told = |rule: &str| rules.get(rule).map(|r| (r.answered(), r.precision(), r.below_floor()));
        assert_eq!(told("a"), Some((9, None, false)), "nine answers say too little");
        assert_eq!(told("b"), Some((10, Some(10), true)));
    }
}
