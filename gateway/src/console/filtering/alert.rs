//! Filter alerts: the list, one alert with its evidence, and the verdict. Whose an alert is, the service says.

#[cfg(test)]
mod tests;

use axum::extract::{Path, Query};
use chassis::{
    clock::moment,
    error::{Error, Violations},
};
#[cfg(test)]
use proto::filtering_ingest::v1::{AlertPassedOn, PolicyClause};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{Alert, AnswerAlertRequest, GetAlertRequest, ListAlertsRequest},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    console::{
        concern::{Filter, filters},
        filtering::{by_user, coverage, person},
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, Form},
        part::{Head, Link, Pager, Row, percent},
        words::{self, Codes, filtering as said},
    },
};

const STATES: Codes = &[
    ("new", "New"),
    ("true", "Real"),
    ("understandable", "Understandable"),
    ("explained", "Explained beforehand"),
    ("false", "False alarms"),
];
/// What the form carries that corrects a verdict.
const CORRECTS: &str = "corrects";

const IDENTITY: Codes = &[
    ("strong", "Sure"),
    ("likely", "Likely"),
    ("weak", "Weak"),
    ("device", "Known by the device only"),
    ("address", "Known by the address only"),
    ("none", "Not known"),
];

/// What a list shows and where it begins.
#[derive(Debug, Default, Deserialize)]
pub struct Listed {
    #[serde(default)]
    verdict: String,
    /// `staff` for those about staff alone.
    #[serde(default)]
    about: String,
    /// The feed they came from.
    #[serde(default)]
    feed: String,
    /// What they are about.
    #[serde(default)]
    theme: String,
    #[serde(default)]
    page_token: String,
}

/// The list of alerts.
#[derive(Debug, Serialize)]
pub struct Alerts {
    head: Head,
    total: String,
    filters: Vec<Filter>,
    /// The way to the alerts of one user.
    by_user: Link,
    alerts: Vec<Line>,
    pager: Pager,
}

/// One alert of a list.
#[derive(Debug, Serialize)]
pub struct Line {
    link: Link,
    /// True where it is about staff and the reader’s to answer.
    theirs: bool,
    /// The user, or the device, or the address, as the filter wrote it.
    who: String,
    /// What was searched for, or the site.
    what: String,
    severity: String,
    grave: bool,
    happened: String,
    /// How late its line came; empty where it came in time.
    late: String,
    count: String,
    verdict: String,
}

impl Line {
    pub(super) fn new(alert: &Alert, path: &str, now: OffsetDateTime) -> Self {
        let happened = alert.event_time.as_ref().and_then(moment).map(|at| words::sentence(&words::near(at, now)));
        Self {
            link: Link::new(theme(alert), format!("{path}/{}", alert.alert_id)),
            theirs: alert.answerable && alert.tier == "staff",
            who: said::visible(&first(&[&alert.user, &alert.device, &alert.client_ip])),
            what: if alert.withheld {
                "Withheld".to_owned()
            } else {
                said::visible(&first(&[&alert.search_terms, &alert.host]))
            },
            severity: words::called(words::SEVERITIES, &alert.severity),
            grave: matches!(alert.severity.as_str(), "high" | "critical"),
            happened: happened.unwrap_or_default(),
            late: said::late(alert.late_s).map(|late| format!("Told {late}")).unwrap_or_default(),
            count: words::number(alert.count),
            verdict: words::called(STATES, &alert.verdict),
        }
    }
}

/// The first of several that says something, no longer than a cell of a table holds.
fn first(all: &[&str]) -> String {
    const LONGEST: usize = 60;
    let text = all.iter().find(|text| !text.is_empty()).copied().unwrap_or_default();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn theme(alert: &Alert) -> String {
    words::called(words::THEMES, &alert.theme)
}

#[cfg(test)]
pub(super) fn sample() -> Alert {
    Alert {
        alert_id: "alt_1".into(),
        theme: "self_harm_suicide".into(),
        severity: "critical".into(),
        basis: "search".into(),
        rule_id: "filter.self_harm_search".into(),
        because: "rule filter.self_harm_search of version 3 of the school's policy: words that were typed".into(),
        user: "s.p".into(),
        identity_confidence: "strong".into(),
        host: "search.example".into(),
        search_terms: "<words>".into(),
        vendor_categories: vec!["Self harm".into()],
        count: 4,
        verdict: "new".into(),
        tier: "KS3".into(),
        word_list: "suicide (en)".into(),
        word_list_version: "2026-11-27".into(),
        also: vec!["drugs".into()],
        late_s: 7_200,
        clock: "ahead".into(),
        out_of_hours: true,
        clauses: vec![PolicyClause { section: "monitoring".into(), text: "We read the <log>.".into() }],
        passed_on: vec![AlertPassedOn { to: "head".into(), create_time: None }],
        acknowledged_by_account_id: "acc_1".into(),
        acknowledge_time: Some(chassis::clock::timestamp(time::macros::datetime!(2026-11-24 09:00 UTC))),
        answerable: true,
        ..Alert::default()
    }
}

impl Page for Alerts {
    const TEMPLATE: &'static str = "alerts.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let now = time::macros::datetime!(2026-11-24 09:00 UTC);
        let page = |alerts| Self {
            head: Head::new("Filter alerts", vec![Link::new("Home", "/")]),
            total: "1 alert".into(),
            filters: listed_by("/x", &Listed { verdict: "new".into(), ..Listed::default() }, &[]),
            by_user: Link::new("Find the alerts of one user", "/u"),
            alerts,
            pager: Pager::new("/x", &[("verdict", "new")], "a", "b"),
        };
        let low = Alert { severity: "low".into(), late_s: 0, tier: "staff".into(), ..sample() };
        vec![page(vec![Line::new(&sample(), "/x", now), Line::new(&low, "/x", now)]), page(vec![])]
    }
}

/// Lists alerts.
pub async fn list(visit: Visit, Query(listed): Query<Listed>) -> Answer {
    visit.needs(Permission::AlertRead)?;
    let asked = ListAlertsRequest {
        school_id: visit.school.clone(),
        verdict: listed.verdict.clone(),
        page_size: 50,
        page_token: listed.page_token.clone(),
        about: listed.about.clone(),
        feed_id: listed.feed.clone(),
        theme: listed.theme.clone(),
    };
    let answer = heard(visit.filtering()?.list_alerts(ask(asked))).await?;
    let (path, now) = (visit.at("/filtering/alerts"), visit.now());
    let page = Alerts {
        head: Head::new("Filter alerts", way(&visit, false)),
        total: words::counted(u64::try_from(answer.total_size).unwrap_or_default(), "alert", "alerts"),
        filters: listed_by(&path, &listed, &feeds(&visit).await),
        by_user: Link::new("Find the alerts of one user", visit.at(by_user::PLACE)),
        alerts: answer.alerts.iter().map(|alert| Line::new(alert, &path, now)).collect(),
        pager: Pager::new(
            &path,
            &[("verdict", &listed.verdict), ("about", &listed.about), ("feed", &listed.feed), ("theme", &listed.theme)],
            &listed.page_token,
            &answer.next_page_token,
        ),
    };
    visit.page(&page)
}

/// The feeds that alerts came from, by their names; none where the reader has no part in feeds.
async fn feeds(visit: &Visit) -> Vec<(String, String)> {
    if !visit.may(Permission::FeedRead) {
        return Vec::new();
    }
    let Ok(all) = coverage::all(visit).await else { return Vec::new() };
    all.into_iter().map(|feed| (feed.feed_id, feed.name)).collect()
}

/// The ways to look at the list: by verdict, those about staff, and by feed where there are several.
fn listed_by(path: &str, listed: &Listed, feeds: &[(String, String)]) -> Vec<Filter> {
    let plain = listed.about.is_empty() && listed.feed.is_empty() && listed.theme.is_empty();
    let mut ways = filters(path, "verdict", if plain { &listed.verdict } else { "-" }, STATES);
    let staff = Link::new("About staff, yours to answer", format!("{path}?verdict=new&about=staff"));
    ways.push(Filter::new(staff, listed.about == "staff"));
    if feeds.len() > 1 {
        let of = |(id, name): &(String, String)| {
            Filter::new(Link::new(format!("From {name}"), format!("{path}?feed={id}")), listed.feed == *id)
        };
        ways.extend(feeds.iter().map(of));
    }
    // Who came from a theme sees that the list is of it; whoever did not has the themes in the list.
    if !listed.theme.is_empty() {
        let theme = words::called(words::THEMES, &listed.theme);
        let here = format!("{path}?theme={}", percent(&listed.theme));
        ways.push(Filter::new(Link::new(format!("About: {theme}"), here), true));
    }
    ways
}

/// One alert.
#[derive(Debug, Serialize)]
pub struct AlertPage {
    head: Head,
    withheld: bool,
    rows: Vec<Row>,
    /// What it puts into effect of the school’s policy.
    clauses: Vec<Said>,
    /// What stands beside it.
    context: Link,
    form: Option<Form>,
}

/// A clause of the policy.
#[derive(Debug, Serialize)]
struct Said {
    section: String,
    text: String,
}

impl Page for AlertPage {
    const TEMPLATE: &'static str = "alert.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let form = || Form::new("/v", "Save the verdict", "1".into(), fields());
        let wrong = form().refused(&Error::invalid("reason", "Enter why"), "");
        let withheld = Alert { withheld: true, verdict: "true".into(), verdict_reason: "Known".into(), ..sample() };
        let people = People::of(&[("acc_1", "Ms Ali")]);
        let feed = Link::new("Main <filter>", "/f");
        vec![
            Self::new(&sample(), &people, Vec::new(), &feed, Some(form())),
            Self::new(&sample(), &people, Vec::new(), &feed, Some(wrong)),
            Self::new(&withheld, &people, Vec::new(), &Link::default(), None),
        ]
    }
}

impl AlertPage {
    /// `feed` is its feed; empty where the reader has no part in feeds.
    fn new(alert: &Alert, people: &People, crumbs: Vec<Link>, feed: &Link, form: Option<Form>) -> Self {
        let mut rows = vec![
            Row::new("Theme", theme(alert)),
            Row::new("Severity", words::called(words::SEVERITIES, &alert.severity)),
        ];
        rows.extend(Row::some("Happened", words::stamp(alert.event_time.as_ref())));
        rows.extend(Row::some("That time", said::clock(&alert.clock)));
        rows.extend(alert.out_of_hours.then(|| Row::new("Outside school hours", "Yes")));
        rows.extend(Row::some("The filter told of it", said::late(alert.late_s)));
        rows.push(Row::new(
            "How often",
            if alert.count == 1 { "Once".to_owned() } else { words::counted(alert.count, "time", "times") },
        ));
        rows.extend(Row::some("Became worse", words::stamp(alert.worsen_time.as_ref())));
        let before = (alert.before_count > 0).then(|| words::counted(alert.before_count, "time", "times"));
        rows.extend(Row::some("Before it became an alert", before));
        rows.extend(Row::some("User, as the filter wrote it", Some(said::visible(&alert.user))));
        rows.push(Row::new("How sure that is", words::called(IDENTITY, &alert.identity_confidence)));
        rows.extend(Row::some("The filter’s group", Some(said::visible(&alert.group))));
        rows.extend(Row::some(
            "Filtered as",
            Some(words::called(said::TIERS, &alert.tier)).filter(|_| !alert.tier.is_empty()),
        ));
        let theirs = alert.answerable && alert.tier == "staff";
        rows.extend(
            theirs.then(|| {
                Row::new("Whose it is", "Yours to answer: it is about staff and becomes no concern by itself")
            }),
        );
        rows.extend(Row::some("Device", Some(said::visible(&alert.device))));
        rows.extend(Row::some("Address it was used at", Some(alert.client_ip.clone())));
        if alert.withheld {
            // Equal ones are the same address; it tells nothing of it.
            rows.extend(Row::some("Mark of the address", Some(alert.address_digest.chars().take(12).collect())));
        } else {
            rows.extend(Row::some("Site", Some(said::visible(&alert.host))));
            rows.extend(Row::some("Searched for", Some(said::visible(&alert.search_terms))));
            rows.extend(Row::some("Searched for as well", Some(said::visible(&alert.further_search_terms.join("; ")))));
        }
        rows.extend(Row::some("What the filter did", Some(words::sentence(&words::spaced(&alert.outcome)))));
        rows.extend(Row::some("The filter’s categories", Some(said::visible(&alert.vendor_categories.join(", ")))));
        rows.push(Row::new("Why it was raised", words::called(said::BASES, &alert.basis)));
        rows.extend(Row::some("By which rule", Some(rule(alert)).filter(|text| !text.is_empty())));
        let also = alert.also.iter().map(|theme| words::called(words::THEMES, theme)).collect::<Vec<_>>().join(", ");
        rows.extend(Row::some("Also about", Some(also)));
        rows.extend(
            (!feed.href.is_empty()).then(|| Row::new("From the feed", feed.text.clone()).to(feed.href.clone())),
        );
        rows.extend(opened(alert, people));
        rows.push(Row::new("Verdict", words::called(said::VERDICTS, &alert.verdict)));
        rows.extend(Row::some("Why that verdict", Some(alert.verdict_reason.clone())));
        let given = words::stamp(alert.verdict_time.as_ref());
        let given = given.map(|at| format!("{at}, by {}", people.name(&alert.verdict_by_account_id)));
        rows.extend(Row::some("Given", given));
        rows.extend(alert.earlier_verdicts.iter().map(|before| {
            let verdict = words::called(said::VERDICTS, &before.verdict);
            let when = words::stamp(before.create_time.as_ref()).unwrap_or_default();
            Row::new(
                if before.worsen_time.is_some() { "Before it went on" } else { "Before it was corrected" },
                format!("{verdict}: {} ({when}, by {})", before.reason, people.name(&before.account_id)),
            )
        }));
        let clause = |clause: &proto::filtering_ingest::v1::PolicyClause| Said {
            section: words::sentence(&words::spaced(&clause.section)),
            text: clause.text.clone(),
        };
        Self {
            head: Head::new("Filter alert", crumbs),
            withheld: alert.withheld,
            rows,
            clauses: alert.clauses.iter().map(clause).collect(),
            context: Link::default(),
            form,
        }
    }
}

/// Who opened it, or by when somebody should, and to whom it was passed on meanwhile.
fn opened(alert: &Alert, people: &People) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    match words::stamp(alert.acknowledge_time.as_ref()) {
        Some(at) => {
            let who = people.name(&alert.acknowledged_by_account_id);
            rows.push(Row::new("First opened", format!("{at}, by {who}")));
        }
        None => rows.extend(Row::some("To be opened by", words::stamp(alert.due_time.as_ref()))),
    }
    rows.extend(alert.passed_on.iter().map(|passed| {
        let when = words::stamp(passed.create_time.as_ref()).map(|at| format!("{at}, to ")).unwrap_or_default();
        Row::new("Passed on", format!("{when}{}: nobody had opened it", words::called(said::PASSED_TO, &passed.to)))
    }));
    rows
}

/// The way to the alerts, or to one of them; who has no part in feeds does not come by them.
pub(super) fn way(visit: &Visit, one: bool) -> Vec<Link> {
    let filtering = visit.at("/filtering");
    let mut way: Vec<(&str, String)> = Vec::new();
    if visit.may(Permission::FeedRead) {
        way.push(("Filtering", filtering.clone()));
    }
    if one {
        way.push(("Filter alerts", format!("{filtering}/alerts")));
    }
    visit.crumbs(&way)
}

/// The rule that raised it, in words: the service names it by its code in the policy.
fn rule(alert: &Alert) -> String {
    let why = alert.because.replace('\'', "’");
    match why.strip_prefix(&format!("rule {} of ", alert.rule_id)) {
        Some(rest) => format!("The rule on {} in {rest}", theme(alert).to_lowercase()),
        None => words::sentence(&why),
    }
}

/// What is asked.
pub fn fields() -> Vec<Field> {
    let verdicts = said::VERDICTS.iter().copied().filter(|(code, _)| *code != "new");
    vec![
        Field::radios("verdict", "What is it?", &[]).choices(verdicts),
        Field::long_text("reason", "Why do you think so?"),
    ]
}

/// One alert, as the service keeps it; reading it acknowledges it, where it is the reader’s.
///
/// # Errors
/// Where there is none that the visitor may know of.
pub async fn fetch(visit: &Visit, alert_id: &str) -> Result<Alert, Error> {
    let asked = GetAlertRequest { school_id: visit.school.clone(), alert_id: alert_id.to_owned() };
    heard(visit.filtering()?.get_alert(ask(asked))).await?.alert.ok_or_else(Error::missing)
}

fn form(visit: &Visit, alert: &Alert) -> Option<Form> {
    let button = match (alert.answerable, alert.correctable) {
        (true, _) => "Save the verdict",
        (false, true) => "Correct the verdict",
        (false, false) => return None,
    };
    let form = visit.form(visit.at(&format!("/filtering/alerts/{}/verdict", alert.alert_id)), button, fields());
    Some(if alert.correctable { form.carrying(CORRECTS, "yes") } else { form })
}

async fn page(visit: &Visit, alert: &Alert, form: Option<Form>) -> AlertPage {
    let feed = match feeds(visit).await.into_iter().find(|(id, _)| *id == alert.feed_id) {
        Some((id, name)) => Link::new(name, visit.at(&format!("/filtering/feeds/{id}"))),
        None => Link::default(),
    };
    let named = [&alert.acknowledged_by_account_id, &alert.verdict_by_account_id].into_iter();
    let named = named.chain(alert.earlier_verdicts.iter().map(|before| &before.account_id)).map(String::as_str);
    let people = visit.people(named).await;
    let context = visit.at(&format!("/filtering/alerts/{}/context", alert.alert_id));
    let mut page = AlertPage {
        context: Link::new("What the same person did in the hour before and after", context),
        ..AlertPage::new(alert, &people, way(visit, true), &feed, form)
    };
    page.rows.extend(person::person(visit, alert).await);
    page.rows.extend(person::concern(visit, alert).await);
    if !alert.user.is_empty() {
        let same = visit.at(&format!("{}?alert={}", by_user::PLACE, alert.alert_id));
        page.rows.push(Row::new("Of the same user", "Every alert that you may read").to(same));
    }
    page
}

/// Shows one alert.
pub async fn show(visit: Visit, Path((_, alert_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::AlertRead)?;
    let alert = fetch(&visit, &alert_id).await?;
    visit.page(&page(&visit, &alert, form(&visit, &alert)).await)
}

/// Saves the verdict.
pub async fn verdict(Path((_, alert_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let correct = answers.text(CORRECTS) == "yes";
    let answered = match command(&visit, &alert_id, &answers, correct) {
        Ok(command) => heard(visit.filtering()?.answer_alert(ask(command))).await,
        Err(error) => Err(error),
    };
    match answered {
        Ok(_) => visit.to(&visit.at(&format!("/filtering/alerts/{alert_id}?done=verdict"))),
        Err(error) => {
            let alert = fetch(&visit, &alert_id).await?;
            let action = visit.at(&format!("/filtering/alerts/{alert_id}/verdict"));
            let form = form(&visit, &alert).unwrap_or_else(|| visit.form(action, "Save the verdict", fields()));
            let form = visit.mended(form, &answers, &error, "")?;
            visit.page_again(&page(&visit, &alert, Some(form)).await, &error)
        }
    }
}

fn command(visit: &Visit, alert_id: &str, answers: &Answers, correct: bool) -> Result<AnswerAlertRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("verdict").is_empty(), "verdict", "Select what it is");
    v.check(!answers.text("reason").is_empty(), "reason", "Enter why you think so");
    v.finish()?;
    Ok(AnswerAlertRequest {
        school_id: visit.school.clone(),
        alert_id: alert_id.to_owned(),
        verdict: answers.text("verdict"),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
        correct,
    })
}
