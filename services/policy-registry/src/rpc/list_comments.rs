//! Lists the comments on a version, oldest first; they stay readable for as long as the version does.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
    page::Page,
};
use proto::policy_registry::v1::{ListCommentsRequest, ListCommentsResponse};
use tonic::Request;

use super::convert::life_cycle;
use crate::{App, store};

pub(super) async fn list_comments(app: &App, request: Request<ListCommentsRequest>) -> Result<ListCommentsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let id = request.instance_id.parse().map_err(|_| Error::missing())?;
    let mut tx = app.store.begin(&scope).await?;
    store::instance::load(&tx, &id).await?;
    let mut comments = store::comment::list(&tx, &id, &page).await?;
    let next_page_token = page.cut(&mut comments, |comment| comment.id.to_string());
    tx.record(Act::new("comment.listed", id.as_str()).detail("count", comments.len()));
    tx.commit().await?;
    Ok(ListCommentsResponse { comments: comments.iter().map(life_cycle::comment).collect(), next_page_token })
}
