//! What an event adds to the figures: pure, so that the same log gives the same figures whenever it is read.
//!
//! - `alert`: what everything that was said of one alert adds to them

pub mod alert;

use std::collections::BTreeMap;

use chassis::{
    clock::{london, moment},
    event::{Envelope, Event},
};
use time::{Date, Duration, OffsetDateTime};

/// What an event adds to the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What is counted, such as `case_opened`.
    pub fact: &'static str,
    /// By what it may be told apart, such as procedure and `P5`.
    pub dims: BTreeMap<&'static str, String>,
    /// The day it happened on, in London.
    pub day: Date,
    /// The day it was recorded on, in London.
    pub known: Date,
    /// How many; fewer than none where something is taken back.
    pub count: i64,
}

/// Between the values of a dimension in which one thing counts in several.
pub const AND: char = '+';

/// How far before it was recorded a thing can have happened: clocks of filters are wrong by more than that, or not at all.
const PAST: Duration = Duration::days(400);

/// The moment an event was announced; the first of all where it says none.
pub fn announced(envelope: &Envelope) -> OffsetDateTime {
    envelope.event_time.as_ref().and_then(moment).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// The order of events that replace one another: time, then place among those of the same thing, then id. As text it
/// sorts so on every engine.
pub fn order(envelope: &Envelope) -> String {
    let us = (announced(envelope).unix_timestamp_nanos() / 1_000).max(0);
    format!("{us:020} {:010} {}", envelope.sequence, envelope.event_id)
}

/// The name of an event's kind, such as `CaseOpened`.
pub fn kind(event: &Event) -> String {
    // What the compiler prints of a variant begins with its name.
    let printed = format!("{event:?}");
    printed.split('(').next().unwrap_or_default().to_owned()
}

/// Whether an event tells of an alert about a member of staff: of those nothing is counted.
fn about_staff(event: &Event) -> bool {
    let tier = match event {
        Event::AlertRaised(e) => &e.tier,
        Event::AlertAcknowledged(e) => &e.tier,
        Event::AlertPassedOn(e) => &e.tier,
        Event::AlertWithdrawn(e) => &e.tier,
        _ => return false,
    };
    tier == "staff"
}

/// Whether anything is counted in from an event, or it says how a school stands. How far events are counted is told to everybody:
/// one of which nothing is counted tells nobody that it was there.
pub fn counts(envelope: &Envelope) -> bool {
    let stands = |event: &Event| {
        let kind = matches!(
            event,
            Event::SchoolCreated(_) | Event::PolicyPublished(_) | Event::FeedCounted(_) | Event::FeedCoverageChanged(_)
        );
        kind || !slots(envelope).is_empty()
    };
    envelope.event.as_ref().is_some_and(stands) || !facts(envelope).is_empty()
}

/// Which of the events that are about the same count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The first: a concern that is decided about again, or goes back to whoever had it and is passed on once more, is one concern, and
    /// an incident that is opened to three schools is one incident.
    First,
    /// The last.
    Last,
    /// What all of them come to (`alert`).
    Together,
}

/// What an event is said about, where it does not simply add up with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// What it is called among those of its school.
    pub name: String,
    /// Which of its events count.
    pub which: Which,
}

impl Slot {
    /// What one of its events adds, where that one counts.
    pub fn facts(&self, envelope: &Envelope) -> Vec<Fact> {
        // A concern that an alert became is passed on in two slots, and each counts its own.
        facts(envelope).into_iter().filter(|fact| !alert::OF_ALERTS.contains(&fact.fact)).collect()
    }
}

/// What an event is said about; nothing where it adds up with others.
pub fn slots(envelope: &Envelope) -> Vec<Slot> {
    let about = envelope.aggregate_id.as_str();
    let slot = |which: Which, name: String| vec![Slot { name, which }];
    let incident = |side: &str, id: &str| match id {
        "" => Vec::new(),
        id => slot(Which::First, format!("shared {side} {id}")),
    };
    let alert = |id: &str| slot(Which::Together, format!("alert {id}"));
    let Some(event) = &envelope.event else { return Vec::new() };
    match event {
        Event::CoverageDayCounted(day) => slot(Which::Last, format!("coverage {}", day.date)),
        Event::RegisterCounted(counted) => slot(Which::Last, format!("register {} {}", counted.register, counted.part)),
        Event::PolicyPublished(_) => slot(Which::Last, "policy".to_owned()),
        Event::SchoolInvited(invited) => incident("invited", &invited.shared_incident_id),
        Event::InvitationAccepted(accepted) => incident("joined", &accepted.shared_incident_id),
        // One that names neither concern nor alert counts by itself.
        _ if about.is_empty() => Vec::new(),
        Event::ConcernTriaged(_) => slot(Which::First, format!("triaged {about}")),
        Event::ConcernEscalated(passed) if !facts(envelope).is_empty() => {
            let mut both = slot(Which::First, format!("passed on {about}"));
            if !passed.alert_id.is_empty() {
                both.extend(alert(&passed.alert_id));
            }
            both
        }
        _ if about_staff(event) => Vec::new(),
        Event::AlertRaised(_) | Event::AlertAcknowledged(_) | Event::AlertPassedOn(_) | Event::AlertWithdrawn(_) => {
            alert(about)
        }
        _ => Vec::new(),
    }
}

/// What one event said, as it is taken back or put again by another of its slot: known from that one on. What stands until it is
/// counted anew changes on that day, too, or on its own where that is still to come; what is of a day stays with its day. That a
/// policy came into force stays for good: only how long it is in date gives way to the next one.
pub fn as_of(said: &Envelope, by: &Envelope) -> Vec<Fact> {
    let known = london(announced(by)).date();
    let stands = matches!(said.event, Some(Event::RegisterCounted(_) | Event::PolicyPublished(_)));
    let moved = |fact: Fact| Fact { known, day: if stands { fact.day.max(known) } else { fact.day }, ..fact };
    facts(said).into_iter().filter(|fact| fact.fact != "policy_published").map(moved).collect()
}

/// Dimensions as the text they are kept under.
pub fn canonical(dims: &BTreeMap<&'static str, String>) -> String {
    let pairs: Vec<String> = dims.iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join(";")
}

/// The values of one dimension in such a text; none where it has no such dimension.
pub fn values<'a>(dims: &'a str, dimension: &str) -> Vec<&'a str> {
    let pair = dims.split(';').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == dimension);
    pair.map(|(_, value)| value.split(AND).collect()).unwrap_or_default()
}

/// A day such as `2026-11-24`.
pub fn date(text: &str) -> Option<Date> {
    Date::parse(text, time::macros::format_description!("[year]-[month]-[day]")).ok()
}

/// A code as a value of a dimension: nothing in it parts dimensions or values.
fn code(value: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || "_-.".contains(c) { c } else { '_' };
    let code: String = value.trim().chars().map(kept).collect();
    if code.is_empty() { "unknown".to_owned() } else { code }
}

/// How long something waited, as a band.
fn waited(seconds: i64) -> &'static str {
    /// The last second of each band.
    const BANDS: [(i64, &str); 5] = [
        (3_600, "within_1h"),
        (14_400, "within_4h"),
        (86_400, "within_24h"),
        (259_200, "within_3d"),
        (604_800, "within_7d"),
    ];
    BANDS.iter().find(|(last, _)| seconds <= *last).map_or("over_7d", |(_, band)| band)
}

/// Whether a concern was passed on because nobody had read it: it can also be told again because it became graver or was added to.
pub fn passed_on_unread(reason: &str) -> bool {
    !matches!(reason, "worsened" | "added")
}

/// The facts of one event as they are gathered.
struct Facts {
    day: Date,
    known: Date,
    all: Vec<Fact>,
}

impl Facts {
    fn add(&mut self, fact: &'static str, dims: &[(&'static str, &str)], count: i64) -> &mut Self {
        if count != 0 {
            let dims = dims.iter().map(|(key, value)| (*key, code(value))).collect();
            self.all.push(Fact { fact, dims, day: self.day, known: self.known, count });
        }
        self
    }

    fn one(&mut self, fact: &'static str, dims: &[(&'static str, &str)]) -> &mut Self {
        self.add(fact, dims, 1)
    }

    /// One that counts in several values of a dimension.
    fn several(&mut self, fact: &'static str, dims: &[(&'static str, &str)], in_: (&'static str, &[String])) {
        self.some_in_several(fact, dims, in_, 1);
    }

    /// So many that count in several values of a dimension.
    fn some_in_several(
        &mut self,
        fact: &'static str,
        dims: &[(&'static str, &str)],
        in_: (&'static str, &[String]),
        count: i64,
    ) {
        self.add(fact, dims, count);
        let (dimension, values) = in_;
        let mut codes: Vec<String> = values.iter().map(|value| code(value)).collect();
        codes.sort();
        codes.dedup();
        if let Some(last) = self.all.last_mut().filter(|_| count != 0 && !codes.is_empty()) {
            last.dims.insert(dimension, codes.join(&AND.to_string()));
        }
    }

    /// From now on things of another day.
    fn on(&mut self, day: Date) -> &mut Self {
        self.day = day;
        self
    }

    /// From now on things of the day of a moment, where it lies before what was recorded and not too long.
    fn at(&mut self, at: Option<OffsetDateTime>, recorded: OffsetDateTime) -> &mut Self {
        if let Some(at) = at.filter(|at| *at <= recorded && recorded - *at <= PAST) {
            self.day = london(at).date();
        }
        self
    }
}

/// What an entry of a register counts for, by which dimensions, and whether it counts from its day on until its last one.
type Counts<'a> = (&'static str, Vec<(&'static str, &'a str)>, bool);

/// What an entry of a register counts for; none where it counts for nothing.
fn of_entry<'a>(register: &'a str, kind: &'a str, result: &'a str) -> Option<Counts<'a>> {
    Some(match register {
        "filter-checks" => ("filter_check", vec![("kind", kind), ("result", result)], false),
        "filter-reviews" => ("filter_review", vec![("kind", kind)], false),
        "access-audits" => ("access_audit", Vec::new(), false),
        "filter-changes" => ("request", vec![("asks", register), ("decision", kind), ("change", result)], false),
        "unblock-requests" => ("request", vec![("asks", register), ("decision", kind)], false),
        "meetings" => ("meeting", vec![("meeting", kind)], false),
        "communications" => ("communication", vec![("channel", kind)], false),
        "appointments" => ("role_held", vec![("role", kind)], true),
        "filter-systems" => ("system_in_use", vec![("system", kind)], true),
        "risk-assessments" => ("assessment_in_date", vec![("assessed", kind)], true),
        _ => return None,
    })
}

/// The dimension of what else an entry says.
fn said_by(register: &str) -> &'static str {
    if register == "communications" { "told" } else { "shown" }
}

/// What an event adds to the figures of its school.
pub fn facts(envelope: &Envelope) -> Vec<Fact> {
    let Some(event) = envelope.event.as_ref().filter(|_| !envelope.school_id.is_empty()) else { return Vec::new() };
    let recorded = announced(envelope);
    let known = london(recorded).date();
    let mut facts = Facts { day: known, known, all: Vec::new() };
    of(event, recorded, &mut facts);
    facts.all
}

fn of(event: &Event, recorded: OffsetDateTime, facts: &mut Facts) {
    match event {
        Event::ConcernRecorded(e) => {
            facts.one("concern_recorded", &[("origin", &e.origin)]);
            // Printed nowhere: how many people recorded would follow from it (`disclosure/led.rs`).
            if e.origin == "alert" {
                facts.one("concern_from_alert", &[]);
            }
        }
        Event::ConcernTriaged(e) => {
            facts.one("concern_triaged", &[("outcome", &e.outcome), ("waited", waited(e.waited_s))]);
        }
        // It goes to a deputy first and then to the head: the concern counts once, whatever way it took before (`Which::First`).
        Event::ConcernEscalated(e) if passed_on_unread(&e.reason) && e.level == "deputy" => {
            facts.one("concern_passed_on", &[]);
            // The clock of an alert that became a concern is the concern's: it is passed on with it.
            if !e.alert_id.is_empty() {
                facts.one("alert_passed_on", &[]);
            }
        }
        // It went further, or became graver or was added to after somebody had read it: it is told again, and was not passed on.
        Event::ConcernEscalated(_) => {}
        Event::CaseOpened(e) => {
            facts.one("case_open", &[("procedure", &e.procedure)]);
            facts.several("case_opened", &[("procedure", &e.procedure)], ("risk", &e.risks));
        }
        Event::CaseClosed(e) => {
            facts.add("case_open", &[("procedure", &e.procedure)], -1);
            let dims = [("procedure", e.procedure.as_str()), ("outcome", e.outcome.as_str())];
            facts.several("case_closed", &dims, ("group", &e.groups));
            facts.add("step_skipped", &[("procedure", &e.procedure)], e.deviations.into());
        }
        Event::CaseReopened(e) => {
            facts.one("case_open", &[("procedure", &e.procedure)]);
            facts.one("case_reopened", &[("procedure", &e.procedure)]);
        }
        Event::ReferralMade(e) => {
            let dims =
                [("agency", e.agency.as_str()), ("waited", waited(e.known_s)), ("since_case", waited(e.opened_s))];
            facts.one("referral_made", &dims);
        }
        Event::ReferralDecided(e) => {
            facts.one("referral_decided", &[("agency", &e.agency), ("outcome", &e.outcome)]);
        }
        Event::ReferralEscalated(e) => {
            facts.one("referral_escalated", &[("cause", &e.cause)]);
        }
        Event::MandatoryReportMade(_) => {
            facts.one("mandatory_report", &[]);
        }
        Event::ParentsDecided(e) => {
            // Two facts and not two values of one: beside a total that is told, each would hide the other.
            facts.one(if e.told { "parents_told" } else { "parents_not_told" }, &[]);
        }
        Event::SchoolInvited(_) => {
            facts.one("incident_shared", &[("side", "invited")]);
        }
        Event::InvitationAccepted(_) => {
            facts.one("incident_shared", &[("side", "joined")]);
        }
        // About staff: whoever may not know of it would learn from a figure that there is something.
        _ if about_staff(event) => {}
        Event::AlertRaised(e) => {
            // Not by severity: by the policy that follows from the theme, so that either would tell what the other hides.
            let dims = [("theme", e.theme.as_str())];
            facts.at(e.first_time.as_ref().and_then(moment), recorded).one("alert_raised", &dims);
        }
        Event::AlertAcknowledged(e) => {
            facts.one("alert_acknowledged", &[("waited", waited(e.waited_s))]);
        }
        Event::AlertPassedOn(_) => {
            facts.one("alert_passed_on", &[]);
        }
        // What is sent beside a file of the same child and move is no second file.
        Event::TransferSent(e) if e.more => {}
        Event::TransferReceived(e) if e.more => {}
        Event::TransferSent(_) => {
            facts.one("transfer_sent", &[]);
        }
        Event::TransferReceived(e) => {
            facts.one("transfer_received", &[("late", if e.days_late > 0 { "late" } else { "in_time" })]);
        }
        _ => of_means(event, recorded, facts),
    }
}

/// Whether a part of a register is of learners or parents: who works at the school is in the others.
fn of_families(part: &str) -> bool {
    part == "parents" || part.starts_with("learners")
}

/// What concerns the filter and the policy, and no person.
fn of_means(event: &Event, recorded: OffsetDateTime, facts: &mut Facts) {
    match event {
        Event::FeedCounted(e) => {
            let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            facts.at(e.hour_time.as_ref().and_then(moment), recorded);
            facts.add("line_received", &[], count(e.received)).add("line_noise", &[], count(e.noise));
            facts.add("line_rejected", &[], count(e.rejected));
        }
        Event::CoverageDayCounted(e) => {
            if let Some(day) = date(&e.date).filter(|_| e.state != "learning") {
                facts.on(day).one("coverage_day", &[("state", &e.state)]);
                facts.add("coverage_gap_minute", &[], e.gap_minutes.into());
            }
        }
        Event::ExceptionDecided(e) => {
            facts.one("exception_decided", &[("decision", if e.approved { "approved" } else { "refused" })]);
        }
        Event::RegisterRequestMade(e) if e.register == "unblock-requests" => {
            facts.one("unblock_asked", &[]);
        }
        Event::RegisterRequestDecided(e) if e.register == "unblock-requests" => {
            facts.one("unblock_decided", &[("decision", &e.decision)]);
        }
        Event::RegisterEntryAdded(e) => {
            for (mark, count) in [(&e.now, 1), (&e.before, -1)] {
                let Some(mark) = mark else { continue };
                let Some((fact, dims, lasts)) = of_entry(&e.register, &mark.kind, &mark.result) else { continue };
                let codes = (said_by(&e.register), mark.codes.as_slice());
                facts.day = date(&mark.date).unwrap_or(facts.known);
                facts.some_in_several(fact, &dims, codes, count);
                // The day after its last one it counts no more.
                if let Some(over) = date(&mark.until_date).filter(|_| lasts).and_then(Date::next_day) {
                    facts.day = over;
                    facts.some_in_several(fact, &dims, codes, -count);
                }
            }
        }
        Event::RegisterCounted(e) => {
            let dims = [("register", e.register.as_str()), ("part", e.part.as_str())];
            let [expected, covered] = if of_families(&e.part) {
                ["person_expected", "person_covered"]
            } else {
                facts.add("staff_unlisted", &dims, e.others.into());
                ["staff_expected", "staff_covered"]
            };
            facts.add(expected, &dims, e.expected.into()).add(covered, &dims, e.covered.into());
        }
        Event::LessonAnswered(e) => {
            facts.one("lesson_answered", &[("outcome", &e.outcome)]);
        }
        Event::PolicyPublished(e) => {
            facts.one("policy_published", &[("came", if e.reviewed { "reviewed" } else { "in_force" })]);
            let due = e.review_due_time.as_ref().and_then(moment).map(|due| london(due).date());
            // In date until its review is due; the day after that it is no more.
            if let Some(over) = due.filter(|due| *due >= facts.known).and_then(Date::next_day) {
                facts.one("policy_in_date", &[]).on(over).add("policy_in_date", &[], -1);
            }
        }
        // Counted elsewhere, or by nobody: states, and what happens between a school and its people.
        Event::SchoolCreated(_)
        | Event::SchoolDescribed(_)
        | Event::DeskFiguresPublished(_)
        | Event::ConcernRead(_)
        | Event::AlertWorsened(_)
        | Event::ExceptionRequested(_)
        | Event::RecipientChangeWaits(_)
        | Event::ContactMatched(_)
        | Event::ReferralAsked(_)
        | Event::SharingChanged(_)
        | Event::TransfersDue(_)
        | Event::TransferReturned(_)
        | Event::SenderAlarmed(_)
        | Event::FeedCoverageChanged(_)
        | Event::RegisterRequestMade(_)
        | Event::RegisterRequestDecided(_)
        | Event::ReportSigned(_)
        | Event::QuestionDue(_) => {}
        // It takes back what others counted (`alert`).
        Event::AlertWithdrawn(_) => {}
        // `of` has counted these.
        Event::ConcernRecorded(_)
        | Event::ConcernTriaged(_)
        | Event::ConcernEscalated(_)
        | Event::CaseOpened(_)
        | Event::CaseClosed(_)
        | Event::CaseReopened(_)
        | Event::ReferralMade(_)
        | Event::ReferralDecided(_)
        | Event::ReferralEscalated(_)
        | Event::MandatoryReportMade(_)
        | Event::ParentsDecided(_)
        | Event::SchoolInvited(_)
        | Event::InvitationAccepted(_)
        | Event::AlertRaised(_)
        | Event::AlertAcknowledged(_)
        | Event::AlertPassedOn(_)
        | Event::TransferSent(_)
        | Event::TransferReceived(_) => {}
    }
}
