//! Who may see a case: how far it is known, whom it names, whom it keeps out, and who takes on one about an adult.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::{Colleague, ListColleaguesRequest, Permission, Role},
    incident_cases::v1::{Case, CaseAccess, SetCaseAccessRequest},
};

use super::{act, fetch};
use crate::{
    console::{
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::Row,
        words::{self, Codes},
    },
};

/// How far a case is known.
pub const LEVELS: Codes = &[
    ("open", "The lead, deputies and the head"),
    ("restricted", "Only those named here; the others see that there is a case"),
    ("hidden", "Only those named here; nobody else knows that there is a case"),
];

/// Who takes on a case about an adult.
pub const OFFICES: Codes =
    &[("head", "The head"), ("chair", "The chair of governors: the head is the subject or in conflict")];

/// The roles that are let into cases at all.
const CASE_ROLES: [Role; 4] = [Role::Dsl, Role::DeputyDsl, Role::Head, Role::Chair];

/// Everybody who holds a role at the school now.
///
/// # Errors
/// Where they cannot be asked for.
pub async fn colleagues(visit: &Visit) -> Result<Vec<Colleague>, Error> {
    let asked = ListColleaguesRequest { school_id: visit.school.clone() };
    let mut accounts = visit.app.accounts(&visit.visitor)?;
    Ok(heard(accounts.list_colleagues(ask(asked))).await?.colleagues)
}

/// Those of them who are let into cases.
///
/// # Errors
/// Where they cannot be asked for.
pub async fn workers(visit: &Visit) -> Result<Vec<Colleague>, Error> {
    let all = colleagues(visit).await?;
    Ok(all.into_iter().filter(|colleague| colleague.roles().any(|role| CASE_ROLES.contains(&role))).collect())
}

/// A colleague with what they do.
fn called(colleague: &Colleague) -> String {
    let roles = colleague.roles().filter(|role| *role != Role::Staff).map(chassis::access::role_name);
    let roles: Vec<String> = roles.map(|role| words::called(words::APPOINTED, role).to_lowercase()).collect();
    if roles.is_empty() {
        colleague.display_name.clone()
    } else {
        format!("{} ({})", colleague.display_name, roles.join(", "))
    }
}

/// Colleagues to choose from, with the codes of their accounts.
pub fn choices(colleagues: &[Colleague]) -> Vec<(String, String)> {
    colleagues.iter().map(|colleague| (colleague.account_id.clone(), called(colleague))).collect()
}

fn pairs(choices: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    choices.iter().map(|(id, text)| (id.as_str(), text.as_str()))
}

/// What is asked about the adult of a new case.
pub fn subject_fields(colleagues: &[Colleague]) -> Vec<Field> {
    vec![
        Field::select("subject_account_id", "For a case on an adult: who is it about?")
            .choices([("", "Choose a colleague, or leave this and enter a name")])
            .choices(pairs(&choices(colleagues)))
            .hint("They are kept out of the case from this moment, whatever their role."),
        Field::name("subject_name", "Their name, if they are not in the list"),
        Field::radios("routed_to", "For a case on an adult: who takes it on?", OFFICES),
    ]
}

/// Whether an account holds the role of the head.
pub fn is_head(colleagues: &[Colleague], account_id: &str) -> bool {
    colleagues.iter().any(|c| c.account_id == account_id && c.roles().any(|role| role == Role::Head))
}

/// What is asked.
pub fn fields(case: &Case, colleagues: &[Colleague]) -> Vec<Field> {
    let access = case.access.clone().unwrap_or_default();
    let works = |c: &&Colleague| c.roles().any(|role| CASE_ROLES.contains(&role));
    let named: Vec<Colleague> = colleagues.iter().filter(works).cloned().collect();
    let mut fields = Vec::new();
    if let Some(subject) = &access.subject {
        fields.push(Field::radios("routed_to", "Who takes the case on?", OFFICES).value(subject.routed_to.clone()));
    } else {
        fields.push(Field::radios("level", "Who may see this case?", LEVELS).value(access.level.clone()));
    }
    fields.push(
        Field::checkboxes("members", "Who is named in it? (optional)", &[])
            .choices(pairs(&choices(&named)))
            .values(access.member_account_ids.clone())
            .hint("You stay named, unless you are in conflict."),
    );
    fields.push(
        Field::checkboxes("conflicted", "Who is kept out, whatever their role? (optional)", &[])
            .choices(pairs(&choices(&named)))
            .values(access.conflicted_account_ids.clone())
            .hint("For example, a relative of somebody in the case."),
    );
    fields.push(Field::long_text("reason", "Why does it change?"));
    fields
}

/// Who may see it now, in words.
pub fn rows(access: &CaseAccess, people: &People) -> Vec<Row> {
    let names = |ids: &[String]| ids.iter().map(|id| people.name(id)).collect::<Vec<_>>().join(", ");
    let mut rows = Vec::new();
    match &access.subject {
        Some(subject) => {
            let who =
                if subject.account_id.is_empty() { subject.name.clone() } else { people.name(&subject.account_id) };
            rows.push(Row::new("About", who));
            rows.push(Row::new("Taken on by", words::called(OFFICES, &subject.routed_to)));
        }
        None => rows.push(Row::new("Who may see it", words::called(LEVELS, &access.level))),
    }
    rows.extend(Row::some("Named", Some(names(&access.member_account_ids)).filter(|text| !text.is_empty())));
    rows.extend(Row::some("Kept out", Some(names(&access.conflicted_account_ids)).filter(|text| !text.is_empty())));
    rows.extend(access.changes.iter().rev().map(|change| {
        let when = words::stamp(change.create_time.as_ref()).unwrap_or_default();
        Row::new("Changed", format!("{}\n{when}, by {}", change.reason, people.name(&change.account_id)))
    }));
    rows
}

/// Who may see it, on the page of the case: where it is not as usual, and to whom it is theirs to change.
pub fn shown(case: &Case, people: &People, here: &str, may: &dyn Fn(Permission) -> bool) -> Vec<Row> {
    let access = case.access.clone().unwrap_or_default();
    let mut rows = rows(&CaseAccess { changes: Vec::new(), ..access }, people);
    if may(Permission::CaseClose)
        && let Some(first) = rows.first_mut()
    {
        *first = first.clone().change(format!("{here}/access"), "who may see it");
    }
    rows
}

/// The accounts that are named in who may see it.
pub fn accounts(access: &CaseAccess) -> impl Iterator<Item = &str> {
    let ids = access.member_account_ids.iter().chain(&access.conflicted_account_ids);
    let ids = ids.chain(access.changes.iter().map(|change| &change.account_id));
    ids.chain(access.subject.iter().map(|subject| &subject.account_id)).map(String::as_str)
}

async fn page(visit: &Visit, case: &Case, colleagues: &[Colleague]) -> FormPage {
    let access = case.access.clone().unwrap_or_default();
    let people = visit.people(accounts(&access)).await;
    let mut page =
        act::page(visit, case, "Who may see this case", "access", "Save who may see it", fields(case, colleagues));
    page.form = page.form.carrying("etag", case.etag.clone());
    if access.subject.is_some() {
        page.form = page.form.carrying("level", "hidden");
        page = page
            .lead("A case on an adult is seen by those it names and whoever takes it on, and nobody else knows of it.");
    }
    page.rows = rows(&access, &people);
    page
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseClose)?;
    let case = fetch(&visit, &case_id).await?;
    let colleagues = colleagues(&visit).await?;
    visit.page(&page(&visit, &case, &colleagues).await)
}

/// Saves it.
pub async fn save(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = SetCaseAccessRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        level: answers.text("level"),
        reason: answers.text("reason"),
        member_account_ids: answers.all("members"),
        conflicted_account_ids: answers.all("conflicted"),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
        routed_to: answers.text("routed_to"),
    };
    let mut v = Violations::new();
    v.check(!command.level.is_empty(), "level", "Select who may see this case");
    v.check(!command.reason.is_empty(), "reason", "Enter why it changes");
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.set_case_access(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        // Whoever took themselves out is not led back into it.
        Ok(answer) if answer.access.is_none() => visit.to(&visit.at("/cases?done=access")),
        Ok(_) => visit.to(&visit.at(&format!("/cases/{case_id}?done=access"))),
        Err(error) => {
            let case = fetch(&visit, &case_id).await?;
            let colleagues = colleagues(&visit).await?;
            let error = at_fields(error);
            let here = visit.at(&format!("/cases/{case_id}"));
            visit.again(page(&visit, &case, &colleagues).await, &answers, error, &here)
        }
    }
}

/// The refusal with its fields called as this page calls them.
fn at_fields(error: Error) -> Error {
    match error.violations().first() {
        Some(v) if v.field == "member_account_ids" => Error::invalid("members", &v.message),
        Some(v) if v.field == "conflicted_account_ids" => Error::invalid("conflicted", &v.message),
        _ => error,
    }
}
