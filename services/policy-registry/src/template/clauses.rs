//! Reads a file of clauses: `## clause-id`, quoted lines of `key: value`, then the text.

use super::{Clause, Problem, condition::Condition};

/// A clause with the line its heading and its text stand on.
pub(super) struct Placed {
    pub clause: Clause,
    pub line: u64,
    pub text_line: u64,
    pub condition_line: u64,
    pub citations_line: u64,
}

const KEYS: &str = "The keys are requirements, cues, citations, statutory and include_if.";

/// The clauses of one file; whatever cannot be read goes into `problems`.
pub(super) fn read(file: &str, text: &str, problems: &mut Vec<Problem>) -> Vec<Placed> {
    let mut found: Vec<Placed> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut say = |message: String, fix: &str| {
            problems.push(Problem { file: file.to_owned(), line: number, message, fix: fix.to_owned() });
        };
        if let Some(id) = line.strip_prefix("## ") {
            let clause = Clause {
                id: id.trim().to_owned(),
                text: String::new(),
                requirements: Vec::new(),
                cues: Vec::new(),
                statutory: false,
                include_if: Condition::Always,
                citations: Vec::new(),
            };
            found.push(Placed { clause, line: number, text_line: 0, condition_line: 0, citations_line: 0 });
            continue;
        }
        let Some(placed) = found.last_mut() else {
            if !line.trim().is_empty() && !line.starts_with("# ") {
                say("there is text before the first clause".into(), "Put a line such as “## aims.made” above it.");
            }
            continue;
        };
        let clause = &mut placed.clause;
        match line.strip_prefix('>').filter(|_| clause.text.is_empty()) {
            Some(meta) => {
                let Some((key, value)) = meta.split_once(':') else {
                    say(format!("“{}” is no `key: value`", meta.trim()), KEYS);
                    continue;
                };
                let value = value.trim();
                let list = |by: char| value.split(by).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
                match key.trim() {
                    "requirements" => clause.requirements = list(',').collect(),
                    "cues" => clause.cues = list(';').collect(),
                    "citations" => {
                        clause.citations = list(',').collect();
                        placed.citations_line = number;
                    }
                    "statutory" => match value {
                        "yes" => clause.statutory = true,
                        "no" => clause.statutory = false,
                        _ => say(format!("statutory is “{value}”"), "Write yes or no."),
                    },
                    "include_if" => match Condition::parse(value) {
                        Ok(condition) => {
                            clause.include_if = condition;
                            placed.condition_line = number;
                        }
                        Err(message) => say(message, "Mend the condition."),
                    },
                    unknown => say(format!("there is no key “{unknown}”"), KEYS),
                }
            }
            None if clause.text.is_empty() && line.trim().is_empty() => {}
            None => {
                if clause.text.is_empty() {
                    placed.text_line = number;
                } else {
                    clause.text.push('\n');
                }
                clause.text.push_str(line);
            }
        }
    }
    for placed in &mut found {
        placed.clause.text.truncate(placed.clause.text.trim_end().len());
    }
    found
}
