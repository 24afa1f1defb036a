//! What an event adds to the figures, where its kind alone does not say it.

use chassis::{clock::timestamp, event::Event};
use proto::event::v1::{
    ConcernEscalated, Envelope, PolicyPublished, RegisterEntryAdded, RegisterMark, TransferReceived, TransferSent,
};
use time::{
    Date, OffsetDateTime,
    macros::{date, datetime},
};

use crate::{
    fact::{Fact, as_of, facts},
    measure,
};

#[test]
fn a_concern_that_is_told_again_because_it_became_graver_was_not_passed_on() {
    let counted = |level: &str, reason: &str| {
        let escalated = ConcernEscalated { level: level.into(), reason: reason.into(), ..ConcernEscalated::default() };
        let event = Some(Event::ConcernEscalated(escalated));
        facts(&Envelope { school_id: "sch_a".into(), event, ..Envelope::default() }).len()
    };
    assert_eq!(
        (counted("deputy", "unread"), counted("deputy", "nobody_there"), counted("lead", "worsened")),
        (1, 1, 0)
    );
    assert_eq!(counted("head", "unread"), 0, "the deputy had it before: it is one concern");
    assert_eq!(counted("lead", "added"), 0);
}

#[test]
fn an_alert_is_passed_on_with_the_concern_that_it_became() {
    let counted = |reason: &str| {
        let (level, reason, alert_id) = ("deputy".to_owned(), reason.to_owned(), "alt_1".to_owned());
        let escalated = ConcernEscalated { level, reason, alert_id, ..ConcernEscalated::default() };
        let event = Some(Event::ConcernEscalated(escalated));
        let facts = facts(&Envelope { school_id: "sch_a".into(), event, ..Envelope::default() });
        facts.iter().map(|fact| fact.fact).collect::<Vec<_>>()
    };
    assert_eq!(counted("unread"), ["concern_passed_on", "alert_passed_on"]);
    assert!(counted("worsened").is_empty());
}

#[test]
fn a_childs_file_is_counted_once_in_however_many_parts_it_goes() {
    let counted = |event: Event| {
        let envelope = Envelope { school_id: "sch_a".into(), event: Some(event), ..Envelope::default() };
        facts(&envelope).iter().map(|fact| fact.fact).collect::<Vec<_>>()
    };
    let sent = |more: bool| Event::TransferSent(TransferSent { more, ..TransferSent::default() });
    let received = |more: bool| Event::TransferReceived(TransferReceived { more, ..TransferReceived::default() });
    assert_eq!((counted(sent(false)), counted(received(false))), (vec!["transfer_sent"], vec!["transfer_received"]));
    assert_eq!((counted(sent(true)), counted(received(true))), (Vec::new(), Vec::new()));
}

#[test]
fn a_policy_is_in_date_until_its_review_is_due_or_the_next_one_takes_its_place() {
    let published = |at: OffsetDateTime, due: OffsetDateTime| {
        let policy = PolicyPublished { review_due_time: Some(timestamp(due)), ..PolicyPublished::default() };
        let (event_time, event) = (Some(timestamp(at)), Some(Event::PolicyPublished(policy)));
        Envelope { school_id: "sch_a".into(), event_time, event, ..Envelope::default() }
    };
    let first = published(datetime!(2025-09-10 10:00 UTC), datetime!(2026-09-10 10:00 UTC));
    // How many are in date on a day, and how often one came into force until then.
    let stands = |said: &[(Vec<Fact>, i64)], day: Date| {
        let of = |named: &str| -> i64 {
            let all = said.iter().flat_map(|(facts, times)| facts.iter().map(move |fact| (fact, times)));
            all.filter(|(fact, _)| fact.fact == named && fact.day <= day).map(|(fact, times)| fact.count * times).sum()
        };
        (of("policy_in_date"), of("policy_published"))
    };
    let alone = [(facts(&first), 1)];
    for (day, expected) in [
        (date!(2025 - 09 - 09), (0, 0)),
        (date!(2025 - 09 - 10), (1, 1)),
        (date!(2026 - 09 - 10), (1, 1)),
        (date!(2026 - 09 - 11), (0, 1)),
    ] {
        assert_eq!(stands(&alone, day), expected, "{day}");
    }
    // The next one came in time, or after the first had lapsed: there is never more than one.
    for (at, gap) in [(datetime!(2026-06-01 10:00 UTC), 1), (datetime!(2026-11-01 10:00 UTC), 0)] {
        let next = published(at, datetime!(2027-06-01 10:00 UTC));
        let both = [(facts(&first), 1), (facts(&next), 1), (as_of(&first, &next), -1)];
        assert_eq!(stands(&both, date!(2026 - 10 - 01)), (gap, if gap == 1 { 2 } else { 1 }), "{at}");
        assert_eq!(stands(&both, date!(2027 - 06 - 01)), (1, 2), "{at}");
        assert_eq!(stands(&both, date!(2027 - 06 - 02)), (0, 2), "{at}");
    }
    // One whose review was due before it came is never in date.
    // A review that sets the next day brings nothing into force.
    let came = |reviewed: bool| {
        let event = Some(Event::PolicyPublished(PolicyPublished { reviewed, ..PolicyPublished::default() }));
        let facts = facts(&Envelope { school_id: "sch_a".into(), event, ..Envelope::default() });
        let dims = facts.into_iter().find(|fact| fact.fact == "policy_published").map(|fact| fact.dims);
        let counts = |key: &str| {
            let only = &measure::get(key)?.only["came"];
            Some(only.contains(dims.as_ref()?.get("came")?))
        };
        ["policies_published", "policies_reviewed"].map(counts)
    };
    assert_eq!((came(false), came(true)), ([Some(true), Some(false)], [Some(false), Some(true)]));
    let late = facts(&published(datetime!(2026-09-10 10:00 UTC), datetime!(2026-09-01 10:00 UTC)));
    assert_eq!(stands(&[(late, 1)], date!(2027 - 01 - 01)), (0, 1));
}

#[test]
fn an_approved_change_that_unblocks_is_over_blocking_that_was_put_right() {
    let measure = measure::get("unblocking_changes").map(|measure| measure.only.clone()).unwrap_or_default();
    let counted = |register: &str, kind: &str, result: &str| {
        let now =
            RegisterMark { date: "2026-10-12".into(), kind: kind.into(), result: result.into(), ..Default::default() };
        let added = RegisterEntryAdded { register: register.into(), now: Some(now), before: None };
        let event = Some(Event::RegisterEntryAdded(added));
        let facts = facts(&Envelope { school_id: "sch_a".into(), event, ..Envelope::default() });
        let takes = |fact: &&Fact| {
            fact.fact == "request"
                && measure.iter().all(|(key, only)| fact.dims.get(key.as_str()).is_some_and(|said| only.contains(said)))
        };
        facts.iter().filter(takes).count()
    };
    assert!(!measure.is_empty());
    assert_eq!(counted("filter-changes", "approved", "unblock"), 1);
    assert_eq!(counted("filter-changes", "approved", "block") + counted("filter-changes", "asked", "unblock"), 0);
    assert_eq!(counted("unblock-requests", "approved", ""), 0, "it is counted among the requests of staff");
}

#[test]
fn of_what_was_told_only_parents_and_the_community_count_as_families() {
    let told = |to: &[&str]| {
        let codes = to.iter().map(|code| (*code).to_owned()).collect();
        let now = Some(RegisterMark { date: "2026-11-20".into(), kind: "letter".into(), codes, ..Default::default() });
        let added = RegisterEntryAdded { register: "communications".into(), now, before: None };
        facts(&Envelope {
            school_id: "sch_a".into(),
            event: Some(Event::RegisterEntryAdded(added)),
            ..Envelope::default()
        })
    };
    let measure = measure::get("families_told");
    let wanted = measure.and_then(|measure| measure.only.get("told")).map(Vec::as_slice).unwrap_or_default();
    let counts = |fact: &Fact| {
        let said = fact.dims.get("told").map(String::as_str).unwrap_or_default();
        said.split(crate::fact::AND).any(|to| wanted.iter().any(|wanted| wanted == to))
    };
    let cases: [(&[&str], usize); 3] = [(&["parents", "staff"], 1), (&["staff", "learners"], 0), (&["community"], 1)];
    for (to, families) in cases {
        let all = told(to);
        assert_eq!(all[0].dims.get("channel").map(String::as_str), Some("letter"));
        assert_eq!(
            (all[0].fact, all.iter().filter(|fact| counts(fact)).count()),
            ("communication", families),
            "{to:?}"
        );
    }
}
