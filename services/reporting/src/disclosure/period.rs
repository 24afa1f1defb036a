//! The grid of time. People are counted in whole school terms and whole months of them, and in nothing shorter: a week, and the
//! same week a day longer, are one day.

use chassis::calendar::{Term, on};
use time::{Date, Duration, Month, Time};

use crate::table::{Axis, Question};

/// The dimension that months of a term are.
pub(super) const MONTH: &str = "month";

/// A term, or a month of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The term.
    pub(super) term: Term,
    /// The month, such as `2026-11`; the whole term where none.
    pub(super) month: Option<String>,
}

/// The term a day lies in.
fn term(day: Date) -> Term {
    Term::at(day.midnight().assume_utc() + Duration::hours(12))
}

/// The month a day lies in, and the first day of the next.
fn month(day: Date) -> (String, Date) {
    let first = day.replace_day(1).unwrap_or(day);
    let next = first + Duration::days(32);
    (format!("{}-{:02}", day.year(), u8::from(day.month())), next.replace_day(1).unwrap_or(next))
}

/// The months of a term, each with its first day in it.
pub(super) fn months(of: Term) -> Vec<(String, Date)> {
    let (mut day, end) = (of.start().date(), of.end().date());
    let mut months = Vec::new();
    while day < end {
        let (label, next) = month(day);
        months.push((label, day));
        day = next;
    }
    months
}

/// The moment a value of the dimension of months begins, in microseconds; none of other dimensions.
pub(super) fn month_begins(dimension: &str, value: &str) -> Option<i64> {
    let (year, month) = value.split_once('-').filter(|_| dimension == MONTH)?;
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let first = Date::from_calendar_date(year.parse().ok()?, month, 1).ok()?;
    i64::try_from(on(first, Time::MIDNIGHT).unix_timestamp_nanos() / 1_000).ok()
}

/// The terms and months that a question's period is made of; none where it is not made of whole ones.
pub(super) fn pieces(question: &Question) -> Option<Vec<Piece>> {
    let by_month = [&question.rows, &question.columns].into_iter().any(|axis| *axis == Some(Axis::Month));
    if question.measure.standing && by_month {
        return None;
    }
    let mut pieces = Vec::new();
    // What stands at the end of a term stands there whenever one began to look.
    let mut day = if question.measure.standing { term(question.from).start().date() } else { question.from };
    while day < question.to {
        let of = term(day);
        if day == of.start().date() && of.end().date() <= question.to && !by_month {
            pieces.push(Piece { term: of, month: None });
            day = of.end().date();
            continue;
        }
        let (label, next) = month(day);
        let begins = day.day() == 1 || day == of.start().date();
        let end = next.min(of.end().date());
        if !begins || end > question.to || question.measure.standing {
            return None;
        }
        pieces.push(Piece { term: of, month: Some(label) });
        day = end;
    }
    Some(pieces)
}

/// The same pieces, with all months of a term as the term.
pub(super) fn whole_terms<'a>(pieces: impl Iterator<Item = &'a Piece>) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::new();
    for piece in pieces {
        all.push(piece.clone());
        let of_term = |other: &&Piece| other.term == piece.term && other.month.is_some();
        let so_far = all.iter().rev().take_while(of_term).count();
        if so_far == months(piece.term).len() {
            all.truncate(all.len() - so_far);
            all.push(Piece { term: piece.term, month: None });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeMap;

    use time::macros::date;

    use super::*;
    use crate::{measure, table::Schools};

    #[test]
    fn all_months_of_a_term_are_the_term() {
        let term: Term = "2027-spring".parse().unwrap();
        let of = |term: Term| months(term).into_iter().map(move |(month, _)| Piece { term, month: Some(month) });
        let all: Vec<Piece> = of(term.before()).skip(1).chain(of(term)).chain(of(term.after()).take(1)).collect();
        let text = |piece: Piece| piece.month.unwrap_or_else(|| piece.term.id());
        let whole: Vec<String> = whole_terms(all.iter()).into_iter().map(text).collect();
        assert_eq!(whole.join(" "), "2026-10 2026-11 2026-12 2027-spring 2027-04");
    }

    #[test]
    fn periods_are_whole_terms_and_whole_months() {
        let of = |from: Date, to: Date, rows: Option<Axis>| {
            let question = Question {
                measure: measure::get("cases_opened").unwrap(),
                schools: Schools::All,
                from,
                to,
                as_at: None,
                rows,
                columns: None,
                only: BTreeMap::new(),
            };
            pieces(&question).map(|pieces| {
                let text = |piece: Piece| piece.month.unwrap_or_else(|| piece.term.id());
                pieces.into_iter().map(text).collect::<Vec<_>>().join(" ")
            })
        };
        assert_eq!(of(date!(2026 - 09 - 01), date!(2027 - 01 - 01), None).as_deref(), Some("2026-autumn"));
        assert_eq!(of(date!(2026 - 12 - 01), date!(2027 - 04 - 16), None).as_deref(), Some("2026-12 2027-spring"));
        let april = of(date!(2027 - 04 - 01), date!(2027 - 05 - 01), Some(Axis::Month));
        assert_eq!(april.as_deref(), Some("2027-04 2027-04"), "parted where the term ends");
        for (from, to) in
            [(date!(2026 - 09 - 02), date!(2026 - 10 - 01)), (date!(2026 - 09 - 01), date!(2026 - 09 - 08))]
        {
            assert_eq!(of(from, to, None), None, "{from} to {to}");
        }
    }
}
