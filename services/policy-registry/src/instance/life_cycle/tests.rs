//! What each state allows, as one table; consultation, emergency and review besides.
#![expect(clippy::unwrap_used, reason = "tests")]

use chassis::{clock::ManualClock, id::Ids};
use time::macros::{date, datetime};

use super::*;
use crate::{
    document::Document,
    instance::Source,
    school::School,
    testing::{area, template},
};

const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);
const UNTIL: Date = date!(2026 - 12 - 01);
const TEXT: &str = "Head\tAda Birch\nLead\tBo Cedar\n\n# Policy aims\n\n- It was written by staff, involving parents.\n\n\
# Web filtering\n\n- We use Sluice to filter the internet here.\n";

fn ids() -> Ids {
    Ids::seeded(ManualClock::new(NOW), 7)
}

fn draft() -> Instance {
    let school = School {
        id: ids().next(),
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
    let (document, template, register) = (Document::read("a.txt", TEXT.as_bytes()).unwrap(), template(), area());
    let source = Source {
        school: &school,
        document: &document,
        name: "a.txt",
        template: &template,
        template_version: 1,
        register: Some(&register),
    };
    Instance::draft(ids().next(), 1, &source, NOW).confirm_import(NOW).unwrap()
}

/// A version in each state, by the acts that lead there.
fn versions() -> Vec<(&'static str, Instance)> {
    let (head, chair) = (ids().next(), Ids::seeded(ManualClock::new(NOW), 8).next());
    let draft = draft();
    let discussed = draft.clone().open_consultation(UNTIL, NOW).unwrap();
    let approved = draft.clone().approve(head, NOW).unwrap();
    let ratified = approved.clone().ratify(chair, NOW).unwrap();
    let in_force = ratified.clone().publish(&template(), Some(&area()), NOW).unwrap();
    let hurried = approved.clone().publish_emergency(&template(), Some(&area()), "r".into(), NOW).unwrap();
    let superseded = in_force.clone().supersede(NOW).unwrap();
    let discarded = Instance { state: State::Discarded, ..draft.clone() };
    vec![
        ("draft", draft),
        ("discussed", discussed),
        ("approved", approved),
        ("ratified", ratified),
        ("in force", in_force),
        ("hurried", hurried),
        ("superseded", superseded),
        ("discarded", discarded),
    ]
}

#[test]
fn every_state_allows_what_the_table_says_and_nothing_else() {
    let (template, area) = (template(), area());
    let chair = || Ids::seeded(ManualClock::new(NOW), 9).next();
    let mut table = String::new();
    for (name, version) in versions() {
        let after = |act: &str, done: Result<Instance, Refusal>| match done {
            Ok(next) => format!(" {act}>{}", next.state.name().replace(' ', "_")),
            Err(refusal) => {
                assert!(matches!(refusal, Refusal::WrongState { .. }), "{name} {act}: {refusal}");
                String::new()
            }
        };
        let v = || version.clone();
        let acts = [
            after("open", v().open_consultation(UNTIL, NOW)),
            after("close", v().close_consultation(NOW)),
            after("approve", v().approve(chair(), NOW)),
            after("approve_later", v().approve(chair(), datetime!(2026-12-02 00:00 UTC))),
            after("ratify", v().ratify(chair(), NOW)),
            after("publish", v().publish(&template, Some(&area), NOW)),
            after("emergency", v().publish_emergency(&template, Some(&area), "r".into(), NOW)),
            after("review", v().reviewed(&template, None, NOW)),
            after("supersede", v().supersede(NOW)),
            after("edit", v().set_parameter(&template, "filter.product", vec!["Weir".into()], NOW)),
        ];
        let comments = if version.takes_comments(NOW).is_ok() { " comment" } else { "" };
        table += &format!("{name}:{}{comments}\n", acts.concat());
    }
    assert_eq!(
        table,
        "draft: open>in_consultation approve>approved approve_later>approved edit>draft\n\
         discussed: close>draft approve_later>approved edit>draft comment\n\
         approved: ratify>ratified emergency>in_force edit>draft\n\
         ratified: publish>in_force edit>draft\n\
         in force: review>in_force supersede>superseded\n\
         hurried: ratify>in_force review>in_force supersede>superseded\n\
         superseded:\n\
         discarded:\n"
    );
}

#[test]
fn a_consultation_takes_comments_to_the_end_of_its_last_day_and_then_closes_by_itself() {
    let discussed = draft().open_consultation(UNTIL, NOW).unwrap();
    assert!(discussed.takes_comments(datetime!(2026-12-01 23:59 UTC)).is_ok());
    let later = datetime!(2026-12-02 00:00 UTC);
    assert!(discussed.takes_comments(later).is_err());
    let approved = discussed.approve(ids().next(), later).unwrap();
    assert_eq!(approved.consultation.unwrap().closed_at, Some(datetime!(2026-12-01 23:59:59 UTC)));
}

#[test]
fn an_emergency_is_ratified_within_four_weeks_and_by_another_person() {
    let head = ids().next::<chassis::id::AccountId>();
    let approved = draft().approve(head.clone(), NOW).unwrap();
    let hurried = approved.publish_emergency(&template(), Some(&area()), "r".into(), NOW).unwrap();
    assert_eq!(hurried.ratify_by(), Some(date!(2026 - 12 - 22)));
    assert_eq!(hurried.review_due_at, Some(datetime!(2027-11-24 23:59:59 UTC)));
    assert_eq!(hurried.clone().ratify(head, NOW), Err(Refusal::SamePerson));
    let ratified = hurried.ratify(Ids::seeded(ManualClock::new(NOW), 9).next(), NOW).unwrap();
    assert_eq!((ratified.state, ratified.ratify_by()), (State::InForce, None));
    let blank = draft().set_parameter(&template(), "filter.product", Vec::new(), NOW).unwrap();
    let blank = blank.approve(ids().next(), NOW).unwrap();
    assert!(matches!(blank.publish_emergency(&template(), None, "r".into(), NOW), Err(Refusal::Unfilled(_))));
}

#[test]
fn a_review_moves_the_day_of_the_next_one_and_never_beyond_the_interval() {
    let (_, in_force) = versions().into_iter().find(|(name, _)| *name == "in force").unwrap();
    let at = datetime!(2027-03-01 09:00 UTC);
    let next = |day| in_force.clone().reviewed(&template(), Some(day), at);
    assert_eq!(
        in_force.clone().reviewed(&template(), None, at).unwrap().review_due_at.unwrap().date(),
        date!(2028 - 03 - 01)
    );
    let reviewed = next(date!(2027 - 06 - 30)).unwrap();
    // The last second of the day in London, which is an hour ahead then.
    assert_eq!(reviewed.review_due_at, Some(datetime!(2027-06-30 22:59:59 UTC)));
    let printed = reviewed.parameters.iter().find(|parameter| parameter.key == NEXT_REVIEW).unwrap();
    assert_eq!(printed.values, ["2027-06-30"]);
    for wrong in [date!(2027 - 03 - 01), date!(2028 - 03 - 02)] {
        assert_eq!(next(wrong), Err(Refusal::ReviewDay { latest: date!(2028 - 03 - 01) }));
    }
}
