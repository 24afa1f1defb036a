//! Referrals in a desk's inbox: what waits for the desk and what for a school, one of them exactly as it was sent, and what the
//! desk says of it.

use axum::extract::{Path, Query};
use chassis::{
    desk::Desk,
    error::{Error, Violations},
};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        AcknowledgeDeskReferralRequest, AskDeskReferralRequest, DecideDeskReferralRequest, DeskReferral,
        DeskReferralLine, GetDeskReferralRequest, ListDeskReferralsRequest, ReferralEscalation, ReferralMessage,
    },
};
use serde::{Deserialize, Serialize};

use super::{DeskPage, Line, SHOWN, at, crumbs, desk, school};
use crate::{
    console::{
        case::{
            page::Event,
            refer::{self, follow::CAUSES},
        },
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, FormPage},
        part::{Due, Head, Link, Pager, Row},
        words::{self, Codes},
    },
};

/// How one stands.
const STATES: Codes = &[
    ("sent", "New"),
    ("acknowledged", "You have said that you have it"),
    ("decided", "Decided"),
    ("closed", "Closed by the school"),
    ("withdrawn", "Taken back by the school: nothing of it can be read"),
];
/// For whom they wait.
const WAITS: Codes = &[("desk", "Waiting for you"), ("school", "Waiting for a school"), ("nobody", "Nothing to do")];

/// What is listed.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// `desk`, `school`, `nobody`; all of them where empty.
    #[serde(default)]
    pub waits_for: String,
    #[serde(default)]
    page_token: String,
}

/// One in the list: by its reference, never by a name.
fn line(one: &DeskReferralLine, school: &str, here: &str) -> Line {
    let sent = words::stamp(one.send_time.as_ref()).unwrap_or_default();
    let danger = if one.danger { "A child is in danger now. " } else { "" };
    let hint = format!("{danger}{}, {school}. Sent {sent}. {}", one.title, words::called(STATES, &one.state));
    let read = one.state != "withdrawn";
    let href = if read { format!("{here}/referrals/{}", one.referral_id) } else { String::new() };
    Line { link: Link::new(one.reference.clone(), href), hint, due: Due::new(&one.due_word, one.due_time.as_ref()) }
}

/// Lists those that schools sent; those that wait for the desk where nobody asked for others.
pub async fn list(visit: Visit, Path(_): Path<String>, Query(asked): Query<Asked>) -> Answer {
    visit.needs(Permission::DeskRead)?;
    let crumbs = crumbs(&visit, &[]);
    listed(visit, asked, crumbs).await
}

/// How many of those that wait are shown on the desk's first page.
const FIRST: i32 = 5;

/// The first that wait for the desk, and how many there are.
///
/// # Errors
/// Where they cannot be asked for.
pub(super) async fn waiting(visit: &Visit) -> Result<(Vec<Line>, usize), Error> {
    let request = ListDeskReferralsRequest {
        desk: desk(visit)?.name().to_owned(),
        waits_for: "desk".to_owned(),
        page_size: FIRST,
        page_token: String::new(),
    };
    let answer = heard(visit.cases()?.list_desk_referrals(ask(request))).await?;
    let here = at(visit, "");
    let mut lines = Vec::new();
    for one in &answer.referrals {
        lines.push(line(one, &school(visit, &one.school_id).await, &here));
    }
    Ok((lines, usize::try_from(answer.total_size).unwrap_or_default()))
}

/// How many wait for somebody.
async fn how_many(visit: &Visit, waits_for: &str) -> Result<u64, Error> {
    let request = ListDeskReferralsRequest {
        desk: desk(visit)?.name().to_owned(),
        waits_for: waits_for.to_owned(),
        page_size: 1,
        page_token: String::new(),
    };
    let answer = heard(visit.cases()?.list_desk_referrals(ask(request))).await?;
    Ok(u64::try_from(answer.total_size).unwrap_or_default())
}

/// The list, under whatever leads to it.
pub async fn listed(visit: Visit, mut asked: Asked, crumbs: Vec<Link>) -> Answer {
    if asked.waits_for.is_empty() {
        "desk".clone_into(&mut asked.waits_for);
    }
    let request = ListDeskReferralsRequest {
        desk: desk(&visit)?.name().to_owned(),
        waits_for: asked.waits_for.clone(),
        page_size: SHOWN,
        page_token: asked.page_token.clone(),
    };
    let answer = heard(visit.cases()?.list_desk_referrals(ask(request))).await?;
    let here = at(&visit, "");
    let mut lines = Vec::new();
    for one in &answer.referrals {
        lines.push(line(one, &school(&visit, &one.school_id).await, &here));
    }
    let mut acts = Vec::new();
    for (code, text) in WAITS.iter().filter(|(code, _)| *code != asked.waits_for) {
        let text = format!("{text}: {}", words::number(how_many(&visit, code).await?));
        acts.push(Link::new(text, at(&visit, &format!("/referrals?waits_for={code}"))));
    }
    let (path, token) = (at(&visit, "/referrals"), &asked.page_token);
    visit.page(&DeskPage {
        head: Head::new("Referrals from schools", crumbs),
        acts,
        waiting: Vec::new(),
        unheld: Vec::new(),
        title: format!(
            "{}: {}",
            words::called(WAITS, &asked.waits_for),
            words::number(u64::try_from(answer.total_size).unwrap_or_default())
        ),
        lines,
        none: "There is none.",
        pager: Pager::new(&path, &[("waits_for", &asked.waits_for)], token, &answer.next_page_token),
    })
}

/// One referral.
#[derive(Debug, Serialize)]
pub struct DeskReferralPage {
    head: Head,
    due: Due,
    rows: Vec<Row>,
    acts: Vec<Link>,
    answers: Vec<Row>,
    proof: Vec<Row>,
    messages: Vec<Event>,
    escalations: Vec<Event>,
}

/// One as tests know it.
#[cfg(test)]
pub fn sample() -> DeskReferral {
    let at = Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 });
    DeskReferral {
        line: Some(sample_line("acknowledged")),
        school_reference: "2026-014".into(),
        form: Some(proto::incident_cases::v1::ReferralForm {
            title: "Children’s services front door".into(),
            answers: refer::sample().answers,
            means: "portal".into(),
            proof: "Put into the inbox of the <front door>".into(),
            send_time: at,
            digest: "ab".repeat(32),
            ..Default::default()
        }),
        sender_name: "Ms <Ali>".into(),
        ring: "Ms Ali, 01632 960123".into(),
        desk_reference: "FD-7".into(),
        acknowledgement: Some(proto::incident_cases::v1::ReferralAcknowledgement {
            text: "The duty team has <it>".into(),
            account_name: "Mr Orr".into(),
            create_time: at,
            ..Default::default()
        }),
        messages: [true, false]
            .map(|from_desk| ReferralMessage {
                from_desk,
                text: "Where does <he> live?".into(),
                account_name: "Mr Orr".into(),
                create_time: at,
                ..Default::default()
            })
            .into(),
        escalations: vec![ReferralEscalation {
            cause: "disagreement".into(),
            rung: "The managers speak".into(),
            reason: "More <risk>".into(),
            outcome: "declined".into(),
            create_time: at,
            ..Default::default()
        }],
        etag: "4".into(),
        ..Default::default()
    }
}

#[cfg(test)]
fn sample_line(state: &str) -> DeskReferralLine {
    let at = Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 });
    let waits = state == "sent" || state == "acknowledged";
    DeskReferralLine {
        referral_id: "ref_1".into(),
        school_id: "sch_1".into(),
        reference: "R-7K3F9".into(),
        title: "Children’s services front door".into(),
        state: state.into(),
        waits_for: if waits { "desk".into() } else { String::new() },
        due_time: at.filter(|_| waits),
        due_word: if waits { "overdue".into() } else { String::new() },
        send_time: at,
        danger: state == "sent",
    }
}

/// Lines of a list as tests know them.
#[cfg(test)]
pub(super) fn sample_lines() -> Vec<Line> {
    ["sent", "decided", "withdrawn"]
        .map(|state| line(&sample_line(state), "Thistledown <Grange>", "/desks/front_door"))
        .into()
}

impl Page for DeskReferralPage {
    const TEMPLATE: &'static str = "desk_referral.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let decided = DeskReferral {
            line: Some(sample_line("decided")),
            outcome: "accepted".into(),
            outcome_text: "A <visit>".into(),
            corrections: vec![proto::incident_cases::v1::ReferralCorrection {
                outcome: "declined".into(),
                reason: "The <wrong> one".into(),
                ..Default::default()
            }],
            allegation_id: "alg_1".into(),
            allegation_reference: "L-7K3F9".into(),
            ..sample()
        };
        let page =
            |one: &DeskReferral, works| Self::new(one, "Thistledown <Grange>", works, "/desks/front_door", Vec::new());
        vec![page(&sample(), true), page(&decided, true), page(&DeskReferral::default(), false)]
    }
}

/// One of the desk's.
///
/// # Errors
/// Where there is none that can be read.
pub async fn fetch(visit: &Visit, id: &str) -> Result<DeskReferral, Error> {
    let request = GetDeskReferralRequest { desk: desk(visit)?.name().to_owned(), referral_id: id.to_owned() };
    heard(visit.cases()?.get_desk_referral(ask(request))).await?.referral.ok_or_else(Error::missing)
}

/// Shows one.
pub async fn show(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::DeskRead)?;
    let one = fetch(&visit, &id).await?;
    let school = school(&visit, &one.line.clone().unwrap_or_default().school_id).await;
    let crumbs = crumbs(&visit, &[("Referrals from schools", at(&visit, "/referrals"))]);
    let mut page = DeskReferralPage::new(&one, &school, visit.may(Permission::DeskWork), &at(&visit, ""), crumbs);
    if desk(&visit)? == Desk::Lado && visit.may(Permission::DeskWork) && one.allegation_id.is_empty() {
        // What is worked further is an allegation of the desk's own.
        page.acts.push(Link::new("Take an allegation in", at(&visit, &format!("/allegations/new?referral={id}"))));
    }
    visit.page(&page)
}

impl DeskReferralPage {
    fn new(one: &DeskReferral, school: &str, works: bool, desk: &str, crumbs: Vec<Link>) -> Self {
        let line = one.line.clone().unwrap_or_default();
        let mut rows = vec![
            Row::new("From", school),
            Row::new("By", one.sender_name.clone()),
            Row::new("Whom to ring there", one.ring.clone()),
            Row::new("The school’s reference", one.school_reference.clone()),
            Row::new("State", words::called(STATES, &line.state)),
        ];
        if line.danger {
            rows.insert(0, Row::new("In danger", "The school says that a child is in danger now"));
        }
        rows.extend(Row::some("Your reference", Some(one.desk_reference.clone())));
        if !one.allegation_id.is_empty() {
            let place = format!("{desk}/allegations/{}", one.allegation_id);
            rows.push(Row::new("Taken in as", one.allegation_reference.clone()).to(place));
        }
        if let Some(has) = &one.acknowledgement {
            let when = words::stamp(has.create_time.as_ref()).unwrap_or_default();
            rows.push(Row::new("You have it", format!("{} ({}, {when})", has.text, has.account_name)));
        }
        if !one.outcome.is_empty() {
            rows.push(Row::new("Decided", words::called(words::ANSWERS, &one.outcome)));
            rows.push(Row::new("Why", one.outcome_text.clone()));
            rows.extend(Row::some("When", words::stamp(one.decide_time.as_ref())));
        }
        for before in &one.corrections {
            let told = [words::called(words::ANSWERS, &before.outcome), before.outcome_text.clone()];
            rows.push(Row::new("Decided before", told.join("\n").trim().to_owned()));
            let when = words::stamp(before.create_time.as_ref()).unwrap_or_default();
            rows.push(Row::new("Why it does not hold", format!("{} ({when})", before.reason)));
        }
        let form = one.form.clone().unwrap_or_default();
        let proof = [
            Row::some("Sent", words::stamp(form.send_time.as_ref())),
            Row::some("How", Some(form.proof.clone())),
            Row::some("SHA-256 of what was sent", Some(form.digest.clone())),
        ];
        let message = |said: &ReferralMessage| {
            let title = if said.from_desk { "You asked" } else { "The school answered" };
            let when = words::stamp(said.create_time.as_ref()).unwrap_or_default();
            Event::new(title, format!("{when}, by {}", said.account_name), said.text.clone())
        };
        let escalation = |went: &ReferralEscalation| {
            let when = words::stamp(went.create_time.as_ref()).unwrap_or_default();
            let event = Event::new(went.rung.clone(), when, went.reason.clone());
            let cause = match went.cause.as_str() {
                "silence" => "The school had no answer".to_owned(),
                "disagreement" => {
                    format!("The school does not agree with: {}", words::called(words::ANSWERS, &went.outcome))
                }
                other => words::called(CAUSES, other),
            };
            event.more([cause, went.outcome_text.clone()].join("\n").trim().to_owned())
        };
        let here = format!("{desk}/referrals/{}", line.referral_id);
        let open = line.state == "sent" || line.state == "acknowledged";
        let shown = |act: &Act| match act {
            Act::Acknowledge => open && one.acknowledgement.is_none(),
            Act::Ask | Act::Decide => open,
            Act::Correct => !one.outcome.is_empty() && line.state != "withdrawn",
        };
        let acts = Act::ALL.iter().filter(|(act, ..)| works && shown(act));
        Self {
            head: Head::new(if form.title.is_empty() { "A referral" } else { &form.title }, crumbs)
                .of(line.reference.clone()),
            due: Due::new(&line.due_word, line.due_time.as_ref()),
            rows,
            acts: acts.map(|(_, path, title)| Link::new(*title, format!("{here}/{path}"))).collect(),
            answers: form.answers.iter().map(|said| Row::new(said.label.clone(), refer::read(&said.value))).collect(),
            proof: proof.into_iter().flatten().collect(),
            messages: one.messages.iter().map(message).collect(),
            escalations: one.escalations.iter().map(escalation).collect(),
        }
    }
}

/// An act, as its address names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The desk has it.
    Acknowledge,
    /// The school is asked something.
    Ask,
    /// It is decided.
    Decide,
    /// What was decided is put right.
    Correct,
}

impl Act {
    /// Every one, with its address and its title.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Acknowledge, "acknowledge", "Say that you have it"),
        (Self::Ask, "ask", "Ask the school something"),
        (Self::Decide, "decide", "Tell the school what is decided"),
        (Self::Correct, "correct", "Put right what was decided"),
    ];

    fn of(address: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == address);
        found.map(|(act, ..)| *act).ok_or_else(Error::missing)
    }

    /// What is asked.
    pub fn fields(self) -> Vec<Field> {
        match self {
            Self::Acknowledge => vec![
                Field::long_text("text", "Who works it, and what comes next?").hint("The school reads this."),
                Field::name("reference", "Your reference (optional)").width("20"),
            ],
            Self::Ask => {
                vec![Field::long_text("text", "What do you ask, or what is missing?").hint("The school reads this.")]
            }
            Self::Decide | Self::Correct => {
                let mut fields = vec![
                    Field::radios("outcome", "What is decided?", words::ANSWERS),
                    Field::long_text("reason", "Why, and what happens now?").hint("The school reads this."),
                ];
                if self == Self::Correct {
                    let field = Field::long_text("again", "Why does what was decided before not hold?");
                    fields.push(field.hint("The school reads this beside both decisions."));
                }
                fields
            }
        }
    }
}

fn page(visit: &Visit, act: Act, one: &DeskReferral) -> FormPage {
    let found = Act::ALL.iter().find(|(known, ..)| *known == act);
    let (path, title) = found.map_or(("", ""), |(_, path, title)| (path, title));
    let line = one.line.clone().unwrap_or_default();
    let here = at(visit, &format!("/referrals/{}", line.referral_id));
    let crumbs = crumbs(visit, &[("Referral", here.clone())]);
    let head = Head::new(title, crumbs).of(line.reference);
    let mut page = visit.form_page(head, format!("{here}/{path}"), "Send", act.fields());
    page.form = page.form.carrying("etag", one.etag.clone());
    page
}

/// Asks.
pub async fn show_act(visit: Visit, Path((_, id, act)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::DeskWork)?;
    let act = Act::of(&act)?;
    let one = fetch(&visit, &id).await?;
    visit.page(&page(&visit, act, &one))
}

/// Does it.
pub async fn send(Path((_, id, act)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let act = Act::of(&act)?;
    let here = at(&visit, &format!("/referrals/{id}"));
    match done(&visit, act, &id, &answers).await {
        Ok(()) => visit.to(&format!("{here}?done=desk_referral")),
        Err(error) => {
            let one = fetch(&visit, &id).await?;
            visit.again(page(&visit, act, &one), &answers, error, &here)
        }
    }
}

async fn done(visit: &Visit, act: Act, id: &str, answers: &Answers) -> Result<(), Error> {
    let (desk, referral_id) = (desk(visit)?.name().to_owned(), id.to_owned());
    let (text, request_id) = (answers.text("text"), answers.request_id());
    let mut v = Violations::new();
    match act {
        Act::Acknowledge => v.check(!text.is_empty(), "text", "Enter who works it, and what comes next"),
        Act::Ask => v.check(!text.is_empty(), "text", "Enter what you ask, or what is missing"),
        Act::Decide | Act::Correct => {
            v.check(!answers.text("outcome").is_empty(), "outcome", "Select what is decided");
            v.check(!answers.text("reason").is_empty(), "reason", "Enter why, and what happens now");
            let said = act == Act::Decide || !answers.text("again").is_empty();
            v.check(said, "again", "Enter why what was decided before does not hold");
        }
    }
    v.finish()?;
    let mut cases = visit.cases()?;
    match act {
        Act::Acknowledge => {
            let reference = answers.text("reference");
            let command = AcknowledgeDeskReferralRequest { desk, referral_id, reference, text, request_id };
            heard(cases.acknowledge_desk_referral(ask(command))).await?;
        }
        Act::Ask => {
            let command = AskDeskReferralRequest { desk, referral_id, text, request_id };
            heard(cases.ask_desk_referral(ask(command))).await?;
        }
        Act::Decide | Act::Correct => {
            let (outcome, reason) = (answers.text("outcome"), answers.text("reason"));
            let etag = answers.text("etag");
            let again = answers.text("again");
            let command = DecideDeskReferralRequest { desk, referral_id, outcome, reason, etag, request_id, again };
            heard(cases.decide_desk_referral(ask(command))).await?;
        }
    }
    Ok(())
}
