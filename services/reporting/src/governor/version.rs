//! What the head signs: the report's canonical bytes and their digest. A version never changes; what moved since is said
//! beside it, and a new one says why.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::{ATTESTED, Figures, LAYOUT, Line, Report, Section};

chassis::id!(/** A signed version of a report. */ pub(crate) struct ReportVersionId = "rvn");

/// The longest comment of the head, in characters.
pub(crate) const COMMENT_MAX: usize = 2_000;
/// The longest reason for an amendment.
pub(crate) const REASON_MAX: usize = 1_000;

/// A signed version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    pub id: ReportVersionId,
    pub school_id: String,
    pub term_id: String,
    /// Its number within the term, from 1.
    pub version: u32,
    /// The SHA-256 of its canonical bytes.
    pub digest: String,
    pub signed_by: String,
    pub signed_at: OffsetDateTime,
    /// What the head says to it; empty where nothing.
    pub comment: String,
    /// Why the one before was amended; empty for the first.
    pub reason: String,
}

/// Who signed, when and with which words: part of what is signed, so that the digest vouches for it. What people wrote is sealed where it
/// is kept, and is here as its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Signature {
    pub version: u32,
    pub signed_by: String,
    /// When, in microseconds since 1970.
    pub signed_us: i64,
    /// The SHA-256 of the comment.
    pub comment: String,
    /// The SHA-256 of the reason for an amendment.
    pub reason: String,
}

impl Signature {
    /// Of a version.
    pub fn of(signed: &Signed) -> Self {
        Self {
            version: signed.version,
            signed_by: signed.signed_by.clone(),
            signed_us: i64::try_from(signed.signed_at.unix_timestamp_nanos() / 1_000).unwrap_or_default(),
            comment: digest(signed.comment.as_bytes()),
            reason: digest(signed.reason.as_bytes()),
        }
    }
}

/// Whether a version says of itself what was signed with it. An earlier layout signed figures alone.
pub(crate) fn attests(report: &Report, signed: &Signed) -> bool {
    report.signature.as_ref().map_or(report.layout < ATTESTED, |signature| *signature == Signature::of(signed))
}

/// A report's canonical bytes: JSON, its fields in the order they are declared in, without white space.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn canonical(report: &Report) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(report)
}

/// The SHA-256 of bytes, in hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The report of canonical bytes; none where they are not what was signed, or of a layout that nobody knows.
pub(crate) fn opened(content: &[u8], signed: &str) -> Option<Report> {
    let report: Report = serde_json::from_slice(content).ok()?;
    (digest(content) == signed && (1..=LAYOUT).contains(&report.layout)).then_some(report)
}

/// What is sent back to sign a draft: it changes with any figure of it, and with each version that is signed.
///
/// # Errors
/// Where the figures cannot be written.
pub(crate) fn etag(draft: &Report, signed: u32) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct Seen<'a> {
        term: &'a str,
        sections: &'a [Section],
        signed: u32,
    }
    let seen = Seen { term: &draft.term_id, sections: &draft.sections, signed };
    let mut tag = digest(&serde_json::to_vec(&seen)?);
    tag.truncate(32);
    Ok(tag)
}

/// A line whose figures are not those that were signed any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moved {
    pub key: String,
    pub title: String,
}

/// Which lines of a signed report have moved since.
pub(crate) fn moved(signed: &Report, draft: &Report) -> Vec<Moved> {
    let lines = |report: &Report| report.sections.iter().flat_map(|section| section.lines.clone()).collect::<Vec<_>>();
    let now = lines(draft);
    let figures = |line: &Line| -> Vec<(String, Figures)> {
        let parts = line.parts.iter().map(|part| (part.key.clone(), part.figures));
        std::iter::once((String::new(), line.figures)).chain(parts).collect()
    };
    let same = |line: &Line| now.iter().any(|other| other.key == line.key && figures(other) == figures(line));
    let moved = lines(signed).into_iter().filter(|line| !same(line));
    moved.map(|line| Moved { key: line.key, title: line.title }).collect()
}
