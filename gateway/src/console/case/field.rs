//! What a step records, as its page asks it: one question for each field, in words, with a date where a time is recorded
//! and a choice where there is a list.

use std::collections::HashMap;

use chassis::error::{Error, Violations};
use proto::incident_cases::v1::{CaseStep, StepField};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::pages::{
    form::{Answers, Field},
    words::{self, Codes},
};

/// What each field is called.
const LABELS: Codes = &[
    ("act", "What was done"),
    ("action", "What was done, and what follows"),
    ("actions", "What is to change"),
    ("advice", "What they advised"),
    ("agency", "Which agency"),
    ("assessment_version", "Which version of the assessment"),
    ("body", "Which body"),
    ("cause", "Why it happened"),
    ("change_made", "What was changed"),
    ("checks", "What was checked with agencies"),
    ("child", "Which child"),
    ("childs_view", "What the child wants"),
    ("confirmations", "Who confirmed that it is safe"),
    ("consent", "Whether the person agreed"),
    ("consequences", "What may follow for those affected"),
    ("contact", "Whom you spoke to"),
    ("contacts", "Whom at the other schools you spoke to"),
    ("copy_given", "Whether the adult was given a copy"),
    ("criteria_answers", "The answers to the five questions"),
    ("custody_entry", "The entry in the custody log"),
    ("date", "When"),
    ("decision", "What was decided"),
    ("decisions", "What was decided, and why"),
    ("deleted_by", "Who deleted it"),
    ("description_in_words", "What was found, in words"),
    ("details", "What was seen or heard"),
    ("device", "Which device"),
    ("editions_used", "Which guidance was used"),
    ("effect_on_victim", "What this may do to a victim"),
    ("examining_body", "Which examining body"),
    ("finder", "Who found it"),
    ("findings", "What went well, and what did not"),
    ("follow_up", "How it was followed up"),
    ("how", "How they were told"),
    ("how_many", "How many people it touches"),
    ("involvement", "Who is involved, and in which part"),
    ("justification", "Why it was necessary"),
    ("kind", "What kind of incident"),
    ("limbs", "Which parts of the harm threshold may be met"),
    ("location", "Where it was, without opening it"),
    ("may_be_illegal", "Whether what was put there may be illegal"),
    ("note", "What was done"),
    ("offer", "What was offered"),
    ("outcome", "How it ended"),
    ("place", "Where it is kept"),
    ("policy_version", "Which version of the policies was followed"),
    ("protected_characteristic", "Which protected characteristic"),
    ("reason", "Why"),
    ("reference", "Their reference"),
    ("reference_statement", "What a reference for the adult may say"),
    ("release", "To whom it is released, and when"),
    ("report_reference", "The reference of the report"),
    ("request", "What the police asked for"),
    ("risk_to_rights", "Whether a risk to the people it is about is likely"),
    ("safeguards", "What protects those affected"),
    ("search_entry", "The entry in the search log"),
    ("second_adult", "Who else was present"),
    ("setting", "Where and when it was"),
    ("shared_incident", "The shared incident"),
    ("sharer", "Who shared it, or that they stay unnamed"),
    ("summary", "What the allegation was"),
    ("time", "When"),
    ("told", "Who was told"),
    ("told_at", "When they were told"),
    ("told_by", "Who told them"),
    ("told_to", "Who was told"),
    ("uptake", "Whether it was accepted"),
    ("variant", "How the images came up"),
    ("viewed_by", "Who looked at it"),
    ("what", "What was passed on"),
    ("where", "Where it was"),
];

/// What the codes of a field mean.
const CHOICES: Codes = &[
    ("yes", "Yes"),
    ("no", "No"),
    ("unclear", "It is not clear"),
    ("unlikely", "Unlikely"),
    ("likely", "Likely"),
    ("high", "Likely, and high"),
    ("not_needed", "Not needed: nobody is referred"),
    ("a", "Seen by accident"),
    ("b", "On the school’s devices"),
    ("c", "Held by a member of staff on the school’s devices"),
    ("harmed", "Harmed, or may have harmed, a child"),
    ("offence", "A possible offence against or about a child"),
    ("risk", "Behaviour that shows a possible risk to children"),
    ("suitability", "Behaviour that shows they may not be suitable to work with children"),
    ("substantiated", "Substantiated"),
    ("malicious", "Malicious"),
    ("false", "False"),
    ("unsubstantiated", "Unsubstantiated"),
    ("unfounded", "Unfounded"),
    ("age", "Age"),
    ("gender_reassignment", "Gender reassignment"),
    ("marriage_civil_partnership", "Marriage and civil partnership"),
    ("pregnancy_maternity", "Pregnancy and maternity"),
    ("religion_belief", "Religion or belief"),
    ("sexual_orientation", "Sexual orientation"),
    ("none", "None of them"),
    ("police_101", "Police on 101"),
    ("emergency", "Emergency services on 999"),
    ("front_door_urgent", "Children’s services front door, urgent"),
    ("front_door_advice", "Children’s services front door, advice"),
    ("front_door_form", "Children’s services front door, written request"),
    ("front_door_city", "Children’s services front door, city"),
    ("lado_county", "Designated officer for allegations (LADO), county"),
    ("lado_city", "Designated officer for allegations (LADO), city"),
    ("partnership", "Safeguarding partnership"),
    ("prevent", "Prevent team"),
    ("hate_advice", "Local hate crime service"),
    ("iwf", "Internet Watch Foundation"),
    ("ceop", "CEOP"),
    ("school_links", "Help listed for schools"),
    ("parent_links", "Help listed for parents"),
];

/// Fields that take a sentence or more.
const LONG: [&str; 31] = [
    "act",
    "action",
    "actions",
    "advice",
    "cause",
    "change_made",
    "checks",
    "childs_view",
    "consequences",
    "contacts",
    "decision",
    "decisions",
    "description_in_words",
    "details",
    "effect_on_victim",
    "findings",
    "follow_up",
    "involvement",
    "justification",
    "note",
    "offer",
    "outcome",
    "reason",
    "reference_statement",
    "release",
    "request",
    "safeguards",
    "setting",
    "shared_incident",
    "summary",
    "what",
];

/// What a field is called.
pub fn label(name: &str) -> String {
    words::called(LABELS, name)
}

fn choice(code: &str) -> String {
    words::called(CHOICES, code)
}

/// What was recorded, as one reads it.
pub fn said(field: Option<&StepField>, value: &str) -> String {
    match field.map(|field| field.kind.as_str()) {
        Some("moment") => {
            OffsetDateTime::parse(value, &Rfc3339).map_or_else(|_| value.to_owned(), words::date_and_time)
        }
        Some("one_of" | "some_of") => value.split(',').map(choice).collect::<Vec<_>>().join("; "),
        _ => value.to_owned(),
    }
}

fn question(field: &StepField) -> Field {
    let (name, label) = (format!("recorded.{}", field.name), label(&field.name));
    let texts: Vec<(&str, String)> = field.codes.iter().map(|code| (code.as_str(), choice(code))).collect();
    let choices = texts.iter().map(|(code, text)| (*code, text.as_str()));
    let asked = match field.kind.as_str() {
        "moment" => Field::moment(&name, &label).hint("For example, 27 11 2025 and 9:30am."),
        "number" => Field::name(&name, &label).width("10"),
        // Who is kept out is said in the act that says so, and that is the fact's.
        "one_of" if field.name == "variant" => Field::radios(&name, &label, &[]).choices(choices).hint(
            "Where a member of staff held them: first record the fact “How did the indecent images come up?”, and with it \
             which adult it is.",
        ),
        "one_of" => Field::radios(&name, &label, &[]).choices(choices),
        "some_of" => Field::checkboxes(&name, &label, &[]).hint("Select all that apply.").choices(choices),
        _ if LONG.contains(&field.name.as_str()) => Field::long_text(&name, &label),
        _ if field.name == "reference" => Field::name(&name, &label).hint("If they gave none, say so."),
        _ => Field::name(&name, &label),
    };
    match (field.kind.as_str(), OffsetDateTime::parse(&field.known, &Rfc3339)) {
        _ if field.known.is_empty() => asked,
        ("moment", Ok(at)) => asked.values(words::to_type(at)),
        _ => asked.value(field.known.clone()),
    }
}

/// What is asked when a step is done: one question for each of its fields.
pub fn questions(step: &CaseStep) -> Vec<Field> {
    step.fields.iter().map(question).collect()
}

/// What was answered, as the service takes it.
///
/// # Errors
/// `Invalid`, naming each field that is empty or no real date.
pub fn recorded(step: &CaseStep, answers: &Answers, now: OffsetDateTime) -> Result<HashMap<String, String>, Error> {
    let mut wrong = Violations::new();
    let mut recorded = HashMap::new();
    for field in &step.fields {
        let (name, label) = (format!("recorded.{}", field.name), label(&field.name));
        let value = match field.kind.as_str() {
            "moment" => match answers.moment(&name, &label, now) {
                Ok(at) => at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default(),
                Err(error) => {
                    error.violations().iter().for_each(|v| wrong.check(false, v.field.clone(), v.message.clone()));
                    continue;
                }
            },
            "some_of" => answers.all(&name).join(","),
            _ => answers.text(&name),
        };
        let verb = if matches!(field.kind.as_str(), "one_of" | "some_of") { "Select" } else { "Enter" };
        wrong.check(!value.is_empty(), name, format!("{verb} {}", lower(&label)));
        recorded.insert(field.name.clone(), value);
    }
    wrong.finish()?;
    Ok(recorded)
}

fn lower(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step() -> CaseStep {
        let field = |name: &str, kind: &str, codes: &[&str]| StepField {
            name: name.into(),
            kind: kind.into(),
            codes: codes.iter().map(|code| (*code).to_owned()).collect(),
            known: String::new(),
        };
        CaseStep {
            fields: vec![
                field("told_at", "moment", &[]),
                field("limbs", "some_of", &["harmed", "risk"]),
                field("advice", "words", &[]),
            ],
            ..CaseStep::default()
        }
    }

    #[test]
    fn an_empty_field_is_named_in_words_and_a_date_becomes_a_moment() {
        let now = time::macros::datetime!(2026-11-24 09:00 UTC);
        let refused = recorded(&step(), &Answers::default(), now).err();
        let told: Vec<String> =
            refused.iter().flat_map(Error::violations).map(|v| format!("{}: {}", v.field, v.message)).collect();
        assert_eq!(
            told,
            [
                "recorded.told_at: Enter when they were told",
                "recorded.limbs: Select which parts of the harm threshold may be met",
                "recorded.advice: Enter what they advised",
            ]
        );
        let pairs = [
            ("recorded.told_at-day", "23"),
            ("recorded.told_at-month", "11"),
            ("recorded.told_at-year", "2026"),
            ("recorded.told_at-time", "9:30am"),
            ("recorded.limbs", "harmed"),
            ("recorded.limbs", "risk"),
            ("recorded.advice", "Wait"),
        ];
        let answers = Answers::new(pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec());
        let kept = recorded(&step(), &answers, now).unwrap_or_default();
        assert_eq!(kept["told_at"], "2026-11-23T09:30:00Z");
        assert_eq!((kept["limbs"].as_str(), kept["advice"].as_str()), ("harmed,risk", "Wait"));
        assert_eq!(said(step().fields.get(1), "harmed,risk"), format!("{}; {}", choice("harmed"), choice("risk")));
    }
}
