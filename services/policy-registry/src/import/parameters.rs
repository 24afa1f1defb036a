//! Finds the values of a template's blanks in a document: by the expressions a blank brings, and by the cues of the
//! values it allows, which are looked for in what was found, or everywhere where the blank has no expression. A value
//! that is not sure is left out: an open blank asks to be filled, a wrong one does not.

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;

use super::{dates, wording};
use crate::{
    document::{Document, Kind as ParagraphKind},
    expression::compiled,
    parameter::{Origin, Parameter},
    remembered::Remembered,
    template::{Allowed, Definition, Kind, SetBy, Template, condition::Condition},
};

/// How sure a value of the front page is.
const FRONT: u8 = 95;
/// How sure a value of the body is.
const BODY: u8 = 85;
/// How sure a value is that was recognised by a cue alone.
const CUED: u8 = 70;
/// A value that is less sure than this is left out.
const SURE: u8 = 60;
/// The longest value of a list that was read out of a sentence, in words.
const LONGEST: usize = 8;

/// The cues of the templates that were read against last.
static KNOWN: Remembered<Vec<Definition>, Cues> = Remembered::new(16);

/// The cues by which values are recognised in a text, found in one pass.
struct Cues {
    found: Option<AhoCorasick>,
    /// The value each is of: the place of its blank, and its place among what the blank allows.
    of: Vec<(usize, usize)>,
}

impl Cues {
    fn new(definitions: &[Definition]) -> Self {
        let (mut said, mut of) = (Vec::new(), Vec::new());
        for (blank, definition) in definitions.iter().enumerate() {
            for (value, allowed) in definition.allowed.iter().enumerate() {
                let cues = if definition.find.is_empty() { &allowed.cues } else { &allowed.anywhere };
                said.extend(cues.iter().map(|cue| cue.to_lowercase()));
                of.extend(cues.iter().map(|_| (blank, value)));
            }
        }
        Self { found: AhoCorasick::new(said).ok(), of }
    }

    /// The values that a text has a cue of, in order.
    fn within(&self, lower: &str) -> Vec<(usize, usize)> {
        let found = self.found.iter().flat_map(|cues| cues.find_overlapping_iter(lower));
        let mut values: Vec<(usize, usize)> =
            found.filter_map(|found| self.of.get(found.pattern().as_usize()).copied()).collect();
        values.sort_unstable();
        values.dedup();
        values
    }
}

/// A line or paragraph a value may stand in.
struct Place {
    line: u32,
    front: bool,
    text: String,
    lower: String,
    /// The values it has a cue of.
    cued: Vec<(usize, usize)>,
}

impl Place {
    fn cued(&self, blank: usize, value: usize) -> bool {
        self.cued.binary_search(&(blank, value)).is_ok()
    }
}

/// What a document says about its blanks.
pub(super) fn find(document: &Document, template: &Template) -> Vec<Parameter> {
    let cues = KNOWN.of(&template.parameters, |definitions| Cues::new(definitions));
    let mut lines = lines(document);
    // A sentence that was wrapped is whole only as a paragraph; what stands on one line was looked at as such.
    let wrapped = document.body().filter(|(_, p)| p.end_line > p.line);
    let mut wrapped: Vec<Place> = wrapped.map(|(_, p)| place(p.line, false, &p.text)).collect();
    for place in lines.iter_mut().chain(&mut wrapped) {
        place.cued = cues.within(&place.lower);
    }
    let mut found: Vec<Parameter> = Vec::new();
    for (blank, definition) in template.parameters.iter().enumerate() {
        let not = found.iter().find(|p| p.key == definition.reading.unlike).and_then(|p| p.values.first());
        let read = if definition.reading.prevails > 0 {
            by_use(definition, &lines)
        } else {
            let not = not.map(String::as_str);
            by_pattern(definition, &lines, not)
                .or_else(|| by_pattern(definition, &wrapped, not))
                .or_else(|| by_cue(blank, definition, &lines))
                .or_else(|| by_cue(blank, definition, &wrapped))
        };
        found.extend(read);
    }
    without_lead(&mut found);
    found
}

fn place(line: u32, front: bool, text: &str) -> Place {
    let lower = text.to_lowercase().replace(['’', '‘'], "'").replace("**", "");
    Place { line, front, text: text.to_owned(), lower, cued: Vec::new() }
}

/// The lines that say something, the contents list left out, a line that ends with a comma together with the next.
fn lines(document: &Document) -> Vec<Place> {
    let front = document.paragraphs.iter().filter(|p| p.kind == ParagraphKind::Front).map(|p| p.end_line).max();
    let listed: Vec<u32> =
        document.paragraphs.iter().filter(|p| p.kind == ParagraphKind::Contents).map(|p| p.line).collect();
    let mut places: Vec<Place> = Vec::new();
    let mut joins = false;
    for (line, text) in document.numbered().filter(|(line, _)| !listed.contains(line)) {
        let front = front.is_some_and(|end| line <= end);
        match places.last_mut().filter(|_| joins && !text.trim().is_empty()) {
            Some(last) => *last = place(last.line, last.front, &format!("{} {}", last.text, text.trim())),
            None if text.trim().is_empty() => {}
            None => places.push(place(line, front, text)),
        }
        joins = text.trim_end().ends_with(',');
    }
    places
}

fn by_pattern(definition: &Definition, places: &[Place], not: Option<&str>) -> Option<Parameter> {
    for pattern in definition.find.iter().filter_map(|pattern| compiled(pattern)) {
        let mut found: Option<Parameter> = None;
        for place in places.iter().filter(|place| pattern.is_match(&place.text)) {
            let texts = pattern.captures_iter(&place.text).filter_map(|c| c.name("value"));
            let values = texts.flat_map(|value| read(definition, value.as_str()));
            for value in values.filter(|value| not.is_none_or(|not| !value.eq_ignore_ascii_case(not))) {
                let parameter = found.get_or_insert_with(|| Parameter {
                    key: definition.key.clone(),
                    values: Vec::new(),
                    origin: Origin::Document,
                    line: place.line,
                    confidence: if place.front { FRONT } else { BODY },
                });
                if !parameter.values.contains(&value) {
                    parameter.values.push(value);
                }
            }
            if found.is_some() && !definition.kind.many() {
                break;
            }
        }
        if let Some(mut found) = found {
            if !definition.kind.many() {
                found.values.truncate(1);
            }
            if definition.accepts(&found.values).is_ok() {
                return Some(found);
            }
        }
    }
    None
}

/// The values a piece of text holds, as the blank's kind writes them.
fn read(definition: &Definition, text: &str) -> Vec<String> {
    let text = tidy(text);
    if text.is_empty() || unfilled(&text) {
        return Vec::new();
    }
    if !definition.allowed.is_empty() {
        let lower = text.to_lowercase().replace(['’', '‘'], "'");
        let named = |cues: &[String], value: &str| {
            cues.iter().any(|cue| lower.contains(&cue.to_lowercase())) || lower == value.to_lowercase()
        };
        let named = definition.allowed.iter().filter(|a| named(&a.cues, &a.value)).map(|a| a.value.clone());
        return named.collect();
    }
    match definition.kind {
        // “The headteacher” is no name, whatever it begins with.
        Kind::Person if ["The ", "Our ", "A ", "An "].iter().any(|word| text.starts_with(word)) => Vec::new(),
        Kind::Text | Kind::Person => vec![text],
        Kind::Date => dates::dates(&text).into_iter().find_map(|f| f.date).map(|d| d.to_string()).into_iter().collect(),
        Kind::Boolean => vec!["true".to_owned()],
        Kind::Months => {
            let digits: String =
                text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
            Some(digits).filter(|digits| !digits.is_empty()).into_iter().collect()
        }
        Kind::Choice | Kind::Choices | Kind::Days | Kind::Minutes | Kind::Hours => Vec::new(),
        Kind::List | Kind::People => split(&text),
    }
}

/// Values are tried in the order the template lists them, and a choice is settled by the first that is met anywhere.
fn by_cue(blank: usize, definition: &Definition, places: &[Place]) -> Option<Parameter> {
    let mut met: Vec<(usize, &str)> = Vec::new();
    for (value, allowed) in definition.allowed.iter().enumerate() {
        if places.iter().any(|place| place.cued(blank, value)) {
            met.push((value, &allowed.value));
            if !definition.kind.many() {
                break;
            }
        }
    }
    // Of several places the one that says most of it is the one to look at.
    let says = |place: &&Place| met.iter().filter(|(value, _)| place.cued(blank, *value)).count();
    let place = places.iter().rev().max_by_key(says).filter(|_| !met.is_empty())?;
    Some(Parameter {
        key: definition.key.clone(),
        values: met.iter().map(|(_, value)| (*value).to_owned()).collect(),
        origin: Origin::Document,
        line: place.line,
        confidence: CUED,
    })
}

/// The value whose cues, as whole words, the document uses most, where it clearly prefers it to the others.
fn by_use(definition: &Definition, places: &[Place]) -> Option<Parameter> {
    /// A document that has fewer of the words says nothing by them.
    const FEWEST: usize = 5;
    let words: Vec<(&str, u32)> = places
        .iter()
        .flat_map(|place| place.lower.split(|c: char| !c.is_alphanumeric()).map(|word| (word, place.line)))
        .collect();
    let stands = |cues: &[String]| words.iter().filter(|(word, _)| cues.iter().any(|cue| cue == word)).count();
    let used: Vec<(usize, &Allowed)> = definition.allowed.iter().map(|a| (stands(&a.cues), a)).collect();
    let all: usize = used.iter().map(|(times, _)| times).sum();
    let (most, allowed) = used.into_iter().rev().max_by_key(|(times, _)| *times)?;
    let share = u8::try_from(most * 100 / all.max(1)).unwrap_or(100);
    let (_, line) = words.iter().find(|(word, _)| allowed.cues.iter().any(|cue| cue == word))?;
    (all >= FEWEST && share >= definition.reading.prevails).then(|| Parameter {
        key: definition.key.clone(),
        values: vec![allowed.value.clone()],
        origin: Origin::Document,
        line: *line,
        confidence: share.min(FRONT),
    })
}

/// Adds what the document's own paragraphs say in the places of the template's blanks, and the sections and clauses it
/// has where only a choice prints them.
pub(super) fn captured(
    found: &mut Vec<Parameter>,
    document: &Document,
    template: &Template,
    clauses: &[Option<(String, u8)>],
) {
    let mut said: BTreeMap<String, Vec<(Vec<String>, u32)>> = BTreeMap::new();
    let mut chosen: BTreeMap<&str, u32> = BTreeMap::new();
    for (paragraph, (id, percent)) in
        document.paragraphs.iter().zip(clauses).filter_map(|(p, clause)| Some((p, clause.as_ref()?)))
    {
        let Some((section, clause)) = template.clause(id) else { continue };
        for condition in [&section.include_if, &clause.include_if] {
            if let Condition::Is(key, value) = condition
                && value == "true"
                && *percent >= 50
                && template.parameter(key).is_some_and(|d| d.kind == Kind::Boolean && d.allowed.is_empty())
            {
                chosen.entry(key).or_insert(paragraph.line);
            }
        }
        if !clause.text.contains("{{") {
            continue;
        }
        let words = wording::words(&paragraph.text);
        for (key, from, to) in wording::fits(&wording::pieces(&clause.text), &words).unwrap_or_default() {
            let text = wording::said(&paragraph.text, &words, from, to);
            let open = unfilled(text) || unfilled(wording::around(&paragraph.text, &words, from, to));
            let Some(definition) = template.parameter(&key).filter(|d| !open && d.set_by == SetBy::School) else {
                continue;
            };
            let values = as_values(definition, text);
            if !values.is_empty() && likely(definition, &values) && definition.accepts(&values).is_ok() {
                said.entry(key).or_default().push((values, paragraph.line));
            }
        }
    }
    for (key, said) in said {
        let count = |values: &Vec<String>| said.iter().filter(|(other, _)| other == values).count();
        let Some((values, line)) = said.iter().rev().max_by_key(|(values, _)| count(values)) else { continue };
        if !found.iter().any(|parameter| parameter.key == key) {
            let share = count(values) * 100 / said.len();
            let confidence = u8::try_from(share.min(99)).unwrap_or(99);
            if confidence >= SURE {
                found.push(Parameter {
                    key,
                    values: values.clone(),
                    origin: Origin::Document,
                    line: *line,
                    confidence,
                });
            }
        }
    }
    for (key, line) in chosen {
        if !found.iter().any(|parameter| parameter.key == key) {
            let values = vec!["true".to_owned()];
            found.push(Parameter { key: key.to_owned(), values, origin: Origin::Document, line, confidence: BODY });
        }
    }
}

/// Whether words that stand in the place of a blank can be its value: what runs on into another sentence, or lists whole
/// clauses, was worded otherwise and only ends alike. A blank without expressions is known by its clause alone.
fn likely(definition: &Definition, values: &[String]) -> bool {
    let runs_on = |value: &str| {
        let mut marks = value.match_indices(['.', ';', '?', '!']);
        marks.any(|(at, _)| value.get(at + 1..).is_some_and(|rest| rest.starts_with(' ')))
    };
    let free = definition.kind == Kind::Text && definition.find.is_empty();
    let short = |value: &String| value.split_whitespace().count() <= LONGEST;
    free || values.iter().all(|value| !runs_on(value) && (!definition.kind.many() || short(value)))
}

/// The values words of a sentence stand for.
fn as_values(definition: &Definition, text: &str) -> Vec<String> {
    let plain = wording::plain(text);
    let named = definition.allowed.iter().find(|allowed| {
        wording::plain(&definition.words(std::slice::from_ref(&allowed.value))) == plain
            || wording::plain(&allowed.value) == plain
    });
    match (named, definition.kind) {
        (Some(allowed), _) => vec![allowed.value.clone()],
        (None, Kind::Text | Kind::Person) => vec![text.split_whitespace().collect::<Vec<_>>().join(" ")],
        (None, Kind::List | Kind::People) => split(text),
        (None, Kind::Date | Kind::Months) => read(definition, text),
        (None, Kind::Choice | Kind::Choices | Kind::Days | Kind::Minutes | Kind::Hours | Kind::Boolean) => Vec::new(),
    }
}

fn tidy(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("**", "").trim_matches(|c: char| " .,;:*-–_\"“”".contains(c)).to_owned()
}

/// Whether a value is still the template's own blank.
fn unfilled(text: &str) -> bool {
    let lower = text.to_lowercase();
    let blank = ["insert", "...", "___", "[name", "(name", "tbc", "to be confirmed", "to go here"];
    text.contains(['<', '>', '{', '}']) || blank.iter().any(|mark| lower.contains(mark))
}

/// The values of a list: between semicolons where it has some, else between commas and joining words. What stands in
/// brackets belongs together.
fn split(text: &str) -> Vec<String> {
    const JOINS: [&str; 3] = [" and ", " or ", " & "];
    const LEADS: [&str; 4] = ["the ", "our ", "a ", "an "];
    let semicolons = text.contains(';');
    let mut parts = vec![String::new()];
    let (mut depth, mut skip) = (0_u32, 0);
    for (at, c) in text.char_indices() {
        if at < skip {
            continue;
        }
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let rest = text.get(at..).unwrap_or_default();
        let join = JOINS.iter().find(|join| depth == 0 && !semicolons && rest.starts_with(**join));
        let mark = depth == 0 && if semicolons { c == ';' } else { matches!(c, ',' | '/') };
        if let Some(join) = join {
            skip = at + join.len();
        }
        match parts.last_mut() {
            Some(part) if join.is_none() && !mark => part.push(c),
            _ => parts.push(String::new()),
        }
    }
    let mut values: Vec<String> = Vec::new();
    for part in &parts {
        let part = tidy(part);
        let part = LEADS.iter().find_map(|lead| part.strip_prefix(lead)).unwrap_or(&part).to_owned();
        if !part.is_empty() && !values.contains(&part) {
            values.push(part);
        }
    }
    values
}

/// The front page lists everybody trained; the one who leads is no deputy.
fn without_lead(found: &mut Vec<Parameter>) {
    let lead = found.iter().find(|p| p.key == "role.dsl_lead").map(|p| p.values.clone()).unwrap_or_default();
    for deputies in found.iter_mut().filter(|p| p.key == "role.dsl_deputies") {
        deputies.values.retain(|name| !lead.contains(name));
    }
    found.retain(|parameter| !parameter.values.is_empty());
}
