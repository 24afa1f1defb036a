//! Gates: refusals by the service until named facts are recorded (domain rules G-…). A gate is data in the policy; what
//! opens it is here, since a school may not loosen it.

use time::OffsetDateTime;

use crate::{
    case::{Case, Referral, record::Asked},
    procedure::{Procedure, StepRule},
};

/// Nothing passes beyond the community until a talk with police or front door is recorded; where the procedure has the police
/// asked first, with them.
pub const HOLD: &str = "G-HOLD";
/// Viewing only by the lead or a deputy, with the justification recorded first.
pub const VIEW: &str = "G-VIEW";
/// No deletion before agencies are ruled out and it is safe.
pub const DELETE: &str = "G-DELETE";
/// A device is not examined before police advice where there may be an offence.
pub const CUSTODY: &str = "G-CUSTODY";
/// Parents of each child: told, or why not.
pub const PARENT: &str = "G-PARENT";
/// Nothing closes with something open.
pub const CLOSE: &str = "G-CLOSE";
/// 999 is asked about first; recording is never blocked by it.
pub const DANGER: &str = "G-DANGER";
/// No upload, preview, copy, print or file export of imagery: nothing opens it.
pub const IMAGE: &str = "G-IMAGE";

/// Where an adult is the subject: it is said who that is, so that they are kept out.
pub const SUBJECT: &str = "G-SUBJECT";

/// The gates of every case, whatever its kind. The policy has others: of single procedures, of registers, of the platform.
const OF_CASES: [&str; 9] = [HOLD, VIEW, DELETE, CUSTODY, PARENT, CLOSE, DANGER, IMAGE, SUBJECT];

/// Whether a gate of the policy is one of a case worked by a procedure.
pub fn of(gate: &str, procedure: &Procedure) -> bool {
    let names = |step: &StepRule| step.gates.iter().chain(&step.opens).any(|named| named == gate);
    OF_CASES.contains(&gate) || procedure.steps.iter().any(names)
}

/// Whether a gate is open in a case at a moment.
pub fn open(gate: &str, case: &Case, now: OffsetDateTime) -> bool {
    match gate {
        CLOSE => case.left_to_do(now).is_empty(),
        _ => stands_open(gate, case),
    }
}

/// Whether nothing opens a gate in a case: nobody looks at indecent images of children.
pub fn never(gate: &str, case: &Case) -> bool {
    gate == IMAGE || (gate == VIEW && case.procedure.id == "P4")
}

/// Whether a gate is open whatever the day: all but the one on closing.
fn stands_open(gate: &str, case: &Case) -> bool {
    let known = |name| case.fact(name).is_some_and(|value| !matches!(value, "unknown" | "undecided" | ""));
    match gate {
        HOLD => case.hold_lifted(),
        DELETE => keeps_from_deleting(case).is_none(),
        CUSTODY => case.fact("offence") == Some("no") || case.police_talk().is_some(),
        VIEW => {
            case.procedure.id != "P4" && case.fact("viewing_needed") == Some("yes") && case.agreed(Asked::Viewing, "")
        }
        PARENT => case.undecided_parents().next().is_none(),
        SUBJECT => !case.asks_subject() || case.access.subject.is_some(),
        DANGER => known("immediate_danger"),
        // Any other is opened by the step that says so.
        _ => case.opened(gate),
    }
}

/// What keeps material from being deleted: the step, the fact or the record that has to be there first (rules NUD-02, R-295,
/// That no agency is needed is nobody's to say while one of the five criteria is met, a referral waits for its
/// answer, or a duty of the procedure is open.
fn keeps_from_deleting(case: &Case) -> Option<String> {
    let is = |name: &str, value: &str| case.fact(name) == Some(value);
    let duty = case.open_steps().find(|rule| rule.statutory && rule.clock_kind != "before_closing");
    let grave = is("criteria_met", "yes") || !is("offence", "no");
    // A hold of the police outlasts every decision of the school.
    let missing = if is("police_hold", "yes") {
        "police_hold"
    } else if is("criteria_met", "yes") && !case.referred_at_once() {
        "referral"
    } else if case.referrals.iter().any(Referral::waits) {
        "referral_outcome"
    } else if let Some(rule) = duty {
        return Some(rule.id.clone());
    } else if !is("agencies_needed", "no") {
        "agencies_needed"
    } else if !is("deletion_safe", "yes") {
        "deletion_safe"
    } else if case.police_talk().is_none() && (case.procedure.id == "P4" || grave) {
        "police_advice"
    } else {
        return None;
    };
    Some(missing.to_owned())
}

/// The step, the fact or the act that would open a gate.
pub fn missing(gate: &str, case: &Case, now: OffsetDateTime) -> String {
    if let Some(step) = case.open_steps().find(|step| step.opens(gate)) {
        return step.id.clone();
    }
    let fact = |facts: &[(&str, &str)]| {
        facts.iter().find(|(name, value)| case.fact(name) != Some(value)).map(|(name, _)| (*name).to_owned())
    };
    match gate {
        HOLD => "consultation".to_owned(),
        DELETE => keeps_from_deleting(case).unwrap_or_default(),
        CUSTODY => "police_advice".to_owned(),
        VIEW if case.procedure.id == "P4" => String::new(),
        VIEW => fact(&[("viewing_needed", "yes")]).unwrap_or_else(|| "agreement".to_owned()),
        PARENT => "parents_decision".to_owned(),
        CLOSE => case.left_to_do(now).first().cloned().unwrap_or_default(),
        SUBJECT => "subject".to_owned(),
        DANGER => "immediate_danger".to_owned(),
        _ => String::new(),
    }
}

/// Who hears of the case by a step that stands before the hold.
pub fn audience(step: &StepRule) -> &'static str {
    if step.behind(PARENT) { "parents" } else { "other_school" }
}

/// The gate that keeps a step from being done now; none where all it must pass are open.
pub fn shut<'a>(step: &'a StepRule, case: &Case) -> Option<&'a str> {
    let parents = step.behind(PARENT);
    let holds = |gate: &str| match gate {
        // The talk itself is never held back; telling parents is where an offence is known or the police come first.
        HOLD => !step.opens(HOLD) && (!parents || case.holds_parents()) && !case.overridden(audience(step)),
        DELETE => true,
        // Examining a device, not storing it; looking at images is the viewing log's own gate.
        CUSTODY => step.behind(VIEW),
        VIEW => !step.behind(CUSTODY),
        // What comes first is asked first; whatever is only recorded is never held back.
        PARENT | DANGER => true,
        // Nothing is done about an adult while they could still read it.
        SUBJECT => true,
        IMAGE | CLOSE => false,
        // Any other holds where the procedure has a step that opens it.
        other => case.procedure.steps.iter().any(|step| step.opens(other)),
    };
    step.gates.iter().map(String::as_str).find(|gate| holds(gate) && !stands_open(gate, case))
}
