//! How pages say dates, times and codes. Every date a person reads is written here.

mod fact;
pub mod filtering;
mod never;
pub mod reporter;

use chassis::clock::{london, moment};
pub use fact::{FACTS, fact_values};
pub use filtering::PROFILES;
pub use never::never;
use time::{Date, Duration, Month, OffsetDateTime, Time, UtcOffset};

/// A date: `22 November 2026`.
pub fn date(at: OffsetDateTime) -> String {
    let at = london(at);
    format!("{} {} {}", at.day(), at.month(), at.year())
}

/// A date with its day of the week: `Friday 27 November 2026`.
pub fn date_with_day(at: OffsetDateTime) -> String {
    format!("{} {}", london(at).weekday(), date(at))
}

/// A time of day: `9:32am`.
pub fn time_of_day(at: OffsetDateTime) -> String {
    let at = london(at);
    let (hour, half) = (at.hour(), if at.hour() < 12 { "am" } else { "pm" });
    let hour = if hour.is_multiple_of(12) { 12 } else { hour % 12 };
    format!("{hour}:{:02}{half}", at.minute())
}

/// A moment: `22 November 2026, 9:32am`.
pub fn date_and_time(at: OffsetDateTime) -> String {
    format!("{}, {}", date(at), time_of_day(at))
}

/// A moment as near to now as it is: `9:32am`, `yesterday at 9:32am`, `22 November 2026, 9:32am`.
pub fn near(at: OffsetDateTime, now: OffsetDateTime) -> String {
    let (day, today) = (london(at).date(), london(now).date());
    if day == today {
        time_of_day(at)
    } else if Some(day) == today.previous_day() {
        format!("yesterday at {}", time_of_day(at))
    } else {
        date_and_time(at)
    }
}

/// How old something is: `12 minutes`, `3 hours`, `5 days`.
pub fn age(since: OffsetDateTime, now: OffsetDateTime) -> String {
    let age = (now - since).max(Duration::ZERO);
    let (n, unit) = match age.whole_seconds() {
        ..3600 => (age.whole_minutes(), "minute"),
        3600..86_400 => (age.whole_hours(), "hour"),
        _ => (age.whole_days(), "day"),
    };
    counted(n.unsigned_abs(), unit, &format!("{unit}s"))
}

/// How a due date stands: `overdue`, `due_today` or `due`, as the service has it.
pub fn due_word(due: OffsetDateTime, now: OffsetDateTime) -> &'static str {
    match london(due).date().cmp(&london(now).date()) {
        std::cmp::Ordering::Less => "overdue",
        _ if due + Duration::hours(1) < now => "overdue",
        std::cmp::Ordering::Equal => "due_today",
        std::cmp::Ordering::Greater => "due",
    }
}

/// A number with its noun: `1 case`, `12,000 lines`.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// A number with commas.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A moment of the contract, in words; nothing where there is none.
pub fn stamp(at: Option<&prost_types::Timestamp>) -> Option<String> {
    at.and_then(moment).map(date_and_time)
}

/// A date of the contract, in words; nothing where there is none.
pub fn day(at: Option<&prost_types::Timestamp>) -> Option<String> {
    at.and_then(moment).map(date)
}

/// A day as the contract writes it, in words: `2027-03-27` to `27 March 2027`; as it stands where it is no day.
pub fn named_day(text: &str) -> String {
    let mut parts = text.splitn(3, '-').map(str::parse::<i32>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) = (parts.next(), parts.next(), parts.next()) else {
        return text.to_owned();
    };
    match u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok()) {
        Some(month) => format!("{day} {month} {year}"),
        None => text.to_owned(),
    }
}

/// A phrase as a sentence: capital letter, full stop only where it had one.
pub fn sentence(phrase: &str) -> String {
    let mut letters = phrase.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A code as words where no better name is known: `self_harm_suicide` to `self harm suicide`.
pub fn spaced(code: &str) -> String {
    code.replace(['_', '-'], " ")
}

/// The moment a date and a time typed by a person stand for, in Europe/London; the start of the day where they gave
/// no time.
pub fn typed(day: &str, month: &str, year: &str, clock: &str) -> Option<OffsetDateTime> {
    let year: i32 = year.trim().parse().ok().filter(|y| (1900..2200).contains(y))?;
    let date = Date::from_calendar_date(year, typed_month(month.trim())?, day.trim().parse().ok()?).ok()?;
    let local = date.with_time(typed_time(clock.trim())?);
    let summer = UtcOffset::from_hms(1, 0, 0).ok()?;
    let fits = |offset| Some(local.assume_offset(offset)).filter(|at| london(*at).time() == local.time());
    // A time that the clocks skip in spring is read as winter time.
    Some(fits(summer).or_else(|| fits(UtcOffset::UTC)).unwrap_or_else(|| local.assume_utc()).to_offset(UtcOffset::UTC))
}

/// A moment as a person types it into the boxes for day, month, year and time of day.
pub fn to_type(at: OffsetDateTime) -> Vec<String> {
    let at = london(at);
    let clock = format!("{}:{:02}", at.hour(), at.minute());
    vec![at.day().to_string(), u8::from(at.month()).to_string(), at.year().to_string(), clock]
}

/// A day as a person types it: `27/3/2027`, `27.3.2027`, `27 March 2027`, `27 mar 2027`, or `2027-03-27`.
pub fn typed_day(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split(['/', '.', '-', ' ']).filter(|part| !part.is_empty()).collect();
    let at = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => typed(day, month, year, "12:00"),
        [day, month, year] if year.len() == 4 => typed(day, month, year, "12:00"),
        _ => None,
    };
    at.map(|at| at.date())
}

/// A day of the contract as a person types it; what is no day as it is.
pub fn day_to_type(iso: &str) -> String {
    match iso.split('-').map(str::parse).collect::<Result<Vec<u16>, _>>().as_deref() {
        Ok([year, month, day]) => format!("{day}/{month}/{year}"),
        _ => iso.to_owned(),
    }
}

/// A text whose days are written as a person types them.
pub fn days_to_type(text: &str) -> String {
    let typed = |word: &str| {
        let bare = word.trim_end_matches([',', '.', ':', ';', ' ']);
        let day = Some(bare).filter(|bare| bare.len() == 10).and_then(typed_day);
        day.map_or_else(|| word.to_owned(), |_| day_to_type(bare) + word.get(bare.len()..).unwrap_or_default())
    };
    text.split_inclusive(' ').map(typed).collect()
}

fn typed_month(text: &str) -> Option<Month> {
    if let Ok(number) = text.parse::<u8>() {
        return Month::try_from(number).ok();
    }
    let text = text.to_lowercase();
    let mut months = (1..=12).filter_map(|n| Month::try_from(n).ok());
    months.find(|month| text.len() >= 3 && month.to_string().to_lowercase().starts_with(&text))
}

fn typed_time(text: &str) -> Option<Time> {
    if text.is_empty() {
        return Some(Time::MIDNIGHT);
    }
    let text = text.to_lowercase().replace(' ', "");
    let (clock, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(clock), _) => (clock, Some(0)),
        (_, Some(clock)) => (clock, Some(12)),
        (None, None) => (text.as_str(), None),
    };
    let (hour, minute) = clock.split_once([':', '.']).unwrap_or((clock, "0"));
    let (hour, minute): (u8, u8) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + half,
        None => hour,
    };
    Time::from_hms(hour, minute, 0).ok()
}

/// A table of codes and what pages call them.
pub type Codes = &'static [(&'static str, &'static str)];

/// What a code is called; the code with spaces where it is not in the table.
pub fn called(codes: Codes, code: &str) -> String {
    codes.iter().find(|(c, _)| *c == code).map_or_else(|| sentence(&spaced(code)), |(_, name)| (*name).to_owned())
}

/// Whether a child is safe.
pub const SAFE: Codes = &[("yes", "Yes"), ("no", "No"), ("not_sure", "Not sure")];

/// What became of a concern.
pub const CONCERN: Codes = &[("new", "New"), ("no_further_action", "No further action"), ("in_case", "In a case")];
/// The four Cs.
pub const RISKS: Codes =
    &[("content", "Content"), ("contact", "Contact"), ("conduct", "Conduct"), ("commerce", "Commerce")];
/// The parts people have in a case.
pub const PARTS: Codes = &[
    ("victim", "Victim"),
    ("alleged_perpetrator", "Alleged perpetrator"),
    ("witness", "Witness"),
    ("affected", "Affected in another way"),
    ("subject_adult", "Adult the concern is about"),
    ("reporter", "Reporter"),
];
/// What may make a child more vulnerable.
pub const VULNERABILITIES: Codes = &[
    ("in_care", "In care"),
    ("send", "Special educational needs or disability"),
    ("mental_health", "Mental health"),
    ("eal", "English as an additional language"),
    ("trauma_or_loss", "Trauma or loss"),
];
/// What is to be borne in mind of a learner.
pub const FLAGS: Codes = &[
    ("send", "Special educational needs or disability"),
    ("looked_after", "Looked after by the local authority"),
    ("previously_looked_after", "Looked after before"),
    ("child_protection_plan", "On a child protection plan"),
    ("child_in_need", "Child in need"),
    ("early_help", "Early help"),
    ("young_carer", "Young carer"),
    ("eal", "English as an additional language"),
    ("mental_health", "Mental health"),
];
/// Year groups, youngest first.
pub const YEAR_GROUPS: Codes = &[
    ("Nursery", "Nursery"),
    ("Reception", "Reception"),
    ("1", "Year 1"),
    ("2", "Year 2"),
    ("3", "Year 3"),
    ("4", "Year 4"),
    ("5", "Year 5"),
    ("6", "Year 6"),
    ("7", "Year 7"),
    ("8", "Year 8"),
    ("9", "Year 9"),
    ("10", "Year 10"),
    ("11", "Year 11"),
    ("12", "Year 12"),
    ("13", "Year 13"),
];
/// Whom a talk is held with.
pub const CONSULTED: Codes = &[
    ("police_101", "Police on 101"),
    ("emergency", "Emergency services on 999"),
    ("front_door_urgent", "Children’s services front door, urgent"),
    ("front_door_advice", "Children’s services front door, advice"),
    ("front_door_city", "Children’s services front door, city"),
];
/// To whom one refers where the agency register cannot be read: also by a form, which is no talk.
pub const REFERRED: Codes = &[
    ("police_101", "Police on 101"),
    ("emergency", "Emergency services on 999"),
    ("front_door_urgent", "Children’s services front door, urgent"),
    ("front_door_advice", "Children’s services front door, advice"),
    ("front_door_form", "Children’s services front door, written request"),
    ("front_door_city", "Children’s services front door, city"),
];
/// What an agency answers.
pub const ANSWERS: Codes = &[
    ("accepted", "Accepted"),
    ("advice_given", "Advice given"),
    ("no_further_action", "No further action"),
    ("declined", "Declined"),
];
/// How a case ends.
pub const OUTCOMES: Codes = &[
    ("resolved", "Resolved by the school"),
    ("agency_leads", "An agency leads from here"),
    ("unfounded", "Unfounded"),
    ("moved_on", "The child moved on"),
];
/// Where a step stands.
pub const STEPS: Codes = &[
    ("to_do", "To do"),
    ("cannot_start_yet", "Cannot start yet"),
    ("waits_for_fact", "Waits for a fact"),
    ("done", "Completed"),
    ("deviated", "Skipped"),
    ("not_needed", "Not needed"),
];
/// How near a due date is.
pub const DUE: Codes = &[("overdue", "Overdue"), ("due_today", "Due today"), ("due", "Due")];
/// How grave an alert is.
pub const SEVERITIES: Codes = &[("low", "Low"), ("medium", "Medium"), ("high", "High"), ("critical", "Critical")];
/// What an alert is about.
pub const THEMES: Codes = chassis::theme::THEMES;
/// Why a line was not taken.
pub const REJECTED: Codes = &[
    ("not_web", "Not about the web"),
    ("malformed", "Cannot be read"),
    ("too_long", "Too long"),
    ("joined", "Several records in one line"),
    ("not_text", "Not text"),
    ("empty", "Empty"),
    ("no_time", "No time"),
    ("no_target", "No address or host"),
    ("truncated", "Cut off"),
    ("school_left", "Its school left the sender"),
    ("school_closed", "Its school is closed"),
    ("quarantine_full", "No more of the sender may wait"),
];
/// The kinds of school.
pub const KINDS: Codes = &[
    ("nursery", "Nursery"),
    ("primary", "Primary"),
    ("secondary", "Secondary"),
    ("all_through", "All-through"),
    ("special", "Special"),
    ("pru", "Pupil referral unit"),
];
/// The key stages.
pub const KEY_STAGES: Codes = &[
    ("EYFS", "Early years"),
    ("KS1", "Key stage 1"),
    ("KS2", "Key stage 2"),
    ("KS3", "Key stage 3"),
    ("KS4", "Key stage 4"),
    ("KS5", "Key stage 5"),
];
/// How an instance differs from the template, clause by clause.
pub const TAILORING: Codes = &[
    ("adopted", "As in the template"),
    ("adapted", "Changed by the school"),
    ("added", "Added by the school"),
    ("omitted", "Left out by the school"),
];
/// Where a roll-out stands.
pub const ROLLOUTS: Codes =
    &[("scheduled", "Starts later"), ("running", "Under way"), ("done", "Done"), ("undone", "Undone")];
/// What a roll-out came to at a school.
pub const ROLLOUT_SCHOOLS: Codes = &[
    ("waiting", "Waits for its draft"),
    ("merged", "Has its draft"),
    ("skipped", "Passed over"),
    ("undone", "Draft taken back"),
    ("published", "Published"),
];
/// Where a policy version stands, by its code.
pub const INSTANCE_STATES: Codes = &[
    ("draft", "Draft"),
    ("consultation", "In consultation"),
    ("approved", "Approved by the head"),
    ("ratified", "Ratified by the governors"),
];
/// What a proposal is about.
pub const PROPOSALS: Codes =
    &[("clause", "Clause"), ("step", "Step of a procedure"), ("section", "Section"), ("parameter", "Parameter")];
/// What the template did.
pub const CHANGES: Codes = &[
    ("changed", "Reworded"),
    ("removed", "Taken out"),
    ("added", "New"),
    ("became_statutory", "Statutory from now on"),
];
/// What a school answered to a proposal.
pub const PROPOSAL_ANSWERS: Codes = &[("adopt", "Adopted"), ("adapt", "Adapted"), ("defer", "Deferred")];
/// Where a parameter’s value came from.
pub const ORIGINS: Codes = &[
    ("document", "Read from the document"),
    ("school", "Set by the school"),
    ("default", "The template’s default"),
    ("area", "The area’s register"),
];
/// Why a paragraph was set aside.
pub const IGNORED: Codes = &[
    ("contents_list", "Contents list"),
    ("front_matter", "Front page"),
    ("heading", "Heading"),
    ("signature_block", "Signature block"),
    ("blank_bullet", "Empty list item"),
    ("links", "List of links"),
    ("page_margin", "Printed on every page"),
];
/// Roles as somebody is appointed to them.
pub const APPOINTED: Codes = &[
    ("staff", "Staff"),
    ("dsl", "Lead"),
    ("deputy_dsl", "Deputy lead"),
    ("head", "Head"),
    ("governor", "Governor"),
    ("chair", "Chair of governors"),
    ("it", "IT"),
];
/// Roles as a procedure names them.
pub const ROLES: Codes = &[
    ("anyone", "anyone"),
    ("dsl", "lead"),
    ("deputy_dsl", "deputy lead"),
    ("leader", "school leaders"),
    ("head", "head"),
    ("chair", "chair of governors"),
    ("pastoral", "pastoral staff"),
    ("technical_staff", "technical staff"),
];
/// The kinds of incident a case may be worked as.
pub const PROCEDURES: Codes = &[
    ("P0", "General welfare concern"),
    ("P1", "Online sexual violence or harassment between children"),
    ("P2", "Sharing of nude or semi-nude images"),
    ("P3", "Online sexual abuse or exploitation of a child"),
    ("P4", "Indecent images of children"),
    ("P5", "Cyberbullying"),
    ("P6", "Online hate"),
    ("P7", "Radicalisation or extremism"),
    ("P8", "Filtering breach"),
    ("P9", "Allegation against an adult"),
    ("P10", "Low-level concern about an adult"),
    ("P11", "Lost or exposed personal data"),
    ("P12", "Concern about what somebody put on a platform"),
];
#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn five_past_noon_is_pm_and_the_minute_before_midnight_too() {
        assert_eq!(time_of_day(datetime!(2026-11-22 12:05 UTC)), "12:05pm");
        assert_eq!(time_of_day(datetime!(2026-11-22 00:05 UTC)), "12:05am");
        assert_eq!(time_of_day(datetime!(2026-07-22 22:59 UTC)), "11:59pm");
        assert_eq!(date_and_time(datetime!(2026-11-22 09:32 UTC)), "22 November 2026, 9:32am");
        assert_eq!((named_day("2027-03-07"), named_day("soon")), ("7 March 2027".to_owned(), "soon".to_owned()));
        assert_eq!(near(datetime!(2026-11-22 09:32 UTC), datetime!(2026-11-23 09:32 UTC)), "yesterday at 9:32am");
    }

    #[test]
    fn a_typed_date_is_london_time_and_takes_names_of_months() {
        assert_eq!(typed("22", "nov", "2026", "9.30am"), Some(datetime!(2026-11-22 09:30 UTC)));
        assert_eq!(typed("22", "7", "2026", "14:05"), Some(datetime!(2026-07-22 13:05 UTC)));
        assert_eq!(typed("22", "July", "2026", ""), Some(datetime!(2026-07-21 23:00 UTC)));
        assert_eq!(typed("29", "3", "2026", "1:30"), Some(datetime!(2026-03-29 01:30 UTC)));
        for wrong in
            [("31", "2", "2026", ""), ("1", "ju", "2026", ""), ("1", "1", "26", ""), ("1", "1", "2026", "13pm")]
        {
            assert_eq!(typed(wrong.0, wrong.1, wrong.2, wrong.3), None, "{wrong:?}");
        }
    }

    #[test]
    fn numbers_have_commas_and_nouns_agree() {
        assert_eq!(counted(1, "line", "lines"), "1 line");
        assert_eq!(counted(1_234_567, "line", "lines"), "1,234,567 lines");
        assert_eq!(age(datetime!(2026-11-22 09:00 UTC), datetime!(2026-11-24 08:00 UTC)), "1 day");
    }
}
