//! Lost or exposed data, whose clock runs from the moment the school knew.

use time::macros::datetime;

use super::{
    super::model::{case, lead, policy},
    situations,
};

#[test]
fn procedure_table_p11_lost_data() {
    situations(
        "P11",
        "
        P11-01|anyone|at_once|always|G-DANGER|S
        P11-02|technical_staff leader|at_once|always||S
        P11-03|dsl|at_once|always||S
        P11-04|dsl leader|at_once|offence = yes|+G-HOLD|S
        P11-05|leader|param|always||S
        P11-06|head leader|72 hours data_breach_ico|rights_at_risk = yes||S
        P11-07|head leader|72 hours data_breach_ico|rights_at_risk = no||S
        P11-08|head leader|at_once|high_risk = yes|G-PARENT G-HOLD|S
        P11-09|leader technical_staff|before_closing|always|G-CLOSE|",
        &[
            (
                &[("immediate_danger", "no")],
                false,
                "P11-01 P11-02>P11-01 P11-03>P11-01 P11-05>P11-01 P11-09",
                "G-DANGER G-PARENT",
            ),
            (
                &[("immediate_danger", "no"), ("rights_at_risk", "yes"), ("high_risk", "yes"), ("offence", "yes")],
                false,
                "P11-01 P11-02>P11-01 P11-03>P11-01 P11-04 P11-05>P11-01 P11-06 P11-08>P11-04 P11-09",
                "G-DANGER G-PARENT",
            ),
            (
                &[("immediate_danger", "no"), ("rights_at_risk", "no")],
                false,
                "P11-01 P11-02>P11-01 P11-03>P11-01 P11-05>P11-01 P11-07>P11-05 P11-09",
                "G-DANGER G-PARENT",
            ),
        ],
    );
}

#[test]
fn procedure_table_the_clock_on_lost_data_runs_from_the_moment_the_school_knew() {
    let policy = policy();
    let mut case = case(&policy, "P11");
    case.known_at = Some(datetime!(2026-11-22 18:00 UTC));
    case.record_fact(lead(24 * 60), "rights_at_risk", "yes").unwrap();
    let (rule, step) = case.steps_with_rules().find(|(rule, _)| rule.id == "P11-06").unwrap();
    assert_eq!(case.standing(rule, step).due, Some(datetime!(2026-11-25 18:00 UTC)));
}

#[test]
fn procedure_table_the_school_knew_when_somebody_there_was_told() {
    let policy = policy();
    let mut case = case(&policy, "P11");
    case.known_at = Some(datetime!(2026-11-24 08:58 UTC));
    for fact in ["immediate_danger", "rights_at_risk"] {
        case.record_fact(lead(1), fact, if fact == "rights_at_risk" { "yes" } else { "no" }).unwrap();
    }
    let told = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let said = vec![told("told_by", "A"), told("told_to", "B"), told("told_at", "2026-11-22T09:00:00Z")];
    case.complete_step(lead(2), "P11-01", said).unwrap();
    let (rule, step) = case.steps_with_rules().find(|(rule, _)| rule.id == "P11-06").unwrap();
    assert_eq!(case.standing(rule, step).due, Some(datetime!(2026-11-25 09:00 UTC)));
}
