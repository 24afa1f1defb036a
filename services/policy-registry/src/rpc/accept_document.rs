//! Accepts, or confirms having read, a document's present version in the caller's own name.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{AcceptDocumentRequest, AcceptDocumentResponse, RegisterValue};
use tonic::Request;

use super::{
    counted,
    registers::{self, Registers},
    work,
};
use crate::{App, register::duties, store};

pub(super) async fn accept_document(
    app: &App,
    request: Request<AcceptDocumentRequest>,
) -> Result<AcceptDocumentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let all = Registers::load(&tx, None).await?;
    let account = scope.account().ok_or_else(Error::denied)?;
    let document = all.entries.iter().find(|entry| entry.id.as_str() == request.document_id);
    let (document, (definition, rule)) = document
        .and_then(|document| Some((document, duties::answered_in(&all.definitions, document)?)))
        .ok_or_else(Error::missing)?;
    let audience = duties::audience(all.roles());
    if document.one("audience") != audience {
        return Err(Error::missing());
    }
    if !all.judged(|kept| duties::documents(kept, rule).iter().any(|present| present.id == document.id)) {
        return Err(Error::wrong_state("another version of this document is the present one: read that one"));
    }
    // Also where somebody else entered it for them, by name: on paper.
    if all.judged(|kept| duties::answers(kept, &definition.key, document).contains_key(account.as_str())) {
        return Err(Error::exists("document_id", "You answered this version already"));
    }
    let today = all.today.to_string();
    let value = |key: &str, value: &str| RegisterValue { key: key.to_owned(), values: vec![value.to_owned()] };
    let values = [
        value("document", document.id.as_str()),
        value("who", account.as_str()),
        value("audience", audience),
        value("how", "console"),
        value("answered_on", &today),
    ];
    let values = registers::valid(definition, &values, &all, None)?;
    let entry = registers::entry(&tx, &definition.key, values, None)?;
    for body in &store::register_entry::insert(&tx, std::slice::from_ref(&entry)).await? {
        let act = Act::new("document.answered", entry.id.as_str()).detail("document", document.id.as_str());
        tx.record(act.detail("register", definition.key.as_str()).state("register_entry", body));
    }
    counted::registers(&mut tx, &all, definition, std::slice::from_ref(&entry)).await?;
    let response = AcceptDocumentResponse { entry: Some(registers::shown(&entry, &[])) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
