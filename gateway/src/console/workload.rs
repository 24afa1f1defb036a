//! How the work stands, for the lead and the head: what is to be done today, what is overdue and of whom, which learners come
//! up again, which themes rise and which rules are seldom right. All of it is of the records that the visitor may open.

#[cfg(test)]
mod samples;

use chassis::error::Error;
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{
        GetRulePrecisionResponse, GetThemeTrendRequest, GetThemeTrendResponse, RulePrecision, ThemeTrend,
    },
    incident_cases::v1::{
        Due, GetWorkloadRequest, ListRepeatInvolvementRequest, ListRepeatInvolvementResponse, RepeatInvolvement,
        RepeatRecord, Workload, WorkloadOwner,
    },
};
use serde::Serialize;

use super::{
    due::{self, Asked, whose},
    filtering::rule,
    home::list::{Item, Waiting},
    people::People,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    part::{self, Head, Link},
    words,
};

/// What the page is called.
const TITLE: &str = "How the work stands";

/// How the work stands.
#[derive(Debug, Serialize)]
pub struct WorkloadPage {
    head: Head,
    /// The day of it.
    date: String,
    /// What must be done today first.
    first: Vec<Item>,
    owners: Vec<Owner>,
    /// What is overdue, what will be, what agencies owe, what lies still, who comes up again, which rules are seldom right.
    lists: Vec<Waiting>,
    themes: Themes,
}

/// One person's work.
#[derive(Debug, Serialize)]
struct Owner {
    /// Who, leading to what is overdue of theirs.
    link: Link,
    overdue: String,
    /// How late the latest is; empty where nothing is.
    late: String,
    at_risk: String,
    cases: String,
    done: String,
}

/// What became of the themes of alerts.
#[derive(Debug, Default, Serialize)]
struct Themes {
    rising: Vec<Item>,
    others: Vec<Item>,
    /// Why nothing is said of a rise; empty where it is.
    not_compared: String,
    method: String,
    all: Link,
    /// True where it could not be asked for.
    unknown: bool,
}

fn n(number: i32) -> String {
    words::number(u64::try_from(number).unwrap_or_default())
}

fn counted(number: i32, one: &str, many: &str) -> String {
    words::counted(u64::try_from(number).unwrap_or_default(), one, many)
}

/// How late something is.
fn late(days: i32) -> String {
    if days == 0 { "since today".to_owned() } else { counted(days, "working day late", "working days late") }
}

/// Since when something waits.
fn since(date: &str, days: i32) -> String {
    let age =
        if days == 0 { "today".to_owned() } else { format!("{} ago", counted(days, "working day", "working days")) };
    format!("The oldest came on {}, {age}", words::named_day(date))
}

/// What must be done today, the first first: a concern that nobody has read may be about a child who is not safe.
fn first(workload: &Workload, at: &dyn Fn(&str) -> String) -> Vec<Item> {
    let concerns = workload.concerns.clone().unwrap_or_default();
    let transfers = workload.transfers.unwrap_or_default();
    let item = |text: String, path: &str, hint: String| Item {
        link: Link::new(text, at(path)),
        hint,
        due: part::Due::default(),
    };
    let mut items = Vec::new();
    if concerns.unread > 0 {
        let passed_on = if concerns.passed_on > 0 {
            format!(". {} passed on, because nobody read it in time", n(concerns.passed_on))
        } else {
            String::new()
        };
        items.push(item(
            counted(concerns.unread, "concern that nobody has read", "concerns that nobody has read"),
            "/concerns?state=unread",
            since(&concerns.oldest_unread_date, concerns.oldest_unread_working_days) + &passed_on,
        ));
    }
    if workload.overdue_total > 0 {
        let statutory: i32 = workload.owners.iter().map(|owner| owner.overdue_statutory).sum();
        let hint = match statutory {
            0 => String::new(),
            n => format!("{} that may not be skipped", counted(n, "of them is a step", "of them are steps")),
        };
        items.push(item(counted(workload.overdue_total, "thing overdue", "things overdue"), "/due?when=overdue", hint));
    }
    if workload.due_today_total > 0 {
        let text = counted(workload.due_today_total, "thing due today", "things due today");
        items.push(item(text, "/due?when=week", String::new()));
    }
    if concerns.undecided > 0 {
        items.push(item(
            counted(concerns.undecided, "concern read and not decided on", "concerns read and not decided on"),
            "/concerns?state=new",
            since(&concerns.oldest_undecided_date, concerns.oldest_undecided_working_days),
        ));
    }
    let files = transfers.to_send + transfers.to_confirm;
    if files > 0 {
        let hint = match transfers.overdue {
            0 => String::new(),
            overdue => format!("{} overdue, the latest {}", n(overdue), late(transfers.working_days_late)),
        };
        let text = counted(files, "child’s file to send or to confirm", "children’s files to send or to confirm");
        items.push(item(text, "/transfers", hint));
    }
    items
}

impl Owner {
    fn new(owner: &WorkloadOwner, people: &People, at: &dyn Fn(&str) -> String) -> Self {
        let code = if owner.account_id.is_empty() { "nobody" } else { owner.account_id.as_str() };
        let kinds = [
            (owner.overdue_steps, "step", "steps"),
            (owner.overdue_tasks, "task", "tasks"),
            (owner.overdue_reviews, "review", "reviews"),
            (owner.overdue_chases, "answer to chase", "answers to chase"),
        ];
        let told: Vec<String> =
            kinds.into_iter().filter(|(k, _, _)| *k > 0).map(|(k, one, many)| counted(k, one, many)).collect();
        let overdue = if told.is_empty() { "Nothing".to_owned() } else { words::sentence(&told.join(", ")) };
        let statutory = match owner.overdue_statutory {
            0 => String::new(),
            n => format!(" ({n} may not be skipped)"),
        };
        let idle = match owner.idle_cases {
            0 => String::new(),
            n => format!(", {n} without activity for 30 days"),
        };
        Self {
            link: Link::new(whose(people, &owner.account_id), Asked::at(&at("/due"), "overdue", code)),
            overdue: overdue + &statutory,
            late: if owner.overdue > 0 { words::sentence(&late(owner.working_days_late)) } else { String::new() },
            at_risk: n(owner.at_risk),
            cases: n(owner.open_cases) + &idle,
            done: format!("{} this week, {} last week", n(owner.done_this_week), n(owner.done_last_week)),
        }
    }
}

/// A list of what is due.
fn dues(
    (id, title, none): (&'static str, &str, &'static str),
    (some, total): (&[Due], i32),
    all: Link,
    people: &People,
    at: &dyn Fn(&str) -> String,
) -> Waiting {
    let item = |one: &Due| {
        let late = if one.due_word == "overdue" && one.kind != "idle" {
            format!(", {}", late(one.working_days_late))
        } else {
            String::new()
        };
        let due = if one.kind == "idle" {
            part::Due::default()
        } else {
            part::Due::new(&one.due_word, one.due_time.as_ref())
        };
        let owner = whose(people, &one.owner_account_id);
        Item {
            link: Link::new(due::called(one), due::place(one, at)),
            hint: format!("Case {}. {owner}{late}", one.reference),
            due,
        }
    };
    Waiting {
        id,
        title: title.to_owned(),
        count: n(total),
        items: some.iter().map(item).collect(),
        none,
        all: if total > 0 { all } else { Link::default() },
        ..Waiting::default()
    }
}

/// Learners who come up again, each with the records.
fn repeats(answer: Result<&ListRepeatInvolvementResponse, &Error>, at: &dyn Fn(&str) -> String) -> Waiting {
    let title = "Learners in three or more records within a year".to_owned();
    let Ok(answer) = answer else {
        return Waiting { id: "repeats", title, unknown: true, ..Waiting::default() };
    };
    let record = |one: &RepeatRecord| {
        if one.kind != "case" {
            return "a concern".to_owned();
        }
        let roles: Vec<String> =
            one.roles.iter().map(|role| words::called(words::PARTS, role).to_lowercase()).collect();
        let roles = if roles.is_empty() { "named in its concern".to_owned() } else { roles.join(", ") };
        format!("case {} ({roles})", one.reference)
    };
    let item = |one: &RepeatInvolvement| {
        let records: Vec<String> = one.records.iter().map(record).collect();
        let year = if one.year_group.is_empty() { String::new() } else { format!("Year group {}. ", one.year_group) };
        Item {
            link: Link::new(one.name.clone(), at(&format!("/learners/{}", one.learner_id))),
            hint: format!("{year}{}: {}", counted_records(one.records.len()), records.join("; ")),
            due: part::Due::default(),
        }
    };
    let more = if answer.next_page_token.is_empty() { "" } else { " or more" };
    Waiting {
        id: "repeats",
        title,
        count: format!("{}{more}", answer.learners.len()),
        items: answer.learners.iter().map(item).collect(),
        none: "No learner comes up in three records.",
        ..Waiting::default()
    }
}

fn counted_records(number: usize) -> String {
    words::counted(u64::try_from(number).unwrap_or_default(), "record", "records")
}

/// Rules whose alerts were seldom right.
pub fn rules(answer: Result<&GetRulePrecisionResponse, &Error>, at: &dyn Fn(&str) -> String) -> Waiting {
    let title = "Alert rules to be reviewed".to_owned();
    let all = Link::new("How often each rule was right", at("/filtering/rules"));
    let Ok(answer) = answer else {
        return Waiting { id: "rules", title, unknown: true, all, ..Waiting::default() };
    };
    let review: Vec<&RulePrecision> = answer.rules.iter().filter(|rule| rule.below_floor).collect();
    let item = |one: &&RulePrecision| Item {
        link: Link::new(rule::called(&one.rule_id), at("/filtering/rules")),
        hint: format!(
            "{}% of its alerts were ones that somebody had to look at; a rule is to be reviewed below {}%",
            one.percent.unwrap_or_default(),
            answer.floor_percent
        ),
        due: part::Due::default(),
    };
    Waiting {
        id: "rules",
        title,
        count: n(i32::try_from(review.len()).unwrap_or(i32::MAX)),
        items: review.iter().map(item).collect(),
        none: "No rule is to be reviewed.",
        all,
        ..Waiting::default()
    }
}

impl Themes {
    fn new(answer: Result<&GetThemeTrendResponse, &Error>, at: &dyn Fn(&str) -> String) -> Self {
        let all = Link::new("All alerts", at("/filtering/alerts"));
        let Ok(answer) = answer else { return Self { unknown: true, all, ..Self::default() } };
        let item = |trend: &ThemeTrend| {
            let plain = || counted(i32::try_from(trend.count).unwrap_or(i32::MAX), "alert", "alerts");
            Item {
                link: Link::new(
                    words::called(words::THEMES, &trend.theme),
                    format!("{}?theme={}", at("/filtering/alerts"), trend.theme),
                ),
                hint: if trend.reason.is_empty() { plain() } else { trend.reason.clone() },
                due: part::Due::default(),
            }
        };
        let (rising, others): (Vec<&ThemeTrend>, Vec<&ThemeTrend>) =
            answer.themes.iter().partition(|trend| trend.rising);
        Self {
            rising: rising.into_iter().map(item).collect(),
            others: others.into_iter().map(item).collect(),
            not_compared: answer.not_compared.clone(),
            method: answer.method.clone(),
            all,
            unknown: false,
        }
    }
}

/// What others answer besides.
struct Besides<'a> {
    repeats: Result<&'a ListRepeatInvolvementResponse, &'a Error>,
    trend: Result<&'a GetThemeTrendResponse, &'a Error>,
    precision: Result<&'a GetRulePrecisionResponse, &'a Error>,
}

impl WorkloadPage {
    fn new(
        workload: &Workload,
        besides: &Besides<'_>,
        people: &People,
        crumbs: Vec<Link>,
        at: &dyn Fn(&str) -> String,
    ) -> Self {
        let overdue = || Link::new("All that is overdue", Asked::at(&at("/due"), "overdue", ""));
        let all = || Link::new("All that is due", at("/due"));
        let until = words::named_day(&workload.at_risk_until_date);
        let risk = format!("At risk: due until {until}");
        let lists = vec![
            dues(
                ("overdue", "Overdue", "Nothing is overdue."),
                (&workload.overdue, workload.overdue_total),
                overdue(),
                people,
                at,
            ),
            dues(
                ("at-risk", &risk, "Nothing is due in the next two working days."),
                (&workload.at_risk, workload.at_risk_total),
                all(),
                people,
                at,
            ),
            dues(
                ("silent", "Agencies that have not answered", "No agency is late with an answer."),
                (&workload.silent, workload.silent_total),
                overdue(),
                people,
                at,
            ),
            dues(
                ("idle", "Open with no activity for 30 days", "No case lies still."),
                (&workload.idle, workload.idle_total),
                all(),
                people,
                at,
            ),
            repeats(besides.repeats, at),
            rules(besides.precision, at),
        ];
        Self {
            head: Head::new(TITLE, crumbs),
            date: words::named_day(&workload.date),
            first: first(workload, at),
            owners: workload.owners.iter().map(|owner| Owner::new(owner, people, at)).collect(),
            lists,
            themes: Themes::new(besides.trend, at),
        }
    }
}

/// Shows it.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::WorkloadRead)?;
    let school_id = || visit.school.clone();
    let (mut cases, mut others) = (visit.cases()?, visit.cases()?);
    let mut alerts = visit.filtering()?;
    let asked = ListRepeatInvolvementRequest { school_id: school_id(), ..ListRepeatInvolvementRequest::default() };
    let (workload, repeats, trend, precision) = tokio::join!(
        heard(cases.get_workload(ask(GetWorkloadRequest { school_id: school_id() }))),
        heard(others.list_repeat_involvement(ask(asked))),
        heard(alerts.get_theme_trend(ask(GetThemeTrendRequest { school_id: school_id() }))),
        rule::how_often_right(&visit),
    );
    let workload = workload?.workload.ok_or_else(Error::missing)?;
    let lists = [&workload.overdue, &workload.at_risk, &workload.silent, &workload.idle];
    let ids = lists.into_iter().flatten().map(|due| &due.owner_account_id);
    let people =
        visit.people(ids.chain(workload.owners.iter().map(|owner| &owner.account_id)).map(String::as_str)).await;
    let besides = Besides { repeats: repeats.as_ref(), trend: trend.as_ref(), precision: precision.as_ref() };
    visit.page(&WorkloadPage::new(&workload, &besides, &people, visit.crumbs(&[]), &|path| visit.at(path)))
}

impl Page for WorkloadPage {
    const TEMPLATE: &'static str = "workload.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        samples::pages()
    }
}
