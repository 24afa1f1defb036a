//! Lines that could not be read: their text, looked at for a purpose, and reading them again once their profile is mended.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{
        ReplayRejectedLinesRequest, RevealRejectedLinesRequest, RevealRejectedLinesResponse, RevealedLine,
    },
};
use serde::Serialize;

use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Field, Form, FormPage},
        part::{Head, Link},
        words::{self, Codes},
    },
};

/// For what the text is looked at.
const PURPOSES: Codes = &[
    ("mend_profile", "To see what the profile has to read, and mend it"),
    ("find_missed", "To look for what no alert was raised about"),
    ("inquiry", "To answer somebody who asks what is kept or what happened"),
];
const TITLE: &str = "Lines that could not be read";

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![Field::radios("purpose", "For what do you read them?", PURPOSES)]
}

/// Has them read again: a button, for those who keep profiles.
pub fn again(visit: &Visit, here: &str, kept: u64) -> Option<Form> {
    let may = kept > 0 && visit.may(Permission::ProfileKeep);
    may.then(|| visit.form(format!("{here}/rejected-lines/replay"), "Read the kept lines again", Vec::new()))
}

fn crumbs(visit: &Visit, here: &str) -> Vec<Link> {
    let rejected = format!("{here}/rejected-lines");
    visit.crumbs(&[("Filtering", visit.at("/filtering")), ("Feed", here.to_owned()), ("Rejected lines", rejected)])
}

fn asking(visit: &Visit, here: &str) -> FormPage {
    let action = format!("{here}/rejected-lines/text");
    let page = visit.form_page(Head::new(TITLE, crumbs(visit, here)), action, "Show the lines", fields());
    page.lead("They say who was where, as any line of a log does. Where a line names a list of illegal material no letter and no figure of it is shown. Open no address. That you looked, and for what, is in the history.")
}

/// Asks for what.
pub async fn show(visit: Visit, Path((_, feed_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::ProfileKeep)?;
    let here = visit.at(&format!("/filtering/feeds/{feed_id}"));
    visit.page(&asking(&visit, &here))
}

/// Their text.
#[derive(Debug, Serialize)]
pub struct Revealed {
    head: Head,
    lines: Vec<Line>,
    /// More of them; none where these are the last.
    more: Option<Form>,
}

#[derive(Debug, Serialize)]
struct Line {
    when: String,
    line: String,
    reason: String,
    text: String,
    /// Whether its letters and figures are withheld.
    withheld: bool,
}

impl Line {
    fn new(line: &RevealedLine) -> Self {
        Self {
            when: words::stamp(line.receive_time.as_ref()).unwrap_or_default(),
            line: words::number(line.line),
            reason: words::called(words::REJECTED, &line.reason),
            text: line.text.clone(),
            withheld: line.withheld,
        }
    }
}

impl Revealed {
    fn new(answer: &RevealRejectedLinesResponse, crumbs: Vec<Link>, more: Option<Form>) -> Self {
        Self { head: Head::new(TITLE, crumbs), lines: answer.lines.iter().map(Line::new).collect(), more }
    }
}

impl Page for Revealed {
    const TEMPLATE: &'static str = "revealed_lines.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let line = RevealedLine {
            delivery_id: "d1".into(),
            line: 7,
            reason: "malformed".into(),
            text: "user=s.p url=<https://a.example/>".into(),
            ..RevealedLine::default()
        };
        let withheld = RevealedLine { line: 8, text: "••••=•.•".into(), withheld: true, ..line.clone() };
        let some = RevealRejectedLinesResponse { lines: vec![line, withheld], next_page_token: "x".into() };
        let more = Form::new("/x", "Show the next lines", "1".into(), Vec::new()).carrying("purpose", "inquiry");
        let none = RevealRejectedLinesResponse::default();
        vec![Self::new(&some, Vec::new(), Some(more)), Self::new(&none, Vec::new(), None)]
    }
}

/// Shows them.
pub async fn reveal(Path((_, feed_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::ProfileKeep)?;
    let here = visit.at(&format!("/filtering/feeds/{feed_id}"));
    let purpose = answers.text("purpose");
    let mut v = Violations::new();
    v.check(!purpose.is_empty(), "purpose", "Select for what you read them");
    let asked = RevealRejectedLinesRequest {
        school_id: visit.school.clone(),
        feed_id,
        purpose: purpose.clone(),
        page_size: 0,
        page_token: answers.text("page_token"),
    };
    let answer: Result<RevealRejectedLinesResponse, Error> = match v.finish() {
        Ok(()) => heard(visit.filtering()?.reveal_rejected_lines(ask(asked))).await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) => {
            let more = (!answer.next_page_token.is_empty()).then(|| {
                let form = visit.form(format!("{here}/rejected-lines/text"), "Show the next lines", Vec::new());
                form.carrying("purpose", purpose).carrying("page_token", answer.next_page_token.clone())
            });
            visit.page(&Revealed::new(&answer, crumbs(&visit, &here), more))
        }
        Err(error) => visit.again(asking(&visit, &here), &answers, error, ""),
    }
}

/// Has them read again.
pub async fn replay(Path((_, feed_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::ProfileKeep)?;
    let command = ReplayRejectedLinesRequest {
        school_id: visit.school.clone(),
        feed_id: feed_id.clone(),
        request_id: answers.request_id(),
    };
    heard(visit.filtering()?.replay_rejected_lines(ask(command))).await?;
    visit.to(&visit.at(&format!("/filtering/feeds/{feed_id}/rejected-lines?done=lines_replayed")))
}
