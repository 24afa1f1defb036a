//! Templates, changes of them and tailoring, made by chance.

use super::*;

/// What becomes of one clause or step on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Kept,
    /// The nth word reads otherwise.
    Reworded(usize),
    Removed,
    BecameStatutory(usize),
}

pub(super) fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Kept),
        3 => (0..10_usize).prop_map(Fate::Reworded),
        1 => Just(Fate::Removed),
        1 => (0..10_usize).prop_map(Fate::BecameStatutory),
    ]
}

/// A template's change and a school's tailoring, both by place.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) template: Vec<Fate>,
    pub(super) steps: Vec<Fate>,
    pub(super) gone_section: bool,
    pub(super) gone_procedure: bool,
    pub(super) arrivals: usize,
    pub(super) school: Vec<Fate>,
    pub(super) school_steps: Vec<Fate>,
    pub(super) local: Vec<usize>,
    pub(super) choice: bool,
    pub(super) product: Option<bool>,
    pub(super) order: Vec<usize>,
}

pub(super) const CLAUSES: usize = 12;
pub(super) const STEPS: usize = 4;

pub(super) fn cases() -> impl Strategy<Value = Case> {
    let clauses = || prop::collection::vec(fate(), CLAUSES);
    let steps = || prop::collection::vec(fate(), STEPS);
    let local = prop::collection::vec(0..4_usize, 0..4);
    let places = (any::<bool>(), prop::bool::weighted(0.2), 0..3_usize);
    let order = prop::collection::vec(0..64_usize, 40);
    let own = (local, any::<bool>(), prop::option::of(any::<bool>()), order);
    (clauses(), steps(), places, clauses(), steps(), own).prop_map(
        |(template, steps, places, school, school_steps, own)| Case {
            template,
            steps,
            gone_section: places.0,
            gone_procedure: places.1,
            arrivals: places.2,
            school,
            school_steps,
            local: own.0,
            choice: own.1,
            product: own.2,
            order: own.3,
        },
    )
}

pub(super) fn reworded(text: &str, nth: usize, with: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    words[nth] = with;
    words.join(" ")
}

pub(super) fn clause(id: String, statutory: bool) -> template::Clause {
    let text = format!("{WORDS} ({id}) at {{{{school.short_name}}}}.");
    template::Clause {
        id,
        text,
        requirements: Vec::new(),
        cues: Vec::new(),
        statutory,
        include_if: Condition::Always,
        citations: Vec::new(),
    }
}

pub(super) fn base() -> Template {
    static SMALL: LazyLock<Template> = LazyLock::new(template);
    let mut base = SMALL.clone();
    let first = base.sections.first().cloned().unwrap();
    base.sections = (0..4)
        .map(|section| Section {
            id: format!("s{section}"),
            title: format!("Section {section}"),
            clauses: (0..3).map(|nth| clause(format!("s{section}.c{nth}"), nth == 2)).collect(),
            include_if: if section == 1 { Condition::parse("vc.enabled = true").unwrap() } else { Condition::Always },
            ..first.clone()
        })
        .collect();
    let step = base.procedures.first().and_then(|procedure| procedure.steps.first().cloned()).unwrap();
    base.procedures.first_mut().unwrap().steps = (0..STEPS)
        .map(|nth| Step {
            id: format!("P1-{nth:02}"),
            title: format!("{WORDS}, step {nth}"),
            statutory: nth == 0,
            after: if nth > 0 { vec![format!("P1-{:02}", nth - 1)] } else { Vec::new() },
            ..step.clone()
        })
        .collect();
    base
}

pub(super) fn theirs(case: &Case) -> Template {
    let mut theirs = base();
    let mut fates = case.template.iter();
    for section in &mut theirs.sections {
        section.clauses.retain_mut(|clause| match fates.next().copied().unwrap_or(Fate::Kept) {
            Fate::Kept => true,
            Fate::Reworded(nth) => {
                clause.text = reworded(&clause.text, nth, "NEW");
                true
            }
            Fate::Removed => false,
            Fate::BecameStatutory(nth) => {
                clause.statutory = true;
                clause.text = reworded(&clause.text, nth, "NEW");
                true
            }
        });
    }
    if case.gone_section {
        theirs.sections.remove(3);
    }
    for nth in 0..case.arrivals {
        theirs.sections[0].clauses.push(clause(format!("s0.new{nth}"), nth == 0));
    }
    theirs.sections[1].include_if = Condition::Always;
    let steps = &mut theirs.procedures.first_mut().unwrap().steps;
    let mut fates = case.steps.iter();
    steps.retain_mut(|step| match fates.next().copied().unwrap_or(Fate::Kept) {
        Fate::Kept => true,
        Fate::Reworded(nth) => {
            step.title = reworded(&step.title, nth, "NEW");
            true
        }
        Fate::Removed => false,
        Fate::BecameStatutory(_) => {
            step.statutory = true;
            true
        }
    });
    let left: Vec<String> = steps.iter().map(|step| step.id.clone()).collect();
    for step in steps {
        step.after.retain(|id| left.contains(id));
    }
    if case.gone_procedure {
        theirs.procedures.clear();
    }
    theirs.parameters.retain(|definition| definition.key != "doc.approved_on");
    let choice = theirs.parameters.iter_mut().find(|definition| definition.key == "phone.rule").unwrap();
    choice.allowed.retain(|allowed| allowed.value != "office_daily");
    let new = theirs.parameter("role.head").cloned().unwrap();
    theirs.parameters.push(template::Definition { key: "role.it_lead".into(), title: "IT lead".into(), ..new });
    theirs
}

pub(super) fn ids() -> Ids {
    Ids::seeded(ManualClock::new(NOW), 7)
}

/// A school's policy made from the base and tailored.
pub(super) fn own(case: &Case) -> Instance {
    let (base, ids) = (base(), ids());
    let mut clauses = Vec::new();
    for ((section, clause), fate) in base.clauses().zip(&case.school) {
        let (tailoring, text) = match fate {
            Fate::Kept => (Tailoring::Adopted, String::new()),
            Fate::Reworded(nth) | Fate::BecameStatutory(nth) => {
                let filled = clause.text.replace("{{school.short_name}}", "Oakbeck");
                (Tailoring::Adapted, reworded(&filled, *nth, if *nth == 3 { "NEW" } else { "OWN" }))
            }
            Fate::Removed => (Tailoring::Omitted, String::new()),
        };
        let (key, template_clause) = (clause.id.clone(), Some(clause.id.clone()));
        let reason = if tailoring == Tailoring::Adopted { "" } else { "It suits us" }.to_owned();
        clauses.push(Clause {
            template_clause,
            section: section.id.clone(),
            tailoring,
            text,
            line: 0,
            score: 0,
            key,
            level: 0,
            title: String::new(),
            reason,
        });
    }
    for (nth, section) in case.local.iter().enumerate() {
        clauses.push(Clause {
            template_clause: None,
            section: format!("s{section}"),
            tailoring: Tailoring::Added,
            text: format!("Our own rule {nth}."),
            line: 0,
            score: 0,
            key: format!("own-{nth}"),
            level: 0,
            title: String::new(),
            reason: "It is ours".into(),
        });
    }
    let steps = base.procedures.first().unwrap().steps.iter().zip(&case.school_steps);
    let tailored_steps = steps.enumerate().filter_map(|(place, (step, fate))| {
        let (tailoring, step) = match fate {
            Fate::Kept => return None,
            Fate::Reworded(nth) => {
                (Tailoring::Adapted, Step { title: reworded(&step.title, *nth, "OWN"), ..step.clone() })
            }
            Fate::Removed => (Tailoring::Omitted, step.clone()),
            Fate::BecameStatutory(_) => (
                Tailoring::Added,
                Step {
                    id: format!("P1-9{place}"),
                    title: "A step of ours".into(),
                    statutory: false,
                    after: vec![step.id.clone()],
                    ..step.clone()
                },
            ),
        };
        Some(TailoredStep { procedure: "P1".into(), tailoring, step, reason: "It suits us".into() })
    });
    let filled = |key: &str, value: &str| Parameter::of(key, vec![value.to_owned()], Origin::School);
    let mut parameters = vec![filled("school.short_name", "Oakbeck"), filled("role.head", "Ada Birch")];
    if let Some(allowed) = case.product {
        parameters.push(filled("phone.rule", if allowed { "not_on_site" } else { "office_daily" }));
        parameters.push(filled("doc.approved_on", "2026-01"));
    }
    let choice = SectionChoice { section: "s1".into(), included: false, reason: "We never call".into() };
    Instance {
        id: ids.next(),
        school: ids.next(),
        version: 1,
        template_version: 1,
        state: State::Draft,
        parameters,
        clauses,
        tailored_steps: tailored_steps.collect(),
        section_choices: if case.choice { vec![choice] } else { Vec::new() },
        waivers: Vec::new(),
        proposals: Vec::new(),
        findings: Vec::new(),
        grave: None,
        signatures: Vec::new(),
        summary: Summary::default(),
        source_name: String::new(),
        import_confirmed_at: None,
        consultation: None,
        emergency: None,
        rollout: None,
        discard_reason: None,
        created_at: NOW,
        effective_at: Some(NOW),
        superseded_at: None,
        review_due_at: None,
        revision: 1,
    }
}
