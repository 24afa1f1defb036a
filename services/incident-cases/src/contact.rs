//! How somebody outside the schools is reached, marked in a case so that another school's case with the same contact is
//! found. Schools compare keyed tokens of what is equal once written alike; nobody reads anybody's case for it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::case::{
    Case, InvolvementId, Refusal,
    record::{Said, Stamp},
};

chassis::id!(/** A contact that a case marks. */ pub struct ContactId = "ctc");
chassis::id!(/** A match of two contacts. */ pub struct ContactMatchId = "cmt");

/// What a contact may be.
pub const KINDS: &[&str] = &["telephone", "email", "handle", "address"];

/// A contact as its case keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkedContact {
    /// Its id.
    pub id: ContactId,
    /// The case.
    pub case_id: String,
    /// Whose it is.
    pub involvement: InvolvementId,
    /// One of `KINDS`.
    pub kind: String,
    /// Where a handle is used; empty for every other kind.
    pub platform: String,
    /// As it was written.
    pub value: String,
    /// Whom another school rings.
    pub ring: String,
    /// Who marked it, and when.
    pub stamp: Stamp,
    /// Why it is compared no more, where it is not.
    pub ended: Option<Said>,
}

/// What is told of a match: never anything of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactMatch {
    /// Its id.
    pub id: ContactMatchId,
    /// `match`, or `many_marks`.
    pub kind: String,
    /// The other school, or at the desk the first of the two, and whom to ring there.
    pub school: (String, String),
    /// The second of the two, at the desk.
    pub second: Option<(String, String)>,
    /// When it was found.
    pub found_at: OffsetDateTime,
    /// What was done about it, where somebody said.
    pub note: Option<Said>,
    /// For `many_marks`, who marked the last of them, and how many there were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<(String, u32)>,
}

/// What a contact is once it is written as all equal ones are; none where it cannot be one of its kind.
pub fn written_alike(kind: &str, platform: &str, value: &str) -> Option<String> {
    let plain = value.trim().to_lowercase();
    let alike = match kind {
        "telephone" => {
            let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
            let other = plain.chars().any(|c| !c.is_ascii_digit() && !" +()-./".contains(c));
            // With its country's code a number is written after a plus or two noughts; one of this country also with a nought.
            let abroad = digits.strip_prefix("00").or_else(|| plain.starts_with('+').then_some(digits.as_str()));
            let national = abroad.and_then(|number| number.strip_prefix("44"));
            let digits = match national {
                Some(rest) => format!("0{}", rest.trim_start_matches('0')),
                None => abroad.unwrap_or(&digits).to_owned(),
            };
            (!other && (7..=15).contains(&digits.len())).then_some(digits)
        }
        "email" => {
            let (name, host) = plain.split_once('@')?;
            let whole = !name.is_empty() && host.contains('.') && !plain.contains(char::is_whitespace);
            whole.then_some(plain)
        }
        "handle" => {
            let place = platform_alike(platform);
            let handle = profile(&plain, &place).unwrap_or(&plain).trim_start_matches('@');
            let one = !handle.is_empty() && !handle.contains(char::is_whitespace) && !place.is_empty();
            one.then(|| format!("{place} {handle}"))
        }
        "address" => {
            let words: Vec<&str> =
                plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
            let numbered = words.iter().any(|word| word.chars().any(|c| c.is_ascii_digit()));
            (numbered && words.len() > 2).then(|| address_alike(&words))
        }
        _ => None,
    }?;
    Some(format!("{kind} {alike}"))
}

/// How a contact is written alike now, counted: whatever was written otherwise is written anew.
pub const WRITTEN: i32 = 1;

/// What well-known platforms are called for short, or by another name.
const PLATFORMS: [(&str, &str); 12] = [
    ("fb", "facebook"),
    ("ig", "instagram"),
    ("insta", "instagram"),
    ("playstation", "psn"),
    ("playstationnetwork", "psn"),
    ("snap", "snapchat"),
    ("t", "telegram"),
    ("wa", "whatsapp"),
    ("x", "twitter"),
    ("xtwitter", "twitter"),
    ("xboxlive", "xbox"),
    ("yt", "youtube"),
];

/// A platform as all ways to write it are.
fn platform_alike(platform: &str) -> String {
    let plain: String = platform.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    PLATFORMS.iter().find(|(short, _)| *short == plain).map_or(plain, |(_, long)| (*long).to_owned())
}

/// The handle in the address of a profile on a platform; none where it is no such address.
fn profile<'a>(plain: &'a str, place: &str) -> Option<&'a str> {
    let address = plain.split_once("://").map_or(plain, |(_, rest)| rest);
    let (host, path) = address.split_once('/')?;
    let host = host.strip_prefix("www.").or_else(|| host.strip_prefix("m.")).unwrap_or(host);
    let (name, _) = host.split_once('.')?;
    if platform_alike(name) != place {
        return None;
    }
    let path = path.split(['?', '#']).next()?;
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        // What has a file's name is a page of the platform, and what lies deeper is no profile.
        [handle] | ["add" | "u" | "user" | "users" | "c", handle] if !handle.ends_with(".php") => Some(*handle),
        _ => None,
    }
}

/// Words of addresses that are written out or for short.
const STREETS: [(&str, &str); 19] = [
    ("apartment", "flat"),
    ("apt", "flat"),
    ("av", "ave"),
    ("avenue", "ave"),
    ("close", "cl"),
    ("court", "ct"),
    ("crescent", "cres"),
    ("drive", "dr"),
    ("gardens", "gdns"),
    ("grove", "gr"),
    ("lane", "ln"),
    ("mount", "mt"),
    ("park", "pk"),
    ("place", "pl"),
    ("road", "rd"),
    ("saint", "st"),
    ("square", "sq"),
    ("street", "st"),
    ("terrace", "ter"),
];

/// A word of an address for short, where it is usually written so.
fn shortened(word: &str) -> &str {
    STREETS.iter().find(|(long, _)| *long == word).map_or(word, |(_, short)| *short)
}

/// The two halves of a postcode, run together; none where they are none.
fn postcode(outward: &str, inward: &str) -> Option<String> {
    let mut chars = inward.chars();
    let inside =
        chars.next().is_some_and(|c| c.is_ascii_digit()) && inward.len() == 3 && chars.all(|c| c.is_ascii_alphabetic());
    let letters = outward.chars().take_while(char::is_ascii_alphabetic).count();
    let rest = outward.get(letters..).unwrap_or_default();
    let outside = (1..=2).contains(&letters)
        && (1..=2).contains(&rest.len())
        && rest.starts_with(|c: char| c.is_ascii_digit())
        && rest.chars().all(|c| c.is_ascii_alphanumeric());
    (inside && outside).then(|| format!("{outward}{inward}"))
}

/// An address by its numbers and its postcode, where it has both: that tells one house, with the town or without, however its
/// street is written. Otherwise by its words.
fn address_alike(words: &[&str]) -> String {
    let mut rest: Vec<&str> = words.to_vec();
    let last = rest.last().copied().unwrap_or_default();
    let halves = last.len().checked_sub(3).filter(|at| last.is_char_boundary(*at)).map(|at| last.split_at(at));
    let mut code = halves.and_then(|(outward, inward)| postcode(outward, inward));
    if code.is_some() {
        rest.pop();
    } else if let [.., outward, inward] = rest.as_slice() {
        code = postcode(outward, inward);
        if code.is_some() {
            rest.truncate(rest.len() - 2);
        }
    }
    // A flat is told by a letter as well as by a number.
    let numbered = |word: &str| word.chars().any(|c| c.is_ascii_digit());
    let (mut tell, mut flat) = (Vec::new(), false);
    for word in rest.iter().copied() {
        if numbered(word) || (flat && word.chars().count() == 1) {
            tell.push(word);
        }
        flat = matches!(shortened(word), "flat" | "unit");
    }
    match code {
        Some(code) if tell.iter().any(|word| numbered(word)) => format!("{} {code}", tell.join(" ")),
        code => rest.iter().copied().map(shortened).chain(code.as_deref()).collect::<Vec<_>>().join(" "),
    }
}

/// What to enter for a contact of a kind.
pub fn fix(kind: &str) -> &'static str {
    match kind {
        "telephone" => "Enter a telephone number of 7 to 15 digits, such as 07700 900123",
        "email" => "Enter a whole e-mail address, such as name@example.org",
        "handle" => "Enter the handle without spaces, such as @name",
        "address" => "Enter the whole address with its number and postcode",
        _ => "Enter the contact",
    }
}

impl Case {
    /// Whether a contact of somebody in it may be marked: an alleged perpetrator who is on no roll.
    ///
    /// # Errors
    /// Says why not.
    pub fn may_mark(&self, id: &InvolvementId) -> Result<(), Refusal> {
        self.working()?;
        if self.adult() {
            return Err(Refusal::State(
                "contacts are not compared for a case on an adult: the designated officer sees several schools",
            ));
        }
        let part = self.involvements.iter().find(|part| part.id == *id);
        let part = part.ok_or(Refusal::Missing)?;
        if part.ended.is_some() || part.role != "alleged_perpetrator" || part.learner.is_some() {
            return Err(Refusal::Field(
                "involvement_id",
                "Select an alleged perpetrator who is on no roll of the school".to_owned(),
            ));
        }
        Ok(())
    }
}

impl MarkedContact {
    /// Ends the comparing.
    ///
    /// # Errors
    /// Where it ended before.
    pub fn end(&mut self, reason: &str, stamp: Stamp) -> Result<(), Refusal> {
        if self.ended.is_some() {
            return Err(Refusal::State("this contact is compared no more already"));
        }
        self.ended = Some(Said::new(reason, stamp));
        Ok(())
    }
}

impl ContactMatch {
    /// Says what was done about it, once.
    ///
    /// # Errors
    /// Where somebody did before.
    pub fn say(&mut self, note: &str, stamp: Stamp) -> Result<(), Refusal> {
        if self.note.is_some() {
            return Err(Refusal::State("somebody said what was done about this already"));
        }
        self.note = Some(Said::new(note, stamp));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_contacts_are_written_alike_and_others_are_not() {
        let same = |kind, a: (&str, &str), b: (&str, &str)| {
            let alike = written_alike(kind, a.0, a.1);
            assert!(alike.is_some() && alike == written_alike(kind, b.0, b.1), "{kind} {a:?} {b:?}");
        };
        same("telephone", ("", "07700 900123"), ("", "+44 (0)7700 900-123"));
        same("telephone", ("", "0044 7700 900123"), ("", "07700900123"));
        same("telephone", ("", "+353 20 912 3456"), ("", "00353 209123456"));
        same("email", ("", " A.B@Example.org"), ("", "a.b@example.org"));
        same("handle", ("Snap chat", "@Xy_9"), ("snapchat", "xy_9"));
        same("address", ("", "12a Mill Lane, ZZ1 1ZZ"), ("", "12A mill lane zz1 1zz"));
        same("handle", ("Snap", "darkfox"), ("Snapchat", "@DarkFox"));
        same("handle", ("Insta", "https://www.instagram.com/darkfox/?hl=en"), ("Instagram", "darkfox"));
        same("handle", ("Snapchat", "snapchat.com/add/darkfox"), ("snap", "darkfox"));
        same("handle", ("TikTok", "tiktok.com/@darkfox"), ("Tik Tok", "darkfox"));
        same("address", ("", "22 Mill Lane, Northport, ZZ4 1AA"), ("", "22 mill lane, ZZ41AA"));
        same("address", ("", "11 Mill Road, Northport"), ("", "11 mill rd northport"));
        same("address", ("", "Flat A, 11 High Street, ZZ1 2AB"), ("", "apartment a 11 High St zz12ab"));
        same("address", ("", "Flat 2, 11 High Street, ZZ1 2AB"), ("", "Apt 2 11 High St zz12ab"));
        for (one, other) in [
            ("11 Mill Road, ZZ1 1ZZ", "12 Mill Road, ZZ1 1ZZ"),
            ("11 Mill Road, ZZ1 1ZZ", "11 Mill Road, ZZ1 1ZY"),
            ("Flat 2, 11 Mill Road, ZZ1 1ZZ", "11 Mill Road, ZZ1 1ZZ"),
            ("11 Mill Road, Northport", "11 Mill Lane, Northport"),
            ("Flat A, 11 Mill Road, ZZ1 1ZZ", "Flat B, 11 Mill Road, ZZ1 1ZZ"),
        ] {
            assert_ne!(written_alike("address", "", one), written_alike("address", "", other), "{one} {other}");
        }
        let page = written_alike("handle", "Facebook", "facebook.com/profile.php?id=1");
        assert_ne!(page, written_alike("handle", "Facebook", "facebook.com/profile.php?id=2"), "no handle is in it");
        assert_ne!(written_alike("handle", "a", "x"), written_alike("handle", "b", "x"));
        for (kind, value) in [
            ("telephone", "12"),
            ("telephone", "call 07700 900123"),
            ("email", "a@b"),
            ("email", "a b@c.d"),
            ("handle", "@"),
            ("address", "Mill Lane"),
            ("fax", "1"),
        ] {
            assert_eq!(written_alike(kind, "p", value), None, "{kind} {value}");
        }
        assert_eq!(written_alike("handle", "", "x"), None);
    }
}
