//! The parts of a Word package beside its text.

use std::fmt::Write as _;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{LANGUAGE, Paper, text::escaped};

const DECLARED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const SPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

pub(super) const CONTENT_TYPES: &str = include_str!("content_types.xml");
pub(super) const PACKAGE: &str = include_str!("package.xml");
pub(super) const APP: &str = include_str!("app.xml");
pub(super) const SETTINGS: &str = include_str!("settings.xml");

pub(super) fn styles() -> String {
    include_str!("styles.xml").replace("LANGUAGE", LANGUAGE)
}

pub(super) fn core(paper: &Paper) -> String {
    let (title, owner) = (escaped(&paper.title), escaped(&paper.owner));
    let (edition, at) = (escaped(&paper.edition), stamp(paper.dated));
    let word = paper.status.as_ref().map(|status| escaped(&status.word)).unwrap_or_default();
    format!(
        "{DECLARED}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{title} – {owner}</dc:title><dc:subject>{edition}</dc:subject>\
         <dc:creator>{owner}</dc:creator><dc:language>{LANGUAGE}</dc:language><cp:contentStatus>{word}</cp:contentStatus>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:created>\
         <dcterms:modified xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:modified></cp:coreProperties>"
    )
}

fn stamp(at: OffsetDateTime) -> String {
    at.replace_nanosecond(0).ok().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}

pub(super) fn document(body: &str) -> String {
    format!(
        "{DECLARED}<w:document {SPACES}><w:body>{body}<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rIdHeader\"/>\
         <w:footerReference w:type=\"default\" r:id=\"rIdFooter\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
         <w:pgMar w:top=\"1418\" w:right=\"1276\" w:bottom=\"1276\" w:left=\"1276\" w:header=\"624\" w:footer=\"624\" w:gutter=\"0\"/>\
         </w:sectPr></w:body></w:document>"
    )
}

pub(super) fn relations(addresses: &[String]) -> String {
    const KIND: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut all =
        format!("{DECLARED}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
    for (id, kind, target) in [
        ("rIdStyles", "styles", "styles.xml"),
        ("rIdSettings", "settings", "settings.xml"),
        ("rIdNumbering", "numbering", "numbering.xml"),
        ("rIdHeader", "header", "header1.xml"),
        ("rIdFooter", "footer", "footer1.xml"),
    ] {
        let _ = write!(all, "<Relationship Id=\"{id}\" Type=\"{KIND}/{kind}\" Target=\"{target}\"/>");
    }
    for (place, address) in (1..).zip(addresses) {
        let address = escaped(address);
        let _ = write!(
            all,
            "<Relationship Id=\"rIdLink{place}\" Type=\"{KIND}/hyperlink\" Target=\"{address}\" TargetMode=\"External\"/>"
        );
    }
    all + "</Relationships>"
}

/// Bullets, and counting: each counted list is one of its own, so that each begins at 1.
pub(super) fn numbering(lists: usize) -> String {
    let level = |format: &str, text: &str, more: &str| {
        format!(
            "<w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/><w:lvlText w:val=\"{text}\"/><w:lvlJc w:val=\"left\"/>\
             <w:pPr><w:ind w:left=\"567\" w:hanging=\"454\"/></w:pPr>{more}</w:lvl>"
        )
    };
    let mut all = format!(
        "{DECLARED}<w:numbering {SPACES}><w:abstractNum w:abstractNumId=\"0\"><w:multiLevelType w:val=\"singleLevel\"/>{}\
         </w:abstractNum><w:abstractNum w:abstractNumId=\"1\"><w:multiLevelType w:val=\"singleLevel\"/>{}</w:abstractNum>\
         <w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num>",
        level("bullet", "•", ""),
        level("decimal", "%1.", "")
    );
    for list in 0..lists {
        let _ = write!(
            all,
            "<w:num w:numId=\"{}\"><w:abstractNumId w:val=\"1\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"1\"/>\
             </w:lvlOverride></w:num>",
            list + 2
        );
    }
    all + "</w:numbering>"
}

pub(super) fn header(paper: &Paper) -> String {
    let mut words = String::new();
    if let Some(status) = &paper.status {
        let _ = write!(
            words,
            "<w:r><w:rPr><w:rStyle w:val=\"Strong\"/></w:rPr><w:t xml:space=\"preserve\">{} – </w:t></w:r>",
            escaped(&status.word)
        );
    }
    let (title, owner) = (escaped(&paper.title), escaped(&paper.owner));
    format!(
        "{DECLARED}<w:hdr {SPACES}><w:p><w:pPr><w:pStyle w:val=\"Header\"/></w:pPr>{words}<w:r><w:t>{title} – {owner}</w:t></w:r></w:p></w:hdr>"
    )
}

pub(super) fn footer(paper: &Paper) -> String {
    let field = |name: &str| {
        format!(
            "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> {name} </w:instrText></w:r>\
             <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>"
        )
    };
    format!(
        "{DECLARED}<w:ftr {SPACES}><w:p><w:pPr><w:pStyle w:val=\"Footer\"/></w:pPr><w:r><w:t>{}</w:t></w:r><w:r><w:tab/></w:r>\
         <w:r><w:t xml:space=\"preserve\">Page </w:t></w:r>{}<w:r><w:t xml:space=\"preserve\"> of </w:t></w:r>{}</w:p></w:ftr>",
        escaped(&paper.edition),
        field("PAGE"),
        field("NUMPAGES")
    )
}
