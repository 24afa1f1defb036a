//! Senders: of a school where the address names one, else of the authority. Who may send filter lines, how they were
//! accounted for, and what waits because its school is not known.

pub mod act;
pub mod ledger;
pub mod page;
pub mod register;

use axum::extract::Query;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{GetSenderRequest, ListSendersRequest, Sender, SenderCounts},
};
use serde::Deserialize;

use super::{
    policy::entries::{Entries, Entry},
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    part::{Head, Link, Pager, Row},
    words::{self, Codes},
};

/// What may tell the school of a line.
const KEYS: Codes = &[
    ("group", "The group of the user"),
    ("policy", "The policy of the filter"),
    ("virtual_domain", "The virtual domain or system of the firewall"),
    ("location", "The location"),
    ("realm", "The realm or domain of the account"),
    ("device_prefix", "What the device’s name begins with"),
    ("dfe_number", "The school’s DfE number"),
];

/// Which sender an address names.
#[derive(Debug, Deserialize)]
pub struct Which {
    sender_id: String,
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize)]
pub struct Turned {
    #[serde(default)]
    page_token: String,
}

/// The address of the list, or of something beneath it.
fn at(visit: &Visit, path: &str) -> String {
    if visit.school.is_empty() { format!("/senders{path}") } else { visit.at(&format!("/senders{path}")) }
}

fn crumbs(visit: &Visit, beneath: &[(&str, String)]) -> Vec<Link> {
    let first = Some(("Filtering", visit.at("/filtering"))).filter(|_| !visit.school.is_empty());
    let all: Vec<(&str, String)> = first.into_iter().chain(beneath.iter().cloned()).collect();
    visit.crumbs(&all)
}

/// The ledger's sum, as it must always hold.
fn sum(counts: &SenderCounts) -> String {
    let n = words::number;
    format!(
        "{} received = {} observations + {} refused + {} duplicate + {} waiting",
        n(counts.received),
        n(counts.observations),
        n(counts.refused),
        n(counts.duplicate),
        n(counts.quarantined)
    )
}

fn state(sender: &Sender) -> String {
    match words::stamp(sender.end_time.as_ref()) {
        Some(ended) => format!("Ended {ended}"),
        None => "Lines are taken".to_owned(),
    }
}

fn list_page(senders: &[Sender], crumbs: Vec<Link>, place: &str, profiles: Option<Link>, pager: Pager) -> Entries {
    let entry = |sender: &Sender| {
        let last = words::stamp(sender.last_receive_time.as_ref()).unwrap_or_else(|| "Never".to_owned());
        Entry {
            title: sender.name.clone(),
            rows: vec![
                Row::new("State", state(sender)),
                Row::new("Last line", last),
                Row::new("Lines accounted for", sum(&sender.counts.unwrap_or_default())),
            ],
            links: vec![Link::new(format!("See {}", sender.name), format!("{place}/{}", sender.sender_id))],
            ..Entry::default()
        }
    };
    Entries {
        head: Head::new("Senders", crumbs),
        lead: vec![
            "A sender is a connection that filter lines come over, with a secret or a certificate of its own. It sends, and reads nothing.".to_owned(),
        ],
        links: std::iter::once(Link::new("Register a sender", format!("{place}/new"))).chain(profiles).collect(),
        entries: senders.iter().map(entry).collect(),
        none: "No sender is registered yet.",
        pager,
        ..Entries::default()
    }
}

/// Lists senders.
pub async fn list(visit: Visit, Query(turned): Query<Turned>) -> Answer {
    visit.needs(Permission::SenderManage)?;
    let asked =
        ListSendersRequest { school_id: visit.school.clone(), page_size: 50, page_token: turned.page_token.clone() };
    let answer = heard(visit.senders()?.list_senders(ask(asked))).await?;
    let place = at(&visit, "");
    let pager = Pager::new(&place, &[], &turned.page_token, &answer.next_page_token);
    // A school finds them under Filtering.
    let profiles = visit.school.is_empty() && visit.may(Permission::ProfileRead);
    let profiles = profiles.then(|| Link::new("Format profiles that all schools share", "/profiles"));
    visit.page(&list_page(&answer.senders, crumbs(&visit, &[]), &place, profiles, pager))
}

async fn fetch(visit: &Visit, which: &Which) -> Result<Sender, Error> {
    let asked = GetSenderRequest { school_id: visit.school.clone(), sender_id: which.sender_id.clone() };
    heard(visit.senders()?.get_sender(ask(asked))).await?.sender.ok_or_else(Error::missing)
}

/// The way to one sender's own page.
fn beneath(visit: &Visit, sender: &Sender) -> Vec<Link> {
    let place = at(visit, &format!("/{}", sender.sender_id));
    crumbs(visit, &[("Senders", at(visit, "")), ("Sender", place)])
}

#[cfg(test)]
pub fn sample() -> Sender {
    use proto::filtering_ingest::v1::{SenderRoute, SenderSchool};
    let now = Some(chassis::clock::timestamp(time::macros::datetime!(2026-11-24 09:00 UTC)));
    Sender {
        sender_id: "snd_1".into(),
        name: "Filter of the <county>".into(),
        routing_key: "location".into(),
        profile: "fortigate".into(),
        time_zone: "Europe/London".into(),
        schools: vec![SenderSchool { school_id: "sch_1".into(), feed_id: "fee_1".into() }],
        routes: vec![SenderRoute {
            routing_key: "hill road".into(),
            school_id: "sch_1".into(),
            start_time: None,
            end_time: now,
        }],
        certificate_sha256: "ab".repeat(32),
        tcp_address: "192.0.2.7".into(),
        tcp_port: 5514,
        create_time: now,
        secret_time: now,
        old_secret_until_time: now,
        counts: Some(SenderCounts { received: 1000, observations: 700, refused: 200, duplicate: 50, quarantined: 50 }),
        ..Sender::default()
    }
}

#[cfg(test)]
pub fn samples() -> Vec<Entries> {
    let crumbs = || vec![Link::new("Home", "/")];
    vec![
        list_page(&[sample()], crumbs(), "/senders", Some(Link::new("Format profiles", "/profiles")), Pager::default()),
        list_page(&[], crumbs(), "/senders", None, Pager::default()),
        act::secret_page(&sample(), "hgs_0f0f", crumbs(), "/senders"),
    ]
}
