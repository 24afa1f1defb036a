//! Adopts a lesson in a version of the template, or declines it with a reason.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Kind, Result},
    history::Act,
};
use proto::policy_registry::v1::{AnswerForwardedLessonRequest, AnswerForwardedLessonResponse};
use tonic::Request;

use super::convert::life_cycle;
use crate::{
    App,
    lesson::{Answer, OUTCOMES},
    store,
};

pub(super) async fn answer_forwarded_lesson(
    app: &App,
    request: Request<AnswerForwardedLessonRequest>,
) -> Result<AnswerForwardedLessonResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let id = request.lesson_id.parse().map_err(|_| Error::missing())?;
    let lesson = store::lesson::hold(&tx, &id).await?;
    life_cycle::check_answer(&request.outcome, &request.answer, &OUTCOMES)?;
    let version = request.adopted_template_version;
    let fits = if request.outcome == "adopted" {
        match store::template::version(&tx, version).await {
            Err(error) if error.kind() == Kind::Missing => false,
            found => found.map(|_| true)?,
        }
    } else {
        version == 0
    };
    if !fits {
        let fix = "Enter the number of the template version it is adopted in; none where it is declined";
        return Err(Error::invalid("adopted_template_version", fix));
    }
    let (outcome, text) = (request.outcome.clone(), request.answer.trim().to_owned());
    let version = (version > 0).then_some(version);
    let answered = lesson.answered_by_authority(Answer { outcome, text, version, answered_at: tx.now() });
    let lesson = answered.ok_or_else(|| Error::wrong_state("the lesson was answered already: its answer stands"))?;
    let body = store::lesson::update(&tx, &lesson).await?;
    let act = Act::new("forwarded_lesson.answered", lesson.id.as_str()).school(&lesson.school);
    tx.record(act.detail("outcome", request.outcome.as_str()).state("lesson", &body));
    let response = AnswerForwardedLessonResponse { lesson: Some(life_cycle::lesson(&lesson)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
