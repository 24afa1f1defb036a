//! Names of other children of the school that a file still holds, as its check page asks about them: each is blacked out, or
//! kept with a reason. Other words are blacked out where somebody enters them.

use chassis::error::{Error, Violations};
use proto::incident_cases::v1::{KeepName, TransferName};

use crate::pages::{
    form::{Answers, Field},
    words::Codes,
};

/// Of fields about one name, before its number.
const NAME: &str = "keep_names.";
/// Of the field for other words.
const OTHER: &str = "black_out";
const KEEP: &str = "keep";
const CHOICES: Codes = &[("black_out", "Black it out"), (KEEP, "Keep it: the next school needs to know")];

fn name(number: i32) -> String {
    format!("{NAME}{number}")
}

fn reason(number: i32) -> String {
    format!("reason.{number}")
}

/// Where a name stands, in words.
fn places(name: &TransferName) -> String {
    let numbers: Vec<String> = name.item_numbers.iter().map(ToString::to_string).collect();
    match numbers.split_last() {
        None => String::new(),
        Some((only, [])) => format!("In entry {only}."),
        Some((last, before)) => format!("In entries {} and {last}.", before.join(", ")),
    }
}

/// What is asked about names, and which other words are blacked out.
pub fn fields(names: &[TransferName]) -> Vec<Field> {
    let mut all = Vec::new();
    for (place, one) in names.iter().enumerate() {
        let label = format!("“{}”", one.text);
        let field = Field::radios(&name(one.number), &label, CHOICES).hint(&places(one)).value("black_out");
        all.push(if place == 0 { field.under("Names of other children of your school") } else { field });
        let why = Field::text(&reason(one.number), "Why does the next school need this name? (where you keep it)");
        all.push(why.hint("It stays with your school."));
    }
    all.push(
        Field::long_text(OTHER, "Which other words should be blacked out? (optional)")
            .hint("One on each line, as they stand in an entry: a nickname, a parent, a child of another school. They are blacked out wherever they stand.")
            .under("Other words"),
    );
    all
}

/// Whether what is wrong is about names or other words.
pub fn about(error: &Error) -> bool {
    let ours = |field: &str| field.starts_with("keep_names") || field.starts_with("reason.") || field == OTHER;
    error.violations().iter().any(|one| ours(&one.field))
}

/// Which names are kept and why, and which other words are blacked out.
///
/// # Errors
/// Names by its field each name that is kept without a reason.
pub fn answered(answers: &Answers) -> Result<(Vec<KeepName>, Vec<String>), Error> {
    let mut v = Violations::new();
    let mut kept = Vec::new();
    for (number, choice) in answers.beginning(NAME) {
        let Ok(number) = number.parse::<i32>() else { continue };
        if choice == KEEP {
            let why = answers.text(&reason(number));
            v.check(!why.is_empty(), reason(number), "Enter why the next school needs this name");
            kept.push(KeepName { number, reason: why });
        }
    }
    v.finish()?;
    let other = answers.text(OTHER);
    let other = other.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok((kept, other.map(str::to_owned).collect()))
}
