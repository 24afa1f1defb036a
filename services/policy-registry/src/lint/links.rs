//! DEAD-LINK, INTERNAL-LINK: addresses that lead nowhere, or into the school.

use super::{At, Findings, Severity, Subject, expression};

pub(super) fn look(subject: Subject<'_>, findings: &mut Findings) {
    let empty = expression!(r"\[[^\]]+\]\(\s*#?\s*\)");
    let fused = expression!(r"https?://\S+https?://|www\.\S+www\.");
    let inside = expression!(
        r"(?i)\\\\[a-z0-9_.-]+\\|\bfile://|\b[a-z]:\\|https?://(?:localhost|127\.|10\.\d|192\.168\.|[a-z0-9-]+(?:/|\s|$))"
    );
    let storage =
        expression!(r"(?i)\b[a-z0-9.-]+\.(?:amazonaws\.com|blob\.core\.windows\.net|digitaloceanspaces\.com)");
    let mut say = |shape: Option<&regex::Regex>, rule: &str, severity, message: &str, fix: &str| {
        let Some(shape) = shape else { return };
        for (line, text) in subject.document.numbered() {
            for found in shape.find_iter(text) {
                findings.add(rule, severity, At::byte(line, text, found.start()), message, fix);
            }
        }
    };
    say(
        empty,
        "DEAD-LINK",
        Severity::Warning,
        "a link has words and no address",
        "Add the address or take the link away.",
    );
    let cut = expression!(r"(?i)\bwww\.(?:\s|$|[,;)])|https?://(?:\s|$|[,;)])");
    say(cut, "DEAD-LINK", Severity::Warning, "an address is cut short", "Print it whole, or take it away.");
    say(fused, "DEAD-LINK", Severity::Warning, "two addresses run into one", "Put a space between them.");
    let message = "the address of a place inside the school is printed";
    say(inside, "INTERNAL-LINK", Severity::Error, message, "Take it out: name the document instead.");
    let message = "the raw address of a storage service is printed";
    say(storage, "INTERNAL-LINK", Severity::Warning, message, "Link to the page of the school's website instead.");
}
