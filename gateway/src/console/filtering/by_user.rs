//! The alerts of one user: of a child by the user names on the roll, of whoever an alert is by, or by a user name that is typed. What
//! is typed is posted: a user name stands in no address and no title.

use axum::extract::Query;
use chassis::error::Violations;
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{SearchAlertsRequest, SearchAlertsResponse},
};
use serde::{Deserialize, Serialize};

use super::alert::{Line, way};
use crate::{
    console::{
        learner,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Field, Form},
        part::{Head, Link, Pager},
        words,
    },
};

/// The page, below the school.
pub const PLACE: &str = "/filtering/alerts/by-user";

/// How many one page of a list shows.
const SHOWN: i32 = 50;
/// How many are shown of a user name that is typed, which has no further page.
const FOUND: i32 = 200;
/// The user names of one search.
const NAMES: usize = 20;

/// Whose alerts are asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// A child of the roll.
    #[serde(default)]
    learner: String,
    /// An alert, for those of the same user.
    #[serde(default)]
    alert: String,
    #[serde(default)]
    page_token: String,
}

/// The page.
#[derive(Debug, Serialize)]
pub struct ByUser {
    head: Head,
    form: Form,
    /// The child’s record; empty where it is about no child of the roll.
    record: Link,
    /// Whether the lines answer a search.
    sought: bool,
    total: String,
    alerts: Vec<Line>,
    none: &'static str,
    pager: Pager,
}

impl Page for ByUser {
    const TEMPLATE: &'static str = "alerts_by_user.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let now = time::macros::datetime!(2026-11-24 09:00 UTC);
        let page = || {
            let form = Form::new("/x", "Find alerts", "1".into(), fields());
            Self::new(form, vec![Link::new("Home", "/")])
        };
        let found = SearchAlertsResponse { alerts: vec![super::alert::sample()], total_size: 1, ..Default::default() };
        let record = Link::new("the child’s record", "/l");
        vec![
            page(),
            page().found(&found, "/x", now),
            Self { record, none: NO_NAME, sought: true, ..page() },
            page().found(&SearchAlertsResponse::default(), "/x", now),
        ]
    }
}

const NOTHING: &str = "No alert that you may read is by that user.";
const NO_NAME: &str =
    "No user name at the filter stands on the child’s record: add it there, or import it with the roll.";

impl ByUser {
    fn new(form: Form, crumbs: Vec<Link>) -> Self {
        Self {
            head: Head::new("Alerts of one user", crumbs),
            form,
            record: Link::default(),
            sought: false,
            total: words::counted(0, "alert", "alerts"),
            alerts: Vec::new(),
            none: NOTHING,
            pager: Pager::default(),
        }
    }

    /// With what was found.
    fn found(self, answer: &SearchAlertsResponse, alerts: &str, now: time::OffsetDateTime) -> Self {
        let total = words::counted(u64::try_from(answer.total_size).unwrap_or_default(), "alert", "alerts");
        let lines: Vec<Line> = answer.alerts.iter().map(|alert| Line::new(alert, alerts, now)).collect();
        Self { sought: true, total, alerts: lines, ..self }
    }
}

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![Field::name("user_name", "User name at the filter").hint(
        "As the filter writes it, with or without the domain. A child’s own alerts are on the child’s record, too.",
    )]
}

fn page(visit: &Visit) -> ByUser {
    ByUser::new(visit.form(visit.at(PLACE), "Find alerts", fields()), way(visit, true))
}

/// Shows the alerts of a child or of whoever an alert is by, or asks for a user name.
pub async fn show(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    visit.needs(Permission::AlertRead)?;
    let mut page = page(&visit);
    let mut request = SearchAlertsRequest {
        school_id: visit.school.clone(),
        alert_id: asked.alert.clone(),
        page_size: SHOWN,
        page_token: asked.page_token.clone(),
        ..SearchAlertsRequest::default()
    };
    if !asked.learner.is_empty() {
        visit.needs(Permission::LearnerRead)?;
        let learner = learner::fetch(&visit, &asked.learner).await?;
        page.record = Link::new("the child’s record", visit.at(&format!("/learners/{}", learner.learner_id)));
        request.alert_id.clear();
        request.user_names = learner.record.unwrap_or_default().user_names.into_iter().take(NAMES).collect();
        if request.user_names.is_empty() {
            return visit.page(&ByUser { sought: true, none: NO_NAME, ..page });
        }
    }
    if request.user_names.is_empty() && request.alert_id.is_empty() {
        return visit.page(&page);
    }
    let answer = heard(visit.filtering()?.search_alerts(ask(request))).await?;
    let whose = [("learner", asked.learner.as_str()), ("alert", asked.alert.as_str())];
    page.pager = Pager::new(&visit.at(PLACE), &whose, &asked.page_token, &answer.next_page_token);
    visit.page(&page.found(&answer, &visit.at("/filtering/alerts"), visit.now()))
}

/// Finds those of a user name that was typed.
pub async fn find(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::AlertRead)?;
    let user_name = answers.text("user_name");
    let mut v = Violations::new();
    v.check(!user_name.is_empty(), "user_name", "Enter a user name as the filter writes it");
    let request = SearchAlertsRequest {
        school_id: visit.school.clone(),
        user_names: vec![user_name],
        page_size: FOUND,
        ..SearchAlertsRequest::default()
    };
    let found = match v.finish() {
        Ok(()) => heard(visit.filtering()?.search_alerts(ask(request))).await,
        Err(error) => Err(error),
    };
    let page = page(&visit);
    match found {
        Ok(answer) => {
            let form = visit.form(visit.at(PLACE), "Find alerts", fields()).answered(&answers);
            visit.page(&ByUser { form, ..page.found(&answer, &visit.at("/filtering/alerts"), visit.now()) })
        }
        Err(error) => {
            let form = visit.form(visit.at(PLACE), "Find alerts", fields());
            let form = visit.mended(form, &answers, &error, "")?;
            visit.page_again(&ByUser { form, ..page }, &error)
        }
    }
}
