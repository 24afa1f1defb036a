//! A measure over school terms, by the phase or the area of schools: sums of what is printed of each school.

use std::collections::HashMap;

use chassis::{error::Error, table::Table};
use proto::{
    access::v1::Permission,
    reporting::v1::{Figure, ListGroupTrendsRequest, ReportBar, ReportChart, Trend, TrendGroup},
};
use serde::{Deserialize, Serialize};

use crate::{
    console::{
        authority,
        figures::{attachment, cell, dated, defined},
        governor::chart::Drawing,
        known::Known,
        tables,
        visit::{Answer, Visit, ask_patiently, heard},
    },
    pages::{
        Page,
        form::{Field, Form},
        part::{Head, Link, Row, percent},
        words,
    },
};

/// The measures that are offered; any other is answered by its key.
const MEASURES: [(&str, &str); 12] = [
    ("concerns_recorded", "Concerns recorded"),
    ("concerns_escalated", "Concerns passed on unread"),
    ("cases_opened", "Cases opened"),
    ("cases_closed", "Cases closed"),
    ("referrals_made", "Referrals made"),
    ("alerts_raised", "Alerts raised"),
    ("transfers_received", "Children’s files received"),
    ("filter_checks_done", "Checks of filtering and monitoring done"),
    ("monitoring_gap_minutes", "Minutes without proof that filtering worked"),
    ("unblock_requests", "Requests to unblock decided about"),
    ("lessons_answered", "Lessons answered"),
    ("policies_published", "Policies brought into force"),
];
/// More groups of bars than this are no help to anybody: the table has them.
const BARS: usize = 13;
/// What groups are made by.
const BY: [(&str, &str); 3] = [("phase", "Phase"), ("area", "Area"), ("school", "Each school")];
/// How many terms are offered.
const TERMS: [(&str, &str); 5] =
    [("1", "1 term"), ("2", "2 terms"), ("3", "3 terms"), ("6", "6 terms"), ("12", "12 terms")];

/// What is asked.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    measure: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    terms: String,
}

/// The page.
#[derive(Debug, Serialize)]
pub struct Trends {
    head: Head,
    measures: Vec<Choice>,
    by: Vec<Choice>,
    until: String,
    many: Vec<Choice>,
    rows: Vec<Row>,
    definition: String,
    terms: Vec<String>,
    /// The last two terms; none where there is nothing to draw.
    chart: Option<Drawing>,
    tables: Vec<Shown>,
    min_cell: u32,
    csv: Link,
}

#[derive(Debug, Serialize)]
struct Choice {
    value: String,
    text: String,
    chosen: bool,
}

#[derive(Debug, Serialize)]
struct Shown {
    id: &'static str,
    title: String,
    groups: Vec<Group>,
}

#[derive(Debug, Serialize)]
struct Group {
    title: String,
    schools: String,
    cells: Vec<String>,
}

impl Page for Trends {
    const TEMPLATE: &'static str = "groups.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::reporting::v1::Term;

        let figure = |value, code: &str| Figure { value, code: code.into() };
        let term = |id: &str| Term { term_id: id.into(), title: "Summer term 2026".into(), ..Term::default() };
        let group = |title: &str, figures: Vec<Figure>| TrendGroup {
            key: title.into(),
            title: title.into(),
            schools: 12,
            schools_counted: 9,
            counted_by_term: vec![4, 9],
            held_dates: vec![String::new(), "2026-11-24".into()],
            per_thousand: figures.clone(),
            figures,
        };
        let trend = Trend {
            measure: "cases_opened".into(),
            title: "Cases opened".into(),
            definition: "Cases opened in the period.".into(),
            owner: "dsl".into(),
            measure_version: 1,
            by: "area".into(),
            terms: vec![term("2026-spring"), term("2026-summer")],
            groups: vec![
                group("High <Peak>", vec![figure(1_200, ""), figure(0, "c")]),
                group("", vec![figure(0, "x"), figure(0, "z")]),
            ],
            min_cell: 6,
            as_at_date: "2026-11-24".into(),
            ..Trend::default()
        };
        let asked = Asked { until: "2026-summer".into(), ..Asked::default() };
        vec![Self::new(&trend, &asked, Vec::new()), Self::new(&Trend::default(), &Asked::default(), Vec::new())]
    }
}

fn choices(all: &[(&str, &str)], chosen: &str) -> Vec<Choice> {
    let choice = |(value, text): &(&str, &str)| Choice {
        value: (*value).to_owned(),
        text: (*text).to_owned(),
        chosen: *value == chosen,
    };
    all.iter().map(choice).collect()
}

impl Shown {
    /// The groups with their figures, or with those for 1,000 learners.
    fn new(trend: &Trend, id: &'static str, title: String, rates: bool) -> Self {
        let group = |group: &TrendGroup| Group {
            title: name(group),
            schools: format!("{} of {}", group.schools_counted, group.schools),
            cells: cells(group, if rates { &group.per_thousand } else { &group.figures }),
        };
        Self { id, title, groups: trend.groups.iter().map(group).collect() }
    }
}

/// What a group is called.
fn name(group: &TrendGroup) -> String {
    if group.title.is_empty() { "Not said".to_owned() } else { words::sentence(&group.title) }
}

/// The last two terms as bars, drawn from printed figures only.
fn drawn(trend: &Trend) -> Option<Drawing> {
    let last = trend.terms.len().checked_sub(1)?;
    let places: Vec<usize> = [Some(last), last.checked_sub(1)].into_iter().flatten().collect();
    let series: Vec<String> =
        places.iter().filter_map(|n| trend.terms.get(*n)).map(|term| term.title.clone()).collect();
    let bar = |group: &TrendGroup| ReportBar {
        title: name(group),
        figures: places.iter().filter_map(|n| group.figures.get(*n).cloned()).collect(),
    };
    let bars: Vec<ReportBar> = trend.groups.iter().map(bar).collect();
    let drawn = bars.iter().flat_map(|bar| &bar.figures).any(|one| one.code.is_empty() && one.value > 0);
    if bars.len() > BARS || !drawn {
        return None;
    }
    let said = |bar: (&ReportBar, &TrendGroup)| {
        let (bar, group) = bar;
        let of = bar.figures.iter().zip(&places).zip(&series);
        let terms = of.map(|((one, n), term)| format!("{} in the {term}", dated(Some(one), held(group, *n))));
        format!("{}: {}.", bar.title, terms.collect::<Vec<_>>().join(", "))
    };
    let description = bars.iter().zip(&trend.groups).map(said).collect::<Vec<_>>().join(" ");
    let title = format!("{}: the last two terms", trend.title);
    Some(Drawing::new("trend", &ReportChart { title, description, series, bars }))
}

/// The day the figure of a term is of, where it waits.
fn held(group: &TrendGroup, term: usize) -> &str {
    group.held_dates.get(term).map(String::as_str).unwrap_or_default()
}

/// The figures of a group, each with how many schools it is of where not all count in its term.
fn cells(group: &TrendGroup, figures: &[Figure]) -> Vec<String> {
    let cell = |(n, one): (usize, &Figure)| {
        let found = dated(Some(one), held(group, n));
        match group.counted_by_term.get(n) {
            Some(counted) if one.code.is_empty() && *counted < group.schools_counted => {
                format!("{found} ({counted} of {})", group.schools_counted)
            }
            _ => found,
        }
    };
    figures.iter().enumerate().map(cell).collect()
}

impl Trends {
    fn new(trend: &Trend, asked: &Asked, crumbs: Vec<Link>) -> Self {
        let mut measures = choices(&MEASURES, &trend.measure);
        if !trend.measure.is_empty() && measures.iter().all(|choice| !choice.chosen) {
            measures.push(Choice { value: trend.measure.clone(), text: trend.title.clone(), chosen: true });
        }
        let query = format!(
            "measure={}&by={}&until={}&terms={}",
            percent(&trend.measure),
            percent(&trend.by),
            percent(&asked.until),
            trend.terms.len()
        );
        let rows = [
            Row::some("Figures as at", Some(words::named_day(&trend.as_at_date)).filter(|day| !day.is_empty())),
            Row::some("Newest event that is counted", words::stamp(trend.figures_as_of_time.as_ref())),
        ];
        Self {
            head: Head::new("Trends over schools", crumbs),
            measures,
            by: choices(&BY, &trend.by),
            until: asked.until.clone(),
            many: choices(&TERMS, &trend.terms.len().to_string()),
            rows: rows.into_iter().flatten().collect(),
            definition: defined(&trend.definition, (trend.measure_version, &trend.owner), &trend.events),
            terms: trend.terms.iter().map(|term| term.title.clone()).collect(),
            chart: drawn(trend),
            tables: vec![
                Shown::new(trend, "counts", trend.title.clone(), false),
                Shown::new(trend, "rates", format!("{}, for 1,000 learners", trend.title), true),
            ],
            min_cell: trend.min_cell,
            csv: Link::new("Download as a table (CSV)", format!("/authority/groups.csv?{query}")),
        }
    }
}

/// What is asked, as it was typed.
fn form(asked: &Asked) -> Form {
    let chosen = |value: &str, all: &[(&'static str, &str)], otherwise: &str| {
        let known = all.iter().find(|(code, _)| *code == value).map(|(code, _)| *code);
        known.unwrap_or(otherwise).to_owned()
    };
    let fields = vec![
        Field::select("measure", "What is counted").choices(MEASURES).value(chosen(
            &asked.measure,
            &MEASURES,
            "concerns_recorded",
        )),
        Field::select("by", "Schools by").choices(BY).value(chosen(&asked.by, &BY, "phase")),
        Field::name("until", "Last term (optional)")
            .hint("For example, 2026-summer. Without it, the last that is over.")
            .value(asked.until.clone())
            .width("10"),
        Field::select("terms", "How many terms").choices(TERMS).value(chosen(&asked.terms, &TERMS, "6")),
    ];
    Form::new("/authority/groups", "Show", String::new(), fields)
}

async fn fetch(visit: &Visit, asked: &Asked) -> Result<Trend, Error> {
    let measure = if asked.measure.is_empty() { "concerns_recorded".to_owned() } else { asked.measure.clone() };
    let terms: u32 = match asked.terms.trim() {
        "" => 0,
        many => {
            let number = many.parse().ok().filter(|number| *number > 0);
            number.ok_or_else(|| Error::invalid("terms", "Enter a number from 1 to 12"))?
        }
    };
    let asked =
        ListGroupTrendsRequest { measure, by: asked.by.clone(), until_term_id: asked.until.trim().to_owned(), terms };
    let answer = heard(visit.reporting()?.list_group_trends(ask_patiently(asked))).await?;
    let mut trend = answer.trend.ok_or_else(Error::missing)?;
    if trend.by == "school" {
        // Reporting keeps no names.
        let names: HashMap<String, String> =
            authority::schools(visit).await?.into_iter().map(|school| (school.school_id, school.name)).collect();
        for group in &mut trend.groups {
            if let Some(name) = names.get(&group.key) {
                group.title.clone_from(name);
            }
        }
    }
    Ok(trend)
}

/// Shows them.
pub async fn show(visit: Visit, Known(asked): Known<Asked>) -> Answer {
    visit.needs(Permission::ReportReadAuthority)?;
    match fetch(&visit, &asked).await {
        Ok(trend) => visit.page(&Trends::new(&trend, &asked, visit.crumbs(&[]))),
        Err(error) => {
            let names = ["measure", "by", "terms"].map(|name| (name, name)).into_iter();
            let names: Vec<(&str, &str)> = names.chain([("until_term_id", "until")]).collect();
            tables::again(&visit, Head::new("Trends over schools", visit.crumbs(&[])), form(&asked), error, &names)
        }
    }
}

/// The same as a table for a spreadsheet.
pub async fn csv(visit: Visit, Known(asked): Known<Asked>) -> Answer {
    visit.needs(Permission::ReportReadAuthority)?;
    let trend = fetch(&visit, &asked).await?;
    let mut table = Table::new([
        "GROUP",
        "SCHOOLS",
        "SCHOOLS_COUNTED",
        "TERM",
        "FIGURE",
        "PER_1000_LEARNERS",
        "SCHOOLS_COUNTED_IN_TERM",
        "AS_AT",
    ])?;
    for group in &trend.groups {
        let (schools, counted) = (group.schools.to_string(), group.schools_counted.to_string());
        let figures = group.figures.iter().zip(&group.per_thousand).zip(&group.counted_by_term).enumerate();
        for (term, (n, ((one, rate), in_term))) in trend.terms.iter().zip(figures) {
            let (one, rate, in_term) = (cell(Some(one)), cell(Some(rate)), in_term.to_string());
            let held = held(group, n);
            table.row([group.title.as_str(), &schools, &counted, &term.term_id, &one, &rate, &in_term, held])?;
        }
    }
    attachment("trends.csv", table)
}
