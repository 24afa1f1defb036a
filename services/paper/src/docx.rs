//! A Word document: styles for headings, lists and tables, the language and the title, and nothing that runs.

mod parts;

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    Block, CONTENTS, Failed, Item, Paper, Table,
    text::{Span, Text, escaped},
};

/// The width between the margins of an A4 page, in twentieths of a point.
const WIDTH: usize = 9_354;

/// Writes the document.
pub(crate) fn write(paper: &Paper) -> Result<Vec<u8>, Failed> {
    let mut document = Document::default();
    document.paragraph("Title", &Text::plain(&paper.title));
    document.paragraph("Subtitle", &Text::plain(&paper.owner));
    if let Some(status) = &paper.status {
        let spans = [Span::Strong(status.word.clone()), Span::Words(format!(": {}", status.meaning))];
        document.paragraph("Notice", &Text::of(spans));
    }
    for block in &paper.blocks {
        document.block(paper, block);
    }
    let files = [
        ("[Content_Types].xml", parts::CONTENT_TYPES.to_owned()),
        ("_rels/.rels", parts::PACKAGE.to_owned()),
        ("docProps/core.xml", parts::core(paper)),
        ("docProps/app.xml", parts::APP.to_owned()),
        ("word/document.xml", parts::document(&document.body)),
        ("word/_rels/document.xml.rels", parts::relations(&document.addresses)),
        ("word/styles.xml", parts::styles()),
        ("word/settings.xml", parts::SETTINGS.to_owned()),
        ("word/numbering.xml", parts::numbering(document.lists)),
        ("word/header1.xml", parts::header(paper)),
        ("word/footer1.xml", parts::footer(paper)),
    ];
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    let failed = |error: &dyn std::error::Error| Failed(error.to_string());
    // Without times of its own: the same document is the same bytes.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in files {
        package.start_file(name, options).map_err(|e| failed(&e))?;
        package.write_all(content.as_bytes()).map_err(|e| failed(&e))?;
    }
    Ok(package.finish().map_err(|e| failed(&e))?.into_inner())
}

#[derive(Default)]
struct Document {
    body: String,
    /// Where links lead, each by its place.
    addresses: Vec<String>,
    /// Counted lists so far: each begins at 1.
    lists: usize,
    /// Bookmarks so far.
    marks: usize,
}

impl Document {
    fn paragraph(&mut self, style: &str, text: &Text) {
        let runs = self.runs(text);
        let _ = write!(self.body, "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{runs}</w:p>");
    }

    fn block(&mut self, paper: &Paper, block: &Block) {
        match block {
            Block::Contents => self.contents(paper),
            Block::Heading { level, id, text } => {
                self.marks += 1;
                let (mark, name, runs) = (self.marks, bookmark(id), self.runs(text));
                let _ = write!(
                    self.body,
                    "<w:p><w:pPr><w:pStyle w:val=\"Heading{level}\"/></w:pPr><w:bookmarkStart w:id=\"{mark}\" \
                     w:name=\"{name}\"/>{runs}<w:bookmarkEnd w:id=\"{mark}\"/></w:p>"
                );
            }
            Block::Paragraph(text) => self.paragraph("BodyText", text),
            Block::List { counted, items } => self.list(*counted, items),
            Block::Table(table) => self.table(table),
            // What bars show stands in the table beside them: here it is said in words.
            Block::Chart(chart) => {
                self.paragraph("Caption", &Text::plain(&chart.caption));
                self.paragraph("BodyText", &Text::plain(&chart.description));
            }
        }
    }

    /// The headings as links, in a field that Word renews with page numbers when asked to.
    fn contents(&mut self, paper: &Paper) {
        self.paragraph("TOCHeading", &Text::plain(CONTENTS));
        let entries: Vec<(u8, String, String)> =
            paper.headings().map(|(level, id, text)| (level, bookmark(id), escaped(&text.to_string()))).collect();
        for (place, (level, name, words)) in entries.iter().enumerate() {
            let begin = if place == 0 {
                "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> TOC \\o \"1-2\" \\h \\z \\u \
                 </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>"
            } else {
                ""
            };
            let end = if place + 1 == entries.len() { "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>" } else { "" };
            let _ = write!(
                self.body,
                "<w:p><w:pPr><w:pStyle w:val=\"TOC{level}\"/></w:pPr>{begin}<w:hyperlink w:anchor=\"{name}\" w:history=\"1\">\
                 <w:r><w:t xml:space=\"preserve\">{words}</w:t></w:r></w:hyperlink>{end}</w:p>"
            );
        }
    }

    fn list(&mut self, counted: bool, items: &[Item]) {
        let number = if counted {
            self.lists += 1;
            self.lists + 1
        } else {
            1
        };
        let style = if counted { "ListNumber" } else { "ListBullet" };
        for item in items {
            let runs = self.runs(&item.text);
            let keep = if item.more.is_empty() { "" } else { "<w:keepNext/>" };
            let _ = write!(
                self.body,
                "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{keep}<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"{number}\"/>\
                 </w:numPr></w:pPr>{runs}</w:p>"
            );
            for line in &item.more {
                self.paragraph("ListContinue", line);
            }
        }
    }

    fn table(&mut self, table: &Table) {
        self.paragraph("Caption", &Text::plain(&table.caption));
        let columns = table.rows.first().map_or(table.columns.len(), Vec::len).max(1);
        let widths = crate::shares(columns).map(|share| WIDTH * usize::from(share) / 100);
        let widths: Vec<usize> = widths.collect();
        let caption = escaped(&table.caption);
        let first = usize::from(!table.columns.is_empty());
        let _ = write!(
            self.body,
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"{WIDTH}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/>\
             <w:tblLook w:val=\"0{first}A0\" w:firstRow=\"{first}\" w:lastRow=\"0\" w:firstColumn=\"1\" w:lastColumn=\"0\" \
             w:noHBand=\"1\" w:noVBand=\"1\"/><w:tblCaption w:val=\"{caption}\"/></w:tblPr><w:tblGrid>"
        );
        for width in &widths {
            let _ = write!(self.body, "<w:gridCol w:w=\"{width}\"/>");
        }
        self.body.push_str("</w:tblGrid>");
        if !table.columns.is_empty() {
            self.body.push_str("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
            for (column, width) in table.columns.iter().zip(&widths) {
                self.cell(*width, "TableHead", &[Text::plain(column)]);
            }
            self.body.push_str("</w:tr>");
        }
        for row in &table.rows {
            self.body.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
            for (place, (cell, width)) in row.iter().zip(&widths).enumerate() {
                self.cell(*width, if place == 0 { "TableHead" } else { "TableText" }, cell);
            }
            self.body.push_str("</w:tr>");
        }
        // A table is followed by a paragraph, or the next one would grow into it.
        self.body.push_str("</w:tbl><w:p><w:pPr><w:pStyle w:val=\"TableText\"/></w:pPr></w:p>");
    }

    fn cell(&mut self, width: usize, style: &str, lines: &[Text]) {
        let _ = write!(self.body, "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>");
        for line in lines {
            self.paragraph(style, line);
        }
        if lines.is_empty() {
            self.paragraph(style, &Text::default());
        }
        self.body.push_str("</w:tc>");
    }

    fn runs(&mut self, text: &Text) -> String {
        let mut runs = String::new();
        for span in text.spans() {
            let words = escaped(span.words());
            let run = |style: &str| format!("<w:r>{style}<w:t xml:space=\"preserve\">{words}</w:t></w:r>");
            runs.push_str(&match span {
                Span::Words(_) => run(""),
                Span::Strong(_) => run("<w:rPr><w:rStyle w:val=\"Strong\"/></w:rPr>"),
                Span::Blank(_) => run("<w:rPr><w:rStyle w:val=\"Blank\"/></w:rPr>"),
                Span::Link { address, .. } => {
                    self.addresses.push(address.clone());
                    let link = run("<w:rPr><w:rStyle w:val=\"Hyperlink\"/></w:rPr>");
                    format!(
                        "<w:hyperlink r:id=\"rIdLink{}\" w:history=\"1\">{link}</w:hyperlink>",
                        self.addresses.len()
                    )
                }
            });
        }
        runs
    }
}

/// A name Word takes for a bookmark: letters, digits and lines below, 40 at most.
fn bookmark(id: &str) -> String {
    let plain = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    format!("_{}", plain.take(39).collect::<String>())
}
