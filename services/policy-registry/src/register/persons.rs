//! Who is who: a register names a person by account or by name, and what somebody does in their own name is entered
//! under their account. Both are one person.

use std::collections::HashMap;

use super::Entry;

/// The accounts that are known by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Persons {
    /// By plain name: the account; none where several accounts are shown by that name.
    accounts: HashMap<String, Option<String>>,
}

impl Persons {
    /// What the entries of a school tell, each of which says by whom it was added; and whoever asks now.
    pub fn of(entries: &[Entry], asks: (&str, &str)) -> Self {
        let added = entries.iter().filter_map(|entry| Some((entry.account.as_ref()?.as_str(), entry.name.as_str())));
        let mut accounts: HashMap<String, Option<String>> = HashMap::new();
        for (account, name) in added.chain([asks]).filter(|(account, name)| !account.is_empty() && !name.is_empty()) {
            let known = accounts.entry(plain(name)).or_insert_with(|| Some(account.to_owned()));
            if known.as_deref().is_some_and(|known| known != account) {
                *known = None;
            }
        }
        Self { accounts }
    }

    /// What a person goes by, whether an entry holds their account or their name.
    pub fn key(&self, person: &str) -> String {
        if person.starts_with("acc_") {
            return person.to_owned();
        }
        let name = plain(person);
        self.accounts.get(&name).cloned().flatten().unwrap_or(name)
    }
}

/// A name however it is spaced and whatever its capitals.
fn plain(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
