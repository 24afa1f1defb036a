//! The page on which anybody opens an encrypted file that a school sent them: in their own browser, without an account.
//! Nothing of the file comes here.

use axum::extract::State;
use http::StatusCode;
use serde::Serialize;

use super::{posted::Guest, visit::Answer};
use crate::{
    app::App,
    pages::{Page, asset, part::Head},
};

/// Its address.
pub const PLACE: &str = "/package";

/// The page.
#[derive(Debug, Serialize)]
pub struct Viewer {
    head: Head,
    script: String,
}

impl Viewer {
    fn new() -> Self {
        Self { head: Head::new("Open an encrypted file", Vec::new()), script: asset::path("package.js") }
    }
}

impl Page for Viewer {
    const TEMPLATE: &'static str = "package.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        vec![Self::new()]
    }
}

/// Shows it, to whoever is signed in, too, as to anybody: nothing on it is about them.
pub async fn show(State(app): State<App>, guest: Guest) -> Answer {
    guest.anonymous(&app).page(StatusCode::OK, &Viewer::new())
}
