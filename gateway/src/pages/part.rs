//! Small parts that many pages share.

use serde::{Deserialize, Serialize};

/// A link.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub href: String,
}

impl Link {
    /// A link.
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: href.into() }
    }
}

/// What stands at the top of every page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Head {
    /// The heading and the browser's title: never a person's name.
    pub title: String,
    /// What it belongs to, such as a case's reference; empty where nothing.
    pub caption: String,
    /// The way here, the home page first.
    pub crumbs: Vec<Link>,
}

impl Head {
    /// A page's head.
    pub fn new(title: impl Into<String>, crumbs: Vec<Link>) -> Self {
        Self { title: title.into(), caption: String::new(), crumbs }
    }

    /// With what it belongs to.
    #[must_use]
    pub fn of(mut self, caption: impl Into<String>) -> Self {
        self.caption = caption.into();
        self
    }
}

/// One line of a summary.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Row {
    /// What it is.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Where the value leads; empty for nowhere.
    pub href: String,
    /// Where it is changed; empty where it is not.
    pub change: String,
    /// What the change is called beyond "Change".
    pub change_text: String,
}

impl Row {
    /// A line.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into(), ..Self::default() }
    }

    /// A line where there is a value.
    pub fn some(key: impl Into<String>, value: Option<String>) -> Option<Self> {
        value.filter(|v| !v.is_empty()).map(|value| Self::new(key, value))
    }

    /// With where its value leads.
    #[must_use]
    pub fn to(mut self, href: impl Into<String>) -> Self {
        self.href = href.into();
        self
    }

    /// With where it is changed.
    #[must_use]
    pub fn change(mut self, href: impl Into<String>, text: impl Into<String>) -> Self {
        (self.change, self.change_text) = (href.into(), text.into());
        self
    }
}

/// Where a list begins, as the address says.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    /// The token that the page before gave; empty for the first one.
    #[serde(default)]
    pub page_token: String,
}

/// The way to the other pages of a list.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Pager {
    /// The first page; empty where this is it.
    pub first: String,
    /// The next page; empty where this is the last.
    pub next: String,
}

impl Pager {
    /// The pager of a page of `path`, whose query holds `filter` besides.
    pub fn new(path: &str, filter: &[(&str, &str)], page_token: &str, next_page_token: &str) -> Self {
        let with = |token: &str| {
            let set = filter.iter().copied().chain([("page_token", token)]).filter(|(_, value)| !value.is_empty());
            let query: Vec<String> = set.map(|(name, value)| format!("{name}={}", percent(value))).collect();
            if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
        };
        Self {
            first: if page_token.is_empty() { String::new() } else { with("") },
            next: if next_page_token.is_empty() { String::new() } else { with(next_page_token) },
        }
    }
}

/// A value as it stands in a query.
pub fn percent(value: &str) -> String {
    let plain = |c: u8| c.is_ascii_alphanumeric() || b"-_.~".contains(&c);
    value.bytes().map(|c| if plain(c) { char::from(c).to_string() } else { format!("%{c:02X}") }).collect()
}

/// A due date with the word that says how near it is.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Due {
    /// `overdue`, `due_today`, `due`; empty where there is none.
    pub code: String,
    /// The word and the date.
    pub text: String,
}

impl Due {
    /// A step's due date.
    pub fn new(word: &str, at: Option<&prost_types::Timestamp>) -> Self {
        let text = match (word, super::words::day(at)) {
            ("", None) => String::new(),
            ("", Some(day)) | ("due", Some(day)) => format!("Due {day}"),
            ("overdue", Some(day)) => format!("Overdue: was due {day}"),
            (word, _) => super::words::called(super::words::DUE, word),
        };
        Self { code: word.to_owned(), text }
    }
}
