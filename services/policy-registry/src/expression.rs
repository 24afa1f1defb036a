//! Expressions that stand in data: each is compiled once, however often it is used.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, RwLock},
};

use regex::{Regex, RegexBuilder};

/// The expressions of templates by their text; a template is checked before it is published.
static COMPILED: LazyLock<RwLock<HashMap<String, Option<Arc<Regex>>>>> = LazyLock::new(RwLock::default);
/// The most that are kept.
const MOST: usize = 2_000;
/// The largest one, in bytes.
const LARGEST: usize = 1 << 20;

/// An expression, read.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(LARGEST).build()
}

/// An expression, compiled; none where it is no expression.
pub(crate) fn compiled(pattern: &str) -> Option<Arc<Regex>> {
    if let Some(known) = COMPILED.read().ok().and_then(|known| known.get(pattern).cloned()) {
        return known;
    }
    let made = read(pattern).ok().map(Arc::new);
    if let Ok(mut known) = COMPILED.write() {
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(pattern.to_owned(), made.clone());
    }
    made
}
