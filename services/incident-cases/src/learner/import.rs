//! A roll held against who is here: new, unchanged, changed, back again, or somebody a person has to decide about.

use std::collections::{HashMap, HashSet};

use time::Date;

use super::{Learner, LearnerId, Record, search, table::Line};

/// How alike two names are for a person to decide.
const CLOSE: f64 = 0.9;

/// What a line comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It cannot be taken.
    Wrong,
    /// The learner is not here.
    New,
    /// The learner is here, as the line says.
    Unchanged(LearnerId),
    /// The learner is here; the line says something else of them.
    Changed(LearnerId),
    /// The learner had left.
    Returned(LearnerId),
    /// The learner may be one of these.
    Close(Vec<LearnerId>),
}

/// What each line of a roll comes to, and who is not in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Review {
    /// In the table's order.
    pub outcomes: Vec<Outcome>,
    /// Learners on the roll here whom no line names or may mean.
    pub leavers: Vec<LearnerId>,
}

/// Marks a line about a child whom an earlier line is about already: the same names and date of birth, and no pupil numbers
/// that tell two children apart.
pub fn mark_repeats(lines: &mut [Line]) {
    let mut seen: HashMap<(Names, Option<Date>), Vec<(u32, String)>> = HashMap::new();
    for line in lines {
        let known = seen.entry((names(&line.record), line.record.birth_date)).or_default();
        let upn = line.record.upn.clone();
        let same = known.iter().find(|(_, other)| upn.is_empty() || other.is_empty() || *other == upn);
        if let Some((number, _)) = same {
            let fix = format!(
                "Take this line out, or line {number}: both are about one child. Two children of one name are told apart \
                 by a date of birth or a pupil number in both lines"
            );
            line.slips.push(("FAMILY NAME".to_owned(), fix));
        }
        known.push((line.number, upn));
    }
}

/// Who is here, by what a line is held against.
struct Known<'a> {
    by_upn: HashMap<&'a str, &'a Learner>,
    by_born: HashMap<Option<Date>, Vec<&'a Learner>>,
    by_names: HashMap<Names, Vec<&'a Learner>>,
}

impl Known<'_> {
    /// Those whom a line may be about whose pupil number is this learner's, where its name and date of birth do not say the same: the
    /// learner, and whoever else bears both. Nobody where the line is about the learner.
    fn contested(&self, holder: &Learner, record: &Record) -> Vec<LearnerId> {
        let same_names = names(record);
        let born_then = |learner: &Learner| match (learner.record.birth_date, record.birth_date) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        if names(&holder.record) == same_names && born_then(holder) {
            return Vec::new();
        }
        let bear = self.by_names.get(&same_names).map(Vec::as_slice).unwrap_or_default();
        let others = bear.iter().filter(|other| other.id != holder.id && born_then(other));
        let others: Vec<LearnerId> = others.map(|other| other.id.clone()).collect();
        if others.is_empty() && (born_then(holder) || alike(&holder.record, record)) {
            return Vec::new();
        }
        std::iter::once(holder.id.clone()).chain(others).collect()
    }
}

/// Holds a roll against who is here.
pub fn review(lines: &[Line], here: &[Learner]) -> Review {
    let by_upn: HashMap<&str, &Learner> =
        here.iter().filter(|l| !l.record.upn.is_empty()).map(|l| (l.record.upn.as_str(), l)).collect();
    let mut by_born: HashMap<Option<Date>, Vec<&Learner>> = HashMap::new();
    let mut by_names: HashMap<Names, Vec<&Learner>> = HashMap::new();
    for learner in here {
        by_born.entry(learner.record.birth_date).or_default().push(learner);
        by_names.entry(names(&learner.record)).or_default().push(learner);
    }
    let known = Known { by_upn, by_born, by_names };
    let mut named = HashSet::new();
    let mut outcomes: Vec<Outcome> = lines
        .iter()
        .map(|line| {
            let outcome = if line.slips.is_empty() { one(&line.record, &known) } else { Outcome::Wrong };
            match &outcome {
                Outcome::Unchanged(id) | Outcome::Changed(id) | Outcome::Returned(id) => {
                    named.insert(id.clone());
                }
                Outcome::Close(ids) => named.extend(ids.iter().cloned()),
                Outcome::Wrong | Outcome::New => {}
            }
            outcome
        })
        .collect();
    namesakes(lines, here, &mut outcomes, &mut named);
    let on_roll = here.iter().filter(|learner| learner.left_on.is_none());
    let leavers = on_roll.filter(|learner| !named.contains(&learner.id)).map(|learner| learner.id.clone()).collect();
    Review { outcomes, leavers }
}

/// Asks of a line about somebody new, whose name a learner bears whom no other line names, whether it is that one: a corrected date
/// of birth would else make a second learner, and the first would leave with the file.
fn namesakes(lines: &[Line], here: &[Learner], outcomes: &mut [Outcome], named: &mut HashSet<LearnerId>) {
    let mut left: HashMap<Names, Vec<&Learner>> = HashMap::new();
    for learner in here.iter().filter(|learner| !named.contains(&learner.id)) {
        left.entry(names(&learner.record)).or_default().push(learner);
    }
    for (line, outcome) in lines.iter().zip(outcomes) {
        if *outcome != Outcome::New {
            continue;
        }
        let bear = left.get(&names(&line.record)).map(Vec::as_slice).unwrap_or_default();
        let may_be = bear.iter().filter(|learner| numbers_agree(learner, &line.record));
        let close: Vec<LearnerId> = may_be.map(|learner| learner.id.clone()).collect();
        if !close.is_empty() {
            named.extend(close.iter().cloned());
            *outcome = Outcome::Close(close);
        }
    }
}

/// The words of a given name and of a family name.
type Names = (Vec<String>, Vec<String>);

fn names(record: &Record) -> Names {
    (search::words(&record.given_name), search::words(&record.family_name))
}

/// Another pupil number is another person, whatever they are called.
fn numbers_agree(learner: &Learner, record: &Record) -> bool {
    learner.record.upn.is_empty() || record.upn.is_empty()
}

/// Whether two records are called alike: in the whole, the names the other way round, or by a first name that sounds or is written
/// so, known-as among them, beside the same family name.
fn alike(own: &Record, line: &Record) -> bool {
    let whole = |r: &Record| [r.called().to_lowercase(), format!("{} {}", r.given_name, r.family_name).to_lowercase()];
    let (theirs, turned) = (whole(line), format!("{} {}", line.family_name, line.given_name).to_lowercase());
    let like = |own: &String| theirs.iter().chain([&turned]).any(|name| strsim::jaro_winkler(own, name) >= CLOSE);
    whole(own).iter().any(like) || names(own) == names(line) || turned_round(own, line) || first_name_alike(own, line)
}

fn turned_round(own: &Record, line: &Record) -> bool {
    let (given, family) = names(own);
    (family, given) == names(line)
}

fn first_name_alike(own: &Record, line: &Record) -> bool {
    let firsts = |r: &Record| -> Vec<String> {
        search::words(&r.given_name).into_iter().take(1).chain(search::words(&r.known_as).into_iter().take(1)).collect()
    };
    let same =
        |a: &String, b: &String| a == b || search::sounds(a).iter().any(|sound| search::sounds(b).contains(sound));
    names(own).1 == names(line).1 && firsts(own).iter().any(|a| firsts(line).iter().any(|b| same(a, b)))
}

/// The dates of birth that a slip makes of one: a day before or after, day and month the other way round, a year before or after.
fn slips_of(born: Date) -> impl Iterator<Item = Date> {
    let month = time::Month::try_from(born.day()).ok();
    let turned = month.and_then(|month| Date::from_calendar_date(born.year(), month, u8::from(born.month())).ok());
    let years = [born.year() - 1, born.year() + 1].map(|year| born.replace_year(year).ok());
    let all = [born.previous_day(), born.next_day(), turned].into_iter().chain(years).flatten();
    all.filter(move |date| *date != born)
}

/// Why a line may be about a learner who is here, in words.
pub fn why(own: &Record, line: &Record) -> &'static str {
    if !line.upn.is_empty() && own.upn == line.upn {
        return "the pupil number, and another name or date of birth";
    }
    let same = names(own) == names(line);
    match (own.birth_date, line.birth_date) {
        (Some(a), Some(b)) if a == b && same => "the name and the date of birth",
        (Some(a), Some(b)) if a == b && turned_round(own, line) => {
            "the names the other way round, and the date of birth"
        }
        (Some(a), Some(b)) if a == b => "a name like it, and the date of birth",
        (Some(a), Some(b)) if slips_of(b).any(|slip| slip == a) => {
            "the name, and a date of birth that differs by a slip"
        }
        (Some(_), Some(_)) => "the name, and another date of birth",
        _ if same => "the name; a date of birth is missing",
        _ => "a name like it; a date of birth is missing",
    }
}

/// What a line changes of a record: the column as a table heads it, what stands now, what would.
pub fn changes(own: &Record, then: &Record) -> Vec<(&'static str, String, String)> {
    let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    let all = [
        ("FAMILY NAME", own.family_name.clone(), then.family_name.clone()),
        ("GIVEN NAME", own.given_name.clone(), then.given_name.clone()),
        ("KNOWN AS", own.known_as.clone(), then.known_as.clone()),
        ("DATE OF BIRTH", date(own.birth_date), date(then.birth_date)),
        ("YEAR GROUP", own.year_group.clone(), then.year_group.clone()),
        ("UPN", own.upn.clone(), then.upn.clone()),
        ("FLAGS", own.flags.join("; "), then.flags.join("; ")),
        ("USER NAME", own.user_names.join("; "), then.user_names.join("; ")),
    ];
    all.into_iter().filter(|(_, before, after)| before != after).collect()
}

fn one(record: &Record, known: &Known<'_>) -> Outcome {
    let stands = |learner: &Learner| {
        if learner.left_on.is_some() {
            Outcome::Returned(learner.id.clone())
        } else if merged(&learner.record, record) == learner.record {
            Outcome::Unchanged(learner.id.clone())
        } else {
            Outcome::Changed(learner.id.clone())
        }
    };
    if let Some(learner) = known.by_upn.get(record.upn.as_str()) {
        let contested = known.contested(learner, record);
        return if contested.is_empty() { stands(learner) } else { Outcome::Close(contested) };
    }
    let of_day = |born: Option<Date>| known.by_born.get(&born).map(Vec::as_slice).unwrap_or_default();
    let may_be = |learner: &&&Learner| numbers_agree(learner, record);
    let same_day = of_day(record.birth_date);
    let exact: Vec<&&Learner> =
        same_day.iter().filter(may_be).filter(|learner| names(&learner.record) == names(record)).collect();
    if let ([learner], Some(_)) = (exact.as_slice(), record.birth_date) {
        return stands(learner);
    }
    let called = |learner: &&&Learner| alike(&learner.record, record);
    let close: Vec<&&Learner> = match record.birth_date {
        Some(born) => {
            let near = slips_of(born).flat_map(|day| of_day(Some(day)));
            let days = same_day.iter().chain(of_day(None)).chain(near);
            days.filter(may_be).filter(called).collect()
        }
        None => known.by_born.values().flatten().filter(may_be).filter(called).collect(),
    };
    let mut seen = HashSet::new();
    let close: Vec<LearnerId> =
        close.into_iter().filter(|learner| seen.insert(&learner.id)).map(|learner| learner.id.clone()).collect();
    if close.is_empty() { Outcome::New } else { Outcome::Close(close) }
}

/// A record as a line changes it: what the line leaves empty stays.
pub fn merged(own: &Record, line: &Record) -> Record {
    let text = |own: &str, line: &str| if line.is_empty() { own.to_owned() } else { line.to_owned() };
    Record {
        given_name: text(&own.given_name, &line.given_name),
        family_name: text(&own.family_name, &line.family_name),
        known_as: text(&own.known_as, &line.known_as),
        birth_date: line.birth_date.or(own.birth_date),
        year_group: text(&own.year_group, &line.year_group),
        upn: text(&own.upn, &line.upn),
        flags: if line.flags.is_empty() { own.flags.clone() } else { line.flags.clone() },
        user_names: if line.user_names.is_empty() { own.user_names.clone() } else { line.user_names.clone() },
    }
}
