//! Between the contract and the domain.

pub(super) mod instance;
pub(super) mod life_cycle;
pub(super) mod rollout;
mod route;

use chassis::{
    clock::timestamp,
    error::{Error, Result, Violations},
};
use proto::policy_registry::v1 as wire;
use time::{Date, OffsetDateTime};

use crate::{
    agency::{Agency, Register},
    document::Unreadable,
    effective::{Effective, Values},
    instance::{Clause, Fate, Instance, Refusal, State, Summary},
    lint::{self, Finding},
    parameter::Parameter,
    school::{KEY_STAGES, KINDS, School},
    store,
    template::{self, Problem, SourceFile, Template, compare::Change, condition::Condition, procedure},
};

/// A school to be added, checked.
pub(super) struct NewSchool {
    pub name: String,
    pub kind: String,
    pub urn: String,
    pub key_stages: Vec<String>,
}

impl TryFrom<&wire::CreateSchoolRequest> for NewSchool {
    type Error = Error;
    fn try_from(request: &wire::CreateSchoolRequest) -> Result<Self> {
        const LONGEST: usize = 200;
        let mut violations = Violations::new();
        violations.line("name", "the school's name", &request.name, LONGEST);
        let kind = format!("Enter one of {}", KINDS.join(", "));
        violations.check(KINDS.contains(&request.kind.as_str()), "kind", kind);
        let urn = request.urn.len() == 6 && request.urn.bytes().all(|b| b.is_ascii_digit());
        violations.check(urn, "urn", "Enter the six digits of the unique reference number");
        violations.check(!request.key_stages.is_empty(), "key_stages", "Select at least one key stage");
        let known = request.key_stages.iter().all(|stage| KEY_STAGES.contains(&stage.as_str()));
        violations.check(known, "key_stages", format!("Use {}", KEY_STAGES.join(", ")));
        violations.finish()?;
        let taught = KEY_STAGES.iter().filter(|stage| request.key_stages.iter().any(|taught| taught == *stage));
        Ok(Self {
            name: request.name.trim().to_owned(),
            kind: request.kind.clone(),
            urn: request.urn.clone(),
            key_stages: taught.map(|stage| (*stage).to_owned()).collect(),
        })
    }
}

pub(super) fn file(file: SourceFile) -> wire::SourceFile {
    wire::SourceFile { name: file.name, content: file.content.into() }
}

pub(super) fn source(file: &wire::SourceFile) -> SourceFile {
    SourceFile { name: file.name.clone(), content: file.content.to_vec() }
}

/// Every problem of a template's or register's files as a violation of `field`.
pub(super) fn problems(field: &str, problems: Vec<Problem>) -> Error {
    let mut violations = Violations::new();
    for problem in problems {
        violations.add(field, problem.to_string());
    }
    violations.finish().err().unwrap_or_else(|| Error::internal("files were refused without a problem"))
}

pub(super) fn problem(problem: Problem) -> wire::TemplateProblem {
    wire::TemplateProblem {
        file: problem.file,
        line: u32::try_from(problem.line).unwrap_or(u32::MAX),
        message: problem.message,
        fix: problem.fix,
    }
}

pub(super) fn change(change: Change) -> wire::TemplateChange {
    wire::TemplateChange {
        kind: change.kind.to_owned(),
        id: change.id,
        change: change.how.name().to_owned(),
        before: change.before,
        after: change.after,
        statutory: change.statutory,
    }
}

impl From<Unreadable> for Error {
    fn from(unreadable: Unreadable) -> Self {
        Self::invalid("file", unreadable.to_string())
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::WrongState { .. }
            | Refusal::SamePerson
            | Refusal::Unconfirmed
            | Refusal::Unanswered(_)
            | Refusal::Statutory(_) => Self::wrong_state(refusal.to_string()),
            Refusal::Invalid(field, fix) => Self::invalid(field, fix),
            Refusal::Changed => Self::changed(),
            Refusal::Unfilled(blanks) => {
                let message = "required blanks are empty: fill them, then have the policy signed again";
                let refused = Self::wrong_state(message);
                blanks.into_iter().fold(refused, |refused, (key, title)| refused.and(key, format!("Fill in: {title}")))
            }
            Refusal::NoSuchParameter => {
                Self::invalid("key", "Enter a key of the template that the school itself fills")
            }
            Refusal::NotTheSchools(template::SetBy::Area) => Self::invalid(
                "key",
                "Ask the authority to correct the agency register: this comes from there, and no school types it",
            ),
            Refusal::NotTheSchools(_) => {
                Self::invalid("key", "Ask the authority to change the template: it alone sets this, for every school")
            }
            Refusal::Values(fix) => Self::invalid("values", fix),
            Refusal::ReviewDay { latest } => {
                let fix = format!("Enter a day after today, and {latest} at the latest, or none for that day");
                Self::invalid("next_review_date", fix)
            }
        }
    }
}

pub(super) fn school(school: &School) -> wire::School {
    wire::School {
        school_id: school.id.to_string(),
        name: school.name.clone(),
        kind: school.kind.clone(),
        urn: school.urn.clone(),
        key_stages: school.key_stages.clone(),
        create_time: Some(timestamp(school.created_at)),
        close_time: school.closed_at.map(timestamp),
        area: school.area.clone(),
        learners: school.learners,
    }
}

/// A template version, its citations with the edition in force at the moment.
pub(super) fn template(published: &store::template::Published, now: OffsetDateTime) -> wire::Template {
    let template = &published.template;
    let today = now.date();
    wire::Template {
        template_id: published.id.to_string(),
        name: template.name.clone(),
        version: published.version,
        publish_time: Some(timestamp(published.published_at)),
        sections: template.sections.iter().map(|s| section(template, s, today)).collect(),
        parameters: template.parameters.iter().map(definition).collect(),
        procedures: template.procedures.iter().map(procedure).collect(),
        gates: template.gates.iter().map(gate).collect(),
        alert_rules: template.alert_rules.iter().map(alert_rule).collect(),
        registers: template.registers.iter().map(|register| register.key.clone()).collect(),
    }
}

/// A version without its parts, as lists have it.
pub(super) fn template_outline(published: &store::template::Published) -> wire::Template {
    wire::Template {
        template_id: published.id.to_string(),
        name: published.template.name.clone(),
        version: published.version,
        publish_time: Some(timestamp(published.published_at)),
        ..wire::Template::default()
    }
}

/// A condition as it is written; empty for always.
fn written(condition: &Condition) -> String {
    match condition {
        Condition::Always => String::new(),
        condition => condition.to_string(),
    }
}

fn section(template: &Template, section: &template::Section, today: Date) -> wire::TemplateSection {
    let citation = |key: &String| {
        let guidance = template.guidance(key)?;
        let edition = guidance.in_force(today).map(|(edition, _)| edition.edition.clone());
        Some(wire::Citation {
            guidance: key.clone(),
            name: guidance.name.clone(),
            edition: edition.unwrap_or_default(),
        })
    };
    let clauses = section.clauses.iter().map(|clause| wire::TemplateClause {
        clause_id: clause.id.clone(),
        text: clause.text.clone(),
        requirements: clause.requirements.clone(),
        statutory: clause.statutory,
        citations: clause.citations.iter().filter_map(citation).collect(),
        include_if: written(&clause.include_if),
    });
    wire::TemplateSection {
        section_id: section.id.clone(),
        title: section.title.clone(),
        include_if: written(&section.include_if),
        clauses: clauses.collect(),
    }
}

fn definition(definition: &template::Definition) -> wire::ParameterDefinition {
    wire::ParameterDefinition {
        key: definition.key.clone(),
        title: definition.title.clone(),
        r#type: definition.kind.name().to_owned(),
        allowed: definition.allowed.iter().map(|allowed| allowed.value.clone()).collect(),
        default_value: definition.default.join(", "),
        required: definition.required,
        set_by: definition.set_by.name().to_owned(),
        include_if: written(&definition.include_if),
    }
}

fn procedure(procedure: &procedure::Procedure) -> wire::Procedure {
    wire::Procedure {
        procedure_id: procedure.id.clone(),
        title: procedure.title.clone(),
        steps: procedure.steps.iter().map(step).collect(),
    }
}

pub(super) fn step(step: &procedure::Step) -> wire::Step {
    wire::Step {
        step_id: step.id.clone(),
        title: step.title.clone(),
        roles: step.roles.clone(),
        clock: Some(wire::Clock {
            kind: step.clock.kind.clone(),
            amount: step.clock.amount,
            source: step.clock.source.clone(),
        }),
        condition: step.condition.to_string(),
        gates: step.gates.clone(),
        opens: step.opens.clone(),
        prohibitions: step.prohibitions.clone(),
        records: step.records.clone(),
        statutory: step.statutory,
        after: step.after.clone(),
        requirements: step.requirements.clone(),
    }
}

fn gate(gate: &procedure::Gate) -> wire::Gate {
    wire::Gate {
        gate_id: gate.id.clone(),
        title: gate.title.clone(),
        opened_by: gate.opened_by.clone(),
        guards: gate.guards.clone(),
    }
}

fn alert_rule(rule: &procedure::AlertRule) -> wire::AlertRule {
    wire::AlertRule {
        rule_id: rule.id.clone(),
        watches: rule.watches.clone(),
        theme: rule.theme.clone(),
        basis: rule.basis.clone(),
        severity: rule.severity.clone(),
        route: rule.route.clone(),
        locked: rule.locked,
        threshold: rule.threshold,
        requirements: rule.requirements.clone(),
        tiers: rule.tiers.clone(),
        days: rule.days,
        clause_ids: rule.clauses.clone(),
        finds: rule.finds.clone(),
    }
}

pub(super) fn agency(agency: &Agency) -> wire::Agency {
    let channels = agency.channels.iter().map(|channel| wire::Channel {
        kind: channel.kind.clone(),
        value: channel.value.clone(),
        hours: channel.hours.clone(),
    });
    wire::Agency {
        key: agency.key.clone(),
        name: agency.name.clone(),
        purpose: agency.purpose.clone(),
        no_referrals: !agency.referrals,
        channels: channels.collect(),
        means: agency.ways(),
        desk: agency.desk.clone(),
        from_date: agency.from.clone(),
        until_date: agency.until.clone(),
    }
}

pub(super) fn instance(instance: &Instance, template: &Template, register: Option<&Register>) -> wire::Instance {
    let values = Values::of(instance, template, register);
    wire::Instance {
        parameters: values.parameters().iter().map(parameter).collect(),
        clauses: instance.clauses.iter().map(|own| worded(own, template, &values)).collect(),
        findings: instance.findings.iter().map(finding).collect(),
        import: Some(summary(&instance.summary)),
        tailored_steps: instance.tailored_steps.iter().map(self::instance::tailored_step).collect(),
        section_choices: instance.section_choices.iter().map(self::instance::section_choice).collect(),
        waivers: instance.waivers.iter().map(self::instance::waiver).collect(),
        ..outline(instance)
    }
}

/// An instance without its clauses, findings and import, as lists have it.
pub(super) fn outline(instance: &Instance) -> wire::Instance {
    let state = match instance.state {
        State::Draft => wire::InstanceState::Draft,
        State::Approved => wire::InstanceState::Approved,
        State::Ratified => wire::InstanceState::Ratified,
        State::InForce => wire::InstanceState::InForce,
        State::Superseded => wire::InstanceState::Superseded,
        State::Consultation => wire::InstanceState::Consultation,
        State::Discarded => wire::InstanceState::Discarded,
    };
    let signatures = instance.signatures.iter().map(|signature| wire::Signature {
        role: signature.signatory.name().to_owned(),
        account_id: signature.account.to_string(),
        sign_time: Some(timestamp(signature.signed_at)),
    });
    wire::Instance {
        instance_id: instance.id.to_string(),
        school_id: instance.school.to_string(),
        version: instance.version,
        state: state.into(),
        template_version: instance.template_version,
        parameters: instance.parameters.iter().map(parameter).collect(),
        signatures: signatures.collect(),
        create_time: Some(timestamp(instance.created_at)),
        effective_time: instance.effective_at.map(timestamp),
        review_due_time: instance.review_due_at.map(timestamp),
        etag: instance.etag(),
        source_name: instance.source_name.clone(),
        consultation: life_cycle::consultation(instance),
        emergency: life_cycle::emergency(instance),
        import_confirm_time: instance.import_confirmed_at.map(timestamp),
        rollout_id: instance.rollout.as_ref().map(ToString::to_string).unwrap_or_default(),
        open_proposals: u32::try_from(instance.waiting()).unwrap_or(u32::MAX),
        discard_reason: instance.discard_reason.clone().unwrap_or_default(),
        ..wire::Instance::default()
    }
}

fn parameter(parameter: &Parameter) -> wire::Parameter {
    wire::Parameter {
        key: parameter.key.clone(),
        values: parameter.values.clone(),
        origin: parameter.origin.name().to_owned(),
        line: parameter.line,
        confidence: u32::from(parameter.confidence),
    }
}

/// A clause with the template's words where it needs none of its own.
fn worded(own: &Clause, template: &Template, values: &Values) -> wire::InstanceClause {
    let mut shown = clause(own);
    if own.tailoring == crate::instance::Tailoring::Adopted && own.text.is_empty() {
        let words = own.template_clause.as_deref().and_then(|id| template.clause(id));
        shown.text = words.map(|(_, clause)| values.fill(template, &clause.text)).unwrap_or_default();
    }
    shown
}

fn clause(clause: &Clause) -> wire::InstanceClause {
    wire::InstanceClause {
        template_clause_id: clause.template_clause.clone().unwrap_or_default(),
        section_id: clause.section.clone(),
        tailoring: clause.tailoring.name().to_owned(),
        text: clause.text.clone(),
        line: clause.line,
        score: u32::from(clause.score),
        clause_key: clause.key.clone(),
        reason: clause.reason.clone(),
    }
}

pub(super) fn finding(finding: &Finding) -> wire::Finding {
    let severity = match finding.severity {
        lint::Severity::Error => wire::Severity::Error,
        lint::Severity::Warning => wire::Severity::Warning,
        lint::Severity::Info => wire::Severity::Info,
    };
    wire::Finding {
        rule: finding.rule.clone(),
        severity: severity.into(),
        line: finding.line,
        column: finding.column,
        message: finding.message.clone(),
        fix: finding.fix.clone(),
        finding_id: finding.id.clone(),
        ..wire::Finding::default()
    }
}

fn summary(summary: &Summary) -> wire::ImportSummary {
    let ignored = summary.placed.iter().filter(|placed| placed.fate == Fate::Ignored);
    let ignored = ignored.map(|placed| wire::IgnoredParagraph { line: placed.line, why: placed.why.clone() });
    wire::ImportSummary {
        paragraphs: summary.paragraphs(),
        matched: summary.count(Fate::Matched),
        amended: summary.count(Fate::Amended),
        added: summary.count(Fate::Added),
        ignored: summary.count(Fate::Ignored),
        sections: summary.sections,
        missing: summary.missing,
        ignored_paragraphs: ignored.collect(),
    }
}

pub(super) fn effective(effective: &Effective) -> wire::EffectivePolicy {
    let instance = &effective.instance;
    wire::EffectivePolicy {
        school_id: instance.school.to_string(),
        instance_id: instance.id.to_string(),
        version: instance.version,
        template_version: instance.template_version,
        effective_time: Some(timestamp(effective.effective_at)),
        review_due_time: instance.review_due_at.map(timestamp),
        parameters: effective.parameters.iter().map(parameter).collect(),
        clauses: effective.clauses.iter().map(clause).collect(),
        procedures: effective.procedures.iter().map(procedure).collect(),
        gates: effective.gates.iter().map(gate).collect(),
        contacts: effective.contacts.iter().map(agency).collect(),
        alert_rules: effective.alert_rules.iter().map(alert_rule).collect(),
        agency_routes: effective.agency_routes.routes.iter().map(route::route).collect(),
        escalation: effective.agency_routes.ladder.iter().map(route::rung).collect(),
    }
}
