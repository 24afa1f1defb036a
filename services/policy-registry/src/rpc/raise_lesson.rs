//! Records a change to the policy that something taught; it names nobody.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{RaiseLessonRequest, RaiseLessonResponse};
use tonic::Request;

use super::{convert::life_cycle, work};
use crate::{App, lesson::Lesson, store};

pub(super) async fn raise_lesson(app: &App, request: Request<RaiseLessonRequest>) -> Result<RaiseLessonResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (mut clause, mut step) = (request.clause_id.is_empty(), request.step_id.is_empty());
    if !(clause && step) {
        let template = work::template(&tx).await?.template;
        let mut clauses = template.sections.iter().flat_map(|section| &section.clauses);
        clause = clause || clauses.any(|clause| clause.id == request.clause_id);
        let mut steps = template.procedures.iter().flat_map(|procedure| &procedure.steps);
        step = step || steps.any(|step| step.id == request.step_id);
    }
    life_cycle::check_lesson(&request, clause, step)?;
    let lesson = Lesson {
        id: tx.ids().next(),
        school: scope.school()?.clone(),
        source: request.source.clone(),
        clause: request.clause_id.clone(),
        step: request.step_id.clone(),
        text: request.text.trim().to_owned(),
        created_at: tx.now(),
        answer: None,
        forwarded_at: None,
        authority_answer: None,
    };
    let body = store::lesson::insert(&tx, &lesson).await?;
    let act = Act::new("lesson.raised", lesson.id.as_str()).detail("source", lesson.source.as_str());
    tx.record(act.state("lesson", &body));
    let response = RaiseLessonResponse { lesson: Some(life_cycle::lesson(&lesson)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
