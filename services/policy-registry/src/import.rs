//! Reads a school's own policy against the template: what became of every paragraph, and the blanks it fills.

pub mod account;
mod align;
mod chain;
pub mod dates;
mod lists;
mod parameters;
mod prepared;
pub mod similarity;
pub mod wording;

use std::{collections::BTreeSet, panic::resume_unwind, thread};

use crate::{document::Document, parameter::Parameter, template::Template};

/// What a document turned out to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// What became of each paragraph, in the document's order.
    pub fates: Vec<Fate>,
    /// The blanks it fills.
    pub parameters: Vec<Parameter>,
    /// The section each paragraph's heading leads to, and the heading where it is one that the template does not know.
    pub under: Vec<(String, Option<String>)>,
    /// The places of the paragraphs that were found out of the template's order.
    pub moved: BTreeSet<usize>,
}

/// What became of one paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Its words are the clause's, the blanks filled.
    Matched {
        /// The clause.
        clause: String,
        /// How alike they are, 0 to 100.
        percent: u8,
    },
    /// It is on a clause's matter and says something else.
    Amended {
        /// The clause.
        clause: String,
        /// How alike they are, 0 to 100.
        percent: u8,
    },
    /// Only this school has it.
    Added {
        /// The section it stands in; empty where none was recognised.
        section: String,
    },
    /// It is no policy text.
    Ignored(Why),
}

/// Why a paragraph was set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A line of the contents list.
    ContentsList,
    /// Something before the body.
    FrontMatter,
    /// A heading.
    Heading,
    /// A line of the signature block.
    SignatureBlock,
    /// A bullet with nothing behind it.
    BlankBullet,
    /// Addresses and what to call them.
    Links,
    /// Printed on every page.
    PageMargin,
}

impl Why {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::ContentsList => "contents_list",
            Self::FrontMatter => "front_matter",
            Self::Heading => "heading",
            Self::SignatureBlock => "signature_block",
            Self::BlankBullet => "blank_bullet",
            Self::Links => "links",
            Self::PageMargin => "page_margin",
        }
    }
}

/// Reads a document against a template.
pub fn read(document: &Document, template: &Template) -> Import {
    // Neither needs the other, and each takes its time.
    let (aligned, mut parameters) = thread::scope(|scope| {
        let aligned = scope.spawn(|| prepared::Aligner::of(template).align(document));
        let parameters = parameters::find(document, template);
        (aligned.join().unwrap_or_else(|panic| resume_unwind(panic)), parameters)
    });
    parameters::captured(&mut parameters, document, template, &aligned.clauses);
    let fates = aligned.fates(document, template, &parameters);
    let under = aligned.sections.into_iter().zip(aligned.titles).collect();
    Import { fates, parameters, under, moved: aligned.moved }
}

pub use account::{Account, AccountedClause, AccountedDocument, AccountedParameter};
pub use lists::homes;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
