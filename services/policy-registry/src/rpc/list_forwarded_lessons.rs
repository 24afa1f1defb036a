//! Lists the lessons schools put to the authority, the latest first.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::policy_registry::v1::{ListForwardedLessonsRequest, ListForwardedLessonsResponse};
use tonic::Request;

use super::convert::life_cycle;
use crate::{App, store};

pub(super) async fn list_forwarded_lessons(
    app: &App,
    request: Request<ListForwardedLessonsRequest>,
) -> Result<ListForwardedLessonsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let mut lessons = store::lesson::forwarded(&tx, &page).await?;
    let next_page_token = page.cut(&mut lessons, store::lesson::cursor);
    tx.record(Act::new("forwarded_lesson.listed", "lessons").detail("count", lessons.len()));
    tx.commit().await?;
    Ok(ListForwardedLessonsResponse { lessons: lessons.iter().map(life_cycle::lesson).collect(), next_page_token })
}
