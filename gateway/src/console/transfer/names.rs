//! Names of other children of the school that a file still holds, as its check page asks about them: each is blacked out, or
//! kept with a reason. Other words are blacked out where somebody enters them.

use chassis::error::{Error, Violations};
use proto::incident_cases::v1::{KeepName, TransferName};
use sha2::{Digest as _, Sha256};

use crate::pages::{
    form::{Answers, Field, Form},
    words::Codes,
};

/// Of fields about one name, before what tells it from others.
const NAME: &str = "keep_names.";
/// Of what the form carries of a name: its number among those that were looked at.
const NUMBER: &str = "number.";
/// Of the field for other words.
const OTHER: &str = "black_out";
const KEEP: &str = "keep";
const BLACK: &str = "black_out";
const CHOICES: Codes = &[(BLACK, "Black it out"), (KEEP, "Keep it: the next school needs to know")];

/// What tells a name from others, however many there are: where the file changes, the names are numbered anew, and what was
/// chosen for one must not become another's.
fn key(name: &TransferName) -> String {
    let digest = hex::encode(Sha256::digest(name.text.to_lowercase().as_bytes()));
    digest.chars().take(16).collect()
}

fn reason(key: &str) -> String {
    format!("reason.{key}")
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
        let key = key(one);
        let field = Field::radios(&format!("{NAME}{key}"), &label, CHOICES).hint(&places(one)).value(BLACK);
        all.push(if place == 0 { field.under("Names of other children of your school") } else { field });
        let why = Field::text(&reason(&key), "Why does the next school need this name? (where you keep it)");
        all.push(why.hint("It stays with your school."));
    }
    all.push(
        Field::long_text(OTHER, "Which other words should be blacked out? (optional)")
            .hint("One on each line, as they stand in an entry: a nickname, a parent, a child of another school. They are blacked out wherever they stand.")
            .under("Other words"),
    );
    all
}

/// The form with the number of each name as it was looked at.
#[must_use]
pub fn numbered(form: Form, names: &[TransferName]) -> Form {
    names.iter().fold(form, |form, one| form.carrying(&format!("{NUMBER}{}", key(one)), one.number.to_string()))
}

/// The answers with those names blacked out of which nothing was said: they were not there, or read otherwise, when
/// somebody chose.
#[must_use]
pub fn unsaid_black(answers: &Answers, form: &Form) -> Answers {
    let mut pairs = answers.pairs().to_vec();
    let keys = form.hidden.iter().filter_map(|(name, _)| name.strip_prefix(NUMBER));
    let unsaid = keys.map(|key| format!("{NAME}{key}")).filter(|name| answers.text(name).is_empty());
    pairs.extend(unsaid.map(|name| (name, BLACK.to_owned())));
    Answers::new(pairs)
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
    for (key, choice) in answers.beginning(NAME) {
        let Ok(number) = answers.text(&format!("{NUMBER}{key}")).parse::<i32>() else { continue };
        if choice == KEEP {
            let why = answers.text(&reason(&key));
            v.check(!why.is_empty(), reason(&key), "Enter why the next school needs this name");
            kept.push(KeepName { number, reason: why });
        }
    }
    v.finish()?;
    let other = answers.text(OTHER);
    let other = other.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok((kept, other.map(str::to_owned).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(number: i32, text: &str) -> TransferName {
        TransferName { number, text: text.into(), item_numbers: vec![1] }
    }

    /// What the browser sends of a form that nobody touched.
    fn sent(form: &Form) -> Vec<(String, String)> {
        form.hidden.clone()
    }

    #[test]
    fn what_is_kept_is_the_name_and_not_a_place_in_the_list() {
        let form = |names: &[TransferName]| numbered(Form::new("/", "Send", "1".into(), fields(names)), names);
        let before = form(&[named(1, "Sol Ferris"), named(2, "Bea Elm")]);
        let mut pairs = sent(&before);
        let sol = key(&named(1, "Sol Ferris"));
        pairs.push((format!("{NAME}{sol}"), KEEP.into()));
        pairs.push((reason(&sol), "His cousin".into()));
        let kept = |pairs: &[(String, String)]| {
            let (kept, _) = answered(&Answers::new(pairs.to_vec())).unwrap_or_default();
            kept.into_iter().map(|one| (one.number, one.reason)).collect::<Vec<_>>()
        };
        assert_eq!(kept(&pairs), [(1, "His cousin".to_owned())]);
        // An entry with an earlier day names somebody else: Sol is the second now, and the first stays black.
        let after = form(&[named(1, "Lottie Wainwright"), named(2, "SOL FERRIS")]);
        let answers = unsaid_black(&Answers::new(pairs), &after);
        let lottie = format!("{NAME}{}", key(&named(1, "Lottie Wainwright")));
        assert_eq!(answers.text(&lottie), BLACK);
        let mut again: Vec<_> = answers.pairs().iter().filter(|(name, _)| !name.starts_with(NUMBER)).cloned().collect();
        again.extend(sent(&after));
        assert_eq!(kept(&again), [(2, "His cousin".to_owned())]);
    }
}
