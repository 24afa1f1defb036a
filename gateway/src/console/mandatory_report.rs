//! What the law asks of whoever found out, and of nobody in their place: one reports in person, and records it here with
//! one's own concern.

use axum::extract::Path;
use chassis::{
    clock::timestamp,
    error::{Error, Violations},
};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        ListMandatoryReportsRequest, ListMandatoryReportsResponse, RecordMandatoryReportRequest, ReferralRoute,
    },
};

use super::{
    case::refer,
    posted::Posted,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    form::{Answers, Field, FormPage},
    part::{Head, Link, Row},
    words,
};

async fn duties(visit: &Visit, concern_id: &str) -> Result<ListMandatoryReportsResponse, Error> {
    let asked = ListMandatoryReportsRequest {
        school_id: visit.school.clone(),
        concern_id: concern_id.to_owned(),
        account_name: visit.visitor.display_name.clone(),
    };
    heard(visit.cases()?.list_mandatory_reports(ask(asked))).await
}

fn head(visit: &Visit, concern_id: &str, title: &str) -> Head {
    let mine = visit.at("/my-concerns");
    Head::new(
        title,
        visit.crumbs(&[("Concerns you reported", mine.clone()), ("Your concern", format!("{mine}/{concern_id}"))]),
    )
}

/// Shows what the law asks, and what was reported already.
pub async fn list(visit: Visit, Path((_, concern_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::ConcernRecord)?;
    let duties = duties(&visit, &concern_id).await?;
    let here = visit.at(&format!("/my-concerns/{concern_id}/mandatory-reports"));
    let form = visit.form(here.clone(), "", Vec::new());
    let mut page = FormPage::new(head(&visit, &concern_id, "What the law asks of you"), form).lead(
        "Some things you must report to the police yourself. Nobody can do that for you. The lead is told that you did.",
    );
    for report in &duties.reports {
        let when = words::stamp(report.report_time.as_ref()).unwrap_or_default();
        page.rows.push(Row::new(report.title.clone(), format!("Reported {when}, reference {}", report.reference)));
    }
    for one in &duties.routes {
        let route = one.route.clone().unwrap_or_default();
        if one.shut.is_empty() {
            page.rows.push(Row::new(route.title.clone(), route.threshold.clone()));
            page.others.push(Link::new(format!("Record it: {}", route.title), format!("{here}/{}", route.key)));
        } else if one.shut == "not_commenced" {
            page.rows.push(Row::new(route.title.clone(), "Not in force yet: tell the safeguarding lead"));
        } else if one.shut == "not_yet" {
            let from = words::named_day(&route.from_date);
            page.rows.push(Row::new(
                route.title.clone(),
                format!("In force from {from}: until then, tell the safeguarding lead"),
            ));
        }
    }
    visit.page(&page)
}

/// What is asked; `begun` is what stands in it already.
pub fn fields(one: &ReferralRoute, begun: &dyn Fn(&str) -> String) -> Vec<Field> {
    let mut fields = Vec::new();
    if one.agencies.len() > 1 {
        let known = one.agencies.iter().map(|agency| (agency.key.as_str(), agency.name.as_str()));
        fields.push(Field::radios("agency", "Whom did you report to?", &[]).choices(known));
    }
    fields.extend(refer::form(&one.route.clone().unwrap_or_default(), begun));
    fields.push(Field::name("reference", "Which reference did they give you?").width("20").under("The report"));
    fields.push(
        Field::moment("report_time", "When did you report? (optional)").hint("Leave this empty if it was just now."),
    );
    fields
}

fn page(visit: &Visit, concern_id: &str, duties: &ListMandatoryReportsResponse, one: &ReferralRoute) -> FormPage {
    let route = one.route.clone().unwrap_or_default();
    let begun = |key: &str| duties.begun.get(&format!("{}.{key}", route.key)).cloned().unwrap_or_default();
    let here = visit.at(&format!("/my-concerns/{concern_id}/mandatory-reports/{}", route.key));
    let head = head(visit, concern_id, &route.title);
    let mut page = visit.form_page(head, here, "Record that I reported", fields(one, &begun)).lead(&route.advice);
    page.rows.push(Row::new("When", route.threshold.clone()));
    page.rows.push(Row::new("By when", refer::clock(route.send.as_ref())));
    page.rows.extend(Row::some("The law", Some(route.duty.clone())));
    for agency in &one.agencies {
        let reached: Vec<&str> = agency.channels.iter().map(|channel| channel.value.as_str()).collect();
        page.rows.push(Row::new(agency.name.clone(), reached.join("\n")));
    }
    page
}

fn open<'a>(duties: &'a ListMandatoryReportsResponse, key: &str) -> Result<&'a ReferralRoute, Error> {
    let known = |one: &&ReferralRoute| one.shut.is_empty() && one.route.as_ref().is_some_and(|route| route.key == key);
    duties.routes.iter().find(known).ok_or_else(Error::missing)
}

/// Asks what was reported.
pub async fn show(visit: Visit, Path((_, concern_id, key)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::ConcernRecord)?;
    let duties = duties(&visit, &concern_id).await?;
    visit.page(&page(&visit, &concern_id, &duties, open(&duties, &key)?))
}

/// Records it.
pub async fn send(Path((_, concern_id, key)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let duties = duties(&visit, &concern_id).await?;
    let one = open(&duties, &key)?;
    let done = match command(&visit, &concern_id, one, &answers) {
        Ok(command) => heard(visit.cases()?.record_mandatory_report(ask(command))).await,
        Err(error) => Err(error),
    };
    let mine = visit.at(&format!("/my-concerns/{concern_id}"));
    match done {
        Ok(_) => visit.to(&format!("{mine}?done=reported")),
        Err(error) => visit.again(page(&visit, &concern_id, &duties, one), &answers, error, &mine),
    }
}

fn command(
    visit: &Visit,
    concern_id: &str,
    one: &ReferralRoute,
    answers: &Answers,
) -> Result<RecordMandatoryReportRequest, Error> {
    let route = one.route.clone().unwrap_or_default();
    let mut v = Violations::new();
    v.check(one.agencies.len() < 2 || !answers.text("agency").is_empty(), "agency", "Select whom you reported to");
    v.check(!answers.text("reference").is_empty(), "reference", "Enter the reference they gave you");
    let answered = refer::answered(&route, answers);
    for field in route.fields.iter().filter(|field| field.required) {
        let empty = answered.get(&field.key).is_none_or(|said| said.trim().is_empty());
        v.check(!empty, &*field.key, format!("Enter an answer: {}", field.label.trim_end_matches('?')));
    }
    v.finish()?;
    let reported = answers.moment("report_time", "When you reported", visit.now())?;
    Ok(RecordMandatoryReportRequest {
        school_id: visit.school.clone(),
        concern_id: concern_id.to_owned(),
        route: route.key.clone(),
        agency: answers.text("agency"),
        answers: answered,
        reference: answers.text("reference"),
        report_time: reported.map(timestamp),
        request_id: answers.request_id(),
    })
}
