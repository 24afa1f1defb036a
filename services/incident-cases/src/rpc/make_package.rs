//! Makes the package of a transfer to a school outside the platform again: what is in it stays, its passphrase is new.

use std::collections::{HashMap, HashSet};

use chassis::{
    caller::{Caller, Scope},
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{MakePackageRequest, MakePackageResponse, Transfer, TransferPackage};
use tonic::Request;

use super::{
    outside::packed,
    passing_on::{Going, going, shown},
};
use crate::{App, store, transfer::document::Document};

pub(super) async fn make_package(app: &App, request: Request<MakePackageRequest>) -> Result<MakePackageResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let (transfer, package) = made(app, &scope, &request.transfer_id).await?;
    Ok(MakePackageResponse { transfer: Some(transfer), package: Some(package) })
}

/// Refuses to whoever may not read every record in a package: who sees a case may have changed since it was sent. What they
/// are told is the same whichever it is.
fn reads_all(document: &Document, going: &Going) -> Result<()> {
    let theirs: HashSet<&str> = going.contents.entries.iter().map(|entry| entry.record.as_str()).collect();
    if document.entries.iter().all(|item| theirs.contains(item.record.as_str())) {
        return Ok(());
    }
    Err(Error::wrong_state("you may not read all that is in this package: ask whoever sent it to make it again"))
}

/// The package of a transfer, under a new passphrase.
pub(super) async fn made(app: &App, scope: &Scope, id: &str) -> Result<(Transfer, TransferPackage)> {
    let mut tx = app.store.begin(scope).await?;
    store::access::answers_requests(&tx)?;
    let school = scope.school()?.to_string();
    let transfer = store::transfer::load(&tx, id, &school).await?;
    if !transfer.goes_outside() {
        return Err(Error::wrong_state("this file has no package: it did not go to a school outside the platform"));
    }
    if transfer.state() != "sent" {
        return Err(Error::wrong_state(
            "the package is no longer kept: its receipt was recorded, or it was taken back",
        ));
    }
    let part = store::transfer::part(&tx, &school, &transfer.id).await?;
    let changed = || Error::internal("a signed file is no longer as it was signed");
    let opened = store::transfer::signed(&tx, transfer.id.as_str(), &school).await?.ok_or_else(changed)?;
    let learner = store::learner::load(&tx, part.as_ref().ok_or_else(changed)?.learner_id.as_str()).await?;
    reads_all(&opened.document, &going(&tx, &learner, &[], &HashMap::new()).await?)?;
    let shown = shown(&tx, &transfer, part.as_ref(), &school).await?;
    tx.record(Act::new("transfer.package_made", transfer.id.as_str()));
    tx.commit().await?;
    Ok((shown, packed(app, &transfer, opened.signed).await?))
}
