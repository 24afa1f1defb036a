//! Content that somebody put on a platform: the rungs of requirement R-194.

use super::situations;

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
