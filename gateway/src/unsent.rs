//! Forms that arrived after their session had ended: what was written is kept, sealed, for whoever wrote it, and is back
//! in the form once they have signed in. Works without a script: the form's own proof says whose page it came from.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest as _, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chassis::{
    error::{Error, Result},
    id::AccountId,
    seal::KeyRing,
};
use http::{Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::{app::App, console, limits, pages::part::percent, visitor::return_to};

/// How long a page may have been open for its form to be kept.
const OPEN: Duration = Duration::hours(24);
/// The largest form that is kept, in bytes: a few long texts.
const LARGEST: usize = 256 << 10;
/// What is never kept with the answers: proofs, secrets, the id of what was kept before, and lines of a filter that are
/// only tried.
const KEPT_APART: [&str; 5] = ["csrf", "passphrase", "password", "sample_lines", "unsent"];
/// What the mark is sealed to.
const PLACE: &str = "whose page";

/// A form as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// The page it is on.
    pub page: String,
    /// Where it was sent.
    pub action: String,
    /// What was answered.
    pub answers: Vec<(String, String)>,
}

/// A form that is kept.
#[derive(Debug, Clone)]
pub struct Unsent {
    /// Its id.
    pub id: String,
    /// What was sent.
    pub form: Form,
    /// When it was kept.
    pub kept_at: OffsetDateTime,
}

impl Unsent {
    /// The page it is on, with what was written.
    pub fn place(&self) -> String {
        place(&self.form.page, &self.id)
    }
}

fn place(page: &str, id: &str) -> String {
    let join = if page.contains('?') { '&' } else { '?' };
    format!("{page}{join}unsent={id}")
}

/// The id of a kept form that an address names; empty where none.
pub fn named(query: &str) -> &str {
    query.split('&').find_map(|pair| pair.strip_prefix("unsent=")).unwrap_or_default()
}

/// Whose page a form is on, which page, and since when: sealed, so that nobody can make up another.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    account_id: AccountId,
    page: String,
    made_s: i64,
}

impl Mark {
    /// The mark of a page that is shown now.
    pub fn new(account_id: AccountId, page: &str, now: OffsetDateTime) -> Self {
        // A form that comes back with its own words must not name the older ones too, and has its own id.
        let (path, query) = page.split_once('?').unwrap_or((page, ""));
        let ids = |pair: &&str| pair.starts_with("unsent=") || pair.starts_with("form=");
        let rest: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !ids(pair)).collect();
        let page = if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) };
        Self { account_id, page: return_to(&page).to_owned(), made_s: now.unix_timestamp() }
    }

    /// The mark as a form carries it.
    pub fn seal(&self, ring: &KeyRing) -> String {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(ring.own_key().seal(&bytes, PLACE))
    }

    /// The mark that a form's proof carries after its dot; none where it is not ours or too old.
    pub fn of(proof: &str, ring: &KeyRing, now: OffsetDateTime) -> Option<Self> {
        let (_, text) = proof.split_once('.')?;
        let bytes = ring.own_key().open(&URL_SAFE_NO_PAD.decode(text).ok()?, PLACE).ok()?;
        let mark: Self = serde_json::from_slice(&bytes).ok()?;
        let age = Duration::seconds(now.unix_timestamp() - mark.made_s);
        (age < OPEN).then_some(mark)
    }

    /// The same mark, made again now.
    #[must_use]
    pub fn renewed(self, now: OffsetDateTime) -> Self {
        Self { made_s: now.unix_timestamp(), ..self }
    }

    /// The page it was made for.
    pub fn page(&self) -> &str {
        &self.page
    }
}

/// Why a form was not taken, told by whoever refused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTaken {
    /// Nobody is signed in.
    NobodyHere,
    /// The screen is hidden.
    Locked,
    /// The form came from a page of another session than this account's present one.
    OtherSession(String),
}

/// Keeps forms that were not taken, and forgets kept ones once they are sent.
pub async fn keep(State(app): State<App>, request: Request, next: Next) -> Response {
    let plain = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if *request.method() != Method::POST || !plain.starts_with("application/x-www-form-urlencoded") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, limits::MAX_BODY).await else {
        return console::error_page(&Error::invalid("form", "Send a shorter text: this form is too large"));
    };
    let action = parts.uri.path().to_owned();
    let response = next.run(Request::from_parts(parts, Body::from(body.clone()))).await;
    let settled = match response.extensions().get::<NotTaken>().cloned() {
        Some(why) => not_taken(&app, &action, body, &why).await,
        None if response.status() == StatusCode::SEE_OTHER => {
            let on = response.headers().get(header::LOCATION).and_then(|place| place.to_str().ok());
            sent(&app, body, on.unwrap_or_default()).await.map(|()| None)
        }
        None => Ok(None),
    };
    match settled {
        Ok(Some(elsewhere)) => elsewhere,
        Ok(None) => response,
        Err(error) => {
            tracing::warn!(%error, "an unsent form could not be kept or forgotten");
            response
        }
    }
}

/// Keeps a form for its writer; answers its id. The same form again takes the place of what was kept of it.
///
/// # Errors
/// `Invalid` where it is too large; where it cannot be kept.
pub async fn put(app: &App, account_id: &str, mut form: Form) -> Result<String> {
    let account_id: AccountId = account_id.parse().map_err(Error::internal)?;
    form.answers.retain(|(name, _)| !KEPT_APART.contains(&name.as_str()));
    let size: usize = form.answers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > LARGEST {
        return Err(Error::invalid("form", "Send a shorter text: this form is too large"));
    }
    let request_id = form.answers.iter().find(|(name, _)| name == "request_id").map_or("", |(_, id)| id.as_str());
    let ring = app.door().store().ring();
    let id = ring.token("unsent", &format!("{account_id}|{}|{request_id}", form.action));
    let id = hex::encode(id.get(..16).unwrap_or_default());
    app.unsent().keep(&id, &account_id, &form, app.now()).await?;
    Ok(id)
}

async fn not_taken(app: &App, action: &str, body: Bytes, why: &NotTaken) -> Result<Option<Response>> {
    if body.len() > LARGEST || action == "/sign-out" {
        return Ok(None);
    }
    let answers = read(body).await;
    let ring = app.door().store().ring();
    let Some(mark) = proof(&answers).and_then(|proof| Mark::of(proof, ring, app.now())) else { return Ok(None) };
    let form = Form { page: mark.page.clone(), action: action.to_owned(), answers };
    let id = put(app, mark.account_id.as_str(), form).await?;
    let back = place(&mark.page, &id);
    let elsewhere = match why {
        NotTaken::NobodyHere => format!("/sign-in?return_to={}", percent(&back)),
        NotTaken::Locked => format!("/unlock?return_to={}", percent(&back)),
        NotTaken::OtherSession(account_id) if *account_id == mark.account_id.to_string() => back,
        // It waits for its writer; whoever sits here now learns nothing of it.
        NotTaken::OtherSession(_) => return Ok(None),
    };
    Ok(Some(Redirect::to(&elsewhere).into_response()))
}

async fn sent(app: &App, body: Bytes, on: &str) -> Result<()> {
    // A form that never was unsent is not read twice.
    if !body.windows(7).any(|part| part == b"unsent=") {
        return Ok(());
    }
    let answers = read(body).await;
    let id = answers.iter().find(|(name, _)| name == "unsent").map(|(_, value)| value.as_str());
    let mark = proof(&answers).and_then(|proof| Mark::of(proof, app.door().store().ring(), app.now()));
    match (id, mark) {
        // A page that shows the answers once more still needs them.
        (Some(id), Some(mark)) if !on.contains(id) => app.unsent().forget(id, &mark.account_id).await,
        _ => Ok(()),
    }
}

fn proof(answers: &[(String, String)]) -> Option<&str> {
    answers.iter().find(|(name, _)| name == "csrf").map(|(_, value)| value.as_str())
}

async fn read(body: Bytes) -> Vec<(String, String)> {
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = Method::POST;
    let kind = header::HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    axum::Form::from_request(request, &()).await.map(|axum::Form(answers)| answers).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chassis::{clock::ManualClock, id::Ids};
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

    #[test]
    fn a_mark_is_known_again_for_a_day_and_by_nobody_else() {
        let (ring, other) = (KeyRing::generate(), KeyRing::generate());
        let account: AccountId = Ids::new(ManualClock::new(NOW)).next();
        let mark = Mark::new(account, "/schools/sch_1/facts/new?name=a&unsent=0f&x=1&form=0e", NOW);
        assert_eq!(mark.page(), "/schools/sch_1/facts/new?name=a&x=1");
        let proof = format!("masked.{}", mark.seal(&ring));
        assert_eq!(Mark::of(&proof, &ring, NOW + Duration::hours(23)), Some(mark));
        assert_eq!(Mark::of(&proof, &ring, NOW + OPEN), None);
        assert_eq!(Mark::of(&proof, &other, NOW), None);
        for forged in ["", "masked", "masked.", "masked.AAAA", &proof[..proof.len() - 2]] {
            assert_eq!(Mark::of(forged, &ring, NOW), None, "{forged}");
        }
        assert_eq!(Mark::new(Ids::new(ManualClock::new(NOW)).next(), "//evil.example", NOW).page(), "/");
    }

    #[test]
    fn an_address_names_a_kept_form() {
        assert_eq!((named("a=1&unsent=0f"), named("done=x"), named("")), ("0f", "", ""));
        assert_eq!((place("/a", "0f"), place("/a?b=1", "0f")), ("/a?unsent=0f".into(), "/a?b=1&unsent=0f".into()));
    }
}
