//! What clauses and steps are called on pages: by their section and how they begin, never by a key.

use proto::policy_registry::v1::{Instance, Template};

use super::{clause::filled, section_title};
use crate::pages::words;

/// How many characters of a text name it.
const SHOWN: usize = 60;

/// How a text begins, in whole words.
pub fn beginning(text: &str) -> String {
    let mut shown = String::new();
    for word in text.split_whitespace() {
        if !shown.is_empty() && shown.chars().count() + word.chars().count() >= SHOWN {
            return format!("“{shown}…”");
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(word);
    }
    format!("“{shown}”")
}

fn named(template: &Template, section: &str, text: &str) -> String {
    format!("{}: {}", section_title(template, section), beginning(&filled(text, &[], template)))
}

/// A clause of the template, by its id.
pub fn of_template(template: &Template, id: &str) -> String {
    let mut clauses = template.sections.iter().flat_map(|section| section.clauses.iter().map(move |c| (section, c)));
    match clauses.find(|(_, clause)| clause.clause_id == id) {
        Some((section, clause)) => named(template, &section.section_id, &clause.text),
        None => words::sentence(&words::spaced(&id.replace('.', " "))),
    }
}

/// A clause of a version, by its key.
pub fn of_clause(instance: &Instance, template: &Template, key: &str) -> String {
    match instance.clauses.iter().find(|clause| clause.clause_key == key) {
        Some(clause) => named(template, &clause.section_id, &clause.text),
        None => of_template(template, key),
    }
}

/// A step of a procedure, by its id.
pub fn of_step(template: &Template, id: &str) -> String {
    let mut steps = template.procedures.iter().flat_map(|procedure| &procedure.steps);
    match steps.find(|step| step.step_id == id) {
        Some(step) => format!("{id} {}", step.title),
        None => id.to_owned(),
    }
}

/// Every clause of a template, to choose from: ids and names.
pub fn clauses(template: &Template) -> Vec<(String, String)> {
    let all = template.sections.iter().flat_map(|section| section.clauses.iter().map(move |c| (section, c)));
    all.map(|(section, clause)| (clause.clause_id.clone(), named(template, &section.section_id, &clause.text)))
        .collect()
}

/// Every step of a template, to choose from: ids and names.
pub fn steps(template: &Template) -> Vec<(String, String)> {
    let steps = template.procedures.iter().flat_map(|procedure| &procedure.steps);
    steps.map(|step| (step.step_id.clone(), format!("{} {}", step.step_id, beginning(&step.title)))).collect()
}

/// What a parameter is called, by its key.
pub fn of_parameter(template: &Template, key: &str) -> String {
    let known = template.parameters.iter().find(|parameter| parameter.key == key);
    known.map_or_else(|| words::spaced(&key.replace('.', " ")), |parameter| parameter.title.clone())
}

/// A rule such as `email.learner = true or lp.name filled` in the words of its parameters.
pub fn of_rule(template: &Template, rule: &str) -> String {
    let word = |word: &str| match word {
        "=" => "is".to_owned(),
        "!=" => "is not".to_owned(),
        "true" => "yes".to_owned(),
        "false" => "no".to_owned(),
        "filled" => "is filled in".to_owned(),
        "and" | "or" | "not" => word.to_owned(),
        key if key.contains('.') => format!("“{}”", of_parameter(template, key)),
        other => words::spaced(other),
    };
    rule.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_named_by_its_first_words() {
        assert_eq!(beginning("We filter.\nAlways."), "“We filter. Always.”");
        let long = beginning("Leaders see that filtering and monitoring are tested every half term, on each device.");
        assert_eq!(long, "“Leaders see that filtering and monitoring are tested every…”");
    }

    #[test]
    fn a_rule_reads_as_words() {
        let rule = of_rule(&Template::default(), "email.learner = true or lp.name filled");
        assert_eq!(rule, "“email learner” is yes or “lp name” is filled in");
    }
}
