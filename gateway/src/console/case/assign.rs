//! Saying whose a case is, or one of its steps, and moving the day a step is due.

use axum::extract::Path;
use chassis::{
    calendar::end_of_day,
    clock::timestamp,
    error::{Error, Violations},
};
use proto::{
    access::v1::{Colleague, Permission, Role},
    incident_cases::v1::{AssignCaseRequest, AssignStepRequest, Case, CaseStep, MoveDueTimeRequest},
};

use super::{
    access::{choices, workers},
    act, to_work,
};
use crate::{
    adult,
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Due, Row},
        words,
    },
};

/// What is asked about whose it is.
pub fn owner_fields(colleagues: &[Colleague], owner: &str, nobody: &str) -> Vec<Field> {
    let people = choices(colleagues);
    let field = Field::select("account_id", "Whose is it?").choices([("", nobody)]);
    vec![
        field
            .choices(people.iter().map(|(id, name)| (id.as_str(), name.as_str())))
            .value(owner)
            .hint("It is listed as theirs, and as overdue with them where it is not done in time."),
    ]
}

/// Those of the colleagues who may see the case, as far as a page can tell; its service has the last word. Whoever only
/// oversees it takes nothing of it on themselves.
fn who_see(visit: &Visit, case: &Case, colleagues: Vec<Colleague>) -> Vec<Colleague> {
    let (own, works) = (visit.visitor.account_id.as_str(), super::may(visit, case, Permission::CaseWork));
    let access = case.access.clone().unwrap_or_default();
    let kept_out = |id: &String| {
        access.conflicted_account_ids.contains(id)
            || access.subject.as_ref().is_some_and(|adult| adult.account_id == *id)
    };
    let open = access.subject.is_none() && matches!(access.level.as_str(), "" | "open");
    let sees = |colleague: &Colleague| {
        let oversees = colleague.roles().any(|role| matches!(role, Role::Dsl | Role::DeputyDsl | Role::Head));
        let id = &colleague.account_id;
        !kept_out(id)
            && (works || id != own)
            && (id == own || (oversees && (open || access.member_account_ids.contains(id))))
    };
    colleagues.into_iter().filter(sees).collect()
}

/// What is asked about another day.
pub fn move_fields() -> Vec<Field> {
    vec![
        Field::day("due_time", "By when is it due from now on?"),
        Field::long_text("reason", "Why is it moved?").hint("The reason stays in the case with your name."),
    ]
}

fn step_of<'a>(case: &'a Case, step_id: &str) -> Result<&'a CaseStep, Error> {
    case.steps.iter().find(|step| step.step_id == step_id).ok_or_else(Error::missing)
}

fn step_rows(page: &mut FormPage, case: &Case, step_id: &str) {
    let Ok(step) = step_of(case, step_id) else { return };
    page.rows.push(Row::new("Step", format!("{} {}", step.step_id, step.title)));
    let due = Due::new(&step.due_word, step.due_time.as_ref());
    page.rows.extend(Row::some("By when", Some(due.text)));
}

fn case_page(visit: &Visit, case: &Case, colleagues: &[Colleague]) -> FormPage {
    let colleagues = who_see(visit, case, colleagues.to_vec());
    let fields = owner_fields(&colleagues, &case.owner_account_id, "Nobody’s");
    act::page(visit, case, "Say whose the case is", "assign", "Save", fields)
}

/// Asks whose the case is.
pub async fn show_case(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseClose)?;
    let (case, colleagues) = (to_work(&visit, &case_id, Permission::CaseClose).await?, workers(&visit).await?);
    visit.page(&case_page(&visit, &case, &colleagues))
}

/// Says it.
pub async fn case(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AssignCaseRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        account_id: answers.text("account_id"),
        request_id: answers.request_id(),
    };
    let done =
        match adult::compare_owner(&visit.app, &visit.school, &visit.visitor.account_id, &command.account_id).await {
            Ok(()) => heard(visit.cases()?.assign_case(ask(command))).await,
            Err(error) => Err(error),
        };
    let colleagues = workers(&visit).await.unwrap_or_default();
    act::settle(&visit, &case_id, &answers, done, "assigned", |case| case_page(&visit, case, &colleagues)).await
}

fn step_page(visit: &Visit, case: &Case, step_id: &str, colleagues: &[Colleague]) -> FormPage {
    let owner = step_of(case, step_id).map(|step| step.owner_account_id.clone()).unwrap_or_default();
    let colleagues = who_see(visit, case, colleagues.to_vec());
    let fields = owner_fields(&colleagues, &owner, "Whoever’s the case is");
    let path = format!("steps/{step_id}/assign");
    let mut page = act::page(visit, case, "Say whose a step is", &path, "Save", fields);
    step_rows(&mut page, case, step_id);
    page
}

/// Asks whose a step is.
pub async fn show_step(visit: Visit, Path((_, case_id, step_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseClose)?;
    let (case, colleagues) = (to_work(&visit, &case_id, Permission::CaseClose).await?, workers(&visit).await?);
    step_of(&case, &step_id)?;
    visit.page(&step_page(&visit, &case, &step_id, &colleagues))
}

/// Says it.
pub async fn step(Path((_, case_id, step_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AssignStepRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        step_id: step_id.clone(),
        account_id: answers.text("account_id"),
        request_id: answers.request_id(),
    };
    let done =
        match adult::compare_owner(&visit.app, &visit.school, &visit.visitor.account_id, &command.account_id).await {
            Ok(()) => heard(visit.cases()?.assign_step(ask(command))).await,
            Err(error) => Err(error),
        };
    let colleagues = workers(&visit).await.unwrap_or_default();
    let page = |case: &Case| step_page(&visit, case, &step_id, &colleagues);
    act::settle(&visit, &case_id, &answers, done, "assigned", page).await
}

fn move_page(visit: &Visit, case: &Case, step_id: &str) -> FormPage {
    let path = format!("steps/{step_id}/move");
    let mut page = act::page(visit, case, "Move the day a step is due", &path, "Move it", move_fields());
    step_rows(&mut page, case, step_id);
    page
}

/// Asks for another day.
pub async fn show_move(visit: Visit, Path((_, case_id, step_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseWork)?;
    let case = to_work(&visit, &case_id, Permission::CaseWork).await?;
    step_of(&case, &step_id)?;
    visit.page(&move_page(&visit, &case, &step_id))
}

fn move_command(visit: &Visit, case_id: &str, step_id: &str, answers: &Answers) -> Result<MoveDueTimeRequest, Error> {
    let mut v = Violations::new();
    let day = words::typed_day(&answers.text("due_time"));
    v.check(day.is_some(), "due_time", "Enter the day it is due from now on, such as 27/3/2027");
    v.check(!answers.text("reason").is_empty(), "reason", "Enter why it is moved");
    v.finish()?;
    Ok(MoveDueTimeRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        step_id: step_id.to_owned(),
        due_time: day.map(|day| timestamp(end_of_day(day))),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    })
}

/// Moves it.
pub async fn move_due(Path((_, case_id, step_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match move_command(&visit, &case_id, &step_id, &answers) {
        Ok(command) => heard(visit.cases()?.move_due_time(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "moved", |case| move_page(&visit, case, &step_id)).await
}
