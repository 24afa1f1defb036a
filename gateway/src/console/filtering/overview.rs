//! The whole state of filtering on one page: how feeds do, what is due, what waits for whom, and the way to the rest.

use axum::extract::Query;
use chassis::error::{Error, Kind};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{GetRulePrecisionResponse, ListAlertsResponse, ListFeedCoverageResponse},
    policy_registry::v1::{ListRegisterEntriesResponse, RegisterEntry, RegisterFinding},
};
use serde::Serialize;

use super::{
    coverage::{self, Line},
    duties::{self, BLOCKS, CHANGES, CHECKS, REVIEWS, SYSTEMS, UNBLOCK},
    rule,
};
use crate::{
    console::{
        home::{
            self,
            list::{Waiting, staff_alert_list},
        },
        visit::{Answer, Visit},
        workload,
    },
    pages::{
        Page,
        part::{From, Head, Link, Pager},
    },
};

/// Feeds that the page shows at once.
const SHOWN: i32 = 50;

/// The page.
#[derive(Debug, Default, Serialize)]
pub struct Filtering {
    head: Head,
    /// What may be done at once.
    acts: Vec<Link>,
    shows_feeds: bool,
    /// True where how feeds do could not be asked for.
    feeds_unknown: bool,
    feeds: Vec<Line>,
    pager: Pager,
    of_feeds: Vec<Link>,
    lists: Vec<Waiting>,
    /// All that is about the filter.
    pages: Vec<Link>,
}

impl Page for Filtering {
    const TEMPLATE: &'static str = "filtering.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use crate::{console::home::list::Item, pages::part::Due};
        let now = time::macros::datetime!(2026-11-24 10:00 UTC);
        let head = || Head::new("Filtering", vec![Link::new("Home", "/")]);
        let link = || vec![Link::new("A <link>", "/x")];
        let due = Item {
            link: Link::new("Filtering and monitoring are checked every term", "/x"),
            hint: "Filter".into(),
            due: Due { code: "overdue".into(), text: "Overdue: was due 1 November 2026".into() },
        };
        let lists = vec![
            Waiting {
                id: "filter-due",
                title: "Tests".into(),
                count: "1".into(),
                items: vec![due],
                ..Waiting::default()
            },
            Waiting { id: "filter-waiting", title: "Changes".into(), unknown: true, ..Waiting::default() },
        ];
        let full = Self {
            head: head(),
            acts: link(),
            shows_feeds: true,
            feeds: vec![Line::new(&coverage::sample(), "/x", now)],
            pager: Pager::new("/x", &[], "this", "next"),
            of_feeds: link(),
            lists,
            pages: link(),
            ..Self::default()
        };
        let unknown = Self { head: head(), shows_feeds: true, feeds_unknown: true, ..Self::default() };
        let none = Self { head: head(), shows_feeds: true, ..Self::default() };
        vec![full, unknown, none, Self { head: head(), acts: link(), ..Self::default() }]
    }
}

/// What is asked for; none where it is not theirs to know.
struct Known {
    feeds: Option<Result<ListFeedCoverageResponse, Error>>,
    staff_alerts: Option<Result<ListAlertsResponse, Error>>,
    findings: Result<Vec<RegisterFinding>, Error>,
    changes: Result<ListRegisterEntriesResponse, Error>,
    requests: Result<ListRegisterEntriesResponse, Error>,
    blocks: Result<ListRegisterEntriesResponse, Error>,
    rules: Option<Result<GetRulePrecisionResponse, Error>>,
}

async fn known(visit: &Visit, page_token: &str) -> Known {
    let feeds = async {
        if visit.may(Permission::FeedRead) { Some(coverage::fetch(visit, SHOWN, page_token).await) } else { None }
    };
    let staff_alerts =
        async { if visit.may(Permission::AlertRead) { Some(home::new_alerts(visit, "staff").await) } else { None } };
    let rules =
        async { if visit.may(Permission::ExceptionRead) { Some(rule::how_often_right(visit).await) } else { None } };
    let (feeds, staff_alerts, findings, changes, requests, blocks, rules) = tokio::join!(
        feeds,
        staff_alerts,
        duties::findings(visit),
        duties::kept(visit, CHANGES),
        duties::kept(visit, UNBLOCK),
        duties::newest(visit, BLOCKS),
        rules,
    );
    Known { feeds, staff_alerts, findings, changes, requests, blocks, rules }
}

/// Whether a register is theirs to read, also where it cannot be asked for just now.
fn theirs(answer: &Result<ListRegisterEntriesResponse, Error>) -> bool {
    answer.as_ref().err().is_none_or(|error| !matches!(error.kind(), Kind::Denied | Kind::Missing))
}

fn entries(answer: &Result<ListRegisterEntriesResponse, Error>) -> &[RegisterEntry] {
    answer.as_ref().map(|answer| answer.entries.as_slice()).unwrap_or_default()
}

/// What somebody may do at once.
fn acts(visit: &Visit, known: &Known) -> Vec<Link> {
    let mut acts = Vec::new();
    let may_add = |answer: &Result<ListRegisterEntriesResponse, Error>| answer.as_ref().is_ok_and(|all| all.may_add);
    let mut act = |there: bool, text: &str, path: &str| {
        if there {
            acts.push(Link::new(text, visit.at(path)));
        }
    };
    // Whoever keeps the changes keeps the tests.
    let keeps = may_add(&known.changes);
    act(keeps, "Record a test of the filter", "/filtering/checks/new");
    act(keeps, "Ask for a change of the filter", "/filtering/changes/new");
    act(may_add(&known.blocks), "Ask for something to be blocked at once", "/filtering/blocks/new");
    act(may_add(&known.requests), "Ask for a site to be unblocked", "/filtering/unblock/new");
    act(visit.may(Permission::ConcernRecord), "Report that something harmful got through", "/report");
    acts
}

fn of_feeds(visit: &Visit) -> Vec<Link> {
    let pages = [
        (Permission::FeedRead, "School days covered", "/filtering/coverage"),
        (Permission::FeedRead, "What the filter did, in figures", "/filtering/figures"),
        (Permission::FeedRead, "How long logs are kept, and what was deleted", "/filtering/keeping"),
        (Permission::FeedManage, "Add a feed", "/filtering/feeds/new"),
        (Permission::SenderManage, "Senders", "/senders"),
        (Permission::ProfileRead, "Format profiles", "/profiles"),
    ];
    let may = pages.into_iter().filter(|(permission, ..)| visit.may(*permission));
    may.map(|(_, text, path)| Link::new(text, visit.at(path))).collect()
}

/// The other pages on the filter that somebody may read.
fn pages(visit: &Visit, known: &Known) -> Vec<Link> {
    let of_alerts = [
        (Permission::AlertRead, "Filter alerts", "/filtering/alerts"),
        (Permission::ExceptionRead, "Exceptions: what raises no alert", "/filtering/exceptions"),
        (Permission::ExceptionRead, "Try a rule", "/filtering/rules/try"),
        (Permission::ExceptionRead, "How often rules were right", "/filtering/rules"),
        (Permission::RecipientKeep, "Whom alerts about staff go to", "/filtering/recipients"),
    ];
    let may = of_alerts.into_iter().filter(|(permission, ..)| visit.may(*permission));
    let alerts = may.map(|(_, text, path)| Link::new(text, visit.at(path)));
    let register = |register: &str, text: &str| Link::new(text, visit.at(&format!("/registers/{register}")));
    let mut registers = Vec::new();
    // Whoever reads the changes reads the tests and the reviews.
    if theirs(&known.changes) {
        registers.push(register(CHANGES, "Every change of the filter"));
        registers.push(register(CHECKS, "Every test of the filter"));
        registers.push(register(REVIEWS, "Yearly reviews of the filter"));
    }
    if theirs(&known.blocks) {
        registers.push(register(BLOCKS, "What came through, and when it was blocked"));
    }
    if theirs(&known.requests) {
        registers.push(register(UNBLOCK, "Every request to unblock a site"));
    }
    registers.push(register(SYSTEMS, "Filters and monitoring in use, with what is blocked and why"));
    alerts.chain(registers).collect()
}

fn lists(visit: &Visit, known: &Known) -> Vec<Waiting> {
    let findings = known.findings.as_ref().ok().map(Vec::as_slice);
    let own = duties::own_list(visit, entries(&known.requests), &visit.visitor.account_id);
    let staff = known.staff_alerts.as_ref().and_then(|all| staff_alert_list(visit, all.as_ref(), visit.now()));
    let mut lists: Vec<Waiting> = staff.into_iter().chain(own).collect();
    // What is due and waits is for those who keep it or oversee it.
    if theirs(&known.changes) {
        lists.push(duties::waiting_list(visit, findings));
        lists.extend(duties::in_hand_list(visit, &[known.changes.as_ref().ok(), known.requests.as_ref().ok()]));
        lists.push(duties::due_list(visit, findings));
    }
    // A rule that is seldom right hides those that are.
    let rules = known.rules.as_ref().map(|answer| workload::rules(answer.as_ref(), &|path| visit.at(path)));
    lists.extend(rules.filter(|list| list.unknown || !list.items.is_empty()));
    lists
}

/// Shows it.
pub async fn show(visit: Visit, Query(from): Query<From>) -> Answer {
    visit.needs(Permission::RegisterRead).or_else(|_| visit.needs(Permission::FeedRead))?;
    let known = known(&visit, &from.page_token).await;
    visit.page(&page(&visit, &known, &from.page_token))
}

fn page(visit: &Visit, known: &Known, page_token: &str) -> Filtering {
    let (path, now) = (visit.at("/filtering"), visit.now());
    let feeds = known.feeds.as_ref().and_then(|answer| answer.as_ref().ok());
    let next = feeds.map(|feeds| feeds.next_page_token.as_str()).unwrap_or_default();
    Filtering {
        head: Head::new("Filtering", visit.crumbs(&[])),
        acts: acts(visit, known),
        shows_feeds: known.feeds.is_some(),
        feeds_unknown: matches!(known.feeds, Some(Err(_))),
        pager: Pager::new(&path, &[], page_token, next),
        feeds: feeds.into_iter().flat_map(|feeds| &feeds.coverage).map(|feed| Line::new(feed, &path, now)).collect(),
        of_feeds: of_feeds(visit),
        lists: lists(visit, known),
        pages: pages(visit, known),
    }
}
