//! Lines that could not be read, and name a list of illegal material: nobody can say where in them an address stands, so no
//! letter and no figure of them is shown to anybody. What is left tells whoever mends a profile how such a line is built.

use std::{collections::HashMap, sync::LazyLock};

use aho_corasick::AhoCorasick;

use crate::{
    category,
    profile::{JOINED, Profile},
};

/// What stands for a letter or a figure that is withheld.
const MASK: char = '•';
/// How far before a number its field's name stands.
const NEAR: usize = 40;

/// Names of every filter for such a list, in the form in which they are compared.
struct Names {
    words: Option<AhoCorasick>,
    whole: Vec<String>,
    numbers: Vec<String>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| Names::of(category::illegal().iter().map(String::as_str)));

impl Names {
    fn of<'a>(all: impl Iterator<Item = &'a str>) -> Self {
        let (numbers, words): (Vec<_>, Vec<_>) = all.partition(|name| name.bytes().all(|b| b.is_ascii_digit()));
        let whole: Vec<String> = words.into_iter().map(compared).filter(|name| !name.trim().is_empty()).collect();
        let together = whole.iter().map(|name| format!(" {} ", name.replace(' ', "")));
        let words = AhoCorasick::new(whole.iter().cloned().chain(together)).ok();
        Self { words, whole, numbers: numbers.into_iter().map(str::to_owned).collect() }
    }

    fn stand_in(&self, line: &str, compared: &str) -> bool {
        // Where the names cannot be looked for nothing is shown.
        self.words.as_ref().is_none_or(|words| words.is_match(compared))
            || self.whole.iter().any(|name| cut_off(compared, name))
            || self.numbers.iter().any(|number| numbered(line, number))
    }
}

/// A text as words in lower case between single blanks: `child%20abuse` and `Child_Abuse` are one.
fn compared(text: &str) -> String {
    let mut all = String::with_capacity(text.len() + 2);
    all.push(' ');
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let hex =
            rest.as_bytes().get(1..3).filter(|_| c == '%').is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        if c.is_alphanumeric() {
            all.extend(c.to_lowercase());
        } else if !all.ends_with(' ') {
            all.push(' ');
        }
        rest = rest.get(if hex { 3 } else { c.len_utf8() }..).unwrap_or_default();
    }
    if !all.ends_with(' ') {
        all.push(' ');
    }
    all
}

/// Whether a line was cut off inside a name, behind its first word.
fn cut_off(line: &str, name: &str) -> bool {
    let line = line.trim_end();
    let ends = |begun: &str| begun.trim().contains(' ') && line.ends_with(begun.trim_end());
    name.char_indices().any(|(at, _)| name.get(..at).is_some_and(ends))
}

/// Whether a number stands by itself where a category may: behind a field whose name says so, or in a log of columns.
fn numbered(line: &str, number: &str) -> bool {
    let columns = !line.contains(['=', '{']);
    line.match_indices(number).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + number.len()..]);
        let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '.');
        if !apart(before.chars().next_back()) || !apart(after.chars().next()) {
            return false;
        }
        let from = before.char_indices().rev().nth(NEAR).map_or(0, |(from, _)| from);
        let near = before.get(from..).unwrap_or_default().to_ascii_lowercase();
        columns || near.contains("cat")
    })
}

/// What of a feed's own says that a line is of a list of illegal material.
pub(crate) struct Own {
    names: Names,
    hosts: Vec<String>,
}

impl Own {
    /// What a profile's map and the school's list of sites say.
    pub fn of(profile: &Profile, hosts: &HashMap<String, String>) -> Self {
        let illegal = hosts.iter().filter(|(_, kind)| category::known(kind).is_some_and(category::is_illegal));
        Self {
            names: Names::of(profile.names_of(category::is_illegal)),
            hosts: illegal.map(|(host, _)| host.to_lowercase()).collect(),
        }
    }

    /// A line that was rejected for a reason as it may be shown; none of it that can be an address where it names a list of
    /// illegal material, nor that can be a name where nobody can say whose it is. Says whether anything is withheld.
    pub fn shown(&self, reason: &str, line: &str) -> (String, bool) {
        let compared = compared(line);
        let lower = if self.hosts.is_empty() { String::new() } else { line.to_lowercase() };
        let illegal = NAMES.stand_in(line, &compared)
            || (!self.names.is_empty() && self.names.stand_in(line, &compared))
            || self.hosts.iter().any(|host| lower.contains(host.as_str()));
        if illegal || reason == JOINED.reason { (masked(line), true) } else { (line.to_owned(), false) }
    }
}

impl Names {
    fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.numbers.is_empty()
    }
}

fn masked(line: &str) -> String {
    line.chars().map(|c| if c.is_alphanumeric() { MASK } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(profile: &str, line: &str) -> (String, bool) {
        let Some(profile) = crate::profile::named(profile) else { unreachable!("it is shipped") };
        let hosts = HashMap::from([("listed.example".to_owned(), "illegal_csam".to_owned())]);
        Own::of(profile, &hosts).shown("malformed", line)
    }

    #[test]
    fn of_a_record_that_may_be_another_schools_nobody_reads_whose_it_is() {
        let Some(profile) = crate::profile::named("fortigate") else { unreachable!("it is shipped") };
        let shown = |reason| Own::of(profile, &HashMap::new()).shown(reason, "user=u2 url=/a");
        assert_eq!(shown("joined"), ("••••=•• •••=/•".into(), true));
        assert_eq!(shown("malformed"), ("user=u2 url=/a".into(), false));
    }

    #[test]
    fn of_a_line_that_names_a_list_of_illegal_material_nothing_that_may_be_an_address_is_shown() {
        for line in [
            r#"cat=83 catdesc="Child Sexual Abuse" url="https://secret.example/secret" garbage"#,
            r#"cat=83 hostname="secret.ex"#,
            r#"{"categories": [26, 83], "url": "https://secret.example"#,
            "24/11/2026,secret,https://secret.example/,child%20abuse,x",
            "x\tsecret.example\tIW_cprn\t",
            "secret.example|iwf-list|blocked",
            "secret.example childabuseimages",
            "u1,secret.example,83,blocked",
            r#"url="https://secret.example/" catdesc="Child Sexual Ab"#,
            "GET https://www.LISTED.example/secret",
        ] {
            let (text, withheld) = shown("fortigate", line);
            assert!(withheld && !text.chars().any(char::is_alphanumeric), "{line}: {text}");
            assert_eq!(text.chars().count(), line.chars().count(), "its form is left");
        }
        assert_eq!(shown("fortigate", r#"cat=83 a="b""#).0, r#"•••=•• •="•""#);
    }

    #[test]
    fn every_other_line_is_shown_as_it_came() {
        for line in [
            "policyid=83 srcip=10.83.0.1 dstport=26 hostname=a.example",
            r#"catdesc="Child Education" url="https://a.example/"#,
            "1794825936.916 83ms 10.20.4.12 GET http://a.example/?x=26",
            "date=2026-11-24 msg=\"children\"",
        ] {
            assert_eq!(shown("fortigate", line), (line.to_owned(), false));
        }
    }
}
