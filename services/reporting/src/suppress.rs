//! Hiding small counts (rules SUP-01 to SUP-03): 0 and `MIN_CELL` or more are published, what lies between is hidden,
//! and so is whatever would let a hidden figure be subtracted.

/// The least count that is published, beside 0 (SUP-02, the default).
pub const MIN_CELL: u64 = 6;

/// One published cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// The count.
    Count(u64),
    /// Hidden because it, or another, is small.
    Hidden,
}

fn small(count: u64) -> bool {
    (1..MIN_CELL).contains(&count)
}

/// What is published of a count that stands alone.
pub fn alone(count: u64) -> Figure {
    if small(count) { Figure::Hidden } else { Figure::Count(count) }
}

/// What is published of parts that add up to `total`, and of the total itself.
///
/// Hidden parts are at least two and together at least `MIN_CELL`, or the total is hidden too: else the total less the
/// parts shown would give them away.
pub fn with_total(total: u64, parts: &[u64]) -> (Figure, Vec<Figure>) {
    let mut hidden: Vec<bool> = parts.iter().map(|count| small(*count)).collect();
    if small(total) {
        // Everything above nothing is hidden, and what is nothing may be seen.
        return (
            Figure::Hidden,
            parts.iter().map(|count| if *count == 0 { Figure::Count(0) } else { Figure::Hidden }).collect(),
        );
    }
    if hidden.contains(&true) {
        while !safe(parts, &hidden) {
            let next = (0..parts.len()).filter(|i| !hidden[*i] && parts[*i] > 0).min_by_key(|i| parts[*i]);
            match next {
                Some(next) => hidden[next] = true,
                None => break,
            }
        }
    }
    let total_shown = !hidden.contains(&true) || safe(parts, &hidden);
    let figure = |(count, hidden): (&u64, &bool)| if *hidden { Figure::Hidden } else { Figure::Count(*count) };
    let figures = parts.iter().zip(&hidden).map(figure).collect();
    (if total_shown { Figure::Count(total) } else { Figure::Hidden }, figures)
}

/// Whether hidden parts cannot be told from their sum.
fn safe(parts: &[u64], hidden: &[bool]) -> bool {
    let (mut cells, mut mass) = (0, 0);
    for (count, _) in parts.iter().zip(hidden).filter(|(_, hidden)| **hidden) {
        cells += 1;
        mass += count;
    }
    cells >= 2 && mass >= MIN_CELL
}

/// What is published of a sum over schools whose own figures are published elsewhere and cannot be hidden further.
pub fn over(counts: &[u64], published: &[Figure]) -> Figure {
    let hidden: Vec<bool> = published.iter().map(|figure| *figure == Figure::Hidden).collect();
    let total: u64 = counts.iter().sum();
    if small(total) || (hidden.contains(&true) && !safe(counts, &hidden)) {
        return Figure::Hidden;
    }
    Figure::Count(total)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// How many ways there are to fill the hidden cells, given everything published; at most two are counted.
    fn ways(total: Figure, parts: &[Figure], counts: &[u64]) -> usize {
        let hidden: Vec<u64> =
            parts.iter().zip(counts).filter(|(f, _)| **f == Figure::Hidden).map(|(_, count)| *count).collect();
        if hidden.is_empty() {
            return 2;
        }
        match total {
            Figure::Hidden => 2,
            Figure::Count(_) => {
                // With the total known, only the hidden cells' sum is: each is one or more.
                let sum: u64 = hidden.iter().sum();
                let cells = u64::try_from(hidden.len()).unwrap_or_default();
                if cells >= 2 && sum > cells { 2 } else { 1 }
            }
        }
    }

    #[test]
    fn the_smallest_neighbour_is_hidden_with_a_small_count() {
        let (total, parts) = with_total(33, &[3, 10, 20, 0]);
        assert_eq!(total, Figure::Count(33));
        assert_eq!(parts, [Figure::Hidden, Figure::Hidden, Figure::Count(20), Figure::Count(0)]);
        assert_eq!(with_total(2, &[2, 0]), (Figure::Hidden, vec![Figure::Hidden, Figure::Count(0)]));
        assert_eq!(alone(0), Figure::Count(0));
        assert_eq!(alone(5), Figure::Hidden);
        assert_eq!(alone(6), Figure::Count(6));
    }

    proptest! {
        #[test]
        fn nothing_hidden_can_be_worked_out(counts in prop::collection::vec(0u64..15, 1..8)) {
            let sum: u64 = counts.iter().sum();
            let (total, parts) = with_total(sum, &counts);
            prop_assert_eq!(ways(total, &parts, &counts), 2, "{:?} {:?} {:?}", total, parts, counts);
            for (figure, count) in parts.iter().zip(&counts) {
                prop_assert!(*figure == Figure::Hidden || !small(*count));
                prop_assert!(*figure == Figure::Hidden || *figure == Figure::Count(*count));
            }
        }

        #[test]
        fn the_authoritys_total_gives_no_school_away(counts in prop::collection::vec(0u64..15, 1..8)) {
            let published: Vec<Figure> = counts.iter().map(|count| alone(*count)).collect();
            let total = over(&counts, &published);
            prop_assert_eq!(ways(total, &published, &counts), 2);
        }
    }
}
