//! Files that leave the school encrypted: the passphrase is on the page that answers and nowhere else, and the file is
//! saved from there.

use axum::response::IntoResponse as _;
use chassis::error::Error;
use http::header;
use serde::Serialize;

use super::{
    posted::Posted,
    visit::{Answer, Visit},
};
use crate::pages::{
    Page,
    form::{Field, Form},
    part::{Head, Link, Row},
    words::Codes,
};

const LEAVES: Codes = &[("yes", "Yes: encrypt it under a passphrase"), ("no", "No: it stays here, or leaves on paper")];

/// What is asked of a file that may leave.
pub fn question() -> Field {
    Field::radios("encrypt", "Does the file leave the school?", LEAVES)
        .hint("Whatever is sent online or taken off site must be encrypted.")
}

/// An encrypted file, as its service made it.
pub struct Made {
    /// It.
    pub content: Vec<u8>,
    /// What it may be called.
    pub file_name: String,
    /// What opens it.
    pub passphrase: String,
}

/// The page that holds the file and its passphrase.
#[derive(Debug, Serialize)]
pub struct EncryptedPage {
    head: Head,
    passphrase: String,
    steps: Vec<&'static str>,
    rows: Vec<Row>,
    form: Form,
    /// Where it goes on.
    on: Link,
}

/// What to do with any such file.
pub const STEPS: [&str; 2] = [
    "Save the file, and send or take it where it is to go. Without the passphrase nobody can open it.",
    "Tell whoever is to read it the passphrase on the telephone, on a number that you know to be theirs. Never send it, and least of all with the file.",
];

impl EncryptedPage {
    /// The page of a file; `on` is where it goes on.
    pub fn new(visit: &Visit, head: Head, made: &Made, on: Link) -> Self {
        Self::of(visit.form(visit.at("/encrypted-file"), "Save the file", Vec::new()), head, made, on)
    }

    fn of(form: Form, head: Head, made: &Made, on: Link) -> Self {
        let content = String::from_utf8_lossy(&made.content).into_owned();
        Self {
            head,
            passphrase: made.passphrase.clone(),
            steps: STEPS.to_vec(),
            rows: Vec::new(),
            form: form.carrying("content", content).carrying("file_name", made.file_name.clone()),
            on,
        }
    }

    /// With more to do, and what it needs.
    #[must_use]
    pub fn then(mut self, steps: &[&'static str], rows: Vec<Row>) -> Self {
        self.steps.extend(steps);
        Self { rows, ..self }
    }
}

impl Page for EncryptedPage {
    const TEMPLATE: &'static str = "encrypted.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let made = Made {
            content: b"a.b.c.d.e".to_vec(),
            file_name: "child-protection-file-abc123.jwe".into(),
            passphrase: "7KQ2-M9XR-4TBD-0HJW-5ZPE".into(),
        };
        let page = || {
            let form = Form::new("/schools/sch_1/encrypted-file", "Save the file", "1".into(), Vec::new());
            let head = Head::new("The file is ready", vec![Link::new("Home", "/")]).of("Elm <Academy>");
            Self::of(form, head, &made, Link::new("Go on", "/schools/sch_1"))
        };
        vec![page(), page().then(&["Read it out."], vec![Row::new("Fingerprint", "3f1a 09bc <77de>")])]
    }
}

/// Hands the file on that the page holds: what is encrypted comes back as a file, and was kept nowhere in between.
pub async fn save(posted: Posted) -> Answer {
    let Posted { answers, .. } = posted;
    let content = answers.raw("content");
    let part = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if content.split('.').count() != 5 || !content.split('.').all(part) {
        return Err(Error::invalid("content", "Make the file again, and save it from that page").into());
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let name: String = answers.text("file_name").chars().filter(|c| plain(*c)).collect();
    let name = if name.is_empty() { "file.jwe".to_owned() } else { name };
    let headers = [
        (header::CONTENT_TYPE, "application/jose".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, content).into_response())
}
