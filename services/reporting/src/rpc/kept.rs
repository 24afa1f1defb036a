//! What was printed over all schools of each fact in each term, kept in memory for as long as it stands: until a count of it moves,
//! something of it is printed to anybody, a school comes, or the day is over. A page over all schools is then read, and not
//! counted again; what moved alone is counted, and goes through disclosure control as ever.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chassis::{calendar::Term, clock::london, db::Tx, error::Result};
use time::{Date, OffsetDateTime};

use super::printed::audience;
use crate::{
    disclosure::{Published, disclose, part_of},
    measure::{self, Line, Since},
    report::{compared, question},
    store::{
        moved::{self, COUNTED, Moved, PRINTED},
        state::SchoolState,
    },
    table::{Schools, outlines},
};

/// As many answers are kept: of each fact in each term of the few pages that people look at.
const MOST: usize = 160;
/// What is kept may have to be counted again once: where what was counted with it printed something of the same fact.
const ROUNDS: usize = 2;

/// A line with what was printed of it.
pub(crate) type Printed = (&'static Line, Arc<Published>);

/// A term, as it is known now or was known at the end of a day, and a fact. The lines of one fact are judged together.
type Key = (Term, Option<Date>, &'static str);

/// What an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    /// What may be printed changes with the day, and with nothing shorter.
    today: Date,
    generation: i64,
    /// Which schools there are, and since when.
    schools: u64,
    counted: i64,
    printed: i64,
}

struct Answer {
    stamp: Stamp,
    printed: Vec<Arc<Published>>,
    /// When it was last asked for, in questions.
    used: u64,
}

/// A school with what began there: its first term, its feed, its registers.
type There = (String, Begun);
type Begun = (Option<Term>, [Option<OffsetDateTime>; 2]);

fn begun_at(school: &SchoolState) -> Begun {
    (school.first_term(), [Since::Feed, Since::Register].map(|since| school.begun(since)))
}

#[derive(Default)]
struct Inner {
    schools: Vec<There>,
    version: u64,
    uses: u64,
    answers: BTreeMap<Key, Answer>,
}

/// The answers that are kept.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Inner>);

impl Kept {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for the schools there are. With others nothing that was kept stands.
    fn schools(&self, there: &[SchoolState]) -> u64 {
        let mut inner = self.inner();
        let same =
            |(school, (id, begun)): (&SchoolState, &There)| school.school_id == *id && begun_at(school) == *begun;
        if there.len() != inner.schools.len() || !there.iter().zip(&inner.schools).all(same) {
            inner.schools = there.iter().map(|school| (school.school_id.clone(), begun_at(school))).collect();
            inner.version += 1;
            inner.answers.clear();
        }
        inner.version
    }

    fn get(&self, key: &Key, stamp: &Stamp) -> Option<Vec<Arc<Published>>> {
        let mut inner = self.inner();
        inner.uses += 1;
        let uses = inner.uses;
        let answer = inner.answers.get_mut(key).filter(|answer| answer.stamp == *stamp)?;
        answer.used = uses;
        Some(answer.printed.clone())
    }

    fn keep(&self, key: Key, stamp: Stamp, printed: Vec<Arc<Published>>) {
        let mut inner = self.inner();
        let used = inner.uses;
        inner.answers.insert(key, Answer { stamp, printed, used });
        while inner.answers.len() > MOST {
            let Some(oldest) = inner.answers.iter().min_by_key(|(_, answer)| answer.used).map(|(key, _)| *key) else {
                break;
            };
            inner.answers.remove(&oldest);
        }
    }
}

/// The lines of a fact that have a figure of their own.
fn of_fact(fact: &'static str) -> impl Iterator<Item = &'static Line> {
    compared().filter(move |line| line.measure.fact == fact)
}

/// All schools' terms: of each line that has a figure of its own, a row for each school and the figure over all of them.
pub(crate) async fn of_all(
    tx: &mut Tx,
    kept: &Kept,
    schools: &[SchoolState],
    terms: &[(Term, Option<Date>)],
) -> Result<Vec<Vec<Printed>>> {
    let facts: BTreeSet<&'static str> = compared().map(|line| line.measure.fact.as_str()).collect();
    let standing = measure::all().iter().filter(|measure| measure.standing).map(|measure| measure.fact.as_str());
    let standing: BTreeSet<&'static str> = standing.filter(|fact| facts.contains(fact)).collect();
    // What a figure is known by moves it as well.
    let known_by = |line: &'static Line| {
        let known = line.measure.known_by.as_ref()?;
        Some((line.measure.fact.as_str(), known.fact.as_str()))
    };
    let known_by: BTreeMap<&'static str, &'static str> = compared().filter_map(known_by).collect();
    // And what another fact counts a part of, by that part.
    let parts = facts.iter().filter_map(|fact| part_of(fact));
    let watched: BTreeSet<&'static str> = facts.iter().copied().chain(parts).collect();
    let ids: BTreeSet<String> = terms.iter().map(|(term, _)| term.id()).collect();
    let (today, version) = (london(tx.now()).date(), kept.schools(schools));
    let stamp = |(term, _, fact): &Key, moved: &Moved| Stamp {
        today,
        generation: moved.generation,
        schools: version,
        // What stands at the end of a term was counted in any before.
        counted: if standing.contains(fact) {
            moved.ever(COUNTED, fact)
        } else {
            let beside = known_by.get(fact).map_or(0, |fact| moved.in_term(COUNTED, fact, &term.id()));
            let part = part_of(fact).map_or(0, |part| moved.in_term(COUNTED, part, &term.id()));
            moved.in_term(COUNTED, fact, &term.id()) + beside + part
        },
        printed: moved.in_term(PRINTED, fact, &term.id()),
    };
    let mut before = moved::read(tx, &ids, &watched, &standing).await?;
    let (mut found, mut missing) = (BTreeMap::new(), Vec::new());
    for (term, as_at) in terms {
        for fact in &facts {
            let key: Key = (*term, *as_at, *fact);
            match kept.get(&key, &stamp(&key, &before)) {
                Some(printed) => drop(found.insert(key, printed)),
                None => missing.push(key),
            }
        }
    }
    let audience = audience(tx, "");
    for _ in 0..ROUNDS {
        if missing.is_empty() {
            break;
        }
        let mut asked = Vec::new();
        for (term, as_at, fact) in &missing {
            asked.extend(of_fact(fact).map(|line| question(line, Schools::All, (*term, *as_at))));
        }
        let outlined = outlines(tx, asked).await?;
        let mut printed = disclose(tx, &audience, &outlined).await?.into_iter().map(Arc::new);
        let after = moved::read(tx, &ids, &watched, &standing).await?;
        // What rests on printings of before is judged with these.
        let again: Vec<Key> = found.keys().filter(|key| stamp(key, &before) != stamp(key, &after)).copied().collect();
        for key in missing {
            let of_key: Vec<Arc<Published>> = printed.by_ref().take(of_fact(key.2).count()).collect();
            // What printed something is not kept: it is counted once more, and then stands.
            let stamped = stamp(&key, &before);
            if stamped == stamp(&key, &after) {
                kept.keep(key, stamped, of_key.clone());
            }
            found.insert(key, of_key);
        }
        (missing, before) = (again, after);
    }
    let none = Vec::new();
    let of_term = |(term, as_at): &(Term, Option<Date>)| -> Vec<Printed> {
        let mut lines = Vec::new();
        let mut next: BTreeMap<&'static str, usize> = BTreeMap::new();
        for line in compared() {
            let fact = line.measure.fact.as_str();
            let nth = next.entry(fact).or_default();
            let printed = found.get(&(*term, *as_at, fact)).unwrap_or(&none).get(*nth);
            lines.extend(printed.map(|printed| (line, printed.clone())));
            *nth += 1;
        }
        lines
    };
    Ok(terms.iter().map(of_term).collect())
}
