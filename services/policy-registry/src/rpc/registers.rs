//! What the rpcs on registers have in common: the definitions in force, who may, entries to and from the contract.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    caller::Scope,
    clock::{london, timestamp, told},
    db::Tx,
    error::{Error, Result, Violations},
    event::Event,
};
use proto::{
    event::v1::{RegisterRequestDecided, RegisterRequestMade},
    policy_registry::v1 as wire,
};
use sha2::{Digest as _, Sha256};
use time::{Date, OffsetDateTime};

use crate::{
    effective::Values,
    lint::Severity,
    register::{
        Against, Change, Definition, Entry, EntryId, Persons, Violation, as_known_at, checked,
        decision::{Adds, Step},
        duties::Coverage,
        judge::{Finding, Kept, judge},
        standing,
        table::{Preview, read},
    },
    store,
};

/// The register of access, and what the codes of its rules begin with that are about the lead and the deputies.
const ACCESS: &str = "access";
const LEADS: &str = "access.lead";

/// The registers of a school as they stand.
pub(super) struct Registers {
    pub definitions: Vec<Definition>,
    /// Standing entries of all registers.
    pub entries: Vec<Entry>,
    pub today: Date,
    persons: Persons,
    /// The caller's account, and the name it is shown by.
    asks: (String, String),
    parameters: BTreeMap<String, String>,
    roles: Vec<String>,
}

/// The caller's roles as registers name them.
pub(super) fn roles(scope: &Scope) -> Vec<String> {
    let name =
        |role: &proto::access::v1::Role| role.as_str_name().strip_prefix("ROLE_").unwrap_or_default().to_lowercase();
    scope.roles().iter().map(name).collect()
}

impl Registers {
    /// Everything, as it was known at a moment.
    pub(super) async fn load(tx: &Tx, at: Option<&prost_types::Timestamp>) -> Result<Self> {
        let at = match at {
            Some(at) => {
                told(at).ok_or_else(|| Error::invalid("at_time", "Enter a moment such as 2026-11-24T09:00:00Z"))?
            }
            None => tx.now(),
        };
        let definitions = definitions(tx).await?;
        let entries = as_known_at(store::register_entry::all(tx, None).await?, at);
        let asks = (tx.scope().account_text().to_owned(), tx.scope().account_name().to_owned());
        let persons = Persons::of(&entries, (asks.0.as_str(), asks.1.as_str()));
        let parameters = parameters(tx, at).await?;
        let (entries, today) = (standing(entries), london(at).date());
        Ok(Self { definitions, entries, today, persons, asks, parameters, roles: roles(tx.scope()) })
    }

    /// Calls back with the registers as the rules look at them.
    pub(super) fn judged<T>(&self, work: impl FnOnce(&Kept<'_>) -> T) -> T {
        self.judged_with(&self.entries, work)
    }

    /// The same where these entries stood.
    pub(super) fn judged_with<T>(&self, entries: &[Entry], work: impl FnOnce(&Kept<'_>) -> T) -> T {
        let parameter = |key: &str| self.parameters.get(key).cloned();
        let (definitions, persons) = (&self.definitions, &self.persons);
        work(&Kept { definitions, entries, today: self.today, persons, parameter: &parameter })
    }

    /// What the values of an entry are checked against.
    pub(super) fn against(&self) -> Against<'_> {
        let (definitions, entries, asks) = (&self.definitions, &self.entries, (&*self.asks.0, &*self.asks.1));
        Against { definitions, entries, today: self.today, supersedes: None, asks }
    }

    /// The registers that the caller may read.
    pub(super) fn readable(&self) -> impl Iterator<Item = &Definition> {
        self.definitions.iter().filter(|definition| definition.may_read(&self.roles))
    }

    /// The gates before acts of other services that are shut by what stands in registers: G-FEED, while access of the lead or
    /// a deputy is not on record. A template without such a register or such rules shuts none.
    pub(super) fn shut_gates(&self) -> Vec<wire::ShutGate> {
        let Some(definition) = self.definitions.iter().find(|definition| definition.key == ACCESS) else {
            return Vec::new();
        };
        let findings = self.judged(|kept| judge(kept, definition));
        let systems = findings.iter().filter_map(|finding| match finding.code.strip_prefix(LEADS)? {
            // Nobody has access to a system.
            "" => finding.subjects.first().map(String::as_str),
            // Somebody on record as lead or deputy has none to the system the rule is named after; who is not said.
            of => of.strip_prefix('_'),
        });
        let missing: BTreeSet<&str> = systems.collect();
        if missing.is_empty() {
            return Vec::new();
        }
        let missing: Vec<&str> = missing.into_iter().collect();
        let fix = format!(
            "enter first, under “{}”, the access of the lead and every deputy to: {}",
            definition.title,
            missing.join(", ")
        );
        vec![wire::ShutGate { gate_id: "G-FEED".to_owned(), missing_step: ACCESS.to_owned(), fix }]
    }

    /// The caller's roles.
    pub(super) fn roles(&self) -> &[String] {
        &self.roles
    }
}

/// The registers of the template in force for new work.
pub(super) async fn definitions(tx: &Tx) -> Result<Vec<Definition>> {
    store::school::load(tx).await?;
    match store::template::current(tx).await {
        Ok(published) => Ok(published.template.registers),
        Err(error) if error.kind() == chassis::error::Kind::Missing => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

async fn parameters(tx: &Tx, at: OffsetDateTime) -> Result<BTreeMap<String, String>> {
    let Some(instance) = store::instance::in_force(tx, at).await? else { return Ok(BTreeMap::new()) };
    let template = store::template::version(tx, instance.template_version).await?.template;
    let values = Values::of(&instance, &template, None);
    Ok(values.parameters().iter().map(|p| (p.key.clone(), p.values.join("; "))).collect())
}

/// The register of ways to report, and its field that says how far one reaches.
const WAYS: (&str, &str) = ("reporting-routes", "reach");

/// Refuses a policy's approval while there is no way to report in the school, in the area or nationally (gate G-CHANNELS,
/// requirement R-024). A template without such a register asks for none.
pub(super) async fn ways_to_report(tx: &Tx) -> Result<()> {
    let (register, reach) = WAYS;
    let definitions = definitions(tx).await?;
    let Some(definition) = definitions.iter().find(|definition| definition.key == register) else { return Ok(()) };
    let Some(field) = definition.field(reach) else { return Ok(()) };
    let entries = standing(store::register_entry::all(tx, Some(register)).await?);
    let there = |wanted: &String| entries.iter().any(|entry| entry.one(reach) == wanted);
    let missing: Vec<&str> = field.allowed.iter().filter(|wanted| !there(wanted)).map(String::as_str).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let wanted = format!("enter first, under “{}”, one that reaches: {}", definition.title, missing.join(", "));
    Err(Error::gate("G-CHANNELS", register, wanted))
}

/// A register that is kept here and that the caller may read, or add to.
pub(super) fn one<'d>(definitions: &'d [Definition], key: &str, scope: &Scope, adds: bool) -> Result<&'d Definition> {
    let roles = roles(scope);
    let definition = definitions.iter().find(|definition| definition.key == key).ok_or_else(Error::missing)?;
    if !definition.kept_as.is_empty() {
        return Err(Error::wrong_state("this register is kept by another part of the platform")
            .with("kept_as", &definition.kept_as));
    }
    let may = if adds { definition.may_add(&roles) } else { definition.may_read(&roles) };
    if may { Ok(definition) } else { Err(Error::denied()) }
}

/// A register that the caller may add to, or confirm something in.
pub(super) fn one_to_change<'d>(definitions: &'d [Definition], key: &str, scope: &Scope) -> Result<&'d Definition> {
    let (definition, roles) = (one(definitions, key, scope, false)?, roles(scope));
    let confirms = definition.confirmation.as_ref().is_some_and(|confirmation| confirmation.may(&roles));
    if definition.may_add(&roles) || confirms { Ok(definition) } else { Err(Error::denied()) }
}

/// The values as they are entered by the caller: who asks and who decides enter by themselves.
pub(super) fn entered(
    definition: &Definition,
    given: &[wire::RegisterValue],
    earlier: Option<&Entry>,
    all: &Registers,
    scope: &Scope,
) -> Result<Vec<wire::RegisterValue>> {
    if definition.decision.is_none() && definition.confirmation.is_none() {
        return Ok(given.to_vec());
    }
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for value in given {
        values.entry(value.key.clone()).or_default().extend(value.values.iter().cloned());
    }
    if let Some(confirmation) = &definition.confirmation {
        values = if definition.may_add(all.roles()) {
            confirmation.kept(values, earlier)
        } else {
            let earlier = earlier.ok_or_else(Error::denied)?;
            confirmation.confirmed(&values, earlier, scope.account_text(), &all.today.to_string())
        }
        .map_err(|wrong| violations(vec![wrong]))?;
    }
    let adds = Adds { roles: all.roles(), account: scope.account_text() };
    let entered = definition.entered(values, earlier, adds).map_err(|wrong| violations(vec![wrong]))?;
    Ok(self::values(&entered))
}

/// The values of an entry that was decided about and now says something else, with the caller as the one who decided; none
/// where that is as it was.
pub(super) fn restated(
    definition: &Definition,
    values: &BTreeMap<String, Vec<String>>,
    earlier: Option<&Entry>,
    all: &Registers,
    scope: &Scope,
) -> Option<Vec<wire::RegisterValue>> {
    let adds = Adds { roles: all.roles(), account: scope.account_text() };
    let restated = definition.decision.as_ref()?.restated(values, earlier, adds)?;
    Some(self::values(&restated))
}

/// Whether the caller may withdraw an entry: those who keep it; where somebody decides, only those who do, or whoever asked
/// while it waits.
pub(super) fn may_withdraw(
    definition: &Definition,
    entry: Option<&Entry>,
    all: &Registers,
    scope: &Scope,
) -> Result<()> {
    if !definition.may_add(all.roles()) {
        return Err(Error::denied());
    }
    let (Some(entry), Some(decision)) = (entry, &definition.decision) else { return Ok(()) };
    let adds = Adds { roles: all.roles(), account: scope.account_text() };
    decision.withdrawn(entry, adds).map_err(|wrong| violations(vec![wrong]))
}

/// Whether the caller leaves an entry that others asked for and decided about as it is, but for what they add to it.
pub(super) fn left(
    definition: &Definition,
    values: &BTreeMap<String, Vec<String>>,
    earlier: Option<&Entry>,
    all: &Registers,
    scope: &Scope,
) -> Result<()> {
    let Some(decision) = &definition.decision else { return Ok(()) };
    let adds = Adds { roles: all.roles(), account: scope.account_text() };
    decision.left(values, earlier, adds).map_err(|wrong| violations(vec![wrong]))
}

/// What is announced of a new entry: that somebody asks, or that it was decided.
pub(super) fn announced(definition: &Definition, entry: &Entry, earlier: Option<&Entry>) -> Option<Event> {
    let register = definition.key.clone();
    if entry.withdraws() {
        return None;
    }
    match definition.decision.as_ref()?.step(entry, earlier) {
        Step::None => None,
        Step::Asked => Some(Event::RegisterRequestMade(RegisterRequestMade { register })),
        Step::Decided { decision, asked_by } => {
            let asked_by_account_id = asked_by;
            let decided = RegisterRequestDecided { register, decision, asked_by_account_id };
            Some(Event::RegisterRequestDecided(decided))
        }
    }
}

/// Values that hold what they must.
pub(super) fn valid(
    definition: &Definition,
    given: &[wire::RegisterValue],
    all: &Registers,
    supersedes: Option<&EntryId>,
) -> Result<BTreeMap<String, Vec<String>>> {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for value in given {
        values.entry(value.key.clone()).or_default().extend(value.values.iter().cloned());
    }
    checked(definition, &values, &Against { supersedes, ..all.against() }).map_err(violations)
}

fn violations(wrong: Vec<Violation>) -> Error {
    let mut violations = Violations::new();
    for Violation { field, fix } in wrong {
        violations.add(field, fix);
    }
    violations.finish().err().unwrap_or_else(|| Error::internal("values were refused without a violation"))
}

/// A new entry by the caller.
pub(super) fn entry(
    tx: &Tx,
    register: &str,
    values: BTreeMap<String, Vec<String>>,
    change: Option<Change>,
) -> Result<Entry> {
    Ok(Entry {
        id: tx.ids().next::<EntryId>(),
        school: tx.scope().school()?.clone(),
        register: register.to_owned(),
        values,
        change,
        account: tx.scope().account(),
        name: tx.scope().account_name().to_owned(),
        added_at: tx.now(),
    })
}

/// An entry as the contract has it, with the entries that may have followed it.
pub(super) fn shown(entry: &Entry, all: &[Entry]) -> wire::RegisterEntry {
    let change = entry.change.as_ref();
    let followed = all.iter().find(|other| other.change.as_ref().is_some_and(|c| c.supersedes == entry.id));
    wire::RegisterEntry {
        entry_id: entry.id.to_string(),
        school_id: entry.school.to_string(),
        register: entry.register.clone(),
        values: values(&entry.values),
        supersedes: change.map(|change| change.supersedes.to_string()).unwrap_or_default(),
        withdrawn: entry.withdraws(),
        reason: change.map(|change| change.reason.clone()).unwrap_or_default(),
        account_id: entry.account.as_ref().map(ToString::to_string).unwrap_or_default(),
        create_time: Some(timestamp(entry.added_at)),
        superseded_by: followed.map(|other| other.id.to_string()).unwrap_or_default(),
        account_name: entry.name.clone(),
    }
}

/// Values as the contract has them.
pub(super) fn values(values: &BTreeMap<String, Vec<String>>) -> Vec<wire::RegisterValue> {
    values.iter().map(|(key, values)| wire::RegisterValue { key: key.clone(), values: values.clone() }).collect()
}

/// A definition as the contract has it.
pub(super) fn definition(definition: &Definition) -> wire::RegisterDefinition {
    let fields = definition.fields.iter().map(|field| wire::RegisterField {
        key: field.key.clone(),
        title: field.title.clone(),
        hint: field.hint.clone(),
        r#type: field.kind.name().to_owned(),
        allowed: field.allowed.clone(),
        required: field.required,
        required_if: field.required_if.as_ref().map(ToString::to_string).unwrap_or_default(),
        refers_to: field.refers_to.clone(),
        refers_if: field.refers_if.as_ref().map(ToString::to_string).unwrap_or_default(),
        taken_from: field.taken_from.clone(),
        past: field.past,
        ahead: field.ahead,
    });
    let decision = definition.decision.as_ref().map(|decision| wire::RegisterDecision {
        field: decision.field.clone(),
        waits: decision.waits.clone(),
        by_roles: decision.by.clone(),
        done_by_roles: decision.done_by.clone(),
        asked_by: decision.asked_by.clone(),
        decided_by: decision.decided_by.clone(),
    });
    let confirmation = definition.confirmation.as_ref().map(|confirmation| wire::RegisterConfirmation {
        by_roles: confirmation.by.clone(),
        who: confirmation.who.clone(),
        on: confirmation.on.clone(),
    });
    wire::RegisterDefinition {
        decision,
        confirmation,
        register: definition.key.clone(),
        title: definition.title.clone(),
        about: definition.about.clone(),
        kept_as: definition.kept_as.clone(),
        add_roles: definition.add.clone(),
        read_roles: definition.read.clone(),
        fields: fields.collect(),
        requirements: definition.requirements.clone(),
    }
}

/// A finding as the contract has it.
pub(super) fn finding(finding: &Finding) -> wire::RegisterFinding {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    wire::RegisterFinding {
        register: finding.register.clone(),
        code: finding.code.clone(),
        kind: finding.sort.name().to_owned(),
        severity: severity.to_owned(),
        message: finding.message.clone(),
        subjects: finding.subjects.clone(),
        entry_id: finding.entry.as_ref().map(ToString::to_string).unwrap_or_default(),
        due_date: finding.due.map(|day| day.to_string()).unwrap_or_default(),
    }
}

/// How far a document was answered, as the contract has it.
pub(super) fn coverage(coverage: &Coverage<'_>) -> wire::Coverage {
    wire::Coverage {
        document_id: coverage.document.id.to_string(),
        title: coverage.document.one("title").to_owned(),
        version: coverage.document.one("version").to_owned(),
        audience: coverage.document.one("audience").to_owned(),
        register: coverage.register.clone(),
        answered: count(coverage.answered),
        due: count(coverage.answered + coverage.missing.len()),
        others: count(coverage.others),
    }
}

/// A count as the contract has it.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A file read as a register's table. Nothing is decided by a file.
pub(super) fn table(all: &Registers, definition: &Definition, content: &[u8]) -> Result<Preview> {
    let read = read(definition, content, &all.against());
    let mut preview = read.map_err(|error| Error::invalid("content", error.to_string()))?;
    if let Some(decision) = &definition.decision {
        let title = definition.field(&decision.field).map(|field| field.title.clone()).unwrap_or_default();
        for line in std::mem::take(&mut preview.accepted) {
            match decision.beyond(&line.values) {
                Some(wrong) => {
                    preview.wrong.push((line.number, vec![Violation { field: title.clone(), fix: wrong.fix }]));
                }
                None => preview.accepted.push(line),
            }
        }
    }
    // Nor is anything confirmed by one.
    if let Some(confirmation) = &definition.confirmation {
        let title = definition.field(&confirmation.who).map(|field| field.title.clone()).unwrap_or_default();
        for line in std::mem::take(&mut preview.accepted) {
            match confirmation.kept(line.values.clone(), None) {
                Err(wrong) => {
                    preview.wrong.push((line.number, vec![Violation { field: title.clone(), fix: wrong.fix }]));
                }
                Ok(_) => preview.accepted.push(line),
            }
        }
    }
    Ok(preview)
}

/// What a previewed file goes by: its content, the register, and who previewed it.
pub(super) fn content_hash(scope: &Scope, register: &str, content: &[u8]) -> String {
    let school = scope.school().map(ToString::to_string).unwrap_or_default();
    let mut hash = Sha256::new();
    for part in [school.as_bytes(), scope.account_text().as_bytes(), register.as_bytes(), content] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}
