//! A school's place among schools of its phase: a quarter or the middle half, by what is printed of each school and its learners.
//! No figure of another school leaves this file, and no limit between the bands: it would be one school's.

use std::sync::LazyLock;

use chassis::suppress::Figure;
use serde::Deserialize;

use crate::measure::{self, Measure};

/// In which measure a school is told its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Benchmark {
    /// The measure.
    pub measure: &'static Measure,
    /// How the place is to be read.
    pub reading: String,
}

const FILE: &str = include_str!("../data/benchmarks.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    benchmark: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    measure: String,
    reading: String,
}

/// What the file says; a test sees to it that it can be read.
static ALL: LazyLock<Vec<Benchmark>> = LazyLock::new(|| {
    let named = |written: Written| {
        measure::get(&written.measure).map(|measure| Benchmark { measure, reading: written.reading })
    };
    let file = toml::from_str::<File>(FILE);
    file.map(|file| file.benchmark.into_iter().filter_map(named).collect()).unwrap_or_default()
});

/// The measures, in the order of the file.
pub fn all() -> &'static [Benchmark] {
    &ALL
}

/// A place among schools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Band {
    /// In the lower quarter of them.
    Lower,
    /// In the middle half.
    Middle,
    /// In the upper quarter.
    Upper,
}

impl Band {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Lower => "lower_quarter",
            Self::Middle => "middle_half",
            Self::Upper => "upper_quarter",
        }
    }
}

/// Why no place is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNot {
    /// The school's own figure is hidden.
    Hidden,
    /// Too few schools have a figure that is printed.
    TooFew,
    /// Nothing was counted of the school, or nobody said of which phase it is or how many learners it has.
    NoData,
}

impl WhyNot {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::TooFew => "too_few",
            Self::NoData => "no_data",
        }
    }
}

/// One school of the phase, as far as it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its figure.
    pub figure: Figure,
    /// How many learners it has; 0 where nobody said.
    pub learners: u64,
}

impl Peer {
    /// Its figure and its learners, where both are there.
    fn rate(self) -> Option<(u64, u64)> {
        match self.figure {
            Figure::Count(count) if self.learners > 0 => Some((count, self.learners)),
            _ => None,
        }
    }
}

/// Which of two figures for each learner is the smaller.
fn smaller((count, learners): (u64, u64), (other, others): (u64, u64)) -> bool {
    u128::from(count) * u128::from(others) < u128::from(other) * u128::from(learners)
}

/// The place of a school among all of its phase, itself among them.
///
/// # Errors
/// Why it is not said: fewer than `least` schools have a figure that is printed, or it has none itself.
pub fn band(own: Peer, all: &[Peer], least: usize) -> Result<Band, WhyNot> {
    let rate = match own.figure {
        Figure::Hidden => return Err(WhyNot::Hidden),
        _ => own.rate().ok_or(WhyNot::NoData)?,
    };
    let rates: Vec<(u64, u64)> = all.iter().filter_map(|peer| peer.rate()).collect();
    if rates.len() < least {
        return Err(WhyNot::TooFew);
    }
    let lower = rates.iter().filter(|other| smaller(**other, rate)).count();
    let upper = rates.iter().filter(|other| smaller(rate, **other)).count();
    // Those that are alike share their place, and stand in a quarter where all of them fit into it.
    let alike = rates.len() - lower - upper;
    Ok(match rates.len() {
        all if 4 * (lower + alike) <= all => Band::Lower,
        all if 4 * (upper + alike) <= all => Band::Upper,
        _ => Band::Middle,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(count: u64, learners: u64) -> Peer {
        Peer { figure: Figure::Count(count), learners }
    }

    #[test]
    fn places_are_told_in_measures_there_are() {
        let file: Result<File, _> = toml::from_str(FILE);
        let written = file.map(|file| file.benchmark.len()).map_err(|e| e.to_string());
        assert_eq!(written, Ok(all().len()), "each names a measure");
        assert!(all().iter().all(|one| one.reading.ends_with('.') && !one.measure.standing));
    }

    #[test]
    fn a_place_is_a_quarter_or_the_middle_half_for_each_learner() {
        let all: Vec<Peer> = (1..=12).map(|n| peer(10 * n, 400)).collect();
        let bands: Vec<&str> =
            all.iter().filter_map(|own| band(*own, &all, 10).ok()).map(|band| &band.code()[..5]).collect();
        assert_eq!(bands, [["lower"; 3].as_slice(), &["middl"; 6], &["upper"; 3]].concat());
        // Twice as many in twice as large a school is the same place; where all are alike nobody stands out.
        let alike = vec![peer(20, 400); 12];
        assert_eq!(band(peer(40, 800), &alike, 10), Ok(Band::Middle));
    }

    #[test]
    fn no_place_is_said_among_few_or_of_what_is_hidden() {
        let nine: Vec<Peer> = (1..=9).map(|n| peer(10 * n, 400)).collect();
        assert_eq!(band(nine[0], &nine, 10), Err(WhyNot::TooFew));
        // Schools whose figures are hidden, or of which nobody said how many learners they have, are not among them.
        let mut more = nine.clone();
        more.extend([Peer { figure: Figure::Hidden, learners: 400 }, peer(7, 0)]);
        assert_eq!(band(nine[0], &more, 10), Err(WhyNot::TooFew));
        assert_eq!(band(Peer { figure: Figure::Hidden, learners: 400 }, &more, 9), Err(WhyNot::Hidden));
        assert_eq!(band(peer(7, 0), &more, 9), Err(WhyNot::NoData));
        assert_eq!(band(nine[0], &more, 9), Ok(Band::Lower));
    }
}
