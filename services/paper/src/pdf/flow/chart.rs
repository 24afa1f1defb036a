//! Sets bars: a chart is never parted, and is one figure with its alternative text.

use super::{BODY, CAPTION, Drawn, Flow, SIDE, Shape};
use crate::{
    Chart,
    chart::{Laid, WIDTH},
    pdf::{
        FOOT, TOP,
        font::Weight,
        tag::{Tags, What},
    },
    text::Text,
};

/// The size of words in a chart.
const SMALL: f32 = 9.0;
/// What is kept clear below a chart.
const BELOW: f32 = 10.0;

impl Flow<'_> {
    /// How much room a chart needs, its caption with it.
    pub(super) fn chart_height(&self, chart: &Chart) -> f32 {
        self.height_of(chart, &chart.laid())
    }

    fn height_of(&self, chart: &Chart, laid: &Laid) -> f32 {
        let caption = self.broken(&Text::plain(&chart.caption), CAPTION, 0.0).len();
        caption as f32 * CAPTION.leading + 4.0 + laid.height + BELOW
    }

    pub(super) fn chart(&mut self, chart: &Chart) {
        let laid = chart.laid();
        let height = self.height_of(chart, &laid);
        self.needs(height.min(FOOT - TOP));
        let caption = self.tags.part(Tags::ROOT, What::Paragraph);
        self.paragraph(caption, &Text::plain(&chart.caption), CAPTION, 0.0);
        self.y += 4.0;
        if height > FOOT - TOP {
            // No page has room for it.
            let words = self.tags.part(Tags::ROOT, What::Paragraph);
            self.paragraph(words, &Text::plain(&chart.description), BODY, 0.0);
            self.space(BELOW);
            return;
        }
        let area = [SIDE, self.y, WIDTH, laid.height];
        let part = self.tags.part(Tags::ROOT, What::Figure(chart.description.clone(), self.page(), area));
        let leaf = self.tags.leaf(part);
        let top = self.y;
        let areas =
            laid.areas.iter().map(|bar| Shape::Area([SIDE + bar.x, top + bar.y, bar.width, bar.height], bar.hollow));
        let words = laid.words.iter().map(|words| {
            let weight = if words.names { Weight::Bold } else { BODY.weight };
            let letters = self.faces.shape(weight, &Text::plain(&words.text).to_string());
            Shape::Words { x: SIDE + words.x, y: top + words.y, size: SMALL, weight, letters }
        });
        let shapes = areas.chain(words).collect();
        self.draw(Drawn::Figure { leaf, shapes });
        self.y += laid.height + BELOW;
    }
}
