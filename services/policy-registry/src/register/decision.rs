//! Registers in which somebody asks and somebody else decides: who asked and who decided is entered by itself, so that nobody
//! decides in another's name.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Definition, Entry, value::Values, value::Violation};

/// How entries of a register are decided about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The choice that says how it was decided.
    pub field: String,
    /// What it holds while nobody has.
    pub waits: String,
    /// The roles that decide.
    pub by: Vec<String>,
    /// The roles that enter beside them what was done after a decision.
    #[serde(default)]
    pub done_by: Vec<String>,
    /// The fields that say what was done; where none is named, every field that is still empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub done: Vec<String>,
    /// The days by which it is wanted: one that passed while nobody had decided stands in no decision's way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wanted: Vec<String>,
    /// The person who asked.
    pub asked_by: String,
    /// The person who decided.
    pub decided_by: String,
}

const WAS_DONE: &str = "Correct the entry in place of withdrawing it: what was done stays on record";
const STAYS: &str = "Enter what is right in place of clearing it: what was done stays on record";
const TO_OTHERS: &str = "Leave it to whoever asked, or to those who decide";

/// Whether what stands for a person is an account, and not the name of somebody who has none.
fn is_account(person: &str) -> bool {
    person.starts_with("acc_")
}

/// Whoever adds an entry.
#[derive(Debug, Clone, Copy)]
pub struct Adds<'a> {
    /// Their roles.
    pub roles: &'a [String],
    /// Their account.
    pub account: &'a str,
}

impl Adds<'_> {
    fn one_of(&self, roles: &[String]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }
}

/// What an entry does to a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    None,
    /// It asks for one.
    Asked,
    /// It is one: which, and which account had asked, where it was one.
    Decided {
        /// The decision.
        decision: String,
        /// The account; empty where a name stands there.
        asked_by: String,
    },
}

impl Decision {
    /// What values say of the decision; `else_` where they say nothing.
    fn said<'a>(&'a self, values: &'a Values, else_: &'a str) -> &'a str {
        let said = values.get(&self.field).and_then(|values| values.first()).map(|value| value.trim());
        said.filter(|said| !said.is_empty()).unwrap_or(else_)
    }

    /// What an entry says of it.
    fn of<'a>(&'a self, entry: Option<&'a Entry>) -> &'a str {
        entry.map_or(self.waits.as_str(), |entry| self.said(&entry.values, &self.waits))
    }

    /// The values with who asked and who decided; `earlier` is the entry they take the place of.
    ///
    /// # Errors
    /// The field where somebody decides who does not, or changes what others asked for.
    pub fn entered(&self, mut given: Values, earlier: Option<&Entry>, adds: Adds<'_>) -> Result<Values, Violation> {
        let was = self.of(earlier);
        let now = self.said(&given, was).to_owned();
        let violation = |fix: &str| Violation { field: self.field.clone(), fix: fix.to_owned() };
        if !adds.one_of(&self.by) {
            if !now.eq_ignore_ascii_case(was) {
                return Err(violation(&self.leave(was)));
            }
            if !earlier.is_none_or(|entry| self.waits_for(entry, adds)) && !adds.one_of(&self.done_by) {
                return Err(violation(TO_OTHERS));
            }
        }
        let mut set = |field: &str, value: &str| {
            if !value.is_empty() {
                given.insert(field.to_owned(), vec![value.to_owned()]);
            }
        };
        if !now.eq_ignore_ascii_case(was) && !now.eq_ignore_ascii_case(&self.waits) {
            set(&self.decided_by, adds.account);
        } else if let Some(before) = earlier.filter(|_| was != self.waits) {
            set(&self.decided_by, before.one(&self.decided_by));
        }
        set(&self.field, &now);
        // Whoever asked stays who they are, and is the account that entered it, whatever is sent: under another's name
        // somebody could decide on what they asked for themselves. An older entry that holds a name was asked for by the
        // account that added it.
        let asked_by = match earlier {
            None => adds.account,
            Some(entry) if is_account(entry.one(&self.asked_by)) => entry.one(&self.asked_by),
            Some(entry) => entry.account.as_ref().map_or(entry.one(&self.asked_by), |account| account.as_str()),
        };
        set(&self.asked_by, asked_by);
        Ok(given)
    }

    /// The values with whoever changes what was decided about as the one who decided, where the decision stays as it is: what
    /// somebody approved does not become something else in their name. None where nothing of that changes.
    pub fn restated(&self, values: &Values, earlier: Option<&Entry>, adds: Adds<'_>) -> Option<Values> {
        let earlier = earlier.filter(|earlier| {
            let was = self.of(Some(*earlier));
            adds.one_of(&self.by) && was != self.waits && self.said(values, &self.waits) == was
        })?;
        let changed = |field: &String| !self.by_itself(field) && values.get(field) != earlier.values.get(field);
        let more = values.keys().filter(|_| !self.done.is_empty());
        let changes = earlier.values.keys().chain(more).any(changed);
        (changes && earlier.one(&self.decided_by) != adds.account && !adds.account.is_empty()).then(|| {
            let mut values = values.clone();
            values.insert(self.decided_by.clone(), vec![adds.account.to_owned()]);
            values
        })
    }

    /// Whether a field is entered by itself, or says what was done after a decision.
    fn by_itself(&self, field: &str) -> bool {
        [&self.field, &self.asked_by, &self.decided_by].into_iter().chain(&self.done).any(|own| own == field)
    }

    /// Whether an entry is what somebody asked for themselves, and nobody has decided yet.
    fn waits_for(&self, entry: &Entry, adds: Adds<'_>) -> bool {
        let account = entry.account.as_ref().map(|account| account.as_str());
        self.of(Some(entry)) == self.waits && account == Some(adds.account)
    }

    /// Whether somebody may withdraw an entry: those who decide, and whoever asked while nobody has. What was done stays on record.
    ///
    /// # Errors
    /// The field, where they may not.
    pub fn withdrawn(&self, entry: &Entry, adds: Adds<'_>) -> Result<(), Violation> {
        if let Some(done) = self.done.iter().find(|field| !entry.one(field).is_empty()) {
            return Err(Violation { field: done.clone(), fix: WAS_DONE.to_owned() });
        }
        if adds.one_of(&self.by) || self.waits_for(entry, adds) {
            return Ok(());
        }
        Err(Violation { field: self.field.clone(), fix: TO_OTHERS.to_owned() })
    }

    /// Whether values leave what was asked for and decided as it is: those who enter what was done add to it, put right what they
    /// entered of that, and change nothing else that stood there. Who asked is entered by itself.
    ///
    /// # Errors
    /// The field that they change.
    pub fn left(&self, values: &Values, earlier: Option<&Entry>, adds: Adds<'_>) -> Result<(), Violation> {
        let Some(earlier) = earlier.filter(|entry| !adds.one_of(&self.by) && !self.waits_for(entry, adds)) else {
            return Ok(());
        };
        let says = |field: &String| values.get(field).is_some_and(|said| said.iter().any(|one| !one.trim().is_empty()));
        let done = |field: &String| adds.one_of(&self.done_by) && self.done.contains(field);
        let mut held = earlier.values.iter().filter(|(field, was)| {
            let put_right = done(field) && says(field);
            **field != self.asked_by && !was.is_empty() && !put_right
        });
        let changed = held.find(|(field, was)| values.get(*field) != Some(*was)).map(|(field, _)| field);
        // What was weighed, and who consented, is no part of what was done.
        let mut more = values.keys().filter(|field| !self.done.is_empty() && !self.by_itself(field));
        let added = more.find(|field| !earlier.values.contains_key(*field));
        match changed.or(added) {
            Some(field) => {
                let fix = if done(field) { STAYS } else { TO_OTHERS };
                Err(Violation { field: field.clone(), fix: fix.to_owned() })
            }
            None => Ok(()),
        }
    }

    fn leave(&self, was: &str) -> String {
        let roles: Vec<String> = self.by.iter().map(|role| role.replace('_', " ")).collect();
        format!("Leave it at “{}”: it is decided by {}", was.replace('_', " "), roles.join(", "))
    }

    /// What a line of a file says of a decision. A table decides nothing: neither who asked nor who decided could be known
    /// of it.
    pub fn beyond(&self, values: &Values) -> Option<Violation> {
        let waits = self.waits.replace('_', " ");
        let fix = format!("Leave it at “{waits}”: a table decides nothing. Decide about it where it is entered");
        let said = self.said(values, &self.waits);
        let decided = !said.eq_ignore_ascii_case(&self.waits) && !said.eq_ignore_ascii_case(&waits);
        decided.then(|| Violation { field: self.field.clone(), fix })
    }

    /// Enters whoever brings a line of a file as the one who asks for it.
    pub fn brought(&self, values: &mut Values, account: &str) {
        if !account.is_empty() && self.beyond(values).is_none() {
            values.insert(self.asked_by.clone(), vec![account.to_owned()]);
        }
    }

    /// Whether a field says what was asked for, and not who asked, who decided or how.
    fn asks(&self, field: &str) -> bool {
        [&self.field, &self.asked_by, &self.decided_by].iter().all(|of| of.as_str() != field)
    }

    /// What a new entry did.
    pub fn step(&self, entry: &Entry, earlier: Option<&Entry>) -> Step {
        let (was, now) = (self.of(earlier), self.of(Some(entry)));
        if now != was && now != self.waits {
            let asked_by = entry.one(&self.asked_by);
            let asked_by = if is_account(asked_by) { asked_by.to_owned() } else { String::new() };
            return Step::Decided { decision: now.to_owned(), asked_by };
        }
        if earlier.is_none() && now == self.waits { Step::Asked } else { Step::None }
    }
}

/// What was asked for in a register, so that a line of a file is known again whoever brings it and whatever was decided
/// about it since the file was written.
#[derive(Debug)]
pub struct Asked<'a> {
    definition: &'a Definition,
    decision: &'a Decision,
    /// By what every request says.
    entries: HashMap<Vec<Vec<String>>, Vec<&'a Entry>>,
}

impl<'a> Asked<'a> {
    /// Of the standing entries of a register; none where nothing is decided in it.
    pub fn of(definition: &'a Definition, standing: impl Iterator<Item = &'a Entry>) -> Option<Self> {
        let decision = definition.decision.as_ref()?;
        let mut asked = Self { definition, decision, entries: HashMap::new() };
        for entry in standing {
            let key = asked.key(&entry.values);
            asked.entries.entry(key).or_default().push(entry);
        }
        Some(asked)
    }

    fn key(&self, values: &Values) -> Vec<Vec<String>> {
        let every = self.definition.fields.iter().filter(|field| field.required && self.decision.asks(&field.key));
        every.map(|field| values.get(&field.key).cloned().unwrap_or_default()).collect()
    }

    /// Whether a line that waits for a decision asks for what an entry asks for. One that was decided about says more.
    pub fn has(&self, line: &Values) -> bool {
        if self.decision.beyond(line).is_some() {
            return false;
        }
        let said = |values: &Values| values.keys().filter(|field| self.decision.asks(field)).count();
        let same = |entry: &&Entry| {
            let mut asked = line.iter().filter(|(field, _)| self.decision.asks(field));
            let waits = self.decision.of(Some(*entry)) == self.decision.waits;
            asked.all(|(field, value)| entry.values.get(field) == Some(value))
                && (!waits || said(line) == said(&entry.values))
        };
        self.entries.get(&self.key(line)).is_some_and(|entries| entries.iter().any(same))
    }
}

impl Definition {
    /// The values as they are entered by somebody.
    ///
    /// # Errors
    /// The field where somebody decides who does not.
    pub fn entered(&self, given: Values, earlier: Option<&Entry>, adds: Adds<'_>) -> Result<Values, Violation> {
        match &self.decision {
            Some(decision) => decision.entered(given, earlier, adds),
            None => Ok(given),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::register::tests::{entry, shipped};

    const ASKED: &[(&str, &str)] =
        &[("on", "2026-11-23"), ("site", "maps.example"), ("why", "W"), ("for_whom", "class")];

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect()
    }

    fn decision() -> Decision {
        let definitions = shipped();
        let requests = definitions.into_iter().find(|definition| definition.key == "unblock-requests");
        requests.and_then(|definition| definition.decision).unwrap()
    }

    #[test]
    fn whoever_asks_is_entered_and_only_those_who_decide_decide() {
        let decision = decision();
        let (staff, lead, it) = (["staff".to_owned()], ["dsl".to_owned()], ["it".to_owned()]);
        let adds = |roles: &'static str| match roles {
            "staff" => Adds { roles: &staff, account: "acc_staff" },
            "lead" => Adds { roles: &lead, account: "acc_lead" },
            _ => Adds { roles: &it, account: "acc_it" },
        };
        let asked = decision.entered(values(ASKED), None, adds("staff")).unwrap();
        assert_eq!((asked["asked_by"][0].as_str(), asked["decision"][0].as_str()), ("acc_staff", "asked"));
        let approved = values(&[ASKED, &[("decision", "approved"), ("decided_by", "The head")]].concat());
        for role in ["staff", "it"] {
            let refused = decision.entered(approved.clone(), None, adds(role)).unwrap_err();
            assert_eq!(refused.field, "decision", "{}", refused.fix);
        }
        // Nobody decides in another's name.
        assert_eq!(decision.entered(approved.clone(), None, adds("lead")).unwrap()["decided_by"], ["acc_lead"]);
        // Nor does a table, whoever brings it; and whoever brings it asks.
        assert!(decision.beyond(&approved).is_some());
        let mut brought = values(&[ASKED, &[("asked_by", "Mr Smith")]].concat());
        decision.brought(&mut brought, "acc_lead");
        assert!(decision.beyond(&brought).is_none() && brought["asked_by"] == ["acc_lead"]);

        let pairs: Vec<(&str, &str)> = asked.iter().map(|(key, value)| (key.as_str(), value[0].as_str())).collect();
        let waiting = entry(1, "unblock-requests", &pairs);
        // What others asked for is theirs, and those who put it in place enter that.
        assert!(decision.entered(asked.clone(), Some(&waiting), adds("staff")).is_err());
        assert!(decision.entered(asked.clone(), Some(&waiting), adds("it")).is_ok());
        assert_eq!(decision.step(&waiting, None), Step::Asked);
        // Nobody asks in another's name either: deciding, the lead would pass off their own request as somebody else's.
        for (given, earlier, asked_by) in [
            (&[ASKED, &[("asked_by", "acc_other")]].concat(), None, "acc_lead"),
            (&[ASKED, &[("asked_by", "Mr Smith"), ("decision", "approved")]].concat(), None, "acc_lead"),
            (&[ASKED, &[("asked_by", "Mr Smith"), ("decision", "approved")]].concat(), Some(&waiting), "acc_staff"),
            (&[ASKED, &[("asked_by", "acc_other"), ("decision", "approved")]].concat(), Some(&waiting), "acc_staff"),
        ] {
            let entered = decision.entered(values(given), earlier, adds("lead")).unwrap();
            assert_eq!(entered["asked_by"], [asked_by], "{given:?}");
        }
        // What an earlier release entered under a name was asked for by the account that added it.
        let account: chassis::id::AccountId = "acc_00000000000000000000000001".parse().unwrap();
        let named = Entry {
            account: Some(account),
            ..entry(1, "unblock-requests", &[ASKED, &[("asked_by", "Mr Smith"), ("decision", "asked")]].concat())
        };
        let entered = decision.entered(values(ASKED), Some(&named), adds("lead")).unwrap();
        assert_eq!(entered["asked_by"], ["acc_00000000000000000000000001"]);
        // Those who put it in place take nothing back that others asked for.
        assert!(
            decision.withdrawn(&waiting, adds("it")).is_err() && decision.withdrawn(&waiting, adds("lead")).is_ok()
        );
        let decided = values(&[&pairs[..], &[("decision", "refused"), ("decided_by", "acc_lead")]].concat());
        let pairs: Vec<(&str, &str)> = decided.iter().map(|(key, value)| (key.as_str(), value[0].as_str())).collect();
        let decided = entry(2, "unblock-requests", &pairs);
        let told = Step::Decided { decision: "refused".into(), asked_by: "acc_staff".into() };
        assert_eq!(decision.step(&decided, Some(&waiting)), told);
        assert_eq!(decision.step(&decided, Some(&decided)), Step::None);
        // What was done afterwards leaves the decision as it is.
        let mut done = asked;
        done.remove("decision");
        let done = decision.entered(done, Some(&decided), adds("it")).unwrap();
        assert_eq!((done["decision"][0].as_str(), done["decided_by"][0].as_str()), ("refused", "acc_lead"));
        let mut more = decided.values.clone();
        more.insert("change".to_owned(), vec!["ren_1".to_owned()]);
        assert!(decision.left(&more, Some(&decided), adds("it")).is_ok(), "they add what was done");
        // What they entered of that they put right, and never clear.
        let linked = Entry { values: more.clone(), ..decided.clone() };
        more.insert("change".to_owned(), vec!["ren_2".to_owned()]);
        assert!(decision.left(&more, Some(&linked), adds("it")).is_ok(), "a wrong one is corrected");
        assert!(decision.left(&more, Some(&linked), adds("staff")).is_err(), "and by nobody else");
        let cleared = decision.left(&decided.values, Some(&linked), adds("it")).unwrap_err();
        assert_eq!((cleared.field.as_str(), cleared.fix.as_str()), ("change", STAYS));
        more.insert("site".to_owned(), vec!["games.example".to_owned()]);
        let changed = decision.left(&more, Some(&decided), adds("it")).unwrap_err();
        assert_eq!(changed.field, "site", "nobody decided about that one");
        assert!(decision.left(&more, Some(&decided), adds("lead")).is_ok());
        let mut forged = decided.values.clone();
        forged.insert("until".to_owned(), vec!["2027-03-27".to_owned()]);
        let added = decision.left(&forged, Some(&decided), adds("it")).unwrap_err();
        assert_eq!(added.field, "until", "they say what was done, and nothing that others decide");
    }

    #[test]
    fn what_somebody_approved_becomes_nothing_else_in_their_name() {
        let (decision, lead) = (decision(), ["dsl".to_owned()]);
        let adds = |account| Adds { roles: &lead, account };
        let pairs = [ASKED, &[("asked_by", "acc_lead"), ("decision", "approved"), ("decided_by", "acc_head")]].concat();
        let decided = entry(1, "unblock-requests", &pairs);
        let mut values = decided.values.clone();
        assert_eq!(decision.restated(&values, Some(&decided), adds("acc_lead")), None, "nothing changes");
        values.insert("change".to_owned(), vec!["ren_1".to_owned()]);
        assert_eq!(decision.restated(&values, Some(&decided), adds("acc_lead")), None, "what was done is no decision");
        let done = Entry { values: values.clone(), ..decided.clone() };
        let stays = decision.withdrawn(&done, adds("acc_lead")).unwrap_err();
        assert_eq!(stays.field, "change", "nor is it withdrawn");
        values.insert("site".to_owned(), vec!["games.example".to_owned()]);
        let restated = decision.restated(&values, Some(&decided), adds("acc_lead")).unwrap();
        assert_eq!(restated["decided_by"], ["acc_lead"], "and the gate before one’s own request is shut");
        assert_eq!(decision.restated(&values, Some(&decided), adds("acc_head")), None, "it is theirs already");
    }
}
