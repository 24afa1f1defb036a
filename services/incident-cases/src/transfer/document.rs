//! A child's file as a school outside the platform reads it: a JSON document that says everything in words, with a
//! manifest of digests that anybody can reckon anew. `docs/package-format.md` describes it for other products; what is
//! written here is what stands there.

use std::collections::BTreeMap;

use chassis::id::SchoolId;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

use super::{Outside, contents::Entry, envelope::Format};
use crate::{
    learner::Record,
    rules::{ADDRESS_MAX, NAME_MAX, PACKAGE_ENTRIES_MAX, PACKAGE_TEXT_MAX},
};

/// Characters that turn the direction of what follows.
const TURNS: [char; 9] =
    ['\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'];
/// The most of what is listed beside the entries.
const LISTED_MAX: usize = 100;

/// A child's file in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// `Format::FORMAT`.
    pub format: String,
    /// What the sender calls this package: no two have the same.
    pub package_id: String,
    /// When it was sent, in UTC as RFC 3339 has it.
    pub sent_time: String,
    /// Who sends it.
    pub sender: Sender,
    /// The school that it is for.
    pub recipient: Recipient,
    /// The child, as the sending school's roll has them.
    pub child: Child,
    /// What nobody can guess: without it no digest could be tried against a guess.
    pub nonce: String,
    /// The entries, in the order they happened.
    pub entries: Vec<Item>,
    /// How many entries do not go, by why.
    pub left_out: Vec<LeftOut>,
    /// What all of it comes to: one line for whatever it is about, one for each entry.
    pub manifest: Vec<String>,
}

/// Who sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// The school's name.
    pub name: String,
    /// Its unique reference number; empty where it has none.
    #[serde(default)]
    pub urn: String,
    /// Whom to ring there.
    pub contact: String,
    /// Who sent it, by name.
    pub sent_by: String,
}

/// The school that it is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Its name.
    pub name: String,
    /// Its unique reference number; empty where it has none or it is not known.
    #[serde(default)]
    pub urn: String,
    /// Its address.
    #[serde(default)]
    pub address: String,
    /// Who there is to have it.
    #[serde(default)]
    pub contact: String,
}

/// The child.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// Given names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// What they are called; empty where that is the same.
    #[serde(default)]
    pub known_as: String,
    /// `2014-03-27`; empty where it is not known.
    #[serde(default)]
    pub birth_date: String,
    /// The year group.
    #[serde(default)]
    pub year_group: String,
    /// The pupil number; empty where it is not known.
    #[serde(default)]
    pub upn: String,
    /// What makes them more vulnerable, by code.
    #[serde(default)]
    pub flags: Vec<String>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its place, from 1.
    pub number: u32,
    /// What it is.
    pub kind: String,
    /// The case or concern it belongs to, as its school calls it.
    pub record: String,
    /// When it happened, in UTC as RFC 3339 has it.
    pub time: String,
    /// What it says.
    pub text: String,
    /// Whether anything was taken out.
    #[serde(default)]
    pub redacted: bool,
    /// The school whose record it is, by name, where that is another than the sending one.
    #[serde(default)]
    pub origin: String,
}

/// How many entries do not go, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// `another_person`, `material`, `other_school`, or what another product calls it.
    pub why: String,
    /// How many.
    pub count: u32,
}

/// The SHA-256 of some texts: each with its length in bytes and a colon before it, so that no two lists are one text.
pub fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(format!("{}:", text.len()));
        hash.update(text);
    }
    hex::encode(hash.finalize())
}

/// A moment as documents have it.
pub(crate) fn told(at: OffsetDateTime) -> String {
    at.to_offset(time::UtcOffset::UTC).format(&Rfc3339).unwrap_or_default()
}

/// A moment of a document.
pub(crate) fn moment(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

/// The number by which people tell on the telephone that they have the same file: the SHA-256 of its manifest, each line with
/// a line feed behind it.
pub(crate) fn number(manifest: &[String]) -> String {
    let lines: String = manifest.iter().map(|line| format!("{line}\n")).collect();
    hex::encode(Sha256::digest(lines.as_bytes()))
}

/// Whether a text is short and on one line: what is read out by telephone must not be led by a line that a stranger wrote.
pub(crate) fn one_line(text: &str) -> bool {
    text.chars().count() <= NAME_MAX && !text.chars().any(|c| c.is_control() || TURNS.contains(&c))
}

impl Sender {
    /// What it comes to in a manifest.
    pub(crate) fn digest(&self, nonce: &str) -> String {
        digest([nonce, &self.name, &self.urn, &self.contact, &self.sent_by])
    }
}

impl Recipient {
    /// What it comes to in a manifest.
    pub(crate) fn digest(&self, nonce: &str) -> String {
        digest([nonce, &self.name, &self.urn, &self.address, &self.contact])
    }
}

impl Item {
    fn digest(&self, nonce: &str) -> String {
        let redacted = if self.redacted { "redacted" } else { "" };
        let number = self.number.to_string();
        digest([nonce, &number, &self.kind, &self.record, &self.origin, &self.time, redacted, &self.text])
    }
}

/// What a document is made of.
pub struct Made<'a> {
    /// What the sender calls it.
    pub package_id: &'a str,
    /// When it is sent.
    pub at: OffsetDateTime,
    /// Who sends it.
    pub sender: Sender,
    /// The school that it is for.
    pub recipient: &'a Outside,
    /// The child.
    pub child: &'a Record,
    /// What nobody can guess.
    pub nonce: String,
    /// The entries, their schools by name.
    pub entries: &'a [Entry],
    /// How many do not go.
    pub left_out: &'a BTreeMap<String, u32>,
}

impl Document {
    /// A child's file, with its manifest.
    pub fn new(made: Made<'_>) -> Self {
        let item = |entry: &Entry| Item {
            number: entry.number,
            kind: entry.kind.clone(),
            record: entry.record.clone(),
            time: told(entry.at),
            text: entry.text.clone(),
            redacted: entry.redacted,
            origin: entry.origin.clone(),
        };
        let (to, child) = (made.recipient, made.child);
        let mut document = Self {
            format: Self::FORMAT.to_owned(),
            package_id: made.package_id.to_owned(),
            sent_time: told(made.at),
            sender: made.sender,
            recipient: Recipient {
                name: to.name.clone(),
                urn: to.urn.clone(),
                address: to.address.clone(),
                contact: to.contact.clone(),
            },
            child: Child {
                given_name: child.given_name.clone(),
                family_name: child.family_name.clone(),
                known_as: child.known_as.clone(),
                birth_date: child.birth_date.map(|day| day.to_string()).unwrap_or_default(),
                year_group: child.year_group.clone(),
                upn: child.upn.clone(),
                flags: child.flags.clone(),
            },
            nonce: made.nonce,
            entries: made.entries.iter().map(item).collect(),
            left_out: made.left_out.iter().map(|(why, count)| LeftOut { why: why.clone(), count: *count }).collect(),
            manifest: Vec::new(),
        };
        document.manifest = document.reckoned();
        document
    }

    /// The number by which two schools tell on the telephone that they have the same file.
    pub fn digest(&self) -> String {
        number(&self.manifest)
    }

    /// The digests of the entries, as the manifest has them.
    pub fn entry_digests(&self) -> Vec<String> {
        self.entries.iter().map(|item| item.digest(&self.nonce)).collect()
    }

    fn born(&self) -> Result<Option<Date>, ()> {
        match self.child.birth_date.as_str() {
            "" => Ok(None),
            day => Date::parse(day, format_description!("[year]-[month]-[day]")).map(Some).map_err(|_| ()),
        }
    }

    /// The child as a roll has them.
    pub fn record(&self) -> Record {
        let child = &self.child;
        Record {
            given_name: child.given_name.clone(),
            family_name: child.family_name.clone(),
            known_as: child.known_as.clone(),
            birth_date: self.born().ok().flatten(),
            year_group: child.year_group.clone(),
            upn: child.upn.clone(),
            flags: child.flags.clone(),
            // Those of the school that sent the file say nothing here.
            user_names: Vec::new(),
        }
    }

    /// The entries as they are kept; those of the sending school under no name.
    pub fn items(&self) -> Vec<Entry> {
        let entry = |item: &Item| Entry {
            number: item.number,
            kind: item.kind.clone(),
            record: item.record.clone(),
            at: moment(&item.time).unwrap_or(OffsetDateTime::UNIX_EPOCH),
            text: item.text.clone(),
            redacted: item.redacted,
            origin: item.origin.clone(),
            source: String::new(),
        };
        self.entries.iter().map(entry).collect()
    }

    /// When it was sent.
    pub fn sent_at(&self) -> OffsetDateTime {
        moment(&self.sent_time).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// Whether it is for a school of this name and reference number. The number decides where both have one: names are
    /// written in many ways.
    pub fn is_for(&self, name: &str, urn: &str) -> bool {
        let to = &self.recipient;
        match (to.urn.trim(), urn.trim()) {
            ("", _) | (_, "") => crate::learner::search::words(&to.name) == crate::learner::search::words(name),
            (theirs, ours) => theirs == ours,
        }
    }
}

impl Format for Document {
    const TYP: &'static str = "child-protection-file+jws";
    const FORMAT: &'static str = "child-protection-file/1";

    fn wrong(&self) -> Option<String> {
        let short = one_line;
        // Ids of this platform mean nothing in words, and would pass for its own schools.
        let foreign = |text: &str| short(text) && text.parse::<SchoolId>().is_err();
        let (from, to, child) = (&self.sender, &self.recipient, &self.child);
        let shorts = [
            ("package_id", &self.package_id),
            ("nonce", &self.nonce),
            ("sender.name", &from.name),
            ("sender.urn", &from.urn),
            ("sender.contact", &from.contact),
            ("sender.sent_by", &from.sent_by),
            ("recipient.name", &to.name),
            ("recipient.urn", &to.urn),
            ("recipient.contact", &to.contact),
            ("child.given_name", &child.given_name),
            ("child.family_name", &child.family_name),
            ("child.known_as", &child.known_as),
            ("child.year_group", &child.year_group),
            ("child.upn", &child.upn),
        ];
        let known = |text: &str| !text.trim().is_empty();
        let wrong = shorts.into_iter().find(|(_, text)| !short(text)).map(|(place, _)| place.to_owned());
        let wrong = wrong.or_else(|| {
            [("package_id", &self.package_id), ("sender.name", &from.name), ("recipient.name", &to.name)]
                .into_iter()
                .find(|(_, text)| !known(text))
                .map(|(place, _)| place.to_owned())
        });
        let wrong = wrong.or_else(|| (!foreign(&from.name)).then(|| "sender.name".to_owned()));
        let wrong = wrong.or_else(|| {
            let address = to.address.chars().count() > ADDRESS_MAX;
            address.then(|| "recipient.address".to_owned())
        });
        let wrong = wrong.or_else(|| {
            let flags = child.flags.len() > LISTED_MAX || !child.flags.iter().all(|flag| short(flag));
            flags.then(|| "child.flags".to_owned())
        });
        let wrong = wrong.or_else(|| {
            let left_out = self.left_out.len() > LISTED_MAX || !self.left_out.iter().all(|left| short(&left.why));
            left_out.then(|| "left_out".to_owned())
        });
        let wrong = wrong.or_else(|| moment(&self.sent_time).is_none().then(|| "sent_time".to_owned()));
        let wrong =
            wrong.or_else(|| (!short(&child.birth_date) || self.born().is_err()).then(|| "child.birth_date".into()));
        let wrong = wrong.or_else(|| {
            let many = self.entries.is_empty() || self.entries.len() > PACKAGE_ENTRIES_MAX;
            many.then(|| "entries".to_owned())
        });
        wrong.or_else(|| {
            let bad = |item: &Item| {
                !short(&item.kind)
                    || !short(&item.record)
                    || !foreign(&item.origin)
                    || moment(&item.time).is_none()
                    || item.text.chars().count() > PACKAGE_TEXT_MAX
            };
            let place = self.entries.iter().position(bad)?;
            Some(format!("entries[{place}]"))
        })
    }

    fn manifest(&self) -> &[String] {
        &self.manifest
    }

    fn reckoned(&self) -> Vec<String> {
        let (from, to, child) = (&self.sender, &self.recipient, &self.child);
        let nonce = self.nonce.as_str();
        let flags = child.flags.join(" ");
        let who = [
            nonce,
            &child.given_name,
            &child.family_name,
            &child.known_as,
            &child.birth_date,
            &child.year_group,
            &child.upn,
            &flags,
        ];
        let mut lines = vec![
            self.format.clone(),
            format!("package {}", self.package_id),
            format!("sent {}", self.sent_time),
            format!("sender {}", from.digest(nonce)),
            format!("recipient {}", to.digest(nonce)),
            format!("child {}", digest(who)),
        ];
        lines.extend(self.left_out.iter().map(|left| format!("without {} {}", left.count, left.why)));
        lines.extend(self.entries.iter().map(|item| format!("entry {} {}", item.number, item.digest(nonce))));
        lines
    }
}
