//! Text that people write: what may stand on one line, and what in a text of several.

/// Marks that turn the direction of what follows: with them a name shows as another, and a file as of another kind. The
/// marks that Arabic, Hebrew and mixed names need for themselves are not among them.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Ends a line, or a paragraph, without being a control character.
fn separates(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// What is to be mended about a text of one line, which may reach a title, a header or an e-mail; none where nothing is.
pub fn line(text: &str) -> Option<&'static str> {
    let fault = |c: char| c.is_control() || turns(c) || separates(c);
    text.trim().chars().any(fault).then_some("Enter it on one line, without control characters or marks of direction")
}

/// What is to be mended about a text of several lines; none where nothing is.
pub fn lines(text: &str) -> Option<&'static str> {
    let fault = |c: char| (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || turns(c);
    text.chars()
        .any(fault)
        .then_some("Take out control characters and marks of direction: what is read must be what is written")
}

/// A user name at a filter without the domain or realm that some products write before it or after it, in one case: what
/// `SCHOOL\j.doe`, `J.Doe` and `j.doe@school.example` have in common.
pub fn user_name(user: &str) -> String {
    let name = user.rsplit_once('\\').map_or(user, |(_, name)| name);
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_holds_no_other_and_turns_nothing_round() {
        for fine in ["Ruth Okafor", "  Zoë Ní Bhriain\n", "שרה כהן", "سارة\u{200f} K.", "👩‍👧"] {
            assert_eq!((line(fine), lines(fine)), (None, None), "{fine:?}");
        }
        for broken in
            ["a\r\nBcc: b@example.org", "a\tb", "a\u{0}b", "a\u{85}b", "a\u{2028}b", "exe\u{202e}gpj", "\u{2067}a"]
        {
            assert!(line(broken).is_some(), "{broken:?}");
        }
        assert_eq!(lines("one\r\n\ttwo\n"), None);
        for broken in ["a\u{0}b", "a\u{1b}[31m", "exe\u{202e}gpj", "\u{2066}a"] {
            assert!(lines(broken).is_some(), "{broken:?}");
        }
    }
}
