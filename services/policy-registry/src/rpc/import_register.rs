//! Adds the lines of a file that was previewed, all or none.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{ImportRegisterRequest, ImportRegisterResponse};
use tonic::Request;

use super::{
    counted,
    registers::{self, Registers},
    work,
};
use crate::{App, register::Entry, store};

pub(super) async fn import_register(
    app: &App,
    request: Request<ImportRegisterRequest>,
) -> Result<ImportRegisterResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let all = Registers::load(&tx, None).await?;
    let definition = registers::one(&all.definitions, &request.register, &scope, true)?;
    let again = || Error::invalid("content_hash", "Preview the file again: it was not previewed by you within a day");
    let content = store::register_entry::preview(&tx, &request.content_hash).await?.ok_or_else(again)?;
    if registers::content_hash(&scope, &definition.key, &content) != request.content_hash {
        return Err(again());
    }
    let preview = registers::table(&all, definition, &content)?;
    if !preview.wrong.is_empty() {
        return Err(again());
    }
    let duplicates = registers::count(preview.duplicates.len());
    let make = |values| registers::entry(&tx, &definition.key, values, None);
    let entries: Vec<Entry> = preview.accepted.into_iter().map(|line| make(line.values)).collect::<Result<_>>()?;
    let bodies = store::register_entry::insert(&tx, &entries).await?;
    for (entry, body) in entries.iter().zip(&bodies) {
        let act = Act::new("register_entry.imported", entry.id.as_str()).detail("register", definition.key.as_str());
        tx.record(act.state("register_entry", body));
    }
    for entry in &entries {
        counted::entry(&mut tx, definition, entry, None).await?;
    }
    counted::registers(&mut tx, &all, definition, &entries).await?;
    store::register_entry::drop_preview(&tx, &request.content_hash).await?;
    let act = Act::new("register.imported", request.school_id.as_str());
    tx.record(act.detail("register", definition.key.as_str()).detail("added", entries.len()));
    let response = ImportRegisterResponse { added: registers::count(entries.len()), duplicates };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
