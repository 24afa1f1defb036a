//! Registers in which somebody else confirms what was entered: under their own account, so that nobody confirms in another's
//! name. What was confirmed at a meeting is entered with its minute.

use serde::{Deserialize, Serialize};

use super::{Entry, value::Values, value::Violation};

/// How entries of a register are confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The roles that confirm.
    pub by: Vec<String>,
    /// The person who did: their account.
    pub who: String,
    /// The day on which they did.
    pub on: String,
}

const TO_THEM: &str = "Leave it to the governor, who confirms it under their own account; or enter who confirmed it at which \
                       meeting, with the minute";
const NOTHING_ELSE: &str =
    "Confirm what stands there, or ask whoever entered it to correct it: you change nothing else";

impl Confirmation {
    /// Whether one of the roles confirms.
    pub fn may(&self, roles: &[String]) -> bool {
        roles.iter().any(|role| self.by.contains(role))
    }

    fn content<'a>(&'a self, values: &'a Values) -> impl Iterator<Item = (&'a String, &'a Vec<String>)> {
        values
            .iter()
            .filter(move |(key, held)| **key != self.who && **key != self.on && held.iter().any(|one| !one.is_empty()))
    }

    /// The values as whoever keeps the register enters them. Under a name of their own account nobody is confirmed to have
    /// done so, and what somebody confirmed under theirs is confirmed no more once it says something else.
    ///
    /// # Errors
    /// The field of who confirmed, where somebody is entered there.
    pub fn kept(&self, mut given: Values, earlier: Option<&Entry>) -> Result<Values, Violation> {
        let before = earlier.map(|entry| entry.all(&self.who)).unwrap_or_default();
        let said = given.get(&self.who).filter(|said| said.iter().any(|one| !one.trim().is_empty()));
        if said.is_some_and(|said| *said != before) {
            return Err(Violation { field: self.who.clone(), fix: TO_THEM.to_owned() });
        }
        given.remove(&self.who);
        let Some(earlier) = earlier.filter(|_| !before.is_empty()) else { return Ok(given) };
        let on = earlier.all(&self.on);
        if self.content(&given).eq(self.content(&earlier.values)) {
            given.insert(self.who.clone(), before);
            given.insert(self.on.clone(), on);
        } else if given.get(&self.on) == Some(&on) {
            given.remove(&self.on);
        }
        Ok(given)
    }

    /// The values of an entry that somebody confirms under their account on a day.
    ///
    /// # Errors
    /// The field that they change besides.
    pub fn confirmed(&self, given: &Values, earlier: &Entry, account: &str, day: &str) -> Result<Values, Violation> {
        let changed = |key: &&String| given.get(*key).is_some_and(|said| *said != earlier.all(key));
        let mut others = given.keys().filter(|key| **key != self.who && **key != self.on);
        if let Some(field) = others.find(changed) {
            return Err(Violation { field: field.clone(), fix: NOTHING_ELSE.to_owned() });
        }
        let mut values = earlier.values.clone();
        values.insert(self.who.clone(), vec![account.to_owned()]);
        values.insert(self.on.clone(), vec![day.to_owned()]);
        Ok(values)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::register::tests::{entry, shipped};

    #[test]
    fn a_review_is_confirmed_under_ones_own_account_and_by_nobody_in_anothers_name() {
        let definitions = shipped();
        let reviews = definitions.iter().find(|definition| definition.key == "filter-reviews").unwrap();
        let confirmation = reviews.confirmation.as_ref().unwrap();
        let values = |pairs: &[(&str, &str)]| entry(1, "filter-reviews", pairs).values;
        let review: &[(&str, &str)] = &[("on", "2026-10-12"), ("outcome", "It suits")];
        let standing = entry(1, "filter-reviews", review);
        for (earlier, name) in [(None, "Farah Siddiqui"), (Some(&standing), "acc_00000000000000000000000001")] {
            let signed = values(&[review, &[("confirmed_by", name), ("confirmed_on", "2026-10-13")]].concat());
            assert_eq!(confirmation.kept(signed, earlier).unwrap_err().field, "confirmed_by");
        }
        let mine = confirmation.confirmed(&Values::new(), &standing, "acc_gov", "2026-10-14").unwrap();
        assert_eq!((mine["confirmed_by"][0].as_str(), mine["outcome"][0].as_str()), ("acc_gov", "It suits"));
        let other = confirmation.confirmed(&values(&[("outcome", "It does not")]), &standing, "acc_gov", "2026-10-14");
        assert_eq!(other.unwrap_err().field, "outcome");
        // It stays confirmed while it says the same, and no longer.
        let confirmed = Entry { values: mine, ..standing };
        let same = confirmation.kept(values(review), Some(&confirmed)).unwrap();
        assert_eq!(same, confirmed.values);
        let changed = confirmation.kept(values(&[("outcome", "It does not")]), Some(&confirmed)).unwrap();
        assert!(!changed.contains_key("confirmed_by"), "{changed:?}");
    }
}
