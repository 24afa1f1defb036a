//! What a head or a chair of governors has to record about an adult: one page, from which the case is open, hidden and its times
//! running. It is a concern like every other, decided on as it comes.

use chassis::{
    clock::timestamp,
    error::{Error, Violations},
};
use proto::{
    access::v1::{Colleague, Permission, Role},
    incident_cases::v1::{AdultSubject, RecordConcernRequest},
};

use super::{fetch, triage};
use crate::{
    adult,
    console::{
        address,
        case::access,
        posted::Posted,
        visit::{Answer, Fault, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::Head,
        words::{self, Codes},
    },
};

/// Where it is, below a school.
pub const PLACE: &str = "/allegations/new";
/// What it is called.
pub const TITLE: &str = "Record an allegation or a low-level concern";

/// What it can be.
const KINDS: Codes = &[
    ("P9", "An allegation: a child was or may have been harmed, or the adult may pose a risk"),
    ("P10", "A low-level concern: it does not keep to the code of conduct"),
];

/// What is asked: four questions that must be answered, and three that may be.
pub fn fields(colleagues: &[Colleague]) -> Vec<Field> {
    let known = access::choices(colleagues);
    vec![
        Field::select("subject_account_id", "Who is it about?")
            .choices([("", "Choose a colleague, or enter a name below")])
            .choices(known.iter().map(|(id, text)| (id.as_str(), text.as_str())))
            .hint("They are kept out from this moment, whatever their role."),
        Field::name("subject_name", "Their name, if they are not in the list (optional)"),
        access::another_person(),
        Field::long_text("narrative", "What happened?")
            .hint("What was seen, heard or said, and by whom. Do not ask anybody about it before the designated officer has advised."),
        Field::radios("procedure_id", "What is it?", KINDS),
        Field::radios("safe_now", "Is the child safe now?", words::SAFE),
        Field::moment("event_time", "When did it happen? (optional)").hint("For example, 27 11 2025 and 9:30am."),
    ]
}

/// Whether somebody takes on what is about adults.
pub fn takes_on(visit: &Visit) -> bool {
    let office = visit.roles().iter().any(|role| matches!(role, Role::Head | Role::Chair));
    office && visit.may(Permission::ConcernRecord) && visit.may(Permission::ConcernTriage)
}

fn needs(visit: &Visit) -> Result<(), Fault> {
    if takes_on(visit) { Ok(()) } else { Err(Error::denied().into()) }
}

fn page(visit: &Visit, colleagues: &[Colleague]) -> FormPage {
    let head = Head::new(TITLE, visit.crumbs(&[("Concerns", visit.at("/concerns"))]));
    visit.form_page(head, visit.at(PLACE), "Open the case", fields(colleagues)).lead(
        "If a child is in danger now, ring 999 first. The case is open only to you and those you name in it, and the time in which the \
         designated officer is told begins at once.",
    )
}

/// Asks.
pub async fn show(visit: Visit) -> Answer {
    needs(&visit)?;
    let colleagues = access::colleagues(&visit).await.unwrap_or_default();
    visit.page(&page(&visit, &colleagues))
}

/// Records it, and opens the case.
pub async fn record(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    needs(&visit)?;
    let colleagues = access::colleagues(&visit).await.unwrap_or_default();
    let office = office(&visit, &colleagues, &answers);
    let decision = decision(&answers, office);
    let recorded = match command(&visit, &answers, &decision, &colleagues) {
        // Nothing is recorded before it is clear whether the name is a colleague's: they would be let into it.
        Ok((command, subject)) => match adult::compare(&visit.app, &visit.school, "subject", &subject).await {
            Ok(()) => heard(visit.cases()?.record_concern(ask(command))).await,
            Err(error) => Err(access::at_fields(error)),
        },
        Err(error) => Err(error),
    };
    let concern_id = match recorded {
        Ok(answer) => answer.concern.unwrap_or_default().concern_id,
        Err(error) => return visit.again(page(&visit, &colleagues), &answers, error, ""),
    };
    if office == Whose::Another {
        // It is the chair's from here on: whoever recorded it sees that it arrived, as every reporter does.
        let safe = answers.text("safe_now");
        return visit.to(&visit.at(&format!("/report/sent?safe={safe}&to=chair&concern={concern_id}")));
    }
    let opened = match triage::command(&visit, &concern_id, &decision, &colleagues) {
        Ok(command) => {
            let request_id = address::request_id(&answers.request_id(), "the case");
            let command = proto::incident_cases::v1::TriageConcernRequest { request_id, ..command };
            heard(visit.cases()?.triage_concern(ask(command))).await
        }
        Err(error) => Err(error),
    };
    match opened {
        Ok(answer) => match answer.case {
            Some(case) => visit.to(&visit.at(&format!("/cases/{}?done=triaged", case.case_id))),
            None => visit.to(&visit.at("/concerns?done=triaged")),
        },
        // What was written is recorded: only who it is about, or who takes it on, is asked again.
        Err(error) => {
            let concern = fetch(&visit, &concern_id).await?.concern;
            let page = triage::page_of(&visit, &concern, triage::NEW_CASE, &decision).await?;
            visit.again(page, &decision, access::at_fields(error), "")
        }
    }
}

/// Whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// The head's, who records it.
    Head,
    /// The chair's, who records it.
    Chair,
    /// The chair's, recorded by the head: it is about a head.
    Another,
}

fn office(visit: &Visit, colleagues: &[Colleague], answers: &Answers) -> Whose {
    let head = visit.roles().contains(&Role::Head);
    let about_head = access::is_head(colleagues, &answers.text("subject_account_id"));
    match (head, visit.roles().contains(&Role::Chair)) {
        (true, false) if about_head => Whose::Another,
        (true, _) if !about_head => Whose::Head,
        (_, _) => Whose::Chair,
    }
}

/// The same answers as the page of a new case has them.
fn decision(answers: &Answers, office: Whose) -> Answers {
    let routed_to = if office == Whose::Head { "head" } else { "chair" };
    let said = [("decision", triage::NEW_CASE), ("risks", "none"), ("asked", "adult"), ("routed_to", routed_to)];
    let said = said.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Answers::new([said.as_slice(), answers.pairs()].concat())
}

fn command(
    visit: &Visit,
    answers: &Answers,
    decision: &Answers,
    colleagues: &[Colleague],
) -> Result<(RecordConcernRequest, AdultSubject), Error> {
    let event_time = answers.moment("event_time", "The date", visit.now());
    let mut v = Violations::new();
    let subject = access::subject(&mut v, decision, colleagues);
    v.check(!answers.text("narrative").is_empty(), "narrative", "Enter what happened");
    v.check(KINDS.iter().any(|(code, _)| *code == answers.text("procedure_id")), "procedure_id", "Select what it is");
    v.check(!answers.text("safe_now").is_empty(), "safe_now", "Select whether the child is safe now");
    for violation in event_time.as_ref().err().iter().flat_map(|error| error.violations()) {
        v.add(&violation.field, &violation.message);
    }
    v.finish()?;
    let colleague = colleagues.iter().find(|colleague| colleague.account_id == subject.account_id);
    let command = RecordConcernRequest {
        school_id: visit.school.clone(),
        about: colleague.map_or_else(|| subject.name.clone(), |colleague| colleague.display_name.clone()),
        narrative: answers.text("narrative"),
        safe_now: answers.text("safe_now"),
        event_time: event_time?.map(timestamp),
        about_adult: if subject.routed_to == "head" { "staff" } else { "head" }.to_owned(),
        request_id: answers.request_id(),
        ..RecordConcernRequest::default()
    };
    Ok((command, subject))
}
