//! What stands beside the figures of a section, in sentences: whether a policy is in force and when it is reviewed next, when the filter
//! is, whether its feeds are heard, and why something is not told. Nothing of it is of a person.

use std::collections::BTreeMap;

use chassis::{
    clock::{london, moment},
    event::{Envelope, Event},
};
use time::Date;

use crate::self_review::{
    standard::{Rule, statements},
    words::{day as shown, months_from},
};

/// Of which section the policy is.
const POLICY: &str = "people";
/// Of which section the feeds are.
const FEEDS: &str = "checks";

/// Of which section breaches are, and why their outcomes are not told apart.
const BREACHES: (&str, &str) = (
    "breaches",
    "What came of each is not told here: a kind of incident by its outcome would be two things about a child at once, and there are few. \
     Whoever works on the cases sees it there.",
);

/// How the feeds of a school stand now. Of a past day nobody asks: what was shown of its school days is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Feeds {
    /// The day on which the last line came; none where none ever did.
    pub last: Option<Date>,
    /// How many are silent or late.
    pub silent: i64,
}

/// The sentences by the key of their section, as at a day: of the term's end where it is over. `reviewed` is the last day on which
/// filtering and monitoring were reviewed, as far as is on record.
pub(crate) fn notes(
    policy: Option<&Envelope>,
    feeds: Option<Feeds>,
    reviewed: Option<Date>,
    (as_at, over): (Date, bool),
) -> BTreeMap<&'static str, Vec<String>> {
    let then = if over { " at the end of the term" } else { "" };
    let policy = format!("Policy{then}: {}.", of_policy(policy, as_at));
    let feeds = feeds.map(|feeds| format!("Filter feeds: {}.", of_feeds(feeds, as_at)));
    let review = format!("Review of filtering and monitoring{then}: {}.", of_review(reviewed, as_at));
    let (breaches, why) = BREACHES;
    BTreeMap::from([
        (POLICY, vec![policy]),
        (FEEDS, feeds.into_iter().chain([review]).collect()),
        (breaches, vec![why.to_owned()]),
    ])
}

/// How many months may lie between two reviews, as the statement of the self-review says that asks for them.
fn months() -> Option<i32> {
    let yearly = statements().iter().find(|statement| statement.key == "yearly")?;
    if let Rule::Within { months, .. } = &yearly.rule { Some(*months) } else { None }
}

fn of_review(last: Option<Date>, as_at: Date) -> String {
    let Some(last) = last else { return "none is on record, and one is due".to_owned() };
    let said = format!("the last on record was on {}", shown(last));
    match months().map(|months| months_from(last, months)) {
        Some(due) if due < as_at => format!("{said}; the next was due by {} and is overdue", shown(due)),
        Some(due) => format!("{said}; the next is due by {}", shown(due)),
        None => said,
    }
}

fn of_policy(said: Option<&Envelope>, as_at: Date) -> String {
    let Some(Event::PolicyPublished(policy)) = said.and_then(|said| said.event.as_ref()) else {
        return "none came into force, as far as was announced".to_owned();
    };
    let due = policy.review_due_time.as_ref().and_then(moment).map(|due| london(due).date());
    let review = match due {
        Some(due) if due < as_at => format!("its review was due on {} and is overdue", shown(due)),
        Some(due) => format!("its next review is due on {}", shown(due)),
        None => "no next review is set".to_owned(),
    };
    format!("version {} in force; {review}", policy.version)
}

fn of_feeds(feeds: Feeds, as_at: Date) -> String {
    match (feeds.silent, feeds.last) {
        (1, _) => "1 is silent or late, and what it was to show is not known".to_owned(),
        (2.., _) => format!("{} are silent or late, and what they were to show is not known", feeds.silent),
        (_, None) => "none was ever heard, and nobody knows whether filtering worked".to_owned(),
        // Whether a feed ought to have sent is looked at now and then: the day is known at once.
        (_, Some(last)) if last < as_at => {
            format!("none was found to be silent or late so far; the last line came on {}", shown(last))
        }
        (_, Some(_)) => "none is silent or late".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use chassis::clock::timestamp;
    use proto::event::v1::PolicyPublished;
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn the_next_review_and_the_silent_feed_are_said() {
        let review_due_time = Some(timestamp(datetime!(2027-01-10 09:00 UTC)));
        let published = PolicyPublished { version: 3, review_due_time, ..PolicyPublished::default() };
        let policy = Envelope { event: Some(Event::PolicyPublished(published)), ..Envelope::default() };
        let silent = Some(Feeds { last: Some(date!(2026 - 11 - 16)), silent: 1 });
        let said = |policy: Option<&Envelope>, feeds, reviewed, day, over| {
            let mut notes = notes(policy, feeds, reviewed, (day, over));
            assert!(notes.remove("breaches").is_some_and(|why| why[0].contains("two things about a child")));
            notes.into_values().flatten().collect::<Vec<_>>()
        };
        let reviewed = Some(date!(2026 - 01 - 10));
        assert_eq!(
            said(Some(&policy), silent, reviewed, date!(2026 - 11 - 24), false),
            [
                "Filter feeds: 1 is silent or late, and what it was to show is not known.",
                "Review of filtering and monitoring: the last on record was on 10 January 2026; the next is due by 10 January \
                 2027.",
                "Policy: version 3 in force; its next review is due on 10 January 2027."
            ]
        );
        let later = said(Some(&policy), None, reviewed, date!(2027 - 01 - 11), true);
        assert_eq!(
            later,
            [
                "Review of filtering and monitoring at the end of the term: the last on record was on 10 January 2026; the next \
                 was due by 10 January 2027 and is overdue.",
                "Policy at the end of the term: version 3 in force; its review was due on 10 January 2027 and is overdue."
            ]
        );
        let none = said(None, Some(Feeds { last: None, silent: 0 }), None, date!(2026 - 11 - 24), false);
        assert_eq!(none[0], "Filter feeds: none was ever heard, and nobody knows whether filtering worked.");
        let heard = |last| {
            let feeds = Some(Feeds { last: Some(last), silent: 0 });
            said(None, feeds, None, date!(2026 - 11 - 24), false)[0].clone()
        };
        assert_eq!(heard(date!(2026 - 11 - 24)), "Filter feeds: none is silent or late.");
        let last = "Filter feeds: none was found to be silent or late so far; the last line came on 16 November 2026.";
        assert_eq!(heard(date!(2026 - 11 - 16)), last, "beside school days without proof it says since when");
        assert_eq!(none[1], "Review of filtering and monitoring: none is on record, and one is due.");
        assert_eq!(none[2], "Policy: none came into force, as far as was announced.");
    }
}
