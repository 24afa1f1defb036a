//! What a finding goes by: its class, what it quotes and the words it stands on, so that it is the same finding when the
//! text moves, when a day passes, and in the next version.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::Finding;
use crate::document::{Document, plain};

/// How many bytes of the hash make an id.
const BYTES: usize = 10;

/// Gives every finding its id; where two are alike in everything, the later ones are numbered.
pub(super) fn identify(document: &Document, findings: &mut [Finding]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for finding in findings {
        let hash = hash(&finding.rule, &quoted(&finding.message), &words(document, finding.line));
        let times = seen.entry(hash.clone()).or_default();
        *times += 1;
        finding.id = if *times == 1 { format!("fnd_{hash}") } else { format!("fnd_{hash}-{times}") };
    }
}

fn hash(rule: &str, quoted: &str, words: &str) -> String {
    let mut hash = Sha256::new();
    for part in [rule, "\n", quoted, "\n", words] {
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// What a message quotes; where it quotes nothing, its words without the numbers, which may be days and lines.
fn quoted(message: &str) -> String {
    let mut found = String::new();
    let mut rest = message;
    while let Some((_, after)) = rest.split_once('“') {
        let Some((inside, after)) = after.split_once('”') else { break };
        found.push_str(&plain(inside));
        found.push('\n');
        rest = after;
    }
    if found.is_empty() { plain(message).chars().filter(|c| !c.is_ascii_digit()).collect() } else { found }
}

/// The paragraph a line belongs to.
fn words(document: &Document, line: u32) -> String {
    let here = document.paragraphs.iter().find(|p| (p.line..=p.end_line).contains(&line));
    let alone = || document.lines.get(usize::try_from(line.checked_sub(1)?).ok()?).map(String::as_str);
    plain(here.map(|paragraph| paragraph.text.as_str()).or_else(alone).unwrap_or_default())
}
