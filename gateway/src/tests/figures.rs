//! Forms that ask for figures: a slip in what is typed gives the form back. Files of them: whose names stand in them.

use chassis::{error::Result, testing::Engine};
use prost::Message as _;
use proto::{access::v1::Role, reporting::v1::ExportReportRequest};

use crate::testing::{House, frame};

#[tokio::test]
async fn a_slip_in_a_day_gives_the_form_back_with_what_was_typed() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    house.account("g.field", Role::Governor, Some(&school)).await?;
    house.account("o.stone", Role::AuthorityOfficer, None).await?;
    let of_school = |page: &str| format!("/schools/{school}{page}?as_at=31/2/2026");
    let pages = [
        ("g.field", of_school("/reports/2026-autumn/draft"), "as_at", "31/2/2026"),
        ("g.field", of_school("/self-review"), "as_at", "31/2/2026"),
        ("o.stone", "/authority?as_at=31/2/2026".to_owned(), "as_at", "31/2/2026"),
        ("o.stone", "/authority/trends?term=2026-autumn&as_at=31/2/2026".to_owned(), "as_at", "31/2/2026"),
        ("o.stone", "/authority/groups?until=2026-summer&terms=0".to_owned(), "terms", "2026-summer"),
    ];
    for (who, path, field, typed) in pages {
        let mut browser = house.browser();
        browser.sign_in(who, "").await;
        let answer = browser.get(&path).await;
        let text = answer.text().replace("&#x2f;", "/");
        assert_eq!(answer.status, 400, "{path}: {text}");
        assert!(text.contains("There is a problem") && text.contains(&format!("href=\"#{field}\"")), "{path}: {text}");
        assert!(text.contains(&format!("value=\"{typed}\"")), "what was typed is kept: {path}: {text}");
    }
    Ok(())
}

/// Whose name stands beside the digest of a signed report is not the reader's to say.
#[tokio::test]
async fn a_name_that_a_program_sends_for_a_file_is_not_the_one_that_is_printed() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    house.account("g.governor", Role::Governor, Some(&school)).await?;
    let bearer = house.bearer("g.governor").await;
    house.service.called();
    let asked = ExportReportRequest {
        school_id: school,
        term_id: "2026-autumn".into(),
        version: 2,
        school_name: "=HYPERLINK(1)".into(),
        signer_name: "A chief inspector".into(),
        ..ExportReportRequest::default()
    };
    let request = http::Request::post("/hedgerow.reporting.v1.Reporting/ExportReport")
        .version(http::Version::HTTP_2)
        .header(http::header::CONTENT_TYPE, "application/grpc")
        .header(http::header::AUTHORIZATION, &bearer)
        .body(frame(&asked.encode_to_vec()).into())
        .unwrap_or_default();
    // What the school is called is asked for; the service that writes the file is not there.
    house.send(request).await;
    assert_eq!(house.service.called(), ["GetSchool"]);
    Ok(())
}
