//! What is to be done about the filter: tests and reviews that are due, what waits for a decision, changes that are to be
//! put in place or taken back, and what somebody asked for.

use std::collections::BTreeMap;

use chassis::{error::Error, id::AccountId};
use proto::{
    access::v1::Permission,
    policy_registry::v1::{
        ListRegisterEntriesRequest, ListRegisterEntriesResponse, ListRegisterFindingsRequest, RegisterEntry,
        RegisterFinding,
    },
};

use crate::{
    console::{
        home::list::{Item, Waiting, count, list},
        register,
        visit::{Visit, ask, heard},
    },
    pages::{
        part::{Due, Link},
        words,
    },
};

/// The register of tests that filtering and monitoring work.
pub const CHECKS: &str = "filter-checks";
/// The register of changes.
pub const CHANGES: &str = "filter-changes";
/// The register of requests to unblock a site.
pub const UNBLOCK: &str = "unblock-requests";
/// The register of what came through and is to be blocked at once.
pub const BLOCKS: &str = "filter-blocks";
/// The register of yearly reviews.
pub const REVIEWS: &str = "filter-reviews";
/// The register of filters and monitoring systems.
pub const SYSTEMS: &str = "filter-systems";

/// How many of one's own requests are shown.
const OWN: usize = 10;

/// What one field of an entry holds; empty where nothing.
pub fn one<'a>(entry: &'a RegisterEntry, key: &str) -> &'a str {
    let value = entry.values.iter().find(|value| value.key == key);
    value.and_then(|value| value.values.first()).map(String::as_str).unwrap_or_default()
}

/// What the rules of the registers on filtering find.
///
/// # Errors
/// Where the registry does not answer.
pub async fn findings(visit: &Visit) -> Result<Vec<RegisterFinding>, Error> {
    let asked = ListRegisterFindingsRequest { school_id: visit.school.clone(), ..Default::default() };
    let all = heard(visit.registry()?.list_register_findings(ask(asked))).await?.findings;
    let ours = [CHECKS, CHANGES, UNBLOCK, BLOCKS, REVIEWS, SYSTEMS];
    Ok(all.into_iter().filter(|finding| ours.contains(&finding.register.as_str())).collect())
}

/// A register's definition and its newest entry that stands.
///
/// # Errors
/// Where the registry refuses it, or has none.
pub async fn newest(visit: &Visit, register: &str) -> Result<ListRegisterEntriesResponse, Error> {
    heard(visit.registry()?.list_register_entries(ask(page_of(visit, register, 1)))).await
}

fn page_of(visit: &Visit, register: &str, page_size: i32) -> ListRegisterEntriesRequest {
    let (school_id, register) = (visit.school.clone(), register.to_owned());
    ListRegisterEntriesRequest { school_id, register, page_size, ..Default::default() }
}

/// A register's definition and its standing entries, the newest first.
///
/// # Errors
/// Where the registry refuses it, or has none.
pub async fn kept(visit: &Visit, register: &str) -> Result<ListRegisterEntriesResponse, Error> {
    let mut asked = page_of(visit, register, 1000);
    let mut all = heard(visit.registry()?.list_register_entries(ask(asked.clone()))).await?;
    while !all.next_page_token.is_empty() {
        asked.page_token = std::mem::take(&mut all.next_page_token);
        let more = heard(visit.registry()?.list_register_entries(ask(asked.clone()))).await?;
        all.entries.extend(more.entries);
        all.next_page_token = more.next_page_token;
    }
    Ok(all)
}

/// Whether a finding is that somebody waits for a decision.
fn waits(finding: &RegisterFinding) -> bool {
    matches!(finding.register.as_str(), CHANGES | UNBLOCK) && finding.code.ends_with(".waits")
}

fn due(finding: &RegisterFinding) -> Due {
    let day = words::named_day(&finding.due_date);
    match finding.kind.as_str() {
        "failed" => Due { code: "overdue".to_owned(), text: format!("Failed on {day}") },
        "overdue" => Due { code: "overdue".to_owned(), text: format!("Overdue: was due {day}") },
        "due_soon" => Due { code: "due".to_owned(), text: format!("Due {day}") },
        "conflict" => Due { code: "overdue".to_owned(), text: "Conflict".to_owned() },
        _ => Due { code: "overdue".to_owned(), text: "Missing".to_owned() },
    }
}

/// Whether somebody keeps the tests and changes, and does not only read them: those who see to the filter see its feeds.
fn keeps(visit: &Visit) -> bool {
    visit.may(Permission::FeedRead)
}

/// Where something about a finding is done, or read of.
fn place(visit: &Visit, finding: &RegisterFinding) -> String {
    match finding.register.as_str() {
        // What put it right is said in the entry; what it was is read there.
        CHECKS if finding.kind == "failed" => visit.at(&format!("/registers/{CHECKS}/entries/{}", finding.entry_id)),
        CHECKS if keeps(visit) => visit.at("/filtering/checks/new"),
        BLOCKS if keeps(visit) && !finding.entry_id.is_empty() => {
            visit.at(&format!("/filtering/blocks/{}/done", finding.entry_id))
        }
        register @ (CHANGES | UNBLOCK) if !finding.entry_id.is_empty() => in_hand(visit, register, &finding.entry_id),
        register => visit.at(&format!("/registers/{register}")),
    }
}

/// The part of an address that is about what is asked for in a register.
fn below(register: &str) -> &'static str {
    if register == UNBLOCK { "unblock" } else { "changes" }
}

/// Where it is said that a change, or a site, is in place or taken back.
fn in_hand(visit: &Visit, register: &str, entry_id: &str) -> String {
    if keeps(visit) {
        visit.at(&format!("/filtering/{}/{entry_id}/done", below(register)))
    } else {
        visit.at(&format!("/registers/{register}/entries/{entry_id}"))
    }
}

/// Tests, reviews and whatever else of the filter is due or missing, but for what waits for a decision.
pub fn due_list(visit: &Visit, answer: Option<&[RegisterFinding]>) -> Waiting {
    let all = Link::new("All tests of the filter", visit.at(&format!("/registers/{CHECKS}")));
    let none = "Every test and review of the filter is done in time, and no test that failed waits.";
    list("filter-due", "Tests and reviews of the filter", none, all, answer, |list, findings| {
        // What the rules say of several things is one thing to do.
        let mut said: BTreeMap<(&str, &str, &str), (Item, Vec<String>)> = BTreeMap::new();
        for finding in findings.iter().filter(|finding| !waits(finding)) {
            let item = || Item {
                link: Link::new(finding.message.trim_end_matches('.'), place(visit, finding)),
                hint: String::new(),
                due: due(finding),
            };
            let key = (finding.code.as_str(), finding.due_date.as_str(), finding.entry_id.as_str());
            let (_, subjects) = said.entry(key).or_insert_with(|| (item(), Vec::new()));
            subjects.extend(finding.subjects.iter().map(|subject| register::cell(subject)));
        }
        // What somebody wrote may end in a stop of its own, and the page puts one before the day.
        let hint = |subjects: Vec<String>| subjects.join(", ").trim_end_matches('.').to_owned();
        let items = said.into_values().map(|(item, subjects)| Item { hint: hint(subjects), ..item });
        list.items = items.collect();
        list.items.sort_by_key(|item| item.due.code != "overdue");
        list.count = count(list.items.len());
    })
}

/// What waits for a decision, from what the rules find: for those who are only told that it does.
pub fn waiting_list(visit: &Visit, answer: Option<&[RegisterFinding]>) -> Waiting {
    let all = Link::new("All about the filter", visit.at("/filtering"));
    let none = "No change of the filter waits for a decision.";
    list("filter-waiting", "Changes waiting for a decision", none, all, answer, |list, findings| {
        let item = |finding: &RegisterFinding| {
            let below = below(&finding.register);
            let subject: Vec<String> = finding.subjects.iter().map(|subject| register::cell(subject)).collect();
            let what = match (finding.register.as_str(), subject.as_slice()) {
                // Of older templates the kind alone is said.
                (CHANGES, [kind, change, ..]) => format!("{kind}: {change}"),
                (CHANGES, _) => format!("A change of the filter: {}", subject.join(", ")),
                _ => format!("Unblock a site: {}", subject.join(", ")),
            };
            Item {
                link: Link::new(what, visit.at(&format!("/filtering/{below}/{}/decide", finding.entry_id))),
                hint: format!("Asked on {}", words::named_day(&finding.due_date)),
                due: Due::default(),
            }
        };
        list.items = findings.iter().filter(|finding| waits(finding)).map(item).collect();
        list.count = count(list.items.len());
    })
}

/// The last day of a change, or of a site that is unblocked; empty where it has none.
fn last_day(entry: &RegisterEntry) -> &str {
    one(entry, if entry.register == UNBLOCK { "until" } else { "reverts_on" })
}

/// Whether something was approved and is still to be put in place, or to be taken back one day.
fn is_in_hand(entry: &RegisterEntry) -> bool {
    let set = |key: &str| !one(entry, key).is_empty();
    let ends = !last_day(entry).is_empty() && !set("reverted_on");
    one(entry, "decision") == "approved" && (!set("in_place_on") || ends)
}

/// Whether a register says what was done with what it asks for: an older template may not.
fn says_what_was_done(answer: &ListRegisterEntriesResponse) -> bool {
    let fields = answer.definition.iter().flat_map(|definition| &definition.fields);
    fields.into_iter().any(|field| field.key == "in_place_on")
}

/// Changes, and sites, that were approved and are still to be put in place, or to be taken back one day. None where there are
/// none.
pub fn in_hand_list(visit: &Visit, registers: &[Option<&ListRegisterEntriesResponse>]) -> Option<Waiting> {
    let item = |entry: &RegisterEntry| {
        let until = register::day(last_day(entry));
        let hint = match (one(entry, "in_place_on"), until.as_str()) {
            ("", "") => "Approved, to be put in place".to_owned(),
            ("", until) => format!("Approved until {until}, to be put in place"),
            (_, until) => format!("In place until {until}"),
        };
        let what = match entry.register.as_str() {
            UNBLOCK => format!("Unblock a site: {}", first_words(one(entry, "site"))),
            _ => first_words(one(entry, "change")),
        };
        let link = Link::new(what, in_hand(visit, &entry.register, &entry.entry_id));
        Item { link, hint, due: Due::default() }
    };
    let kept = registers.iter().flatten().filter(|answer| says_what_was_done(answer));
    let items: Vec<Item> =
        kept.flat_map(|answer| &answer.entries).filter(|entry| is_in_hand(entry)).map(item).collect();
    (!items.is_empty()).then(|| Waiting {
        id: "filter-in-hand",
        title: "Changes and sites to be put in place or taken back".to_owned(),
        count: count(items.len()),
        items,
        ..Waiting::default()
    })
}

/// What somebody asked for, with what was decided. None where they asked for nothing.
pub fn own_list(visit: &Visit, requests: &[RegisterEntry], account: &str) -> Option<Waiting> {
    let own = |entry: &&RegisterEntry| account.parse::<AccountId>().is_ok() && one(entry, "asked_by") == account;
    let item = |entry: &RegisterEntry| {
        let asked = format!("Asked on {}", register::day(one(entry, "on")));
        let done = match (one(entry, "in_place_on"), one(entry, "reverted_on")) {
            ("", _) => "It is not unblocked yet".to_owned(),
            (since, "") => format!("Unblocked since {}", register::day(since)),
            (_, over) => format!("Blocked again since {}", register::day(over)),
        };
        let hint = match (one(entry, "decision"), one(entry, "decided_why")) {
            ("approved", why) => format!("{asked}. {done}. Approved: {why}"),
            ("refused", why) => format!("{asked}. Refused: {why}"),
            _ => format!("{asked}. It waits for a decision"),
        };
        let link = visit.at(&format!("/registers/{UNBLOCK}/entries/{}", entry.entry_id));
        Item { link: Link::new(first_words(one(entry, "site")), link), hint, due: Due::default() }
    };
    let items: Vec<Item> = requests.iter().filter(own).take(OWN).map(item).collect();
    (!items.is_empty()).then(|| Waiting {
        id: "filter-own",
        title: "Sites you asked for".to_owned(),
        count: count(items.len()),
        items,
        ..Waiting::default()
    })
}

/// The beginning of a text, for a link.
fn first_words(text: &str) -> String {
    const LONGEST: usize = 80;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None if line.is_empty() => "A change".to_owned(),
        None => line.to_owned(),
    }
}
