//! Cover: who reads concerns when, who is away and who stands in, and the school hours that nobody covers.

pub mod absence;
pub mod rota;

use chassis::{
    clock::{london, moment},
    error::Error,
};
use proto::{
    access::v1::{Colleague, Permission, Role},
    incident_cases::v1::{Absence, Cover, CoverGap, GetCoverRequest, Shift},
};
use serde::Serialize;
use time::OffsetDateTime;

use super::{
    case::access,
    people::People,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    form::Form,
    part::{Head, Link, Row},
    words::{self, Codes},
};

/// The days of the week.
pub const WEEKDAYS: Codes = &[
    ("monday", "Monday"),
    ("tuesday", "Tuesday"),
    ("wednesday", "Wednesday"),
    ("thursday", "Thursday"),
    ("friday", "Friday"),
    ("saturday", "Saturday"),
    ("sunday", "Sunday"),
];

/// The roles that read concerns.
const READERS: [Role; 3] = [Role::Dsl, Role::DeputyDsl, Role::Head];

/// Who is there for concerns.
#[derive(Debug, Serialize)]
pub struct CoverPage {
    head: Head,
    /// Who is there now.
    now: String,
    gaps: Vec<String>,
    /// Whether hours of the rota run now, so that somebody should be there.
    on: bool,
    shifts: Vec<Line>,
    rota: Link,
    away: Vec<Away>,
    absence: Link,
    clocks: Vec<Row>,
    policy: Link,
}

#[derive(Debug, Serialize)]
struct Line {
    day: String,
    hours: String,
    people: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Away {
    who: String,
    from: String,
    to: String,
    stand_in: String,
    /// Says that they are back; none once it is over.
    end: Option<Form>,
}

impl Page for CoverPage {
    const TEMPLATE: &'static str = "cover.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use chassis::clock::timestamp;
        use time::macros::datetime;
        let now = datetime!(2026-11-26 09:00 UTC);
        let people = People::of(&[("acc_1", "Ms Ali"), ("acc_2", "Mr <Birch>")]);
        let cover = Cover {
            shifts: vec![Shift {
                weekday: "monday".into(),
                start: "08:30".into(),
                end: "15:30".into(),
                account_ids: vec!["acc_1".into(), "acc_2".into()],
            }],
            absences: vec![Absence {
                absence_id: "abs_1".into(),
                account_id: "acc_1".into(),
                start_time: Some(timestamp(now)),
                stand_in_account_id: "acc_2".into(),
                ..Absence::default()
            }],
            present_account_ids: vec!["acc_2".into()],
            gaps: vec![CoverGap { start_time: Some(timestamp(now)), end_time: Some(timestamp(now)) }],
            clocks: Some(proto::incident_cases::v1::ConcernClocks { danger_minutes: 10, ..Default::default() }),
            ..Cover::default()
        };
        let end = |_: &Absence| Form::new("/x", "They are back", "1".into(), Vec::new());
        let at = |path: &str| format!("/schools/sch_1{path}");
        vec![
            Self::new(&cover, &people, Vec::new(), &at, now, &end),
            Self::new(&Cover::default(), &people, Vec::new(), &at, now, &end),
        ]
    }
}

/// Minutes in words.
fn minutes(n: u32) -> String {
    match (n / 60, n % 60) {
        (0, _) => words::counted(n.into(), "minute", "minutes"),
        (hours, 0) => words::counted(hours.into(), "hour", "hours"),
        (hours, rest) => {
            format!(
                "{} {}",
                words::counted(hours.into(), "hour", "hours"),
                words::counted(rest.into(), "minute", "minutes")
            )
        }
    }
}

/// A time of day of the contract in words: `08:30` to `8:30am`.
fn clock(text: &str) -> String {
    let day = time::macros::datetime!(2026-01-05 00:00 UTC);
    chassis::calendar::time_of_day(text).map_or_else(|| text.to_owned(), |at| words::time_of_day(day.replace_time(at)))
}

/// Whether a shift runs at a moment.
fn runs(shift: &Shift, now: OffsetDateTime) -> bool {
    let (day, at) = (london(now).weekday().to_string().to_lowercase(), london(now).time());
    let read = |text: &str| chassis::calendar::time_of_day(text);
    shift.weekday == day && read(&shift.start).zip(read(&shift.end)).is_some_and(|(from, to)| from <= at && at < to)
}

/// Hours that nobody covers, in words.
pub fn gap(gap: &CoverGap) -> String {
    let (Some(from), Some(to)) = (gap.start_time.as_ref().and_then(moment), gap.end_time.as_ref().and_then(moment))
    else {
        return String::new();
    };
    let day = words::sentence(&london(from).weekday().to_string());
    format!("{day} {}, {} to {}", words::date(from), words::time_of_day(from), words::time_of_day(to))
}

impl CoverPage {
    fn new(
        cover: &Cover,
        people: &People,
        crumbs: Vec<Link>,
        at: &dyn Fn(&str) -> String,
        now: OffsetDateTime,
        end: &dyn Fn(&Absence) -> Form,
    ) -> Self {
        let name = |id: &String| people.name(id);
        let line = |shift: &Shift| Line {
            day: words::called(WEEKDAYS, &shift.weekday),
            hours: format!("{} to {}", clock(&shift.start), clock(&shift.end)),
            people: shift.account_ids.iter().map(name).collect(),
        };
        let away = |absence: &Absence| {
            let until = absence.end_time.as_ref().and_then(moment);
            let over = until.is_some_and(|until| until <= now);
            Away {
                who: words::sentence(&people.name(&absence.account_id)),
                from: words::stamp(absence.start_time.as_ref()).unwrap_or_default(),
                to: until.map_or_else(|| "Until they are back".to_owned(), words::date_and_time),
                stand_in: match absence.stand_in_account_id.as_str() {
                    "" => "Nobody".to_owned(),
                    id => words::sentence(&people.name(id)),
                },
                end: (!over).then(|| end(absence)),
            }
        };
        let clocks = cover.clocks.clone().unwrap_or_default();
        let hours = format!("{} to {}", clock(&clocks.day_start), clock(&clocks.day_end));
        let now_there: Vec<String> = cover.present_account_ids.iter().map(name).collect();
        Self {
            head: Head::new("Who reads concerns", crumbs),
            now: match now_there.as_slice() {
                [] => String::new(),
                [first] => words::sentence(first),
                [first, rest @ ..] => format!("{}, then {}", words::sentence(first), rest.join(", then ")),
            },
            gaps: cover.gaps.iter().map(gap).collect(),
            on: cover.nobody_there || cover.shifts.iter().any(|shift| runs(shift, now)),
            shifts: cover.shifts.iter().map(line).collect(),
            rota: Link::new("Change the rota", at("/cover/rota")),
            away: cover.absences.iter().rev().map(away).collect(),
            absence: Link::new("Record that somebody is away", at("/cover/absences/new")),
            clocks: vec![
                Row::new("The child is not safe now", format!("{}, at every hour", minutes(clocks.danger_minutes))),
                Row::new(
                    "It is not sure that the child is safe",
                    format!("{} of school hours", minutes(clocks.urgent_minutes)),
                ),
                Row::new("Any other concern", format!("{} of school hours", minutes(clocks.ordinary_minutes))),
                Row::new("School hours", format!("{hours} on school days")),
            ],
            policy: Link::new("The school’s policy sets these times", at("/policy")),
        }
    }
}

/// The cover of the school.
///
/// # Errors
/// Where it cannot be asked for.
pub async fn fetch(visit: &Visit) -> Result<Cover, Error> {
    let asked = GetCoverRequest { school_id: visit.school.clone() };
    heard(visit.cases()?.get_cover(ask(asked))).await?.cover.ok_or_else(Error::missing)
}

/// Everybody who can be there for concerns.
///
/// # Errors
/// Where colleagues cannot be asked for.
pub async fn readers(visit: &Visit) -> Result<Vec<Colleague>, Error> {
    let all = access::colleagues(visit).await?;
    Ok(all.into_iter().filter(reads).collect())
}

fn reads(colleague: &Colleague) -> bool {
    colleague.roles().any(|role| READERS.contains(&role))
}

/// Everybody whose absence is recorded: those, and the chair of governors, to whom goes what is about the head.
///
/// # Errors
/// Where colleagues cannot be asked for.
async fn can_be_away(visit: &Visit) -> Result<Vec<Colleague>, Error> {
    let all = access::colleagues(visit).await?;
    let away = |colleague: &Colleague| reads(colleague) || colleague.roles().any(|role| role == Role::Chair);
    Ok(all.into_iter().filter(away).collect())
}

/// Shows it.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::CoverKeep)?;
    let cover = fetch(&visit).await?;
    let ids = cover.shifts.iter().flat_map(|shift| &shift.account_ids).chain(&cover.present_account_ids);
    let away = cover.absences.iter().flat_map(|a| [&a.account_id, &a.stand_in_account_id]);
    let people = visit.people(ids.chain(away).map(String::as_str)).await;
    let end = |absence: &Absence| {
        let action = visit.at(&format!("/cover/absences/{}/end", absence.absence_id));
        let begun = absence.start_time.as_ref().and_then(moment).is_some_and(|from| from <= visit.now());
        visit.form(action, if begun { "They are back" } else { "They will not be away" }, Vec::new())
    };
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases"))]);
    visit.page(&CoverPage::new(&cover, &people, crumbs, &|path| visit.at(path), visit.now(), &end))
}
