//! Who may see a case: how far it is known, whom it names, whom it keeps out, and who takes on one about an adult.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::{Colleague, ListColleaguesRequest, Permission, Role},
    error::v1::Reason,
    incident_cases::v1::{AdultSubject, Case, CaseAccess, SetCaseAccessRequest},
};

use super::{act, fetch, to_work};
use crate::{
    adult::{self, CASE_ROLES},
    console::{
        break_glass,
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
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

/// Those whom a head, or the chair of governors, may name to answer as the second person; nobody where that is not the visitor's to
/// say.
pub async fn seconds(visit: &Visit) -> Vec<(String, String)> {
    if !visit.roles().iter().any(|role| matches!(role, Role::Head | Role::Chair)) {
        return Vec::new();
    }
    let mut all = workers(visit).await.unwrap_or_default();
    all.retain(|colleague| colleague.account_id != visit.visitor.account_id);
    choices(&all)
}

/// Who is to answer, of those who may be named; not asked where there is nobody.
pub fn second_field(others: &[(String, String)]) -> Option<Field> {
    let which = Field::select("second_account_id", "Who is to answer? (optional)")
        .choices([("", "Whoever may answer and reads it already")])
        .choices(pairs(others))
        .hint("Needed where nobody else reads it, such as for the chair of governors: they read it until they have answered.");
    (!others.is_empty()).then_some(which)
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

/// That the adult who is named is nobody of that name here.
const ANOTHER: Codes = &[("yes", "Yes, and it is another person, without an account here")];

/// That an adult does not work with children at the school.
const ELSEWHERE: Codes = &[("yes", "They do not work with children here")];

/// What is asked about the adult a case is about.
/// `office` is who has it already; empty where that is not said.
pub fn subject_fields(colleagues: &[Colleague], office: &str) -> Vec<Field> {
    vec![
        Field::select("subject_account_id", "Who is it about?")
            .choices([("", "Choose a colleague, or leave this and enter a name")])
            .choices(pairs(&choices(colleagues)))
            .hint("They are kept out of the case from this moment, whatever their role."),
        Field::name("subject_name", "Their name, if they are not in the list"),
        another_person(),
        Field::radios("routed_to", "Who takes it on?", OFFICES).value(office),
    ]
}

/// Whether somebody called as a colleague is, or nearly, is somebody else.
pub fn another_person() -> Field {
    Field::checkboxes("another_person", "Is a colleague called the same, or nearly? (optional)", ANOTHER)
        .hint("Whoever has this name here is kept out, unless you say that it is somebody else.")
}

/// What is asked about the adult of a case beside a fact or a part that may say that it is about one.
pub fn adult_fields(colleagues: &[Colleague], part: bool) -> Vec<Field> {
    let hint = "They are kept out of the case from this moment, whatever their role, and nobody knows of it but those it \
                names and whoever takes it on.";
    let mut fields = vec![
        Field::select("subject_account_id", "If it is about an adult who works here, who is it? (optional)")
            .choices([("", "Choose a colleague, or leave this and enter a name")])
            .choices(pairs(&choices(colleagues)))
            .hint(hint),
        Field::name("subject_name", "Their name, if they are not in the list (optional)"),
        another_person(),
        Field::radios("routed_to", "Who takes the case on then? (optional)", OFFICES),
    ];
    if part {
        let elsewhere = Field::checkboxes("works_elsewhere", "Or do they not work here? (optional)", ELSEWHERE);
        fields.push(elsewhere.hint("Of the adult the concern is about, either this or who it is has to be said."));
    }
    fields
}

/// Whether the page of a fact or a part asks which adult the case is about: it does not say so yet.
pub fn asks_adult(case: &Case) -> bool {
    case.access.as_ref().is_none_or(|access| access.subject.is_none())
}

/// The adult of a fact or a part, where anything is answered about one; held against the accounts of the school.
///
/// # Errors
/// What is wrong with the answers.
pub async fn adult_of(visit: &Visit, answers: &Answers) -> Result<Option<AdultSubject>, Error> {
    if !says_subject(answers) {
        return Ok(None);
    }
    let colleagues = colleagues(visit).await?;
    let mut v = Violations::new();
    let subject = subject(&mut v, answers, &colleagues);
    v.finish()?;
    adult::compare(&visit.app, &visit.school, "subject", &subject).await?;
    Ok(Some(subject))
}

/// Whether anything is answered about an adult.
pub fn says_subject(answers: &Answers) -> bool {
    ["subject_account_id", "subject_name"].iter().any(|field| !answers.text(field).is_empty())
}

/// The adult a case is about, as answered.
pub fn subject(v: &mut Violations, answers: &Answers, colleagues: &[Colleague]) -> AdultSubject {
    let (account_id, name) = (answers.text("subject_account_id"), answers.text("subject_name"));
    let one = account_id.is_empty() != name.is_empty();
    v.check(one, "subject_account_id", "Select who it is about, or enter their name if they are not in the list");
    let routed_to = answers.text("routed_to");
    v.check(!routed_to.is_empty(), "routed_to", "Select who takes it on");
    let holds = |role: Role| holds(colleagues, &account_id, role);
    v.check(
        !(routed_to == "head" && holds(Role::Head)),
        "routed_to",
        "Select the chair of governors: the case is about the head",
    );
    v.check(!(routed_to == "chair" && holds(Role::Chair)), "routed_to", ABOUT_CHAIR);
    let another_person = !answers.all("another_person").is_empty() && account_id.is_empty();
    let colleague = colleagues.iter().find(|colleague| colleague.account_id == account_id);
    let name = colleague.map_or(name, |colleague| colleague.display_name.clone());
    AdultSubject { account_id, name, routed_to, another_person }
}

/// What to do where a case is about the chair of governors.
const ABOUT_CHAIR: &str = "Select the head: the case is about the chair of governors. Where the head is in conflict as well, \
                           keep the head out and tell the designated officer (LADO), who says who takes it on";

/// Whether an account holds the role of the head.
pub fn is_head(colleagues: &[Colleague], account_id: &str) -> bool {
    holds(colleagues, account_id, Role::Head)
}

/// Whether an account holds a role at the school.
fn holds(colleagues: &[Colleague], account_id: &str, role: Role) -> bool {
    colleagues.iter().any(|c| c.account_id == account_id && c.roles().any(|held| held == role))
}

/// Whether an account holds a role that is let into cases.
fn works(colleague: &Colleague) -> bool {
    colleague.roles().any(|role| CASE_ROLES.contains(&role))
}

/// Whether the case waits to be told which adult it is about.
fn asks_subject(case: &Case) -> bool {
    case.gates.iter().any(|gate| gate.gate_id == "G-SUBJECT" && !gate.open)
}

/// Those a case can name or keep out: who works cases, and whoever it names or keeps out already. What is not ticked is
/// taken out, so that nobody may be missing who is in it: not somebody whose role ended, nor somebody who left.
fn choosable(access: &CaseAccess, colleagues: &[Colleague], people: &People) -> Vec<(String, String)> {
    let subject = access.subject.as_ref().map(|subject| subject.account_id.as_str()).unwrap_or_default();
    let mut held: Vec<&String> = access.member_account_ids.iter().chain(&access.conflicted_account_ids).collect();
    held.sort_unstable();
    held.dedup();
    let here = colleagues.iter().filter(|c| works(c) || held.iter().any(|id| **id == c.account_id));
    let mut all = choices(&here.cloned().collect::<Vec<_>>());
    let left = held.into_iter().filter(|id| !colleagues.iter().any(|c| c.account_id == **id));
    all.extend(left.map(|id| (id.clone(), format!("{} (no longer at this school)", people.name(id)))));
    // They stay out whatever is ticked.
    all.retain(|(id, _)| id != subject || subject.is_empty());
    all
}

/// What is asked.
pub fn fields(case: &Case, colleagues: &[Colleague], people: &People) -> Vec<Field> {
    let access = case.access.clone().unwrap_or_default();
    let named = choosable(&access, colleagues, people);
    let mut fields = Vec::new();
    if let Some(subject) = &access.subject {
        if subject.account_id.is_empty() {
            let hint = format!(
                "Written as {} now. Write them as elsewhere, so that what is recorded about them stands together.",
                subject.name
            );
            fields.push(Field::name("subject_name", "Correct how the adult is written (optional)").hint(&hint));
            fields.push(another_person());
        }
        fields.push(Field::radios("routed_to", "Who takes the case on?", OFFICES).value(subject.routed_to.clone()));
    } else {
        if asks_subject(case) {
            fields.extend(subject_fields(colleagues, ""));
        }
        fields.push(Field::radios("level", "Who may see this case?", LEVELS).value(access.level.clone()));
    }
    fields.push(
        Field::checkboxes("members", "Who is named in it? (optional)", &[])
            .choices(pairs(&named))
            .values(access.member_account_ids.clone())
            .hint("You stay named, unless you are in conflict."),
    );
    fields.push(
        Field::checkboxes("conflicted", "Who is kept out, whatever their role? (optional)", &[])
            .choices(pairs(&named))
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
    let asked = fields(case, colleagues, &people);
    let mut page = act::page(visit, case, "Who may see this case", "access", "Save who may see it", asked);
    if asks_subject(case) {
        page = page.lead(
            "Steps of this case wait until you say which adult it is about. From then on nobody knows of it but those \
             you name and whoever takes it on.",
        );
    }
    page.form = page.form.carrying("etag", case.etag.clone());
    if access.subject.is_some() {
        page.form = page.form.carrying("level", "hidden");
        page = page
            .lead("A case on an adult is seen by those it names and whoever takes it on, and nobody else knows of it.");
    }
    page.rows = rows(&access, &people);
    page.rows.extend(break_glass::of_case(visit, &case.case_id).await);
    page
}

/// Asks.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseClose)?;
    let case = to_work(&visit, &case_id, Permission::CaseClose).await?;
    let colleagues = colleagues(&visit).await?;
    visit.page(&page(&visit, &case, &colleagues).await)
}

/// Saves it.
pub async fn save(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let colleagues = colleagues(&visit).await?;
    let mut v = Violations::new();
    let subject = says_subject(&answers).then(|| subject(&mut v, &answers, &colleagues));
    let command = SetCaseAccessRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        // Whatever was ticked above: a case on an adult is known to nobody else.
        level: if subject.is_some() { "hidden".to_owned() } else { answers.text("level") },
        reason: answers.text("reason"),
        member_account_ids: answers.all("members"),
        conflicted_account_ids: answers.all("conflicted"),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
        routed_to: answers.text("routed_to"),
        subject,
    };
    v.check(!command.level.is_empty(), "level", "Select who may see this case");
    v.check(
        somebody_opens(&command, &visit, &colleagues),
        "members",
        "Select somebody besides yourself who works cases and is not kept out",
    );
    v.check(!command.reason.is_empty(), "reason", "Enter why it changes");
    let done = match v.finish() {
        Ok(()) => match &command.subject {
            Some(subject) => adult::compare(&visit.app, &visit.school, "subject", subject).await,
            None => stays_theirs(&visit, &command, &colleagues).await,
        },
        Err(error) => Err(error),
    };
    let done = match done {
        Ok(()) => heard(visit.cases()?.set_case_access(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        // Whoever took themselves out is not led back into it.
        Ok(answer) if answer.access.is_none() => visit.to(&visit.at("/cases?done=access")),
        Ok(_) => visit.to(&visit.at(&format!("/cases/{case_id}?done=access"))),
        Err(error) => {
            let case = fetch(&visit, &case_id).await?;
            let error = at_fields(error);
            let here = visit.at(&format!("/cases/{case_id}"));
            visit.again(page(&visit, &case, &colleagues).await, &answers, error, &here)
        }
    }
}

/// Refuses whoever a case is about as the one who takes it on from now on.
async fn stays_theirs(visit: &Visit, command: &SetCaseAccessRequest, colleagues: &[Colleague]) -> Result<(), Error> {
    if command.routed_to.is_empty() {
        return Ok(());
    }
    let case = fetch(visit, &command.case_id).await?;
    let Some(subject) = case.access.and_then(|access| access.subject) else { return Ok(()) };
    let about = |role: Role| holds(colleagues, &subject.account_id, role);
    match command.routed_to.as_str() {
        "head" if about(Role::Head) => {
            Err(Error::invalid("routed_to", "Select the chair of governors: the case is about the head"))
        }
        "chair" if about(Role::Chair) => Err(Error::invalid("routed_to", ABOUT_CHAIR)),
        _ => Ok(()),
    }
}

/// Whether somebody besides is left who can open a case that nobody else opens: a name alone opens nothing, only one with
/// a role that works cases.
fn somebody_opens(command: &SetCaseAccessRequest, visit: &Visit, colleagues: &[Colleague]) -> bool {
    let named = command.member_account_ids.iter().filter(|id| **id != visit.visitor.account_id);
    let mut left = named.filter(|id| !command.conflicted_account_ids.contains(id));
    let adult = command.subject.is_some() || !command.routed_to.is_empty();
    adult || command.level == "open" || left.any(|id| colleagues.iter().any(|c| c.account_id == *id && works(c)))
}

/// The decisions about a concern, as the contract names them before a field of theirs.
const DECISIONS: [&str; 5] = ["new_case.", "existing_case.", "early_help.", "refer_now.", "no_further_action."];

/// The refusal with its fields called as the forms call them.
pub fn at_fields(error: Error) -> Error {
    if error.reason() != Reason::InvalidField {
        return error;
    }
    let mut v = Violations::new();
    for violation in error.violations() {
        // The decision that a field belongs to is the page's.
        let field = DECISIONS.iter().find_map(|decision| violation.field.strip_prefix(decision));
        let field = match field.unwrap_or(&violation.field) {
            "member_account_ids" => "members",
            "conflicted_account_ids" => "conflicted",
            "subject" | "subject.account_id" => "subject_account_id",
            "subject.name" => "subject_name",
            "subject.routed_to" => "routed_to",
            "subject.another_person" => "another_person",
            other => other,
        };
        v.add(field, violation.message.as_str());
    }
    v.finish().err().unwrap_or(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_who_is_kept_out_is_missing_from_the_form() {
        let colleague = |id: &str, role: Role| Colleague {
            account_id: id.into(),
            display_name: id.into(),
            roles: vec![role.into()],
        };
        let own = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let access = CaseAccess {
            member_account_ids: own(&["acc_lead"]),
            conflicted_account_ids: own(&["acc_was_deputy", "acc_left", "acc_subject"]),
            subject: Some(AdultSubject { account_id: "acc_subject".into(), ..AdultSubject::default() }),
            ..CaseAccess::default()
        };
        let colleagues = [
            colleague("acc_lead", Role::Dsl),
            colleague("acc_was_deputy", Role::Staff),
            colleague("acc_teacher", Role::Staff),
            colleague("acc_subject", Role::Head),
        ];
        let all = choosable(&access, &colleagues, &People::of(&[("acc_left", "Mr Ash")]));
        let ids: Vec<&str> = all.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["acc_lead", "acc_was_deputy", "acc_left"]);
        assert_eq!(all.last().map(|(_, text)| text.as_str()), Some("Mr Ash (no longer at this school)"));
    }

    #[test]
    fn every_field_that_was_wrong_is_told_at_its_place() {
        let wrong = Error::invalid("member_account_ids", "Too many").and("conflicted_account_ids", "Too many");
        let told = at_fields(wrong.and("new_case.subject", "Leave it out").and("reason", "Enter why"));
        let fields: Vec<&str> = told.violations().iter().map(|v| v.field.as_str()).collect();
        assert_eq!(fields, ["members", "conflicted", "subject_account_id", "reason"]);
    }
}
