//! The lists at home: what waits, how much of it, and since when.

use chassis::{clock::moment, error::Error};
use proto::{
    filtering_ingest::v1::{Alert, FeedCoverage, ListAlertsResponse},
    incident_cases::v1::{Concern, ListConcernsResponse, ListWaitingResponse},
    policy_registry::v1::{Duty, Instance, InstanceState, Reminder},
};
use serde::Serialize;
use time::OffsetDateTime;

use super::SHOWN;
use crate::{
    console::{concern, filtering::coverage, register, visit::Visit, waiting},
    pages::{
        part::{Due, Link},
        words,
    },
};

/// One list of what waits.
#[derive(Debug, Default, Serialize)]
pub struct Waiting {
    /// Its id on the page.
    pub id: &'static str,
    /// What it is called.
    pub title: String,
    /// How much waits.
    pub count: String,
    /// How old the oldest is; empty where that is not said.
    pub oldest: String,
    /// What is shown of it.
    pub items: Vec<Item>,
    /// What it says when nothing waits.
    pub none: &'static str,
    /// All of it.
    pub all: Link,
    /// True where it could not be asked for.
    pub unknown: bool,
    /// What to do meanwhile where it could not.
    pub meanwhile: &'static str,
}

/// One thing that waits.
#[derive(Debug, Default, Serialize)]
pub struct Item {
    /// What it is, and where it is worked on.
    pub link: Link,
    /// More about it.
    pub hint: String,
    /// Until when.
    pub due: Due,
}

impl Item {
    /// The same in one line.
    pub fn ask(self) -> Link {
        let due = if self.due.text.is_empty() { String::new() } else { format!(". {}", self.due.text) };
        let text = if due.is_empty() { &*self.link.text } else { self.link.text.trim_end_matches('.') };
        Link::new(format!("{text}{due}"), self.link.href)
    }
}

/// A list of an answer; an answer that did not come is told apart from one with nothing in it.
pub fn list<T>(
    id: &'static str,
    title: &str,
    none: &'static str,
    all: Link,
    answer: Option<T>,
    fill: impl FnOnce(&mut Waiting, T),
) -> Waiting {
    let mut list = Waiting { id, title: title.to_owned(), none, all, ..Waiting::default() };
    match answer {
        Some(answer) => fill(&mut list, answer),
        None => list.unknown = true,
    }
    list
}

/// How many, in words.
pub fn count(n: usize) -> String {
    words::number(u64::try_from(n).unwrap_or_default())
}

/// How old the oldest is.
pub fn oldest(times: impl Iterator<Item = OffsetDateTime>, now: OffsetDateTime) -> String {
    times.min().map(|at| words::age(at, now)).unwrap_or_default()
}

/// Whether a concern says of a child that they may not be safe at this moment.
pub(super) fn unsafe_now(concern: &Concern) -> bool {
    concern.origin != "alert" && concern.safe_now != "yes"
}

/// Whether a concern about a child who may not be safe can stand behind this one, as the service lists them.
pub(super) fn may_precede_unsafe(concern: &Concern) -> bool {
    unsafe_now(concern) || concern.severity == "critical"
}

/// Concerns that nobody has decided about, in the order they are to be looked at, which is that of the service: by how grave
/// they are, then what nobody has read; the oldest first.
fn by_need(mut concerns: Vec<Concern>) -> Vec<Concern> {
    concerns.sort_by_key(|c| {
        let need = match (c.origin.as_str(), c.severity.as_str(), c.safe_now.as_str()) {
            ("alert", "critical", _) => 1,
            ("alert", "high", _) => 3,
            ("alert", "medium", _) | (_, _, "yes") => 4,
            ("alert", _, _) => 5,
            (_, _, "no") => 0,
            (_, _, _) => 2,
        };
        (need, c.read_time.is_some(), c.create_time.as_ref().map(|at| (at.seconds, at.nanos)))
    });
    concerns
}

/// Whether nobody has read it in time, and no child is in doubt.
pub(super) fn passed_on(concern: &Concern) -> bool {
    !unsafe_now(concern) && concern.read_time.is_none() && !concern.escalations.is_empty()
}

/// One concern.
pub(super) fn concern_item(visit: &Visit, c: &Concern, now: OffsetDateTime) -> Item {
    let at = c.create_time.as_ref().and_then(moment).map(|at| words::near(at, now)).unwrap_or_default();
    let safe = match (unsafe_now(c), c.safe_now.as_str()) {
        (true, "no") => "The child is not safe now. ",
        (true, _) => "The child may not be safe. ",
        (false, _) => "",
    };
    let read = if c.read_time.is_some() { "read".to_owned() } else { concern::unread(c, now) };
    let read = read.replacen("Not", "not", 1);
    let severity = match c.origin.as_str() {
        "alert" => format!("{}. ", words::called(words::SEVERITIES, &c.severity)),
        _ => String::new(),
    };
    Item {
        link: Link::new(concern::whom(c), visit.at(&format!("/concerns/{}", c.concern_id))),
        hint: format!("{severity}{safe}Received {at}, {read}"),
        due: Due::default(),
    }
}

/// Concerns about children who may not be safe now, read or not: they stand before everything else. None where there
/// are none; where that cannot be told, it says so.
pub fn unsafe_list(
    visit: &Visit,
    answer: &Result<ListConcernsResponse, Error>,
    now: OffsetDateTime,
) -> Option<Waiting> {
    let title = "A child who may not be safe now".to_owned();
    let Ok(answer) = answer else {
        let meanwhile = "There may be a child in it: ask the staff whether anybody is worried about a child.";
        return Some(Waiting { id: "unsafe", title, unknown: true, meanwhile, ..Waiting::default() });
    };
    let concerns = answer.concerns.clone();
    let first: Vec<Concern> = by_need(concerns).into_iter().filter(unsafe_now).collect();
    let times = first.iter().filter_map(|c| c.create_time.as_ref().and_then(moment));
    (!first.is_empty()).then(|| Waiting {
        id: "unsafe",
        title,
        count: count(first.len()),
        oldest: oldest(times, now),
        items: first.iter().map(|c| concern_item(visit, c, now)).collect(),
        ..Waiting::default()
    })
}

/// The other concerns that nobody has decided about.
pub fn concern_list(visit: &Visit, answer: Result<ListConcernsResponse, Error>, now: OffsetDateTime) -> Waiting {
    let all = Link::new("All new concerns", visit.at("/concerns?state=new"));
    list("concerns", "New concerns", "No other concern is waiting.", all, answer.ok(), |list, answer| {
        let above = |c: &Concern| unsafe_now(c) || passed_on(c);
        let urgent = answer.concerns.iter().filter(|c| above(c)).count();
        let whole = usize::try_from(answer.total_size).unwrap_or_default();
        let rest: Vec<Concern> = by_need(answer.concerns).into_iter().filter(|c| !above(c)).collect();
        if urgent == 0 {
            list.none = "No concern is waiting.";
        }
        list.count = count(whole.saturating_sub(urgent));
        list.oldest = oldest(rest.iter().filter_map(|c| c.create_time.as_ref().and_then(moment)), now);
        list.items = rest.iter().take(SHOWN).map(|c| concern_item(visit, c, now)).collect();
    })
}

/// Concerns that their reporters added to since they were read. None where there are none.
pub fn added_list(visit: &Visit, answer: ListConcernsResponse, now: OffsetDateTime) -> Option<Waiting> {
    let whole = usize::try_from(answer.total_size).unwrap_or_default();
    let added =
        |c: &Concern| c.additions.iter().rev().find(|a| a.read_time.is_none())?.create_time.as_ref().and_then(moment);
    let item = |c: &Concern| {
        let at = added(c).map(|at| words::near(at, now)).unwrap_or_default();
        let link = Link::new(concern::whom(c), visit.at(&format!("/concerns/{}", c.concern_id)));
        Item { link, hint: format!("Added to {at}, not read yet"), due: Due::default() }
    };
    (whole > 0).then(|| Waiting {
        id: "added",
        title: "Added to since you read it".to_owned(),
        count: count(whole),
        oldest: oldest(answer.concerns.iter().filter_map(added), now),
        items: answer.concerns.iter().take(SHOWN).map(item).collect(),
        all: Link::new("All that were added to", visit.at("/concerns?state=added")),
        ..Waiting::default()
    })
}

/// One alert: its theme, and how grave, when and by when.
fn alert_item(visit: &Visit, a: &Alert, now: OffsetDateTime) -> Item {
    let near = |at: &Option<prost_types::Timestamp>| at.as_ref().and_then(moment);
    let severity = words::called(words::SEVERITIES, &a.severity);
    let at = near(&a.event_time).map(|at| words::near(at, now)).unwrap_or_default();
    // Others have the clock of their concern.
    let due = near(&a.due_time).filter(|_| a.tier == "staff" && a.acknowledge_time.is_none());
    let due = due.map(|due| match (due < now, words::near(due, now)) {
        (true, at) => Due { code: "overdue".to_owned(), text: format!("Overdue: was to be opened by {at}") },
        // Whoever it was for first did not open it: that the clock runs anew does not hide it.
        (false, at) if !a.passed_on.is_empty() => {
            Due { code: "overdue".to_owned(), text: format!("Not opened in time, and passed on: to be opened by {at}") }
        }
        (false, at) => Due { code: "due".to_owned(), text: format!("To be opened by {at}") },
    });
    Item {
        link: Link::new(words::called(words::THEMES, &a.theme), visit.at(&format!("/filtering/alerts/{}", a.alert_id))),
        hint: format!("{severity}, {at}"),
        due: due.unwrap_or_default(),
    }
}

/// Alerts about staff, which become no concern and wait for the reader alone. None where there are none; where that cannot
/// be told, it says so.
pub fn staff_alert_list(
    visit: &Visit,
    answer: Result<&ListAlertsResponse, &Error>,
    now: OffsetDateTime,
) -> Option<Waiting> {
    let title = "Filter alerts about staff: yours to answer".to_owned();
    let Ok(answer) = answer else {
        return Some(Waiting { id: "staff-alerts", title, unknown: true, ..Waiting::default() });
    };
    let times = answer.alerts.iter().filter_map(|a| a.create_time.as_ref().and_then(moment));
    (answer.total_size > 0).then(|| Waiting {
        id: "staff-alerts",
        title,
        count: words::number(u64::try_from(answer.total_size).unwrap_or_default()),
        oldest: oldest(times, now),
        items: answer.alerts.iter().take(SHOWN).map(|a| alert_item(visit, a, now)).collect(),
        all: Link::new("All alerts about staff", visit.at(ABOUT_STAFF)),
        ..Waiting::default()
    })
}

/// Where those about staff are listed that wait.
pub const ABOUT_STAFF: &str = "/filtering/alerts?verdict=new&about=staff";

/// Alerts without a verdict.
pub fn alert_list(visit: &Visit, answer: Result<ListAlertsResponse, Error>, now: OffsetDateTime) -> Waiting {
    let all = Link::new("All new alerts", visit.at("/filtering/alerts?verdict=new"));
    list("alerts", "Filter alerts", "No alert is waiting.", all, answer.ok(), |list, answer| {
        list.count = words::number(u64::try_from(answer.total_size).unwrap_or_default());
        let times = answer.alerts.iter().filter_map(|a| a.create_time.as_ref().and_then(moment));
        list.oldest = oldest(times, now);
        list.items = answer.alerts.iter().take(SHOWN).map(|a| alert_item(visit, a, now)).collect();
    })
}

/// What goes between the school and others and waits for the school.
pub fn between_list(visit: &Visit, answer: Result<(ListWaitingResponse, waiting::Names), Error>) -> Waiting {
    let all = Link::new("All that waits for you and for others", visit.at("/waiting"));
    list("between", waiting::TITLE, "Nothing waits for your school.", all, answer.ok(), |list, (answer, names)| {
        list.count = words::number(u64::try_from(answer.us_total).unwrap_or_default());
        list.items = answer
            .waiting
            .iter()
            .map(|one| Item {
                link: Link::new(waiting::called(one, &names), waiting::place(one, &|path| visit.at(path))),
                hint: waiting::hint(one),
                due: waiting::due(one),
            })
            .collect();
    })
}
/// The kind of what was found in registers.
const FOUND: &str = "register";

/// What was found in the registers and somebody here is told of; none where that is nothing.
pub fn register_list(visit: &Visit, reminders: &[Reminder]) -> Option<Waiting> {
    let found: Vec<&Reminder> = reminders.iter().filter(|reminder| reminder.kind == FOUND).collect();
    if found.is_empty() {
        return None;
    }
    let item = |reminder: &&Reminder| {
        let text = reminder.note.trim_end_matches('.');
        let link = Link::new(text, visit.at(&format!("/registers/{}", reminder.register)));
        let hint = words::counted(u64::from(reminder.count), "finding", "findings");
        let day = words::named_day(&reminder.due_date);
        let due = if day.is_empty() {
            Due::default()
        } else {
            Due { code: "overdue".to_owned(), text: format!("Since {day}") }
        };
        Item { link, hint, due }
    };
    Some(Waiting {
        id: "registers",
        title: "Due in the registers".to_owned(),
        count: count(found.len()),
        items: found.iter().take(SHOWN).map(item).collect(),
        all: Link::new("All registers", visit.at("/registers")),
        ..Waiting::default()
    })
}

/// What the policy waits for: what the school is reminded of, then the versions that are on their way.
pub fn review_list(
    visit: &Visit,
    answer: Result<(Vec<Instance>, Vec<Reminder>), Error>,
    now: OffsetDateTime,
) -> Waiting {
    let all = Link::new("The policy and its versions", visit.at("/policy"));
    list(
        "reviews",
        "Policy reviews and signatures",
        "Nothing waits for a review or a signature.",
        all,
        answer.ok(),
        |list, (instances, reminders)| {
            let of_the_policy = reminders.iter().filter(|reminder| reminder.kind != FOUND);
            list.items = of_the_policy.map(|reminder| reminded(visit, reminder, &instances, now)).collect();
            for instance in &instances {
                let hint = match instance.state() {
                    InstanceState::Draft => "Draft: to be completed and approved",
                    InstanceState::Approved => "Approved: to be ratified",
                    InstanceState::Ratified => "Ratified: to be published",
                    InstanceState::Consultation => "In consultation",
                    InstanceState::InForce
                    | InstanceState::Superseded
                    | InstanceState::Discarded
                    | InstanceState::Unspecified => continue,
                };
                let page = visit.at(&format!("/policy/versions/{}", instance.instance_id));
                let link = Link::new(format!("Version {}", instance.version), page);
                list.items.push(Item { link, hint: hint.to_owned(), due: Due::default() });
            }
            list.count = count(list.items.len());
            list.items.truncate(SHOWN);
        },
    )
}

/// What somebody who does not write the policy may comment on; none where nothing is in consultation.
pub fn consultation_list(visit: &Visit, answer: Result<Vec<Instance>, Error>) -> Option<Waiting> {
    let title = "A new policy to comment on".to_owned();
    let Ok(instances) = answer else {
        return Some(Waiting { id: "consultations", title, unknown: true, ..Waiting::default() });
    };
    let open = instances.iter().filter(|instance| instance.state() == InstanceState::Consultation);
    let items: Vec<Item> = open
        .map(|instance| {
            let page = visit.at(&format!("/policy/versions/{}/consultation", instance.instance_id));
            let until = instance.consultation.as_ref().map(|consultation| words::named_day(&consultation.until_date));
            Item {
                link: Link::new(format!("Read version {} and comment", instance.version), page),
                hint: until.map(|day| format!("Until {day}")).unwrap_or_default(),
                due: Due::default(),
            }
        })
        .collect();
    (!items.is_empty()).then(|| Waiting {
        id: "consultations",
        title,
        count: count(items.len()),
        items,
        ..Waiting::default()
    })
}

/// What somebody has to read, accept or be trained in.
pub fn duty_list(visit: &Visit, answer: Result<Vec<Duty>, Error>) -> Waiting {
    let all = Link::new("All of it, and what you answered", visit.at("/duties"));
    let today = chassis::clock::london(visit.now()).date().to_string();
    list(
        "duties",
        "For you to read and accept",
        "There is nothing to read or accept.",
        all,
        answer.ok(),
        |list, answer| {
            let open: Vec<&Duty> = answer.iter().filter(|duty| duty.done_date.is_empty()).collect();
            list.count = count(open.len());
            list.items = open
                .into_iter()
                .take(SHOWN)
                .map(|duty| {
                    let page = match duty.document_id.as_str() {
                        "" => visit.at("/duties"),
                        document_id => visit.at(&format!("/duties/{document_id}")),
                    };
                    let due = match (register::day(&duty.due_date), duty.due_date < today) {
                        (day, _) if day.is_empty() => Due::default(),
                        (day, true) => Due { code: "overdue".to_owned(), text: format!("Overdue: was due {day}") },
                        (day, false) => Due { code: "due".to_owned(), text: format!("Due {day}") },
                    };
                    Item { link: Link::new(duty.title.clone(), page), hint: String::new(), due }
                })
                .collect();
        },
    )
}

/// One reminder, leading to where something can be done about it in one of the school's versions.
pub fn reminded(visit: &Visit, reminder: &Reminder, instances: &[Instance], now: OffsetDateTime) -> Item {
    let of = |known: &dyn Fn(&&Instance) -> bool, below: &str| match instances.iter().find(known) {
        Some(instance) => format!("/policy/versions/{}{below}", instance.instance_id),
        None => "/policy".to_owned(),
    };
    let in_force = |instance: &&Instance| instance.state() == InstanceState::InForce;
    let consults = |instance: &&Instance| instance.state() == InstanceState::Consultation;
    let asked = |instance: &&Instance| {
        // One that was put off has its answer, and its day all the same.
        (instance.open_proposals > 0 || !instance.rollout_id.is_empty())
            && !matches!(instance.state(), InstanceState::Superseded | InstanceState::Discarded)
    };
    let reviews = || "/policy/reviews".to_owned();
    let (text, page) = match reminder.kind.as_str() {
        "review_due" | "review_overdue" => ("Review the policy", reviews()),
        "ratify_due" | "ratify_overdue" => ("Have the governors ratify what is in force", of(&in_force, "")),
        "consultation_ends" => ("A consultation ends", of(&consults, "/consultation")),
        "proposals_due" | "proposals_overdue" => ("Answer what the template asks", of(&asked, "/proposals")),
        _ => match reminder.about.as_str() {
            "review" => ("The authority reminds you of the review", reviews()),
            "ratification" => ("The authority reminds you of the ratification", of(&in_force, "")),
            "proposals" => ("The authority reminds you of what the template asks", of(&asked, "/proposals")),
            _ => ("The authority reminds you of findings in the policy", of(&in_force, "/findings")),
        },
    };
    let day = words::named_day(&reminder.due_date);
    let due = if day.is_empty() {
        Due::default()
    } else if reminder.kind.ends_with("_overdue") {
        Due { code: "overdue".to_owned(), text: format!("Overdue: was due {day}") }
    } else {
        Due { code: "due".to_owned(), text: format!("Due {day}") }
    };
    let sent = reminder.create_time.as_ref().and_then(moment).map(|at| format!("Sent {}", words::near(at, now)));
    let hint: Vec<String> =
        sent.into_iter().chain(Some(reminder.note.clone()).filter(|note| !note.is_empty())).collect();
    Item { link: Link::new(text, visit.at(&page)), hint: hint.join(". "), due }
}

/// Feeds: when each was last heard, what it brought today, and whether it is in trouble.
pub fn feed_list(visit: &Visit, feeds: Result<Vec<FeedCoverage>, Error>, now: OffsetDateTime) -> Waiting {
    let all = Link::new("All about the filter", visit.at("/filtering"));
    list("feeds", "Filter feeds", "There is no feed yet.", all, feeds.ok(), |list, feeds| {
        list.count = count(feeds.len());
        list.items = feeds.iter().map(|feed| feed_item(visit, feed, now)).collect();
    })
}

/// Feeds in trouble; none where all do what is expected of them.
pub fn troubled_list(visit: &Visit, feeds: Result<Vec<FeedCoverage>, Error>, now: OffsetDateTime) -> Option<Waiting> {
    let feeds = feeds.ok()?;
    let troubled: Vec<_> = feeds.iter().filter(|feed| !feed.troubles.is_empty()).collect();
    (!troubled.is_empty()).then(|| Waiting {
        id: "feeds",
        title: "Filter feeds in trouble".to_owned(),
        count: count(troubled.len()),
        items: troubled.into_iter().map(|feed| feed_item(visit, feed, now)).collect(),
        all: Link::new("All about the filter", visit.at("/filtering")),
        ..Waiting::default()
    })
}

fn feed_item(visit: &Visit, feed: &FeedCoverage, now: OffsetDateTime) -> Item {
    let last = coverage::last(feed, now).replacen("Yesterday", "yesterday", 1).replacen("Never", "never", 1);
    let last = last.replacen("None", "none", 1);
    Item {
        link: Link::new(feed.name.clone(), visit.at(&format!("/filtering/feeds/{}", feed.feed_id))),
        hint: format!("Last event {last}. Today {}", coverage::today(feed)),
        due: coverage::state(feed, now),
    }
}

#[cfg(test)]
mod tests {
    use chassis::clock::timestamp;
    use time::{Duration, macros::datetime};

    use super::*;

    #[test]
    fn what_is_graver_comes_first_even_where_somebody_has_read_it() {
        let at = |hour: i64| Some(timestamp(datetime!(2026-11-24 00:00 UTC) + Duration::hours(hour)));
        // What a person says of safety, or the alert's severity.
        let concern = |id: &str, origin: &str, safe: &str, read: bool, hour: i64| Concern {
            concern_id: id.into(),
            origin: origin.into(),
            safe_now: if origin == "alert" { String::new() } else { safe.into() },
            severity: if origin == "alert" { safe.into() } else { String::new() },
            read_time: at(hour + 1).filter(|_| read),
            create_time: at(hour),
            ..Concern::default()
        };
        let sorted = by_need(vec![
            concern("old", "staff", "yes", true, 1),
            concern("unread", "staff", "yes", false, 5),
            concern("alert", "alert", "medium", false, 6),
            concern("critical", "alert", "critical", false, 9),
            concern("high", "alert", "high", false, 3),
            concern("unsure", "staff", "not_sure", false, 2),
            concern("unsafe read", "staff", "no", true, 7),
            concern("unsafe unread", "staff", "no", false, 8),
        ]);
        let order: Vec<&str> = sorted.iter().map(|c| c.concern_id.as_str()).collect();
        assert_eq!(order, ["unsafe unread", "unsafe read", "critical", "unsure", "high", "unread", "alert", "old"]);
    }
}
