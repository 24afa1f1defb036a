//! Concerns about an adult who works with children at the school: the head takes them on, the chair of governors where
//! they are about the head, and nobody else knows of them (Keeping children safe in education, part four).

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Concern, wait::Level};
use crate::{
    case::{
        Case,
        access::{Need, Office, Reader},
    },
    cover::{Cover, clocks::Clocks},
};

/// What to do where it was not said whether a concern is about an adult.
pub const ABOUT_ADULT: &str = "Select no, staff for an adult who works here, or head";

/// Whom a concern is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum For {
    /// The lead and deputies: it is about a child.
    Lead,
    /// The head: it is about an adult.
    Head,
    /// The chair of governors: it is about the head, or the head is in conflict.
    Chair,
    /// The authority's designated officer: whoever has it is in conflict too. They hear that it waits at the school, and nothing
    /// of what it says.
    Authority,
}

impl For {
    /// Every one, with its code.
    pub const ALL: [(&'static str, Self); 4] =
        [("lead", Self::Lead), ("head", Self::Head), ("chair", Self::Chair), ("authority", Self::Authority)];

    /// The one of a code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == code).map(|(_, to)| to)
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, to)| *to == self).map_or("", |(code, _)| code)
    }

    /// Whom a concern is for by what its reporter answered to whether it is about an adult: `no`, `staff`, `head`.
    pub fn about(answer: &str) -> Option<Self> {
        match answer {
            "" | "no" => Some(Self::Lead),
            "staff" => Some(Self::Head),
            "head" => Some(Self::Chair),
            _ => None,
        }
    }

    fn office(self) -> Option<Office> {
        match self {
            Self::Lead => None,
            Self::Head => Some(Office::Head),
            // Whoever is chair instead of those in conflict takes it on.
            Self::Chair | Self::Authority => Some(Office::Chair),
        }
    }
}

/// A concern was passed on to whom it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOn {
    /// To whom.
    pub to: For,
    /// Why.
    pub reason: String,
    /// Who passed it on.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// Why a concern is not passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPassedOn {
    /// It was decided on.
    Triaged,
    /// It is theirs already.
    TheirsAlready,
    /// It was said to be about them, or that they are in conflict.
    Subject,
    /// It is about no adult: the authority takes none of those.
    NotOnAnAdult,
}

/// Why a concern becomes no part of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotInto {
    /// It is about an adult, and the case is on none.
    NotOnAnAdult,
    /// It was said to be about the head, or that the head is in conflict, and the case is the head's.
    Heads,
}

impl Concern {
    /// Whom it is for.
    pub fn whose(&self) -> For {
        match self.office {
            None => For::Lead,
            Some(Office::Head) => For::Head,
            Some(Office::Chair) => For::Chair,
        }
    }

    /// A concern for whom it is for, before its clock starts.
    #[must_use]
    pub fn to(self, to: For) -> Self {
        Self { office: to.office(), about_head: to == For::Chair, ..self }
    }

    /// Whether somebody may read it or decide on it, while it is part of no case.
    pub fn may(&self, reader: Reader<'_>, need: Need) -> bool {
        if self.kept_out.iter().any(|account| account == reader.account_id) {
            return false;
        }
        // Whoever is asked to be the second person reads it until they have answered.
        if need != Need::Work && self.retention.is_put_to(reader.account_id) {
            return true;
        }
        // The head may stand in for a deputy, too.
        let passed = self.wait.as_ref().and_then(|wait| wait.escalations.last());
        let named = passed.is_some_and(|passed| passed.to.iter().any(|account| account == reader.account_id));
        // What the head did not read in time is theirs still, though the authority was told that it waits.
        let passed_to_head = matches!(self.level(), Some(Level::Head | Level::Authority));
        let head = reader.head && (named || passed_to_head);
        match (self.office, need) {
            // Also where the head is the lead or a deputy, too.
            (None, _) if self.not_the_heads() => reader.lead && !reader.head,
            (None, Need::Read) => reader.lead || reader.head,
            // The head decides where it was passed on to them because nobody else read it.
            (None, _) => reader.lead || head,
            (Some(Office::Head), _) => reader.head || (reader.chair && self.level() >= Some(Level::Chair)),
            (Some(Office::Chair), _) => reader.chair,
        }
    }

    /// Whether it was ever the chair's: it was reported as about the head, or the head was said to be in conflict. It never
    /// becomes the head's (gate G-SUBJECT), whatever somebody says of it later.
    pub fn not_the_heads(&self) -> bool {
        self.about_head
            || self.office == Some(Office::Chair)
            || self.passed_on.iter().any(|passed| passed.to.office() == Some(Office::Chair))
    }

    /// Keeps out of a case that it becomes part of whoever said that they are in conflict, and what is not the head's from the
    /// head. Answers whether there was anybody.
    pub fn keeps_out(&self, case: &mut Case) -> bool {
        case.access.not_the_heads |= self.not_the_heads();
        for account in &self.kept_out {
            if case.access.kept_out().all(|out| out != account) {
                case.access.conflicted.push(account.clone());
            }
            case.access.members.retain(|member| member != account);
        }
        !self.kept_out.is_empty()
    }

    /// Becomes part of a case: one about an adult of no other case than one on an adult, since others are read by more
    /// people; and what becomes part of such a case is held as that is.
    ///
    /// # Errors
    /// Where it is about an adult, and the case is not, or the case is the head's, and it never is.
    pub fn goes_into(&mut self, case: &Case) -> Result<(), NotInto> {
        match (self.office, case.adult()) {
            (Some(_), false) => Err(NotInto::NotOnAnAdult),
            (_, true) if case.access.office == Office::Head && self.not_the_heads() => Err(NotInto::Heads),
            (_, true) => {
                self.office = Some(case.access.office);
                Ok(())
            }
            (None, false) => Ok(()),
        }
    }

    /// Passes it on, and its clock starts anew: for them nobody has read it yet.
    ///
    /// # Errors
    /// Where it was decided on, or is theirs already.
    pub fn pass_on(&mut self, passed: PassedOn, clocks: &Clocks, cover: &Cover) -> Result<(), NotPassedOn> {
        if self.whose() == passed.to {
            return Err(NotPassedOn::TheirsAlready);
        }
        if passed.to == For::Head && self.not_the_heads() {
            return Err(NotPassedOn::Subject);
        }
        let beyond = passed.to == For::Authority;
        if beyond && self.office.is_none() {
            return Err(NotPassedOn::NotOnAnAdult);
        }
        self.about_head |= self.office == Some(Office::Chair) && self.passed_on.is_empty();
        let at = passed.at;
        // Where nothing further was to be done, the reason says why somebody else is to decide.
        self.decides_again(&passed.reason, &passed.by, at).map_err(|_| NotPassedOn::Triaged)?;
        self.office = passed.to.office();
        if beyond && !self.kept_out.contains(&passed.by) {
            self.kept_out.push(passed.by.clone());
        }
        self.passed_on.push(passed);
        self.read = None;
        *self = self.clone().waiting_from(at, clocks, cover);
        if beyond {
            self.waits_beyond(at);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chassis::{clock::SystemClock, id::Ids};
    use time::macros::datetime;

    use super::*;
    use crate::{
        concern::{Origin, Report},
        cover::Absence,
        procedure::{Pinned, Procedure},
    };

    const NOW: OffsetDateTime = datetime!(2026-11-26 09:30 UTC);

    fn concern(to: For) -> Concern {
        let origin = Origin::Staff { account_id: "acc".into() };
        let new = Concern::new(Ids::new(Arc::new(SystemClock)).next(), "sch", origin, Report::default(), NOW);
        new.to(to).waiting(&Clocks::default(), &Cover::default())
    }

    const LEAD: Reader<'_> = Reader { account_id: "acc_1", name: "", lead: true, dsl: true, head: false, chair: false };
    const HEAD: Reader<'_> =
        Reader { account_id: "acc_2", name: "", lead: false, dsl: false, head: true, chair: false };
    const CHAIR: Reader<'_> =
        Reader { account_id: "acc_3", name: "", lead: false, dsl: false, head: false, chair: true };

    #[test]
    fn each_concern_is_seen_by_those_it_is_for() {
        let sees = |concern: &Concern, need| [LEAD, HEAD, CHAIR].map(|reader| concern.may(reader, need));
        for (to, read, work) in [
            (For::Lead, [true, true, false], [true, false, false]),
            (For::Head, [false, true, false], [false, true, false]),
            (For::Chair, [false, false, true], [false, false, true]),
        ] {
            let concern = concern(to);
            assert_eq!((sees(&concern, Need::Read), sees(&concern, Need::Work)), (read, work), "{to:?}");
        }
    }

    #[test]
    fn unread_by_the_head_it_goes_to_the_chair_and_then_the_authority_hears_that_it_waits() {
        let (clocks, cover) = (Clocks::default(), Cover::default());
        let mut at_head = concern(For::Head);
        let due = at_head.next_escalation().unwrap_or(NOW);
        assert_eq!(at_head.escalate(due, &clocks, &cover).map(|e| e.level), Some(Level::Chair));
        let later = at_head.next_escalation().unwrap_or(NOW);
        assert!(later > due, "the chair has as long as the head had");
        assert_eq!(at_head.escalate(later, &clocks, &cover).map(|e| e.level), Some(Level::Authority));
        assert_eq!((at_head.next_escalation(), at_head.may(CHAIR, Need::Work)), (None, true));
        let mut at_chair = concern(For::Chair);
        assert_eq!(at_chair.escalate(due, &clocks, &cover).map(|e| e.level), Some(Level::Authority));
        assert_eq!((at_chair.next_escalation(), at_chair.may(HEAD, Need::Read)), (None, false));
    }

    #[test]
    fn while_the_head_is_away_it_is_the_chair_s_from_its_first_moment() {
        let away = |from, only_head| Absence {
            id: Ids::new(Arc::new(SystemClock)).next(),
            account_id: "acc_2".into(),
            from,
            to: None,
            stand_in: Some("acc_1".into()),
            only_head,
            only_chair: false,
            by: "acc_2".into(),
            at: from,
        };
        let clocks = Clocks::default();
        let later = NOW + time::Duration::days(1);
        for (absence, at_once) in [(away(NOW, true), true), (away(NOW, false), false), (away(later, true), false)] {
            let cover = Cover { absences: vec![absence], ..Cover::default() };
            let mut about_staff = concern(For::Head).waiting(&clocks, &cover);
            let chairs = about_staff.may(CHAIR, Need::Work);
            assert_eq!(
                (chairs, about_staff.may(HEAD, Need::Work), about_staff.may(LEAD, Need::Read)),
                (at_once, true, false)
            );
            let due = about_staff.next_escalation().unwrap_or(NOW);
            let next = if at_once { Level::Authority } else { Level::Chair };
            assert_eq!(about_staff.escalate(due, &clocks, &cover).map(|e| e.level), Some(next));
        }
    }

    #[test]
    fn while_head_and_chair_are_away_the_authority_hears_at_once_that_it_waits() {
        let away = |account_id: &str, (only_head, only_chair)| Absence {
            id: Ids::new(Arc::new(SystemClock)).next(),
            account_id: account_id.into(),
            from: NOW,
            to: None,
            stand_in: None,
            only_head,
            only_chair,
            by: "acc_1".into(),
            at: NOW,
        };
        let (head, chair) = (away("acc_2", (true, false)), away("acc_3", (false, true)));
        let cover = |absences: &[&Absence]| Cover {
            absences: absences.iter().map(|absence| (*absence).clone()).collect(),
            ..Cover::default()
        };
        let clocks = Clocks::default();
        for (to, absences, level) in [
            (For::Head, cover(&[&head, &chair]), Some(Level::Authority)),
            (For::Head, cover(&[&head]), Some(Level::Chair)),
            (For::Head, cover(&[&chair]), None),
            (For::Chair, cover(&[&chair]), Some(Level::Authority)),
            (For::Chair, cover(&[&head]), None),
        ] {
            let new = concern(to).waiting(&clocks, &absences);
            assert_eq!((new.level(), new.next_escalation().is_none()), (level, level == Some(Level::Authority)));
            // What came before they were away is passed on as soon as they are.
            let mut waits = concern(to);
            assert_eq!(waits.escalate(NOW, &clocks, &absences).map(|passed| passed.level), level, "{to:?}");
            assert_eq!(waits.escalate(NOW, &clocks, &absences), None, "and once");
        }
        let beyond = concern(For::Head).waiting(&clocks, &cover(&[&head, &chair]));
        assert!(beyond.may(CHAIR, Need::Work) && beyond.may(HEAD, Need::Work), "who is back first reads it");
    }

    #[test]
    fn passed_on_it_is_unread_again_and_no_longer_whose_it_was() {
        let (clocks, cover) = (Clocks::default(), Cover::default());
        let passed = |to| PassedOn { to, reason: "About a colleague".into(), by: "acc_1".into(), at: NOW };
        let mut concern = concern(For::Lead);
        concern.read("acc_1", NOW);
        assert_eq!(concern.pass_on(passed(For::Lead), &clocks, &cover), Err(NotPassedOn::TheirsAlready));
        assert_eq!(concern.pass_on(passed(For::Head), &clocks, &cover), Ok(()));
        assert_eq!((concern.read.is_some(), concern.may(LEAD, Need::Read), concern.whose()), (false, false, For::Head));
        assert_eq!(concern.pass_on(passed(For::Chair), &clocks, &cover), Ok(()));
        assert_eq!((concern.may(HEAD, Need::Read), concern.passed_on.len()), (false, 2));
    }

    #[test]
    fn a_chair_in_conflict_hands_it_to_the_authority_and_never_to_the_head() {
        let (clocks, cover) = (Clocks::default(), Cover::default());
        let passed = |to| PassedOn { to, reason: "I am her husband".into(), by: "acc_3".into(), at: NOW };
        let mut about_head = concern(For::Chair);
        assert_eq!(about_head.pass_on(passed(For::Head), &clocks, &cover), Err(NotPassedOn::Subject));
        let mut as_no_adult = about_head.clone();
        assert_eq!(as_no_adult.pass_on(passed(For::Lead), &clocks, &cover), Ok(()));
        assert_eq!((as_no_adult.may(LEAD, Need::Work), as_no_adult.may(HEAD, Need::Read)), (true, false));
        let both = Reader { head: true, ..LEAD };
        assert!(!as_no_adult.may(both, Need::Read), "nor where the head is the lead, too");
        assert_eq!(as_no_adult.pass_on(passed(For::Head), &clocks, &cover), Err(NotPassedOn::Subject), "by no detour");
        assert_eq!(as_no_adult.pass_on(passed(For::Authority), &clocks, &cover), Err(NotPassedOn::NotOnAnAdult));
        for (level, chairs) in [(Level::Deputy, false), (Level::Chair, true), (Level::Authority, true)] {
            let due = as_no_adult.next_escalation().unwrap_or(NOW);
            assert_eq!(as_no_adult.escalate(due, &clocks, &cover).map(|e| e.level), Some(level));
            assert_eq!((as_no_adult.may(CHAIR, Need::Work), as_no_adult.may(HEAD, Need::Read)), (chairs, false));
        }
        assert_eq!(as_no_adult.next_escalation(), None);
        assert_eq!(about_head.pass_on(passed(For::Authority), &clocks, &cover), Ok(()));
        assert_eq!((about_head.level(), about_head.next_escalation()), (Some(Level::Authority), None));
        let other = Reader { account_id: "acc_4", ..CHAIR };
        let sees = [CHAIR, HEAD, LEAD, other].map(|reader| about_head.may(reader, Need::Work));
        assert_eq!(sees, [false, false, false, true], "another chair takes it on");
        assert_eq!(about_head.pass_on(passed(For::Head), &clocks, &cover), Err(NotPassedOn::Subject));
    }

    #[test]
    fn what_is_not_the_heads_goes_into_no_case_of_the_heads() {
        let ids = Ids::new(Arc::new(SystemClock));
        let procedure = Procedure { id: "P9".into(), title: "An allegation".into(), steps: Vec::new() };
        let policy = Pinned { procedures: vec![procedure.clone()], ..Pinned::default() };
        let mut case = Case::open(ids.next(), "sch", "A-7K3F2".into(), &policy, &procedure, Vec::new(), NOW);
        let mut about_head = concern(For::Chair);
        case.access.office = Office::Head;
        assert_eq!(about_head.goes_into(&case), Err(NotInto::Heads));
        case.access.office = Office::Chair;
        assert_eq!(about_head.goes_into(&case), Ok(()));
        assert!(!about_head.keeps_out(&mut case), "nobody said that they are in conflict");
        assert!(case.access.not_the_heads);
    }
}
