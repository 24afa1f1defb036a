//! Why a school needs help: reasons as data (`data/needs.toml`), said in words from what services answer, and the order that follows from
//! their weights. Pure: what was answered is an argument.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use chassis::{calendar::Term, clock::moment};
use proto::{
    access::v1::{NeedKind, NeedReason, SchoolNeed},
    incident_cases::v1::{LateTransfers, UncoveredSchool},
    policy_registry::v1::{Adoption, School},
    reporting::v1::SchoolStanding,
};
use serde::Deserialize;
use time::OffsetDateTime;

use crate::pages::words;

const FILE: &str = include_str!("../data/needs.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    need: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    key: String,
    title: String,
    definition: String,
    owner: String,
    version: u32,
    weight: u32,
}

/// What the file says; a test sees to it that it can be read.
static KINDS: LazyLock<Vec<NeedKind>> = LazyLock::new(|| {
    let kind = |written: Written| NeedKind {
        key: written.key,
        title: written.title,
        definition: written.definition,
        owner: written.owner,
        version: written.version,
        weight: written.weight,
    };
    toml::from_str::<File>(FILE).map(|file| file.need.into_iter().map(kind).collect()).unwrap_or_default()
});

/// Every kind of reason, in the order of the file.
pub fn kinds() -> &'static [NeedKind] {
    &KINDS
}

/// How many hold which role at a school now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Roles {
    /// Leads.
    pub leads: usize,
    /// Deputies.
    pub deputies: usize,
}

/// What services answered; none where one could not just now.
#[derive(Debug, Default)]
pub struct Known {
    /// How many hold which role, by school; a school that is not there has nobody.
    pub roles: BTreeMap<String, Roles>,
    /// The schools where an alert waits for a chair of governors: false where there is none, true where the chair has not opened
    /// it in time.
    pub unheld: BTreeMap<String, bool>,
    /// How each school stands, as events told reporting.
    pub standings: Option<Vec<SchoolStanding>>,
    /// How each school stands with the template.
    pub adoptions: Option<Vec<Adoption>>,
    /// The schools whose policy is made from an older version of the template.
    pub behind: Option<BTreeSet<String>>,
    /// The schools that are late with children's files.
    pub late: Option<Vec<LateTransfers>>,
    /// The schools at which lead and deputies are all away and nobody stands in, with since when.
    pub uncovered: Option<Vec<UncoveredSchool>>,
}

/// The kinds that each answer is needed for.
const OF_STANDINGS: [&str; 6] =
    ["concerns_unread", "silent_feed", "review_overdue", "no_policy", "grave_findings", "no_feed"];
const OF_ADOPTIONS: [&str; 3] = ["ratify_overdue", "asked_review_overdue", "proposals_overdue"];

impl Known {
    /// The kinds of which nothing is known just now.
    pub fn unknown(&self) -> Vec<String> {
        let mut unknown: Vec<&str> = Vec::new();
        if self.standings.is_none() {
            unknown.extend(OF_STANDINGS);
        }
        if self.adoptions.is_none() {
            unknown.extend(OF_ADOPTIONS);
        }
        unknown.extend(self.behind.is_none().then_some("template_behind"));
        unknown.extend(self.late.is_none().then_some("late_transfers"));
        unknown.extend(self.uncovered.is_none().then_some("uncovered"));
        unknown.into_iter().map(str::to_owned).collect()
    }

    /// The keys of a school's reasons, each in words and with the page where more of it is to be seen.
    fn of(&self, school: &str, now: OffsetDateTime) -> Vec<(&'static str, String, String)> {
        let mut found = Vec::new();
        // How feeds do, and how concerns are read, stands in a section of the term's draft, whatever was signed.
        let section = |key: &str| format!("/schools/{school}/reports/{}/draft#{key}", Term::at(now).id());
        let (checks, concerns, policy) = (section("checks"), section("concerns"), format!("/schools/{school}/policy"));
        let mut say = |key: &'static str, text: String, place: &str| found.push((key, text, place.to_owned()));
        let roles = self.roles.get(school).copied().unwrap_or_default();
        if roles.leads == 0 {
            say("no_lead", "No designated safeguarding lead".to_owned(), "/schools");
        }
        if roles.deputies == 0 {
            say("no_deputy", "No deputy".to_owned(), "/schools");
        }
        if let Some(one) = self.uncovered.iter().flatten().find(|one| one.school_id == school) {
            let since = words::day(one.since_time.as_ref()).map(|day| format!(" since {day}")).unwrap_or_default();
            say("uncovered", format!("Nobody covers the lead: lead and deputies are all away{since}"), "/schools");
        }
        if let Some(overdue) = self.unheld.get(school) {
            // It says nothing of whom or what it is about, nor how many there are.
            let text = match overdue {
                true => "A filter alert waits that the chair of governors has not opened in time",
                false => "A filter alert waits that nobody is appointed to open",
            };
            say("alert_unheld", text.to_owned(), "/schools");
        }
        if let Some(standings) = &self.standings {
            // One of which no event was heard is not among them: nothing of it is there yet.
            let bare = SchoolStanding::default();
            let row = standings.iter().find(|row| row.school_id == school).unwrap_or(&bare);
            match row.review_due_time.as_ref().and_then(moment) {
                None => say("no_policy", "No policy with a review date is in force".to_owned(), &policy),
                Some(due) if due < now => say("review_overdue", "Policy review overdue".to_owned(), &policy),
                Some(_) => {}
            }
            if row.error_findings > 0 {
                let findings = words::counted(row.error_findings.into(), "grave finding", "grave findings");
                say("grave_findings", findings, &policy);
            }
            if !row.unread_since_date.is_empty() {
                // As with children's files: for how long, and not how many.
                let since = words::named_day(&row.unread_since_date);
                say(
                    "concerns_unread",
                    format!("Concerns wait unread beyond their time, the oldest since {since}"),
                    &concerns,
                );
            }
            if row.last_feed_time.is_none() {
                say("no_feed", "No filter feed has ever sent".to_owned(), &checks);
            } else if row.silent_feeds > 0 {
                // Whether a feed ought to have sent, the school's own days and hours say.
                let one = "filter feed silent or late";
                say(
                    "silent_feed",
                    words::counted(row.silent_feeds.into(), one, "filter feeds silent or late"),
                    &checks,
                );
            }
        }
        let adoption = self.adoptions.iter().flatten().find(|adoption| adoption.school_id == school);
        if let Some(adoption) = adoption {
            if adoption.ratify_overdue {
                say("ratify_overdue", "Ratification overdue".to_owned(), &policy);
            }
            if adoption.overdue_reviews > 0 {
                let count = adoption.overdue_reviews.into();
                let text = words::counted(count, "asked-for review overdue", "asked-for reviews overdue");
                say("asked_review_overdue", text, "/reviews");
            }
            if adoption.overdue_proposals > 0 {
                let count = adoption.overdue_proposals.into();
                let text = words::counted(count, "template question overdue", "template questions overdue");
                say("proposals_overdue", text, &policy);
            }
        }
        if self.behind.as_ref().is_some_and(|behind| behind.contains(school)) {
            say("template_behind", "Older template version".to_owned(), "/adoptions");
        }
        if let Some(late) = self.late.iter().flatten().find(|late| late.school_id == school)
            && late.longest_days > 0
        {
            // How many children it is about is said to nobody outside the school.
            let days = words::counted(u64::from(late.longest_days.unsigned_abs()), "day", "days");
            say("late_transfers", format!("Children’s files overdue, by {days} at most"), "/late-transfers");
        }
        found
    }
}

/// Every school that is open with why it needs help, those that need most first.
pub fn by_need(schools: &[School], known: &Known, now: OffsetDateTime) -> Vec<SchoolNeed> {
    let need = |school: &School| {
        let mut found = known.of(&school.school_id, now);
        // In the order of the file, which is that of their weights.
        let place = |key: &str| kinds().iter().position(|kind| kind.key == key);
        found.sort_by_key(|(key, ..)| place(key));
        let weight = |key: &str| kinds().iter().find(|kind| kind.key == key).map_or(0, |kind| kind.weight);
        let reason = |(key, text, page): (&'static str, String, String)| NeedReason {
            key: key.to_owned(),
            text: words::sentence(&text),
            weight: weight(key),
            place: page,
        };
        let reasons: Vec<NeedReason> = found.into_iter().map(reason).collect();
        SchoolNeed {
            school_id: school.school_id.clone(),
            name: school.name.clone(),
            weight: reasons.iter().map(|reason| reason.weight).sum(),
            reasons,
        }
    };
    let open = schools.iter().filter(|school| school.close_time.is_none());
    let mut all: Vec<SchoolNeed> = open.map(need).collect();
    all.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.name.cmp(&b.name)));
    all
}

#[cfg(test)]
mod tests {
    use chassis::clock::timestamp;
    use time::{Duration, macros::datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

    fn school(id: &str, name: &str) -> School {
        School { school_id: id.into(), name: name.into(), ..School::default() }
    }

    /// Everything that can be wrong at one school, as far as it can be wrong at once.
    fn worst(fed: bool, review: Option<OffsetDateTime>) -> Known {
        let row = SchoolStanding {
            school_id: "sch_1".into(),
            review_due_time: review.map(timestamp),
            last_feed_time: fed.then(|| timestamp(NOW)),
            error_findings: 2,
            silent_feeds: 1,
            unread_since_date: "2026-11-20".into(),
            ..SchoolStanding::default()
        };
        let adoption = Adoption {
            school_id: "sch_1".into(),
            ratify_overdue: true,
            overdue_reviews: 1,
            overdue_proposals: 3,
            ..Adoption::default()
        };
        Known {
            roles: BTreeMap::new(),
            unheld: BTreeMap::from([("sch_1".to_owned(), false)]),
            standings: Some(vec![row]),
            adoptions: Some(vec![adoption]),
            behind: Some(BTreeSet::from(["sch_1".to_owned()])),
            late: Some(vec![LateTransfers { school_id: "sch_1".into(), longest_days: 3, ..LateTransfers::default() }]),
            uncovered: Some(vec![UncoveredSchool { school_id: "sch_1".into(), since_time: Some(timestamp(NOW)) }]),
        }
    }

    #[test]
    fn every_kind_of_the_file_is_found_and_none_beside_them() {
        let file: Result<File, _> = toml::from_str(FILE);
        assert!(file.is_ok(), "{:?}", file.err());
        let overdue = worst(true, Some(NOW - Duration::days(1))).of("sch_1", NOW);
        let bare = worst(false, None).of("sch_1", NOW);
        let found: BTreeSet<&str> = overdue.iter().chain(&bare).map(|(key, ..)| *key).collect();
        let named: BTreeSet<&str> = kinds().iter().map(|kind| kind.key.as_str()).collect();
        assert_eq!(found, named);
        assert!(kinds().windows(2).all(|pair| pair[0].weight >= pair[1].weight), "the weightiest come first");
        assert!(kinds().iter().all(|kind| kind.weight > 0 && kind.version > 0 && kind.definition.ends_with('.')));
    }

    #[test]
    fn schools_that_need_most_come_first_and_a_closed_one_not_at_all() {
        let closed = School { close_time: Some(timestamp(NOW)), ..school("sch_0", "A closed school") };
        let schools = [closed, school("sch_2", "Ash"), school("sch_1", "Birch"), school("sch_3", "Cedar")];
        let mut known = worst(true, Some(NOW - Duration::days(1)));
        known.roles.insert("sch_2".into(), Roles { leads: 1, deputies: 1 });
        let well = SchoolStanding {
            school_id: "sch_2".into(),
            review_due_time: Some(timestamp(NOW + Duration::days(1))),
            last_feed_time: Some(timestamp(NOW)),
            ..SchoolStanding::default()
        };
        known.standings.iter_mut().for_each(|rows| rows.push(well.clone()));
        let all = by_need(&schools, &known, NOW);
        let order: Vec<&str> = all.iter().map(|need| need.school_id.as_str()).collect();
        assert_eq!(order, ["sch_1", "sch_3", "sch_2"]);
        assert!(all[2].reasons.is_empty() && all[2].weight == 0, "{:?}", all[2]);
        let said: Vec<&str> = all[0].reasons.iter().map(|reason| reason.text.as_str()).collect();
        assert_eq!(said.first(), Some(&"No designated safeguarding lead"));
        assert!(said.contains(&"Children’s files overdue, by 3 days at most"), "{said:?}");
        assert!(
            said.contains(&"Nobody covers the lead: lead and deputies are all away since 24 November 2026"),
            "{said:?}"
        );
        let unread = all[0].reasons.iter().find(|reason| reason.key == "concerns_unread");
        let unread = unread.map(|reason| (reason.text.as_str(), reason.place.as_str()));
        let text = "Concerns wait unread beyond their time, the oldest since 20 November 2026";
        assert_eq!(unread, Some((text, "/schools/sch_1/reports/2026-autumn/draft#concerns")));
    }

    #[test]
    fn what_could_not_be_asked_for_is_said_of_no_school_and_named() {
        let known = Known::default();
        let all = by_need(&[school("sch_1", "Ash")], &known, NOW);
        let keys: Vec<&str> = all[0].reasons.iter().map(|reason| reason.key.as_str()).collect();
        assert_eq!(keys, ["no_lead", "no_deputy"]);
        // That no alert waits unheld is known: the gateway itself says so.
        assert_eq!(known.unknown().len() + keys.len() + 1, kinds().len());
    }
}
