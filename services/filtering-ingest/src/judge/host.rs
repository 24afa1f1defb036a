//! What is known of a host, looked up once for all of its lines in a batch: the same few hosts make most of a log.

use std::collections::HashMap;

use foldhash::quality::RandomState;

use crate::{category, noise};

/// What is known of a host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Host {
    /// The category that the school's own list gives it, as a set; empty where it gives none.
    pub own: u64,
    /// Whether machines ask for it, or for some of it, by themselves.
    pub machine: bool,
}

/// The hosts of a batch.
#[derive(Debug, Default)]
pub(super) struct Hosts<'a> {
    own: Option<&'a HashMap<String, String>>,
    /// Every line asks: by a hash that is quick, and that nobody who chooses a host can foresee.
    known: HashMap<String, Host, RandomState>,
}

impl<'a> Hosts<'a> {
    /// None yet, where the school's own list says this.
    pub(super) fn by(own: &'a HashMap<String, String>) -> Self {
        Self { own: Some(own), known: HashMap::default() }
    }

    /// What is known of a host.
    pub(super) fn of(&mut self, host: &str) -> Host {
        if let Some(known) = self.known.get(host) {
            return *known;
        }
        let own = self.own.and_then(|list| category::own(host, list));
        let found = Host { own: own.map_or(0, category::bit), machine: noise::machine(host) };
        self.known.insert(host.to_owned(), found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_known_by_the_schools_list_and_by_what_machines_ask_for() {
        let own = HashMap::from([("weed.example".to_owned(), "drugs".to_owned())]);
        let mut hosts = Hosts::by(&own);
        for _ in 0..2 {
            assert_eq!(hosts.of("www.weed.example"), Host { own: category::bit("drugs"), machine: false });
            assert_eq!(hosts.of("ocsp.digicert.com"), Host { own: 0, machine: true });
            assert_eq!(hosts.of("www.facebook.com"), Host { own: 0, machine: true }, "some of it is a widget");
            assert_eq!(hosts.of("notweed.example"), Host::default());
        }
        assert_eq!(hosts.known.len(), 4);
    }
}
