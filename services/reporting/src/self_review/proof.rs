//! What tests of the filter show of the lists of illegal content. Of each list the last test counts, of whomever it was made as:
//! that a list was blocked last month proves nothing where it is let through today.

use std::collections::BTreeMap;

use chassis::event::{Envelope, Event};
use time::Date;

use crate::fact;

/// The register of tests.
const CHECKS: &str = "filter-checks";
/// What a test is of that can show something blocked.
const FILTER: &str = "filter";
/// Said of a test of which it was expected that everything is blocked, and everything was.
const BLOCKED: &str = "blocked";
/// As whom a test is made.
const GROUPS: [&str; 4] = ["learner", "staff", "visitor", "administrator"];

/// What tests show of one list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Proof {
    /// The last day on which it was shown to be blocked.
    pub blocked: Option<Date>,
    /// The last day on which it was shown not to be, where no later test as the same user shows that it is.
    pub let_through: Option<Date>,
}

/// What tests up to a day show, by list; `events` in the order in which they were announced.
pub(crate) fn proofs(events: Vec<Envelope>, day: Date) -> BTreeMap<String, Proof> {
    // Those that stand, in the order in which they were made: a corrected one keeps its place.
    let mut standing = Vec::new();
    for event in events {
        let Some(Event::RegisterEntryAdded(entry)) = event.event else { continue };
        if entry.register != CHECKS {
            continue;
        }
        let place = entry.before.and_then(|before| standing.iter().position(|mark| before == *mark));
        match (place, entry.now) {
            (Some(place), Some(now)) => standing[place] = now,
            (Some(place), None) => {
                standing.remove(place);
            }
            (None, Some(now)) => standing.push(now),
            (None, None) => {}
        }
    }
    let filters = standing.into_iter().filter(|mark| mark.kind == FILTER);
    let mut tests: Vec<_> = filters.filter_map(|mark| fact::date(&mark.date).map(|on| (on, mark))).collect();
    tests.retain(|(on, _)| *on <= day);
    tests.sort_by_key(|(on, _)| *on);
    let mut last: BTreeMap<(&str, &str), (Date, bool)> = BTreeMap::new();
    let mut proofs: BTreeMap<String, Proof> = BTreeMap::new();
    for (on, mark) in &tests {
        let says = |wanted: &str| mark.codes.iter().any(|code| code == wanted);
        let blocked = says(BLOCKED);
        let group = GROUPS.into_iter().find(|group| says(group)).unwrap_or_default();
        for code in &mark.codes {
            last.insert((code.as_str(), group), (*on, blocked));
            let proof = proofs.entry(code.clone()).or_default();
            if blocked {
                proof.blocked = Some(*on);
            }
        }
    }
    for ((code, _), (on, blocked)) in last {
        if let Some(proof) = proofs.get_mut(code).filter(|_| !blocked) {
            proof.let_through = proof.let_through.max(Some(on));
        }
    }
    proofs
}

#[cfg(test)]
mod tests {
    use proto::event::v1::{RegisterEntryAdded, RegisterMark};
    use time::macros::date;

    use super::*;

    fn test(date: &str, kind: &str, codes: &[&str]) -> RegisterMark {
        let codes = codes.iter().map(|code| (*code).to_owned()).collect();
        RegisterMark { date: date.into(), kind: kind.into(), result: "works".into(), codes, ..RegisterMark::default() }
    }

    fn entered(now: Option<RegisterMark>, before: Option<RegisterMark>) -> Envelope {
        let entry = RegisterEntryAdded { register: CHECKS.into(), now, before };
        Envelope { event: Some(Event::RegisterEntryAdded(entry)), ..Envelope::default() }
    }

    #[test]
    fn the_last_test_of_a_list_counts_and_one_that_shows_nothing_blocked_takes_the_proof_away() {
        let (then, now) = (date!(2026 - 10 - 06), date!(2026 - 11 - 27));
        let proved = test("2026-10-06", FILTER, &["learner", "iwf", "device", BLOCKED]);
        let failed = test("2026-11-27", FILTER, &["learner", "iwf", "device"]);
        let shown = |tests: &[RegisterMark]| {
            let entries = tests.iter().map(|mark| entered(Some(mark.clone()), None)).collect();
            proofs(entries, now).get("iwf").copied().unwrap_or_default()
        };
        let both = Proof { blocked: Some(then), let_through: Some(now) };
        assert_eq!(shown(&[proved.clone(), failed.clone()]), both);
        assert_eq!(
            shown(&[failed.clone(), proved.clone()]),
            both,
            "by the day of a test, and not by when it was entered"
        );
        let again = test("2026-11-27", FILTER, &["learner", "iwf", BLOCKED]);
        let mended = Proof { blocked: Some(now), let_through: None };
        assert_eq!(shown(&[proved.clone(), failed.clone(), again.clone()]), mended, "tried again on the same day");
        assert_eq!(shown(&[again.clone(), failed.clone()]).let_through, Some(now), "and the other way round");
        let staff = test("2026-11-27", FILTER, &["staff", "iwf", BLOCKED]);
        assert_eq!(
            shown(&[failed.clone(), staff]).let_through,
            Some(now),
            "that staff are kept out proves nothing of learners"
        );
        // What “works” is that it was let through, as was expected.
        assert_eq!(shown(std::slice::from_ref(&failed)), Proof { blocked: None, let_through: Some(now) });
        let watched = test("2026-11-27", "monitoring", &["learner", "iwf"]);
        assert_eq!(shown(&[proved.clone(), watched]), Proof { blocked: Some(then), let_through: None });

        let of = |entries: Vec<Envelope>| proofs(entries, now).get("iwf").copied().unwrap_or_default();
        let entries = || vec![entered(Some(failed.clone()), None), entered(Some(again.clone()), None)];
        let put_right = test("2026-11-27", FILTER, &["learner", "iwf", "where"]);
        let corrected = entered(Some(put_right), Some(failed.clone()));
        assert_eq!(of([entries(), vec![corrected]].concat()), mended, "what is corrected keeps its place");
        let withdrawn = entered(None, Some(again.clone()));
        assert_eq!(of([entries(), vec![withdrawn]].concat()).let_through, Some(now));
        assert_eq!(proofs(entries(), then), BTreeMap::new(), "of a day before nothing is known");
    }
}
