//! Confirming an entry of a register under one's own account, by those who do not keep it.

use axum::extract::Path;
use chassis::{access::role_name, error::Error};
use proto::{
    access::v1::{Permission, Role},
    policy_registry::v1::{AddRegisterEntryRequest, RegisterDefinition, RegisterEntry},
};

use super::{
    Which, entries,
    entry::{command, crumbs, enter, get, named, value},
};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit},
    },
    pages::{
        form::{Field, FormPage},
        part::{Head, Row},
    },
};

/// What is asked of whoever confirms.
pub fn fields() -> Vec<Field> {
    let hint = "It is kept with your confirmation, and changes nothing of the entry.";
    vec![Field::text("reason", "What do you say to it?").hint(hint)]
}

/// Whether the visitor confirms an entry that nobody has confirmed.
pub fn confirms(visit: &Visit, definition: &RegisterDefinition, entry: Option<&RegisterEntry>) -> bool {
    let Some(confirmation) = &definition.confirmation else { return false };
    let by = |role: &Role| confirmation.by_roles.iter().any(|by| by == role_name(*role));
    let open = |entry: &RegisterEntry| {
        let confirmed = entry.values.iter().any(|value| value.key == confirmation.who);
        !confirmed && entry.superseded_by.is_empty() && !entry.withdrawn
    };
    visit.roles().iter().any(by) && entry.is_some_and(open)
}

async fn page(visit: &Visit, register: &str, entry_id: &str) -> Result<FormPage, Error> {
    let answer = get(visit, register, entry_id).await?;
    let definition = entries(visit, register, &Which::default()).await?.definition.unwrap_or_default();
    if !confirms(visit, &definition, answer.entry.as_ref()) {
        return Err(Error::denied());
    }
    let entry = answer.entry.unwrap_or_default();
    let people = named(visit, &definition, std::slice::from_ref(&entry)).await;
    let rows = definition.fields.iter();
    let rows = rows.filter_map(|field| Row::some(field.title.clone(), Some(value(&entry, field, &people))));
    let head = Head::new("Confirm an entry", crumbs(visit, register, &definition.title)).of(definition.title.clone());
    let action = visit.at(&format!("/registers/{register}/entries/{entry_id}/confirm"));
    let mut page = visit.form_page(head, action, "Confirm it", fields());
    page.rows = rows.collect();
    Ok(page.lead("You confirm it under your own name, as of today."))
}

/// Asks whether an entry is confirmed.
pub async fn show(visit: Visit, Path((_, register, entry_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::RegisterKeep)?;
    visit.page(&page(&visit, &register, &entry_id).await?)
}

/// Confirms it.
pub async fn send(Path((_, register, entry_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = AddRegisterEntryRequest {
        supersedes: entry_id.clone(),
        reason: answers.text("reason"),
        ..command(&visit, &register, &RegisterDefinition::default(), &answers)
    };
    match enter(&visit, command).await {
        Ok(()) => visit.to(&visit.at(&format!("/registers/{register}?done=register_entry"))),
        Err(error) => {
            let place = visit.at(&format!("/registers/{register}/entries/{entry_id}"));
            visit.again(page(&visit, &register, &entry_id).await?, &answers, error, &place)
        }
    }
}
