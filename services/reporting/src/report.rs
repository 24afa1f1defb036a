//! A term's figures: of one school, and over the authority's schools from the very same published cells.

use std::collections::BTreeMap;

use crate::{
    line::{LINES, Line, counts_people},
    suppress::{Figure, alone, over, with_total},
};

/// The counts of one school and term, by line key and part; the empty part is the line's own.
pub type Tallies = BTreeMap<(String, String), u64>;

/// A line as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// What it counts.
    pub line: Line,
    /// Its figure; none for parts that add up to nothing printed.
    pub figure: Option<Figure>,
    /// Its parts.
    pub parts: Vec<(String, Figure)>,
}

/// The lines of a school's term as they are published.
pub fn publish(tallies: &Tallies) -> Vec<Published> {
    let count = |key: &str| tallies.get(&(key.to_owned(), String::new())).copied().unwrap_or_default();
    let mut published: Vec<Published> = LINES
        .iter()
        .map(|line| {
            let parts: Vec<(&str, u64)> = tallies
                .iter()
                .filter(|((key, part), _)| key == line.key && !part.is_empty())
                .map(|((_, part), count)| (part.as_str(), *count))
                .collect();
            let counts: Vec<u64> = parts.iter().map(|(_, count)| *count).collect();
            let (figure, figures) = match line.breakdown_of {
                Some(of) => {
                    let (total, figures) = with_total(count(of), &counts);
                    (Some(total), figures)
                }
                None if line.parts_alone => (None, counts.iter().map(|count| alone(*count)).collect()),
                None if counts_people(line.key) => (Some(alone(count(line.key))), Vec::new()),
                None => (Some(Figure::Count(count(line.key))), Vec::new()),
            };
            let parts = parts.iter().map(|(part, _)| (*part).to_owned()).zip(figures).collect();
            Published { line: *line, figure, parts }
        })
        .collect();
    // A total that its breakdown hides is hidden wherever it stands.
    let hidden: Vec<&str> =
        published.iter().filter(|p| p.figure == Some(Figure::Hidden)).filter_map(|p| p.line.breakdown_of).collect();
    for line in &mut published {
        if hidden.contains(&line.line.key) {
            line.figure = Some(Figure::Hidden);
        }
    }
    published
}

/// The authority's figure for a line, from the schools' counts and what each school's own report publishes.
pub fn total(key: &str, schools: &[(&Tallies, Vec<Published>)]) -> Figure {
    let count = |t: &Tallies| t.get(&(key.to_owned(), String::new())).copied().unwrap_or_default();
    let counts: Vec<u64> = schools.iter().map(|(tallies, _)| count(tallies)).collect();
    let published: Vec<Figure> = schools.iter().map(|(_, lines)| figure(key, lines)).collect();
    if counts_people(key) { over(&counts, &published) } else { Figure::Count(counts.iter().sum()) }
}

/// A school's published figure for a line.
pub fn figure(key: &str, lines: &[Published]) -> Figure {
    lines.iter().find(|p| p.line.key == key).and_then(|p| p.figure).unwrap_or(Figure::Hidden)
}

/// The lines the authority compares schools by: those with a figure of their own.
pub fn compared() -> impl Iterator<Item = &'static Line> {
    LINES.iter().filter(|line| line.breakdown_of.is_none() && !line.parts_alone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tallies(counts: &[(&str, &str, u64)]) -> Tallies {
        counts.iter().map(|(key, part, count)| (((*key).to_owned(), (*part).to_owned()), *count)).collect()
    }

    #[test]
    fn a_total_its_breakdown_hides_is_hidden_everywhere() {
        let lines = publish(&tallies(&[("cases_opened", "", 6), ("cases_by_procedure", "P1", 6)]));
        assert_eq!(figure("cases_opened", &lines), Figure::Count(6));
        let lines = publish(&tallies(&[("cases_opened", "", 3), ("cases_by_procedure", "P1", 3)]));
        assert_eq!(figure("cases_opened", &lines), Figure::Hidden);
        assert_eq!(figure("lines_received", &lines), Figure::Count(0));
    }

    #[test]
    fn the_authoritys_total_is_hidden_where_one_school_could_be_subtracted() {
        let (small, large) = (tallies(&[("concerns_recorded", "", 2)]), tallies(&[("concerns_recorded", "", 20)]));
        let schools = [(&small, publish(&small)), (&large, publish(&large))];
        assert_eq!(total("concerns_recorded", &schools), Figure::Hidden);
        let schools = [(&large, publish(&large)), (&large, publish(&large))];
        assert_eq!(total("concerns_recorded", &schools), Figure::Count(40));
    }
}
