//! Sending a child's file: the school is chosen, what goes is looked at, and then it is sent; taken back while nobody has
//! received it; and decided on ahead of the move.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        DecideAdvanceSharingRequest, Learner, PreviewTransferRequest, PreviewTransferResponse, SendTransferRequest,
        TransferUnsaid, WithdrawTransferRequest, WithdrawTransferResponse,
    },
};
use serde::Serialize;

use super::{entry, form_below, form_of, left_out, names, way};
use crate::{
    console::{
        case::page::Event,
        learner::{self, household, told_apart},
        posted::Posted,
        shared_incident::item::no_learner_meant,
        visit::{Answer, Visit, ask, ask_patiently, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, Form, FormPage},
        part::{Head, Link, Row},
        words::{self, Codes},
    },
};

const SHARE: Codes = &[("yes", "Yes, something is shared now"), ("no", "No, nothing before the child has moved")];

/// What is chosen before what goes is looked at.
const CHOSEN: [&str; 3] = ["to_school_id", "contact", "no_learner_meant"];

/// What goes, before it goes.
#[derive(Debug, Serialize)]
pub struct CheckPage {
    head: Head,
    rows: Vec<Row>,
    /// Why it cannot be sent; empty where it can.
    stopped: String,
    /// What may be about the child by the name in it, and does not go.
    unsaid: Vec<Event>,
    /// What becomes of it.
    note: &'static str,
    total: String,
    left_out: Vec<String>,
    items: Vec<Event>,
    form: Option<Form>,
}

impl Page for CheckPage {
    const TEMPLATE: &'static str = "transfer_check.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let form = || {
            let fields = names::fields(&super::example::preview().names);
            Form::new("/schools/sch_1/learners/lrn_1/transfers/send", "Send the file", "1".into(), fields).grave()
        };
        let rows = || vec![Row::new("To", "Harrowmere <High> School"), Row::new("Whom they ring", "Ms Ali")];
        let at = |path: &str| format!("/schools/sch_1{path}");
        let page = |preview: &PreviewTransferResponse, form| Self::new(preview, rows(), Vec::new(), form, &at);
        let whole = super::example::preview();
        let beyond = PreviewTransferResponse { beyond: true, ..whole.clone() };
        let none = PreviewTransferResponse::default();
        let unsaid = super::example::unsaid();
        let asked = PreviewTransferResponse { unsaid: unsaid.clone(), ..whole.clone() };
        let open = PreviewTransferResponse { unsaid: unsaid.clone(), ..none.clone() };
        let mut decide = form();
        decide.fields.push(others(&unsaid));
        let changed = form().refused(&Error::changed(), "");
        vec![
            page(&whole, form()).outside(),
            page(&whole, form()),
            page(&whole, changed),
            page(&beyond, form()),
            page(&none, form()),
            page(&asked, decide),
            page(&open, form()),
        ]
    }
}

impl CheckPage {
    /// A page of what goes.
    pub fn new(
        preview: &PreviewTransferResponse,
        rows: Vec<Row>,
        crumbs: Vec<Link>,
        form: Form,
        at: &dyn Fn(&str) -> String,
    ) -> Self {
        let undecided = !preview.unsaid.is_empty();
        let stopped = if preview.beyond {
            "A case about this child is restricted, and you are not named in it. Ask somebody whom it names to send the file."
        } else if preview.items.is_empty() && undecided {
            "Nothing is said to be about this child, but somebody of the name stands in what is listed here. Open each and say who it is. Where all of it is about somebody else, record on the transfer’s page that no file goes."
        } else if preview.items.is_empty() {
            "There is no child protection file. Record on the transfer’s page that none goes."
        } else {
            ""
        };
        Self {
            head: Head::new("Check what goes", crumbs),
            rows,
            stopped: stopped.to_owned(),
            unsaid: preview.unsaid.iter().map(|one| may_be(one, at)).collect(),
            note: "The other school reads nothing of this until somebody there has confirmed whose file it is.",
            total: words::counted(u64::try_from(preview.items.len()).unwrap_or_default(), "entry", "entries"),
            left_out: left_out(&preview.left_out),
            items: preview.items.iter().map(entry).collect(),
            form: stopped.is_empty().then_some(form),
        }
    }

    /// The same to a school outside the platform.
    #[must_use]
    pub fn outside(self) -> Self {
        let note = "Next, you get an encrypted file to send, and its passphrase, which you tell them on the telephone.";
        Self { note, ..self }
    }

    /// The same with what is wrong.
    ///
    /// # Errors
    /// The refusal itself where the form is no help.
    pub fn again(mut self, visit: &Visit, answers: &Answers, error: &Error) -> Answer {
        let form = self.form.take().unwrap_or_else(|| Form::new("", "Send the file", String::new(), Vec::new()));
        let answers = names::unsaid_black(answers, &form);
        self.form = Some(visit.mended(form, &answers, error, "")?);
        visit.page_again(&self, error)
    }
}

/// What a record is called that may be about the child.
fn called(one: &TransferUnsaid) -> String {
    match one.kind.as_str() {
        "case" => format!("Case {}", one.title),
        _ => format!("A concern about {}", one.title),
    }
}

fn may_be(one: &TransferUnsaid, at: &dyn Fn(&str) -> String) -> Event {
    let folder = if one.kind == "case" { "cases" } else { "concerns" };
    let link = Link::new("Open", at(&format!("/{folder}/{}", one.record_id)));
    let when = words::day(one.create_time.as_ref()).unwrap_or_default();
    Event::new(called(one), when, "It does not go unless it is said to be about this child.").link(link)
}

/// Which of what may be about the child is about somebody else.
pub fn others(unsaid: &[TransferUnsaid]) -> Field {
    let texts: Vec<(String, String)> = unsaid
        .iter()
        .map(|one| {
            let day = words::day(one.create_time.as_ref()).unwrap_or_default();
            (one.record_id.clone(), format!("{}, {day}", called(one)))
        })
        .collect();
    let choices = texts.iter().map(|(id, text)| (id.as_str(), text.as_str()));
    Field::checkboxes("others_record_ids", "Which of these are about somebody else?", &[])
        .hint("Somebody of this child’s name stands in them, and nobody has said who it is. What is about this child is opened first, and the child is named in it: then it goes, too.")
        .choices(choices)
}

/// What is asked; `schools` are ids and names, `others` live with the child.
pub fn fields(schools: &[(String, String)], others: &[Learner]) -> Vec<Field> {
    let choices = schools.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    let mut fields =
        vec![Field::select("to_school_id", "Which school?").choices([("", "Choose a school")]).choices(choices)];
    if !others.is_empty() {
        fields.push(along(others));
    }
    fields.push(
        Field::name("contact", "Whom should they ring?")
            .hint("A name and a telephone number. They read it before they confirm receipt, so no child’s name."),
    );
    fields.push(no_learner_meant());
    fields
}

/// Who of those who live with the child moves along.
pub fn along(others: &[Learner]) -> Field {
    let texts: Vec<(String, String)> = others.iter().map(|one| (one.learner_id.clone(), told_apart(one))).collect();
    let choices = texts.iter().map(|(id, text)| (id.as_str(), text.as_str()));
    Field::checkboxes("along_learner_ids", "Who moves to the same school? (optional)", &[])
        .hint("Other children at home. They keep their names in this file; everybody else becomes a label.")
        .choices(choices)
}

async fn new_page(visit: &Visit, learner_id: &str) -> Result<FormPage, Error> {
    let child = learner::fetch(visit, learner_id).await?;
    let others = household::of(visit, &child).await;
    let mut fields = fields(&visit.other_schools().await?, &others);
    let expected = super::expected_of(visit, learner_id).await?;
    if !expected.is_empty() {
        let school = fields.remove(0).value(expected).hint("This school has the child on its list.");
        fields.insert(0, school);
    }
    let page = form_of(visit, &child, "Send a child’s file", ("check", "Look at what goes"), fields);
    Ok(page.lead("What goes is decided by the rule: every case and concern in which the child has a part, and nothing about adults. You see all of it before it is sent."))
}

/// Asks where to.
pub async fn show_new(visit: Visit, Path((_, learner_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    visit.page(&new_page(&visit, &learner_id).await?)
}

fn chosen(answers: &Answers, schools: &[(String, String)]) -> Result<(), Error> {
    let mut v = Violations::new();
    let to = answers.text("to_school_id");
    let known = schools.iter().any(|(id, _)| *id == to);
    v.check(known, "to_school_id", "Select the school that the child moves to, another than your own");
    v.check(!answers.text("contact").is_empty(), "contact", "Enter whom they should ring");
    v.finish()
}

/// What would go, with what was chosen: `said` tells it, and the form, sent to `act`, carries the answers to `chosen`.
pub async fn looked_at(
    visit: &Visit,
    learner_id: &str,
    answers: &Answers,
    said: Vec<Row>,
    chosen: &[&str],
    (act, button): (&str, &str),
) -> Result<CheckPage, Error> {
    let along = answers.all("along_learner_ids");
    let asked = PreviewTransferRequest {
        school_id: visit.school.clone(),
        learner_id: learner_id.to_owned(),
        along_learner_ids: along.clone(),
    };
    let preview = heard(visit.cases()?.preview_transfer(ask_patiently(asked))).await?;
    let child = learner::fetch(visit, learner_id).await?;
    let (here, crumbs) = way(visit, learner_id);
    let mut rows = vec![Row::new("Child", told_apart(&child))];
    rows.extend(said);
    let mut asked = names::fields(&preview.names);
    if !preview.unsaid.is_empty() {
        asked.push(others(&preview.unsaid));
    }
    let form = visit.form(format!("{here}/{act}"), button, asked).grave();
    let form = chosen.iter().fold(form, |form, field| form.carrying(field, answers.text(field)));
    let form = along.into_iter().fold(form, |form, id| form.carrying("along_learner_ids", id));
    let form = names::numbered(form.carrying("contents_digest", &preview.contents_digest), &preview.names);
    Ok(CheckPage::new(&preview, rows, crumbs, form, &|path| visit.at(path)))
}

async fn check_page(visit: &Visit, learner_id: &str, answers: &Answers) -> Result<CheckPage, Error> {
    let to = words::sentence(&visit.school_name(&answers.text("to_school_id")).await);
    let said = vec![Row::new("To", to), Row::new("Whom they ring", answers.text("contact"))];
    looked_at(visit, learner_id, answers, said, &CHOSEN, ("send", "Send the file")).await
}

/// Shows what would go.
pub async fn check(Path((_, learner_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::CaseShare)?;
    let checked = match chosen(&answers, &visit.other_schools().await?) {
        Ok(()) => check_page(&visit, &learner_id, &answers).await,
        Err(error) => Err(error),
    };
    match checked {
        Ok(page) => visit.page(&page),
        Err(error) => visit.again(new_page(&visit, &learner_id).await?, &answers, error, ""),
    }
}

/// Sends it.
pub async fn send(Path((_, learner_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let (keep_names, black_out) = match names::answered(&answers) {
        Ok(answered) => answered,
        Err(error) => return check_page(&visit, &learner_id, &answers).await?.again(&visit, &answers, &error),
    };
    let command = SendTransferRequest {
        no_learner_meant: answers.text("no_learner_meant") == "yes",
        school_id: visit.school.clone(),
        learner_id: learner_id.clone(),
        to_school_id: answers.text("to_school_id"),
        contact: answers.text("contact"),
        along_learner_ids: answers.all("along_learner_ids"),
        contents_digest: answers.text("contents_digest"),
        others_record_ids: answers.all("others_record_ids"),
        request_id: answers.request_id(),
        keep_names,
        black_out,
    };
    match heard(visit.cases()?.send_transfer(ask_patiently(command))).await {
        Ok(answer) => {
            let id = answer.transfer.unwrap_or_default().transfer_id;
            visit.to(&visit.at(&format!("/transfers/{id}?done=transfer_sent")))
        }
        // What is wrong with what was chosen is mended where it was.
        Err(error) if error.violations().iter().any(|one| CHOSEN.contains(&one.field.as_str())) => {
            visit.again(new_page(&visit, &learner_id).await?, &answers, error, "")
        }
        Err(error) => check_page(&visit, &learner_id, &answers).await?.again(&visit, &answers, &error),
    }
}

/// What is asked to take a file back.
pub fn withdraw_fields() -> Vec<Field> {
    vec![
        Field::long_text("reason", "Why do you take it back?").hint("No names. The other school reads this."),
        no_learner_meant(),
    ]
}

/// What is asked where no file goes.
pub fn none_fields() -> Vec<Field> {
    vec![
        Field::long_text("reason", "Why does no file go?").hint("No names. For example: the child moves abroad."),
        no_learner_meant(),
    ]
}

fn withdraw_page(visit: &Visit, id: &str) -> FormPage {
    form_below(visit, id, "Take the file back", ("withdraw", "Take the file back"), withdraw_fields())
        .lead("Nobody at the other school can read it from then on. It is to be sent again, by the same day as before. A school outside the platform may have opened it: ring them, and ask them to destroy it.")
}

fn none_page(visit: &Visit, id: &str) -> FormPage {
    form_below(visit, id, "No file goes", ("none", "Record that no file goes"), none_fields())
        .lead("Nothing is due any more. If the day has passed, the authority still sees that it was late.")
}

/// Asks why.
pub async fn show_withdraw(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    visit.page(&withdraw_page(&visit, &id))
}

/// Takes it back.
pub async fn withdraw(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    match ended(&visit, &id, &answers, false).await {
        Ok(done) => {
            // On to what is to be sent in its place.
            let next = done.again.map_or(id, |again| again.transfer_id);
            visit.to(&visit.at(&format!("/transfers/{next}?done=transfer_withdrawn")))
        }
        Err(error) => visit.again(withdraw_page(&visit, &id), &answers, error, ""),
    }
}

/// Asks why none goes.
pub async fn show_none(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    visit.page(&none_page(&visit, &id))
}

/// Records it.
pub async fn none(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    match ended(&visit, &id, &answers, true).await {
        Ok(_) => visit.to(&visit.at(&format!("/transfers/{id}?done=transfer_none"))),
        Err(error) => visit.again(none_page(&visit, &id), &answers, error, ""),
    }
}

async fn ended(visit: &Visit, id: &str, answers: &Answers, none_goes: bool) -> Result<WithdrawTransferResponse, Error> {
    let command = WithdrawTransferRequest {
        school_id: visit.school.clone(),
        transfer_id: id.to_owned(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
        none_goes,
        no_learner_meant: answers.text("no_learner_meant") == "yes",
    };
    heard(visit.cases()?.withdraw_transfer(ask(command))).await
}

/// What is asked of a decision ahead of the move.
pub fn advance_fields() -> Vec<Field> {
    vec![
        Field::radios("share", "Should the next school know something before the child moves?", SHARE),
        Field::long_text("reason", "Why, and what is told whom?").hint("It stays with your school."),
    ]
}

fn advance_page(visit: &Visit, learner_id: &str) -> FormPage {
    let (here, crumbs) = way(visit, learner_id);
    let head = Head::new("Decide on sharing ahead of the move", crumbs);
    visit.form_page(head, format!("{here}/advance"), "Save the decision", advance_fields()).lead(
        "A new school can have support ready from the first day if it knows early. To share the file itself, send it now.",
    )
}

/// Asks.
pub async fn show_advance(visit: Visit, Path((_, learner_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    visit.page(&advance_page(&visit, &learner_id))
}

/// Saves it.
pub async fn advance(Path((_, learner_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let mut v = Violations::new();
    v.check(!answers.text("share").is_empty(), "share", "Select yes or no");
    v.check(!answers.text("reason").is_empty(), "reason", "Enter why, and what is told whom");
    let command = DecideAdvanceSharingRequest {
        school_id: visit.school.clone(),
        learner_id: learner_id.clone(),
        share: answers.text("share") == "yes",
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.decide_advance_sharing(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(answer) => {
            let id = answer.transfer.unwrap_or_default().transfer_id;
            visit.to(&visit.at(&format!("/transfers/{id}?done=decision")))
        }
        Err(error) => visit.again(advance_page(&visit, &learner_id), &answers, error, ""),
    }
}
