//! e2guardian and DansGuardian. Its `logfileformat` selects one of eight layouts; each is a table here, besides the first:
//! that one puts blanks between columns and leaves free text in their midst, and an empty column leaves a double blank.

use super::{Slot, Slots, logformat, template::Piece};
use crate::{observation::Rejected, profile::slots::Names};

/// Layouts 2 and 4, with commas and with tabs.
const LISTED: [&str; 19] = [
    "time",
    "user",
    "client",
    "url",
    "what",
    "method",
    "size",
    "weight",
    "category",
    "group",
    "code",
    "mime",
    "client_host",
    "group_name",
    "user_agent",
    "params",
    "log_id_1",
    "log_id_2",
    "post_data",
];

/// Layouts 5 and 6; `logclientnameandip` puts the client's name behind its address.
const PROTEX: [&str; 19] = [
    "time",
    "server",
    "user",
    "client",
    "url",
    "method",
    "code",
    "size",
    "mime",
    "user_agent",
    "_",
    "duration",
    "_",
    "message",
    "what",
    "weight",
    "category",
    "group_name",
    "group",
];

/// The names of a layout's columns by version, where it is one of columns.
pub(crate) fn columns(layout: u8) -> Option<Vec<Vec<String>>> {
    let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    match layout {
        2 | 4 => Some(vec![own(&LISTED)]),
        5..=8 => {
            let plain = own(&PROTEX);
            let mut named = plain.clone();
            named.insert(4, "client_host".to_owned());
            let more = |mut names: Vec<String>| {
                names.extend(own(&["search", "flags"]));
                names
            };
            // The number of columns tells which of the four it is.
            Some(vec![plain.clone(), named.clone(), more(plain), more(named)])
        }
        _ => None,
    }
}

/// Layout 3, which imitates Squid and leaves reason and category out.
pub(crate) fn squid() -> Result<Vec<Piece>, String> {
    logformat::pieces("%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %un %Sh/%<a %mt")
}

/// Layout 1.
#[derive(Debug, Clone)]
pub(crate) struct Free {
    date: Option<Slot>,
    clock: Option<Slot>,
    user: Option<Slot>,
    client: Option<Slot>,
    url: Option<Slot>,
    what: Option<Slot>,
    method: Option<Slot>,
    size: Option<Slot>,
    category: Option<Slot>,
    group: Option<Slot>,
    code: Option<Slot>,
    mime: Option<Slot>,
    client_host: Option<Slot>,
    group_name: Option<Slot>,
}

const METHODS: [&str; 10] = ["GET", "POST", "HEAD", "CONNECT", "PUT", "OPTIONS", "DELETE", "PATCH", "PROPFIND", "-"];

impl Free {
    pub fn new(names: &Names) -> Self {
        Self {
            date: names.find("date"),
            clock: names.find("time"),
            user: names.find("user"),
            client: names.find("client"),
            url: names.find("url"),
            what: names.find("what"),
            method: names.find("method"),
            size: names.find("size"),
            category: names.find("category"),
            group: names.find("group"),
            code: names.find("code"),
            mime: names.find("mime"),
            client_host: names.find("client_host"),
            group_name: names.find("group_name"),
        }
    }

    /// Reads a line.
    pub fn read<'a>(&self, line: &'a str, slots: &mut Slots<'a>) -> Result<(), Rejected> {
        // Where each column begins and ends.
        let mut columns: Vec<(usize, usize)> = Vec::with_capacity(24);
        let mut from = 0;
        for blank in memchr::memchr_iter(b' ', line.as_bytes()).chain([line.len()]) {
            columns.push((from, blank));
            from = blank + 1;
        }
        let text = |at: usize| columns.get(at).map_or("", |(from, to)| &line[*from..*to]);
        let number = |at: usize| {
            let digits = text(at).trim_start_matches('-');
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        };
        // `logtimestamp` puts an epoch behind the time.
        let epoch = |text: &str| text.contains('.') && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let stamped = usize::from(text(2).len() > 11 && epoch(text(2)) && text(2).matches('.').count() == 1);
        let first = 2 + stamped;
        let put = |slot: Option<Slot>, value: &'a str, slots: &mut Slots<'a>| {
            if let Some(slot) = slot {
                slots.set(slot, value, false);
            }
        };
        put(self.date, text(0), slots);
        put(self.clock, text(1), slots);
        put(self.user, text(first), slots);
        put(self.client, text(first + 1), slots);
        put(self.url, text(first + 2), slots);
        let middle = first + 3;
        if columns.len() <= middle {
            slots.cut = Some(self.url);
            return Ok(());
        }
        let method = (middle..columns.len())
            .find(|at| METHODS.contains(&text(*at)) && number(at + 1) && (at + 2 >= columns.len() || number(at + 2)));
        let Some(method) = method else {
            return Err(Rejected::malformed("there is no method with size and weight"));
        };
        let span = |from: usize, to: usize| match (columns.get(from), columns.get(to)) {
            (Some((from, _)), Some((_, to))) if from <= to => &line[*from..*to],
            _ => "",
        };
        if method > middle {
            put(self.what, span(middle, method - 1).trim(), slots);
        }
        put(self.method, text(method), slots);
        put(self.size, text(method + 1), slots);
        // The category may be several words: it ends before the group's number and the status code.
        let category = (method + 3..columns.len()).find(|at| number(at + 1) && number(at + 2)).unwrap_or(method + 3);
        put(self.category, span(method + 3, category), slots);
        put(self.group, text(category + 1), slots);
        put(self.code, text(category + 2), slots);
        put(self.mime, text(category + 3), slots);
        put(self.client_host, text(category + 4), slots);
        put(self.group_name, text(category + 5), slots);
        Ok(())
    }
}
