//! A report as a file. Every format prints the same published report and reckons nothing: cell by cell they are equal.

pub(crate) mod asked;
mod csv;
mod pdf;
pub(crate) mod self_review;
#[cfg(test)]
mod tests;
mod xlsx;

use chassis::{
    calendar::Term,
    clock::london,
    error::{Error, Result},
};
use paper::Workbook;
use time::OffsetDateTime;

use crate::governor::{Cell, Report, version::Signed};

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Xlsx,
    Pdf,
}

/// A report on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Export {
    pub report: Report,
    pub term: Term,
    /// The version that was signed; none for the draft.
    pub signed: Option<Signed>,
    /// What the school is called in the file.
    pub school: String,
    /// What the head who signed is called there; empty where that is not said.
    pub signer: String,
    /// When the figures were settled: signed, or for a draft the moment it leaves.
    pub settled: OffsetDateTime,
}

/// The headings of the three terms.
pub(crate) const TERMS: [&str; 3] = ["This term", "Term before", "Same term a year before"];

impl Format {
    /// The ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => Workbook::MEDIA_TYPE,
            Self::Pdf => "application/pdf",
        }
    }
}

impl Export {
    /// Writes it.
    ///
    /// # Errors
    /// `Internal` where the writer fails.
    pub fn write(&self, format: Format) -> Result<Vec<u8>> {
        match format {
            Format::Csv => csv::write(self),
            Format::Xlsx => xlsx::workbook(self).write().map_err(Error::internal),
            Format::Pdf => pdf::paper(self).write(paper::Format::Pdf).map_err(Error::internal),
        }
    }

    /// A name for its file, which tells nothing of the school.
    pub fn file_name(&self, format: Format) -> String {
        let edition = self.signed.as_ref().map_or_else(|| "draft".to_owned(), |signed| format!("v{}", signed.version));
        format!("online-safety-report-{}-{edition}.{}", self.report.term_id, format.name())
    }

    fn title(&self) -> String {
        format!("Online safety: report for governors, {}", self.term.title())
    }

    /// Which edition it is, for the foot of every page: its digest tells it from every other.
    fn edition(&self) -> String {
        match &self.signed {
            Some(signed) => format!("Version {}, SHA-256 {}", signed.version, signed.digest),
            None => format!("Draft, figures as at {}", day(&self.report.as_at)),
        }
    }

    /// What it is, row by row: the front of every format but the bare table.
    fn about(&self) -> Vec<(&'static str, String)> {
        let mut rows = vec![
            ("School", self.school.clone()),
            ("Term", self.term.title()),
            ("Figures as at", day(&self.report.as_at)),
        ];
        match &self.signed {
            None => rows.push(("Status", "Draft: nobody has signed it".to_owned())),
            Some(signed) => {
                rows.push(("Status", format!("Version {}, signed by the head", signed.version)));
                rows.push(("Signed", moment(signed.signed_at)));
                let head =
                    if self.signer.is_empty() { "The head".to_owned() } else { format!("{}, head", self.signer) };
                rows.push(("Signed by", head));
                if Term::at(signed.signed_at) <= self.term {
                    rows.push(("Note", "It was signed before the term had ended.".to_owned()));
                }
                rows.extend(some("Why it was amended", &signed.reason));
                rows.extend(some("The head’s comment", &signed.comment));
                rows.push(("SHA-256", signed.digest.clone()));
            }
        }
        rows
    }
}

/// A figure as it is printed, with the day it is of where it waits.
fn dated(cell: Cell, held: &str) -> String {
    if held.is_empty() { cell.shown() } else { format!("{} (as at {})", cell.shown(), day(held)) }
}

fn some(name: &'static str, text: &str) -> Option<(&'static str, String)> {
    (!text.is_empty()).then(|| (name, text.to_owned()))
}

/// `24 November 2026` of `2026-11-24`.
fn day(iso: &str) -> String {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    match time::Date::parse(iso, form) {
        Ok(date) => format!("{} {} {}", date.day(), date.month(), date.year()),
        Err(_) => iso.to_owned(),
    }
}

/// A moment as a school reads it.
fn moment(at: OffsetDateTime) -> String {
    let at = london(at);
    format!("{} {} {}, {:02}:{:02}", at.day(), at.month(), at.year(), at.hour(), at.minute())
}
