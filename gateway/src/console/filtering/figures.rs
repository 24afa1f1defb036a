//! What the filter did, counted: nobody is in it.

use std::collections::BTreeMap;

use chassis::{
    calendar,
    clock::{london, moment, timestamp},
    error::Error,
};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{ListRollupsRequest, ListRollupsResponse, Rollup},
};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

use crate::{
    console::{
        known::Known,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        part::{Head, Link},
        words::{self, Codes},
    },
};

/// How many days are shown by the day.
const DAYS: Duration = Duration::days(30);
/// What a filter does, in the order of the columns; what it did otherwise is counted together.
const OUTCOMES: Codes =
    &[("allowed", "Allowed"), ("blocked", "Blocked"), ("warned", "Warned of"), ("auth_challenge", "Asked to sign in")];

/// Of when.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    /// A day, `2026-11-24`, to be shown by the hour; the last days where empty.
    #[serde(default)]
    day: String,
}

/// The figures.
#[derive(Debug, Serialize)]
pub struct Figures {
    head: Head,
    /// Where a day is looked at by the hour.
    here: String,
    day: String,
    columns: Vec<String>,
    rows: Vec<Counted>,
    categories: Vec<Counted>,
    duplicates: String,
}

#[derive(Debug, Serialize)]
struct Counted {
    link: Link,
    cells: Vec<String>,
}

impl Page for Figures {
    const TEMPLATE: &'static str = "filter_figures.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let at = Some(timestamp(time::macros::datetime!(2026-11-24 09:00 UTC)));
        let rollup = |category: &str, outcome: &str, count| Rollup {
            start_time: at,
            category: category.into(),
            outcome: outcome.into(),
            count,
        };
        let rollups = vec![rollup("gambling", "blocked", 3), rollup("<new>", "allowed", 1000), rollup("", "error", 2)];
        let answer = ListRollupsResponse { rollups, duplicates: 4 };
        let head = || Head::new(TITLE, vec![Link::new("Home", "/")]);
        let day = time::macros::date!(2026 - 11 - 24);
        vec![
            Self::new(&answer, head(), "/x", None),
            Self::new(&answer, head(), "/x", Some(day)),
            Self::new(&ListRollupsResponse::default(), head(), "/x", None),
        ]
    }
}

const TITLE: &str = "What the filter did";

/// Counts by outcome, and all of them.
#[derive(Debug, Default)]
struct Sums {
    of: BTreeMap<&'static str, u64>,
    all: u64,
}

impl Sums {
    fn add(&mut self, rollup: &Rollup) {
        let known = OUTCOMES.iter().find(|(code, _)| *code == rollup.outcome);
        *self.of.entry(known.map_or("", |(code, _)| *code)).or_default() += rollup.count;
        self.all += rollup.count;
    }

    fn cells(&self) -> Vec<String> {
        let codes = OUTCOMES.iter().map(|(code, _)| *code).chain([""]);
        let of = codes.map(|code| self.of.get(code).copied().unwrap_or_default());
        of.chain([self.all]).map(words::number).collect()
    }
}

impl Figures {
    fn new(answer: &ListRollupsResponse, head: Head, here: &str, day: Option<Date>) -> Self {
        let mut times: BTreeMap<OffsetDateTime, Sums> = BTreeMap::new();
        let mut categories: BTreeMap<&str, Sums> = BTreeMap::new();
        for rollup in &answer.rollups {
            let Some(at) = rollup.start_time.as_ref().and_then(moment) else { continue };
            times.entry(at).or_default().add(rollup);
            if !rollup.category.is_empty() {
                categories.entry(rollup.category.as_str()).or_default().add(rollup);
            }
        }
        let row = |(at, sums): (&OffsetDateTime, &Sums)| {
            let link = match day {
                Some(_) => Link::new(words::time_of_day(*at), ""),
                None => Link::new(words::date_with_day(*at), format!("{here}?day={}", london(*at).date())),
            };
            Counted { link, cells: sums.cells() }
        };
        let mut by_count: Vec<(&str, Sums)> = categories.into_iter().collect();
        by_count.sort_by_key(|(_, sums)| std::cmp::Reverse(sums.all));
        let category =
            |(category, sums): (&str, Sums)| Counted { link: Link::new(named(category), ""), cells: sums.cells() };
        let columns = OUTCOMES.iter().map(|(_, name)| (*name).to_owned());
        Self {
            head,
            here: here.to_owned(),
            day: day.map(|day| words::day_to_type(&day.to_string())).unwrap_or_default(),
            columns: columns.chain(["Otherwise".to_owned(), "All".to_owned()]).collect(),
            rows: times.iter().rev().map(row).collect(),
            categories: by_count.into_iter().map(category).collect(),
            duplicates: match answer.duplicates {
                0 => String::new(),
                n => words::counted(n, "event of these had come before", "events of these had come before"),
            },
        }
    }
}

/// A category as people call it.
fn named(category: &str) -> String {
    match category {
        "not_named" => "What is never listed, such as health and belief".to_owned(),
        category => words::called(words::THEMES, category),
    }
}

/// Shows them, by the day or by the hours of one.
pub async fn show(visit: Visit, Known(which): Known<Which>) -> Answer {
    visit.needs(Permission::FeedRead)?;
    let day = match which.day.trim() {
        "" => None,
        text => {
            let wrong = || Error::invalid("day", "Enter a day such as 27/3/2026");
            Some(words::typed_day(text).ok_or_else(wrong)?)
        }
    };
    let now = visit.now();
    let (from, to, by) = match day {
        Some(day) => (calendar::on(day, time::Time::MIDNIGHT), calendar::end_of_day(day), "hour"),
        None => (now - DAYS, now, "day"),
    };
    let asked = ListRollupsRequest {
        school_id: visit.school.clone(),
        feed_id: String::new(),
        start_time: Some(timestamp(from)),
        end_time: Some(timestamp(to)),
        by: by.to_owned(),
    };
    let answer = heard(visit.filtering()?.list_rollups(ask(asked))).await?;
    let here = visit.at("/filtering");
    let head = Head::new(TITLE, visit.crumbs(&[("Filtering", here.clone())]));
    let head = match day {
        Some(day) => head.of(words::named_day(&day.to_string())),
        None => head.of("The last 30 days"),
    };
    visit.page(&Figures::new(&answer, head, &format!("{here}/figures"), day))
}
