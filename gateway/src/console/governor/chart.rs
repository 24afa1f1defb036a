//! Bars of a section: drawn from its published figures only. This term's are full and others outlines, so that they are
//! told apart without colour; the figure stands behind each.

use proto::reporting::v1::{Figure, ReportChart};
use serde::Serialize;

use crate::{console::figures::figure, pages::words};

/// How wide a drawing is, and its longest bar.
const WIDTH: u64 = 480;
const LONGEST: u64 = 360;
/// The height of a bar, and from one to the next.
const THICK: u64 = 14;
const STEP: u64 = 19;
/// From a name to its first bar, and between groups.
const NAME: u64 = 22;
const BETWEEN: u64 = 10;
/// From the upper edge of a bar to the line that the figure behind it stands on.
const LINE: u64 = 12;

/// A drawing.
#[derive(Debug, Serialize)]
pub struct Drawing {
    id: String,
    title: String,
    /// What it shows, in words.
    text: String,
    width: u64,
    height: u64,
    areas: Vec<Area>,
    words: Vec<Words>,
}

#[derive(Debug, Serialize)]
struct Area {
    x: u64,
    y: u64,
    width: u64,
    height: u64,
    hollow: bool,
}

#[derive(Debug, Serialize)]
struct Words {
    x: u64,
    y: u64,
    text: String,
    names: bool,
}

impl Drawing {
    /// The drawing of a section's chart.
    pub fn new(section: &str, chart: &ReportChart) -> Self {
        let number = |figure: &Figure| if figure.code.is_empty() { figure.value } else { 0 };
        let most = chart.bars.iter().flat_map(|bar| &bar.figures).map(number).max().unwrap_or_default().max(1);
        let mut drawing = Self {
            id: format!("{section}-chart"),
            title: chart.title.clone(),
            text: chart.description.clone(),
            width: WIDTH,
            height: 0,
            areas: Vec::new(),
            words: Vec::new(),
        };
        let mut y = 1;
        for (place, series) in chart.series.iter().enumerate() {
            drawing.areas.push(Area { x: 1, y, width: THICK, height: THICK, hollow: place > 0 });
            drawing.words.push(Words { x: THICK + 8, y: y + LINE, text: series.clone(), names: false });
            y += STEP;
        }
        y += BETWEEN;
        for bar in &chart.bars {
            drawing.words.push(Words { x: 1, y: y + LINE, text: words::sentence(&bar.title), names: true });
            y += NAME;
            for (place, one) in bar.figures.iter().enumerate() {
                // In long division first: counts of log lines are large.
                let width = u64::try_from(u128::from(number(one)) * u128::from(LONGEST) / u128::from(most));
                let width = width.unwrap_or_default().max(u64::from(number(one) > 0));
                if width > 0 {
                    drawing.areas.push(Area { x: 1, y, width, height: THICK, hollow: place > 0 });
                }
                drawing.words.push(Words { x: width + 8, y: y + LINE, text: figure(Some(one)), names: false });
                y += STEP;
            }
            y += BETWEEN;
        }
        drawing.height = y;
        drawing
    }
}

#[cfg(test)]
mod tests {
    use proto::reporting::v1::ReportBar;

    use super::*;

    #[test]
    fn a_hidden_count_is_written_and_never_drawn() {
        let figure = |value, code: &str| Figure { value, code: code.into() };
        let bar = |title: &str, figures| ReportBar { title: title.into(), figures };
        let chart = ReportChart {
            title: "Cases".into(),
            series: vec!["This term".into(), "Term before".into()],
            bars: vec![
                bar("Bullying", vec![figure(12, ""), figure(6, "")]),
                bar("Hate", vec![figure(0, "c"), figure(u64::MAX, "c")]),
            ],
            ..ReportChart::default()
        };
        let drawing = Drawing::new("cases", &chart);
        let widths: Vec<u64> = drawing.areas.iter().skip(2).map(|area| area.width).collect();
        assert_eq!(widths, [LONGEST, LONGEST / 2]);
        let last: Vec<&str> = drawing.words.iter().rev().take(2).map(|words| words.text.as_str()).collect();
        assert_eq!(last, ["c", "c"]);
    }
}
