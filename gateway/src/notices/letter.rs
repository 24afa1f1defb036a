//! What a mail says: the school's name, what waits, a link, and how to have less of it. Nobody else's name, no word that
//! somebody wrote, and no kind of incident. Its id follows from the notice, so that one sent twice is known as the same.

use std::collections::BTreeMap;

use chassis::error::{Error, Result};
use lettre::{
    Message,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use time::OffsetDateTime;

/// One thing that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Where: a school's name, or the authority's.
    pub place: String,
    /// What.
    pub title: String,
    /// The path of its page.
    pub link: String,
}

/// What is the same in all mail.
#[derive(Debug, Clone)]
pub struct Letterhead {
    /// The authority's name.
    pub authority: String,
    /// What links begin with, such as `https://safety.example.org`.
    pub address: String,
    /// Whom mail is from.
    pub from: Mailbox,
}

/// Subject and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl Letterhead {
    /// What tells of things that wait.
    pub fn notice(&self, waiting: &[Waiting]) -> Letter {
        match waiting {
            [one] => self.letter(
                format!("{} - {}", one.title, one.place),
                &format!(
                    "{}\r\n\r\n{}.\r\n\r\nSee it here, after signing in:\r\n{}",
                    one.place,
                    one.title,
                    self.to(&one.link)
                ),
            ),
            many => {
                let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
                for one in many {
                    *counts.entry(&one.place).or_default().entry(&one.title).or_default() += 1;
                }
                let mut lines = Vec::new();
                for (place, titles) in counts {
                    lines.push(place.to_owned());
                    lines.extend(titles.into_iter().map(|(title, count)| format!("- {title}: {count}")));
                    lines.push(String::new());
                }
                let body = format!("{}\r\nSee them here, after signing in:\r\n{}", lines.join("\r\n"), self.to("/"));
                self.letter(format!("{} things are waiting for you", many.len()), &body)
            }
        }
    }

    /// What carries the link that confirms an address.
    pub fn confirmation(&self, link: &str) -> Letter {
        let body = format!(
            "Somebody who signs in to {}'s online safety service asked to be told at this address when something waits \
             for them. If that was you, open this link within 24 hours and sign in:\r\n{}\r\n\r\nIf it was not you, do \
             nothing: no more mail comes.",
            self.authority,
            self.to(link)
        );
        Letter { subject: "Confirm where you are told".to_owned(), text: format!("{body}\r\n") }
    }

    fn letter(&self, subject: String, body: &str) -> Letter {
        let text = format!(
            "{body}\r\n\r\nThis mail names nobody on purpose. Nobody reads answers to it.\r\nTo have less of it, at other \
             hours or none: {}\r\n{}\r\n",
            self.to("/notices"),
            self.authority
        );
        Letter { subject: plain(&subject), text }
    }

    fn to(&self, path: &str) -> String {
        format!("{}{path}", self.address.trim_end_matches('/'))
    }

    /// The mail itself.
    ///
    /// # Errors
    /// `Internal` where the address is none.
    pub fn mail(&self, letter: &Letter, email: &str, id: &str, now: OffsetDateTime) -> Result<Message> {
        let to: lettre::Address = email.parse().map_err(|_| Error::internal("a kept address is none"))?;
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&letter.subject)
            .date(now.into())
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(Error::internal)
    }
}

/// A subject on one line.
fn plain(subject: &str) -> String {
    subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Letterhead {
        Letterhead {
            authority: "Northshire Council".into(),
            address: "https://safety.example.org/".into(),
            from: Mailbox::new(None, "safety@example.org".parse().unwrap_or_else(|_| unreachable!())),
        }
    }

    fn waiting(place: &str, title: &str) -> Waiting {
        Waiting { place: place.into(), title: title.into(), link: "/schools/sch_1/concerns/con_1".into() }
    }

    #[test]
    fn one_thing_is_told_by_its_link_and_several_by_their_number() {
        let one = head().notice(&[waiting("Thistledown Grange School", "A concern is waiting to be read")]);
        assert_eq!(one.subject, "A concern is waiting to be read - Thistledown Grange School");
        assert!(one.text.contains("\r\nhttps://safety.example.org/schools/sch_1/concerns/con_1\r\n"), "{}", one.text);
        assert!(one.text.contains("https://safety.example.org/notices"), "{}", one.text);
        let both = [waiting("A School", "A"), waiting("B School", "B"), waiting("A School", "A")];
        let many = head().notice(&both);
        assert_eq!(many.subject, "3 things are waiting for you");
        assert!(many.text.starts_with("A School\r\n- A: 2\r\n\r\nB School\r\n- B: 1\r\n"), "{}", many.text);
        assert!(!many.text.contains("con_1"), "{}", many.text);
    }

    #[test]
    fn the_mail_says_that_a_program_sent_it_and_is_the_same_when_sent_again() -> Result<()> {
        let now = time::macros::datetime!(2026-11-24 09:00 UTC);
        let letter = head().notice(&[waiting("A\r\nBcc: x@example.org", "A")]);
        let mail = head().mail(&letter, "r@example.org", "ntc_1", now)?.formatted();
        let text = String::from_utf8_lossy(&mail).into_owned();
        let (headers, _) = text.split_once("\r\n\r\n").unwrap_or_default();
        for line in [
            "Message-ID: <ntc_1@example.org>",
            "Auto-Submitted: auto-generated",
            "Date: Tue, 24 Nov 2026 09:00:00 +0000",
            "To: r@example.org",
            "From: safety@example.org",
        ] {
            assert!(headers.lines().any(|l| l == line), "{line} in {headers}");
        }
        assert!(!headers.lines().any(|line| line.starts_with("Bcc")), "{headers}");
        assert_eq!(head().mail(&letter, "r@example.org", "ntc_1", now)?.formatted(), mail);
        Ok(())
    }
}
