//! A date of birth as somebody types it who remembers it, the day before the month: `2 April 2011`, `2nd of Apr 2011`,
//! `02.04.2011`, `2/4/11`, `2011-04-02`, or a part of it: `2 April`, `2/4`, `2011`. What is no date is left for names.

use time::{Date, Month};

/// The words of a date at most: `2nd of April , 2011`.
const LONGEST: usize = 5;
/// Words that lead to a date and are no name there.
pub const LEADING: [&str; 7] = ["born", "dob", "date", "of", "birth", "on", "the"];

/// A date of birth, or what is remembered of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatePart {
    /// All of it.
    Whole(Date),
    /// The day and the month.
    DayMonth(u8, u8),
    /// The year.
    Year(i32),
}

impl DatePart {
    /// Whether it is that of somebody born on a day.
    pub fn of(self, born: Date) -> bool {
        match self {
            Self::Whole(date) => date == born,
            Self::DayMonth(day, month) => (born.day(), u8::from(born.month())) == (day, month),
            Self::Year(year) => born.year() == year,
        }
    }

    /// What it is found by.
    pub fn token(self) -> String {
        match self {
            Self::Whole(date) => format!("born {date}"),
            Self::DayMonth(day, month) => format!("born {day:02}.{month:02}"),
            Self::Year(year) => format!("born {year}"),
        }
    }
}

/// A piece of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// A number, and of how many digits.
    Number(i32, usize),
    /// A month by its name.
    Named(Month),
}

/// The date that some words begin with, and how many of them it takes; none where they begin with something else.
pub fn begins(words: &[&str]) -> Option<(DatePart, usize)> {
    let pieces: Vec<Vec<Piece>> = words.iter().take(LONGEST).map_while(|word| pieces(word)).collect();
    // What only joins the pieces of a date neither begins nor ends it.
    let told = |place: usize| pieces.get(place).is_some_and(|of_word| !of_word.is_empty());
    let ends = (1..=pieces.len()).rev().filter(|end| told(0) && told(end - 1));
    let mut dates = ends.filter_map(|end| {
        let all: Vec<Piece> = pieces.iter().take(end).flatten().copied().collect();
        date(&all, end == 1).map(|part| (part, end))
    });
    dates.next()
}

/// The pieces of one word; none where it is no part of a date.
fn pieces(word: &str) -> Option<Vec<Piece>> {
    let word = word.trim_matches([',', '.', ';', ':', '(', ')']).to_lowercase();
    if word.is_empty() || word == "of" {
        return Some(Vec::new());
    }
    let mut found: Vec<Piece> = Vec::new();
    let mut rest = word.as_str();
    while let Some(first) = rest.chars().next() {
        let alike = |c: char| (c.is_ascii_digit(), c.is_alphabetic());
        let end = rest.find(|c: char| alike(c) != alike(first)).unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(end)?;
        rest = after;
        if first.is_ascii_digit() {
            found.push(Piece::Number(run.parse().ok()?, run.len()));
        } else if !first.is_alphabetic() {
            let mark = matches!(run, "/" | "-" | "." | "," | "'" | "’");
            mark.then_some(())?;
        } else if !(["st", "nd", "rd", "th"].contains(&run) && matches!(found.last(), Some(Piece::Number(..)))) {
            found.push(Piece::Named(named(run)?));
        }
    }
    Some(found)
}

/// The month that a word names in full or shortened.
fn named(word: &str) -> Option<Month> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let place = MONTHS.iter().position(|month| word.len() > 2 && month.starts_with(word))?;
    u8::try_from(place + 1).ok().and_then(|number| Month::try_from(number).ok())
}

/// The date that some pieces are. Numbers that stand in several words are one with a whole year alone.
fn date(pieces: &[Piece], one_word: bool) -> Option<DatePart> {
    use Piece::{Named, Number};

    let month = |number: i32| u8::try_from(number).ok().and_then(|number| Month::try_from(number).ok());
    let day = |number: i32| u8::try_from(number).ok().filter(|day| (1..=31).contains(day));
    let whole = |y: i32, m: Month, d: i32| Date::from_calendar_date(y, m, day(d)?).ok().map(DatePart::Whole);
    let day_month = |d: i32, m: Month| Some(DatePart::DayMonth(day(d)?, m.into()));
    // Whoever is on a roll, or was, is born in these years.
    let year = |y: i32, digits: usize, short: bool| match (y, digits) {
        (1990..=2099, 4) => Some(y),
        (90..=99, 2) if short => Some(1900 + y),
        (0..=89, 2) if short => Some(2000 + y),
        _ => None,
    };
    match *pieces {
        [Number(y, 4), Number(m, _), Number(d, _)] => whole(year(y, 4, false)?, month(m)?, d),
        [Number(d, _), Number(m, _), Number(y, digits)] => whole(year(y, digits, one_word)?, month(m)?, d),
        [Number(y, 4), Named(m), Number(d, _)] => whole(year(y, 4, false)?, m, d),
        [Number(d, _), Named(m), Number(y, digits)] | [Named(m), Number(d, _), Number(y, digits)] => {
            whole(year(y, digits, true)?, m, d)
        }
        [Number(d, 1 | 2), Named(m)] | [Named(m), Number(d, 1 | 2)] => day_month(d, m),
        [Number(d, 1 | 2), Number(m, 1 | 2)] if one_word => day_month(d, month(m)?),
        [Number(y, 4)] => year(y, 4, false).map(DatePart::Year),
        [Number(together, 8)] => {
            let (front, back) = (together / 10_000, together % 10_000);
            let day_first = year(back, 4, false).and_then(|y| whole(y, month(front % 100)?, front / 100));
            day_first.or_else(|| whole(year(front, 4, false)?, month(back / 100)?, back % 100))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn read(text: &str) -> Option<(DatePart, usize)> {
        begins(&text.split_whitespace().collect::<Vec<_>>())
    }

    #[test]
    fn a_date_of_birth_is_read_as_people_in_england_type_it() {
        for text in [
            "2 April 2011",
            "2 Apr 2011",
            "2 apr. 2011",
            "2nd April 2011",
            "2nd of April, 2011",
            "April 2, 2011",
            "02.04.2011",
            "2/4/2011",
            "02-04-2011",
            "2/4/11",
            "2-Apr-2011",
            "2Apr2011",
            "2 4 2011",
            "2011-04-02",
            "02042011",
            "20110402",
        ] {
            let words = text.split_whitespace().count();
            assert_eq!(read(text), Some((DatePart::Whole(date!(2011 - 04 - 02)), words)), "{text}");
        }
        for text in ["27 March", "27th of March", "March 27", "27/3", "27.03"] {
            let words = text.split_whitespace().count();
            assert_eq!(read(text), Some((DatePart::DayMonth(27, 3), words)), "{text}");
        }
        assert_eq!(read("2014"), Some((DatePart::Year(2014), 1)));
        assert_eq!(read("27 March Sam").map(|(_, words)| words), Some(2), "a name may follow");
    }

    #[test]
    fn what_is_no_date_is_left_for_names() {
        for text in [
            "April",
            "May Sutton",
            "April Jones 9",
            "Jan",
            "June-Marie",
            "9K",
            "31/2/2011",
            "45 April",
            "12-14",
            "of",
            "3",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
