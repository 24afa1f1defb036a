//! How a concern waits to be read: by when, whose turn it is, and to whom it is passed on where nobody reads it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Concern, Origin};
use crate::{
    case::access::Office,
    cover::{
        Cover,
        clocks::{Clocks, Urgency},
    },
};

/// How a concern waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wait {
    /// How pressing it is.
    pub urgency: Urgency,
    /// By when it is to be read.
    pub due_at: OffsetDateTime,
    /// Whose turn it was by the rota when its clock began to run.
    pub asked: Option<String>,
    /// Every time it was passed on.
    pub escalations: Vec<Escalation>,
    /// When it is passed on next; never where none.
    pub next_at: Option<OffsetDateTime>,
}

/// A concern was passed on because nobody had read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// To whom.
    pub level: Level,
    /// Why.
    pub reason: Reason,
    /// The accounts whose turn it is; everybody of the level where none.
    pub to: Vec<String>,
    /// When.
    pub at: OffsetDateTime,
}

/// To whom a concern is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A deputy.
    Deputy,
    /// The head.
    Head,
    /// The chair of governors, of a concern about an adult that the head did not read.
    Chair,
    /// The authority: its designated officer, of one about an adult that the chair did not read either or that nobody is there for; its
    /// safeguarding officer, of a child who may not be safe, where the head did not. They learn at which school it waits, and nothing
    /// of what it says.
    Authority,
}

impl Level {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Deputy => "deputy",
            Self::Head => "head",
            Self::Chair => "chair",
            Self::Authority => "authority",
        }
    }
}

/// Why a concern is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nobody read it in time.
    Unread,
    /// Whoever the rota names is away, and nobody stands in.
    NobodyThere,
    /// Whoever had it said that they are in conflict.
    Conflict,
}

impl Reason {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::NobodyThere => "nobody_there",
            Self::Conflict => "conflict",
        }
    }
}

impl Concern {
    /// How pressing it is, by what its reporter or the alert said.
    pub fn urgency(&self) -> Urgency {
        let said = match &self.origin {
            Origin::Staff { .. } | Origin::Public(_) => self.report.safe_now.as_str(),
            Origin::Alert { severity, .. } => severity.as_str(),
        };
        match said {
            "no" | "critical" => Urgency::Danger,
            "not_sure" | "high" => Urgency::Urgent,
            _ => Urgency::Ordinary,
        }
    }

    /// Starts its clock. Where the rota leads to nobody it is passed on at once.
    #[must_use]
    pub fn waiting(self, clocks: &Clocks, cover: &Cover) -> Self {
        let from = self.recorded_at;
        self.waiting_from(from, clocks, cover)
    }

    /// The same, where it is known who the lead and deputies are: while all of them are away and nobody stands in, one about a
    /// child is the head's at once, however pressing it is.
    #[must_use]
    pub fn waiting_for(self, leads: &[String], clocks: &Clocks, cover: &Cover) -> Self {
        let from = self.recorded_at;
        let away = cover.nobody_since(leads, from).is_some();
        self.clocked(from, clocks, (cover, away))
    }

    /// Starts its clock at a moment. The rota is that of the lead and deputies: one about an adult is none of theirs, and
    /// goes by whether the head is away. Where the rota leads to nobody it is passed on at once, at any hour; where a child
    /// is not safe, to the head as well.
    pub(crate) fn waiting_from(self, from: OffsetDateTime, clocks: &Clocks, cover: &Cover) -> Self {
        self.clocked(from, clocks, (cover, false))
    }

    fn clocked(mut self, from: OffsetDateTime, clocks: &Clocks, (cover, away): (&Cover, bool)) -> Self {
        let urgency = self.urgency();
        let due_at = clocks.out(urgency, from);
        if let Some(office) = self.office {
            // While the head is away it is the chair’s from its first moment, and while the chair is away the authority hears
            // then that it waits: nobody who stands in may read it.
            let heads = office == Office::Head;
            let chairs = !heads || cover.head_away(from);
            let beyond = chairs && cover.chair_away(from);
            let level = if beyond { Some(Level::Authority) } else { (heads && chairs).then_some(Level::Chair) };
            let at_once = |level| Escalation { level, reason: Reason::NobodyThere, to: Vec::new(), at: from };
            let escalations = level.map(at_once).into_iter().collect();
            let next_at = (!beyond).then_some(due_at);
            self.wait = Some(Wait { urgency, due_at, asked: None, escalations, next_at });
            return self;
        }
        let present = cover.present(clocks.begins(urgency, from));
        let nobody = away || cover.nobody_there(clocks.begins(urgency, from));
        let heads = nobody && (away || urgency == Urgency::Danger) && !self.not_the_heads();
        let levels = [(Level::Deputy, nobody), (Level::Head, heads)].into_iter().filter(|(_, told)| *told);
        let at_once = |(level, _)| Escalation { level, reason: Reason::NobodyThere, to: Vec::new(), at: from };
        self.wait = Some(Wait {
            urgency,
            due_at,
            asked: present.account_ids.into_iter().next(),
            escalations: levels.map(at_once).collect(),
            next_at: match urgency {
                Urgency::Danger if heads && cover.head_away(from) => Some(from),
                Urgency::Urgent | Urgency::Ordinary if heads => None,
                Urgency::Danger | Urgency::Urgent | Urgency::Ordinary => Some(due_at),
            },
        });
        self
    }

    /// Notes that its alert became graver: where it still waits, it is to be read sooner. Answers whether it did.
    pub fn worsen(&mut self, graver: &str, now: OffsetDateTime, clocks: &Clocks) -> bool {
        match &mut self.origin {
            Origin::Alert { severity, .. } if severity.as_str() != graver => graver.clone_into(severity),
            Origin::Alert { .. } | Origin::Staff { .. } | Origin::Public(_) => return false,
        }
        let (urgency, waits) = (self.urgency(), self.next_escalation().is_some());
        // What was less pressing ended with the head; danger does not.
        let unread = self.read.is_none() && self.outcome.is_none() && self.office.is_none();
        let goes_on = unread && urgency == Urgency::Danger && self.level() == Some(Level::Head);
        if let Some(wait) = self.wait.as_mut().filter(|_| waits || goes_on) {
            let due = clocks.out(urgency, now);
            wait.urgency = urgency;
            wait.due_at = wait.due_at.min(due);
            wait.next_at = Some(wait.next_at.map_or(due, |next| next.min(due)));
        }
        true
    }

    /// Waits for the authority from a moment on: those of the school who had it are in conflict.
    pub(super) fn waits_beyond(&mut self, at: OffsetDateTime) {
        if let Some(wait) = &mut self.wait {
            wait.escalations.retain(|told| told.level != Level::Authority);
            wait.escalations.push(Escalation { level: Level::Authority, reason: Reason::Conflict, to: Vec::new(), at });
            wait.next_at = None;
        }
    }

    /// When it is passed on next, unless somebody reads it before.
    pub fn next_escalation(&self) -> Option<OffsetDateTime> {
        let waits = self.read.is_none() && self.outcome.is_none();
        // One from before there were clocks is due at once.
        if waits { self.wait.as_ref().map_or(Some(self.recorded_at), |wait| wait.next_at) } else { None }
    }

    /// How far it was passed on.
    pub fn level(&self) -> Option<Level> {
        self.wait.as_ref().and_then(|wait| wait.escalations.last()).map(|escalation| escalation.level)
    }

    /// Whether nobody is there at a moment who has it: it is about an adult, and whoever takes it on is away.
    fn with_nobody(&self, at: OffsetDateTime, cover: &Cover) -> bool {
        match (self.office, self.level()) {
            (Some(_), Some(Level::Authority)) | (None, _) => false,
            (Some(Office::Head), level) if level < Some(Level::Chair) => cover.head_away(at),
            (Some(_), _) => cover.chair_away(at),
        }
    }

    /// Passes it on where it has waited too long, or whoever takes on what is about an adult is away: to a deputy, then to the
    /// head; about an adult, from the head to the chair, and from there to the authority. What is never the head's goes from a
    /// deputy to the chair. Where a child may not be safe, it goes from the head to the authority as well, at once while the head
    /// is away. Answers how, where it was.
    pub fn escalate(&mut self, now: OffsetDateTime, clocks: &Clocks, cover: &Cover) -> Option<&Escalation> {
        let due = self.next_escalation()?;
        let absent = self.with_nobody(now, cover);
        if now < due && !absent {
            return None;
        }
        if self.wait.is_none() {
            *self = self.clone().waiting(clocks, cover);
        }
        let level = match (self.office, self.level()) {
            (Some(Office::Head), None) if !cover.chair_away(now) => Level::Chair,
            (Some(_), _) => Level::Authority,
            (None, None) => Level::Deputy,
            // It is never the head's: what neither the lead nor a deputy reads is the chair's again.
            (None, Some(_)) if self.not_the_heads() => Level::Chair,
            (None, Some(Level::Head)) => Level::Authority,
            (None, Some(_)) => Level::Head,
        };
        if level == Level::Chair && self.office.is_none() {
            self.office = Some(Office::Chair);
        }
        let wait = self.wait.as_mut()?;
        let to = match level {
            Level::Deputy => {
                let present = cover.present(now);
                // Where the rota is silent, it goes to whoever stands in for somebody away before it goes to everybody.
                let there = if present.rota { present.account_ids } else { cover.standing_in(now) };
                there.into_iter().filter(|account| Some(account) != wait.asked.as_ref()).collect()
            }
            Level::Head | Level::Chair | Level::Authority => Vec::new(),
        };
        // Whoever it is passed on to has as long as whoever had it first.
        wait.next_at = match level {
            Level::Deputy | Level::Chair => Some(clocks.out(wait.urgency, now)),
            Level::Head if wait.urgency == Urgency::Danger && cover.head_away(now) => Some(now),
            Level::Head if wait.urgency == Urgency::Danger => Some(clocks.out(wait.urgency, now)),
            Level::Head | Level::Authority => None,
        };
        let reason = if absent { Reason::NobodyThere } else { Reason::Unread };
        wait.escalations.push(Escalation { level, reason, to, at: now });
        wait.escalations.last()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chassis::{clock::SystemClock, id::Ids};
    use time::{
        Weekday,
        macros::{datetime, time},
    };

    use super::*;
    use crate::{
        concern::{Outcome, Report},
        cover::{Absence, Shift},
    };

    const THURSDAY: OffsetDateTime = datetime!(2026-11-26 14:30 UTC);

    fn concern(safe_now: &str, cover: &Cover) -> Concern {
        let concern = Concern {
            id: Ids::new(Arc::new(SystemClock)).next(),
            school_id: "sch".into(),
            origin: Origin::Staff { account_id: "acc".into() },
            report: Report { safe_now: safe_now.into(), ..Report::default() },
            recorded_at: THURSDAY,
            read: None,
            outcome: None,
            earlier: Vec::new(),
            learners: Vec::new(),
            user_of: None,
            additions: Vec::new(),
            wait: None,
            office: None,
            passed_on: Vec::new(),
            about_head: false,
            kept_out: Vec::new(),
            duties: Vec::new(),
            names: std::collections::BTreeMap::new(),
            retention: crate::retention::Retention::default(),
        };
        concern.waiting(&Clocks::default(), cover)
    }

    fn rota(accounts: &[&str]) -> Cover {
        let account_ids = accounts.iter().map(|id| (*id).to_owned()).collect();
        let shift = |weekday| Shift { weekday, from: time!(8:00), to: time!(16:00), account_ids };
        let mut cover = Cover::default();
        assert_eq!(cover.set_day(Weekday::Thursday, vec![shift(Weekday::Thursday)]), Ok(()));
        cover
    }

    #[test]
    fn an_unread_concern_goes_to_a_deputy_and_then_to_the_head() {
        let (clocks, cover) = (Clocks::default(), rota(&["lead", "deputy"]));
        // Four hours of school: one of them on Thursday, the rest on Friday.
        let mut concern = concern("yes", &cover);
        let due = datetime!(2026-11-27 11:30 UTC);
        assert_eq!(concern.wait.as_ref().map(|w| (w.due_at, w.asked.as_deref())), Some((due, Some("lead"))));
        assert_eq!(concern.escalate(due - time::Duration::SECOND, &clocks, &cover), None);
        let passed = concern.escalate(due, &clocks, &cover).cloned();
        assert_eq!(passed.map(|e| (e.level, e.to)), Some((Level::Deputy, Vec::new())), "no rota on a Friday");
        assert_eq!(concern.escalate(due, &clocks, &cover), None, "the deputy has as long as the lead had");
        let head = datetime!(2026-11-30 08:30 UTC);
        assert_eq!(concern.next_escalation(), Some(datetime!(2026-11-27 15:30 UTC)));
        assert_eq!(concern.escalate(head, &clocks, &cover).map(|e| e.level), Some(Level::Head));
        assert_eq!(concern.next_escalation(), None);
    }

    #[test]
    fn where_the_rota_is_silent_whoever_stands_in_is_asked() {
        let mut cover = Cover::default();
        cover.absences.push(Absence {
            id: Ids::new(Arc::new(SystemClock)).next(),
            account_id: "deputy".into(),
            from: THURSDAY,
            to: None,
            stand_in: Some("head".into()),
            only_head: false,
            only_chair: false,
            by: "lead".into(),
            at: THURSDAY,
        });
        let mut concern = concern("no", &cover);
        let due = concern.next_escalation().unwrap_or(THURSDAY);
        let passed = concern.escalate(due, &Clocks::default(), &cover).cloned();
        assert_eq!(passed.map(|e| (e.level, e.to)), Some((Level::Deputy, vec!["head".to_owned()])));
    }

    #[test]
    fn danger_waits_for_no_school_day_and_reading_stops_the_clock() {
        let (clocks, cover) = (Clocks::default(), rota(&["lead", "deputy"]));
        let mut concern = concern("no", &cover);
        let due = THURSDAY + time::Duration::minutes(10);
        let passed = concern.escalate(due, &clocks, &cover).cloned();
        assert_eq!(passed.map(|e| e.to), Some(vec!["deputy".to_owned()]));
        concern.read("deputy", due);
        assert_eq!(
            (concern.next_escalation(), concern.escalate(due + time::Duration::WEEK, &clocks, &cover)),
            (None, None)
        );
        let mut decided = self::concern("no", &cover);
        let (reason, by) = (String::new(), String::new());
        assert_eq!(decided.triage(Outcome::NoFurtherAction { reason, by, at: due }), Ok(()));
        assert_eq!(decided.next_escalation(), None);
    }

    #[test]
    fn an_alert_that_becomes_graver_is_to_be_read_sooner() {
        let (clocks, cover) = (Clocks::default(), Cover::default());
        let origin = |severity: &str| Origin::Alert {
            alert_id: "alt".into(),
            theme: "drugs".into(),
            severity: severity.into(),
            late_s: 0,
        };
        let mut medium =
            Concern { origin: origin("medium"), wait: None, ..concern("yes", &cover) }.waiting(&clocks, &cover);
        let due = |concern: &Concern| concern.next_escalation().unwrap_or(THURSDAY);
        assert_eq!(due(&medium), datetime!(2026-11-27 11:30 UTC));
        assert!(medium.worsen("critical", THURSDAY, &clocks) && !medium.worsen("critical", THURSDAY, &clocks));
        assert_eq!((due(&medium), medium.urgency()), (THURSDAY + time::Duration::minutes(10), Urgency::Danger));
        medium.read("lead", THURSDAY);
        assert_eq!(medium.next_escalation(), None);
        assert!(!concern("yes", &cover).worsen("critical", THURSDAY, &clocks), "it is no alert");
    }

    #[test]
    fn where_everybody_on_the_rota_is_away_it_is_passed_on_at_once() {
        let mut cover = rota(&["lead"]);
        cover.absences.push(Absence {
            id: Ids::new(Arc::new(SystemClock)).next(),
            account_id: "lead".into(),
            from: THURSDAY,
            to: None,
            stand_in: None,
            only_head: false,
            only_chair: false,
            by: "lead".into(),
            at: THURSDAY,
        });
        let mut concern = concern("not_sure", &cover);
        assert_eq!(concern.level(), Some(Level::Deputy));
        let due = concern.next_escalation().unwrap_or(THURSDAY);
        assert_eq!(due, datetime!(2026-11-26 15:30 UTC));
        assert_eq!(concern.escalate(due, &Clocks::default(), &cover).map(|e| e.level), Some(Level::Head));
        // The gravest waits for no hour of the rota: on a Friday evening it is with deputies and head from the first moment.
        let friday = datetime!(2026-11-27 20:55 UTC);
        for (safe_now, told) in [("no", vec![Level::Deputy, Level::Head]), ("yes", vec![Level::Deputy])] {
            let late = Concern { recorded_at: friday, wait: None, ..self::concern(safe_now, &cover) };
            let late = late.waiting(&Clocks::default(), &cover);
            let levels = late.wait.iter().flat_map(|wait| wait.escalations.iter().map(|e| e.level));
            assert_eq!(levels.collect::<Vec<_>>(), told, "{safe_now}");
            let mut late = late;
            let next = late.escalate(friday + time::Duration::minutes(10), &Clocks::default(), &cover);
            assert_eq!(next.map(|e| e.level), (safe_now == "no").then_some(Level::Authority));
        }
    }

    #[test]
    fn danger_that_the_head_does_not_read_ends_with_the_authority_and_at_once_while_the_head_is_away() {
        let clocks = Clocks::default();
        let ten = time::Duration::minutes(10);
        let mut cover = Cover::default();
        let passed = |concern: &mut Concern, cover: &Cover| {
            let due = concern.next_escalation()?;
            concern.escalate(due, &clocks, cover).map(|e| (e.level, e.at - THURSDAY))
        };
        let mut alone = concern("no", &cover);
        let way = std::iter::from_fn(|| passed(&mut alone, &cover)).collect::<Vec<_>>();
        assert_eq!(way, [(Level::Deputy, ten), (Level::Head, ten * 2), (Level::Authority, ten * 3)]);
        cover.absences.push(Absence {
            id: Ids::new(Arc::new(SystemClock)).next(),
            account_id: "head".into(),
            from: THURSDAY,
            to: None,
            stand_in: None,
            only_head: true,
            only_chair: false,
            by: "lead".into(),
            at: THURSDAY,
        });
        let mut away = concern("no", &cover);
        let way = std::iter::from_fn(|| passed(&mut away, &cover)).collect::<Vec<_>>();
        assert_eq!(way, [(Level::Deputy, ten), (Level::Head, ten * 2), (Level::Authority, ten * 2)]);
        let mut pressing = concern("not_sure", &cover);
        let way = std::iter::from_fn(|| passed(&mut pressing, &cover)).map(|(level, _)| level).collect::<Vec<_>>();
        assert_eq!(way, [Level::Deputy, Level::Head], "what is less pressing ends with the head");
    }
}
