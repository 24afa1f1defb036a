//! The screen left alone: what was written is kept for its writer, and a hidden screen asks for the password.

use chassis::{error::Result, testing::Engine};
use proto::access::v1::Role;
use time::Duration;

use crate::testing::{Answer, House, PASSWORD};

const WORDS: &str = "He said it happens every night & <nobody> knows";

/// A report's fields, from its page.
fn report<'a>(csrf: &'a str, request_id: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("csrf", csrf),
        ("request_id", request_id),
        ("about", "Sam P"),
        ("narrative", WORDS),
        ("safe_now", "no"),
        ("event_time-day", "23"),
    ]
}

fn shows_the_words(page: &Answer) -> bool {
    page.text().contains("every night &amp; &lt;nobody&gt; knows")
}

#[tokio::test]
async fn a_form_sent_after_the_session_ended_is_back_for_its_writer_alone() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let house = House::new(engine).await?;
        let school = house.bed.school();
        house.account("r.okafor", Role::Dsl, Some(&school)).await?;
        house.account("b.brown", Role::Dsl, Some(&school)).await?;
        let path = format!("/schools/{school}/report");
        let mut staff_room = house.browser();
        assert_eq!(staff_room.sign_in("r.okafor", &path).await, path);
        let form = staff_room.get(&path).await;
        let (csrf, request_id) = (form.hidden("csrf"), form.hidden("request_id"));

        house.bed.clock.advance(Duration::minutes(15));
        let late = staff_room.post(&path, &report(&csrf, &request_id)).await;
        assert_eq!(late.status, 303);
        let place = late.place();
        assert!(place.starts_with("/sign-in?return_to="), "{place}");
        let back = place.trim_start_matches("/sign-in?return_to=").replace("%2F", "/");
        let back = back.replace("%3F", "?").replace("%3D", "=");
        assert!(staff_room.get(&place).await.text().contains("What you wrote was not sent, and it is kept"));
        assert!(!place.contains("night") && !place.contains("Sam"), "{place}");

        // Somebody else at the same machine, at the same address: the form, without a word of it.
        assert_eq!(staff_room.sign_in("b.brown", &back).await, back);
        let others = staff_room.get(&back).await;
        assert!(others.status == 200 && !shows_the_words(&others) && !others.text().contains("Sam P"));
        assert!(staff_room.get("/unsent").await.text().contains("nothing that you wrote"));

        // Its writer: every answer is there, and is sent once.
        assert_eq!(staff_room.sign_in("r.okafor", "").await, "/unsent");
        let kept = staff_room.get("/unsent").await;
        assert!(shows_the_words(&kept) && kept.text().contains(&back), "{}", kept.text());
        let again = staff_room.get(&back).await;
        assert!(shows_the_words(&again) && again.text().contains("value=\"Sam P\""));
        assert!(again.text().contains("What you wrote is back"));
        assert_eq!(again.hidden("request_id"), request_id, "the same form, so that it makes one record");
        house.service.answers(Ok(Vec::new()));
        let (csrf, unsent) = (again.hidden("csrf"), again.hidden("unsent"));
        let fields = [report(&csrf, &request_id).as_slice(), &[("unsent", &unsent)]].concat();
        let fields: Vec<_> = fields.into_iter().filter(|(name, _)| *name != "event_time-day").collect();
        let sent = staff_room.post(&path, &fields).await.place();
        assert!(sent.starts_with(&format!("{path}/sent?safe=no&")), "{sent}");
        assert!(!shows_the_words(&staff_room.get("/unsent").await), "what was sent is not kept");
    }
    Ok(())
}

#[tokio::test]
async fn a_page_from_an_earlier_session_of_ones_own_loses_nothing_and_is_not_sent_by_itself() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    for name in ["r.okafor", "b.brown"] {
        house.account(name, Role::Dsl, Some(&school)).await?;
    }
    let path = format!("/schools/{school}/report");
    let mut browser = house.browser();
    browser.sign_in("r.okafor", "").await;
    let form = browser.get(&path).await;
    let (csrf, request_id) = (form.hidden("csrf"), form.hidden("request_id"));
    // Signed in anew in another tab: the proof is of the session before.
    browser.sign_in("r.okafor", "").await;
    let old = browser.post(&path, &report(&csrf, &request_id)).await;
    assert!(old.status == 303 && old.place().starts_with(&format!("{path}?unsent=")), "{}", old.place());
    assert!(shows_the_words(&browser.get(&old.place()).await));
    // A colleague in the same browser: refused, and told nothing.
    browser.sign_in("b.brown", "").await;
    let other = browser.post(&path, &report(&csrf, &request_id)).await;
    assert!(other.status == 403 && !shows_the_words(&other));
    // A form of nobody's, or of a page that was open for more than a day, is not kept.
    let mut stranger = house.browser();
    assert_eq!(stranger.post(&path, &report("guess.guess", &request_id)).await.place(), "/sign-in");
    house.bed.clock.advance(Duration::hours(25));
    assert_eq!(stranger.post(&path, &report(&csrf, &request_id)).await.place(), "/sign-in");
    // Three days after it was kept it is gone.
    browser.sign_in("r.okafor", "").await;
    assert!(shows_the_words(&browser.get("/unsent").await));
    house.bed.clock.advance(Duration::hours(48));
    browser.sign_in("r.okafor", "").await;
    assert!(!shows_the_words(&browser.get("/unsent").await));
    Ok(())
}

#[tokio::test]
async fn a_form_that_is_gone_back_to_and_sent_again_is_the_same_request() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    house.account("r.okafor", Role::Dsl, Some(&school)).await?;
    let (path, mut browser) = (format!("/schools/{school}/report"), house.browser());
    browser.sign_in("r.okafor", "").await;
    let page = browser.ask(&path).await;
    let place = page.place();
    assert!(page.status == 303 && place.starts_with(&format!("{path}?form=")), "{place}");
    let first = browser.ask(&place).await.hidden("request_id");
    house.bed.clock.advance(Duration::minutes(3));
    // Back: the page is asked for anew, at the address it had.
    assert_eq!(browser.ask(&place).await.hidden("request_id"), first);
    // A second report, begun from its link, is another one.
    let second = browser.get(&path).await.hidden("request_id");
    assert!(!second.is_empty() && second != first, "{second}");
    // Sent before with other words: said so, the words kept, and free to be sent.
    house.service.answers(Err(chassis::error::Error::request_id_reused().into()));
    let csrf = browser.get(&path).await.hidden("csrf");
    let again = browser.post(&path, &report(&csrf, &first)[..5]).await;
    assert!(shows_the_words(&again) && again.text().contains("You have sent this form before"), "{}", again.text());
    assert_ne!(again.hidden("request_id"), first);
    Ok(())
}

#[tokio::test]
async fn a_hidden_screen_shows_nothing_before_the_password_is_proved_again() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    house.account("r.okafor", Role::Dsl, Some(&school)).await?;
    let path = format!("/schools/{school}/report");
    let mut browser = house.browser();
    browser.sign_in("r.okafor", "").await;
    let form = browser.get(&path).await;
    let (csrf, request_id) = (form.hidden("csrf"), form.hidden("request_id"));
    let hidden = browser.get("/hidden").await;
    assert!(hidden.text().contains("This is not a sign-out") && !hidden.text().contains("Okafor"));
    let asked = browser.get(&path).await;
    assert_eq!((asked.status.as_u16(), asked.place()), (303, format!("/unlock?return_to={path}")));
    let unlock = browser.get(&asked.place()).await;
    assert!(unlock.status == 200 && !unlock.text().contains("Okafor"), "{}", unlock.text());
    // A form that was open is kept, as after the session's end.
    let kept = browser.post(&path, &report(&csrf, &request_id)).await;
    assert!(kept.place().starts_with("/unlock?return_to="), "{}", kept.place());
    let proof = unlock.hidden("csrf");
    let right = [("csrf", proof.as_str()), ("password", PASSWORD), ("return_to", path.as_str())];
    assert_eq!(browser.post("/unlock", &right[1..]).await.status, 400, "a form of no page of ours");
    let wrong = [("csrf", proof.as_str()), ("password", "not the password"), ("return_to", path.as_str())];
    let refused = browser.post("/unlock", &wrong).await;
    assert!(refused.status == 400 && refused.text().contains("Enter the password you sign in with"));
    assert_eq!(browser.get(&path).await.status, 303, "still locked");
    assert_eq!(browser.post("/unlock", &right).await.place(), path);
    assert_eq!(browser.get(&path).await.status, 200);
    // Ten wrong tries, and the right one has to wait.
    browser.get("/hidden").await;
    for _ in 0..10 {
        browser.post("/unlock", &wrong).await;
    }
    assert!(browser.post("/unlock", &right).await.text().contains("Wait 15 minutes"));
    // Signing out needs no password.
    let csrf = browser.get("/hidden").await.hidden("csrf");
    assert_eq!(browser.post("/sign-out", &[("csrf", &csrf)]).await.place(), "/sign-in");
    assert!(browser.get(&path).await.place().starts_with("/sign-in"));
    // A hidden screen left alone ends like any other.
    browser.sign_in("r.okafor", "").await;
    browser.get("/hidden").await;
    for _ in 0..3 {
        house.bed.clock.advance(Duration::minutes(5));
        browser.get(&path).await;
    }
    assert!(browser.get(&path).await.place().starts_with("/sign-in"));
    Ok(())
}

#[tokio::test]
async fn a_browser_is_signed_out_when_idle_and_at_the_end_of_the_day() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let school = house.bed.school();
    house.account("r.okafor", Role::Dsl, Some(&school)).await?;
    let (path, mut browser) = (format!("/schools/{school}/report"), house.browser());
    browser.sign_in("r.okafor", "").await;
    for _ in 0..34 {
        house.bed.clock.advance(Duration::minutes(14));
        assert_eq!(browser.get(&path).await.status, 200);
    }
    house.bed.clock.advance(Duration::minutes(4));
    assert_eq!(browser.get(&path).await.status, 303, "8 hours are over, however busy");
    let short = crate::config::Console { idle_minutes: 2, session_hours: 1, ..Default::default() };
    let house = House::with(Engine::Sqlite, short).await?;
    let school = house.bed.school();
    house.account("r.okafor", Role::Dsl, Some(&school)).await?;
    let (path, mut browser) = (format!("/schools/{school}/report"), house.browser());
    browser.sign_in("r.okafor", "").await;
    house.bed.clock.advance(Duration::minutes(2));
    assert_eq!(browser.get(&path).await.status, 303, "as it is configured");
    Ok(())
}
