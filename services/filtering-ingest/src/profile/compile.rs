//! A profile made of its document, checked: what is wrong is told by the name of its field.

use std::borrow::Cow;

use chassis::error::Violation;

use super::{
    Layout, Profile, Timed,
    document::{self, Document, Found, Kind, Some1, When},
    field::{FIELDS, Field},
    framing::Framing,
    layout::{
        cef,
        columns::{Columns, Delimiter},
        e2guardian, header, json, leef, logformat, pairs,
        template::{Piece, Template},
    },
    outcome::Outcomes,
    pattern::{Condition, Pattern},
    sample,
    slots::Names,
    source::{Source, Written},
    zone::Zone,
};
use crate::{category, search::Place};

/// The most of anything a document may list.
const MOST: usize = 500;
/// Words that stand for nothing in every product's lines, besides nothing itself and a dash.
const EMPTY: [&str; 7] = ["none", "n/a", "na", "anonymous", "unknown", "null", "(null)"];

impl Profile {
    /// Reads a profile's document, compiles it, and holds its samples against what they must become.
    ///
    /// # Errors
    /// Everything that is wrong, by the name of its field.
    pub fn parse(text: &str) -> Result<Self, Vec<Violation>> {
        let document = document::read(text)?;
        let mut found = Found::default();
        let samples = document.samples.clone();
        let profile = compile(document, &mut found);
        let profile = found.done(profile)?;
        let mut found = Found::default();
        sample::check(&profile, &samples, &mut found);
        found.done(Some(profile))
    }
}

/// Refers what is written to the places of its names.
struct Compiler<'f> {
    names: Names,
    found: &'f mut Found,
}

impl Compiler<'_> {
    fn source(&mut self, field: &str, written: Written) -> Option<Source> {
        match Source::new(written, &mut self.names) {
            Ok(source) => Some(source),
            Err(why) => {
                self.found.add(field, why);
                None
            }
        }
    }

    fn condition(&mut self, field: &str, when: When) -> Condition {
        Condition::new(when, &mut self.names).unwrap_or_else(|| {
            self.found
                .add(field, "Name one value at least and what it must look like; a profile may refer to 60 names of 200 characters at most");
            Condition::default()
        })
    }

    fn conditions(&mut self, field: &str, all: Vec<When>) -> Vec<Condition> {
        all.into_iter().enumerate().map(|(place, when)| self.condition(&format!("{field}[{place}]"), when)).collect()
    }
}

fn compile(document: Document, found: &mut Found) -> Option<Profile> {
    identity(&document, found);
    let pieces = pieces(&document.layout, found);
    let mut compiler = Compiler { names: Names::default(), found };
    let mut plan = plan(&mut compiler, document.fields);
    let mut times = times(&mut compiler, document.time);
    let mut outcomes = outcomes(&mut compiler, document.outcome);
    if let (Some(pieces), Kind::Logformat) = (&pieces, document.layout.kind) {
        implied(&mut compiler, pieces, &mut plan, &mut times, &mut outcomes);
    }
    let belongs = document.belongs.map(|when| compiler.condition("belongs", when));
    let web = compiler.conditions("web", document.web);
    let not_web = compiler.conditions("not_web", document.not_web);
    let background = compiler.conditions("background", document.background);
    let adds = document.categories.adds.into_iter().enumerate();
    let adds: Vec<_> = adds
        .map(|(place, add)| (compiler.condition(&format!("categories.adds[{place}]"), add.when), add.category))
        .collect();
    let Compiler { names, found } = compiler;
    let host = names.find("syslog.host");
    let layout = layout(&document.layout, pieces.as_deref(), &names, found);
    let target = |field: &Field| matches!(field, Field::Url | Field::Host);
    if !plan.iter().any(|(field, _)| target(field)) {
        found.add("fields", "Say where the address stands: url or host");
    }
    if times.is_empty() && layout.as_ref().is_some_and(Layout::positional) {
        found.add("time", "Say where the time stands");
    }
    let local = local(&document.categories.local, found);
    let mut empty: Vec<String> = EMPTY.map(str::to_owned).to_vec();
    empty.extend(document.empty);
    for (field, count) in [
        ("web", web.len()),
        ("not_web", not_web.len()),
        ("background", background.len()),
        ("time", times.len()),
        ("fields", plan.iter().map(|(_, sources)| sources.len()).sum()),
        ("layout.versions", document.layout.versions.len()),
        ("framing.begins", document.framing.begins.len()),
        ("framing.prefixes", document.framing.prefixes.len()),
        ("categories.adds", adds.len()),
        ("categories.markers", document.categories.markers.len()),
        ("categories.own_numbers", document.categories.own_numbers.len()),
        ("outcome.rules", outcomes.rules.len()),
        ("samples", document.samples.len()),
        ("empty", empty.len()),
        ("suggestions", document.suggestions.len()),
        ("audience", document.audience.len()),
        ("categories.local", local.len()),
        ("outcome.map", outcomes.map.len()),
    ] {
        if count > MOST {
            found.add(field, "Enter 500 or fewer");
        }
    }
    let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect();
    Some(Profile {
        name: document.profile,
        version: document.version,
        product: document.product,
        known: document.known,
        generic: document.generic,
        framing: Framing {
            syslog: document.framing.syslog,
            begins: document.framing.begins,
            prefixes: document.framing.prefixes,
        },
        layout: layout?,
        times,
        belongs,
        web,
        not_web,
        plan,
        outcomes,
        ceiling: document.identity.ceiling,
        source: document.identity.source,
        audience: document.audience.into_iter().map(|(group, whose)| (Pattern::new(&group), whose)).collect(),
        dns: document.dns_only,
        category_vendor: document.categories.vendor,
        markers: patterns(&document.categories.markers),
        own_numbers: patterns(&document.categories.own_numbers),
        local,
        adds,
        longest_empty: empty.iter().map(String::len).max().unwrap_or_default(),
        empty,
        suggestions: document.suggestions.into_iter().map(place).collect(),
        background,
        host,
        samples: document.samples.into_iter().map(|sample| sample.line).collect(),
    })
}

fn identity(document: &Document, found: &mut Found) {
    let name = &document.profile;
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !plain || !(2..=40).contains(&name.len()) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        found.add("profile", "Enter 2 to 40 small letters, figures and hyphens, a letter first");
    }
    if document.version == 0 {
        found.add("version", "Number the version, from 1");
    }
    if document.product.trim().is_empty() || document.product.len() > 200 {
        found.add("product", "Say in 1 to 200 characters whose lines these are");
    }
    // It stands in lists, on pages and in terminals.
    if let Some(fix) = chassis::text::line(&document.product) {
        found.add("product", fix);
    }
    if document.samples.is_empty() {
        found.add("samples", "Give sample lines, made up, with what they must become");
    }
    let vendor = &document.categories.vendor;
    if !vendor.is_empty() && !category::vendors().contains(&vendor.as_str()) && document.categories.local.is_empty() {
        let known = category::vendors().join(", ");
        found.add("categories.vendor", format!("Select one of: {known}; or say under local what its names mean"));
    }
}

fn plan(compiler: &mut Compiler<'_>, fields: Vec<(String, Vec<Written>)>) -> Vec<(Field, Vec<Source>)> {
    let mut plan = Vec::new();
    for (name, written) in fields {
        let path = format!("fields.{name}");
        let Some(field) = Field::new(&name) else {
            let known: Vec<_> = FIELDS.iter().map(|(name, _)| *name).collect();
            compiler.found.add(path, format!("There is no such field. There are: {}", known.join(", ")));
            continue;
        };
        let sources: Vec<_> = written.into_iter().filter_map(|written| compiler.source(&path, written)).collect();
        plan.push((field, sources));
    }
    plan
}

fn times(compiler: &mut Compiler<'_>, written: Vec<document::Timed>) -> Vec<Timed> {
    let mut times = Vec::new();
    for (place, time) in written.into_iter().enumerate() {
        let path = format!("time[{place}]");
        let zone = match time.zone.as_str() {
            "" | "feed" => None,
            named => {
                let zone = Zone::new(named);
                if zone.is_none() {
                    compiler
                        .found
                        .add(format!("{path}.zone"), "Enter feed, UTC, Europe/London or a distance as +01:00");
                }
                zone
            }
        };
        let zone_from = time.zone_from.and_then(|written| compiler.source(&path, written));
        if let Some(from) = compiler.source(&path, time.from) {
            times.push(Timed { from, order: time.order, unit: time.unit, zone, zone_from });
        }
    }
    times
}

fn outcomes(compiler: &mut Compiler<'_>, written: document::Outcomes) -> Outcomes {
    let from = written.from.map(Some1::into_vec).unwrap_or_default();
    let mut rules = Vec::new();
    for (place, rule) in written.rules.into_iter().enumerate() {
        rules.push((compiler.condition(&format!("outcome.rules[{place}]"), rule.when), rule.is));
    }
    // Whole words before their beginnings.
    let mut map: Vec<_> =
        written.map.iter().map(|(word, outcome)| (Pattern::new(word), *outcome, word.len())).collect();
    map.sort_by_key(|(pattern, _, length)| (!matches!(pattern, Pattern::Exact(_)), std::cmp::Reverse(*length)));
    Outcomes {
        from: from.into_iter().filter_map(|written| compiler.source("outcome.from", written)).collect(),
        rules,
        map: map.into_iter().map(|(pattern, outcome, _)| (pattern, outcome)).collect(),
        status: written.by_status.and_then(|written| compiler.source("outcome.by_status", written)),
    }
}

/// What Squid's codes stand for, where the profile does not say otherwise.
fn implied(
    compiler: &mut Compiler<'_>,
    pieces: &[Piece],
    plan: &mut Vec<(Field, Vec<Source>)>,
    times: &mut Vec<Timed>,
    outcomes: &mut Outcomes,
) {
    let told: Vec<Field> = plan.iter().map(|(field, _)| *field).collect();
    let (timed, worded) = (!times.is_empty(), !outcomes.from.is_empty());
    for (name, code) in logformat::fields(pieces) {
        let Some(slot) = compiler.names.refer(code) else {
            return compiler.found.add(
                "layout.format",
                "Refer to fewer or shorter names: a profile may refer to 60, of 200 characters at most",
            );
        };
        let source = Source::plain(slot, name == "user");
        match name {
            "time" if !timed => times.push(Timed {
                from: source,
                order: super::Order::default(),
                unit: super::Unit::default(),
                zone: None,
                zone_from: None,
            }),
            "outcome" if !worded => outcomes.from.push(source),
            _ => {
                let Some(field) = Field::new(name).filter(|field| !told.contains(field)) else { continue };
                match plan.iter_mut().find(|(known, _)| *known == field) {
                    Some((_, sources)) => sources.push(source),
                    None => plan.push((field, vec![source])),
                }
            }
        }
    }
}

fn pieces(laid: &document::Laid, found: &mut Found) -> Option<Vec<Piece>> {
    let pieces = match (laid.kind, laid.number) {
        (Kind::Logformat, _) => logformat::pieces(&laid.format),
        (Kind::Template, _) => Template::pieces(&laid.format),
        (Kind::E2guardian, Some(3)) => e2guardian::squid(),
        _ => return None,
    };
    match pieces {
        Ok(pieces) => Some(pieces),
        Err(why) => {
            found.add("layout.format", why);
            None
        }
    }
}

fn layout(laid: &document::Laid, pieces: Option<&[Piece]>, names: &Names, found: &mut Found) -> Option<Layout> {
    let written = laid.delimiter.clone().map(Some1::into_vec).unwrap_or_default();
    let delimiters: Option<Vec<u8>> = written.iter().map(|text| mark(text)).collect();
    let Some(delimiters) = delimiters else {
        found.add("layout.delimiter", "Enter one character, or tab, or blank");
        return None;
    };
    let with = |mark: u8, quotes: bool| Delimiter { mark, quotes };
    let first = |usual: u8| delimiters.first().copied().unwrap_or(usual);
    Some(match (laid.kind, laid.number) {
        (Kind::Logformat | Kind::Template, _) | (Kind::E2guardian, Some(3)) => match Template::new(pieces?, names) {
            Ok(template) => Layout::Template(template),
            Err(why) => {
                found.add("layout.format", why);
                return None;
            }
        },
        (Kind::E2guardian, Some(1)) => Layout::Free(e2guardian::Free::new(names)),
        (Kind::E2guardian, number) => {
            let Some(versions) = number.and_then(e2guardian::columns) else {
                found.add("layout.number", "Enter the number of logfileformat, 1 to 8");
                return None;
            };
            let delimiter = if number == Some(2) { with(b',', true) } else { with(b'\t', false) };
            Layout::Columns(Columns::new(delimiter, &versions, 10, names))
        }
        (Kind::Columns, _) => {
            let versions = if laid.names.is_empty() { laid.versions.clone() } else { vec![laid.names.clone()] };
            if versions.iter().all(Vec::is_empty) {
                found.add("layout.names", "Name the columns from the left, _ for one that nobody asks for");
            }
            Layout::Columns(Columns::new(with(first(b','), laid.quotes), &versions, laid.least, names))
        }
        (Kind::Header, _) => {
            let marks = if delimiters.is_empty() { b",;\t|".to_vec() } else { delimiters };
            let all = marks.into_iter().map(|mark| with(mark, true)).collect();
            Layout::Headed(header::Headed::new(all, false, Vec::new(), names))
        }
        (Kind::Elff, _) => {
            let all = [first(b' '), b'\t'].into_iter().map(|mark| with(mark, true)).collect();
            Layout::Headed(header::Headed::new(all, true, laid.names.clone(), names))
        }
        (Kind::Pairs, _) => Layout::Pairs(pairs::Pairs::new(first(b' '), names)),
        (Kind::Cef, _) => Layout::Cef(cef::Cef::new(names)),
        (Kind::Leef, _) => Layout::Leef(leef::Leef::new(names)),
        (Kind::Json, _) => Layout::Json(json::Json::new(names)),
    })
}

fn mark(text: &str) -> Option<u8> {
    match text {
        "tab" => Some(b'\t'),
        "blank" => Some(b' '),
        text => match text.as_bytes() {
            [mark] if mark.is_ascii() && *mark != b'"' => Some(*mark),
            _ => None,
        },
    }
}

fn local(written: &std::collections::BTreeMap<String, String>, found: &mut Found) -> Vec<(String, &'static str)> {
    let mut local = Vec::new();
    for (name, ours) in written {
        match category::known(ours) {
            Some(ours) => local.push((name.clone(), ours)),
            None => {
                let all = category::CATEGORIES.join(", ");
                found.add(format!("categories.local.{name}"), format!("Select one of: {all}"));
            }
        }
    }
    local
}

fn place(written: document::Endpoint) -> Place {
    Place {
        domain: Cow::Owned(written.domain),
        path: Cow::Owned(written.path),
        parameter: Cow::Owned(written.parameter),
        engine: Cow::Owned(written.engine),
    }
}
