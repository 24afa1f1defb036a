//! The roll's pages: a name is typed into a form and shown on the page, and stands in no address and no title.

use axum::body::Body;
use chassis::{
    error::{Error, Result},
    testing::Engine,
};
use http::{Request, header};
use prost::Message as _;
use proto::{
    access::v1::Role,
    incident_cases::v1::{
        Concern, GetConcernResponse, Learner, LearnerImportChange, LearnerImportLeaver, LearnerImportLine,
        LearnerImportProblem, LearnerMatch, LearnerRecord, PreviewLearnerImportResponse, SearchLearnersResponse,
    },
};

use crate::testing::House;

fn found() -> LearnerMatch {
    let record = LearnerRecord {
        given_name: "Rowan".into(),
        family_name: "Quillfeather".into(),
        birth_date: "2013-03-27".into(),
        ..LearnerRecord::default()
    };
    let learner = Learner { learner_id: "lrn_1".into(), record: Some(record), ..Learner::default() };
    LearnerMatch { learner: Some(learner), score: 90, why: "a name that sounds alike".into() }
}

/// What the page says in its title and its addresses.
fn outward(page: &str) -> String {
    let title = page.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_default();
    let links = page.split(['"', '\'']).filter(|part| part.starts_with('/') || part.starts_with("http"));
    links.fold(title.to_owned(), |all, link| format!("{all} {link}")).to_lowercase()
}

#[tokio::test]
async fn a_child_is_found_and_named_in_no_address() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    house.account("r.okafor", Role::DeputyDsl, Some(&school)).await?;
    house.account("s.staff", Role::Staff, Some(&school)).await?;
    house.service.answers(Ok(Vec::new()));
    let mut browser = house.browser();
    browser.sign_in("r.okafor", "").await;
    let roll = format!("/schools/{school}/learners");
    let form = browser.get(&roll).await;
    assert_eq!(form.status, 200, "{}", form.text());
    let (csrf, request_id) = (form.hidden("csrf"), form.hidden("request_id"));
    house.service.answers(Ok(SearchLearnersResponse { matches: vec![found()] }.encode_to_vec()));
    let find = format!("{roll}/find");
    let fields = |query| [("csrf", csrf.as_str()), ("request_id", request_id.as_str()), ("query", query)];
    let page = browser.post(&find, &fields("rowan quilfether")).await;
    assert_eq!(page.status, 200);
    let text = page.text();
    assert!(text.contains("Quillfeather, Rowan") && text.contains("a name that sounds alike"), "{text}");
    assert!(!outward(&text).contains("quil") && !outward(&text).contains("rowan"), "{}", outward(&text));
    house.service.answers(Ok(Vec::new()));
    let empty = browser.post(&find, &fields("")).await;
    assert!(empty.status == 400 && empty.text().contains("Enter part of a name"), "{}", empty.text());
    assert_eq!(browser.post(&find, &[("csrf", "guess.guess"), ("query", "x")]).await.status, 403);

    // Staff report concerns and never see the roll.
    let mut staff = house.browser();
    staff.sign_in("s.staff", "").await;
    for path in [roll.clone(), format!("{roll}/new"), format!("{roll}/import"), format!("{roll}/lrn_1")] {
        assert_eq!(staff.get(&path).await.status, 403, "{path}");
    }
    Ok(())
}

/// Whoever opens a concern reads one thing: whom it may be about comes with it, and is not searched for view by view.
#[tokio::test]
async fn a_concern_is_one_read_whomever_it_may_be_about() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    house.account("r.okafor", Role::Dsl, Some(&school)).await?;
    house.service.answers(Ok(Vec::new()));
    let mut browser = house.browser();
    browser.sign_in("r.okafor", "").await;
    let concern =
        Concern { concern_id: "con_1".into(), about: "Rowan Q, 9K".into(), state: "new".into(), ..Default::default() };
    let unlinked = GetConcernResponse { concern: Some(concern.clone()), likely: vec![found()], ..Default::default() };
    let linked = GetConcernResponse {
        concern: Some(Concern { learner_ids: vec!["lrn_1".into()], ..concern }),
        learners: found().learner.into_iter().collect(),
        ..Default::default()
    };
    for known in [unlinked, linked] {
        house.service.answers(Ok(known.encode_to_vec()));
        for path in ["con_1", "con_1/learners"] {
            house.service.called();
            let page = browser.get(&format!("/schools/{school}/concerns/{path}")).await;
            assert!(page.text().contains("Rowan Quillfeather"), "{}", page.text());
            let called = house.service.called();
            let reads: Vec<&String> =
                called.iter().filter(|rpc| rpc.contains("Learner") || rpc.contains("Concern")).collect();
            assert_eq!(reads, ["GetConcern"], "{path}: {called:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_roll_with_a_wrong_line_is_shown_line_by_line_and_not_taken() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    house.account("r.okafor", Role::Dsl, Some(&school)).await?;
    house.service.answers(Ok(Vec::new()));
    let mut browser = house.browser();
    browser.sign_in("r.okafor", "").await;
    let place = format!("/schools/{school}/learners/import");
    let form = browser.get(&place).await;
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--x\r\n\
         Content-Disposition: form-data; name=\"request_id\"\r\n\r\n{}\r\n--x\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nFAMILY NAME\r\n--x\r\n\
         Content-Disposition: form-data; name=\"whole_roll\"\r\n\r\nyes\r\n--x--\r\n",
        form.hidden("csrf"),
        form.hidden("request_id")
    );
    let send = async || {
        let request = Request::post(&place)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .header(header::COOKIE, browser.cookie_line());
        house.send(request.body(Body::from(body.clone())).unwrap_or_default()).await
    };
    let problem = LearnerImportProblem { column: "DATE OF BIRTH".into(), fix: "Enter the date as 27/03/2014".into() };
    let line = LearnerImportLine { line: 7, outcome: "wrong".into(), problems: vec![problem], ..Default::default() };
    let wrong = PreviewLearnerImportResponse { wrong: 1, lines: vec![line], ..Default::default() };
    house.service.answers(Ok(wrong.encode_to_vec()));
    let page = send().await.text();
    assert!(page.contains("Line 7") && page.contains("DATE OF BIRTH: Enter the date as 27/03/2014"), "{page}");
    assert!(page.contains("Nothing was changed") && !page.contains("Take the roll"), "{page}");

    let close = LearnerImportLine {
        line: 3,
        outcome: "close_match".into(),
        name: "Rowen Quillfeather".into(),
        candidates: vec![found()],
        ..Default::default()
    };
    let change = LearnerImportChange { column: "YEAR GROUP".into(), before: "7".into(), after: "8".into() };
    let moved = LearnerImportLine {
        line: 4,
        outcome: "changed".into(),
        name: "Una Pike".into(),
        changes: vec![change],
        ..Default::default()
    };
    let seen = PreviewLearnerImportResponse {
        content_hash: "abc".into(),
        new_learners: 12,
        close_matches: 1,
        leavers: 14,
        lines: vec![close, moved],
        leaving: vec![LearnerImportLeaver { learner: found().learner, has_records: true }],
        ..Default::default()
    };
    house.service.answers(Ok(seen.encode_to_vec()));
    let review = send().await;
    let page = review.text();
    assert!(
        page.contains("Children who are added") && page.contains("Line 3: Rowen Quillfeather. Who is it?"),
        "{page}"
    );
    for said in ["14 children who are not in it leave today, 1 of them has a file", "Who leaves, with a file"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(page.contains("Year group: 8, instead of 7") && page.contains("and 13 more"), "{page}");
    // Undecided: asked again, with all that was shown.
    house.service.answers(Ok(Vec::new()));
    let reviewed = review.hidden("reviewed").replace("&#34;", "\"").replace("&quot;", "\"").replace("&#x2f;", "/");
    let (csrf, request_id) = (review.hidden("csrf"), review.hidden("request_id"));
    let fields = [("csrf", csrf.as_str()), ("request_id", request_id.as_str()), ("reviewed", reviewed.as_str())];
    let commit = format!("{place}/commit");
    let again = browser.post(&commit, &fields).await;
    assert!(again.status == 400 && again.text().contains("Select who line 3 is"), "{}", again.text());
    assert!(again.text().contains("Rowan Quillfeather, born 27 March 2013"), "{}", again.text());
    let decided = [fields.as_slice(), &[("line-3", "lrn_1")]].concat();
    // Refused for what happened to the roll meanwhile, it is shown as it stands by now, and nothing is taken.
    let refused = Error::invalid("content_hash", "Preview the table again: the roll here has changed since");
    let since = PreviewLearnerImportResponse {
        content_hash: "def".into(),
        leavers: 1,
        leaving: vec![LearnerImportLeaver { learner: found().learner, has_records: false }],
        unread_columns: vec!["DOB".into()],
        ..Default::default()
    };
    house.service.refuses(Some(("ImportLearners", refused.into())));
    house.service.answers(Ok(since.encode_to_vec()));
    let shown = browser.post(&commit, &decided).await;
    let page = shown.text();
    assert_eq!(shown.status, 400, "{page}");
    for said in
        ["The roll changed here since you checked it", "Take the roll", "1 child who is not in it leaves today", "DOB"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    house.service.refuses(None);
    house.service.answers(Ok(Vec::new()));
    assert_eq!(
        browser.post(&commit, &decided).await.place(),
        format!("/schools/{school}/learners?done=learners_imported")
    );
    Ok(())
}
