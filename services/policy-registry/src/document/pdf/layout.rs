//! Where the letters of a page stand, and the lines they make: the cells of a table that stand side by side are told
//! apart by a tab, as they are in the other kinds of document.

use pdf_extract::{MediaBox, OutputDev, OutputError, Transform};

/// How far apart two words of a line are, in letter heights, to be in two cells.
const CELL: f64 = 1.8;
/// How far down the next line of a paragraph stands at most.
const NEXT: f64 = 1.5;
/// How far up or down letters stand that are in one line.
const LEVEL: f64 = 0.5;
/// The most lines of a cell; more of them are a column of the page.
const MOST: usize = 12;

/// A line, or the lines of a row of cells.
#[derive(Debug)]
struct Line {
    text: String,
    /// Where its last cell begins.
    x: f64,
    /// Where its last letter ends.
    end: f64,
    top: f64,
    /// How far down its last letter stands.
    y: f64,
    size: f64,
    /// Whether it has more than one cell.
    cells: bool,
}

/// The lines of one page, in the order they were drawn.
#[derive(Debug, Default)]
pub(super) struct Page {
    lines: Vec<Line>,
    height: f64,
    begins: bool,
}

impl Page {
    /// Its text; an empty line stands where there is room between two lines.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut before: Option<&Line> = None;
        for line in self.lines.iter().filter(|line| !line.text.trim().is_empty()) {
            if let Some(before) = before {
                text.push_str(if (line.top - before.y).abs() > line.size * NEXT { "\n\n" } else { "\n" });
            }
            text.push_str(line.text.trim_end());
            before = Some(line);
        }
        text
    }

    /// Takes up the first letter of a word.
    fn word(&mut self, x: f64, y: f64, size: f64) {
        let Some(last) = self.lines.last_mut() else { return self.line(x, y, size) };
        let (down, gap) = (y - last.y, x - last.end);
        if down.abs() <= size * LEVEL && gap > -size {
            if gap > size * CELL && !mark(&last.text) {
                last.text.push('\t');
                (last.x, last.cells) = (x, true);
            } else if gap > size * 0.1 {
                last.text.push(' ');
            }
            return;
        }
        // The next line of the last cell of a row.
        if last.cells && (x - last.x).abs() < size && down > 0.0 && down <= size * NEXT {
            last.text.push(' ');
            last.y = y;
            return;
        }
        // A cell beside the one that was just written, begun as high as that.
        if down < -size * LEVEL && x > last.x + size && self.row(x, y, size) {
            return;
        }
        self.line(x, y, size);
    }

    fn line(&mut self, x: f64, y: f64, size: f64) {
        self.lines.push(Line { text: String::new(), x, end: x, top: y, y, size, cells: false });
    }

    /// Makes one row of the lines of the cell before, and begins the next cell; not where they are too many.
    fn row(&mut self, x: f64, y: f64, size: f64) -> bool {
        let begun = self.lines.iter().rev().take_while(|line| line.top >= y - size * LEVEL).count();
        let from = self.lines.len() - begun;
        let level = self.lines.get(from).is_some_and(|first| (first.top - y).abs() <= size * LEVEL);
        if !level || begun > MOST {
            return false;
        }
        let lines: Vec<Line> = self.lines.drain(from..).collect();
        let text = lines.iter().map(|line| line.text.trim_end()).collect::<Vec<_>>().join(" ");
        self.lines.push(Line { text: text + "\t", x, end: x, top: y, y, size, cells: true });
        true
    }
}

/// Whether a line has only a number or a bullet so far: what follows belongs to it however far away it stands.
fn mark(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() <= 6 && !text.chars().any(|c| c.is_alphabetic() && text.chars().count() > 2)
}

impl OutputDev for Page {
    fn begin_page(
        &mut self,
        _number: u32,
        media_box: &MediaBox,
        _art_box: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.height = media_box.ury - media_box.lly;
        Ok(())
    }

    fn output_character(
        &mut self,
        at: &Transform,
        width: f64,
        _spacing: f64,
        font_size: f64,
        letter: &str,
    ) -> Result<(), OutputError> {
        let (across, down) = (font_size * (at.m11 + at.m21), font_size * (at.m12 + at.m22));
        let size = (across * down).abs().sqrt().max(0.1);
        let (x, y) = (at.m31, self.height - at.m32);
        if self.begins || self.lines.is_empty() {
            self.word(x, y, size);
            self.begins = false;
        }
        if let Some(line) = self.lines.last_mut() {
            line.text.push_str(letter);
            (line.end, line.y, line.size) = (x + width * size, y, size);
        }
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.begins = true;
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}
