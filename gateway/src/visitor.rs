//! The person at the console: who the session cookie names, and their ways to the services. Every page takes one.

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Redirect, Response},
};
use chassis::{clock::moment, seal::KeyRing};
use http::{HeaderMap, HeaderValue, header, request::Parts};
use proto::access::v1::{Appointment, Role};
use time::OffsetDateTime;

use crate::{
    app::{App, SignedIn},
    arrival::RequestId,
    sessions::{FormSecret, Key, Kind, Token},
    unsent::{Mark, NotTaken},
};

/// A person who is signed in at the console. As an argument of a page it sends everybody else to the sign-in page;
/// as `Option<Visitor>` it lets them in as nobody.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Their account.
    pub account_id: String,
    /// The name shown to colleagues.
    pub display_name: String,
    /// The appointments the account holds, whether in force or not.
    pub appointments: Vec<Appointment>,
    /// What every form of theirs sends back in its field `csrf`: that it came from this session, and whose page it is.
    pub csrf: String,
    /// Whether they hid their screen: they see nothing before they prove their password again.
    pub locked: bool,
    /// The request this visit belongs to.
    pub request_id: String,
    pub(crate) session: Key,
    secret: FormSecret,
}

impl Visitor {
    /// The schools at which they ever held an appointment, each once.
    pub fn schools(&self) -> Vec<String> {
        let at = self.appointments.iter().map(|a| a.school_id.clone());
        let mut schools: Vec<String> = at.filter(|school| !school.is_empty()).collect();
        schools.sort_unstable();
        schools.dedup();
        schools
    }

    /// The roles they hold at a school at a moment.
    pub fn roles_at(&self, school_id: &str, now: OffsetDateTime) -> Vec<Role> {
        let here = self.appointments.iter().filter(|a| a.school_id == school_id && in_force(a, now));
        let mut roles: Vec<Role> = here.map(Appointment::role).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// The roles they hold at the authority at a moment.
    pub fn at_authority(&self, now: OffsetDateTime) -> Vec<Role> {
        self.roles_at("", now)
    }

    /// Whether a form came from a page of this very session.
    pub fn csrf_ok(&self, token: &str) -> bool {
        self.secret.proves(token.split('.').next().unwrap_or_default())
    }

    /// Lets their forms say that they are on the page of this mark.
    pub fn on_page(&mut self, mark: &Mark, ring: &KeyRing) {
        self.csrf = format!("{}.{}", self.secret.masked(), mark.seal(ring));
    }
}

/// Whether an appointment is in force at a moment.
pub fn in_force(appointment: &Appointment, now: OffsetDateTime) -> bool {
    let started = appointment.start_time.as_ref().and_then(moment).is_some_and(|start| start <= now);
    let ended = appointment.end_time.as_ref().is_some_and(|end| moment(end).is_none_or(|end| end <= now));
    started && !ended
}

/// The name of the session cookie. Over HTTPS the prefix makes browsers keep it to this very host.
pub fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-hedgerow" } else { "hedgerow" }
}

/// The name of the cookie by which a browser is known again at sign-in.
fn mark_name(https: bool) -> &'static str {
    if https { "__Host-hedgerow-browser" } else { "hedgerow-browser" }
}

/// The name of the cookie that the forms of somebody who is not signed in prove: one for each browser, until it ends.
fn form_name(https: bool) -> &'static str {
    if https { "__Host-hedgerow-form" } else { "hedgerow-form" }
}

/// What a browser's forms prove before anybody signed in on it.
pub(crate) fn form_cookie(headers: &HeaderMap, https: bool) -> Option<Token> {
    cookie_named(headers, form_name(https))?.parse().ok()
}

/// The header that gives a browser what its forms prove.
pub(crate) fn set_form_cookie(token: &Token, https: bool) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    let line = format!("{}={}; Path=/; HttpOnly; SameSite=Lax{secure}", form_name(https), token.reveal());
    HeaderValue::from_str(&line).ok()
}

/// The session token in a request's cookie.
pub(crate) fn cookie(headers: &HeaderMap, https: bool) -> Option<Token> {
    cookie_named(headers, cookie_name(https))?.parse().ok()
}

/// The mark in a request's cookie that its browser signed in before.
pub(crate) fn browser_mark(headers: &HeaderMap, https: bool) -> Option<String> {
    cookie_named(headers, mark_name(https)).map(str::to_owned)
}

fn cookie_named<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

/// The header that gives a browser its session.
pub(crate) fn set_cookie(token: &Token, https: bool) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    let line = format!("{}={}; Path=/; HttpOnly; SameSite=Lax{secure}", cookie_name(https), token.reveal());
    HeaderValue::from_str(&line).ok()
}

/// The header that lets a browser be known again at sign-in, for half a year. It signs nobody in.
pub(crate) fn set_browser_mark(mark: &str, https: bool) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    let line = format!("{}={mark}; Path=/; HttpOnly; SameSite=Strict; Max-Age=15552000{secure}", mark_name(https));
    HeaderValue::from_str(&line).ok()
}

/// The header that takes a browser's session away.
pub(crate) fn clear_cookie(https: bool) -> HeaderValue {
    HeaderValue::from_static(if https {
        "__Host-hedgerow=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"
    } else {
        "hedgerow=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
    })
}

/// Where to go after sign-in: a path of this console, or its home where the text is anything else.
pub fn return_to(path: &str) -> &str {
    let plain = path.bytes().all(|c| c.is_ascii_alphanumeric() || b"/-_.~?=&%+:".contains(&c));
    let (place, _) = path.split_once('?').unwrap_or((path, ""));
    let ours = place.starts_with('/')
        && !["//", "/.", "%"].iter().any(|odd| place.contains(odd))
        && !["/sign-in", "/unlock", "/hidden"].iter().any(|page| path.starts_with(page));
    if plain && ours && path.len() <= 500 { path } else { "/" }
}

/// Sends a browser to a page that asks for its password and brings it back here. A form it sent is kept for then.
fn first(place: &str, parts: &Parts, why: NotTaken) -> Response {
    let here = match parts.method {
        http::Method::GET => parts.uri.path_and_query().map_or("/", |p| p.as_str()),
        _ => "/",
    };
    let back: String = return_to(here).bytes().flat_map(escaped).collect();
    let place = if back == "/" { place.to_owned() } else { format!("{place}?return_to={back}") };
    let mut response = Redirect::to(&place).into_response();
    response.extensions_mut().insert(why);
    response
}

/// One byte of a query value.
fn escaped(byte: u8) -> Vec<char> {
    match byte {
        b'?' | b'&' | b'%' | b'+' | b'=' => format!("%{byte:02X}").chars().collect(),
        plain => vec![char::from(plain)],
    }
}

impl Visitor {
    async fn of(parts: &Parts, app: &App) -> Result<Option<Self>, Response> {
        let Some(token) = cookie(&parts.headers, app.config().https) else { return Ok(None) };
        match app.who(&token, Kind::Cookie).await {
            Ok(who) => Ok(Some(Self::new(who, &token, parts, app))),
            Err(error) if error.kind() == chassis::error::Kind::Unauthenticated => Ok(None),
            Err(error) => Err(crate::console::error_page(&error).into_response()),
        }
    }

    fn new(who: SignedIn, token: &Token, parts: &Parts, app: &App) -> Self {
        let page = parts.uri.path_and_query().map_or("/", |page| page.as_str());
        let mark = Mark::new(who.account_id.clone(), page, app.now());
        let mut visitor = Self {
            account_id: who.account_id.to_string(),
            display_name: who.display_name,
            appointments: who.appointments,
            csrf: String::new(),
            locked: who.locked,
            request_id: RequestId::of(parts, app),
            session: who.session,
            secret: token.form_secret(),
        };
        visitor.on_page(&mark, app.door().store().ring());
        visitor
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match Self::of(parts, app).await? {
            Some(visitor) if visitor.locked => Err(first("/unlock", parts, NotTaken::Locked)),
            Some(visitor) => Ok(visitor),
            None => Err(first("/sign-in", parts, NotTaken::NobodyHere)),
        }
    }
}

impl OptionalFromRequestParts<App> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Response> {
        Ok(Self::of(parts, app).await?.filter(|visitor| !visitor.locked))
    }
}

/// Whoever holds the browser's session, be their screen hidden or not; for what shows nothing of theirs.
pub struct Holder(pub Option<Visitor>);

impl FromRequestParts<App> for Holder {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        Visitor::of(parts, app).await.map(Self)
    }
}

#[cfg(test)]
mod tests {
    use chassis::clock::timestamp;
    use time::{Duration, macros::datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

    fn visitor(appointments: Vec<Appointment>) -> Visitor {
        let token = Token::random();
        Visitor {
            account_id: String::new(),
            display_name: String::new(),
            appointments,
            csrf: token.form_secret().masked(),
            locked: false,
            request_id: String::new(),
            session: token.key(),
            secret: token.form_secret(),
        }
    }

    #[test]
    fn an_appointment_counts_from_its_start_until_its_end() {
        let appointment = |school: &str, role: Role, end: Option<Duration>| Appointment {
            role: role.into(),
            school_id: school.into(),
            start_time: Some(timestamp(NOW)),
            end_time: end.map(|end| timestamp(NOW + end)),
        };
        let visitor = visitor(vec![
            appointment("sch_a", Role::Dsl, None),
            appointment("sch_a", Role::Head, Some(Duration::days(1))),
            appointment("", Role::AuthorityOfficer, None),
        ]);
        assert_eq!(visitor.schools(), ["sch_a"]);
        assert_eq!(visitor.roles_at("sch_a", NOW), [Role::Dsl, Role::Head]);
        assert_eq!(visitor.roles_at("sch_a", NOW + Duration::days(1)), [Role::Dsl]);
        assert!(visitor.roles_at("sch_a", NOW - Duration::seconds(1)).is_empty());
        assert_eq!(visitor.at_authority(NOW), [Role::AuthorityOfficer]);
    }

    #[test]
    fn a_form_of_another_session_is_not_ok() {
        let (mine, other) = (visitor(vec![]), visitor(vec![]));
        assert!(mine.csrf_ok(&mine.csrf.clone()));
        assert!(!mine.csrf_ok(&other.csrf) && !mine.csrf_ok(""));
    }

    #[test]
    fn sign_in_returns_to_this_console_only() {
        assert_eq!(return_to("/cases/cas_1?tab=tasks"), "/cases/cas_1?tab=tasks");
        for elsewhere in [
            "https://elsewhere.example",
            "//elsewhere.example",
            "/\\elsewhere.example",
            "cases",
            "/sign-in",
            "/a\r\nb",
            "",
        ] {
            assert_eq!(return_to(elsewhere), "/", "{elsewhere}");
        }
    }

    #[test]
    fn the_cookie_comes_back_as_it_was_set() {
        for https in [true, false] {
            let token = Token::random();
            let set = set_cookie(&token, https).map(|v| v.to_str().unwrap_or_default().to_owned()).unwrap_or_default();
            let pair = set.split(';').next().unwrap_or_default();
            let mut headers = HeaderMap::new();
            headers
                .insert(header::COOKIE, HeaderValue::from_str(&format!("a=b; {pair}")).unwrap_or(clear_cookie(https)));
            assert_eq!(cookie(&headers, https).map(|t| t.key()), Some(token.key()));
            assert!(cookie(&headers, !https).is_none());
            assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Secure") == https);
        }
    }
}
