//! Contacts of people outside the schools: those that a case marks, and which other school knows one of them too.

use axum::extract::{Path, Query};
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        Case, ContactMatch, EndContactMarkRequest, ListContactMatchesRequest, ListDeskContactMatchesRequest,
        ListMarkedContactsRequest, MarkContactRequest, MarkedContact, NoteContactMatchRequest,
        NoteDeskContactMatchRequest,
    },
};
use serde::Serialize;

use super::{
    case::{act, fetch, may, page::Event, to_work},
    desk,
    people::People,
    posted::Posted,
    shared_incident::item::no_learner_meant,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    form::{Answers, Field, FormPage},
    part::{From, Head, Link, Pager, Row},
    words::{self, Codes},
};

/// What a contact may be.
const KINDS: Codes = &[
    ("telephone", "Telephone number"),
    ("email", "E-mail address"),
    ("handle", "Handle in an app or game"),
    ("address", "Address of a house"),
];
/// How many a page shows.
const SHOWN: i32 = 50;
/// What a list of matches is called.
const MATCHES: &str = "Contacts that another school knows";
/// The same at the desk.
const AT_DESK: &str = "Contacts that two schools know";

/// A list: of what a case marks, or of matches.
#[derive(Debug, Serialize)]
pub struct Contacts {
    head: Head,
    lead: Vec<&'static str>,
    acts: Vec<Link>,
    title: &'static str,
    events: Vec<Event>,
    none: &'static str,
    pager: Pager,
}

impl Page for Contacts {
    const TEMPLATE: &'static str = "contacts.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let at = Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 });
        let marked = MarkedContact {
            contact_id: "ctc_1".into(),
            kind: "handle".into(),
            platform: "Some<chat>".into(),
            value: "@somebody".into(),
            ring: "A Okafor, 01632 960123".into(),
            account_id: "acc_1".into(),
            create_time: at,
            ..Default::default()
        };
        let ended = MarkedContact { end_reason: "It was <another>".into(), end_time: at, ..marked.clone() };
        let people = People::of(&[("acc_1", "Ms Ali")]);
        let case = super::case::sample();
        let one = ContactMatch {
            contact_match_id: "cmt_1".into(),
            case_id: "cas_1".into(),
            ring: "F Siddiqui, 01632 960124".into(),
            create_time: at,
            kind: "match".into(),
            reference: "C-7K2QX".into(),
            case_reference: "2026-014".into(),
            contact_kind: "handle".into(),
            contact_value: "@some<body>".into(),
            ..Default::default()
        };
        let noted = ContactMatch { note: "Rang <them>".into(), note_time: at, ..one.clone() };
        let many = ContactMatch { kind: "many_marks".into(), marks: 15, note: String::new(), ..one.clone() };
        let here = "/schools/sch_1/contact-matches";
        let list = |events| Self::matches(Vec::new(), events, Pager::new(here, &[], "", "x"));
        vec![
            Self::of_case(&case, &[marked, ended], &people, Vec::new(), "/schools/sch_1/cases/cas_1", true),
            Self::of_case(&case, &[], &people, Vec::new(), "/schools/sch_1/cases/cas_1", false),
            list(vec![found(&one, "Harrowmere <High>", "", here, true), found(&noted, "X", "Ms Ali", here, true)]),
            Self::at_desk(
                Vec::new(),
                vec![
                    told_desk(&one, ("Harrowmere <High>", "Thistledown"), &people, "/desks/safeguarding", true),
                    told_desk(&many, ("Harrowmere", ""), &people, "/desks/safeguarding", true),
                ],
                Pager::new("/desks/safeguarding/contact-matches", &[], "", "x"),
            ),
            list(Vec::new()),
        ]
    }
}

impl Contacts {
    fn of_case(
        case: &Case,
        marked: &[MarkedContact],
        people: &People,
        crumbs: Vec<Link>,
        here: &str,
        works: bool,
    ) -> Self {
        let mark = Link::new("Mark a contact", format!("{here}/contacts/new"));
        Self {
            head: Head::new("Contacts of people outside the school", crumbs).of(case.reference.clone()),
            lead: vec![
                "Mark how an alleged perpetrator outside the school is reached. Where another school marks the same, \
                 both safeguarding leads and the authority’s safeguarding officer are told that there is a match, and \
                 whom to ring.",
                "Nobody is told anything of a case, and what is marked is never shown to another school.",
            ],
            acts: if works && case.state == "open" { vec![mark] } else { Vec::new() },
            title: "Marked in this case",
            events: marked.iter().map(|one| of_case(one, case, people, here, works)).collect(),
            none: "None is marked.",
            pager: Pager::new(here, &[], "", ""),
        }
    }

    fn at_desk(crumbs: Vec<Link>, events: Vec<Event>, pager: Pager) -> Self {
        Self {
            head: Head::new(AT_DESK, crumbs),
            lead: vec![
                "Two schools marked the same contact of somebody outside. Each of them is told to ring the other. You are \
                 told which two, and whom to ring at each; of their cases you are told nothing.",
                "Ring them where you know of more: other schools, the police, or a pattern in the area.",
            ],
            ..Self::matches(Vec::new(), events, pager)
        }
    }

    fn matches(crumbs: Vec<Link>, events: Vec<Event>, pager: Pager) -> Self {
        Self {
            head: Head::new(MATCHES, crumbs),
            lead: vec![
                "Two schools marked the same contact of somebody outside. Ring the other school: what is told then is \
                 between the two of you, and is recorded as a disclosure.",
            ],
            acts: Vec::new(),
            title: "Matches, the newest first",
            events,
            none: "There is no match.",
            pager,
        }
    }
}

fn of_case(one: &MarkedContact, case: &Case, people: &People, here: &str, works: bool) -> Event {
    let kind = words::called(KINDS, &one.kind);
    let title = if one.platform.is_empty() { kind.to_owned() } else { format!("{kind}: {}", one.platform) };
    let when = words::stamp(one.create_time.as_ref()).unwrap_or_default();
    let part = case.involvements.iter().find(|part| part.involvement_id == one.involvement_id);
    let whose = part.map(|part| format!("Of {}\n", part.person)).unwrap_or_default();
    let says = format!("{}\n{whose}Rings: {}", one.value, one.ring);
    let event = Event::new(title, format!("{when}, by {}", people.name(&one.account_id)), says);
    if one.end_time.is_some() {
        let ended = words::stamp(one.end_time.as_ref()).unwrap_or_default();
        return event.more(format!("Compared no more since {ended}: {}", one.end_reason));
    }
    let end = Link::new("Compare it no more", format!("{here}/contacts/{}/end", one.contact_id));
    if works { event.link(end) } else { event }
}

/// A match as a school is told of it; `by` is who said what was done.
fn found(one: &ContactMatch, school: &str, by: &str, here: &str, works: bool) -> Event {
    let when = words::stamp(one.create_time.as_ref()).unwrap_or_default();
    let kind = words::called(KINDS, &one.contact_kind);
    let mark = if one.contact_value.is_empty() { String::new() } else { format!("\n{kind}: {}", one.contact_value) };
    let says = format!("Ring {}, and name it {}\nYour case {}{mark}", one.ring, one.reference, one.case_reference);
    let event = Event::new(format!("{school}, {}", one.reference), format!("Found {when}"), says);
    let base = here.trim_end_matches("/contact-matches");
    let case = Link::new("Open your case", format!("{base}/cases/{}/contacts", one.case_id));
    match one.note_time.as_ref() {
        Some(_) => {
            let noted = words::stamp(one.note_time.as_ref()).unwrap_or_default();
            event.more(format!("{}\n{noted}, by {by}", one.note)).link(case)
        }
        None if works => {
            let note = Link::new("Say what was done", format!("{here}/{}/note", one.contact_match_id));
            event.link(case).also(note)
        }
        None => event.link(case),
    }
}

/// What the desk is told.
fn told_desk(one: &ContactMatch, (school, second): (&str, &str), people: &People, here: &str, works: bool) -> Event {
    let when = words::stamp(one.create_time.as_ref()).unwrap_or_default();
    let done = |event: Event| match words::stamp(one.note_time.as_ref()) {
        Some(noted) => event.more(format!("{}\n{noted}, by {}", one.note, people.name(&one.note_account_id))),
        None if works => {
            event.link(Link::new("Say what was done", format!("{here}/contact-matches/{}/note", one.contact_match_id)))
        }
        None => event,
    };
    if one.kind == "many_marks" {
        let says = format!(
            "{} or more contacts were marked there in one day, the last by {}. Ask the head whether somebody is guessing.",
            one.marks,
            people.name(&one.marked_account_id)
        );
        return done(Event::new(school, format!("Found {when}"), says));
    }
    let says = format!("{school}: {}\n{second}: {}\nBoth know it as {}", one.ring, one.second_ring, one.reference);
    done(Event::new(format!("{school} and {second}"), format!("Found {when}"), says))
}

/// What is asked of a contact; `people` are those whose it may be.
pub fn fields(people: &[(String, String)]) -> Vec<Field> {
    let choices = people.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    vec![
        Field::select("involvement_id", "Whose is it?")
            .choices([("", "Choose a person")])
            .choices(choices)
            .hint("An alleged perpetrator in this case who is no learner of the school."),
        Field::radios("kind", "What is it?", KINDS),
        Field::name("platform", "In which app or game? (for a handle)"),
        Field::name("value", "The number, address or handle"),
        Field::name("ring", "Whom does another school ring?")
            .hint("A name and a telephone number of your school, and no child’s name: another school and the authority read it."),
        no_learner_meant(),
    ]
}

/// What is asked of the end of one.
pub fn end_fields() -> Vec<Field> {
    vec![Field::long_text("reason", "Why is it compared no more?").hint("What was found before stays.")]
}

/// What is asked about a match.
pub fn note_fields() -> Vec<Field> {
    vec![Field::long_text("note", "What was done?").hint("Whom you rang, and what the two schools agreed.")]
}

/// Those whose contacts may be marked.
fn people_of(case: &Case) -> Vec<(String, String)> {
    let outside = case
        .involvements
        .iter()
        .filter(|part| part.role == "alleged_perpetrator" && part.learner_id.is_empty() && part.end.is_none());
    outside.map(|part| (part.involvement_id.clone(), part.person.clone())).collect()
}

fn crumbs(visit: &Visit, case: &Case) -> Vec<Link> {
    let here = visit.at(&format!("/cases/{}", case.case_id));
    visit.crumbs(&[("Cases", visit.at("/cases")), ("Case", here)])
}

/// Lists those of a case.
pub async fn of(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let case = fetch(&visit, &case_id).await?;
    let asked = ListMarkedContactsRequest { school_id: visit.school.clone(), case_id: case_id.clone() };
    let marked = heard(visit.cases()?.list_marked_contacts(ask(asked))).await?.contacts;
    let people = visit.people(marked.iter().map(|one| one.account_id.as_str())).await;
    let works = may(&visit, &case, Permission::CaseWork);
    let here = visit.at(&format!("/cases/{case_id}"));
    visit.page(&Contacts::of_case(&case, &marked, &people, crumbs(&visit, &case), &here, works))
}

fn mark_page(visit: &Visit, case: &Case) -> FormPage {
    act::page(visit, case, "Mark a contact", "contacts/new", "Mark it", fields(&people_of(case)))
        .lead("Schools are told of a match and whom to ring, and of nothing else. Every contact you mark is on record.")
}

/// Asks for a contact.
pub async fn show_mark(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    visit.page(&mark_page(&visit, &case))
}

fn command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<MarkContactRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("involvement_id").is_empty(), "involvement_id", "Select whose it is");
    v.check(!answers.text("kind").is_empty(), "kind", "Select what it is");
    let handle = answers.text("kind") == "handle";
    v.check(!handle || !answers.text("platform").is_empty(), "platform", "Enter in which app or game");
    v.check(!answers.text("value").is_empty(), "value", "Enter the number, address or handle");
    v.check(!answers.text("ring").is_empty(), "ring", "Enter whom another school rings");
    v.finish()?;
    Ok(MarkContactRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        involvement_id: answers.text("involvement_id"),
        kind: answers.text("kind"),
        platform: answers.text("platform"),
        value: answers.text("value"),
        ring: answers.text("ring"),
        no_learner_meant: answers.text("no_learner_meant") == "yes",
        request_id: answers.request_id(),
    })
}

/// After an act: back to the contacts of the case, else the form again.
async fn settle<T>(
    visit: &Visit,
    case_id: &str,
    answers: &Answers,
    done: Result<T, Error>,
    page: impl FnOnce(&Case) -> FormPage,
) -> Answer {
    let here = visit.at(&format!("/cases/{case_id}/contacts"));
    match done {
        Ok(_) => visit.to(&format!("{here}?done=contact")),
        Err(error) => {
            let bare = || Case { case_id: case_id.to_owned(), state: "open".to_owned(), ..Case::default() };
            let case = fetch(visit, case_id).await.unwrap_or_else(|_| bare());
            visit.again(page(&case), answers, error, &here)
        }
    }
}

/// Marks it.
pub async fn mark(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match command(&visit, &case_id, &answers) {
        Ok(command) => heard(visit.cases()?.mark_contact(ask(command))).await,
        Err(error) => Err(error),
    };
    settle(&visit, &case_id, &answers, done, |case| mark_page(&visit, case)).await
}

fn end_page(visit: &Visit, case: &Case, contact_id: &str) -> FormPage {
    let path = format!("contacts/{contact_id}/end");
    act::page(visit, case, "Compare a contact no more", &path, "Compare it no more", end_fields())
}

/// Asks why one is compared no more.
pub async fn show_end(visit: Visit, Path((_, case_id, id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = fetch(&visit, &case_id).await?;
    visit.page(&end_page(&visit, &case, &id))
}

/// Ends it.
pub async fn end(Path((_, case_id, id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let mut v = Violations::new();
    v.check(!answers.text("reason").is_empty(), "reason", "Enter why it is compared no more");
    let command = EndContactMarkRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        contact_id: id.clone(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.end_contact_mark(ask(command))).await,
        Err(error) => Err(error),
    };
    settle(&visit, &case_id, &answers, done, |case| end_page(&visit, case, &id)).await
}

/// Matches of which nobody at the school said what was done.
async fn waiting(visit: &Visit) -> Result<Vec<ContactMatch>, Error> {
    let asked =
        ListContactMatchesRequest { school_id: visit.school.clone(), unanswered_only: true, ..Default::default() };
    Ok(heard(visit.cases()?.list_contact_matches(ask(asked))).await?.matches)
}

/// Lists matches.
pub async fn list(visit: Visit, Query(from): Query<From>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let asked = ListContactMatchesRequest {
        school_id: visit.school.clone(),
        page_size: SHOWN,
        page_token: from.page_token.clone(),
        ..Default::default()
    };
    let answer = heard(visit.cases()?.list_contact_matches(ask(asked))).await?;
    let people = visit.people(answer.matches.iter().map(|one| one.note_account_id.as_str())).await;
    let (here, works) = (visit.at("/contact-matches"), visit.may(Permission::CaseWork));
    let mut events = Vec::new();
    for one in &answer.matches {
        let school = visit.school_name(&one.school_id).await;
        events.push(found(one, &school, &people.name(&one.note_account_id), &here, works));
    }
    let pager = Pager::new(&here, &[], &from.page_token, &answer.next_page_token);
    visit.page(&Contacts::matches(visit.crumbs(&[("Cases", visit.at("/cases"))]), events, pager))
}

async fn note_page(visit: &Visit, id: &str) -> FormPage {
    let list = visit.at("/contact-matches");
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), (MATCHES, list.clone())]);
    let mut page =
        visit.form_page(Head::new("Say what was done", crumbs), format!("{list}/{id}/note"), "Save", note_fields());
    let about = waiting(visit).await.unwrap_or_default().into_iter().find(|one| one.contact_match_id == id);
    if let Some(one) = about {
        page.rows.push(Row::new("The other school", visit.school_name(&one.school_id).await));
        page.rows.push(Row::new("Ring", one.ring));
    }
    page
}

/// Asks what was done about one.
pub async fn show_note(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    visit.page(&note_page(&visit, &id).await)
}

/// Saves it.
pub async fn note(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let mut v = Violations::new();
    v.check(!answers.text("note").is_empty(), "note", "Enter what was done");
    let command = NoteContactMatchRequest {
        school_id: visit.school.clone(),
        contact_match_id: id.clone(),
        note: answers.text("note"),
        request_id: answers.request_id(),
    };
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.note_contact_match(ask(command))).await,
        Err(error) => Err(error),
    };
    let list = visit.at("/contact-matches");
    match done {
        Ok(_) => visit.to(&format!("{list}?done=contact_noted")),
        Err(error) => visit.again(note_page(&visit, &id).await, &answers, error, &list),
    }
}

/// Of how many of what the safeguarding officer's desk is told nobody there said what was done.
///
/// # Errors
/// Where they cannot be asked for.
pub async fn told_at_desk(visit: &Visit) -> Result<u64, Error> {
    let asked = ListDeskContactMatchesRequest {
        desk: desk::desk(visit)?.name().to_owned(),
        page_size: 1,
        ..ListDeskContactMatchesRequest::default()
    };
    let answer = heard(visit.cases()?.list_desk_contact_matches(ask(asked))).await?;
    Ok(u64::try_from(answer.unanswered_total).unwrap_or_default())
}

/// What the safeguarding officer's desk is told.
pub async fn at_desk(visit: Visit, Path(_): Path<String>, Query(from): Query<From>) -> Answer {
    visit.needs(Permission::DeskRead)?;
    let asked = ListDeskContactMatchesRequest {
        desk: desk::desk(&visit)?.name().to_owned(),
        page_size: SHOWN,
        page_token: from.page_token.clone(),
    };
    let answer = heard(visit.cases()?.list_desk_contact_matches(ask(asked))).await?;
    let named = answer.matches.iter().flat_map(|one| [one.note_account_id.as_str(), one.marked_account_id.as_str()]);
    let people = visit.people(named).await;
    let (here, works) = (desk::at(&visit, ""), visit.may(Permission::DeskWork));
    let mut events = Vec::new();
    for one in &answer.matches {
        let school = visit.school_name(&one.school_id).await;
        let second = if one.second_school_id.is_empty() {
            String::new()
        } else {
            visit.school_name(&one.second_school_id).await
        };
        events.push(told_desk(one, (&school, &second), &people, &here, works));
    }
    let pager = Pager::new(&desk::at(&visit, "/contact-matches"), &[], &from.page_token, &answer.next_page_token);
    visit.page(&Contacts::at_desk(desk::crumbs(&visit, &[]), events, pager))
}

fn desk_note_page(visit: &Visit, id: &str) -> FormPage {
    let list = desk::at(visit, "/contact-matches");
    let head = Head::new("Say what was done", desk::crumbs(visit, &[(AT_DESK, list.clone())]));
    visit.form_page(head, format!("{list}/{id}/note"), "Save", note_fields())
}

/// Asks what the desk did about one.
pub async fn show_desk_note(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::DeskWork)?;
    visit.page(&desk_note_page(&visit, &id))
}

/// Saves it.
pub async fn desk_note(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = NoteDeskContactMatchRequest {
        desk: desk::desk(&visit)?.name().to_owned(),
        contact_match_id: id.clone(),
        note: answers.text("note"),
        request_id: answers.request_id(),
    };
    let done = if command.note.is_empty() {
        Err(Error::invalid("note", "Enter what was done"))
    } else {
        heard(visit.cases()?.note_desk_contact_match(ask(command))).await
    };
    let list = desk::at(&visit, "/contact-matches");
    match done {
        Ok(_) => visit.to(&format!("{list}?done=contact_noted")),
        Err(error) => visit.again(desk_note_page(&visit, &id), &answers, error, &list),
    }
}
