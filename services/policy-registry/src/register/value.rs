//! What may stand in a field.

use std::collections::{BTreeMap, HashSet};

use chassis::{id::AccountId, text};
use time::Date;

use super::{Definition, Entry, EntryId, Field, Kind, gate, period, site};
use crate::template::condition::Condition;

/// The values of an entry, by field.
pub type Values = BTreeMap<String, Vec<String>>;

/// A field that does not hold what it must.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field's key.
    pub field: String,
    /// How to mend it.
    pub fix: String,
}

/// What values are checked against.
pub struct Against<'a> {
    /// What the registers hold.
    pub definitions: &'a [Definition],
    /// The standing entries of all of them.
    pub entries: &'a [Entry],
    /// The day.
    pub today: Date,
    /// The entry that the new one takes the place of.
    pub supersedes: Option<&'a EntryId>,
    /// The account that enters it and the name it is shown by; empty where none does.
    pub asks: (&'a str, &'a str),
}

impl Against<'_> {
    fn entry(&self, register: &str, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.register == register && entry.id.as_str() == id)
    }

    /// Whether a field holds what the entry holds that it takes the place of.
    fn same(&self, key: &str, given: &Values) -> bool {
        let before = self.supersedes.and_then(|id| self.entries.iter().find(|entry| entry.id == *id));
        before.is_some_and(|before| given.get(key) == before.values.get(key))
    }

    /// Whether a field holds these values in the entry that it takes the place of.
    fn held(&self, key: &str, given: &[&str]) -> bool {
        let before = self.supersedes.and_then(|id| self.entries.iter().find(|entry| entry.id == *id));
        before.is_some_and(|before| !given.is_empty() && before.all(key) == given)
    }

    /// Whether a day that has passed stood there before, and nothing is decided now: what was done with an entry, and what is
    /// mended of it, is entered after its end, too. By when something is wanted may pass while it waits for the decision.
    fn stood(&self, definition: &Definition, field: &Field, given: &Values) -> bool {
        let decision = definition.decision.as_ref();
        let wanted = decision.is_some_and(|decision| decision.wanted.contains(&field.key));
        self.same(&field.key, given) && (wanted || decision.is_none_or(|decision| self.same(&decision.field, given)))
    }

    /// What an entry must hold to be pointed at, in the words of its own register.
    fn wanted(&self, field: &Field, condition: &Condition) -> String {
        let definition = self.definitions.iter().find(|definition| definition.key == field.refers_to);
        let title = |key: &str| definition.and_then(|d| d.field(key)).map_or(key.to_owned(), |f| f.title.clone());
        let part = |(key, values): (&str, Vec<&str>)| format!("“{}” is “{}”", title(key), values.join("” or “"));
        condition.reads().into_iter().map(part).collect::<Vec<_>>().join(" and ")
    }
}

const LINE: usize = 200;
/// The first year that figures know: of what was done before, no register here tells.
const FIRST_YEAR: i32 = 1990;
const TEXT: usize = 20_000;

/// The values as an entry keeps them: trimmed, dates in one spelling, empty fields left out.
///
/// # Errors
/// Every field that does not hold what it must.
pub fn checked(definition: &Definition, given: &Values, against: &Against<'_>) -> Result<Values, Vec<Violation>> {
    let values = read(definition, given, against)?;
    // What is filled in as it must be may still have to wait for something else.
    let shut = gate::shut(definition, &values, against);
    if shut.is_empty() { Ok(values) } else { Err(shut) }
}

/// The same, whatever gate is shut to them.
///
/// # Errors
/// Every field that does not hold what it must.
pub fn read(definition: &Definition, given: &Values, against: &Against<'_>) -> Result<Values, Vec<Violation>> {
    let mut wrong = Vec::new();
    let mut values = Values::new();
    let mut say = |field: &str, fix: String| wrong.push(Violation { field: field.to_owned(), fix });
    for key in given.keys().filter(|key| definition.field(key).is_none()) {
        let keys: Vec<&str> = definition.fields.iter().map(|field| field.key.as_str()).collect();
        say(key, format!("There is no such field: use {}", keys.join(", ")));
    }
    for field in &definition.fields {
        let given = given.get(&field.key).map(Vec::as_slice).unwrap_or_default();
        let given: Vec<&str> = given.iter().map(|value| value.trim()).filter(|value| !value.is_empty()).collect();
        if given.len() > 1 && field.kind != Kind::Choices {
            say(&field.key, format!("Enter one value for: {}", field.title));
            continue;
        }
        let mut kept = Vec::new();
        // What stood there before the field asked for a site is still decided about.
        let stood = field.kind == Kind::Site && against.held(&field.key, &given);
        for value in given {
            match one(field, value, against) {
                Err(_) if stood => kept.push(value.to_owned()),
                Ok(value) if kept.contains(&value) => {}
                Ok(value) => kept.push(value),
                Err(fix) => say(&field.key, fix),
            }
        }
        // The order of a list of choices is the template's.
        kept.sort_by_key(|value| field.allowed.iter().position(|allowed| allowed == value));
        if !kept.is_empty() {
            values.insert(field.key.clone(), kept);
        }
    }
    for field in &definition.fields {
        take(definition, field, &mut values, against, &mut say);
    }
    let answered: HashSet<String> = wrong.iter().map(|violation| violation.field.clone()).collect();
    let read = |key: &str| values.get(key).cloned().unwrap_or_default();
    for field in definition.fields.iter().filter(|f| !values.contains_key(&f.key) && !answered.contains(&f.key)) {
        // What is taken from an entry is missing where that entry is, which is said of the field that points there.
        if definition.taken(field).is_some_and(|(pointer, _)| !values.contains_key(&pointer.key)) {
            continue;
        }
        if field.required || field.required_if.as_ref().is_some_and(|when| when.holds(&read)) {
            wrong.push(Violation { field: field.key.clone(), fix: field.kind.missing(&field.title) });
        }
    }
    let day = |key: &str| values.get(key).and_then(|values| values.first()).and_then(|value| period::day(value));
    for field in definition.fields.iter().filter(|field| field.ahead) {
        if day(&field.key).is_some_and(|day| day < against.today) && !against.stood(definition, field, &values) {
            let fix = "It has passed: enter today or a later day, or none".to_owned();
            wrong.push(Violation { field: field.key.clone(), fix });
        }
    }
    for field in &definition.fields {
        let Some(months) = field.months_ahead else { continue };
        let last = period::plus_months(against.today, months);
        if day(&field.key).zip(last).is_some_and(|(day, last)| day > last) && !against.same(&field.key, &values) {
            let fix = format!("Enter a day that is at most {months} months ahead");
            wrong.push(Violation { field: field.key.clone(), fix });
        }
    }
    for field in definition.fields.iter().filter(|field| !field.not_before.is_empty()) {
        let other = &field.not_before;
        let before = day(&field.key).zip(day(other)).is_some_and(|(day, other)| day < other);
        if before && !(against.same(&field.key, &values) && against.same(other, &values)) {
            let title = definition.field(other).map_or(other.as_str(), |other| other.title.as_str());
            let fix = format!("Enter a day that is not before “{title}”");
            wrong.push(Violation { field: field.key.clone(), fix });
        }
    }
    if let (Some(from), Some(until)) = (day(&definition.from), day(&definition.until))
        && until < from
    {
        let fix = "Enter a day that is not before the first one".to_owned();
        wrong.push(Violation { field: definition.until.clone(), fix });
    }
    if wrong.is_empty() { Ok(values) } else { Err(wrong) }
}

/// Fills a field that takes its value from the entry another field points at.
fn take(
    definition: &Definition,
    field: &Field,
    values: &mut Values,
    against: &Against<'_>,
    say: &mut impl FnMut(&str, String),
) {
    let Some((pointer, taken)) = definition.taken(field) else { return };
    let points = values.get(&pointer.key).and_then(|ids| ids.first());
    let Some(entry) = points.and_then(|id| against.entry(&pointer.refers_to, id)) else { return };
    let theirs = entry.all(taken);
    match values.get(&field.key) {
        Some(given) if *given != theirs => {
            let fix = format!("Enter “{}”, as the entry under “{}” has it", theirs.join(", "), pointer.title);
            say(&field.key, fix);
        }
        Some(_) => {}
        None if theirs.is_empty() => {}
        None => {
            values.insert(field.key.clone(), theirs);
        }
    }
}

fn one(field: &Field, value: &str, against: &Against<'_>) -> Result<String, String> {
    let longest = if field.kind == Kind::LongText { TEXT } else { LINE };
    if value.chars().count() > longest {
        return Err(format!("Enter {longest} characters or fewer"));
    }
    let fault = if field.kind == Kind::LongText { text::lines(value) } else { text::line(value) };
    if let Some(fix) = fault {
        return Err(fix.to_owned());
    }
    match field.kind {
        Kind::Text | Kind::LongText => Ok(value.replace("\r\n", "\n")),
        Kind::Choice | Kind::Choices | Kind::Role => field
            .allowed
            .iter()
            .find(|allowed| {
                allowed.eq_ignore_ascii_case(value) || allowed.replace('_', " ").eq_ignore_ascii_case(value)
            })
            .cloned()
            .ok_or_else(|| format!("Use one of {}", field.allowed.join(", "))),
        Kind::Date => match period::day(value) {
            Some(day) if field.past && day > against.today => {
                Err("Enter today or a day before it: it cannot lie ahead".to_owned())
            }
            Some(day) if field.past && day.year() < FIRST_YEAR => {
                Err(format!("Enter a day of the year {FIRST_YEAR} or later"))
            }
            Some(day) => Ok(period::written(day)),
            None => Err("Enter a day such as 24/11/2026".to_owned()),
        },
        Kind::Person if value.starts_with("acc_") && value.parse::<AccountId>().is_err() => {
            Err("Enter a whole account id, or a name".to_owned())
        }
        Kind::Person => Ok(value.split_whitespace().collect::<Vec<_>>().join(" ")),
        Kind::Number => value.parse::<i64>().map(|n| n.to_string()).map_err(|_| "Enter a whole number".to_owned()),
        Kind::Boolean => match value.to_lowercase().as_str() {
            "true" | "yes" => Ok("true".to_owned()),
            "false" | "no" => Ok("false".to_owned()),
            _ => Err("Enter yes or no".to_owned()),
        },
        Kind::Entry => {
            let entry = value.parse::<EntryId>().ok().and_then(|id| against.entry(&field.refers_to, id.as_str()));
            let Some(entry) = entry else {
                return Err(format!("Enter the id of a standing entry of the register {}", field.refers_to));
            };
            match field.refers_if.as_ref().filter(|condition| !condition.holds(&|key| entry.all(key))) {
                Some(condition) => Err(format!("Select an entry where {}", against.wanted(field, condition))),
                None => Ok(value.to_owned()),
            }
        }
        Kind::Site => site::written(value).ok_or_else(|| site::FIX.to_owned()),
        Kind::Url => {
            let host = value.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
            let plain = !host.is_empty() && !value.contains([' ', '<', '>', '"', '\\']);
            if plain { Ok(value.to_owned()) } else { Err("Enter an address that begins with https://".to_owned()) }
        }
    }
}
