//! What is true: the counts of every fact that is asked about, by school, dimension and month, as the store has them.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{calendar::Term, db::Tx, error::Result};
use time::Date;

use super::{
    block::Truth,
    period::{MONTH, months},
};
use crate::{fact, measure, store::cell};

/// The dimensions of a fact that any measure of it knows, with whether one thing counts in several of their values.
fn dimensions(of: &str) -> BTreeMap<&'static str, bool> {
    let mut all = BTreeMap::new();
    for measure in measure::all().iter().filter(|measure| measure.fact == of) {
        for dimension in measure.dimensions.iter().chain(measure.only.keys()) {
            *all.entry(dimension.as_str()).or_default() |= measure.in_several(dimension);
        }
    }
    all
}

/// Whether a fact is counted by a dimension: any that a measure of it knows, and months.
pub(super) fn counts_by(of: &str, dimension: &str) -> bool {
    let knows = |measure: &measure::Measure| {
        let mut all = measure.dimensions.iter().chain(measure.only.keys());
        measure.fact == of && all.any(|known| known == dimension)
    };
    dimension == MONTH || measure::all().iter().any(knows)
}

fn standing(of: &str) -> bool {
    measure::all().iter().any(|measure| measure.fact == of && measure.standing)
}

/// Where nothing was counted.
pub(super) fn nothing(of: &str) -> Truth {
    let several = dimensions(of).into_iter().filter(|(_, several)| *several).map(|(key, _)| key.to_owned());
    Truth { several: several.collect(), ..Truth::default() }
}

/// The true counts of a term, by fact and school, as they are known now or were known at the end of a day.
pub(super) async fn of_term(
    tx: &Tx,
    school: Option<&str>,
    term: Term,
    as_at: Option<Date>,
    facts: &BTreeSet<&'static str>,
) -> Result<BTreeMap<(&'static str, String), Truth>> {
    let mut truths: BTreeMap<(&'static str, String), Truth> = BTreeMap::new();
    let months = months(term);
    for stands in [false, true] {
        let asked: BTreeMap<&'static str, bool> =
            facts.iter().filter(|fact| standing(fact) == stands).map(|fact| (*fact, true)).collect();
        if asked.is_empty() {
            continue;
        }
        let later = months.iter().skip(1).map(|(_, first)| *first);
        let sums = cell::Sums {
            school: school.map(str::to_owned),
            from: (!stands).then(|| term.start().date()),
            to: term.end().date(),
            as_at,
            breaks: if stands { Vec::new() } else { later.collect() },
            by_school: true,
            facts: asked.clone(),
        };
        let known: BTreeMap<&str, BTreeMap<&str, bool>> = asked.keys().map(|fact| (*fact, dimensions(fact))).collect();
        for sum in cell::sums(tx, &sums).await? {
            let Some(fact) = asked.keys().find(|fact| **fact == sum.fact) else { continue };
            let truth = truths.entry((*fact, sum.school.clone())).or_insert_with(|| nothing(fact));
            let month = months.get(sum.stretch).filter(|_| !stands).map(|(label, _)| label.as_str());
            add(truth, &sum, known.get(fact), month);
        }
    }
    for truth in truths.values_mut() {
        truth.parts.values_mut().for_each(|parts| parts.retain(|_, count| *count != 0));
        truth.parts.retain(|_, parts| !parts.is_empty());
    }
    Ok(truths)
}

/// The true totals of a term alone, which is much less to read.
pub(super) async fn totals(
    tx: &Tx,
    school: Option<&str>,
    term: Term,
    as_at: Option<Date>,
    facts: &BTreeSet<&'static str>,
) -> Result<BTreeMap<(&'static str, String), i64>> {
    let mut totals = BTreeMap::new();
    for stands in [false, true] {
        let asked: BTreeMap<&'static str, bool> =
            facts.iter().filter(|fact| standing(fact) == stands).map(|fact| (*fact, false)).collect();
        if asked.is_empty() {
            continue;
        }
        let sums = cell::Sums {
            school: school.map(str::to_owned),
            from: (!stands).then(|| term.start().date()),
            to: term.end().date(),
            as_at,
            breaks: Vec::new(),
            by_school: true,
            facts: asked.clone(),
        };
        for sum in cell::sums(tx, &sums).await? {
            if let Some(fact) = asked.keys().find(|fact| **fact == sum.fact) {
                *totals.entry((*fact, sum.school)).or_default() += sum.count;
            }
        }
    }
    Ok(totals)
}

fn add(truth: &mut Truth, sum: &cell::Sum, known: Option<&BTreeMap<&str, bool>>, month: Option<&str>) {
    truth.total += sum.count;
    let mut count = |dimension: &str, value: &str| {
        *truth.parts.entry(dimension.to_owned()).or_default().entry(value.to_owned()).or_default() += sum.count;
    };
    for (dimension, several) in known.into_iter().flatten() {
        let values = fact::values(&sum.dims, dimension);
        match values.as_slice() {
            // Whatever has no value of a dimension is a part beside the others, so that parts add up.
            [] if !*several => count(dimension, ""),
            values => values.iter().for_each(|value| count(dimension, value)),
        }
    }
    if let Some(month) = month {
        count(MONTH, month);
    }
}
