//! What a case is put under: the four Cs, and where the kind of incident has them, its own kinds. Both may turn out
//! otherwise than at the opening; what was said before is kept.

use serde::{Deserialize, Serialize};

use super::{By, Case, Refusal, record::Stamp};

/// The four Cs (requirement R-004).
pub const RISKS: [&str; 4] = ["content", "contact", "conduct", "commerce"];

/// The kinds of incident that need not be online: general welfare, an adult at the school, lost data. None of the four Cs may be
/// true of one, and a wrong one would go into the figures.
const OFTEN_OFFLINE: [&str; 4] = ["P0", "P9", "P10", "P11"];

/// What is wrong with the four Cs said of a kind of incident; nothing where they are right.
pub fn wrong_risks(procedure_id: &str, risks: &[String]) -> Option<String> {
    if risks.iter().any(|risk| !RISKS.contains(&risk.as_str())) {
        return Some(format!("Select from: {}", RISKS.join(", ")));
    }
    let needed = risks.is_empty() && !OFTEN_OFFLINE.contains(&procedure_id);
    needed.then(|| {
        let others = OFTEN_OFFLINE.join(", ");
        format!("Select content, contact, conduct or commerce: only the kinds {others} can be without")
    })
}

/// The kinds of online sexual harm between children (requirement R-260).
const SEXUAL_HARM: [&str; 5] = ["shared_images", "sexualised_bullying", "coercion", "sexual_remarks", "exploitation"];

/// The kinds that a kind of incident has; none where it has none.
pub fn kinds(procedure_id: &str) -> &'static [&'static str] {
    match procedure_id {
        "P1" => &SEXUAL_HARM,
        _ => &[],
    }
}

/// That a case was put under something else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classed {
    /// The four Cs before.
    pub risks_before: Vec<String>,
    /// The kinds before.
    pub kinds_before: Vec<String>,
    /// The four Cs from then on.
    pub risks: Vec<String>,
    /// The kinds from then on.
    pub kinds: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who, and when.
    pub stamp: Stamp,
}

impl Case {
    /// The four Cs it was opened under.
    pub fn risks_at_opening(&self) -> &[String] {
        self.classes.first().map_or(&self.risks, |first| &first.risks_before)
    }

    /// Puts it under these from now on. Lists are in the order of their codes, each once.
    pub fn classify(&mut self, by: By<'_>, risks: &[String], kinds: &[String], reason: String) -> Result<(), Refusal> {
        self.working()?;
        if let Some(fix) = wrong_risks(&self.procedure.id, risks) {
            return Err(Refusal::Field("risks", fix));
        }
        let known = self::kinds(&self.procedure.id);
        if kinds.iter().any(|kind| !known.contains(&kind.as_str())) {
            let fix = match known {
                [] => "Leave it out: this kind of incident has no kinds of its own".to_owned(),
                known => format!("Select from: {}", known.join(", ")),
            };
            return Err(Refusal::Field("kinds", fix));
        }
        let among = |codes: &[&str], said: &[String]| -> Vec<String> {
            codes.iter().filter(|code| said.iter().any(|one| one == *code)).map(|code| (*code).to_owned()).collect()
        };
        let (risks, kinds) = (among(&RISKS, risks), among(known, kinds));
        if among(&RISKS, &self.risks) == risks && self.kinds == kinds {
            return Err(Refusal::State("the case says so already"));
        }
        self.classes.push(Classed {
            risks_before: std::mem::replace(&mut self.risks, risks.clone()),
            kinds_before: std::mem::replace(&mut self.kinds, kinds.clone()),
            risks,
            kinds,
            reason,
            stamp: by.stamp(),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_need_not_be_online_is_under_none_of_the_four() {
        let wrong = |procedure: &str, risks: &[&str]| {
            let risks: Vec<String> = risks.iter().map(|risk| (*risk).to_owned()).collect();
            wrong_risks(procedure, &risks).is_some()
        };
        for procedure in ["P0", "P9", "P10", "P11"] {
            assert!(!wrong(procedure, &[]) && !wrong(procedure, &["conduct"]), "{procedure}");
        }
        assert!(wrong("P1", &[]) && wrong("P4", &[]) && wrong("P0", &["weather"]));
    }
}
