//! Adopts a lesson in a version of the school's policy, or declines it with a reason.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::LessonAnswered,
    policy_registry::v1::{AnswerLessonRequest, AnswerLessonResponse},
};
use tonic::Request;

use super::{convert::life_cycle, work};
use crate::{
    App,
    lesson::{Answer, OUTCOMES},
    store,
};

pub(super) async fn answer_lesson(app: &App, request: Request<AnswerLessonRequest>) -> Result<AnswerLessonResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let id = request.lesson_id.parse().map_err(|_| Error::missing())?;
    let lesson = store::lesson::hold(&tx, &id).await?;
    life_cycle::check_answer(&request.outcome, &request.answer, &OUTCOMES)?;
    let version = request.adopted_version;
    let fits = if request.outcome == "adopted" {
        store::instance::by_version(&tx, version).await?.is_some()
    } else {
        version == 0
    };
    if !fits {
        let fix = "Enter the number of the school’s version it is adopted in; none where it is declined";
        return Err(Error::invalid("adopted_version", fix));
    }
    let (outcome, text) = (request.outcome.clone(), request.answer.trim().to_owned());
    let version = (version > 0).then_some(version);
    let answered = lesson.answered(Answer { outcome, text, version, answered_at: tx.now() });
    let lesson = answered.ok_or_else(|| Error::wrong_state("the lesson was answered already: its answer stands"))?;
    let body = store::lesson::update(&tx, &lesson).await?;
    let act = Act::new("lesson.answered", lesson.id.as_str()).detail("outcome", request.outcome.as_str());
    tx.record(act.detail("version", request.adopted_version).state("lesson", &body));
    let answered = Event::LessonAnswered(LessonAnswered { outcome: request.outcome.clone() });
    tx.announce(lesson.id.as_str(), answered).await?;
    let response = AnswerLessonResponse { lesson: Some(life_cycle::lesson(&lesson)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
