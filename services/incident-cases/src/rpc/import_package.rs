//! Takes in a child's file from a school outside the platform. Everything is tried before anything is written; from then
//! on it is read like any file that was received.

use chassis::{
    caller::{Caller, Scope},
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
    jose::jws,
};
use proto::incident_cases::v1::{ImportPackageRequest, ImportPackageResponse};
use tonic::Request;

use super::{
    once::{About, once},
    outside::school,
    passing_on::{receiver, shown, written},
    receive_transfer::another_child,
};
use crate::{
    App,
    rules::{NAME_MAX, PACKAGE_MAX},
    store,
    transfer::{
        Import, Outside, Part, PartId, Receipt, Sent, Transfer,
        document::Document,
        envelope::{self, Opened, same_fingerprint},
        package::same_child,
    },
};

pub(super) async fn import_package(app: &App, request: Request<ImportPackageRequest>) -> Result<ImportPackageResponse> {
    let (caller, mut request) = Caller::split(request)?;
    // Before anything else: a file that could be an image is not looked at.
    if !request.content.is_empty() && !envelope::looks_encrypted(&request.content) {
        return Err(envelope::Refused::NoPackage.into());
    }
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    v.check(!request.content.is_empty(), "content", "Select the package");
    v.check(!request.learner_id.is_empty(), "learner_id", "Select the child on your roll");
    let fits = request.content.len() <= PACKAGE_MAX;
    v.check(fits, "content", format!("Select a package of {} MB or less", PACKAGE_MAX >> 20));
    v.check(!request.passphrase.trim().is_empty(), "passphrase", "Enter the passphrase that the other school told you");
    v.check(request.passphrase.len() <= NAME_MAX, "passphrase", format!("Enter it in {NAME_MAX} characters or fewer"));
    v.maybe_line("compared_with", &request.compared_with, NAME_MAX);
    v.finish()?;
    let mut tx = app.store.begin(&scope).await?;
    let learner = store::learner::load(&tx, &request.learner_id).await?;
    tx.silent();
    tx.commit().await?;
    // Nothing of the passphrase stays, not in what tells a repeated request either.
    let passphrase = std::mem::take(&mut request.passphrase);
    let content = request.content.clone();
    // Hashing takes a while: no transaction is open meanwhile, and nobody else's time is taken.
    let opened = app.hashing.work(move || envelope::open::<Document>(&content, &passphrase)).await??;
    let here = school(app, &request.school_id).await?;
    may_come(&opened.document, (&here.name, &here.urn))?;
    let own = opened.fingerprint == jws::fingerprint(&app.signing_key.verifying_key());
    compared(&request, &opened, own)?;
    if own {
        still_sent(app, &opened.document.package_id).await?;
    }
    if !same_child(&opened.document.record(), &learner.record) {
        return Err(another_child());
    }
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let school = request.school_id.as_str();
    // Two who take in one package at once wait for each other, and the second finds it taken.
    store::learner::hold(&tx, [&learner.id]).await?;
    store::transfer::taken_once(&tx, school, &opened.document.package_id, &opened.fingerprint).await?;
    let who = receiver(&scope, &tx)?;
    let import = Import {
        package_id: opened.document.package_id.clone(),
        own,
        with: request.compared_with.trim().to_owned(),
        who,
    };
    let transfer = came(Transfer::new(tx.ids().next(), "", None, tx.now()), school, &opened, import);
    let part = Part {
        id: tx.ids().next::<PartId>(),
        transfer_id: transfer.id.clone(),
        school_id: school.to_owned(),
        learner_id: learner.id.clone(),
        advances: Vec::new(),
        blackened: Default::default(),
        went: Default::default(),
    };
    let digest = opened.document.digest();
    let act = Act::new("transfer.imported", transfer.id.as_str()).school(school).detail("digest", digest);
    let act = act.detail("fingerprint", opened.fingerprint.as_str()).detail("own", own);
    store::transfer::insert(&mut tx, &transfer, &part, act).await?;
    store::transfer::keep_signed(&mut tx, &transfer, &opened.signed).await?;
    written(&mut tx, std::slice::from_ref(&learner.id), &[]).await?;
    let shown = shown(&tx, &transfer, Some(&part), school).await?;
    let response = ImportPackageResponse { transfer: Some(shown) };
    tx.answer_about(transfer.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}

/// Whether a package of this installation is still on its way: its sender may have taken it back.
async fn still_sent(app: &App, package_id: &str) -> Result<()> {
    let mut tx = app.store.begin(&Scope::system(app.store.name())).await?;
    let state = store::transfer::state(&tx, package_id).await?;
    tx.silent();
    tx.commit().await?;
    match state.as_deref() {
        Some("withdrawn" | "returned") => Err(Error::wrong_state("the school that sent this file has taken it back")),
        _ => Ok(()),
    }
}

fn may_come(document: &Document, (name, urn): (&str, &str)) -> Result<()> {
    if document.is_for(name, urn) {
        return Ok(());
    }
    Err(Error::invalid(
        "content",
        "Tell the school that sent the package, and delete it: it is for another school, by the name or the unique \
         reference number in it, and nothing of it was taken",
    ))
}

/// Whether somebody held the key against what the sending school reads out. A signature alone says that nobody changed the
/// file, and not whose it is.
fn compared(request: &ImportPackageRequest, opened: &Opened<Document>, own: bool) -> Result<()> {
    if own {
        return Ok(());
    }
    let mut v = Violations::new();
    let ring = "Ring the school that sent the package, on a number that you know to be theirs, and enter the fingerprint \
                that they read out";
    let again = "Ask them to read the fingerprint again: the package was signed by another key. Where they read the same, \
                 the package is not theirs: do not rely on it";
    let written = request.fingerprint.trim();
    let same = same_fingerprint(written, &opened.fingerprint);
    v.check(same, "fingerprint", if written.is_empty() { ring } else { again });
    v.check(!request.compared_with.trim().is_empty(), "compared_with", "Enter who there read the fingerprint out");
    v.finish()
}

/// A transfer as it came in.
fn came(transfer: Transfer, school: &str, opened: &Opened<Document>, import: Import) -> Transfer {
    let document = &opened.document;
    let who = import.who.clone();
    let digest = document.digest();
    let sent = Sent {
        contact: document.sender.contact.clone(),
        items: u32::try_from(document.entries.len()).unwrap_or(u32::MAX),
        digest: digest.clone(),
        signature: opened.signature.clone(),
        fingerprint: opened.fingerprint.clone(),
        who: crate::transfer::Named {
            by: String::new(),
            name: document.sender.sent_by.clone(),
            at: document.sent_at(),
        },
    };
    let outside =
        Outside { name: document.sender.name.clone(), urn: document.sender.urn.clone(), ..Outside::default() };
    Transfer {
        to_school_id: school.to_owned(),
        sent: Some(sent),
        receipt: Some(Receipt { digest, who, told: None }),
        outside: Some(outside),
        import: Some(import),
        ..transfer
    }
}
