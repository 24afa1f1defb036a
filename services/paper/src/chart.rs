//! Bars, as every writer draws them: names above their bars, so that none is cut, and the figure behind each bar.

/// Bars in groups. What it shows stands in its description and in a table beside it: a chart says nothing of its own. A
/// page has room for 13 groups of two; a chart that is higher is said in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// What it shows.
    pub caption: String,
    /// The same in words, for whoever does not see it.
    pub description: String,
    /// What the bars of a group stand for, such as this term and the term before.
    pub series: Vec<String>,
    /// Its groups.
    pub groups: Vec<Group>,
}

/// The bars of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What it is.
    pub name: String,
    /// A bar for each of the series.
    pub bars: Vec<Bar>,
}

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// Its length; none where there is nothing to draw.
    pub length: Option<u64>,
    /// The figure behind it.
    pub label: String,
}

/// How wide a chart is.
pub(crate) const WIDTH: f32 = 460.0;
/// How wide the longest bar is: the rest is for the figure behind it.
const LONGEST: f32 = 370.0;
/// From the name of a group to its first bar, from bar to bar, and from group to group.
const NAME: f32 = 14.0;
const STEP: f32 = 13.0;
const BETWEEN: f32 = 6.0;
/// The height of a bar.
const THICK: f32 = 10.0;
/// From the upper edge of a bar, or of the room for a name, to the line that words stand on.
const LINE: f32 = 8.7;

/// Where everything of a chart stands, from its upper left corner.
pub(crate) struct Laid {
    pub height: f32,
    pub words: Vec<Words>,
    pub areas: Vec<Area>,
}

/// Words on one line.
pub(crate) struct Words {
    pub x: f32,
    /// The line they stand on.
    pub y: f32,
    pub text: String,
    /// Whether they name a group.
    pub names: bool,
}

/// A bar, or the mark that says what bars of its kind stand for.
pub(crate) struct Area {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    /// Bars of all series but the first are drawn as outlines: they are told apart without colour.
    pub hollow: bool,
}

impl Chart {
    pub(crate) fn laid(&self) -> Laid {
        let mut laid = Laid { height: 0.0, words: Vec::new(), areas: Vec::new() };
        let mut y = 0.0;
        if self.series.len() > 1 {
            for (place, series) in self.series.iter().enumerate() {
                laid.areas.push(Area { x: 0.0, y, width: THICK, height: THICK, hollow: place > 0 });
                laid.words.push(Words { x: THICK + 6.0, y: y + LINE, text: series.clone(), names: false });
                y += STEP;
            }
            y += BETWEEN;
        }
        let lengths = self.groups.iter().flat_map(|group| &group.bars).filter_map(|bar| bar.length);
        let most = lengths.max().unwrap_or_default().max(1) as f32;
        for group in &self.groups {
            laid.words.push(Words { x: 0.0, y: y + LINE, text: group.name.clone(), names: true });
            y += NAME;
            for (place, bar) in group.bars.iter().enumerate() {
                let width = bar.length.map_or(0.0, |length| length as f32 / most * LONGEST);
                if width > 0.0 {
                    laid.areas.push(Area { x: 0.0, y, width: width.max(1.0), height: THICK, hollow: place > 0 });
                }
                laid.words.push(Words { x: width + 6.0, y: y + LINE, text: bar.label.clone(), names: false });
                y += STEP;
            }
            y += BETWEEN;
        }
        laid.height = y;
        laid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_has_no_bar_and_the_longest_is_as_long_as_may_be() {
        let bar = |length, label: &str| Bar { length, label: label.into() };
        let chart = Chart {
            caption: "Cases".into(),
            description: "Bullying: 12 this term, 6 in the term before. Hate: hidden in both.".into(),
            series: vec!["This term".into(), "Term before".into()],
            groups: vec![
                Group { name: "Bullying".into(), bars: vec![bar(Some(12), "12"), bar(Some(6), "6")] },
                Group { name: "Hate".into(), bars: vec![bar(None, "c"), bar(Some(0), "0")] },
            ],
        };
        let laid = chart.laid();
        let widths: Vec<f32> = laid.areas.iter().skip(2).map(|area| area.width).collect();
        assert_eq!(widths, [LONGEST, LONGEST / 2.0]);
        assert_eq!(laid.areas.iter().map(|area| area.hollow).collect::<Vec<_>>(), [false, true, false, true]);
        let words: Vec<&str> = laid.words.iter().map(|words| words.text.as_str()).collect();
        assert_eq!(words, ["This term", "Term before", "Bullying", "12", "6", "Hate", "c", "0"]);
        assert!(laid.words.iter().all(|words| words.y < laid.height));
    }
}
