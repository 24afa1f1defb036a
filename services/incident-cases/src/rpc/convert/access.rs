//! Who may see a case, between the contract's form and ours.

use chassis::{clock::timestamp, error::Violations, id::AccountId};
use proto::incident_cases::v1 as pb;

use crate::{
    case::{
        Case,
        access::{ADULT, Office, Subject},
    },
    rules::NAME_MAX,
};

/// Who may see it.
pub(crate) fn access(case: &Case) -> pb::CaseAccess {
    let access = &case.access;
    let subject = access.subject.as_ref().map(|subject| {
        let (account_id, name) = match subject {
            Subject::Account(id) => (id.clone(), String::new()),
            Subject::Name(name) => (String::new(), name.clone()),
        };
        pb::AdultSubject { account_id, name, routed_to: access.office.code().to_owned() }
    });
    let change = |change: &crate::case::access::Change| pb::CaseAccessChange {
        level: change.level.code().to_owned(),
        reason: change.reason.clone(),
        account_id: change.by.clone(),
        create_time: Some(timestamp(change.at)),
    };
    pb::CaseAccess {
        level: access.level.code().to_owned(),
        member_account_ids: access.members.clone(),
        conflicted_account_ids: access.kept_out().map(str::to_owned).collect(),
        subject,
        changes: access.changes.iter().map(change).collect(),
    }
}

/// All that is told of a case that its reader may only know to exist.
pub(crate) fn row(case: &Case) -> pb::Case {
    pb::Case {
        case_id: case.id.to_string(),
        school_id: case.school_id.clone(),
        reference: case.reference.clone(),
        state: case.state().to_owned(),
        restricted: true,
        ..pb::Case::default()
    }
}

/// Who may see a new case: of everybody's kind where it is about a child; else kept from the adult it is about.
///
/// # Errors
/// `Invalid` where a procedure on adults has no subject, or another has one.
pub(crate) fn new_case(v: &mut Violations, new: &pb::NewCase) -> Option<(Subject, Office)> {
    let adult = ADULT.contains(&new.procedure_id.as_str());
    let Some(subject) = &new.subject else {
        v.check(!adult, "new_case.subject", "Say which adult it is about, so that they are kept out from now on");
        return None;
    };
    v.check(adult, "new_case.subject", "Leave it out: only allegations and low-level concerns are about an adult");
    let (id, name) = (subject.account_id.as_str(), subject.name.trim());
    let field = "new_case.subject.account_id";
    v.check(id.is_empty() != name.is_empty(), field, "Enter their account, or their name where they have none");
    v.check(id.is_empty() || id.parse::<AccountId>().is_ok(), field, "Select a colleague of the school");
    v.maybe_line("new_case.subject.name", name, NAME_MAX);
    let office = Office::of(&subject.routed_to);
    let fix = "Select head, or chair where the head is the subject or in conflict";
    v.check(office.is_some(), "new_case.subject.routed_to", fix);
    let subject = if id.is_empty() { Subject::Name(name.to_owned()) } else { Subject::Account(id.to_owned()) };
    office.map(|office| (subject, office))
}
