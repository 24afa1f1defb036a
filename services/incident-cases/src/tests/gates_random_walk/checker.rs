//! The rules, as the domain reference has them, on what is known before a command: written beside the code, not from it.

use time::Duration;

use super::command::{Command, World};
use crate::{
    case::{
        Case, Referral, Step,
        record::{Agreement, Asked},
    },
    procedure::StepRule,
    tests::model::OPENED,
};

fn is(case: &Case, fact: &str, value: &str) -> bool {
    case.facts.iter().rfind(|f| f.name == fact).is_some_and(|f| f.value == value)
}

/// Conditions of the reference, read afresh: unknown never holds.
fn called_for(case: &Case, condition: &str) -> bool {
    let one = |part: &str| match (part.split_once(" = "), part.split_once(" in (")) {
        _ if part == "always" || part == "judgement" => true,
        (Some((fact, value)), _) => is(case, fact, value),
        (_, Some((fact, values))) => values.trim_end_matches(')').split(", ").any(|value| is(case, fact, value)),
        _ => false,
    };
    condition.split(" or ").any(|any| any.split(" and ").all(one))
}

/// A condition of which nobody can say yet whether it holds: no part of it holds, and one is refuted by nothing known.
fn open_question(case: &Case, condition: &str) -> bool {
    let silent = |fact: &str| {
        let known = case.facts.iter().rfind(|f| f.name == fact);
        known.is_none_or(|f| matches!(f.value.as_str(), "unknown" | "undecided"))
    };
    let refuted = |part: &str| {
        let fact = part.split_once(" = ").or_else(|| part.split_once(" in ")).map(|(fact, _)| fact);
        !called_for(case, part) && !fact.is_some_and(silent)
    };
    !called_for(case, condition) && condition.split(" or ").any(|any| !any.split(" and ").any(refuted))
}

/// Agreed to by another person than whoever asked, by the head where the head is named and did not ask.
fn agreed(case: &Case, asked: Asked, head: bool, unused: bool) -> bool {
    case.agreements.iter().any(|a| {
        let answer = a.answer.as_ref();
        let another = answer.is_some_and(|x| {
            x.agreed && x.stamp.by != a.stamp.by && (!head || x.stamp.by == "head" || a.stamp.by == "head")
        });
        a.asked == asked && another && !(unused && a.used)
    })
}

/// The police or the front door were asked; the police where a step of the procedure that has them asked first is open.
fn talked(case: &Case) -> bool {
    let first = |(rule, step): (&StepRule, &Step)| {
        let hold = rule.opens.iter().any(|gate| gate == "G-HOLD");
        hold && step.end.is_none() && called_for(case, &rule.condition)
    };
    let police_first = case.procedure.steps.iter().zip(&case.steps).any(first);
    let asked = case.consultations.iter().any(|talk| talk.agency != "front_door_form" && !talk.advice.is_empty());
    let asked = if police_first { police(case) } else { asked || told_police(case) };
    asked || agreed(case, Asked::HoldOverride, false, false)
}

fn told_police(case: &Case) -> bool {
    case.referrals.iter().any(|referral| matches!(referral.agency.as_str(), "police_101" | "emergency"))
}

/// Advice of the police is what they said in a talk, and no fact that somebody set.
fn police(case: &Case) -> bool {
    let police = ["police_101", "emergency"];
    case.consultations.iter().any(|talk| police.contains(&talk.agency.as_str()) && !talk.advice.is_empty())
}

/// No agency needs it: no criterion of immediate referral stands unreferred, no referral waits, no duty is open; and where
/// there may be an offence the police were asked.
fn may_delete(case: &Case) -> bool {
    let advised = police(case) || (case.procedure.id != "P4" && is(case, "offence", "no") && !met(case));
    let open = |(rule, step): (&StepRule, &Step)| {
        rule.statutory && rule.clock_kind != "before_closing" && step.end.is_none() && called_for(case, &rule.condition)
    };
    let duties = case.procedure.steps.iter().zip(&case.steps).any(open);
    let facts =
        is(case, "agencies_needed", "no") && is(case, "deletion_safe", "yes") && !is(case, "police_hold", "yes");
    facts && advised && !duties && (!met(case) || referred(case)) && !waits(case)
}

fn met(case: &Case) -> bool {
    is(case, "criteria_met", "yes")
}

fn referred(case: &Case) -> bool {
    let at_once = |key: &str| key.starts_with("front_door") || matches!(key, "police_101" | "emergency");
    case.referrals.iter().any(|referral| at_once(&referral.agency))
}

fn waits(case: &Case) -> bool {
    case.referrals.iter().any(|referral| referral.decision.is_none())
}

fn told_lado(case: &Case, advised: bool) -> bool {
    let of_lado = |referral: &&Referral| referral.agency.starts_with("lado");
    case.referrals.iter().filter(of_lado).any(|referral| !advised || referral.decision.is_some())
}

fn may_examine(case: &Case) -> bool {
    case.procedure.id != "P4" && (is(case, "offence", "no") || police(case))
}

/// Asserts that a command that was accepted was allowed in the state before it.
pub(super) fn allowed(before: &World, minute: u64, command: &Command, place: &str) {
    let case = &before.case;
    let must = |holds: bool, rule: &str| assert!(holds, "{place} was accepted against {rule}");
    must(case.closing.is_none() || matches!(command, Command::Reopen | Command::Name), "a closed case");
    let offence = is(case, "offence", "yes") || (case.procedure.id == "P2" && is(case, "criteria_met", "yes"));
    match command {
        Command::Part { which, .. } => must(case.involvements[*which].ended.is_none(), "a part that had ended"),
        Command::Fact(name, value) => {
            must(*name != "police_advice", "advice that nobody gave");
            let colleague = matches!((*name, *value), ("subject", "staff" | "head") | ("iioc_variant", "c"));
            must(!colleague || case.access.subject.is_some(), "a colleague of whom nobody said who");
            let ruled_out = (*name, *value) == ("agencies_needed", "no") && met(case);
            must(!ruled_out || (referred(case) && !waits(case)), "an agency ruled out that has to be told");
        }
        Command::Involve("subject_adult") => must(case.access.subject.is_some(), "an adult of whom nobody said who"),
        Command::Consult { agency, said } => {
            let form = *agency == "front_door_form" || *agency == "iwf";
            must(!form && !said.is_empty(), "a talk that is none");
        }
        Command::Share | Command::Disclose("other_school" | "public" | "other") => must(talked(case), "G-HOLD"),
        Command::Disclose("employer") => must(talked(case) || case.adult(), "G-HOLD for an employer"),
        Command::Parents { told, .. } => {
            must(!told || !offence || talked(case), "G-HOLD for parents");
            let nudes = case.procedure.id == "P2" && !is(case, "criteria_met", "no");
            let first = nudes || case.procedure.id == "P3";
            must(!told || !first || talked(case), "G-HOLD: unknown opens no gate");
            must(!told || !is(case, "parents_safe", "no"), "parents told where that endangers");
            let ended = |id: &str| case.steps.iter().any(|step| step.id == id && step.end.is_some());
            let agreed = ended("P9-04") && told_lado(case, true);
            must(!told || case.procedure.id != "P9" || agreed, "parents told before the LADO agrees");
            let duty = ["P3", "P8"].contains(&case.procedure.id.as_str());
            must(*told || !duty || is(case, "parents_safe", "no"), "a procedure that leaves no judgement");
        }
        Command::View { who, second } => {
            must(who != second, "NUD-04: the second adult is the viewer");
            must(case.procedure.id != "P4", "nobody views in P4");
            must(*who != "head", "only the lead or a deputy views");
            must(is(case, "viewing_needed", "yes"), "G-VIEW: not needed");
            must(agreed(case, Asked::Viewing, true, true), "G-VIEW: the head");
            let theirs = |a: &Agreement| a.asked == Asked::Viewing && a.stamp.by == *who && a.state() == "agreed";
            must(case.agreements.iter().any(theirs), "NUD-04: somebody else’s reasons");
        }
        Command::Delete => must(may_delete(case), "G-DELETE"),
        Command::Chain { device, kind } => {
            let device = &before.devices[*device];
            let back = device.links.iter().any(|link| link.kind == "returned_by_police");
            must(!device.links.iter().any(|l| l.kind == "released_to_parent"), "a device that had left");
            must(*kind != "examined" || may_examine(case), "G-CUSTODY: examined");
            must(*kind != "released_to_parent" || is(case, "offence", "no") || back, "G-CUSTODY: released");
        }
        Command::Search { device } => must(!device || may_examine(case), "G-CUSTODY: searched"),
        Command::Decide("referral", _) => {
            must(!is(case, "criteria_met", "yes"), "NUD-02");
            let nudes = case.procedure.id == "P2";
            let answered = case.criteria.last().is_some_and(|c| !c.answers.contains(&true));
            must(!nudes || (answered && agreed(case, Asked::InternalResponse, true, false)), "NUD-05");
        }
        Command::Decide("sanction", choice) => must(*choice != "y", "a choice nobody offers"),
        Command::Answer { who, which, .. } => {
            let asked = &case.agreements[*which];
            must(asked.stamp.by != *who, "a second person");
            let by_head = matches!(asked.asked, Asked::Viewing | Asked::InternalResponse);
            must(!by_head || *who == "head" || asked.stamp.by == "head", "the head");
        }
        Command::Deviate(id) => {
            let rule = case.procedure.steps.iter().find(|s| s.id == *id).unwrap();
            must(!rule.statutory, "a duty that nobody skips");
            must(called_for(case, &rule.condition), "a step skipped before it is needed");
            let gates = ["G-CUSTODY", "G-DELETE", "G-CLOSE"];
            let gated = rule.gates.iter().any(|g| gates.contains(&g.as_str()));
            let guards = !rule.opens.is_empty() || gated || is(case, "immediate_danger", "yes");
            let second = case.agreements.iter().any(|a| a.step_id == *id && a.state() == "agreed");
            must(!guards || second, "a second person for a step that guards a gate");
        }
        Command::Complete { step: id, all } => {
            must(*all, "a field left out and one that the step does not record");
            let rule = case.procedure.steps.iter().find(|s| s.id == *id).unwrap();
            let gate = |gate: &str| rule.gates.iter().any(|g| g == gate);
            must(called_for(case, &rule.condition), "facts that do not call for it");
            must(
                !gate("G-DANGER") || is(case, "immediate_danger", "yes") || is(case, "immediate_danger", "no"),
                "G-DANGER",
            );
            must(!gate("G-DELETE") || may_delete(case), "G-DELETE");
            let of_lado = rule.clock_source == "lado_contact";
            must(!of_lado || told_lado(case, false), "the LADO, whom nobody told");
            must(!gate("G-SUBJECT") || case.access.subject.is_some(), "G-SUBJECT: nobody is named");
            must(!gate("G-HOLD") || talked(case) || (gate("G-PARENT") && !offence), "G-HOLD");
            for earlier in &rule.after {
                let (rule, step) = case.steps_with_rules().find(|(r, _)| r.id == *earlier).unwrap();
                let told = rule.opens.iter().any(|g| g == "G-HOLD") && agreed(case, Asked::HoldOverride, false, false);
                must(step.end.is_some() || told || !called_for(case, &rule.condition), "the order of steps");
            }
        }
        Command::Name => {
            let same = Some(crate::case::access::Subject::Name("words".into()));
            must(case.access.subject.is_none() || case.access.subject == same, "another subject");
        }
        Command::Close => closable(before, minute, place),
        _ => {}
    }
}

fn closable(before: &World, minute: u64, place: &str) {
    let case = &before.case;
    let must = |holds: bool, what: &str| assert!(holds, "{place} closed with {what}");
    for (rule, step) in case.steps_with_rules() {
        must(step.end.is_some() || !called_for(case, &rule.condition), &rule.id);
        let asked = rule.statutory || rule.clock_kind != "none";
        must(step.end.is_some() || !asked || !open_question(case, &rule.condition), "a step nobody knows of");
    }
    must(!is(case, "immediate_danger", "yes"), "a child in immediate danger");
    let children = case
        .involvements
        .iter()
        .filter(|i| i.ended.is_none() && ["victim", "alleged_perpetrator", "affected"].contains(&i.role.as_str()));
    for child in children {
        must(case.parents_decisions.iter().any(|d| d.involvement_id == child.id), "parents nobody decided about");
    }
    must(case.debrief.is_some(), "no review");
    must(case.referrals.iter().all(|r| r.decision.is_some()), "a referral without an answer");
    must(case.reports.iter().all(|r| r.outcome.is_some()), "a report that nobody answered");
    let now = OPENED + Duration::minutes(i64::try_from(minute).unwrap());
    must(case.assessments.last().is_none_or(|a| a.review_at > now), "an assessment whose review is due");
    must(case.decisions.iter().all(|d| !d.reason.is_empty()), "a decision without a reason");
    must(case.agreements.iter().all(|a| a.answer.is_some()), "a question to a second person");
    must(!met(case) || referred(case), "a criterion met and no referral to police or children's services");
    let held = |links: &[crate::custody::Link]| {
        let last = links.iter().rev().find(|l| !["moved", "examined"].contains(&l.kind.as_str()));
        last.is_some_and(|l| ["taken", "returned_by_police"].contains(&l.kind.as_str()))
    };
    must(before.devices.iter().all(|d| !held(&d.links)), "a device still held");
}

/// Asserts that no step waits to be done that a record of the case has done.
pub(super) fn nothing_left_behind(case: &Case, place: &str) {
    let waits =
        case.steps_with_rules().find(|(rule, step)| case.does(rule) && case.standing(rule, step).state == "to_do");
    assert!(
        waits.is_none() || case.closing.is_some(),
        "{place}: step {:?} was recorded",
        waits.map(|(rule, _)| &rule.id)
    );
}

/// Asserts that whatever was recorded before is there still, in the same place, and that every chain holds.
pub(super) fn nothing_lost(before: &World, after: &World, place: &str) {
    let (a, b) = (&before.case, &after.case);
    for (was, is) in a.steps.iter().zip(&b.steps) {
        let kept =
            |is: &Step| is.end == was.end || is.earlier.iter().any(|earlier| Some(&earlier.end) == was.end.as_ref());
        assert!(was.end.is_none() || kept(is), "{place}: step {} that was done is no more", was.id);
        assert!(is.earlier.starts_with(&was.earlier), "{place}: how step {} had ended", was.id);
    }
    assert!(b.entries.starts_with(&a.entries) && b.decisions.starts_with(&a.decisions), "{place}");
    assert!(b.facts.starts_with(&a.facts) && b.viewings.starts_with(&a.viewings), "{place}");
    assert!(b.deletions.starts_with(&a.deletions) && b.supports.starts_with(&a.supports), "{place}");
    assert!(b.viewings.len() <= b.agreements.iter().filter(|g| g.asked == Asked::Viewing && g.used).count(), "{place}");
    assert!(b.parents_decisions.starts_with(&a.parents_decisions), "{place}: what parents were told");
    // What keeps a gate shut in the gravest kinds of incident goes by two people's word, or once the police have spoken.
    let grave = ["P1", "P2", "P3", "P4"].contains(&a.procedure.id.as_str());
    for (fact, shut) in [("offence", "yes"), ("criteria_met", "yes"), ("police_hold", "yes"), ("parents_safe", "no")] {
        let second = |case: &Case| {
            let agreed = |g: &&Agreement| {
                g.change.as_ref().is_some_and(|change| change.name == fact)
                    && g.answer.as_ref().is_some_and(|x| x.agreed && x.stamp.by != g.stamp.by)
            };
            case.agreements.iter().filter(agreed).count()
        };
        let loosened = grave && is(a, fact, shut) && !is(b, fact, shut);
        let spoken = fact == "offence" && police(a);
        assert!(
            !loosened || spoken || second(b) > second(a),
            "{place}: {fact} is {shut} no more, by one person's word"
        );
    }
    for (was, is) in a.involvements.iter().zip(&b.involvements) {
        assert!(was.person == is.person && is.changes.starts_with(&was.changes), "{place}: what a part said");
        assert!(was.ended.is_none() || was == is, "{place}: a part that had ended");
        assert!(was.role == is.role || is.changes.len() > was.changes.len(), "{place}: a part changed unsaid");
    }
    for (was, is) in before.devices.iter().zip(&after.devices) {
        assert!(is.links.starts_with(&was.links) && is.unbroken(), "{place}: a chain is broken");
    }
}
