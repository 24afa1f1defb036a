//! What is wrong with a form: the problems of its fields, or one of the whole, each with where it is mended.

use chassis::error::{Error, Kind};
use proto::error::v1::Reason;

use super::{Form, Problem};
use crate::pages::words;

impl Form {
    /// The same form with what is wrong with the answers. `place` is the page of the case it belongs to: a shut gate
    /// names the step there that opens it.
    #[must_use]
    pub fn refused(mut self, error: &Error, place: &str) -> Self {
        let about_fields = error.reason() != Reason::RequestIdReused;
        for violation in error.violations().iter().filter(|_| about_fields) {
            let mut text = words::sentence(&violation.message);
            let whole = self.fields.iter().position(|f| f.name == violation.field);
            let part = || self.fields.iter().position(|f| names(&violation.field).any(|name| name == f.name));
            let below = || self.fields.iter().position(|f| f.name.starts_with(&format!("{}.", violation.field)));
            let place = whole.or_else(part).or_else(below);
            let field = place.and_then(|place| self.fields.get_mut(place));
            let href = field.map(|field| {
                if field.day {
                    text = words::days_to_type(&text);
                }
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

    /// Lets the problems that no field of the form has lead to another page.
    pub fn leads_to(&mut self, place: &str) {
        for problem in self.problems.iter_mut().filter(|problem| problem.href.is_empty()) {
            place.clone_into(&mut problem.href);
        }
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
    use crate::pages::form::Field;

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
    fn a_day_is_asked_for_as_its_hint_writes_it() {
        let form = Form::new("/x", "Send", "1".into(), vec![Field::day("until", "Until"), Field::text("days", "Days")]);
        let fix = "Enter the last day, such as 2027-03-27: today or later";
        let form = form.refused(&Error::invalid("until", fix).and("days", "Enter 2027-03-27"), "");
        let texts: Vec<_> = form.problems.iter().map(|problem| problem.text.as_str()).collect();
        assert_eq!(texts, ["Enter the last day, such as 27/3/2027: today or later", "Enter 2027-03-27"]);
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
