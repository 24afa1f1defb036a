//! One allegation, on one page.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        Allegation, AllegationClosing, AllegationEvaluation, AllegationMeeting, AllegationNote, GetAllegationRequest,
    },
};
use serde::Serialize;

use super::{NEXT, at, crumbs};
use crate::{
    console::{
        case::page::Event,
        people::People,
        register::day,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        part::{Head, Link, Row},
        words::{self, Codes},
    },
};

/// The states.
pub const STATES: Codes = &[("new", "Not evaluated"), ("open", "Open"), ("closed", "Closed")];
/// Who told the desk.
pub const SOURCES: Codes = &[
    ("school", "A school"),
    ("parent", "A parent or carer"),
    ("child", "A child"),
    ("police", "The police"),
    ("social_care", "Children’s social care"),
    ("other_authority", "Another authority"),
    ("regulator", "A regulator"),
    ("other", "Somebody else"),
];
/// The limbs of the harm threshold.
pub const LIMBS: Codes = &[
    ("harmed", "Harmed a child, or may have"),
    ("offence", "May have committed an offence against or about a child"),
    ("risk", "Behaved in a way that may mean a risk of harm to children"),
    ("unsuitable", "Behaved in a way that may mean they are not suitable to work with children"),
];
/// The kinds of meeting.
pub const MEETINGS: Codes = &[
    ("initial", "Initial discussion"),
    ("strategy", "Strategy discussion"),
    ("evaluation", "Evaluation meeting"),
    ("review", "Review"),
    ("final", "Final meeting"),
];
/// How an allegation ends.
pub const OUTCOMES: Codes = &[
    ("substantiated", "Substantiated: there is enough to prove it"),
    ("malicious", "Malicious: there is enough to disprove it, and it was meant to deceive"),
    ("false", "False: there is enough to disprove it"),
    ("unsubstantiated", "Unsubstantiated: there is not enough to prove or disprove it"),
    ("unfounded", "Unfounded: nothing supports it, or it was a misunderstanding"),
    ("below_threshold", "Below the harm threshold"),
];

/// One allegation.
#[derive(Debug, Serialize)]
pub struct AllegationPage {
    head: Head,
    /// What is to be done, in red where it is overdue.
    due: crate::pages::part::Due,
    rows: Vec<Row>,
    acts: Vec<Link>,
    evaluations: Vec<Event>,
    meetings: Vec<Event>,
    notes: Vec<Event>,
    closings: Vec<Event>,
}

/// One as tests know it.
#[cfg(test)]
pub fn sample() -> Allegation {
    let time = Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 });
    let account_id = || "acc_1".to_owned();
    Allegation {
        allegation_id: "alg_1".into(),
        reference: "L-7K3F9".into(),
        referral_id: "ref_1".into(),
        school_id: "sch_1".into(),
        source: "parent".into(),
        about: "Mr <Pym>, who teaches games".into(),
        what: "He drove a child home".into(),
        state: "open".into(),
        due_date: "2026-12-10".into(),
        due_kind: "meeting".into(),
        due_word: "overdue".into(),
        notes: vec![AllegationNote { text: "Rang <the> head".into(), account_id: account_id(), create_time: time }],
        evaluations: vec![AllegationEvaluation {
            limbs: vec!["risk".into(), "unsuitable".into()],
            threshold_met: true,
            reason: "Alone, and twice".into(),
            account_id: account_id(),
            create_time: time,
        }],
        meetings: vec![AllegationMeeting {
            kind: "strategy".into(),
            held_time: time,
            present: "The head; police".into(),
            agreed: "To speak with parents".into(),
            next_date: "2026-12-10".into(),
            account_id: account_id(),
            create_time: time,
        }],
        closings: vec![AllegationClosing {
            outcome: "unfounded".into(),
            reason: "It was not that day".into(),
            account_id: account_id(),
            create_time: time,
            reopen_reason: "It was".into(),
            reopen_account_id: account_id(),
            reopen_time: time,
        }],
        conflicted_account_ids: vec!["acc_2".into()],
        account_id: account_id(),
        create_time: time,
        etag: "4".into(),
        ..Default::default()
    }
}

impl Page for AllegationPage {
    const TEMPLATE: &'static str = "allegation.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let people = People::of(&[("acc_1", "Ms Ali"), ("acc_2", "Mr Orr")]);
        let closed = Allegation { state: "closed".into(), due_word: String::new(), ..sample() };
        let bare = Allegation { setting: "A <club>".into(), state: "new".into(), ..Default::default() };
        let page =
            |one: &Allegation, works| Self::new(one, "Thistledown Grange", &people, works, "/desks/lado", Vec::new());
        vec![page(&sample(), true), page(&closed, true), page(&bare, false)]
    }
}

/// Where the adult works: a school by its name, or what was written.
pub async fn place(visit: &Visit, one: &Allegation) -> String {
    if one.school_id.is_empty() {
        return one.setting.clone();
    }
    super::school(visit, &one.school_id).await
}

/// One allegation.
///
/// # Errors
/// Where there is none that the visitor may know of.
pub async fn fetch(visit: &Visit, id: &str) -> Result<Allegation, Error> {
    let request = GetAllegationRequest { desk: super::desk(visit)?.name().to_owned(), allegation_id: id.to_owned() };
    heard(visit.cases()?.get_allegation(ask(request))).await?.allegation.ok_or_else(Error::missing)
}

/// Shows one.
pub async fn show(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::DeskRead)?;
    let one = fetch(&visit, &id).await?;
    let ids = one.notes.iter().map(|note| &note.account_id).chain(one.evaluations.iter().map(|held| &held.account_id));
    let ids = ids.chain(one.meetings.iter().map(|meeting| &meeting.account_id)).chain(&one.conflicted_account_ids);
    let ids = ids.chain(one.closings.iter().flat_map(|end| [&end.account_id, &end.reopen_account_id]));
    let people = visit.people(ids.chain([&one.account_id]).map(String::as_str)).await;
    let place = place(&visit, &one).await;
    let crumbs = crumbs(&visit, &[]);
    let works = visit.may(Permission::DeskWork);
    visit.page(&AllegationPage::new(&one, &place, &people, works, &at(&visit, ""), crumbs))
}

impl AllegationPage {
    fn new(one: &Allegation, place: &str, people: &People, works: bool, desk: &str, crumbs: Vec<Link>) -> Self {
        let stamp = |time: &Option<prost_types::Timestamp>, by: &str| {
            format!("{}, by {}", words::stamp(time.as_ref()).unwrap_or_default(), people.name(by))
        };
        let kept_out: Vec<String> = one.conflicted_account_ids.iter().map(|id| people.name(id)).collect();
        let mut rows = vec![
            Row::new("About", one.about.clone()),
            Row::new("Where they work", place),
            Row::new("What is alleged", one.what.clone()),
            Row::new("Who told the desk", words::called(SOURCES, &one.source)),
            Row::new("State", words::called(STATES, &one.state)),
            Row::new("Taken in", stamp(&one.create_time, &one.account_id)),
        ];
        if !one.referral_id.is_empty() {
            let sent = format!("{desk}/referrals/{}", one.referral_id);
            rows.push(Row::new("Came by", "Read the referral that a school sent").to(sent));
        }
        rows.extend(Row::some("Kept out of it", (!kept_out.is_empty()).then(|| kept_out.join(", "))));
        let evaluation = |held: &AllegationEvaluation| {
            let limbs: Vec<String> = held.limbs.iter().map(|limb| words::called(LIMBS, limb)).collect();
            let title = if held.threshold_met { "The harm threshold is met" } else { "The harm threshold is not met" };
            Event::new(title, stamp(&held.create_time, &held.account_id), limbs.join("\n")).more(held.reason.clone())
        };
        let meeting = |meeting: &AllegationMeeting| {
            let when = words::stamp(meeting.held_time.as_ref()).unwrap_or_default();
            let title = format!("{}, {when}", words::called(MEETINGS, &meeting.kind));
            let next = match meeting.next_date.as_str() {
                "" => String::new(),
                next => format!("\nNext: {}", day(next)),
            };
            let text = format!("There: {}", meeting.present);
            Event::new(title, stamp(&meeting.create_time, &meeting.account_id), text)
                .more(format!("{}{next}", meeting.agreed))
        };
        let closing = |end: &AllegationClosing| {
            let event = Event::new(
                words::called(OUTCOMES, &end.outcome),
                stamp(&end.create_time, &end.account_id),
                end.reason.clone(),
            );
            match &end.reopen_time {
                None => event,
                Some(_) => {
                    let by = stamp(&end.reopen_time, &end.reopen_account_id);
                    event.more(format!("Opened again {by}: {}", end.reopen_reason))
                }
            }
        };
        let note =
            |note: &AllegationNote| Event::new("Note", stamp(&note.create_time, &note.account_id), note.text.clone());
        let here = format!("{desk}/allegations/{}", one.allegation_id);
        let acts: &[(&str, &str)] = match one.state.as_str() {
            _ if !works => &[],
            "closed" => &[("notes", "Add a note"), ("reopen", "Open it again")],
            "new" => &[
                ("evaluate", "Hold it against the harm threshold"),
                ("meetings", "Write the minutes of a meeting"),
                ("notes", "Add a note"),
                ("conflict", "Keep somebody at this desk out of it"),
            ],
            _ => &[
                ("meetings", "Write the minutes of a meeting"),
                ("notes", "Add a note"),
                ("evaluate", "Evaluate it again"),
                ("close", "Close it with an outcome"),
                ("conflict", "Keep somebody at this desk out of it"),
            ],
        };
        let due = match one.due_word.as_str() {
            "" => String::new(),
            "overdue" => format!("{}: was due {}", words::called(NEXT, &one.due_kind), day(&one.due_date)),
            _ => format!("{}: due {}", words::called(NEXT, &one.due_kind), day(&one.due_date)),
        };
        Self {
            head: Head::new("An allegation", crumbs).of(one.reference.clone()),
            due: crate::pages::part::Due { code: one.due_word.clone(), text: due },
            rows,
            acts: acts.iter().map(|(act, text)| Link::new(*text, format!("{here}/{act}"))).collect(),
            evaluations: one.evaluations.iter().rev().map(evaluation).collect(),
            meetings: one.meetings.iter().rev().map(meeting).collect(),
            notes: one.notes.iter().rev().map(note).collect(),
            closings: one.closings.iter().rev().map(closing).collect(),
        }
    }
}
