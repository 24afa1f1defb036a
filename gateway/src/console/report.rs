//! Reporting a concern: one page that anybody on the staff can send in a minute, and the page that says it arrived.

use axum::extract::{Path, Query};
use chassis::{
    clock::timestamp,
    error::{Error, Kind, Violations},
};
use proto::{access::v1::Permission, incident_cases::v1::RecordConcernRequest};
use serde::{Deserialize, Serialize};

use super::{
    posted::Posted,
    visit::{Answer, Visit, ask, heard},
};
use crate::{
    colleague,
    pages::{
        Page,
        form::{Answers, Field, FormPage, LONG_TEXT},
        frame::Contact,
        part::{Head, Link, Row},
        words,
    },
};

/// What to do where a concern cannot be sent.
const IN_PERSON: &str = "It has not been sent. Do not wait for it: tell the designated safeguarding lead in person now, and write down on paper what you saw or heard and when. Send it here as soon as it works again.";

/// The three questions that must be answered, and the two that may be.
pub fn fields() -> Vec<Field> {
    vec![
        Field::name("about", "Who are you worried about?").hint("Write “I do not know the name” if you do not know."),
        Field::long_text("narrative", "What happened?")
            .hint("Use your own words. Say what you saw or heard. Do not copy, share or upload images of children."),
        Field::radios("safe_now", "Is the child safe now?", words::SAFE),
        Field::radios("about_adult", "Is it about an adult who works here? (optional)", words::reporter::ABOUT_ADULT)
            .folded("Is it about an adult who works or helps here?"),
        Field::moment("event_time", "When did it happen? (optional)")
            .hint("Leave this empty if it was just now. For example, 27 11 2025 and 9:30am."),
        Field::name("others", "Who else was there, or was told? (optional)"),
        Field::checkboxes("body_areas", "Where on the body? (optional)", words::reporter::BODY_AREAS)
            .hint("Only what you saw without looking for it. Never ask a child to undress.")
            .folded("Did you see a mark or an injury?"),
    ]
}

async fn page(visit: &Visit) -> FormPage {
    let head = Head::new("Report a concern", visit.crumbs(&[]));
    let page = visit.form_page(head, visit.at("/report"), "Send the concern", fields());
    let contacts = visit.directory.contacts(&visit.app, &visit.visitor).await;
    FormPage { rows: ring(&contacts), ..page }
        .lead("If a child is in danger now, ring 999 first. Then tell the designated safeguarding lead in person.")
}

/// Whom to ring before anything is written.
fn ring(contacts: &[Contact]) -> Vec<Row> {
    let danger = Contact::new("Danger now", "tel", "999");
    let line = |contact: &Contact| Row::new(contact.name.clone(), contact.shown.clone()).to(contact.href.clone());
    std::iter::once(&danger).chain(contacts).map(line).collect()
}

/// Shows it.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::ConcernRecord)?;
    visit.page(&page(&visit).await)
}

/// Reports a concern at the one school somebody has to do with.
pub async fn anywhere(visit: Visit) -> Answer {
    let schools = visit.visitor.schools();
    let current: Vec<_> = schools.iter().filter(|s| !visit.visitor.roles_at(s, visit.now()).is_empty()).collect();
    match current.as_slice() {
        [only] => visit.to(&format!("/schools/{only}/report")),
        _ => visit.to("/"),
    }
}

/// Sends it.
pub async fn record(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let recorded = match command(&visit, &answers) {
        Ok(mut command) => {
            command.lead_account_ids = colleague::leads(&visit.app, &visit.school).await;
            heard(visit.cases()?.record_concern(ask(command))).await
        }
        Err(error) => Err(error),
    };
    match recorded {
        Ok(answer) => {
            let reader = Reader::told(&answer.goes_to).unwrap_or_else(|| Reader::of(&answers.text("about_adult")));
            let (safe, concern) = (answers.text("safe_now"), answer.concern.unwrap_or_default().concern_id);
            visit.to(&visit.at(&format!("/report/sent?safe={safe}&to={}&concern={concern}", reader.code())))
        }
        Err(error) => {
            let mut page = page(&visit).await;
            if matches!(error.kind(), Kind::Unavailable | Kind::Internal) {
                page = page.lead(IN_PERSON);
            }
            visit.again(page, &answers, error, "")
        }
    }
}

fn command(visit: &Visit, answers: &Answers) -> Result<RecordConcernRequest, Error> {
    let event_time = answers.moment("event_time", "The date", visit.now());
    let mut v = Violations::new();
    v.check(!answers.text("about").is_empty(), "about", "Enter who you are worried about");
    v.check(!answers.text("narrative").is_empty(), "narrative", "Enter what happened");
    v.check(
        answers.text("narrative").chars().count() <= LONG_TEXT,
        "narrative",
        "What happened must be 20,000 characters or less",
    );
    v.check(!answers.text("safe_now").is_empty(), "safe_now", "Select whether the child is safe now");
    if let Err(error) = &event_time {
        for violation in error.violations() {
            v.add(&violation.field, &violation.message);
        }
    }
    v.finish()?;
    Ok(RecordConcernRequest {
        school_id: visit.school.clone(),
        about: answers.text("about"),
        narrative: answers.text("narrative"),
        safe_now: answers.text("safe_now"),
        event_time: event_time?.map(timestamp),
        others: answers.text("others"),
        body_areas: answers.all("body_areas"),
        about_adult: answers.text("about_adult"),
        request_id: answers.request_id(),
        lead_account_ids: Vec::new(),
    })
}

chassis::id!(/** A concern, as an address names it. */ struct ConcernId = "con");

/// Who reads a concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum Reader {
    /// The lead or a deputy.
    #[default]
    Lead,
    /// The head: the lead and deputies are away.
    HeadInstead,
    /// The head: it is about an adult.
    Head,
    /// The chair of governors: it is about the head.
    Chair,
    /// Whoever is to read it is away: the authority hears that it waits.
    Authority,
}

impl Reader {
    /// By what was answered to whether it is about an adult.
    fn of(about_adult: &str) -> Self {
        match about_adult {
            "staff" => Self::Head,
            "head" => Self::Chair,
            _ => Self::Lead,
        }
    }

    /// As the service says it.
    fn told(code: &str) -> Option<Self> {
        [Self::Lead, Self::HeadInstead, Self::Head, Self::Chair, Self::Authority]
            .into_iter()
            .find(|reader| reader.code() == code)
    }

    fn code(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::HeadInstead => "head_instead",
            Self::Head => "head",
            Self::Chair => "chair",
            Self::Authority => "authority",
        }
    }

    fn called(self) -> &'static str {
        match self {
            Self::Lead => "the designated safeguarding lead or a deputy",
            Self::HeadInstead | Self::Head => "the head",
            Self::Chair => "the chair of governors",
            Self::Authority => "the head or the chair of governors, whoever is to read it",
        }
    }
}

/// That a concern arrived. Where the child may not be safe it leads with whom to ring.
#[derive(Debug, Serialize)]
pub struct Sent {
    head: Head,
    ring: bool,
    /// Who reads it.
    reader: &'static str,
    /// Whether nobody else does: it is about an adult.
    alone: bool,
    /// Whether they read it because the lead and deputies are away.
    instead: bool,
    /// Whether they are away.
    away: bool,
    contacts: Vec<Contact>,
    /// Where it is added to; empty where that is not known.
    add: Link,
    home: Link,
    another: Link,
}

impl Page for Sent {
    const TEMPLATE: &'static str = "sent.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let contacts = vec![Contact::new("Children’s services, urgent", "tel", "01632 960100")];
        vec![
            Self::new("no", Reader::Lead, contacts.clone(), "/schools/sch_1", "con_1"),
            Self::new("no", Reader::HeadInstead, contacts.clone(), "/schools/sch_1", "con_1"),
            Self::new("not_sure", Reader::Chair, Vec::new(), "/schools/sch_1", ""),
            Self::new("no", Reader::Authority, contacts.clone(), "/schools/sch_1", "con_1"),
            Self::new("yes", Reader::Authority, contacts.clone(), "/schools/sch_1", "con_1"),
            Self::new("yes", Reader::Head, contacts, "/schools/sch_1", "con_1"),
        ]
    }
}

impl Sent {
    fn new(safe: &str, reader: Reader, contacts: Vec<Contact>, home: &str, concern_id: &str) -> Self {
        let ring = safe != "yes";
        let title = match (ring, reader) {
            (false, _) => "Your concern has been sent",
            (true, Reader::Lead) => "Ring now, then tell the safeguarding lead",
            (true, Reader::HeadInstead | Reader::Head) => "Ring now, then tell the head",
            (true, Reader::Chair) => "Ring now, then tell the chair of governors",
            (true, Reader::Authority) => "Ring now, and tell the authority",
        };
        Self {
            head: Head::new(title, Vec::new()),
            ring,
            reader: reader.called(),
            alone: !matches!(reader, Reader::Lead | Reader::HeadInstead),
            instead: reader == Reader::HeadInstead,
            away: reader == Reader::Authority,
            contacts: contacts.into_iter().filter(|contact| contact.href.starts_with("tel:")).collect(),
            add: if concern_id.is_empty() {
                Link::default()
            } else {
                Link::new("Add something, or a photo of your notes", format!("{home}/my-concerns/{concern_id}"))
            },
            home: Link::new("See when it is read", home),
            another: Link::new("Report another concern", format!("{home}/report")),
        }
    }
}

/// What was answered to whether the child is safe.
#[derive(Debug, Deserialize)]
pub struct Safe {
    #[serde(default)]
    safe: String,
    /// Who reads it.
    #[serde(default)]
    to: Reader,
    /// The concern it was answered in.
    #[serde(default)]
    concern: String,
}

/// Says so.
pub async fn sent(visit: Visit, Path(_): Path<String>, Query(safe): Query<Safe>) -> Answer {
    visit.needs(Permission::ConcernRecord)?;
    let contacts = visit.directory.contacts(&visit.app, &visit.visitor).await;
    let concern: Result<ConcernId, _> = safe.concern.parse();
    let concern = concern.map(|id| id.to_string()).unwrap_or_default();
    visit.page(&Sent::new(&safe.safe, safe.to, contacts, &visit.at(""), &concern))
}

#[cfg(test)]
pub fn samples() -> Vec<FormPage> {
    use crate::pages::form::Form;
    let form = || Form::new("/schools/sch_1/report", "Send the concern", "1".into(), fields());
    let head = || Head::new("Report a concern", vec![Link::new("Home", "/")]);
    let error =
        Error::invalid("about", "Enter who you are worried about").and("event_time", "The date must be a real date");
    let answers = [("narrative", "Words & <b>more</b>"), ("safe_now", "no"), ("event_time-day", "31")];
    let answers = Answers::new(answers.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec());
    let wrong = form().answered(&answers).refused(&error, "");
    vec![FormPage::new(head(), form()).lead("If a child is in danger now, ring 999."), FormPage::new(head(), wrong)]
}
