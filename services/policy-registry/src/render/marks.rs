//! From a text as it is kept to one as it is printed: its paragraphs and bullets, the blanks in it, what can be followed.

use std::sync::LazyLock;

use paper::{Span, Text};
use regex::Regex;

use crate::agency::Channel;

/// A blank as it is printed.
pub(super) fn blank(title: &str) -> String {
    format!("[to be filled in: {title}]")
}

/// A piece of a clause.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A paragraph.
    Prose(String),
    /// Bullets in a row.
    Bullets(Vec<String>),
}

/// The paragraphs and bullets of a text. Where it is `wrapped`, a line goes on with the one above it.
pub(super) fn pieces(text: &str, wrapped: bool) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut open = false;
    for line in text.lines().map(str::trim) {
        let bullet = ["- ", "* ", "• "].into_iter().find_map(|mark| line.strip_prefix(mark));
        match (bullet, pieces.last_mut()) {
            _ if line.is_empty() => {}
            (Some(item), Some(Piece::Bullets(items))) => items.push(item.trim().to_owned()),
            (Some(item), _) => pieces.push(Piece::Bullets(vec![item.trim().to_owned()])),
            (None, Some(Piece::Prose(above))) if open && wrapped => {
                above.push(' ');
                above.push_str(line);
            }
            (None, Some(Piece::Bullets(items))) if open && wrapped => {
                if let Some(item) = items.last_mut() {
                    item.push(' ');
                    item.push_str(line);
                }
            }
            (None, _) => pieces.push(Piece::Prose(line.to_owned())),
        }
        open = !line.is_empty();
    }
    pieces
}

/// A text with its blanks and addresses marked.
pub(super) fn text(words: &str) -> Text {
    static MARKED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let blank = r"(?P<blank>\[to be filled in: [^\]]*\])";
        let web = r"(?P<web>https?://[^\s<>\[\]]+[^\s<>\[\].,;:!?)’'\x22])";
        let email = r"(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)";
        Regex::new(&format!("{blank}|{web}|{email}")).ok()
    });
    let mut spans = Vec::new();
    let mut end = 0;
    let found = MARKED.as_ref().map(|marked| marked.captures_iter(words).collect::<Vec<_>>()).unwrap_or_default();
    for found in found {
        let Some(whole) = found.get(0) else { continue };
        spans.push(Span::Words(words.get(end..whole.start()).unwrap_or_default().to_owned()));
        let words = whole.as_str().to_owned();
        spans.push(if found.name("blank").is_some() {
            Span::Blank(words)
        } else if found.name("web").is_some() {
            Span::Link { address: words.clone(), words }
        } else {
            Span::Link { address: format!("mailto:{words}"), words }
        });
        end = whole.end();
    }
    spans.push(Span::Words(words.get(end..).unwrap_or_default().to_owned()));
    Text::of(spans)
}

/// One way to reach an agency.
pub(super) fn channel(channel: &Channel) -> Text {
    let value = channel.value.as_str();
    let address = match channel.kind.as_str() {
        "telephone" => format!("tel:{}", value.replace(' ', "")),
        "email" => format!("mailto:{value}"),
        _ if value.starts_with("http://") || value.starts_with("https://") => value.to_owned(),
        _ => format!("https://{value}"),
    };
    let mut spans = vec![Span::Link { words: value.to_owned(), address }];
    if !channel.hours.is_empty() {
        spans.push(Span::Words(format!(", {}", channel.hours)));
    }
    Text::of(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_addresses_are_marked_and_nothing_is_lost() {
        let words = "By [to be filled in: the lead], see (https://example.org/a.html). Write to help@example.org.";
        let text = text(words);
        assert_eq!(text.to_string(), words);
        let marked: Vec<&Span> = text.spans().iter().filter(|span| !matches!(span, Span::Words(_))).collect();
        let [Span::Blank(_), Span::Link { address: web, .. }, Span::Link { address: email, .. }] = marked.as_slice()
        else {
            unreachable!("{marked:?}")
        };
        assert_eq!((web.as_str(), email.as_str()), ("https://example.org/a.html", "mailto:help@example.org"));
    }

    #[test]
    fn a_template_is_wrapped_by_hand_and_a_school_breaks_lines_on_purpose() {
        let text = "We do\nthis:\n\n- one\n- two\nand more\n\nThen that.";
        let prose = |text: &str| Piece::Prose(text.into());
        let bullets = |items: &[&str]| Piece::Bullets(items.iter().map(|item| (*item).into()).collect());
        let expected = [prose("We do this:"), bullets(&["one", "two and more"]), prose("Then that.")];
        assert_eq!(pieces(text, true), expected);
        let expected =
            [prose("We do"), prose("this:"), bullets(&["one", "two"]), prose("and more"), prose("Then that.")];
        assert_eq!(pieces(text, false), expected);
    }
}
