//! A page of entries beneath a policy: comments, reviews and lessons, each with what can be done about it.

use serde::Serialize;

use crate::pages::{
    Page,
    form::Form,
    part::{Head, Link, Pager, Row},
};

/// A page of entries.
#[derive(Debug, Default, Serialize)]
pub struct Entries {
    pub head: Head,
    /// What to know first, a paragraph each.
    pub lead: Vec<String>,
    pub rows: Vec<Row>,
    /// What is shown this once; empty where nothing.
    pub once: String,
    pub acts: Vec<Form>,
    pub links: Vec<Link>,
    pub entries: Vec<Entry>,
    /// What it says where there are none.
    pub none: &'static str,
    pub pager: Pager,
    pub form: Option<Form>,
}

/// One of them.
#[derive(Debug, Default, Serialize)]
pub struct Entry {
    pub title: String,
    pub rows: Vec<Row>,
    pub acts: Vec<Form>,
    pub links: Vec<Link>,
}

impl Page for Entries {
    const TEMPLATE: &'static str = "entries.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let act = |button: &str| Form::new("/x", button, "1".into(), Vec::new());
        let entry = Entry {
            title: "Staff".into(),
            rows: vec![Row::new("What was said", "Say who stands in."), Row::new("Answer", "None yet")],
            acts: vec![act("Put it to the authority")],
            links: vec![Link::new("Answer the comment", "/x")],
        };
        let gone = chassis::error::Error::wrong_state("the policy is approved: no consultation on it is open");
        let mut pages = vec![
            Self {
                head: Head::new("Comments", vec![Link::new("Home", "/")]).of("Version 2"),
                lead: vec!["Name nobody.".into()],
                rows: vec![Row::new("Last day for comments", "1 December 2026")],
                acts: vec![act("Close the consultation")],
                links: vec![Link::new("Record a comment", "/x")],
                entries: vec![entry],
                ..Self::default()
            },
            Self {
                head: Head::new("Calendar", vec![Link::new("Home", "/")]),
                once: "https://example.org/calendar/0f0f.ics".into(),
                none: "There is none yet.",
                form: Some(act("Close").refused(&gone, "")),
                ..Self::default()
            },
        ];
        pages.extend(crate::console::notices::samples());
        pages.extend(crate::console::webhook::samples());
        pages.extend(crate::console::sender::samples());
        pages.extend(crate::console::tables::question::samples());
        pages
    }
}
