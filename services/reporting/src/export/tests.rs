//! Every format against the report itself, cell by cell.

use std::io::Read as _;

use time::macros::datetime;

use super::*;
use crate::governor::{
    Cell,
    tests::{report, term},
    version::{canonical, digest},
};

type Outcome = std::result::Result<(), Box<dyn std::error::Error>>;

fn export(signed: bool) -> Export {
    let report = report();
    let content = canonical(&report).unwrap_or_default();
    let version = Signed {
        id: "rvn_00000000000000000000000001".parse().unwrap_or_else(|_| unreachable!("it is well formed")),
        school_id: report.school_id.clone(),
        term_id: report.term_id.clone(),
        version: 2,
        digest: digest(&content),
        signed_by: "acc_00000000000000000000000001".into(),
        signed_at: datetime!(2026-11-24 09:00 UTC),
        comment: "A busy term.\nThank you.".into(),
        reason: "Two came late.".into(),
    };
    Export {
        settled: version.signed_at,
        signed: signed.then_some(version),
        term: term(),
        school: "Oakbeck School".into(),
        signer: "Ms Ali".into(),
        report,
    }
}

/// Measure and part with the three cells, as a program reads them.
fn expected(report: &Report) -> Vec<[String; 5]> {
    let lines = report.sections.iter().flat_map(|section| &section.lines);
    let rows = lines.flat_map(|line| {
        line.rows().map(|row| {
            let [now, before, year] = row.figures.all().map(Cell::plain);
            [line.title.clone(), row.title.to_owned(), now, before, year]
        })
    });
    rows.collect()
}

#[test]
fn the_table_holds_every_cell_of_the_report() -> Outcome {
    let export = export(true);
    let bytes = export.write(Format::Csv)?;
    let mut reader = ::csv::Reader::from_reader(bytes.as_slice());
    assert_eq!(reader.headers()?.len(), 23);
    let (mut found, mut said) = (Vec::new(), Vec::new());
    for row in reader.records() {
        let row = row?;
        let expected = [3, 13, 16, 17, 18, 19].map(|place| row.get(place).unwrap_or_default().to_owned());
        said.extend((!expected[2].is_empty()).then_some(expected));
        found.push([4, 6, 7, 8, 9].map(|place| row.get(place).unwrap_or_default().to_owned()));
    }
    assert_eq!(found, expected(&export.report));
    assert_eq!(said, [["concerns_recorded", "2026-11-20", "as_expected", "24.3", "12", "39"]], "and its day");
    Ok(())
}

/// A part of a workbook.
fn part(bytes: &[u8], name: &str) -> std::result::Result<String, Box<dyn std::error::Error>> {
    let mut text = String::new();
    zip::ZipArchive::new(std::io::Cursor::new(bytes))?.by_name(name)?.read_to_string(&mut text)?;
    Ok(text)
}

/// The rows of a sheet, each cell as its text or its number.
fn rows(sheet: &str) -> Vec<Vec<String>> {
    let cell = |cell: &str| {
        let between = |start: &str, end: &str| Some(cell.split_once(start)?.1.split_once(end)?.0.to_owned());
        between("<v>", "</v>").or_else(|| between("<t xml:space=\"preserve\">", "</t>")).unwrap_or_default()
    };
    let row = |row: &str| row.split("<c ").skip(1).map(cell).collect();
    sheet.split("<row ").skip(1).map(row).collect()
}

#[test]
fn the_workbook_holds_every_cell_and_numbers_as_numbers() -> Outcome {
    let export = export(true);
    let bytes = export.write(Format::Xlsx)?;
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml")?;
    let found: Vec<Vec<String>> =
        rows(&sheet).into_iter().skip(1).map(|row| row.into_iter().skip(1).take(5).collect()).collect();
    assert_eq!(found, expected(&export.report).map_rows());
    let numbers = expected(&export.report).iter().flatten().filter(|cell| cell.parse::<u64>().is_ok()).count();
    assert_eq!(sheet.matches("<v>").count(), numbers, "codes are text, all else is a number");
    let definitions = rows(&part(&bytes, "xl/worksheets/sheet2.xml")?);
    assert_eq!(definitions.len(), 1 + crate::measure::lines().len());
    let sourced = definitions.iter().find(|row| row.first().is_some_and(|key| key == "concerns_triaged"));
    assert_eq!(sourced.and_then(|row| row.get(5)).map(String::as_str), Some("ConcernTriaged"));
    let about = part(&bytes, "xl/worksheets/sheet4.xml")?;
    let hash = export.signed.as_ref().map(|signed| signed.digest.clone()).unwrap_or_default();
    assert!(about.contains(&hash) && about.contains("Two came late.") && about.contains("below 6"), "{about}");
    assert!(sheet.contains("This term: as at 20 November 2026"), "{sheet}");
    assert!(about.contains("Policy: version 3 in force."), "{about}");
    assert!(about.contains("There was nothing in the term.") && about.contains("Ms Ali, head"), "{about}");
    let said = rows(&part(&bytes, "xl/worksheets/sheet5.xml")?);
    let said = said.get(1).map(|row| row.iter().skip(1).take(7).map(String::as_str).collect::<Vec<_>>());
    assert_eq!(said, Some(vec!["Concerns recorded", "31", "As expected", "24.3", "12", "39", "52"]));
    Ok(())
}

/// Rows as the reader of a sheet has them.
trait Rows {
    fn map_rows(self) -> Vec<Vec<String>>;
}

impl Rows for Vec<[String; 5]> {
    fn map_rows(self) -> Vec<Vec<String>> {
        self.into_iter().map(|row| row.to_vec()).collect()
    }
}

#[test]
fn no_cell_is_a_formula() -> Outcome {
    let mut export = export(false);
    let line = export.report.sections.first_mut().and_then(|section| section.lines.first_mut());
    if let Some(line) = line {
        line.title = "=HYPERLINK(\"https://x.invalid\")".into();
        line.definition = "@SUM(A1)".into();
    }
    export.school = "+44 School".into();
    let table = String::from_utf8(export.write(Format::Csv)?)?;
    assert!(table.contains("\"'=HYPERLINK(\"\"https://x.invalid\"\")\"") && table.contains(",'@SUM(A1),"), "{table}");
    let bytes = export.write(Format::Xlsx)?;
    for sheet in 1..=5 {
        let sheet = part(&bytes, &format!("xl/worksheets/sheet{sheet}.xml"))?;
        assert!(!sheet.contains("<f>") && !sheet.contains("<f "), "{sheet}");
        for risky in sheet.split("<c ").filter(|cell| cell.contains(">=") || cell.contains(">@") || cell.contains(">+"))
        {
            assert!(risky.contains("t=\"inlineStr\"") && risky.contains("s=\"4\""), "{risky}");
        }
    }
    Ok(())
}

#[test]
fn the_pdf_is_tagged_and_says_what_the_report_says() -> Outcome {
    let export = export(true);
    let bytes = export.write(Format::Pdf)?;
    let has = |name: &str| bytes.windows(name.len()).any(|window| window == name.as_bytes());
    for name in ["/StructTreeRoot", "/Marked true", "pdfuaid", "/H1", "/H2", "/TH", "/Figure", "/Alt", "/Outlines"] {
        assert!(has(name), "{name}");
    }
    let text: String = pdf_extract::extract_text_from_mem(&bytes)?.split_whitespace().collect();
    let holds = |words: &str| text.contains(&words.split_whitespace().collect::<String>());
    let hash = export.signed.as_ref().map(|signed| signed.digest.clone()).unwrap_or_default();
    assert!(holds(&hash) && holds("Page 1 of") && holds("Oakbeck School"), "{text}");
    for section in &export.report.sections {
        assert!(holds(&section.title) && section.notes.iter().all(|note| holds(note)), "{}", section.title);
        for line in &section.lines {
            assert!(holds(&line.title) && holds(&line.definition), "{}", line.key);
            assert!(line.rows().flat_map(|row| row.figures.all()).all(|cell| holds(&cell.shown())), "{}", line.key);
            let said = line.expectation.iter().map(|said| said.reason.as_str()).chain([line.coming.as_str()]);
            assert!(said.into_iter().all(holds), "{}", line.key);
            assert!(line.changes.iter().all(|change| holds(change)), "{:?}", line.changes);
        }
    }
    assert!(holds("Concerns recorded rose from 12 to 31, which is as expected.") && holds("1,234,567"), "{text}");
    assert!(holds("31 (as at 20 November 2026)") && holds("Ms Ali, head") && !holds("acc_"), "{text}");
    assert_eq!(bytes, export.write(Format::Pdf)?, "the same version is the same file");
    Ok(())
}
