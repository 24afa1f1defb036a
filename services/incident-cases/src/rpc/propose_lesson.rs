//! Passes a change to the policy that a case taught on to the registry. It names nobody, and nothing in it leads back to
//! the case; the case keeps that it was proposed.

use chassis::{
    caller::{Caller, Scope},
    db::{Once, Tx},
    error::{Error, Kind, Result, Violations},
    history::Act,
};
use proto::{
    incident_cases::v1::{ProposeLessonRequest, ProposeLessonResponse},
    policy_registry::v1::RaiseLessonRequest,
};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    work::who,
};
use crate::{App, case::Case, concern::Origin, lesson::Names, rules::LESSON_MAX, store};

pub(super) async fn propose_lesson(app: &App, request: Request<ProposeLessonRequest>) -> Result<ProposeLessonResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let tx = match begin(app, &scope, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let case = store::case::load(&tx, &request.case_id).await?;
    case.may_propose()?;
    check(&request, &names(&tx, &case).await?)?;
    // Nothing is held while the other service is asked; the same request asks it for the same lesson.
    drop(tx);
    let lesson_id = raise(app, &request).await?;
    let mut tx = match begin(app, &scope, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut case = store::case::load(&tx, &request.case_id).await?;
    case.proposed(who(&scope, tx.now()), lesson_id);
    let body = store::case::update(&tx, &mut case).await?;
    tx.record(Act::new("lesson.proposed", case.id.as_str()).state("case_file", &body));
    let response =
        ProposeLessonResponse { case: Some(convert::case(&case.as_seen(store::access::reader(&tx)), tx.now())) };
    tx.answer_about(case.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}

async fn begin(app: &App, scope: &Scope, request: &ProposeLessonRequest) -> Result<Once<ProposeLessonResponse>> {
    once(app, scope, &request.request_id, request, |_| About::Case(request.case_id.clone())).await
}

async fn names(tx: &Tx, case: &Case) -> Result<Names> {
    let mut names = Names::default();
    for involvement in &case.involvements {
        names.person(&involvement.person);
    }
    for id in &case.concern_ids {
        let concern = store::concern::load(tx, id).await?;
        if !matches!(concern.origin, Origin::Alert { .. }) {
            names.about(&concern.report.about);
        }
        if let Origin::Public(sender) = &concern.origin {
            names.person(&sender.name);
        }
    }
    Ok(names)
}

fn check(request: &ProposeLessonRequest, names: &Names) -> Result<()> {
    let mut violations = Violations::new();
    violations.text("text", "what should change, and why", &request.text, LESSON_MAX);
    let fix = "Take out the names of people: say ‘a learner’, ‘a parent’ or ‘a member of staff’";
    violations.check(!names.in_text(&request.text), "text", fix);
    violations.finish()
}

async fn raise(app: &App, request: &ProposeLessonRequest) -> Result<String> {
    let lesson = RaiseLessonRequest {
        school_id: request.school_id.clone(),
        source: "debrief".to_owned(),
        clause_id: request.clause_id.clone(),
        step_id: request.step_id.clone(),
        text: request.text.trim().to_owned(),
        request_id: request.request_id.clone(),
    };
    let mut asked = chassis::upstream::request(lesson);
    asked.set_timeout(std::time::Duration::from_secs(5));
    let answer = match app.policy_registry() {
        Ok(mut registry) => registry.raise_lesson(asked).await.map_err(|status| Error::from_status(&status)),
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) => Ok(answer.into_inner().lesson.unwrap_or_default().lesson_id),
        Err(error) if error.kind() == Kind::Unavailable => {
            let message = "the policy registry cannot be reached just now: nothing was proposed, try again";
            Err(Error::unavailable(message).because(error))
        }
        Err(error) => Err(error),
    }
}
