//! What runs around every procedure (chapter 10 of the policies): danger, the police, agencies and parents, also where the
//! policy's own procedure is one line, as on cyberbullying.

use super::{situations, stands};
use crate::{
    case::{Case, Refusal, record::Decision},
    tests::model::{case, lead, policy, recorded},
};

#[test]
fn procedure_table_p5_cyberbullying() {
    situations(
        "P5",
        "
        P5-01|dsl leader|param|always|G-PARENT G-CLOSE|
        P5-02|dsl deputy_dsl|at_once|offence = yes|+G-HOLD|S
        P5-03|dsl|param|judgement||
        P5-04|dsl|param|judgement|G-PARENT G-HOLD|",
        &[
            (&[], false, "P5-01 P5-03 P5-04", "G-PARENT"),
            (
                &[("immediate_danger", "no"), ("offence", "yes")],
                false,
                "P5-01 P5-02 P5-03>P5-02 P5-04>P5-02",
                "G-DANGER G-PARENT",
            ),
            (
                &[("immediate_danger", "no"), ("offence", "yes")],
                true,
                "P5-01 P5-02* P5-03 P5-04",
                "G-DANGER G-HOLD G-CUSTODY G-PARENT",
            ),
        ],
    );
}

fn left(case: &Case) -> Vec<String> {
    case.left_to_do(lead(60).at)
}

#[test]
fn procedure_table_cyberbullying_does_not_end_without_an_offence_answered_and_a_child_thought_of() {
    let mut case = case(&policy(), "P5");
    case.record_fact(lead(1), "immediate_danger", "no").unwrap();
    case.complete_step(lead(2), "P5-01", recorded(&case, "P5-01")).unwrap();
    case.debrief(lead(3), "Quick".into(), String::new()).unwrap();
    assert_eq!(left(&case), ["involvement", "P5-03", "P5-04", "offence"]);
    case.record_fact(lead(4), "offence", "no").unwrap();
    let ticked = case.complete_step(lead(5), "P5-04", recorded(&case, "P5-04"));
    assert_eq!(ticked, Err(Refusal::Record("parents")), "no child is named: {}", stands(&case));
    for step in ["P5-03", "P5-04"] {
        case.deviate_step(lead(6), step, "Nobody could find out whose account it was".into()).unwrap();
    }
    assert_eq!(left(&case), ["involvement"]);
    case.decide(Decision {
        id: "dec_00000000000000000000000001".parse().unwrap(),
        kind: "involvement".into(),
        choice: "nobody_named".into(),
        reason: "Nobody could find out whose account it was".into(),
        options: String::new(),
        effect_on_victim: String::new(),
        stamp: lead(6).stamp(),
    })
    .unwrap();
    case.close(lead(7), "resolved".into(), ("The account is gone".into(), String::new())).unwrap();
}
