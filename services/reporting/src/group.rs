//! How groups of schools develop: sums of what is printed of each school, so that they tell nothing beyond it. The same schools count
//! in every term they were there in: those whose figure is hidden in none of them.

use std::collections::BTreeMap;

use chassis::suppress::Figure;
use time::Date;

/// What groups are made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The phase of schools.
    Phase,
    /// The area they lie in.
    Area,
    /// Each school by itself.
    School,
}

/// The phases, with what they are called.
const PHASES: [(&str, &str); 6] = [
    ("nursery", "Nursery"),
    ("primary", "Primary"),
    ("secondary", "Secondary"),
    ("all_through", "All-through"),
    ("special", "Special"),
    ("pru", "Pupil referral unit"),
];

impl By {
    /// By its code.
    pub fn of(code: &str) -> Option<Self> {
        match code {
            "" | "phase" => Some(Self::Phase),
            "area" => Some(Self::Area),
            "school" => Some(Self::School),
            _ => None,
        }
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Phase => "phase",
            Self::Area => "area",
            Self::School => "school",
        }
    }

    /// What a group is called.
    pub fn title(self, key: &str) -> String {
        match self {
            _ if key.is_empty() => "Not said".to_owned(),
            Self::Phase => phase_title(key),
            Self::Area | Self::School => key.to_owned(),
        }
    }

    /// Where a group stands among the others: those of which nobody said come last.
    fn place(self, key: &str) -> (bool, usize) {
        let known = PHASES.iter().position(|(code, _)| *code == key).unwrap_or(PHASES.len());
        (key.is_empty(), if self == Self::Phase { known } else { 0 })
    }
}

/// What a phase is called.
pub fn phase_title(key: &str) -> String {
    let known = PHASES.iter().find(|(code, _)| *code == key);
    known.map_or_else(|| key.replace('_', " "), |(_, title)| (*title).to_owned())
}

/// A school with what is printed of it, term by term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The group it is in; empty where nobody said.
    pub group: String,
    /// How many learners it has; 0 where nobody said.
    pub learners: u64,
    /// A figure for each term.
    pub figures: Vec<Figure>,
    /// The day each is of, where it waits.
    pub held: Vec<Option<Date>>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its key.
    pub key: String,
    /// How many schools are in it.
    pub schools: usize,
    /// How many of them count in some term.
    pub counted: usize,
    /// How many of them count in each term: a school that came later counts from then on.
    pub counted_by_term: Vec<usize>,
    /// A figure for each term.
    pub figures: Vec<Figure>,
    /// The earliest day that a figure which counts in it is of, where one waits.
    pub held: Vec<Option<Date>>,
    /// The same for 1,000 learners.
    pub per_thousand: Vec<Figure>,
}

fn count(figure: Figure) -> Option<u64> {
    match figure {
        Figure::Count(count) => Some(count),
        _ => None,
    }
}

/// A number for 1,000 learners, rounded.
fn rate(figure: Figure, learners: u64) -> Figure {
    match figure {
        Figure::Count(_) if learners == 0 => Figure::NotApplicable,
        Figure::Count(count) => match (count.saturating_mul(2_000).saturating_add(learners)) / (2 * learners) {
            0 if count > 0 => Figure::Low,
            rate => Figure::Count(rate),
        },
        other => other,
    }
}

/// The groups of schools, in order.
pub fn groups(by: By, members: &[Member], terms: usize) -> Vec<Group> {
    let mut all: BTreeMap<((bool, usize), &str), Vec<&Member>> = BTreeMap::new();
    for member in members {
        all.entry((by.place(&member.group), member.group.as_str())).or_default().push(member);
    }
    let group = |((_, key), members): (((bool, usize), &str), Vec<&Member>)| {
        // Before a school came there is nothing to be printed of it, and nothing that it could be left out for.
        let open = |figure: &Figure| count(*figure).is_some() || *figure == Figure::NoData;
        let counts = |member: &&&Member| {
            member.figures.iter().all(open) && member.figures.iter().any(|figure| count(*figure).is_some())
        };
        let counted: Vec<&&Member> = members.iter().filter(counts).collect();
        let in_term = |term: usize| -> Vec<(u64, u64)> {
            let of = |member: &&&Member| Some((member.figures.get(term).copied().and_then(count)?, member.learners));
            counted.iter().filter_map(of).collect()
        };
        let held = |term: usize| {
            let there = counted.iter().filter(|member| member.figures.get(term).copied().and_then(count).is_some());
            there.filter_map(|member| member.held.get(term).copied().flatten()).min()
        };
        let of_terms: Vec<Vec<(u64, u64)>> = (0..terms).map(in_term).collect();
        let sum = |(term, there): (usize, &Vec<(u64, u64)>)| {
            let hidden = members.iter().any(|member| member.figures.get(term) == Some(&Figure::Hidden));
            match (there.is_empty(), hidden) {
                (true, true) => Figure::Hidden,
                (true, false) => Figure::NoData,
                (false, _) => Figure::Count(there.iter().map(|(count, _)| count).sum()),
            }
        };
        let figures: Vec<Figure> = of_terms.iter().enumerate().map(sum).collect();
        // One school of which nobody said how many learners it has would make the others look as if they had more.
        let learners = |there: &Vec<(u64, u64)>| -> u64 {
            let said = there.iter().all(|(_, learners)| *learners > 0);
            if said { there.iter().map(|(_, learners)| learners).sum() } else { 0 }
        };
        let rates = figures.iter().zip(&of_terms).map(|(figure, there)| rate(*figure, learners(there)));
        Group {
            key: key.to_owned(),
            schools: members.len(),
            counted: counted.len(),
            counted_by_term: of_terms.iter().map(Vec::len).collect(),
            per_thousand: rates.collect(),
            held: (0..terms).map(held).collect(),
            figures,
        }
    };
    all.into_iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn member(group: &str, learners: u64, figures: &[Figure]) -> Member {
        Member { group: group.to_owned(), learners, figures: figures.to_vec(), held: vec![None; figures.len()] }
    }

    #[test]
    fn the_same_schools_count_in_every_term_they_were_there_in() {
        let n = Figure::Count;
        let members = [
            member("secondary", 1_000, &[n(30), n(40)]),
            member("primary", 200, &[n(6), n(12)]),
            member("primary", 300, &[n(9), Figure::Hidden]),
            member("primary", 0, &[n(7), n(0)]),
            member("", 100, &[Figure::NoData, n(8)]),
        ];
        let groups = groups(By::Phase, &members, 2);
        let of = |n: usize| (groups[n].key.as_str(), groups[n].schools, groups[n].counted, groups[n].figures.clone());
        assert_eq!(of(0), ("primary", 3, 2, vec![n(13), n(12)]), "what is hidden in one term counts in none");
        assert_eq!(groups[0].per_thousand, [Figure::NotApplicable; 2], "nobody said how many learners one of them has");
        assert_eq!(of(1), ("secondary", 1, 1, vec![n(30), n(40)]));
        assert_eq!(groups[1].per_thousand, [n(30), n(40)]);
        assert_eq!(of(2), ("", 1, 1, vec![Figure::NoData, n(8)]), "a school that came later counts from then on");
        assert_eq!(groups[2].counted_by_term, [0, 1]);
        assert_eq!(groups[2].per_thousand, [Figure::NoData, n(80)]);
    }

    #[test]
    fn a_sum_is_of_the_earliest_day_that_a_figure_in_it_waits_at() {
        let n = Figure::Count;
        let day = |day| Date::from_ordinal_date(2026, day).ok();
        let waits = |member: Member, held: Option<Date>| Member { held: vec![None, held], ..member };
        let members = [
            waits(member("primary", 100, &[n(8), n(9)]), day(320)),
            waits(member("primary", 100, &[n(8), n(9)]), day(310)),
            waits(member("primary", 100, &[n(8), Figure::Hidden]), day(300)),
            member("special", 100, &[n(8), n(9)]),
        ];
        let groups = groups(By::Phase, &members, 2);
        assert_eq!(groups[0].held, [None, day(310)], "one that counts in none says nothing of its day");
        assert_eq!(groups[1].held, [None, None]);
    }

    proptest! {
        /// Whatever a hidden figure is, a group says the same: it is made of what is printed alone. Here a school whose figure is hidden
        /// is taken out, and nothing but the number of schools changes.
        #[test]
        fn a_hidden_figure_moves_no_group(counts in prop::collection::vec((6_u64..60, any::<bool>()), 1..12)) {
            let figure = |(count, hidden): (u64, bool)| if hidden { Figure::Hidden } else { Figure::Count(count) };
            let members: Vec<Member> = counts.iter().map(|one| member("primary", 100, &[figure(*one)])).collect();
            let printed: Vec<Member> =
                members.iter().filter(|member| member.figures != [Figure::Hidden]).cloned().collect();
            let whole = groups(By::Phase, &members, 1);
            prop_assert_eq!(whole[0].schools, members.len());
            match groups(By::Phase, &printed, 1).first() {
                Some(shown) => prop_assert_eq!((&shown.figures, shown.counted), (&whole[0].figures, whole[0].counted)),
                None => prop_assert_eq!(&whole[0].figures, &vec![Figure::Hidden]),
            }
        }
    }
}
