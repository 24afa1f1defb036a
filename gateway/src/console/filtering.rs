//! The filter: feeds and how their lines were accounted for, alerts and what became of them, rules and exceptions.

pub mod alert;
pub mod blocking;
pub mod by_user;
pub mod check;
pub mod context;
pub mod correcting;
pub mod coverage;
pub mod duties;
pub mod exception;
pub mod figures;
pub mod keeping;
pub mod lines;
pub mod moving;
pub mod recipient;
pub mod rule;

use std::collections::HashMap;
pub mod overview;
pub mod person;
pub mod request;
pub mod rhythm;
pub mod unread;

use axum::{
    extract::{Path, Query},
    routing::{get, post},
};
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{
        Counts, CreateFeedRequest, Feed, GetLedgerRequest, HourCounts, ListFeedsRequest, ListRejectedLinesRequest,
        RefusedDelivery, RejectedLine,
    },
};
use serde::Serialize;

use super::{
    Below,
    concern::Listed,
    posted::Posted,
    profile,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    form::{Answers, Field, Form, FormPage},
    part::{Head, Link, Pager, Row},
    words,
};

/// The pages on coverage and on what is to be done about the filter, below the school.
pub fn pages() -> Vec<Below> {
    vec![
        ("/filtering", get(overview::show)),
        ("/filtering/coverage", get(coverage::days)),
        ("/filtering/figures", get(figures::show)),
        ("/filtering/keeping", get(keeping::show)),
        (by_user::PLACE, get(by_user::show).post(by_user::find)),
        ("/filtering/feeds/{feed_id}/correct", get(correcting::show).post(correcting::save)),
        ("/filtering/feeds/{feed_id}/end", get(correcting::show_end).post(correcting::end)),
        ("/filtering/feeds/{feed_id}/profile", get(moving::show).post(moving::save)),
        ("/filtering/feeds/{feed_id}/rhythm", get(rhythm::show).post(rhythm::save)),
        ("/filtering/blocks", post(blocking::send)),
        ("/filtering/blocks/new", get(blocking::show)),
        ("/filtering/blocks/{entry_id}/done", get(blocking::show_done).post(blocking::done)),
        ("/filtering/checks", post(check::record)),
        ("/filtering/checks/new", get(check::show)),
        ("/filtering/changes", post(request::change)),
        ("/filtering/changes/new", get(request::show_change)),
        ("/filtering/changes/{entry_id}/decide", get(request::decide::show_change).post(request::decide::change)),
        (
            "/filtering/changes/{entry_id}/done",
            get(request::decide::show_done_change).post(request::decide::done_change),
        ),
        ("/filtering/unblock", post(request::unblock)),
        ("/filtering/unblock/new", get(request::show_unblock)),
        ("/filtering/unblock/{entry_id}/decide", get(request::decide::show_unblock).post(request::decide::unblock)),
        (
            "/filtering/unblock/{entry_id}/done",
            get(request::decide::show_done_unblock).post(request::decide::done_unblock),
        ),
    ]
}

#[cfg(test)]
pub fn sample() -> Feed {
    Feed {
        feed_id: "fee_1".into(),
        name: "Main filter".into(),
        profile: "squid".into(),
        time_zone: "Europe/London".into(),
        counts: Some(counts()),
        group_tiers: HashMap::from([("year <9>".into(), "KS3".into())]),
        ..Feed::default()
    }
}

#[cfg(test)]
fn counts() -> Counts {
    Counts { received: 1000, kept: 200, folded: 50, excepted: 20, noise: 700, rejected: 30, alerts: 3 }
}

/// The ledger's sum, as it must always hold.
fn sum(counts: &Counts) -> String {
    let n = words::number;
    let Counts { received, kept, folded, excepted, noise, rejected, .. } = counts;
    format!(
        "{} received = {} kept + {} folded + {} excepted + {} noise + {} rejected",
        n(*received),
        n(*kept),
        n(*folded),
        n(*excepted),
        n(*noise),
        n(*rejected)
    )
}

async fn feeds(visit: &Visit) -> Result<Vec<Feed>, Error> {
    let (mut feeds, mut page_token) = (Vec::new(), String::new());
    loop {
        let asked = ListFeedsRequest { school_id: visit.school.clone(), page_size: 1000, page_token };
        let answer = heard(visit.filtering()?.list_feeds(ask(asked))).await?;
        feeds.extend(answer.feeds);
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(feeds);
        }
    }
}

async fn feed(visit: &Visit, feed_id: &str) -> Result<Feed, Error> {
    feeds(visit).await?.into_iter().find(|feed| feed.feed_id == feed_id).ok_or_else(Error::missing)
}

/// What is asked of a new feed; `own` are profiles of somebody's own, and what they are called.
pub fn fields(own: &[(String, String)]) -> Vec<Field> {
    vec![
        Field::text("name", "What do you call it?").hint("For example, Main filter."),
        Field::select("profile", "What writes its lines?")
            .choices([("", "Select one")])
            .choices(own.iter().map(|(profile, text)| (profile.as_str(), text.as_str())))
            .choices(words::PROFILES.iter().copied())
            .hint("Not sure? Ask whoever looks after the filter, or paste some lines under Format profiles: it says what they look like."),
        Field::name("time_zone", "Zone of times that name none (optional)").hint("Europe/London where you leave it empty.").width("20"),
        Field::long_text("host_categories", "Your own list of sites and categories (optional)")
            .hint("For filters that write none. One site to a line, then an equals sign and its category: games.example = gaming"),
        Field::long_text("group_tiers", "For whom the filter’s groups are (optional)")
            .hint("One group to a line, then an equals sign and pupil, staff, guest, EYFS or KS1 to KS5: Year 9 = KS3"),
    ]
}

async fn create_page(visit: &Visit) -> Result<FormPage, Error> {
    let head = Head::new("Add a feed", visit.crumbs(&[("Filtering", visit.at("/filtering"))]));
    let own = profile::choices(visit).await?;
    Ok(visit.form_page(head, visit.at("/filtering/feeds"), "Add the feed", fields(&own)))
}

/// Asks for a new feed.
pub async fn show_create(visit: Visit) -> Answer {
    visit.needs(Permission::FeedManage)?;
    visit.page(&create_page(&visit).await?)
}

/// Makes it.
pub async fn create(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let created = match command(&visit, &answers) {
        Ok(command) => heard(visit.filtering()?.create_feed(ask(command))).await,
        Err(error) => Err(error),
    };
    match created {
        Ok(answer) => {
            let feed_id = answer.feed.map(|feed| feed.feed_id).unwrap_or_default();
            visit.to(&visit.at(&format!("/filtering/feeds/{feed_id}?done=feed")))
        }
        // Where a gate is shut, what opens it is entered there.
        Err(error) => {
            visit.again(create_page(&visit).await?, &answers, error, &visit.at("/registers/access/entries/new"))
        }
    }
}

fn command(visit: &Visit, answers: &Answers) -> Result<CreateFeedRequest, Error> {
    let mut v = Violations::new();
    v.text("name", "what you call the feed", &answers.text("name"), 100);
    v.check(!answers.text("profile").is_empty(), "profile", "Select what writes its lines");
    let pairs = pairs(&answers.text("host_categories"), str::to_lowercase);
    v.check(
        pairs.is_some(),
        "host_categories",
        "Enter each site on a line of its own, then an equals sign and its category",
    );
    let groups = self::pairs(&answers.text("group_tiers"), str::to_owned);
    v.check(
        groups.is_some(),
        "group_tiers",
        "Enter each group on a line of its own, then an equals sign and for whom it is",
    );
    v.finish()?;
    Ok(CreateFeedRequest {
        school_id: visit.school.clone(),
        name: answers.text("name"),
        profile: answers.text("profile"),
        time_zone: answers.text("time_zone"),
        host_categories: pairs.unwrap_or_default(),
        group_tiers: groups.unwrap_or_default(),
        request_id: answers.request_id(),
    })
}

/// Lines such as `games.example = gaming`; none where one of them is something else.
fn pairs(list: &str, name: impl Fn(&str) -> String) -> Option<HashMap<String, String>> {
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty());
    // A group may hold an equals sign, as directories write them; what follows the last holds none.
    lines.map(|line| line.rsplit_once('=').map(|(key, value)| (name(key.trim()), value.trim().to_owned()))).collect()
}

/// One feed and its ledger.
#[derive(Debug, Serialize)]
pub struct FeedPage {
    head: Head,
    rows: Vec<Row>,
    sum: String,
    rejected: Link,
    upload: Link,
    acts: Vec<Link>,
    hours: Vec<Hour>,
    pager: Pager,
    /// How it does; none where that cannot be asked for just now.
    coverage: Option<coverage::Part>,
}

#[derive(Debug, Serialize)]
struct Hour {
    hour: String,
    received: String,
    kept: String,
    folded: String,
    excepted: String,
    noise: String,
    rejected: String,
    alerts: String,
}

impl Hour {
    fn new(hour: &HourCounts) -> Self {
        let counts = hour.counts.unwrap_or_default();
        let n = words::number;
        Self {
            hour: words::stamp(hour.hour_time.as_ref()).unwrap_or_default(),
            received: n(counts.received),
            kept: n(counts.kept),
            folded: n(counts.folded),
            excepted: n(counts.excepted),
            noise: n(counts.noise),
            rejected: n(counts.rejected),
            alerts: n(counts.alerts),
        }
    }
}

impl Page for FeedPage {
    const TEMPLATE: &'static str = "feed.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let hour = chassis::clock::timestamp(time::macros::datetime!(2026-11-24 09:00 UTC));
        let hours = [HourCounts { hour_time: Some(hour), counts: Some(counts()) }];
        let may = |_: Permission| true;
        vec![
            Self::new(&sample(), &counts(), &hours, Vec::new(), "/f", &may)
                .doing(Some(coverage::Part::sample()))
                .turning(Pager::new("/f", &[], "", "more")),
            Self::new(&sample(), &Counts::default(), &[], Vec::new(), "/f", &|_| false),
        ]
    }
}

impl FeedPage {
    fn new(
        feed: &Feed,
        total: &Counts,
        hours: &[HourCounts],
        crumbs: Vec<Link>,
        here: &str,
        may: &dyn Fn(Permission) -> bool,
    ) -> Self {
        let mut rows = vec![Row::new("Lines written by", profile::called(&feed.profile))];
        rows.push(Row::new("Zone of times", feed.time_zone.clone()));
        let mut groups: Vec<String> = feed
            .group_tiers
            .iter()
            .map(|(group, tier)| format!("{group}: {}", words::called(words::filtering::TIERS, tier)))
            .collect();
        groups.sort();
        rows.extend(Row::some("For whom its groups are", Some(groups.join(", "))));
        rows.extend(Row::some("Added", words::stamp(feed.create_time.as_ref())));
        rows.extend(Row::some("Ended", words::stamp(feed.end_time.as_ref())));
        rows.push(Row::new(
            "Last line",
            words::stamp(feed.last_receive_time.as_ref()).unwrap_or_else(|| "Never".into()),
        ));
        rows.push(Row::new("Alerts raised", words::number(total.alerts)));
        let upload = format!("{here}/lines/new");
        let acts = match may(Permission::FeedManage) && feed.end_time.is_none() {
            true => vec![
                Link::new("Move the feed on to another profile or version", format!("{here}/profile")),
                Link::new("Correct its name, groups or sites", format!("{here}/correct")),
                Link::new("End the feed", format!("{here}/end")),
            ],
            false => Vec::new(),
        };
        Self {
            head: Head::new(feed.name.clone(), crumbs),
            rows,
            sum: sum(total),
            rejected: if total.rejected == 0 {
                Link::default()
            } else {
                Link::new("See the rejected lines and why", format!("{here}/rejected-lines"))
            },
            upload: if may(Permission::FeedIngest) && feed.end_time.is_none() {
                Link::new("Send a log file", upload)
            } else {
                Link::default()
            },
            acts,
            hours: hours.iter().map(Hour::new).collect(),
            pager: Pager::default(),
            coverage: None,
        }
    }

    /// With the way to earlier hours.
    fn turning(self, pager: Pager) -> Self {
        Self { pager, ..self }
    }

    /// With the deliveries that were refused.
    fn refusing(mut self, refused: &[RefusedDelivery]) -> Self {
        self.rows.extend(refused.iter().map(refused_row));
        self
    }

    /// With how it does.
    fn doing(self, coverage: Option<coverage::Part>) -> Self {
        Self { coverage, ..self }
    }
}

/// How often deliveries were refused for one reason.
pub fn refused_row(refused: &RefusedDelivery) -> Row {
    let why = words::called(words::filtering::REFUSED, &refused.reason);
    let last = words::stamp(refused.last_time.as_ref()).unwrap_or_default();
    let times = words::counted(refused.deliveries, "delivery", "deliveries");
    Row::new("Refused", format!("{times}, the last {last}: {why}"))
}

/// Shows one feed.
pub async fn show(visit: Visit, Path((_, feed_id)): Path<(String, String)>, Query(listed): Query<Listed>) -> Answer {
    visit.needs(Permission::FeedRead)?;
    let feed = feed(&visit, &feed_id).await?;
    let asked = GetLedgerRequest {
        school_id: visit.school.clone(),
        feed_id: feed_id.clone(),
        page_size: 100,
        page_token: listed.page_token.clone(),
    };
    let ledger = heard(visit.filtering()?.get_ledger(ask(asked))).await?;
    let path = visit.at("/filtering");
    let crumbs = visit.crumbs(&[("Filtering", path.clone())]);
    let here = visit.at(&format!("/filtering/feeds/{feed_id}"));
    let total = ledger.total.unwrap_or_default();
    let page = FeedPage::new(&feed, &total, &ledger.hours, crumbs, &here, &|permission| visit.may(permission));
    let states = visit.may(Permission::FeedManage);
    // Of a feed that ended nothing is expected.
    let coverage = match feed.end_time {
        None => coverage::of(&visit, &feed_id).await,
        Some(_) => None,
    };
    let part = coverage.map(|answer| coverage::Part::new(&answer, &path, &here, visit.now(), states));
    let pager = Pager::new(&here, &[], &listed.page_token, &ledger.next_page_token);
    visit.page(&page.refusing(&ledger.refused_deliveries).doing(part).turning(pager))
}

/// The lines of a feed that were not taken.
#[derive(Debug, Serialize)]
pub struct RejectedLines {
    head: Head,
    /// How many of them can be read again.
    kept: String,
    /// Where their text is looked at; empty where it is none of the reader’s.
    text: Link,
    /// Has them read again; none where that is none of the reader’s.
    again: Option<Form>,
    lines: Vec<Rejected>,
    pager: Pager,
}

#[derive(Debug, Clone, Serialize)]
struct Rejected {
    when: String,
    line: String,
    delivery: String,
    reason: String,
    detail: String,
}

impl Rejected {
    fn new(line: &RejectedLine) -> Self {
        Self {
            when: words::stamp(line.receive_time.as_ref()).unwrap_or_default(),
            line: placed(line),
            delivery: line.delivery_id.clone(),
            reason: words::called(words::REJECTED, &line.reason),
            detail: words::sentence(&line.detail),
        }
    }
}

/// Which lines it is of: one, those from one to another, or so many between them.
fn placed(line: &RejectedLine) -> String {
    let n = words::number;
    match (line.until_line.saturating_sub(line.line), line.lines) {
        (0, _) => n(line.line),
        (more, lines) if lines == more + 1 => format!("{} to {}", n(line.line), n(line.until_line)),
        (_, lines) => format!("{} of those from {} to {}", n(lines), n(line.line), n(line.until_line)),
    }
}

impl Page for RejectedLines {
    const TEMPLATE: &'static str = "rejected_lines.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let line = RejectedLine {
            delivery_id: "d1".into(),
            line: 7,
            reason: "no_time".into(),
            detail: "no time in it".into(),
            receive_time: None,
            until_line: 7,
            lines: 1,
        };
        let several = RejectedLine { until_line: 900, lines: 894, ..line.clone() };
        let page = |lines, next: &str| Self {
            head: Head::new("Rejected lines", vec![]),
            kept: kept(3),
            text: Link::new("Read the text of these lines", "/x"),
            again: Some(Form::new("/x", "Read the kept lines again", "1".into(), Vec::new())),
            lines,
            pager: Pager::new("/x", &[], "", next),
        };
        vec![page(vec![Rejected::new(&line), Rejected::new(&several)], "more"), page(vec![], "")]
    }
}

/// How many lines are kept, and for what.
fn kept(lines: u64) -> String {
    const WHAT: &str = "Lines that could not be read are kept sealed for 8 days, 16 MiB of a feed at most, so that they can be read again once their \
                        profile is mended or the feed is moved on.";
    match lines {
        0 => format!("{WHAT} None is kept now."),
        lines => format!("{WHAT} {} now.", words::counted(lines, "line is kept", "lines are kept")),
    }
}

/// Lists them.
pub async fn rejected(
    visit: Visit,
    Path((_, feed_id)): Path<(String, String)>,
    Query(listed): Query<Listed>,
) -> Answer {
    visit.needs(Permission::FeedRead)?;
    let asked = ListRejectedLinesRequest {
        school_id: visit.school.clone(),
        feed_id: feed_id.clone(),
        page_size: 100,
        page_token: listed.page_token.clone(),
    };
    let answer = heard(visit.filtering()?.list_rejected_lines(ask(asked))).await?;
    let here = visit.at(&format!("/filtering/feeds/{feed_id}"));
    let crumbs = visit.crumbs(&[("Filtering", visit.at("/filtering")), ("Feed", here.clone())]);
    let reads = answer.kept_lines > 0 && visit.may(Permission::ProfileKeep);
    let text = || Link::new("Read the text of these lines", format!("{here}/rejected-lines/text"));
    let page = RejectedLines {
        head: Head::new("Rejected lines", crumbs),
        kept: kept(answer.kept_lines),
        text: if reads { text() } else { Link::default() },
        again: unread::again(&visit, &here, answer.kept_lines),
        lines: answer.rejected_lines.iter().map(Rejected::new).collect(),
        pager: Pager::new(&format!("{here}/rejected-lines"), &[], &listed.page_token, &answer.next_page_token),
    };
    visit.page(&page)
}
