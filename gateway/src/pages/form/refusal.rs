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
            // The service says in words what comes first; the code of it says where that is done.
            let opener = crate::console::opener(step);
            let href = match opener {
                _ if is_step(step) => format!("{place}/steps/{step}"),
                Some((_, path)) => format!("{place}/{path}"),
                None => place.to_owned(),
            };
            let mut problems = vec![problem(said(), href)];
            if gate == "G-HOLD" {
                let any = "Record a talk with police or the front door";
                let text = if is_step(step) { "Record the talk that comes first" } else { any };
                problems.push(problem(text.to_owned(), format!("{place}/consultations/new")));
            } else if let Some((text, path)) = opener {
                problems.push(problem(text.to_owned(), format!("{place}/{path}")));
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
        let links = |error: Error| {
            let form = form().refused(&error, "/c");
            form.problems.into_iter().map(|p| (p.text, p.href)).collect::<Vec<_>>()
        };
        let problem = |text: &str, href: &str| (text.to_owned(), href.to_owned());
        let talk = problem("Record a talk with police or the front door", "/c/consultations/new");
        let first = problem("Record the talk that comes first", "/c/consultations/new");
        let shut = links(Error::gate("G-HOLD", "P1-03", "first do step P1-03, “Talk to the police”"));
        assert_eq!(shut, [problem("First do step P1-03, “Talk to the police”", "/c/steps/P1-03"), first]);
        let shut = links(Error::gate("G-HOLD", "consultation", "talk with police or front door first"));
        assert_eq!(shut, [problem("Talk with police or front door first", "/c/consultations/new"), talk]);
        let shut = links(Error::gate("G-CLOSE", "debrief", "the case cannot close yet"));
        assert_eq!(shut[1], problem("Record the debrief", "/c/debrief"));
    }
}
