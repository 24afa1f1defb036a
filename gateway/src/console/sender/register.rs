//! Registering a sender, and changing it.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{CreateSenderRequest, ListFeedsRequest, Sender, SenderSchool, UpdateSenderRequest},
};

use super::{KEYS, Which, act, at, beneath, crumbs, fetch};
use crate::{
    console::{
        authority,
        posted::Posted,
        profile,
        visit::{Answer, Visit, ask, ask_patiently, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::Head,
        words,
    },
};

/// What a sender may carry: the feeds of its school, or the authority's schools, ids and names.
pub struct Carried {
    school: bool,
    /// Profiles that the authority shares, and what they are called.
    profiles: Vec<(String, String)>,
    /// Their ids and names.
    pub choices: Vec<(String, String)>,
}

/// What it may be.
///
/// # Errors
/// The refusal of whoever knows.
pub async fn carried(visit: &Visit) -> Result<Carried, Error> {
    if visit.school.is_empty() {
        let schools = authority::schools(visit).await?;
        let choices = schools.into_iter().map(|school| (school.school_id, school.name)).collect();
        return Ok(Carried { school: false, profiles: profile::choices(visit).await?, choices });
    }
    let asked = ListFeedsRequest { school_id: visit.school.clone(), page_size: 1000, page_token: String::new() };
    let feeds = heard(visit.filtering()?.list_feeds(ask(asked))).await?.feeds;
    let choices = feeds.into_iter().map(|feed| (feed.feed_id, feed.name)).collect();
    Ok(Carried { school: true, profiles: Vec::new(), choices })
}

/// What is asked of a sender; what it carries and how its lines are read is asked once, when it is registered.
pub fn fields(carried: &Carried, sender: Option<&Sender>) -> Vec<Field> {
    let known = sender.cloned().unwrap_or_default();
    let choices = || carried.choices.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    let mut fields = vec![
        Field::text("name", "What do you call it?")
            .hint("For example, Filter of the county network.")
            .value(known.name),
    ];
    match (carried.school, sender) {
        (true, None) => fields.push(Field::radios("feed_id", "Which feed does it carry?", &[]).choices(choices())),
        (true, Some(_)) => {}
        (false, _) => {
            if sender.is_some() {
                let shared = carried.profiles.iter().map(|(profile, text)| (profile.as_str(), text.as_str()));
                let moved =
                    Field::select("profile", "Which profile are its lines to be read by from now on? (optional)");
                let moved = moved.choices([("", "The one they are read by now")]).choices(shared);
                fields.push(moved.choices(words::PROFILES.iter().copied()).hint(
                    "Its feeds at every school are moved on with it. Of a profile of your own, the newest version is taken.",
                ));
            }
            if sender.is_none() {
                let shared = carried.profiles.iter().map(|(profile, text)| (profile.as_str(), text.as_str()));
                let shared = Field::radios("profile", "What writes its lines?", &[]).choices(shared);
                fields.push(shared.choices(words::PROFILES.iter().copied()));
                fields.push(Field::radios("routing_key", "What in a line tells its school?", KEYS));
                let zone = Field::name("time_zone", "Zone of times that name none (optional)");
                fields.push(zone.hint("Europe/London where you leave it empty.").width("20"));
            }
            let speaks = known.schools.iter().map(|school| school.school_id.clone()).collect();
            let hint = "A line never reaches a school that is not selected. At each of them a feed of the sender’s name is made. Lines of a school that you clear are refused from then on.";
            let schools = Field::checkboxes("schools", "Which schools may it speak for?", &[]).hint(hint);
            fields.push(schools.choices(choices()).values(speaks));
        }
    }
    let certificate = Field::name("certificate_sha256", "SHA-256 of its client certificate (optional)");
    let port = Some(known.tcp_port).filter(|port| *port > 0).map(|port| port.to_string()).unwrap_or_default();
    fields.extend([
        certificate
            .hint(
                "64 hexadecimal digits, as openssl x509 -noout -fingerprint -sha256 prints them. For syslog over TLS.",
            )
            .value(known.certificate_sha256)
            .under("Syslog"),
        Field::name("tcp_address", "Address it sends from (optional)")
            .hint("Only for syslog without TLS, which anybody on the way can read. The authority enters it.")
            .width("20")
            .value(known.tcp_address),
        Field::name("tcp_port", "Port of this installation it sends to (optional)").width("5").value(port),
    ]);
    fields
}

fn new_page(visit: &Visit, carried: &Carried) -> FormPage {
    let head = Head::new("Register a sender", crumbs(visit, &[("Senders", at(visit, ""))]));
    visit
        .form_page(head, at(visit, ""), "Register the sender", fields(carried, None))
        .lead("Its secret is shown once, when it is registered: have somewhere ready to keep it.")
}

/// Asks for a new one.
pub async fn show_new(visit: Visit) -> Answer {
    visit.needs(Permission::SenderManage)?;
    visit.page(&new_page(&visit, &carried(&visit).await?))
}

/// The port that was typed; 0 where none was.
fn port(v: &mut Violations, answers: &Answers) -> u32 {
    match answers.text("tcp_port").as_str() {
        "" => 0,
        text => text.parse().unwrap_or_else(|_| {
            v.add("tcp_port", "Enter the port as a number");
            0
        }),
    }
}

fn speaks_for(answers: &Answers, known: &[SenderSchool]) -> Vec<SenderSchool> {
    let feed = |id: &str| known.iter().find(|school| school.school_id == id).map(|school| school.feed_id.clone());
    let school = |school_id: String| SenderSchool { feed_id: feed(&school_id).unwrap_or_default(), school_id };
    answers.all("schools").into_iter().map(school).collect()
}

fn creation(visit: &Visit, answers: &Answers) -> Result<CreateSenderRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("name").is_empty(), "name", "Enter what you call it");
    let school = !visit.school.is_empty();
    let asked: &[(&str, &str)] = if school {
        &[("feed_id", "Select the feed that it carries")]
    } else {
        &[("profile", "Select what writes its lines"), ("routing_key", "Select what tells the school of a line")]
    };
    for (name, fix) in asked {
        v.check(!answers.text(name).is_empty(), *name, *fix);
    }
    let tcp_port = port(&mut v, answers);
    v.finish()?;
    Ok(CreateSenderRequest {
        school_id: visit.school.clone(),
        name: answers.text("name"),
        feed_id: answers.text("feed_id"),
        routing_key: answers.text("routing_key"),
        profile: answers.text("profile"),
        time_zone: answers.text("time_zone"),
        schools: speaks_for(answers, &[]),
        certificate_sha256: answers.text("certificate_sha256"),
        tcp_address: answers.text("tcp_address"),
        tcp_port,
        request_id: answers.request_id(),
    })
}

/// Registers one and shows its secret.
pub async fn create(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::SenderManage)?;
    let done = match creation(&visit, &answers) {
        Ok(command) => heard(visit.senders()?.create_sender(ask_patiently(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(answer) => {
            let sender = answer.sender.unwrap_or_default();
            let crumbs = crumbs(&visit, &[("Senders", at(&visit, ""))]);
            visit.page(&act::secret_page(&sender, &answer.secret, crumbs, &at(&visit, "")))
        }
        Err(error) => visit.again(new_page(&visit, &carried(&visit).await?), &answers, error, ""),
    }
}

fn change_page(visit: &Visit, sender: &Sender, carried: &Carried, etag: &str) -> FormPage {
    let place = at(visit, &format!("/{}/change", sender.sender_id));
    let head = Head::new("Change the sender", beneath(visit, sender));
    let mut page = visit.form_page(head, place, "Save changes", fields(carried, Some(sender)));
    page.form = page.form.carrying("etag", etag);
    page
}

/// Asks what to change.
pub async fn show_change(visit: Visit, Path(which): Path<Which>) -> Answer {
    visit.needs(Permission::SenderManage)?;
    let sender = fetch(&visit, &which).await?;
    visit.page(&change_page(&visit, &sender, &carried(&visit).await?, &sender.etag))
}

/// Changes it.
pub async fn change(Path(which): Path<Which>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::SenderManage)?;
    let sender = fetch(&visit, &which).await?;
    let mut v = Violations::new();
    v.check(!answers.text("name").is_empty(), "name", "Enter what you call it");
    let command = UpdateSenderRequest {
        school_id: visit.school.clone(),
        sender_id: sender.sender_id.clone(),
        name: answers.text("name"),
        schools: speaks_for(&answers, &sender.schools),
        certificate_sha256: answers.text("certificate_sha256"),
        tcp_address: answers.text("tcp_address"),
        tcp_port: port(&mut v, &answers),
        request_id: answers.request_id(),
        profile: answers.text("profile"),
        etag: answers.text("etag"),
    };
    let done = match v.finish() {
        Ok(()) => heard(visit.senders()?.update_sender(ask_patiently(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&at(&visit, &format!("/{}?done=sender_changed", sender.sender_id))),
        // What somebody else changed meanwhile is not overwritten by sending the same again.
        Err(error) => {
            let page = change_page(&visit, &sender, &carried(&visit).await?, &answers.text("etag"));
            visit.again(page, &answers, error, "")
        }
    }
}

/// What the forms are shown with.
#[cfg(test)]
pub fn sample_carried(school: bool) -> Carried {
    let profiles = vec![("authority.larkspur".into(), "larkspur, a profile of the authority’s".into())];
    Carried { school, profiles, choices: vec![("sch_1".into(), "Thistledown <Grange> School".into())] }
}
