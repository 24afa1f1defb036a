//! Home: what waits for somebody in their roles at one school, the oldest first, and how their own concerns fare.

pub mod list;
mod nothing_forgotten;

use std::pin::Pin;

use axum::response::Response;
use chassis::error::Error;
use proto::{
    access::v1::{Permission, Role},
    filtering_ingest::v1::{ListAlertsRequest, ListAlertsResponse},
    incident_cases::v1::{
        Concern, ListCasesRequest, ListConcernsRequest, ListConcernsResponse, ListMyConcernsRequest,
        ListWaitingRequest, ListWaitingResponse, MyConcern, Transfer,
    },
    policy_registry::v1::{Duty, Instance, ListInstancesRequest, ListMyDutiesRequest, ListRemindersRequest, Reminder},
};
use serde::Serialize;

use list::Waiting;

use nothing_forgotten as kept;

use super::{
    case::held,
    concern::allegation,
    cover,
    filtering::{coverage, duties as filter, rule},
    governor,
    my_concern::{self, Mine},
    retention, search, self_review, subject_access, transfer,
    visit::{Answer, Visit, ask, heard},
    waiting, workload,
};
use crate::pages::{
    Page,
    form::Form,
    part::{Head, Link},
    words,
};

/// How many of a list are shown at home.
const SHOWN: usize = 5;
/// How many new concerns are asked for at once, and looked through for children who may not be safe.
const CONCERNS: i32 = 200;

/// Home at one school.
#[derive(Debug, Default, Serialize)]
pub struct Home {
    head: Head,
    /// Where a concern is reported; empty where their roles do not.
    report: String,
    /// What else may be asked for.
    acts: Vec<Link>,
    /// Where records are found again; none where their roles read no cases.
    find: Option<Form>,
    lists: Vec<Waiting>,
    mine: Vec<Mine>,
    /// All of their own.
    all_mine: Link,
    shows_mine: bool,
    /// True where their own concerns could not be asked for.
    mine_unknown: bool,
}

impl Page for Home {
    const TEMPLATE: &'static str = "home.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use crate::pages::part::Due;
        use list::Item;

        let item = Item {
            link: Link::new("P1-03 Talk to the police first", "/schools/sch_1/cases/cas_1/steps/P1-03"),
            hint: "2026-014".into(),
            due: Due { code: "overdue".into(), text: "Overdue: was due 22 November 2026".into() },
        };
        let full = Waiting {
            id: "tasks",
            title: "Due this week or overdue".into(),
            count: "7".into(),
            oldest: "3 days".into(),
            items: vec![item],
            none: "Nothing is due this week.",
            all: Link::new("All open cases", "/schools/sch_1/cases"),
            unknown: false,
            meanwhile: "",
        };
        let empty = Waiting {
            id: "concerns",
            title: "New concerns".into(),
            count: "0".into(),
            none: "None.",
            ..Waiting::default()
        };
        let unknown = Waiting { id: "alerts", title: "Filter alerts".into(), unknown: true, ..Waiting::default() };
        let head = Head::new("Home", Vec::new());
        let mine = vec![
            Mine::sample("Sam <P>", "Received 9:32am, read 9:40am by Ms Ali"),
            Mine::sample("I do not know the name", "Received 9:32am, not read yet"),
        ];
        vec![
            Self {
                head: head.clone(),
                report: "/r".into(),
                acts: vec![Link::new("Ask for a site to be unblocked", "/u")],
                find: Some(Form::new("/schools/sch_1/search", "Search", "1".into(), search::fields())),
                lists: vec![full, empty, unknown],
                mine,
                all_mine: Link::new("All the concerns you reported", "/m"),
                shows_mine: true,
                ..Self::default()
            },
            Self { head: head.clone(), report: "/r".into(), shows_mine: true, ..Self::default() },
            Self { head: head.clone(), shows_mine: true, mine_unknown: true, ..Self::default() },
            Self { head, ..Self::default() },
        ]
    }
}

/// Shows home; to a governor the report itself.
pub async fn show(visit: Visit) -> Answer {
    let here = visit.visitor.roles_at(&visit.school, visit.now());
    let governs = !here.is_empty() && here.iter().all(|role| matches!(role, Role::Governor | Role::Chair));
    if governs {
        return Box::pin(governor::home::show(visit)).await;
    }
    Box::pin(home(visit)).await
}

async fn home(visit: Visit) -> Result<Response, super::visit::Fault> {
    let now = visit.now();
    let (
        concerns,
        added,
        dues,
        cover,
        opened,
        records,
        requests,
        transfers,
        devices,
        levels,
        alerts,
        staff_alerts,
        between,
        instances,
        reminders,
        feeds,
        filter_duties,
        rules,
        duties,
        open,
        mine,
    ) = tokio::join!(
        wanted(&visit, Permission::ConcernRead, || new_concerns(&visit)),
        wanted(&visit, Permission::ConcernRead, || added_to(&visit)),
        wanted(&visit, Permission::CaseRead, || kept::dues(&visit)),
        wanted(&visit, Permission::CoverKeep, || cover::fetch(&visit)),
        wanted(&visit, Permission::CaseRead, || kept::opened(&visit)),
        wanted(&visit, Permission::CaseRead, || retention::waiting(&visit)),
        wanted(&visit, Permission::CaseRead, || subject_access::waiting(&visit)),
        wanted(&visit, Permission::LearnerRead, || transfers(&visit)),
        wanted(&visit, Permission::LearnerRead, || held::to_give_back(&visit)),
        when(kept::oversees(&visit), || kept::levels(&visit)),
        wanted(&visit, Permission::AlertRead, || new_alerts(&visit, "")),
        wanted(&visit, Permission::AlertRead, || new_alerts(&visit, "staff")),
        wanted(&visit, Permission::CaseRefer, || between(&visit)),
        wanted(&visit, Permission::PolicyEdit, || instances(&visit)),
        when(told(&visit), || reminders(&visit)),
        wanted(&visit, Permission::FeedRead, || coverage::all(&visit)),
        wanted(&visit, Permission::FeedRead, || filter::findings(&visit)),
        wanted(&visit, Permission::ExceptionRead, || rule::how_often_right(&visit)),
        wanted(&visit, Permission::DutyAnswer, || duties(&visit)),
        wanted(&visit, Permission::PolicyComment, || instances(&visit)),
        wanted(&visit, Permission::ConcernRecord, || my_concerns(&visit)),
    );
    // Who looks after the filter sees all of it, others what is in trouble or waits.
    let technical = visit.may(Permission::FeedManage);
    let found = filter_duties.map(Result::ok);
    let found = found.as_ref().map(Option::as_deref);
    let waits = found.map(|found| list_if(filter::waiting_list(&visit, found), technical));
    // A child who may not be safe now, then what nobody read in time and nobody will, then clocks that run out, then what
    // is new, then the rest.
    let lists = [
        concerns.as_ref().and_then(|answer| list::unsafe_list(&visit, answer, now)),
        concerns.as_ref().and_then(|answer| kept::passed_on_list(&visit, answer, now)),
        staff_alerts.as_ref().and_then(|answer| list::staff_alert_list(&visit, answer.as_ref(), now)),
        cover.and_then(|cover| kept::cover_list(&visit, &cover.ok()?)),
        opened.and_then(|answer| kept::opened_list(&visit, answer.ok()?, now)),
        dues.as_ref().and_then(|answer| kept::owner_list(&visit, answer)),
        dues.as_ref().map(|answer| kept::due_list(&visit, answer)),
        levels.map(|answer| kept::level_list(&visit, answer)),
        concerns.map(|answer| list::concern_list(&visit, answer, now)),
        added.and_then(|answer| list::added_list(&visit, answer.ok()?, now)),
        alerts.map(|answer| list::alert_list(&visit, answer, now)),
        feeds.and_then(|answer| {
            if technical {
                Some(list::feed_list(&visit, answer, now))
            } else {
                list::troubled_list(&visit, answer, now)
            }
        }),
        found.filter(|_| technical).map(|found| filter::due_list(&visit, found)),
        waits.flatten(),
        rules.and_then(|answer| list_if(workload::rules(Ok(&answer.ok()?), &|path| visit.at(path)), false)),
        between.and_then(|answer| {
            // A head is asked by agencies alone, and seldom.
            let always = visit.may(Permission::CaseShare) || answer.is_err();
            list_if(list::between_list(&visit, answer), always)
        }),
        requests.and_then(|answer| kept::requests_list(&visit, &answer.ok()?)),
        transfers.and_then(|answer| kept::transfers_list(&visit, &answer.ok()?)),
        devices.and_then(|answer| held::to_give_back_list(&answer.ok()?, now, SHOWN, &|path| visit.at(path))),
        records.and_then(|answer| kept::records_list(&visit, &answer.ok()?)),
        reminders.as_ref().and_then(|told| list::register_list(&visit, told.as_deref().ok()?)),
        instances.map(|answer| {
            let told = reminders.unwrap_or_else(|| Ok(Vec::new()));
            list::review_list(&visit, answer.and_then(|instances| Ok((instances, told?))), now)
        }),
        duties.map(|answer| list::duty_list(&visit, answer)),
        open.filter(|_| !visit.may(Permission::PolicyEdit)).and_then(|open| list::consultation_list(&visit, open)),
    ];
    let (shows_mine, mine_unknown) = (mine.is_some(), matches!(mine, Some(Err(_))));
    let mine = mine.and_then(Result::ok).unwrap_or_default();
    let people = my_concern::readers(&visit, &mine).await;
    let path = visit.at("/my-concerns");
    let page = Home {
        head: Head::new("Home", Vec::new()),
        report: if visit.may(Permission::ConcernRecord) { visit.at("/report") } else { String::new() },
        acts: acts(&visit),
        find: search::form(&visit),
        lists: lists.into_iter().flatten().collect(),
        all_mine: if mine.is_empty() { Link::default() } else { Link::new("All the concerns you reported", &*path) },
        mine: mine.iter().map(|c| Mine::new(c, &people, &path, now)).collect(),
        shows_mine,
        mine_unknown,
    };
    visit.page(&page)
}

/// What whoever reports concerns may ask for besides, and where whoever leads sees how the work stands.
fn acts(visit: &Visit) -> Vec<Link> {
    let unblock = visit.may(Permission::ConcernRecord) && visit.may(Permission::RegisterKeep);
    let link = || Link::new("Ask for a site to be unblocked", visit.at("/filtering/unblock/new"));
    let workload = || Link::new("How the work stands", visit.at("/workload"));
    let stands = visit.may(Permission::WorkloadRead).then(workload);
    let review = || Link::new(self_review::TITLE, visit.at(self_review::PLACE));
    let review = visit.may(Permission::SelfReviewRead).then(review);
    let record = || Link::new(allegation::TITLE, visit.at(allegation::PLACE));
    let record = allegation::takes_on(visit).then(record);
    record.into_iter().chain(unblock.then(link)).chain(stands).chain(review).collect()
}

/// A list, where it is always shown or has something in it.
fn list_if(list: Waiting, always: bool) -> Option<Waiting> {
    (always || !list.items.is_empty()).then_some(list)
}

/// What is asked for beside all the rest, on the heap: so much at once is more than a stack holds in a build without optimisation.
type Asked<'a, T> = Pin<Box<dyn Future<Output = Option<T>> + Send + 'a>>;

/// Asks only for what their roles may read.
fn wanted<'a, T, F: Future<Output = T> + Send + 'a>(
    visit: &'a Visit,
    permission: Permission,
    asked: impl FnOnce() -> F + Send + 'a,
) -> Asked<'a, T> {
    when(visit.may(permission), asked)
}

/// Asks where it is to be asked.
fn when<'a, T, F: Future<Output = T> + Send + 'a>(asks: bool, asked: impl FnOnce() -> F + Send + 'a) -> Asked<'a, T> {
    Box::pin(async move { if asks { Some(asked().await) } else { None } })
}

async fn new_concerns(visit: &Visit) -> Result<ListConcernsResponse, Error> {
    let page_size = CONCERNS;
    let mut asked =
        ListConcernsRequest { school_id: visit.school.clone(), state: "new".into(), page_size, ..Default::default() };
    let mut all = heard(visit.cases()?.list_concerns(ask(asked.clone()))).await?;
    // The service lists by gravity: until it comes to what is neither about a child who may not be safe nor a critical
    // alert, there may be such a child further down.
    while !all.next_page_token.is_empty() && all.concerns.last().is_some_and(list::may_precede_unsafe) {
        asked.page_token = std::mem::take(&mut all.next_page_token);
        let more = heard(visit.cases()?.list_concerns(ask(asked.clone()))).await?;
        all.concerns.extend(more.concerns);
        all.next_page_token = more.next_page_token;
    }
    Ok(all)
}

/// What a chair of governors is told of concerns that are theirs to take on; nothing where there are none.
pub async fn concerns_for_the_chair(visit: &Visit) -> Option<Link> {
    if !visit.roles().contains(&Role::Chair) {
        return None;
    }
    match new_concerns(visit).await {
        Ok(answer) if answer.total_size == 0 => None,
        Ok(answer) => {
            let n = u64::try_from(answer.total_size).unwrap_or_default();
            Some(Link::new(waits_for_the_chair(n, &answer.concerns), visit.at("/concerns?state=new")))
        }
        Err(_) => {
            Some(Link::new("Whether a concern waits for you cannot be shown now", visit.at("/concerns?state=new")))
        }
    }
}

/// How many concerns wait for a chair, and first of all where a child may not be safe.
fn waits_for_the_chair(total: u64, concerns: &[Concern]) -> String {
    let text = words::counted(total, "concern about an adult", "concerns about adults");
    let waits = if total == 1 { "waits" } else { "wait" };
    let unsafe_now = concerns.iter().filter(|concern| concern.read_time.is_none() && list::unsafe_now(concern)).count();
    match u64::try_from(unsafe_now).unwrap_or_default() {
        0 => format!("{text} {waits} for you"),
        1 if total == 1 => format!("Read now: a child may not be safe. {text} {waits} for you"),
        n => format!(
            "Read now: in {} a child may not be safe. {text} {waits} for you",
            words::counted(n, "of them", "of them")
        ),
    }
}

/// What a chair of governors is told of what reporters added to concerns of theirs since they were read; nothing where there is
/// none.
pub async fn added_for_the_chair(visit: &Visit) -> Option<Link> {
    if !visit.roles().contains(&Role::Chair) {
        return None;
    }
    let place = visit.at("/concerns?state=added");
    match added_to(visit).await {
        Ok(answer) if answer.total_size == 0 => None,
        Ok(answer) => {
            let n = u64::try_from(answer.total_size).unwrap_or_default();
            let text = words::counted(n, "concern was added to", "concerns were added to");
            Some(Link::new(format!("{text} since you read it"), place))
        }
        Err(_) => Some(Link::new("Whether a concern was added to cannot be shown now", place)),
    }
}

/// The open cases that a chair of governors works; nothing where there are none.
pub async fn cases_for_the_chair(visit: &Visit) -> Option<Link> {
    if !visit.roles().contains(&Role::Chair) {
        return None;
    }
    let asked = ListCasesRequest {
        school_id: visit.school.clone(),
        state: "open".into(),
        page_size: 1,
        ..ListCasesRequest::default()
    };
    let place = visit.at("/due");
    let listed = match visit.cases() {
        Ok(mut cases) => heard(cases.list_cases(ask(asked))).await,
        Err(error) => Err(error),
    };
    match listed {
        Ok(answer) if answer.total_size == 0 => None,
        Ok(answer) => {
            let n = u64::try_from(answer.total_size).unwrap_or_default();
            let text = words::counted(n, "open case", "open cases");
            Some(Link::new(format!("{text} about adults: what is due in them"), place))
        }
        Err(_) => Some(Link::new("What is due in your cases cannot be shown now", place)),
    }
}

/// What waits for a chair of governors in the cases that are theirs: what the designated officer is to be told and by when,
/// what an agency asks, and what is to be sent.
pub async fn referrals_for_the_chair(visit: &Visit) -> Vec<Link> {
    if !visit.roles().contains(&Role::Chair) {
        return Vec::new();
    }
    match between(visit).await {
        Ok((answer, names)) => answer
            .waiting
            .iter()
            .map(|one| {
                let link = Link::new(waiting::called(one, &names), waiting::place(one, &|path| visit.at(path)));
                let (hint, due) = (waiting::hint(one), waiting::due(one));
                let link = if hint.is_empty() { link } else { Link::new(format!("{}. {hint}", link.text), link.href) };
                list::Item { link, hint, due }.ask()
            })
            .collect(),
        Err(_) => vec![Link::new("Whether an agency asks you something cannot be shown now", visit.at("/waiting"))],
    }
}

/// What a chair of governors is told of records that wait for their answer, or whose review is due; nothing where there are none.
pub async fn records_for_the_chair(visit: &Visit) -> Option<Link> {
    if !visit.roles().contains(&Role::Chair) {
        return None;
    }
    match retention::waiting(visit).await {
        Ok(records) if records.is_empty() => None,
        Ok(records) => {
            let asked = records.iter().any(|record| !record.asked.is_empty());
            let place = visit.at(if asked { "/retention?show=asked" } else { "/retention?show=due" });
            let n = u64::try_from(records.len()).unwrap_or_default();
            let text = words::counted(n, "record to keep or to destroy", "records to keep or to destroy");
            Some(Link::new(if asked { format!("{text}: a second person is asked") } else { text }, place))
        }
        Err(_) => Some(Link::new("Whether a record waits for your answer cannot be shown now", visit.at("/retention"))),
    }
}

/// What a chair of governors is told of alerts about staff that wait for them: how many, and how long the gravest may still.
/// Nothing where there are none.
pub async fn alerts_for_the_chair(visit: &Visit) -> Option<Link> {
    if !visit.roles().contains(&Role::Chair) || !visit.may(Permission::AlertRead) {
        return None;
    }
    let place = visit.at(list::ABOUT_STAFF);
    match new_alerts(visit, "staff").await {
        Ok(answer) if answer.total_size == 0 => None,
        Ok(answer) => {
            let n = u64::try_from(answer.total_size).unwrap_or_default();
            let waits = if n == 1 { "waits" } else { "wait" };
            let text = words::counted(n, "filter alert about staff", "filter alerts about staff");
            let now = visit.now();
            let unopened = answer.alerts.iter().filter(|alert| alert.acknowledge_time.is_none());
            let due = unopened.filter_map(|alert| alert.due_time.as_ref().and_then(chassis::clock::moment)).min();
            let due = due.map_or_else(String::new, |due| match due < now {
                true => format!(". Overdue since {}", words::near(due, now)),
                false => format!(". To be opened by {}", words::near(due, now)),
            });
            Some(Link::new(format!("{text} {waits} for you{due}"), place))
        }
        Err(_) => Some(Link::new("Whether a filter alert waits for you cannot be shown now", place)),
    }
}

async fn added_to(visit: &Visit) -> Result<ListConcernsResponse, Error> {
    let page_size = i32::try_from(SHOWN).unwrap_or_default();
    let asked = ListConcernsRequest { school_id: visit.school.clone(), added: true, page_size, ..Default::default() };
    heard(visit.cases()?.list_concerns(ask(asked))).await
}

/// Alerts without a verdict; of all, or those about staff alone.
///
/// # Errors
/// Where the filter's service does not answer.
pub async fn new_alerts(visit: &Visit, about: &str) -> Result<ListAlertsResponse, Error> {
    let page_size = i32::try_from(SHOWN).unwrap_or_default();
    let (school_id, verdict, about) = (visit.school.clone(), "new".to_owned(), about.to_owned());
    let asked = ListAlertsRequest { school_id, verdict, about, page_size, ..Default::default() };
    heard(visit.filtering()?.list_alerts(ask(asked))).await
}

/// What goes between the school and others and waits for the school.
async fn between(visit: &Visit) -> Result<(ListWaitingResponse, waiting::Names), Error> {
    let (school_id, page_size) = (visit.school.clone(), i32::try_from(SHOWN).unwrap_or_default());
    let asked = ListWaitingRequest { school_id, side: "us".into(), page_size, ..ListWaitingRequest::default() };
    waiting::fetch(visit, asked).await
}

/// Files to and from other schools, for those who are not shown them among what waits between schools.
async fn transfers(visit: &Visit) -> Result<Vec<Transfer>, Error> {
    if visit.may(Permission::CaseShare) { Ok(Vec::new()) } else { transfer::waiting(visit).await }
}

async fn instances(visit: &Visit) -> Result<Vec<Instance>, Error> {
    let asked = ListInstancesRequest { school_id: visit.school.clone(), ..Default::default() };
    Ok(heard(visit.registry()?.list_instances(ask(asked))).await?.instances)
}

/// Whether the template's alert rules tell somebody here: who writes the policy, or looks after the filter.
fn told(visit: &Visit) -> bool {
    visit.may(Permission::PolicyEdit) || visit.may(Permission::FeedManage)
}

/// What the school is reminded of, so far as their roles here are told.
///
/// # Errors
/// Where the registry does not answer.
pub async fn reminders(visit: &Visit) -> Result<Vec<Reminder>, Error> {
    let asked = ListRemindersRequest { school_id: visit.school.clone() };
    let all = heard(visit.registry()?.list_reminders(ask(asked))).await?.reminders;
    let told = |reminder: &Reminder| {
        let roles = visit.roles().iter().map(|role| chassis::access::role_name(*role));
        roles.into_iter().any(|role| reminder.told_roles.iter().any(|told| told == role))
    };
    Ok(all.into_iter().filter(told).collect())
}

async fn duties(visit: &Visit) -> Result<Vec<Duty>, Error> {
    let asked = ListMyDutiesRequest { school_id: visit.school.clone() };
    Ok(heard(visit.registry()?.list_my_duties(ask(asked))).await?.duties)
}

async fn my_concerns(visit: &Visit) -> Result<Vec<MyConcern>, Error> {
    let asked = ListMyConcernsRequest { school_id: visit.school.clone(), page_size: 10, ..Default::default() };
    Ok(heard(visit.cases()?.list_my_concerns(ask(asked))).await?.concerns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chair_reads_first_where_a_child_may_not_be_safe() {
        let of = |safe_now: &str| Concern { safe_now: safe_now.into(), ..Concern::default() };
        let read = Concern { read_time: Some(chassis::clock::timestamp(time::OffsetDateTime::UNIX_EPOCH)), ..of("no") };
        assert_eq!(waits_for_the_chair(2, &[of("yes"), read]), "2 concerns about adults wait for you");
        assert!(waits_for_the_chair(1, &[of("no")]).starts_with("Read now: a child may not be safe."));
        assert!(waits_for_the_chair(2, &[of("not_sure"), of("yes")]).starts_with("Read now: in 1 of them a child"));
    }
}
