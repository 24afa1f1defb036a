//! What stands before the policy itself: which version it is, who signed it and when, whose names it prints.

use paper::{Block, Status, Table, Text};
use time::{Date, OffsetDateTime};

use chassis::clock::london;

use super::{marks, names::Names, words};
use crate::{
    effective::Values,
    instance::{Instance, Signatory, State},
    parameter::PartDate,
};

/// The day of a moment, as schools count days.
pub(super) fn date(at: OffsetDateTime) -> Date {
    london(at).date()
}

/// `24 November 2026`.
fn day(at: OffsetDateTime) -> String {
    named(date(at))
}

fn named(date: Date) -> String {
    format!("{} {} {}", date.day(), date.month(), date.year())
}

/// The version in a few words, for the foot of every page.
pub(super) fn edition(instance: &Instance) -> String {
    let standing = match (instance.state, instance.effective_at, instance.superseded_at) {
        (State::Discarded, ..) => "discarded".to_owned(),
        (_, Some(from), None) => format!("in force from {}", day(from)),
        (_, Some(from), Some(until)) => format!("in force from {} to {}", day(from), day(until)),
        (..) => "draft".to_owned(),
    };
    format!("Version {}, {standing}", instance.version)
}

/// What a reader has to know first; nothing where the version is in force and signed.
pub(super) fn status(instance: &Instance) -> Option<Status> {
    let status = |word: &str, meaning: String| Some(Status { word: word.to_owned(), meaning });
    let waits = |what: &str| status("DRAFT", format!("this version is not in force. {what}"));
    match instance.state {
        State::Draft => waits("The head has not approved it."),
        State::Consultation => match &instance.consultation {
            Some(open) => waits(&format!("It is open to comments until {}.", named(open.until))),
            None => waits("It is open to comments."),
        },
        State::Approved => waits("The head has approved it; the governors have not ratified it."),
        State::Ratified => waits("It is approved and ratified, and will be published."),
        State::Discarded => status("DISCARDED", "this version was set aside and never came into force.".to_owned()),
        State::Superseded => {
            let until = instance.superseded_at.map(|at| format!(" on {}", day(at))).unwrap_or_default();
            status("REPLACED", format!("a later version took its place{until}."))
        }
        State::InForce => {
            let emergency = instance.emergency.as_ref().filter(|_| instance.signed_at(Signatory::Chair).is_none())?;
            let by = named(emergency.ratify_by);
            status("EMERGENCY", format!("this version is in force and waits for the governors to ratify it by {by}."))
        }
    }
}

/// The tables before the contents.
pub(super) fn blocks(instance: &Instance, names: &Names, values: &Values, school: &str) -> Vec<Block> {
    let yet = |at: Option<OffsetDateTime>| at.map_or_else(|| "Not yet".to_owned(), day);
    let printed = || values.get("doc.next_review").first().and_then(|text| PartDate::parse(text)?.last());
    let review = instance.review_due_at.map(day).or_else(|| printed().map(named));
    let mut rows = vec![
        ("School", school.to_owned()),
        ("Version", instance.version.to_string()),
        ("Status", words::sentence(instance.state.name())),
        ("Approved by the head", yet(instance.signed_at(Signatory::Head))),
        ("Ratified by the governing body", yet(instance.signed_at(Signatory::Chair))),
        ("Published and in force from", yet(instance.effective_at)),
    ];
    rows.extend(instance.superseded_at.map(|at| ("Replaced on", day(at))));
    rows.push(("Next review due", review.unwrap_or_else(|| "Not yet set".to_owned())));
    rows.push(("Made from", format!("Version {} of the authority’s model policy", instance.template_version)));
    let row = |(name, value): (&str, String)| vec![vec![Text::plain(name)], vec![Text::plain(&value)]];
    let mut blocks = vec![Block::Table(Table {
        caption: "About this policy".to_owned(),
        columns: Vec::new(),
        rows: rows.into_iter().map(row).collect(),
    })];
    let people = names.published();
    if !people.is_empty() {
        let row = |(role, holders): &(String, Vec<String>)| {
            let role = Text::plain(&words::sentence(role));
            vec![vec![role], holders.iter().map(|holder| marks::text(holder)).collect()]
        };
        blocks.push(Block::Table(Table {
            caption: "People named in this policy".to_owned(),
            columns: Vec::new(),
            rows: people.iter().map(row).collect(),
        }));
    }
    blocks
}
