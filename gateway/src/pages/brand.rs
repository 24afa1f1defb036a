//! The authority's own look: its name, one colour, one logo, by configuration. A colour that some people could not read
//! refuses to start.

use std::fmt::Write as _;

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use chassis::error::{Error, Result, Violations};
use http::header;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::asset;
use crate::{app::App, config::Console};

/// The least contrast of text, by WCAG 2.2 (1.4.3).
const LEAST: f64 = 4.5;
/// The largest logo, in bytes: it is on every page.
const LARGEST_LOGO: u64 = 50 << 10;
/// What a picture of ours never holds: it could run, or call elsewhere.
const LIVELY: [&str; 8] =
    ["<script", "<foreignobject", "<iframe", "<!entity", "javascript:", "@import", " on", "url(http"];
/// Addresses that only name the language a picture is written in.
const NAMESPACES: [&str; 2] = ["http://www.w3.org/", "https://www.w3.org/"];
/// White, as components have it.
const WHITE: Colour = Colour([255; 3]);

/// The authority's look.
#[derive(Debug, Clone)]
pub struct Brand {
    sheet: String,
    logo: Option<Vec<u8>>,
    links: Links,
}

/// What the layout is given of it.
#[derive(Debug, Clone, Serialize)]
pub struct Links {
    /// The colour, for what surrounds a browser's window.
    pub colour: String,
    /// The address of its style sheet; empty where the look is Hedgerow's own.
    pub sheet: String,
    /// The address of its logo; empty where there is none.
    pub logo: String,
}

impl Default for Links {
    fn default() -> Self {
        Self { colour: "#1c5142".to_owned(), sheet: String::new(), logo: String::new() }
    }
}

/// A colour: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Colour([u8; 3]);

impl Colour {
    fn of(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        hex::decode(digits).ok()?.try_into().ok().map(Self)
    }

    fn css(self) -> String {
        format!("#{}", hex::encode(self.0))
    }

    /// So many parts of a hundred of it, the rest of another.
    fn mixed(self, parts: u16, other: Self) -> Self {
        let mix = |a: u8, b: u8| (u16::from(a) * parts + u16::from(b) * (100 - parts)) / 100;
        Self(std::array::from_fn(|i| u8::try_from(mix(self.0[i], other.0[i])).unwrap_or(u8::MAX)))
    }

    /// How bright it is, by WCAG's formula.
    fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|channel| {
            let part = f64::from(channel) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

impl Brand {
    /// Reads the look from the gateway's settings.
    ///
    /// # Errors
    /// `Invalid` where the colour cannot be read by everybody or the logo cannot be shown, naming the setting.
    pub fn read(console: &Console) -> Result<Self> {
        let mut v = Violations::new();
        let colour = colour(&mut v, &console.brand_colour);
        let given = Some(&console.logo).filter(|path| !path.as_os_str().is_empty());
        let logo = given.and_then(|path| logo(&mut v, path));
        v.finish()?;
        let colour = colour.unwrap_or(WHITE);
        let sheet = sheet(colour);
        let digest = Sha256::new().chain_update(&sheet).chain_update(logo.as_deref().unwrap_or_default()).finalize();
        let hash = hex::encode(digest.get(..8).unwrap_or_default());
        let own = colour.css() == Links::default().colour;
        let links = Links {
            colour: colour.css(),
            sheet: if own { String::new() } else { format!("/brand/{hash}/brand.css") },
            logo: logo.as_ref().map(|_| format!("/brand/{hash}/logo.svg")).unwrap_or_default(),
        };
        Ok(Self { sheet, logo, links })
    }

    /// What the layout is given.
    pub fn links(&self) -> &Links {
        &self.links
    }
}

fn colour(v: &mut Violations, text: &str) -> Option<Colour> {
    let Some(colour) = Colour::of(text) else {
        v.add("gateway.brand_colour", "Enter a colour such as #1c5142");
        return None;
    };
    let surface = surface(colour);
    let worst = colour.contrast(WHITE).min(colour.contrast(surface));
    v.check(
        worst >= LEAST,
        "gateway.brand_colour",
        format!(
            "Enter a darker colour: {text} has a contrast of {worst:.2} to white and pale grounds, and needs {LEAST}"
        ),
    );
    Some(colour)
}

/// The pale ground that goes with a colour.
fn surface(colour: Colour) -> Colour {
    colour.mixed(6, WHITE)
}

fn sheet(colour: Colour) -> String {
    let black = Colour([0; 3]);
    let mut sheet = String::from(":root{");
    for (name, value) in [
        ("brand", colour),
        ("link", colour),
        ("link-hover", colour.mixed(60, black)),
        ("success", colour),
        ("surface-background", surface(colour)),
        ("surface-border", colour.mixed(55, WHITE)),
        ("template-background", surface(colour)),
    ] {
        let _ = write!(sheet, "--govuk-{name}-colour:{};", value.css());
    }
    sheet.push_str("}\n");
    sheet
}

fn logo(v: &mut Violations, path: &std::path::Path) -> Option<Vec<u8>> {
    let mut refuse = |fix: String| v.add("gateway.logo", format!("{}: {fix}", path.display()));
    match std::fs::metadata(path) {
        Err(e) => {
            refuse(format!("it cannot be read ({e}): enter the path of an SVG file"));
            return None;
        }
        Ok(found) if found.len() > LARGEST_LOGO => {
            refuse(format!("the logo must be {} kB or smaller", LARGEST_LOGO >> 10));
            return None;
        }
        Ok(_) => {}
    }
    let text = std::fs::read_to_string(path).ok().filter(|text| text.contains("<svg"));
    let Some(text) = text else {
        refuse("enter the path of an SVG file".to_owned());
        return None;
    };
    let plain = NAMESPACES.iter().fold(text.to_lowercase(), |text, namespace| text.replace(namespace, ""));
    let lively = LIVELY.iter().any(|part| match *part {
        " on" => handler(&plain),
        part => plain.contains(part),
    });
    let elsewhere = plain.contains("href=\"http") || plain.contains("href='http") || plain.contains("href=\"//");
    if lively || elsewhere {
        refuse("remove scripts, event handlers and addresses elsewhere from the picture".to_owned());
        return None;
    }
    Some(text.into_bytes())
}

/// Whether some attribute is an event handler, such as `onload=`.
fn handler(text: &str) -> bool {
    let attributes = text.match_indices("on").filter(|(i, _)| text[..*i].ends_with(char::is_whitespace));
    attributes.into_iter().any(|(i, _)| {
        let rest = text[i..].trim_start_matches(|c: char| c.is_ascii_lowercase());
        rest.trim_start().starts_with('=')
    })
}

/// Answers the style sheet or the logo.
pub async fn serve(State(app): State<App>, Path((hash, name)): Path<(String, String)>) -> Response {
    let (brand, asked) = (app.brand(), format!("/brand/{hash}/{name}"));
    let kept = (header::CACHE_CONTROL, asset::FOREVER);
    match &brand.logo {
        Some(logo) if asked == brand.links.logo => {
            ([(header::CONTENT_TYPE, "image/svg+xml"), kept], logo.clone()).into_response()
        }
        _ if asked == brand.links.sheet => {
            ([(header::CONTENT_TYPE, "text/css"), kept], brand.sheet.clone()).into_response()
        }
        _ => crate::console::error_page(&Error::missing()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(console: &Console) -> String {
        let error = Brand::read(console).err();
        error.map(|e| e.violations().iter().map(|v| v.message.clone()).collect::<String>()).unwrap_or_default()
    }

    #[test]
    fn a_colour_that_some_could_not_read_is_refused_with_its_contrast() {
        assert!((Colour([0; 3]).contrast(WHITE) - 21.0).abs() < 0.01);
        // 4.54 to white, the lightest grey that passes there, is too little on the pale ground.
        for (colour, passes) in
            [("#1c5142", true), ("#1d70b8", true), ("#4c2c92", true), ("#767676", false), ("#ffdd00", false)]
        {
            let said = refused(&Console { brand_colour: colour.into(), ..Console::default() });
            assert_eq!(said.is_empty(), passes, "{colour}: {said}");
        }
        for broken in ["", "green", "#12345", "#gggggg", "1c5142"] {
            assert!(refused(&Console { brand_colour: broken.into(), ..Console::default() }).contains("such as"));
        }
    }

    #[test]
    fn a_logo_that_could_act_is_refused() -> Result<()> {
        let folder = tempfile::tempdir().map_err(Error::internal)?;
        let file = folder.path().join("logo.svg");
        let svg = |inner: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inner}</svg>");
        for (content, passes) in [
            (svg("<path d=\"M0 0\"/>"), true),
            (svg("<title>Stone on stone</title>"), true),
            (svg("<script>x</script>"), false),
            (svg("<path onload=\"x\"/>"), false),
            (svg("<image href=\"https://elsewhere.example/x.png\"/>"), false),
            ("not a picture".to_owned(), false),
            (svg(&" ".repeat(60 << 10)), false),
        ] {
            std::fs::write(&file, &content).map_err(Error::internal)?;
            let said = refused(&Console { logo: file.clone(), ..Console::default() });
            assert_eq!(said.is_empty(), passes, "{content:.80}: {said}");
        }
        Ok(())
    }
}
