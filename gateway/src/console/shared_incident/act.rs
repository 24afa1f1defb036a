//! What is done with a shared incident: one form for each act.

use axum::extract::Path;
use chassis::{
    clock::timestamp,
    error::{Error, Violations},
};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        AddMinutesRequest, AddSharedDecisionRequest, AddSharedLearnerRequest, AddSharedTaskRequest,
        CloseOwnPartRequest, CloseSharedIncidentRequest, CompleteSharedTaskRequest, InviteOfficerRequest,
        LeaveSharedIncidentRequest, LinkCaseRequest, ListCasesRequest, PassLeadRequest, RemoveSchoolRequest,
        ReopenSharedIncidentRequest, SharedIncident,
    },
};

use super::{
    Names, crumbs, fetch,
    item::{self, no_learner_meant},
    learner, list, named,
};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link},
        words::{self, Codes},
    },
};

/// Stands for the authority’s officer where a school is chosen.
const OFFICER: &str = "officer";

/// An act, as its address names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A school is given something to do.
    Task,
    /// A decision is recorded.
    Decision,
    /// Minutes are written.
    Minutes,
    /// One of the school's own cases belongs to it.
    Link,
    /// A child of the school's own case comes in as a label.
    Learner,
    /// The school says how its own part stands.
    OwnPart,
    /// The authority's officer is asked in.
    Officer,
    /// A school is removed.
    Remove,
    /// Another school leads.
    Lead,
    /// The school goes.
    Leave,
    /// It is closed.
    Close,
    /// It is opened again after that.
    Reopen,
}

/// What a form can offer to choose from: ids and names.
#[derive(Debug, Default)]
pub struct Choices {
    /// The schools in it.
    pub schools: Vec<(String, String)>,
    /// Those of them, and the officer, who can be removed.
    pub removable: Vec<(String, String)>,
    /// The school's own open cases.
    pub cases: Vec<(String, String)>,
    /// The children of those of its cases that belong to the incident, as case and part.
    pub children: Vec<(String, String)>,
    /// What to know of what goes on: what the school told that others are still shown, and tasks that are not done, in words.
    pub told: Vec<String>,
}

/// What becomes of what a school told that goes.
const TOLD: Codes = &[
    ("end", "It ends: they are shown the names no more"),
    ("keep", "They go on reading it: I can end it from the child’s page"),
];

impl Act {
    /// Every one, with its address and its title.
    pub const ALL: [(Self, &'static str, &'static str); 12] = [
        (Self::Task, "task", "Give a school something to do"),
        (Self::Decision, "decision", "Record a decision"),
        (Self::Minutes, "minutes", "Write the minutes of a strategy discussion"),
        (Self::Link, "case", "Say which of your cases it belongs to"),
        (Self::Learner, "learner", "Bring in a learner of yours, as a label"),
        (Self::OwnPart, "own-part", "Say that your part is closed, or why not"),
        (Self::Officer, "officer", "Ask the authority’s safeguarding officer in"),
        (Self::Remove, "remove", "Remove somebody"),
        (Self::Lead, "lead", "Let another school lead it"),
        (Self::Leave, "leave", "Leave it"),
        (Self::Close, "close", "Close the incident"),
        (Self::Reopen, "reopen", "Open the incident again"),
    ];

    fn of(address: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == address);
        found.map(|(act, ..)| *act).ok_or_else(Error::missing)
    }

    fn address(self) -> &'static str {
        Self::ALL.iter().find(|(act, ..)| *act == self).map_or("", |(_, address, _)| address)
    }

    fn title(self) -> &'static str {
        Self::ALL.iter().find(|(act, ..)| *act == self).map_or("", |(.., title)| title)
    }

    /// Whether it is offered to a school, or where `own` is empty to the officer.
    pub fn offered(self, own: &str, leads: bool) -> bool {
        match self {
            Self::Leave => !leads,
            Self::Officer | Self::Remove | Self::Lead | Self::Close | Self::Reopen => leads,
            Self::Task | Self::Decision | Self::Minutes | Self::Link | Self::Learner | Self::OwnPart => !own.is_empty(),
        }
    }

    /// What is asked.
    pub fn fields(self, choices: &Choices) -> Vec<Field> {
        let mut fields = self.asked(choices);
        if !matches!(self, Self::Link | Self::Learner) {
            fields.push(no_learner_meant());
        }
        fields
    }

    fn asked(self, choices: &Choices) -> Vec<Field> {
        let school = |name: &str, label: &str, of: &[(String, String)]| {
            let known = of.iter().map(|(id, name)| (id.as_str(), name.as_str()));
            Field::select(name, label).choices([("", "Choose a school")].into_iter().chain(known))
        };
        let why = || Field::long_text("reason", "Why?").hint("No names. Every school in it reads this.");
        match self {
            Self::Task => vec![
                Field::long_text("text", "What is to be done?").hint("No names: write “Learner 1” instead."),
                school("owner_school_id", "Which school does it?", &choices.schools),
                Field::day("due_date", "By when? (optional)"),
            ],
            Self::Decision => vec![
                Field::long_text("text", "What is decided?").hint("No names: write “Learner 1” instead."),
                Field::long_text("reason", "Why?"),
                school("owner_school_id", "Which school sees to it?", &choices.schools),
            ],
            Self::Minutes => vec![
                Field::moment("held_time", "When was it held?").hint("For example, 27 11 2025 and 9:30am."),
                Field::long_text("present", "Who took part?").hint("By role, such as “social worker, two leads”."),
                Field::long_text("discussed", "What was discussed?").hint("No names: write “Learner 1” instead."),
                Field::long_text("decided", "What was decided?"),
                Field::long_text("next", "Who does what next?"),
                Field::day("next_date", "When do you meet again? (optional)"),
            ],
            Self::Link => {
                let known = choices.cases.iter().map(|(id, name)| (id.as_str(), name.as_str()));
                let none = [("", "Choose a case")];
                vec![Field::select("case_id", "Which case?").choices(none.into_iter().chain(known))]
            }
            Self::Learner => {
                let known = choices.children.iter().map(|(id, name)| (id.as_str(), name.as_str()));
                let none = [("", "Choose a child of your case")];
                vec![Field::select("child", "Which child?").choices(none.into_iter().chain(known))]
            }
            Self::OwnPart => vec![
                Field::long_text(
                    "reason",
                    "What came of it, or why is it not closed? (optional where your case is closed)",
                )
                .hint("No names. Every school in it reads this."),
            ],
            Self::Close => {
                vec![Field::long_text("reason", "What came of it?").hint("No names. Every school in it reads this.")]
            }
            Self::Officer => vec![why(), Field::name("contact", "Whom should they ring?")],
            Self::Remove => vec![school("removed_school_id", "Who is removed?", &choices.removable), why()],
            Self::Lead => vec![school("to_school_id", "Which school leads from now on?", &choices.removable), why()],
            Self::Leave if !choices.told.is_empty() => {
                vec![why(), Field::radios("told", "What becomes of what you told of your learners?", TOLD)]
            }
            Self::Leave | Self::Reopen => vec![why()],
        }
    }

    /// What to know before.
    fn lead(self) -> &'static str {
        match self {
            Self::Task | Self::Decision | Self::Minutes => "Every school in the incident reads this.",
            Self::Link => {
                "The case stays your own: nothing of it is shared. A case that belongs to another incident is not listed: where nobody joined that one, leave it first; where the others left it, close it first."
            }
            Self::Learner => {
                "The other schools see a label such as “Learner 2, Year 9”. Who it is stays with you until you say so."
            }
            Self::OwnPart => "The incident can be closed once every school has said this.",
            Self::Close => "Nothing is added from then on. Everybody in it still reads it.",
            Self::Reopen => {
                "What was written stays. Every school is told, and says anew how its own part stands before it closes again."
            }
            Self::Officer => {
                "Once they have come in they read all of the shared part, and nothing of any school’s case."
            }
            Self::Remove => {
                "They read nothing from the moment you send this, and cannot be invited again. What they read before they know."
            }
            Self::Lead => {
                "The other school leads at once. It invites and removes schools from then on, and you no longer do."
            }
            Self::Leave => {
                "You read nothing of it from the moment you send this, except what stays in your own record: what your school wrote, and what was decided and discussed. The school that leads, if there is one, may invite you again."
            }
        }
    }

    /// What is missing of what was answered.
    fn check(self, answers: &Answers) -> Result<(), Error> {
        let asked: &[(&str, &str)] = match self {
            Self::Task => &[("text", "Enter what is to be done"), ("owner_school_id", "Select which school does it")],
            Self::Decision => &[
                ("text", "Enter what is decided"),
                ("reason", "Enter why"),
                ("owner_school_id", "Select which school sees to it"),
            ],
            Self::Minutes => &[
                ("present", "Enter who took part"),
                ("discussed", "Enter what was discussed"),
                ("decided", "Enter what was decided"),
                ("next", "Enter who does what next"),
            ],
            Self::Link => &[("case_id", "Select a case")],
            Self::Learner => &[("child", "Select a child")],
            Self::OwnPart => &[],
            Self::Close => &[("reason", "Enter what came of it")],
            Self::Officer => &[("reason", "Enter why"), ("contact", "Enter whom they should ring")],
            Self::Remove => &[("removed_school_id", "Select who is removed"), ("reason", "Enter why")],
            Self::Lead => &[("to_school_id", "Select which school leads"), ("reason", "Enter why")],
            Self::Leave | Self::Reopen => &[("reason", "Enter why")],
        };
        let mut v = Violations::new();
        for (field, fix) in asked {
            v.check(!answers.text(field).is_empty(), *field, *fix);
        }
        v.finish()
    }
}

async fn choices(visit: &Visit, act: Act, shared: &SharedIncident) -> Result<Choices, Error> {
    let names = Names::of(visit, named(shared)).await;
    let mut choices = Choices::default();
    for id in &shared.member_school_ids {
        let one = (id.clone(), words::sentence(&names.school(id)));
        if *id != visit.school {
            choices.removable.push(one.clone());
        }
        choices.schools.push(one);
    }
    let officer = |m: &&proto::incident_cases::v1::SharedMember| !m.desk.is_empty() && m.state == "member";
    if act == Act::Remove
        && let Some(desk) = shared.members.iter().find(officer).filter(|m| m.ground != "duty")
    {
        choices.removable.push((OFFICER.to_owned(), words::sentence(&names.who("", &desk.desk))));
    }
    match act {
        Act::Leave => choices.told = learner::told(shared, &names, &visit.school),
        Act::Close => choices.told = item::undone(shared, &names),
        _ => {}
    }
    if matches!(act, Act::Link | Act::Learner) {
        let request = ListCasesRequest {
            school_id: visit.school.clone(),
            state: "open".into(),
            page_size: 1000,
            ..Default::default()
        };
        let found = heard(visit.cases()?.list_cases(ask(request))).await?.cases;
        let ours = found.iter().filter(|case| case.shared_incident_id == shared.shared_incident_id);
        for (case, part) in ours.flat_map(|case| case.involvements.iter().map(move |part| (case, part))) {
            let there = shared.learners.iter().any(|one| one.involvement_id == part.involvement_id);
            let child = matches!(part.role.as_str(), "victim" | "alleged_perpetrator" | "affected");
            if child && part.end.is_none() && !there {
                let name = format!("{}, case {}", part.person, case.reference);
                choices.children.push((format!("{}|{}", case.case_id, part.involvement_id), name));
            }
        }
        choices.cases = list::free(visit, found).await?;
    }
    Ok(choices)
}

async fn page(visit: &Visit, act: Act, shared: &SharedIncident) -> Result<FormPage, Error> {
    let here = visit.at(&format!("/shared-incidents/{}", shared.shared_incident_id));
    let mut crumbs = crumbs(visit);
    crumbs.push(Link::new("Shared incident", here.clone()));
    let choices = choices(visit, act, shared).await?;
    let fields = act.fields(&choices);
    let mut page = visit.form_page(Head::new(act.title(), crumbs), format!("{here}/{}", act.address()), "Save", fields);
    if matches!(act, Act::Remove | Act::Leave) {
        page.form = page.form.grave();
    }
    Ok(choices.told.iter().fold(page.lead(act.lead()), |page, told| page.lead(told)))
}

/// Asks.
pub async fn show(visit: Visit, Path((_, id, act)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    let act = Act::of(&act)?;
    let shared = fetch(&visit, &id).await?;
    visit.page(&page(&visit, act, &shared).await?)
}

/// Does it.
pub async fn send(Path((_, id, act)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let act = Act::of(&act)?;
    match act_on(&visit, act, &id, &answers).await {
        Ok(()) if act == Act::Leave => visit.to(&visit.at("/shared-incidents?done=left_shared")),
        Ok(()) => visit.to(&visit.at(&format!("/shared-incidents/{id}?done=shared"))),
        Err(error) => {
            let shared = fetch(&visit, &id).await?;
            let place = visit.at(&format!("/shared-incidents/{id}"));
            visit.again(page(&visit, act, &shared).await?, &answers, error, &place)
        }
    }
}

async fn act_on(visit: &Visit, act: Act, id: &str, answers: &Answers) -> Result<(), Error> {
    act.check(answers)?;
    let (school_id, shared_incident_id) = (visit.school.clone(), id.to_owned());
    let (text, reason, request_id) = (answers.text("text"), answers.text("reason"), answers.request_id());
    let owner_school_id = answers.text("owner_school_id");
    let mut cases = visit.cases()?;
    match act {
        Act::Task => {
            let due_date = answers.day("due_date");
            let command = AddSharedTaskRequest {
                no_learner_meant: answers.text("no_learner_meant") == "yes",
                school_id,
                shared_incident_id,
                text,
                owner_school_id,
                due_date,
                request_id,
            };
            heard(cases.add_shared_task(ask(command))).await.map(drop)
        }
        Act::Decision => {
            let command = AddSharedDecisionRequest {
                no_learner_meant: answers.text("no_learner_meant") == "yes",
                school_id,
                shared_incident_id,
                text,
                reason,
                owner_school_id,
                request_id,
            };
            heard(cases.add_shared_decision(ask(command))).await.map(drop)
        }
        Act::Minutes => {
            let held = answers.moment("held_time", "When it was held", visit.now())?;
            let held = held.ok_or_else(|| Error::invalid("held_time", "Enter when it was held"))?;
            let command = AddMinutesRequest {
                no_learner_meant: answers.text("no_learner_meant") == "yes",
                school_id,
                shared_incident_id,
                held_time: Some(timestamp(held)),
                present: answers.text("present"),
                discussed: answers.text("discussed"),
                decided: answers.text("decided"),
                next: answers.text("next"),
                next_date: answers.day("next_date"),
                request_id,
            };
            heard(cases.add_minutes(ask(command))).await.map(drop)
        }
        Act::Link => {
            let case_id = answers.text("case_id");
            let command = LinkCaseRequest { school_id, shared_incident_id, case_id, request_id };
            heard(cases.link_case(ask(command))).await.map(drop)
        }
        Act::Learner => {
            let child = answers.text("child");
            let (case_id, involvement_id) = child.split_once('|').unwrap_or_default();
            let (case_id, involvement_id) = (case_id.to_owned(), involvement_id.to_owned());
            let command =
                AddSharedLearnerRequest { school_id, shared_incident_id, case_id, involvement_id, request_id };
            heard(cases.add_shared_learner(ask(command))).await.map(drop)
        }
        Act::OwnPart => {
            let command = CloseOwnPartRequest {
                no_learner_meant: answers.text("no_learner_meant") == "yes",
                school_id,
                shared_incident_id,
                reason,
                request_id,
            };
            heard(cases.close_own_part(ask(command))).await.map(drop)
        }
        Act::Close => {
            let command = CloseSharedIncidentRequest {
                no_learner_meant: answers.text("no_learner_meant") == "yes",
                school_id,
                shared_incident_id,
                reason,
                request_id,
            };
            heard(cases.close_shared_incident(ask(command))).await.map(drop)
        }
        Act::Reopen => {
            let command = ReopenSharedIncidentRequest {
                no_learner_meant: answers.text("no_learner_meant") == "yes",
                school_id,
                shared_incident_id,
                reason,
                request_id,
            };
            heard(cases.reopen_shared_incident(ask(command))).await.map(drop)
        }
        Act::Officer => {
            let contact = answers.text("contact");
            let command = InviteOfficerRequest {
                no_learner_meant: answers.text("no_learner_meant") == "yes",
                school_id,
                shared_incident_id,
                reason,
                contact,
                request_id,
            };
            heard(cases.invite_officer(ask(command))).await.map(drop)
        }
        Act::Remove => {
            let chosen = answers.text("removed_school_id");
            let officer = chosen == OFFICER;
            let removed_school_id = if officer { String::new() } else { chosen };
            let command = RemoveSchoolRequest {
                no_learner_meant: answers.text("no_learner_meant") == "yes",
                school_id,
                shared_incident_id,
                removed_school_id,
                officer,
                reason,
                request_id,
            };
            heard(cases.remove_school(ask(command))).await.map(drop)
        }
        Act::Lead => {
            let to_school_id = answers.text("to_school_id");
            let command = PassLeadRequest {
                no_learner_meant: answers.text("no_learner_meant") == "yes",
                school_id,
                shared_incident_id,
                to_school_id,
                reason,
                request_id,
            };
            heard(cases.pass_lead(ask(command))).await.map(drop)
        }
        Act::Leave => {
            let command = LeaveSharedIncidentRequest {
                no_learner_meant: answers.text("no_learner_meant") == "yes",
                school_id,
                shared_incident_id,
                reason,
                request_id,
                told: answers.text("told"),
            };
            heard(cases.leave_shared_incident(ask(command))).await.map(drop)
        }
    }
}

/// What is asked where a task is done.
pub fn done_fields() -> Vec<Field> {
    vec![
        Field::long_text("note", "What was done, or why is it not needed any more?")
            .hint("No names: write “Learner 1” instead."),
        no_learner_meant(),
    ]
}

async fn done_page(visit: &Visit, id: &str, task_id: &str) -> Result<FormPage, Error> {
    let shared = fetch(visit, id).await?;
    let task = shared.tasks.iter().find(|task| task.task_id == task_id).ok_or_else(Error::missing)?;
    let here = visit.at(&format!("/shared-incidents/{id}"));
    let mut crumbs = crumbs(visit);
    crumbs.push(Link::new("Shared incident", here.clone()));
    let head = Head::new("A task is done", crumbs);
    let page = visit.form_page(head, format!("{here}/tasks/{task_id}"), "Save", done_fields());
    Ok(page.lead(&task.text))
}

/// Asks what was done.
pub async fn show_done(visit: Visit, Path((_, id, task_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    visit.page(&done_page(&visit, &id, &task_id).await?)
}

/// Says that it is done.
pub async fn done(Path((_, id, task_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = CompleteSharedTaskRequest {
        no_learner_meant: answers.text("no_learner_meant") == "yes",
        school_id: visit.school.clone(),
        shared_incident_id: id.clone(),
        task_id: task_id.clone(),
        note: answers.text("note"),
        request_id: answers.request_id(),
    };
    match heard(visit.cases()?.complete_shared_task(ask(command))).await {
        Ok(_) => visit.to(&visit.at(&format!("/shared-incidents/{id}?done=shared"))),
        Err(error) => visit.again(done_page(&visit, &id, &task_id).await?, &answers, error, ""),
    }
}
