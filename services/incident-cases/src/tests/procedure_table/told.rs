//! Who is told, and what waits until they are: the designated officer, the police, and deletion behind both.

use super::stands;
use crate::{
    across::waiting::of_adult,
    case::{
        Case, Consultation, Involvement, Referral, ReferralDecision, ReferralId, Refusal, access::Subject,
        record::Decision, told::Told,
    },
    gate,
    tests::model::{case, lead, policy, recorded, talk},
};

pub(super) fn refer(case: &mut Case, minute: i64, agency: &str) -> ReferralId {
    let id: ReferralId = format!("ref_{minute:026}").parse().unwrap();
    let made = Referral::made(id.clone(), (agency, agency.to_owned()), lead(minute), lead(minute).at);
    case.refer(lead(minute), made).unwrap();
    id
}

pub(super) fn answered(case: &mut Case, minute: i64, id: &ReferralId) {
    let (outcome, text, at) = ("advice_given".to_owned(), "Go ahead".to_owned(), lead(minute).at);
    case.decide_referral(lead(minute), id, ReferralDecision { outcome, text, at, name: String::new() }).unwrap();
}

#[test]
fn procedure_table_the_lado_is_told_by_a_referral_and_by_nothing_else() {
    let mut case = case(&policy(), "P9");
    case.access.subject = Some(Subject::Name("Somebody".into()));
    case.record_fact(lead(1), "immediate_danger", "no").unwrap();
    case.complete_step(lead(2), "P9-01", recorded(&case, "P9-01")).unwrap();
    let ticked = case.complete_step(lead(3), "P9-04", recorded(&case, "P9-04"));
    assert_eq!(ticked, Err(Refusal::Record("lado")));
    let early_help = vec![("body".to_owned(), "early_help".to_owned())];
    assert!(case.complete_step(lead(3), "P9-04", early_help).is_err());
    refer(&mut case, 4, "prevent");
    assert!(!stands(&case).contains("P9-04*"), "another agency is not the designated officer");
    let told = refer(&mut case, 5, "lado_county");
    assert!(stands(&case).contains("P9-04*"), "{}", stands(&case));
    // Told is not advised: what they have to agree to first waits for their answer.
    assert!(stands(&case).contains("P9-06>lado_advice"), "{}", stands(&case));
    answered(&mut case, 6, &told);
    assert!(!stands(&case).contains(">lado_advice"), "{}", stands(&case));
}

#[test]
fn procedure_table_a_referral_does_its_step_also_before_an_earlier_one_is_ticked() {
    let mut case = case(&policy(), "P9");
    refer(&mut case, 1, "lado_county");
    assert!(stands(&case).contains("P9-04>P9-01"), "nobody is named whom it is about: {}", stands(&case));
    case.access.subject = Some(Subject::Name("Somebody".into()));
    case.record_fact(lead(2), "immediate_danger", "no").unwrap();
    assert!(stands(&case).contains("P9-04*"), "{}", stands(&case));
    assert!(of_adult(&case).is_empty(), "nothing of it waits, and no clock runs");
    assert!(stands(&case).contains("P9-06>lado_advice"), "what they have to agree to waits for their answer");
    assert!(stands(&case).contains("P9-01 "), "telling the head is its own step: {}", stands(&case));
}

#[test]
fn procedure_table_what_the_lado_is_to_be_told_waits_with_its_day() {
    let mut case = case(&policy(), "P9");
    case.access.subject = Some(Subject::Name("Somebody".into()));
    let waits = |case: &Case| {
        let waiting = of_adult(case).into_iter().map(|one| (one.kind.code(), one.item, one.due.is_some()));
        waiting.collect::<Vec<_>>()
    };
    assert_eq!(waits(&case), [("tell_lado", "P9-04".to_owned(), true)]);
    case.record_fact(lead(1), "immediate_danger", "no").unwrap();
    case.complete_step(lead(2), "P9-01", recorded(&case, "P9-01")).unwrap();
    refer(&mut case, 3, "lado_county");
    assert!(waits(&case).is_empty());
}

#[test]
fn procedure_table_indecent_images_are_told_to_bodies_that_take_them() {
    let mut policy = policy();
    policy.agencies =
        ["iwf", "early_help", "prevent", "lado_county", "police_101"].map(|k| (k.into(), k.into())).to_vec();
    let case = case(&policy, "P4");
    let rule = case.procedure.steps.iter().find(|rule| rule.id == "P4-04").unwrap();
    let body = case.fields(rule).into_iter().find(|field| field.name == "body").unwrap();
    assert_eq!(body.kind.codes(), ["iwf", "lado_county", "police_101"]);
}

#[test]
fn procedure_table_advice_on_hate_comes_from_the_police_or_the_service_for_it() {
    let mut policy = policy();
    policy.agencies = ["early_help", "prevent", "lado_county", "police_101"].map(|k| (k.into(), k.into())).to_vec();
    let mut case = case(&policy, "P6");
    case.record_fact(lead(1), "offence", "unclear").unwrap();
    let rule = case.procedure.steps.iter().find(|rule| rule.id == "P6-03").unwrap();
    let body = case.fields(rule).into_iter().find(|field| field.name == "body").unwrap();
    assert_eq!(body.kind.codes(), ["hate_advice", "police_101"]);
    case.complete_step(lead(2), "P6-03", recorded(&case, "P6-03")).unwrap();
}

#[test]
fn procedure_table_a_device_in_an_examination_is_reported_to_whatever_body_examines() {
    let mut case = case(&policy(), "P0");
    case.record_fact(lead(1), "device_involved", "yes").unwrap();
    assert!(!stands(&case).contains("P0-06") && case.left_to_do(lead(1).at).contains(&"in_examination".to_owned()));
    let mut elsewhere = case.clone();
    elsewhere.record_fact(lead(2), "in_examination", "no").unwrap();
    assert!(!stands(&elsewhere).contains("P0-06"), "a device found elsewhere is nothing to an examining body");
    case.record_fact(lead(2), "in_examination", "yes").unwrap();
    let said = [("examining_body", "JCQ"), ("time", "2026-11-24T09:00:00Z"), ("reference", "None given")];
    let said = said.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    case.complete_step(lead(3), "P0-06", said).unwrap();
}

#[test]
fn procedure_table_a_referral_does_the_step_that_names_its_agency() {
    for (procedure, step, others, agency) in [
        ("P3", "P3-04", &["ceop", "prevent", "lado_county", "police_101"][..], "front_door_form"),
        ("P1", "P1-07", &["ceop", "prevent", "early_help"][..], "police_101"),
        ("P1", "P1-07", &["lado_county"][..], "front_door_urgent"),
        ("P2", "P2-07", &["ceop", "early_help"][..], "front_door_city"),
    ] {
        let mut case = case(&policy(), procedure);
        let rule = case.procedure.steps.iter().find(|rule| rule.id == step).unwrap().clone();
        for (minute, other) in (1..).zip(others) {
            refer(&mut case, minute, other);
            assert!(!case.does(&rule), "{other} is not whom {step} names");
        }
        refer(&mut case, 9, agency);
        assert!(case.does(&rule), "{agency} is whom {step} names");
    }
}

#[test]
fn procedure_table_where_the_police_come_first_a_talk_with_the_front_door_opens_nothing() {
    for (procedure, fact, step) in [
        ("P1", ("offence", "yes"), "P1-03"),
        ("P3", ("other_setting", "yes"), "P3-02"),
        ("P4", ("iioc_variant", "b"), "P4-07"),
        ("P6", ("offence", "yes"), "P6-02"),
        ("P8", ("offence", "yes"), "P8-03"),
    ] {
        let mut case = case(&policy(), procedure);
        let front_door = Consultation { agency: "front_door_advice".into(), ..talk() };
        case.consult(lead(1), front_door).unwrap();
        assert_eq!(case.may_share(lead(2).at).is_ok(), procedure != "P3", "{procedure}: nothing has the police first");
        case.record_fact(lead(2), fact.0, fact.1).unwrap();
        for refused in [case.may_share(lead(3).at), case.may_disclose("public", lead(3).at)] {
            let missing = match refused {
                Err(Refusal::Gate { gate, missing, .. }) => (gate, missing),
                other => panic!("{procedure}: {other:?}"),
            };
            assert_eq!(missing, (gate::HOLD.to_owned(), step.to_owned()));
        }
        assert!(case.holds_parents(), "{procedure}");
        case.consult(lead(4), Consultation { agency: "emergency".into(), ..talk() }).unwrap();
        assert!(stands(&case).contains(&format!("{step}*")), "{}", stands(&case));
        case.may_share(lead(5).at).unwrap();
    }
}

#[test]
fn procedure_table_the_police_are_told_by_a_referral_and_asked_by_one_that_they_answered() {
    let mut told = case(&policy(), "P3");
    refer(&mut told, 1, "police_101");
    assert!(stands(&told).contains("P3-02*"), "{}", stands(&told));
    told.may_share(lead(2).at).unwrap();
    let mut asked = case(&policy(), "P1");
    asked.record_fact(lead(1), "offence", "yes").unwrap();
    let sent = refer(&mut asked, 2, "police_101");
    assert!(stands(&asked).contains("P1-03 ") && asked.may_share(lead(3).at).is_err(), "their advice is recorded");
    answered(&mut asked, 3, &sent);
    assert!(stands(&asked).contains("P1-03*"), "{}", stands(&asked));
    asked.may_share(lead(4).at).unwrap();
}

#[test]
fn procedure_table_a_step_is_skipped_once_it_is_needed_and_not_before() {
    let mut case = case(&policy(), "P1");
    let before = case.deviate_step(lead(1), "P1-08", "Not apt".into());
    assert!(matches!(before, Err(Refusal::State(_))), "{before:?}");
    case.record_fact(lead(2), "other_setting", "yes").unwrap();
    assert!(stands(&case).contains("P1-08"), "the fact that came later makes it due");
    case.deviate_step(lead(3), "P1-08", "Not apt".into()).unwrap();
}

#[test]
fn procedure_table_sanctions_are_applied_once_the_conduct_is_established() {
    let decision = |choice: &str| Decision {
        id: "dec_00000000000000000000000001".parse().unwrap(),
        kind: "sanction".into(),
        choice: choice.into(),
        reason: "The behaviour policy".into(),
        options: String::new(),
        effect_on_victim: "None".into(),
        stamp: lead(1).stamp(),
    };
    for id in ["P1", "P2"] {
        let mut case = case(&policy(), id);
        assert!(matches!(case.decide(decision("applied")), Err(Refusal::State(_))), "{id}");
        case.record_fact(lead(2), "conduct_established", "yes").unwrap();
        case.decide(decision("applied")).unwrap();
    }
}

#[test]
fn procedure_table_a_step_begins_with_what_is_known() {
    let mut case = case(&policy(), "P1");
    let at = lead(0).at;
    case.told = Some(Told { by: "Callum".into(), to: "Farah".into(), at, how: "In writing".into(), since: at });
    let rule = |id: &str| case.procedure.steps.iter().find(|rule| rule.id == id).unwrap();
    let known = |id: &str| {
        let fields = case.fields(rule(id));
        fields.iter().map(|field| case.known_of(rule(id), &field.name)).collect::<Vec<_>>()
    };
    assert_eq!(known("P1-01"), ["Callum", "Farah", "2026-11-24T09:00:00Z", "In writing"]);
    assert_eq!(known("P1-02")[..2], [case.procedure.title.clone(), "Version 1 of the school’s policy".into()]);
    let part = |n: u8, person: &str, kept: bool| Involvement {
        id: format!("inv_{n:026}").parse().unwrap(),
        person: person.into(),
        role: "witness".into(),
        year_group: String::new(),
        vulnerabilities: Vec::new(),
        learner: None,
        changes: Vec::new(),
        ended: None,
        kept: kept.then(|| lead(1).stamp()),
        joined_at: None,
    };
    let mut named = case.clone();
    named.involvements = vec![part(1, "Robin", false), part(2, "Hallam", true)];
    let involved = named.known_of(named.procedure.steps.iter().find(|rule| rule.id == "P1-02").unwrap(), "involvement");
    assert_eq!(involved, "Robin: witness", "everybody who reads the case reads what a step records");
    case.record_fact(lead(1), "immediate_danger", "no").unwrap();
    let said = |told_at: &str| {
        let fields = [("told_by", "C"), ("told_to", "F"), ("told_at", told_at), ("how", "Said")];
        fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    };
    let early = case.complete_step(lead(2), "P1-01", said("1999-01-01T09:00:00Z"));
    assert!(matches!(early, Err(Refusal::Fields("recorded", _))), "{early:?}");
    case.complete_step(lead(2), "P1-01", said("2026-11-24T00:10:00Z")).unwrap();
    let long_ago = Consultation { held_at: lead(0).at - time::Duration::days(2_500), ..talk() };
    assert!(matches!(case.consult(lead(3), long_ago), Err(Refusal::Field("consult_time", _))));
}

#[test]
fn procedure_table_nothing_is_deleted_while_an_agency_may_need_it() {
    let mut case = case(&policy(), "P2");
    let missing = |case: &Case| gate::missing(gate::DELETE, case, lead(60).at);
    case.record_fact(lead(1), "agencies_needed", "no").unwrap();
    case.record_fact(lead(1), "deletion_safe", "yes").unwrap();
    case.answer_criteria(lead(2), "agr_00000000000000000000000001".parse().unwrap(), [true; 5], "As told".into())
        .unwrap();
    assert!(!gate::open(gate::DELETE, &case, lead(60).at), "a criterion met later voids what was said before");
    assert_eq!(missing(&case), "referral");
    let again = case.record_fact(lead(3), "agencies_needed", "no");
    assert!(matches!(again, Err(Refusal::Field("value", _))), "{again:?}");
    let told = refer(&mut case, 4, "front_door_form");
    assert_eq!(missing(&case), "referral_outcome");
    answered(&mut case, 5, &told);
    for id in ["P2-01", "P2-06", "P2-09"] {
        let step = case.steps.iter().position(|step| step.id == id).unwrap();
        assert_eq!(missing(&case), id, "a duty that is open comes first");
        case.steps[step].end =
            Some(crate::case::StepEnd { recorded: vec![], reason: String::new(), by: "lead".into(), at: lead(6).at });
        case.settle(lead(6));
    }
    assert_eq!(missing(&case), "police_advice");
    case.consult(lead(7), talk()).unwrap();
    assert!(gate::open(gate::DELETE, &case, lead(60).at), "{}", missing(&case));
}
