//! OpenDocument texts: paragraphs, headings, lists and tables out of `content.xml`.

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    file::Content,
    package::{Lines, Package, Style},
    text::Unreadable,
    word::entity,
};

const KIND: &str = "OpenDocument";
/// What belongs to the document's margins, comments or past.
const SKIPPED: [&str; 5] = ["tracked-changes", "annotation", "forms", "index-title-template", "sequence-decls"];

pub(super) fn read(bytes: &[u8]) -> Result<Content, Unreadable> {
    let mut package = Package::open(KIND, bytes)?;
    if package.part("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err(Unreadable::Locked(KIND));
    }
    let Some(body) = package.part("content.xml")? else {
        return Err(Unreadable::Mismatch { said: "OpenDocument (.odt)", is: "a packed file that holds no text" });
    };
    if !body.contains("office:text") {
        return Err(Unreadable::Mismatch { said: "OpenDocument (.odt)", is: "a table or a presentation" });
    }
    let text = paragraphs(&body)?;
    let margins = match package.part("styles.xml")? {
        Some(xml) => match xml.find("<office:master-styles") {
            Some(at) => {
                let printed = paragraphs(
                    xml.get(at..).and_then(|x| x.split("</office:master-styles>").next()).unwrap_or_default(),
                )
                .unwrap_or_default();
                printed.lines().map(str::trim).filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect()
            }
            None => Vec::new(),
        },
        None => Vec::new(),
    };
    Ok(Content { text, margins })
}

#[derive(Default)]
struct Body {
    lines: Lines,
    /// Open paragraphs; a note stands inside one.
    open: Vec<(Style, String)>,
    rows: Vec<Vec<String>>,
    lists: usize,
    contents: usize,
    first_in_item: bool,
}

fn paragraphs(xml: &str) -> Result<String, Unreadable> {
    let damaged = || Unreadable::Damaged(KIND);
    let mut reader = Reader::from_str(xml);
    let mut body = Body::default();
    let mut skipped = 0_usize;
    loop {
        let event = reader.read_event().map_err(|_| damaged())?;
        if skipped > 0 {
            match event {
                Event::Start(_) => skipped += 1,
                Event::End(_) => skipped -= 1,
                Event::Eof => return Err(damaged()),
                _ => {}
            }
            continue;
        }
        match event {
            Event::Start(tag) if SKIPPED.contains(&tag.local_name().into_inner()) => skipped = 1,
            Event::Start(tag) => body.start(&tag),
            Event::Empty(tag) => match tag.local_name().into_inner() {
                "p" | "h" => {
                    body.start(&tag);
                    body.end(tag.local_name().into_inner());
                }
                "tab" => body.say("\t"),
                "line-break" => body.say(" "),
                "s" => body.say(" "),
                _ => {}
            },
            Event::Text(text) => body.say(&text.xml10_content()),
            Event::CData(text) => body.say(&text.xml10_content()),
            Event::GeneralRef(reference) => body.say(&entity(&reference).ok_or_else(damaged)?),
            Event::End(tag) => body.end(tag.local_name().into_inner()),
            Event::Eof => break,
            _ => {}
        }
    }
    if body.open.is_empty() && body.rows.is_empty() { Ok(body.lines.text) } else { Err(damaged()) }
}

impl Body {
    fn say(&mut self, text: &str) {
        if let Some((_, open)) = self.open.last_mut() {
            open.push_str(text);
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) {
        match tag.local_name().into_inner() {
            "h" => self.open.push((Style::Heading, String::new())),
            "p" => {
                let style = if self.contents > 0 {
                    Style::Contents
                } else if self.lists > 0 && self.first_in_item {
                    Style::Item(self.lists - 1)
                } else {
                    Style::Prose
                };
                self.first_in_item = false;
                self.open.push((style, String::new()));
            }
            "list" => self.lists += 1,
            "list-item" | "list-header" => self.first_in_item = true,
            "table-row" => self.rows.push(Vec::new()),
            "table-cell" => self.rows.last_mut().into_iter().for_each(|row| row.push(String::new())),
            "table-of-content" => self.contents += 1,
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" | "h" => {
                let Some((style, text)) = self.open.pop() else { return };
                match self.rows.last_mut().and_then(|row| row.last_mut()) {
                    Some(cell) => {
                        if !cell.is_empty() && !text.trim().is_empty() {
                            cell.push(' ');
                        }
                        cell.push_str(text.replace('\t', " ").trim());
                    }
                    None => self.lines.push(style, &text),
                }
            }
            "list" => self.lists = self.lists.saturating_sub(1),
            "table-row" => {
                if let Some(row) = self.rows.pop() {
                    self.lines.push(Style::Prose, row.join("\t").trim());
                }
            }
            "table-of-content" => self.contents = self.contents.saturating_sub(1),
            _ => {}
        }
    }
}
