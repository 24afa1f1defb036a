//! Devices taken, searches, and what is told outside the school.

use chassis::error::Error;
use proto::incident_cases::v1::{Case, RecordDisclosureRequest, RecordSearchRequest, TakeIntoCustodyRequest};

use super::pages::{filled, pages, past};
use crate::{
    console::visit::Visit,
    pages::{
        form::{Answers, Field},
        words::Codes,
    },
};

/// Why a device was taken.
pub const GROUNDS: Codes = &[
    ("rule_breach", "Used against the rules"),
    ("behaviour_or_bullying", "Misbehaviour or bullying is suspected"),
    ("nudes", "Nude or semi-nude images are suspected"),
    ("illegal_content", "Illegal content is suspected"),
    ("evidence", "It may be evidence"),
    ("police_request", "The police asked for it"),
];
const SEARCHED: Codes = &[("person", "A person"), ("possessions", "Possessions"), ("device", "What is on a device")];
const AUTHORITIES: Codes = &[
    ("learner_consent", "The learner agreed"),
    ("parent_consent", "A parent agreed"),
    ("statutory_power", "The power to search without consent"),
];
/// To whom something is told.
pub const RECIPIENTS: Codes = &[
    ("agency", "An agency"),
    ("police", "The police"),
    ("other_school", "Another school"),
    ("employer", "An employer or agency of an adult"),
    ("public", "The public or other parents"),
    ("reporting_body", "A body that takes reports"),
    ("other", "Somebody else"),
];
/// On what basis.
pub const BASES: Codes = &[
    ("safeguarding", "To keep a child safe"),
    ("legal_duty", "The law demands it"),
    ("consent", "With consent"),
    ("vital_interest", "Somebody’s life is at stake"),
];
const SHARED: Codes = &[("yes", "It was told"), ("no", "It was decided not to tell it")];
const YES_NO: Codes = &[("yes", "Yes"), ("no", "No")];

pages! {
    /// Taking a device.
    custody (CaseWork) "custody", "Record a device taken", "Record the device", take_into_custody, super::custody_fields, super::custody_command;
    /// Something told outside.
    disclosure (CaseWork) "disclosures", "Record what was told outside the school", "Record it", record_disclosure, super::disclosure_fields, super::disclosure_command;
}

fn custody_fields(_: &Case) -> Vec<Field> {
    vec![
        Field::name("item", "What was taken?").hint("Make, colour, number. Do not open or examine it."),
        Field::name("owner", "Whose is it?"),
        Field::radios("ground", "On what ground?", GROUNDS),
        Field::long_text("reason", "Why was it taken?"),
        Field::name("place", "Where is it kept?"),
        Field::name("taken_by", "Who took it? (optional)").hint("Leave this empty if it was you."),
        Field::name("present", "Who else was there? (optional)"),
        Field::moment("take_time", "When? (optional)").hint("Leave this empty if it was just now."),
    ]
}

/// The command of what was answered about a device taken; of no case where `case_id` is empty.
pub(super) fn custody_command(
    visit: &Visit,
    case_id: &str,
    answers: &Answers,
) -> Result<TakeIntoCustodyRequest, Error> {
    filled(
        answers,
        &[
            ("item", "Enter what was taken"),
            ("owner", "Enter whose it is"),
            ("ground", "Select on what ground"),
            ("reason", "Enter why it was taken"),
            ("place", "Enter where it is kept"),
        ],
    )?;
    Ok(TakeIntoCustodyRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        item: answers.text("item"),
        owner: answers.text("owner"),
        ground: answers.text("ground"),
        reason: answers.text("reason"),
        place: answers.text("place"),
        present: answers.text("present"),
        taken_by: answers.text("taken_by"),
        take_time: past(visit, answers, "take_time")?,
        request_id: answers.request_id(),
    })
}

/// What is asked of a search.
pub(super) fn search_fields() -> Vec<Field> {
    vec![
        Field::radios("kind", "What was searched?", SEARCHED),
        Field::name("searched", "Who was searched, or whose things?"),
        Field::name("searched_by", "Who searched?").hint("A member of the school’s leadership."),
        Field::name("present", "Who else was there?"),
        Field::radios("authority", "By what right?", AUTHORITIES),
        Field::name("place", "Where?"),
        Field::long_text("sought", "What was looked for?"),
        Field::long_text("reason", "Why?"),
        Field::radios("found", "Was anything found?", YES_NO),
        Field::long_text("result", "If so: what was found?"),
        Field::long_text("follow_up", "What was done next? (optional)"),
        Field::moment("search_time", "When? (optional)").hint("Leave this empty if it was just now."),
    ]
}

/// The command of what was answered about a search; of no case where `case_id` is empty.
pub(super) fn search_command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<RecordSearchRequest, Error> {
    filled(
        answers,
        &[
            ("kind", "Select what was searched"),
            ("searched", "Enter who was searched, or whose things"),
            ("searched_by", "Enter who searched"),
            ("present", "Enter who else was there"),
            ("authority", "Select by what right"),
            ("place", "Enter where"),
            ("sought", "Enter what was looked for"),
            ("reason", "Enter why"),
            ("found", "Select whether anything was found"),
        ],
    )?;
    Ok(RecordSearchRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        kind: answers.text("kind"),
        searched: answers.text("searched"),
        searched_by: answers.text("searched_by"),
        present: answers.text("present"),
        authority: answers.text("authority"),
        place: answers.text("place"),
        sought: answers.text("sought"),
        reason: answers.text("reason"),
        found: answers.text("found") == "yes",
        result: answers.text("result"),
        follow_up: answers.text("follow_up"),
        search_time: past(visit, answers, "search_time")?,
        request_id: answers.request_id(),
        custody_id: answers.text("custody_id"),
    })
}

fn disclosure_fields(_: &Case) -> Vec<Field> {
    vec![
        Field::radios("recipient_kind", "To whom?", RECIPIENTS),
        Field::name("recipient", "Their name"),
        Field::radios("shared", "What was decided?", SHARED),
        Field::long_text("what", "What was told, or would have been?"),
        Field::radios("basis", "On what basis?", BASES),
        Field::long_text("reason", "Why, or why not?"),
    ]
}

fn disclosure_command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<RecordDisclosureRequest, Error> {
    filled(
        answers,
        &[
            ("recipient_kind", "Select to whom"),
            ("recipient", "Enter their name"),
            ("shared", "Select what was decided"),
            ("what", "Enter what was told, or would have been"),
            ("basis", "Select on what basis"),
            ("reason", "Enter why, or why not"),
        ],
    )?;
    Ok(RecordDisclosureRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        recipient_kind: answers.text("recipient_kind"),
        recipient: answers.text("recipient"),
        shared: answers.text("shared") == "yes",
        what: answers.text("what"),
        basis: answers.text("basis"),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    })
}
