//! What the console serves as files, and the sources of its templates: fetched and checked when the binary was built.

use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use chassis::error::Error;
use http::header;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// How long a file named by its own hash may be kept.
pub const FOREVER: &str = "public, max-age=31536000, immutable";

/// The address of a file; it changes whenever any file does.
pub fn path(name: &str) -> String {
    format!("/assets/{HASH}/{name}")
}

/// Answers a file.
pub async fn serve(Path((hash, name)): Path<(String, String)>) -> Response {
    let found = ASSETS.iter().find(|(n, _, _)| *n == name).filter(|_| hash == HASH);
    match found {
        Some((_, mime, bytes)) => {
            let headers = [(header::CONTENT_TYPE, *mime), (header::CACHE_CONTROL, FOREVER)];
            (headers, *bytes).into_response()
        }
        None => crate::console::error_page(&Error::missing()).into_response(),
    }
}

/// The source of one of our templates.
pub(super) fn template(name: &str) -> Option<&'static str> {
    TEMPLATES.iter().find(|(n, _)| *n == name).map(|(_, source)| *source)
}

/// The source of one of the components' templates.
pub(super) fn macros(name: &str) -> Option<&'static str> {
    MACROS.iter().find(|(n, _)| *n == name).map(|(_, source)| *source)
}
