//! Answers one entry with those it came from and those that followed it.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{GetRegisterEntryRequest, GetRegisterEntryResponse};
use tonic::Request;

use super::registers;
use crate::{App, register::Entry, store};

pub(super) async fn get_register_entry(
    app: &App,
    request: Request<GetRegisterEntryRequest>,
) -> Result<GetRegisterEntryResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let definitions = registers::definitions(&tx).await?;
    registers::one(&definitions, &request.register, &scope, false)?;
    let all = store::register_entry::all(&tx, Some(&request.register)).await?;
    let entry = all.iter().find(|entry| entry.id.as_str() == request.entry_id).ok_or_else(Error::missing)?;
    let mut history = vec![entry];
    while let Some(change) = history.first().and_then(|first| first.change.as_ref()) {
        let Some(before) = all.iter().find(|entry| entry.id == change.supersedes) else { break };
        history.insert(0, before);
    }
    let follows = |last: &Entry| all.iter().find(|e| e.change.as_ref().is_some_and(|c| c.supersedes == last.id));
    while let Some(next) = history.last().and_then(|last| follows(last)) {
        history.push(next);
    }
    tx.record(Act::new("register_entry.read", entry.id.as_str()).detail("register", request.register.as_str()));
    tx.commit().await?;
    Ok(GetRegisterEntryResponse {
        entry: Some(registers::shown(entry, &all)),
        history: history.into_iter().map(|entry| registers::shown(entry, &all)).collect(),
    })
}
