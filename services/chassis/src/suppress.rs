//! Hiding small counts (rules SUP-01 to SUP-03): 0 and `MIN_CELL` or more are published, what lies between is hidden,
//! and so is whatever would let a hidden figure be worked out by somebody who sees all that is published.

/// The least count that is published, beside 0 (SUP-02, the default).
pub const MIN_CELL: u64 = 6;

/// The largest count that is hidden for its own sake.
const LARGEST_SMALL: u64 = MIN_CELL - 1;

/// One published cell: a value or a code, never nothing (SUP-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// The count; 0 only where there was nothing.
    Count(u64),
    /// `c`: hidden because it, or another, is small.
    Hidden,
    /// `z`: there can be no figure here.
    NotApplicable,
    /// `x`: nothing was counted then: the platform was not in use.
    NoData,
    /// `low`: a share that is more than nothing, and rounds to it.
    Low,
}

impl Figure {
    /// Its code; empty for a number.
    pub fn code(self) -> &'static str {
        match self {
            Self::Count(_) => "",
            Self::Hidden => "c",
            Self::NotApplicable => "z",
            Self::NoData => "x",
            Self::Low => "low",
        }
    }
}

/// What part of a whole a count is, in percent, from what is published of both. A share of a hidden count would tell it.
pub fn share(part: Figure, whole: Figure) -> Figure {
    match (part, whole) {
        (Figure::Hidden, _) | (_, Figure::Hidden) => Figure::Hidden,
        (_, Figure::Count(0)) => Figure::NotApplicable,
        (Figure::Count(part), Figure::Count(whole)) => match (part * 200 + whole) / (2 * whole) {
            0 if part > 0 => Figure::Low,
            percent => Figure::Count(percent),
        },
        (Figure::Count(_), other) | (other, _) => other,
    }
}

fn small(count: u64) -> bool {
    (1..MIN_CELL).contains(&count)
}

fn figure(count: u64, hidden: bool) -> Figure {
    if hidden { Figure::Hidden } else { Figure::Count(count) }
}

/// What is published of a count that stands alone.
pub fn alone(count: u64) -> Figure {
    figure(count, small(count))
}

/// What is published of parts that add up to `total`, and of the total itself.
///
/// The total less the parts shown gives the sum of those hidden: so many are hidden that the sum leaves each of them
/// open. Where even all of them do not, the total is hidden, and then nothing beneath it is shown, not even which parts
/// there are: five parts of a total below six would each be one.
pub fn with_total(total: u64, parts: &[u64]) -> (Figure, Vec<Figure>) {
    let hidden = if small(total) { None } else { cover(parts, safe) };
    match hidden {
        Some(hidden) => (Figure::Count(total), parts.iter().zip(hidden).map(|(c, h)| figure(*c, h)).collect()),
        None => (Figure::Hidden, Vec::new()),
    }
}

/// What is published of parts among which each of `total` things counts once or more, where the total is shown.
///
/// What no shown part can hold must be in the hidden ones: so many are hidden that one thing in each of them will do.
pub fn among(total: u64, parts: &[u64]) -> Vec<Figure> {
    let held = |parts: &[u64], hidden: &[bool]| {
        let shown: u64 = parts.iter().zip(hidden).filter(|(_, h)| !**h).map(|(c, _)| *c).sum();
        total <= shown + count(hidden)
    };
    let hidden = cover(parts, held).unwrap_or_else(|| vec![true; parts.len()]);
    parts.iter().zip(hidden).map(|(c, h)| figure(*c, h)).collect()
}

/// Hides small parts, and others until what is hidden is safe; none where hiding all of them is not.
///
/// Which part is hidden next follows from its place alone. Were it the smallest, the parts still shown would tell how
/// large it can be.
fn cover(parts: &[u64], safe: impl Fn(&[u64], &[bool]) -> bool) -> Option<Vec<bool>> {
    let mut hidden: Vec<bool> = parts.iter().map(|count| small(*count)).collect();
    let Some(first) = hidden.iter().position(|hidden| *hidden) else { return Some(hidden) };
    while !safe(parts, &hidden) {
        let mut places = (first..parts.len()).chain(0..first);
        let next = places.find(|i| !hidden[*i] && parts[*i] > 0)?;
        hidden[next] = true;
    }
    Some(hidden)
}

fn count(hidden: &[bool]) -> u64 {
    hidden.iter().map(|hidden| u64::from(*hidden)).sum()
}

/// Whether hidden parts cannot be told from their sum: each may be any small count as far as the others leave it one at
/// least, and where all of them are small the sum is not so large that all must be nearly as large as a small one is.
fn safe(parts: &[u64], hidden: &[bool]) -> bool {
    let cells = count(hidden);
    let of: Vec<u64> = parts.iter().zip(hidden).filter(|(_, hidden)| **hidden).map(|(count, _)| *count).collect();
    let sum: u64 = of.iter().sum();
    let brimful = of.iter().all(|count| small(*count)) && sum + 2 > cells * LARGEST_SMALL;
    cells >= 2 && sum + 1 >= cells + LARGEST_SMALL && !brimful
}

/// What is published of a sum over schools whose own figures are published elsewhere and cannot be hidden further.
///
/// A school's hidden figure is a small one as far as anybody knows: the sum is shown where it leaves each of them every
/// small count.
pub fn over(counts: &[u64], published: &[Figure]) -> Figure {
    let of: Vec<u64> =
        counts.iter().zip(published).filter(|(_, f)| **f == Figure::Hidden).map(|(count, _)| *count).collect();
    let cells = u64::try_from(of.len()).unwrap_or(u64::MAX);
    let sum: u64 = of.iter().sum();
    let open = sum + 1 >= cells + LARGEST_SMALL && sum <= (cells.saturating_sub(1)) * LARGEST_SMALL + 1;
    figure(counts.iter().sum(), cells > 0 && !open)
}

#[cfg(test)]
mod tests;
