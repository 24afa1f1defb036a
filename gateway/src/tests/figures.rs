//! Forms that ask for figures: a slip in what is typed gives the form back.

use chassis::{error::Result, testing::Engine};
use proto::access::v1::Role;

use crate::testing::House;

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
