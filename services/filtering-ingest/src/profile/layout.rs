//! How a product's lines are laid out: what tells one value from the next.

pub(crate) mod cef;
pub(crate) mod columns;
pub(crate) mod e2guardian;
pub(crate) mod header;
pub(crate) mod json;
pub(crate) mod leef;
pub(crate) mod logformat;
pub(crate) mod pairs;
pub(crate) mod template;

use super::slots::Escapes;
pub(crate) use super::slots::{Slot, Slots};
use crate::observation::Rejected;
pub use header::Header;

/// A layout.
#[derive(Debug, Clone)]
pub(crate) enum Layout {
    /// Values with fixed text between them; Squid's logformat too.
    Template(template::Template),
    /// e2guardian's first layout.
    Free(e2guardian::Free),
    /// Columns without names.
    Columns(columns::Columns),
    /// Columns with a row of names.
    Headed(header::Headed),
    /// `key=value`.
    Pairs(pairs::Pairs),
    /// CEF.
    Cef(cef::Cef),
    /// LEEF.
    Leef(leef::Leef),
    /// JSON.
    Json(json::Json),
}

impl Layout {
    /// How it writes what would end a value.
    pub fn escapes(&self) -> Escapes {
        match self {
            Self::Template(_) => Escapes::Backslash,
            Self::Columns(_) | Self::Headed(_) => Escapes::Doubled,
            Self::Cef(_) => Escapes::Cef,
            Self::Json(_) => Escapes::Json,
            Self::Free(_) | Self::Pairs(_) | Self::Leef(_) => Escapes::None,
        }
    }

    /// Whether its lines stand by their places: one that does not begin with a time is none of them.
    pub fn positional(&self) -> bool {
        matches!(self, Self::Template(_) | Self::Free(_) | Self::Columns(_) | Self::Headed(_))
    }

    /// The names a line gives, where it is a row of names.
    pub fn header(&self, line: &str) -> Option<Header> {
        match self {
            Self::Headed(headed) => headed.header(line),
            _ => None,
        }
    }

    /// Finds the values of a line.
    pub fn read<'a>(&self, line: &'a str, slots: &mut Slots<'a>, header: &mut Option<Header>) -> Result<(), Rejected> {
        match self {
            Self::Template(layout) => layout.read(line, slots),
            Self::Free(layout) => layout.read(line, slots),
            Self::Columns(layout) => layout.read(line, slots),
            Self::Headed(layout) => layout.read(line, slots, header),
            Self::Pairs(layout) => layout.read(line, slots),
            Self::Cef(layout) => layout.read(line, slots),
            Self::Leef(layout) => layout.read(line, slots),
            Self::Json(layout) => layout.read(line, slots),
        }
    }
}
