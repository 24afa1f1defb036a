//! One sender: its ledger, what its keys stand for, and what waits because its school is not known.

use axum::extract::{Path, Query};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{GetSenderLedgerResponse, ListQuarantineRequest, QuarantineKey, Sender, SenderRoute},
};
use serde::Serialize;

use super::{
    KEYS, Turned, Which, at, crumbs, fetch,
    ledger::{self, Hour},
    register::carried,
    state, sum,
};
use crate::{
    console::{
        filtering::refused_row,
        profile,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        part::{Head, Link, Pager, Row},
        words::{self, Codes},
    },
};

/// Why lines wait.
const REASONS: Codes = &[
    ("unknown", "Stands for no school yet"),
    ("outside", "Stands for none of the sender’s schools: not entered yet, or wrongly named"),
    ("ambiguous", "Stands for several schools"),
    ("missing", "The lines name none"),
];
/// Keys that it shows under which lines wait: as many as may, so that the warning is about all of them.
const KEYS_SHOWN: i32 = 1000;
/// Routes that the page shows, the latest first.
const ROUTES: usize = 200;
/// Hours of the ledger that it shows; the others have a page of their own.
const HOURS: i32 = 48;

/// One sender.
#[derive(Debug, Serialize)]
pub struct SenderPage {
    head: Head,
    rows: Vec<Row>,
    sum: String,
    acts: Vec<Link>,
    /// Whether lines wait that hit a list of illegal material or hold words of self-harm.
    critical: bool,
    /// Whether it has a routing key, so that lines may wait.
    routed: bool,
    waiting: Vec<Waiting>,
    pager: Pager,
    routes: Vec<Route>,
    /// That there are more routes; empty where all are shown.
    more_routes: String,
    hours: Vec<Hour>,
    /// The way to the hours before; without an address where there are none.
    more_hours: Link,
}

#[derive(Debug, Serialize)]
struct Waiting {
    key: String,
    reason: String,
    lines: String,
    critical: String,
    first: String,
    expires: String,
}

#[derive(Debug, Serialize)]
struct Route {
    key: String,
    school: String,
    from: String,
    until: String,
}

impl Waiting {
    fn new(key: &QuarantineKey) -> Self {
        Self {
            key: if key.routing_key.is_empty() { "No key".to_owned() } else { key.routing_key.clone() },
            reason: words::called(REASONS, &key.reason),
            lines: words::number(key.lines),
            critical: words::number(key.critical_lines),
            first: words::stamp(key.first_time.as_ref()).unwrap_or_default(),
            expires: words::stamp(key.expire_time.as_ref()).unwrap_or_default(),
        }
    }
}

/// What the page of a sender is made of.
struct Shown<'a> {
    sender: &'a Sender,
    waiting: &'a [QuarantineKey],
    pager: Pager,
    ledger: &'a GetSenderLedgerResponse,
    /// What its schools are called, by their ids.
    names: &'a [(String, String)],
    crumbs: Vec<Link>,
    place: String,
}

impl Shown<'_> {
    fn page(self) -> SenderPage {
        let Self { sender, waiting, pager, ledger, names, crumbs, place } = self;
        let named = |id: &str| {
            let known = names.iter().find(|(school, _)| school == id);
            known.map_or_else(|| "A school".to_owned(), |(_, name)| name.clone())
        };
        let routed = !sender.routing_key.is_empty();
        let route = |route: &SenderRoute| Route {
            key: route.routing_key.clone(),
            school: named(&route.school_id),
            from: words::stamp(route.start_time.as_ref()).unwrap_or_else(|| "Always".to_owned()),
            until: words::stamp(route.end_time.as_ref()).unwrap_or_else(|| "Open".to_owned()),
        };
        let schools: Vec<String> = sender.schools.iter().map(|school| named(&school.school_id)).collect();
        let mut rows = vec![
            Row::new("State", state(sender)),
            Row::new("Lines written by", profile::called(&sender.profile)),
            Row::new("Zone of times", sender.time_zone.clone()),
        ];
        if routed {
            rows.push(Row::new("What tells the school of a line", words::called(KEYS, &sender.routing_key)));
            rows.push(Row::new(
                words::counted(u64::try_from(schools.len()).unwrap_or_default(), "school", "schools"),
                schools.join("\n"),
            ));
        }
        rows.extend(Row::some("Certificate (SHA-256)", Some(sender.certificate_sha256.clone())));
        if sender.tcp_port > 0 {
            let plain = format!("From {} to port {}, readable on the way", sender.tcp_address, sender.tcp_port);
            rows.push(Row::new("Syslog without TLS", plain));
        }
        rows.extend(Row::some("Registered", words::stamp(sender.create_time.as_ref())));
        rows.extend(Row::some("Secret made", words::stamp(sender.secret_time.as_ref())));
        rows.extend(Row::some("The secret before works until", words::stamp(sender.old_secret_until_time.as_ref())));
        let last = words::stamp(sender.last_receive_time.as_ref()).unwrap_or_else(|| "Never".to_owned());
        rows.push(Row::new("Last line", last));
        rows.extend(ledger.refused_deliveries.iter().map(refused_row));
        rows.push(Row::new("Id", sender.sender_id.clone()));
        let act = |text: &str, path: &str| Link::new(text, format!("{place}{path}"));
        let mut acts = Vec::new();
        if routed {
            acts.push(act("Say which school a key stands for", "/routes"));
        }
        if sender.end_time.is_none() {
            acts.extend([
                act("Change the sender", "/change"),
                act("Make a new secret", "/secret"),
                act("End the sender", "/end"),
            ]);
        }
        let all_hours = || Link::new("Every hour of the ledger", format!("{place}/ledger"));
        let (shown, all) = (words::number(ROUTES as u64), sender.routes.len());
        let left = format!("The latest {shown} of {} are shown.", words::number(all as u64));
        SenderPage {
            head: Head::new("Sender", crumbs).of(sender.name.clone()),
            rows,
            sum: sum(&sender.counts.unwrap_or_default()),
            acts,
            critical: waiting.iter().any(|key| key.critical_lines > 0),
            routed,
            waiting: waiting.iter().map(Waiting::new).collect(),
            pager,
            routes: sender.routes.iter().rev().take(ROUTES).map(route).collect(),
            more_routes: if all > ROUTES { left } else { String::new() },
            hours: ledger.hours.iter().map(Hour::new).collect(),
            more_hours: if ledger.next_page_token.is_empty() { Link::default() } else { all_hours() },
        }
    }
}

impl Page for SenderPage {
    const TEMPLATE: &'static str = "sender.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::filtering_ingest::v1::{RefusedDelivery, SenderHour};

        use super::sample;
        let key = |reason: &str, critical_lines| QuarantineKey {
            routing_key: if reason == "missing" { String::new() } else { "<hill road>".into() },
            reason: reason.into(),
            lines: 1200,
            critical_lines,
            ..QuarantineKey::default()
        };
        let hours = vec![SenderHour { hour_time: None, counts: sample().counts }];
        let refused = RefusedDelivery { reason: "bomb".into(), deliveries: 2, last_time: sample().create_time };
        let full = GetSenderLedgerResponse {
            hours,
            next_page_token: "more".into(),
            refused_deliveries: vec![refused],
            ..Default::default()
        };
        let none = GetSenderLedgerResponse::default();
        let shown = |sender: &Sender, waiting: &[QuarantineKey], ledger: &GetSenderLedgerResponse| {
            let (names, crumbs) = ([("sch_1".to_owned(), "Thistledown Grange School".to_owned())], Vec::new());
            Shown {
                sender,
                waiting,
                pager: Pager::new("/x", &[], "", "more"),
                ledger,
                names: &names,
                crumbs,
                place: "/x".into(),
            }
            .page()
        };
        let route = |n: usize| SenderRoute { routing_key: format!("<{n}>"), ..SenderRoute::default() };
        let many = Sender { routes: (0..=ROUTES).map(route).collect(), ..sample() };
        let ended = Sender { end_time: sample().create_time, routing_key: String::new(), routes: vec![], ..sample() };
        vec![
            shown(&sample(), &[key("unknown", 0), key("outside", 2), key("missing", 0)], &full),
            shown(&many, &[], &none),
            shown(&ended, &[], &none),
        ]
    }
}

/// Shows one with its ledger and what waits.
pub async fn show(visit: Visit, Path(which): Path<Which>, Query(turned): Query<Turned>) -> Answer {
    visit.needs(Permission::SenderManage)?;
    let sender = fetch(&visit, &which).await?;
    let (school_id, sender_id) = (visit.school.clone(), sender.sender_id.clone());
    let ledger = ledger::fetch(&visit, &sender_id, HOURS, "").await?;
    let page_token = turned.page_token.clone();
    let asked = ListQuarantineRequest { school_id, sender_id, page_size: KEYS_SHOWN, page_token };
    let waiting = heard(visit.senders()?.list_quarantine(ask(asked))).await?;
    let place = at(&visit, &format!("/{}", sender.sender_id));
    let names = if visit.school.is_empty() { carried(&visit).await?.choices } else { Vec::new() };
    let shown = Shown {
        sender: &sender,
        waiting: &waiting.keys,
        pager: Pager::new(&place, &[], &turned.page_token, &waiting.next_page_token),
        ledger: &ledger,
        names: &names,
        crumbs: crumbs(&visit, &[("Senders", at(&visit, ""))]),
        place: place.clone(),
    };
    visit.page(&shown.page())
}
