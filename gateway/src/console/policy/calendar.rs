//! The secret address of the school's calendar: made, shown once, ended.

use proto::{
    access::v1::Permission,
    policy_registry::v1::{CreateCalendarFeedRequest, EndCalendarFeedRequest},
};

use super::entries::Entries;
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{form::Form, part::Head},
};

fn page(visit: &Visit, once: String, form: Option<Form>) -> Entries {
    let here = visit.at("/policy/calendar");
    let lead = [
        "Whoever knows the address sees the days of the policy in their own calendar: reviews, ratification, the end of a consultation and proposals. No names and no texts.",
        "The address works without a sign-in, so treat it like a password. A new one ends the one before it.",
    ];
    Entries {
        head: Head::new("Calendar of the policy", visit.crumbs(&[("Policy", visit.at("/policy"))])),
        lead: lead.map(str::to_owned).to_vec(),
        once,
        acts: vec![
            visit.form(here.clone(), "Make a new address", Vec::new()),
            visit.form(format!("{here}/end"), "End the address", Vec::new()).grave(),
        ],
        form,
        ..Entries::default()
    }
}

/// Shows what can be done.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    visit.page(&page(&visit, String::new(), None))
}

/// Makes an address and shows it.
pub async fn create(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = CreateCalendarFeedRequest { school_id: visit.school.clone(), request_id: answers.request_id() };
    match heard(visit.registry()?.create_calendar_feed(ask(command))).await {
        Ok(answer) => visit.page(&page(&visit, format!("/calendar/{}.ics", answer.secret), None)),
        Err(error) => {
            let form = visit.mended(visit.form(String::new(), "", Vec::new()), &answers, &error, "")?;
            visit.page_again(&page(&visit, String::new(), Some(form)), &error)
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
            visit.page_again(&page(&visit, String::new(), Some(form)), &error)
        }
    }
}
