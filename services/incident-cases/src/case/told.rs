//! What the platform knows already of what a step asks: how the lead heard of it, by which version it is worked, who is
//! involved. The pages begin with it, so that nobody types it once more, and no time lies where it cannot have been.

use chassis::{calendar::on, clock::london};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, Time, format_description::well_known::Rfc3339};

use super::{Case, decide::CHANNEL_CONSENT};
use crate::{
    concern::{Concern, Origin},
    procedure::{StepRule, condition::answered},
    rules::BEFORE_KNOWN_DAYS,
};

/// How the lead first heard of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Who told them; empty where nobody knows what they are called.
    pub by: String,
    /// Who was told; empty where nobody had read it, or nobody knows what they are called.
    pub to: String,
    /// When they read it; when it came where nobody had.
    pub at: OffsetDateTime,
    /// By which way.
    pub how: String,
    /// When it happened, or came where nobody said: nothing was told of it before.
    pub since: OffsetDateTime,
}

impl Told {
    /// As the concern says it that a case came from.
    pub fn of(concern: &Concern) -> Self {
        let name = |account: &str| concern.names.get(account).cloned().unwrap_or_default();
        let (by, how) = match &concern.origin {
            Origin::Staff { account_id } => (name(account_id), "In writing, by a concern on the platform"),
            Origin::Public(_) => {
                ("Somebody on the public report page".to_owned(), "In writing, on the public report page")
            }
            Origin::Alert { .. } => ("An alert of the filter".to_owned(), "By an alert on the platform"),
        };
        let read = concern.read.as_ref();
        Self {
            by,
            to: read.map(|read| name(&read.by)).unwrap_or_default(),
            at: read.map_or(concern.recorded_at, |read| read.at),
            how: how.to_owned(),
            since: concern.report.event_at.unwrap_or(concern.recorded_at).min(concern.recorded_at),
        }
    }
}

impl Case {
    /// What is known of a field of a step before anybody fills it in; empty where nothing is.
    pub fn known_of(&self, rule: &StepRule, field: &str) -> String {
        let has = |field: &str| rule.records.iter().any(|record| record == field);
        // Of parents it is recorded for each child who told them.
        let told = self.told.as_ref().filter(|_| has("told_to") && !has("child"));
        let of_told = |said: fn(&Told) -> String| told.map(said).unwrap_or_default();
        match field {
            "kind" if has("policy_version") => self.procedure.title.clone(),
            "policy_version" => format!("Version {} of the school’s policy", self.policy_version),
            "involvement" => {
                let part = |part: &super::Involvement| format!("{}: {}", part.person, part.role.replace('_', " "));
                // What a step records is read by everybody who reads the case.
                let named = self.people().filter(|part| part.kept.is_none() && !part.person.is_empty());
                named.map(part).collect::<Vec<_>>().join("; ")
            }
            "told_by" => of_told(|told| told.by.clone()),
            "told_to" => of_told(|told| told.to.clone()),
            "told_at" => of_told(|told| told.at.format(&Rfc3339).unwrap_or_default()),
            "outcome" => self.allegation_outcome().unwrap_or_default().to_owned(),
            "how" => of_told(|told| told.how.clone()),
            "consent" => {
                let latest = self.decisions.iter().rfind(|decision| decision.kind == CHANNEL_CONSENT);
                let said = latest.map_or("", |decision| match decision.choice.as_str() {
                    "given" => "yes",
                    "refused" => "no",
                    other => other,
                });
                said.to_owned()
            }
            "may_be_illegal" => {
                self.fact("offence").filter(|known| answered(Some(*known))).unwrap_or_default().to_owned()
            }
            _ => String::new(),
        }
    }

    /// The first moment of the day before which nobody can have been told of it.
    fn first_day(&self) -> OffsetDateTime {
        let known = self.known_at.unwrap_or(self.opened_at).min(self.opened_at);
        let since = self.told.as_ref().map_or(known, |told| told.since.min(known));
        on(london(since).date(), Time::MIDNIGHT)
    }

    /// What is wrong with the time at which the lead was told; none where it can be. Nobody is told before it happened, where
    /// whoever wrote the concern said when; where they did not, they may have told of it long before they wrote.
    pub(crate) fn told_too_early(&self, at: OffsetDateTime) -> Option<String> {
        let known = self.known_at.unwrap_or(self.opened_at);
        if self.told.as_ref().is_none_or(|told| told.since >= known) {
            return self.done_too_early(at);
        }
        let first = self.first_day();
        let fix = || format!("Enter a time on {} or later: it happened then", london(first).date());
        (at < first).then(fix)
    }

    /// What is wrong with the time of something that was done about it; none where it can be. What is found or talked about may
    /// be older than the concern, but not by years.
    pub(crate) fn done_too_early(&self, at: OffsetDateTime) -> Option<String> {
        let first = self.first_day() - Duration::days(BEFORE_KNOWN_DAYS);
        let fix =
            || format!("Enter a time on {} or later: that is a year before it was reported", london(first).date());
        (at < first).then(fix)
    }

    /// What is wrong with the version of the policy that somebody says was followed; none where nothing is.
    pub(crate) fn another_version(&self, said: &str) -> Option<String> {
        let number = said.trim().trim_start_matches(['v', 'V']).parse::<u32>().ok()?;
        let version = self.policy_version;
        (number != version).then(|| format!("This case is worked by version {version} of the school’s policy"))
    }
}
