//! Every gate of the shipped registers, shut once and open once.

use std::collections::{BTreeMap, BTreeSet};

use super::{super::checked, Against, Entry, TODAY, entry, shipped};

/// Field and value.
type Fields = &'static [(&'static str, &'static str)];

/// An assessment with an outcome, of a kind, approved or not.
fn assessment(kind: &str, outcome: &str, approved: bool) -> Entry {
    let mut values = vec![("subject", "It"), ("kind", kind), ("outcome", outcome)];
    if approved {
        values.push(("approved_by", "The head"));
    }
    entry(7, "risk-assessments", &values)
}

const ASSESSED: (&str, &str) = ("risk_assessment", "ren_00000000000000000000000007");
const LEAD: Fields = &[("who", "Bo"), ("role", "dsl"), ("from", "2026-09-01"), ("senior_leader", "true")];
const TECHNOLOGY: Fields =
    &[("name", "N"), ("kind", "tablet"), ("status", "permitted"), ASSESSED, ("in_use_from", "2026-09-01")];
const PROGRESS_APP: Fields =
    &[("name", "N"), ("kind", "progress_app"), ("status", "permitted"), ASSESSED, ("in_use_from", "2026-09-01")];
const LOGIN: Fields = &[
    ("who", "Bo"),
    ("audience", "staff"),
    ("system", "S"),
    ("kind", "network"),
    ("granted_on", "2026-09-01"),
    ("granted_by", "Cy"),
    ("reviewed_on", "2026-09-01"),
];
const VIDEO: Fields = &[("who", "L-1"), ("for", "videoconference"), ("given", "true"), ("on", "2026-09-01")];
const RECORDING: Fields =
    &[("who", "L-1"), ("for", "recording"), ("given_by", "parent"), ("given", "true"), ("on", "2026-09-01")];
const ACCOUNT: Fields = &[("platform", "P"), ("holder", "Bo"), ("opened_on", "2026-09-01"), ("opened_by", "Cy")];
const CHANNEL: Fields = &[
    ("name", "N"),
    ("url", "https://example.org"),
    ("aims", "A"),
    ASSESSED,
    ("approved_by", "The head"),
    ("approved_on", "2026-09-01"),
    ("logins_held_by", "Cy"),
    ("school_email", "true"),
    ("dedicated", "true"),
    ("linked", "true"),
];
const FILTER: Fields = &[
    ("kind", "filter"),
    ("product", "P"),
    ("provider", "Q"),
    ("lists", "iwf"),
    ASSESSED,
    ("in_use_from", "2026-09-01"),
];
const CHANGE: Fields = &[
    ("on", "2026-09-01"),
    ("change", "C"),
    ("kind", "block"),
    ("why", "W"),
    ("asked_by", "Di"),
    ("risk", "R"),
    ("educational_view", "Bo"),
    ("decision", "approved"),
    ("decided_on", "2026-09-02"),
];
const CHANGED: Fields = &[
    ("on", "2026-09-01"),
    ("change", "C"),
    ("kind", "block"),
    ("why", "W"),
    ("asked_by", "Di"),
    ("risk", "R"),
    ("educational_view", "Bo"),
    ("technical_view", "Cy"),
    ("decided_by", "Al"),
    ("decided_on", "2026-09-02"),
    ("decided_why", "W"),
    ("in_place_on", "2026-09-03"),
];
const REQUEST: Fields = &[
    ("on", "2026-09-01"),
    ("site", "maps.example"),
    ("why", "W"),
    ("for_whom", "class"),
    ("asked_by", "Di"),
    ("decision", "approved"),
    ("decided_on", "2026-09-02"),
    ("decided_why", "W"),
];
const REVIEW: Fields = &[
    ("on", "2026-10-12"),
    ("why_now", "yearly"),
    ("took_part", "dsl"),
    ("suits", "S"),
    ("blocked_and_why", "B"),
    ("reports", "R"),
    ("outcome", "O"),
];
/// A request that waits, and what one says that was carried out.
const WAITS: Fields = &[("decision", "asked")];
const UNBLOCKED: (&str, &str) = ("in_place_on", "2026-09-03");
const AL: (&str, &str) = ("decided_by", "Al");
const CY: (&str, &str) = ("decided_with", "Cy");
const CHECK: Fields = &[
    ("on", "2026-09-01"),
    ("by", "Di"),
    ("kind", "monitoring"),
    ("device", "D"),
    ("where", "W"),
    ("user_group", "learner"),
    ("expected", "alert"),
    ("actions", "A"),
];

const CHECKED: Fields = &[
    ("on", "2026-09-01"),
    ("by", "Di"),
    ("kind", "filter"),
    ("device", "D"),
    ("where", "W"),
    ("user_group", "learner"),
    ("outcome", "works"),
];

/// A request for the same site that stands.
fn requested(more: &[(&str, &str)]) -> Entry {
    let mut values: BTreeMap<&str, &str> = REQUEST.iter().copied().chain([("decision", "asked")]).collect();
    values.extend(more.iter().copied());
    entry(9, "unblock-requests", &values.into_iter().collect::<Vec<_>>())
}

/// What else stands, what is entered beside what all have, and the field a refusal names; none where it is taken.
type Try = (Vec<Entry>, Fields, Option<&'static str>);

#[test]
fn every_gate_is_shut_until_what_it_asks_for_is_there() {
    let lead = |until: &str| {
        let mut values = vec![("who", "Al"), ("role", "dsl"), ("from", "2024-09-01")];
        if !until.is_empty() {
            values.push(("until", until));
        }
        entry(1, "appointments", &values)
    };
    let accepted = || entry(2, "acceptances", &[("who", "bo"), ("answered_on", "2026-09-01")]);
    let works = || entry(3, "access", &[("who", "Bo"), ("audience", "staff"), ("granted_on", "2026-09-01")]);
    let taught = || entry(4, "curriculum", &[("topics", "before_access"), ("taught_from", "2026-09-01")]);
    let later = || entry(4, "curriculum", &[("topics", "before_access"), ("taught_from", "2027-09-01")]);
    let permits = || assessment("new_technology", "permitted", false);
    let refuses = || assessment("new_technology", "refused", true);
    let approved = || assessment("progress_app", "permitted_with_measures", true);
    let filtering = || assessment("filtering", "permitted", false);
    let tries: Vec<(&str, &str, Fields, Vec<Try>)> = vec![
        (
            "G-LEAD",
            "appointments",
            LEAD,
            vec![
                (vec![lead("")], &[], Some("role")),
                (vec![lead("2026-09-01")], &[], Some("role")),
                (vec![lead("2026-08-31")], &[], None),
            ],
        ),
        (
            "G-RISK",
            "technology",
            TECHNOLOGY,
            vec![(vec![refuses()], &[], Some("risk_assessment")), (vec![permits()], &[], None)],
        ),
        (
            "G-PROGRESS-APP",
            "technology",
            PROGRESS_APP,
            vec![(vec![permits()], &[], Some("risk_assessment")), (vec![approved()], &[], None)],
        ),
        (
            "G-LOGIN",
            "access",
            LOGIN,
            vec![
                (vec![], &[], Some("individual")),
                (vec![], &[("individual", "false")], Some("individual")),
                (vec![], &[("individual", "true")], None),
            ],
        ),
        (
            "G-CONSENT",
            "consents",
            VIDEO,
            vec![(vec![], &[("given_by", "self")], Some("given_by")), (vec![], &[("given_by", "parent")], None)],
        ),
        (
            "G-RECORDING",
            "consents",
            RECORDING,
            vec![(vec![], &[], Some("purpose")), (vec![], &[("purpose", "For the class that was away")], None)],
        ),
        (
            "G-TAUGHT",
            "accounts",
            ACCOUNT,
            vec![
                (vec![accepted()], &[("kind", "learner")], Some("kind")),
                (vec![accepted(), later()], &[("kind", "learner")], Some("kind")),
                (vec![accepted(), taught()], &[("kind", "learner")], None),
            ],
        ),
        (
            "G-ACCEPTED",
            "accounts",
            ACCOUNT,
            vec![
                (vec![works()], &[("kind", "staff")], Some("holder")),
                (vec![], &[("kind", "parent")], Some("holder")),
                (vec![accepted()], &[("kind", "parent")], None),
            ],
        ),
        (
            "G-CURRENT",
            "accounts",
            ACCOUNT,
            vec![
                (vec![accepted()], &[("kind", "staff")], Some("holder")),
                (vec![accepted(), works()], &[("kind", "staff")], None),
            ],
        ),
        (
            "G-VISITOR",
            "accounts",
            ACCOUNT,
            vec![
                // The fields are asked for before the gate is.
                (vec![], &[("kind", "visitor")], Some("purpose")),
                (vec![], &[("kind", "visitor"), ("purpose", "A talk"), ("expires_on", "2026-12-01")], None),
            ],
        ),
        (
            "G-UNDER-13",
            "accounts",
            ACCOUNT,
            vec![
                (vec![], &[("kind", "class_or_group"), ("social_media", "true")], Some("under_13")),
                (
                    vec![],
                    &[("kind", "class_or_group"), ("social_media", "true"), ("under_13", "true")],
                    Some("under_13"),
                ),
                (vec![], &[("kind", "class_or_group"), ("social_media", "true"), ("under_13", "false")], None),
            ],
        ),
        (
            "G-CHANNEL",
            "channels",
            CHANNEL,
            vec![(vec![refuses()], &[], Some("risk_assessment")), (vec![permits()], &[], None)],
        ),
        (
            "G-FILTER",
            "filter-systems",
            FILTER,
            vec![(vec![permits()], &[], Some("risk_assessment")), (vec![filtering()], &[], None)],
        ),
        (
            "G-CHANGE",
            "filter-changes",
            CHANGE,
            vec![
                (vec![], &[("technical_view", "bo"), ("decided_by", "Al")], Some("technical_view")),
                (vec![], &[("technical_view", "Cy"), ("decided_by", "Al")], None),
            ],
        ),
        (
            "G-OWN-CHANGE",
            "filter-changes",
            CHANGE,
            vec![
                (vec![], &[("technical_view", "Cy"), ("decided_by", "di")], Some("decision")),
                (vec![], &[("technical_view", "Cy"), ("decided_by", "Al")], None),
            ],
        ),
        (
            "G-IN-PLACE",
            "filter-changes",
            CHANGED,
            vec![
                (vec![], &[("decision", "asked")], Some("decision")),
                (vec![], &[("decision", "refused")], Some("decision")),
                (vec![], &[("decision", "refused"), ("reverted_on", "2026-09-04")], None),
                (vec![], &[("decision", "approved")], None),
            ],
        ),
        (
            "G-UNBLOCK",
            "unblock-requests",
            REQUEST,
            vec![
                (vec![], &[("decided_by", "Al"), ("decided_with", "al")], Some("decided_with")),
                (vec![], &[("decided_by", "Al"), ("decided_with", "x")], Some("decided_with")),
                (vec![], &[("decided_by", "Al"), ("decided_with", "Cy")], None),
            ],
        ),
        (
            "G-TECHNICAL",
            "unblock-requests",
            REQUEST,
            vec![
                (vec![], &[("decided_by", "Al"), ("decided_with", "di")], Some("decided_with")),
                (vec![], &[("decided_by", "Al"), ("decided_with", "Cy")], None),
            ],
        ),
        (
            "G-ASKED-TWICE",
            "unblock-requests",
            REQUEST,
            vec![
                (vec![requested(&[("why", "X")])], WAITS, Some("site")),
                (vec![requested(&[("decision", "approved"), ("until", "2026-12-01")])], WAITS, Some("site")),
                (vec![requested(&[("decision", "approved"), ("until", "2026-08-31")])], WAITS, None),
                (vec![requested(&[("decision", "approved"), ("reverted_on", "2026-11-20")])], WAITS, None),
                (vec![requested(&[("decision", "refused")])], WAITS, None),
                (vec![requested(&[("for_whom", "staff")])], WAITS, None),
            ],
        ),
        (
            "G-UNBLOCKED",
            "unblock-requests",
            REQUEST,
            vec![
                (vec![], &[UNBLOCKED, AL, CY, ("decision", "asked")], Some("decision")),
                (vec![], &[UNBLOCKED, AL, CY, ("decision", "refused")], Some("decision")),
                (vec![], &[UNBLOCKED, AL, CY, ("decision", "refused"), ("reverted_on", "2026-09-04")], None),
                (vec![], &[UNBLOCKED, AL, CY], None),
            ],
        ),
        (
            "G-OWN-REQUEST",
            "unblock-requests",
            REQUEST,
            vec![
                (vec![], &[("decided_by", "di"), ("decided_with", "Cy")], Some("decision")),
                (vec![], &[("decided_by", "Al"), ("decided_with", "Cy")], None),
            ],
        ),
        (
            "G-CHECK",
            "filter-checks",
            CHECK,
            vec![
                (vec![], &[("actual", "nothing"), ("outcome", "works")], Some("outcome")),
                (vec![], &[("actual", "nothing"), ("outcome", "fails")], None),
                (vec![], &[("actual", "logged"), ("outcome", "works")], Some("outcome")),
                (vec![], &[("actual", "logged"), ("outcome", "fails")], None),
                (vec![], &[("actual", "alert"), ("outcome", "works")], None),
            ],
        ),
        (
            "G-CONFIRMED",
            "filter-reviews",
            REVIEW,
            vec![
                (vec![], &[("confirmed_on", "2026-10-13")], Some("confirmed_on")),
                (vec![], &[("confirmed_on", "2026-10-13"), ("minuted_by", "Di"), ("minute", "12 October, 4.2")], None),
                (vec![], &[("confirmed_on", "2026-10-13"), ("confirmed_by", "Di")], None),
            ],
        ),
        (
            "G-WITHHELD",
            "filter-blocks",
            &[("on", "2026-11-24"), ("seen", "Laptop 3, at 10am")],
            vec![
                (vec![], &[("site", "games.example"), ("may_be_illegal", "true")], Some("site")),
                (vec![], &[("site", "games.example"), ("may_be_illegal", "false")], None),
                (vec![], &[("may_be_illegal", "true")], None),
            ],
        ),
        (
            "G-ILLEGAL",
            "filter-checks",
            CHECKED,
            vec![
                (vec![], &[("list_tested", "iwf"), ("expected", "allowed"), ("actual", "allowed")], Some("expected")),
                (
                    vec![],
                    &[("list_tested", "police_terrorism"), ("expected", "allowed"), ("actual", "allowed")],
                    Some("expected"),
                ),
                (vec![], &[("list_tested", "other"), ("expected", "allowed"), ("actual", "allowed")], None),
                (vec![], &[("list_tested", "iwf"), ("expected", "blocked"), ("actual", "blocked")], None),
            ],
        ),
    ];
    let definitions = shipped();
    let known: BTreeSet<&str> =
        definitions.iter().flat_map(|definition| &definition.gates).map(|gate| gate.gate_id.as_str()).collect();
    assert_eq!(tries.iter().map(|(gate, ..)| *gate).collect::<BTreeSet<_>>(), known, "every gate is tried");
    for (gate, register, all, tries) in tries {
        let definition = definitions.iter().find(|definition| definition.key == register).unwrap();
        for (entries, fields, refused) in tries {
            let given = all.iter().chain(fields).map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()]));
            let asks = ("", "");
            let against =
                Against { definitions: &definitions, entries: &entries, today: TODAY, supersedes: None, asks };
            let wrong = checked(definition, &given.collect(), &against).err().unwrap_or_default();
            let first = wrong.first().map(|violation| violation.field.as_str());
            assert_eq!(first, refused, "{gate} with {fields:?}: {wrong:?}");
        }
    }
}

#[test]
fn whoever_takes_the_place_of_an_entry_does_not_stand_in_their_own_way() {
    let definitions = shipped();
    let appointments = definitions.iter().find(|definition| definition.key == "appointments").unwrap();
    let before = entry(1, "appointments", &[("who", "B"), ("role", "dsl"), ("from", "2026-09-01")]);
    let given = LEAD.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect();
    let entries = [before.clone()];
    let asks = ("", "");
    let against = |supersedes| Against { definitions: &definitions, entries: &entries, today: TODAY, supersedes, asks };
    assert!(checked(appointments, &given, &against(None)).is_err());
    assert!(checked(appointments, &given, &against(Some(&before.id))).is_ok(), "a correction is no second lead");
}

#[test]
fn a_site_is_one_and_is_not_needed_for_ever() {
    let definitions = shipped();
    let requests = definitions.iter().find(|definition| definition.key == "unblock-requests").unwrap();
    let taken = |entries: &[Entry], fields: &[(&str, &str)]| {
        let supersedes = entries.first().map(|before| &before.id);
        let against = Against { definitions: &definitions, entries, today: TODAY, supersedes, asks: ("", "") };
        let given = REQUEST.iter().chain(WAITS).chain(fields);
        let given = given.map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()]));
        checked(requests, &given.collect(), &against)
            .map_err(|wrong| wrong.into_iter().map(|violation| violation.field).collect::<Vec<_>>())
    };
    let site = |said: &str| taken(&[], &[("site", said)]).map(|values| values["site"].clone());
    assert_eq!(site("https://Maps.example/"), Ok(vec!["maps.example".to_owned()]));
    for none in ["co.uk", "*.com", "=cmd|calc!A1"] {
        assert_eq!(site(none), Err(vec!["site".to_owned()]), "{none}");
    }
    let before = requested(&[("site", "co.uk")]);
    let refuses = [("site", "co.uk"), ("decision", "refused"), AL];
    assert!(taken(&[before], &refuses).is_ok(), "what stood there before is decided about");
    for field in ["needed_by", "until"] {
        assert!(taken(&[], &[(field, "2027-11-24")]).is_ok(), "{field}: a year ahead");
        assert_eq!(taken(&[], &[(field, "2027-11-25")]), Err(vec![field.to_owned()]), "{field}");
    }
}

#[test]
fn a_site_that_was_approved_is_to_be_unblocked_and_blocked_again() {
    let due = |more: &[(&str, &str)]| {
        let approved = requested(&[&[("decision", "approved"), ("decided_on", "2026-11-23")], more].concat());
        super::found(&[approved], "unblock-requests", TODAY).into_iter().map(|(code, ..)| code).collect::<Vec<_>>()
    };
    let until = ("until", "2026-11-24");
    assert_eq!(due(&[until]), ["unblock-requests.to_do"]);
    assert_eq!(due(&[until, UNBLOCKED]), ["unblock-requests.reverts"]);
    assert_eq!(due(&[UNBLOCKED]), Vec::<String>::new(), "it stays as it is");
    assert_eq!(due(&[("until", "2026-11-01"), UNBLOCKED]), ["unblock-requests.reverts"], "its end has passed");
    assert_eq!(due(&[until, UNBLOCKED, ("reverted_on", "2026-11-24")]), Vec::<String>::new());
}

#[test]
fn an_end_that_has_passed_is_refused_when_it_is_given_and_when_it_is_decided_about() {
    let definitions = shipped();
    let changes = definitions.iter().find(|definition| definition.key == "filter-changes").unwrap();
    let ended = &[("reverts_on", "2026-11-20"), ("technical_view", "Cy"), ("decided_by", "Al")];
    let given: Vec<(&str, &str)> = CHANGE.iter().chain(ended).copied().collect();
    let waiting: Vec<(&str, &str)> =
        given.iter().map(|(key, value)| if *key == "decision" { (*key, "asked") } else { (*key, *value) }).collect();
    let done = [&given[..], &[("in_place_on", "2026-09-03"), ("reverted_on", "2026-11-24")]].concat();
    let entered = |before: Option<&Entry>, given: &[(&str, &str)]| {
        let entries: Vec<Entry> = before.cloned().into_iter().collect();
        let (supersedes, asks) = (before.map(|before| &before.id), ("", ""));
        let against = Against { definitions: &definitions, entries: &entries, today: TODAY, supersedes, asks };
        let given = given.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()]));
        let wrong = checked(changes, &given.collect(), &against).err().unwrap_or_default();
        wrong.into_iter().map(|violation| violation.field).collect::<Vec<_>>()
    };
    assert_eq!(entered(None, &waiting), ["reverts_on"], "it is asked for until a day that was");
    assert_eq!(
        entered(Some(&entry(1, "filter-changes", &waiting)), &given),
        ["reverts_on"],
        "it is approved until then"
    );
    let approved = entry(1, "filter-changes", &given);
    assert_eq!(entered(Some(&approved), &done), Vec::<String>::new(), "what was done is entered after its end");
    let turned = [&given[..], &[("in_place_on", "2026-09-03"), ("reverted_on", "2026-09-02")]].concat();
    assert_eq!(entered(Some(&approved), &turned), ["reverted_on"], "nothing is taken back before it is in place");
    let early = [&given[..], &[("in_place_on", "2020-01-01")]].concat();
    assert_eq!(entered(Some(&approved), &early), ["in_place_on"], "nothing is in place before it was asked for");
}

#[test]
fn by_when_a_site_is_needed_has_not_passed_when_it_is_asked_for_and_may_when_it_is_decided() {
    let definitions = shipped();
    let requests = definitions.iter().find(|definition| definition.key == "unblock-requests").unwrap();
    let wrong = |entries: &[Entry], fields: Fields| {
        let supersedes = entries.first().map(|before| &before.id);
        let against = Against { definitions: &definitions, entries, today: TODAY, supersedes, asks: ("", "") };
        let given = REQUEST.iter().chain(fields).map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()]));
        let wrong = checked(requests, &given.collect(), &against).err().unwrap_or_default();
        wrong.into_iter().map(|violation| (violation.field, violation.fix)).collect::<Vec<_>>()
    };
    let asked: Fields =
        &[("decision", "asked"), ("needed_by", "2026-11-23"), ("decided_by", "Al"), ("decided_with", "Cy")];
    let refused = wrong(&[], asked);
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0].0, "needed_by");
    assert!(refused[0].1.contains("today or a later day"), "{refused:?}");
    assert_eq!(wrong(&[], &[("decision", "asked"), ("needed_by", "2026-11-24")]), []);
    let waits = entry(1, "unblock-requests", &[("needed_by", "2026-11-23"), ("decision", "asked")]);
    let approved: Fields = &[("needed_by", "2026-11-23"), ("decided_by", "Al"), ("decided_with", "Cy")];
    assert_eq!(wrong(std::slice::from_ref(&waits), approved), [], "it passed while it waited");
    let early: Fields = &[("decided_by", "Al"), ("decided_with", "Cy"), ("decided_on", "2026-08-31")];
    let early = wrong(&[], early);
    assert_eq!(early.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["decided_on"], "{early:?}");
}
