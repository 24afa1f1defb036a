//! What surrounds every page: the authority, who is signed in, where they may go, whom to ring.

use serde::Serialize;

use super::{
    asset,
    brand::{Brand, Links},
    part::Link,
};

/// What the layout is given.
#[derive(Debug, Clone, Serialize)]
pub struct Frame {
    /// The authority's name.
    pub authority: String,
    /// The school the page belongs to; empty where none.
    pub school: String,
    /// Who is signed in.
    pub person: Option<Person>,
    /// What a form of somebody who is not signed in sends back; empty where the page has none.
    pub csrf: String,
    /// Where they may go.
    pub navigation: Vec<Item>,
    /// Whether they have to do with more than one school.
    pub switch: bool,
    /// Whom to ring, besides 999.
    pub contacts: Vec<Contact>,
    /// What was just done; empty where nothing.
    pub notice: String,
    /// What may be done next, where that is offered.
    pub next: Option<Link>,
    /// The request, for whoever looks into a fault.
    pub reference: String,
    /// The addresses of the files.
    pub files: Files,
    /// The authority's own look.
    pub brand: Links,
}

/// Who is signed in.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// The name shown to colleagues.
    pub name: String,
    /// What every form of theirs sends back.
    pub csrf: String,
}

/// One entry of the navigation.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// The entry.
    #[serde(flatten)]
    pub link: Link,
    /// Whether the page belongs under it.
    pub active: bool,
}

/// One body to ring, or to write to where it has no number.
#[derive(Debug, Clone, Serialize)]
pub struct Contact {
    /// What it is for.
    pub name: String,
    /// Its number or address.
    pub shown: String,
    /// The same as a link.
    pub href: String,
}

impl Contact {
    /// A contact by `tel` or `mailto`.
    pub fn new(name: &str, scheme: &str, value: &str) -> Self {
        let href = format!("{scheme}:{}", value.replace(' ', ""));
        Self { name: name.to_owned(), shown: value.to_owned(), href }
    }
}

/// The addresses of the files.
#[derive(Debug, Clone, Serialize)]
pub struct Files {
    sheet: String,
    own_sheet: String,
    script: String,
    icon: String,
    licences: String,
}

impl Default for Files {
    fn default() -> Self {
        Self {
            sheet: asset::path("govuk-frontend.css"),
            own_sheet: asset::path("hedgerow.css"),
            script: asset::path("hedgerow.js"),
            icon: asset::path("icon.svg"),
            licences: asset::path("licences.txt"),
        }
    }
}

impl Frame {
    /// The frame of a page for nobody in particular.
    pub fn bare(authority: &str, reference: &str) -> Self {
        Self {
            authority: authority.to_owned(),
            school: String::new(),
            person: None,
            csrf: String::new(),
            navigation: Vec::new(),
            switch: false,
            contacts: Vec::new(),
            notice: String::new(),
            next: None,
            reference: reference.to_owned(),
            files: Files::default(),
            brand: Links::default(),
        }
    }

    /// The same in the authority's own look.
    #[must_use]
    pub fn in_look(self, brand: &Brand) -> Self {
        Self { brand: brand.links().clone(), ..self }
    }
}
