//! What a case keeps beside its steps, as its page shows it: only what there is, each kind under its own heading.

use proto::{
    access::v1::Permission,
    incident_cases::v1::{Agreement, Case, CaseStep, Decision, Referral, Support},
};

use super::{
    decide::{ANSWERED_BY, ASKED, AUDIENCES, DECISIONS, QUESTIONS, UPTAKE},
    material::{BODIES, MATERIALS, PURPOSES},
    page::{Event, Section, meant},
};
use crate::{
    console::people::People,
    pages::{part::Link, words},
};

/// What does a step or opens a gate, and where: by the code that the service names.
pub fn opener(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "criteria" => ("Answer the five questions", "criteria"),
        "viewing" => ("Write the viewing log", "viewings"),
        "custody" => ("Record a device taken", "custody"),
        "assessment" => ("Record the risk and needs assessment", "assessments"),
        "support" => ("Record support for each child", "support"),
        "referral" => ("Make a referral, or record why not", "refer"),
        "lado" => ("Refer it to the designated officer (LADO)", "refer"),
        "report" => ("Record a report about material", "reports"),
        "bodies" => (
            "Record a report to a body that this step names, or a talk with the police or a referral to one of those bodies",
            "reports",
        ),
        "deletion" => ("Record a deletion, or why not", "deletions"),
        "sanction" => ("Record a decision", "decisions"),
        "consultation" => ("Record a talk with police or the front door", "consultations/new"),
        "parents_decision" => ("Record what parents are told", "parents-decisions/new"),
        "agreement" => ("Ask a second person", "agreements"),
        "involvement" => ("Name each child it is about, or decide that nobody is named, and why", "involvements/new"),
        "debrief" => ("Record the debrief", "debrief"),
        "immediate_danger" => ("Answer whether a child is in immediate danger", "facts/new?name=immediate_danger"),
        "viewing_needed" => ("Record whether an image has to be viewed", "facts/new?name=viewing_needed"),
        "agencies_needed" => ("Record whether other agencies are needed", "facts/new?name=agencies_needed"),
        "deletion_safe" => ("Record whether deletion is safe", "facts/new?name=deletion_safe"),
        "conduct_established" => {
            ("Record a fact: Is it established what happened?", "facts/new?name=conduct_established")
        }
        "police_advice" => ("Record a talk with the police", "consultations/new"),
        "parents" => ("Record for each child what parents are told", "parents-decisions/new"),
        "assessment_review" => ("Review the assessment: its day has come", "assessments"),
        "police_hold" => ("Record whether the police still need it", "facts/new?name=police_hold"),
        "offence" => ("Record a fact: Has an offence been committed?", "facts/new?name=offence"),
        "device_involved" => ("Record a fact: Is a device involved?", "facts/new?name=device_involved"),
        "on_school_system" => ("Record a fact: Is it on the school’s own systems?", "facts/new?name=on_school_system"),
        "other_setting" => ("Record a fact: Are learners of another school involved?", "facts/new?name=other_setting"),
        "intelligence" => ("Record a fact: Is there intelligence to pass on?", "facts/new?name=intelligence"),
        "by_or_at_member" => {
            ("Record a fact: Was it by, or against, a member of the school?", "facts/new?name=by_or_at_member")
        }
        "response_unclear" => ("Record a fact: Is it unclear how to respond?", "facts/new?name=response_unclear"),
        "iioc_variant" => ("Record a fact: How did the indecent images come up?", "facts/new?name=iioc_variant"),
        "harm_threshold" => ("Record a fact: Is the harm threshold met?", "facts/new?name=harm_threshold"),
        "child_hurt" => ("Record a fact: Is a child hurt?", "facts/new?name=child_hurt"),
        "agency_worker" => {
            ("Record a fact: Does the adult work for an agency or another firm?", "facts/new?name=agency_worker")
        }
        "rights_at_risk" => ("Record a fact: Is a risk to people’s rights likely?", "facts/new?name=rights_at_risk"),
        "high_risk" => ("Record a fact: Is that risk high?", "facts/new?name=high_risk"),
        "in_examination" => ("Record a fact: Was the device found in an examination?", "facts/new?name=in_examination"),
        _ => return None,
    })
}

/// The way to what keeps a gate shut: a step, or the act that is missing.
pub fn missing(case: &Case, here: &str, code: &str) -> Link {
    if code == "immediate_danger" && in_danger(case) {
        return Link::new("Record what ended the danger", format!("{here}/facts/new?name=immediate_danger"));
    }
    if code == "report_outcome" {
        let waits = case.reports.iter().find(|report| report.outcome.is_empty());
        let report = waits.map(|report| format!("{here}/reports/{}", report.report_id)).unwrap_or_default();
        return Link::new("Record what came of a report about material", report);
    }
    if code == "referral_draft" {
        let open = case.referral_drafts.iter().find(|draft| draft.state == "drafted");
        let draft = open.map(|draft| format!("{here}/refer/{}", draft.draft_id)).unwrap_or_default();
        return Link::new("Send or withdraw the referral that is being written", draft);
    }
    if code == LADO_ADVICE {
        return waits_for(case, here, code);
    }
    if code == "subject" {
        // A step waits to know who it is about, or a gate to know which adult.
        if case.steps.iter().any(|step| step.state == "waits_for_fact" && step.waits_for == code) {
            return waits_for(case, here, code);
        }
        return Link::new("Say which adult the case is about", format!("{here}/access"));
    }
    match opener(code) {
        Some((text, path)) => Link::new(text, format!("{here}/{path}")),
        None if code.starts_with('P') => {
            Link::new(format!("Go to the step: {}", meant(case, code)), format!("{here}/steps/{code}"))
        }
        None => Link::default(),
    }
}

/// Whether it is recorded that a child is in immediate danger, and not yet that this has ended.
pub fn in_danger(case: &Case) -> bool {
    let now = case.facts.iter().find(|fact| fact.name == "immediate_danger");
    let was =
        case.facts.iter().chain(&case.earlier_facts).any(|fact| fact.name == "immediate_danger" && fact.value == "yes");
    case.state == "open" && was && now.is_some_and(|fact| fact.value != "no")
}

/// What is missing once the designated officer was told and has not advised yet.
pub const LADO_ADVICE: &str = "lado_advice";

/// Whether a step has somebody talked to before others hear of it, and nobody has been.
fn asks_talk(step: &CaseStep) -> bool {
    step.done_by == "consultation" && matches!(step.state.as_str(), "to_do" | "cannot_start_yet")
}

/// The way to what a step waits for: an earlier step, what opens its gate, or the fact that says whether it is needed.
pub fn waits_for(case: &Case, here: &str, code: &str) -> Link {
    let gate = |text: &str, path: &str| Link::new(format!("{text} ({code})"), format!("{here}/{path}"));
    match code {
        "" => Link::default(),
        // In the procedure on nudes the five answers say whether the police come before the parents.
        "G-HOLD" if case.criteria.is_empty() && case.steps.iter().any(|step| step.done_by == "criteria") => {
            gate("Answer the five questions", "criteria")
        }
        "G-HOLD" if case.steps.iter().any(asks_talk) => gate("Record the talk that comes first", "consultations/new"),
        "G-HOLD" => gate("Record a talk with police or the front door", "consultations/new"),
        "G-DANGER" => gate("Answer whether a child is in immediate danger", "facts/new?name=immediate_danger"),
        "G-SUBJECT" => gate("Say which adult the case is about", "access"),
        "G-VIEW" if case.facts.iter().any(|fact| fact.name == "viewing_needed" && fact.value == "yes") => {
            gate("Ask the head to agree", "agreements")
        }
        LADO_ADVICE => {
            let waits = |told: &&Referral| {
                told.agency.starts_with("lado") && told.outcome.is_empty() && told.withdrawal.is_none()
            };
            let path = match case.referrals.iter().rev().find(waits) {
                Some(told) if told.form.is_none() => format!("{here}/referrals/{}/outcome", told.referral_id),
                Some(told) => format!("{here}/referrals/{}", told.referral_id),
                None => format!("{here}#referrals"),
            };
            Link::new("Record what the designated officer (LADO) answered", path)
        }
        step if step.starts_with('P') => Link::new(meant(case, step), format!("{here}/steps/{step}")),
        shut if shut.starts_with("G-") => {
            let missing = case.gates.iter().find(|gate| gate.gate_id == shut).map(|gate| gate.missing_step.as_str());
            match missing.and_then(opener) {
                Some((text, path)) => gate(text, path),
                None => Link::new(meant(case, shut), format!("{here}#steps")),
            }
        }
        other => match (opener(other), words::FACTS.iter().find(|(fact, _)| *fact == other)) {
            (Some((text, path)), _) => Link::new(text, format!("{here}/{path}")),
            (None, Some((fact, text))) => {
                Link::new(format!("Record a fact: {text}"), format!("{here}/facts/new?name={fact}"))
            }
            (None, None) => Link::new(meant(case, other), format!("{here}#facts")),
        },
    }
}

/// The rarer acts.
pub fn acts(case: &Case, here: &str, may: &dyn Fn(Permission) -> bool) -> Vec<Link> {
    let work = Permission::CaseWork;
    let mut acts = vec![("Devices, searches and what was told outside", "devices", Permission::CaseRead)];
    if case.state == "open" {
        if case.steps.iter().any(|step| step.done_by == "criteria") {
            acts.push(("Answer the five questions", "criteria", work));
        }
        acts.extend([
            ("Record a decision", "decisions", work),
            ("Record support for a child", "support", work),
            ("Record the risk and needs assessment", "assessments", work),
            ("Ask a second person", "agreements", work),
            ("Record a device taken", "custody", work),
            ("Record a search", "searches", work),
            ("Record suspect material", "materials", work),
            ("Record a report about material", "reports", work),
            ("Record who saw the material", "exposures", work),
            ("Record a deletion", "deletions", work),
            ("Record what was told outside the school", "disclosures", work),
        ]);
    } else {
        acts.push(("Open the case again", "reopen", Permission::CaseClose));
    }
    let shown = acts.into_iter().filter(|(_, _, needs)| may(*needs));
    shown.map(|(text, path, _)| Link::new(text, format!("{here}/{path}"))).collect()
}

/// The accounts named in them.
pub fn accounts(case: &Case) -> impl Iterator<Item = &String> {
    let asked = case.agreements.iter().flat_map(|a| [&a.asked_by_account_id, &a.answered_by_account_id]);
    let told = case.criteria.iter().map(|c| &c.account_id);
    let told =
        told.chain(case.decisions.iter().map(|d| &d.account_id)).chain(case.support.iter().map(|s| &s.account_id));
    let material = case.reports.iter().map(|r| &r.account_id).chain(case.viewings.iter().map(|v| &v.account_id));
    let material = material.chain(case.materials.iter().map(|m| &m.account_id));
    asked.chain(told).chain(material).chain(case.assessments.iter().map(|a| &a.account_id))
}

/// Every kind of record that there is.
pub fn sections(case: &Case, people: &People, here: &str, may: &dyn Fn(Permission) -> bool) -> Vec<Section> {
    let open = case.state == "open";
    let works = open && may(Permission::CaseWork);
    let section = |title, id, mut events: Vec<Event>| {
        events.reverse();
        Section { title, id, events }
    };
    let all = vec![
        section("Second person", "agreements", agreements(case, people, here, open && may(Permission::CaseAgree))),
        section(
            "Decisions",
            "decisions",
            criteria(case, people).chain(case.decisions.iter().map(|d| decision(d, people))).collect(),
        ),
        section("Support", "support", case.support.iter().map(|s| support(case, s, people)).collect()),
        section("Risk and needs assessment", "assessments", assessments(case, people)),
        section("Material", "materials", materials(case, people, here, works)),
        section("Reports about material", "reports", reports(case, people, here, works)),
        section(
            "Opened again",
            "reopenings",
            case.reopenings
                .iter()
                .map(|r| {
                    Event::new(
                        "Opened again",
                        words::stamp(r.create_time.as_ref()).unwrap_or_default(),
                        r.reason.clone(),
                    )
                })
                .collect(),
        ),
    ];
    all.into_iter().filter(|section| !section.events.is_empty()).collect()
}

/// The fact that is to change and what it is to be; empty where it is about something else.
pub(super) fn changed(a: &Agreement) -> String {
    if a.fact.is_empty() {
        return String::new();
    }
    let value = words::called(words::fact_values(&a.fact), &a.value);
    format!("“{}” to “{value}”", words::called(words::FACTS, &a.fact))
}

/// Who may answer as the second person, in words.
pub(super) fn answerers(a: &Agreement) -> String {
    let all: Vec<String> = a
        .answered_by_roles
        .iter()
        .map(|role| {
            ANSWERED_BY.iter().find(|(known, _)| known == role).map_or_else(String::new, |(_, text)| (*text).to_owned())
        })
        .collect();
    if all.is_empty() { "an answer".to_owned() } else { all.join(" or ") }
}

pub(super) fn agreements(case: &Case, people: &People, here: &str, may: bool) -> Vec<Event> {
    let event = |a: &Agreement| {
        let to = if a.audience.is_empty() { String::new() } else { words::called(AUDIENCES, &a.audience) };
        let title = format!("{} {}{}{to}", words::called(ASKED, &a.kind), a.step_id, changed(a));
        let when = words::stamp(a.create_time.as_ref()).unwrap_or_default();
        let event = Event::new(
            title.trim(),
            format!("{when}, asked by {}", people.name(&a.asked_by_account_id)),
            a.reason.clone(),
        );
        if a.state == "asked" {
            let link = Link::new("Answer as the second person", format!("{here}/agreements/{}", a.agreement_id));
            let event = event.more(format!("Waits for {}", answerers(a)));
            return if may && !people.own(&a.asked_by_account_id) { event.link(link) } else { event };
        }
        let word = if a.state == "refused" { "Refused" } else { "Agreed" };
        event.more(format!("{word} by {}: {}", people.name(&a.answered_by_account_id), a.answer_reason))
    };
    case.agreements.iter().map(event).collect()
}

pub(super) fn criteria<'a>(case: &'a Case, people: &'a People) -> impl Iterator<Item = Event> + 'a {
    case.criteria.iter().map(move |c| {
        let answers = [&c.adult_involved, &c.coercion, &c.unusual_or_violent, &c.under_13, &c.immediate_risk];
        let met: Vec<&str> = QUESTIONS
            .iter()
            .zip(answers)
            .filter(|(_, answer)| *answer == "yes")
            .map(|((_, label), _)| *label)
            .collect();
        let title =
            if met.is_empty() { "None of the five criteria is met" } else { "A criterion is met: refer at once" };
        let when = words::stamp(c.create_time.as_ref()).unwrap_or_default();
        let when = format!("{when}, by {}", people.name(&c.account_id));
        Event::new(title, when, c.reason.clone()).more(met.join("\n"))
    })
}

pub(super) fn decision(d: &Decision, people: &People) -> Event {
    let when = words::stamp(d.create_time.as_ref()).unwrap_or_default();
    let kind = words::called(DECISIONS, &d.kind);
    // What there is one choice of says it by its kind.
    let title = match d.kind.as_str() {
        "referral" | "deletion" => kind,
        _ => format!("{kind}: {}", words::spaced(&d.choice)),
    };
    let more = [d.options.as_str(), d.effect_on_victim.as_str()].into_iter().filter(|t| !t.is_empty());
    Event::new(title, format!("{when}, by {}", people.name(&d.account_id)), d.reason.clone())
        .more(more.collect::<Vec<_>>().join("\n"))
}

pub(super) fn support(case: &Case, s: &Support, people: &People) -> Event {
    let child = case.involvements.iter().find(|i| i.involvement_id == s.involvement_id);
    let title = format!("{}: {}", child.map_or("A child", |i| i.person.as_str()), words::called(UPTAKE, &s.uptake));
    let when = words::stamp(s.create_time.as_ref()).unwrap_or_default();
    Event::new(title, format!("{when}, by {}", people.name(&s.account_id)), s.offer.clone()).more(s.note.clone())
}

pub(super) fn assessments(case: &Case, people: &People) -> Vec<Event> {
    let event = |a: &proto::incident_cases::v1::Assessment| {
        let when = words::stamp(a.create_time.as_ref()).unwrap_or_default();
        let review = words::day(a.review_time.as_ref()).unwrap_or_default();
        let text = format!("{}\n{}\n{}", a.risks, a.needs, a.measures);
        Event::new(format!("Version {}", a.version), format!("{when}, by {}", people.name(&a.account_id)), text)
            .more(format!("Looked at again by {review}"))
    };
    case.assessments.iter().map(event).collect()
}

pub(super) fn materials(case: &Case, people: &People, here: &str, works: bool) -> Vec<Event> {
    let when = |at| words::stamp(at).unwrap_or_default();
    let mut events: Vec<Event> = Vec::new();
    for m in &case.materials {
        let by = format!("{}, by {}", when(m.create_time.as_ref()), people.name(&m.account_id));
        let event = Event::new(words::called(MATERIALS, &m.kind), by, m.description.clone());
        let link = Link::new("Show the sealed address", format!("{here}/materials/{}", m.material_id));
        events.push(if m.has_address && works { event.link(link) } else { event });
    }
    events.extend(case.exposures.iter().map(|e| {
        Event::new(format!("Seen by {}", e.person), when(e.expose_time.as_ref()), e.circumstances.clone())
            .more(e.support.clone())
    }));
    events.extend(case.viewings.iter().map(|v| {
        let title = format!("Viewed: {}", words::called(PURPOSES, &v.purpose));
        let text = format!("{}\n{}", v.how, v.afterwards);
        let by = format!("{}, by {}", when(v.view_time.as_ref()), people.name(&v.account_id));
        let sex = match v.same_sex.as_str() {
            "yes" => "the viewer is of the child’s sex",
            "no" => "the viewer is not of the child’s sex",
            _ => "a viewer of the child’s sex was not possible",
        };
        Event::new(title, by, text).more(format!("With {}, {}; {sex}", v.second_adult, v.place))
    }));
    events.extend(case.deletions.iter().map(|d| {
        Event::new(
            format!("Deleted by {}", d.deleted_by),
            when(d.create_time.as_ref()),
            format!("{}\n{}", d.what, d.location),
        )
        .more(d.advice.clone())
    }));
    events
}

pub(super) fn reports(case: &Case, people: &People, here: &str, works: bool) -> Vec<Event> {
    let event = |r: &proto::incident_cases::v1::Report| {
        let title = format!("{} {}", words::called(BODIES, &r.body), r.platform);
        let when = words::stamp(r.create_time.as_ref()).unwrap_or_default();
        let reference =
            if r.reference.is_empty() { "No reference yet".into() } else { format!("Reference {}", r.reference) };
        let about = case.materials.iter().find(|m| m.material_id == r.material_id);
        let about = about.map(|m| format!("\nAbout: {}", m.description)).unwrap_or_default();
        let text = format!("{reference}{about}");
        let event = Event::new(title.trim(), format!("{when}, by {}", people.name(&r.account_id)), text);
        if !r.outcome.is_empty() {
            return event.more(r.outcome.clone());
        }
        let chase = words::day(r.chase_time.as_ref()).unwrap_or_default();
        let event = event.more(format!("Chase an answer by {chase}"));
        let link = Link::new("Record what came of it", format!("{here}/reports/{}", r.report_id));
        if works { event.link(link) } else { event }
    };
    case.reports.iter().map(event).collect()
}
