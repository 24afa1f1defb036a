//! Tried out: what an address or a search would come to at a school, step by step, with nothing kept of it.

use super::{ByCategory, Judge, Seen, Verdict};
use crate::noise::{self, Noise};

/// What would become of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It raises an alert, or counts towards one.
    Alert(Box<Verdict>),
    /// It is what machines do by themselves.
    Noise(Noise),
    /// A lesser category that education, reference or medicine keeps from alerting.
    Excluded,
    /// It is kept and raises nothing.
    Kept,
}

/// What would become of an event, and what else there is to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What becomes of it.
    pub fate: Fate,
    /// Whether it is about what is never listed of anybody.
    pub never_listed: bool,
}

/// Judges an event as one that arrives is judged.
pub fn explain(judge: &mut Judge<'_>, seen: &Seen<'_>) -> Explained {
    let words = seen.search.map(|search| judge.reader.read(search.terms));
    let never_listed = words.is_some_and(|words| words.never_listed) || seen.categories.meets(super::NEVER);
    let typed = seen.search.filter(|search| search.is_final);
    let grave = judge.by_list(seen).or_else(|| judge.by_words(seen, typed?.terms));
    let fate = match (grave, noise::of(seen)) {
        (Some(verdict), _) => Fate::Alert(Box::new(verdict)),
        (None, Some(noise)) => Fate::Noise(noise),
        (None, None) => match judge.by_category(seen) {
            ByCategory::Raises(verdict) => Fate::Alert(verdict),
            ByCategory::Excluded => Fate::Excluded,
            ByCategory::Nothing => Fate::Kept,
        },
    };
    Explained { fate, never_listed }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::judge::{
        Rules,
        tests::{rule, seen},
    };

    #[test]
    fn every_fate_can_be_told() {
        let rules = Rules { version: 1, alerts: vec![rule("drugs", "category", "medium", 1)], ..Rules::default() };
        let groups = HashMap::new();
        let mut judge = Judge::new(&rules, &groups);
        let mut fate = |address: &str, names: &[&str]| explain(&mut judge, &seen(address, names));
        assert!(matches!(fate("http://a.example/", &["Drugs"]).fate, Fate::Alert(verdict) if verdict.theme == "drugs"));
        assert_eq!(fate("http://a.example/", &["Drugs", "Education"]).fate, Fate::Excluded);
        assert_eq!(fate("https://www.google.com/complete/search?q=roman", &[]).fate, Fate::Noise(Noise::Suggestion));
        assert_eq!(fate("http://a.example/", &["News"]).fate, Fate::Kept);
        let private = fate("https://www.google.com/search?q=am+i+gay", &[]);
        assert_eq!((private.fate, private.never_listed), (Fate::Kept, true));
    }
}
