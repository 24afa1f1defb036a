//! `guidance.yaml`: the outside instruments a policy cites, each by a stable key with its dated editions.

use serde::Deserialize;
use serde_saphyr::Spanned;
use time::{Date, macros::format_description};

use super::{SourceFile, check::Checker};
use crate::{
    expression,
    lint::{
        Data, Severity,
        classes::CLASSES,
        data::{Edition, Guidance},
    },
};

const FILE: &str = "guidance.yaml";

/// An entry of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    key: Spanned<String>,
    name: String,
    titles: Vec<String>,
    editions: Vec<Spanned<Edition>>,
    #[serde(default)]
    severity: Option<Severity>,
    #[serde(default)]
    unmistakable: bool,
}

/// The register, with what is wrong in it said: every entry has an edition, the newest first.
pub(super) fn register(raws: Vec<Raw>, checker: &mut Checker) -> Vec<Guidance> {
    let mut register = Vec::new();
    for raw in raws {
        checker.define("guidance", FILE, &raw.key);
        let line = raw.key.referenced.line();
        let key = raw.key.value;
        if raw.editions.is_empty() {
            checker.say(FILE, line, format!("“{key}” has no edition"), "Add the one in force, with the day it began.");
        }
        let mut newer: Option<Date> = None;
        for edition in &raw.editions {
            let line = edition.referenced.line();
            let Some(from) = day(&edition.value.from) else {
                let message = format!("“{}” is no day", edition.value.from);
                checker.say(FILE, line, message, "Write the day it came into force as 2026-09-01.");
                continue;
            };
            if newer.is_some_and(|newer| from >= newer) {
                let message = format!("the editions of “{key}” do not stand newest first");
                checker.say(FILE, line, message, "Put the one that came into force last on top.");
            }
            newer = Some(from);
        }
        register.push(Guidance {
            key,
            name: raw.name,
            titles: raw.titles,
            editions: raw.editions.into_iter().map(|edition| edition.value).collect(),
            severity: raw.severity.unwrap_or(Severity::Warning),
            unmistakable: raw.unmistakable,
        });
    }
    register
}

/// Gives the linter the register, and looks through what else it is told.
pub(super) fn linter(lint: &mut Data, guidance: Vec<Guidance>, file: Option<&SourceFile>, checker: &mut Checker) {
    let text = file.map(|file| String::from_utf8_lossy(&file.content).into_owned()).unwrap_or_default();
    if !lint.guidance.is_empty() {
        let line = place(&text, "guidance:");
        checker.say(
            "lint.yaml",
            line,
            "the guidance register stands in a file of its own",
            "Move it to guidance.yaml.",
        );
    }
    lint.guidance = guidance;
    let rules = lint.duties.iter().map(|rule| &rule.rule).chain(lint.inapplicable.iter().map(|rule| &rule.rule));
    let rules =
        rules.chain(lint.outdated.iter().map(|rule| &rule.rule)).chain(lint.slips.iter().map(|rule| &rule.rule));
    let rules = rules.chain(lint.contradictions.iter().map(|rule| &rule.rule));
    let rules = rules.chain(lint.unlisted.iter().map(|rule| &rule.rule)).chain(lint.once.iter().map(|rule| &rule.rule));
    for rule in rules {
        let class = rule.split('.').next().unwrap_or_default();
        if !CLASSES.iter().any(|known| known.id == class) {
            let fix = "Begin it with a class of the linter, such as PROC-GAP, with its refinement after a dot.";
            checker.say("lint.yaml", place(&text, rule), format!("there is no class “{class}”"), fix);
        }
    }
    let keys = lint.unlisted.iter().map(|rule| &rule.parameter).chain(lint.once.iter().map(|rule| &rule.parameter));
    for key in keys {
        checker.want("parameter", "lint.yaml", place(&text, key), key);
    }
    for slip in &lint.slips {
        for find in &slip.find {
            if let Err(error) = expression::read(&format!("(?i){find}")) {
                let what = error.to_string().lines().last().unwrap_or_default().to_owned();
                let message = format!("the expression “{find}” of {} cannot be read: {what}", slip.rule);
                checker.say("lint.yaml", place(&text, find), message, "Mend the expression.");
            }
        }
    }
}

/// The line a piece of text stands on, from 1; 0 where it is written otherwise.
fn place(text: &str, part: &str) -> u64 {
    let quoted = part.replace('\'', "''");
    let at = (1..).zip(text.lines()).find(|(_, line)| line.contains(part) || line.contains(&quoted));
    at.map_or(0, |(line, _)| line)
}

fn day(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}
