//! Leaving the screen fast: it shows nothing, and shows something again only to whoever proves the password. The
//! session goes on: it is no sign-out.

use axum::{
    Form as Body,
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use chassis::error::{Error, Kind};
use http::{Method, StatusCode};
use serde::Serialize;

use super::{
    posted::Guest,
    sign_in::{Back, back_to, kept},
    visit::{Answer, Fault},
};
use crate::{
    app::App,
    pages::{
        self, Page, asset,
        form::{Answers, Field, Form, FormPage},
        frame::Frame,
        part::{Head, Link},
    },
    visitor::{Holder, return_to},
};

/// A page that shows nothing of what was on the screen.
#[derive(Debug, Serialize)]
pub struct Hidden {
    head: Head,
    icon: String,
    /// What its sign-out form sends back; empty where nobody is signed in.
    csrf: String,
}

impl Page for Hidden {
    const TEMPLATE: &'static str = "hidden.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        vec![Self::new(String::new()), Self::new("token".into())]
    }
}

impl Hidden {
    fn new(csrf: String) -> Self {
        Self { head: Head::new("Blank page", Vec::new()), icon: asset::path("icon.svg"), csrf }
    }
}

/// Locks the session and shows it. A plain link does, so that it works without a script.
pub async fn hide(State(app): State<App>, Holder(holder): Holder, method: Method) -> Result<Response, Fault> {
    let mut csrf = String::new();
    if let Some(holder) = holder {
        let account_id = holder.account_id.parse().map_err(|_| Error::internal("a session of no account"))?;
        if method == Method::GET && !holder.locked {
            app.door().lock(&holder.session, &account_id).await?;
        }
        csrf = holder.csrf;
    }
    let frame = Frame::bare("", "").in_look(app.brand());
    Ok(pages::answer(StatusCode::OK, &frame, &Hidden::new(csrf))?)
}

fn page(back: &str) -> FormPage {
    let fields = vec![Field::password("password", "Password").autocomplete("current-password")];
    let form = Form::new("/unlock", "Show the screen again", String::new(), fields);
    let form = form.carrying("return_to", return_to(back));
    let mut page = FormPage::new(Head::new("Your screen is hidden", Vec::new()), form);
    page.lead.push("You are still signed in. Enter your password to go on.".to_owned());
    page.others.push(Link::new("Sign in as somebody else", "/sign-in"));
    kept(page, back)
}

/// Asks for the password.
pub async fn show(State(app): State<App>, Holder(holder): Holder, guest: Guest, Query(back): Query<Back>) -> Answer {
    match holder {
        Some(holder) if holder.locked => guest.page(StatusCode::OK, &page(back.place())),
        Some(_) | None => Ok(back_to(&app, back.place()).await.into_response()),
    }
}

/// Opens the session again.
pub async fn unlock(
    State(app): State<App>,
    Holder(holder): Holder,
    guest: Guest,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Answer {
    let answers = Answers::new(pairs);
    let back = answers.text("return_to");
    let on = async || Ok(back_to(&app, &back).await.into_response());
    let Some(holder) = holder.filter(|holder| holder.locked) else { return on().await };
    let account_id = holder.account_id.parse().map_err(|_| Error::internal("a session of no account"))?;
    let password = answers.raw("password");
    let asked = guest.proved(&answers, "password").and_then(|()| match password.as_str() {
        "" => Err(Error::invalid("password", "Enter your password")),
        _ => Ok(()),
    });
    let opened = match asked {
        Ok(()) => app.door().unlock(&holder.session, &account_id, &password).await,
        Err(error) => Err(error),
    };
    match opened {
        Ok(()) => on().await,
        Err(error) => {
            let error = match error.kind() {
                Kind::Unauthenticated => Error::invalid("password", "Enter the password you sign in with"),
                Kind::Exhausted => {
                    Error::invalid("password", "Wait 15 minutes before you try again: there were too many tries")
                }
                _ => error,
            };
            let mut page = page(&back);
            page.form = page.form.refused(&error, "");
            guest.page(StatusCode::BAD_REQUEST, &page)
        }
    }
}

#[cfg(test)]
pub fn form_samples() -> Vec<FormPage> {
    let mut wrong = page("/schools/sch_1?unsent=0f");
    wrong.form = wrong.form.refused(&Error::invalid("password", "Enter your password"), "");
    vec![page("/"), wrong]
}
