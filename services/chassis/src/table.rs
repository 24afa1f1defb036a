//! Tables that leave as CSV for a spreadsheet (RFC 4180): every cell as it is, but that none is taken for a formula.

use crate::error::{Error, Result};

/// A table on its way out.
pub struct Table(csv::Writer<Vec<u8>>);

impl Table {
    /// A table with these headings.
    ///
    /// # Errors
    /// `Internal` where it cannot be written.
    pub fn new<'a>(headings: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let mut table = Self(writer);
        table.row(headings)?;
        Ok(table)
    }

    /// Adds a row, of as many cells as there are headings.
    ///
    /// # Errors
    /// `Internal` where it cannot be written.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> Result<()> {
        self.0.write_record(cells.into_iter().map(harmless)).map_err(Error::internal)
    }

    /// The table as it is sent.
    ///
    /// # Errors
    /// `Internal` where it cannot be written.
    pub fn finish(self) -> Result<Vec<u8>> {
        self.0.into_inner().map_err(|e| Error::internal(e.to_string()))
    }
}

/// Whether a spreadsheet would take a cell for a formula, or whether it is a guarded one of those.
fn formula(cell: &str) -> bool {
    cell.trim_start_matches(['\'', ' ', '\u{feff}']).starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

/// A cell that no spreadsheet works out: an apostrophe stands before whatever begins as a formula does.
pub fn harmless(cell: &str) -> String {
    if formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// A cell as it was before it was made harmless.
pub fn bare(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| formula(rest)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_kept_as_it_is_and_never_a_formula() -> Result<()> {
        let mut table = Table::new(["NAME", "FIGURE"])?;
        table.row(["Ash, Birch \"and\" Co", "1200"])?;
        table.row(["=1+1", "@SUM(A1)"])?;
        table.row([" -2", "+44 1629"])?;
        let text = String::from_utf8_lossy(&table.finish()?).into_owned();
        let expected = "NAME,FIGURE\r\n\"Ash, Birch \"\"and\"\" Co\",1200\r\n'=1+1,'@SUM(A1)\r\n' -2,'+44 1629\r\n";
        assert_eq!(text, expected);
        for cell in ["=1", "'=1", "''", " -2", "O'Neill", "a,b"] {
            assert_eq!(bare(&harmless(cell)), cell);
        }
        Ok(())
    }
}
