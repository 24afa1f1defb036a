//! What differs between two versions of the template, thing by thing and in words.

use std::fmt::Write as _;

use super::{
    Clause, Definition, Section, Template,
    condition::Condition,
    procedure::{AlertRule, Gate, Named, Procedure, Step, StepClock},
    routes::{self, Route},
};
use crate::{lint::data::Guidance, register};

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What kind of thing: `section`, `clause`, `parameter`, `procedure`, `step`, `gate`, `alert_rule`, `register`,
    /// `report_line`, `agency_route`, `guidance`, or `template` for what stands at the head of it and what the linter is told.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// What became of it.
    pub how: How,
    /// How it read; empty where it was added.
    pub before: String,
    /// How it reads; empty where it was removed.
    pub after: String,
    /// Whether it is statutory in the later version.
    pub statutory: bool,
}

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The later version alone has it.
    Added,
    /// The earlier version alone has it.
    Removed,
    /// Both have it, and it differs.
    Changed,
}

impl How {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// Something that both versions may have.
struct Thing<'a, T> {
    id: &'a str,
    is: &'a T,
    words: String,
    statutory: bool,
}

/// What changed from one version to another, in the order of the template; what was removed stands where it was.
pub fn compare(before: &Template, after: &Template) -> Vec<Change> {
    let mut changes = Vec::new();
    let head = |template: &Template| format!("{}\nReviewed every {} months", template.name, template.review_months);
    if head(before) != head(after) {
        changes.push(changed("template", "name", head(before), head(after)));
    }
    let (old, new) = (sections(before), sections(after));
    for (section, earlier) in order(&old, &new) {
        changes.extend(judged("section", earlier, section));
        let clauses = |thing: Option<&Thing<'_, Section>>| -> Vec<Clause> {
            thing.map(|thing| thing.is.clauses.clone()).unwrap_or_default()
        };
        let (was, is) = (clauses(earlier), clauses(section));
        let moved = moved(&ids(&was, |c| &c.id), &ids(&is, |c| &c.id));
        if let (Some(section), true) = (section, moved) {
            let listed = |clauses: &[Clause]| format!("In this order: {}", ids(clauses, |c| &c.id).join(", "));
            changes.push(changed("section", section.id, listed(&was), listed(&is)));
        }
        all("clause", &was, &is, clause, &mut changes);
    }
    let titled = |of: &[Section]| ids(of, |section| &section.id).join(", ");
    if moved(&ids(&before.sections, |s| &s.id), &ids(&after.sections, |s| &s.id)) {
        let listed = |template: &Template| format!("In this order: {}", titled(&template.sections));
        changes.push(changed("template", "sections", listed(before), listed(after)));
    }
    all("parameter", &before.parameters, &after.parameters, parameter, &mut changes);
    let (old, new): (Vec<_>, Vec<_>) =
        (before.procedures.iter().map(procedure).collect(), after.procedures.iter().map(procedure).collect());
    for (procedure, earlier) in order(&old, &new) {
        changes.extend(judged("procedure", earlier, procedure));
        let steps = |thing: Option<&Thing<'_, Procedure>>| -> Vec<Step> {
            thing.map(|thing| thing.is.steps.clone()).unwrap_or_default()
        };
        let (was, is) = (steps(earlier), steps(procedure));
        if let (Some(procedure), true) = (procedure, moved(&ids(&was, |s| &s.id), &ids(&is, |s| &s.id))) {
            let listed = |steps: &[Step]| format!("In this order: {}", ids(steps, |s| &s.id).join(", "));
            changes.push(changed("procedure", procedure.id, listed(&was), listed(&is)));
        }
        all("step", &was, &is, step, &mut changes);
    }
    all("gate", &before.gates, &after.gates, gate, &mut changes);
    all("alert_rule", &before.alert_rules, &after.alert_rules, alert_rule, &mut changes);
    all("register", &before.registers, &after.registers, kept, &mut changes);
    all("report_line", &before.report_lines, &after.report_lines, named, &mut changes);
    all("agency_route", &before.agency_routes.routes, &after.agency_routes.routes, route, &mut changes);
    if before.agency_routes.ladder != after.agency_routes.ladder {
        let said = |template: &Template| {
            let rungs =
                template.agency_routes.ladder.iter().map(|rung| format!("{} ({} working days)", rung.title, rung.days));
            rungs.collect::<Vec<_>>().join("\n")
        };
        changes.push(changed("template", "ladder", said(before), said(after)));
    }
    all("guidance", &before.lint.guidance, &after.lint.guidance, guidance, &mut changes);
    let told = |template: &Template| {
        let mut lint = template.lint.clone();
        lint.guidance.clear();
        lint
    };
    if told(before) != told(after) {
        let (was, is) = ("What the linter was told".to_owned(), "What the linter is told differs".to_owned());
        changes.push(changed("template", "linter", was, is));
    }
    changes
}

fn changed(kind: &'static str, id: &str, before: String, after: String) -> Change {
    Change { kind, id: id.to_owned(), how: How::Changed, before, after, statutory: false }
}

fn ids<T>(things: &[T], id: impl Fn(&T) -> &String) -> Vec<&str> {
    things.iter().map(|thing| id(thing).as_str()).collect()
}

/// Whether those that both have stand in another order.
fn moved(before: &[&str], after: &[&str]) -> bool {
    let common = |one: &[&str], other: &[&str]| -> Vec<String> {
        let other: std::collections::HashSet<&str> = other.iter().copied().collect();
        one.iter().filter(|id| other.contains(*id)).map(|id| (*id).to_owned()).collect()
    };
    common(before, after) != common(after, before)
}

fn all<T: PartialEq>(
    kind: &'static str,
    before: &[T],
    after: &[T],
    thing: impl Fn(&T) -> Thing<'_, T>,
    changes: &mut Vec<Change>,
) {
    let (old, new): (Vec<_>, Vec<_>) = (before.iter().map(&thing).collect(), after.iter().map(&thing).collect());
    changes.extend(order(&old, &new).into_iter().filter_map(|(later, earlier)| judged(kind, earlier, later)));
}

/// A thing as the later and as the earlier version has it.
type Pair<'t, 'a, T> = (Option<&'t Thing<'a, T>>, Option<&'t Thing<'a, T>>);

/// Every thing of either version once: in the later one's order, with what was removed behind what it stood behind.
fn order<'t, 'a, T>(before: &'t [Thing<'a, T>], after: &'t [Thing<'a, T>]) -> Vec<Pair<'t, 'a, T>> {
    use std::collections::HashMap;
    let earlier: HashMap<&str, &Thing<'a, T>> = before.iter().map(|thing| (thing.id, thing)).collect();
    let later: HashMap<&str, &Thing<'a, T>> = after.iter().map(|thing| (thing.id, thing)).collect();
    let mut behind: HashMap<Option<&str>, Vec<&Thing<'a, T>>> = HashMap::new();
    let mut last = None;
    for thing in before {
        if later.contains_key(thing.id) {
            last = Some(thing.id);
        } else {
            behind.entry(last).or_default().push(thing);
        }
    }
    let removed = |thing: &'t Thing<'a, T>| (None, Some(thing));
    let mut pairs: Vec<Pair<'t, 'a, T>> = behind.remove(&None).unwrap_or_default().into_iter().map(removed).collect();
    for thing in after {
        pairs.push((Some(thing), earlier.get(thing.id).copied()));
        pairs.extend(behind.remove(&Some(thing.id)).unwrap_or_default().into_iter().map(removed));
    }
    pairs
}

fn judged<T: PartialEq>(
    kind: &'static str,
    before: Option<&Thing<'_, T>>,
    after: Option<&Thing<'_, T>>,
) -> Option<Change> {
    let (id, how) = match (before, after) {
        (Some(was), Some(is)) if kind == "section" || kind == "procedure" => {
            // What stands below has changes of its own.
            (was.words != is.words).then_some((is.id, How::Changed))?
        }
        (Some(was), Some(is)) => (was.is != is.is).then_some((is.id, How::Changed))?,
        (None, Some(is)) => (is.id, How::Added),
        (Some(was), None) => (was.id, How::Removed),
        (None, None) => return None,
    };
    let words = |thing: Option<&Thing<'_, T>>| thing.map(|thing| thing.words.clone()).unwrap_or_default();
    let statutory = after.is_some_and(|thing| thing.statutory);
    Some(Change { kind, id: id.to_owned(), how, before: words(before), after: words(after), statutory })
}

/// A first line, and a line for each thing that is not as it is where nothing is said.
struct Words(String);

impl Words {
    fn of(first: &str) -> Self {
        Self(first.to_owned())
    }

    fn line(mut self, name: &str, said: &str) -> Self {
        if !said.is_empty() {
            let _ = write!(self.0, "\n{name}: {said}");
        }
        self
    }

    fn when(self, name: &str, holds: bool) -> Self {
        self.line(name, if holds { "yes" } else { "" })
    }

    fn list(self, name: &str, list: &[String]) -> Self {
        self.line(name, &list.join(", "))
    }

    fn condition(self, name: &str, condition: &Condition) -> Self {
        match condition {
            Condition::Always => self,
            condition => self.line(name, &condition.to_string()),
        }
    }
}

fn sections(template: &Template) -> Vec<Thing<'_, Section>> {
    let section = |section: &Section| {
        Words::of(&section.title).condition("Printed if", &section.include_if).list("Found by", &section.cues).0
    };
    template.sections.iter().map(|is| Thing { id: &is.id, is, words: section(is), statutory: false }).collect()
}

fn clause(is: &Clause) -> Thing<'_, Clause> {
    let words = Words::of(&is.text)
        .when("Statutory", is.statutory)
        .condition("Printed if", &is.include_if)
        .list("Rests on", &is.citations)
        .list("Carries", &is.requirements)
        .list("Found by", &is.cues);
    Thing { id: &is.id, is, words: words.0, statutory: is.statutory }
}

fn parameter(is: &Definition) -> Thing<'_, Definition> {
    let allowed: Vec<String> = is.allowed.iter().map(|allowed| allowed.value.clone()).collect();
    let cues: Vec<String> = is
        .allowed
        .iter()
        .filter(|allowed| !allowed.cues.is_empty())
        .map(|allowed| format!("{} by {}", allowed.value, allowed.cues.join(" or ")))
        .collect();
    let words = Words::of(&is.title)
        .line("Kind", is.kind.name())
        .list("Values", &allowed)
        .list("Default", &is.default)
        .when("Required", is.required)
        .line("Set by", is.set_by.name())
        .condition("Asked for if", &is.include_if)
        .line("Printed without a name", &is.role)
        .list("Carries", &is.requirements)
        .line("Read with", &is.find.join(" · "))
        .line("Recognised", &cues.join("; "));
    Thing { id: &is.key, is, words: words.0, statutory: false }
}

fn procedure(is: &Procedure) -> Thing<'_, Procedure> {
    Thing { id: &is.id, is, words: Words::of(&is.title).list("Recognised by", &is.cues).0, statutory: false }
}

fn step(is: &Step) -> Thing<'_, Step> {
    let clock = match (is.clock.kind.as_str(), is.clock.amount) {
        ("none", _) => String::new(),
        (kind, 0) => kind.replace('_', " "),
        (kind, amount) => format!("{amount} {}", kind.replace('_', " ")),
    };
    let words = Words::of(&is.title)
        .list("By", &is.roles)
        .line("When", &clock)
        .line("Time set by", &is.clock.source)
        .condition("If", &is.condition)
        .list("After", &is.after)
        .list("Passes", &is.gates)
        .list("Opens", &is.opens)
        .list("Never", &is.prohibitions)
        .list("Records", &is.records)
        .when("Statutory", is.statutory)
        .list("Carries", &is.requirements);
    Thing { id: &is.id, is, words: words.0, statutory: is.statutory }
}

fn gate(is: &Gate) -> Thing<'_, Gate> {
    let words = Words::of(&is.title).line("Opened by", &is.opened_by).list("Carries", &is.requirements);
    Thing { id: &is.id, is, words: words.0, statutory: false }
}

fn alert_rule(is: &AlertRule) -> Thing<'_, AlertRule> {
    let words = Words::of(&format!("Watches {}", is.watches))
        .line("Theme", &is.theme)
        .line("Basis", &is.basis)
        .line("Severity", &is.severity)
        .line("Told", &is.route)
        .line("From", &is.threshold.to_string())
        .list("For", &is.tiers)
        .line("Days", &if is.days == 0 { String::new() } else { is.days.to_string() })
        .list("Tells what is found by", &is.finds)
        .when("Locked", is.locked)
        .list("Carries", &is.requirements);
    Thing { id: &is.id, is, words: words.0, statutory: is.locked }
}

fn kept(is: &register::Definition) -> Thing<'_, register::Definition> {
    let fields: Vec<String> = is.fields.iter().map(|field| field.key.clone()).collect();
    let rules: Vec<String> = is.rules.iter().map(|rule| rule.code.clone()).collect();
    let words = Words::of(&is.title)
        .line("About", &is.about)
        .line("Kept as", &is.kept_as)
        .list("Added to by", &is.add)
        .list("Read by", &is.read)
        .list("Decided by", is.decision.as_ref().map(|decision| decision.by.as_slice()).unwrap_or_default())
        .list("Fields", &fields)
        .list("Rules", &rules)
        .list("Carries", &is.requirements);
    Thing { id: &is.key, is, words: words.0, statutory: false }
}

fn named(is: &Named) -> Thing<'_, Named> {
    let title = if is.title.is_empty() { &is.key } else { &is.title };
    let words = Words::of(title).line("Counts", &is.definition).list("Carries", &is.requirements);
    Thing { id: &is.key, is, words: words.0, statutory: false }
}

fn route(is: &Route) -> Thing<'_, Route> {
    let clock = |clock: &StepClock| match clock.amount {
        0 => clock.kind.replace('_', " "),
        amount => format!("{amount} {}", clock.kind.replace('_', " ")),
    };
    let asked = |field: &routes::Field| match field.required {
        true => format!("{} (required)", field.label),
        false => field.label.clone(),
    };
    let words = Words::of(&is.title)
        .line("When", &is.threshold)
        .line("Know", &is.advice)
        .line("By", &is.maker)
        .list("To", &is.agencies)
        .line("Sent", &clock(&is.send))
        .line("Answered", &clock(&is.answer))
        .line("Duty", &is.duty)
        .line("From", &is.from)
        .line("Until", &is.until)
        .list("Asks", &is.fields.iter().map(asked).collect::<Vec<_>>());
    Thing { id: &is.key, is, words: words.0, statutory: !is.duty.is_empty() }
}

fn guidance(is: &Guidance) -> Thing<'_, Guidance> {
    let editions: Vec<String> =
        is.editions.iter().map(|edition| format!("{} (from {})", edition.edition, edition.from)).collect();
    let words = Words::of(&is.name).list("Editions", &editions).list("Titles", &is.titles);
    Thing { id: &is.key, is, words: words.0, statutory: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::load;

    fn changes(edits: &[(&str, &str, &str)]) -> Vec<(&'static str, String, How)> {
        let after = load(&crate::testing::files(edits)).unwrap_or_else(|problems| unreachable!("{problems:?}"));
        let changes = compare(&crate::testing::template(), &after);
        changes.into_iter().map(|change| (change.kind, change.id, change.how)).collect()
    }

    #[test]
    fn each_kind_of_change_is_named_once() {
        let clause =
            "## aims.risks\n> requirements: R-004\n> cues: kinds of risk\n> statutory: yes\nRisks are of four kinds.\n";
        let cases: [(&str, &str, &str, &str, &str, How); 12] = [
            ("clauses/aims.md", "four kinds", "five kinds", "clause", "aims.risks", How::Changed),
            ("clauses/aims.md", clause, "", "clause", "aims.risks", How::Removed),
            (
                "clauses/calls.md",
                "## calls.off",
                "## calls.on\n> requirements: R-173\nOn.\n\n## calls.off",
                "clause",
                "calls.on",
                How::Added,
            ),
            ("template.yaml", "title: Filtering", "title: Filters", "section", "filtering", How::Changed),
            ("template.yaml", "name: Small model", "name: Other model", "template", "name", How::Changed),
            ("parameters.yaml", "title: Everyday name", "title: Name", "parameter", "school.short_name", How::Changed),
            ("procedures/p1.yaml", "amount: 4", "amount: 8", "step", "P1-03", How::Changed),
            ("procedures/p1.yaml", "title: Harassment", "title: Hurt", "procedure", "P1", How::Changed),
            ("gates.yaml", "opened_by: an answer", "opened_by: yes or no", "gate", "G-DANGER", How::Changed),
            ("alert-rules.yaml", "locked: true", "locked: false", "alert_rule", "filter.illegal", How::Changed),
            ("registers.yaml", "title: Concerns", "title: Worries", "register", "concerns", How::Changed),
            ("report-lines.yaml", "title: Cases closed", "title: Closed", "report_line", "cases_closed", How::Changed),
        ];
        for (file, from, to, kind, id, how) in cases {
            assert_eq!(changes(&[(file, from, to)]), [(kind, id.to_owned(), how)], "{from}");
        }
        assert!(changes(&[]).is_empty());
    }

    #[test]
    fn a_change_is_said_in_words_and_what_moved_is_said() {
        let edit = (
            "procedures/p1.yaml",
            "    condition: offence = yes\n",
            "    condition: offence = yes\n    statutory: true\n",
        );
        let after = load(&crate::testing::files(&[edit])).unwrap_or_else(|problems| unreachable!("{problems:?}"));
        let found = compare(&crate::testing::template(), &after);
        let [change] = found.as_slice() else { unreachable!("{found:?}") };
        assert!(change.statutory && change.after == change.before.replace("\nCarries", "\nStatutory: yes\nCarries"));
        assert!(
            change.before.starts_with("Talk to police first\nBy: dsl, deputy_dsl\nWhen: 4 hours\nIf: offence = yes")
        );

        let swapped = ("template.yaml", "  - { id: aims, title: Aims, cues: [policy aims, aims] }\n", "");
        let back = (
            "template.yaml",
            "cues: [harassment] }\n",
            "cues: [harassment] }\n  - { id: aims, title: Aims, cues: [policy aims, aims] }\n",
        );
        assert_eq!(changes(&[swapped, back]), [("template", "sections".to_owned(), How::Changed)]);
    }
}
