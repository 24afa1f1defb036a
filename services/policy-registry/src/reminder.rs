//! Reminders: what a school is reminded of by the days of its policy and by the authority, and whom the template's alert
//! rules have told.

use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

use chassis::{
    clock::london,
    id::{AccountId, SchoolId},
};

use crate::{
    instance::{Instance, State},
    register::judge::{Finding, Sort},
    review::Review,
    rules::{REMIND_BEFORE_DAYS, REMINDER_STANDS_DAYS},
    template::procedure::AlertRule,
};

chassis::id!(/** What the authority reminded a school of. */ pub struct ReminderId = "rmd");

/// What the authority can remind schools of.
pub const SUBJECTS: [&str; 4] = ["review", "ratification", "proposals", "findings"];

/// What the authority reminded a school of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Its id.
    pub id: ReminderId,
    /// The school.
    pub school: SchoolId,
    /// One of `SUBJECTS`.
    pub about: String,
    /// What was added.
    pub note: String,
    /// Who sent it; none where that was no person.
    pub account: Option<AccountId>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub sent_at: OffsetDateTime,
}

/// What a day is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    /// A review is due.
    Review,
    /// The governors ratify what came into force in an emergency.
    Ratification,
    /// A consultation takes its last comments.
    Consultation,
    /// The template's proposals are answered.
    Proposals,
}

impl Matter {
    /// Its name, in ids and by what the authority reminds of.
    pub fn name(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Ratification => "ratification",
            Self::Consultation => "consultation",
            Self::Proposals => "proposals",
        }
    }
}

/// One day something is due at a school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// What about.
    pub matter: Matter,
    /// The last day.
    pub day: Date,
    /// The version or review it belongs to.
    pub of: String,
    /// Its version; none for a review that was asked for.
    pub version: Option<u32>,
}

/// Everything a school has days in.
pub struct Standing<'a> {
    /// The day.
    pub now: OffsetDateTime,
    /// What is in force.
    pub in_force: Option<&'a Instance>,
    /// The versions on their way.
    pub open: &'a [Instance],
    /// The reviews that were asked for.
    pub reviews: &'a [Review],
    /// What the authority sent.
    pub sent: &'a [Sent],
    /// The template's alert rules.
    pub rules: &'a [AlertRule],
}

/// What a school is reminded of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// Its kind, as the contract names it.
    pub kind: &'static str,
    /// The day; none for what the authority sent.
    pub due: Option<Date>,
    /// What the authority reminded of, or the theme of the alert rule; empty for all others.
    pub about: String,
    /// What the authority added, or what the rule says of the gravest finding.
    pub note: String,
    /// When the authority wrote.
    pub sent_at: Option<OffsetDateTime>,
    /// The roles that are told.
    pub told: Vec<&'static str>,
    /// The register in which the gravest was found; empty for all that was found in none.
    pub register: String,
    /// How much was found, where it was found in registers.
    pub count: u32,
}

impl Standing<'_> {
    fn today(&self) -> Date {
        london(self.now).date()
    }

    /// Every day something is due, the nearest first.
    pub fn deadlines(&self) -> Vec<Deadline> {
        let mut all = Vec::new();
        let yearly = self.in_force.and_then(|instance| Some((instance, Review::yearly(instance)?)));
        if let Some((instance, review)) = yearly {
            let (of, version) = (instance.id.to_string(), Some(instance.version));
            all.push(Deadline { matter: Matter::Review, day: review.due, of, version });
        }
        for review in self.reviews.iter().filter(|review| review.completed.is_none()) {
            let of = review.id.as_ref().map(ToString::to_string).unwrap_or_default();
            all.push(Deadline { matter: Matter::Review, day: review.due, of, version: None });
        }
        for instance in self.in_force.into_iter().chain(self.open) {
            let mut due = |matter, day: Option<Date>| {
                let (of, version) = (instance.id.to_string(), Some(instance.version));
                all.extend(day.map(|day| Deadline { matter, day, of, version }));
            };
            due(Matter::Ratification, instance.ratify_by());
            let discussed = instance.consultation.as_ref().filter(|_| instance.state == State::Consultation);
            due(Matter::Consultation, discussed.map(|consultation| consultation.until));
            let waiting = instance.proposals.iter().filter(|proposal| proposal.answer.is_none());
            due(Matter::Proposals, waiting.filter_map(|proposal| proposal.due).min());
        }
        all.sort_by(|a, b| (a.day, a.matter, &a.of).cmp(&(b.day, b.matter, &b.of)));
        all
    }

    /// What the school is reminded of, the most pressing first.
    pub fn reminders(&self) -> Vec<Reminder> {
        let (today, deadlines) = (self.today(), self.deadlines());
        let soon = today + Duration::days(REMIND_BEFORE_DAYS);
        let mut all: Vec<Reminder> = Vec::new();
        for deadline in deadlines.iter().filter(|deadline| deadline.day <= soon) {
            let overdue = deadline.day < today;
            let kind = match (deadline.matter, overdue) {
                (Matter::Review, false) => "review_due",
                (Matter::Review, true) => "review_overdue",
                (Matter::Ratification, false) => "ratify_due",
                (Matter::Ratification, true) => "ratify_overdue",
                (Matter::Consultation, false) => "consultation_ends",
                // It has closed by itself; nobody is late.
                (Matter::Consultation, true) => continue,
                (Matter::Proposals, false) => "proposals_due",
                (Matter::Proposals, true) => "proposals_overdue",
            };
            let asked = deadline.matter == Matter::Review && deadline.version.is_none();
            let told = told(deadline.matter, overdue, asked, self.rules);
            let (about, note) = (String::new(), String::new());
            let register = String::new();
            all.push(Reminder { kind, due: Some(deadline.day), about, note, sent_at: None, told, register, count: 0 });
        }
        let stands = |sent: &&Sent| {
            let fresh = self.now - sent.sent_at < Duration::days(REMINDER_STANDS_DAYS);
            fresh && (sent.about == "findings" || deadlines.iter().any(|due| due.matter.name() == sent.about))
        };
        all.extend(self.sent.iter().filter(stands).map(|sent| Reminder {
            kind: "authority",
            due: None,
            about: sent.about.clone(),
            note: sent.note.clone(),
            sent_at: Some(sent.sent_at),
            told: vec!["dsl", "deputy_dsl", "head", "chair"],
            register: String::new(),
            count: 0,
        }));
        // What is late, then what the authority sent, then what is to come.
        all.sort_by_key(|reminder| match reminder.due {
            Some(due) if due < today => (0, due.to_julian_day()),
            None => (1, 0),
            Some(due) => (2, due.to_julian_day()),
        });
        all
    }
}

/// What the rules of registers found, as the template's alert rules have it told: one reminder for each rule, with the gravest
/// finding in its words; the gravest of them first, since a first page shows the beginning. What is only soon due is on the
/// registers' own pages.
pub fn found(rules: &[AlertRule], findings: &[Finding]) -> Vec<Reminder> {
    let graver = |finding: &&Finding| (finding.severity, finding.sort, finding.due);
    let one = |rule: &AlertRule| {
        let told_of = |finding: &&Finding| finding.sort != Sort::DueSoon && rule.finds.contains(&finding.code);
        let here: Vec<&Finding> = findings.iter().filter(told_of).collect();
        let gravest = here.iter().copied().min_by_key(graver)?;
        let reminder = Reminder {
            kind: "register",
            due: here.iter().filter_map(|finding| finding.due).min(),
            about: rule.theme.clone(),
            note: gravest.message.clone(),
            sent_at: None,
            told: routed(&rule.route).to_vec(),
            register: gravest.register.clone(),
            count: u32::try_from(here.len()).unwrap_or(u32::MAX),
        };
        Some(((gravest.severity, gravest.sort), reminder))
    };
    let mut told: Vec<_> = rules.iter().filter(|rule| rule.watches == "review").filter_map(one).collect();
    told.sort_by_key(|(grave, _)| *grave);
    told.into_iter().map(|(_, reminder)| reminder).collect()
}

/// The roles that are told: for reviews those the template's alert rules name, whoever is told of a review that is due
/// being told where it is late as well.
fn told(matter: Matter, overdue: bool, asked: bool, rules: &[AlertRule]) -> Vec<&'static str> {
    match matter {
        Matter::Review => {
            let themes: &[&str] = match (asked, overdue) {
                (true, false) => &["event"],
                (true, true) => &["event", "policy_overdue"],
                (false, false) => &["policy_due"],
                (false, true) => &["policy_due", "policy_overdue"],
            };
            let said = rules.iter().filter(|rule| rule.watches == "review" && themes.contains(&rule.theme.as_str()));
            let mut roles: Vec<&'static str> = said.flat_map(|rule| routed(&rule.route)).copied().collect();
            if roles.is_empty() {
                roles = vec!["dsl", "deputy_dsl", "head"];
            }
            roles.sort_unstable();
            roles.dedup();
            roles
        }
        Matter::Ratification => vec!["chair", "head", "dsl"],
        Matter::Consultation => vec!["dsl", "deputy_dsl", "head", "chair"],
        Matter::Proposals => vec!["dsl", "deputy_dsl", "head"],
    }
}

fn routed(route: &str) -> &'static [&'static str] {
    match route {
        "dsl" => &["dsl", "deputy_dsl"],
        "head" => &["head"],
        "it" => &["it"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;
    use crate::lint::Severity;

    const NOW: OffsetDateTime = datetime!(2026-11-25 09:00 UTC);

    fn review(due: Date) -> Review {
        Review {
            id: None,
            school: "sch_00000000000000000000000000".parse().unwrap_or_else(|_| unreachable!()),
            trigger: "other".into(),
            note: "n".into(),
            by_authority: true,
            raised_at: Some(NOW),
            due,
            completed: None,
        }
    }

    fn rule(theme: &str, route: &str) -> AlertRule {
        AlertRule {
            id: theme.into(),
            watches: "review".into(),
            theme: theme.into(),
            basis: String::new(),
            severity: "high".into(),
            route: route.into(),
            locked: false,
            threshold: 1,
            requirements: Vec::new(),
            tiers: Vec::new(),
            days: 0,
            finds: Vec::new(),
            clauses: Vec::new(),
        }
    }

    fn finding(code: &str, severity: Severity, sort: Sort, due: Option<Date>) -> Finding {
        Finding {
            register: "training".into(),
            code: code.into(),
            sort,
            severity,
            message: format!("{code}."),
            subjects: Vec::new(),
            entry: None,
            due,
        }
    }

    #[test]
    fn what_registers_find_is_told_once_for_each_rule_by_the_gravest() {
        let of = |theme: &str, route: &str, codes: &[&str]| {
            let finds = codes.iter().map(|code| (*code).to_owned()).collect();
            AlertRule { finds, ..rule(theme, route) }
        };
        let rules = [of("staff", "dsl", &["yearly", "start"]), of("silent", "head", &["none"]), rule("event", "it")];
        let day = date!(2026 - 11 - 01);
        let findings = [
            finding("yearly", Severity::Warning, Sort::Overdue, Some(day)),
            finding("start", Severity::Error, Sort::Gap, None),
            finding("start", Severity::Info, Sort::DueSoon, Some(date!(2026 - 10 - 01))),
            finding("other", Severity::Error, Sort::Gap, None),
        ];
        let all = found(&rules, &findings);
        let said: Vec<_> = all.iter().map(|r| (r.about.as_str(), r.note.as_str(), r.count, r.due, &*r.told)).collect();
        assert_eq!(said, [("staff", "start.", 2, Some(day), ["dsl", "deputy_dsl"].as_slice())]);
    }

    #[test]
    fn what_is_late_comes_first_and_what_is_far_off_is_not_mentioned() {
        let reviews = [
            review(date!(2027 - 01 - 24)),
            review(date!(2027 - 01 - 25)),
            review(date!(2026 - 11 - 24)),
            review(date!(2026 - 11 - 25)),
        ];
        let sent = Sent {
            id: chassis::id::Ids::seeded(chassis::clock::ManualClock::new(NOW), 1).next(),
            school: reviews[0].school.clone(),
            about: "review".into(),
            note: "please".into(),
            account: None,
            sent_at: NOW,
        };
        let unsettled = Sent { about: "ratification".into(), ..sent.clone() };
        let old = Sent { sent_at: NOW - Duration::days(60), ..sent.clone() };
        let sent = [sent, unsettled, old];
        let standing = Standing { now: NOW, in_force: None, open: &[], reviews: &reviews, sent: &sent, rules: &[] };
        let all = standing.reminders();
        let kinds: Vec<(&str, Option<Date>)> = all.iter().map(|reminder| (reminder.kind, reminder.due)).collect();
        assert_eq!(
            kinds,
            [
                ("review_overdue", Some(date!(2026 - 11 - 24))),
                ("authority", None),
                ("review_due", Some(date!(2026 - 11 - 25))),
                ("review_due", Some(date!(2027 - 01 - 24))),
            ]
        );
    }

    #[test]
    fn the_templates_rules_say_who_is_told() {
        let rules = [rule("policy_due", "dsl"), rule("policy_overdue", "head"), rule("event", "it")];
        assert_eq!(told(Matter::Review, false, false, &rules), ["deputy_dsl", "dsl"]);
        assert_eq!(told(Matter::Review, true, false, &rules), ["deputy_dsl", "dsl", "head"]);
        assert_eq!(told(Matter::Review, false, true, &rules), ["it"]);
        assert_eq!(told(Matter::Review, true, true, &rules), ["head", "it"]);
        assert_eq!(told(Matter::Review, true, false, &[]), ["deputy_dsl", "dsl", "head"]);
    }
}
