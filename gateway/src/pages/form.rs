//! Forms: what they ask, what was answered, what is wrong with it. One template renders them all, so that every field
//! has its label, every mistake its link, and every answer is kept.

mod answers;
mod refusal;

use serde::Serialize;

use super::{
    part::{Head, Row},
    words::Codes,
};
use crate::unsent::Unsent;
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
    /// Whether what was written before the session ended is back in it.
    pub restored: bool,
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
    multiple: bool,
    /// Whether it is a day, which people type as its hint says.
    #[serde(skip)]
    day: bool,
    /// What opens it; empty where it stands open.
    folded: String,
    /// The heading it begins; empty where it belongs to the one before.
    heading: String,
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

/// What explains an answer, as the component wants it.
#[derive(Debug, Clone, Serialize)]
struct Hint {
    text: String,
}

/// One answer to choose.
#[derive(Debug, Clone, Serialize)]
struct Choice {
    value: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<Hint>,
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
        if !text.is_empty() {
            self.lead.push(text.to_owned());
        }
        self
    }
}

impl super::Page for FormPage {
    const TEMPLATE: &'static str = "form.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        crate::console::samples::form_samples()
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
            multiple: false,
            day: false,
            folded: String::new(),
            heading: String::new(),
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

    /// A day, in one line.
    pub fn day(name: &str, label: &str) -> Self {
        Self { day: true, ..Self::name(name, label).hint("For example, 27/3/2027.").width("10") }
    }

    /// A date with an optional time.
    pub fn moment(name: &str, label: &str) -> Self {
        Self::new(Asked::Moment, name, label)
    }

    /// A file.
    pub fn file(name: &str, label: &str) -> Self {
        Self::new(Asked::File, name, label)
    }

    /// One or more files.
    pub fn files(name: &str, label: &str) -> Self {
        Self { multiple: true, ..Self::file(name, label) }
    }

    /// With these to choose from.
    #[must_use]
    pub fn choices<'a>(mut self, choices: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let owned = |(value, text): (&str, &str)| Choice { value: value.into(), text: text.into(), hint: None };
        self.choices.extend(choices.into_iter().map(owned));
        self
    }

    /// With one more to choose, explained.
    #[must_use]
    pub fn choice(mut self, value: &str, text: &str, hint: &str) -> Self {
        let hint = (!hint.is_empty()).then(|| Hint { text: hint.into() });
        self.choices.push(Choice { value: value.into(), text: text.into(), hint });
        self
    }

    /// Folded away until somebody opens it, or has answered it: for what few need.
    #[must_use]
    pub fn folded(mut self, summary: &str) -> Self {
        self.folded = summary.to_owned();
        self
    }

    /// That begins a group of questions.
    #[must_use]
    pub fn under(mut self, heading: &str) -> Self {
        self.heading = heading.to_owned();
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

    /// With a day of the contract to begin with.
    #[must_use]
    pub fn on(self, iso: &str) -> Self {
        self.value(crate::pages::words::day_to_type(iso))
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
            restored: false,
        }
    }

    /// With what was written before the session ended.
    #[must_use]
    pub fn restored(self, unsent: &Unsent) -> Self {
        let form = self.answered(&Answers::new(unsent.form.answers.clone())).carrying("unsent", &unsent.id);
        Self { restored: true, ..form }
    }

    /// With one question answered so, whatever it had before.
    #[must_use]
    pub fn preset(mut self, name: &str, value: &str) -> Self {
        for field in self.fields.iter_mut().filter(|field| field.name == name) {
            field.values = vec![value.to_owned()];
        }
        self
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
}
