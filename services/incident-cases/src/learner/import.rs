//! A roll held against who is here: new, unchanged, changed, back again, or somebody a person has to decide about.

use std::collections::{HashMap, HashSet};

use super::{Learner, LearnerId, Record, search, table::Line};

/// How alike two names are for a person to decide.
const CLOSE: f64 = 0.9;

/// What a line comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It cannot be taken.
    Wrong,
    /// The learner is not here.
    New,
    /// The learner is here, as the line says.
    Unchanged(LearnerId),
    /// The learner is here; the line says something else of them.
    Changed(LearnerId),
    /// The learner had left.
    Returned(LearnerId),
    /// The learner may be one of these.
    Close(Vec<LearnerId>),
}

/// What each line of a roll comes to, and who is not in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Review {
    /// In the table's order.
    pub outcomes: Vec<Outcome>,
    /// Learners on the roll here whom no line names or may mean.
    pub leavers: Vec<LearnerId>,
}

/// Holds a roll against who is here.
pub fn review(lines: &[Line], here: &[Learner]) -> Review {
    let by_upn: HashMap<&str, &Learner> =
        here.iter().filter(|l| !l.record.upn.is_empty()).map(|l| (l.record.upn.as_str(), l)).collect();
    let mut by_born: HashMap<Option<time::Date>, Vec<&Learner>> = HashMap::new();
    for learner in here {
        by_born.entry(learner.record.birth_date).or_default().push(learner);
    }
    let mut named = HashSet::new();
    let outcomes: Vec<Outcome> = lines
        .iter()
        .map(|line| {
            let outcome = if line.slips.is_empty() { one(&line.record, &by_upn, &by_born) } else { Outcome::Wrong };
            match &outcome {
                Outcome::Unchanged(id) | Outcome::Changed(id) | Outcome::Returned(id) => {
                    named.insert(id.clone());
                }
                Outcome::Close(ids) => named.extend(ids.iter().cloned()),
                Outcome::Wrong | Outcome::New => {}
            }
            outcome
        })
        .collect();
    let on_roll = here.iter().filter(|learner| learner.left_on.is_none());
    let leavers = on_roll.filter(|learner| !named.contains(&learner.id)).map(|learner| learner.id.clone()).collect();
    Review { outcomes, leavers }
}

fn one(
    record: &Record,
    by_upn: &HashMap<&str, &Learner>,
    by_born: &HashMap<Option<time::Date>, Vec<&Learner>>,
) -> Outcome {
    let stands = |learner: &Learner| {
        if learner.left_on.is_some() {
            Outcome::Returned(learner.id.clone())
        } else if merged(&learner.record, record) == learner.record {
            Outcome::Unchanged(learner.id.clone())
        } else {
            Outcome::Changed(learner.id.clone())
        }
    };
    if let Some(learner) = by_upn.get(record.upn.as_str()) {
        return stands(learner);
    }
    let names = |r: &Record| (search::words(&r.given_name), search::words(&r.family_name));
    let same_day = by_born.get(&record.birth_date).map(Vec::as_slice).unwrap_or_default();
    // Another pupil number is another person, whatever they are called.
    let may_be = |learner: &&&Learner| learner.record.upn.is_empty() || record.upn.is_empty();
    let exact: Vec<&&Learner> =
        same_day.iter().filter(may_be).filter(|learner| names(&learner.record) == names(record)).collect();
    if let ([learner], Some(_)) = (exact.as_slice(), record.birth_date) {
        return stands(learner);
    }
    // By what they are called, and by the given name: a roll may have either.
    let written =
        |r: &Record| [r.called().to_lowercase(), format!("{} {}", r.given_name, r.family_name).to_lowercase()];
    let theirs = written(record);
    let alike = |learner: &&&Learner| {
        let like = |own: &String| theirs.iter().any(|name| strsim::jaro_winkler(own, name) >= CLOSE);
        written(&learner.record).iter().any(like) || names(&learner.record) == names(record)
    };
    let undated = by_born.get(&None).map(Vec::as_slice).unwrap_or_default();
    let everybody = by_born.values().flatten();
    let close: Vec<LearnerId> = if record.birth_date.is_some() {
        let mut close: Vec<&&Learner> = same_day.iter().chain(undated).filter(may_be).filter(alike).collect();
        close.dedup_by_key(|learner| learner.id.clone());
        close.into_iter().map(|learner| learner.id.clone()).collect()
    } else {
        everybody.filter(may_be).filter(alike).map(|learner| learner.id.clone()).collect()
    };
    if close.is_empty() { Outcome::New } else { Outcome::Close(close) }
}

/// A record as a line changes it: what the line leaves empty stays.
pub fn merged(own: &Record, line: &Record) -> Record {
    let text = |own: &str, line: &str| if line.is_empty() { own.to_owned() } else { line.to_owned() };
    Record {
        given_name: text(&own.given_name, &line.given_name),
        family_name: text(&own.family_name, &line.family_name),
        known_as: text(&own.known_as, &line.known_as),
        birth_date: line.birth_date.or(own.birth_date),
        year_group: text(&own.year_group, &line.year_group),
        upn: text(&own.upn, &line.upn),
        flags: if line.flags.is_empty() { own.flags.clone() } else { line.flags.clone() },
        user_names: if line.user_names.is_empty() { own.user_names.clone() } else { line.user_names.clone() },
    }
}
