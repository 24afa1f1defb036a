//! A workbook: sheets of rows under a row of headings, numbers as numbers, and text that no program works out.

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    Failed, LANGUAGE,
    text::{Text, escaped},
};

/// A workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workbook {
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub owner: String,
    /// When what it says was settled.
    pub dated: OffsetDateTime,
    /// Its sheets.
    pub sheets: Vec<Sheet>,
}

/// One sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its name: 31 characters at most, none of `[ ] : * ? / \` and no apostrophe.
    pub name: String,
    /// Its headings, each with the width of its column in characters.
    pub columns: Vec<(String, u16)>,
    /// Its rows.
    pub rows: Vec<Vec<Value>>,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number, to be reckoned with.
    Number(u64),
    /// Text, whatever it begins with.
    Text(String),
}

const DECLARED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// The places of the looks in `styles.xml`.
const HEADING: u8 = 1;
const WORDS: u8 = 2;
const NUMBER: u8 = 3;
const QUOTED: u8 = 4;

impl Workbook {
    /// The media type of its file.
    pub const MEDIA_TYPE: &'static str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// Writes it. The same workbook is the same bytes.
    ///
    /// # Errors
    /// Where the package cannot be written.
    pub fn write(&self) -> Result<Vec<u8>, Failed> {
        let mut files = vec![
            ("[Content_Types].xml".to_owned(), self.content_types()),
            ("_rels/.rels".to_owned(), package()),
            ("docProps/core.xml".to_owned(), self.core()),
            ("xl/workbook.xml".to_owned(), self.workbook()),
            ("xl/_rels/workbook.xml.rels".to_owned(), self.relations()),
            ("xl/styles.xml".to_owned(), include_str!("xlsx/styles.xml").to_owned()),
        ];
        let sheets = self.sheets.iter().zip(1..);
        files.extend(sheets.map(|(sheet, n)| (format!("xl/worksheets/sheet{n}.xml"), sheet.xml(n == 1))));
        let mut package = ZipWriter::new(Cursor::new(Vec::new()));
        let failed = |error: &dyn std::error::Error| Failed(error.to_string());
        // Without times of its own: the same workbook is the same bytes.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (name, content) in files {
            package.start_file(name, options).map_err(|e| failed(&e))?;
            package.write_all(content.as_bytes()).map_err(|e| failed(&e))?;
        }
        Ok(package.finish().map_err(|e| failed(&e))?.into_inner())
    }

    fn content_types(&self) -> String {
        const KIND: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
        let mut all = format!(
            "{DECLARED}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
             ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" \
             ContentType=\"application/xml\"/><Override PartName=\"/docProps/core.xml\" \
             ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/><Override PartName=\"/xl/workbook.xml\" \
             ContentType=\"{KIND}.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" ContentType=\"{KIND}.styles+xml\"/>"
        );
        for n in 1..=self.sheets.len() {
            let _ = write!(
                all,
                "<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"{KIND}.worksheet+xml\"/>"
            );
        }
        all + "</Types>"
    }

    fn core(&self) -> String {
        let (title, owner) = (clean(&self.title), clean(&self.owner));
        let at = self.dated.replace_nanosecond(0).ok().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default();
        format!(
            "{DECLARED}<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{title}</dc:title><dc:creator>{owner}</dc:creator>\
             <dc:language>{LANGUAGE}</dc:language><dcterms:created xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:created>\
             </cp:coreProperties>"
        )
    }

    /// Names the sheets; on paper the headings stand on every page.
    fn workbook(&self) -> String {
        let (mut sheets, mut heads) = (String::new(), String::new());
        for (sheet, n) in self.sheets.iter().zip(1..) {
            let name = clean(&sheet.name);
            let _ = write!(sheets, "<sheet name=\"{name}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>");
            let place = n - 1;
            let _ = write!(
                heads,
                "<definedName name=\"_xlnm.Print_Titles\" localSheetId=\"{place}\">'{name}'!$1:$1</definedName>"
            );
        }
        format!(
            "{DECLARED}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{sheets}</sheets>\
             <definedNames>{heads}</definedNames></workbook>"
        )
    }

    fn relations(&self) -> String {
        let mut all = format!("{DECLARED}<Relationships xmlns=\"{PACKAGE}/relationships\">");
        for n in 1..=self.sheets.len() {
            let _ = write!(
                all,
                "<Relationship Id=\"rId{n}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
            );
        }
        all + &format!(
            "<Relationship Id=\"rIdStyles\" Type=\"{RELATIONS}/styles\" Target=\"styles.xml\"/></Relationships>"
        )
    }
}

fn package() -> String {
    format!(
        "{DECLARED}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{RELATIONS}/officeDocument\" \
         Target=\"xl/workbook.xml\"/><Relationship Id=\"rId2\" Type=\"{PACKAGE}/relationships/metadata/core-properties\" \
         Target=\"docProps/core.xml\"/></Relationships>"
    )
}

impl Sheet {
    fn xml(&self, first: bool) -> String {
        let selected = if first { " tabSelected=\"1\"" } else { "" };
        let mut xml = format!(
            "{DECLARED}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView{selected} workbookViewId=\"0\"><pane ySplit=\"1\" \
             topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><cols>"
        );
        for ((_, width), n) in self.columns.iter().zip(1..) {
            let _ = write!(xml, "<col min=\"{n}\" max=\"{n}\" width=\"{width}\" customWidth=\"1\"/>");
        }
        xml.push_str("</cols><sheetData>");
        let headings: Vec<Value> = self.columns.iter().map(|(heading, _)| Value::Text(heading.clone())).collect();
        row(&mut xml, 1, &headings, Some(HEADING));
        for (cells, n) in self.rows.iter().zip(2..) {
            row(&mut xml, n, cells, None);
        }
        xml + "</sheetData><pageSetup paperSize=\"9\" orientation=\"landscape\"/></worksheet>"
    }
}

fn row(xml: &mut String, number: usize, cells: &[Value], look: Option<u8>) {
    let _ = write!(xml, "<row r=\"{number}\">");
    for (place, cell) in cells.iter().enumerate() {
        let at = format!("{}{number}", column(place));
        let _ = match cell {
            Value::Number(value) => write!(xml, "<c r=\"{at}\" s=\"{NUMBER}\"><v>{value}</v></c>"),
            Value::Text(text) => {
                let style = look.unwrap_or(if formula(text) { QUOTED } else { WORDS });
                let words = clean(text);
                write!(
                    xml,
                    "<c r=\"{at}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{words}</t></is></c>"
                )
            }
        };
    }
    xml.push_str("</row>");
}

/// Whether somebody who edits a cell would make a formula of it: such a cell is marked as quoted besides being text.
fn formula(text: &str) -> bool {
    text.trim_start().starts_with(['=', '+', '-', '@'])
}

/// Words without what no file of this kind may hold.
fn clean(text: &str) -> String {
    escaped(&Text::plain(text).to_string())
}

/// The letters of a column: A, …, Z, AA, …
fn column(place: usize) -> String {
    let mut letters = Vec::new();
    let mut left = place + 1;
    while left > 0 {
        let digit = u8::try_from((left - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + digit));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use time::macros::datetime;

    use super::*;

    fn part(bytes: &[u8], name: &str) -> Result<String, Box<dyn std::error::Error>> {
        let mut text = String::new();
        zip::ZipArchive::new(Cursor::new(bytes))?.by_name(name)?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn numbers_are_numbers_and_no_text_is_a_formula() -> Result<(), Box<dyn std::error::Error>> {
        let sheet = Sheet {
            name: "Figures".into(),
            columns: vec![("What is counted".into(), 40), ("This term".into(), 12)],
            rows: vec![
                vec![Value::Text("=HYPERLINK(\"https://x.invalid\")".into()), Value::Number(31)],
                vec![Value::Text("Cases & \u{1}<more>".into()), Value::Text("c".into())],
            ],
        };
        let second = Sheet { name: "Definitions".into(), columns: vec![("Measure".into(), 40)], rows: Vec::new() };
        let book = Workbook {
            title: "Report".into(),
            owner: "A school".into(),
            dated: datetime!(2026-11-24 09:00 UTC),
            sheets: vec![sheet, second],
        };
        let bytes = book.write()?;
        assert_eq!(bytes, book.write()?, "the same workbook is the same bytes");
        let first = part(&bytes, "xl/worksheets/sheet1.xml")?;
        assert!(first.contains("<c r=\"B2\" s=\"3\"><v>31</v></c>"), "{first}");
        assert!(first.contains("<c r=\"A2\" s=\"4\" t=\"inlineStr\"><is><t xml:space=\"preserve\">=HYPERLINK(&quot;"));
        assert!(first.contains("Cases &amp; &lt;more&gt;") && !first.contains("<f>") && !first.contains('\u{1}'));
        assert!(part(&bytes, "xl/workbook.xml")?.contains("<sheet name=\"Definitions\" sheetId=\"2\" r:id=\"rId2\"/>"));
        assert!(part(&bytes, "xl/styles.xml")?.contains("quotePrefix=\"1\""));
        assert_eq!([0, 25, 26, 701, 702].map(column), ["A", "Z", "AA", "ZZ", "AAA"]);
        Ok(())
    }
}
