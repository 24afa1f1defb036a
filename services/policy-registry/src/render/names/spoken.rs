//! Puts a role into a sentence where a name stood.

/// What stands around a role that replaces a name; neither is ever printed.
pub(super) const OPEN: char = '\u{e000}';
pub(super) const CLOSE: char = '\u{e001}';

/// The text with every marked role made part of its sentence.
pub(super) fn resolve(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(OPEN) {
        said.push_str(before);
        let Some((phrase, after)) = behind.split_once(CLOSE) else {
            rest = behind;
            continue;
        };
        rest = place(&mut said, phrase, once(phrase, after));
    }
    said.push_str(rest);
    said.retain(|c| c != CLOSE);
    said
}

/// Behind a role, the same role again, as where several people hold it.
fn once<'a>(phrase: &str, after: &'a str) -> &'a str {
    let again = [", and ", ", ", " and ", " & "]
        .iter()
        .find_map(|between| after.strip_prefix(between)?.strip_prefix(OPEN)?.strip_prefix(phrase)?.strip_prefix(CLOSE));
    again.map_or(after, |rest| once(phrase, rest))
}

/// Puts one role behind what is said, and answers what follows it.
fn place<'a>(said: &mut String, phrase: &str, after: &'a str) -> &'a str {
    let role = phrase.strip_prefix("the ").unwrap_or(phrase).to_lowercase();
    // “The network manager (the network manager)”
    if let (Some(before), Some(rest)) = (said.strip_suffix('('), after.strip_prefix(')'))
        && before.trim_end().to_lowercase().ends_with(&role)
    {
        let end = before.trim_end().len();
        said.truncate(end);
        return rest;
    }
    // “The network manager is the network manager”
    if said.strip_suffix(" is ").is_some_and(|before| names(before, &role)) {
        said.push_str("not named here");
        return after;
    }
    let lower = said.to_lowercase();
    let begins = said.trim_end().is_empty() || said.trim_end().ends_with(['.', '!', '?']);
    if lower.ends_with("the ") && phrase.starts_with("the ") {
        said.push_str(phrase.strip_prefix("the ").unwrap_or(phrase));
    } else if begins {
        said.push_str(&super::super::words::sentence(phrase));
    } else {
        said.push_str(phrase);
    }
    after
}

/// Whether what is said ends in the role itself, by its words or a shorter form of them.
fn names(before: &str, role: &str) -> bool {
    let before = before.to_lowercase();
    let before = before.rsplit_once(" (").filter(|(_, last)| last.ends_with(')')).map_or(before.as_str(), |(b, _)| b);
    let last = before.rsplit("the ").next().unwrap_or_default().trim();
    before.ends_with(role) || (!last.is_empty() && role.starts_with(last))
}
