//! Answers the caller's own questions and those that are shared, the newest first.

use chassis::{caller::Caller, clock::london, error::Result, history::Act, page::Page};
use proto::reporting::v1::{ListQuestionsRequest, ListQuestionsResponse};
use tonic::Request;

use super::{
    asked::{place, subject, there_is},
    convert,
};
use crate::{App, store};

pub(super) async fn list_questions(app: &App, request: Request<ListQuestionsRequest>) -> Result<ListQuestionsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let account = scope.account_text();
    let mut tx = app.store.begin(&scope).await?;
    there_is(&tx, &request.school_id).await?;
    let mut kept = store::question::list(&tx, &request.school_id, account, &page).await?;
    let next_page_token = page.cut(&mut kept, |saved| saved.id.to_string());
    tx.record(Act::new("questions.listed", subject(&request.school_id)));
    let today = london(tx.now()).date();
    tx.commit().await?;
    let questions = kept.iter().map(|saved| convert::ask::saved(saved, account, today)).collect();
    Ok(ListQuestionsResponse { questions, next_page_token })
}
