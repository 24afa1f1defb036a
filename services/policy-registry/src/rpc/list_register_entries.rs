//! Lists the standing entries of a register as they were known at a moment, those of the latest day first.

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::policy_registry::v1::{ListRegisterEntriesRequest, ListRegisterEntriesResponse};
use tonic::Request;

use super::registers::{self, Registers};
use crate::{
    App,
    register::{Definition, Entry, Kind},
};

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
    let of = all.entries.iter().filter(|entry| entry.register == definition.key);
    let placed = of.map(|entry| (place(definition, entry), entry));
    let mut entries: Vec<(String, &Entry)> =
        placed.filter(|(place, _)| page.after().is_none_or(|after| place.as_str() < after)).collect();
    entries.sort_by(|(one, _), (other, _)| other.cmp(one));
    entries.truncate(usize::try_from(page.limit()).unwrap_or(usize::MAX));
    let next_page_token = page.cut(&mut entries, |(place, _)| place.clone());
    let act = Act::new("register_entries.listed", request.school_id.as_str());
    tx.record(act.detail("register", definition.key.as_str()).detail("count", entries.len()));
    tx.commit().await?;
    Ok(ListRegisterEntriesResponse {
        definition: Some(registers::definition(definition)),
        entries: entries.into_iter().map(|(_, entry)| registers::shown(entry, &[])).collect(),
        next_page_token,
        may_add: definition.may_add(all.roles()),
    })
}

/// Where an entry stands among the others: by the day it is of, which is the first that its register asks for, and then by when it was
/// added. What was long ago is not news because it was entered late.
fn place(definition: &Definition, entry: &Entry) -> String {
    let field = definition.fields.iter().find(|field| field.kind == Kind::Date);
    let day = field.and_then(|field| entry.day(&field.key)).map(|day| day.to_string()).unwrap_or_default();
    format!("{day}|{}", entry.id)
}
