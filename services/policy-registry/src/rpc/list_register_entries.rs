//! Lists the standing entries of a register as they were known at a moment, the newest first.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::policy_registry::v1::{ListRegisterEntriesRequest, ListRegisterEntriesResponse};
use tonic::Request;

use super::registers::{self, Registers};
use crate::{App, register::Entry};

pub(super) async fn list_register_entries(
    app: &App,
    request: Request<ListRegisterEntriesRequest>,
) -> Result<ListRegisterEntriesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let all = Registers::load(&tx, request.at_time.as_ref()).await?;
    let definition = registers::one(&all.definitions, &request.register, &scope, false)?;
    let of = all.entries.iter().rev().filter(|entry| entry.register == definition.key);
    let of = of.filter(|entry| page.after().is_none_or(|after| entry.id.as_str() < after));
    let mut entries: Vec<&Entry> = of.take(usize::try_from(page.limit()).unwrap_or(usize::MAX)).collect();
    let next_page_token = page.cut(&mut entries, |entry| entry.id.to_string());
    let act = Act::new("register_entries.listed", request.school_id.as_str());
    tx.record(act.detail("register", definition.key.as_str()).detail("count", entries.len()));
    tx.commit().await?;
    Ok(ListRegisterEntriesResponse {
        definition: Some(registers::definition(definition)),
        entries: entries.into_iter().map(|entry| registers::shown(entry, &[])).collect(),
        next_page_token,
        may_add: definition.may_add(all.roles()),
    })
}
