//! What is done about a sender: a key given to a school, a new secret, its end.

use axum::extract::Path;
use chassis::{
    clock::timestamp,
    error::{Error, Violations},
};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{EndSenderRequest, MapRoutingKeyRequest, RotateSenderSecretRequest, Sender},
};

use super::{Which, at, beneath, crumbs, fetch, register::carried};
use crate::{
    console::{
        policy::entries::Entries,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link, Row},
        words::{self, Codes},
    },
};

/// Whether the secret before is to be refused at once.
const OLD: Codes = &[
    ("keep", "Let the old one work for 24 hours more, so that there is time to change it"),
    ("end", "Refuse the old one at once: somebody learnt it"),
];

/// The page that shows a secret, this once.
pub fn secret_page(sender: &Sender, secret: &str, crumbs: Vec<Link>, place: &str) -> Entries {
    let mut rows = vec![Row::new("Secret", secret), Row::new("Sender", sender.sender_id.clone())];
    rows.extend(Row::some("The secret before works until", words::stamp(sender.old_secret_until_time.as_ref())));
    Entries {
        head: Head::new("The secret of the sender", crumbs).of(sender.name.clone()),
        lead: vec![
            "Copy the secret now: it is shown this once. The sender sends it with every request, as Authorization: Bearer and the secret."
                .to_owned(),
        ],
        rows,
        links: vec![Link::new("Go to the sender", format!("{place}/{}", sender.sender_id))],
        ..Entries::default()
    }
}

/// What is asked to give a key to a school.
pub fn map_fields(schools: &[(String, String)]) -> Vec<Field> {
    let school = Field::select("to_school_id", "Which school does it stand for?").choice("", "No school", "");
    let schools = schools.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    vec![
        Field::name("routing_key", "The key, as the lines name it"),
        school.hint("Select no school to let the key stand for none from now on.").choices(schools),
        Field::select("correct", "Where it stood for another school until now, why is that changed?")
            .choice("", "It stands for another from now on, or from the day below", "")
            .choice("yes", "That was a mistake: it never stood for that school", "What its lines raised there is withdrawn, and raised at the right school. Leave the days empty."),
        Field::day("start", "From which day? (optional)").hint("From the beginning of the day. Always, where you leave it empty; from now, where it stood for another school."),
        Field::day("end", "Until which day? (optional)").hint("Until the beginning of the day. Without an end where you leave it empty."),
    ]
}

async fn map_page(visit: &Visit, sender: &Sender) -> Result<FormPage, Error> {
    let head = Head::new("Say which school a key stands for", beneath(visit, sender));
    let place = at(visit, &format!("/{}/routes", sender.sender_id));
    let mut schools = carried(visit).await?.choices;
    schools.retain(|(id, _)| sender.schools.iter().any(|school| school.school_id == *id));
    let page = visit.form_page(head, place, "Save", map_fields(&schools));
    Ok(page.lead("Lines that wait for the key go to the school at once, in their order and with their own times. Alerts that they raise say that they are late."))
}

/// Asks which school a key stands for.
pub async fn show_map(visit: Visit, Path(which): Path<Which>) -> Answer {
    visit.needs(Permission::SenderManage)?;
    let sender = fetch(&visit, &which).await?;
    visit.page(&map_page(&visit, &sender).await?)
}

fn mapping(visit: &Visit, sender: &Sender, answers: &Answers) -> Result<MapRoutingKeyRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("routing_key").is_empty(), "routing_key", "Enter the key as the lines name it");
    let mut day = |name: &str| {
        let text = answers.text(name);
        let day = words::typed_day(&text);
        v.check(text.is_empty() || day.is_some(), name, "Enter a real day, such as 27/3/2027");
        let midnight = day.and_then(|day| {
            let (year, month, day) = (day.year().to_string(), u8::from(day.month()).to_string(), day.day().to_string());
            words::typed(&day, &month, &year, "")
        });
        midnight.map(timestamp)
    };
    let (start_time, end_time) = (day("start"), day("end"));
    v.finish()?;
    // A key that is to stand for no school from a day on stands for its school until then.
    let to_school_id = answers.text("to_school_id");
    let end_time = if to_school_id.is_empty() { start_time.or(end_time) } else { end_time };
    Ok(MapRoutingKeyRequest {
        school_id: visit.school.clone(),
        sender_id: sender.sender_id.clone(),
        routing_key: answers.text("routing_key"),
        to_school_id,
        start_time,
        end_time,
        request_id: answers.request_id(),
        correct: answers.text("correct") == "yes",
    })
}

/// Gives it to the school.
pub async fn map(Path(which): Path<Which>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::SenderManage)?;
    let sender = fetch(&visit, &which).await?;
    let done = match mapping(&visit, &sender, &answers) {
        Ok(command) => heard(visit.senders()?.map_routing_key(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&at(&visit, &format!("/{}?done=key_mapped", sender.sender_id))),
        Err(error) => visit.again(map_page(&visit, &sender).await?, &answers, error, "routing_key"),
    }
}

/// What is asked before a new secret.
pub fn secret_fields() -> Vec<Field> {
    vec![Field::radios("old", "What becomes of the old secret?", OLD)]
}

fn rotate_page(visit: &Visit, sender: &Sender) -> FormPage {
    let head = Head::new("Make a new secret", beneath(visit, sender));
    let place = at(visit, &format!("/{}/secret", sender.sender_id));
    visit
        .form_page(head, place, "Make the secret", secret_fields())
        .lead("It is shown once: have somewhere ready to keep it.")
}

/// Asks what becomes of the old one.
pub async fn show_rotate(visit: Visit, Path(which): Path<Which>) -> Answer {
    visit.needs(Permission::SenderManage)?;
    let sender = fetch(&visit, &which).await?;
    visit.page(&rotate_page(&visit, &sender))
}

/// Makes a new secret and shows it.
pub async fn rotate(Path(which): Path<Which>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::SenderManage)?;
    let sender = fetch(&visit, &which).await?;
    let command = RotateSenderSecretRequest {
        school_id: visit.school.clone(),
        sender_id: sender.sender_id.clone(),
        end_old: answers.text("old") == "end",
        request_id: answers.request_id(),
    };
    let done = match answers.text("old").as_str() {
        "" => Err(Error::invalid("old", "Select what becomes of the old secret")),
        _ => heard(visit.senders()?.rotate_sender_secret(ask(command))).await,
    };
    match done {
        Ok(answer) => {
            let crumbs = crumbs(&visit, &[("Senders", at(&visit, ""))]);
            visit.page(&secret_page(&answer.sender.unwrap_or_default(), &answer.secret, crumbs, &at(&visit, "")))
        }
        Err(error) => visit.again(rotate_page(&visit, &sender), &answers, error, "old"),
    }
}

fn end_page(visit: &Visit, sender: &Sender) -> FormPage {
    let head = Head::new("End the sender", beneath(visit, sender));
    let place = at(visit, &format!("/{}/end", sender.sender_id));
    let mut page = visit.form_page(head, place, "End the sender", Vec::new());
    page.form = page.form.grave();
    page.lead("No further line is taken from it, and its secret and certificate open nothing. What was taken in stays, and what waits can still be given to schools.")
}

/// Asks whether to end it.
pub async fn show_end(visit: Visit, Path(which): Path<Which>) -> Answer {
    visit.needs(Permission::SenderManage)?;
    let sender = fetch(&visit, &which).await?;
    visit.page(&end_page(&visit, &sender))
}

/// Ends it.
pub async fn end(Path(which): Path<Which>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::SenderManage)?;
    let sender = fetch(&visit, &which).await?;
    let command = EndSenderRequest {
        school_id: visit.school.clone(),
        sender_id: sender.sender_id.clone(),
        request_id: answers.request_id(),
    };
    match heard(visit.senders()?.end_sender(ask(command))).await {
        Ok(_) => visit.to(&at(&visit, &format!("/{}?done=sender_ended", sender.sender_id))),
        Err(error) => visit.again(end_page(&visit, &sender), &answers, error, ""),
    }
}
