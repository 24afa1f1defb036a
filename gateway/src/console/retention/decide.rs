//! What people decide about the keeping of a record: one question page each.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        AnswerDestructionRequest, AnswerHoldLiftRequest, AskDestructionRequest, AskHoldLiftRequest, KeepLongerRequest,
        PlaceHoldRequest, Retention, RetentionAsk, SetRetentionBasisRequest,
    },
};

use super::{KINDS, fetch};
use crate::{
    console::{
        case::access,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Row},
        words::{self, Codes},
    },
    present,
};

const ANSWERS: Codes = &[("yes", "I agree"), ("no", "I do not agree")];
const TOUCHES: Codes = &[("yes", "It touches sexual abuse, although its kind of incident does not say so")];

/// What is asked about a hold.
pub fn hold_fields() -> Vec<Field> {
    vec![
        Field::radios("kind", "For whom or what is it held?", KINDS),
        Field::long_text("reason", "Why, and who asked for it?"),
    ]
}

/// What is asked of whoever wants a hold lifted; `others` are those who may be named to answer.
pub fn lift_fields(others: &[(String, String)]) -> Vec<Field> {
    let why = Field::long_text("reason", "Why is the hold needed no more?");
    std::iter::once(why).chain(access::second_field(others)).collect()
}

/// What is asked about keeping it longer.
pub fn keep_fields() -> Vec<Field> {
    vec![
        Field::day("review_date", "When is it to be looked at again?"),
        Field::long_text("reason", "Why is it kept until then?"),
    ]
}

/// What is asked about what the review is reckoned from.
pub fn basis_fields() -> Vec<Field> {
    vec![
        Field::day(
            "born_date",
            "When was the adult born, or the youngest child whom the roll does not know? (optional)",
        ),
        Field::day("left_date", "What was the adult’s last day at the school? (optional)"),
        Field::checkboxes("sexual_abuse", "What else is known? (optional)", TOUCHES)
            .hint("Such a record is kept for 75 years and held. Where it was said by mistake, somebody else takes it back: with all of this left empty, and the reason."),
        Field::long_text("reason", "How is that known?"),
    ]
}

/// What is asked of whoever wants it destroyed; `others` are those who may be named to answer.
pub fn destroy_fields(others: &[(String, String)]) -> Vec<Field> {
    let why = Field::long_text("reason", "Why is it needed no more?").hint("The reason is destroyed with the record.");
    std::iter::once(why).chain(access::second_field(others)).collect()
}

/// What is asked of the second person.
pub fn answer_fields() -> Vec<Field> {
    vec![Field::radios("agreed", "Do you agree?", ANSWERS), Field::long_text("reason", "Why?")]
}

/// The page of a decision.
fn page(visit: &Visit, record: &Retention, title: &str, path: &str, button: &str, fields: Vec<Field>) -> FormPage {
    let here = visit.at(&format!("/retention/{}", record.record_id));
    let crumbs = visit.crumbs(&[
        ("Cases", visit.at("/cases")),
        ("How long records are kept", visit.at("/retention")),
        ("Record", here.clone()),
    ]);
    let mut page =
        visit.form_page(Head::new(title, crumbs).of(super::called(record)), format!("{here}/{path}"), button, fields);
    page.rows = vec![Row::new("Review", super::review(record))];
    page.rows.extend(Row::some("Held for", Some(super::held(record))));
    page
}

fn hold_page(visit: &Visit, record: &Retention) -> FormPage {
    let page = page(visit, record, "Hold the record", "holds", "Hold it", hold_fields());
    page.lead("A record that is held is not destroyed, whatever its review says. Two people lift a hold.")
}

fn lift_page(visit: &Visit, record: &Retention, hold_id: &str, others: &[(String, String)]) -> FormPage {
    let (path, fields) = (format!("holds/{hold_id}/lift"), lift_fields(others));
    let mut page = page(visit, record, "Ask for a hold to be lifted", &path, "Ask a second person", fields);
    let hold = record.holds.iter().find(|hold| hold.hold_id == hold_id);
    page.rows.extend(hold.map(|hold| Row::new("Hold", words::called(KINDS, &hold.kind))));
    page.rows.extend(hold.and_then(|hold| Row::some("Why it was placed", Some(hold.reason.clone()))));
    page
}

fn keep_page(visit: &Visit, record: &Retention) -> FormPage {
    let mut page = page(visit, record, "Keep it longer", "keep", "Keep it", keep_fields());
    page.rows.push(Row::new("Not before", words::named_day(&record.earliest_review_date)));
    page
}

fn basis_page(visit: &Visit, record: &Retention) -> FormPage {
    page(visit, record, "Say what the review is reckoned from", "basis", "Save", basis_fields())
}

fn destroy_page(visit: &Visit, record: &Retention, others: &[(String, String)]) -> FormPage {
    let fields = destroy_fields(others);
    let mut page = page(visit, record, "Ask for the record to be destroyed", "destroy", "Ask a second person", fields);
    page.warning = "Once a second person agrees, nobody can read the record again.".to_owned();
    page
}

fn answer_page(visit: &Visit, record: &Retention, asked: &RetentionAsk) -> FormPage {
    let destroys = asked.kind == "destroy";
    let title = if destroys { "Is the record destroyed?" } else { "Is the hold lifted?" };
    let path = format!("asks/{}", asked.ask_id);
    let mut page = page(visit, record, title, &path, "Send your answer", answer_fields());
    // The second person decides on the record and not on a form: it is one step away, with what its day rests on.
    let kind = if record.kind == "case" { "cases" } else { "concerns" };
    let record_at = visit.at(&format!("/{kind}/{}", record.record_id));
    page.rows.insert(0, Row::new("The record", "Read it before you answer").to(record_at));
    page.rows.push(Row::new("Reckoned", words::called(super::FROM, &record.reckoned_from)));
    if let Some(said) = &record.basis {
        let days = [("born", &said.born_date), ("last day", &said.left_date)];
        let days = days.into_iter().filter(|(_, day)| !day.is_empty());
        let days: Vec<String> = days.map(|(what, day)| format!("{what} {}", words::named_day(day))).collect();
        let when = words::stamp(said.create_time.as_ref()).unwrap_or_default();
        page.rows.push(Row::new("Said of it", format!("{}\n{}\n{when}", days.join(", "), said.reason)));
    }
    page.rows.push(Row::new("Asked because", asked.reason.clone()));
    page.rows.extend(Row::some("When", words::stamp(asked.create_time.as_ref())));
    if destroys && !record.obstacle.is_empty() {
        page.rows.push(Row::new("Against destroying it", words::called(super::OBSTACLES, &record.obstacle)));
    }
    if destroys {
        page.warning = "Where you agree, the record is destroyed at once, and nobody can read it again.".to_owned();
        page.form = page.form.grave();
    }
    page
}

fn asked<'a>(record: &'a Retention, ask_id: &str) -> Result<&'a RetentionAsk, Error> {
    record.asks.iter().find(|ask| ask.ask_id == ask_id && ask.state == "waits").ok_or_else(Error::missing)
}

fn reason(v: &mut Violations, answers: &Answers, fix: &str) {
    v.check(!answers.text("reason").is_empty(), "reason", fix);
}

/// Back to the record, else the form again.
async fn settle<T>(
    visit: &Visit,
    record_id: &str,
    answers: &Answers,
    done: Result<T, Error>,
    notice: &str,
    page: impl FnOnce(&Retention) -> FormPage,
) -> Answer {
    let here = visit.at(&format!("/retention/{record_id}"));
    match done {
        Ok(_) => visit.to(&format!("{here}?done={notice}")),
        Err(error) => {
            let bare = || Retention { record_id: record_id.to_owned(), ..Retention::default() };
            let record = fetch(visit, record_id).await.unwrap_or_else(|_| bare());
            visit.again(page(&record), answers, error, &here)
        }
    }
}

/// Makes a question page with one record in its address.
macro_rules! questions {
    ($($(#[$doc:meta])* $show:ident, $send:ident: $needs:ident, $page:ident, $rpc:ident, $notice:literal, $command:path;)*) => {
        $(
            $(#[$doc])*
            pub async fn $show(visit: Visit, Path((_, record_id)): Path<(String, String)>) -> Answer {
                visit.needs(Permission::$needs)?;
                let record = fetch(&visit, &record_id).await?;
                visit.page(&$page(&visit, &record))
            }

            /// Sends it.
            pub async fn $send(Path((_, record_id)): Path<(String, String)>, posted: Posted) -> Answer {
                let Posted { visit, answers } = posted;
                let done = match $command(&visit, &record_id, &answers) {
                    Ok(command) => heard(visit.cases()?.$rpc(ask(command))).await,
                    Err(error) => Err(error),
                };
                settle(&visit, &record_id, &answers, done, $notice, |record| $page(&visit, record)).await
            }
        )*
    };
}

questions! {
    /// Asks why it is held.
    show_hold, hold: CaseAgree, hold_page, place_hold, "held", hold_command;
    /// Asks until when it is kept.
    show_keep, keep: CaseWork, keep_page, keep_longer, "kept_longer", keep_command;
}

/// Asks what the review is reckoned from.
pub async fn show_basis(visit: Visit, Path((_, record_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let record = fetch(&visit, &record_id).await?;
    visit.page(&basis_page(&visit, &record))
}

/// Sends it.
pub async fn basis(Path((_, record_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match basis_command(&visit, &record_id, &answers) {
        Ok(command) => {
            let present_account_ids = present::present(&visit.app, &visit.school).await?;
            let command = SetRetentionBasisRequest { present_account_ids, ..command };
            heard(visit.cases()?.set_retention_basis(ask(command))).await
        }
        Err(error) => Err(error),
    };
    settle(&visit, &record_id, &answers, done, "basis", |record| basis_page(&visit, record)).await
}

fn hold_command(visit: &Visit, record_id: &str, answers: &Answers) -> Result<PlaceHoldRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("kind").is_empty(), "kind", "Select for whom or what it is held");
    reason(&mut v, answers, "Enter why it is held, and who asked for it");
    v.finish()?;
    Ok(PlaceHoldRequest {
        school_id: visit.school.clone(),
        record_id: record_id.to_owned(),
        kind: answers.text("kind"),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    })
}

fn keep_command(visit: &Visit, record_id: &str, answers: &Answers) -> Result<KeepLongerRequest, Error> {
    let mut v = Violations::new();
    let day = words::typed_day(&answers.text("review_date"));
    v.check(day.is_some(), "review_date", "Enter the day of the next review, such as 27/3/2041");
    reason(&mut v, answers, "Enter why it is kept until then");
    v.finish()?;
    Ok(KeepLongerRequest {
        school_id: visit.school.clone(),
        record_id: record_id.to_owned(),
        review_date: answers.day("review_date"),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    })
}

fn basis_command(visit: &Visit, record_id: &str, answers: &Answers) -> Result<SetRetentionBasisRequest, Error> {
    let mut v = Violations::new();
    for (name, fix) in [
        ("born_date", "Enter the date of birth, such as 27/3/1984"),
        ("left_date", "Enter the last day, such as 21/7/2026"),
    ] {
        let typed = answers.text(name);
        v.check(typed.is_empty() || words::typed_day(&typed).is_some(), name, fix);
    }
    reason(&mut v, answers, "Enter how that is known");
    v.finish()?;
    Ok(SetRetentionBasisRequest {
        school_id: visit.school.clone(),
        record_id: record_id.to_owned(),
        born_date: answers.day("born_date"),
        left_date: answers.day("left_date"),
        sexual_abuse: answers.text("sexual_abuse") == "yes",
        reason: answers.text("reason"),
        request_id: answers.request_id(),
        present_account_ids: Vec::new(),
    })
}

fn destroy_command(visit: &Visit, record_id: &str, answers: &Answers) -> Result<AskDestructionRequest, Error> {
    let mut v = Violations::new();
    reason(&mut v, answers, "Enter why it is needed no more");
    v.finish()?;
    Ok(AskDestructionRequest {
        school_id: visit.school.clone(),
        record_id: record_id.to_owned(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
        second_account_id: answers.text("second_account_id"),
        present_account_ids: Vec::new(),
    })
}

/// Asks why it is needed no more.
pub async fn show_destroy(visit: Visit, Path((_, record_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let record = fetch(&visit, &record_id).await?;
    visit.page(&destroy_page(&visit, &record, &access::seconds(&visit).await))
}

/// Sends it.
pub async fn destroy(Path((_, record_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match destroy_command(&visit, &record_id, &answers) {
        Ok(command) => {
            let present_account_ids = present::present(&visit.app, &visit.school).await?;
            let command = AskDestructionRequest { present_account_ids, ..command };
            heard(visit.cases()?.ask_destruction(ask(command))).await
        }
        Err(error) => Err(error),
    };
    let others = access::seconds(&visit).await;
    settle(&visit, &record_id, &answers, done, "agreement", |record| destroy_page(&visit, record, &others)).await
}

/// Asks why a hold is needed no more.
pub async fn show_lift(visit: Visit, Path((_, record_id, hold_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let record = fetch(&visit, &record_id).await?;
    if record.holds.iter().all(|hold| hold.hold_id != hold_id || hold.lift_time.is_some()) {
        return Err(Error::missing().into());
    }
    visit.page(&lift_page(&visit, &record, &hold_id, &access::seconds(&visit).await))
}

/// Sends it.
pub async fn lift(Path((_, record_id, hold_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let mut v = Violations::new();
    reason(&mut v, &answers, "Enter why the hold is needed no more");
    let command = AskHoldLiftRequest {
        school_id: visit.school.clone(),
        record_id: record_id.clone(),
        hold_id: hold_id.clone(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
        second_account_id: answers.text("second_account_id"),
    };
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.ask_hold_lift(ask(command))).await,
        Err(error) => Err(error),
    };
    let others = access::seconds(&visit).await;
    let page = |record: &Retention| lift_page(&visit, record, &hold_id, &others);
    settle(&visit, &record_id, &answers, done, "agreement", page).await
}

/// Asks the second person.
pub async fn show_answer(visit: Visit, Path((_, record_id, ask_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseAgree)?;
    let record = fetch(&visit, &record_id).await?;
    let asked = asked(&record, &ask_id)?;
    visit.page(&answer_page(&visit, &record, asked))
}

/// Sends the answer; of a record that was destroyed the certificate is shown.
pub async fn answer(Path((_, record_id, ask_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let record = match fetch(&visit, &record_id).await {
        Ok(record) => record,
        // Sent twice: the record is gone, and the answer is asked for again below.
        Err(_) => Retention { record_id: record_id.clone(), ..Retention::default() },
    };
    let known = record.asks.iter().find(|ask| ask.ask_id == ask_id).cloned();
    let asked =
        known.unwrap_or_else(|| RetentionAsk { ask_id: ask_id.clone(), kind: "destroy".into(), ..Default::default() });
    let mut v = Violations::new();
    v.check(!answers.text("agreed").is_empty(), "agreed", "Select whether you agree");
    reason(&mut v, &answers, "Enter why");
    let done = match v.finish() {
        Ok(()) => send(&visit, &record_id, &asked, &answers).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(certificate) if !certificate.is_empty() => {
            visit.to(&visit.at(&format!("/certificates/{certificate}?done=destroyed")))
        }
        done => {
            settle(&visit, &record_id, &answers, done, "answered", |record| answer_page(&visit, record, &asked)).await
        }
    }
}

/// Answers the id of the certificate, where there is one from now on.
async fn send(visit: &Visit, record_id: &str, asked: &RetentionAsk, answers: &Answers) -> Result<String, Error> {
    let (school_id, record_id, ask_id) = (visit.school.clone(), record_id.to_owned(), asked.ask_id.clone());
    let (agreed, reason) = (answers.text("agreed") == "yes", answers.text("reason"));
    let request_id = answers.request_id();
    if asked.kind == "destroy" {
        let present_account_ids = present::present(&visit.app, &visit.school).await?;
        let command =
            AnswerDestructionRequest { school_id, record_id, ask_id, agreed, reason, request_id, present_account_ids };
        let answer = heard(visit.cases()?.answer_destruction(ask(command))).await?;
        return Ok(answer.certificate.map(|certificate| certificate.certificate_id).unwrap_or_default());
    }
    let command = AnswerHoldLiftRequest { school_id, record_id, ask_id, agreed, reason, request_id };
    heard(visit.cases()?.answer_hold_lift(ask(command))).await?;
    Ok(String::new())
}
