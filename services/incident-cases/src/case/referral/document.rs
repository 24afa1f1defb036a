//! A referral as an agency outside the platform reads it: a JSON document that says everything in words, with a manifest of
//! digests that anybody can reckon anew, in the same layers as a child's file. `docs/package-format.md` describes it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    route::Filled,
    rules::{ADDRESS_MAX, NARRATIVE_MAX, PACKAGE_ENTRIES_MAX},
    transfer::{
        document::{Recipient, Sender, digest, moment, number, one_line, told},
        envelope::Format,
    },
};

/// Characters that a question may have.
const QUESTION_MAX: usize = 1_000;

/// A referral in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// `Format::FORMAT`.
    pub format: String,
    /// What the sender calls it: no two have the same.
    pub package_id: String,
    /// When it was sent, in UTC as RFC 3339 has it.
    pub sent_time: String,
    /// Who sends it.
    pub sender: Sender,
    /// The agency that it is for.
    pub recipient: Recipient,
    /// What it is.
    pub referral: About,
    /// What nobody can guess: without it no digest could be tried against a guess.
    pub nonce: String,
    /// The form as it was filled in.
    pub answers: Vec<Answer>,
    /// What all of it comes to: one line for whatever it is about, one for each answer.
    pub manifest: Vec<String>,
}

/// What a referral is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// What the route is called that it was made by.
    pub title: String,
    /// What the sending school calls the case.
    #[serde(default)]
    pub reference: String,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its place in the form, from 1.
    pub number: u32,
    /// The heading it stands under.
    #[serde(default)]
    pub group: String,
    /// What was asked.
    pub question: String,
    /// The answer; empty where none was given.
    pub answer: String,
}

/// What a document is made of.
pub struct Made<'a> {
    /// What the sender calls it.
    pub package_id: &'a str,
    /// When it was sent.
    pub at: OffsetDateTime,
    /// Who sends it.
    pub sender: Sender,
    /// The agency that it is for, and where it is sent.
    pub recipient: (&'a str, &'a str),
    /// What the route is called, and the case at the school.
    pub about: (&'a str, &'a str),
    /// What nobody can guess.
    pub nonce: &'a str,
    /// The form as it was filled in.
    pub answers: &'a [Filled],
}

impl Document {
    /// A referral, with its manifest.
    pub fn new(made: Made<'_>) -> Self {
        let ((name, address), (title, reference)) = (made.recipient, made.about);
        let answer = |(number, filled): (u32, &Filled)| Answer {
            number,
            group: filled.group.clone(),
            question: filled.label.clone(),
            answer: filled.value.clone(),
        };
        let mut document = Self {
            format: Self::FORMAT.to_owned(),
            package_id: made.package_id.to_owned(),
            sent_time: told(made.at),
            sender: made.sender,
            recipient: Recipient { name: name.to_owned(), address: address.to_owned(), ..Recipient::default() },
            referral: About { title: title.to_owned(), reference: reference.to_owned() },
            nonce: made.nonce.to_owned(),
            answers: (1..).zip(made.answers).map(answer).collect(),
            manifest: Vec::new(),
        };
        document.manifest = document.reckoned();
        document
    }

    /// The number by which school and agency tell on the telephone that they have the same file.
    pub fn number(&self) -> String {
        number(&self.manifest)
    }
}

impl Format for Document {
    const TYP: &'static str = "safeguarding-referral+jws";
    const FORMAT: &'static str = "safeguarding-referral/1";

    fn wrong(&self) -> Option<String> {
        let (from, to, about) = (&self.sender, &self.recipient, &self.referral);
        let lines = [
            ("package_id", &self.package_id),
            ("nonce", &self.nonce),
            ("sender.name", &from.name),
            ("sender.urn", &from.urn),
            ("sender.contact", &from.contact),
            ("sender.sent_by", &from.sent_by),
            ("recipient.name", &to.name),
            ("recipient.urn", &to.urn),
            ("recipient.contact", &to.contact),
            ("referral.title", &about.title),
            ("referral.reference", &about.reference),
        ];
        let wrong = lines.into_iter().find(|(_, text)| !one_line(text)).map(|(place, _)| place.to_owned());
        let wrong = wrong.or_else(|| {
            let named = [("package_id", &self.package_id), ("sender.name", &from.name), ("recipient.name", &to.name)];
            named.into_iter().find(|(_, text)| text.trim().is_empty()).map(|(place, _)| place.to_owned())
        });
        let wrong =
            wrong.or_else(|| (to.address.chars().count() > ADDRESS_MAX).then(|| "recipient.address".to_owned()));
        let wrong = wrong.or_else(|| moment(&self.sent_time).is_none().then(|| "sent_time".to_owned()));
        let many = self.answers.is_empty() || self.answers.len() > PACKAGE_ENTRIES_MAX;
        let wrong = wrong.or_else(|| many.then(|| "answers".to_owned()));
        wrong.or_else(|| {
            let bad = |one: &Answer| {
                !one_line(&one.group)
                    || one.question.chars().count() > QUESTION_MAX
                    || one.answer.chars().count() > NARRATIVE_MAX
            };
            let place = self.answers.iter().position(bad)?;
            Some(format!("answers[{place}]"))
        })
    }

    fn manifest(&self) -> &[String] {
        &self.manifest
    }

    fn reckoned(&self) -> Vec<String> {
        let (from, to, about) = (&self.sender, &self.recipient, &self.referral);
        let nonce = self.nonce.as_str();
        let mut lines = vec![
            self.format.clone(),
            format!("package {}", self.package_id),
            format!("sent {}", self.sent_time),
            format!("sender {}", from.digest(nonce)),
            format!("recipient {}", to.digest(nonce)),
            format!("referral {}", digest([nonce, &about.title, &about.reference])),
        ];
        lines.extend(self.answers.iter().map(|one| {
            let number = one.number.to_string();
            let said = digest([nonce, &number, &one.group, &one.question, &one.answer]);
            format!("answer {number} {said}")
        }));
        lines
    }
}

#[cfg(test)]
mod tests {
    use chassis::jose::jwe::{Chance, seal};
    use ed25519_dalek::SigningKey;
    use time::macros::datetime;

    use super::*;
    use crate::transfer::{
        document as file,
        envelope::{CTY, Refused, open, read, signed},
    };

    /// The passphrase of the examples that other products can try.
    const PASSPHRASE: &str = "7KQ2-M9XR-4TBD-0HJW-5ZPE";

    /// The referral of the example in `docs/package-format.md`.
    fn example() -> Document {
        let filled = |group: &str, label: &str, value: &str| Filled {
            key: String::new(),
            group: group.to_owned(),
            label: label.to_owned(),
            value: value.to_owned(),
        };
        let worry = "Ann said that she is alone at night.\n“Most nights,” she said.";
        Document::new(Made {
            package_id: "ref_01ke0000000000000000000000",
            at: datetime!(2026-11-24 10:00 UTC),
            sender: Sender {
                name: "Fieldgate School".into(),
                urn: "999001".into(),
                contact: "Ms Ali, 01632 960001".into(),
                sent_by: "Ms Ali".into(),
            },
            recipient: ("Elmshire front door", "door@elmshire.example"),
            about: ("Children’s services front door", "2026-001"),
            nonce: "6e6f7468696e672063616e206265206775657373656420",
            answers: &[
                filled("The child", "Who is it about?", "Ann Oak, born 27 March 2014"),
                filled("The worry", "What are you worried about?", worry),
                filled("The worry", "Is the child in danger now?", "not_known"),
                filled("The worry", "What else is known?", ""),
            ],
        })
    }

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    #[test]
    fn the_example_for_other_products_is_what_is_written_and_read_here() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let kept = std::fs::read_to_string(format!("{root}/docs/examples/packages/referral.jwe")).unwrap_or_default();
        let text = signed(&example(), &key()).unwrap_or_default();
        let made = seal(text.as_bytes(), CTY, PASSPHRASE, Chance::for_an_example()).unwrap_or_default();
        assert_eq!(kept.trim(), made, "the file is written otherwise");
        let opened = open::<Document>(kept.as_bytes(), &PASSPHRASE.to_lowercase());
        assert_eq!(opened.as_ref().map(|opened| &opened.document), Ok(&example()));
        let described = std::fs::read_to_string(format!("{root}/docs/package-format.md")).unwrap_or_default();
        let number = example().number();
        for said in [number.as_str(), &example().manifest.join("\n")] {
            assert!(described.contains(said), "docs/package-format.md does not say:\n{said}");
        }
        assert!(matches!(read::<file::Document>(&text), Err(Refused::NoPackage)), "it is no child's file");
    }

    #[test]
    fn what_a_stranger_signs_is_held_against_the_format() {
        let resigned = |change: &dyn Fn(&mut Document), reckoned: bool| {
            let mut document = example();
            change(&mut document);
            if reckoned {
                document.manifest = document.reckoned();
            }
            let text = signed(&document, &key()).map_err(|_| Refused::NoPackage);
            text.and_then(|text| read::<Document>(&text)).err()
        };
        let place = |place: &str| Some(Refused::Place(place.to_owned()));
        assert_eq!(resigned(&|_| {}, true), None);
        assert_eq!(resigned(&|one| one.answers[1].answer.push('!'), false), Some(Refused::Altered));
        let image = "data:image/png;base64,iVBORw0KGgo=";
        assert_eq!(resigned(&|one| one.answers[1].answer = image.into(), true), place("answers[1].answer"), "G-IMAGE");
        assert_eq!(resigned(&|one| one.sender.contact = "Ms\nAli".into(), true), place("sender.contact"));
        assert_eq!(resigned(&|one| one.answers.clear(), true), place("answers"));
        assert_eq!(resigned(&|one| one.sent_time = "yesterday".into(), true), place("sent_time"));
        assert_eq!(resigned(&|one| one.answers[0].answer = "a ".repeat(NARRATIVE_MAX), true), place("answers[0]"));
    }
}
