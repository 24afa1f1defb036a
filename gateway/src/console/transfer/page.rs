//! One transfer as a page: where it stands, what may be done, and the proof.

use proto::incident_cases::v1::{Transfer, TransferBlackening};
use serde::Serialize;

use super::{MEANS, STATES, called, due, read_out, to_send, waits_here};
use crate::{
    console::case::page::Event,
    pages::{
        Page,
        part::{Head, Link, Row},
        words::{self, Codes},
    },
};

/// Why a file came back, or none went.
const ENDS: Codes = &[
    ("wrong_school", "The child does not come to this school"),
    ("wrong_child", "It is another child’s file"),
    ("sent_in_error", "It was sent in error"),
    ("withdrawn", "The school that sends it took it back, or recorded that none goes"),
    ("back_on_roll", "The child is back on the roll"),
    ("sent_along", "It went along with another sending"),
    ("nothing_owed", "Nothing was left to be sent"),
];

/// By which half of the rule.
const RULES: Codes = &[
    ("in_year", "Within 5 days: the child moved during the year"),
    ("new_term", "Within the first 5 days of the new term"),
];

/// One transfer.
#[derive(Debug, Serialize)]
pub struct TransferPage {
    head: Head,
    rows: Vec<Row>,
    acts: Vec<Link>,
    /// What both schools keep to prove it.
    proof: Vec<Row>,
    advances: Vec<Event>,
    /// What to know now.
    note: String,
}

impl Page for TransferPage {
    const TEMPLATE: &'static str = "transfer.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let at = |path: &str| format!("/schools/sch_1{path}");
        let page = |one: &Transfer, shares| {
            Self::new(one, ("Harrowmere <High> School", "Oak <School>"), shares, &at, Vec::new())
        };
        let all = [
            super::example::due(),
            Transfer { rest: true, ..super::example::due() },
            Transfer { later: true, ..super::example::due() },
            super::example::incoming(),
            super::example::sent(),
            super::example::received(),
            super::example::received_here(),
            super::example::returned(),
            super::example::sent_outside(),
            super::example::confirmed_outside(),
            super::example::taken_in(),
        ];
        all.iter().map(|one| page(one, true)).chain([page(&super::example::incoming(), false)]).collect()
    }
}

/// How names were dealt with, in words.
fn blackened(done: &TransferBlackening) -> Row {
    let number = |count: i32| u64::try_from(count).unwrap_or_default();
    let names = words::counted(number(done.names), "name", "names");
    let other = words::counted(number(done.words), "other passage", "other passages");
    let mut said = format!("{names} of other children of your school and {other} blacked out");
    for kept in &done.kept {
        said.push_str(&format!("\nKept: {}. {}", kept.text, kept.reason));
    }
    Row::new("Names", said)
}

impl TransferPage {
    /// The page of a transfer with a school; `expected` has the child on its list, and is empty where none is known to.
    pub fn new(
        one: &Transfer,
        (school, expected): (&str, &str),
        shares: bool,
        at: &dyn Fn(&str) -> String,
        crumbs: Vec<Link>,
    ) -> Self {
        let here = at(&format!("/transfers/{}", one.transfer_id));
        let child = at(&format!("/learners/{}", one.learner_id));
        let out = one.direction == "out";
        let mut rows = vec![Row::new("State", words::called(STATES, &one.state))];
        rows.extend(Row::some(if out { "To" } else { "From" }, Some(words::sentence(school))));
        rows.extend(Row::some("Has the child on its list", Some(words::sentence(expected))));
        if !one.learner_id.is_empty() {
            rows.push(Row::new("Child", "Open the child’s record").to(child.clone()));
        }
        rows.extend(Row::some("By when", Some(due(one).text)));
        let mut rule = words::called(RULES, &one.due_rule);
        if one.usual_holidays {
            rule.push_str(
                "\nThe school’s policy names no days on which it is closed: the usual school holidays are taken",
            );
        }
        rows.extend(Row::some("Rule", Some(rule).filter(|_| !one.due_rule.is_empty())));
        if one.days_late > 0 {
            rows.push(Row::new(
                "Late",
                words::counted(u64::try_from(one.days_late).unwrap_or_default(), "day", "days"),
            ));
        }
        match &one.outside {
            Some(school) if out => {
                let of =
                    |parts: [&str; 2]| parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
                rows.extend(Row::some("Unique reference number", Some(school.urn.clone())));
                rows.extend(Row::some("Address", Some(school.address.clone())));
                rows.extend(Row::some("Whom to ring there", Some(of([&school.contact, &school.telephone]))));
                rows.extend(Row::some("Whom they ring here", Some(one.contact.clone())));
            }
            Some(school) => {
                rows.extend(Row::some("Unique reference number", Some(school.urn.clone())));
                rows.extend(Row::some("Whom to ring there", Some(one.contact.clone())));
            }
            None => rows.extend(Row::some("Whom to ring there", Some(one.contact.clone()))),
        }
        if one.item_count > 0 {
            rows.push(Row::new("Entries", words::number(u64::try_from(one.item_count).unwrap_or_default())));
        }
        let by = |name: &str, at: Option<&prost_types::Timestamp>| {
            let who = if name.is_empty() { String::new() } else { format!(", by {name}") };
            words::stamp(at).map(|at| at + &who)
        };
        rows.extend(Row::some("Sent", by(&one.sent_by, one.send_time.as_ref())));
        if let Some(receipt) = &one.receipt {
            rows.extend(Row::some("Received", by(&receipt.name, receipt.receive_time.as_ref())));
            if !receipt.means.is_empty() {
                let recorded = by(&receipt.recorder_name, receipt.record_time.as_ref()).unwrap_or_default();
                rows.push(Row::new("Told", format!("{}\nRecorded {recorded}", words::called(MEANS, &receipt.means))));
            }
        }
        rows.extend(one.blackening.as_ref().map(blackened));
        if let Some(end) = &one.end {
            let ended = by(&end.name, end.end_time.as_ref()).unwrap_or_default();
            rows.push(Row::new("Ended", format!("{ended}\n{}\n{}", words::called(ENDS, &end.kind), end.reason)));
        }
        let mut acts = Vec::new();
        let mut act = |may: bool, text: &str, place: String| {
            if may {
                acts.push(Link::new(text, place));
            }
        };
        let (waits, to_send, state) = (waits_here(one), to_send(one), one.state.as_str());
        act(shares && to_send, "Choose the school and look at what goes", format!("{child}/transfers/new"));
        act(shares && to_send, "Send it to a school outside the platform", format!("{child}/transfers/outside/new"));
        act(shares && to_send, "Decide on sharing ahead of the move", format!("{child}/transfers/advance"));
        act(shares && to_send, "Record that no file goes", format!("{here}/none"));
        act(shares && out && waits && !to_send, "Record receipt", format!("{here}/receipt"));
        act(shares && out && waits && !to_send, "Make the file again", format!("{here}/package"));
        act(shares && out && state == "sent", "Take the file back", format!("{here}/withdraw"));
        let outside = out && one.outside.is_some() && state == "received";
        act(shares && outside, "Record that it came back", format!("{here}/return"));
        act(shares && !out && waits, "Confirm receipt", format!("{here}/receive"));
        act(!out && state == "received", "Read the file", format!("{here}/file"));
        act(shares && !out && matches!(state, "sent" | "received"), "Send the file back", format!("{here}/return"));
        let mut proof = Vec::new();
        proof.extend(Row::some("SHA-256 of what was sent", Some(one.digest.clone())));
        proof.extend(Row::some(
            "SHA-256 of what was received",
            one.receipt.as_ref().map(|receipt| receipt.digest.clone()),
        ));
        proof.extend(Row::some("Signature", Some(one.signature.clone())));
        proof.extend(Row::some("Fingerprint of the key", Some(one.fingerprint.clone())));
        if one.outside.is_some() {
            proof.push(Row::new("Number to be read out", read_out(&one.digest)));
        }
        if let Some(comparison) = &one.comparison {
            let when = by(&comparison.name, comparison.compare_time.as_ref()).unwrap_or_default();
            let said = match comparison.own {
                true => "The key is this platform’s own: nothing had to be compared.".to_owned(),
                false => format!("With {}\n{when}", comparison.with),
            };
            proof.push(Row::new("Fingerprint compared", said));
        }
        let advance = |one: &proto::incident_cases::v1::TransferAdvance| {
            let title =
                if one.share { "Something is shared ahead of the move" } else { "Nothing is shared ahead of the move" };
            Event::new(title, words::stamp(one.create_time.as_ref()).unwrap_or_default(), one.reason.clone())
        };
        let note = match (out, state) {
            (false, "sent") => {
                "You see nothing of the child until you confirm receipt. Ring the other school: they tell you whose file it is."
            }
            (true, "due" | "planned") if one.rest => {
                "Somebody sent this child’s file who may not know of all of it. Nothing tells them so. Whoever may know of it sends the whole file again, or records that no more goes."
            }
            (true, "due" | "planned") if one.later => {
                "This was written after the child had left, and the school that has their file does not have it. The clock began with the day of writing. The file goes again, whole."
            }
            (true, "due" | "planned") => {
                "What goes is listed before it is sent, and with it what stands under the child’s name and is said to be about nobody yet: you decide about each."
            }
            (true, "sent") if one.outside.is_some() => {
                "Ring the school: tell them the passphrase and the fingerprint, and let them read the number of the file to you. The clock stops when you record receipt."
            }
            (false, "returned") if one.outside.is_some() => {
                "Tell the school on the telephone: they are not on the platform."
            }
            (true, "received") if one.copy_rule == "not_kept" => {
                "The authority’s rule is that the school that sends a file keeps no copy: ask for your own records to be destroyed."
            }
            (true, "received") => "Your own records stay as long as any others.",
            _ => "",
        };
        Self {
            head: Head::new("A file to the next school", crumbs).of(called(one, school)),
            rows,
            acts,
            proof,
            advances: one.advances.iter().map(advance).collect(),
            note: note.to_owned(),
        }
    }
}
