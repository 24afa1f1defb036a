//! Who may see a case, between the contract's form and ours.

use chassis::{clock::timestamp, error::Violations, id::AccountId};
use proto::incident_cases::v1 as pb;

use crate::{
    case::{
        Case,
        access::{ADULT, About, Office, Subject},
        pattern::Pattern,
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
        let routed_to = access.office.code().to_owned();
        pb::AdultSubject { account_id, name, routed_to, another_person: access.another_person }
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

/// What is recorded about one adult.
pub(crate) fn pattern(pattern: &Pattern<'_>) -> pb::AdultPattern {
    let line = |case: &&Case| pb::AdultCase {
        case_id: case.id.to_string(),
        reference: case.reference.clone(),
        procedure_id: case.procedure.id.clone(),
        procedure_title: case.procedure.title.clone(),
        state: case.state().to_owned(),
        outcome: case.closing.as_ref().map(|closing| closing.outcome.clone()).unwrap_or_default(),
        create_time: Some(timestamp(case.opened_at)),
    };
    pb::AdultPattern {
        subject: pattern.cases.first().and_then(|case| access(case).subject),
        cases: pattern.cases.iter().map(line).collect(),
        low_level_of_late: i32::try_from(pattern.low_level_of_late).unwrap_or(i32::MAX),
        calls_for_review: pattern.calls_for_review(),
        near_names: Vec::new(),
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

/// Whom a new case is kept from; nobody where it is about a child. A procedure on adults says who; whether another has
/// a place for it is known once the policy is.
pub(crate) fn new_case(v: &mut Violations, new: &pb::NewCase) -> Option<About> {
    let adult = ADULT.contains(&new.procedure_id.as_str());
    let said = new.subject.is_some() || !adult;
    v.check(said, "new_case.subject", "Say which adult it is about, so that they are kept out from now on");
    new.subject.as_ref().and_then(|subject| self::subject(v, "new_case.subject", subject))
}

/// The adult that a fact or a part says a case is about; none where nobody is said.
pub(crate) fn said(v: &mut Violations, subject: Option<&pb::AdultSubject>) -> Option<About> {
    subject.and_then(|subject| self::subject(v, "subject", subject))
}

/// The adult a case is about, and who takes it on.
pub(crate) fn subject(v: &mut Violations, field: &str, subject: &pb::AdultSubject) -> Option<About> {
    let (id, name) = (subject.account_id.as_str(), subject.name.trim());
    let account = format!("{field}.account_id");
    v.check(!(id.is_empty() && name.is_empty()), &account, "Enter their account, or their name where they have none");
    v.check(id.is_empty() || id.parse::<AccountId>().is_ok(), &account, "Select a colleague of the school");
    v.maybe_line(&format!("{field}.name"), &subject.name, NAME_MAX);
    let office = Office::of(&subject.routed_to);
    let fix = "Select head, or chair where the head is the subject or in conflict";
    v.check(office.is_some(), format!("{field}.routed_to"), fix);
    let needless = subject.another_person && !id.is_empty();
    v.check(!needless, format!("{field}.another_person"), "Leave it out: an account says who it is");
    // Of an account the gateway says what they are called.
    let called = (!id.is_empty() && !name.is_empty()).then(|| name.to_owned());
    let who = if id.is_empty() { Subject::Name(name.to_owned()) } else { Subject::Account(id.to_owned()) };
    office.map(|office| About { subject: who, called, office, another_person: subject.another_person })
}
