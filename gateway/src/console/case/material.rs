//! Suspect material: its sealed address, the viewing log, reports, exposure, deletion. Content is never taken.

use chassis::error::Error;
use proto::incident_cases::v1::{
    Case, RecordDeletionRequest, RecordExposureRequest, RecordMaterialRequest, RecordReportRequest,
    RecordViewingRequest,
};

use super::pages::{filled, pages, past, to_come};
use crate::{
    console::visit::Visit,
    pages::{
        form::{Answers, Field},
        words::Codes,
    },
};

/// Kinds of material.
pub const MATERIALS: Codes = &[
    ("website", "A website"),
    ("account", "An account"),
    ("message", "A message or group"),
    ("file", "A file"),
    ("other", "Something else"),
];
/// Bodies that take reports.
pub const BODIES: Codes = &[
    ("iwf", "Internet Watch Foundation"),
    ("ceop", "CEOP"),
    ("platform", "The platform"),
    ("report_remove", "Report Remove"),
    ("police", "Police"),
];
/// Why somebody looked.
pub const PURPOSES: Codes = &[
    ("decide", "To decide what to do: nothing else would do"),
    ("report", "To report it, or to help the child report it"),
    ("unavoidable", "It could not be avoided"),
];
const SAME_SEX: Codes = &[("yes", "Yes"), ("no", "No"), ("not_possible", "It was not possible")];
const YES_NO: Codes = &[("yes", "Yes"), ("no", "No")];

pages! {
    /// The viewing log.
    viewing (CaseWork) "viewings", "Write the viewing log", "Record the viewing", record_viewing, super::viewing_fields, super::viewing_command;
    /// Suspect material, with its sealed address.
    suspect (CaseWork) "materials", "Record suspect material", "Record the material", record_material, super::material_fields, super::material_command;
    /// A report to a body.
    report (CaseWork) "reports", "Record a report about material", "Record the report", record_report, super::report_fields, super::report_command;
    /// Somebody saw it.
    exposure (CaseWork) "exposures", "Record who saw the material", "Record it", record_exposure, super::exposure_fields, super::exposure_command;
    /// Deletion.
    deletion (CaseWork) "deletions", "Record a deletion", "Record the deletion", record_deletion, super::deletion_fields, super::deletion_command;
}

fn viewing_fields(_: &Case) -> Vec<Field> {
    vec![
        Field::radios("purpose", "Why was it looked at?", PURPOSES),
        Field::name("second_adult", "Which other adult was present?")
            .hint("Somebody other than you. They do not look."),
        Field::name("place", "Where on the premises?"),
        Field::long_text("how", "What was looked at, and how?").hint("In words. No image is kept here."),
        Field::long_text("afterwards", "What was done with it afterwards?"),
        Field::radios("same_sex", "Did somebody of the child’s sex look?", SAME_SEX),
        Field::moment("view_time", "When? (optional)").hint("Leave this empty if it was just now."),
    ]
}

fn viewing_command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<RecordViewingRequest, Error> {
    filled(
        answers,
        &[
            ("purpose", "Select why it was looked at"),
            ("second_adult", "Enter which other adult was present"),
            ("place", "Enter where on the premises"),
            ("how", "Enter what was looked at, and how"),
            ("afterwards", "Enter what was done with it afterwards"),
            ("same_sex", "Select whether somebody of the child’s sex looked"),
        ],
    )?;
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    if plain(&answers.text("second_adult")) == plain(&visit.visitor.display_name) {
        return Err(Error::invalid("second_adult", "Enter another adult than yourself"));
    }
    Ok(RecordViewingRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        purpose: answers.text("purpose"),
        second_adult: answers.text("second_adult"),
        place: answers.text("place"),
        how: answers.text("how"),
        afterwards: answers.text("afterwards"),
        same_sex: answers.text("same_sex"),
        view_time: past(visit, answers, "view_time")?,
        request_id: answers.request_id(),
    })
}

fn material_fields(_: &Case) -> Vec<Field> {
    vec![
        Field::radios("kind", "What kind of material is it?", MATERIALS),
        Field::long_text("description", "What is it, in words?").hint("Do not open, copy or print it."),
        Field::text("address", "Its address or account name (optional)")
            .hint("It is sealed, never a link, and shown only where you ask for it to report it."),
    ]
}

fn material_command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<RecordMaterialRequest, Error> {
    filled(answers, &[("kind", "Select what kind of material it is"), ("description", "Enter what it is, in words")])?;
    Ok(RecordMaterialRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        kind: answers.text("kind"),
        description: answers.text("description"),
        address: answers.text("address"),
        request_id: answers.request_id(),
    })
}

fn report_fields(case: &Case) -> Vec<Field> {
    let mut fields = vec![
        Field::radios("body", "To whom did you report it?", BODIES),
        Field::name("platform", "For a platform: which one?"),
    ];
    if !case.materials.is_empty() {
        let materials = case.materials.iter().map(|m| (m.material_id.as_str(), m.description.as_str()));
        fields.push(Field::radios("material_id", "Which material? (optional)", &[]).choices(materials));
    }
    fields.push(Field::name("reference", "Their reference (optional)").width("20"));
    fields.push(
        Field::moment("chase_time", "When do you chase an answer? (optional)")
            .hint("In three working days if you leave this empty."),
    );
    fields
}

fn report_command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<RecordReportRequest, Error> {
    filled(answers, &[("body", "Select to whom you reported it")])?;
    Ok(RecordReportRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        body: answers.text("body"),
        platform: answers.text("platform"),
        material_id: answers.text("material_id"),
        reference: answers.text("reference"),
        chase_time: to_come(answers, "chase_time")?,
        request_id: answers.request_id(),
    })
}

fn exposure_fields(_: &Case) -> Vec<Field> {
    vec![
        Field::name("person", "Who saw it?"),
        Field::long_text("circumstances", "How did it come about?"),
        Field::long_text("support", "What were they offered? (optional)"),
        Field::moment("expose_time", "When? (optional)").hint("Leave this empty if it was just now."),
    ]
}

fn exposure_command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<RecordExposureRequest, Error> {
    filled(answers, &[("person", "Enter who saw it"), ("circumstances", "Enter how it came about")])?;
    Ok(RecordExposureRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        person: answers.text("person"),
        circumstances: answers.text("circumstances"),
        support: answers.text("support"),
        expose_time: past(visit, answers, "expose_time")?,
        request_id: answers.request_id(),
    })
}

fn deletion_fields(_: &Case) -> Vec<Field> {
    vec![
        Field::long_text("what", "What was deleted, in words?"),
        Field::long_text("location", "Where was it?").hint("Devices, accounts, mail."),
        Field::name("deleted_by", "Who deleted it?"),
        Field::long_text("advice", "On whose advice?"),
        Field::radios("offence_explained", "Was the child told that keeping a copy is an offence?", YES_NO),
        Field::moment("confirm_time", "When did the child confirm? (optional)"),
    ]
}

fn deletion_command(visit: &Visit, case_id: &str, answers: &Answers) -> Result<RecordDeletionRequest, Error> {
    filled(
        answers,
        &[
            ("what", "Enter what was deleted"),
            ("location", "Enter where it was"),
            ("deleted_by", "Enter who deleted it"),
            ("advice", "Enter on whose advice"),
            ("offence_explained", "Select whether the child was told"),
        ],
    )?;
    Ok(RecordDeletionRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        what: answers.text("what"),
        location: answers.text("location"),
        deleted_by: answers.text("deleted_by"),
        advice: answers.text("advice"),
        offence_explained: answers.text("offence_explained") == "yes",
        confirm_time: past(visit, answers, "confirm_time")?,
        request_id: answers.request_id(),
    })
}
