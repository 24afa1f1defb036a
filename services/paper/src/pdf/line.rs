//! Breaks texts into lines: greedily, between words, and within one only where it is wider than the line.

use super::font::{Faces, Shaped, Weight};
use crate::text::{Span, Text};

/// How a run is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    Plain,
    Blank,
    Link(String),
}

/// Letters of one kind in a row.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub letters: Shaped,
    pub weight: Weight,
    pub mark: Mark,
    /// Which span of the text it is from.
    span: usize,
}

/// A line. Its width is in ems.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub runs: Vec<Run>,
    pub width: f32,
}

/// A word: what stands between two spaces, of one span or several.
type Word = Vec<Run>;

/// The lines of a text within a width in ems.
pub(super) fn lines(faces: &Faces, text: &Text, weight: Weight, width: f32) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    for word in words(faces, text, weight) {
        for (place, part) in fitting(faces, word, width).into_iter().enumerate() {
            let wide: f32 = part.iter().map(|run| run.letters.width).sum();
            let space = faces.shape(weight, " ");
            let spaced = place == 0 && lines.last().is_some_and(|line| !line.runs.is_empty());
            let needed = if spaced { space.width + wide } else { wide };
            let room = lines.last().is_some_and(|line| line.runs.is_empty() || line.width + needed <= width);
            if let Some(line) = lines.last_mut().filter(|_| spaced) {
                // Words are told apart by spaces that are there, at the end of a line as well.
                line.space(&space);
            }
            if !room {
                lines.push(Line::default());
            }
            if let Some(line) = lines.last_mut() {
                line.push(part);
            }
        }
    }
    lines
}

impl Line {
    fn space(&mut self, space: &Shaped) {
        if let Some(last) = self.runs.last_mut() {
            last.letters.push(space);
            self.width += space.width;
        }
    }

    fn push(&mut self, word: Word) {
        for run in word {
            self.width += run.letters.width;
            match self.runs.last_mut() {
                Some(last) if last.span == run.span => last.letters.push(&run.letters),
                _ => self.runs.push(run),
            }
        }
    }
}

fn words(faces: &Faces, text: &Text, weight: Weight) -> Vec<Word> {
    let mut words: Vec<Word> = vec![Vec::new()];
    for (place, span) in text.spans().iter().enumerate() {
        let (weight, mark) = match span {
            Span::Words(_) => (weight, Mark::Plain),
            Span::Strong(_) => (Weight::Bold, Mark::Plain),
            Span::Blank(_) => (Weight::Bold, Mark::Blank),
            Span::Link { address, .. } => (weight, Mark::Link(address.clone())),
        };
        for (piece, part) in span.words().split(' ').enumerate() {
            if piece > 0 {
                words.push(Vec::new());
            }
            if let Some(word) = words.last_mut().filter(|_| !part.is_empty()) {
                word.push(Run { letters: faces.shape(weight, part), weight, mark: mark.clone(), span: place });
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A word in parts that are no wider than the line: behind a mark of punctuation where there is one.
fn fitting(faces: &Faces, word: Word, width: f32) -> Vec<Word> {
    if word.iter().map(|run| run.letters.width).sum::<f32>() <= width {
        return vec![word];
    }
    let mut parts: Vec<Word> = Vec::new();
    for run in word {
        let mut rest = run.letters.text.as_str();
        while !rest.is_empty() {
            let (fits, breaks) = longest(faces, run.weight, rest, width);
            let end = if fits == rest.len() { fits } else { breaks.unwrap_or(fits) };
            let (part, after) = rest.split_at(end);
            parts.push(vec![Run { letters: faces.shape(run.weight, part), ..run.clone() }]);
            rest = after;
        }
    }
    parts
}

/// How much of a word fits, and where a part of that ends in a mark of punctuation.
fn longest(faces: &Faces, weight: Weight, text: &str, width: f32) -> (usize, Option<usize>) {
    let (mut wide, mut fits, mut breaks) = (0.0, 0, None);
    for (at, c) in text.char_indices() {
        wide += faces.shape(weight, c.encode_utf8(&mut [0; 4])).width;
        let end = at + c.len_utf8();
        // One character is printed in any case.
        if wide > width && fits > 0 {
            break;
        }
        fits = end;
        if matches!(c, '/' | '-' | '.' | '_' | '@' | '&' | '=' | ',') && end > text.len().min(8) {
            breaks = Some(end);
        }
    }
    (fits, breaks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Failed;

    #[test]
    fn lines_hold_every_word_once_and_none_is_too_wide() -> Result<(), Failed> {
        let faces = Faces::load()?;
        let address = "https://www.example.org/children-and-families/a-very-long-path/form.aspx";
        let text = Text::of([
            Span::Words("Ask (".into()),
            Span::Strong("first".into()),
            Span::Words("), then write to ".into()),
            Span::Link { words: address.into(), address: address.into() },
            Span::Words(".".into()),
        ]);
        for width in [3.0, 9.0, 40.0, 400.0] {
            let lines = lines(&faces, &text, Weight::Regular, width);
            let read: String = lines.iter().flat_map(|line| &line.runs).map(|run| run.letters.text.as_str()).collect();
            assert_eq!(read, text.to_string(), "{width}");
            let space = 0.3;
            assert!(lines.iter().all(|line| line.width <= width + space), "{width}");
        }
        Ok(())
    }
}
