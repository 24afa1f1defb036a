//! What a concern may belong to: open cases and other concerns about the same child, a child of the same household, or
//! somebody of the same name. It says why, and decides nothing.

use time::{Duration, OffsetDateTime};

use super::{Concern, Origin};
use crate::{
    case::Case,
    learner::{
        LearnerId,
        search::{plain_name, words},
    },
};

/// How many are suggested.
pub const MOST: usize = 8;
/// How far back other concerns are looked at.
pub const LOOKED_AT: Duration = Duration::days(30);
/// What lies no further apart than this is near in time.
const NEAR: Duration = Duration::days(3);
/// A name this short is as likely an initial.
const SHORTEST: usize = 3;

/// Why something is suggested, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is about the same learner.
    SameLearner,
    /// The user name of a filter alert is that of the same learner, by the school’s roll.
    SameUserName,
    /// It is about a learner of the same household.
    SameHousehold,
    /// It names somebody of the same name.
    SameName,
    /// It came from a filter alert of the same theme.
    SameTheme,
    /// It was recorded at about the same time.
    NearInTime,
}

impl Reason {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::SameLearner => "same_learner",
            Self::SameUserName => "same_user_name",
            Self::SameHousehold => "same_household",
            Self::SameName => "same_name",
            Self::SameTheme => "same_theme",
            Self::NearInTime => "near_in_time",
        }
    }
}

/// Something a concern may belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion<'a, T> {
    /// What.
    pub of: &'a T,
    /// Why, the strongest first.
    pub reasons: Vec<Reason>,
}

/// What is known of the concern that is decided about.
#[derive(Debug)]
pub struct About<'a> {
    concern: &'a Concern,
    household: &'a [LearnerId],
    /// Who on the roll may be meant by the name that was written, or has the user name of the alert.
    meant: &'a [LearnerId],
    name: Vec<String>,
}

fn name(text: &str) -> Vec<String> {
    words(&plain_name(text))
}

/// Whether two names may be one person's: a whole name stands in the other.
fn same(a: &[String], b: &[String]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let tells = short.iter().any(|word| word.chars().count() >= SHORTEST);
    tells && short.iter().all(|word| long.contains(word))
}

impl<'a> About<'a> {
    /// A concern, and who lives with the learners it is about.
    pub fn new(concern: &'a Concern, household: &'a [LearnerId]) -> Self {
        // An alert names a device or an account, and a theme is no name.
        let name = match concern.origin {
            Origin::Alert { .. } => Vec::new(),
            Origin::Staff { .. } | Origin::Public(_) => name(&concern.report.about),
        };
        Self { concern, household, meant: &[], name }
    }

    /// With those on the roll who may be meant by the name, misspelt as it may be, or by the user name of the alert.
    #[must_use]
    pub fn meaning(self, meant: &'a [LearnerId]) -> Self {
        Self { meant, ..self }
    }

    fn people<'b>(
        &self,
        learners: impl Iterator<Item = &'b LearnerId> + Clone,
        mut names: impl Iterator<Item = &'b str>,
    ) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if learners.clone().any(|learner| self.concern.learners.contains(learner)) {
            reasons.push(Reason::SameLearner);
        }
        let meant = learners.clone().any(|learner| self.meant.contains(learner));
        let by_user = !self.concern.alert().is_empty();
        if meant && by_user {
            reasons.push(Reason::SameUserName);
        }
        if learners.clone().any(|learner| self.household.contains(learner)) {
            reasons.push(Reason::SameHousehold);
        }
        if (meant && !by_user) || (!self.name.is_empty() && names.any(|other| same(&self.name, &name(other)))) {
            reasons.push(Reason::SameName);
        }
        reasons
    }

    /// The same of whose user name the alert of another concern was under.
    fn user(&self, other: &Concern) -> Option<Reason> {
        let user = other.user_of.as_ref()?;
        if self.concern.learners.contains(user) || self.meant.contains(user) {
            return Some(Reason::SameUserName);
        }
        self.household.contains(user).then_some(Reason::SameHousehold)
    }

    fn near(&self, at: OffsetDateTime) -> bool {
        (self.concern.recorded_at - at).abs() <= NEAR
    }

    /// Open cases it may belong to, the likeliest first: by who has a part in them, or by the concerns in them that may be
    /// about the same.
    pub fn cases<'c>(&self, cases: &'c [Case], concerns: &[Suggestion<'_, Concern>]) -> Vec<Suggestion<'c, Case>> {
        let one = |case: &'c Case| {
            let parts = case.involvements.iter().filter(|part| part.ended.is_none());
            let learners = parts.clone().filter_map(|part| part.learner.as_ref());
            let mut reasons = self.people(learners, parts.map(|part| part.person.as_str()));
            if !reasons.is_empty() && self.near(case.opened_at) {
                reasons.push(Reason::NearInTime);
            }
            let in_it =
                |concern: &&Suggestion<'_, Concern>| case.concern_ids.iter().any(|id| id == concern.of.id.as_str());
            reasons.extend(concerns.iter().filter(in_it).flat_map(|concern| concern.reasons.iter().copied()));
            reasons.sort_unstable();
            reasons.dedup();
            Suggestion { of: case, reasons }
        };
        likeliest(cases.iter().map(one), |case| case.opened_at)
    }

    /// Other concerns that may be about the same, the likeliest first.
    pub fn concerns<'c>(&self, concerns: &'c [Concern]) -> Vec<Suggestion<'c, Concern>> {
        let one = |other: &'c Concern| {
            let about = match other.origin {
                Origin::Alert { .. } => "",
                Origin::Staff { .. } | Origin::Public(_) => other.report.about.as_str(),
            };
            let mut reasons = self.people(other.learners.iter(), std::iter::once(about));
            reasons.extend(self.user(other));
            reasons.sort_unstable();
            reasons.dedup();
            let near = self.near(other.recorded_at);
            // What happened at quite other times is not of one time because its lines came together.
            let happened = |concern: &Concern| concern.report.event_at.unwrap_or(concern.recorded_at);
            let together = (happened(self.concern) - happened(other)).abs() <= NEAR;
            match (&self.concern.origin, &other.origin) {
                (Origin::Alert { theme, .. }, Origin::Alert { theme: said, .. })
                    if theme == said && near && together =>
                {
                    reasons.push(Reason::SameTheme);
                }
                _ => {}
            }
            if !reasons.is_empty() && near {
                reasons.push(Reason::NearInTime);
            }
            Suggestion { of: other, reasons }
        };
        let others = concerns.iter().filter(|other| other.id != self.concern.id);
        likeliest(others.map(one), |concern| concern.recorded_at)
    }
}

fn likeliest<'a, T>(
    all: impl Iterator<Item = Suggestion<'a, T>>,
    when: impl Fn(&T) -> OffsetDateTime,
) -> Vec<Suggestion<'a, T>> {
    let mut some: Vec<_> = all.filter(|suggestion| !suggestion.reasons.is_empty()).collect();
    // By the strongest reason, then by how many, then the latest.
    some.sort_by_key(|s| (s.reasons[0], usize::MAX - s.reasons.len(), std::cmp::Reverse(when(s.of))));
    some.truncate(MOST);
    some
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chassis::{clock::SystemClock, id::Ids};
    use time::macros::datetime;

    use super::*;
    use crate::concern::Report;

    const NOW: OffsetDateTime = datetime!(2026-11-26 09:30 UTC);

    fn concern(about: &str, days: i64, learners: &[&LearnerId]) -> Concern {
        let report = Report { about: about.into(), ..Report::default() };
        let origin = Origin::Staff { account_id: "acc".into() };
        let at = NOW - Duration::days(days);
        let new = Concern::new(Ids::new(Arc::new(SystemClock)).next(), "sch", origin, report, at);
        Concern { learners: learners.iter().map(|id| (*id).clone()).collect(), ..new }
    }

    #[test]
    fn the_same_child_comes_before_the_household_and_that_before_a_name() {
        let ids = Ids::new(Arc::new(SystemClock));
        let (robin, sister): (LearnerId, LearnerId) = (ids.next(), ids.next());
        let household = [sister.clone()];
        let new = concern("Robin Field, 9K", 0, &[&robin]);
        let others = [
            concern("Robin", 20, &[]),
            concern("Somebody else", 1, &[&sister]),
            concern("R Field", 9, &[&robin]),
            concern("Robinson", 0, &[]),
            concern("I do not know the name", 0, &[]),
            new.clone(),
        ];
        let found = About::new(&new, &household);
        let found = found.concerns(&others);
        let told: Vec<_> = found.iter().map(|s| (s.of.report.about.as_str(), s.reasons.clone())).collect();
        assert_eq!(
            told,
            [
                ("R Field", vec![Reason::SameLearner]),
                ("Somebody else", vec![Reason::SameHousehold, Reason::NearInTime]),
                ("Robin", vec![Reason::SameName]),
            ]
        );
        // Misspelt, the roll says who may be meant.
        let (misspelt, meant) = (concern("Robyn Feeld", 0, &[]), [robin.clone()]);
        let found = About::new(&misspelt, &[]);
        assert!(found.concerns(&others[2..3]).is_empty());
        let found = found.meaning(&meant);
        assert_eq!(found.concerns(&others[2..3])[0].reasons, [Reason::SameName]);
    }

    #[test]
    fn an_alert_brings_what_is_about_whose_user_name_it_was_under() {
        let ids = Ids::new(Arc::new(SystemClock));
        let (robin, sister): (LearnerId, LearnerId) = (ids.next(), ids.next());
        let alert = |user_of: Option<&LearnerId>| Concern {
            origin: Origin::Alert {
                alert_id: "alt_1".into(),
                theme: "drugs".into(),
                severity: "high".into(),
                late_s: 0,
            },
            user_of: user_of.cloned(),
            ..concern("A filter alert", 10, &[])
        };
        let (household, meant, new) = ([sister.clone()], [robin.clone()], alert(Some(&robin)));
        let others = [concern("R", 20, &[&robin]), alert(Some(&robin)), alert(Some(&sister)), alert(None)];
        let about = About::new(&new, &household).meaning(&meant);
        let why: Vec<_> = about.concerns(&others).iter().map(|found| found.reasons[0]).collect();
        let theirs = [Reason::SameUserName, Reason::SameUserName, Reason::SameHousehold, Reason::SameTheme];
        assert_eq!(why, theirs);
    }
}
