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

/// Whether nothing of a text can be seen: white space, control characters, and characters that leave no mark of their own
/// (soft hyphen, fillers, joiners, marks of direction, variation selectors, an empty braille cell).
pub fn blank(text: &str) -> bool {
    let unseen = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(
                c,
                '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}'
                    | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
                    | '\u{180b}'..='\u{180f}'
                    | '\u{200b}'..='\u{200f}'
                    | '\u{202a}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}'
                    | '\u{fe00}'..='\u{fe0f}'
                    | '\u{fff0}'..='\u{fffb}'
                    | '\u{e0000}'..='\u{e0fff}'
            )
    };
    text.chars().all(unseen)
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
    fn what_cannot_be_seen_is_nothing_written() {
        for nothing in ["", " \n", "\u{200b}", "\u{ad}", "\u{3164}", "\u{2800}", " \u{feff}\u{2060} "] {
            assert!(blank(nothing), "{nothing:?}");
        }
        for something in ["a", "שרה", "👩\u{200d}👧", "\u{200b}.", "é"] {
            assert!(!blank(something), "{something:?}");
        }
    }

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
