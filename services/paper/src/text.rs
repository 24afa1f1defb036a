//! Words as they are printed, with what is marked in them: blanks that are still to be filled, addresses to follow.

use std::fmt;

/// What is said in one paragraph, heading, item or cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(Vec<Span>);

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Words.
    Words(String),
    /// Words that weigh more.
    Strong(String),
    /// A blank that nobody filled.
    Blank(String),
    /// Words that lead somewhere.
    Link {
        /// The words.
        words: String,
        /// The address: `https:`, `mailto:` or `tel:`.
        address: String,
    },
}

impl Span {
    /// What it says.
    pub fn words(&self) -> &str {
        match self {
            Self::Words(words) | Self::Strong(words) | Self::Blank(words) | Self::Link { words, .. } => words,
        }
    }
}

impl Text {
    /// A text of spans; what cannot be printed is left out, and white space is single.
    pub fn of(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut ended = true;
        let mut text = Vec::new();
        for span in spans {
            let words = printable(span.words(), &mut ended);
            if words.is_empty() {
                continue;
            }
            text.push(match span {
                Span::Words(_) => Span::Words(words),
                Span::Strong(_) => Span::Strong(words),
                Span::Blank(_) => Span::Blank(words),
                Span::Link { address, .. } => Span::Link { words, address },
            });
        }
        Self(text).trimmed()
    }

    /// A text without marks.
    pub fn plain(words: &str) -> Self {
        Self::of([Span::Words(words.to_owned())])
    }

    /// A text that leads somewhere.
    pub fn link(words: &str, address: &str) -> Self {
        Self::of([Span::Link { words: words.to_owned(), address: address.to_owned() }])
    }

    /// Its parts.
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn trimmed(mut self) -> Self {
        while let Some(last) = self.0.last_mut() {
            let (Span::Words(words) | Span::Strong(words) | Span::Blank(words) | Span::Link { words, .. }) = last;
            words.truncate(words.trim_end().len());
            if !words.is_empty() {
                break;
            }
            self.0.pop();
        }
        self
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|span| f.write_str(span.words()))
    }
}

/// Words in which white space is single, without characters that stand for nothing or turn the line round. `ended` says
/// whether white space stands before them already, and afterwards whether it stands at their end.
fn printable(words: &str, ended: &mut bool) -> String {
    let mut clean = String::with_capacity(words.len());
    for c in words.chars() {
        if c.is_whitespace() {
            if !*ended {
                clean.push(' ');
            }
            *ended = true;
        } else if !hidden(c) {
            clean.push(c);
            *ended = false;
        }
    }
    clean
}

fn hidden(c: char) -> bool {
    let format = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    let nothing = matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}') || u32::from(c) & 0xfffe == 0xfffe;
    // Private use: what such a character looks like is agreed on nowhere.
    let private = matches!(u32::from(c), 0xe000..=0xf8ff | 0xf_0000..);
    c.is_control() || format || nothing || private
}

/// Text between tags, in HTML and in XML.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_printed_is_left_out_and_white_space_is_single() {
        let spans = [
            Span::Words(" A\u{0}sk \n".into()),
            Span::Strong(" the\u{202e} lead".into()),
            Span::Words("\u{feff} ".into()),
            Span::Blank("\t".into()),
        ];
        let text = Text::of(spans);
        assert_eq!(text.to_string(), "Ask the lead");
        assert_eq!(text.spans(), [Span::Words("Ask ".into()), Span::Strong("the lead".into())]);
        assert!(Text::plain(" \u{200b}").is_empty());
        assert_eq!(escaped("a<b & \"c\">"), "a&lt;b &amp; &quot;c&quot;&gt;");
    }
}
