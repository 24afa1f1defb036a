//! Of what product a log may be: every profile is tried on its first lines, and what each made of them is told. This only
//! proposes; a person confirms, and from then on the feed's profile is fixed.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{Context, Profile, Reader, all};
use crate::{
    line::{self, Line},
    observation::{Observation, TimeBasis, Visibility},
};

/// How many lines are tried.
pub(crate) const SAMPLE: usize = 200;

/// A profile that a log may be of, and what speaks for it.
#[derive(Debug)]
pub struct Candidate {
    /// The profile.
    pub profile: &'static Profile,
    /// Lines that become an observation.
    pub read: usize,
    /// Lines that are the product's and not about the web.
    pub not_web: usize,
    /// Lines that cannot be read, by reason.
    pub malformed: BTreeMap<&'static str, usize>,
    /// What was found in the lines read: its name, and in how many.
    pub fields: Vec<(&'static str, usize)>,
    /// What was odd, and in how many.
    pub warnings: BTreeMap<String, usize>,
    /// All of that in words.
    pub evidence: Vec<String>,
}

impl Candidate {
    /// The share of lines that are the product's, about the web or not.
    pub fn share(&self, lines: usize) -> f64 {
        (self.read + self.not_web) as f64 / lines.max(1) as f64
    }
}

/// What a log looks like.
#[derive(Debug)]
pub struct Detected {
    /// Lines looked at, besides empty ones.
    pub lines: usize,
    /// What its first lines show, in words.
    pub signs: Vec<&'static str>,
    /// The profiles that read a line of it, best first.
    pub candidates: Vec<Candidate>,
}

impl Detected {
    /// The profile that reads most.
    pub fn best(&self) -> Option<&Candidate> {
        self.candidates.first().filter(|first| first.read > 0)
    }

    /// Those that read as many lines as the best and find less in them.
    pub fn lesser(&self) -> impl Iterator<Item = &Candidate> {
        let best = self.best();
        self.candidates
            .iter()
            .skip(1 + self.twins().len())
            .filter(move |c| best.is_some_and(|best| best.read == c.read))
    }

    /// Those that read as much as the best and find as much in it: a person tells them apart.
    pub fn twins(&self) -> &[Candidate] {
        let (Some(first), Some(rest)) = (self.candidates.first(), self.candidates.get(1..)) else { return &[] };
        let like = rest.iter().take_while(|other| rank(other) == rank(first)).count();
        &rest[..like]
    }
}

/// More lines read, with more of what an event is judged by, of a product rather than a general format, with less that is odd,
/// and with more in them.
fn rank(candidate: &Candidate) -> (usize, usize, Reverse<bool>, Reverse<usize>, usize, usize) {
    let found = candidate.fields.iter().map(|(_, count)| count).sum();
    let odd = candidate.warnings.values().sum();
    // Who, when, where and what the filter did, each as far as most lines have it, less numbers that are none: a product's profile that
    // reads none of them where a general one does is another product's, and one that finds a word where its number stands misreads.
    let most = |wanted: &str| candidate.fields.iter().any(|(name, n)| *name == wanted && n * 2 > candidate.read);
    let judged_by = JUDGED_BY.iter().filter(|wanted| most(wanted)).count();
    let misread = candidate.warnings.get("unreadable number").is_some_and(|n| n * 2 > candidate.read);
    let judged_by = judged_by.saturating_sub(usize::from(misread));
    (candidate.read, judged_by, Reverse(candidate.profile.generic), Reverse(odd), found, candidate.not_web)
}

/// Whether nearly all lines are a product's, some of them about the web and others not, so that a general format only reads more
/// because it takes what the product says is no web use: knowing that is reading a line, too.
fn knows(product: &Candidate, general: &Candidate, lines: usize) -> bool {
    let of = |candidate: &Candidate| candidate.read + candidate.not_web;
    !product.profile.generic
        && product.read > 0
        && product.read < general.read
        && of(product) * 10 >= lines * 9
        && of(product) >= of(general)
}

/// What an event is judged by, of `FOUND`.
const JUDGED_BY: [&str; 4] = ["user", "time of its own", "whole address", "known outcome"];

/// Tries every profile on the beginning of a log. Rejections and counts alone are told; no text of a line.
pub fn detect(log: &[u8], context: Context<'_>) -> Detected {
    let sample: Vec<Line<'_>> = line::lines(log).flatten().take(SAMPLE).collect();
    let mut candidates: Vec<Candidate> = all().filter_map(|profile| candidate(profile, &sample, context)).collect();
    let outdone: Vec<&str> = candidates
        .iter()
        .filter(|general| general.profile.generic && candidates.iter().any(|of| knows(of, general, sample.len())))
        .map(|general| general.profile.name())
        .collect();
    candidates.sort_by_key(|candidate| (outdone.contains(&candidate.profile.name()), Reverse(rank(candidate))));
    Detected { lines: sample.len(), signs: signs(log, &sample), candidates }
}

fn candidate(profile: &'static Profile, sample: &[Line<'_>], context: Context<'_>) -> Option<Candidate> {
    let mut reader = Reader::new(profile, None);
    let mut candidate = Candidate {
        profile,
        read: 0,
        not_web: 0,
        malformed: BTreeMap::new(),
        fields: FOUND.iter().map(|(name, _)| (*name, 0)).collect(),
        warnings: BTreeMap::new(),
        evidence: Vec::new(),
    };
    for line in sample {
        match reader.read(line, context) {
            Ok(observation) => {
                candidate.read += 1;
                for ((_, count), (_, has)) in candidate.fields.iter_mut().zip(FOUND) {
                    *count += usize::from(has(&observation));
                }
                for warning in observation.warnings.iter() {
                    let name = serde_json::to_string(&warning).unwrap_or_default();
                    *candidate.warnings.entry(name.trim_matches('"').replace('_', " ")).or_default() += 1;
                }
            }
            Err(rejected) if rejected.kind() == "not_web" => candidate.not_web += 1,
            Err(rejected) => *candidate.malformed.entry(rejected.detail).or_default() += 1,
        }
    }
    if candidate.read + candidate.not_web == 0 {
        return None;
    }
    candidate.fields.retain(|(_, count)| *count > 0);
    candidate.evidence = evidence(&candidate, sample.len());
    Some(candidate)
}

type Has = fn(&Observation<'_>) -> bool;

/// What a school's filter is expected to show of an event.
const FOUND: [(&str, Has); 10] = [
    ("user", |o| o.user.is_some()),
    ("time of its own", |o| o.time_basis != TimeBasis::ReceiveTime),
    ("device", |o| o.device.is_some() || o.device_id.is_some() || o.mac.is_some()),
    ("client address", |o| o.client_ip.is_some()),
    ("group", |o| !o.groups.is_empty()),
    ("whole address", |o| o.visibility == Visibility::FullUrl),
    ("search words", |o| o.search.is_some()),
    ("category", |o| !o.vendor_categories.is_empty() || !o.vendor_category_ids.is_empty()),
    ("known outcome", |o| o.outcome != crate::observation::Outcome::Unknown),
    ("id of the event", |o| o.native_id.is_some()),
];

fn evidence(candidate: &Candidate, lines: usize) -> Vec<String> {
    let Candidate { profile, read, not_web, .. } = candidate;
    let mut said = vec![format!(
        "{} ({}): {read} of {lines} lines are read, {not_web} are not about the web, {} cannot be read",
        profile.name(),
        profile.product(),
        lines - read - not_web
    )];
    let list = |all: &mut dyn Iterator<Item = (String, usize)>| {
        all.map(|(name, count)| format!("{name} in {count}")).collect::<Vec<_>>().join(", ")
    };
    if *read > 0 {
        let found = list(&mut candidate.fields.iter().map(|(name, count)| ((*name).to_owned(), *count)));
        said.push(format!("found in the lines read: {found}"));
    }
    if !candidate.warnings.is_empty() {
        let odd = list(&mut candidate.warnings.iter().map(|(name, count)| (name.clone(), *count)));
        said.push(format!("odd: {odd}"));
    }
    if !candidate.malformed.is_empty() {
        let why = list(&mut candidate.malformed.iter().map(|(why, count)| ((*why).to_owned(), *count)));
        said.push(format!("not read: {why}"));
    }
    if profile.known() == super::Known::Synthetic {
        said.push("this profile was made of documented columns; no real line of the product was at hand".to_owned());
    }
    said
}

/// What the first lines show at once.
fn signs(log: &[u8], sample: &[Line<'_>]) -> Vec<&'static str> {
    let most = |shown: &dyn Fn(&str) -> bool| {
        !sample.is_empty() && sample.iter().filter(|line| shown(&line.text)).count() * 2 > sample.len()
    };
    let epoch = |line: &str| {
        let word = line.trim_start().split(' ').next().unwrap_or_default();
        word.len() > 9 && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let counted = |line: &str| {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && line.get(digits..).is_some_and(|rest| rest.starts_with(" <"))
    };
    let pan = |line: &str| {
        let column = line.split(',').nth(3).unwrap_or_default();
        ["TRAFFIC", "THREAT", "SYSTEM", "CONFIG"].contains(&column)
    };
    let tests: [(&dyn Fn(&str) -> bool, &'static str); 13] = [
        (&counted, "an octet count stands before the lines"),
        (&|line| line.starts_with('<'), "a syslog priority stands before the lines"),
        (&|line| line.contains("CEF:"), "CEF: stands in the lines"),
        (&|line| line.contains("LEEF:"), "LEEF: stands in the lines"),
        (&|line| line.starts_with('{') || line.starts_with('['), "the lines are JSON"),
        (&|line| line.contains("NXFILTER|"), "the lines begin with NXFILTER"),
        (&pan, "the fourth column is a type of PAN-OS"),
        (&epoch, "the lines begin with a time in seconds since 1970"),
        (&|line| line.contains("TCP_"), "the lines hold a result of Squid"),
        (&|line| line.matches('\t').count() > 4 && line.matches('=').count() > 4, "tabs stand between key=value pairs"),
        (&|line| line.matches("\",\"").count() > 4, "the lines are quoted columns with commas"),
        (&|line| line.matches('=').count() > 4, "the lines are key=value pairs"),
        (&|line| line.matches('\t').count() > 4, "tabs stand between columns"),
    ];
    let mut found: Vec<_> = tests.into_iter().filter(|(shown, _)| most(*shown)).map(|(_, sign)| sign).collect();
    if log.starts_with(b"\xef\xbb\xbf") {
        found.insert(0, "the text begins with a byte order mark");
    }
    if sample.iter().any(|line| line.text.starts_with("#Fields:")) {
        found.push("a #Fields: line names the columns");
    }
    if sample.iter().any(|line| line.recoded) {
        found.push("some lines are not UTF-8 and were read as Windows-1252");
    }
    found
}
