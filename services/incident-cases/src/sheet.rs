//! Lists as tables for a spreadsheet: references, days, kinds, states, clocks and codes. No name is in them and no word
//! that anybody wrote, so that no narrative leaves with a list.

use std::collections::{BTreeMap, HashMap};

use chassis::{clock::london, error::Result, table::Table};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use crate::{
    across::fate::Fate,
    case::{Case, record::Stamp},
    concern::{Concern, Origin, Outcome},
    custody::{Custody, Disclosure, Search},
    subject_access::ExportId,
};

/// The lists there are.
pub const REGISTERS: [&str; 9] =
    ["cases", "allegations", "low_level", "concerns", "devices", "searches", "disclosures", "referrals", "reports"];

/// That a list was taken out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Export {
    /// Its id.
    pub id: ExportId,
    /// One of `REGISTERS`.
    pub register: String,
    /// Its days.
    pub days: Days,
    /// Why.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
    /// How many rows it had.
    pub rows: usize,
    /// The SHA-256 of the file, in hexadecimal digits.
    pub digest: String,
}

/// The days a list is of, both ends among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    /// The first; the first entry's where none.
    pub from: Option<Date>,
    /// The last; the last entry's where none.
    pub to: Option<Date>,
}

impl Days {
    /// Whether a moment is on one of them, by the clock of the schools.
    pub fn has(&self, at: OffsetDateTime) -> bool {
        let day = london(at).date();
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Whether it is of every day.
    pub fn all(&self) -> bool {
        *self == Self::default()
    }
}

/// A table before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    headings: &'static [&'static str],
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    fn new(headings: &'static [&'static str], rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        Self { headings, rows: rows.into_iter().collect() }
    }

    /// The table as it is sent.
    ///
    /// # Errors
    /// `Internal` where it cannot be written.
    pub fn written(&self) -> Result<Vec<u8>> {
        let mut table = Table::new(self.headings.iter().copied())?;
        for row in &self.rows {
            table.row(row.iter().map(String::as_str))?;
        }
        table.finish()
    }
}

fn day(at: OffsetDateTime) -> String {
    london(at).date().to_string()
}

fn maybe(at: Option<OffsetDateTime>) -> String {
    at.map(day).unwrap_or_default()
}

fn yes(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// How often each of some codes occurs: `victim 1; witness 2`.
fn counted<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    codes.for_each(|code| *counts.entry(code).or_default() += 1);
    counts.iter().map(|(code, count)| format!("{code} {count}")).collect::<Vec<_>>().join("; ")
}

/// Cases, each with whether it may be read. Of one that may only be known to be there, the row says no more than lists do.
pub fn cases(cases: &[(Case, bool)], days: Days, now: OffsetDateTime) -> Sheet {
    let headings = &[
        "CASE",
        "STATE",
        "RESTRICTED",
        "INCIDENT TYPE",
        "INCIDENT",
        "RISKS",
        "LEVEL",
        "OPENED",
        "CLOSED",
        "OUTCOME",
        "OUTCOME OF ALLEGATION",
        "NEXT DUE",
        "OVERDUE",
        "PEOPLE BY ROLE",
        "OPEN STEPS",
        "SKIPPED STEPS",
        "REFERRED TO",
        "POLICY VERSION",
    ];
    let row = |(case, readable): &(Case, bool)| {
        if !readable {
            let row = [case.reference.clone(), case.state().to_owned(), yes(true)];
            return row.into_iter().chain(std::iter::repeat_n(String::new(), headings.len() - 3)).collect();
        }
        let due = case.next_due().filter(|_| case.closing.is_none());
        let people = case.involvements.iter().filter(|part| part.ended.is_none());
        let level = if case.adult() { "adult" } else { case.access.level.code() };
        vec![
            case.reference.clone(),
            case.state().to_owned(),
            yes(false),
            case.procedure.id.clone(),
            case.procedure.title.clone(),
            case.risks.join("; "),
            level.to_owned(),
            day(case.opened_at),
            maybe(case.closing.as_ref().map(|closing| closing.at)),
            case.closing.as_ref().map(|closing| closing.outcome.clone()).unwrap_or_default(),
            case.allegation_outcome().unwrap_or_default().to_owned(),
            maybe(due),
            yes(due.is_some_and(|due| crate::procedure::clock::word(due, now) == "overdue")),
            counted(people.map(|part| part.role.as_str())),
            if case.closing.is_some() { "0".to_owned() } else { case.open_steps().count().to_string() },
            case.deviations().to_string(),
            counted(case.referrals.iter().map(|referral| referral.agency.as_str())),
            case.policy_version.to_string(),
        ]
    };
    // A day is more than its reader may know of a case that they may not read.
    let within = |(case, readable): &&(Case, bool)| if *readable { days.has(case.opened_at) } else { days.all() };
    Sheet::new(headings, cases.iter().filter(within).map(row))
}

/// References of cases, by id.
pub type References = HashMap<String, String>;

fn reference(references: &References, case_id: &str) -> String {
    references.get(case_id).cloned().unwrap_or_default()
}

/// Concerns.
pub fn concerns(concerns: &[Concern], references: &References, days: Days) -> Sheet {
    let headings = &[
        "CONCERN",
        "RECORDED",
        "STATE",
        "CAME FROM",
        "SAFE NOW",
        "HAPPENED",
        "READ",
        "DECIDED",
        "PASSED ON TO",
        "CASE",
        "CHILDREN ON THE ROLL",
        "ADDITIONS",
        "UNREAD ADDITIONS",
    ];
    let row = |concern: &Concern| {
        let from = match &concern.origin {
            Origin::Staff { .. } => "staff".to_owned(),
            Origin::Alert { severity, .. } => format!("alert {severity}"),
            Origin::Public(sender) => format!("public {}", sender.kind),
        };
        let (decided, case) = match &concern.outcome {
            None => (None, String::new()),
            Some(Outcome::NoFurtherAction { at, .. }) => (Some(*at), String::new()),
            Some(Outcome::InCase { case_id, at, .. }) => (Some(*at), reference(references, case_id)),
        };
        vec![
            concern.id.to_string(),
            day(concern.recorded_at),
            concern.state().to_owned(),
            from,
            concern.report.safe_now.clone(),
            maybe(concern.report.event_at),
            maybe(concern.read.as_ref().map(|read| read.at)),
            maybe(decided),
            concern.level().map(|level| level.code().to_owned()).unwrap_or_default(),
            case,
            concern.learners.len().to_string(),
            concern.additions.len().to_string(),
            concern.unread_additions().to_string(),
        ]
    };
    Sheet::new(headings, concerns.iter().filter(|concern| days.has(concern.recorded_at)).map(row))
}

/// Devices held.
pub fn devices(devices: &[Custody], references: &References, days: Days) -> Sheet {
    let headings = &[
        "DEVICE",
        "CASE",
        "STATE",
        "GROUND",
        "TAKEN",
        "LAST EVENT",
        "LAST EVENT ON",
        "EVENTS",
        "GOES BACK BY",
        "CHAIN UNBROKEN",
    ];
    let row = |device: &Custody| {
        let last = device.standing().next_back();
        vec![
            device.id.to_string(),
            reference(references, &device.case_id),
            device.state().to_owned(),
            device.ground.clone(),
            maybe(device.links.first().map(|link| link.at)),
            last.map(|link| link.kind.clone()).unwrap_or_default(),
            maybe(last.map(|link| link.at)),
            device.links.len().to_string(),
            maybe(device.release_due()),
            yes(device.unbroken()),
        ]
    };
    let within = |device: &&Custody| device.links.first().is_none_or(|link| days.has(link.at));
    Sheet::new(headings, devices.iter().filter(within).map(row))
}

/// Searches.
pub fn searches(searches: &[Search], references: &References, days: Days) -> Sheet {
    let row = |search: &Search| {
        vec![
            search.id.to_string(),
            reference(references, &search.case_id),
            search.kind.clone(),
            search.authority.clone(),
            day(search.searched_at),
            day(search.stamp.at),
            yes(search.result.is_some()),
        ]
    };
    let headings = &["SEARCH", "CASE", "KIND", "BY WHAT RIGHT", "SEARCHED", "RECORDED", "SOMETHING FOUND"];
    Sheet::new(headings, searches.iter().filter(|search| days.has(search.searched_at)).map(row))
}

/// What was told outside the school, or kept.
pub fn disclosures(told: &[Disclosure], references: &References, fates: &HashMap<String, Fate>, days: Days) -> Sheet {
    // Told only once whoever it went to took it: until then, and where they did not, it says how it stands.
    let stands = |told: &Disclosure| match fates.get(&told.item).filter(|_| told.shared) {
        Some(fate) if fate.state != "told" => fate.state.to_owned(),
        _ => yes(told.shared),
    };
    let row = |told: &Disclosure| {
        vec![
            told.id.to_string(),
            reference(references, &told.case_id),
            told.recipient_kind.clone(),
            stands(told),
            told.basis.clone(),
            day(told.stamp.at),
        ]
    };
    let headings = &["DISCLOSURE", "CASE", "TO", "TOLD", "BASIS", "RECORDED"];
    Sheet::new(headings, told.iter().filter(|told| days.has(told.stamp.at)).map(row))
}

/// Referrals of cases.
pub fn referrals(cases: &[Case], days: Days) -> Sheet {
    let of = |case: &Case| {
        let row = |referral: &crate::case::Referral| {
            let decision = referral.decision.as_ref();
            vec![
                referral.id.to_string(),
                case.reference.clone(),
                case.procedure.id.clone(),
                referral.agency.clone(),
                day(referral.made_at),
                day(referral.chase_at),
                referral.state().to_owned(),
                decision.map(|decision| decision.outcome.clone()).unwrap_or_default(),
                maybe(decision.map(|decision| decision.at)),
            ]
        };
        let made = case.referrals.iter().filter(|referral| days.has(referral.made_at));
        made.map(row).collect::<Vec<_>>()
    };
    let headings = &["REFERRAL", "CASE", "INCIDENT TYPE", "AGENCY", "MADE", "CHASE ON", "STATE", "OUTCOME", "DECIDED"];
    Sheet::new(headings, cases.iter().flat_map(of))
}

/// Reports of suspect material, without what it is and where.
pub fn reports(cases: &[Case], days: Days) -> Sheet {
    let of = |case: &Case| {
        let row = |report: &crate::case::record::Report| {
            let answered = report.outcome.as_ref().map(|(_, at)| *at);
            vec![
                report.id.to_string(),
                case.reference.clone(),
                case.procedure.id.clone(),
                report.body.clone(),
                report.material_id.as_ref().map(ToString::to_string).unwrap_or_default(),
                day(report.stamp.at),
                day(report.chase_at),
                if answered.is_some() { "answered" } else { "waiting" }.to_owned(),
                maybe(answered),
            ]
        };
        let made = case.reports.iter().filter(|report| days.has(report.stamp.at));
        made.map(row).collect::<Vec<_>>()
    };
    let headings = &["REPORT", "CASE", "INCIDENT TYPE", "TO", "MATERIAL", "REPORTED", "CHASE ON", "STATE", "ANSWERED"];
    Sheet::new(headings, cases.iter().flat_map(of))
}
