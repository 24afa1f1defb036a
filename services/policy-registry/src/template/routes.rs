//! Routes to agencies: how a school refers, each with its threshold, its clocks, its form and who may take it. And the
//! ladder that is climbed where an agency is silent or the school disagrees.

use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::{
    SourceFile,
    check::Checker,
    procedure::{StepClock, wrong_clock},
    raw,
};

/// The file they stand in. A template from before there were routes has none.
pub(super) const FILE: &str = "agency-routes.yaml";

/// What a route carries as its `from` while the law that makes it a duty has not begun.
pub const NOT_COMMENCED: &str = "not_commenced";

/// Who may take a route.
const MAKERS: [&str; 2] = ["lead", "staff"];
/// What a field of a form holds.
const KINDS: [&str; 6] = ["text", "long_text", "yes_no", "choice", "choices", "date"];
/// Those that are answered from options, one or several.
const CHOSEN: [&str; 2] = ["choice", "choices"];
/// Where what stands in a field before anybody writes may come from; `policy.` and a parameter's key besides.
const SOURCES: [&str; 16] = [
    "maker.name",
    "today",
    "case.reference",
    "case.kind",
    "case.summary",
    "case.children",
    "case.others",
    "case.adult",
    "case.talks",
    "case.told",
    "case.police",
    "case.parents",
    "case.danger",
    "case.known_on",
    "concern.words",
    "concern.about",
];

/// Every route and the ladder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routes {
    /// Whom the school turns to, one after the other, where it is not answered or does not agree.
    pub ladder: Vec<Rung>,
    /// The routes.
    pub routes: Vec<Route>,
}

/// One step of the area's way of settling a disagreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// A stable key, `managers`.
    pub key: String,
    /// Who speaks with whom, in words.
    pub title: String,
    /// Working days in which it is answered.
    pub days: u32,
}

/// One way to refer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// A stable key, `front_door`.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// When it is taken, in words.
    pub threshold: String,
    /// What has to be known before; may be empty.
    #[serde(default)]
    pub advice: String,
    /// Who takes it: one of `MAKERS`.
    pub maker: String,
    /// The agencies it leads to, by key of the agency register.
    pub agencies: Vec<String>,
    /// By when it is sent.
    pub send: StepClock,
    /// By when the agency answers.
    pub answer: StepClock,
    /// The law that makes it somebody's duty; may be empty.
    #[serde(default)]
    pub duty: String,
    /// From which day it may be taken, or `not_commenced`; always where empty.
    #[serde(default)]
    pub from: String,
    /// The last day on which it may be taken; no last one where empty.
    #[serde(default)]
    pub until: String,
    /// Its form.
    pub fields: Vec<Field>,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// A key unlike any other of the form.
    pub key: String,
    /// The heading it stands under on the printed form.
    pub group: String,
    /// What is asked.
    pub label: String,
    /// Help; may be empty.
    #[serde(default)]
    pub hint: String,
    /// One of `KINDS`.
    pub kind: String,
    /// What may be chosen, for a choice.
    #[serde(default)]
    pub options: Vec<String>,
    /// Whether nothing is sent without it.
    #[serde(default)]
    pub required: bool,
    /// `field = value`: then nothing is sent without it either.
    #[serde(default)]
    pub required_when: String,
    /// Where its first words come from: one of `SOURCES`, or `policy.` and a parameter's key.
    #[serde(default)]
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    ladder: Vec<Spanned<Rung>>,
    routes: Vec<Spanned<Route>>,
}

/// Reads the file, and notes what is wrong with it.
pub(super) fn read(file: Option<&SourceFile>, checker: &mut Checker) -> Routes {
    let Some(file) = file else { return Routes::default() };
    let raw: Raw = match raw::read(file) {
        Ok(raw) => raw,
        Err(problem) => {
            checker.problems.push(problem);
            return Routes::default();
        }
    };
    let mut seen: Vec<String> = Vec::new();
    for spanned in &raw.routes {
        let (route, line) = (&spanned.value, spanned.referenced.line());
        let mut say =
            |message: String, fix: &str| checker.say(FILE, line, format!("route “{}”: {message}", route.key), fix);
        if route.key.is_empty() || seen.contains(&route.key) {
            say("its key is empty or there already".to_owned(), "Give each route its own key.");
        }
        seen.push(route.key.clone());
        wrong(route, &mut say);
    }
    let ladder = raw.ladder.into_iter().map(|spanned| spanned.value).collect();
    Routes { ladder, routes: raw.routes.into_iter().map(|spanned| spanned.value).collect() }
}

fn wrong(route: &Route, say: &mut impl FnMut(String, &str)) {
    if !MAKERS.contains(&route.maker.as_str()) {
        say(format!("nobody is “{}”", route.maker), "Use lead or staff.");
    }
    if route.agencies.is_empty() {
        say("it leads to no agency".to_owned(), "Name agencies by their keys of the agency register.");
    }
    for clock in [&route.send, &route.answer] {
        if let Some((message, fix)) = wrong_clock(clock) {
            say(message, &fix);
        }
    }
    for (what, day) in [("from", &route.from), ("until", &route.until)] {
        let begins_some_day = what == "from" && day == NOT_COMMENCED;
        if !day.is_empty() && !begins_some_day && !is_day(day) {
            say(
                format!("“{day}” is no day"),
                "Write it as 2026-09-01, or not_commenced for a duty that has not begun.",
            );
        }
    }
    for (place, field) in route.fields.iter().enumerate() {
        let mut wrong = |message: String, fix: &str| say(format!("field “{}”: {message}", field.key), fix);
        let before = route.fields.get(..place).unwrap_or_default();
        if field.key.is_empty() || before.iter().any(|other| other.key == field.key) {
            wrong("its key is empty or there already".to_owned(), "Give each field its own key.");
        }
        if !KINDS.contains(&field.kind.as_str()) {
            wrong(
                format!("there is no kind “{}”", field.kind),
                "Use text, long_text, yes_no, choice, choices or date.",
            );
        }
        if CHOSEN.contains(&field.kind.as_str()) == field.options.is_empty() {
            wrong("options belong to a choice".to_owned(), "Give a choice its options, and no other field.");
        }
        let asked = |name: &str| route.fields.iter().any(|other| other.key == name);
        let fits = |rule: &str| rule.split_once(" = ").is_some_and(|(name, value)| asked(name) && !value.is_empty());
        if !field.required_when.is_empty() && !fits(&field.required_when) {
            wrong(
                format!("“{}” asks about no field", field.required_when),
                "Write the key of a field of this form, = and the answer.",
            );
        }
        let parameter = field.source.strip_prefix("policy.").is_some_and(|key| !key.is_empty());
        if !field.source.is_empty() && !parameter && !SOURCES.contains(&field.source.as_str()) {
            wrong(format!("nothing is known as “{}”", field.source), "Use a source that the shipped model uses.");
        }
    }
}

fn is_day(text: &str) -> bool {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    time::Date::parse(text, format).is_ok()
}

#[cfg(test)]
mod tests {
    use crate::{
        agency::Register,
        template::{SourceFile, load, model},
    };

    fn problems(text: &str) -> Vec<String> {
        let mut files = model::model_files();
        files.retain(|file| file.name != super::FILE);
        files.push(SourceFile { name: super::FILE.to_owned(), content: text.as_bytes().to_vec() });
        load(&files).err().unwrap_or_default().into_iter().map(|problem| problem.to_string()).collect()
    }

    #[test]
    fn every_route_shipped_can_be_taken_in_every_area_shipped() {
        let template = load(&model::model_files()).unwrap_or_else(|problems| unreachable!("{problems:?}"));
        let keys: Vec<&str> = template.agency_routes.routes.iter().map(|route| route.key.as_str()).collect();
        for wanted in ["front_door", "police", "emergency", "lado", "ceop", "iwf", "prevent", "early_help", "fgm"] {
            assert!(keys.contains(&wanted), "{wanted} is missing in {keys:?}");
        }
        for area in model::areas() {
            let read = model::area_file(&area).and_then(|file| Register::load(&file).ok());
            let register = read.unwrap_or_else(|| unreachable!("{area}"));
            for route in &template.agency_routes.routes {
                let found = register.agencies.iter().find(|agency| route.agencies.contains(&agency.key));
                assert!(found.is_some_and(|agency| !agency.ways().is_empty()), "{area}: {} leads nowhere", route.key);
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_route_is_said_with_its_line() {
        let route = "ladder: []
routes:
  - key: door
    title: Door
    threshold: Harm
    maker: lead
    agencies: [front_door_form]
    send: { kind: at_once }
    answer: { kind: working_days, amount: 1 }
    fields:
      - { key: child, group: Child, label: Who?, kind: text, required: true, source: case.children }
";
        assert!(problems(route).is_empty(), "{:?}", problems(route));
        for (from, to, says) in [
            ("maker: lead", "maker: cook", "nobody is “cook”"),
            ("[front_door_form]", "[]", "leads to no agency"),
            ("kind: text", "kind: image", "no kind “image”"),
            ("source: case.children", "source: case.secrets", "“case.secrets”"),
            ("required: true", "required_when: 'age = 4'", "asks about no field"),
            ("threshold: Harm", "threshold: Harm\n    from: soon", "“soon” is no day"),
        ] {
            let found = problems(&route.replace(from, to));
            assert!(found.iter().any(|problem| problem.contains(says) && problem.contains(":3")), "{says}: {found:?}");
        }
    }
}
