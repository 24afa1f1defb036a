//! Addresses in what was written about a case: where suspect material is kept out, none of them is printed. An address that
//! is kept sealed is left out of every print, whoever wrote it down a second time, and wherever.

use crate::{
    case::Case,
    gate,
    subject_access::{
        mentions::wherever,
        redact::{Stretch, merged},
    },
};

/// What stands in place of one.
const LEFT_OUT: &str = "[address left out]";

/// Marks that stand around an address and are none of it.
const OPENING: [char; 8] = ['(', '[', '{', '<', '"', '“', '‘', '\''];
const CLOSING: [char; 14] = [')', ']', '}', '>', '"', '”', '’', '\'', '.', ',', ';', ':', '!', '?'];

/// Which addresses a print leaves out.
#[derive(Debug)]
pub struct Addresses {
    sealed: Vec<String>,
    /// Whether every web address is left out: the case is of a kind that keeps material out, or has kept some.
    every: bool,
}

impl Addresses {
    /// Those of a case.
    pub fn of(case: &Case) -> Self {
        let sealed = case.materials.iter().flat_map(|material| sealed(&material.address)).collect();
        let steps = &case.procedure.steps;
        let keeps_out = steps.iter().any(|step| step.gates.iter().any(|named| named == gate::IMAGE));
        Self { every: keeps_out || !case.materials.is_empty(), sealed }
    }

    /// Whether it leaves out any that it meets.
    pub fn any(&self) -> bool {
        self.every
    }

    /// What was written, without addresses.
    pub fn masked(&self, text: &str) -> String {
        if !self.every {
            return text.to_owned();
        }
        let text: Vec<char> = text.chars().collect();
        let all = tokens(&text);
        let sealed = self.sealed.iter().flat_map(|address| wherever(&text, address)).map(|found| whole(&all, found));
        let (mut told, mut at) = (String::new(), 0);
        for stretch in merged(sealed.chain(web(&text)).collect()) {
            told.extend(text.get(at..stretch.start).into_iter().flatten());
            told.push_str(LEFT_OUT);
            at = stretch.end;
        }
        told.extend(text.get(at..).into_iter().flatten());
        told
    }
}

/// An address without what may be left out when it is written down again.
fn bare(address: &str) -> String {
    let address = address.trim();
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.strip_prefix("www.").unwrap_or(host);
    host.trim_end_matches('/').to_owned()
}

/// What is left out of an address that is kept sealed: the whole of it, and its host, which leads there as well.
fn sealed(address: &str) -> Vec<String> {
    let whole = bare(address);
    let host = whole.split(['/', '?', '#', ':']).next().filter(|host| host.contains('.')).map(str::to_owned);
    let parts = host.into_iter().chain(std::iter::once(whole.clone()));
    let mut parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    parts.dedup();
    parts
}

/// What stands between blanks, without the marks around it.
fn tokens(text: &[char]) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let long = text.iter().skip(at).take_while(|c| !c.is_whitespace()).count();
        let word = text.get(at..at + long).unwrap_or_default();
        let before = word.iter().take_while(|c| OPENING.contains(c)).count();
        let after = word.iter().skip(before).rev().take_while(|c| CLOSING.contains(c)).count();
        if before + after < long {
            found.push(Stretch { start: at + before, end: at + long - after });
        }
        at += long + 1;
    }
    found
}

/// The web addresses in a text, whoever wrote them down.
pub fn web(text: &[char]) -> impl Iterator<Item = Stretch> {
    tokens(text).into_iter().filter(move |token| is_web(text.get(token.start..token.end).unwrap_or_default()))
}

/// A stretch with the rest of the words it begins and ends in: what follows an address is a part of it.
fn whole(tokens: &[Stretch], found: Stretch) -> Stretch {
    let meets = tokens.iter().filter(|token| token.start < found.end && found.start < token.end);
    meets.fold(found, |all, token| Stretch { start: all.start.min(token.start), end: all.end.max(token.end) })
}

/// Whether a word is a web address: by its scheme, by `www`, or as a host that a path follows.
fn is_web(word: &[char]) -> bool {
    let word: String = word.iter().flat_map(|c| c.to_lowercase()).collect();
    let host = |word: &str| {
        let last = word.rsplit_once('.').map_or("", |(_, last)| last);
        last.chars().count() > 1 && last.chars().all(char::is_alphabetic)
    };
    word.contains("://") || word.starts_with("www.") || word.split_once('/').is_some_and(|(before, _)| host(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_left_out_however_it_is_written_down_again() {
        let addresses =
            Addresses { sealed: ["https://www.Bad.example/CANARY/", "the_handle"].map(sealed).concat(), every: true };
        for (text, expected) in [
            ("He sent http://bad.example/CANARY.", "He sent [address left out]."),
            ("(bad.example/canary?x=1), he said", "([address left out]), he said"),
            ("it was on BAD.example, he said", "it was on [address left out], he said"),
            ("look for @the_handle", "look for [address left out]"),
            ("also HTTPS://other.example/a and www.third.example", "also [address left out] and [address left out]"),
            ("home and/or school, 9.30/10.15, he left.Then", "home and/or school, 9.30/10.15, he left.Then"),
            ("", ""),
        ] {
            assert_eq!(addresses.masked(text), expected, "{text}");
        }
        let none = Addresses { sealed: Vec::new(), every: false };
        assert_eq!(none.masked("https://school.example/"), "https://school.example/");
    }
}
