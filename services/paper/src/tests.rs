//! One document in all three.

use time::macros::datetime;

use super::*;

pub(crate) fn paper() -> Paper {
    let heading = |level, id: &str, words: &str| Block::Heading { level, id: id.into(), text: Text::plain(words) };
    let item = |words: &str, more: &[&str]| Item {
        text: Text::plain(words),
        more: more.iter().map(|line| Text::plain(line)).collect(),
    };
    let blank = Text::of([
        Span::Words("The owner is ".into()),
        Span::Blank("[to be filled in: owner of the policy]".into()),
        Span::Words(" <today> & \"tomorrow\".".into()),
    ]);
    let pairs = Table {
        caption: "About this document".into(),
        columns: Vec::new(),
        rows: vec![vec![vec![Text::plain("Version")], vec![Text::plain("3")]]],
    };
    let contacts = Table {
        caption: "Agencies".into(),
        columns: vec!["Who".into(), "What for".into(), "How".into()],
        rows: (0..40)
            .map(|n| {
                vec![
                    vec![Text::plain(&format!("Agency {n}"))],
                    vec![Text::plain("a child at immediate risk of harm, at any hour of the day")],
                    vec![Text::link("01632 960123", "tel:01632960123"), Text::plain("all hours")],
                ]
            })
            .collect(),
    };
    let mut blocks = vec![Block::Table(pairs), Block::Contents];
    for section in 1..=12 {
        blocks.push(heading(
            1,
            &format!("s{section}"),
            &format!("{section}. Why we filter the efficient Welsh office café"),
        ));
        blocks.push(Block::Paragraph(blank.clone()));
        blocks.push(heading(2, &format!("s{section}-a"), "What we do"));
        blocks.push(Block::List {
            counted: true,
            items: vec![
                item("Tell the lead at once.", &["Who: anyone. By when: at once."]),
                item(&"Filters stay on. ".repeat(30), &[]),
            ],
        });
        blocks.push(Block::List {
            counted: false,
            items: vec![item("Laptops", &[]), item("Tablets of every kind", &[])],
        });
        blocks.push(heading(3, &format!("s{section}-b"), "Below"));
        blocks.push(Block::Paragraph(Text::plain("字 and Łódź.")));
    }
    let bar = |length, label: &str| Bar { length, label: label.into() };
    blocks.push(Block::Chart(Chart {
        caption: "Cases by kind & term".into(),
        description: "Bullying: 12 this term, 9 in the term before. Hate: hidden this term, 7 in the term before."
            .into(),
        series: vec!["This term".into(), "Term before".into()],
        groups: vec![
            Group { name: "Bullying".into(), bars: vec![bar(Some(12), "12"), bar(Some(9), "9")] },
            Group { name: "Hate".into(), bars: vec![bar(None, "c"), bar(Some(7), "7")] },
        ],
    }));
    blocks.push(Block::Table(contacts));
    Paper {
        title: "Online safety policy".into(),
        owner: "Oakbeck & Son’s School".into(),
        edition: "Version 3, not in force".into(),
        status: Some(Status { word: "DRAFT".into(), meaning: "this version is not in force.".into() }),
        dated: datetime!(2026-11-24 09:00 UTC),
        identity: "ins_1".into(),
        blocks,
    }
}

/// The text between the tags of a page, without its head.
fn between_tags(html: &str) -> String {
    let body = html.split_once("<body>").map_or("", |(_, body)| body);
    let mut text = String::new();
    let mut inside = false;
    for c in body.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    text.split_whitespace().collect()
}

#[test]
fn the_page_says_every_text_in_order_and_runs_nothing() {
    let paper = paper();
    let html = String::from_utf8(paper.write(Format::Html).unwrap_or_default()).unwrap_or_default();
    let said = between_tags(&html);
    let mut at = 0;
    for text in paper.texts() {
        let text: String = text.split_whitespace().collect();
        let found = said.get(at..).and_then(|rest| rest.find(&text));
        assert!(found.is_some(), "{text}");
        at += found.unwrap_or_default() + text.len();
    }
    assert!(html.contains("<html lang=\"en-GB\">") && html.contains("<title>DRAFT: Online safety policy – "));
    assert!(!html.contains("<script") && !html.contains("http-equiv=\"refresh\"") && !html.contains("src="));
    // Every tag that was opened is closed.
    for tag in ["ul", "ol", "li", "table", "tr", "td", "th", "nav", "main", "p", "svg", "rect", "text", "desc"] {
        let opened = html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn the_same_document_is_the_same_bytes() -> Result<(), Failed> {
    let paper = paper();
    for format in Format::ALL {
        assert_eq!(paper.write(format)?, paper.write(format)?, "{}", format.name());
        assert_eq!(Format::named(format.name()), Some(format));
    }
    Ok(())
}

#[test]
fn the_pdf_is_tagged_and_says_its_language_and_title() -> Result<(), Failed> {
    let pdf = paper().write(Format::Pdf)?;
    let has = |name: &str| pdf.windows(name.len()).any(|window| window == name.as_bytes());
    for name in [
        "/StructTreeRoot",
        "/MarkInfo",
        "/Marked true",
        "/Lang(en-GB)",
        "/DisplayDocTitle true",
        "/Outlines",
        "pdfuaid",
    ] {
        assert!(has(name) || has(&name.replace('(', " (")), "{name}");
    }
    for part in
        ["/H1", "/H2", "/H3", "/H4", "/TOC", "/TOCI", "/LBody", "/TH", "/THead", "/Caption", "/Link", "/Figure", "/Alt"]
    {
        assert!(has(part), "{part}");
    }
    Ok(())
}

/// Leaves the sample to be looked at where a folder is named.
#[test]
fn the_sample_can_be_looked_at() -> Result<(), Box<dyn std::error::Error>> {
    let Some(folder) = std::env::var_os("PAPER_SAMPLES") else { return Ok(()) };
    for format in Format::ALL {
        let path = std::path::Path::new(&folder).join(format!("sample.{}", format.name()));
        std::fs::write(path, paper().write(format)?)?;
    }
    Ok(())
}

#[test]
fn columns_together_are_as_wide_as_the_page() {
    for columns in 1..=40 {
        let shares: Vec<u32> = crate::shares(columns).map(u32::from).collect();
        assert_eq!((shares.len(), shares.iter().sum::<u32>()), (columns, 100), "{shares:?}");
        assert!(shares.iter().all(|share| *share > 0), "{shares:?}");
    }
}
