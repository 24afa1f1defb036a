//! Answers what the caller has to accept, read and be trained in: what is still to do first.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{Duty, ListMyDutiesRequest, ListMyDutiesResponse};
use tonic::Request;

use super::registers::Registers;
use crate::{
    App,
    register::{Entry, duties},
};

pub(super) async fn list_my_duties(app: &App, request: Request<ListMyDutiesRequest>) -> Result<ListMyDutiesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let all = Registers::load(&tx, None).await?;
    let account = scope.account().ok_or_else(Error::denied)?;
    let found: Vec<Duty> = all.judged(|kept| {
        let duties = duties::of_person(kept, account.as_str(), duties::audience(all.roles()));
        let text = |entry: Option<&Entry>, key: &str| entry.map(|entry| entry.one(key).to_owned()).unwrap_or_default();
        let shown = duties.into_iter().map(|duty| Duty {
            kind: duty.kind.to_owned(),
            title: duty.title,
            version: text(duty.document, "version"),
            document_id: duty.document.map(|document| document.id.to_string()).unwrap_or_default(),
            text: text(duty.document, "text"),
            url: text(duty.document, "url"),
            done_date: duty.done.map(|day| day.to_string()).unwrap_or_default(),
            due_date: duty.due.map(|day| day.to_string()).unwrap_or_default(),
        });
        shown.collect()
    });
    tx.record(Act::new("duties.listed", request.school_id.as_str()).detail("count", found.len()));
    tx.commit().await?;
    Ok(ListMyDutiesResponse { duties: found })
}
