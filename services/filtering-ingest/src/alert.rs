//! An alert: a notice raised from an episode. Whom it is for, who opened it, to whom it was passed on because nobody did,
//! and how it was answered.

mod moved;
mod whose;
pub(crate) mod worse;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::{
    judge::{Clause, Words, is_locked},
    rules::LATE,
    wait::Times,
};
pub use whose::{Here, Readers, readers};

chassis::id!(/** An alert. */ pub struct AlertId = "alt");

/// How an alert can be answered: it was right; right, and there was a good reason; explained beforehand, such as a lesson,
/// so that an exception may be wanted; wrong.
pub const VERDICTS: [&str; 4] = ["true", "understandable", "explained", "false"];

/// An alert as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// The school.
    pub school_id: String,
    /// The feed it came from.
    pub feed_id: String,
    /// Its theme.
    pub theme: String,
    /// Its severity.
    pub severity: String,
    /// Who is told by the rule: `dsl`, `it`, `head`.
    pub route: String,
    /// The rule that raised it.
    pub rule_id: String,
    /// `list`, `search`, `category`.
    pub basis: String,
    /// Why, in words.
    pub because: String,
    /// The user as the filter wrote it.
    pub user: String,
    /// How sure that is.
    pub identity_confidence: String,
    /// The device.
    pub device: String,
    /// The address the user was at.
    pub client_ip: String,
    /// The host; withheld for illegal material.
    pub host: String,
    /// What was searched for; withheld for illegal material.
    pub search_terms: String,
    /// Whether address and words are withheld.
    pub withheld: bool,
    /// What the filter did, of the gravest of its events.
    pub outcome: String,
    /// The filter's own categories.
    pub vendor_categories: Vec<String>,
    /// When it happened.
    pub event_at: OffsetDateTime,
    /// Observations folded into it, itself included.
    pub count: u64,
    /// When it was raised.
    pub raised_at: OffsetDateTime,
    /// The policy version it was judged by.
    pub policy_version: u32,
    /// How it was answered.
    pub answer: Option<Answer>,
    /// How it was answered before somebody corrected that, or it went on; oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Answer>,
    /// The filter's group.
    #[serde(default)]
    pub group: String,
    /// For whom the filter filtered.
    #[serde(default)]
    pub tier: String,
    /// Our categories, gravest first.
    #[serde(default)]
    pub categories: Vec<String>,
    /// The other themes that were met.
    #[serde(default)]
    pub also: Vec<String>,
    /// The words list, where words were found.
    #[serde(default)]
    pub words: Option<Words>,
    /// What it puts into effect of the policy's text.
    #[serde(default)]
    pub clauses: Vec<Clause>,
    /// A keyed hash of the address, where that is withheld: equal ones are the same.
    #[serde(default)]
    pub digest: String,
    /// Names person or device without telling who, for what stands beside it.
    #[serde(default)]
    pub actor: String,
    /// How long after it happened its line came, in seconds; 0 where it came in time.
    #[serde(default)]
    pub late_s: i64,
    /// Events before it that raised nothing yet, since its rule waits for several.
    #[serde(default)]
    pub before: u64,
    /// What is wrong with the time at which it happened: `ahead`, `replaced`, `received`; empty where nothing is.
    #[serde(default)]
    pub clock: String,
    /// Whether it happened outside the school's hours.
    #[serde(default)]
    pub out_of_hours: bool,
    /// Whose it is to open.
    #[serde(default)]
    pub readers: Readers,
    /// The account it is about, where it is about somebody whom alerts go to.
    #[serde(default)]
    pub subject: String,
    /// By when it is to be opened; none where it is from before there were clocks.
    #[serde(default)]
    pub due_at: Option<OffsetDateTime>,
    /// Who opened it first.
    #[serde(default)]
    pub acknowledged: Option<Acknowledged>,
    /// Every time it was passed on because nobody had opened it.
    #[serde(default)]
    pub passed_on: Vec<PassedOn>,
    /// The routing keys of its line, where its sender is one of several schools.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routed_by: Vec<String>,
    /// Since when it waits anew, where it went on after somebody had opened or answered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_at: Option<OffsetDateTime>,
    /// When it became worse last; none where it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worse_at: Option<OffsetDateTime>,
    /// What else was searched for in what was folded into it, as far as it is kept with it; withheld for illegal material.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<String>,
    /// When it was withdrawn, since it is another school's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<OffsetDateTime>,
}

/// How an alert was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// One of `VERDICTS`.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
    /// When the alert went on, so that it is to be answered anew; none where the answer stands, or was corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worse_at: Option<OffsetDateTime>,
}

/// Who opened an alert first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// The account.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// An alert was passed on because nobody had opened it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOn {
    /// To whom: `deputy`, `lead`, `head`, `chair`, `authority`.
    pub to: String,
    /// When.
    pub at: OffsetDateTime,
}

impl Alert {
    /// `new` or its verdict.
    pub fn verdict(&self) -> &str {
        self.answer.as_ref().map_or("new", |answer| answer.verdict.as_str())
    }

    /// Answers it; an answer that was there before is kept beside it.
    pub fn answered(&mut self, answer: Answer) {
        self.earlier.extend(self.answer.replace(answer));
    }

    /// Whether it is about a member of staff.
    pub fn of_staff(&self) -> bool {
        self.tier == "staff"
    }

    /// Whether it becomes a concern, whose own clock and rota see to it that somebody reads it.
    pub fn becomes_concern(&self) -> bool {
        self.route != "it" && !self.of_staff()
    }

    /// Whether no exception touches it.
    pub fn locked(&self) -> bool {
        is_locked(&self.theme, &self.basis)
    }

    /// Starts its clock, and says how late it is.
    #[must_use]
    pub fn waiting(mut self, times: &Times) -> Self {
        let behind = self.raised_at - self.event_at;
        self.late_s = if behind > LATE { behind.whole_seconds() } else { 0 };
        // What was told of cannot happen later: a clock that is ahead makes no evening of a morning.
        self.out_of_hours = times.outside(self.event_at.min(self.raised_at));
        self.due_at = Some(times.due(&self.severity, self.raised_at));
        self
    }

    /// Whether somebody may know of it.
    pub fn may_read(&self, reader: Readers, account: &str) -> bool {
        self.withdrawn_at.is_none() && self.readers.lets(reader) && (account.is_empty() || self.subject != account)
    }

    /// Whether somebody may know of it for no other reason than that they run the network.
    pub fn is_of_network(&self, reader: Readers) -> bool {
        !Readers(self.readers.0 & !Readers::IT.0).lets(reader)
    }

    /// Whether it is somebody's to open and to answer, and not only to see: of a pupil's alert the head has oversight until
    /// it is passed on to them.
    pub fn is_theirs(&self, reader: Readers) -> bool {
        let heads = self.of_staff() || self.route == "head" || self.passed_on.iter().any(|passed| passed.to == "head");
        let others = match (self.of_staff() && self.route == "it", heads) {
            // Of the network's about staff lead and head have oversight, too, until it is passed on to one of them.
            (true, _) if self.passed_on.is_empty() => Readers::LEAD.and(Readers::HEAD).0,
            (true, _) => 0,
            (false, true) => 0,
            (false, false) => Readers::HEAD.0,
        };
        Readers(self.readers.0 & !others).lets(reader)
    }

    /// Whether somebody may judge it. One about a member of staff may be about whoever runs the network, as long as nobody said which
    /// user names are theirs: it is theirs to see to, and another person's to judge.
    pub fn may_answer(&self, reader: Readers) -> bool {
        match self.of_staff() && self.route == "it" {
            true => !self.is_of_network(reader),
            false => self.is_theirs(reader),
        }
    }

    /// For how many seconds it has waited to be opened, by a moment.
    pub fn waited_s(&self, at: OffsetDateTime) -> i64 {
        (at - self.again_at.unwrap_or(self.raised_at)).whole_seconds().max(0)
    }

    /// Notes who opened it first; later ones change nothing. Answers whether this was the first.
    pub fn acknowledge(&mut self, by: &str, at: OffsetDateTime) -> bool {
        let first = self.acknowledged.is_none();
        if first {
            self.acknowledged = Some(Acknowledged { by: by.to_owned(), at });
        }
        first
    }

    /// When it is passed on next by its own clock, unless somebody opens it before: never where it became a concern, which
    /// has one.
    pub fn next_pass(&self) -> Option<OffsetDateTime> {
        let waits = self.acknowledged.is_none() && self.answer.is_none() && self.withdrawn_at.is_none();
        let waits = waits && !self.becomes_concern();
        if waits && self.higher().is_some() { self.due_at } else { None }
    }

    /// To whom it would be passed on.
    fn higher(&self) -> Option<(&'static str, Readers)> {
        let readers = self.readers;
        let first = self.passed_on.is_empty();
        // Where nobody else is left, the chair has it beside whoever runs the network, and is told of it once those do not open it.
        if readers.meets(Readers::CHAIR) && !(first && self.route == "it") {
            // Nobody above the chair may open it: the authority is told that it waits, once, and of nobody whom it is about.
            let told = self.passed_on.iter().any(|passed| passed.to == "authority");
            return (!told).then_some(("authority", Readers(0)));
        }
        if self.route == "it" && self.of_staff() && self.subject.is_empty() {
            // Who reads it anyway, and never the deputies.
            return Some(match first {
                true if readers.meets(Readers::LEAD) => ("lead", Readers::LEAD),
                true if readers.meets(Readers::HEAD) => ("head", Readers::HEAD),
                _ => ("chair", Readers::CHAIR),
            });
        }
        if self.route == "it" {
            return match (self.subject.is_empty(), readers.meets(Readers::LEADS)) {
                (true, true) => None,
                (true, false) => Some(("lead", Readers::LEADS)),
                // It is about the lead or the head: whoever else would be told of it is told by their office, and so they.
                (false, _) => Some(("chair", Readers::CHAIR)),
            };
        }
        let lead_first = first && readers.meets(Readers::LEAD) && readers.meets(Readers::HEAD);
        Some(if lead_first { ("head", Readers::HEAD) } else { ("chair", Readers::CHAIR) })
    }

    /// Passes it on where it has waited too long: from IT to the lead, or past lead and head to the chair; about staff from the lead to the head and from the
    /// head to the chair, and from the chair to the authority, which opens nothing. Answers to whom, where it was.
    pub fn pass_on(&mut self, now: OffsetDateTime, times: &Times) -> Option<&'static str> {
        if self.next_pass().is_none_or(|due| now < due) {
            return None;
        }
        let (to, readers) = self.higher()?;
        self.readers = self.readers.and(readers);
        self.due_at = Some(times.due(&self.severity, now));
        self.passed_on.push(PassedOn { to: to.to_owned(), at: now });
        Some(to)
    }

    /// The time on either side of it, and of what was folded into it, whose browsing stands beside it.
    pub fn beside(&self, around: Duration) -> (OffsetDateTime, OffsetDateTime) {
        (self.event_at - around, self.event_at + around)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

    /// An alert of a route and tier.
    pub(crate) fn alert(route: &str, tier: &str, readers: Readers) -> Alert {
        let text = str::to_owned;
        let alert = Alert {
            id: chassis::id::Ids::new(Arc::new(chassis::clock::SystemClock)).next(),
            school_id: text("sch"),
            feed_id: text("fee"),
            theme: text("drugs"),
            severity: text("high"),
            route: text(route),
            rule_id: text("filter.drugs_search"),
            basis: text("search"),
            because: String::new(),
            user: text("u1"),
            identity_confidence: text("likely"),
            device: String::new(),
            client_ip: String::new(),
            host: String::new(),
            search_terms: String::new(),
            withheld: false,
            outcome: text("allowed"),
            vendor_categories: Vec::new(),
            event_at: NOW,
            count: 1,
            raised_at: NOW,
            policy_version: 1,
            answer: None,
            earlier: Vec::new(),
            group: String::new(),
            tier: text(tier),
            categories: Vec::new(),
            also: Vec::new(),
            words: None,
            clauses: Vec::new(),
            digest: String::new(),
            actor: String::new(),
            late_s: 0,
            clock: String::new(),
            before: 0,
            out_of_hours: false,
            readers,
            subject: String::new(),
            due_at: None,
            acknowledged: None,
            passed_on: Vec::new(),
            routed_by: Vec::new(),
            again_at: None,
            worse_at: None,
            further: Vec::new(),
            withdrawn_at: None,
        };
        alert.waiting(&Times::default())
    }

    #[test]
    fn rule_10_one_about_staff_never_reaches_whom_it_is_about() {
        let known = Here { lead_known: true, head_known: true, ..Here::default() };
        let of = |here| readers("dsl", "staff", here);
        assert_eq!(of(known), Readers::LEAD.and(Readers::HEAD));
        assert_eq!(of(Here { about_lead: true, ..known }), Readers::HEAD);
        assert_eq!(of(Here { about_head: true, ..known }), Readers::CHAIR);
        // Whoever has not said which user names are theirs might be whom it is about.
        assert_eq!(of(Here { lead_known: false, ..known }), Readers::HEAD);
        assert_eq!(of(Here { head_known: false, ..known }), Readers::LEAD);
        assert_eq!(of(Here::default()), Readers::CHAIR);
        assert_eq!(of(Here { about_lead: true, head_known: false, ..known }), Readers::CHAIR);
        for tier in ["pupil", "KS3", "unknown", "guest"] {
            assert_eq!(readers("dsl", tier, Here::default()), Readers::default(), "{tier}");
        }
        // What is the network's of staff another person reads, and whoever it is about does not get.
        let both = Readers::IT.and(Readers::LEAD).and(Readers::HEAD);
        assert_eq!((readers("it", "staff", known), readers("it", "pupil", known)), (both, Readers::IT));
        let about_head = readers("it", "staff", Here { about_head: true, ..known });
        assert_eq!(about_head, Readers::IT.and(Readers::CHAIR), "not the head");
        let about_it = readers("it", "staff", Here { about_it: true, ..known });
        assert_eq!(about_it, Readers::LEAD.and(Readers::HEAD));
        let network = alert("it", "staff", both);
        assert!(network.may_read(Readers::HEAD, "acc") && !network.is_theirs(Readers::HEAD), "oversight");
        assert!(network.is_theirs(Readers::IT) && !network.may_read(Readers::LEADS, "acc"));
        // Whoever runs the network may be whom it is about: they open it, and another person judges it.
        assert!(!network.may_answer(Readers::IT) && !network.may_answer(Readers::LEADS));
        assert!(network.may_answer(Readers::HEAD) && network.may_answer(Readers::LEAD.and(Readers::IT)));
        assert!(alert("it", "pupil", Readers::IT).may_answer(Readers::IT));
        let mut about = alert("dsl", "staff", Readers::LEAD.and(Readers::HEAD));
        about.subject = "acc_a".into();
        assert!(!about.may_read(Readers::LEAD, "acc_a") && about.may_read(Readers::LEAD, "acc_b"));
        assert!(!about.may_read(Readers::LEADS, "acc_b"), "a deputy is no reader of one about staff");
    }

    #[test]
    fn what_nobody_opens_is_passed_on_and_opening_it_stops_that() {
        let times = Times::default();
        let mut staff = alert("dsl", "staff", Readers::LEAD.and(Readers::HEAD));
        let due = datetime!(2026-11-24 10:00 UTC);
        assert_eq!((staff.next_pass(), staff.pass_on(due - Duration::SECOND, &times)), (Some(due), None));
        assert_eq!(staff.pass_on(due, &times), Some("head"));
        assert!(staff.is_theirs(Readers::HEAD));
        assert_eq!(staff.pass_on(due + Duration::HOUR, &times), Some("chair"));
        assert!(staff.may_read(Readers::CHAIR, "acc"));
        // The last whose it is does not open it either: its clock runs out before somebody, and once.
        let last = staff.next_pass().unwrap_or(NOW);
        assert_eq!((last > due + Duration::HOUR, staff.pass_on(last, &times)), (true, Some("authority")));
        assert_eq!((staff.next_pass(), staff.may_read(Readers(0), "acc")), (None, false));
        let both = Readers::IT.and(Readers::LEAD).and(Readers::HEAD);
        let mut network = alert("it", "pupil", Readers::IT);
        assert_eq!(network.pass_on(due, &times), Some("lead"));
        assert_eq!((network.next_pass(), network.is_theirs(Readers::LEADS)), (None, true));
        assert!(network.is_of_network(Readers::IT), "the lead's as well by now, and IT reads it as IT");
        assert!(!network.is_of_network(Readers::LEADS) && !network.is_of_network(Readers::IT.and(Readers::LEADS)));
        let mut leads_own = Alert { subject: "acc_lead".into(), ..alert("it", "staff", Readers::IT) };
        assert_eq!(leads_own.pass_on(due, &times), Some("chair"), "a notice to the lead would tell them of themselves");
        let mut of_staff = alert("it", "staff", both);
        assert_eq!(of_staff.pass_on(due, &times), Some("lead"));
        assert!(of_staff.is_theirs(Readers::LEAD) && !of_staff.may_read(Readers::LEADS, "acc"), "and no deputy's");
        let mut nobody_else = alert("it", "staff", Readers::IT.and(Readers::CHAIR));
        assert_eq!(nobody_else.pass_on(due, &times), Some("chair"));
        let mut opened = alert("it", "pupil", Readers::IT);
        assert!(opened.acknowledge("acc", NOW) && !opened.acknowledge("other", NOW));
        assert_eq!(opened.pass_on(due, &times), None);
    }

    #[test]
    fn a_pupils_alert_is_the_leads_and_its_concern_has_the_clock() {
        let pupil = alert("dsl", "KS3", Readers::default());
        assert!(pupil.becomes_concern() && pupil.next_pass().is_none() && pupil.due_at.is_some());
        assert!(pupil.is_theirs(Readers::LEADS) && !pupil.is_theirs(Readers::HEAD), "the head has oversight");
        assert!(pupil.may_read(Readers::HEAD, "acc") && !pupil.may_read(Readers::IT.and(Readers::CHAIR), "acc"));
    }

    #[test]
    fn rule_12_a_late_line_says_so_and_one_outside_school_hours_too() {
        let made = |event_at, raised_at| Alert { event_at, raised_at, ..alert("dsl", "pupil", Readers::default()) };
        let late = made(NOW, NOW + Duration::hours(3)).waiting(&Times::default());
        assert_eq!((late.late_s, late.out_of_hours), (3 * 3600, false));
        let timely = made(NOW, NOW + LATE).waiting(&Times::default());
        assert_eq!(timely.late_s, 0);
        let night = datetime!(2026-11-24 22:00 UTC);
        assert!(made(night, night).waiting(&Times::default()).out_of_hours);
        assert!(!made(night, NOW).waiting(&Times::default()).out_of_hours, "a clock that is ahead makes no evening");
    }

    #[test]
    fn a_set_of_readers_is_every_set_one_is_in() {
        assert!(Readers::IT.sets().iter().all(|set| set & 16 != 0) && Readers::IT.sets().len() == 16);
        let of_head = Readers::HEAD.sets_about_staff();
        assert!(of_head.contains(&Readers::HEAD.0) && of_head.contains(&Readers::LEAD.and(Readers::HEAD).0));
        assert!(!of_head.contains(&Readers::default().0), "a pupil's is none of them");
        assert!(Readers::IT.sets_about_staff().is_empty());
        assert!(of_head.contains(&Readers::IT.and(Readers::HEAD).0), "the network's about staff is another's to judge");
        assert!(Readers::CHAIR.sets_about_staff().contains(&Readers::IT.and(Readers::CHAIR).0));
    }

    #[test]
    fn whoever_took_an_office_over_reads_nothing_about_staff_until_their_user_names_are_said() {
        let (lead, head) = (Readers::LEADS.and(Readers::LEAD), Readers::HEAD);
        let pupils = Readers::default();
        for of_staff in [Readers::LEAD, Readers::HEAD, Readers::LEAD.and(Readers::HEAD)] {
            assert!(!of_staff.lets(lead.known(false, false)) && !of_staff.lets(head.known(false, false)));
            assert!(of_staff.lets(lead.known(true, false)) || of_staff.lets(head.known(false, true)));
        }
        assert!(pupils.lets(lead.known(false, false)) && pupils.lets(head.known(false, false)));
        assert_eq!((lead.known(true, true), head.known(true, true)), (lead, head));
        for reader in [lead.known(false, false), head.known(false, false)] {
            assert!(reader.sets().iter().all(|set| set & Readers::LEADS.0 != 0), "they find what the leads find");
        }
    }
}
