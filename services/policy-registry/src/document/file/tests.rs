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

/// A PDF with pages of these drawing instructions, written by hand; `more` goes into its trailer.
fn pdf(pages: &[&str], more: &str) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len()).map(|page| format!("{} 0 R", 4 + page * 2)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Count {} /Kids [{}] >>", pages.len(), kids.join(" ")),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    for (page, drawn) in pages.iter().enumerate() {
        let contents = 5 + page * 2;
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {contents} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{drawn}\nendstream", drawn.len()));
    }
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(file.len());
        file.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let table = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    places.iter().for_each(|place| file.extend(format!("{place:010} 00000 n \n").bytes()));
    file.extend(
        format!("trailer\n<< /Size {} /Root 1 0 R {more} >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1).bytes(),
    );
    file
}

/// Texts at their places on a page, from its foot.
fn drawn(texts: &[(u32, u32, &str)]) -> String {
    texts.iter().map(|(x, y, text)| format!("BT /F1 12 Tf {x} {y} Td ({text}) Tj ET\n")).collect()
}

#[test]
fn cells_of_a_pdf_stand_apart_and_what_every_page_prints_is_no_text() {
    let first = drawn(&[
        (72, 800, "Oakbeck School"),
        (72, 760, "1. Phones"),
        (72, 720, "Office"),
        (300, 720, "holds them."),
        (72, 690, "The head and"),
        (72, 676, "the deputy"),
        (300, 690, "decide on"),
        (300, 676, "the rest."),
        (72, 640, "\\225"),
        (90, 640, "Phones stay off."),
        (290, 30, "1"),
    ]);
    let second =
        drawn(&[(72, 800, "Oakbeck School"), (72, 760, "2. Mail"), (72, 720, "Mail is for work."), (290, 30, "2")]);
    let document = Document::read("policy.pdf", &pdf(&[&first, &second], "")).unwrap();
    let lines: Vec<&str> = document.lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    assert!(lines.contains(&"Office\tholds them."), "{lines:?}");
    assert!(lines.contains(&"The head and the deputy\tdecide on the rest."), "{lines:?}");
    let kind =
        |text: &str| document.paragraphs.iter().filter(|p| p.text == text).map(|p| p.kind.clone()).collect::<Vec<_>>();
    assert_eq!(kind("Oakbeck School"), [Kind::Margin, Kind::Margin], "{:?}", document.paragraphs);
    assert_eq!((kind("1"), kind("2")), (vec![Kind::Margin], vec![Kind::Margin]));
    assert_eq!(kind("Phones stay off."), [Kind::Bullet(1)]);
    // On a page of its own the number is told from the text as well.
    let alone = Document::read("policy.pdf", &pdf(&[&second], "")).unwrap();
    assert!(alone.paragraphs.iter().any(|p| p.text == "2" && p.kind == Kind::Margin));
}

#[test]
fn every_file_that_cannot_be_read_is_refused_with_its_fault_and_the_fix() {
    let page = drawn(&[(72, 760, "1. Phones"), (72, 720, "Phones stay off.")]);
    let sound = pdf(&[&page], "");
    let password = "/ID [<01> <01>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /Length 40 \
        /O <0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20> \
        /U <2122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40> >>";
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let old = |inside: &str| [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &utf16(inside)].concat();
    let many: Vec<(String, String)> = (0..5).map(|n| (format!("word/header{n}.xml"), " ".repeat(15 << 20))).collect();
    let mut heads: Vec<(&str, &str)> = many.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    heads.push(("word/document.xml", "<w:document/>"));
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let cases: Vec<(&str, &str, Vec<u8>, &str, &str)> = vec![
        ("an old Word document", "policy.doc", old("Word"), "Save the document as Word (.docx)", "send that file"),
        ("another kind", "policy.xlsx", word(), "Save the document as", "send that file"),
        ("no kind", "policy", b"1. Phones".to_vec(), "Save the document as", "send that file"),
        ("nothing", "policy.docx", Vec::new(), "empty", "send the document"),
        ("spaces", "policy.txt", b" \n\n".to_vec(), "empty", "send the document"),
        ("too large", "policy.txt", vec![b'a'; (10 << 20) + 1], "larger than 10 MiB", "without its pictures"),
        (
            "a locked Word document",
            "policy.docx",
            old("EncryptedPackage"),
            "locked with a password",
            "save a copy without one",
        ),
        ("a locked PDF", "policy.pdf", pdf(&[&page], password), "locked with a password", "save a copy without one"),
        ("an old document by a new name", "policy.docx", old("Word"), "old Word document", "save"),
        ("a picture by a new name", "policy.docx", b"\x89PNG\r\n\x1a\n".to_vec(), "picture", "save"),
        ("a photograph by a new name", "policy.pdf", b"\xff\xd8\xff\xe0".to_vec(), "picture", "save"),
        ("a moving picture", "policy.txt", b"GIF89a\x01\x00".to_vec(), "picture", "save"),
        ("a web page by a new name", "policy.odt", b"<html>".to_vec(), "web page", "save"),
        ("a packed file of something else", "policy.docx", packed(&[("a.txt", "b")]), "holds no Word document", "save"),
        ("a packed file of something else", "policy.odt", packed(&[("a.txt", "b")]), "holds no text", "save"),
        ("a truncated Word document", "policy.docx", half(&word()), "damaged", "save it anew"),
        ("a truncated OpenDocument", "policy.odt", half(&odt()), "damaged", "save it anew"),
        ("a truncated PDF", "policy.pdf", half(&sound), "damaged", "save it anew"),
        ("many parts that unfold", "policy.docx", packed(&heads), "unfolds", "save it anew"),
        (
            "bytes that are no text",
            "policy.txt",
            b"1. Phones\n\nStay\0off.\n".to_vec(),
            "not text",
            "save the document",
        ),
        ("noise", "policy.md", (0..=255).collect(), "not text", "save the document"),
        ("no headings", "policy.txt", b"we keep phones off.\n".to_vec(), "No headings", "on a line of its own"),
        ("a PDF without text", "policy.pdf", pdf(&[""], ""), "no text", "send the document it was made from"),
    ];
    for (what, name, bytes, fault, fix) in cases {
        let begun = std::time::Instant::now();
        let refused = Document::read(name, &bytes).err().map(|why| why.to_string()).unwrap_or_default();
        assert!(refused.contains(fault) && refused.to_lowercase().contains(fix), "{what}: {refused}");
        assert!(begun.elapsed().as_secs() < 20, "{what} took {:?}", begun.elapsed());
    }
    let read = |name: &str, bytes: &[u8]| Document::read(name, bytes).map(|document| document.body().count());
    assert_eq!(read("policy.pdf", &sound), Ok(1));
    assert_eq!(read("policy.txt", &utf16("1. Phones\n\nPhones stay off.\n")), Ok(1));
}
