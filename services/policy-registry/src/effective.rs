//! What is in force at one school: parameters with defaults and area, the clauses printed there, and the procedures,
//! gates, contacts and alert rules other services run on.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use crate::{
    agency::{Agency, Register},
    instance::{Clause, Instance, Tailoring},
    parameter::{Origin, Parameter},
    template::{
        Template,
        blank::fill,
        procedure::{AlertRule, Gate, Procedure},
    },
};

/// The values of every blank at one school.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<String, Parameter>);

impl Values {
    /// What the school filled in, else the template's default; what belongs to the area comes from its register alone.
    pub fn of(instance: &Instance, template: &Template, register: Option<&Register>) -> Self {
        let defaults = template.parameters.iter().filter(|definition| !definition.default.is_empty());
        let defaults = defaults.map(|d| Parameter::of(&d.key, d.default.clone(), Origin::Default));
        let own = instance.parameters.iter().cloned();
        let area = register.map(Register::parameters).unwrap_or_default();
        let all = defaults.chain(own).chain(area);
        Self(all.map(|parameter| (parameter.key.clone(), parameter)).collect())
    }

    /// The values of one blank; none where it is empty.
    pub fn get(&self, key: &str) -> Vec<String> {
        self.0.get(key).map(|parameter| parameter.values.clone()).unwrap_or_default()
    }

    /// Every filled blank, by key.
    pub fn parameters(&self) -> Vec<Parameter> {
        self.0.values().cloned().collect()
    }

    /// A clause's text with its blanks filled, as a sentence reads them.
    pub fn fill(&self, template: &Template, text: &str) -> String {
        fill(text, |key| match template.parameter(key) {
            Some(definition) => definition.words(&self.get(key)),
            None => self.get(key).join(", "),
        })
    }
}

/// What was in force at one school at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// The instance.
    pub instance: Instance,
    /// From when it is in force.
    pub effective_at: OffsetDateTime,
    /// Every filled blank.
    pub parameters: Vec<Parameter>,
    /// The clauses printed here, in the template's order.
    pub clauses: Vec<Clause>,
    /// The procedures.
    pub procedures: Vec<Procedure>,
    /// The gates.
    pub gates: Vec<Gate>,
    /// The contacts of the area.
    pub contacts: Vec<Agency>,
    /// The alert rules.
    pub alert_rules: Vec<AlertRule>,
}

/// Resolves an instance; none where it never came into force.
pub fn resolve(instance: Instance, template: &Template, register: Option<&Register>) -> Option<Effective> {
    let effective_at = instance.effective_at?;
    let values = Values::of(&instance, template, register);
    Some(Effective {
        effective_at,
        parameters: values.parameters(),
        clauses: printed(&instance, template, &values),
        procedures: template.procedures.clone(),
        gates: template.gates.clone(),
        contacts: register.map(|register| register.agencies.clone()).unwrap_or_default(),
        alert_rules: template.alert_rules.clone(),
        instance,
    })
}

/// A clause the school adopted is printed in the template's words, one it adapted in its own, and a statutory one that
/// it left out all the same.
fn printed(instance: &Instance, template: &Template, values: &Values) -> Vec<Clause> {
    let holds = |key: &str| values.get(key);
    let mut printed = Vec::new();
    for section in template.sections.iter().filter(|section| section.include_if.holds(&holds)) {
        for clause in section.clauses.iter().filter(|clause| clause.include_if.holds(&holds)) {
            let own: Vec<&Clause> =
                instance.clauses.iter().filter(|own| own.template_clause.as_ref() == Some(&clause.id)).collect();
            let adopted = own.iter().find(|own| own.tailoring == Tailoring::Adopted);
            if adopted.is_some() || (clause.statutory && !own.iter().any(|own| own.tailoring == Tailoring::Adapted)) {
                printed.push(Clause {
                    template_clause: Some(clause.id.clone()),
                    section: section.id.clone(),
                    tailoring: Tailoring::Adopted,
                    text: values.fill(template, &clause.text),
                    line: adopted.map_or(0, |own| own.line),
                    score: adopted.map_or(0, |own| own.score),
                    key: adopted.map_or_else(|| clause.id.clone(), |own| own.key.clone()),
                    reason: String::new(),
                });
            }
            printed.extend(own.into_iter().filter(|own| own.tailoring == Tailoring::Adapted).cloned());
        }
        printed.extend(added(instance, &section.id));
    }
    printed.extend(added(instance, ""));
    printed
}

fn added<'a>(instance: &'a Instance, section: &'a str) -> impl Iterator<Item = Clause> + 'a {
    instance.clauses.iter().filter(move |own| own.tailoring == Tailoring::Added && own.section == section).cloned()
}
