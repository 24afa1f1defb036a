//! Word documents: paragraphs with their styles, lists and tables, out of the package's parts.

use std::collections::HashMap;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    file::Content,
    package::{Lines, Package, Style},
    text::Unreadable,
};

const KIND: &str = "Word";

pub(super) fn read(bytes: &[u8]) -> Result<Content, Unreadable> {
    let mut package = Package::open(KIND, bytes)?;
    let Some(body) = package.part("word/document.xml")? else {
        return Err(Unreadable::Mismatch { said: "Word (.docx)", is: "a packed file that holds no Word document" });
    };
    let styles = package.part("word/styles.xml")?.map(|xml| styles(&xml)).transpose()?.unwrap_or_default();
    let mut lines = Lines::default();
    paragraphs(&body, &styles, &mut lines)?;
    for notes in ["word/footnotes.xml", "word/endnotes.xml"] {
        if let Some(xml) = package.part(notes)? {
            paragraphs(&xml, &styles, &mut lines)?;
        }
    }
    let mut margins = Vec::new();
    let mut names = package.names();
    names.sort();
    for name in names.iter().filter(|n| n.starts_with("word/header") || n.starts_with("word/footer")) {
        if let Some(xml) = package.part(name)? {
            let mut printed = Lines::default();
            paragraphs(&xml, &styles, &mut printed)?;
            for line in printed.text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                if !margins.iter().any(|margin| margin == line) {
                    margins.push(line.to_owned());
                }
            }
        }
    }
    Ok(Content { text: lines.text, margins })
}

/// What each style makes of a paragraph.
fn styles(xml: &str) -> Result<HashMap<String, Style>, Unreadable> {
    let mut reader = Reader::from_str(xml);
    let mut found: HashMap<String, (Style, Option<String>)> = HashMap::new();
    let mut id = String::new();
    loop {
        match reader.read_event().map_err(|_| Unreadable::Damaged(KIND))? {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().into_inner() {
                "style" => {
                    id = value(&tag, "w:styleId").unwrap_or_default();
                    found.insert(id.clone(), (Style::Prose, None));
                }
                "name" => {
                    let style = named(&value(&tag, "w:val").unwrap_or_default());
                    found.entry(id.clone()).or_default().0 = style;
                }
                "basedOn" => found.entry(id.clone()).or_default().1 = value(&tag, "w:val"),
                "outlineLvl" if level(&tag) < 9 => found.entry(id.clone()).or_default().0 = Style::Heading,
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    let resolve = |id: &String| {
        let mut at = Some(id);
        // A style may be based on another, a few deep; a circle ends here.
        for _ in 0..8 {
            match at.and_then(|id| found.get(id)) {
                Some((Style::Prose, base)) => at = base.as_ref(),
                Some((style, _)) => return *style,
                None => break,
            }
        }
        Style::Prose
    };
    Ok(found.keys().map(|id| (id.clone(), resolve(id))).collect())
}

fn named(name: &str) -> Style {
    let name = name.to_lowercase();
    if name.starts_with("heading") {
        Style::Heading
    } else if name.starts_with("list bullet") || name.starts_with("list number") {
        let level = name.chars().rev().find(char::is_ascii_digit).and_then(|c| c.to_digit(10)).unwrap_or(1);
        Style::Item(usize::try_from(level).unwrap_or(1).saturating_sub(1))
    } else if name.starts_with("toc ") && name != "toc heading" {
        Style::Contents
    } else {
        Style::Prose
    }
}

fn value(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok().flatten()?;
    attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

fn level(tag: &BytesStart<'_>) -> usize {
    value(tag, "w:val").and_then(|value| value.parse().ok()).unwrap_or_default()
}

/// A paragraph being read; one may stand inside another, in a text box.
#[derive(Default)]
struct Open {
    text: String,
    style: Style,
    numbered: bool,
    level: usize,
}

/// Reads the paragraphs of one part.
fn paragraphs(xml: &str, styles: &HashMap<String, Style>, lines: &mut Lines) -> Result<(), Unreadable> {
    let damaged = || Unreadable::Damaged(KIND);
    let mut reader = Reader::from_str(xml);
    let mut open: Vec<Open> = Vec::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut in_text = false;
    // What is kept twice for older programs is read once.
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
            Event::Start(tag) => match tag.local_name().into_inner() {
                "Fallback" | "del" | "moveFrom" => skipped = 1,
                "p" => open.push(Open::default()),
                "tr" => rows.push(Vec::new()),
                "tc" => rows.last_mut().into_iter().for_each(|row| row.push(String::new())),
                "t" => in_text = true,
                _ => mark(&tag, open.last_mut(), styles),
            },
            Event::Empty(tag) => match (tag.local_name().into_inner(), open.last_mut()) {
                ("tab", Some(paragraph)) if !paragraph.text.is_empty() => paragraph.text.push('\t'),
                ("br" | "cr", Some(paragraph)) => paragraph.text.push(' '),
                ("noBreakHyphen", Some(paragraph)) => paragraph.text.push('-'),
                (_, paragraph) => mark(&tag, paragraph, styles),
            },
            Event::Text(text) if in_text => {
                open.last_mut().into_iter().for_each(|p| p.text.push_str(&text.xml10_content()));
            }
            Event::CData(text) if in_text => {
                open.last_mut().into_iter().for_each(|p| p.text.push_str(&text.xml10_content()));
            }
            Event::GeneralRef(reference) if in_text => {
                let text = entity(&reference).ok_or_else(damaged)?;
                open.last_mut().into_iter().for_each(|p| p.text.push_str(&text));
            }
            Event::End(tag) => match tag.local_name().into_inner() {
                "t" => in_text = false,
                "p" => {
                    if let Some(paragraph) = open.pop() {
                        done(paragraph, &mut rows, lines);
                    }
                }
                "tr" => {
                    if let Some(row) = rows.pop() {
                        let cells: Vec<String> =
                            row.iter().map(|cell| cell.replace('\t', " ").trim().to_owned()).collect();
                        lines.push(Style::Prose, cells.join("\t").trim());
                    }
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    if open.is_empty() && rows.is_empty() { Ok(()) } else { Err(damaged()) }
}

/// What a tag says about the paragraph it stands in.
fn mark(tag: &BytesStart<'_>, paragraph: Option<&mut Open>, styles: &HashMap<String, Style>) {
    let Some(paragraph) = paragraph else { return };
    match tag.local_name().into_inner() {
        "pStyle" => {
            let id = value(tag, "w:val").unwrap_or_default();
            paragraph.style = styles.get(&id).copied().unwrap_or_else(|| named(&id));
        }
        "outlineLvl" if level(tag) < 9 => paragraph.style = Style::Heading,
        "ilvl" => paragraph.level = level(tag),
        "numId" => paragraph.numbered = level(tag) > 0,
        _ => {}
    }
}

fn done(paragraph: Open, rows: &mut [Vec<String>], lines: &mut Lines) {
    if let Some(cell) = rows.last_mut().and_then(|row| row.last_mut()) {
        if !cell.is_empty() && !paragraph.text.trim().is_empty() {
            cell.push(' ');
        }
        cell.push_str(paragraph.text.trim());
        return;
    }
    let style = match paragraph.style {
        Style::Prose if paragraph.numbered => Style::Item(paragraph.level),
        Style::Item(level) => Style::Item(level.max(paragraph.level)),
        style => style,
    };
    lines.push(style, &paragraph.text);
}

/// What an entity stands for; none where it is none of XML's own.
pub(super) fn entity(reference: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Some(c.to_string());
    }
    let name = reference.xml10_content();
    quick_xml::escape::resolve_predefined_entity(&name).map(ToOwned::to_owned)
}
