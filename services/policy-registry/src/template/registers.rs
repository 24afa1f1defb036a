//! `registers.yaml`: what each register holds, checked so that every field a rule names is there.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Definition as Parameter, check::Checker, condition::Condition};
use crate::register::{
    Definition, Field, Kind, ROLES, Rule, RuleKind,
    confirmation::Confirmation,
    decision::Decision,
    duties::{ANSWER_FIELDS, DOCUMENT_FIELDS},
    gate::Gate,
};

/// The file.
const FILE: &str = "registers.yaml";

/// What every request and form carries besides its fields.
const RESERVED: [&str; 4] = ["reason", "supersedes", "csrf", "request_id"];

/// An entry of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    key: Spanned<String>,
    title: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    kept_as: String,
    #[serde(default)]
    add: Vec<Spanned<String>>,
    #[serde(default)]
    read: Vec<Spanned<String>>,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    decision: Option<Decision>,
    #[serde(default)]
    confirmation: Option<Confirmation>,
    #[serde(default)]
    fields: Vec<Field>,
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    gates: Vec<Gate>,
    #[serde(default)]
    requirements: Vec<String>,
}

/// The registers, with everything that is wrong said.
pub(super) fn definitions(raw: Vec<Raw>, parameters: &[Parameter], checker: &mut Checker) -> Vec<Definition> {
    let mut lines = Vec::new();
    let mut definitions = Vec::new();
    for raw in raw {
        checker.define("register", FILE, &raw.key);
        for role in raw.add.iter().chain(&raw.read) {
            checker.one_of(FILE, role, "role", &ROLES);
        }
        lines.push(raw.key.referenced.line());
        definitions.push(Definition {
            key: raw.key.value,
            title: raw.title,
            about: raw.about,
            kept_as: raw.kept_as,
            add: raw.add.into_iter().map(|role| role.value).collect(),
            read: raw.read.into_iter().map(|role| role.value).collect(),
            from: raw.from,
            until: raw.until,
            decision: raw.decision,
            confirmation: raw.confirmation,
            fields: raw.fields,
            rules: raw.rules,
            gates: raw.gates,
            requirements: raw.requirements,
        });
    }
    for (definition, line) in definitions.iter().zip(lines) {
        for rule in &definition.rules {
            checker.define_at("register rule", FILE, line, &rule.code);
        }
        let mut say = |message: String, fix: &str| checker.say(FILE, line, message, fix);
        shape(definition, &definitions, &mut say);
        for rule in &definition.rules {
            judged(definition, rule, &definitions, parameters, &mut say);
        }
        for gate in &definition.gates {
            barred(definition, gate, &definitions, &mut say);
        }
        if let Some(decision) = &definition.decision {
            decided(definition, decision, &mut say);
        }
        if let Some(confirmation) = &definition.confirmation {
            confirmed(definition, confirmation, &mut say);
        }
    }
    definitions
}

fn shape(definition: &Definition, all: &[Definition], say: &mut impl FnMut(String, &str)) {
    let key = &definition.key;
    if definition.kept_as.is_empty() == definition.fields.is_empty() {
        say(
            format!("register “{key}” has neither fields nor kept_as, or both"),
            "Give it fields, or say what keeps it.",
        );
        return;
    }
    if definition.kept_as.is_empty() && definition.add.is_empty() {
        say(format!("nobody may add to register “{key}”"), "Name at least one role under add.");
    }
    for (at, field) in definition.fields.iter().enumerate() {
        let name = &field.key;
        if RESERVED.contains(&name.as_str()) {
            say(format!("no field of “{key}” can be called “{name}”"), "Name it otherwise.");
        }
        let twice =
            definition.fields.iter().take(at).any(|f| f.key == *name || f.title.eq_ignore_ascii_case(&field.title));
        if twice {
            say(format!("register “{key}” has the field or title of “{name}” twice"), "Name one of them otherwise.");
        }
        if field.kind.listed() == field.allowed.is_empty() {
            say(
                format!("field “{name}” of “{key}” and its allowed values do not agree"),
                "List values under allowed for choice, choices and role, and for nothing else.",
            );
        }
        if field.allowed.iter().any(|value| value.contains(';') || value.trim() != value || value.is_empty()) {
            say(
                format!("field “{name}” of “{key}” allows an unclear value"),
                "Write values as words without “;” or spaces at their ends.",
            );
        }
        let leads = all.iter().any(|other| other.key == field.refers_to && other.kept_as.is_empty());
        if (field.kind == Kind::Entry) != leads {
            say(
                format!("field “{name}” of “{key}” points into no register"),
                "Name one that is kept here under refers_to, for fields of type entry alone.",
            );
        }
        let reads = field.required_if.iter().flat_map(|when| when.reads());
        for (read, _) in reads.filter(|(read, _)| definition.field(read).is_none()) {
            say(
                format!("field “{name}” of “{key}” depends on “{read}”, which is not there"),
                "Name a field of the same register.",
            );
        }
    }
    for field in &definition.fields {
        points(definition, field, all, say);
    }
    for day in [&definition.from, &definition.until].into_iter().filter(|day| !day.is_empty()) {
        if definition.field(day).is_none_or(|field| field.kind != Kind::Date) {
            say(format!("register “{key}” counts from or until “{day}”, which is no date field"), "Name a date field.");
        }
    }
}

/// A decision names a choice with the value that waits, two persons, and roles that add to the register.
fn decided(definition: &Definition, decision: &Decision, say: &mut impl FnMut(String, &str)) {
    let key = &definition.key;
    let choice = definition.field(&decision.field).filter(|field| field.kind == Kind::Choice);
    if choice.is_none_or(|field| !field.allowed.contains(&decision.waits)) {
        say(
            format!("the decision of “{key}” is no choice that allows “{}”", decision.waits),
            "Name a field of type choice, and one of its values that means that nobody has decided.",
        );
    }
    let person = |field: &String| definition.field(field).is_some_and(|field| field.kind == Kind::Person);
    if !person(&decision.asked_by) || !person(&decision.decided_by) {
        say(
            format!("the decision of “{key}” does not say who asked and who decided"),
            "Name two fields of type person under asked_by and decided_by.",
        );
    }
    let mut roles = decision.by.iter().chain(&decision.done_by);
    if decision.by.is_empty() || roles.any(|role| !definition.add.contains(role)) {
        say(
            format!("the decision of “{key}” is nobody’s, or somebody’s who adds nothing to it"),
            "Name under by and done_by roles that stand under add.",
        );
    }
    let mut named = decision.done.iter().chain(&decision.wanted);
    if let Some(field) = named.find(|field| definition.field(field).is_none()) {
        say(
            format!("the decision of “{key}” names “{field}”, which the register does not have"),
            "Name under done and wanted fields of the register.",
        );
    }
}

/// A confirmation names a person and a day, and roles that read the register and do not keep it.
fn confirmed(definition: &Definition, confirmation: &Confirmation, say: &mut impl FnMut(String, &str)) {
    let key = &definition.key;
    let of = |field: &str, kind: Kind| definition.field(field).is_some_and(|field| field.kind == kind);
    if !of(&confirmation.who, Kind::Person) || !of(&confirmation.on, Kind::Date) {
        say(
            format!("the confirmation of “{key}” does not say who confirmed and when"),
            "Name a field of type person under who, and one of type date under on.",
        );
    }
    let others = |role: &String| definition.read.contains(role) && !definition.add.contains(role);
    if confirmation.by.is_empty() || !confirmation.by.iter().all(others) {
        say(
            format!("the confirmation of “{key}” is nobody’s, or is for those who keep it themselves"),
            "Name under by roles that stand under read and not under add.",
        );
    }
}

/// A gate names fields that are there, and shuts something.
fn barred(definition: &Definition, gate: &Gate, all: &[Definition], say: &mut impl FnMut(String, &str)) {
    let (key, id) = (&definition.key, &gate.gate_id);
    let mut read: Vec<&str> = vec![&gate.field];
    read.extend(gate.when.reads().into_iter().chain(gate.must.iter().flat_map(Condition::reads)).map(|(read, _)| read));
    read.extend(gate.differ.iter().chain(&gate.same).map(String::as_str));
    read.extend([gate.over.as_str()].into_iter().filter(|over| !over.is_empty()));
    let other = |register: &str| all.iter().find(|other| other.key == register);
    let mut there = true;
    if let Some(points) = &gate.points {
        read.push(&points.field);
        let pointed = definition.field(&points.field).and_then(|field| other(&field.refers_to));
        there &= pointed.is_some_and(|to| points.when.reads().iter().all(|(read, _)| to.field(read).is_some()));
    }
    if let Some(needs) = &gate.needs {
        let named = needs.when.reads().into_iter().map(|(read, _)| read);
        let named: Vec<&str> =
            named.chain([needs.person.as_str()].into_iter().filter(|person| !person.is_empty())).collect();
        there &= other(&needs.register).is_some_and(|to| named.iter().all(|read| to.field(read).is_some()));
        there &= needs.who.is_empty() == needs.person.is_empty();
        read.extend([needs.who.as_str()].into_iter().filter(|who| !who.is_empty()));
    }
    if !there || read.iter().any(|read| definition.field(read).is_none()) {
        say(
            format!("gate “{id}” of “{key}” reads a field that is not there"),
            "Name fields of the registers it reads.",
        );
    }
    let shuts = gate.must.is_some() || gate.points.is_some() || gate.needs.is_some() || gate.alone;
    if !shuts && gate.differ.len() < 2 {
        say(
            format!("gate “{id}” of “{key}” shuts nothing"),
            "Say what an entry must, points at or needs, or what differs.",
        );
    }
    if !id.starts_with("G-") || gate.title.is_empty() || gate.fix.is_empty() {
        say(
            format!("gate “{id}” of “{key}” has no id, title or fix"),
            "Give it an id such as G-LEAD, a title and a fix.",
        );
    }
}

/// What a field says of the entry it points at, or takes from one.
fn points(definition: &Definition, field: &Field, all: &[Definition], say: &mut impl FnMut(String, &str)) {
    let (key, name) = (&definition.key, &field.key);
    let other = |register: &str| all.iter().find(|other| other.key == register);
    let reads = field.refers_if.iter().flat_map(|when| when.reads());
    for (read, _) in reads.filter(|(read, _)| other(&field.refers_to).is_none_or(|other| other.field(read).is_none())) {
        say(
            format!("field “{name}” of “{key}” points at entries by their “{read}”, which they do not have"),
            "Name a field of the register under refers_to.",
        );
    }
    let taken = definition.taken(field);
    let there = taken.and_then(|(pointer, taken)| other(&pointer.refers_to)?.field(taken));
    if !field.taken_from.is_empty() && there.is_none_or(|there| there.allowed != field.allowed) {
        say(
            format!("field “{name}” of “{key}” is taken from “{}”, which cannot be", field.taken_from),
            "Write a field of type entry, a full stop, and a field of the register it points into that allows the same.",
        );
    }
    if (field.past || field.ahead || field.months_ahead.is_some()) && field.kind != Kind::Date {
        say(
            format!("field “{name}” of “{key}” is no date and can be neither past nor ahead"),
            "Leave past, ahead and months_ahead to fields of type date.",
        );
    }
    let dated = |key: &str| definition.field(key).is_some_and(|field| field.kind == Kind::Date);
    if !field.not_before.is_empty() && !(dated(name) && dated(&field.not_before)) {
        say(
            format!("field “{name}” of “{key}” cannot be held against “{}”", field.not_before),
            "Name two fields of type date of the same register.",
        );
    }
}

fn judged(
    definition: &Definition,
    rule: &Rule,
    all: &[Definition],
    parameters: &[Parameter],
    say: &mut impl FnMut(String, &str),
) {
    let code = &rule.code;
    let named = rule.when.reads().into_iter().map(|(key, _)| key.to_owned());
    let named = named.chain(rule.by.clone()).chain([rule.date.clone(), rule.done.clone(), rule.field.clone()]);
    for field in named.filter(|field| !field.is_empty() && definition.field(field).is_none()) {
        say(
            format!("rule “{code}” reads “{field}”, which “{}” does not have", definition.key),
            "Name one of its fields.",
        );
    }
    let allowed = definition.field(&rule.field).map(|field| field.allowed.as_slice()).unwrap_or_default();
    for value in rule.values.iter().chain(&rule.against).filter(|value| !allowed.contains(value)) {
        say(format!("rule “{code}” looks for “{value}”, which the field never holds"), "Name a value it allows.");
    }
    for among in &rule.among {
        let source = all.iter().find(|other| other.key == among.register);
        let reads = among.when.reads().into_iter().map(|(key, _)| key).chain([among.field.as_str()]);
        for field in reads.filter(|field| source.is_none_or(|source| source.field(field).is_none())) {
            say(
                format!("rule “{code}” reads “{field}” of “{}”, which is not there", among.register),
                "Name a register and its field.",
            );
        }
    }
    if !rule.parameter.is_empty() && parameters.iter().all(|parameter| parameter.key != rule.parameter) {
        say(
            format!("rule “{code}” reads the parameter “{}”, which is not there", rule.parameter),
            "Name one of parameters.yaml.",
        );
    }
    let whole = match rule.kind {
        RuleKind::Due => !rule.date.is_empty() && (rule.months > 0 || !rule.among.is_empty()),
        RuleKind::Lapses => !rule.date.is_empty(),
        RuleKind::Once => !rule.by.is_empty(),
        RuleKind::Held | RuleKind::Single | RuleKind::Includes => !rule.field.is_empty() && !rule.values.is_empty(),
        RuleKind::Apart | RuleKind::Backed => {
            !rule.by.is_empty() && !rule.field.is_empty() && !rule.values.is_empty() && !rule.against.is_empty()
        }
        RuleKind::Failed => {
            !rule.date.is_empty() && !rule.by.is_empty() && !rule.field.is_empty() && !rule.values.is_empty()
        }
        RuleKind::Answers => {
            let documents = all.iter().find(|other| other.key == rule.documents);
            documents.is_some_and(|documents| DOCUMENT_FIELDS.iter().all(|key| documents.field(key).is_some()))
                && ANSWER_FIELDS.iter().all(|key| definition.field(key).is_some())
        }
    };
    if !whole {
        say(
            format!("rule “{code}” does not say enough for its kind"),
            "Look at a rule of the same kind in the shipped model.",
        );
    }
}
