//! Senders between the contract's form and ours.

use std::net::IpAddr;

use chassis::{caller::Caller, clock::timestamp, error::Violations};
use proto::filtering_ingest::v1 as pb;

use crate::{
    rpc::convert::sender_counts,
    sender::{Peer, Place, Route, Sender, SenderCounts, fingerprint},
    store::{moment, quarantine},
};

/// A sender, without its schools and routes.
pub(super) fn head(sender: &Sender, received_us: Option<i64>, total: SenderCounts) -> pb::Sender {
    pb::Sender {
        sender_id: sender.id.to_string(),
        school_id: sender.school_id.clone(),
        name: sender.name.clone(),
        routing_key: sender.routing_key.clone(),
        profile: sender.profile.clone(),
        time_zone: sender.time_zone.clone(),
        certificate_sha256: sender.certificate.clone(),
        tcp_address: sender.peer.map(|peer| peer.address.to_string()).unwrap_or_default(),
        tcp_port: sender.peer.map_or(0, |peer| peer.port.into()),
        create_time: Some(timestamp(sender.created_at)),
        end_time: sender.ended_at.map(timestamp),
        secret_time: Some(timestamp(sender.secret_at)),
        old_secret_until_time: sender.old_secret_until.map(timestamp),
        last_receive_time: received_us.and_then(moment).map(timestamp),
        counts: Some(sender_counts(total)),
        etag: sender.etag(),
        ..pb::Sender::default()
    }
}

/// A sender with its schools and routes.
pub(super) fn sender(sender: &Sender, received_us: Option<i64>, total: SenderCounts) -> pb::Sender {
    let school =
        |place: &Place| pb::SenderSchool { school_id: place.school_id.clone(), feed_id: place.feed_id.clone() };
    let route = |route: &Route| pb::SenderRoute {
        routing_key: route.key.clone(),
        school_id: route.school_id.clone(),
        start_time: route.from.map(timestamp),
        end_time: route.until.map(timestamp),
    };
    pb::Sender {
        schools: sender.schools.iter().map(school).collect(),
        routes: sender.routes.iter().map(route).collect(),
        ..head(sender, received_us, total)
    }
}

/// What waits under one key.
pub(super) fn key(group: quarantine::Group) -> pb::QuarantineKey {
    let number = |n: i64| u64::try_from(n).unwrap_or_default();
    let expires = moment(group.first_us).map(|at| at + quarantine::LONGEST);
    pb::QuarantineKey {
        routing_key: group.routing_key,
        reason: group.reason,
        lines: number(group.lines),
        first_time: moment(group.first_us).map(timestamp),
        last_time: moment(group.last_us).map(timestamp),
        critical_lines: number(group.critical),
        expire_time: expires.map(timestamp),
    }
}

/// Checks that somebody may say that a sender is known by an address. Nothing proves that an address is one's own: whoever
/// claims another school's is sent that school's lines. So the authority says it, which knows whose its networks are.
pub(super) fn vouched(v: &mut Violations, caller: &Caller, before: Option<Peer>, now: Option<Peer>) {
    let may = now.is_none() || now == before || caller.at_authority().is_ok();
    let fix = "Leave it empty, or ask the authority to enter it: an address proves nobody, so those who know the networks say \
        whose it is. A certificate you enter yourself";
    v.check(may, "tcp_address", fix);
}

/// How a sender proves itself over syslog: by its certificate, and from where it is known.
pub(super) fn known_by(v: &mut Violations, certificate: &str, address: &str, port: u32) -> (String, Option<Peer>) {
    let read = if certificate.trim().is_empty() { Some(String::new()) } else { fingerprint(certificate) };
    let fix = "Enter the SHA-256 of the certificate, 64 hexadecimal digits with or without colons";
    v.check(read.is_some(), "certificate_sha256", fix);
    let peer = match (address.trim(), port) {
        ("", 0) => None,
        (address, port) => {
            let address = address.parse::<IpAddr>().ok().filter(|address| !address.is_unspecified());
            v.check(address.is_some(), "tcp_address", "Enter the address it sends from, such as 10.20.0.5");
            let port = u16::try_from(port).ok().filter(|port| *port > 0);
            v.check(port.is_some(), "tcp_port", "Enter the port of this installation that it sends to, such as 5514");
            address.zip(port).map(|(address, port)| Peer { address: address.to_canonical(), port })
        }
    };
    (read.unwrap_or_default(), peer)
}
