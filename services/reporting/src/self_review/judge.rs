//! From what is known to a position, with the reason in words. A position is a function of what is published: of a count that is
//! hidden nothing follows.

use chassis::suppress::Figure;
use time::Date;

use super::{
    Judged, Known, Policy, Position, Shown, Signed, Told,
    standard::{Aspect, Counted, Listed, Need, Otherwise, Rule, Statement, need, requests},
    words::{day, every, interval, listed, months_from},
};

/// Why nothing can be said of a register that holds nothing that is counted.
const UNSEEN: &str = "Nothing in this register is counted: it is empty, or was filled before its entries were counted.";
/// Why nothing can be said of a count that is hidden.
const HIDDEN: &str = "A count is hidden, because it could point to a child.";

/// What a rule finds.
struct Found {
    position: Position,
    because: String,
    told: Vec<Told>,
}

fn found(position: Position, because: impl Into<String>, told: Vec<Told>) -> Found {
    Found { position, because: because.into(), told }
}

/// Judges a statement.
pub(crate) fn judge(statement: &Statement, known: &Known) -> Judged {
    let promised = |promise: &super::standard::Promise| {
        let value = known.promise(&promise.key)?;
        Some((promise.title.clone(), value.to_owned()))
    };
    let promises: Vec<(String, String)> = statement.promises.iter().filter_map(promised).collect();
    let found = if statement.needs_promise && promises.is_empty() {
        found(Position::NotKnown, "The policy in force promises nothing here, as far as was announced.", Vec::new())
    } else {
        known.find(&statement.rule)
    };
    let Found { position, because, told } = found;
    Judged { position, because, told, promises }
}

/// Some of several.
fn some_of(held: usize, all: usize) -> Position {
    match held {
        0 => Position::NotMet,
        held if held == all => Position::Met,
        _ => Position::Partly,
    }
}

impl Known {
    fn promise(&self, key: &str) -> Option<&str> {
        self.policy.as_ref().and_then(|policy| policy.promises.get(key)).map(String::as_str)
    }

    fn shown(&self, need: &Need) -> Shown {
        self.figures.get(need).copied().unwrap_or(Shown { figure: Figure::NoData, held: None })
    }

    /// A count of things: none where nothing was counted.
    fn count(&self, need: &Need) -> u64 {
        match self.shown(need).figure {
            Figure::Count(count) => count,
            _ => 0,
        }
    }

    fn told(&self, counted: &Counted) -> Told {
        Told { title: counted.title.clone(), figure: Some(self.shown(&counted.need())), day: None }
    }

    fn find(&self, rule: &Rule) -> Found {
        match rule {
            Rule::Held { each, unsure } => self.held(each, *unsure),
            Rule::AllOf { whole, each } => self.all_of(whole, each),
            Rule::Within { each, months, promise, unsure } => {
                let promised = self.promise(promise);
                match promised.map_or(Some(*months), interval) {
                    Some(months) => self.within(each, (months, promised.is_some()), *unsure),
                    None => found(Position::NotKnown, "The policy in force names no interval.", self.lasts_told(each)),
                }
            }
            Rule::Proved { each, months, promise } => {
                let promised = self.promise(promise);
                match promised.map_or(Some(*months), interval) {
                    Some(months) => self.proved(each, (months, promised.is_some())),
                    None => found(Position::NotKnown, "The policy in force names no interval.", self.proofs_told(each)),
                }
            }
            Rule::Share { part, whole, rest, beside, met, partly } => {
                let mut found = self.share(part, whole, *rest, (*met, *partly));
                if let Some(beside) = beside {
                    found.told.push(self.told(beside));
                    let more = self.count(&beside.need());
                    if more > 0 && found.because != HIDDEN {
                        found.because.push_str(&format!(" {}: {more} more.", beside.title));
                    }
                }
                found
            }
            Rule::Requests { asks } => self.requests(asks),
            Rule::Any { counted, otherwise } => self.any(counted, *otherwise),
            Rule::Policy { asks } => match &self.policy {
                Some(policy) => self.of_policy(policy, *asks),
                None if *asks == Aspect::InForce => found(
                    Position::NotMet,
                    "No version of the policy came into force, as far as was announced.",
                    Vec::new(),
                ),
                None => found(
                    Position::NotKnown,
                    "No version of the policy came into force, as far as was announced.",
                    Vec::new(),
                ),
            },
            Rule::Signed {} => self.signed(),
            Rule::Elsewhere { look } => {
                found(Position::NotKnown, format!("Nothing recorded here says so. {look}"), Vec::new())
            }
        }
    }

    fn held(&self, each: &[Counted], unsure: bool) -> Found {
        let told = each.iter().map(|counted| self.told(counted)).collect();
        let any = each.first().map_or(0, |first| self.count(&need(first.whole())));
        if unsure && any == 0 {
            return found(Position::NotKnown, UNSEEN, told);
        }
        let (there, missing): (Vec<&Counted>, Vec<&Counted>) =
            each.iter().partition(|counted| self.count(&counted.need()) > 0);
        let titles = |all: &[&Counted]| listed(&all.iter().map(|one| one.title.as_str()).collect::<Vec<_>>());
        let mut because = Vec::new();
        if !there.is_empty() {
            because.push(format!("On record: {}.", titles(&there)));
        }
        if !missing.is_empty() {
            because.push(format!("Not on record: {}.", titles(&missing)));
        }
        found(some_of(there.len(), each.len()), because.join(" "), told)
    }

    fn all_of(&self, whole: &Counted, each: &[Counted]) -> Found {
        let told = std::iter::once(whole).chain(each).map(|counted| self.told(counted)).collect();
        let all = self.count(&whole.need());
        if all == 0 {
            // Checks were counted from the beginning; of systems it is not known whether they were.
            let stands = whole.thing().measure().is_some_and(|measure| measure.standing);
            return if stands && self.count(&need(whole.whole())) == 0 {
                found(Position::NotKnown, UNSEEN, told)
            } else {
                found(Position::NotMet, format!("Not on record: {}.", whole.title), told)
            };
        }
        let counts: Vec<u64> = each.iter().map(|counted| self.count(&counted.need()).min(all)).collect();
        let of = |(counted, count): (&Counted, &u64)| format!("{}: {count} of {all}.", counted.title);
        let because: Vec<String> = each.iter().zip(&counts).map(of).collect();
        let position = match counts.iter().sum::<u64>() {
            0 => Position::NotMet,
            _ if counts.iter().all(|count| *count == all) => Position::Met,
            _ => Position::Partly,
        };
        found(position, because.join(" "), told)
    }

    fn lasts_told(&self, each: &[Counted]) -> Vec<Told> {
        let told = |counted: &Counted| {
            let day = self.lasts.get(&counted.thing()).copied();
            Told { title: counted.title.clone(), figure: None, day }
        };
        each.iter().map(told).collect()
    }

    fn within(&self, each: &[Counted], (months, promised): (i32, bool), unsure: bool) -> Found {
        let told = self.lasts_told(each);
        if unsure && each.iter().all(|counted| !self.lasts.contains_key(&counted.whole())) {
            return found(Position::NotKnown, UNSEEN, told);
        }
        let in_time = |last: &Date| self.day <= months_from(*last, months);
        let in_time = told.iter().filter(|told| told.day.as_ref().is_some_and(in_time)).count();
        let last = |told: &Told| match told.day {
            Some(last) => format!("{}: last on {}.", told.title, day(last)),
            None => format!("{}: never, as far as is recorded.", told.title),
        };
        let mut because: Vec<String> = told.iter().map(last).collect();
        let who = if promised { "The policy promises it" } else { "It is due" };
        because.push(format!("{who} {}.", every(months)));
        found(some_of(in_time, each.len()), because.join(" "), told)
    }

    fn proofs_told(&self, each: &[Listed]) -> Vec<Told> {
        let told = |listed: &Listed| {
            let day = self.proofs.get(&listed.list).and_then(|proof| proof.blocked);
            Told { title: listed.title.clone(), figure: None, day }
        };
        each.iter().map(told).collect()
    }

    fn proved(&self, each: &[Listed], (months, promised): (i32, bool)) -> Found {
        let mut in_time = 0;
        let mut because = Vec::with_capacity(each.len() + 1);
        for Listed { title, list } in each {
            let proof = self.proofs.get(list).copied().unwrap_or_default();
            if proof.let_through.is_none() && proof.blocked.is_some_and(|last| self.day <= months_from(last, months)) {
                in_time += 1;
            }
            because.push(match (proof.let_through, proof.blocked) {
                (Some(not), Some(last)) => format!(
                    "{title}: not shown to be blocked in the test of {}; last shown to be on {}.",
                    day(not),
                    day(last)
                ),
                (Some(not), None) => {
                    format!("{title}: not shown to be blocked in the test of {}, nor in any before it.", day(not))
                }
                (None, Some(last)) => format!("{title}: last on {}.", day(last)),
                (None, None) => format!("{title}: never, as far as is recorded."),
            });
        }
        let who = if promised { "The policy promises it" } else { "It is due" };
        because.push(format!("{who} {}.", every(months)));
        found(some_of(in_time, each.len()), because.join(" "), self.proofs_told(each))
    }

    fn share(&self, part: &Counted, whole: &Counted, rest: bool, (met, partly): (u64, u64)) -> Found {
        let told = vec![self.told(part), self.told(whole)];
        let (one, all) = (self.shown(&part.need()).figure, self.shown(&whole.need()).figure);
        if one == Figure::Hidden || all == Figure::Hidden {
            return found(Position::NotKnown, HIDDEN, told);
        }
        let Figure::Count(all @ 1..) = all else {
            // None of the whole, and something that should not be: that is not nothing.
            if let Figure::Count(bad @ 1..) = one
                && rest
            {
                return found(Position::NotMet, format!("{}: {bad}. {}: none.", part.title, whole.title), told);
            }
            return found(Position::NotKnown, format!("There is nothing to judge by. {}: none.", whole.title), told);
        };
        let part = match one {
            Figure::Count(part) => part.min(all),
            // What was never counted did not happen where the whole did.
            _ => 0,
        };
        let good = if rest { all - part } else { part };
        // Rounded down: what is not 95% does not read as if it were.
        let percent = match good.saturating_mul(100) / all {
            0 if good > 0 => "less than 1%".to_owned(),
            percent => format!("{percent}%"),
        };
        let reaches = |least: u64| good.saturating_mul(100) >= all.saturating_mul(least);
        let position = if reaches(met) {
            Position::Met
        } else if reaches(partly) {
            Position::Partly
        } else {
            Position::NotMet
        };
        let left = if rest { " without it" } else { "" };
        let held = told.iter().filter_map(|told| told.figure.and_then(|shown| shown.held)).min();
        let held = held.map(|held| format!(" As at {}: what came since is too little to be told.", day(held)));
        let because = format!("{good} of {all}{left} ({percent}).{}", held.unwrap_or_default());
        found(position, because, told)
    }

    fn requests(&self, asks: &str) -> Found {
        let [all, open, late] = requests(asks);
        let titles = ["Requests on record", "Not decided yet", "Asked more than a week before"];
        let told = |(title, need): (&str, &Need)| {
            let figure = Some(self.shown(need));
            Told { title: title.to_owned(), figure, day: None }
        };
        let told = titles.into_iter().zip([&all, &open, &late]).map(told).collect();
        let (all, open, late) = (self.count(&all), self.count(&open), self.count(&late));
        if all == 0 {
            return found(Position::NotKnown, "No request is on record.", told);
        }
        let position = match late {
            0 => Position::Met,
            _ if all > open => Position::Partly,
            _ => Position::NotMet,
        };
        let decided = all.saturating_sub(open);
        let because =
            format!("Of {all} on record, {decided} were decided about; {late} have waited for more than a week.");
        found(position, because, told)
    }

    fn any(&self, counted: &Counted, otherwise: Otherwise) -> Found {
        let count = self.count(&counted.need());
        let position = match (count, otherwise) {
            (1.., _) => Position::Met,
            (0, Otherwise::NotMet) => Position::NotMet,
            (0, Otherwise::NotKnown) => Position::NotKnown,
        };
        let because = format!("{} in the 12 months to {}: {count}.", counted.title, day(self.day));
        found(position, because, vec![self.told(counted)])
    }

    fn of_policy(&self, policy: &Policy, asks: Aspect) -> Found {
        let when = |title: &str, day: Option<Date>| Told { title: title.to_owned(), figure: None, day };
        match asks {
            Aspect::InForce => {
                let since = policy.since.map(|since| format!(" since {}", day(since))).unwrap_or_default();
                let because = format!("Version {} has been in force{since}.", policy.version);
                found(Position::Met, because, vec![when("In force from", policy.since)])
            }
            Aspect::Review => {
                let told = vec![when("Next review", policy.review_due), when("Announced on", Some(policy.announced))];
                let Some(due) = policy.review_due else {
                    return found(Position::NotMet, "No next review is set.", told);
                };
                let (position, verb) = if due < self.day {
                    (Position::NotMet, "was due")
                } else if due > months_from(policy.announced, 12) {
                    (Position::Partly, "is due only")
                } else {
                    (Position::Met, "is due")
                };
                found(position, format!("The next review {verb} on {}.", day(due)), told)
            }
            Aspect::Errors => {
                let shown = Shown { figure: Figure::Count(policy.errors.into()), held: None };
                let told = Told { title: "Findings that could mislead".to_owned(), figure: Some(shown), day: None };
                let position = if policy.errors == 0 { Position::Met } else { Position::NotMet };
                found(position, format!("Findings left in version {}: {}.", policy.version, policy.errors), vec![told])
            }
        }
    }

    fn signed(&self) -> Found {
        match &self.signed {
            Signed::On { term, day: on } => {
                let told = Told { title: "Signed on".to_owned(), figure: None, day: Some(*on) };
                found(Position::Met, format!("{term}: the head signed it on {}.", day(*on)), vec![told])
            }
            Signed::Not { term } => found(Position::NotMet, format!("{term}: the head has not signed it."), Vec::new()),
            Signed::NotHere => {
                found(Position::NotKnown, "The school was not on the platform in the last whole term.", Vec::new())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use time::macros::date;

    use super::*;
    use crate::self_review::standard::statements;

    fn known(promises: &[(&str, &str)]) -> Known {
        let promise = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let policy = Policy {
            version: 2,
            since: Some(date!(2026 - 09 - 01)),
            review_due: Some(date!(2028 - 01 - 01)),
            errors: 0,
            announced: date!(2026 - 09 - 01),
            promises: promises.iter().map(promise).collect(),
        };
        let (figures, lasts, proofs) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (policy, signed) = (Some(policy), Signed::NotHere);
        Known { day: date!(2026 - 11 - 24), figures, lasts, proofs, policy, signed }
    }

    fn position(key: &str, known: &Known) -> Option<Position> {
        statements().iter().find(|statement| statement.key == key).map(|statement| judge(statement, known).position)
    }

    const PROMISES: [(&str, &str); 4] = [
        ("concern_ack.danger", "10"),
        ("training.online.period", "12"),
        ("training.safeguarding.period", "12"),
        ("meeting.dsl_governor", "at no set interval"),
    ];

    #[test]
    fn of_a_hidden_count_nothing_follows() {
        let mut shares = 0;
        for statement in statements().iter().filter(|statement| matches!(statement.rule, Rule::Share { .. })) {
            let needs = statement.rule.needs();
            for hidden in &needs {
                let mut known = known(&PROMISES);
                for need in &needs {
                    let figure = if need == hidden { Figure::Hidden } else { Figure::Count(100) };
                    known.figures.insert(need.clone(), Shown { figure, held: None });
                }
                let judged = judge(statement, &known);
                shares += 1;
                if let Rule::Share { beside: Some(beside), .. } = &statement.rule
                    && beside.need() == *hidden
                {
                    assert!(!judged.because.contains("more"), "{}", judged.because);
                    continue;
                }
                assert_eq!((judged.position, judged.because.as_str()), (Position::NotKnown, HIDDEN));
            }
        }
        assert!(shares >= 10, "{shares}");
    }

    #[test]
    fn a_share_reaches_what_it_reaches_and_a_promise_of_no_interval_is_none() {
        let mut known = known(&PROMISES);
        assert_eq!(position("governor_meetings", &known), Some(Position::NotKnown));
        assert_eq!(position("group_meetings", &known), Some(Position::NotKnown), "nothing is promised");
        assert_eq!(position("reviewed", &known), Some(Position::Partly), "further ahead than a year");
        for (worked, expected) in [(190, Position::Met), (189, Position::Partly), (149, Position::NotMet)] {
            let works = statements().iter().find(|statement| statement.key == "works");
            let needs = works.map(|statement| statement.rule.needs()).unwrap_or_default();
            for (need, count) in needs.into_iter().zip([worked, 200]) {
                known.figures.insert(need, Shown { figure: Figure::Count(count), held: None });
            }
            assert_eq!(position("works", &known), Some(expected), "{worked} of 200");
        }
        let (term, day) = ("Summer term 2026".to_owned(), date!(2026 - 09 - 10));
        known.signed = Signed::Not { term: term.clone() };
        assert_eq!(position("governors", &known), Some(Position::NotMet));
        known.signed = Signed::On { term, day };
        assert_eq!(position("governors", &known), Some(Position::Met));
    }
}
