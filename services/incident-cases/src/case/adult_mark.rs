//! By what the adult of a case is compared with those of other schools: a name with a date of birth, a teacher reference
//! number, or both. Equal ones are found by keyed tokens; nobody reads anybody's case for it.

use chassis::names::whole;
use serde::{Deserialize, Serialize};
use time::{Date, macros::format_description};

use super::{
    Case, Refusal,
    access::Subject,
    record::{Said, Stamp},
};
use crate::rules::{OLDEST_YEARS, YOUNGEST_AT_WORK_YEARS};

chassis::id!(/** By what the adult of a case is compared. */ pub struct AdultMarkId = "amk");

/// How adults are written alike, counted: whoever was written otherwise is written anew.
pub const WRITTEN: i32 = 1;
/// Digits of a teacher reference number.
const REFERENCE_DIGITS: usize = 7;

/// A mark as its case keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdultMark {
    /// Its id.
    pub id: AdultMarkId,
    /// The case.
    pub case_id: String,
    /// The name as it was written; may be empty.
    pub name: String,
    /// The date of birth as it was written; may be empty.
    pub birth_date: String,
    /// The teacher reference number as it was written; may be empty.
    pub teacher_reference: String,
    /// Whom the designated officer rings.
    pub ring: String,
    /// Who marked it, and when.
    pub stamp: Stamp,
    /// Why it is compared no more, where it is not.
    pub ended: Option<Said>,
}

/// What equal adults are written as.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alike {
    /// The name and the date of birth.
    pub person: Option<String>,
    /// The teacher reference number.
    pub reference: Option<String>,
}

/// What an adult is compared by.
///
/// # Errors
/// The field that does not hold what it must, with the fix.
pub fn written_alike(name: &str, birth_date: &str, reference: &str, today: Date) -> Result<Alike, Refusal> {
    let (name, birth_date, reference) = (name.trim(), birth_date.trim(), reference.trim());
    if name.is_empty() && birth_date.is_empty() && reference.is_empty() {
        let fix = "Enter the name and the date of birth, or a teacher reference number";
        return Err(Refusal::Field("name", fix.to_owned()));
    }
    Ok(Alike {
        person: match (name, birth_date) {
            ("", "") => None,
            (name, birth_date) => Some(person(name, birth_date, today)?),
        },
        reference: match reference {
            "" => None,
            reference => Some(teacher(reference)?),
        },
    })
}

fn person(name: &str, birth_date: &str, today: Date) -> Result<String, Refusal> {
    let words = whole(name);
    if words.len() < 2 {
        return Err(Refusal::Field("name", "Enter the whole name: a given name and a family name".to_owned()));
    }
    let born = Date::parse(birth_date, format_description!("[year]-[month]-[day]")).ok();
    let born = born.filter(|born| (YOUNGEST_AT_WORK_YEARS..=OLDEST_YEARS).contains(&(today.year() - born.year())));
    let born = born.ok_or_else(|| {
        Refusal::Field("birth_date", "Enter the date of birth of an adult, such as 1988-03-27".into())
    })?;
    Ok(format!("person {} born {born}", words.join(" ")))
}

fn teacher(reference: &str) -> Result<String, Refusal> {
    let digits: String = reference.chars().filter(char::is_ascii_digit).collect();
    let other = reference.chars().any(|c| !c.is_ascii_digit() && !" /-".contains(c));
    if other || digits.len() != REFERENCE_DIGITS {
        let fix = format!("Enter a teacher reference number of {REFERENCE_DIGITS} digits, such as 12/34567");
        return Err(Refusal::Field("teacher_reference", fix));
    }
    Ok(format!("teacher {digits}"))
}

/// By what a mark is called on the telephone, where nobody may say a name: the end of its id, which counts nothing.
pub fn reference(id: &str) -> String {
    format!("M-{}", id.get(id.len().saturating_sub(5)..).unwrap_or(id).to_uppercase())
}

impl Case {
    /// The adult who may be marked: the one an open case is about.
    ///
    /// # Errors
    /// Says why not.
    pub fn marks_adult(&self) -> Result<&Subject, Refusal> {
        self.working()?;
        if !self.adult() {
            return Err(Refusal::State("the case is on no adult who works with children"));
        }
        self.access.subject.as_ref().ok_or(Refusal::State("say first whom the case is about"))
    }
}

impl AdultMark {
    /// Ends the comparing.
    ///
    /// # Errors
    /// Where it ended before.
    pub fn end(&mut self, reason: &str, stamp: Stamp) -> Result<(), Refusal> {
        if self.ended.is_some() {
            return Err(Refusal::State("this adult is compared no more by it already"));
        }
        self.ended = Some(Said::new(reason, stamp));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn equal_adults_are_written_alike_and_others_are_not() {
        let today = date!(2026 - 11 - 26);
        let alike = |name: &str, born: &str, reference: &str| written_alike(name, born, reference, today);
        let one = alike("Zoë O’Pym", "1988-03-27", "12/34567").unwrap_or_default();
        assert_eq!(alike("opym, ZOE", " 1988-03-27", "1234567"), Ok(one.clone()));
        for other in ["Ms Zoe O'Pym", "Zoë K. O’Pym"] {
            assert_eq!(alike(other, "1988-03-27", "").unwrap_or_default().person, one.person, "{other}");
        }
        assert_ne!(alike("Zoë O’Pym", "1988-03-28", "").unwrap_or_default().person, one.person);
        assert_eq!(alike("", "", "12 34567").unwrap_or_default(), Alike { person: None, ..one });
        for (name, born, reference, field) in [
            ("", "", "", "name"),
            ("Pym", "1988-03-27", "", "name"),
            ("Ms Pym", "1988-03-27", "", "name"),
            ("Zoë Pym", "", "", "birth_date"),
            ("", "1988-03-27", "", "name"),
            ("Zoë Pym", "2020-01-01", "", "birth_date"),
            ("Zoë Pym", "2027-01-01", "", "birth_date"),
            ("", "", "123456", "teacher_reference"),
            ("", "", "RP1234567", "teacher_reference"),
        ] {
            let refused = alike(name, born, reference).err();
            assert!(matches!(&refused, Some(Refusal::Field(of, _)) if *of == field), "{name} {born}: {refused:?}");
        }
    }
}
