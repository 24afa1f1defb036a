//! Learners: the people on one school's roll, what is checked about them, and what makes two records the same person.
//! `search` finds them again by what one remembers, `named` in what somebody wrote, `table` reads a roll, `import` holds it
//! against who is here.

pub mod birth;
pub mod import;
pub mod named;
pub mod search;
pub mod table;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

chassis::id!(/** A learner. */ pub struct LearnerId = "lrn");

/// Year groups, youngest first, each with its key stage.
pub const YEAR_GROUPS: [(&str, &str); 15] = [
    ("Nursery", "EYFS"),
    ("Reception", "EYFS"),
    ("1", "KS1"),
    ("2", "KS1"),
    ("3", "KS2"),
    ("4", "KS2"),
    ("5", "KS2"),
    ("6", "KS2"),
    ("7", "KS3"),
    ("8", "KS3"),
    ("9", "KS3"),
    ("10", "KS4"),
    ("11", "KS4"),
    ("12", "KS5"),
    ("13", "KS5"),
];

/// What may be known of a learner that makes them more vulnerable, or more in need of help.
pub const FLAGS: [&str; 9] = [
    "send",
    "looked_after",
    "previously_looked_after",
    "child_protection_plan",
    "child_in_need",
    "early_help",
    "young_carer",
    "eal",
    "mental_health",
];

/// Characters one name may have.
const NAME_MAX: usize = 100;
/// User names that one learner can have.
const USER_NAMES: usize = 10;
/// Former names that are kept of one learner.
const FORMER: usize = 10;
/// The oldest a learner may be, in years (education, health and care plans end at 25).
const OLDEST: i32 = 26;

/// A learner as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learner {
    /// Its id.
    pub id: LearnerId,
    /// The school.
    pub school_id: String,
    /// Who it is.
    pub record: Record,
    /// When it was added.
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    pub updated_at: OffsetDateTime,
    /// The last day on the roll.
    pub left_on: Option<Date>,
    /// Counts its writes.
    pub version: u64,
    /// Others of the roll who live with them.
    #[serde(default)]
    pub household: Vec<LearnerId>,
    /// What they were called before, oldest first: whoever remembers the old name finds them by it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<Former>,
}

/// What a learner was called before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// Given names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// What the learner was called; empty where that was the given name.
    pub known_as: String,
}

impl Former {
    fn of(record: &Record) -> Self {
        Self {
            given_name: record.given_name.clone(),
            family_name: record.family_name.clone(),
            known_as: record.known_as.clone(),
        }
    }

    /// A record with the names that were borne before.
    pub(crate) fn in_place_of(&self, record: &Record) -> Record {
        Record {
            given_name: self.given_name.clone(),
            family_name: self.family_name.clone(),
            known_as: self.known_as.clone(),
            ..record.clone()
        }
    }
}

/// Who a learner is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Record {
    /// Given names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// What the learner is called; empty where that is the given name.
    pub known_as: String,
    /// The date of birth.
    pub birth_date: Option<Date>,
    /// One of `YEAR_GROUPS`; empty where unknown.
    pub year_group: String,
    /// The unique pupil number; empty where unknown.
    pub upn: String,
    /// Of `FLAGS`.
    pub flags: Vec<String>,
    /// Their user names at the school's filter, by its own directory: by them it is known whom an alert is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_names: Vec<String>,
}

/// What is wrong with one field of a record, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// The field.
    pub field: &'static str,
    /// How to mend it.
    pub fix: String,
}

impl Learner {
    /// What they are called, and were before: given names, what they are known as, and the family name.
    pub(crate) fn names(&self) -> impl Iterator<Item = [&str; 3]> {
        let record = &self.record;
        let borne = [record.given_name.as_str(), record.known_as.as_str(), record.family_name.as_str()];
        let before = self.former.iter();
        let before = before.map(|one| [one.given_name.as_str(), one.known_as.as_str(), one.family_name.as_str()]);
        std::iter::once(borne).chain(before)
    }

    /// Says who they are from now on, and keeps what they were called until then.
    pub fn becomes(&mut self, record: Record) {
        let (before, now) = (Former::of(&self.record), Former::of(&record));
        if before != now {
            self.former.retain(|known| *known != before && *known != now);
            self.former.push(before);
            let over = self.former.len().saturating_sub(FORMER);
            self.former.drain(..over);
        }
        self.record = record;
    }

    /// Changes with every write.
    pub fn etag(&self) -> String {
        format!("v{}", self.version)
    }
}

impl Record {
    /// The record with its codes in their one spelling and its names without outer blanks.
    #[must_use]
    pub fn tidied(self) -> Self {
        let tidy = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let known_as = tidy(self.known_as);
        let given_name = tidy(self.given_name);
        Self {
            known_as: if known_as == given_name { String::new() } else { known_as },
            given_name,
            family_name: tidy(self.family_name),
            upn: self.upn.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase(),
            year_group: year_group(&self.year_group),
            user_names: user_names(self.user_names),
            ..self
        }
    }

    /// Everything that is wrong with it, as of a day.
    pub fn slips(&self, today: Date) -> Vec<Slip> {
        let mut slips = Vec::new();
        let mut say = |field, fix: String| slips.push(Slip { field, fix });
        for (field, thing, name, needed) in [
            ("given_name", "given name", &self.given_name, true),
            ("family_name", "family name", &self.family_name, true),
            ("known_as", "name they are known by", &self.known_as, false),
        ] {
            if needed && name.is_empty() {
                say(field, format!("Enter the {thing}"));
            }
            if name.chars().count() > NAME_MAX {
                say(field, format!("The {thing} must be {NAME_MAX} characters or less"));
            }
            if let Some(fix) = chassis::text::line(name) {
                say(field, fix.to_owned());
            }
        }
        if self.birth_date.is_some_and(|born| born > today || born.year() < today.year() - OLDEST) {
            say("birth_date", format!("The date of birth must be in the last {OLDEST} years"));
        }
        if !self.year_group.is_empty() && key_stage(&self.year_group).is_empty() {
            say("year_group", "Enter Nursery, Reception, or a year from 1 to 13".into());
        }
        if let Err(fix) = upn(&self.upn) {
            say("upn", fix);
        }
        if let Some(flag) = self.flags.iter().find(|flag| !FLAGS.contains(&flag.as_str())) {
            let shown: String = flag.chars().take(30).collect();
            say("flags", format!("Select from: {} (“{shown}” is none of them)", FLAGS.join(", ")));
        }
        if self.user_names.len() > USER_NAMES || self.user_names.iter().any(|name| name.chars().count() > NAME_MAX) {
            say("user_names", format!("Enter {USER_NAMES} user names or fewer, each of {NAME_MAX} characters or less"));
        }
        if let Some(fix) = self.user_names.iter().find_map(|name| chassis::text::line(name)) {
            say("user_names", fix.to_owned());
        }
        slips
    }

    /// Whether a user name at the filter is theirs, however the product writes it.
    pub fn goes_by(&self, user_name: &str) -> bool {
        let plain = chassis::text::user_name(user_name);
        !plain.is_empty() && self.user_names.iter().any(|own| chassis::text::user_name(own) == plain)
    }

    /// What the learner is called, then the family name.
    pub fn called(&self) -> String {
        let first = if self.known_as.is_empty() { &self.given_name } else { &self.known_as };
        format!("{first} {}", self.family_name)
    }
}

/// The key stage of a year group; empty where there is no such year group.
pub fn key_stage(year_group: &str) -> &'static str {
    YEAR_GROUPS.iter().find(|(year, _)| *year == year_group).map_or("", |(_, stage)| stage)
}

/// User names without outer blanks, none of them twice.
fn user_names(written: Vec<String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in written {
        let name = name.trim();
        if !name.is_empty() && names.iter().all(|known| known != name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// A year group in its one spelling: `Year 07`, `yr 7`, `Y7` and `7` are the same.
pub fn year_group(written: &str) -> String {
    let lower = written.trim().to_lowercase();
    let bare = ["year", "yr", "y"].iter().find_map(|word| lower.strip_prefix(word)).unwrap_or(&lower).trim();
    let bare = match bare {
        "n" | "n1" | "n2" | "nursery" => "nursery",
        "r" | "reception" => "reception",
        other => other.trim_start_matches('0'),
    };
    let known = YEAR_GROUPS.iter().find(|(year, _)| year.eq_ignore_ascii_case(bare));
    known.map_or_else(|| written.trim().to_owned(), |(year, _)| (*year).to_owned())
}

/// Checks a unique pupil number: its first letter is the remainder of the other twelve places, each by its place, by 23
/// (the department's own rule; a temporary number ends in a letter).
///
/// # Errors
/// How to mend it.
pub fn upn(upn: &str) -> Result<(), String> {
    const LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";
    if upn.is_empty() {
        return Ok(());
    }
    let bytes = upn.as_bytes();
    let digits = bytes.get(1..12).is_some_and(|middle| middle.iter().all(u8::is_ascii_digit));
    if bytes.len() != 13 || !digits {
        return Err("Enter the 13 characters of the pupil number: a letter, 11 digits, and a digit or a letter".into());
    }
    let value = |byte: u8| match byte {
        b'0'..=b'9' => Some(usize::from(byte - b'0')),
        letter => LETTERS.iter().position(|known| *known == letter),
    };
    let sum = bytes.iter().enumerate().skip(1).map(|(at, byte)| value(*byte).map(|value| value * (at + 1)));
    let Some(sum) = sum.sum::<Option<usize>>() else {
        return Err("Enter the pupil number again: its last place is no digit and no check letter".into());
    };
    match LETTERS.get(sum % 23) {
        Some(letter) if bytes.first() == Some(letter) => Ok(()),
        _ => Err("Enter the pupil number again: its first letter does not fit the digits".into()),
    }
}
