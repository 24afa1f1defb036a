//! Sets the parts of a document on pages, and says of each piece what it is.

mod chart;
mod table;

use super::{
    BLANK_GROUND, Colour, FOOT, INK, LINK, MEASURE, QUIET, RULE, SIDE, TOP, WARNING, WARNING_GROUND,
    font::{Faces, Shaped, Weight},
    line::{Line, Mark, lines},
    tag::{Leaf, Part, Tags, What},
};
use crate::{
    Block, CONTENTS, Item, Paper, Status,
    text::{Span, Text},
};

/// Letters of one kind on a page.
#[derive(Debug)]
pub(super) struct Letters {
    pub x: f32,
    /// The line they stand on.
    pub y: f32,
    pub size: f32,
    pub colour: Colour,
    pub run: super::line::Run,
    pub leaf: Leaf,
    /// The leaf of the place to click, where they lead somewhere.
    pub click: Option<Leaf>,
}

/// Something on a page.
#[derive(Debug)]
pub(super) enum Drawn {
    Letters(Letters),
    /// A surface: left, top, width, height.
    Ground([f32; 4], Colour),
    /// The number of the page a heading stands on, by the heading's id.
    Number {
        id: String,
        y: f32,
        size: f32,
        leaf: Leaf,
    },
    /// A drawing that is one thing to whoever does not see it.
    Figure {
        leaf: Leaf,
        shapes: Vec<Shape>,
    },
}

/// A part of a drawing.
#[derive(Debug)]
pub(super) enum Shape {
    /// A surface, full or as an outline: left, top, width, height.
    Area([f32; 4], bool),
    Words {
        x: f32,
        y: f32,
        size: f32,
        weight: Weight,
        letters: Shaped,
    },
}

/// Where a heading stands.
#[derive(Debug)]
pub(super) struct Place {
    pub level: u8,
    pub words: String,
    pub id: String,
    pub page: usize,
    pub y: f32,
}

/// How letters look.
#[derive(Debug, Clone, Copy)]
struct Look {
    size: f32,
    /// From line to line.
    leading: f32,
    weight: Weight,
    colour: Colour,
}

const BODY: Look = Look { size: 10.5, leading: 15.5, weight: Weight::Regular, colour: INK };
const MORE: Look = Look { size: 9.5, leading: 13.5, weight: Weight::Regular, colour: QUIET };
const CELL: Look = Look { size: 9.5, leading: 13.5, weight: Weight::Regular, colour: INK };
const CELL_HEAD: Look = Look { weight: Weight::Bold, ..CELL };
const CAPTION: Look = Look { weight: Weight::Bold, ..BODY };
const TITLE: Look = Look { size: 26.0, leading: 32.0, weight: Weight::Bold, colour: INK };
const OWNER: Look = Look { size: 14.0, leading: 20.0, weight: Weight::Regular, colour: QUIET };

fn heading(level: u8) -> (Look, f32, f32) {
    let bold = |size, leading| Look { size, leading, weight: Weight::Bold, colour: INK };
    match level {
        1 => (bold(17.0, 22.0), 26.0, 7.0),
        2 => (bold(13.0, 18.0), 18.0, 5.0),
        _ => (bold(11.0, 16.0), 12.0, 4.0),
    }
}

/// The document on its pages.
pub(super) struct Flow<'a> {
    faces: &'a Faces,
    pub pages: Vec<Vec<Drawn>>,
    pub tags: Tags,
    pub headings: Vec<Place>,
    y: f32,
}

impl<'a> Flow<'a> {
    /// Sets a document.
    pub fn of(faces: &'a Faces, paper: &Paper) -> Self {
        let mut flow = Self { faces, pages: vec![Vec::new()], tags: Tags::new(), headings: Vec::new(), y: TOP };
        let title = Text::plain(&paper.title);
        let part = flow.tags.part(Tags::ROOT, What::Heading(1, paper.title.clone()));
        flow.paragraph(part, &title, TITLE, 0.0);
        flow.space(4.0);
        let part = flow.tags.part(Tags::ROOT, What::Paragraph);
        flow.paragraph(part, &Text::plain(&paper.owner), OWNER, 0.0);
        flow.space(14.0);
        paper.status.iter().for_each(|status| flow.status(status));
        for (place, block) in paper.blocks.iter().enumerate() {
            let next = paper.blocks.get(place + 1);
            flow.block(paper, block, next);
        }
        flow
    }

    fn block(&mut self, paper: &Paper, block: &Block, next: Option<&Block>) {
        match block {
            Block::Contents => self.contents(paper),
            Block::Heading { level, id, text } => self.heading(*level, id, text, next),
            Block::Paragraph(text) => {
                let part = self.tags.part(Tags::ROOT, What::Paragraph);
                self.paragraph(part, text, BODY, 0.0);
                self.space(7.0);
            }
            Block::List { counted, items } => self.list(*counted, items),
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => self.chart(chart),
        }
    }

    fn page(&self) -> usize {
        self.pages.len() - 1
    }

    fn draw(&mut self, drawn: Drawn) {
        if let Some(page) = self.pages.last_mut() {
            page.push(drawn);
        }
    }

    fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
    }

    fn room(&self) -> f32 {
        FOOT - self.y
    }

    /// Space between parts; none at the head of a page.
    fn space(&mut self, height: f32) {
        if self.y > TOP {
            self.y += height;
        }
    }

    /// A new page where the present one has less room than this.
    fn needs(&mut self, height: f32) {
        if self.room() < height && self.y > TOP {
            self.turn();
        }
    }

    fn broken(&self, text: &Text, look: Look, indent: f32) -> Vec<Line> {
        lines(self.faces, text, look.weight, (MEASURE - indent) / look.size)
    }

    /// Sets a paragraph; neither its first nor its last line stands alone on a page.
    fn paragraph(&mut self, part: Part, text: &Text, look: Look, indent: f32) {
        let lines = self.broken(text, look, indent);
        let mut left = lines.len();
        for line in lines {
            let fit = (self.room() / look.leading).floor() as usize;
            let alone = left > 1 && fit == 1;
            let orphan = left == 2 && fit == 1;
            if fit == 0 || alone || orphan {
                self.turn();
            }
            self.line(part, line, look, SIDE + indent);
            self.y += look.leading;
            left -= 1;
        }
    }

    /// Sets a line at the present height.
    fn line(&mut self, part: Part, line: Line, look: Look, x: f32) {
        let top = self.y;
        self.line_at(part, line, look, x, top);
    }

    fn line_at(&mut self, part: Part, line: Line, look: Look, mut x: f32, top: f32) {
        let y = top + (look.leading + look.size * 0.72) / 2.0;
        let gap = self.faces.shape(look.weight, " ").width;
        for run in line.runs {
            let width = run.letters.width * look.size;
            let seen = if run.letters.text.ends_with(' ') { width - gap * look.size } else { width };
            let (leaf, click, colour) = match &run.mark {
                Mark::Plain => (self.tags.leaf(part), None, look.colour),
                Mark::Blank => {
                    self.draw(Drawn::Ground([x - 1.5, top + 1.0, seen + 3.0, look.leading - 2.0], BLANK_GROUND));
                    (self.tags.leaf(part), None, look.colour)
                }
                Mark::Link(_) => {
                    self.draw(Drawn::Ground([x, y + 1.6, seen, 0.6], LINK));
                    let link = self.tags.part(part, What::Link);
                    (self.tags.leaf(link), Some(self.tags.leaf(link)), LINK)
                }
            };
            self.draw(Drawn::Letters(Letters { x, y, size: look.size, colour, run, leaf, click }));
            x += width;
        }
    }

    /// What has to be known first, in a frame.
    fn status(&mut self, status: &Status) {
        let spans = [Span::Strong(status.word.clone()), Span::Words(format!(": {}", status.meaning))];
        let text = Text::of(spans);
        let lines = self.broken(&text, BODY, 24.0);
        let height = lines.len() as f32 * BODY.leading + 16.0;
        self.draw(Drawn::Ground([SIDE, self.y, MEASURE, height], WARNING_GROUND));
        self.draw(Drawn::Ground([SIDE, self.y, 5.0, height], WARNING));
        let part = self.tags.part(Tags::ROOT, What::Paragraph);
        self.y += 8.0;
        for line in lines {
            self.line(part, line, BODY, SIDE + 16.0);
            self.y += BODY.leading;
        }
        self.y += 24.0;
    }

    fn heading(&mut self, level: u8, id: &str, text: &Text, next: Option<&Block>) {
        let (look, before, after) = heading(level);
        self.space(before);
        let height = self.broken(text, look, 0.0).len() as f32 * look.leading + after;
        // With at least two lines of what it stands above, and the heading below it where there is one.
        let below = match next {
            Some(Block::Heading { .. }) => 80.0,
            Some(Block::Table(_)) => 90.0,
            Some(Block::Chart(chart)) => self.chart_height(chart),
            _ => 2.0 * BODY.leading,
        };
        self.needs(height + below);
        let words = text.to_string();
        let place = Place { level, words: words.clone(), id: id.to_owned(), page: self.page(), y: self.y };
        self.headings.push(place);
        let part = self.tags.part(Tags::ROOT, What::Heading(level + 1, words));
        self.paragraph(part, text, look, 0.0);
        self.y += after;
    }

    fn contents(&mut self, paper: &Paper) {
        let (look, before, after) = heading(1);
        self.space(before);
        self.needs(120.0);
        let part = self.tags.part(Tags::ROOT, What::Heading(2, CONTENTS.to_owned()));
        self.paragraph(part, &Text::plain(CONTENTS), look, 0.0);
        self.y += after;
        let toc = self.tags.part(Tags::ROOT, What::Contents);
        for (level, id, text) in paper.headings() {
            let indent = f32::from(level - 1) * 14.0;
            let entry = self.tags.part(toc, What::Entry);
            let entry = self.tags.part(entry, What::Reference);
            let words = Text::link(&text.to_string(), &format!("#{id}"));
            let lines = lines(self.faces, &words, BODY.weight, (MEASURE - indent - 34.0) / BODY.size);
            self.needs(lines.len() as f32 * BODY.leading);
            let last = lines.len().saturating_sub(1);
            for (count, line) in lines.into_iter().enumerate() {
                self.line(entry, line, BODY, SIDE + indent);
                if count == last {
                    let y = self.y + (BODY.leading + BODY.size * 0.72) / 2.0;
                    let leaf = self.tags.leaf(entry);
                    self.draw(Drawn::Number { id: id.to_owned(), y, size: BODY.size, leaf });
                }
                self.y += BODY.leading;
            }
            self.y += 2.0;
        }
    }

    fn list(&mut self, counted: bool, items: &[Item]) {
        const INDENT: f32 = 24.0;
        let list = self.tags.part(Tags::ROOT, What::List { counted });
        for (number, item) in (1..).zip(items) {
            let part = self.tags.part(list, What::Item);
            let label = if counted { format!("{number}.") } else { "•".to_owned() };
            let label = Text::plain(&label);
            let lines = self.broken(&item.text, BODY, INDENT).len().min(3) as f32;
            let more = if item.more.is_empty() { 0.0 } else { MORE.leading };
            self.needs(lines * BODY.leading + more);
            let mark = self.tags.part(part, What::Label);
            for line in self.broken(&label, BODY, 0.0) {
                let x = if counted { SIDE + INDENT - 6.0 - line.width * BODY.size } else { SIDE + 8.0 };
                self.line(mark, line, BODY, x);
            }
            let body = self.tags.part(part, What::Body);
            let words = self.tags.part(body, What::Paragraph);
            self.paragraph(words, &item.text, BODY, INDENT);
            for line in &item.more {
                let words = self.tags.part(body, What::Paragraph);
                self.paragraph(words, line, MORE, INDENT);
            }
            self.y += if item.more.is_empty() { 3.0 } else { 6.0 };
        }
        self.space(5.0);
    }
}

/// A line across the text.
fn rule(y: f32) -> Drawn {
    Drawn::Ground([SIDE, y, MEASURE, 0.7], RULE)
}
