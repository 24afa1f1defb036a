//! A small authority with a known truth: things that happen, are recorded on the day or later, and are put right now and then.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use chassis::calendar::Term;
use time::{Date, Duration};

use super::super::{
    block::Truth,
    memory::Truths,
    period::months,
    truth::{counts_by, nothing},
};
use crate::{
    measure::{self, Measure},
    table::{Axis, Counted, Question, Schools},
};

/// The schools: three tiny, two small, one middling, two large, of which in one hardly anything happens before `LATE`.
pub(super) const SCHOOLS: [&str; 8] = ["sch_a", "sch_b", "sch_c", "sch_d", "sch_e", "sch_f", "sch_g", "sch_h"];
const SIZES: [u64; 8] = [3, 4, 3, 9, 14, 30, 90, 110];
/// The day of the term on which it begins there: the first of November; and how many came before.
const LATE: (u64, u64) = (61, 5);
const PROCEDURES: [&str; 5] = ["P1", "P2", "P5", "P7", "P8"];
const ORIGINS: [&str; 3] = ["staff", "public", "alert"];
/// Who records a concern that no alert became.
pub(super) const PEOPLE: [&str; 2] = ["staff", "public"];
/// The school where people record few beside many alerts, and how few.
const FEW: (&str, u64) = ("sch_f", 4);
const OUTCOMES: [&str; 2] = ["resolved", "unfounded"];
const RISKS: [&str; 4] = ["content", "contact", "conduct", "commerce"];
const WAITED: [&str; 3] = ["within_1h", "within_24h", "over_7d"];
/// What becomes of concerns: those that led to a case, and those that did not.
pub(super) const OPENED: [&str; 3] = ["new_case", "early_help", "referred"];
pub(super) const OTHERWISE: [&str; 2] = ["no_further_action", "added_to_case"];
/// Themes of alerts, each with the severity that the policy gives it, as everybody can read there.
const THEMES: [(&str, &str); 4] =
    [("bullying", "medium"), ("violence_weapons", "medium"), ("self_harm_suicide", "high"), ("gambling", "low")];
/// Days between two on which figures are asked for.
const EVERY: i64 = 6;

/// Numbers that follow from a seed (splitmix64).
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below another.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let place = usize::try_from(self.below(u64::try_from(of.len()).unwrap())).unwrap();
        &of[place]
    }
}

/// Something that happened.
struct Thing {
    school: &'static str,
    fact: &'static str,
    day: Date,
    known: Date,
    dims: Vec<(&'static str, &'static str)>,
    count: i64,
}

pub(super) struct World {
    pub(super) term: Term,
    things: Vec<Thing>,
}

impl World {
    pub(super) fn new(random: &mut Random) -> Self {
        let term: Term = "2026-autumn".parse().unwrap();
        let start = term.start().date();
        let mut things = Vec::new();
        let mut opened = Vec::new();
        for (school, size) in SCHOOLS.into_iter().zip(SIZES) {
            for fact in ["case_opened", "concern_recorded"] {
                for n in 0..size {
                    let before = things.len();
                    let after = match school {
                        "sch_h" if n < LATE.1 => random.below(LATE.0),
                        "sch_h" => LATE.0 + random.below(121 - LATE.0),
                        _ => random.below(121),
                    };
                    let day = start + Duration::days(i64::try_from(after).unwrap());
                    let late = if random.below(6) == 0 { random.below(25) } else { 0 };
                    let known = day + Duration::days(i64::try_from(late).unwrap());
                    let dims = if fact == "case_opened" {
                        let mut dims = vec![("procedure", Self::skewed(&PROCEDURES, random))];
                        dims.push(("risk", Self::skewed(&RISKS, random)));
                        if random.below(3) == 0 {
                            dims.push(("risk", *random.one(&RISKS)));
                            dims.dedup();
                        }
                        dims
                    } else {
                        vec![("origin", Self::person(Self::skewed(&ORIGINS, random)))]
                    };
                    // Now and then one is found to be of another kind: the first is taken back, and the other counts.
                    let mut last = dims[0];
                    if random.below(20) == 0 {
                        let again = known + Duration::days(7);
                        let mut other = dims.clone();
                        other[0].1 = if fact == "case_opened" {
                            *random.one(&PROCEDURES)
                        } else {
                            Self::person(*random.one(&ORIGINS))
                        };
                        last = other[0];
                        things.push(Thing { school, fact, day, known: again, dims: dims.clone(), count: -1 });
                        things.push(Thing { school, fact, day, known: again, dims: other, count: 1 });
                    }
                    things.push(Thing { school, fact, day, known, dims, count: 1 });
                    if fact == "case_opened" {
                        opened.push((school, day, known));
                    }
                    // Most cases are closed, on the day that is known.
                    let closed = known + Duration::days(8 + i64::try_from(random.below(40)).unwrap());
                    if fact == "case_opened" && random.below(5) > 0 && closed < term.end().date() {
                        let dims = vec![last, ("outcome", *random.one(&OUTCOMES))];
                        things.push(Thing { school, fact: "case_closed", day: closed, known: closed, dims, count: 1 });
                    }
                    if fact == "concern_recorded" && school == FEW.0 && n >= FEW.1 {
                        things.truncate(before);
                    }
                }
            }
        }
        // Each case was opened by a decision about a concern, and few of these led to none.
        for (school, day, known) in opened {
            let dims = Self::decided(&OPENED, random);
            things.push(Thing { school, fact: "concern_triaged", day, known, dims, count: 1 });
        }
        for (school, size) in SCHOOLS.into_iter().zip(SIZES) {
            for n in 0..=size + size / 12 {
                let day = start + Duration::days(i64::try_from(random.below(121)).unwrap());
                let (fact, dims) = if n < size {
                    let (theme, severity) = if random.below(2) == 0 { THEMES[1] } else { *random.one(&THEMES) };
                    ("alert_raised", vec![("theme", theme), ("severity", severity)])
                } else {
                    ("concern_triaged", Self::decided(&OTHERWISE, random))
                };
                if fact == "alert_raised" {
                    // The lead reads it as a concern.
                    let dims = vec![("origin", "alert")];
                    things.push(Thing { school, fact: "concern_recorded", day, known: day, dims, count: 1 });
                    let (fact, dims) = ("concern_from_alert", Vec::new());
                    things.push(Thing { school, fact, day, known: day, dims, count: 1 });
                }
                things.push(Thing { school, fact, day, known: day, dims, count: 1 });
            }
        }
        Self { term, things }
    }

    /// An origin that is no alert.
    fn person(origin: &'static str) -> &'static str {
        if PEOPLE.contains(&origin) { origin } else { PEOPLE[0] }
    }

    fn decided(outcomes: &[&'static str], random: &mut Random) -> Vec<(&'static str, &'static str)> {
        vec![("outcome", Self::skewed(outcomes, random)), ("waited", *random.one(&WAITED))]
    }

    /// The themes of a severity.
    pub(super) fn themes_of(severity: &str) -> impl Iterator<Item = String> {
        THEMES.iter().filter(move |(_, of)| *of == severity).map(|(theme, _)| (*theme).to_owned())
    }

    fn skewed(values: &[&'static str], random: &mut Random) -> &'static str {
        if random.below(2) == 0 { values[0] } else { *random.one(values) }
    }

    /// The days on which figures are asked for: through the term, and some weeks after.
    pub(super) fn days(&self) -> Vec<Date> {
        let start = self.term.start().date();
        (1..)
            .map(|n| start + Duration::days(n * EVERY))
            .take_while(|day| *day < self.term.end().date() + Duration::days(30))
            .collect()
    }

    pub(super) fn measures(&self) -> Vec<&'static Measure> {
        let keys =
            ["cases_opened", "concerns_recorded", "cases_closed", "cases_open", "concerns_triaged", "alerts_raised"];
        keys.into_iter().filter_map(measure::get).collect()
    }

    /// The months of its term.
    pub(super) fn months(&self) -> impl Iterator<Item = String> {
        months(self.term).into_iter().map(|(month, _)| month)
    }

    /// A question about the whole term.
    pub(super) fn question(&self, measure: &'static Measure, schools: Schools) -> Question {
        let (from, to) = (self.term.start().date(), self.term.end().date());
        Question { measure, schools, from, to, as_at: None, rows: None, columns: None, only: BTreeMap::new() }
    }

    /// Any question that can be put: odd periods, filters and days among them.
    pub(super) fn any(&self, today: Date, random: &mut Random) -> Question {
        let measures = self.measures();
        let measure = *random.one(&measures);
        let schools =
            if random.below(2) == 0 { Schools::All } else { Schools::One((*random.one(&SCHOOLS)).to_owned()) };
        let mut question = self.question(measure, schools);
        let all = months(self.term);
        match random.below(7) {
            2 => question.to = all[1 + usize::try_from(random.below(3)).unwrap()].1,
            0 => {
                let month = usize::try_from(random.below(4)).unwrap();
                question.from = all[month].1;
                question.to = all.get(month + 1).map_or(question.to, |(_, first)| *first);
            }
            1 => question.to = question.from + Duration::days(1 + i64::try_from(random.below(60)).unwrap()),
            _ => {}
        }
        if random.below(4) == 0 && today > question.from {
            let days = u64::try_from((today - question.from).whole_days()).unwrap();
            // On days of asking, for the solver knows no others.
            let days = i64::try_from(random.below(days)).unwrap() / EVERY * EVERY;
            question.as_at = Some(question.from + Duration::days(days.max(EVERY))).filter(|day| *day <= today);
        }
        let dimension = random.one(&measure.dimensions).clone();
        question.rows = match random.below(5) {
            0 => None,
            1 => Some(Axis::Month),
            2 if question.schools == Schools::All => Some(Axis::School),
            _ => Some(Axis::Dimension(dimension.clone())),
        };
        if random.below(4) == 0 {
            let values: &[&str] = match dimension.as_str() {
                "procedure" => &PROCEDURES,
                "origin" => &ORIGINS,
                "waited" => &WAITED,
                "theme" => &["bullying", "self_harm_suicide"],
                "outcome" if measure.fact == "concern_triaged" => &OTHERWISE,
                "outcome" => &OUTCOMES,
                "group" => &["in_care", "send"],
                _ => &RISKS,
            };
            let kept: Vec<String> = values.iter().filter(|_| random.below(3) > 0).map(|v| (*v).to_owned()).collect();
            if !kept.is_empty() {
                question.only.insert(dimension, kept);
            }
        }
        question
    }

    /// The counts of a question, exactly.
    pub(super) fn count(&self, question: Question, today: Date) -> Counted {
        let by = question.as_at.unwrap_or(today).min(today);
        let fits = |thing: &&Thing| {
            sign(&question.measure.fact, thing) != 0
                && thing.known <= by
                && thing.day < question.to
                // What stands at the end of a period came at any time before it.
                && (question.measure.standing || thing.day >= question.from)
                && question.only.iter().all(|(d, values)| {
                    thing.dims.iter().any(|(of, value)| of == d && values.iter().any(|v| v == value))
                })
                && match &question.schools {
                    Schools::One(school) => school == thing.school,
                    Schools::All => true,
                }
        };
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for thing in self.things.iter().filter(fits) {
            for label in labels(question.rows.as_ref(), thing) {
                *counts.entry(label).or_default() += sign(&question.measure.fact, thing) * thing.count;
            }
        }
        let rows: Vec<String> = match &question.rows {
            Some(Axis::School) => SCHOOLS.iter().map(|school| (*school).to_owned()).collect(),
            None => vec![String::new()],
            _ => counts.iter().filter(|(_, count)| **count > 0).map(|(label, _)| label.clone()).collect(),
        };
        let cell = |row: &String| vec![u64::try_from(counts.get(row).copied().unwrap_or_default()).unwrap_or_default()];
        let cells = rows.iter().map(cell).collect();
        Counted { question, rows, columns: vec![String::new()], cells, known: None, whole: None }
    }

    /// The true count of a value of a dimension at some schools by a day; of all values where none is named.
    pub(super) fn true_count(&self, fact: &str, schools: &[&str], of: Option<(&str, &str)>, by: Date) -> i64 {
        let here = self.things.iter().filter(|thing| sign(fact, thing) != 0 && thing.known <= by);
        let here = here.filter(|thing| schools.contains(&thing.school));
        here.filter(|thing| match of {
            Some((super::solver::MONTH, month)) => labels(Some(&Axis::Month), thing).iter().any(|label| label == month),
            Some((dimension, value)) => thing.dims.contains(&(dimension, value)),
            None => true,
        })
        .map(|thing| sign(fact, thing) * thing.count)
        .sum()
    }

    /// What the store says is true of a term.
    pub(super) fn truths(&self, term: Term, by: Date) -> Truths {
        let mut truths = Truths::new();
        let things = self.things.iter().filter(|thing| thing.known <= by && term == self.term);
        for thing in things {
            let stands = sign("case_open", thing);
            if stands != 0 {
                let truth =
                    truths.entry(("case_open", thing.school.to_owned())).or_insert_with(|| nothing("case_open"));
                truth.total += stands * thing.count;
                for (dimension, value) in thing.dims.iter().filter(|(dimension, _)| *dimension == "procedure") {
                    let parts = truth.parts.entry((*dimension).to_owned()).or_default();
                    *parts.entry((*value).to_owned()).or_default() += stands * thing.count;
                }
            }
            let truth: &mut Truth =
                truths.entry((thing.fact, thing.school.to_owned())).or_insert_with(|| nothing(thing.fact));
            truth.total += thing.count;
            let month = labels(Some(&Axis::Month), thing);
            let month = month.iter().map(|month| ("month", month.as_str()));
            let counted = thing.dims.iter().copied().filter(|(dimension, _)| counts_by(thing.fact, dimension));
            for (dimension, value) in counted.chain(month) {
                let parts = truth.parts.entry(dimension.to_owned()).or_default();
                *parts.entry(value.to_owned()).or_default() += thing.count;
            }
        }
        for truth in truths.values_mut() {
            truth.parts.values_mut().for_each(|parts| parts.retain(|_, count| *count != 0));
            truth.parts.retain(|_, parts| !parts.is_empty());
        }
        truths
    }
}

/// How a thing counts into a fact: what stands open is what was opened less what was closed.
fn sign(fact: &str, thing: &Thing) -> i64 {
    match (fact, thing.fact) {
        (fact, of) if fact == of => 1,
        ("case_open", "case_opened") => 1,
        ("case_open", "case_closed") => -1,
        _ => 0,
    }
}

fn labels(axis: Option<&Axis>, thing: &Thing) -> Vec<String> {
    match axis {
        None | Some(Axis::Term) => vec![String::new()],
        Some(Axis::School) => vec![thing.school.to_owned()],
        Some(Axis::Month) => vec![format!("{}-{:02}", thing.day.year(), u8::from(thing.day.month()))],
        Some(Axis::Dimension(dimension)) => {
            thing.dims.iter().filter(|(of, _)| of == dimension).map(|(_, value)| (*value).to_owned()).collect()
        }
    }
}
