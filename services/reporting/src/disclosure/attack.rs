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
use crate::{
    ask,
    table::{Axis, Counted, Question, Schools},
};
use solver::{Outcome, Seen};
use world::{OTHERWISE, PEOPLE, Random, SCHOOLS, World};

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
        let asked = counted.question.as_at.unwrap_or(today).min(today);
        let alone = |count: u64| (alone(count), asked);
        match self {
            Self::Control(memory) => {
                let own = |school: &&&str| match &counted.question.schools {
                    Schools::One(one) => one == **school,
                    Schools::All => true,
                };
                let schools = SCHOOLS.iter().filter(own).map(|school| ((*school).to_owned(), Some(world.term)));
                memory.about(schools.collect(), counted.question.schools == Schools::All);
                let mut needs = Needs::new();
                answer::need(&counted.question, today, Some(world.term), &mut needs);
                for (term, as_at) in needs.keys() {
                    memory.know((*term, *as_at), || world.truths(*term, as_at.unwrap_or(today)));
                }
                // Whoever asks comes in by the door for tables, which refuses what is answered with hidden cells alone.
                let refused = super::narrow(&counted.question).is_some();
                assert_eq!(ask::admitted(&counted.question, today).is_err(), refused, "{:?}", counted.question);
                let _ = memory.print(&needs);
                let published = answer::of_people(memory, counted, today);
                let hidden = published.cells.iter().flatten().all(|figure| *figure == Figure::Hidden);
                assert!(
                    !refused || (hidden && needs.is_empty()),
                    "what is refused prints nothing: {:?}",
                    counted.question
                );
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
                let mut figures = figures.into_iter().chain(std::iter::repeat(Figure::Hidden)).map(|f| (f, asked));
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
    // What follows by another breakdown of the same figure, or from two figures: alerts by severity, which is a coarser theme,
    // whether that may be asked or not; concerns that led to no case, which are all of them less the cases; and those that people
    // recorded, which are all of them less the alerts.
    let everywhere = || SCHOOLS.iter().map(|school| Schools::One((*school).to_owned())).chain([Schools::All]);
    for measure in world.measures() {
        for schools in everywhere() {
            let whole = world.question(measure, schools);
            match measure.fact.as_str() {
                "alert_raised" => {
                    let rows = Some(Axis::Dimension("severity".to_owned()));
                    asked.extend([Question { rows, ..whole.clone() }, whole]);
                }
                "concern_triaged" => {
                    let otherwise = OTHERWISE.iter().map(|outcome| (*outcome).to_owned()).collect();
                    let only = BTreeMap::from([("outcome".to_owned(), otherwise)]);
                    asked.extend([Question { only, ..whole.clone() }, whole]);
                }
                "concern_recorded" => {
                    let people = PEOPLE.iter().map(|origin| (*origin).to_owned()).collect();
                    let only = BTreeMap::from([("origin".to_owned(), people)]);
                    asked.extend([Question { only, ..whole.clone() }, whole]);
                }
                "case_opened" => asked.push(whole),
                _ => {}
            }
        }
    }
    asked.truncate(many);
    while asked.len() < many {
        asked.push(world.any(day, random));
    }
    asked
}

/// Looks whether every figure that is printed was true at the end of its day, and none tells what counts in two values at once.
fn checked(world: &World, counted: &Counted, figures: &[Vec<(Figure, Date)>], today: Date) {
    let question = &counted.question;
    for (row, figures) in counted.rows.iter().zip(figures) {
        for (figure, day) in figures {
            let Figure::Count(count) = figure else { continue };
            let then = world.count(Question { as_at: Some(*day), ..question.clone() }, today);
            let place = then.rows.iter().position(|other| other == row);
            let truth = place.map_or(0, |place| then.cells[place][0]);
            assert_eq!(*count, truth, "a figure is false: {row} of {day}, asked on {today}: {question:?}");
            if let Some(Axis::Dimension(dimension)) = &question.rows {
                let selected = question.only.get(dimension).is_none_or(|only| only.contains(row));
                assert!(selected, "a figure is of two things at once: {row}, asked on {today}: {question:?}");
            }
        }
    }
}

/// Whether a question is for totals of the whole term: breakdowns and months are printed when it is over, of what was looked at
/// before, too.
fn whole(world: &World, question: &Question) -> bool {
    let all = world.question(question.measure, question.schools.clone());
    let by_school = question.rows.is_none() || question.rows == Some(Axis::School);
    by_school && Question { as_at: None, rows: None, ..question.clone() } == all
}

/// Attacks a publisher, and says which hidden small counts were recovered.
fn attack(seed: u64, rounds: usize, publisher: impl FnOnce(&World) -> Publisher) -> Outcome {
    let mut random = Random(seed);
    let world = World::new(&mut random);
    let mut publisher = publisher(&world);
    let days = world.days();
    let mut seen: BTreeMap<solver::Family, Seen> = BTreeMap::new();
    let each = rounds.div_ceil(days.len());
    let mut left = rounds;
    let mut past = Vec::new();
    for today in &days {
        if let Publisher::Control(memory) = &mut publisher {
            memory.at(today.midnight().assume_utc() + Duration::hours(17));
        }
        for question in questions(&world, *today, &mut random, each.min(left)) {
            left -= 1;
            let counted = world.count(question, *today);
            let figures = publisher.answer(&world, &counted, *today);
            checked(&world, &counted, &figures, *today);
            if whole(&world, &counted.question) && counted.question.as_at.is_some_and(|day| day < *today) {
                past.push((counted.question.clone(), *today, figures.clone()));
            }
            for (family, cell, said) in solver::read(&counted, &figures, *today) {
                seen.entry(family).or_default().add(cell, said);
            }
        }
    }
    assert_eq!(left, 0, "every round was asked");
    let control = matches!(publisher, Publisher::Control(_));
    if let Some(today) = days.last().filter(|_| control) {
        for (question, on, said) in past {
            let counted = world.count(question.clone(), *today);
            let again = publisher.answer(&world, &counted, *today);
            assert_eq!(again, said, "of a past day it was said otherwise on {on}: {question:?}");
        }
    }
    let mut outcome = Outcome::default();
    // What stands open goes up and down: it is related to the others, and not looked at by itself.
    let alone = seen.iter().filter(|((fact, _), _)| fact != "case_open");
    alone.for_each(|(family, seen)| seen.attack(&world, family, &mut outcome));
    solver::relate(&seen, &world, &mut outcome);
    outcome
}

/// The promise: whatever is asked, no small count that is hidden can be worked out.
#[test]
fn suppression_attack() {
    let begun = std::time::Instant::now();
    let Outcome { recovered, secrets, unbounded } = attack(SEED, ROUNDS, Publisher::control);
    let (took, many) = (begun.elapsed().as_secs_f32(), recovered.len());
    println!("{ROUNDS} rounds of seed {SEED} in {took:.1} s: {many} of {secrets} secrets recovered");
    assert!(secrets > 1_000, "there is something to find: {secrets}");
    assert!(unbounded.is_empty(), "everything is sought by bounds, too: {unbounded:?}");
    assert!(recovered.is_empty(), "{} recovered, such as {:?}", recovered.len(), &recovered[..recovered.len().min(5)]);
}

/// The attack bites: without secondary suppression, and without memory, it finds what is hidden.
#[test]
fn the_attack_recovers_what_less_than_disclosure_control_hides() {
    let primary = attack(SEED, 500, |_| Publisher::Primary);
    assert!(!primary.recovered.is_empty(), "a total less the parts that are shown tells the one that is not");
    let forgetful = attack(SEED, 500, |_| Publisher::Forgetful);
    assert!(!forgetful.recovered.is_empty(), "all schools less those that are shown tell the one that is not");
}

/// Where one thing counts in several values, and one is selected, the others have places too: of what counts in both.
#[test]
fn what_counts_in_two_values_at_once_is_not_told() {
    let mut random = Random(SEED);
    let world = World::new(&mut random);
    let mut publisher = Publisher::control(&world);
    let today = world.days().last().copied().unwrap_or(Date::MIN);
    if let Publisher::Control(memory) = &mut publisher {
        memory.at(today.midnight().assume_utc() + Duration::hours(17));
    }
    let measure = world.measures()[0];
    let by_risk = Some(Axis::Dimension("risk".to_owned()));
    let all = Question { rows: by_risk, ..world.question(measure, Schools::All) };
    let only = BTreeMap::from([("risk".to_owned(), vec!["content".to_owned()])]);
    let one = Question { only, ..all.clone() };
    let mut answer = |question: Question| {
        let counted = world.count(question, today);
        let figures = publisher.answer(&world, &counted, today);
        counted.rows.into_iter().zip(figures).map(|(row, figures)| (row, figures[0].0)).collect::<BTreeMap<_, _>>()
    };
    let (all, one) = (answer(all), answer(one));
    assert!(matches!(one["content"], Figure::Count(6..)) && one["content"] == all["content"], "{one:?}");
    let others: Vec<_> = one.iter().filter(|(row, _)| *row != "content").collect();
    assert!(!others.is_empty(), "something counts in two");
    assert!(others.iter().all(|(_, figure)| **figure == Figure::NotApplicable), "not even named: {others:?}");
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
