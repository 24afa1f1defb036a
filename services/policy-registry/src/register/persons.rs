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

    /// Whether two persons that an entry names may be one: the same account or name, or one name with initials for what the
    /// other writes in full (“A Okafor” beside “Amara Okafor”), of which only somebody who knows both could tell.
    pub fn may_be_one(&self, one: &str, other: &str) -> bool {
        self.key(one) == self.key(other)
            || self.names(one).iter().any(|one| self.names(other).iter().any(|o| short(one, o)))
    }

    /// The plain names somebody goes by: of an account those it is known by.
    fn names(&self, person: &str) -> Vec<String> {
        if !person.starts_with("acc_") {
            return vec![plain(person)];
        }
        let theirs = self.accounts.iter().filter(|(_, account)| account.as_deref() == Some(person));
        theirs.map(|(name, _)| name.clone()).collect()
    }
}

/// Whether two plain names have one surname and first names of which one is the other's initial.
fn short(one: &str, other: &str) -> bool {
    let parts = |name: &str| -> Option<(String, String)> {
        let (first, rest) = name.split_once(' ')?;
        Some((first.trim_end_matches('.').to_owned(), rest.rsplit(' ').next()?.to_owned()))
    };
    let (Some((first, last)), Some((theirs, surname))) = (parts(one), parts(other)) else { return false };
    let initial = |a: &str, b: &str| a.chars().count() == 1 && b.starts_with(a);
    last == surname && (initial(&first, &theirs) || initial(&theirs, &first))
}

/// A name however it is spaced and whatever its capitals.
fn plain(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_no_second_person() {
        const AMARA: &str = "acc_00000000000000000000000001";
        let persons = Persons::of(&[], (AMARA, "Amara Okafor"));
        for (one, other, same) in [
            ("A Okafor", "Amara Okafor", true),
            ("amara  okafor", AMARA, true),
            ("A. Okafor", AMARA, true),
            ("B Okafor", AMARA, false),
            ("Ada Okafor", "Amara Okafor", false),
            ("A Okafor", "Amara Olofsson", false),
            ("Sam Whitlock", AMARA, false),
        ] {
            assert_eq!(persons.may_be_one(one, other), same, "{one}, {other}");
        }
    }
}
