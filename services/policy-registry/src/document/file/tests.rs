//! One text in every kind of file, and files that are not what they say.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{Cursor, Write as _};

use zip::{ZipWriter, write::SimpleFileOptions};

use crate::document::{Document, Kind, Unreadable};

fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn word() -> Vec<u8> {
    let body = "<w:document><w:body><w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>Phones</w:t></w:r></w:p>\
        <w:p><w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>Phones &amp; watches stay off.</w:t></w:r></w:p>\
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Office</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>holds them.</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
        </w:body></w:document>";
    let foot = "<w:ftr><w:p><w:r><w:t>Oakbeck School</w:t></w:r></w:p></w:ftr>";
    packed(&[("word/document.xml", body), ("word/footer1.xml", foot)])
}

fn odt() -> Vec<u8> {
    let body = "<office:document-content><office:body><office:text><text:h text:outline-level=\"1\">Phones</text:h>\
        <text:list><text:list-item><text:p>Phones &amp; watches stay off.</text:p></text:list-item></text:list>\
        <table:table><table:table-row><table:table-cell><text:p>Office</text:p></table:table-cell><table:table-cell>\
        <text:p>holds them.</text:p></table:table-cell></table:table-row></table:table></office:text></office:body></office:document-content>";
    packed(&[("content.xml", body)])
}

fn said(name: &str, bytes: &[u8]) -> Vec<String> {
    let document = Document::read(name, bytes).unwrap();
    document.paragraphs.iter().filter(|p| p.kind != Kind::Margin).map(|p| p.text.clone()).collect()
}

#[test]
fn the_packed_kinds_read_alike() {
    let expected = ["Phones", "Phones & watches stay off.", "Office holds them."];
    assert_eq!(said("policy.docx", &word()), expected);
    assert_eq!(said("policy.odt", &odt()), expected);
    let margins = Document::read("policy.docx", &word()).unwrap();
    assert!(margins.paragraphs.iter().any(|p| p.kind == Kind::Margin && p.text == "Oakbeck School"));
}

#[test]
fn what_is_not_what_it_says_is_refused_with_the_cause() {
    let refused = |name: &str, bytes: &[u8]| Document::read(name, bytes).err();
    assert_eq!(refused("policy.rtf", b"text"), Some(Unreadable::Extension));
    assert!(matches!(refused("policy.docx", b"%PDF-1.7"), Some(Unreadable::Mismatch { is: "a PDF", .. })));
    assert!(matches!(refused("policy.docx", &odt()), Some(Unreadable::Mismatch { .. })));
    assert!(matches!(refused("policy.txt", &word()), Some(Unreadable::Mismatch { .. })));
    let whole = word();
    assert_eq!(refused("policy.docx", &whole[..whole.len() / 2]), Some(Unreadable::Damaged("Word")));
    let open = packed(&[("word/document.xml", "<w:document><w:p><w:r><w:t>cut")]);
    assert_eq!(refused("policy.docx", &open), Some(Unreadable::Damaged("Word")));
    let locked = packed(&[("META-INF/manifest.xml", "<x><encryption-data/></x>"), ("content.xml", "")]);
    assert_eq!(refused("policy.odt", &locked), Some(Unreadable::Locked("OpenDocument")));
    let bomb = packed(&[("word/document.xml", &" ".repeat(33 << 20))]);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(refused("policy.docx", &bomb), Some(Unreadable::Unfolds));
    assert_eq!(refused("policy.pdf", b"%PDF-1.7 and nothing that follows"), Some(Unreadable::Damaged("PDF")));
    assert_eq!(refused("policy.pdf", &vec![b'a'; (10 << 20) + 1]), Some(Unreadable::TooLarge));
}
