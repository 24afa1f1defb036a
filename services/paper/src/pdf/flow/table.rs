//! Sets tables: a row stays together where one page has room for it.

use super::{CAPTION, CELL, CELL_HEAD, Flow, Look, MEASURE, SIDE, rule};
use crate::{
    Table,
    pdf::{
        TOP,
        line::{Line, lines},
        tag::{Part, Tags, What},
    },
    text::Text,
};

/// What is kept clear in a cell: beside its text, and above and below it.
const GAP: f32 = 10.0;
const PAD: f32 = 5.0;

/// One cell: what it is, and its lines.
struct Set {
    part: Part,
    lines: std::vec::IntoIter<Line>,
    look: Look,
    x: f32,
}

impl Flow<'_> {
    pub(super) fn table(&mut self, table: &Table) {
        let count = table.rows.first().map_or(table.columns.len(), Vec::len).max(1);
        let widths: Vec<f32> = crate::shares(count).map(|share| MEASURE * f32::from(share) / 100.0).collect();
        self.space(6.0);
        self.needs(90.0);
        let whole = self.tags.part(Tags::ROOT, What::Table);
        let caption = self.tags.part(whole, What::Caption);
        self.paragraph(caption, &Text::plain(&table.caption), CAPTION, 0.0);
        self.y += 3.0;
        self.draw_rule();
        if !table.columns.is_empty() {
            let head = self.tags.part(whole, What::Head);
            let row = self.tags.part(head, What::Row);
            let cells: Vec<Vec<Text>> = table.columns.iter().map(|column| vec![Text::plain(column)]).collect();
            let set = self.cells(row, &cells, &widths, |_| (What::HeadCell { of_column: true }, CELL_HEAD));
            self.row(set);
        }
        let rows = self.tags.part(whole, What::Rows);
        for cells in &table.rows {
            let row = self.tags.part(rows, What::Row);
            let set = self.cells(row, cells, &widths, |place| match place {
                0 => (What::HeadCell { of_column: false }, CELL_HEAD),
                _ => (What::Cell, CELL),
            });
            self.row(set);
        }
        self.space(12.0);
    }

    fn draw_rule(&mut self) {
        let y = self.y;
        self.draw(rule(y));
    }

    fn cells(
        &mut self,
        row: Part,
        cells: &[Vec<Text>],
        widths: &[f32],
        what: impl Fn(usize) -> (What, Look),
    ) -> Vec<Set> {
        let mut x = SIDE;
        let mut sets = Vec::new();
        for (place, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let (what, look) = what(place);
            let part = self.tags.part(row, what);
            let broken: Vec<Line> =
                cell.iter().flat_map(|text| lines(self.faces, text, look.weight, (width - GAP) / look.size)).collect();
            sets.push(Set { part, lines: broken.into_iter(), look, x });
            x += width;
        }
        sets
    }

    /// Sets one row, over several pages where one is too small for it.
    fn row(&mut self, mut cells: Vec<Set>) {
        let tallest = |cells: &[Set]| cells.iter().map(|cell| cell.lines.len()).max().unwrap_or_default();
        let height = |lines: usize| lines as f32 * CELL.leading + 2.0 * PAD;
        if height(tallest(&cells)) > self.room() && self.y > TOP {
            self.turn();
            self.draw_rule();
        }
        loop {
            let fit = ((self.room() - 2.0 * PAD) / CELL.leading).floor().max(1.0) as usize;
            let now = tallest(&cells).min(fit);
            let top = self.y + PAD;
            for cell in &mut cells {
                for (place, line) in cell.lines.by_ref().take(now).enumerate() {
                    self.line_at(cell.part, line, cell.look, cell.x, top + place as f32 * CELL.leading);
                }
            }
            self.y += height(now);
            self.draw_rule();
            if tallest(&cells) == 0 {
                return;
            }
            self.turn();
            self.draw_rule();
        }
    }
}
