//! The life of one version: signatures, edits, publication.
#![expect(clippy::unwrap_used, reason = "tests")]

use chassis::{clock::ManualClock, id::Ids};
use time::macros::datetime;

use super::*;
use crate::{
    document::Document,
    effective::{self, Values},
    school::School,
    testing::{area, template},
};

const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

pub(super) fn ids() -> Ids {
    Ids::seeded(ManualClock::new(NOW), 7)
}

fn draft(text: &str) -> Instance {
    imported(text).confirm_import(NOW).unwrap()
}

/// What a document was read into, before anybody looked at it.
pub(super) fn imported(text: &str) -> Instance {
    let ids = ids();
    let school = School {
        id: ids.next(),
        name: "Oakbeck School".into(),
        kind: "primary".into(),
        urn: "100001".into(),
        key_stages: vec!["KS1".into()],
        created_at: NOW,
        closed_at: None,
        close_reason: String::new(),
        area: String::new(),
        learners: 0,
    };
    let document = Document::read("oakbeck.txt", text.as_bytes()).unwrap();
    let (template, register) = (template(), area());
    let source = Source {
        school: &school,
        document: &document,
        name: "oakbeck.txt",
        template: &template,
        template_version: 1,
        register: Some(&register),
    };
    Instance::draft(ids.next(), 1, &source, NOW)
}

const TEXT: &str = "Head\tAda Birch\nLead\tBo Cedar\n\n# Policy aims\n\n- It was written by staff, involving parents.\n- Our bees hum.\n\n\
# Web filtering\n\n- We use Sluice to filter the internet here.\n";

#[test]
fn a_version_takes_both_signatures_in_order_and_by_two_people() {
    let ids = ids();
    let (head, chair): (AccountId, AccountId) = (ids.next(), ids.next());
    let drafted = draft(TEXT);
    assert!(matches!(drafted.clone().ratify(chair.clone(), NOW), Err(Refusal::WrongState { .. })));
    assert!(matches!(drafted.clone().publish(&template(), None, NOW), Err(Refusal::WrongState { .. })));
    let approved = drafted.approve(head.clone(), NOW).unwrap();
    assert_eq!(approved.clone().ratify(head, NOW), Err(Refusal::SamePerson));
    assert!(matches!(approved.clone().publish(&template(), None, NOW), Err(Refusal::WrongState { .. })));
    let published = approved.ratify(chair, NOW).unwrap().publish(&template(), Some(&area()), NOW).unwrap();
    assert_eq!(published.state, State::InForce);
    assert_eq!(published.review_due_at, Some(datetime!(2027-11-24 23:59:59 UTC)));
    let later = NOW + time::Duration::DAY;
    let superseded = published.supersede(later).unwrap();
    assert!(
        superseded.in_force(NOW) && !superseded.in_force(later) && !superseded.in_force(NOW - time::Duration::SECOND)
    );
}

#[test]
fn an_edit_drops_the_signatures() {
    let ids = ids();
    let approved = draft(TEXT).approve(ids.next(), NOW).unwrap();
    let seen = approved.etag();
    let edited = approved.set_parameter(&template(), "filter.product", vec!["Weir".into()], NOW).unwrap();
    assert_eq!((edited.state, edited.signatures.len()), (State::Draft, 0));
    assert_eq!(edited.clone().seen(&seen), Err(Refusal::Changed));
    assert!(matches!(
        edited.clone().set_parameter(&template(), "phone.rule", vec!["any".into()], NOW),
        Err(Refusal::Values(_))
    ));
    for key in ["area.police", "no.such"] {
        assert_eq!(
            edited.clone().set_parameter(&template(), key, vec!["x".into()], NOW),
            Err(Refusal::NoSuchParameter)
        );
    }
    let published = edited.approve(ids.next(), NOW).unwrap().ratify(ids.next(), NOW).unwrap();
    let published = published.publish(&template(), None, NOW).unwrap();
    assert!(matches!(
        published.set_parameter(&template(), "filter.product", vec![], NOW),
        Err(Refusal::WrongState { .. })
    ));
}

#[test]
fn an_empty_required_blank_keeps_a_version_out_of_force() {
    let ids = ids();
    let emptied = draft(TEXT).set_parameter(&template(), "filter.product", Vec::new(), NOW).unwrap();
    let ratified = emptied.approve(ids.next(), NOW).unwrap().ratify(ids.next(), NOW).unwrap();
    let refused = ratified.publish(&template(), None, NOW);
    assert_eq!(refused, Err(Refusal::Unfilled(vec![("filter.product".into(), "The filter".into())])));
}

#[test]
fn the_review_is_due_when_printed_unless_that_is_past_or_too_far() {
    let due = |printed: &str| review_due(PartDate::parse(printed), 12, NOW).date().to_string();
    assert_eq!(due("2027-03"), "2027-03-31");
    assert_eq!(due("2022-07"), "2027-11-24");
    assert_eq!(due("2030-01"), "2027-11-24");
}

#[test]
fn what_is_in_force_has_every_blank_and_every_statutory_clause() {
    let ids = ids();
    let register = area();
    let drafted = draft(TEXT);
    // All that the document says nothing on is statutory here: it is printed, and so not left out.
    assert!(
        drafted.clauses.iter().all(|clause| clause.tailoring != Tailoring::Omitted) && drafted.summary.missing == 3
    );
    let ratified = drafted.approve(ids.next(), NOW).unwrap().ratify(ids.next(), NOW).unwrap();
    let published = ratified.publish(&template(), Some(&register), NOW).unwrap();
    let values = Values::of(&published, &template(), Some(&register));
    assert_eq!(values.get("area.police"), ["Northshire Police"]);
    let effective = effective::resolve(published, &template(), Some(&register)).unwrap();
    let printed: Vec<(&str, &str)> =
        effective.clauses.iter().map(|c| (c.template_clause.as_deref().unwrap_or("-"), c.text.as_str())).collect();
    assert!(printed.contains(&("filtering.iwf", "It blocks IWF, as Northshire Police advises.")), "{printed:?}");
    assert!(printed.contains(&("filtering.product", "We use Sluice to filter the internet here.")), "{printed:?}");
    assert!(printed.contains(&("-", "Our bees hum.")) && printed.iter().any(|(id, _)| *id == "p1.tell"));
    assert!(!printed.iter().any(|(id, _)| *id == "calls.off"), "video calls are off by default");
    assert_eq!((effective.procedures.len(), effective.gates.len(), effective.contacts.len()), (1, 2, 2));
}
