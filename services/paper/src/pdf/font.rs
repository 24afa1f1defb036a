//! The two faces that are printed with, and words shaped in them.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Face, UnicodeBuffer};

use crate::Failed;

/// How heavy letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// The faces.
pub(super) struct Faces {
    regular: One,
    bold: One,
}

struct One {
    font: Font,
    face: Face<'static>,
    em: f32,
    /// What stands for a character the face has no letter for.
    unknown: GlyphId,
}

/// Letters in a row. Widths are in ems.
#[derive(Debug, Clone, Default)]
pub(super) struct Shaped {
    pub text: String,
    pub glyphs: Vec<KrillaGlyph>,
    pub width: f32,
}

impl Faces {
    /// The faces that come with the program.
    pub fn load() -> Result<Self, Failed> {
        let one = |bytes: &'static [u8]| {
            let font = Font::new(bytes.into(), 0)?;
            let face = Face::from_slice(bytes, 0)?;
            let unknown = ['\u{fffd}', '?'].into_iter().find_map(|c| face.glyph_index(c))?;
            Some(One { font, em: face.units_per_em() as f32, unknown: GlyphId::new(unknown.0.into()), face })
        };
        match (one(notosans::REGULAR_TTF), one(notosans::BOLD_TTF)) {
            (Some(regular), Some(bold)) => Ok(Self { regular, bold }),
            _ => Err(Failed("the fonts cannot be read".to_owned())),
        }
    }

    fn of(&self, weight: Weight) -> &One {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// The face as the PDF holds it.
    pub fn font(&self, weight: Weight) -> Font {
        self.of(weight).font.clone()
    }

    /// Shapes a text. A character the face lacks is drawn as a mark that stands for it, and reads as itself.
    pub fn shape(&self, weight: Weight, text: &str) -> Shaped {
        let one = self.of(weight);
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        let shaped = rustybuzz::shape(&one.face, &[], buffer);
        let clusters: Vec<usize> =
            shaped.glyph_infos().iter().map(|info| usize::try_from(info.cluster).unwrap_or_default()).collect();
        // A cluster ends where the next one in the text begins, whichever way the letters run.
        let mut starts = clusters.clone();
        starts.sort_unstable();
        starts.dedup();
        let mut width = 0.0;
        let mut glyphs = Vec::with_capacity(clusters.len());
        for ((info, place), start) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()).zip(&clusters) {
            let end = starts.iter().find(|next| *next > start).copied().unwrap_or(text.len());
            let known = info.glyph_id != 0;
            let id = if known { GlyphId::new(info.glyph_id) } else { one.unknown };
            let advance = if known { place.x_advance as f32 / one.em } else { self.advance(one) };
            let (x, y) = (place.x_offset as f32 / one.em, place.y_offset as f32 / one.em);
            glyphs.push(KrillaGlyph::new(id, advance, x, y, 0.0, *start..end, None));
            width += advance;
        }
        Shaped { text: text.to_owned(), glyphs, width }
    }

    fn advance(&self, one: &One) -> f32 {
        let id = rustybuzz::ttf_parser::GlyphId(u16::try_from(one.unknown.to_u32()).unwrap_or_default());
        f32::from(one.face.glyph_hor_advance(id).unwrap_or_default()) / one.em
    }
}

impl Shaped {
    /// Puts letters behind these.
    pub fn push(&mut self, other: &Self) {
        let offset = self.text.len();
        self.text.push_str(&other.text);
        self.glyphs.extend(other.glyphs.iter().cloned().map(|mut glyph| {
            glyph.text_range = glyph.text_range.start + offset..glyph.text_range.end + offset;
            glyph
        }));
        self.width += other.width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_without_a_letter_is_marked_and_reads_as_itself() -> Result<(), Failed> {
        let faces = Faces::load()?;
        let shaped = faces.shape(Weight::Regular, "fi 字 é");
        assert!(shaped.glyphs.iter().all(|glyph| glyph.glyph_id.to_u32() != 0) && shaped.width > 1.0);
        let read: String = shaped.glyphs.iter().map(|glyph| &shaped.text[glyph.text_range.clone()]).collect();
        assert_eq!(read, "fi 字 é");
        Ok(())
    }
}
