//! The secret address of the school's calendar: made, shown once, ended.

use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{CreateCalendarFeedRequest, EndCalendarFeedRequest, GetCalendarFeedRequest},
};

use super::entries::Entries;
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{form::Form, part::Head, words},
};

async fn page(visit: &Visit, once: String, form: Option<Form>) -> Result<Entries, Error> {
    let here = visit.at("/policy/calendar");
    let asked = GetCalendarFeedRequest { school_id: visit.school.clone() };
    let since = words::stamp(heard(visit.registry()?.get_calendar_feed(ask(asked))).await?.create_time.as_ref());
    let lead = [
        "Whoever knows the address sees the days of the policy in their own calendar: reviews, ratification, the end of a consultation and proposals. No names and no texts.".to_owned(),
        "The address works without a sign-in, so treat it like a password. A new one ends the one before it.".to_owned(),
        match &since {
            Some(since) => format!("An address works since {since}. It was shown once, when it was made."),
            None => "No address works now.".to_owned(),
        },
    ];
    let make =
        visit.form(here.clone(), if since.is_some() { "Make a new address" } else { "Make an address" }, Vec::new());
    let end = since.map(|_| visit.form(format!("{here}/end"), "End the address", Vec::new()).grave());
    Ok(Entries {
        head: Head::new("Calendar of the policy", visit.crumbs(&[("Policy", visit.at("/policy"))])),
        lead: lead.to_vec(),
        once,
        acts: std::iter::once(make).chain(end).collect(),
        form,
        ..Entries::default()
    })
}

/// Shows what can be done.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    visit.page(&page(&visit, String::new(), None).await?)
}

/// Makes an address and shows it.
pub async fn create(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = CreateCalendarFeedRequest { school_id: visit.school.clone(), request_id: answers.request_id() };
    match heard(visit.registry()?.create_calendar_feed(ask(command))).await {
        Ok(answer) => visit.page(&page(&visit, format!("/calendar/{}.ics", answer.secret), None).await?),
        Err(error) => {
            let form = visit.mended(visit.form(String::new(), "", Vec::new()), &answers, &error, "")?;
            visit.page_again(&page(&visit, String::new(), Some(form)).await?, &error)
        }
    }
}

/// Ends it.
pub async fn end(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = EndCalendarFeedRequest { school_id: visit.school.clone(), request_id: answers.request_id() };
    match heard(visit.registry()?.end_calendar_feed(ask(command))).await {
        Ok(_) => visit.to(&visit.at("/policy/calendar?done=calendar_ended")),
        Err(error) => {
            let form = visit.mended(visit.form(String::new(), "", Vec::new()), &answers, &error, "")?;
            visit.page_again(&page(&visit, String::new(), Some(form)).await?, &error)
        }
    }
}
