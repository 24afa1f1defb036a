//! What changed, in sentences: from published figures alone. Of a figure that is hidden nothing is said, not even that
//! it rose.

use super::{Cell, Figures};
use crate::expect::{Expectation, Verdict};

/// A change of less than this is called about the same, whatever it is a share of.
const FEW: u64 = 3;
/// So is one of less than a part in so many of the earlier figure.
const SHARE: u64 = 10;

/// The sentences about one measure, whose title is a plural: `Concerns recorded`. Of a term that is not over nothing fell yet, and
/// what is as expected, or too early to say, is no headline: the same sentence says so.
pub(crate) fn changes(title: &str, figures: &Figures, over: bool, verdict: Option<Verdict>) -> Vec<String> {
    let mut said = Vec::new();
    let running = |then: &'static str| (!over).then_some(then);
    said.extend(
        change(title, (figures.before, figures.now), running("the term before"), verdict)
            .map(|change| format!("{change}.")),
    );
    let year = change(&lowered(title), (figures.year_before, figures.now), running("it"), verdict);
    said.extend(year.map(|change| format!("Against the same term a year before, {change}.")));
    said
}

/// The sentences about a measure that is a yes or no: of it there is no “about the same”.
pub(crate) fn turns(title: &str, figures: &Figures) -> Vec<String> {
    let Some(now) = figures.now.count() else { return Vec::new() };
    let word = |count: u64| if count > 0 { "yes" } else { "no" };
    let beside = |then: Cell, when: &str| {
        let then = then.count()?;
        let how = if word(then) == word(now) { "as" } else { "and not as" };
        Some(format!("{title}: {}, {how} {when} ({}).", word(now), word(then)))
    };
    let (before, year) = (beside(figures.before, "in the term before"), beside(figures.year_before, "a year before"));
    before.into_iter().chain(year).collect()
}

/// The signal of one measure, with why it is one; none where it is as was to be expected, or nothing can be said.
pub(crate) fn signal(title: &str, said: &Expectation) -> Option<String> {
    let is = match said.verdict {
        Verdict::Above => "more",
        Verdict::Below => "fewer",
        Verdict::AsExpected | Verdict::TooShort | Verdict::Unsaid => return None,
    };
    Some(format!("{title}: {is} than chance explains. {}", said.reason))
}

fn change(title: &str, (then, now): (Cell, Cell), running: Option<&str>, verdict: Option<Verdict>) -> Option<String> {
    let (then, now) = (then.count()?, now.count()?);
    let few = then.abs_diff(now) < FEW || then.abs_diff(now).saturating_mul(SHARE) < then;
    let (before, after) = (number(then), number(now));
    if let Some(whole) = running.filter(|_| few || now < then) {
        return Some(format!("{title}: {after} so far, and {before} in the whole of {whole}"));
    }
    if then == now {
        return Some(format!("{title} stayed at {after}"));
    }
    if few {
        return Some(format!("{title} stayed about the same: {before}, then {after}"));
    }
    let moved = if then < now { "rose" } else { "fell" };
    Some(match verdict {
        Some(Verdict::TooShort) => format!("{title}: {before}, then {after}; it is too early to call that a change"),
        Some(Verdict::AsExpected) => format!("{title} {moved} from {before} to {after}, which is as expected"),
        _ => format!("{title} {moved} from {before} to {after}"),
    })
}

/// A title within a sentence.
fn lowered(title: &str) -> String {
    let mut letters = title.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}

/// A number as people read it: `12,345`.
pub(crate) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::governor::Code;

    #[test]
    fn changes_are_said_of_published_figures_alone_and_small_ones_are_none() {
        let said =
            |now, before, year_before| changes("Concerns recorded", &Figures { now, before, year_before }, true, None);
        let (count, hidden, none) = (Cell::Count, Cell::Code(Code::Hidden), Cell::Code(Code::NoData));
        assert_eq!(
            said(count(31), count(12), count(30)),
            [
                "Concerns recorded rose from 12 to 31.",
                "Against the same term a year before, concerns recorded stayed about the same: 30, then 31."
            ]
        );
        assert_eq!(said(count(31), hidden, none), Vec::<String>::new());
        assert_eq!(said(hidden, count(31), count(31)), Vec::<String>::new());
        assert_eq!(said(count(0), count(6), none), ["Concerns recorded fell from 6 to 0."]);
        assert_eq!(said(count(8), count(6), none), ["Concerns recorded stayed about the same: 6, then 8."]);
        assert_eq!(
            said(count(1_950), count(2_140), none),
            ["Concerns recorded stayed about the same: 2,140, then 1,950."]
        );
        assert_eq!(said(count(1_926), count(2_140), none), ["Concerns recorded fell from 2,140 to 1,926."]);
        assert_eq!(said(count(7), count(7), none), ["Concerns recorded stayed at 7."]);
        let in_time = |now, before| turns("Policy in time", &Figures { now, before, year_before: none });
        assert_eq!(in_time(count(1), count(0)), ["Policy in time: yes, and not as in the term before (no)."]);
        assert_eq!(in_time(count(0), count(1)), ["Policy in time: no, and not as in the term before (yes)."]);
        assert_eq!(in_time(count(1), count(1)), ["Policy in time: yes, as in the term before (yes)."]);
        assert_eq!(in_time(count(1), none), Vec::<String>::new());
        let running =
            |now, before| changes("Concerns recorded", &Figures { now, before, year_before: none }, false, None);
        let beside = |verdict| {
            let figures = Figures { now: count(129), before: count(13), year_before: none };
            changes("Alerts raised", &figures, true, Some(verdict))
        };
        let early = "Alerts raised: 13, then 129; it is too early to call that a change.";
        assert_eq!(beside(Verdict::TooShort), [early]);
        assert_eq!(beside(Verdict::AsExpected), ["Alerts raised rose from 13 to 129, which is as expected."]);
        assert_eq!(beside(Verdict::Above), ["Alerts raised rose from 13 to 129."]);
        assert_eq!(
            running(count(0), count(6)),
            ["Concerns recorded: 0 so far, and 6 in the whole of the term before."]
        );
        assert_eq!(running(count(12), count(6)), ["Concerns recorded rose from 6 to 12."], "it did already");
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
    }
}
