//! A tagged PDF (PDF/UA-1): what each piece of a page is, in the order it is read in, stands beside what it looks like.
//!
//! `font` shapes words, `line` breaks paragraphs, `flow` sets them on pages, `emit` writes them.

mod emit;
mod flow;
mod font;
mod line;
mod tag;

use crate::{Failed, Paper};

/// An A4 page in points, and what its text keeps clear of.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
const SIDE: f32 = 62.0;
const TOP: f32 = 78.0;
const BOTTOM: f32 = 72.0;
/// The width and the foot of the text.
const MEASURE: f32 = WIDTH - 2.0 * SIDE;
const FOOT: f32 = HEIGHT - BOTTOM;

/// A colour: red, green, blue.
type Colour = [u8; 3];
const PAGE: Colour = [255, 255, 255];
const INK: Colour = [11, 12, 12];
const QUIET: Colour = [72, 73, 73];
const LINK: Colour = [26, 101, 166];
const WARNING: Colour = [148, 37, 20];
const WARNING_GROUND: Colour = [253, 243, 241];
const BLANK_GROUND: Colour = [255, 233, 168];
const RULE: Colour = [177, 180, 182];

/// Writes the document.
pub(crate) fn write(paper: &Paper) -> Result<Vec<u8>, Failed> {
    let faces = font::Faces::load()?;
    let flow = flow::Flow::of(&faces, paper);
    emit::write(&faces, paper, flow)
}
