//! What was done rested on what was known: where that turns, or a child joins, the step is due anew; danger is no case to
//! close over; and what one person may not do alone is agreed to for that one act.

use super::{
    stands,
    told::{answered, refer},
};
use crate::{
    case::{
        By, Case, Involvement, InvolvementId, Referral, Refusal,
        danger::NotSafe,
        due::Kind,
        record::{AgreementId, Asked, Assessment, Decision, Question, Support},
    },
    tests::model::{case, lead, policy, recorded, talk},
};

fn begun(procedure: &str) -> Case {
    let mut case = case(&policy(), procedure);
    case.record_fact(lead(1), "immediate_danger", "no").unwrap();
    case
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(prefix: &str, n: i64) -> T {
    format!("{prefix}_{n:026}").parse().unwrap()
}

fn head(minutes: i64) -> By<'static> {
    By { account_id: "acc_head", lead: false, head: true, ..lead(minutes) }
}

fn join(case: &mut Case, minute: i64, role: &str) -> InvolvementId {
    let part = Involvement {
        id: id("inv", minute),
        person: "Somebody".into(),
        role: role.into(),
        year_group: String::new(),
        vulnerabilities: vec![],
        learner: None,
        changes: vec![],
        ended: None,
        kept: None,
        joined_at: Some(lead(minute).at),
    };
    let id = part.id.clone();
    case.add_involvement(lead(minute), part).unwrap();
    id
}

fn support(case: &mut Case, minute: i64, child: &InvolvementId) {
    let support = Support {
        id: id("sup", minute),
        involvement_id: child.clone(),
        offer: "Somebody to talk to".into(),
        uptake: "accepted".into(),
        note: String::new(),
        stamp: lead(minute).stamp(),
    };
    case.support(lead(minute), support).unwrap();
}

fn not_refer(case: &mut Case, minute: i64) -> Result<(), Refusal> {
    case.decide(Decision {
        id: id("dec", minute),
        kind: "referral".into(),
        choice: "not_refer".into(),
        reason: "Mild".into(),
        options: String::new(),
        effect_on_victim: String::new(),
        stamp: lead(minute).stamp(),
    })
}

fn ask(case: &mut Case, by: By<'_>, n: i64, asked: Asked, audience: &str) -> Result<AgreementId, Refusal> {
    let agreement: AgreementId = id("agr", n);
    case.ask(by, agreement.clone(), Question { asked, step_id: "", audience }, "Because of this and that".into())?;
    Ok(agreement)
}

fn due(case: &Case, step: &str) -> Option<time::OffsetDateTime> {
    case.dues().into_iter().find(|due| due.kind == Kind::Step && due.item == step).and_then(|due| due.at)
}

#[test]
fn procedure_table_a_decision_not_to_refer_falls_with_the_facts_it_rested_on() {
    let mut case = begun("P1");
    not_refer(&mut case, 2).unwrap();
    assert!(stands(&case).contains("P1-07*"));
    case.record_fact(lead(3), "offence", "no").unwrap();
    assert!(stands(&case).contains("P1-07*"), "nothing is graver");
    case.record_fact(lead(4), "offence", "yes").unwrap();
    assert!(stands(&case).contains("P1-07>P1-03"), "{}", stands(&case));
    let step = case.steps.iter().find(|step| step.id == "P1-07").unwrap();
    assert_eq!((step.earlier.len(), step.earlier[0].turned.as_str()), (1, "offence"), "how it was done stays");
    assert_eq!(step.needed_at, Some(lead(4).at), "its clock runs from the fact");
    assert!(due(&case, "P1-07").is_some() && case.left_to_do(lead(5).at).contains(&"P1-07".to_owned()));
    case.consult(lead(5), talk()).unwrap();
    assert!(stands(&case).contains("P1-07 "), "the old decision does not do it: {}", stands(&case));
    not_refer(&mut case, 6).unwrap();
    assert!(stands(&case).contains("P1-07*"));
    case.record_fact(lead(7), "immediate_danger", "yes").unwrap();
    assert!(not_refer(&mut case, 8).is_err(), "nobody decides against it while a child is in danger");
    refer(&mut case, 9, "police_101");
    assert!(stands(&case).contains("P1-07*"));
}

#[test]
fn procedure_table_a_criterion_that_is_met_later_makes_the_referral_due_at_once() {
    let mut case = begun("P2");
    case.complete_step(lead(2), "P2-01", recorded(&case, "P2-01")).unwrap();
    case.answer_criteria(lead(3), id("agr", 3), [false; 5], "As told".into()).unwrap();
    let inside = ask(&mut case, lead(4), 4, Asked::InternalResponse, "").unwrap();
    case.answer(head(5), &inside, true, "Agreed".into()).unwrap();
    not_refer(&mut case, 6).unwrap();
    assert!(stands(&case).contains("P2-07*") && due(&case, "P2-07").is_none());
    case.answer_criteria(lead(7), id("agr", 7), [true, true, false, false, false], "A man".into()).unwrap();
    assert!(stands(&case).contains("P2-07 "), "{}", stands(&case));
    assert_eq!(due(&case, "P2-07"), Some(lead(7).at));
    assert!(!case.agreed(Asked::InternalResponse, ""), "what the head agreed to rested on the answers of then");
    let told = refer(&mut case, 8, "front_door_form");
    assert!(stands(&case).contains("P2-07*"));
    answered(&mut case, 9, &told);
}

#[test]
fn procedure_table_what_is_done_for_each_child_is_due_for_one_who_joins() {
    let mut case = begun("P2");
    case.complete_step(lead(2), "P2-01", recorded(&case, "P2-01")).unwrap();
    case.answer_criteria(lead(3), id("agr", 3), [false; 5], "As told".into()).unwrap();
    let first = join(&mut case, 4, "victim");
    support(&mut case, 5, &first);
    case.decide_parents(lead(6), &first, true, ("By telephone".into(), None)).unwrap();
    let assessed = Assessment {
        risks: "r".into(),
        needs: "n".into(),
        measures: "m".into(),
        checks: String::new(),
        review_at: lead(9_000).at,
        stamp: lead(7).stamp(),
    };
    case.assess(lead(7), assessed.clone()).unwrap();
    assert!(stands(&case).contains("P2-06* ") && stands(&case).contains("P2-08* P2-09*"), "{}", stands(&case));
    join(&mut case, 8, "witness");
    assert!(stands(&case).contains("P2-08* P2-09*"), "a witness is no child of it");
    let second = join(&mut case, 9, "victim");
    assert!(stands(&case).contains("P2-06 ") && stands(&case).contains("P2-08>G-PARENT P2-09 "), "{}", stands(&case));
    assert!(due(&case, "P2-08").is_some() && due(&case, "P2-09").is_some());
    support(&mut case, 10, &second);
    case.decide_parents(lead(11), &second, false, ("Her brother".into(), None)).unwrap();
    case.assess(lead(12), Assessment { stamp: lead(12).stamp(), ..assessed }).unwrap();
    assert!(stands(&case).contains("P2-06* ") && stands(&case).contains("P2-08* P2-09*"), "{}", stands(&case));
}

#[test]
fn procedure_table_not_telling_parents_falls_once_telling_them_is_safe() {
    let mut case = begun("P3");
    case.consult(lead(2), talk()).unwrap();
    let child = join(&mut case, 3, "victim");
    case.record_fact(lead(4), "parents_safe", "no").unwrap();
    case.decide_parents(lead(5), &child, false, ("Her father".into(), None)).unwrap();
    assert!(stands(&case).contains("P3-09*"));
    case.record_fact_anew(lead(6), id("agr", 6), ("parents_safe", "yes"), "He has left".into()).unwrap();
    case.answer(head(7), &id("agr", 6), true, "I know so too".into()).unwrap();
    assert!(stands(&case).contains("P3-09>G-PARENT"), "the procedure leaves no judgement: {}", stands(&case));
    case.decide_parents(lead(8), &child, true, ("Her mother".into(), None)).unwrap();
    assert!(stands(&case).contains("P3-09*"));
}

#[test]
fn procedure_table_danger_stands_until_it_is_said_what_ended_it() {
    let mut case = case(&policy(), "P0");
    case.record_fact(lead(1), "immediate_danger", "yes").unwrap();
    for step in ["P0-01", "P0-02"] {
        case.complete_step(lead(2), step, recorded(&case, step)).unwrap();
    }
    let danger = |case: &Case| case.dues().iter().any(|due| due.kind == Kind::Danger && due.statutory);
    assert!(danger(&case));
    for reason in ["x", "Spoken to everybody at home"] {
        assert!(case.deviate_step(lead(3), "P0-04", reason.into()).is_err(), "nobody skips a step alone: {reason}");
    }
    let question = Question { asked: Asked::Deviation, step_id: "P0-04", audience: "" };
    let short = case.ask(lead(4), id("agr", 4), question, "x".into());
    assert!(matches!(short, Err(Refusal::Field("reason", _))), "{short:?}");
    case.ask(lead(4), id("agr", 4), question, "Children’s services were at the door already".into()).unwrap();
    case.answer(head(5), &id("agr", 4), true, "So they were".into()).unwrap();
    case.deviate_step(lead(6), "P0-04", "Children’s services were at the door already".into()).unwrap();
    assert_eq!(case.left_to_do(lead(7).at)[0], "immediate_danger");
    let bare = case.record_fact(lead(8), "immediate_danger", "no");
    assert!(matches!(bare, Err(Refusal::Field("reason", _))), "{bare:?}");
    case.record_fact_anew(lead(8), id("agr", 8), ("immediate_danger", "no"), "She is at her aunt’s".into()).unwrap();
    assert!(!danger(&case) && !case.left_to_do(lead(9).at).contains(&"immediate_danger".to_owned()));
    // The review guards the closing: nobody skips it alone.
    assert!(case.deviate_step(lead(9), "P0-05", "Nothing to learn from it".into()).is_err());
}

#[test]
fn procedure_table_where_the_head_is_the_lead_somebody_else_agrees() {
    let both = |minutes: i64| By { head: true, ..lead(minutes) };
    let chair = |minutes: i64| By { account_id: "acc_chair", lead: false, chair: true, ..lead(minutes) };
    let mut case = begun("P2");
    case.answer_criteria(both(2), id("agr", 2), [false; 5], "As told".into()).unwrap();
    let inside = ask(&mut case, both(3), 3, Asked::InternalResponse, "").unwrap();
    assert!(case.answer(both(4), &inside, true, "Mine".into()).is_err(), "nobody is their own second person");
    let asked = case.agreements.last().unwrap().clone();
    assert_eq!(case.answered_by(&asked), ["dsl", "deputy_dsl", "chair"]);
    case.name_second(both(4), "acc_chair").unwrap();
    assert_eq!(case.access.members, ["acc_chair"], "they read it until they have answered");
    case.answer(chair(5), &inside, true, "Agreed".into()).unwrap();
    assert!(case.access.members.is_empty());
    not_refer(&mut case, 6).unwrap();
    // Where the lead asks, the head answers, and nobody in their place.
    let mut case = begun("P2");
    case.answer_criteria(lead(2), id("agr", 2), [false; 5], "As told".into()).unwrap();
    let inside = ask(&mut case, lead(3), 3, Asked::InternalResponse, "").unwrap();
    assert!(case.answer(chair(4), &inside, true, "Agreed".into()).is_err());
    assert!(case.name_second(lead(4), "acc_chair").is_err(), "whom the case names is the head’s to say");
}

#[test]
fn procedure_table_an_override_is_for_one_act_and_those_it_was_agreed_for() {
    let mut case = begun("P1");
    case.record_fact(lead(2), "offence", "yes").unwrap();
    case.record_fact(lead(2), "other_setting", "yes").unwrap();
    let child = join(&mut case, 3, "victim");
    assert!(ask(&mut case, lead(4), 4, Asked::HoldOverride, "").is_err(), "it is said who is to be told");
    let parents = ask(&mut case, lead(4), 4, Asked::HoldOverride, "parents").unwrap();
    case.answer(head(5), &parents, true, "Agreed".into()).unwrap();
    for kind in ["public", "other_school", "other"] {
        assert!(case.may_disclose(kind, lead(6).at).is_err(), "{kind}");
    }
    assert!(case.may_share(lead(6).at).is_err());
    case.decide_parents(lead(7), &child, true, ("She rang".into(), None)).unwrap();
    assert!(stands(&case).contains("P1-06*") && stands(&case).contains("P1-08>P1-03"), "{}", stands(&case));
    let another = join(&mut case, 8, "affected");
    let again = case.decide_parents(lead(9), &another, true, ("They rang".into(), None));
    assert!(matches!(again, Err(Refusal::Gate { .. })), "{again:?}");
}

#[test]
fn procedure_table_parents_wait_for_what_comes_before_them() {
    let mut nudes = begun("P2");
    let child = join(&mut nudes, 2, "victim");
    let told = |case: &mut Case, minute: i64| {
        let child = child.clone();
        case.decide_parents(lead(minute), &child, true, ("By telephone".into(), None))
    };
    let early = told(&mut nudes, 3);
    assert!(matches!(&early, Err(Refusal::Gate { missing, .. }) if missing == "criteria"), "{early:?}");
    nudes.answer_criteria(lead(4), id("agr", 4), [false; 5], "As told".into()).unwrap();
    told(&mut nudes, 5).unwrap();

    let mut abuse = begun("P3");
    let child = join(&mut abuse, 2, "victim");
    let tell =
        |case: &mut Case, minute: i64| case.decide_parents(lead(minute), &child, true, ("By telephone".into(), None));
    let early = tell(&mut abuse, 3);
    assert!(matches!(&early, Err(Refusal::Gate { missing, .. }) if missing == "P3-02"), "{early:?}");
    abuse.consult(lead(4), talk()).unwrap();
    tell(&mut abuse, 5).unwrap();
}

#[test]
fn procedure_table_a_viewing_rests_on_the_reasons_of_whoever_views() {
    use crate::case::record::Viewing;
    let mut case = begun("P2");
    case.record_fact(lead(2), "viewing_needed", "yes").unwrap();
    let asked = ask(&mut case, lead(3), 3, Asked::Viewing, "").unwrap();
    case.answer(head(4), &asked, true, "Agreed".into()).unwrap();
    let deputy = By { account_id: "acc_deputy", ..lead(5) };
    let view = |case: &mut Case, by: By<'_>| {
        let stamp = by.stamp();
        case.view(by, |agreement_id| Viewing {
            id: id("vie", 5),
            agreement_id,
            purpose: "decide".into(),
            second_adult: "Mrs Hale".into(),
            place: "Office".into(),
            how: "On the phone".into(),
            afterwards: "Locked away".into(),
            same_sex: "yes".into(),
            viewed_at: stamp.at,
            stamp,
        })
    };
    assert!(matches!(view(&mut case, deputy), Err(Refusal::State(_))), "the lead gave the reasons");
    ask(&mut case, deputy, 6, Asked::Viewing, "").unwrap();
    view(&mut case, lead(7)).unwrap();

    let mut images = begun("P4");
    let needed = images.record_fact(lead(2), "viewing_needed", "yes");
    assert!(matches!(needed, Err(Refusal::Prohibited("G-VIEW", _))), "{needed:?}");
}

#[test]
fn procedure_table_what_was_never_asked_is_not_no() {
    let waits = |case: &Case| {
        let waiting =
            case.steps_with_rules().filter(|(rule, step)| case.standing(rule, step).state == "waits_for_fact");
        waiting.map(|(rule, _)| rule.id.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(waits(&begun("P1")), "P1-03 P1-04 P1-08 P1-09");
    assert_eq!(waits(&begun("P2")), "P2-03 P2-04 P2-10 P2-11", "looking at an image is not asked after");
    assert_eq!(waits(&begun("P3")), "P3-03 P3-06 P3-08 P3-12");
    let mut case = begun("P2");
    for fact in ["device_involved", "on_school_system", "conduct_established", "agencies_needed"] {
        assert!(case.left_to_do(lead(2).at).contains(&fact.to_owned()), "{fact}");
        case.record_fact(lead(2), fact, if fact == "agencies_needed" { "yes" } else { "no" }).unwrap();
    }
    assert_eq!(waits(&case), "");
}

#[test]
fn procedure_table_nobody_is_referred_to_channel_before_their_consent_is_recorded() {
    let mut case = begun("P7");
    case.record_fact(lead(2), "subject", "learner").unwrap();
    let made =
        |minute: i64| Referral::made(id("ref", minute), ("prevent", "Prevent".into()), lead(minute), lead(900).at);
    assert!(matches!(case.refer(lead(3), made(3)), Err(Refusal::State(_))), "the lead is told first");
    case.complete_step(lead(4), "P7-01", recorded(&case, "P7-01")).unwrap();
    let early = case.refer(lead(5), made(5));
    assert!(matches!(early, Err(Refusal::Prohibited("PRV-02", _))), "{early:?}");
    for (minute, choice) in [(6, "refused"), (7, "given")] {
        assert!(case.refer(lead(minute), made(minute)).is_err());
        case.decide(Decision {
            id: id("dec", minute),
            kind: "channel_consent".into(),
            choice: choice.into(),
            reason: "Asked with his mother".into(),
            options: String::new(),
            effect_on_victim: String::new(),
            stamp: lead(minute).stamp(),
        })
        .unwrap();
    }
    case.refer(lead(8), made(8)).unwrap();
    let rule = case.procedure.steps.iter().find(|rule| rule.id == "P7-02").unwrap();
    assert_eq!(case.known_of(rule, "consent"), "yes");
}

#[test]
fn procedure_table_nothing_that_was_to_come_is_dropped_without_a_word() {
    let mut case = begun("P5");
    case.record_fact(lead(1), "offence", "no").unwrap();
    case.complete_step(lead(2), "P5-01", recorded(&case, "P5-01")).unwrap();
    for step in ["P5-03", "P5-04"] {
        case.deviate_step(lead(2), step, "Nobody could find out whose account it was".into()).unwrap();
    }
    let assessed = Assessment {
        risks: "r".into(),
        needs: "n".into(),
        measures: "m".into(),
        checks: String::new(),
        review_at: lead(9_000).at,
        stamp: lead(3).stamp(),
    };
    case.assess(lead(3), assessed).unwrap();
    case.debrief(lead(4), "Quick".into(), String::new()).unwrap();
    assert_eq!(case.drops(lead(5).at), ["assessment_review"]);
    let nobody = case.close(lead(5), "resolved".into(), ("All is well".into(), String::new()));
    assert!(matches!(&nobody, Err(Refusal::Gate { missing, .. }) if missing == "involvement"), "{nobody:?}");
    case.decide(Decision {
        id: id("dec", 5),
        kind: "involvement".into(),
        choice: "nobody_named".into(),
        reason: "The account belongs to nobody at the school".into(),
        options: String::new(),
        effect_on_victim: String::new(),
        stamp: lead(5).stamp(),
    })
    .unwrap();
    let silent = case.close(lead(5), "resolved".into(), ("All is well".into(), String::new()));
    assert!(matches!(silent, Err(Refusal::Field("follow_up", _))), "{silent:?}");
    case.close(lead(6), "resolved".into(), ("All is well".into(), "Her tutor asks her weekly".into())).unwrap();
}

#[test]
fn procedure_table_no_procedure_ends_while_danger_or_an_offence_was_asked_of_nobody() {
    let left = |case: &Case, what: &str| case.left_to_do(lead(9).at).contains(&what.to_owned());
    for procedure in ["P0", "P5", "P6", "P8"] {
        let mut case = case(&policy(), procedure);
        assert!(!left(&case, "immediate_danger"), "{procedure}");
        case.not_safe = Some(NotSafe { said_at: lead(1).at, known_at: lead(2).at });
        assert!(left(&case, "immediate_danger"), "{procedure}");
        case.record_fact(lead(3), "immediate_danger", "no").unwrap();
        assert!(!left(&case, "immediate_danger"), "{procedure}");
        case.not_safe = Some(NotSafe { said_at: lead(4).at, known_at: lead(4).at });
        assert!(left(&case, "immediate_danger"), "{procedure}: of what was said since nobody was asked");
    }
    // A policy of before that asks for no police and no agency here.
    let mut earlier = policy();
    let cyberbullying = earlier.procedures.iter_mut().find(|procedure| procedure.id == "P5").unwrap();
    cyberbullying.steps.truncate(1);
    let mut case = case(&earlier, "P5");
    case.record_fact(lead(1), "offence", "yes").unwrap();
    assert!(left(&case, "consultation"));
    case.consult(lead(2), talk()).unwrap();
    assert!(!left(&case, "consultation"));
}
