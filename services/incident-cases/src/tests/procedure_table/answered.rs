//! What is recorded in a step answers the fact that other steps wait for, and no duty whose fact nobody has answered lets a
//! case close.

use super::{
    stands,
    told::{answered, refer},
};
use crate::{
    case::{Case, Refusal, StepEnd, access::Subject, record::Report},
    tests::model::{case, lead, policy, recorded, talk},
};

/// A case about somebody, in which nobody is in danger.
fn begun(procedure: &str, adult: bool) -> Case {
    let mut case = case(&policy(), procedure);
    case.access.subject = adult.then(|| Subject::Name("Somebody".into()));
    case.record_fact(lead(1), "immediate_danger", "no").unwrap();
    case
}

/// What a step records, one field of it being this.
fn saying(case: &Case, step: &str, field: &str, value: &str) -> Vec<(String, String)> {
    let mut fields = recorded(case, step);
    fields.iter_mut().filter(|(name, _)| name == field).for_each(|(_, said)| *said = value.to_owned());
    fields
}

fn do_steps(case: &mut Case, minute: i64, steps: &[&str]) {
    for step in steps {
        let fields = recorded(case, step);
        case.complete_step(lead(minute), step, fields).unwrap();
    }
}

fn standing(case: &Case, id: &str) -> (&'static str, String) {
    let (rule, step) = case.steps_with_rules().find(|(rule, _)| rule.id == id).unwrap();
    let standing = case.standing(rule, step);
    (standing.state, standing.waits_for)
}

fn field(refused: Result<(), Refusal>) -> String {
    match refused {
        Err(Refusal::Field(field, _)) => field.to_owned(),
        Err(Refusal::Fields(map, wrong)) => format!("{map}.{}", wrong[0].0),
        other => format!("{other:?}"),
    }
}

fn left(case: &Case) -> Vec<String> {
    case.left_to_do(lead(60).at)
}

#[test]
fn procedure_table_limbs_that_are_met_make_a_low_level_concern_an_allegation() {
    let mut case = begun("P10", true);
    do_steps(&mut case, 2, &["P10-01", "P10-02"]);
    assert_eq!(standing(&case, "P10-04"), ("waits_for_fact", "harm_threshold".to_owned()));
    let both = case.complete_step(lead(3), "P10-03", saying(&case, "P10-03", "limbs", "harmed,none"));
    assert_eq!(field(both), "recorded.limbs");
    case.complete_step(lead(3), "P10-03", saying(&case, "P10-03", "limbs", "harmed,offence")).unwrap();
    assert_eq!(case.fact("harm_threshold"), Some("yes"));
    assert_eq!(standing(&case, "P10-04"), ("to_do", String::new()));
    assert!(left(&case).contains(&"P10-04".to_owned()), "{:?}", left(&case));
    for less in ["no", "unclear", "unknown"] {
        assert_eq!(field(case.record_fact(lead(4), "harm_threshold", less)), "value", "{less}");
    }
    let told = refer(&mut case, 5, "lado_county");
    assert!(stands(&case).contains("P10-04*"), "{}", stands(&case));
    assert_eq!(field(case.record_fact(lead(6), "harm_threshold", "no")), "value", "told is not advised");
    answered(&mut case, 7, &told);
    let advised = "The designated officer advised so".to_owned();
    let id = "agr_00000000000000000000000001".parse().unwrap();
    case.record_fact_anew(lead(8), id, ("harm_threshold", "no"), advised).unwrap();
    assert_eq!(standing(&case, "P10-05").0, "to_do");
}

#[test]
fn procedure_table_a_low_level_concern_that_meets_the_threshold_goes_on_with_the_steps_of_an_allegation() {
    let mut case = begun("P10", true);
    assert!(!case.allegation() && case.steps.iter().all(|step| step.id.starts_with("P10-")));
    case.record_fact(lead(2), "harm_threshold", "unclear").unwrap();
    assert!(case.steps.iter().all(|step| step.id.starts_with("P10-")), "the officer is asked first");
    case.record_fact(lead(3), "harm_threshold", "yes").unwrap();
    let added: Vec<&str> = case.steps.iter().map(|step| step.id.as_str()).filter(|id| id.starts_with("P9-")).collect();
    assert_eq!(added, ["P9-02", "P9-05", "P9-06", "P9-07", "P9-08", "P9-09", "P9-11", "P9-12"]);
    assert_eq!(standing(&case, "P9-07"), ("cannot_start_yet", "P10-04".to_owned()), "as the officer agrees");
    assert!(left(&case).contains(&"P9-11".to_owned()) && case.allegation());
    let fields = recorded(&case, "P9-11");
    assert!(fields.contains(&("outcome".to_owned(), "substantiated".to_owned())), "{fields:?}");
    case.record_fact_anew(
        lead(4),
        "agr_00000000000000000000000001".parse().unwrap(),
        ("harm_threshold", "unclear"),
        "Another teacher saw it".to_owned(),
    )
    .unwrap();
    assert_eq!(standing(&case, "P9-11").0, "not_needed");
    case.record_fact(lead(5), "harm_threshold", "yes").unwrap();
    assert_eq!(case.steps.iter().filter(|step| step.id == "P9-11").count(), 1, "added once");
}

#[test]
fn procedure_table_an_allegation_has_one_outcome_and_nobody_puts_it_right_alone() {
    let mut case = begun("P9", true);
    case.procedure.steps.retain(|rule| matches!(rule.id.as_str(), "P9-11" | "P9-12"));
    case.procedure.steps.iter_mut().for_each(|rule| rule.after.retain(|id| id == "P9-11"));
    case.steps.retain(|step| matches!(step.id.as_str(), "P9-11" | "P9-12"));
    case.record_fact(lead(1), "harm_threshold", "yes").unwrap();
    let early = case.record_fact(lead(1), "allegation_outcome", "false");
    assert_eq!(field(early), "name", "it follows from the step");
    case.complete_step(lead(2), "P9-11", saying(&case, "P9-11", "outcome", "malicious")).unwrap();
    assert_eq!((case.fact("allegation_outcome"), case.allegation_outcome()), (Some("malicious"), Some("malicious")));
    let other = case.complete_step(lead(3), "P9-12", saying(&case, "P9-12", "outcome", "substantiated"));
    assert_eq!(field(other), "recorded.outcome");
    case.complete_step(lead(3), "P9-12", saying(&case, "P9-12", "outcome", "malicious")).unwrap();
    assert_eq!(case.class(), crate::retention::Class::Removed);
    assert_eq!(field(case.record_fact(lead(4), "allegation_outcome", "unsubstantiated")), "reason");
    let id: crate::case::record::AgreementId = "agr_00000000000000000000000001".parse().unwrap();
    let why = "The wrong line was picked".to_owned();
    case.record_fact_anew(lead(4), id.clone(), ("allegation_outcome", "unsubstantiated"), why).unwrap();
    assert_eq!(case.allegation_outcome(), Some("malicious"), "until somebody else has looked");
    assert!(case.answer(lead(5), &id, true, "Yes".into()).is_err(), "nobody agrees with themselves");
    let head = crate::case::By { account_id: "acc_head", head: true, lead: false, ..lead(5) };
    case.answer(head, &id, true, "So the panel decided".into()).unwrap();
    assert_eq!(case.allegation_outcome(), Some("unsubstantiated"));
    assert_eq!(case.class(), crate::retention::Class::Allegation);
    for (end, refused) in [("unfounded", true), ("moved_on", true), ("resolved", false)] {
        assert_eq!(case.ends_as_decided(end).is_err(), refused, "{end}");
    }
}

#[test]
fn procedure_table_an_allegation_that_meets_the_threshold_needs_its_outcome_and_its_record() {
    let mut case = begun("P9", true);
    do_steps(&mut case, 2, &["P9-01"]);
    let nobody_weighed = left(&case);
    for fact in ["child_hurt", "device_involved", "harm_threshold"] {
        assert!(nobody_weighed.contains(&fact.to_owned()), "{fact}: {nobody_weighed:?}");
    }
    case.complete_step(lead(3), "P9-03", saying(&case, "P9-03", "limbs", "harmed")).unwrap();
    for step in ["P9-08", "P9-11", "P9-12"] {
        assert!(left(&case).contains(&step.to_owned()), "{step}: {:?}", left(&case));
    }
    // What it was decided to be, it ends as.
    let step = case.steps.iter().position(|step| step.id == "P9-11").unwrap();
    let recorded = vec![("outcome".to_owned(), "substantiated".to_owned())];
    case.steps[step].end = Some(StepEnd { recorded, reason: String::new(), by: "acc_head".into(), at: lead(4).at });
    assert_eq!(field(case.ends_as_decided("unfounded")), "outcome");
    case.ends_as_decided("agency_leads").unwrap();

    let mut low = begun("P9", true);
    do_steps(&mut low, 2, &["P9-01"]);
    low.record_fact(lead(3), "harm_threshold", "no").unwrap();
    let against = low.complete_step(lead(4), "P9-03", saying(&low, "P9-03", "limbs", "risk"));
    assert_eq!(field(against), "recorded.limbs");
    low.complete_step(lead(4), "P9-03", saying(&low, "P9-03", "limbs", "none")).unwrap();
}

#[test]
fn procedure_table_a_step_of_an_open_case_that_was_done_before_answers_still() {
    let mut case = begun("P10", true);
    for (id, limbs) in [("P10-01", ""), ("P10-02", ""), ("P10-03", "suitability")] {
        let step = case.steps.iter().position(|step| step.id == id).unwrap();
        let recorded = [("limbs".to_owned(), limbs.to_owned())].into_iter().filter(|_| !limbs.is_empty()).collect();
        case.steps[step].end = Some(StepEnd { recorded, reason: String::new(), by: "acc_head".into(), at: lead(2).at });
    }
    assert!(left(&case).contains(&"harm_threshold".to_owned()), "{:?}", left(&case));
    case.record_fact(lead(3), "agency_worker", "no").unwrap();
    let known = case.facts.iter().find(|fact| fact.name == "harm_threshold").unwrap();
    assert_eq!((known.value.as_str(), known.by.as_str()), ("yes", "acc_head"));
    assert!(stands(&case).starts_with("P10-01* P10-02* P10-03* P10-04 "), "{}", stands(&case));
}

#[test]
fn procedure_table_how_indecent_images_came_up_is_said_once() {
    let mut case = begun("P4", false);
    assert_eq!(standing(&case, "P4-07"), ("waits_for_fact", "iioc_variant".to_owned()));
    let colleague = case.complete_step(lead(2), "P4-01", saying(&case, "P4-01", "variant", "c"));
    assert_eq!(field(colleague), "recorded.variant", "nobody said who is kept out");
    case.complete_step(lead(2), "P4-01", saying(&case, "P4-01", "variant", "b")).unwrap();
    assert_eq!(case.fact("iioc_variant"), Some("b"));
    for step in ["P4-05", "P4-06", "P4-07"] {
        assert!(left(&case).contains(&step.to_owned()), "{step}: {:?}", left(&case));
    }
    assert_eq!(field(case.record_fact(lead(3), "iioc_variant", "a")), "value");

    let mut held = begun("P4", true);
    held.record_fact(lead(2), "iioc_variant", "c").unwrap();
    let milder = held.complete_step(lead(3), "P4-01", saying(&held, "P4-01", "variant", "a"));
    assert_eq!(field(milder), "recorded.variant");
    held.complete_step(lead(3), "P4-01", saying(&held, "P4-01", "variant", "c")).unwrap();
    for step in ["P4-11", "P4-12", "P4-13"] {
        assert!(left(&held).contains(&step.to_owned()), "{step}: {:?}", left(&held));
    }
}

#[test]
fn procedure_table_the_report_to_the_foundation_tells_the_bodies() {
    let mut case = begun("P4", false);
    let ticked = case.complete_step(lead(2), "P4-04", recorded(&case, "P4-04"));
    assert_eq!(ticked, Err(Refusal::Record("bodies")));
    let report = |minute: i64, body: &str| Report {
        id: format!("rep_{minute:026}").parse().unwrap(),
        body: body.into(),
        platform: String::new(),
        material_id: None,
        reference: "IWF-1".into(),
        chase_at: lead(600).at,
        outcome: None,
        stamp: lead(minute).stamp(),
    };
    case.report(lead(3), report(3, "platform")).unwrap();
    assert!(!stands(&case).contains("P4-04*"), "a platform is none of the bodies");
    case.report(lead(4), report(4, "iwf")).unwrap();
    let step = case.steps.iter().find(|step| step.id == "P4-04").unwrap();
    let told = step.end.as_ref().unwrap().recorded.clone();
    assert!(told.contains(&("body".to_owned(), "iwf".to_owned())), "{told:?}");
    assert!(told.contains(&("reference".to_owned(), "IWF-1".to_owned())), "{told:?}");
}

#[test]
fn procedure_table_what_may_be_illegal_is_told_to_a_body_that_the_step_names() {
    let report = |minute: i64, body: &str| Report {
        id: format!("rep_{minute:026}").parse().unwrap(),
        body: body.into(),
        platform: String::new(),
        material_id: None,
        reference: "R-1".into(),
        chase_at: lead(600).at,
        outcome: None,
        stamp: lead(minute).stamp(),
    };
    let breach = || {
        let mut case = begun("P8", false);
        case.record_fact(lead(2), "offence", "unclear").unwrap();
        for (minute, body) in [(3, "platform"), (4, "report_remove")] {
            case.report(lead(minute), report(minute, body)).unwrap();
        }
        refer(&mut case, 5, "front_door_form");
        assert!(stands(&case).contains("P8-04 "), "none of them is a body that takes it: {}", stands(&case));
        case
    };
    let told = |case: &Case| {
        let step = case.steps.iter().find(|step| step.id == "P8-04").unwrap();
        let end = step.end.as_ref().unwrap_or_else(|| panic!("{}", stands(case)));
        end.recorded.iter().find(|(name, _)| name == "body").map(|(_, body)| body.clone()).unwrap()
    };
    for body in ["iwf", "ceop", "police"] {
        let mut case = breach();
        case.report(lead(6), report(6, body)).unwrap();
        assert_eq!(told(&case), body);
    }
    for agency in ["police_101", "ceop"] {
        let mut case = breach();
        refer(&mut case, 6, agency);
        assert_eq!(told(&case), agency);
    }
    let mut case = breach();
    case.consult(lead(6), talk()).unwrap();
    assert_eq!(told(&case), "police_101");
}

#[test]
fn procedure_table_a_duty_waits_for_its_fact_and_the_case_with_it() {
    for (procedure, waiting) in [("P6", vec!["by_or_at_member", "offence"]), ("P7", vec!["subject"])] {
        let mut case = begun(procedure, false);
        case.debrief(lead(2), "Quick".into(), String::new()).unwrap();
        assert_eq!(left(&case), waiting, "{procedure}");
        let refused = case.close(lead(3), "resolved".into(), ("All is well".into(), String::new()));
        let expected = waiting[0];
        assert!(matches!(&refused, Err(Refusal::Gate { missing, .. }) if missing == expected), "{refused:?}");
    }
    let mut case = begun("P6", false);
    for fact in ["by_or_at_member", "offence", "response_unclear"] {
        case.record_fact(lead(2), fact, "no").unwrap();
    }
    case.debrief(lead(3), "Quick".into(), String::new()).unwrap();
    case.close(lead(4), "resolved".into(), ("All is well".into(), String::new())).unwrap();
    assert!(case.steps_with_rules().all(|(rule, step)| case.standing(rule, step).state == "not_needed"));
}

#[test]
fn procedure_table_a_device_in_custody_answers_whether_there_is_one() {
    let mut case = begun("P2", false);
    case.take(lead(2), "cus_1").unwrap();
    assert!(stands(&case).contains("P2-03*"), "{}", stands(&case));
    assert_eq!(field(case.record_fact(lead(3), "device_involved", "no")), "value");
}

#[test]
fn procedure_table_whether_content_may_be_illegal_is_said_once() {
    let mut case = begun("P12", false);
    assert_eq!(standing(&case, "P12-02"), ("waits_for_fact", "offence".to_owned()));
    case.complete_step(lead(2), "P12-01", saying(&case, "P12-01", "may_be_illegal", "unclear")).unwrap();
    assert_eq!(case.fact("offence"), Some("unclear"));
    assert_eq!(standing(&case, "P12-02").0, "to_do");
    assert_eq!(field(case.record_fact(lead(3), "offence", "no")), "value", "the police have not been heard");
    case.record_fact(lead(4), "offence", "yes").unwrap();
    assert_eq!(case.facts.iter().filter(|fact| fact.name == "offence").count(), 2, "an answer is noted once");

    let mut known = begun("P12", false);
    known.record_fact(lead(2), "offence", "unclear").unwrap();
    let rule = known.procedure.steps.iter().find(|rule| rule.id == "P12-01").unwrap();
    assert_eq!(known.known_of(rule, "may_be_illegal"), "unclear");
    let looser = known.complete_step(lead(3), "P12-01", saying(&known, "P12-01", "may_be_illegal", "no"));
    assert_eq!(field(looser), "recorded.may_be_illegal", "a gate is loosened with a reason");
    known.complete_step(lead(3), "P12-01", saying(&known, "P12-01", "may_be_illegal", "yes")).unwrap();
    assert_eq!(known.fact("offence"), Some("yes"));
}

#[test]
fn procedure_table_what_lost_data_may_lead_to_says_who_is_told() {
    for (risk, called_for) in [("unlikely", "P11-07"), ("likely", "P11-06"), ("high", "P11-06 P11-08")] {
        let mut case = begun("P11", false);
        do_steps(&mut case, 2, &["P11-01"]);
        case.complete_step(lead(3), "P11-05", saying(&case, "P11-05", "risk_to_rights", risk)).unwrap();
        let told = ["P11-06", "P11-07", "P11-08"].into_iter();
        let told = told.filter(|step| !matches!(standing(&case, step).0, "not_needed" | "waits_for_fact"));
        assert_eq!(told.collect::<Vec<_>>().join(" "), called_for, "{risk}");
    }
}

#[test]
fn procedure_table_extremism_of_a_colleague_is_weighed_and_goes_on_as_an_allegation() {
    let mut case = begun("P7", true);
    case.record_fact(lead(2), "subject", "staff").unwrap();
    do_steps(&mut case, 3, &["P7-03", "P7-04"]);
    assert!(left(&case).contains(&"harm_threshold".to_owned()), "{:?}", left(&case));
    let weighed = saying(&case, "P7-05", "limbs", "risk");
    case.complete_step(lead(4), "P7-05", weighed).unwrap();
    assert_eq!(standing(&case, "P7-06").0, "to_do");
    assert!(case.allegation() && left(&case).contains(&"P9-11".to_owned()), "{:?}", left(&case));
    assert!(!case.steps.iter().any(|step| ["P9-01", "P9-03", "P9-04"].contains(&step.id.as_str())), "asked once");
}
