//! What exceptions leave of an event. One takes out what it is about, and nothing beside it: other entries and other themes
//! of the same search, and other categories of the same site, alert as if there were none.

use time::OffsetDateTime;

use super::{ByCategory, Judge, Seen, Verdict};
use crate::{
    category,
    exception::{Exception, Facts},
    lexicon::{Hit, Reader},
    noise,
};

/// What exceptions leave of a verdict.
#[derive(Debug)]
pub enum Left<'e> {
    /// What alerts: the verdict itself, or that on what is beside what was taken out.
    Alerts(Box<Verdict>),
    /// Nothing: the exception that took out the gravest of it.
    Nothing(&'e Exception),
}

impl Judge<'_> {
    /// What exceptions leave of a verdict on an event. What only stands in for a search, such as a suggestion, has no site of
    /// its own that could alert beside its words.
    pub fn left<'e>(
        &mut self,
        verdict: Verdict,
        seen: &Seen<'_>,
        at: OffsetDateTime,
        exceptions: &'e [Exception],
    ) -> Left<'e> {
        let mut reader = Reader::default();
        let mut covering = |facts: &Facts<'_>, of_kind: Option<bool>| {
            let may = |exception: &&Exception| of_kind.is_none_or(|of_kind| exception.scope.is_of_kind() == of_kind);
            exceptions.iter().filter(may).find(|exception| exception.covers(at, facts, &mut reader))
        };
        let facts = Facts::of(seen, &verdict);
        let Some(first) = covering(&facts, None) else { return Left::Alerts(Box::new(verdict)) };
        if verdict.basis == "search" {
            self.reader.read(facts.terms);
            let hits: Vec<&'static Hit> = self.reader.hits().to_vec();
            // What takes out a kind is asked for each kind once: a search may hold many entries of it.
            let mut kinds: Vec<(&str, bool)> = Vec::new();
            let mut stays = |hit: &'static Hit| {
                let facts = facts.with_words(hit);
                let known = kinds.iter().find(|(theme, _)| *theme == hit.theme).map(|(_, gone)| *gone);
                let gone = known.unwrap_or_else(|| {
                    let gone = covering(&facts, Some(true)).is_some();
                    kinds.push((hit.theme, gone));
                    gone
                });
                !gone && covering(&facts, Some(false)).is_none()
            };
            let hits: Vec<_> = hits.into_iter().filter(|&hit| stays(hit)).collect();
            if let Some(other) = self.by_hits(seen, &hits) {
                return Left::Alerts(Box::new(other));
            }
            if !seen.search.is_some_and(|search| search.is_final) || noise::of(seen).is_some() {
                return Left::Nothing(first);
            }
        }
        let themes = category::names_of(seen.categories.among(self.raising));
        let raising = themes
            .filter(|theme| covering(&facts.with_category(theme), None).is_none())
            .fold(0, |set, theme| set | category::bit(theme));
        match self.by_categories(seen, raising) {
            ByCategory::Raises(other) => Left::Alerts(other),
            ByCategory::Excluded | ByCategory::Nothing => Left::Nothing(first),
        }
    }
}
