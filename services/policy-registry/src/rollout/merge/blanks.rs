//! The blanks: those that are new and needed, those that are gone though filled, and values that are no longer allowed.

use super::{Merging, Texts};
use crate::{
    instance::{
        Instance,
        proposal::{Change, Kind},
    },
    template::Definition,
};

impl Merging<'_> {
    pub(super) fn blanks(&mut self, own: &Instance) {
        let plan = self.plan;
        for (&key, change) in &plan.parameters {
            let filled = own.parameters.iter().find(|parameter| parameter.key == key && !parameter.values.is_empty());
            let values = filled.map(|parameter| parameter.values.as_slice()).unwrap_or_default();
            let area = key == "area" || key.starts_with("area.");
            let what = match change.theirs {
                None if values.is_empty() => None,
                None => Some(Change::Removed),
                Some(_) if area => None,
                Some(theirs) if !values.is_empty() => theirs.accepts(values).is_err().then_some(Change::Changed),
                Some(theirs) => (needed(theirs) && !change.base.is_some_and(needed))
                    .then_some(if change.base.is_none() { Change::Added } else { Change::Changed }),
            };
            let Some(what) = what else {
                self.moved += 1;
                continue;
            };
            let texts = Texts {
                base: change.base.map(described).unwrap_or_default(),
                own: values.join("\n"),
                template: change.theirs.map(described).unwrap_or_default(),
                suggested: String::new(),
            };
            self.offer(Kind::Parameter, key, change.title, what, texts, Vec::new());
        }
    }
}

/// True where no version comes into force without a value of the school's.
fn needed(definition: &Definition) -> bool {
    definition.required && definition.default.is_empty()
}

/// What may stand in a blank, in words.
fn described(definition: &Definition) -> String {
    let mut parts = vec![definition.kind.name().to_owned()];
    if !definition.allowed.is_empty() {
        let allowed: Vec<&str> = definition.allowed.iter().map(|allowed| allowed.value.as_str()).collect();
        parts.push(format!("allowed: {}", allowed.join(", ")));
    }
    if !definition.default.is_empty() {
        parts.push(format!("where the school says nothing: {}", definition.default.join(", ")));
    }
    if definition.required {
        parts.push("every policy needs it".to_owned());
    }
    parts.join("; ")
}
