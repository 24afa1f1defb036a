//! Content that somebody put on a platform: the rungs of requirement R-194.

use super::{situations, stands};
use crate::tests::model::{case, lead, policy, recorded, talk};

#[test]
fn procedure_table_p12_content_on_a_platform() {
    situations(
        "P12",
        "
        P12-01|dsl deputy_dsl|at_once|always|G-DANGER G-IMAGE|S
        P12-02|dsl deputy_dsl|at_once|offence in (unclear, yes)|G-IMAGE +G-HOLD|S
        P12-03|dsl pastoral|at_once|offence = no||
        P12-04|technical_staff|at_once|judgement|G-IMAGE|
        P12-05|dsl leader|param|judgement||
        P12-06|leader|before_closing|judgement|+G-REINSTATE|
        P12-07|technical_staff|before_closing|judgement|G-REINSTATE|
        P12-08|dsl|param|judgement|G-PARENT G-HOLD|
        P12-09|dsl leader|before_closing|always|G-CLOSE|",
        &[
            (
                &[("immediate_danger", "no")],
                false,
                "P12-01 P12-04>P12-01 P12-05>P12-01 P12-06>P12-05 P12-07>G-REINSTATE P12-08 P12-09",
                "G-DANGER G-PARENT",
            ),
            (
                &[("immediate_danger", "no"), ("offence", "no")],
                false,
                "P12-01 P12-03>P12-01 P12-04>P12-01 P12-05>P12-01 P12-06>P12-05 P12-07>G-REINSTATE P12-08 P12-09",
                "G-DANGER G-CUSTODY G-PARENT",
            ),
            (
                &[("immediate_danger", "no"), ("offence", "yes")],
                false,
                "P12-01 P12-02 P12-04>P12-01 P12-05>P12-01 P12-06>P12-05 P12-07>G-REINSTATE P12-08>G-HOLD P12-09",
                "G-DANGER G-PARENT",
            ),
        ],
    );
}

#[test]
fn procedure_table_whoever_put_it_there_is_asked_before_an_administrator_removes_it() {
    let mut case = case(&policy(), "P12");
    case.record_fact(lead(1), "immediate_danger", "no").unwrap();
    case.record_fact(lead(2), "offence", "no").unwrap();
    case.complete_step(lead(3), "P12-01", recorded(&case, "P12-01")).unwrap();
    assert!(stands(&case).contains("P12-03 P12-04>P12-03"), "{}", stands(&case));
    assert!(case.complete_step(lead(4), "P12-04", recorded(&case, "P12-04")).is_err());
    case.deviate_step(lead(5), "P12-03", "Nobody knows who put it there".into()).unwrap();
    case.complete_step(lead(6), "P12-04", recorded(&case, "P12-04")).unwrap();
}

#[test]
fn procedure_table_nothing_that_may_be_illegal_is_removed_before_the_police_were_asked() {
    for offence in ["yes", "unclear"] {
        let mut case = case(&policy(), "P12");
        case.record_fact(lead(1), "immediate_danger", "no").unwrap();
        let mut said = recorded(&case, "P12-01");
        said.iter_mut().filter(|(name, _)| name == "may_be_illegal").for_each(|(_, said)| *said = offence.to_owned());
        case.complete_step(lead(2), "P12-01", said).unwrap();
        assert!(stands(&case).contains("P12-04>P12-02"), "{}", stands(&case));
        assert!(case.complete_step(lead(3), "P12-04", recorded(&case, "P12-04")).is_err());
        case.consult(lead(4), talk()).unwrap();
        assert!(stands(&case).contains("P12-04 "), "{}", stands(&case));
    }
}
