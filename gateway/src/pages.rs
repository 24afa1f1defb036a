//! Pages: templates rendered over typed contexts. Nothing else writes HTML.

pub mod asset;
pub mod body_map;
pub mod brand;
mod component;
pub mod form;
pub mod frame;
pub mod part;
pub mod words;

use std::sync::LazyLock;

use axum::response::{Html, IntoResponse as _, Response};
use chassis::error::{Error, Result};
use http::StatusCode;
use minijinja::{
    AutoEscape, Environment, Output, State, UndefinedBehavior, Value, context, syntax::SyntaxConfig, value::Serde,
};
use serde::Serialize;

use frame::Frame;

/// What one template is given. Every key it reads is a field here; a test renders each template with every sample.
pub trait Page: Serialize + Sized {
    /// The template's path.
    const TEMPLATE: &'static str;

    /// Contexts that between them reach every branch of the template.
    #[cfg(test)]
    fn samples() -> Vec<Self>;
}

/// Our own templates. They are strict: a key that is not there is an error, never an empty page.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.set_formatter(escaped);
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        templates.set_syntax(syntax);
    }
    templates.set_loader(|name| Ok(asset::template(name).map(str::to_owned)));
    component::add_to(&mut templates);
    templates
});

/// Writes a value so that none of it is markup. The engine's own way also spells out every slash, which makes addresses
/// unreadable and pages a fifth longer.
fn escaped(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    match value.as_str().filter(|_| !value.is_safe()) {
        None => minijinja::escape_formatter(out, state, value),
        Some(text) => {
            let mut rest = text;
            while let Some((place, name)) = rest.char_indices().find_map(|(i, c)| Some((i, entity(c)?))) {
                out.write_str(&rest[..place])?;
                out.write_str(name)?;
                rest = &rest[place + 1..];
            }
            Ok(out.write_str(rest)?)
        }
    }
}

/// What stands for a character that could begin or end markup.
fn entity(character: char) -> Option<&'static str> {
    match character {
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '&' => Some("&amp;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ => None,
    }
}

/// A page in the frame it is shown in.
///
/// # Errors
/// `Internal` where the template does not fit its context.
pub fn html<P: Page>(frame: &Frame, page: &P) -> Result<String> {
    let values = context! { frame => Serde(frame), page => Serde(page) };
    TEMPLATES.get_template(P::TEMPLATE).and_then(|template| template.render(values)).map_err(Error::internal)
}

/// A page as an answer.
///
/// # Errors
/// `Internal` where the template does not fit its context.
pub fn answer<P: Page>(status: StatusCode, frame: &Frame, page: &P) -> Result<Response> {
    Ok((status, Html(html(frame, page)?)).into_response())
}

#[cfg(test)]
mod tests;
