//! Somebody who may ask anything a role may ask, day after day, and adds up whatever the answers say: how well they do against
//! disclosure control, and against less than that.

mod solver;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use chassis::suppress::{Figure, alone, with_total};
use time::{Date, Duration};

use super::{
    answer,
    memory::{Memory, Needs},
};
use crate::table::{Axis, Counted, Question, Schools};
use solver::Seen;
use world::{Random, SCHOOLS, World};

const MIN_CELL: i64 = 6;
const ROUNDS: usize = 10_000;
const SEED: u64 = 20_261_127;

/// What answers questions.
enum Publisher {
    /// Disclosure control as it is.
    Control(Box<Memory>),
    /// Small counts are hidden, and nothing else.
    Primary,
    /// Each table is protected by itself; what was printed before is forgotten.
    Forgetful,
}

impl Publisher {
    fn control(world: &World) -> Self {
        Self::Control(Box::new(Memory::blank(world.term.start(), BTreeMap::new(), MIN_CELL)))
    }

    /// The figures of a table's cells, each with the day it is of.
    fn answer(&mut self, world: &World, counted: &Counted, today: Date) -> Vec<Vec<(Figure, Date)>> {
        let alone = |count: u64| (alone(count), today);
        match self {
            Self::Control(memory) => {
                let own = |school: &&&str| match &counted.question.schools {
                    Schools::One(one) => one == **school,
                    Schools::All => true,
                };
                let schools = SCHOOLS.iter().filter(own).map(|school| ((*school).to_owned(), Some(world.term)));
                memory.about(schools.collect(), counted.question.schools == Schools::All);
                let mut needs = Needs::new();
                answer::need(&counted.question, today, &mut needs);
                for (term, as_at) in needs.keys() {
                    memory.know((*term, *as_at), || world.truths(*term, as_at.unwrap_or(today)));
                }
                let _ = memory.print(&needs);
                let published = answer::of_people(memory, counted, today);
                let asked = counted.question.as_at.unwrap_or(today);
                // Of rows whose names are left out not even that there are any is seen.
                let place = |named: &[String], name: &String| named.iter().position(|other| other == name);
                let figure = |row: &String, column: &String| {
                    let at = place(&published.rows, row).zip(place(&published.columns, column));
                    at.map_or((Figure::NotApplicable, asked), |(row, column)| {
                        (published.cells[row][column], published.held[row][column].unwrap_or(asked))
                    })
                };
                let of = |row| counted.columns.iter().map(|column| figure(row, column)).collect();
                counted.rows.iter().map(of).collect()
            }
            Self::Primary => counted.cells.iter().map(|row| row.iter().map(|count| alone(*count)).collect()).collect(),
            Self::Forgetful => {
                let parts: Vec<u64> = counted.cells.iter().flatten().copied().collect();
                let (_, figures) = with_total(parts.iter().sum(), &parts);
                let mut figures = figures.into_iter().chain(std::iter::repeat(Figure::Hidden)).map(|f| (f, today));
                counted.cells.iter().map(|row| figures.by_ref().take(row.len()).collect()).collect()
            }
        }
    }
}

/// The questions of a day: first those whose answers fit together, then any.
fn questions(world: &World, day: Date, random: &mut Random, many: usize) -> Vec<Question> {
    let mut asked = Vec::with_capacity(many);
    for measure in world.measures() {
        let whole = world.question(measure, Schools::All);
        asked.push(whole.clone());
        asked.push(Question { rows: Some(Axis::School), ..whole.clone() });
        for dimension in &measure.dimensions {
            let by = Some(Axis::Dimension(dimension.clone()));
            asked.push(Question { rows: by.clone(), ..whole.clone() });
            for school in SCHOOLS {
                asked.push(Question { rows: by.clone(), ..world.question(measure, Schools::One(school.to_owned())) });
            }
        }
    }
    asked.truncate(many);
    while asked.len() < many {
        asked.push(world.any(day, random));
    }
    asked
}

/// Attacks a publisher, and says which hidden small counts were recovered.
fn attack(seed: u64, rounds: usize, publisher: impl FnOnce(&World) -> Publisher) -> Vec<String> {
    let mut random = Random(seed);
    let world = World::new(&mut random);
    let mut publisher = publisher(&world);
    let days = world.days();
    let mut seen: BTreeMap<solver::Family, Seen> = BTreeMap::new();
    let each = rounds.div_ceil(days.len());
    let mut left = rounds;
    for today in &days {
        if let Publisher::Control(memory) = &mut publisher {
            memory.at(today.midnight().assume_utc() + Duration::hours(17));
        }
        for question in questions(&world, *today, &mut random, each.min(left)) {
            left -= 1;
            let counted = world.count(question, *today);
            let figures = publisher.answer(&world, &counted, *today);
            for (family, cell, said) in solver::read(&counted, &figures, *today) {
                seen.entry(family).or_default().add(cell, said);
            }
        }
    }
    assert_eq!(left, 0, "every round was asked");
    seen.iter().flat_map(|(family, seen)| seen.recovered(&world, family)).collect()
}

/// The promise: whatever is asked, no small count that is hidden can be worked out.
#[test]
fn suppression_attack() {
    let begun = std::time::Instant::now();
    let recovered = attack(SEED, ROUNDS, Publisher::control);
    println!("{ROUNDS} rounds of seed {SEED} in {:.1} s: {} recovered", begun.elapsed().as_secs_f32(), recovered.len());
    assert!(recovered.is_empty(), "{} recovered, such as {:?}", recovered.len(), &recovered[..recovered.len().min(5)]);
}

/// The attack bites: without secondary suppression, and without memory, it finds what is hidden.
#[test]
fn the_attack_recovers_what_less_than_disclosure_control_hides() {
    let primary = attack(SEED, 500, |_| Publisher::Primary);
    assert!(!primary.is_empty(), "a total less the parts that are shown tells the one that is not");
    let forgetful = attack(SEED, 500, |_| Publisher::Forgetful);
    assert!(!forgetful.is_empty(), "all schools less those that are shown tell the one that is not");
}

/// Disclosure control that hides everything would pass, too.
#[test]
fn disclosure_control_still_prints_most_of_what_is_large() {
    let mut random = Random(SEED);
    let world = World::new(&mut random);
    let mut publisher = Publisher::control(&world);
    let today = world.days().last().copied().unwrap_or(Date::MIN);
    if let Publisher::Control(memory) = &mut publisher {
        memory.at(today.midnight().assume_utc() + Duration::hours(17));
    }
    let (mut printed, mut large) = (0, 0);
    let mut values = BTreeSet::new();
    for question in questions(&world, today, &mut random, 26) {
        let counted = world.count(question, today);
        let figures = publisher.answer(&world, &counted, today);
        for (figure, count) in figures.iter().flatten().zip(counted.cells.iter().flatten()) {
            if *count >= 6 {
                large += 1;
                printed += usize::from(figure.0 == Figure::Count(*count));
                values.insert(*count);
            }
            let number = matches!(figure.0, Figure::Count(_));
            assert!(!(1..6).contains(count) || !number, "a small count is printed");
        }
    }
    assert!(large > 20 && values.len() > 5, "there is something to print");
    assert!(printed * 3 > large, "{printed} of {large} are printed");
}
