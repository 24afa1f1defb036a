//! The codes of a step in words: what it depends on, what it records, and how it would be printed.

use proto::policy_registry::v1::{Gate, Procedure, Step, Template};

use super::name;
use crate::{
    console::case::field,
    pages::{part::Row, words},
};

/// A condition with a value for each fact it reads, in words; the lead’s own judgement among them.
pub fn condition(text: &str) -> String {
    let whole = |text: &str, joint: &str, part: &dyn Fn(&str) -> String| {
        text.split(joint).map(|one| part(one.trim())).collect::<Vec<_>>().join(joint)
    };
    match text.trim() {
        "" | "always" => "Always".to_owned(),
        text => format!("Where {}", whole(text, " or ", &|either| whole(either, " and ", &|one| atom(one)))),
    }
}

fn atom(text: &str) -> String {
    if text == "judgement" {
        return "the lead judges it right".to_owned();
    }
    let asked = |fact: &str| format!("“{}”", words::called(words::FACTS, fact.trim()));
    if let Some((fact, value)) = text.split_once(" = ").or_else(|| text.split_once(" contains ")) {
        return format!("{} is answered “{}”", asked(fact), value_of(fact, value));
    }
    if let Some((fact, values)) = text.split_once(" in ") {
        let values = values.trim_matches(['(', ')', ' ']).split(',');
        let values: Vec<String> = values.map(|value| format!("“{}”", value_of(fact, value))).collect();
        return format!("{} is answered {}", asked(fact), values.join(" or "));
    }
    text.strip_suffix(" filled").map_or_else(|| words::spaced(text), |fact| format!("{} is answered", asked(fact)))
}

fn value_of(fact: &str, value: &str) -> String {
    words::called(words::fact_values(fact.trim()), value.trim())
}

/// The two parts in which a form asks for a condition; what has more of them stays whole in the first.
pub fn parts(text: &str) -> (String, String) {
    match text.split(" and ").collect::<Vec<_>>().as_slice() {
        [one, other] if !text.contains(" or ") => ((*one).trim().to_owned(), (*other).trim().to_owned()),
        _ if text.trim() == "always" => (String::new(), String::new()),
        _ => (text.trim().to_owned(), String::new()),
    }
}

/// The condition that both parts make.
pub fn joined(one: &str, also: &str) -> String {
    match (one.trim(), also.trim()) {
        (only, "") | ("", only) => only.to_owned(),
        (one, also) => one.split(" or ").map(|either| format!("{either} and {also}")).collect::<Vec<_>>().join(" or "),
    }
}

/// Every single condition to choose from: as the contract has it, and in words.
pub fn conditions() -> Vec<(String, String)> {
    let of_fact = |(fact, _): &(&'static str, &'static str)| {
        let values = words::fact_values(fact).iter().filter(|(value, _)| *value != "unknown");
        values.map(|(value, _)| format!("{fact} = {value}")).collect::<Vec<_>>()
    };
    // How an allegation ended calls for no step.
    let facts = words::FACTS.iter().filter(|(fact, _)| *fact != "allegation_outcome").flat_map(of_fact);
    std::iter::once("judgement".to_owned()).chain(facts).map(|text| (text.clone(), condition(&text))).collect()
}

/// What a record of a step is called; what the school wrote stays as it is.
pub fn record(code: &str) -> String {
    if is_code(code) { field::label(code) } else { code.to_owned() }
}

/// Whether a record is one the platform knows by a code.
pub fn is_code(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_lowercase() || c == b'_')
}

/// The steps of a procedure as the school has them, to come after: ids and names. The step itself is none of them.
pub fn earlier(procedure: &Procedure, own: &[Step], step: &str) -> Vec<(String, String)> {
    let all = procedure.steps.iter().chain(own).filter(|other| other.step_id != step);
    let mut named: Vec<(String, String)> = Vec::new();
    for one in all {
        if named.iter().all(|(id, _)| *id != one.step_id) {
            named.push((one.step_id.clone(), format!("{} {}", one.step_id, one.title)));
        }
    }
    named
}

/// The gates of a template that a step can wait for, to choose from.
pub fn gates(template: &Template) -> Vec<(&str, &str)> {
    let before_steps = template.gates.iter().filter(|gate| gate.guards.is_empty());
    before_steps.map(|gate: &Gate| (gate.gate_id.as_str(), gate.title.as_str())).collect()
}

/// A step as it would be printed, worked and recorded.
pub fn rows(step: &Step, template: &Template) -> Vec<Row> {
    let who: Vec<String> = step.roles.iter().map(|role| words::called(words::ROLES, role)).collect();
    let clock = step.clock.clone().unwrap_or_default();
    let when = match (clock.kind.as_str(), clock.amount) {
        ("at_once", _) => "At once".to_owned(),
        ("hours", n) => format!("Within {}", words::counted(n.into(), "hour", "hours")),
        ("working_days", n) => format!("Within {}", words::counted(n.into(), "working day", "working days")),
        ("days", n) => format!("Within {}", words::counted(n.into(), "day", "days")),
        ("before_closing", _) => "Before the case is closed".to_owned(),
        _ => String::new(),
    };
    let after: Vec<String> = step.after.iter().map(|id| name::of_step(template, id)).collect();
    let records: Vec<String> = step.records.iter().map(|code| record(code)).collect();
    let gates = step.gates.iter().map(|id| {
        template.gates.iter().find(|gate| gate.gate_id == *id).map_or_else(|| id.clone(), |gate| gate.title.clone())
    });
    let lines = [
        ("Step", step.title.clone()),
        ("Who", words::sentence(&who.join(" or "))),
        ("By when", when),
        ("When it is due", condition(&step.condition)),
        ("Comes after", after.join("\n")),
        ("Recorded", records.join("\n")),
        ("Never", step.prohibitions.join("\n")),
        ("Gates", gates.collect::<Vec<_>>().join("\n")),
    ];
    lines.into_iter().filter_map(|(key, value)| Row::some(key, Some(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_reads_as_words_and_comes_back_as_it_was() {
        assert_eq!(condition(""), "Always");
        assert_eq!(
            condition("offence in (yes, unclear) and device_involved = yes or judgement"),
            "Where “Has an offence been committed?” is answered “Yes” or “Unclear” and “Is a device involved?” is \
             answered “Yes” or the lead judges it right"
        );
        for text in ["", "judgement", "offence = no", "offence = no and device_involved = yes", "a = b or judgement"] {
            let (one, also) = parts(text);
            assert_eq!(joined(&one, &also), text);
        }
        assert_eq!(joined("a = b or judgement", "c = d"), "a = b and c = d or judgement and c = d");
        assert!(conditions().iter().all(|(_, words)| !words.contains(['=', '_'])));
    }
}
