//! Groups the lines of a document into paragraphs, so that each line with something on it belongs to exactly one.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::Regex;

use super::{
    Kind, Paragraph,
    contents::Contents,
    headings::{self, Room},
    plain,
};

/// A text whose lines never run longer than this was wrapped by hand.
const WRAPPED: usize = 100;
/// How many lines of front page are looked for where there is no contents list.
const FRONT: usize = 40;

pub(super) fn read(lines: &[String], contents: &Contents, margins: &BTreeSet<usize>) -> Vec<Paragraph> {
    let layout = Layout::of(lines, contents);
    let mut reader = Reader { wrapped: layout.wrapped, ..Reader::default() };
    for (place, line) in lines.iter().enumerate() {
        if line.trim().is_empty() {
            reader.end();
            continue;
        }
        if margins.contains(&place) {
            reader.push(place, Kind::Margin, line.trim());
            reader.turned();
            continue;
        }
        let region = layout.region(place);
        match region {
            Kind::Front | Kind::Contents | Kind::Signature => reader.push(place, region, line.trim()),
            _ => reader.body(place, line, layout.room(lines, place), contents),
        }
    }
    reader.paragraphs
}

/// Where the parts of a document lie.
struct Layout {
    front_end: usize,
    contents: std::ops::Range<usize>,
    signature: usize,
    wrapped: bool,
    /// The length of its longest line.
    longest: usize,
}

impl Layout {
    fn of(lines: &[String], contents: &Contents) -> Self {
        let front_end = if contents.range.is_empty() {
            {
                // A table below a heading is no front page.
                let marked = lines.iter().position(|line| line.starts_with('#')).unwrap_or(FRONT).min(FRONT);
                lines
                    .get(..marked.min(lines.len()))
                    .unwrap_or_default()
                    .iter()
                    .rposition(|line| line.trim().contains('\t'))
                    .map_or(0, |last| last + 1)
            }
        } else {
            contents.range.start
        };
        let after = front_end.max(contents.range.end);
        let signed = |line: &String| {
            let plain = plain(line);
            matches!(plain.as_str(), "signed" | "signed by" | "signature" | "signatures")
                || (plain.starts_with("signed ") && plain.len() < 60)
        };
        let signature = lines.iter().rposition(signed).filter(|place| *place >= after).unwrap_or(lines.len());
        // A sentence of the body may begin like a signature: the block holds no heading and little else.
        let signature = if lines.len() - signature <= 30 { signature } else { lines.len() };
        let longest = lines.iter().skip(after).map(|line| line.chars().count()).max().unwrap_or(0);
        Self { front_end, contents: contents.range.clone(), signature, wrapped: longest <= WRAPPED, longest }
    }

    fn region(&self, place: usize) -> Kind {
        if place < self.front_end {
            Kind::Front
        } else if self.contents.contains(&place) {
            Kind::Contents
        } else if place >= self.signature {
            Kind::Signature
        } else {
            Kind::Prose
        }
    }

    fn room(&self, lines: &[String], place: usize) -> Room {
        let line = |at: Option<usize>| at.and_then(|at| lines.get(at)).map(|line| line.trim_end()).unwrap_or_default();
        let (before, own, after) = (line(place.checked_sub(1)), line(Some(place)), line(place.checked_add(1)));
        let word = own.split_whitespace().next().map_or(0, |word| word.chars().count());
        let fits = !self.wrapped || before.chars().count() + 1 + word <= self.longest;
        let marked = |line: &str| bullet(line).is_some_and(|(_, text)| !text.is_empty());
        Room {
            above: before.trim().is_empty(),
            below: after.trim().is_empty(),
            over_list: (before.trim().is_empty() || fits) && !marked(own) && marked(after),
        }
    }
}

#[derive(Default)]
struct Reader {
    paragraphs: Vec<Paragraph>,
    wrapped: bool,
    /// Whether the next line may belong to the last paragraph.
    open: bool,
    heading: Option<usize>,
    /// Columns at which the levels of the present list begin.
    indents: Vec<usize>,
    /// Whether a page ended after the last paragraph.
    turned: bool,
}

impl Reader {
    fn end(&mut self) {
        self.open = false;
    }

    /// A page ended: a sentence may go on overleaf.
    fn turned(&mut self) {
        self.open = false;
        self.turned = true;
    }

    /// The last paragraph of the text itself.
    fn last(&mut self) -> Option<&mut Paragraph> {
        self.paragraphs.iter_mut().rev().find(|paragraph| paragraph.kind != Kind::Margin)
    }

    fn push(&mut self, place: usize, kind: Kind, text: &str) {
        let line = u32::try_from(place + 1).unwrap_or(u32::MAX);
        let heading =
            if matches!(kind, Kind::Heading { .. } | Kind::Front | Kind::Contents | Kind::Signature | Kind::Margin) {
                None
            } else {
                self.heading
            };
        self.turned &= kind == Kind::Margin;
        self.paragraphs.push(Paragraph { line, end_line: line, kind, text: clean(text), heading });
    }

    fn body(&mut self, place: usize, line: &str, room: Room, contents: &Contents) {
        if let Some(heading) = headings::heading(line, room, contents) {
            self.push(place, Kind::Heading { number: heading.number }, &heading.title);
            self.heading = Some(self.paragraphs.len() - 1);
            self.indents.clear();
            self.open = false;
            return;
        }
        if let Some((indent, text)) = bullet(line) {
            let level = self.level(indent);
            let kind = if text.is_empty() { Kind::BlankBullet } else { Kind::Bullet(level) };
            self.open = !text.is_empty();
            self.push(place, kind, text);
            return;
        }
        let text = line.trim();
        if self.continues(line)
            && let Some(last) = self.last()
        {
            last.text = format!("{} {}", last.text, clean(text));
            last.end_line = u32::try_from(place + 1).unwrap_or(u32::MAX);
            self.turned = false;
            self.open = true;
            return;
        }
        self.indents.clear();
        self.push(place, Kind::Prose, text);
        self.open = true;
    }

    /// The level of a bullet that begins at a column, by the columns of the bullets before it.
    fn level(&mut self, indent: usize) -> u8 {
        self.indents.retain(|earlier| *earlier < indent);
        self.indents.push(indent);
        u8::try_from(self.indents.len()).unwrap_or(u8::MAX)
    }

    /// Whether a line without a bullet goes on with the paragraph before it.
    fn continues(&self, line: &str) -> bool {
        let Some(last) = self.paragraphs.iter().rev().find(|paragraph| paragraph.kind != Kind::Margin) else {
            return false;
        };
        let small = line.trim_start().starts_with(|c: char| c.is_lowercase());
        let ended = last.text.ends_with(['.', ':', ';', '!', '?', '>']);
        if !self.open {
            let says = matches!(last.kind, Kind::Bullet(_) | Kind::Prose);
            return self.turned && says && small && !ended;
        }
        self.wrapped || small || !ended
    }
}

/// The column and text of a bullet.
fn bullet(line: &str) -> Option<(usize, &str)> {
    static BULLET: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^(\s*)([-*•▪◦‣–●○■□]|o|[a-z]\)|\(?[ivx]{1,4}\)|\d{1,2}[.)])(?:\s+(.*))?$").ok());
    let found = BULLET.as_ref()?.captures(line)?;
    Some((found.get(1)?.as_str().len(), found.get(3).map_or("", |text| text.as_str().trim())))
}

/// The text without marks of emphasis and with links by their words.
fn clean(text: &str) -> String {
    static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\[([^\]]*)\]\([^)\s]*\)").ok());
    let text = match LINK.as_ref() {
        Some(link) => link.replace_all(text, "$1"),
        None => text.into(),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("***", "").replace("**", "").replace("(*", "(").replace("*)", ")")
}
