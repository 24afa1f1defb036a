//! Senders: the authenticated connections that lines come over. One carries one feed, or a provider's feeds of a closed list
//! of schools: a routing key in the line selects within that list, and never beyond it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

chassis::id!(/** A sender. */ pub struct SenderId = "snd");

/// What may tell the school of a line.
pub const ROUTING_KEYS: [&str; 7] =
    ["group", "policy", "virtual_domain", "location", "realm", "device_prefix", "dfe_number"];
/// The schools a sender may speak for.
pub const SCHOOLS_MAX: usize = 1_000;
/// Routes of one sender: a few keys for each school, and those of the past.
pub const ROUTES_MAX: usize = 10_000;
/// How long the secret before the last one is accepted: time to change it at the other end.
pub const OLD_SECRET: Duration = Duration::hours(24);

/// One side of a sender's ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SenderCounts {
    /// Lines received.
    pub received: u64,
    /// Lines that became observations of a school.
    pub observations: u64,
    /// Lines refused.
    pub refused: u64,
    /// Lines that had been accounted for before.
    pub duplicate: u64,
    /// Lines that wait in quarantine.
    pub quarantined: u64,
}

impl SenderCounts {
    /// Whether every line is accounted for.
    pub fn balanced(&self) -> bool {
        self.received == self.observations + self.refused + self.duplicate + self.quarantined
    }

    /// Adds another side.
    pub fn add(&mut self, other: Self) {
        self.received += other.received;
        self.observations += other.observations;
        self.refused += other.refused;
        self.duplicate += other.duplicate;
        self.quarantined += other.quarantined;
    }
}

/// One sender.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sender {
    /// Its id.
    pub id: SenderId,
    /// The school whose it is; empty for the authority's own.
    pub school_id: String,
    /// What it is called.
    pub name: String,
    /// The profile its lines are read by.
    pub profile: String,
    /// The zone of times without one.
    pub time_zone: String,
    /// What tells the school of a line; empty where it carries one feed.
    pub routing_key: String,
    /// The schools it may speak for, and no others.
    pub schools: Vec<Place>,
    /// Schools it spoke for once: one that comes back goes on in the feed that it had.
    #[serde(default)]
    pub left: Vec<Place>,
    /// What its routing keys stand for.
    pub routes: Vec<Route>,
    /// SHA-256 of its client certificate, in hexadecimal; empty where none.
    pub certificate: String,
    /// From where and to which port of ours it sends over plain syslog.
    pub peer: Option<Peer>,
    /// When it was registered.
    pub created_at: OffsetDateTime,
    /// When its secret was made.
    pub secret_at: OffsetDateTime,
    /// Until when the secret before is accepted, too.
    pub old_secret_until: Option<OffsetDateTime>,
    /// When it was ended.
    pub ended_at: Option<OffsetDateTime>,
}

/// Where lines go: a school and its feed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The school.
    pub school_id: String,
    /// The feed.
    pub feed_id: String,
}

/// What one routing key stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The key, as it is compared.
    pub key: String,
    /// The school.
    pub school_id: String,
    /// From when; none for always.
    pub from: Option<OffsetDateTime>,
    /// Until when; none while it lasts.
    pub until: Option<OffsetDateTime>,
}

/// Where a sender is known from over plain syslog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Its address.
    pub address: IpAddr,
    /// The port of ours.
    pub port: u16,
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}|{}", self.port, self.address.to_canonical())
    }
}

/// What the keys of a line lead to.
#[derive(Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// A school of the sender's.
    At(&'a Place),
    /// None: the line waits, under this key and for this reason.
    Held(String, &'static str),
    /// A school that the sender speaks for no more: the line is refused, and waits for nobody.
    Left,
}

impl Route {
    fn in_force(&self, at: OffsetDateTime) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

impl Sender {
    /// The one feed it carries; none where a routing key tells.
    pub fn single(&self) -> Option<&Place> {
        self.schools.first().filter(|_| self.routing_key.is_empty())
    }

    /// Where lines of a school go; none where it may not speak for that school.
    pub fn place(&self, school_id: &str) -> Option<&Place> {
        self.schools.iter().find(|place| place.school_id == school_id)
    }

    /// Where lines of a school went that it speaks for no more.
    pub fn left(&self, school_id: &str) -> Option<&Place> {
        self.left.iter().find(|place| place.school_id == school_id)
    }

    /// What changes whenever something does that is changed with it: keys that are given to schools meanwhile stay.
    pub fn etag(&self) -> String {
        let known_by = (&self.certificate, self.peer.map(|peer| peer.to_string()));
        let whole = format!("{:?}", (&self.name, &self.profile, &self.schools, known_by, self.ended_at));
        hex::encode(&Sha256::digest(whole)[..8])
    }

    /// Where a line with these keys goes that happened at a moment. Several keys must lead to one school.
    pub fn find(&self, keys: &[String], at: OffsetDateTime) -> Found<'_> {
        let Some(first) = keys.first() else { return Found::Held(String::new(), "missing") };
        let routes: Vec<(&String, &Route)> =
            keys.iter().flat_map(|key| self.longest(key).into_iter().map(move |route| (key, route))).collect();
        let in_force = routes.iter().filter(|(_, route)| route.in_force(at));
        let mut places: Vec<&Place> = in_force.filter_map(|(_, route)| self.place(&route.school_id)).collect();
        places.sort();
        places.dedup();
        match (places.as_slice(), routes.first()) {
            ([place], _) => Found::At(*place),
            ([_, ..], _) => Found::Held(self.shown(first), "ambiguous"),
            ([], Some(_)) if routes.iter().all(|(_, route)| self.place(&route.school_id).is_none()) => Found::Left,
            // It stood for a school once.
            ([], Some((key, _))) => Found::Held(self.shown(key), "outside"),
            // A number names a school whether it is ours or not.
            ([], None) if self.routing_key == "dfe_number" => Found::Held(self.shown(first), "outside"),
            ([], None) => Found::Held(self.shown(first), "unknown"),
        }
    }

    /// The routes of a key: equal ones, or of a device's name those of the longest prefix.
    fn longest(&self, key: &str) -> Vec<&Route> {
        if self.routing_key != "device_prefix" {
            return self.routes.iter().filter(|route| route.key == key).collect();
        }
        let fitting: Vec<&Route> = self.routes.iter().filter(|route| key.starts_with(&route.key)).collect();
        let longest = fitting.iter().map(|route| route.key.len()).max().unwrap_or_default();
        fitting.into_iter().filter(|route| route.key.len() == longest).collect()
    }

    /// A key as whoever looks after the sender sees it: of a device no more than what several have in common, since a
    /// device may be called after its holder.
    fn shown(&self, key: &str) -> String {
        if self.routing_key != "device_prefix" {
            return key.to_owned();
        }
        let end = key.find(['-', '_', '.', ' ']).or_else(|| key.char_indices().nth(4).map(|(at, _)| at));
        key[..end.unwrap_or(key.len())].to_owned()
    }

    /// Lets a key stand for a school from and until a moment. Where it stood for another it does so no more from then on.
    pub fn map(
        &mut self,
        key: &str,
        school_id: &str,
        (from, until): (Option<OffsetDateTime>, Option<OffsetDateTime>),
        now: OffsetDateTime,
    ) {
        let held = self.routes.iter().any(|route| route.key == key && route.until.is_none_or(|until| until > now));
        let from = from.or(held.then_some(now));
        self.end(key, from.unwrap_or(now));
        self.routes.push(Route { key: key.to_owned(), school_id: school_id.to_owned(), from, until });
    }

    /// The schools that a key stands for now and never should have, where it is another's, with since when it does.
    pub fn wrong(&self, key: &str, school_id: &str, now: OffsetDateTime) -> Vec<(&Place, Option<OffsetDateTime>)> {
        let wrong = self.routes.iter().filter(|route| route.key == key && route.school_id != school_id);
        let wrong = wrong.filter(|route| route.in_force(now));
        wrong.filter_map(|route| Some((self.place(&route.school_id)?, route.from))).collect()
    }

    /// Lets a key stand for a school that it was meant for from the beginning, as long as it stood for another.
    pub fn correct(&mut self, key: &str, school_id: &str, now: OffsetDateTime) {
        for route in self.routes.iter_mut().filter(|route| route.key == key && route.in_force(now)) {
            school_id.clone_into(&mut route.school_id);
        }
    }

    /// Whether a line with one key goes where another leads: of a device's name the longest prefix decides.
    pub fn is_key(&self, of_line: &str, key: &str) -> bool {
        self.longest(of_line).iter().any(|route| route.key == key)
    }

    /// Lets a key stand for no school from a moment on.
    pub fn end(&mut self, key: &str, from: OffsetDateTime) {
        for route in self.routes.iter_mut().filter(|route| route.key == key) {
            if route.until.is_none_or(|until| until > from) {
                route.until = Some(from);
            }
        }
        self.routes.retain(|route| route.from.zip(route.until).is_none_or(|(from, until)| from < until));
    }

    /// The schools it may speak for from now on; routes to others end.
    pub fn speak_for(&mut self, schools: Vec<Place>, now: OffsetDateTime) {
        self.left.extend(std::mem::replace(&mut self.schools, schools));
        let mut seen = std::collections::BTreeSet::new();
        // Of a school that left twice, where its lines went last.
        self.left.reverse();
        self.left.retain(|place| {
            !self.schools.iter().any(|now| now.school_id == place.school_id) && seen.insert(place.school_id.clone())
        });
        self.left.reverse();
        let schools = &self.schools;
        let gone = |route: &&mut Route| !schools.iter().any(|place| place.school_id == route.school_id);
        for route in self.routes.iter_mut().filter(gone) {
            if route.until.is_none_or(|until| until > now) {
                route.until = Some(now);
            }
        }
    }
}

/// A routing key as it is compared; none where it cannot be one.
pub fn normal(kind: &str, text: &str) -> Option<String> {
    if kind == "dfe_number" {
        return dfe_number(text);
    }
    let key: String = text.trim().chars().filter(|c| !c.is_control()).flat_map(char::to_lowercase).take(100).collect();
    (!key.is_empty()).then_some(key)
}

/// A DfE number as its seven digits: `123/4567`, `123-4567` and `1234567` are one. Leading zeros are kept.
fn dfe_number(text: &str) -> Option<String> {
    let digits: String = text.trim().chars().filter(|c| !matches!(c, '/' | '-')).collect();
    let parts: Vec<usize> = text.trim().split(['/', '-']).map(str::len).collect();
    let shaped = matches!(parts.as_slice(), [7] | [3, 4]);
    (shaped && digits.bytes().all(|c| c.is_ascii_digit())).then_some(digits)
}

/// A certificate's SHA-256 as it is compared; none where it is none.
pub fn fingerprint(text: &str) -> Option<String> {
    let digits: String = text.trim().chars().filter(|c| *c != ':').collect::<String>().to_ascii_lowercase();
    (digits.len() == 64 && digits.bytes().all(|c| c.is_ascii_hexdigit())).then_some(digits)
}

#[cfg(test)]
pub(crate) mod tests {
    use time::macros::datetime;

    use super::*;

    pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

    /// A sender of two schools, `sch_a` and `sch_b`, each with the keys given.
    pub(crate) fn sender(kind: &str, keys: &[(&str, &str)]) -> Sender {
        let place = |school: &str| Place { school_id: school.into(), feed_id: format!("fee_{school}") };
        let route = |(key, school): &(&str, &str)| Route {
            key: (*key).into(),
            school_id: (*school).into(),
            from: None,
            until: None,
        };
        Sender {
            id: <SenderId as chassis::id::Id>::from_checked("snd_1".into()),
            school_id: String::new(),
            name: "Provider".into(),
            profile: "fortigate".into(),
            time_zone: "UTC".into(),
            routing_key: kind.into(),
            schools: vec![place("sch_a"), place("sch_b")],
            left: Vec::new(),
            routes: keys.iter().map(route).collect(),
            certificate: String::new(),
            peer: None,
            created_at: NOW,
            secret_at: NOW,
            old_secret_until: None,
            ended_at: None,
        }
    }

    fn told(found: &Found<'_>) -> String {
        match found {
            Found::At(place) => place.school_id.clone(),
            Found::Held(key, reason) => format!("{reason}:{key}"),
            Found::Left => "left".to_owned(),
        }
    }

    #[test]
    fn a_line_goes_to_a_school_of_the_list_or_waits_and_never_to_a_default() {
        let sender = sender("group", &[("a pupils", "sch_a"), ("b pupils", "sch_b"), ("c pupils", "sch_c")]);
        let find = |keys: &[&str]| {
            let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
            told(&sender.find(&keys, NOW))
        };
        assert_eq!(find(&["a pupils"]), "sch_a");
        assert_eq!(find(&["everybody", "a pupils"]), "sch_a", "one of several groups tells");
        assert_eq!(find(&["a pupils", "b pupils"]), "ambiguous:a pupils");
        assert_eq!(find(&["d pupils"]), "unknown:d pupils");
        assert_eq!(find(&[]), "missing:");
        assert_eq!(find(&["c pupils"]), "left", "a route beyond the list leads nowhere");
    }

    #[test]
    fn routes_are_dated_and_a_school_may_move() {
        let mut moving = sender("location", &[("hill road", "sch_a")]);
        let moved = NOW + Duration::days(30);
        moving.map("hill road", "sch_b", (Some(moved), None), NOW);
        let keys = ["hill road".to_owned()];
        assert_eq!(told(&moving.find(&keys, NOW)), "sch_a");
        assert_eq!(told(&moving.find(&keys, moved)), "sch_b");
        moving.end("hill road", moved + Duration::days(1));
        assert_eq!(told(&moving.find(&keys, moved + Duration::days(2))), "outside:hill road");
        // A school that leaves takes its routes with it.
        let mut left = sender("location", &[("hill road", "sch_a"), ("lane", "sch_b")]);
        left.speak_for(vec![Place { school_id: "sch_b".into(), feed_id: "f".into() }], NOW);
        assert_eq!(told(&left.find(&keys, NOW - Duration::DAY)), "left", "its lines wait for nobody");
        assert_eq!(told(&left.find(&["lane".to_owned()], NOW)), "sch_b");
        assert_eq!(left.left("sch_a").map(|place| place.feed_id.as_str()), Some("fee_sch_a"));
        let both = left.schools.iter().chain(&left.left).cloned().collect::<Vec<_>>();
        left.speak_for(both, NOW);
        assert_eq!((left.schools.len(), left.left.len()), (2, 0), "back in the feed it had");
        assert_eq!(told(&left.find(&keys, NOW)), "outside:hill road", "its keys are given to it anew");
    }

    #[test]
    fn the_etag_changes_with_what_a_change_would_overwrite() {
        let mut sender = sender("location", &[]);
        let before = sender.etag();
        sender.map("hill road", "sch_a", (None, None), NOW);
        assert_eq!(sender.etag(), before, "a key given meanwhile is not overwritten");
        sender.name.push('2');
        assert_ne!(sender.etag(), before);
        let renamed = sender.etag();
        sender.speak_for(sender.schools[..1].to_vec(), NOW);
        assert_ne!(sender.etag(), renamed);
    }

    #[test]
    fn the_longest_prefix_of_a_device_tells_and_its_holders_name_is_not_shown() {
        let sender = sender("device_prefix", &[("th", "sch_a"), ("thg-", "sch_b")]);
        let find = |device: &str| told(&sender.find(&[device.to_owned()], NOW));
        assert_eq!((find("thg-lt-14"), find("th-pc-2")), ("sch_b".to_owned(), "sch_a".to_owned()));
        assert!(
            sender.is_key("thg-lt-14", "thg-") && !sender.is_key("thg-lt-14", "th"),
            "nor is it put right with the shorter"
        );
        assert_eq!((find("xy-jane-doe"), find("janedoe")), ("unknown:xy".to_owned(), "unknown:jane".to_owned()));
    }

    #[test]
    fn a_dfe_number_is_one_in_its_three_spellings_and_another_is_outside() {
        let numbers = ["123/4567", "123-4567", "1234567", "0301234", "123456", "12/34567", "123/456a", ""];
        let read = numbers.map(|text| normal("dfe_number", text));
        let one = Some("1234567".to_owned());
        assert_eq!(read, [one.clone(), one.clone(), one, Some("0301234".to_owned()), None, None, None, None]);
        let sender = sender("dfe_number", &[("1234567", "sch_a")]);
        assert_eq!(told(&sender.find(&["1234567".to_owned()], NOW)), "sch_a");
        assert_eq!(told(&sender.find(&["7654321".to_owned()], NOW)), "outside:7654321");
    }

    #[test]
    fn a_fingerprint_is_read_with_and_without_colons() {
        let colons = vec!["AB"; 32].join(":");
        assert_eq!(fingerprint(&colons), Some("ab".repeat(32)));
        assert_eq!((fingerprint("ab"), fingerprint(&"zz".repeat(32))), (None, None));
    }
}
