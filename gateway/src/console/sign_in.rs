//! Signing in and out, and choosing a school.

use axum::{
    Form as Body,
    extract::{Query, State},
    response::{IntoResponse as _, Redirect},
};
use chassis::{desk::Desk, error::Error};
use http::StatusCode;
use proto::access::v1::Permission;
use serde::{Deserialize, Serialize};

use super::{
    posted::Guest,
    visit::{Answer, Visit},
};
use crate::{
    app::App,
    limits::Client,
    pages::{
        Page,
        form::{Answers, Field, Form, FormPage},
        part::{Head, Link},
    },
    unsent,
    visitor::{Holder, return_to},
};

/// Where to go after signing in.
#[derive(Debug, Default, Deserialize)]
pub struct Back {
    #[serde(default)]
    return_to: String,
}

impl Back {
    /// The place, as it was asked for.
    pub fn place(&self) -> &str {
        &self.return_to
    }
}

/// The page that asks for name and password.
pub fn page(back: &str, request_id: String) -> FormPage {
    let fields = vec![
        Field::name("sign_in_name", "Sign-in name").autocomplete("username").width("20"),
        Field::password("password", "Password").autocomplete("current-password").width("20"),
    ];
    let form = Form::new("/sign-in", "Sign in", request_id, fields).carrying("return_to", return_to(back));
    kept(FormPage::new(Head::new("Sign in", Vec::new()), form), back)
}

/// Says on a page that asks for a password that what was written is not lost.
pub fn kept(page: FormPage, back: &str) -> FormPage {
    let waits = back.split_once('?').is_some_and(|(_, query)| !unsent::named(query).is_empty());
    if waits {
        page.lead("What you wrote was not sent, and it is kept. It is back in the form once you go on.")
    } else {
        page
    }
}

/// Shows it.
pub async fn show(State(app): State<App>, guest: Guest, Query(back): Query<Back>) -> Answer {
    if guest.visit.is_some() {
        return Ok(back_to(&app, &back.return_to).await.into_response());
    }
    guest.page(StatusCode::OK, &page(&back.return_to, String::new()))
}

/// Leads to a page of the console, or to its home where the place is none: an address that takes nothing but forms
/// would answer a browser that its method is wrong.
pub async fn back_to(app: &App, place: &str) -> Redirect {
    let place = return_to(place);
    Redirect::to(if super::shows(app, place).await { place } else { "/" })
}

/// Signs somebody in. There is no session yet to take a token from: the form proves the browser's own.
pub async fn sign_in(
    State(app): State<App>,
    guest: Guest,
    Holder(holder): Holder,
    client: Client,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Answer {
    let answers = Answers::new(pairs);
    let raw = answers.raw("password");
    let signed_in = match guest.proved(&answers, "sign_in_name").and_then(|()| checked(&answers)) {
        Ok(()) => app.sign_in(&client, &answers.text("sign_in_name"), &raw, holder.as_ref()).await,
        Err(error) => Err(error),
    };
    match signed_in {
        Ok((account_id, headers)) => {
            let back = answers.text("return_to");
            let place = match return_to(&back) {
                "/" if !app.unsent().of(&account_id, app.now()).await.unwrap_or_default().is_empty() => "/unsent",
                place => place,
            };
            Ok((headers, back_to(&app, place).await).into_response())
        }
        Err(error) => {
            let mut page = page(&answers.text("return_to"), String::new());
            page.form = page.form.answered(&answers).refused(&said(error), "");
            guest.page(StatusCode::BAD_REQUEST, &page)
        }
    }
}

fn checked(answers: &Answers) -> Result<(), Error> {
    let mut violations = chassis::error::Violations::new();
    violations.check(!answers.text("sign_in_name").is_empty(), "sign_in_name", "Enter your sign-in name");
    violations.check(!answers.text("password").is_empty(), "password", "Enter your password");
    violations.finish()
}

/// A refused sign-in in words for the page: which of the two was wrong is never said.
fn said(error: Error) -> Error {
    use chassis::error::Kind;
    match error.kind() {
        Kind::Unauthenticated => {
            Error::invalid("sign_in_name", "Enter the sign-in name and password you were given: these do not match")
        }
        Kind::Exhausted => {
            Error::invalid("sign_in_name", "Wait 15 minutes before you try again: there were too many tries")
        }
        _ => error,
    }
}

/// Signs somebody out, be their screen hidden or not.
pub async fn sign_out(
    State(app): State<App>,
    Holder(holder): Holder,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Answer {
    let to_sign_in = Redirect::to("/sign-in");
    match holder {
        Some(holder) if holder.csrf_ok(&Answers::new(pairs).text("csrf")) => {
            Ok((app.sign_out(&holder).await?, to_sign_in).into_response())
        }
        Some(_) => Err(Error::denied().into()),
        None => Ok(to_sign_in.into_response()),
    }
}

/// The way home: the one school somebody has to do with, a choice of several, or the authority.
pub async fn home(visit: Visit) -> Answer {
    let schools = visit.visitor.schools();
    let now = visit.now();
    let current: Vec<&String> = schools.iter().filter(|s| !visit.visitor.roles_at(s, now).is_empty()).collect();
    match current.as_slice() {
        [] if !visit.visitor.at_authority(now).is_empty() => {
            let desk = visit.visitor.at_authority(now).iter().find_map(|role| Desk::of_role(*role));
            // Whoever runs the installation reads no figures: what they look after is the senders.
            let runs = !visit.may(Permission::ReportReadAuthority) && visit.may(Permission::SenderManage);
            let otherwise = if runs { "/senders" } else { "/authority" };
            visit.to(&desk.map_or(otherwise.to_owned(), |desk| format!("/desks/{}", desk.name())))
        }
        [] => Err(Error::denied().into()),
        [only] => visit.to(&format!("/schools/{only}")),
        _ => visit.to("/choose-school"),
    }
}

/// The schools somebody has to do with.
#[derive(Debug, Serialize)]
pub struct ChooseSchool {
    head: Head,
    schools: Vec<Link>,
}

impl Page for ChooseSchool {
    const TEMPLATE: &'static str = "choose_school.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let schools = vec![Link::new("Thistledown Grange School", "/schools/sch_1")];
        vec![Self { head: Head::new("Choose a school", Vec::new()), schools }]
    }
}

/// Shows them.
pub async fn choose(visit: Visit) -> Answer {
    let mut schools = Vec::new();
    for school in visit.visitor.schools() {
        if !visit.visitor.roles_at(&school, visit.now()).is_empty() {
            schools.push(Link::new(visit.school_name(&school).await, format!("/schools/{school}")));
        }
    }
    visit.page(&ChooseSchool { head: Head::new("Choose a school", Vec::new()), schools })
}

#[cfg(test)]
pub fn samples() -> Vec<FormPage> {
    let mut wrong = page("/", String::new());
    wrong.form = wrong.form.refused(&said(Error::sign_in_refused()), "");
    vec![page("/schools/sch_1?unsent=0f", String::new()), wrong]
}
