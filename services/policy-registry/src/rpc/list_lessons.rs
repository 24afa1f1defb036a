//! Lists the school's lessons, newest first.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::policy_registry::v1::{ListLessonsRequest, ListLessonsResponse};
use tonic::Request;

use super::convert::life_cycle;
use crate::{App, store};

pub(super) async fn list_lessons(app: &App, request: Request<ListLessonsRequest>) -> Result<ListLessonsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    store::school::load(&tx).await?;
    let mut lessons = store::lesson::list(&tx, &page).await?;
    let next_page_token = page.cut(&mut lessons, |lesson| lesson.id.to_string());
    tx.record(Act::new("lesson.listed", request.school_id.as_str()).detail("count", lessons.len()));
    tx.commit().await?;
    Ok(ListLessonsResponse { lessons: lessons.iter().map(life_cycle::lesson).collect(), next_page_token })
}
