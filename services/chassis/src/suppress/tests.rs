//! Somebody who sees every published cell, knows the threshold and has read this very code tries to work out a hidden one.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// Every list of so many counts below a bound.
fn every(cells: u32, bound: u64) -> impl Iterator<Item = Vec<u64>> {
    (0..bound.pow(cells)).map(move |n| (0..cells).map(|i| n / bound.pow(i) % bound).collect())
}

/// What is published, with its key and the counts that are shown.
type Published<K> = (K, Vec<Option<u64>>);

/// The fewest values that a hidden cell may have, over all that can be published: lists of counts that are published
/// alike cannot be told apart. `whole` says of a publication whether all lists that lead to it were tried.
fn fewest<K: Ord>(
    lists: impl Iterator<Item = Vec<u64>>,
    publish: impl Fn(&[u64]) -> (K, Vec<Figure>),
    whole: impl Fn(&[u64], &[Figure]) -> bool,
) -> usize {
    let mut alike: BTreeMap<Published<K>, Vec<BTreeSet<u64>>> = BTreeMap::new();
    for counts in lists {
        let (key, figures) = publish(&counts);
        if !whole(&counts, &figures) {
            continue;
        }
        let shown = figures.iter().map(|f| if let Figure::Count(n) = f { Some(*n) } else { None }).collect();
        let values = alike.entry((key, shown)).or_insert_with(|| vec![BTreeSet::new(); figures.len()]);
        values.iter_mut().zip(&counts).for_each(|(seen, count)| {
            seen.insert(*count);
        });
    }
    let hidden = alike.iter().flat_map(|((_, shown), values)| {
        shown.iter().zip(values).filter(|(shown, _)| shown.is_none()).map(|(_, values)| values.len())
    });
    hidden.min().unwrap_or(usize::MAX)
}

fn number(figure: Figure) -> Option<u64> {
    if let Figure::Count(n) = figure { Some(n) } else { None }
}

#[test]
fn no_part_can_be_worked_out_even_by_who_knows_the_rule() {
    for (cells, bound) in [(2, 24), (3, 20), (4, 15)] {
        let publish = |counts: &[u64]| {
            let (total, parts) = with_total(counts.iter().sum(), counts);
            (number(total), parts)
        };
        let whole = |counts: &[u64], parts: &[Figure]| {
            let hidden = counts.iter().zip(parts).filter(|(_, f)| **f == Figure::Hidden);
            hidden.map(|(count, _)| count).sum::<u64>() < bound
        };
        let fewest = fewest(every(cells, bound), publish, whole);
        assert!(fewest >= 3, "{cells} parts: a hidden one has {fewest} values");
    }
}

#[test]
fn a_hidden_total_may_be_any_small_count_whatever_stands_beneath_it() {
    let mut totals = BTreeSet::new();
    for counts in every(5, 6) {
        let total: u64 = counts.iter().sum();
        let (figure, parts) = with_total(total, &counts);
        if figure == Figure::Hidden {
            assert!(parts.is_empty(), "{counts:?}: parts tell how large their hidden total is");
            totals.insert(total);
        }
        assert!(figure == Figure::Hidden || !small(total));
    }
    assert!((1..MIN_CELL).all(|total| totals.contains(&total)));
}

#[test]
fn no_school_can_be_worked_out_from_the_authoritys_total() {
    for (cells, bound) in [(2, 14), (3, 12), (4, 9)] {
        let publish = |counts: &[u64]| {
            let figures: Vec<Figure> = counts.iter().map(|count| alone(*count)).collect();
            (number(over(counts, &figures)), figures)
        };
        let fewest = fewest(every(cells, bound), publish, |_, _| true);
        assert!(fewest >= 4, "{cells} schools: a hidden one has {fewest} values");
    }
}

#[test]
fn no_kind_of_risk_can_be_worked_out_from_the_cases() {
    for (cells, bound) in [(2, 16), (3, 13), (4, 10)] {
        for total in MIN_CELL..bound {
            // No part is larger than the total, and together they hold it.
            let lists = every(cells, total + 1).filter(|counts| counts.iter().sum::<u64>() >= total);
            let fewest = fewest(lists, |counts| ((), among(total, counts)), |_, _| true);
            assert!(fewest >= 3, "{total} cases in {cells} kinds: a hidden one has {fewest} values");
        }
    }
}

#[test]
fn a_neighbour_is_hidden_with_a_small_count() {
    let (total, parts) = with_total(33, &[3, 10, 20, 0]);
    assert_eq!(total, Figure::Count(33));
    assert_eq!(parts, [Figure::Hidden, Figure::Hidden, Figure::Count(20), Figure::Count(0)]);
    assert_eq!(with_total(2, &[2, 0]), (Figure::Hidden, Vec::new()));
    assert_eq!(with_total(5, &[1, 1, 1, 2]), (Figure::Hidden, Vec::new()));
    assert_eq!([0, 5, 6].map(alone), [Figure::Count(0), Figure::Hidden, Figure::Count(6)]);
}

#[test]
fn a_share_is_low_and_not_nought_where_there_is_something() {
    let of = |part: u64, whole: u64| share(Figure::Count(part), Figure::Count(whole));
    assert_eq!([of(0, 40), of(6, 40), of(40, 40)], [0, 15, 100].map(Figure::Count));
    assert_eq!(of(6, 2_000), Figure::Low);
    assert_eq!(of(10, 2_000), Figure::Count(1), "half a per cent is rounded up");
    assert_eq!(of(0, 0), Figure::NotApplicable);
    assert_eq!(share(Figure::Hidden, Figure::Count(40)), Figure::Hidden);
    assert_eq!(share(Figure::Count(0), Figure::NoData), Figure::NoData);
    assert_eq!(share(Figure::NoData, Figure::Hidden), Figure::Hidden);
}

proptest! {
    /// Over many parts, by the arithmetic of who knows the threshold alone.
    #[test]
    fn each_hidden_part_keeps_every_small_count(counts in prop::collection::vec(0u64..15, 1..12)) {
        let (total, parts) = with_total(counts.iter().sum(), &counts);
        for (figure, count) in parts.iter().zip(&counts) {
            prop_assert!(*figure == Figure::Hidden || (!small(*count) && *figure == Figure::Count(*count)));
        }
        let hidden: Vec<u64> =
            counts.iter().zip(&parts).filter(|(_, f)| **f == Figure::Hidden).map(|(count, _)| *count).collect();
        if let (Figure::Count(_), false) = (total, hidden.is_empty()) {
            let others = u64::try_from(hidden.len()).unwrap_or_default() - 1;
            prop_assert!(hidden.iter().sum::<u64>() - others >= LARGEST_SMALL, "{hidden:?}");
        }
    }
}
