//! What is counted of a desk's allegations, and what of it may be published: no figure from which a small one could be worked
//! out (rules SUP-01 to SUP-03).

use chassis::{
    clock::london,
    suppress::{Figure, MIN_CELL, with_total},
};
use time::{Date, OffsetDateTime};

use super::allegation::{Allegation, BELOW, OUTCOMES, SOURCES};

/// What an allegation counts under when it came in, by whether the harm threshold was met.
pub const THRESHOLDS: [&str; 3] = ["threshold_met", "below_threshold", "not_evaluated"];

/// One count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What is counted.
    pub key: &'static str,
    /// How many.
    pub count: u64,
    /// What may be published; none for what is no count of people.
    pub published: Option<Figure>,
}

/// The figures of some days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Of allegations opened in them.
    pub opened: Vec<Count>,
    /// Of allegations closed in them.
    pub closed: Vec<Count>,
}

fn within(at: OffsetDateTime, (from, until): (Date, Date)) -> bool {
    (from..=until).contains(&day(at))
}

fn number<T>(all: impl Iterator<Item = T>) -> u64 {
    u64::try_from(all.count()).unwrap_or(u64::MAX)
}

/// A total with its parts, each hidden where it or another would otherwise be told. A total that is hidden hides its parts.
fn parted(total: (&'static str, u64), parts: &[(&'static str, u64)]) -> Vec<Count> {
    let counts: Vec<u64> = parts.iter().map(|(_, count)| *count).collect();
    let (whole, published) = with_total(total.1, &counts);
    let mut all = vec![Count { key: total.0, count: total.1, published: Some(whole) }];
    all.extend(parts.iter().enumerate().map(|(place, (key, count))| Count {
        key,
        count: *count,
        published: Some(published.get(place).copied().unwrap_or(Figure::Hidden)),
    }));
    all
}

fn day(at: OffsetDateTime) -> Date {
    london(at).date()
}

/// The median of days; none of none.
fn middle(key: &'static str, days: Vec<i64>, published: Option<Figure>) -> Option<Count> {
    let mut days = days;
    days.sort_unstable();
    let median = days.get(days.len() / 2)?;
    Some(Count { key, count: u64::try_from(*median).unwrap_or_default(), published })
}

/// The figures of the days from the first to the last.
pub fn of(allegations: &[Allegation], days: (Date, Date)) -> Figures {
    let opened: Vec<&Allegation> = allegations.iter().filter(|one| within(one.opened.at, days)).collect();
    let met = |wanted: Option<bool>| number(opened.iter().filter(|one| one.threshold_met() == wanted));
    let [above, below, open] = THRESHOLDS;
    let thresholds = [(above, met(Some(true))), (below, met(Some(false))), (open, met(None))];
    let total = number(opened.iter());
    let sources = SOURCES.map(|source| (source, number(opened.iter().filter(|one| one.source == source))));
    let mut of_opened = parted(("opened", total), &thresholds);
    // The same total twice: what it says is said once.
    of_opened.extend(parted(("opened", total), &sources).into_iter().skip(1));
    let first = |one: &&Allegation| Some(day(one.evaluations.first()?.stamp.at) - day(one.opened.at));
    let waited: Vec<i64> = opened.iter().filter_map(first).map(time::Duration::whole_days).collect();
    let few = waited.len() < usize::try_from(MIN_CELL).unwrap_or(usize::MAX);
    of_opened.extend(middle("days_to_evaluate", waited, few.then_some(Figure::Hidden)));

    let closed: Vec<_> = allegations
        .iter()
        .filter_map(|one| Some((one, one.closed()?)))
        .filter(|(_, end)| within(end.stamp.at, days))
        .collect();
    let outcome = |code: &'static str| (code, number(closed.iter().filter(|(_, end)| end.outcome == code)));
    let outcomes: Vec<_> = OUTCOMES.into_iter().chain([BELOW]).map(outcome).collect();
    let mut of_closed = parted(("closed", number(closed.iter())), &outcomes);
    let took = closed.iter().map(|(one, end)| (day(end.stamp.at) - day(one.opened.at)).whole_days()).collect();
    of_closed.extend(middle("days_to_close", took, None));
    Figures { opened: of_opened, closed: of_closed }
}
