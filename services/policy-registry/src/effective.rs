//! What is in force at one school: parameters with defaults and area, the clauses printed there, and the procedures,
//! gates, contacts and alert rules other services run on.

use std::collections::BTreeMap;

use chassis::clock::london;
use time::OffsetDateTime;

use crate::{
    agency::{AREA_KEYS, Agency, Register},
    instance::{
        Clause, Instance, Signatory, Tailoring,
        proposal::{Answer, Change, Proposal},
    },
    parameter::{Origin, Parameter},
    template::{
        Kind, Template,
        blank::fill,
        procedure::{AlertRule, Gate, Procedure},
        routes::Routes,
    },
};

/// The values of every blank at one school.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<String, Parameter>);

impl Values {
    /// What the school filled in, else the template's default; what belongs to the area comes from its register alone, and
    /// the days of approval and of the next review are those of the version itself once it has them.
    pub fn of(instance: &Instance, template: &Template, register: Option<&Register>) -> Self {
        let defaults = template.parameters.iter().filter(|definition| !definition.default.is_empty());
        let defaults = defaults.map(|d| Parameter::of(&d.key, d.default.clone(), Origin::Default));
        let own = instance.parameters.iter().cloned();
        let days =
            [("doc.approved_on", instance.signed_at(Signatory::Head)), ("doc.next_review", instance.review_due_at)];
        let days = days
            .into_iter()
            .filter(|(key, _)| template.parameter(key).is_some())
            .filter_map(|(key, at)| Some(Parameter::of(key, vec![london(at?).date().to_string()], Origin::School)));
        let area = register.map(Register::parameters).unwrap_or_default();
        let all = defaults.chain(own).chain(days).chain(area);
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

    /// Puts values into a blank in place of what is there.
    pub fn put(&mut self, parameter: Parameter) {
        self.0.insert(parameter.key.clone(), parameter);
    }

    /// A school's text with the template's blanks filled; other braces are the school's own and stay.
    pub fn fill_known(&self, template: &Template, text: &str) -> String {
        fill(text, |key| match template.parameter(key) {
            Some(definition) => definition.words(&self.get(key)),
            None if AREA_KEYS.contains(&key) => self.get(key).join(", "),
            None => format!("{{{{{key}}}}}"),
        })
    }

    /// A clause's text with its blanks filled, as a sentence reads them.
    pub fn fill(&self, template: &Template, text: &str) -> String {
        fill(text, |key| match template.parameter(key) {
            Some(definition) => definition.words(&self.get(key)),
            None => self.get(key).join(", "),
        })
    }
}

/// The blanks in which a policy promises something that can be measured.
const PROMISES: [&str; 9] = [
    "concern_ack.danger",
    "concern_ack.urgent",
    "concern_ack.ordinary",
    "filter.check_months",
    "filter.keep_months",
    "meeting.dsl_governor",
    "meeting.online_safety_group",
    "training.online.period",
    "training.safeguarding.period",
];

/// What a policy promises, by blank: numbers, and values that the template allows; never what somebody wrote.
pub fn promises(values: &Values, template: &Template) -> Vec<(&'static str, String)> {
    let promise = |key: &&'static str| {
        let definition = template.parameter(key)?;
        let value = values.get(key).into_iter().next()?;
        let said = match definition.kind {
            Kind::Months | Kind::Minutes => value.parse::<u32>().is_ok(),
            Kind::Choice => definition.allowed.iter().any(|allowed| allowed.value == value),
            _ => false,
        };
        said.then_some((*key, value))
    };
    PROMISES.iter().filter_map(promise).collect()
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
    /// The routes to agencies.
    pub agency_routes: Routes,
}

/// Resolves an instance; none where it never came into force.
pub fn resolve(instance: Instance, template: &Template, register: Option<&Register>) -> Option<Effective> {
    let effective_at = instance.effective_at?;
    let values = Values::of(&instance, template, register);
    let clauses = printed(&instance, template, &values);
    Some(Effective {
        effective_at,
        parameters: values.parameters(),
        alert_rules: alert_rules(template, &clauses),
        clauses,
        procedures: instance.procedures(template),
        gates: template.gates.clone(),
        contacts: register.map(|register| register.agencies.clone()).unwrap_or_default(),
        agency_routes: template.agency_routes.clone(),
        instance,
    })
}

/// The alert rules, each with what it puts into effect: the clauses printed here that carry one of its requirements.
fn alert_rules(template: &Template, printed: &[Clause]) -> Vec<AlertRule> {
    let here = |id: &str| printed.iter().any(|clause| clause.template_clause.as_deref() == Some(id));
    let clauses: Vec<_> = template.clauses().map(|(_, clause)| clause).filter(|clause| here(&clause.id)).collect();
    let rule = |rule: &AlertRule| {
        let carrying =
            clauses.iter().filter(|clause| clause.requirements.iter().any(|r| rule.requirements.contains(r)));
        AlertRule { clauses: carrying.map(|clause| clause.id.clone()).collect(), ..rule.clone() }
    };
    template.alert_rules.iter().map(rule).collect()
}

/// What is printed, section by section in the template's order. A clause the school adopted, or that nothing of the
/// version is on, reads as the template has it; one it adapted in its own words. A statutory clause always reads as the
/// template has it, and the school's own words on it follow: what has to be said is said, and nothing of the school's is
/// lost. What was read from a document stands in the document's order, behind the template's own words of its section: its
/// sentences lead into each other, and its lists stay whole.
pub fn printed(instance: &Instance, template: &Template, values: &Values) -> Vec<Clause> {
    let holds = |key: &str| values.get(key);
    let mut printed = Vec::new();
    for section in template.sections.iter().filter(|section| instance.prints(section, &holds)) {
        for clause in section.clauses.iter().filter(|clause| clause.include_if.holds(&holds)) {
            let own: Vec<&Clause> =
                instance.clauses.iter().filter(|own| own.template_clause.as_ref() == Some(&clause.id)).collect();
            let adopted = own.iter().find(|own| own.tailoring == Tailoring::Adopted);
            let untouched = own.is_empty() && !offered(instance, &clause.id);
            let in_its_place = adopted.is_some_and(|own| own.from_document());
            if !in_its_place && (adopted.is_some() || clause.statutory || untouched) {
                let taken = own.iter().any(|own| own.key == clause.id && own.tailoring == Tailoring::Adapted);
                let key = if taken { format!("{}{TEMPLATE_TEXT}", clause.id) } else { clause.id.clone() };
                printed.push(Clause {
                    template_clause: Some(clause.id.clone()),
                    section: section.id.clone(),
                    tailoring: Tailoring::Adopted,
                    text: values.fill(template, &clause.text),
                    line: adopted.map_or(0, |own| own.line),
                    score: adopted.map_or(0, |own| own.score),
                    key: adopted.map_or(key, |own| own.key.clone()),
                    level: 0,
                    title: String::new(),
                    reason: String::new(),
                });
            }
            let adapted = own.into_iter().filter(|own| own.tailoring == Tailoring::Adapted && !own.from_document());
            printed.extend(adapted.map(|own| filled(own, template, values)));
        }
        let read = instance.clauses.iter().filter(|own| own.from_document() && own.section == section.id);
        printed.extend(read.filter_map(|own| as_read(own, template, values)));
        printed.extend(added(instance, &section.id).map(|own| filled(own, template, values)));
    }
    // What stands in no section, or in one the template no longer has, comes last.
    let homeless = |own: &&Clause| {
        own.tailoring == Tailoring::Added && !template.sections.iter().any(|section| section.id == own.section)
    };
    printed.extend(instance.clauses.iter().filter(homeless).map(|own| filled(own, template, values)));
    printed
}

/// Behind the key of a statutory clause's text where the school's addition goes by the clause's own id.
pub const TEMPLATE_TEXT: &str = "+template";

/// Whether a clause is new in the template and the school has not taken it.
fn offered(instance: &Instance, clause: &str) -> bool {
    let new = |proposal: &&Proposal| proposal.id == clause && proposal.change == Change::Added;
    let taken = |proposal: &Proposal| proposal.answer.as_ref().is_some_and(|given| given.answer == Answer::Adopt);
    instance.proposals.iter().find(new).is_some_and(|proposal| !taken(proposal))
}

fn filled(own: &Clause, template: &Template, values: &Values) -> Clause {
    Clause { text: values.fill_known(template, &own.text), ..own.clone() }
}

/// A clause of the document as it is printed; none where it is left out, or on a clause that does not hold here.
fn as_read(own: &Clause, template: &Template, values: &Values) -> Option<Clause> {
    let known = own.template_clause.as_deref().and_then(|id| template.clause(id));
    if own.tailoring == Tailoring::Omitted
        || known.is_some_and(|(_, clause)| !clause.include_if.holds(&|key| values.get(key)))
    {
        return None;
    }
    let words = known.filter(|_| own.tailoring == Tailoring::Adopted);
    let text = words.map(|(_, clause)| values.fill(template, &clause.text));
    Some(Clause {
        text: text.unwrap_or_else(|| values.fill_known(template, &own.text)),
        reason: if own.tailoring == Tailoring::Adopted { String::new() } else { own.reason.clone() },
        ..own.clone()
    })
}

fn added<'a>(instance: &'a Instance, section: &'a str) -> impl Iterator<Item = &'a Clause> + 'a {
    let added = |own: &&Clause| own.tailoring == Tailoring::Added && !own.from_document();
    instance.clauses.iter().filter(added).filter(move |own| own.section == section)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::template::{self, model};

    #[test]
    fn a_policy_promises_numbers_and_what_the_template_allows_and_never_what_somebody_wrote() {
        let template = template::load(&model::model_files()).unwrap();
        let mut values = Values::default();
        for (key, value) in [
            ("filter.check_months", "2"),
            ("meeting.dsl_governor", "whenever Robin has time"),
            ("meeting.online_safety_group", "every year"),
            ("monitor.frequency", "weekly"),
            ("training.online.period", "often"),
        ] {
            values.put(Parameter::of(key, vec![value.to_owned()], Origin::School));
        }
        let promised = promises(&values, &template);
        let expected = [("filter.check_months", "2"), ("meeting.online_safety_group", "every year")];
        assert_eq!(promised, expected.map(|(key, value)| (key, value.to_owned())));
    }
}
