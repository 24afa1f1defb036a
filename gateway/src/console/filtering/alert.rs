//! Filter alerts: the list, one alert with its evidence, and the verdict.

use axum::extract::{Path, Query};
use chassis::{
    clock::moment,
    error::{Error, Violations},
};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{Alert, AnswerAlertRequest, GetAlertRequest, ListAlertsRequest},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    console::{
        concern::{Filter, filters},
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, Form},
        part::{Head, Link, Pager, Row},
        words::{self, Codes},
    },
};

const STATES: Codes =
    &[("new", "New"), ("true", "Real"), ("understandable", "Understandable"), ("false", "False alarms")];
const BASES: Codes =
    &[("list", "A list that blocks it"), ("search", "Words searched for"), ("category", "The filter’s category")];
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
    #[serde(default)]
    page_token: String,
}

/// The list of alerts.
#[derive(Debug, Serialize)]
pub struct Alerts {
    head: Head,
    total: String,
    filters: Vec<Filter>,
    alerts: Vec<Line>,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    severity: String,
    grave: bool,
    happened: String,
    count: String,
    verdict: String,
}

impl Line {
    fn new(alert: &Alert, path: &str, now: OffsetDateTime) -> Self {
        let happened = alert.event_time.as_ref().and_then(moment).map(|at| words::sentence(&words::near(at, now)));
        Self {
            link: Link::new(theme(alert), format!("{path}/{}", alert.alert_id)),
            severity: words::called(words::SEVERITIES, &alert.severity),
            grave: matches!(alert.severity.as_str(), "high" | "critical"),
            happened: happened.unwrap_or_default(),
            count: words::number(alert.count),
            verdict: words::called(STATES, &alert.verdict),
        }
    }
}

fn theme(alert: &Alert) -> String {
    words::called(words::THEMES, &alert.theme)
}

#[cfg(test)]
fn sample() -> Alert {
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
            filters: filters("/x", "verdict", "new", STATES),
            alerts,
            pager: Pager::new("/x", &[("verdict", "new")], "a", "b"),
        };
        let low = Alert { severity: "low".into(), ..sample() };
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
    };
    let answer = heard(visit.filtering()?.list_alerts(ask(asked))).await?;
    let (path, now) = (visit.at("/filtering/alerts"), visit.now());
    let page = Alerts {
        head: Head::new("Filter alerts", visit.crumbs(&[("Filtering", visit.at("/filtering"))])),
        total: words::counted(u64::try_from(answer.total_size).unwrap_or_default(), "alert", "alerts"),
        filters: filters(&path, "verdict", &listed.verdict, STATES),
        alerts: answer.alerts.iter().map(|alert| Line::new(alert, &path, now)).collect(),
        pager: Pager::new(&path, &[("verdict", &listed.verdict)], &listed.page_token, &answer.next_page_token),
    };
    visit.page(&page)
}

/// One alert.
#[derive(Debug, Serialize)]
pub struct AlertPage {
    head: Head,
    withheld: bool,
    rows: Vec<Row>,
    form: Option<Form>,
}

impl Page for AlertPage {
    const TEMPLATE: &'static str = "alert.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let form = || Form::new("/v", "Save the verdict", "1".into(), fields());
        let wrong = form().refused(&Error::invalid("reason", "Enter why"), "");
        let withheld = Alert { withheld: true, verdict: "true".into(), verdict_reason: "Known".into(), ..sample() };
        vec![
            Self::new(&sample(), Vec::new(), "/f", Some(form())),
            Self::new(&sample(), Vec::new(), "/f", Some(wrong)),
            Self::new(&withheld, Vec::new(), "/f", None),
        ]
    }
}

impl AlertPage {
    fn new(alert: &Alert, crumbs: Vec<Link>, feed: &str, form: Option<Form>) -> Self {
        let mut rows = vec![
            Row::new("Theme", theme(alert)),
            Row::new("Severity", words::called(words::SEVERITIES, &alert.severity)),
        ];
        rows.extend(Row::some("Happened", words::stamp(alert.event_time.as_ref())));
        rows.push(Row::new(
            "How often",
            if alert.count == 1 { "Once".to_owned() } else { words::counted(alert.count, "time", "times") },
        ));
        rows.extend(Row::some("User, as the filter wrote it", Some(alert.user.clone())));
        rows.push(Row::new("How sure that is", words::called(IDENTITY, &alert.identity_confidence)));
        rows.extend(Row::some("Device", Some(alert.device.clone())));
        rows.extend(Row::some("Address it was used at", Some(alert.client_ip.clone())));
        if !alert.withheld {
            rows.extend(Row::some("Site", Some(alert.host.clone())));
            rows.extend(Row::some("Searched for", Some(alert.search_terms.clone())));
        }
        rows.extend(Row::some("What the filter did", Some(words::sentence(&words::spaced(&alert.outcome)))));
        rows.extend(Row::some("The filter’s categories", Some(alert.vendor_categories.join(", "))));
        rows.push(Row::new("Why it was raised", words::called(BASES, &alert.basis)));
        rows.extend(Row::some("By which rule", Some(rule(alert)).filter(|text| !text.is_empty())));
        rows.push(Row::new("From", "The feed").to(feed));
        rows.push(Row::new("Verdict", words::called(words::VERDICTS, &alert.verdict)));
        rows.extend(Row::some("Why that verdict", Some(alert.verdict_reason.clone())));
        Self { head: Head::new("Filter alert", crumbs), withheld: alert.withheld, rows, form }
    }
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
    let verdicts = words::VERDICTS.iter().copied().filter(|(code, _)| *code != "new");
    vec![
        Field::radios("verdict", "What is it?", &[]).choices(verdicts),
        Field::long_text("reason", "Why do you think so?"),
    ]
}

async fn fetch(visit: &Visit, alert_id: &str) -> Result<Alert, Error> {
    let asked = GetAlertRequest { school_id: visit.school.clone(), alert_id: alert_id.to_owned() };
    heard(visit.filtering()?.get_alert(ask(asked))).await?.alert.ok_or_else(Error::missing)
}

fn form(visit: &Visit, alert: &Alert) -> Option<Form> {
    let open = alert.verdict == "new" && visit.may(Permission::AlertAnswer);
    open.then(|| {
        visit.form(visit.at(&format!("/filtering/alerts/{}/verdict", alert.alert_id)), "Save the verdict", fields())
    })
}

fn page(visit: &Visit, alert: &Alert, form: Option<Form>) -> AlertPage {
    let filtering = visit.at("/filtering");
    let crumbs = visit.crumbs(&[("Filtering", filtering.clone()), ("Filter alerts", format!("{filtering}/alerts"))]);
    AlertPage::new(alert, crumbs, &format!("{filtering}/feeds/{}", alert.feed_id), form)
}

/// Shows one alert.
pub async fn show(visit: Visit, Path((_, alert_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::AlertRead)?;
    let alert = fetch(&visit, &alert_id).await?;
    visit.page(&page(&visit, &alert, form(&visit, &alert)))
}

/// Saves the verdict.
pub async fn verdict(Path((_, alert_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let answered = match command(&visit, &alert_id, &answers) {
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
            visit.page_again(&page(&visit, &alert, Some(form)), &error)
        }
    }
}

fn command(visit: &Visit, alert_id: &str, answers: &Answers) -> Result<AnswerAlertRequest, Error> {
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
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_says_its_rule_in_words() {
        let said = rule(&sample());
        assert!(
            said.starts_with("The rule on ")
                && said.ends_with("in version 3 of the school’s policy: words that were typed"),
            "{said}"
        );
        assert!(!said.contains("filter."), "{said}");
        let other = Alert { because: "told by hand".into(), ..sample() };
        assert_eq!(rule(&other), "Told by hand");
    }
}
