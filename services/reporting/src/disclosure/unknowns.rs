//! What can be worked out about cells of which only sums are printed. Every cell lies in one row and one column; a cell can be
//! more or less by one exactly where others can make up for it, along a path of cells, so the bounds found are the exact ones.

use std::collections::VecDeque;

/// More than any count.
pub(super) const PLENTY: i64 = 1 << 40;

/// How far a small cell must be left open: by so much between its least and its largest value, which are three values.
pub(super) const OPEN: i64 = 2;

/// How far the sum of a row or a column can move: not at all where it is printed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    /// By so much up.
    pub(super) up: i64,
    /// By so much down.
    pub(super) down: i64,
}

impl Sum {
    fn printed(self) -> bool {
        self.up == 0 && self.down == 0
    }
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    row: usize,
    column: usize,
    value: i64,
    least: i64,
    most: i64,
}

/// A table of unknown cells, with their true values.
#[derive(Debug, Clone, Default)]
pub(super) struct Unknowns {
    /// Whether the sum of everything is known, and the cells of a row stand in no order of time.
    closed: bool,
    rows: Vec<Sum>,
    columns: Vec<Sum>,
    cells: Vec<Cell>,
    of_row: Vec<Vec<usize>>,
    of_column: Vec<Vec<usize>>,
    search: Search,
}

/// What a search for a path notes, kept from one to the next: there are many of them, and most are over soon.
#[derive(Debug, Clone, Default)]
struct Search {
    /// Whence each node was come to.
    came: Vec<Option<(usize, Move)>>,
    /// The step by which a node stands right before the end.
    last: Vec<Option<Move>>,
    /// The nodes of which either is noted.
    noted: Vec<usize>,
    waiting: VecDeque<usize>,
    moves: Vec<(usize, Move)>,
}

impl Search {
    /// Forgets everything, and has room for so many nodes.
    fn begin(&mut self, nodes: usize) {
        for node in self.noted.drain(..) {
            self.came[node] = None;
            self.last[node] = None;
        }
        if self.came.len() < nodes {
            self.came.resize(nodes, None);
            self.last.resize(nodes, None);
        }
        self.waiting.clear();
    }
}

/// One step of a path: from a row that holds one too many to a column that lacks one, and so on.
#[derive(Debug, Clone, Copy)]
enum Move {
    /// A cell is one less: from its row to its column.
    Less(usize),
    /// A cell is one more: from its column to its row.
    More(usize),
    /// A row's sum is one more, or one less.
    Row(usize, i64),
    /// A column's sum is one more, or one less.
    Column(usize, i64),
}

impl Unknowns {
    /// One whose sum of everything is known, and whose columns are no stretches of time.
    pub(super) fn closed() -> Self {
        Self { closed: true, ..Self::default() }
    }

    /// A row, by its number.
    pub(super) fn row(&mut self, sum: Sum) -> usize {
        self.rows.push(sum);
        self.of_row.push(Vec::new());
        self.rows.len() - 1
    }

    /// A column, by its number.
    pub(super) fn column(&mut self, sum: Sum) -> usize {
        self.columns.push(sum);
        self.of_column.push(Vec::new());
        self.columns.len() - 1
    }

    /// A cell, which is known to lie between two values. Those of a row come in the order of time.
    pub(super) fn cell(&mut self, (row, column): (usize, usize), value: i64, (least, most): (i64, i64)) {
        let at = self.cells.len();
        self.cells.push(Cell { row, column, value, least, most });
        self.of_row[row].push(at);
        self.of_column[column].push(at);
    }

    /// Whether nothing small can be worked out, where counts below `min_cell` are small: no cell, no part of a row up to a
    /// moment, and nothing that printed sums leave for the cells that are open in them.
    pub(super) fn safe(&mut self, min_cell: i64) -> bool {
        let small = |count: i64| (1..min_cell).contains(&count);
        let mut open = Vec::with_capacity(self.cells.len());
        for at in 0..self.cells.len() {
            let Cell { row, column, value, most, .. } = self.cells[at];
            if small(value) {
                if self.width(at, OPEN) < OPEN {
                    return false;
                }
                open.push(true);
                continue;
            }
            // One of nothing adds nothing to what is left, and one of which no sum is printed is open anyway.
            let printed = self.rows[row].printed() || self.columns[column].printed();
            open.push(if value == 0 || !printed { most > 0 } else { self.width(at, 1) > 0 });
        }
        if !self.leaves_much(&open, min_cell) {
            return false;
        }
        let rows = self.rows.len();
        self.closed || (0..rows).all(|row| self.keeps_in_time(row, small))
    }

    /// Whether no sum of open cells that follows from printed sums is small, however many of these are added up and taken away
    /// for it: a total of several moments less the parts that are printed is as good as a printed figure.
    ///
    /// The least such sum with a cell in it is the most that the cell can be, where the open cells are let be anything: of the
    /// ways to carry what a cell gets more of, and the sums that bar all of these ways, the one is as large as the other. So it
    /// is enough that each small cell may be large, for all that sums say.
    fn leaves_much(&mut self, open: &[bool], min_cell: i64) -> bool {
        let kept = (self.rows.clone(), self.columns.clone(), self.cells.clone());
        let sums = self.rows.iter_mut().chain(&mut self.columns);
        sums.filter(|sum| !sum.printed()).for_each(|sum| *sum = Sum { up: PLENTY, down: PLENTY });
        for (cell, open) in self.cells.iter_mut().zip(open) {
            (cell.least, cell.most) = if *open { (0, PLENTY) } else { (cell.value, cell.value) };
        }
        let may_be_large = |at: usize| {
            let Cell { row, column, value, .. } = self.cells[at];
            let known = !open[at] || !(1..min_cell).contains(&value);
            known || self.flow(row, self.rows.len() + column, at, min_cell - value) >= min_cell - value
        };
        let all = (0..open.len()).all(may_be_large);
        (self.rows, self.columns, self.cells) = kept;
        all
    }

    /// Whether neither what a row held up to a moment, nor what it got since, is a small count that can be worked out.
    fn keeps_in_time(&mut self, row: usize, small: impl Fn(i64) -> bool) -> bool {
        let (length, printed) = (self.of_row[row].len(), self.rows[row].printed());
        let all: i64 = self.of_row[row].iter().map(|at| self.cells[*at].value).sum();
        let mut until = 0;
        (1..=length).all(|cells| {
            until += self.cells[self.of_row[row][cells - 1]].value;
            let whole = cells == length;
            // The whole of a row that is printed is no secret; single cells were looked at.
            let before = cells > 1 && small(until) && !(printed && whole);
            let since = printed && !whole && small(all - until);
            !(before || since) || self.split(row, cells) >= OPEN
        })
    }

    /// How far the sum of a row's first cells is open: for that they become a row of their own, which shares a cell with what is
    /// left.
    fn split(&mut self, row: usize, cells: usize) -> i64 {
        let later = self.of_row[row].split_off(cells);
        let whole = std::mem::take(&mut self.rows[row]);
        let other = self.row(whole);
        for at in &later {
            self.cells[*at].row = other;
        }
        self.of_row[other].clone_from(&later);
        let column = self.column(Sum::default());
        let joint = self.cells.len();
        self.cell((row, column), PLENTY, (0, 2 * PLENTY));
        self.cell((other, column), PLENTY, (0, 2 * PLENTY));
        let open = self.width(joint, OPEN);
        // As it was before.
        self.cells.truncate(joint);
        self.columns.pop();
        self.of_column.pop();
        self.of_row.pop();
        self.rows[row] = self.rows.pop().unwrap_or_default();
        for at in &later {
            self.cells[*at].row = row;
        }
        self.of_row[row].truncate(cells);
        self.of_row[row].extend(later);
        open
    }

    /// By how much a cell's least and largest values differ, as far as it matters: up to a limit, or a little beyond.
    fn width(&mut self, at: usize, limit: i64) -> i64 {
        let Cell { row, column, value, least, most } = self.cells[at];
        let column = self.rows.len() + column;
        let up = self.flow(row, column, at, limit.min(most - value));
        if up >= limit { up } else { up + self.flow(column, row, at, limit.min(value - least)) }
    }

    /// How many times, up to a limit, others can make up for a cell's being one more (from its row to its column) or less.
    fn flow(&mut self, from: usize, to: usize, without: usize, limit: i64) -> i64 {
        let mut made = Vec::new();
        let mut times = 0;
        while times < limit {
            let Some(path) = self.path(from, to, without) else { break };
            path.iter().for_each(|step| self.make(*step, 1));
            made.extend(path);
            times += 1;
        }
        made.iter().for_each(|step| self.make(*step, -1));
        times
    }

    fn make(&mut self, step: Move, by: i64) {
        let shift = |sum: &mut Sum, by: i64| {
            sum.up -= by;
            sum.down += by;
        };
        match step {
            Move::Less(at) => self.cells[at].value -= by,
            Move::More(at) => self.cells[at].value += by,
            Move::Row(row, sign) => shift(&mut self.rows[row], sign * by),
            Move::Column(column, sign) => shift(&mut self.columns[column], sign * by),
        }
    }

    /// A shortest path between two nodes: rows, then columns, then what lies outside, which sums that are not printed reach: one
    /// place for rows and columns, or two where the sum of everything is known.
    fn path(&mut self, from: usize, to: usize, without: usize) -> Option<Vec<Move>> {
        let mut search = std::mem::take(&mut self.search);
        search.begin(self.rows.len() + self.columns.len() + 2);
        let path = self.find(from, to, without, &mut search);
        self.search = search;
        path
    }

    fn find(&self, from: usize, to: usize, without: usize, search: &mut Search) -> Option<Vec<Move>> {
        // Whoever comes to a node right before the end need look no further.
        self.before(to, without, &mut search.moves);
        for (node, step) in search.moves.drain(..) {
            search.noted.push(node);
            search.last[node].get_or_insert(step);
        }
        if let Some(step) = search.last[from] {
            return Some(vec![step]);
        }
        search.waiting.push_back(from);
        while let Some(node) = search.waiting.pop_front() {
            self.moves(node, without, &mut search.moves);
            for (next, step) in search.moves.drain(..) {
                if next == from || search.came[next].is_some() {
                    continue;
                }
                search.noted.push(next);
                search.came[next] = Some((node, step));
                if let Some(last) = search.last[next] {
                    let mut path = Self::back(&search.came, next);
                    path.push(last);
                    return Some(path);
                }
                search.waiting.push_back(next);
            }
        }
        None
    }

    fn back(came: &[Option<(usize, Move)>], to: usize) -> Vec<Move> {
        let (mut at, mut path) = (to, Vec::new());
        while let Some((before, step)) = came[at] {
            path.push(step);
            at = before;
        }
        path
    }

    /// Where one can go from a node.
    fn moves(&self, node: usize, without: usize, moves: &mut Vec<(usize, Move)>) {
        let (rows, outside) = (self.rows.len(), self.rows.len() + self.columns.len());
        let beyond = outside + usize::from(self.closed);
        moves.clear();
        if node < rows {
            if self.rows[node].up > 0 {
                moves.push((outside, Move::Row(node, 1)));
            }
            let less = self.of_row[node].iter().filter(|at| self.cells[**at].value > self.cells[**at].least);
            moves.extend(less.filter(|at| **at != without).map(|at| (rows + self.cells[*at].column, Move::Less(*at))));
        } else if node < outside {
            let column = node - rows;
            if self.columns[column].down > 0 {
                moves.push((beyond, Move::Column(column, -1)));
            }
            let more = self.of_column[column].iter().filter(|at| self.cells[**at].value < self.cells[**at].most);
            moves.extend(more.filter(|at| **at != without).map(|at| (self.cells[*at].row, Move::More(*at))));
        }
        if node == outside {
            let down = (0..rows).filter(|row| self.rows[*row].down > 0);
            moves.extend(down.map(|row| (row, Move::Row(row, -1))));
        }
        if node == beyond {
            let up = (0..self.columns.len()).filter(|column| self.columns[*column].up > 0);
            moves.extend(up.map(|column| (rows + column, Move::Column(column, 1))));
        }
    }

    /// The nodes from which one step leads to a row or a column, each with that step: the same moves, seen from where they lead.
    fn before(&self, to: usize, without: usize, moves: &mut Vec<(usize, Move)>) {
        let (rows, outside) = (self.rows.len(), self.rows.len() + self.columns.len());
        moves.clear();
        if to < rows {
            if self.rows[to].down > 0 {
                moves.push((outside, Move::Row(to, -1)));
            }
            let more = self.of_row[to].iter().filter(|at| self.cells[**at].value < self.cells[**at].most);
            moves.extend(more.filter(|at| **at != without).map(|at| (rows + self.cells[*at].column, Move::More(*at))));
        } else {
            let column = to - rows;
            if self.columns[column].up > 0 {
                moves.push((outside + usize::from(self.closed), Move::Column(column, 1)));
            }
            let less = self.of_column[column].iter().filter(|at| self.cells[**at].value > self.cells[**at].least);
            moves.extend(less.filter(|at| **at != without).map(|at| (self.cells[*at].row, Move::Less(*at))));
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// A table whose row and column sums are all printed.
    fn table(values: &[&[i64]]) -> Unknowns {
        let mut table = Unknowns::default();
        for _ in values {
            table.row(Sum::default());
        }
        for _ in values[0] {
            table.column(Sum::default());
        }
        for (row, of) in values.iter().enumerate() {
            for (column, value) in of.iter().enumerate().filter(|(_, value)| **value >= 0) {
                table.cell((row, column), *value, (0, PLENTY));
            }
        }
        table
    }

    #[test]
    fn a_cell_that_nothing_makes_up_for_is_worked_out() {
        assert!(table(&[&[3, 9], &[9, 3]]).safe(6), "each can be 0 to 12");
        assert!(!table(&[&[3, -1], &[-1, 8]]).safe(6), "a row of one cell is that cell");
        assert!(!table(&[&[3, 2], &[9, 12]]).safe(6), "its first row comes to 5");
        // Two squares of open cells, and one cell between them: whatever the squares are, it is what is left.
        let bridge: &[&[i64]] = &[&[7, 7, 3, -1], &[7, 7, -1, -1], &[-1, -1, 7, 7], &[-1, -1, 7, 7]];
        assert!(!table(bridge).safe(6));
    }

    #[test]
    fn what_several_sums_leave_together_is_not_small() {
        // Printed twice, of which the third part got all but 5: of either moment it may have had fewer, but not of both.
        let of = |second: i64| {
            let mut told = Unknowns::default();
            let columns = [Sum::default(), Sum::default()].map(|sum| told.column(sum));
            let hidden = Sum { up: PLENTY, down: PLENTY };
            for (sum, counts) in [(hidden, [2, 1]), (hidden, [1, second]), (Sum::default(), [30, 32])] {
                let row = told.row(sum);
                for (column, count) in columns.iter().zip(counts) {
                    told.cell((row, *column), count, (0, PLENTY));
                }
            }
            told.safe(6)
        };
        assert!(!of(1), "67 less 62");
        assert!(of(2), "6 may be printed");
    }

    #[test]
    fn bounds_are_exact() {
        for values in [[[1i64, 6], [6, 0]], [[4, 7], [8, 2]], [[2, 0], [5, 1]]] {
            let rows = values.map(|row| row.to_vec());
            let slices: Vec<&[i64]> = rows.iter().map(Vec::as_slice).collect();
            let mut table = table(&slices);
            // By trying them all.
            let sums = (values[0][0] + values[0][1], values[1][0] + values[1][1], values[0][0] + values[1][0]);
            let fits = |a: &i64| {
                let (b, c) = (sums.0 - a, sums.2 - a);
                b >= 0 && c >= 0 && sums.1 - c >= 0
            };
            let count = i64::try_from((0..40).filter(fits).count()).unwrap();
            assert_eq!(table.width(0, OPEN).min(OPEN), (count - 1).min(OPEN), "{values:?}");
        }
    }

    #[test]
    fn what_was_hidden_earlier_is_not_told_by_what_is_shown_later() {
        // Shown as 9 at the end, of which 6 can only have come last.
        let mut told = Unknowns::default();
        let row = told.row(Sum::default());
        let other = told.row(Sum { up: PLENTY, down: 20 });
        let columns = [Sum::default(), Sum::default(), Sum::default()].map(|sum| told.column(sum));
        told.cell((row, columns[0]), 2, (0, PLENTY));
        told.cell((row, columns[1]), 1, (0, PLENTY));
        told.cell((row, columns[2]), 6, (0, PLENTY));
        told.cell((other, columns[0]), 10, (0, PLENTY));
        told.cell((other, columns[1]), 10, (0, PLENTY));
        assert!(!told.safe(6), "the first two come to 3");
    }
}
