//! Whatever a school does with the template: what is statutory stays, and the account of a document adds up.
#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use time::{OffsetDateTime, macros::datetime};

use super::{paragraph::Place, *};
use crate::{
    agency::Register,
    effective::{self, Values},
    instance::{State, tests::ids},
    template::{
        condition::Condition,
        procedure::{Step, StepClock},
    },
    testing::{area, template},
};

const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);
const TEXT: &str = "Head\tAda Birch\nLead\tBo Cedar\n\n# Policy aims\n\n- It was written by staff, involving parents.\n- Our bees hum.\n\n\
# Web filtering\n\n- We use Sluice to filter the internet here.\n- It blocks IWF, as the county advises {{sic}}.\n";

fn imported() -> Instance {
    crate::instance::tests::imported(TEXT)
}

fn printed(instance: &Instance, template: &Template, register: Option<&Register>) -> Vec<(String, String)> {
    let values = Values::of(instance, template, register);
    let clauses = effective::printed(instance, template, &values);
    clauses.into_iter().map(|clause| (clause.key, clause.text)).collect()
}

fn own(title: &str, after: &[&str]) -> Step {
    Step {
        id: String::new(),
        title: title.into(),
        roles: vec!["dsl".into()],
        clock: StepClock { kind: "days".into(), amount: 2, source: String::new() },
        condition: Condition::Always,
        gates: Vec::new(),
        opens: Vec::new(),
        prohibitions: Vec::new(),
        records: vec!["note".into()],
        statutory: false,
        after: after.iter().map(|id| (*id).to_owned()).collect(),
        requirements: Vec::new(),
    }
}

#[test]
fn a_statutory_clause_is_printed_with_what_the_school_adds_and_other_braces_stay() {
    let (template, register) = (template(), area());
    let text = "Ask {{role.head}}.".to_owned();
    let change = ClauseChange::Write { text, reason: "more".into() };
    let tailored = imported().tailor_clause(&template, "aims.risks", change.clone(), NOW).unwrap();
    let printed = printed(&tailored, &template, Some(&register));
    let keys: Vec<&str> = printed.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(
        keys.iter().collect::<std::collections::BTreeSet<_>>().len(),
        keys.len(),
        "no two share a key: {keys:?}"
    );
    let at = |text: &str| printed.iter().position(|(_, printed)| printed == text).unwrap();
    assert_eq!(at("Risks are of four kinds.") + 1, at("Ask Ada Birch."));
    assert!(at("It blocks IWF, as Northshire Police advises.") < at("It blocks IWF, as the county advises {{sic}}."));
    let refused = |key: &str, change| imported().tailor_clause(&template, key, change, NOW).unwrap_err();
    let omit = || ClauseChange::Omit { reason: "r".into() };
    assert!(matches!(refused("aims.risks", omit()), Refusal::Statutory(_)));
    assert!(matches!(refused("no.such", omit()), Refusal::Invalid("clause_key", _)));
    let blank = |text: &str| ClauseChange::Write { text: text.into(), reason: "r".into() };
    for text in ["{{no.such}}", "{{role.head"] {
        assert!(matches!(refused("aims.made", blank(text)), Refusal::Invalid("text", _)), "{text}");
    }
    let own = imported().clauses.iter().find(|clause| clause.tailoring == Tailoring::Added).unwrap().key.clone();
    assert!(matches!(refused(&own, ClauseChange::Adopt), Refusal::Invalid("tailoring", _)));
    assert!(!imported().tailor_clause(&template, &own, omit(), NOW).unwrap().clauses.iter().any(|c| c.key == own));
}

#[test]
fn an_optional_section_is_chosen_in_with_its_clauses_and_out_unless_it_is_statutory() {
    let template = template();
    let has = |instance: &Instance| printed(instance, &template, None).iter().any(|(key, _)| key == "calls.off");
    let chosen = imported().choose_section(&template, "calls", Some((true, "we plan to".into())), NOW).unwrap();
    assert!(!has(&imported()) && has(&chosen));
    let out = chosen.choose_section(&template, "calls", Some((false, "no".into())), NOW).unwrap();
    let on = out.clone().set_parameter(&template, "vc.enabled", vec!["true".into()], NOW).unwrap();
    assert!(!has(&on));
    assert!(has(&on.choose_section(&template, "calls", None, NOW).unwrap()), "what came to hold is the template’s");
    assert!(matches!(
        imported().choose_section(&template, "aims", Some((false, "r".into())), NOW),
        Err(Refusal::Invalid("section_id", _))
    ));
    let mut strict = template.clone();
    for section in strict.sections.iter_mut().filter(|section| section.id == "calls") {
        section.clauses.iter_mut().for_each(|clause| clause.statutory = true);
    }
    let drop = imported().choose_section(&strict, "calls", Some((false, "r".into())), NOW);
    assert!(matches!(drop, Err(Refusal::Statutory(_))));
    let grown = out.set_parameter(&strict, "vc.enabled", vec!["true".into()], NOW).unwrap();
    assert!(
        printed(&grown, &strict, None).iter().any(|(key, _)| key == "calls.off"),
        "a choice of before drops nothing"
    );
}

#[test]
fn a_step_of_the_schools_own_stands_at_its_place_and_goes_again() {
    let template = template();
    let add = |instance: Instance, step| instance.tailor_step(&template, "P1", Tailoring::Added, step, "r".into(), NOW);
    let instance = add(imported(), own("Ring home", &["P1-01"])).unwrap();
    let instance = add(instance, own("Write it up", &["P1-S01"])).unwrap();
    let instance = add(instance, own("Thank everybody", &[])).unwrap();
    let order = |instance: &Instance| {
        let steps = instance.procedures(&template).remove(0).steps;
        steps.into_iter().map(|step| step.id).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(order(&instance), "P1-01 P1-S01 P1-S02 P1-03 P1-S03");
    let step = |id: &str| Step { id: id.into(), ..own("x", &[]) };
    let gone =
        instance.clone().tailor_step(&template, "P1", Tailoring::Omitted, step("P1-S01"), "r".into(), NOW).unwrap();
    assert_eq!(order(&gone), "P1-01 P1-03 P1-S02 P1-S03", "what waited for it waits for nothing");
    let wrong: [(&str, Step); 7] = [
        ("step.roles", Step { roles: vec!["caretaker".into()], ..own("x", &[]) }),
        (
            "step.clock",
            Step { clock: StepClock { kind: "soon".into(), amount: 0, source: String::new() }, ..own("x", &[]) },
        ),
        ("step.condition", Step { condition: Condition::Is("weather".into(), "fine".into()), ..own("x", &[]) }),
        ("step.gates", Step { gates: vec!["G-NONE".into()], ..own("x", &[]) }),
        ("step.opens", Step { opens: vec!["G-HOLD".into()], ..own("x", &[]) }),
        ("step.after", own("x", &["P1-99"])),
        ("step.step_id", step("P2-S01")),
    ];
    for (field, step) in wrong {
        let refused = add(instance.clone(), step).unwrap_err();
        assert!(matches!(&refused, Refusal::Invalid(at, _) if *at == field), "{field}: {refused:?}");
    }
    let circle = Step { id: "P1-S01".into(), ..own("x", &["P1-S02"]) };
    assert!(matches!(add(instance, circle), Err(Refusal::Invalid("step.after", _))));
}

#[test]
fn a_statutory_step_keeps_its_strength_and_a_gate_its_key() {
    let template = template();
    let base = template.procedures[0].steps[0].clone();
    let tailor = |tailoring, step: Step| imported().tailor_step(&template, "P1", tailoring, step, "r".into(), NOW);
    assert!(matches!(tailor(Tailoring::Omitted, base.clone()), Err(Refusal::Statutory(_))));
    let more = Step {
        title: format!("{}, by telephone", base.title),
        records: [base.records.clone(), vec!["how".into()]].concat(),
        statutory: false,
        ..base.clone()
    };
    let stronger = tailor(Tailoring::Adapted, more).unwrap().procedures(&template).remove(0).steps.remove(0);
    assert!(stronger.statutory && stronger.records.len() == 3 && stronger.title.ends_with("telephone"));
    let weak = [
        Step { clock: StepClock { kind: "hours".into(), amount: 1, source: String::new() }, ..base.clone() },
        Step { records: vec!["who".into()], ..base.clone() },
        Step { roles: vec!["dsl".into()], ..base.clone() },
        Step { condition: Condition::Judgement, ..base.clone() },
        Step { title: "Wait".into(), ..base.clone() },
        Step { after: vec!["P1-03".into()], ..base.clone() },
        Step { requirements: Vec::new(), ..base },
    ];
    for step in weak {
        assert!(matches!(tailor(Tailoring::Adapted, step.clone()), Err(Refusal::Statutory(_))), "{step:?}");
    }
    // The second step is the school's to leave out, but for the gate it opens.
    let key = template.procedures[0].steps[1].clone();
    assert!(matches!(tailor(Tailoring::Omitted, key), Err(Refusal::Statutory(_))));
}

#[test]
fn a_revision_takes_the_tailoring_along_and_no_signature() {
    let (template, mut ids) = (template(), ids());
    let ids = &mut ids;
    let waiver = |finding: &str, until| Waiver {
        finding: finding.into(),
        rule: "STYLE".into(),
        reason: "r".into(),
        until,
        account: ids.next(),
        waived_at: NOW,
    };
    let (today, day) = (NOW.date(), time::Duration::DAY);
    let waived = imported().confirm_import(NOW).unwrap().waive(waiver("fnd_1", today + day), today).unwrap();
    let waived = waived.waive(waiver("fnd_2", today + day * 300), today).unwrap();
    assert!(matches!(
        waived.clone().waive(waiver("fnd_3", today - day), today),
        Err(Refusal::Invalid("until_date", _))
    ));
    assert!(waived.clone().waive(waiver("fnd_3", today + day * 366), today).is_err());
    let signed = waived.approve(ids.next(), NOW).unwrap().ratify(ids.next(), NOW).unwrap();
    let signed = signed.waive(waiver("fnd_1", today), today).unwrap();
    assert_eq!(signed.signatures.len(), 2, "letting a finding stand changes no word");
    let published = signed.publish(&template, None, NOW).unwrap();
    let revised = published.revise(ids.next(), 2, today + day, NOW + day).unwrap();
    assert_eq!((revised.state, revised.signatures.len(), revised.waivers.len()), (State::Draft, 0, 1));
    assert!(!revised.unconfirmed() && revised.approve(ids.next(), NOW).is_ok());
    assert!(matches!(published.clone().discard("r".into(), NOW), Err(Refusal::WrongState { .. })));
    let gone = imported().discard("r".into(), NOW).unwrap();
    assert!(!gone.is_open() && gone.clone().discard("r".into(), NOW).is_err() && gone.confirm_import(NOW).is_err());
}

/// One act of a school's, whatever it is.
fn act(template: &Template, instance: Instance, (kind, which, other): (u8, usize, usize)) -> Instance {
    let mut keys: Vec<String> = instance.clauses.iter().map(|clause| clause.key.clone()).collect();
    keys.extend(template.clauses().map(|(_, clause)| clause.id.clone()));
    let key = keys[which % keys.len()].clone();
    let clauses: Vec<String> = template.clauses().map(|(_, clause)| clause.id.clone()).collect();
    let line = instance.summary.placed[which % instance.summary.placed.len()].line;
    let section = template.sections[other % template.sections.len()].id.clone();
    let steps = &template.procedures[0].steps;
    let before = instance.clone();
    let reason = "because".to_owned();
    let done = match kind {
        0 => instance.tailor_clause(template, &key, ClauseChange::Adopt, NOW),
        1 => instance.tailor_clause(template, &key, ClauseChange::Omit { reason }, NOW),
        2 => instance.tailor_clause(template, &key, ClauseChange::Write { text: "Ours.".into(), reason }, NOW),
        3 => instance.add_clause(template, &section, "More.".into(), reason, NOW),
        4 => instance.choose_section(template, &section, Some((which % 2 == 0, reason)), NOW),
        5 => {
            let step = Step { id: steps[other % steps.len()].id.clone(), ..own("Do nothing", &[]) };
            let tailoring = [Tailoring::Omitted, Tailoring::Adapted, Tailoring::Adopted][which % 3];
            instance.tailor_step(template, "P1", tailoring, step, reason, NOW)
        }
        6 => instance.tailor_step(template, "P1", Tailoring::Added, own("More", &["P1-01"]), reason, NOW),
        _ => {
            let place = match other % 4 {
                0 => Place::Aside,
                1 => Place::Own { section },
                same => Place::Clause { id: clauses[other % clauses.len()].clone(), same: same == 2 },
            };
            instance.realign(template, None, line, (place, reason), NOW)
        }
    };
    done.unwrap_or(before)
}

proptest! {
    #[test]
    fn whatever_a_school_does_nothing_statutory_goes_and_every_paragraph_is_accounted_for(
        acts in proptest::collection::vec((0_u8..10, 0_usize..50, 0_usize..50), 0..40)
    ) {
        let (template, register) = (template(), area());
        let begun = imported();
        let paragraphs: Vec<(u32, String)> =
            begun.summary.placed.iter().map(|placed| (placed.line, placed.text.clone())).collect();
        let tailored = acts.into_iter().fold(begun, |instance, one| act(&template, instance, one));
        let values = Values::of(&tailored, &template, Some(&register));
        let printed = effective::printed(&tailored, &template, &values);
        for (_, clause) in template.clauses().filter(|(_, clause)| clause.statutory) {
            let text = values.fill(&template, &clause.text);
            prop_assert!(printed.iter().any(|printed| printed.text == text), "{} is not printed", clause.id);
        }
        let mut keys: Vec<&str> = tailored.clauses.iter().map(|clause| clause.key.as_str()).collect();
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        prop_assert_eq!(keys.len(), all, "two clauses share a key");
        let worked = tailored.procedures(&template).remove(0);
        let base = &template.procedures[0];
        for step in base.steps.iter().filter(|step| step.statutory) {
            let kept = worked.steps.iter().find(|own| own.id == step.id);
            prop_assert!(kept.is_some_and(|own| step::weaker(step, own).is_empty()), "{} is gone or weaker", step.id);
        }
        for (at, step) in worked.steps.iter().enumerate() {
            let before = |id: &String| worked.steps[..at].iter().any(|earlier| earlier.id == *id);
            prop_assert!(step.after.iter().all(before), "{} waits for what is not before it", step.id);
        }
        let summary = &tailored.summary;
        let still: Vec<(u32, String)> =
            summary.placed.iter().map(|placed| (placed.line, placed.text.clone())).collect();
        prop_assert_eq!(still, paragraphs);
        let sum: u32 =
            [Fate::Matched, Fate::Amended, Fate::Added, Fate::Ignored].into_iter().map(|fate| summary.count(fate)).sum();
        prop_assert_eq!(sum, summary.paragraphs());
    }
}

#[test]
fn a_paragraph_is_put_elsewhere_and_has_to_be_confirmed_again() {
    let (template, register) = (template(), area());
    let confirmed = imported().confirm_import(NOW).unwrap();
    assert!(confirmed.clone().confirm_import(NOW).is_err());
    let bees = confirmed.summary.placed.iter().find(|placed| placed.text == "Our bees hum.").unwrap().line;
    let missing = confirmed.summary.missing;
    let place = Place::Clause { id: "p1.tell".into(), same: true };
    let moved = confirmed.realign(&template, Some(&register), bees, (place, String::new()), NOW).unwrap();
    assert!(moved.unconfirmed() && matches!(moved.clone().approve(ids().next(), NOW), Err(Refusal::Unconfirmed)));
    assert_eq!(moved.summary.missing + 1, missing);
    let on = |instance: &Instance| {
        instance.clauses.iter().filter(|c| c.template_clause.as_deref() == Some("p1.tell")).count()
    };
    assert_eq!(on(&moved), 1, "the clause is no longer among the missing");
    let aside = moved.realign(&template, Some(&register), bees, (Place::Aside, "a joke".into()), NOW).unwrap();
    let placed = aside.summary.placed.iter().find(|placed| placed.line == bees).unwrap();
    assert!(placed.by_hand && placed.fate == Fate::Ignored && placed.why == "a joke" && placed.text == "Our bees hum.");
    assert_eq!((on(&aside), aside.summary.missing), (0, missing), "and is among them again");
    assert!(!aside.clauses.iter().any(|clause| clause.text == "Our bees hum."));
    let nowhere = aside.realign(&template, None, 9_999, (Place::Aside, "r".into()), NOW);
    assert!(matches!(nowhere, Err(Refusal::Invalid("line", _))));
}

#[test]
fn a_version_is_judged_by_its_words_and_not_by_what_the_platform_prints_around_them() {
    let (template, register) = (template(), area());
    let change = |text: &str| ClauseChange::Write { text: text.into(), reason: "r".into() };
    let judged = |text: &str| {
        let tailored = imported().tailor_clause(&template, "aims.risks", change(text), NOW).unwrap();
        let found = crate::lint::version::judge(&tailored, &template, Some(&register), NOW.date());
        let about = |placed: &crate::lint::version::Placed| placed.clause.as_deref() == Some("aims.risks");
        assert!(!found.iter().any(|placed| placed.finding.rule == "SIGN-BLANK"), "signatures are data");
        found.iter().filter(|placed| about(placed)).map(|placed| placed.finding.rule.clone()).collect::<Vec<_>>()
    };
    assert_eq!(judged("Ask {{role.head}} about the pond."), Vec::<String>::new(), "the name changes with the blank");
    assert_eq!(judged("Ada Birch keeps the pond."), ["NAME-FOR-ROLE"]);
    assert_eq!(judged("Ring Southmere Police."), ["AGENCY-AREA"]);
}
