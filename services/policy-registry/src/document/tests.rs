//! A made-up policy with everything real ones have: front page, contents, lost numbers, wrapped lines, signatures.

use super::*;

pub(crate) const POLICY: &str = "Oakbeck School\n\nDocument name\tOnline Rules\nReview date\tMarch 2027\n\nContents\n\
\tPage\n1. Aims\t1\n2. Boats and Other\t2\nVessels\t\n3. When it goes wrong\t3\n\n\
1. Aims\n\n- We have aims that run on\nover a second line.\n - A smaller aim\n- Another\n\n\
2. Boats and Other Vessels\n\nWe will:\n\n- Float\n-\n\n• When it goes wrong\n\n- Tell the lead.\nA line by itself.\n\n\
Ringing People\n\nSigned by:\n\nHead\n\nDate:\n";

fn kinds(document: &Document) -> Vec<(u32, &Kind, &str)> {
    document.paragraphs.iter().map(|p| (p.line, &p.kind, p.text.as_str())).collect()
}

#[test]
fn a_document_comes_apart_at_its_seams() {
    let document = Document::parse(POLICY);
    let entries: Vec<_> = document.contents.iter().map(|e| (e.number.as_deref(), e.title.as_str())).collect();
    assert_eq!(
        entries,
        [(Some("1"), "Aims"), (Some("2"), "Boats and Other Vessels"), (Some("3"), "When it goes wrong")]
    );
    let body: Vec<_> = kinds(&document).into_iter().filter(|(line, ..)| *line > 12).collect();
    let numbered = |n: &str| Kind::Heading { number: Some(n.to_owned()) };
    let bare = Kind::Heading { number: None };
    assert_eq!(
        body,
        [
            (13, &numbered("1"), "Aims"),
            (15, &Kind::Bullet(1), "We have aims that run on over a second line."),
            (17, &Kind::Bullet(2), "A smaller aim"),
            (18, &Kind::Bullet(1), "Another"),
            (20, &numbered("2"), "Boats and Other Vessels"),
            (22, &Kind::Prose, "We will:"),
            (24, &Kind::Bullet(1), "Float"),
            (25, &Kind::BlankBullet, ""),
            (27, &bare, "When it goes wrong"),
            (29, &Kind::Bullet(1), "Tell the lead. A line by itself."),
            (32, &bare, "Ringing People"),
            (34, &Kind::Signature, "Signed by:"),
            (36, &Kind::Signature, "Head"),
            (38, &Kind::Signature, "Date:"),
        ]
    );
    assert_eq!(document.paragraphs.iter().filter(|p| p.kind == Kind::Front).count(), 3);
}

#[test]
fn a_contents_list_is_known_by_its_pages_however_a_copy_sets_them() {
    let list = ["Aims", "1. Boats", "2. Lakes and Other Still Waters", "3. Rivers", "4. When it goes wrong"];
    let body = "\n\nAims\n\n- We have aims.\n\n1. Boats\n\n- Float.\n";
    for (heading, leader) in [("\tPage", "\t"), ("Page no", "\t"), ("Page", " "), ("", " "), ("", " ..... ")] {
        let lines: Vec<String> =
            list.iter().enumerate().map(|(nth, title)| format!("{title}{leader}{}", nth / 2 + 1)).collect();
        let document =
            Document::parse(&format!("Oakbeck School\n\nContents\n\n{heading}\n\n{}{body}", lines.join("\n\n")));
        let titles: Vec<&str> = document.contents.iter().map(|entry| entry.title.as_str()).collect();
        let bare = list.map(|title| title.trim_start_matches(|c: char| !c.is_alphabetic()));
        assert_eq!(titles, bare, "{heading:?} {leader:?}");
        assert_eq!(document.paragraphs.iter().filter(|p| p.kind == Kind::Bullet(1)).count(), 2);
    }
}

#[test]
fn a_title_between_two_lists_is_no_end_of_the_item_above_it() {
    let text = "# Contacts\n\nNorthshire Police\n- 999 in an emergency; 101 for everything else\nLocal Authority Designated Officer\n\
                - telephone 01632 960357, and at any hour of the day or night the one who answers\nDesignated Safeguarding Lead\n- the office\n";
    let document = Document::parse(text);
    let headings: Vec<&str> = document.headings().map(|(_, heading)| heading.text.as_str()).collect();
    // The last one may be the second line of an item that was too long for one.
    assert_eq!(headings, ["Contacts", "Northshire Police", "Local Authority Designated Officer"]);
}

#[test]
fn a_long_lined_document_keeps_its_lines_apart() {
    let long =
        format!("# Phones\n\n- {} end of it.\nA rule on its own line.\nand its second half\n", "word ".repeat(30));
    let document = Document::parse(&long);
    let texts: Vec<&str> = document.body().map(|(_, p)| p.text.as_str()).skip(1).collect();
    assert_eq!(texts, ["A rule on its own line. and its second half"]);
}

#[test]
fn a_document_without_headings_is_refused_with_the_fix() {
    let read = |text: &str| Document::read("policy.txt", text.as_bytes());
    assert_eq!(read("we have rules, and this is one of them.\n").err(), Some(Unreadable::NoHeadings));
    assert_eq!(read("# Rules\n").err(), Some(Unreadable::NoParagraphs));
    assert!(Unreadable::NoHeadings.to_string().contains("## Scope"));
    assert!(read("# Rules\n\nBe kind.\n").is_ok());
    assert_eq!(read(&format!("# Rules\n\n{}", "- Be kind.\n".repeat(5_000))).err(), Some(Unreadable::TooLong));
}

proptest::proptest! {
    #[test]
    fn every_line_with_something_on_it_is_in_exactly_one_paragraph(text in "([-•#1-3. ]{0,3}[A-Za-z:.\t]{0,12}\n{1,2}){0,40}") {
        let document = Document::parse(&text);
        let mut covered = vec![0_u32; document.lines.len()];
        for paragraph in &document.paragraphs {
            for line in paragraph.line..=paragraph.end_line {
                covered[line as usize - 1] += 1;
            }
        }
        for (line, times) in document.lines.iter().zip(covered) {
            proptest::prop_assert_eq!(times, u32::from(!line.trim().is_empty()), "{:?}", line);
        }
    }
}
