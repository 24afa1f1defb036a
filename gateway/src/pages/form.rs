//! Forms: what they ask, what was answered, what is wrong with it. One template renders them all, so that every field
//! has its label, every mistake its link, and every answer is kept.

mod answers;

use chassis::error::{Error, Kind};
use proto::error::v1::Reason;
use serde::Serialize;

use super::{
    part::{Head, Row},
    words::{self, Codes},
};
pub use answers::Answers;
use answers::BOXES;

/// How much a long text may hold; the services say the same.
pub const LONG_TEXT: usize = 20_000;

/// A form.
#[derive(Debug, Clone, Serialize)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// Sent twice with the same one it makes one record: a UUID.
    pub request_id: String,
    /// What its button says.
    pub button: String,
    /// Whether the act cannot be taken back.
    pub grave: bool,
    /// Whether it carries a file.
    pub upload: bool,
    /// What it asks.
    pub fields: Vec<Field>,
    /// What it carries besides.
    pub hidden: Vec<(String, String)>,
    /// What is wrong with it, in the order of its fields.
    pub problems: Vec<Problem>,
}

/// One question.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    kind: Asked,
    name: String,
    label: String,
    hint: String,
    error: String,
    values: Vec<String>,
    choices: Vec<Choice>,
    width: &'static str,
    autocomplete: &'static str,
    spellcheck: bool,
}

/// How a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Asked {
    Text,
    LongText,
    Password,
    Radios,
    Checkboxes,
    Select,
    Moment,
    File,
}

/// One answer to choose.
#[derive(Debug, Clone, Serialize)]
struct Choice {
    value: String,
    text: String,
    hint: String,
}

/// One thing to mend.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// What to do.
    pub text: String,
    /// Where; empty where nowhere in particular.
    pub href: String,
}

/// The page of one form.
#[derive(Debug, Clone, Serialize)]
pub struct FormPage {
    /// Its head.
    pub head: Head,
    /// What must never be done here; empty where nothing.
    pub warning: String,
    /// What to know before answering, a paragraph each.
    pub lead: Vec<String>,
    /// What it is about.
    pub rows: Vec<Row>,
    /// The form.
    pub form: Form,
    /// Another way on.
    pub others: Vec<super::part::Link>,
}

impl FormPage {
    /// The page of a form.
    pub fn new(head: Head, form: Form) -> Self {
        Self { head, warning: String::new(), lead: Vec::new(), rows: Vec::new(), form, others: Vec::new() }
    }

    /// With what to know before answering.
    #[must_use]
    pub fn lead(mut self, text: &str) -> Self {
        self.lead.push(text.to_owned());
        self
    }
}

impl super::Page for FormPage {
    const TEMPLATE: &'static str = "form.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        crate::console::form_samples()
    }
}

impl Field {
    fn new(kind: Asked, name: &str, label: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            label: label.to_owned(),
            hint: String::new(),
            error: String::new(),
            values: Vec::new(),
            choices: Vec::new(),
            width: "",
            autocomplete: "",
            spellcheck: true,
        }
    }

    /// A line of text.
    pub fn text(name: &str, label: &str) -> Self {
        Self::new(Asked::Text, name, label)
    }

    /// A line for a person's name or a code: nothing corrects its spelling.
    pub fn name(name: &str, label: &str) -> Self {
        Self { spellcheck: false, ..Self::text(name, label) }
    }

    /// A long text.
    pub fn long_text(name: &str, label: &str) -> Self {
        Self::new(Asked::LongText, name, label)
    }

    /// A password.
    pub fn password(name: &str, label: &str) -> Self {
        Self::new(Asked::Password, name, label)
    }

    /// One of a few.
    pub fn radios(name: &str, label: &str, codes: Codes) -> Self {
        Self::new(Asked::Radios, name, label).choices(codes.iter().copied())
    }

    /// Any of a few.
    pub fn checkboxes(name: &str, label: &str, codes: Codes) -> Self {
        Self::new(Asked::Checkboxes, name, label).choices(codes.iter().copied())
    }

    /// One of many.
    pub fn select(name: &str, label: &str) -> Self {
        Self::new(Asked::Select, name, label)
    }

    /// A date with an optional time.
    pub fn moment(name: &str, label: &str) -> Self {
        Self::new(Asked::Moment, name, label)
    }

    /// A file.
    pub fn file(name: &str, label: &str) -> Self {
        Self::new(Asked::File, name, label)
    }

    /// With these to choose from.
    #[must_use]
    pub fn choices<'a>(mut self, choices: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let owned =
            |(value, text): (&str, &str)| Choice { value: value.into(), text: text.into(), hint: String::new() };
        self.choices.extend(choices.into_iter().map(owned));
        self
    }

    /// With one more to choose, explained.
    #[must_use]
    pub fn choice(mut self, value: &str, text: &str, hint: &str) -> Self {
        self.choices.push(Choice { value: value.into(), text: text.into(), hint: hint.into() });
        self
    }

    /// With help.
    #[must_use]
    pub fn hint(mut self, hint: &str) -> Self {
        self.hint = hint.to_owned();
        self
    }

    /// With an answer to begin with.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.values = vec![value.into()];
        self
    }

    /// With answers to begin with.
    #[must_use]
    pub fn values(mut self, values: Vec<String>) -> Self {
        self.values = values;
        self
    }

    /// As wide as so many characters: `10`, `20`.
    #[must_use]
    pub fn width(mut self, width: &'static str) -> Self {
        self.width = width;
        self
    }

    /// With what a browser may fill in.
    #[must_use]
    pub fn autocomplete(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }

    /// The id of the first control of it.
    fn id(&self) -> String {
        if self.kind == Asked::Moment { format!("{}-day", self.name) } else { self.name.clone() }
    }
}

impl Form {
    /// A form that asks `fields`.
    pub fn new(action: impl Into<String>, button: &str, request_id: String, fields: Vec<Field>) -> Self {
        Self {
            action: action.into(),
            request_id,
            button: button.to_owned(),
            grave: false,
            upload: fields.iter().any(|field| field.kind == Asked::File),
            fields,
            hidden: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// That carries one thing more.
    #[must_use]
    pub fn carrying(mut self, name: &str, value: impl Into<String>) -> Self {
        self.hidden.push((name.to_owned(), value.into()));
        self
    }

    /// For an act that cannot be taken back.
    #[must_use]
    pub fn grave(mut self) -> Self {
        self.grave = true;
        self
    }

    /// The same form with what was answered.
    #[must_use]
    pub fn answered(mut self, answers: &Answers) -> Self {
        for field in &mut self.fields {
            field.values = match field.kind {
                Asked::Moment => BOXES.iter().map(|part| answers.text(&format!("{}-{part}", field.name))).collect(),
                Asked::Password | Asked::File => Vec::new(),
                _ => answers.all(&field.name),
            };
        }
        if !answers.request_id().is_empty() {
            self.request_id = answers.request_id();
        }
        self
    }

    /// The same form with what is wrong with the answers. `place` is the page of the case it belongs to: a shut gate
    /// names the step there that opens it.
    #[must_use]
    pub fn refused(mut self, error: &Error, place: &str) -> Self {
        let about_fields = error.reason() != Reason::RequestIdReused;
        for violation in error.violations().iter().filter(|_| about_fields) {
            let text = words::sentence(&violation.message);
            let whole = self.fields.iter().position(|f| f.name == violation.field);
            let part = || self.fields.iter().position(|f| names(&violation.field).any(|name| name == f.name));
            let below = || self.fields.iter().position(|f| f.name.starts_with(&format!("{}.", violation.field)));
            let place = whole.or_else(part).or_else(below);
            let field = place.and_then(|place| self.fields.get_mut(place));
            let href = field.map(|field| {
                field.error.clone_from(&text);
                format!("#{}", field.id())
            });
            self.problems.push(Problem { text, href: href.unwrap_or_default() });
        }
        let order = |problem: &Problem| self.fields.iter().position(|f| problem.href == format!("#{}", f.id()));
        let mut problems = std::mem::take(&mut self.problems);
        problems.sort_by_key(|problem| order(problem).unwrap_or(usize::MAX));
        self.problems = problems;
        if self.problems.is_empty() {
            self.problems = whole(error, place);
        }
        self
    }
}

/// The parts of a field's path in the contract: `new_case.risks[0]`.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '[', ']'])
}

/// What is wrong where no one field is at fault.
fn whole(error: &Error, place: &str) -> Vec<Problem> {
    let problem = |text: String, href: String| Problem { text, href };
    let said = || words::sentence(error.message());
    match error.reason() {
        Reason::GateShut => {
            let step = error.metadata("missing_step").unwrap_or_default();
            let gate = error.metadata("gate").unwrap_or_default();
            let mut problems = vec![if step.is_empty() {
                problem(said(), place.to_owned())
            } else if is_step(step) && said().contains(step) {
                problem(said(), format!("{place}/steps/{step}"))
            } else if is_step(step) {
                problem(format!("{}. Missing: step {step}", said()), format!("{place}/steps/{step}"))
            } else {
                problem(format!("{}. Missing: {}", said(), words::spaced(step)), place.to_owned())
            }];
            if gate == "G-HOLD" {
                let text = "Record a talk with police or the front door".to_owned();
                problems.push(problem(text, format!("{place}/consultations/new")));
            }
            problems
        }
        Reason::Changed => vec![problem(
            "Somebody changed this while you were writing. Check what it says now, then send your answers again".into(),
            place.to_owned(),
        )],
        Reason::RequestIdReused => vec![problem(
            "You have sent this form before with other answers. Check whether it is there already, then send it again"
                .into(),
            place.to_owned(),
        )],
        _ if error.kind() == Kind::Unavailable => {
            vec![problem(
                "This cannot be saved just now. Your answers are kept below: try again in a minute".into(),
                String::new(),
            )]
        }
        _ if error.kind() == Kind::Internal => {
            vec![problem("Something went wrong here. Your answers are kept below: try again".into(), String::new())]
        }
        _ => vec![problem(said(), String::new())],
    }
}

/// Whether text is the id of a step, such as `P1-03`.
fn is_step(text: &str) -> bool {
    let (procedure, number) = text.split_once('-').unwrap_or_default();
    procedure.starts_with('P') && !number.is_empty() && number.bytes().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        let fields =
            vec![Field::text("about", "About"), Field::long_text("narrative", "What"), Field::moment("when", "When")];
        Form::new("/x", "Send", "1".into(), fields)
    }

    #[test]
    fn problems_stand_in_the_order_of_the_fields_and_link_to_them() {
        let error =
            Error::invalid("when", "when must be a real date").and("about", "Enter who").and("other", "no field");
        let form = form().refused(&error, "");
        let links: Vec<_> = form.problems.iter().map(|p| (p.text.as_str(), p.href.as_str())).collect();
        assert_eq!(links, [("Enter who", "#about"), ("When must be a real date", "#when-day"), ("No field", "")]);
        assert_eq!(form.fields[0].error, "Enter who");
    }

    #[test]
    fn a_shut_gate_links_to_the_missing_step() {
        let error = Error::gate("G-HOLD", "P1-03", "the talk with police or front door is not recorded");
        let form = form().refused(&error, "/c");
        assert_eq!(form.problems[0].href, "/c/steps/P1-03");
        assert!(form.problems[0].text.contains("P1-03"));
        assert_eq!(form.problems[1].href, "/c/consultations/new");
    }
}
