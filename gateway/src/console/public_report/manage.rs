//! The public report page as the school opens and closes it.

use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{ClosePublicReportRequest, GetPublicReportRequest, OpenPublicReportRequest, PublicReport},
};

use crate::{
    console::{
        policy::entries::Entries,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, Form},
        part::{Head, Row},
        words::{self, reporter},
    },
};

/// What is asked before the page opens, and whenever it is changed.
pub fn fields(report: Option<&PublicReport>, school: &str) -> Vec<Field> {
    let text =
        |said: Option<&str>, otherwise: &str| said.filter(|said| !said.is_empty()).unwrap_or(otherwise).to_owned();
    let (from, to) = (report.map(|r| r.read_from.as_str()), report.map(|r| r.read_to.as_str()));
    let mut fields = vec![
        Field::name("school_name", "What is the school called on the page?")
            .value(text(report.map(|r| r.school_name.as_str()), school)),
        Field::name("read_from", "From when is it read on a school day?")
            .hint("For example, 8:30am.")
            .value(reporter::hour(&text(from, "08:30")))
            .width("10"),
        Field::name("read_to", "Until when?")
            .hint("For example, 4:00pm.")
            .value(reporter::hour(&text(to, "16:00")))
            .width("10"),
    ];
    if report.is_some() {
        let new = &[("yes", "Make a new address: posters with the present one stop working")];
        fields.push(Field::checkboxes("new_code", "The address", new));
    }
    fields
}

fn form(visit: &Visit, report: Option<&PublicReport>, school: &str) -> Form {
    let button = if report.is_some_and(|report| report.open) { "Save changes" } else { "Open the page" };
    visit.form(visit.at("/public-report"), button, fields(report, school))
}

fn page(visit: &Visit, report: Option<&PublicReport>, open: Form, refused: bool) -> Entries {
    let lead = [
        "Learners, parents and others tell you of a worry here without an account. What they write comes to you as a concern, and they can see only whether it was read.",
        "The page shows 999, Childline and CEOP first, and says that it is not an emergency line. The days the school is closed are those of its policy, and where there is a rota, the page says that somebody reads only while the rota has somebody.",
    ];
    let mut rows = Vec::new();
    if let Some(report) = report {
        rows.push(Row::new("State", if report.open { "Open" } else { "Closed" }));
        let address = format!("/public/{}", report.code);
        let shown = format!("/public/{}", reporter::in_fours(&report.code));
        let row = Row::new("Address, after the name of this website", shown);
        rows.push(if report.open { row.to(address) } else { row });
        rows.extend(Row::some("Last changed", words::stamp(report.update_time.as_ref())));
    }
    let close = report
        .filter(|report| report.open)
        .map(|_| visit.form(visit.at("/public-report/close"), "Close the page", Vec::new()).grave());
    Entries {
        head: Head::new("Public report page", visit.crumbs(&[("Concerns", visit.at("/concerns"))])),
        lead: lead.map(str::to_owned).to_vec(),
        rows,
        form: Some(open.clone()).filter(|_| refused),
        acts: std::iter::once(open).chain(close).collect(),
        ..Entries::default()
    }
}

async fn fetch(visit: &Visit) -> Result<Option<PublicReport>, Error> {
    let asked = GetPublicReportRequest { school_id: visit.school.clone() };
    Ok(heard(visit.cases()?.get_public_report(ask(asked))).await?.report)
}

/// Shows it.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::PublicReportManage)?;
    let report = fetch(&visit).await?;
    let school = visit.school_name(&visit.school).await;
    let form = form(&visit, report.as_ref(), &school);
    visit.page(&page(&visit, report.as_ref(), form, false))
}

/// Opens it, or changes what it says.
pub async fn open(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let opened = match command(&visit, &answers) {
        Ok(command) => heard(visit.cases()?.open_public_report(ask(command))).await,
        Err(error) => Err(error),
    };
    match opened {
        Ok(_) => visit.to(&visit.at("/public-report?done=public_report_opened")),
        Err(error) => again(&visit, &answers, &error).await,
    }
}

fn command(visit: &Visit, answers: &Answers) -> Result<OpenPublicReportRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("school_name").is_empty(), "school_name", "Enter what the school is called on the page");
    v.check(!answers.text("read_from").is_empty(), "read_from", "Enter from when it is read");
    v.check(!answers.text("read_to").is_empty(), "read_to", "Enter until when it is read");
    v.finish()?;
    Ok(OpenPublicReportRequest {
        school_id: visit.school.clone(),
        school_name: answers.text("school_name"),
        read_from: reporter::hour_and_minute(&answers.text("read_from")),
        read_to: reporter::hour_and_minute(&answers.text("read_to")),
        new_code: answers.text("new_code") == "yes",
        request_id: answers.request_id(),
    })
}

/// Closes it.
pub async fn close(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = ClosePublicReportRequest { school_id: visit.school.clone(), request_id: answers.request_id() };
    match heard(visit.cases()?.close_public_report(ask(command))).await {
        Ok(_) => visit.to(&visit.at("/public-report?done=public_report_closed")),
        Err(error) => again(&visit, &answers, &error).await,
    }
}

async fn again(visit: &Visit, answers: &Answers, error: &Error) -> Answer {
    let report = fetch(visit).await?;
    let mended = visit.mended(form(visit, report.as_ref(), ""), answers, error, "")?;
    visit.page_again(&page(visit, report.as_ref(), mended, true), error)
}
