//! Every procedure against the domain reference: its rows as they stand there, and for facts that become known the steps
//! and gates that follow. The tables are written from the reference, never from the files of the template.

#[path = "procedure_table/answered.rs"]
mod answered;
#[path = "procedure_table/around.rs"]
mod around;
#[path = "procedure_table/lost_data.rs"]
mod lost_data;
#[path = "procedure_table/platform_content.rs"]
mod platform_content;
#[path = "procedure_table/told.rs"]
mod told;
#[path = "procedure_table/turned.rs"]
mod turned;

use super::model::{case, lead, policy, talk};
use crate::{
    case::{
        Case, Refusal,
        access::{Subject, of_colleague},
        evidence::done_by,
    },
    gate,
    procedure::{Procedure, condition::Truth},
};

/// Rows: step; who; by when (`param` where the reference leaves it to the school); condition; gates and what it opens
/// (`+`); prohibition (`!`) and statutory (`S`).
type Rows = &'static str;

/// A situation: facts, whether police were talked to, the steps called for (`id` can be done now, `id>x` waits for x,
/// `id*` is done; all others are not needed, or wait for a fact), the gates that stand open.
type Situation = (&'static [(&'static str, &'static str)], bool, &'static str, &'static str);

fn rows(procedure: &Procedure, table: Rows) {
    let table: Vec<&str> = table.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let ids: Vec<&str> = table.iter().map(|row| row.split('|').next().unwrap().trim()).collect();
    assert_eq!(ids, procedure.steps.iter().map(|s| s.id.as_str()).collect::<Vec<_>>());
    for (row, step) in table.iter().zip(&procedure.steps) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let words = |cell: &str| cell.split(' ').filter(|w| !w.is_empty()).map(ToOwned::to_owned).collect::<Vec<_>>();
        assert_eq!(step.roles, words(cells[1]), "who does {}", step.id);
        let clock = match (step.clock_kind.as_str(), step.clock_amount, step.clock_source.as_str()) {
            (kind, 0, "") => kind.to_owned(),
            (kind, amount, "") => format!("{amount} {kind}"),
            (kind, amount, source) => format!("{amount} {kind} {source}"),
        };
        assert!(cells[2] == "param" || clock == cells[2], "{} is due {clock}, not {}", step.id, cells[2]);
        assert_eq!(step.condition, cells[3], "when {} is needed", step.id);
        let opens = step.opens.iter().map(|gate| format!("+{gate}"));
        let gates: Vec<String> = step.gates.iter().cloned().chain(opens).collect();
        assert_eq!(gates, words(cells[4]), "gates of {}", step.id);
        let marks = [("!", !step.prohibitions.is_empty()), ("S", step.statutory)];
        let marks: String = marks.iter().filter(|(_, holds)| *holds).map(|(mark, _)| *mark).collect();
        assert_eq!(marks, cells[5], "prohibition and duty of {}", step.id);
        assert!(!step.records.is_empty(), "{} records nothing", step.id);
    }
}

fn stands(case: &Case) -> String {
    let step = |(rule, step)| {
        let standing = case.standing(rule, step);
        match standing.state {
            "to_do" => Some(rule.id.clone()),
            "cannot_start_yet" => Some(format!("{}>{}", rule.id, standing.waits_for)),
            "done" => Some(format!("{}*", rule.id)),
            _ => None,
        }
    };
    case.steps_with_rules().filter_map(step).collect::<Vec<_>>().join(" ")
}

fn situations(id: &str, table: Rows, situations: &[Situation]) {
    let policy = policy();
    rows(policy.procedure(id).unwrap(), table);
    for (facts, talked, steps, open) in situations {
        let mut case = case(&policy, id);
        if case.adult() {
            case.access.subject = Some(Subject::Name("Somebody".into()));
        }
        for (name, value) in *facts {
            if of_colleague(name, value) && case.access.subject.is_none() {
                // Said of nobody, it is refused; a case from before that was so waits at its gate.
                let refused = case.record_fact(lead(1), name, value);
                assert!(matches!(refused, Err(Refusal::Field("subject", _))), "{id} {name} = {value}: {refused:?}");
                case.note_fact(lead(1), name, value);
            } else {
                case.record_fact(lead(1), name, value).unwrap();
            }
        }
        if *talked {
            case.consult(lead(2), talk()).unwrap();
        }
        let expected = steps.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(stands(&case), expected, "{id} where {facts:?}, talked: {talked}");
        for (rule, step) in case.steps_with_rules() {
            let unknown = case.called_for(rule) == Truth::Unknown;
            // What nobody has to do by any time is not asked after.
            let asked = rule.statutory || rule.clock_kind != "none";
            let waits = case.standing(rule, step).state == "waits_for_fact";
            assert_eq!(waits, asked && unknown && step.end.is_none(), "whether {} is needed, nobody knows", rule.id);
        }
        let now = lead(3).at;
        let subject = case.gates.iter().find(|g| g.id == gate::SUBJECT).map(|g| gate::open(&g.id, &case, now));
        assert_eq!(subject, Some(!expected.contains(">G-SUBJECT")), "{id} and its subject where {facts:?}");
        let gates = case.gates.iter().map(|g| g.id.as_str()).filter(|g| *g != gate::SUBJECT);
        let gates = gates.filter(|g| gate::open(g, &case, now)).collect::<Vec<_>>();
        assert_eq!(gates.join(" "), *open, "{id} gates where {facts:?}, talked: {talked}");
        // A gate that is shut says what is missing, but for those that nothing opens.
        for gate in case.gates.iter().filter(|g| !gate::open(&g.id, &case, now)) {
            let silent = gate.id == "G-IMAGE" || (gate.id == "G-VIEW" && id == "P4");
            assert_eq!(gate::missing(&gate.id, &case, now).is_empty(), silent, "{} says nothing", gate.id);
        }
    }
}

#[test]
fn procedure_table_p0_general_welfare() {
    situations(
        "P0",
        "
        P0-01|anyone|at_once|always|G-DANGER|S
        P0-02|dsl|at_once|always||S
        P0-03|dsl|param|judgement|G-PARENT G-HOLD|
        P0-04|dsl|param|judgement||
        P0-06|leader|at_once|device_involved = yes and in_examination = yes||
        P0-05|dsl leader|before_closing|always|G-CLOSE|",
        &[
            (&[], false, "P0-01>G-DANGER P0-02>P0-01 P0-03 P0-04 P0-05", "G-PARENT"),
            (&[("immediate_danger", "no")], false, "P0-01 P0-02>P0-01 P0-03 P0-04 P0-05", "G-DANGER G-PARENT"),
            (&[("offence", "yes")], false, "P0-01>G-DANGER P0-02>P0-01 P0-03>G-HOLD P0-04 P0-05", "G-PARENT"),
        ],
    );
}

#[test]
fn procedure_table_p1_sexual_violence_and_harassment_between_children() {
    let device = [("immediate_danger", "no"), ("offence", "yes"), ("other_setting", "yes"), ("device_involved", "yes")];
    let device: &'static [_] = Box::leak(Box::new(device));
    situations(
        "P1",
        "
        P1-01|anyone|at_once|always|G-DANGER|S
        P1-02|dsl|param|always||S
        P1-03|dsl deputy_dsl|at_once|offence = yes|+G-HOLD|S
        P1-04|leader dsl|param|device_involved = yes|G-CUSTODY G-VIEW G-IMAGE|
        P1-05|dsl pastoral|param|always||S
        P1-06|dsl|param|judgement|G-PARENT G-HOLD|
        P1-07|dsl|param|judgement||
        P1-08|dsl|param|other_setting = yes|G-HOLD|
        P1-09|leader|param|conduct_established = yes||
        P1-10|dsl leader|before_closing|always|G-CLOSE|",
        &[
            (&[], false, "P1-01>G-DANGER P1-02>P1-01 P1-05 P1-06 P1-07 P1-10", "G-PARENT"),
            (
                &[("other_setting", "yes")],
                false,
                "P1-01>G-DANGER P1-02>P1-01 P1-05 P1-06 P1-07 P1-08>G-HOLD P1-10",
                "G-PARENT",
            ),
            (
                device,
                false,
                "P1-01 P1-02>P1-01 P1-03 P1-04>G-CUSTODY P1-05 P1-06>P1-03 P1-07>P1-03 P1-08>P1-03 P1-10",
                "G-DANGER G-PARENT",
            ),
            (
                device,
                true,
                "P1-01 P1-02>P1-01 P1-03* P1-04 P1-05 P1-06 P1-07 P1-08 P1-10",
                "G-DANGER G-HOLD G-CUSTODY G-PARENT",
            ),
            (
                &[("offence", "no"), ("device_involved", "yes"), ("conduct_established", "yes")],
                false,
                "P1-01>G-DANGER P1-02>P1-01 P1-04 P1-05 P1-06 P1-07 P1-09 P1-10",
                "G-CUSTODY G-PARENT",
            ),
        ],
    );
}

#[test]
fn procedure_table_p2_nudes_and_semi_nudes() {
    situations(
        "P2",
        "
        P2-01|anyone|at_once|always|G-DANGER G-IMAGE|!S
        P2-02|dsl|param|always||S
        P2-03|dsl leader|at_once|device_involved = yes|G-CUSTODY|
        P2-04|technical_staff|at_once|on_school_system = yes|G-IMAGE|!
        P2-05|dsl deputy_dsl|none|viewing_needed = yes|G-VIEW G-IMAGE|!
        P2-06|dsl|param|always||S
        P2-07|dsl|param|criteria_met = yes or judgement||S
        P2-08|dsl|param|judgement|G-PARENT G-HOLD|
        P2-09|dsl pastoral|param|always||S
        P2-10|leader|param|conduct_established = yes||
        P2-11|dsl|param|agencies_needed = no|G-DELETE|
        P2-12|dsl leader|before_closing|always|G-CLOSE|",
        &[
            (&[], false, "P2-01>G-DANGER P2-02>P2-01 P2-06 P2-07>P2-02 P2-08>G-HOLD P2-09 P2-12", "G-PARENT"),
            (
                &[
                    ("immediate_danger", "no"),
                    ("device_involved", "yes"),
                    ("on_school_system", "yes"),
                    ("viewing_needed", "yes"),
                ],
                false,
                "P2-01 P2-02>P2-01 P2-03 P2-04 P2-05>G-VIEW P2-06 P2-07>P2-02 P2-08>G-HOLD P2-09 P2-12",
                "G-DANGER G-PARENT",
            ),
            (
                &[("agencies_needed", "no")],
                false,
                "P2-01>G-DANGER P2-02>P2-01 P2-06 P2-07>P2-02 P2-08>G-HOLD P2-09 P2-11>G-DELETE P2-12",
                "G-PARENT",
            ),
            (
                &[("agencies_needed", "no"), ("deletion_safe", "yes")],
                false,
                "P2-01>G-DANGER P2-02>P2-01 P2-06 P2-07>P2-02 P2-08>G-HOLD P2-09 P2-11>G-DELETE P2-12",
                "G-PARENT",
            ),
            (
                &[("agencies_needed", "no"), ("deletion_safe", "yes"), ("police_hold", "yes")],
                false,
                "P2-01>G-DANGER P2-02>P2-01 P2-06 P2-07>P2-02 P2-08>G-HOLD P2-09 P2-11>G-DELETE P2-12",
                "G-PARENT",
            ),
        ],
    );
}

#[test]
fn procedure_table_p3_sexual_abuse_and_exploitation() {
    situations(
        "P3",
        "
        P3-01|anyone|at_once|always|G-DANGER|S
        P3-02|dsl deputy_dsl|at_once|always|+G-HOLD|S
        P3-03|dsl deputy_dsl|at_once|offence = unclear|+G-HOLD|
        P3-04|dsl|param|judgement||
        P3-05|dsl|param|always||S
        P3-06|dsl leader|param|device_involved = yes and judgement|G-CUSTODY|
        P3-07|dsl|param|always||S
        P3-08|dsl deputy_dsl|param|other_setting = yes|G-HOLD|
        P3-09|dsl|param|always|G-PARENT G-HOLD|S
        P3-10|dsl pastoral|param|always||S
        P3-11|dsl|param|judgement||
        P3-12|dsl deputy_dsl|at_once|intelligence = yes||S
        P3-13|dsl leader|before_closing|always|G-CLOSE|",
        &[
            (&[], false, "P3-01>G-DANGER P3-02 P3-04 P3-05>P3-01 P3-07 P3-09>G-HOLD P3-10 P3-11 P3-13", "G-PARENT"),
            (
                &[("other_setting", "yes"), ("offence", "yes"), ("device_involved", "yes"), ("intelligence", "yes")],
                false,
                "P3-01>G-DANGER P3-02 P3-04 P3-05>P3-01 P3-06 P3-07 P3-08>G-HOLD P3-09>G-HOLD P3-10 P3-11 P3-12 P3-13",
                "G-PARENT",
            ),
            (
                &[("other_setting", "yes"), ("offence", "unclear")],
                true,
                "P3-01>G-DANGER P3-02* P3-03* P3-04 P3-05>P3-01 P3-07 P3-08 P3-09 P3-10 P3-11 P3-13",
                "G-HOLD G-CUSTODY G-PARENT",
            ),
        ],
    );
}

#[test]
fn procedure_table_p4_indecent_images_of_children() {
    situations(
        "P4",
        "
        P4-01|dsl|param|always|G-IMAGE G-DANGER|!S
        P4-02|dsl deputy_dsl|at_once|offence = unclear|+G-HOLD|
        P4-03|dsl technical_staff|at_once|device_involved = yes|G-CUSTODY|
        P4-04|dsl|at_once|always||S
        P4-05|anyone|at_once|iioc_variant in (a, b)|G-IMAGE|!S
        P4-06|dsl|at_once|iioc_variant in (a, b)|G-IMAGE|!S
        P4-07|dsl|at_once|iioc_variant = b|+G-HOLD|S
        P4-08|dsl technical_staff|none|iioc_variant in (a, b)|G-DELETE G-IMAGE|
        P4-09|dsl|none|iioc_variant = b and police_hold = yes|G-IMAGE|!
        P4-10|dsl|param|iioc_variant in (a, b) and judgement|G-PARENT G-HOLD|
        P4-11|anyone|at_once|iioc_variant = c|G-SUBJECT|S
        P4-12|head chair|1 working_days lado_contact|iioc_variant = c|G-SUBJECT|S
        P4-13|head technical_staff|at_once|iioc_variant = c|G-CUSTODY|!S",
        &[
            (&[], false, "P4-01>G-DANGER P4-04", "G-PARENT"),
            (&[("iioc_variant", "a")], false, "P4-01>G-DANGER P4-04 P4-05 P4-06 P4-08>G-DELETE P4-10", "G-PARENT"),
            (
                &[("iioc_variant", "b")],
                false,
                "P4-01>G-DANGER P4-04 P4-05 P4-06 P4-07 P4-08>P4-07 P4-10>G-HOLD",
                "G-PARENT",
            ),
            (
                &[("iioc_variant", "a"), ("agencies_needed", "no"), ("deletion_safe", "yes")],
                false,
                "P4-01>G-DANGER P4-04 P4-05 P4-06 P4-08>G-DELETE P4-10",
                "G-PARENT",
            ),
            (
                &[("iioc_variant", "b"), ("agencies_needed", "no"), ("deletion_safe", "yes")],
                true,
                "P4-01>G-DANGER P4-04* P4-05 P4-06 P4-07* P4-08>G-DELETE P4-10",
                "G-HOLD G-CUSTODY G-PARENT",
            ),
            (
                &[("iioc_variant", "b"), ("police_hold", "yes")],
                true,
                "P4-01>G-DANGER P4-04* P4-05 P4-06 P4-07* P4-08>G-DELETE P4-09 P4-10",
                "G-HOLD G-CUSTODY G-PARENT",
            ),
            (
                &[("iioc_variant", "c"), ("offence", "unclear"), ("device_involved", "yes")],
                false,
                "P4-01>G-DANGER P4-02 P4-03 P4-04 P4-11>G-SUBJECT P4-12>P4-11 P4-13",
                "G-PARENT",
            ),
        ],
    );
}

#[test]
fn procedure_table_p6_online_hate() {
    situations(
        "P6",
        "
        P6-01|dsl leader|param|by_or_at_member = yes||S
        P6-02|dsl|param|offence = yes|+G-HOLD|S
        P6-03|dsl deputy_dsl|param|offence = unclear or response_unclear = yes||",
        &[
            (&[], false, "", "G-PARENT"),
            (&[("by_or_at_member", "yes"), ("offence", "yes")], false, "P6-01 P6-02", "G-PARENT"),
            (&[("offence", "unclear")], false, "P6-03", "G-PARENT"),
            (&[("offence", "no"), ("response_unclear", "yes")], false, "P6-03", "G-CUSTODY G-PARENT"),
        ],
    );
}

#[test]
fn procedure_table_p7_radicalisation_and_extremism() {
    situations(
        "P7",
        "
        P7-01|anyone|at_once|subject in (learner, parent)|G-DANGER|S
        P7-02|dsl|param|subject in (learner, parent)||!S
        P7-03|anyone|at_once|subject in (staff, head)|G-SUBJECT|S
        P7-04|head chair|param|subject in (staff, head)|G-SUBJECT|S
        P7-05|head chair|1 working_days|subject in (staff, head)|G-SUBJECT|S
        P7-06|head chair|1 working_days lado_contact|subject in (staff, head) and harm_threshold in (unclear, yes)|G-SUBJECT|!S",
        &[
            (&[], false, "", "G-PARENT"),
            (&[("subject", "learner")], false, "P7-01>G-DANGER P7-02>P7-01", "G-PARENT"),
            (&[("subject", "head")], false, "P7-03>G-SUBJECT P7-04>P7-03 P7-05>P7-03", "G-PARENT"),
        ],
    );
}

#[test]
fn procedure_table_p8_filtering_breach() {
    situations(
        "P8",
        "
        P8-01|anyone|at_once|always|G-DANGER G-IMAGE|S
        P8-02|anyone|at_once|always|G-IMAGE|!S
        P8-03|dsl deputy_dsl|at_once|offence = yes|+G-HOLD|S
        P8-04|dsl|at_once|offence in (unclear, yes)|G-IMAGE|!S
        P8-05|technical_staff|param|always|G-IMAGE|
        P8-06|dsl|param|always||S
        P8-07|dsl|param|always|G-PARENT G-HOLD|S
        P8-08|dsl pastoral|param|judgement||
        P8-09|dsl leader|before_closing|always|G-CLOSE|",
        &[
            (&[], false, "P8-01>G-DANGER P8-02>P8-01 P8-05>P8-02 P8-06>P8-02 P8-07 P8-08 P8-09", "G-PARENT"),
            (
                &[("offence", "unclear")],
                false,
                "P8-01>G-DANGER P8-02>P8-01 P8-04 P8-05>P8-02 P8-06>P8-02 P8-07 P8-08 P8-09",
                "G-PARENT",
            ),
            (
                &[("offence", "yes")],
                false,
                "P8-01>G-DANGER P8-02>P8-01 P8-03 P8-04 P8-05>P8-02 P8-06>P8-02 P8-07>P8-03 P8-08 P8-09",
                "G-PARENT",
            ),
        ],
    );
}

#[test]
fn procedure_table_p9_allegation_against_an_adult() {
    situations(
        "P9",
        "
        P9-01|anyone|at_once|always|G-DANGER G-SUBJECT|S
        P9-02|head chair|at_once|child_hurt = yes or offence = yes|G-SUBJECT +G-HOLD|S
        P9-03|head chair|at_once|always|G-SUBJECT|S
        P9-04|head chair|1 working_days lado_contact|always|G-SUBJECT|!S
        P9-05|head technical_staff|at_once|device_involved = yes|G-CUSTODY G-SUBJECT|!S
        P9-06|head chair|param|judgement|G-PARENT G-HOLD G-SUBJECT|
        P9-07|head chair|none|harm_threshold = yes|G-SUBJECT|
        P9-08|head chair|none|harm_threshold = yes|G-SUBJECT|!S
        P9-09|dsl pastoral|param|judgement||
        P9-10|head chair|param|harm_threshold = no|G-SUBJECT|S
        P9-11|head chair|before_closing|harm_threshold = yes|G-SUBJECT|S
        P9-12|head chair|before_closing|harm_threshold = yes|G-SUBJECT|S
        P9-13|head leader|before_closing|always|G-CLOSE|",
        &[
            (
                &[("immediate_danger", "no")],
                false,
                "P9-01 P9-03>P9-01 P9-04>P9-01 P9-06>P9-04 P9-09 P9-13",
                "G-DANGER G-PARENT",
            ),
            (
                &[("immediate_danger", "no"), ("harm_threshold", "yes"), ("child_hurt", "yes")],
                false,
                "P9-01 P9-02 P9-03>P9-01 P9-04>P9-01 P9-06>P9-04 P9-07>P9-04 P9-08>P9-02 P9-09 P9-11>P9-08 P9-12>P9-11 P9-13",
                "G-DANGER G-PARENT",
            ),
            (
                &[("immediate_danger", "no"), ("harm_threshold", "no")],
                false,
                "P9-01 P9-03>P9-01 P9-04>P9-01 P9-06>P9-04 P9-09 P9-10>P9-03 P9-13",
                "G-DANGER G-PARENT",
            ),
        ],
    );
}

#[test]
fn procedure_table_p10_low_level_concern() {
    situations(
        "P10",
        "
        P10-01|anyone|at_once|always|G-DANGER G-SUBJECT|S
        P10-02|head chair|param|always|G-SUBJECT|S
        P10-03|head chair|param|always|G-SUBJECT|S
        P10-04|head chair|1 working_days lado_contact|harm_threshold in (unclear, yes)|G-SUBJECT|!S
        P10-05|head chair|param|harm_threshold = no|G-SUBJECT|S
        P10-06|head chair|param|always|G-SUBJECT|
        P10-07|head chair|param|agency_worker = yes|G-SUBJECT|
        P10-08|head leader|before_closing|always|G-CLOSE|",
        &[
            (&[], false, "P10-01>G-DANGER P10-02>P10-01 P10-03>P10-02 P10-06>P10-02 P10-08", "G-PARENT"),
            (
                &[("harm_threshold", "unclear"), ("agency_worker", "yes")],
                false,
                "P10-01>G-DANGER P10-02>P10-01 P10-03>P10-02 P10-04>P10-03 P10-06>P10-02 P10-07>P10-04 P10-08",
                "G-PARENT",
            ),
            (
                &[("harm_threshold", "no"), ("agency_worker", "yes")],
                false,
                "P10-01>G-DANGER P10-02>P10-01 P10-03>P10-02 P10-05>P10-03 P10-06>P10-02 P10-07 P10-08",
                "G-PARENT",
            ),
        ],
    );
}

#[test]
fn procedure_table_a_step_done_stays_whatever_becomes_known() {
    let mut case = case(&policy(), "P1");
    case.record_fact(lead(1), "other_setting", "yes").unwrap();
    case.consult(lead(2), talk()).unwrap();
    let worked = vec![("contacts".into(), "Rang".into()), ("shared_incident".into(), "One group of messages".into())];
    case.complete_step(lead(3), "P1-08", worked).unwrap();
    let unsaid = case.record_fact(lead(4), "other_setting", "no");
    assert!(matches!(unsaid, Err(Refusal::Field("reason", _))), "a step rests on it: {unsaid:?}");
    let id = "agr_00000000000000000000000001".parse().unwrap();
    case.record_fact_anew(lead(4), id, ("other_setting", "no"), "It was here alone".into()).unwrap();
    assert!(stands(&case).contains("P1-08*"));
    case.record_fact(lead(5), "other_setting", "unknown").unwrap();
    assert!(stands(&case).contains("P1-08*"));
}

#[test]
fn procedure_table_records_that_the_case_keeps_do_their_steps() {
    let acts = |id: &str| {
        let policy = policy();
        let steps = policy.procedure(id).unwrap().steps.clone();
        steps.iter().filter_map(|s| Some(format!("{}={}", s.id, done_by(s)?))).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        acts("P1"),
        "P1-03=consultation P1-04=custody P1-05=support P1-06=parents P1-07=referral P1-09=sanction"
    );
    assert_eq!(
        acts("P2"),
        "P2-02=criteria P2-03=custody P2-05=viewing P2-06=assessment P2-07=referral P2-08=parents P2-09=support \
         P2-10=sanction P2-11=deletion"
    );
    assert_eq!(
        acts("P3"),
        "P3-02=consultation P3-03=consultation P3-04=referral P3-06=custody P3-07=assessment P3-09=parents P3-10=support"
    );
    assert_eq!(
        acts("P4"),
        "P4-02=consultation P4-03=custody P4-04=bodies P4-06=report P4-07=consultation P4-08=deletion P4-10=parents \
         P4-12=lado P4-13=custody"
    );
    assert_eq!(acts("P9"), "P9-02=consultation P9-04=lado P9-05=custody P9-06=parents P9-09=support");
    assert_eq!(acts("P10"), "P10-04=lado");
    assert_eq!(acts("P7"), "P7-06=lado");
    assert_eq!(acts("P8"), "P8-03=consultation P8-04=bodies P8-06=referral P8-07=parents P8-08=support");
}
