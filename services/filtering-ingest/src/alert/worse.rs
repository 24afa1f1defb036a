//! An alert that goes on: it counts on, and where it becomes worse somebody reads it anew, whatever was thought of it before.

use time::OffsetDateTime;

use super::{Alert, Answer};
use crate::{intake::Folded, rules::FURTHER_MOST, severity, wait::Times};

/// How an alert became worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worse {
    /// Whether it is graver than before.
    pub graver: bool,
    /// Whether somebody had opened or answered it: it waits anew.
    pub again: bool,
}

impl Alert {
    /// Takes more of its events in. It is worse where it is graver, or where, opened or answered, it is repeated as often as
    /// the policy bears or its content is reached. Then it is nobody's answer any more, and its clock runs anew; what was
    /// answered is kept.
    pub fn count_on(&mut self, folded: &Folded, times: &Times, now: OffsetDateTime) -> Option<Worse> {
        self.count += folded.count;
        for terms in &folded.further {
            self.searched(terms);
        }
        if folded.reached {
            "allowed".clone_into(&mut self.outcome);
        }
        let severity = folded.severity(&self.severity);
        let graver = severity::rank(&severity) > severity::rank(&self.severity);
        let again = self.acknowledged.is_some() || self.answer.is_some();
        if !graver && !(again && (folded.repeated || folded.reached)) {
            return None;
        }
        self.severity = severity;
        self.worse_at = Some(now);
        let due = times.due(&self.severity, now);
        self.due_at = Some(self.due_at.filter(|_| !again).map_or(due, |before| before.min(due)));
        if again {
            self.acknowledged = None;
            self.again_at = Some(now);
            let ended = self.answer.take().map(|answer| Answer { worse_at: Some(now), ..answer });
            self.earlier.extend(ended);
        }
        Some(Worse { graver, again })
    }

    /// Keeps what else was searched for, each once and some at most.
    pub fn searched(&mut self, terms: &str) {
        if terms != self.search_terms {
            further(&mut self.further, terms);
        }
    }
}

/// Adds what was searched for to some that were, each once and some at most.
pub(crate) fn further(all: &mut Vec<String>, terms: &str) {
    if !terms.is_empty() && all.len() < FURTHER_MOST && !all.iter().any(|known| known == terms) {
        all.push(terms.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};

    use super::*;
    use crate::alert::{Readers, tests::alert};

    const LATER: OffsetDateTime = datetime!(2026-11-24 11:00 UTC);

    fn medium() -> Alert {
        Alert { severity: "medium".into(), ..alert("dsl", "staff", Readers::LEAD.and(Readers::HEAD)) }
    }

    fn more(severity: &str, repeated: bool) -> Folded {
        Folded { count: 5, severity: severity.into(), repeated, ..Folded::default() }
    }

    #[test]
    fn what_goes_on_after_it_was_answered_waits_anew() {
        let times = Times::default();
        let mut answered = medium();
        answered.acknowledge("acc", LATER - Duration::HOUR);
        let (verdict, reason) = ("false".into(), "A lesson".into());
        let answer = Answer { verdict, reason, by: "acc".into(), at: LATER - Duration::HOUR, worse_at: None };
        answered.answered(answer);
        assert_eq!(answered.count_on(&more("medium", false), &times, LATER), None, "more of the same");
        assert_eq!((answered.verdict(), answered.count), ("false", 6));
        assert_eq!(answered.worse_at, None);
        let searched = Folded { further: vec!["buy weed".into(), "buy weed".into()], ..more("high", true) };
        let worse = answered.count_on(&searched, &times, LATER);
        assert_eq!(worse, Some(Worse { graver: true, again: true }));
        assert_eq!((answered.worse_at, answered.further.as_slice()), (Some(LATER), ["buy weed".to_owned()].as_slice()));
        assert_eq!(answered.earlier[0].worse_at, Some(LATER), "it ended as the alert went on, and was not corrected");
        assert_eq!((answered.verdict(), answered.earlier.len(), answered.severity.as_str()), ("new", 1, "high"));
        assert_eq!(answered.next_pass(), Some(times.due("high", LATER)), "its clock runs anew");
        assert!(answered.acknowledge("other", LATER), "and somebody opens it anew");
        assert_eq!(answered.waited_s(LATER + Duration::MINUTE), 60, "which waited since it went on");
        // As grave as before, and as often as the policy bears: not nothing, either.
        let worse = answered.count_on(&more("high", true), &times, LATER);
        assert_eq!(worse, Some(Worse { graver: false, again: true }));
    }

    #[test]
    fn what_nobody_has_opened_is_due_sooner_and_no_later() {
        let times = Times::default();
        let mut unopened = medium();
        let due = unopened.due_at;
        assert_eq!(unopened.count_on(&more("medium", true), &times, LATER), None);
        let worse = unopened.count_on(&more("critical", true), &times, LATER);
        assert_eq!(worse, Some(Worse { graver: true, again: false }));
        assert_eq!(unopened.due_at, due.map(|due| due.min(times.due("critical", LATER))));
    }
}
