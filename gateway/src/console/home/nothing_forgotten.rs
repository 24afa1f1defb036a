//! The lists at home that see to it that nothing is forgotten: what nobody read in time, hours that nobody covers, what is
//! due, and with whom.

use chassis::{clock::moment, error::Error};
use proto::{
    access::v1::{Permission, Role},
    incident_cases::v1::{
        AccessRequest, BreakGlassEntry, Concern, Cover, ListCasesRequest, ListConcernsResponse, ListDueRequest,
        ListDueResponse, Retention, Transfer,
    },
};
use time::OffsetDateTime;

use super::{
    SHOWN,
    list::{Item, Waiting, concern_item, count, list, oldest, passed_on},
};
use crate::{
    console::{
        break_glass, cover,
        due::{self, Asked, whose},
        people::People,
        register::day,
        retention, subject_access, transfer,
        visit::{Visit, ask, heard},
    },
    pages::{
        part::{Due, Link},
        words,
    },
};

/// What is due this week or overdue, and how much of it is whose.
///
/// # Errors
/// Where it cannot be asked for.
pub async fn dues(visit: &Visit) -> Result<(ListDueResponse, People), Error> {
    let asked = ListDueRequest {
        school_id: visit.school.clone(),
        within_days: Some(7),
        with_owners: true,
        page_size: i32::try_from(SHOWN).unwrap_or_default(),
        ..ListDueRequest::default()
    };
    let answer = heard(visit.cases()?.list_due(ask(asked))).await?;
    let ids = answer.owners.iter().map(|sum| &sum.account_id);
    let people = visit.people(ids.chain(answer.dues.iter().map(|due| &due.owner_account_id)).map(String::as_str)).await;
    Ok((answer, people))
}

/// How many open cases there are of each level that they may know of.
///
/// # Errors
/// Where it cannot be asked for.
pub async fn levels(visit: &Visit) -> Result<Vec<(&'static str, u64)>, Error> {
    let mut found = Vec::new();
    for level in ["open", "restricted", "hidden", "adult"] {
        let asked = ListCasesRequest {
            school_id: visit.school.clone(),
            state: "open".into(),
            level: level.into(),
            page_size: 1,
            ..ListCasesRequest::default()
        };
        let answer = heard(visit.cases()?.list_cases(ask(asked))).await?;
        found.push((level, u64::try_from(answer.total_size).unwrap_or_default()));
    }
    Ok(found)
}

/// Concerns that were passed on because nobody had read them, but for those about children who may not be safe, which
/// stand above. None where there are none.
pub fn passed_on_list(
    visit: &Visit,
    answer: &Result<ListConcernsResponse, Error>,
    now: OffsetDateTime,
) -> Option<Waiting> {
    let concerns: Vec<&Concern> = answer.as_ref().ok()?.concerns.iter().filter(|c| passed_on(c)).collect();
    let times = concerns.iter().filter_map(|c| c.create_time.as_ref().and_then(moment));
    (!concerns.is_empty()).then(|| Waiting {
        id: "passed-on",
        title: "Passed on, because nobody read it in time".to_owned(),
        count: count(concerns.len()),
        oldest: oldest(times, now),
        items: concerns.iter().take(SHOWN).map(|c| concern_item(visit, c, now)).collect(),
        all: Link::new("All concerns passed on", visit.at("/concerns?state=escalated")),
        ..Waiting::default()
    })
}

/// School hours that nobody covers; none where every hour is covered.
pub fn cover_list(visit: &Visit, cover: &Cover) -> Option<Waiting> {
    let place = || visit.at("/cover");
    let item = |text: String| Item { link: Link::new(text, place()), hint: String::new(), due: Due::default() };
    let items: Vec<Item> = if cover.shifts.is_empty() {
        vec![item("There is no rota: say who reads concerns when".to_owned())]
    } else {
        cover.gaps.iter().map(|gap| item(cover::gap(gap))).collect()
    };
    (!items.is_empty()).then(|| Waiting {
        id: "cover",
        title: "Hours in which nobody reads concerns".to_owned(),
        count: count(items.len()),
        items: items.into_iter().take(SHOWN).collect(),
        all: Link::new("Who reads concerns, and who is away", place()),
        ..Waiting::default()
    })
}

/// What is due this week or overdue.
pub fn due_list(visit: &Visit, answer: &Result<(ListDueResponse, People), Error>) -> Waiting {
    let all = Link::new("All that is due", Asked::at(&visit.at("/due"), "week", ""));
    list("tasks", "Due this week or overdue", "Nothing is due this week.", all, answer.as_ref().ok(), |list, answer| {
        let (answer, people) = answer;
        list.count = words::number(u64::try_from(answer.total_size).unwrap_or_default());
        list.items = answer
            .dues
            .iter()
            .map(|one| {
                let owner = match one.owner_account_id.as_str() {
                    "" => "nobody’s".to_owned(),
                    id if id == visit.visitor.account_id => "yours".to_owned(),
                    id => people.name(id),
                };
                Item {
                    link: Link::new(due::called(one), due::place(one, &|path| visit.at(path))),
                    hint: format!("Case {}, {owner}", one.reference),
                    due: Due::new(&one.due_word, one.due_time.as_ref()),
                }
            })
            .collect();
    })
}

/// Who has what that is overdue: the head's.
pub fn owner_list(visit: &Visit, answer: &Result<(ListDueResponse, People), Error>) -> Option<Waiting> {
    if !visit.roles().contains(&Role::Head) {
        return None;
    }
    let all = Link::new("All that is overdue", Asked::at(&visit.at("/due"), "overdue", ""));
    Some(list("overdue", "Overdue, and with whom", "Nothing is overdue.", all, answer.as_ref().ok(), |list, answer| {
        let (answer, people) = answer;
        let late: Vec<_> = answer.owners.iter().filter(|sum| sum.overdue > 0).collect();
        list.count = words::number(late.iter().map(|sum| u64::try_from(sum.overdue).unwrap_or_default()).sum());
        list.items = late
            .into_iter()
            .take(SHOWN)
            .map(|sum| {
                let code = if sum.account_id.is_empty() { "nobody" } else { sum.account_id.as_str() };
                let place = Asked::at(&visit.at("/due"), "overdue", code);
                let overdue = u64::try_from(sum.overdue).unwrap_or_default();
                Item {
                    link: Link::new(format!("{}: {}", whose(people, &sum.account_id), words::number(overdue)), place),
                    hint: format!("{} due in all", sum.total),
                    due: Due::default(),
                }
            })
            .collect();
    }))
}

/// How many cases are open, by who may see them: the head's, and where the chair takes cases on, theirs.
pub fn level_list(visit: &Visit, answer: Result<Vec<(&'static str, u64)>, Error>) -> Waiting {
    let all = Link::new("All open cases", visit.at("/cases?state=open"));
    list("levels", "Open cases", "No case is open.", all, answer.ok(), |list, levels| {
        list.count = words::number(levels.iter().map(|(_, n)| n).sum());
        let shown = levels.into_iter().filter(|(_, n)| *n > 0);
        list.items = shown
            .map(|(level, n)| {
                let place = visit.at(&format!("/cases?state=open&level={level}"));
                let text = format!("{}: {}", words::called(crate::console::case::LEVELS, level), words::number(n));
                Item { link: Link::new(text, place), hint: String::new(), due: Due::default() }
            })
            .collect();
    })
}

/// Restricted cases that somebody opened beyond their rights, and that the visitor is asked to look at.
///
/// # Errors
/// Where it cannot be asked for.
pub async fn opened(visit: &Visit) -> Result<(Vec<BreakGlassEntry>, People), Error> {
    let (answer, people) = break_glass::all(visit, ("", true), "").await?;
    Ok((answer.break_glasses.into_iter().filter(|entry| entry.reviewable).collect(), people))
}

/// The same as a list; none where there are none.
pub fn opened_list(visit: &Visit, answer: (Vec<BreakGlassEntry>, People), now: OffsetDateTime) -> Option<Waiting> {
    let (entries, people) = answer;
    let item = |entry: &BreakGlassEntry| Item {
        link: Link::new(
            format!("Case {}: was it justified?", entry.reference),
            visit.at(&format!("/break-glass/{}/review", entry.break_glass_id)),
        ),
        hint: words::sentence(&people.name(&entry.account_id)),
        due: Due::default(),
    };
    (!entries.is_empty()).then(|| Waiting {
        id: "break-glass",
        title: "Restricted cases opened beyond somebody’s rights".to_owned(),
        count: count(entries.len()),
        oldest: oldest(entries.iter().filter_map(|entry| entry.create_time.as_ref().and_then(moment)), now),
        items: entries.iter().take(SHOWN).map(item).collect(),
        all: Link::new("All that were opened so", visit.at("/break-glass")),
        ..Waiting::default()
    })
}

/// Requests for what is kept about a child, the first to be answered first; none where all are answered.
pub fn requests_list(visit: &Visit, requests: &[AccessRequest]) -> Option<Waiting> {
    let place = visit.at("/access-requests");
    let item = |asked: &AccessRequest| Item {
        link: Link::new(
            format!("The request received {}", day(&asked.received_date)),
            format!("{place}/{}", asked.access_request_id),
        ),
        hint: match asked.state.as_str() {
            "paused" => "The clock stands still".to_owned(),
            "answered" => "Answered, and something is to be added".to_owned(),
            _ => String::new(),
        },
        due: Due { code: asked.due_word.clone(), text: subject_access::due(asked) },
    };
    (!requests.is_empty()).then(|| Waiting {
        id: "access-requests",
        title: "Requests for what is kept about a child".to_owned(),
        count: count(requests.len()),
        items: requests.iter().take(SHOWN).map(item).collect(),
        all: Link::new(subject_access::TITLE, place.clone()),
        ..Waiting::default()
    })
}

/// Children's files that wait for the school: to be sent, or to be received; none where there are none.
pub fn transfers_list(visit: &Visit, transfers: &[Transfer]) -> Option<Waiting> {
    let place = visit.at("/transfers");
    let ours: Vec<&Transfer> = transfers.iter().filter(|one| transfer::waits_here(one)).collect();
    let item =
        |one: &&Transfer| Item { link: transfer::link(visit, one), hint: String::new(), due: transfer::due(one) };
    (!ours.is_empty()).then(|| Waiting {
        id: "transfers",
        title: "Files to and from other schools".to_owned(),
        count: count(ours.len()),
        items: ours.iter().take(SHOWN).map(item).collect(),
        all: Link::new(transfer::TITLE, place.clone()),
        ..Waiting::default()
    })
}

/// Records that wait for a second person, and those whose review is due; none where there are none.
pub fn records_list(visit: &Visit, records: &[Retention]) -> Option<Waiting> {
    let item = |record: &Retention| Item {
        link: Link::new(retention::called(record), visit.at(&format!("/retention/{}", record.record_id))),
        hint: [
            record.about.as_str(),
            if record.asked.is_empty() { "Its review is due" } else { "A second person is asked" },
        ]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(". "),
        due: Due::default(),
    };
    (!records.is_empty()).then(|| Waiting {
        id: "records",
        title: "Records to keep or to destroy".to_owned(),
        count: count(records.len()),
        items: records.iter().take(SHOWN).map(item).collect(),
        all: Link::new("All whose review is due", visit.at("/retention?show=due")),
        ..Waiting::default()
    })
}

/// Whether the head's overview is theirs.
pub fn oversees(visit: &Visit) -> bool {
    visit.roles().contains(&Role::Head) && visit.may(Permission::CaseRead)
}
