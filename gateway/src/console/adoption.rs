//! How every school stands with the template, those that need help first.

use axum::extract::Query;
use chassis::{error::Error, table::Table};
use proto::{
    access::v1::Permission,
    policy_registry::v1::{Adoption, ListAdoptionsRequest, ListAdoptionsResponse},
};
use serde::{Deserialize, Serialize};

use super::{
    figures::attachment,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    part::{Head, Link, Pager},
    words,
};

/// How many schools a page shows.
const SCHOOLS: i32 = 100;

/// What the list can be narrowed to.
const FILTERS: [(&str, &str); 5] = [
    ("", "All schools"),
    ("overdue", "Overdue"),
    ("open_proposals", "With open questions"),
    ("behind", "On an older template"),
    ("no_policy", "Without a policy"),
];

/// The table.
#[derive(Debug, Serialize)]
pub struct Adoptions {
    head: Head,
    filters: Vec<Filter>,
    schools: Vec<Line>,
    csv: Link,
    pager: Pager,
    current: String,
}

#[derive(Debug, Serialize)]
struct Filter {
    link: Link,
    chosen: bool,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    needs: Vec<String>,
    template: String,
    version: String,
    draft: String,
    proposals: String,
    review: String,
    findings: String,
    tailored: String,
}

impl Page for Adoptions {
    const TEMPLATE: &'static str = "adoptions.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let adoption = |version| Adoption {
            school_id: "sch_1".into(),
            name: "Pennyroyal Lane Primary School".into(),
            template_version: version,
            version,
            draft_state: "draft".into(),
            open_proposals: 3,
            overdue_proposals: 1,
            review_due_date: "2026-07-31".into(),
            review_overdue: true,
            ratify_by_date: "2026-12-01".into(),
            error_findings: 2,
            adapted: 4,
            omitted: 1,
            ratify_overdue: version == 0,
            overdue_reviews: 1,
        };
        let list = ListAdoptionsResponse {
            adoptions: vec![adoption(1), adoption(0)],
            next_page_token: String::new(),
            current_template_version: 2,
        };
        let which = |filter: &str| Which { filter: filter.into(), page_token: String::new() };
        vec![
            Self::new(&list, &which("overdue"), Vec::new()),
            Self::new(&ListAdoptionsResponse::default(), &which(""), Vec::new()),
        ]
    }
}

/// Which of the schools.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    filter: String,
    #[serde(default)]
    page_token: String,
}

fn with(path: &str, filter: &str) -> String {
    if filter.is_empty() { path.to_owned() } else { format!("{path}?filter={filter}") }
}

impl Adoptions {
    fn new(list: &ListAdoptionsResponse, which: &Which, crumbs: Vec<Link>) -> Self {
        let filters = FILTERS.iter().map(|(code, text)| Filter {
            link: Link::new(*text, with("/adoptions", code)),
            chosen: which.filter == *code,
        });
        Self {
            head: Head::new("How schools stand with the template", crumbs),
            filters: filters.collect(),
            schools: list.adoptions.iter().map(|adoption| Line::new(adoption, list.current_template_version)).collect(),
            csv: Link::new("Download as a table (CSV)", with("/adoptions.csv", &which.filter)),
            pager: Pager::new("/adoptions", &[("filter", &which.filter)], &which.page_token, &list.next_page_token),
            current: match list.current_template_version {
                0 => String::new(),
                version => format!("Template version {version} is the current one."),
            },
        }
    }
}

impl Line {
    fn new(adoption: &Adoption, current: u32) -> Self {
        let n = |number: u32| words::number(u64::from(number));
        let count = |number: u32, one: &str, many: &str| words::counted(u64::from(number), one, many);
        let mut needs = Vec::new();
        if adoption.overdue_proposals > 0 {
            needs.push(count(adoption.overdue_proposals, "question past its day", "questions past their day"));
        }
        if adoption.ratify_overdue {
            needs.push(format!("Ratification overdue: was due {}", words::named_day(&adoption.ratify_by_date)));
        } else if !adoption.ratify_by_date.is_empty() {
            needs.push(format!("Governors to ratify by {}", words::named_day(&adoption.ratify_by_date)));
        }
        if adoption.version == 0 {
            needs.push("No policy is in force".to_owned());
        }
        if adoption.review_overdue {
            needs.push("Yearly review overdue".to_owned());
        }
        if adoption.overdue_reviews > 0 {
            needs.push(count(adoption.overdue_reviews, "asked-for review overdue", "asked-for reviews overdue"));
        }
        if adoption.open_proposals > 0 {
            needs.push(count(adoption.open_proposals, "open question", "open questions"));
        }
        if adoption.version > 0 && adoption.template_version < current {
            needs.push("Older template".to_owned());
        }
        if adoption.error_findings > 0 {
            needs.push(count(adoption.error_findings, "grave finding", "grave findings"));
        }
        let none = |number: u32| if number == 0 { "None".to_owned() } else { n(number) };
        Self {
            link: Link::new(adoption.name.clone(), format!("/schools/{}/policy", adoption.school_id)),
            needs,
            template: none(adoption.template_version),
            version: none(adoption.version),
            draft: match adoption.draft_state.as_str() {
                "" => "None".to_owned(),
                state => words::called(words::INSTANCE_STATES, state),
            },
            proposals: n(adoption.open_proposals),
            review: match adoption.review_due_date.as_str() {
                "" => "None".to_owned(),
                day => words::named_day(day),
            },
            findings: n(adoption.error_findings),
            tailored: format!("{} changed, {} left out", n(adoption.adapted), n(adoption.omitted)),
        }
    }
}

async fn fetch(visit: &Visit, filter: &str, page_size: i32, token: &str) -> Result<ListAdoptionsResponse, Error> {
    let asked = ListAdoptionsRequest { page_size, page_token: token.to_owned(), filter: filter.to_owned() };
    heard(visit.registry()?.list_adoptions(ask(asked))).await
}

/// Shows it.
pub async fn show(visit: Visit, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::ReportReadAuthority)?;
    let list = fetch(&visit, &which.filter, SCHOOLS, &which.page_token).await?;
    let crumbs = visit.crumbs(&[("Template", "/template".to_owned())]);
    visit.page(&Adoptions::new(&list, &which, crumbs))
}

/// All of it as a table for a spreadsheet.
pub async fn csv(visit: Visit, Query(which): Query<Which>) -> Answer {
    visit.needs(Permission::ReportReadAuthority)?;
    let mut table = Table::new([
        "SCHOOL",
        "TEMPLATE_VERSION",
        "POLICY_VERSION",
        "DRAFT",
        "OPEN_PROPOSALS",
        "OVERDUE_PROPOSALS",
        "REVIEW_DUE",
        "REVIEW_OVERDUE",
        "RATIFY_BY",
        "GRAVE_FINDINGS",
        "ADAPTED",
        "OMITTED",
        "RATIFY_OVERDUE",
        "OVERDUE_REVIEWS",
    ])?;
    let mut token = String::new();
    loop {
        let list = fetch(&visit, &which.filter, 1000, &token).await?;
        for school in &list.adoptions {
            let number = |number: u32| number.to_string();
            table.row([
                school.name.as_str(),
                &number(school.template_version),
                &number(school.version),
                &school.draft_state,
                &number(school.open_proposals),
                &number(school.overdue_proposals),
                &school.review_due_date,
                if school.review_overdue { "yes" } else { "no" },
                &school.ratify_by_date,
                &number(school.error_findings),
                &number(school.adapted),
                &number(school.omitted),
                if school.ratify_overdue { "yes" } else { "no" },
                &number(school.overdue_reviews),
            ])?;
        }
        token = list.next_page_token;
        if token.is_empty() {
            return attachment("adoptions.csv", table);
        }
    }
}
