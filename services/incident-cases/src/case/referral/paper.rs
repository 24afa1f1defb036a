//! A draft or a referral on paper: what the agency gets, and what the school keeps of it.

use ::paper::{Block, Paper, Status, Table, Text};
use time::OffsetDateTime;

use super::{Draft, Referral};
use crate::{
    case::{
        Case,
        print::paper::{day, moment},
    },
    route::{self, Filled},
};

/// What is printed of a referral.
#[derive(Debug, Clone, Copy)]
pub enum Sheet<'a> {
    /// It is being written.
    Draft(&'a Draft),
    /// It was sent.
    Sent(&'a Referral),
}

/// An answer as people read it: a day of the form is one in words.
pub(crate) fn said(value: &str) -> String {
    match value {
        "" => "No answer".to_owned(),
        "yes" => "Yes".to_owned(),
        "no" => "No".to_owned(),
        "not_known" => "Not known".to_owned(),
        words => route::day(words).map_or_else(|| words.to_owned(), day),
    }
}

/// A means by which a referral is sent, as a reader outside the platform says it.
fn means_in_words(means: &str) -> &str {
    match means {
        "portal" => "Into the inbox of the authority\u{2019}s desk",
        "package" => "As a signed, encrypted file",
        "telephone" => "By telephone",
        "web" => "By the agency\u{2019}s own form on the web",
        "printed" => "On paper",
        "secure_mail" => "By secure e-mail",
        other => other,
    }
}

fn table(caption: &str, rows: Vec<(String, String)>) -> Block {
    let cell = |text: &str| text.lines().map(Text::plain).collect::<Vec<_>>();
    let rows = rows.into_iter().map(|(name, value)| vec![cell(&name), cell(&value)]).collect();
    Block::Table(Table { caption: caption.to_owned(), columns: Vec::new(), rows })
}

/// The document.
pub fn paper(case: &Case, sheet: Sheet<'_>, school: &str, now: OffsetDateTime) -> Paper {
    let (title, to, answers, id) = match sheet {
        Sheet::Draft(draft) => {
            let to = draft.agencies.iter().find(|contact| contact.key == draft.agency);
            let to = to.map_or_else(String::new, |contact| contact.name.clone());
            (draft.route.title.clone(), to, draft.route.filled(&draft.answers), draft.id.to_string())
        }
        Sheet::Sent(referral) => {
            let form = referral.form.as_ref();
            let title = form.map_or_else(|| "Referral".to_owned(), |form| form.title.clone());
            let answers = form.map(|form| form.answers.clone()).unwrap_or_default();
            (title, referral.agency_name.clone(), answers, referral.id.to_string())
        }
    };
    let mut rows = vec![("To".to_owned(), to), ("Our reference".to_owned(), case.reference.clone())];
    if let Sheet::Sent(Referral { reference, .. }) = sheet {
        let theirs = if reference.is_empty() { "None yet" } else { reference };
        rows.push(("Their reference".to_owned(), theirs.to_owned()));
    }
    let mut blocks = vec![table("This referral", rows)];
    let mut groups: Vec<&str> = Vec::new();
    for filled in &answers {
        if !groups.contains(&filled.group.as_str()) {
            groups.push(&filled.group);
        }
    }
    for (place, group) in groups.iter().enumerate() {
        blocks.push(Block::Heading { level: 1, id: format!("g{}", place + 1), text: Text::plain(group) });
        let of = answers.iter().filter(|filled| filled.group == **group);
        let rows = of.map(|Filled { label, value, .. }| (label.clone(), said(value))).collect();
        blocks.push(table(group, rows));
    }
    if let Sheet::Sent(Referral { form: Some(form), package, .. }) = sheet {
        blocks.push(Block::Heading { level: 1, id: "sent".to_owned(), text: Text::plain("How it was sent") });
        let mut rows = vec![
            ("Sent", moment(form.sent_at)),
            ("How", means_in_words(&form.means).to_owned()),
            ("Where to", form.recipient.clone()),
            ("Proof", form.proof.clone()),
            ("SHA-256 of what was sent", form.digest.clone()),
        ];
        if let Some(package) = package {
            rows.push(("Fingerprint of the key", package.fingerprint.clone()));
        }
        let rows = rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        blocks.push(table("How it was sent", rows));
    }
    let (word, meaning) = match sheet {
        Sheet::Draft(_) => ("DRAFT", "not sent; for the agency named here alone"),
        Sheet::Sent(_) => ("CONFIDENTIAL", "for the agency named here alone"),
    };
    Paper {
        title,
        owner: school.to_owned(),
        edition: format!("Printed {}, {id}", moment(now)),
        status: Some(Status { word: word.to_owned(), meaning: meaning.to_owned() }),
        dated: now,
        identity: id,
        blocks,
    }
}
