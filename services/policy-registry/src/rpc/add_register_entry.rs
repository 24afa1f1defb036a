//! Adds an entry to a register, or one that corrects, ends or withdraws an earlier one.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::policy_registry::v1::{AddRegisterEntryRequest, AddRegisterEntryResponse};
use tonic::Request;

use super::{
    counted,
    registers::{self, Registers},
    work,
};
use crate::{
    App,
    register::{Change, EntryId, Refusal},
    store,
};

pub(super) async fn add_register_entry(
    app: &App,
    request: Request<AddRegisterEntryRequest>,
) -> Result<AddRegisterEntryResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let all = Registers::load(&tx, None).await?;
    let definition = registers::one_to_change(&all.definitions, &request.register, &scope)?;
    let change = if request.supersedes.is_empty() {
        if request.withdrawn {
            return Err(Error::invalid("supersedes", "Name the entry that is withdrawn"));
        }
        None
    } else {
        const LONGEST: usize = 1_000;
        let earlier: EntryId = request.supersedes.parse().map_err(|_| Error::missing())?;
        if !store::register_entry::find(&tx, &definition.key, &earlier).await? {
            return Err(Error::missing());
        }
        if !all.entries.iter().any(|entry| entry.id == earlier) {
            return Err(Error::wrong_state(Refusal::Superseded.to_string()));
        }
        let mut violations = Violations::new();
        violations.text("reason", "why the entry is corrected or withdrawn", &request.reason, LONGEST);
        violations.check(!request.withdrawn || request.values.is_empty(), "values", "Send no values with a withdrawal");
        violations.finish()?;
        Some(Change { supersedes: earlier, withdrawn: request.withdrawn, reason: request.reason.trim().to_owned() })
    };
    let earlier = change.as_ref().map(|change| &change.supersedes);
    let before = earlier.and_then(|id| all.entries.iter().find(|entry| entry.id == *id));
    let values = if request.withdrawn {
        registers::may_withdraw(definition, before, &all, &scope)?;
        std::collections::BTreeMap::new()
    } else {
        let entered = registers::entered(definition, &request.values, before, &all, &scope)?;
        let values = registers::valid(definition, &entered, &all, earlier)?;
        registers::left(definition, &values, before, &all, &scope)?;
        match registers::restated(definition, &values, before, &all, &scope) {
            Some(restated) => registers::valid(definition, &restated, &all, earlier)?,
            None => values,
        }
    };
    let others = all.entries.iter().filter(|other| other.register == definition.key && Some(&other.id) != earlier);
    if !request.withdrawn && others.into_iter().any(|other| other.values == values) {
        let first = definition.fields.first().map_or("values", |field| field.key.as_str());
        return Err(Error::exists(first, "Change what you entered: an entry that stands says the same already"));
    }
    let entry = registers::entry(&tx, &definition.key, values, change)?;
    let bodies = store::register_entry::insert(&tx, std::slice::from_ref(&entry)).await?;
    for body in &bodies {
        let act = Act::new("register_entry.added", entry.id.as_str()).detail("register", entry.register.as_str());
        tx.record(act.detail("withdrawn", request.withdrawn).state("register_entry", body));
    }
    if let Some(event) = registers::announced(definition, &entry, before) {
        tx.announce(entry.id.as_str(), event).await?;
    }
    counted::entry(&mut tx, definition, &entry, before).await?;
    counted::registers(&mut tx, &all, definition, std::slice::from_ref(&entry)).await?;
    let response = AddRegisterEntryResponse { entry: Some(registers::shown(&entry, &[])) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
