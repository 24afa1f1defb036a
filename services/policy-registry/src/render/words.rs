//! Codes of a procedure in words.

use crate::template::{
    condition::Condition,
    procedure::{Step, StepClock},
};

/// A phrase that begins a sentence.
pub(super) fn sentence(phrase: &str) -> String {
    let mut chars = phrase.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A sentence as it goes on within another: a name or an abbreviation keeps its capitals.
pub(super) fn within(words: &str) -> String {
    let mut chars = words.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain([second]).chain(chars).collect()
        }
        _ => words.to_owned(),
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn either(all: &[String], word: &str) -> String {
    match all.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
    }
}

/// Who does a step.
pub(super) fn who(step: &Step) -> String {
    let role = |role: &String| match role.as_str() {
        "dsl" => "the DSL".to_owned(),
        "deputy_dsl" => "a deputy DSL".to_owned(),
        "leader" => "a school leader".to_owned(),
        "head" => "the head".to_owned(),
        "chair" => "the chair of governors".to_owned(),
        "pastoral" => "pastoral staff".to_owned(),
        other => other.replace('_', " "),
    };
    either(&step.roles.iter().map(role).collect::<Vec<_>>(), "or")
}

/// By when a step is done; nothing where no clock runs.
pub(super) fn when(clock: &StepClock) -> Option<String> {
    let within = |one: &str, many: &str| match clock.amount {
        1 => Some(format!("within 1 {one}")),
        amount => Some(format!("within {amount} {many}")),
    };
    match clock.kind.as_str() {
        "at_once" => Some("at once".to_owned()),
        "hours" => within("hour", "hours"),
        "working_days" => within("working day", "working days"),
        "days" => within("day", "days"),
        "before_closing" => Some("before the case is closed".to_owned()),
        _ => None,
    }
}

/// When a step is due at all; nothing where it always is.
pub(super) fn only_where(condition: &Condition) -> Option<String> {
    let all = |parts: &[Condition], word: &str| {
        let parts: Vec<String> = parts.iter().filter_map(only_where).collect();
        Some(parts.join(word)).filter(|joined| !joined.is_empty())
    };
    match condition {
        Condition::Always => None,
        Condition::Judgement => Some("the DSL judges it right".to_owned()),
        Condition::Is(fact, value) | Condition::Contains(fact, value) => Some(stands(fact, value)),
        Condition::In(fact, values) => {
            let values: Vec<String> = values.iter().map(|value| stands(fact, value)).collect();
            Some(either(&values, "or"))
        }
        Condition::Filled(fact) => Some(format!("it is known whether {}", stands(fact, "yes"))),
        Condition::All(parts) => all(parts, " and "),
        Condition::Any(parts) => all(parts, " or "),
    }
}

/// A fact that stands at a value.
fn stands(fact: &str, value: &str) -> String {
    let told = match (fact, value) {
        ("iioc_variant", "a") => Some("the images were seen by accident"),
        ("iioc_variant", "b") => Some("the images are on the school’s devices"),
        ("iioc_variant", "c") => Some("a member of staff holds the images on the school’s devices"),
        ("subject", "learner") => Some("it is about a learner"),
        ("subject", "parent") => Some("it is about a parent"),
        ("subject", "staff") => Some("it is about a member of staff"),
        ("subject", "head") => Some("it is about the head"),
        _ => None,
    };
    let (yes, no) = FACTS.iter().find(|(known, ..)| *known == fact).map_or((fact, ""), |(_, yes, no)| (*yes, *no));
    match (told, value) {
        (Some(told), _) => told.to_owned(),
        (None, "yes") => yes.replace('_', " "),
        (None, "no") if !no.is_empty() => no.to_owned(),
        (None, _) => format!("it is not settled whether {}", yes.replace('_', " ")),
    }
}

/// Facts where they are so, and where they are not.
const FACTS: [(&str, &str, &str); 25] = [
    ("immediate_danger", "a child is in immediate danger", "no child is in immediate danger"),
    ("offence", "an offence has been committed", "no offence has been committed"),
    ("device_involved", "a device is involved", "no device is involved"),
    ("on_school_system", "it is on the school’s own systems", "it is not on the school’s own systems"),
    ("other_setting", "learners of another school are involved", "no learners of another school are involved"),
    ("public_at_risk", "others in the community are at risk", "nobody else in the community is at risk"),
    ("viewing_needed", "an image has to be viewed", "no image has to be viewed"),
    ("agencies_needed", "other agencies are needed", "no other agency is needed"),
    ("deletion_safe", "it is safe to delete the material", "it is not safe to delete the material"),
    ("parents_safe", "it is safe to inform the parents", "it is not safe to inform the parents"),
    ("police_advice", "the police have advised", "the police have not advised"),
    (
        "police_hold",
        "the police have asked for material to be kept",
        "the police have not asked for material to be kept",
    ),
    ("criteria_met", "the criteria for a referral are met", "the criteria for a referral are not met"),
    ("conduct_established", "it is established what happened", "it is not established what happened"),
    ("intelligence", "there is intelligence to pass on", "there is no intelligence to pass on"),
    (
        "by_or_at_member",
        "it was by, or against, a member of the school",
        "nobody of the school took part or was the target",
    ),
    ("response_unclear", "it is unclear how to respond", "it is clear how to respond"),
    ("iioc_variant", "indecent images came up", ""),
    ("subject", "somebody is the subject", ""),
    ("harm_threshold", "the harm threshold is met", "the harm threshold is not met"),
    ("child_hurt", "a child is hurt", "no child is hurt"),
    ("agency_worker", "the adult works for an agency or another firm", "the adult works for the school itself"),
    ("rights_at_risk", "a risk to people’s rights is likely", "a risk to people’s rights is unlikely"),
    ("high_risk", "that risk is high", "that risk is not high"),
    ("in_examination", "the device was found in an examination", "the device was not found in an examination"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template;

    #[test]
    fn every_step_of_the_model_reads_as_words() {
        let model = template::load(&template::model::model_files()).unwrap_or_else(|p| unreachable!("{p:?}"));
        for step in model.procedures.iter().flat_map(|procedure| &procedure.steps) {
            let said = [Some(who(step)), when(&step.clock), only_where(&step.condition)];
            let said: Vec<String> = said.into_iter().flatten().collect();
            assert!(!said.iter().any(|words| words.contains(['_', '=', '('])), "{}: {said:?}", step.id);
        }
        assert_eq!(
            only_where(&Condition::parse("iioc_variant in (a, b) and judgement").unwrap_or_default()).as_deref(),
            Some(
                "the images were seen by accident or the images are on the school’s devices and the DSL judges it right"
            )
        );
        assert_eq!(
            only_where(&Condition::Is("offence".into(), "unclear".into())).as_deref(),
            Some("it is not settled whether an offence has been committed")
        );
        let facts: Vec<&str> = FACTS.iter().map(|(fact, ..)| *fact).collect();
        assert_eq!(facts, template::procedure::FACTS.map(|(fact, _)| fact));
    }
}
