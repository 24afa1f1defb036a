//! What holds of every merge, over random templates, random changes of them and random tailoring.
#![expect(clippy::unwrap_used, reason = "tests")]

mod made;

use std::sync::LazyLock;

use chassis::{clock::ManualClock, id::Ids};
use proptest::{prelude::*, test_runner::Config};
use time::{
    Date, OffsetDateTime,
    macros::{date, datetime},
};

use made::*;

use super::{merge::merge, plan::Plan, step_text};
use crate::{
    effective::{self, Values},
    instance::{
        Clause, Instance, State, Summary, Tailoring,
        proposal::{Answer, Kind, Refused, Reply},
        tailoring::{SectionChoice, TailoredStep},
    },
    parameter::{Origin, Parameter},
    template::{self, Section, Template, condition::Condition, procedure::Step},
    testing::template,
};

const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);
const BY: Date = date!(2027 - 03 - 27);
const WORDS: &str = "Staff tell the lead about every concern on the day they notice it and write down what was said";

fn merged(case: &Case) -> (Instance, Instance, Template, Template) {
    let (base, theirs, before) = (base(), theirs(case), own(case));
    let mut after = before.clone();
    merge(&mut after, &Plan::new(&base, &theirs), None, Some(BY));
    (before, after, base, theirs)
}

/// Answers what may be answered, the way the nth says; a statutory one the school adapts holds the template's words.
fn answered(instance: Instance, template: &Template, id: &str, nth: usize) -> Instance {
    let proposal = instance.proposals.iter().find(|proposal| proposal.id == id).cloned().unwrap();
    let reply = |answer, text: &str| Reply {
        answer,
        text: text.to_owned(),
        reason: "We talked it over".into(),
        until: Some(date!(2027 - 01 - 15)),
        account: ids().next(),
        at: NOW,
    };
    let text = match proposal.kind {
        Kind::Clause if !proposal.template.is_empty() => format!("{} And we tell parents.", proposal.template),
        Kind::Parameter if template.parameter(proposal.about()).is_some() => {
            if proposal.about() == "phone.rule" {
                "not_on_site".into()
            } else {
                "Bo Cedar".into()
            }
        }
        Kind::Step if proposal.statutory => proposal.template.clone(),
        Kind::Clause | Kind::Step | Kind::Section | Kind::Parameter => String::new(),
    };
    let first = match nth % 3 {
        0 => instance.clone().answer_proposal(template, id, reply(Answer::Adopt, "")),
        1 => instance.clone().answer_proposal(template, id, reply(Answer::Adapt, &text)),
        _ => instance.clone().answer_proposal(template, id, reply(Answer::Defer, "")),
    };
    match first {
        Ok(answered) => answered,
        // A blank that every policy needs is adopted by filling it, and a procedure that is gone leaves no room.
        Err(Refused::Field("answer", _)) => {
            let other = if nth.is_multiple_of(3) { reply(Answer::Adapt, &text) } else { reply(Answer::Adopt, "") };
            instance.answer_proposal(template, id, other).unwrap()
        }
        Err(refused) => unreachable!("{proposal:?}: {refused:?}"),
    }
}

/// The same whatever order values were added in.
fn settled(mut instance: Instance) -> Instance {
    instance.parameters.sort_by(|one, other| one.key.cmp(&other.key));
    instance
}

proptest! {
    #![proptest_config(Config::with_cases(128))]

    #[test]
    fn rollout_merges_over_nothing_that_a_school_wrote(case in cases()) {
        let (before, after, _, theirs) = merged(&case);
        let values = Values::of(&before, &theirs, None);
        for own in before.clauses.iter().filter(|own| matches!(own.tailoring, Tailoring::Adapted | Tailoring::Added)) {
            let now = after.clauses.iter().find(|now| now.key == own.key);
            let alike = own.template_clause.as_deref().and_then(|id| theirs.clause(id));
            let alike = alike.is_some_and(|(_, clause)| super::words::same(&values.fill(&theirs, &clause.text), &own.text));
            prop_assert!(now.is_some_and(|now| now.text == own.text || (alike && now.tailoring == Tailoring::Adopted)), "{own:?} {now:?}");
        }
        for own in before.clauses.iter().filter(|own| own.tailoring == Tailoring::Omitted) {
            let there = own.template_clause.as_deref().and_then(|id| theirs.clause(id)).is_some();
            let now = after.clauses.iter().find(|now| now.key == own.key);
            prop_assert_eq!(now.map(|now| now.tailoring), there.then_some(Tailoring::Omitted));
        }
        for own in before.tailored_steps.iter().filter(|own| own.tailoring != Tailoring::Omitted) {
            let same = theirs.procedures.iter().flat_map(|p| &p.steps).any(|step| step.id == own.step.id && step.title == own.step.title);
            let now = after.tailored_steps.iter().find(|now| now.step.id == own.step.id);
            prop_assert!(same || now.is_some_and(|now| now.step.title == own.step.title), "{own:?} {now:?}");
        }
        prop_assert_eq!(&before.parameters, &after.parameters);
        let mut keys: Vec<&str> = after.clauses.iter().map(|clause| clause.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        prop_assert_eq!(keys.len(), after.clauses.len());
    }

    #[test]
    fn rollout_merges_the_new_template_into_all_that_is_untouched(case in cases()) {
        let (before, after, base, theirs) = merged(&case);
        let printed = effective::resolve(after.clone(), &theirs, None).unwrap().clauses;
        let values = Values::of(&after, &theirs, None);
        for (section, clause) in theirs.clauses() {
            let own = before.clauses.iter().find(|own| own.template_clause.as_deref() == Some(&clause.id));
            let untouched = own.is_none_or(|own| own.tailoring == Tailoring::Adopted);
            let chosen = before.section_choices.iter().any(|choice| choice.section == section.id);
            if untouched && !chosen {
                let text = printed.iter().find(|p| p.template_clause.as_deref() == Some(&clause.id)).map(|p| p.text.clone());
                prop_assert_eq!(text, Some(values.fill(&theirs, &clause.text)), "{}", &clause.id);
            }
            let changed = base.clause(&clause.id).is_none_or(|(_, old)| old.text != clause.text);
            let asks = after.proposals.iter().any(|proposal| proposal.id == Kind::Clause.proposal(&clause.id));
            prop_assert!(!asks || !untouched, "{} was never touched", &clause.id);
            let alike = own.is_some_and(|own| super::words::same(&values.fill(&theirs, &clause.text), &own.text));
            prop_assert!(untouched || !changed || asks || alike, "{} is asked about", &clause.id);
        }
        for gone in base.clauses().filter(|(_, clause)| theirs.clause(&clause.id).is_none()) {
            prop_assert!(!after.clauses.iter().any(|now| now.template_clause.as_deref() == Some(&gone.1.id)));
        }
        for proposal in after.proposals.iter().filter(|proposal| proposal.statutory) {
            prop_assert_eq!((proposal.due, proposal.statutory_by), (Some(BY), Some(BY)));
        }
    }

    #[test]
    fn rollout_merges_to_the_same_where_nothing_changed(case in cases()) {
        let (base, before) = (base(), own(&case));
        let mut after = before.clone();
        let moved = merge(&mut after, &Plan::new(&base, &base), None, Some(BY));
        prop_assert_eq!((moved, &after), (0, &before));
        // And merging once more what was merged asks nothing new, and forgets nothing.
        let (_, merged, _, theirs) = merged(&case);
        let mut again = merged.clone();
        merge(&mut again, &Plan::new(&theirs, &theirs), None, Some(BY));
        again.proposals.sort_by(|one, other| one.id.cmp(&other.id));
        let mut merged = merged;
        merged.proposals.sort_by(|one, other| one.id.cmp(&other.id));
        prop_assert_eq!(again, merged);
    }

    #[test]
    fn rollout_merges_are_answered_in_any_order_until_none_is_left(case in cases()) {
        let (_, after, _, theirs) = merged(&case);
        let mut ways = Vec::new();
        let ids: Vec<String> = after.proposals.iter().map(|proposal| proposal.id.clone()).collect();
        for turned in [false, true] {
            let mut order: Vec<usize> = (0..ids.len()).collect();
            order.sort_by_key(|nth| case.order.get(nth % case.order.len()).copied().unwrap_or_default());
            if turned {
                order.reverse();
            }
            let mut instance = after.clone();
            for nth in order {
                instance = answered(instance, &theirs, &ids[nth], case.order.get(nth).copied().unwrap_or_default());
            }
            prop_assert_eq!(instance.waiting(), 0);
            ways.push(settled(instance));
        }
        prop_assert_eq!(&ways[0], &ways[1]);
        prop_assert!(ways[0].clone().approve(self::ids().next(), NOW).is_ok());
        // A second roll-out asks again what was put off, once, and from where the school last agreed.
        let mut next = ways[0].clone();
        let mut newer = theirs.clone();
        for section in &mut newer.sections {
            for clause in &mut section.clauses {
                clause.text.push_str(" And once more.");
            }
        }
        merge(&mut next, &Plan::new(&theirs, &newer), None, Some(BY));
        for put_off in ways[0].proposals.iter().filter(|proposal| proposal.undecided()) {
            let now: Vec<_> = next.proposals.iter().filter(|proposal| proposal.id == put_off.id).collect();
            prop_assert_eq!(now.len(), 1, "{:?}", put_off);
            prop_assert_eq!(&now[0].base, &put_off.base);
        }
    }
}

#[test]
fn rollout_merges_suggest_both_changes_where_they_do_not_meet() {
    let case = |template: usize, school: usize| Case {
        template: [vec![Fate::Reworded(template)], vec![Fate::Kept; CLAUSES - 1]].concat(),
        steps: vec![Fate::Reworded(1), Fate::Kept, Fate::Kept, Fate::Kept],
        gone_section: false,
        gone_procedure: false,
        arrivals: 0,
        school: [vec![Fate::Reworded(school)], vec![Fate::Kept; CLAUSES - 1]].concat(),
        school_steps: vec![Fate::Reworded(7), Fate::Kept, Fate::Kept, Fate::Kept],
        local: Vec::new(),
        choice: false,
        product: None,
        order: Vec::new(),
    };
    let (_, after, ..) = merged(&case(0, 5));
    let clause = after.proposals.iter().find(|proposal| proposal.id == "clause.s0.c0").unwrap();
    let suggested = reworded(&reworded(WORDS, 0, "NEW"), 5, "OWN");
    assert_eq!(clause.suggested, format!("{suggested} (s0.c0) at Oakbeck."));
    let step = after.proposals.iter().find(|proposal| proposal.id == "step.P1-00").unwrap();
    assert!(step.statutory && step.suggested.is_empty() && step.due == Some(BY));
    let (_, meets, ..) = merged(&case(5, 5));
    assert!(meets.proposals.iter().any(|proposal| proposal.id == "clause.s0.c0" && proposal.suggested.is_empty()));
}

#[test]
fn rollout_merges_defer_what_is_statutory_no_further_than_its_day() {
    let case = Case {
        template: vec![
            Fate::Kept,
            Fate::Kept,
            Fate::Reworded(4),
            Fate::Kept,
            Fate::Kept,
            Fate::Kept,
            Fate::Kept,
            Fate::Kept,
            Fate::Kept,
            Fate::Kept,
            Fate::Kept,
            Fate::Kept,
        ],
        steps: vec![Fate::Kept; STEPS],
        gone_section: false,
        gone_procedure: false,
        arrivals: 0,
        school: [vec![Fate::Kept, Fate::Kept, Fate::Reworded(4)], vec![Fate::Kept; CLAUSES - 3]].concat(),
        school_steps: vec![Fate::Kept; STEPS],
        local: Vec::new(),
        choice: false,
        product: None,
        order: Vec::new(),
    };
    let (_, after, _, theirs) = merged(&case);
    let reply = |answer, text: &str, until| Reply {
        answer,
        text: text.to_owned(),
        reason: "Governors meet first".into(),
        until,
        account: ids().next(),
        at: NOW,
    };
    let tried = |reply| after.clone().answer_proposal(&theirs, "clause.s0.c2", reply);
    for until in [None, Some(date!(2027 - 03 - 28)), Some(date!(2026 - 11 - 24))] {
        assert!(matches!(tried(reply(Answer::Defer, "", until)), Err(Refused::Field("until_date", _))), "{until:?}");
    }
    assert!(tried(reply(Answer::Adapt, "", None)).is_ok(), "the template’s words are printed before the school’s own");
    let deferred = tried(reply(Answer::Defer, "", Some(date!(2027 - 01 - 15)))).unwrap();
    let clause = deferred.proposals.iter().find(|proposal| proposal.id == "clause.s0.c2").unwrap();
    assert_eq!((clause.waits(), clause.due), (false, Some(date!(2027 - 01 - 15))));
    let later = deferred.answer_proposal(&theirs, "clause.s0.c2", reply(Answer::Defer, "", Some(BY))).unwrap();
    let adopted = later.answer_proposal(&theirs, "clause.s0.c2", reply(Answer::Adopt, "", None)).unwrap();
    let again = adopted.clone().answer_proposal(&theirs, "clause.s0.c2", reply(Answer::Adopt, "", None));
    assert_eq!(again, Err(Refused::Answered));
    assert_eq!(adopted.answer_proposal(&theirs, "clause.none", reply(Answer::Adopt, "", None)), Err(Refused::Unknown));
    let step = theirs.procedures[0].steps[0].clone();
    assert!(step_text::holds(&step, &step));
}
