//! Puts a lesson to the authority, for its template.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{ForwardLessonRequest, ForwardLessonResponse};
use tonic::Request;

use super::{convert::life_cycle, work};
use crate::{App, store};

pub(super) async fn forward_lesson(app: &App, request: Request<ForwardLessonRequest>) -> Result<ForwardLessonResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let id = request.lesson_id.parse().map_err(|_| Error::missing())?;
    let forwarded = store::lesson::hold(&tx, &id).await?.forwarded(tx.now());
    let lesson = forwarded.ok_or_else(|| Error::wrong_state("the lesson was put to the authority already"))?;
    let body = store::lesson::update(&tx, &lesson).await?;
    tx.record(Act::new("lesson.forwarded", lesson.id.as_str()).state("lesson", &body));
    let response = ForwardLessonResponse { lesson: Some(life_cycle::lesson(&lesson)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
