//! Answers a file that was received, its digests tried anew.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    caller::Caller,
    db::Tx,
    error::{Error, Result},
    history::Act,
    id::SchoolId,
};
use proto::incident_cases::v1::{GetTransferredFileRequest, GetTransferredFileResponse, LearnerRecord};
use tonic::Request;

use super::{convert, convert::transfer::Origins, outside::names_if_known, passing_on::shown};
use crate::{
    App,
    learner::Record,
    store,
    transfer::{Transfer, contents::Entry, package::digest_of},
};

pub(super) async fn get_transferred_file(
    app: &App,
    request: Request<GetTransferredFileRequest>,
) -> Result<GetTransferredFileResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let school = request.school_id.as_str();
    let mut tx = app.store.begin(&scope).await?;
    let transfer = store::transfer::load(&tx, &request.transfer_id, school).await?;
    if transfer.to_school_id != school {
        return Err(Error::wrong_state(
            "the school that received the file reads it: your own records are where they were",
        ));
    }
    match transfer.state() {
        "received" => {}
        "sent" => return Err(Error::wrong_state("confirm receipt first")),
        _ => return Err(Error::wrong_state("the file was taken or sent back")),
    }
    let file = read(app, &tx, &transfer, school).await?;
    let part = store::transfer::part(&tx, school, &transfer.id).await?;
    let act = Act::new("transfer.file_read", transfer.id.as_str()).detail("intact", file.intact);
    tx.record(match &part {
        Some(part) => act.detail("learner", part.learner_id.as_str()),
        None => act,
    });
    let shown = shown(&tx, &transfer, part.as_ref(), school).await?;
    tx.commit().await?;
    let sender = match &transfer.outside {
        Some(outside) => outside.name.clone(),
        None => transfer.from_school_id.clone(),
    };
    let schools = file.entries.iter().map(|entry| &entry.origin).chain([&sender]);
    let schools: BTreeSet<String> = schools.filter(|school| school.parse::<SchoolId>().is_ok()).cloned().collect();
    let origins = Origins { names: names_if_known(app, schools).await?, sender };
    let child = &file.child;
    Ok(GetTransferredFileResponse {
        transfer: Some(shown),
        child: Some(LearnerRecord {
            given_name: child.given_name.clone(),
            family_name: child.family_name.clone(),
            known_as: child.known_as.clone(),
            birth_date: child.birth_date.map(|day| day.to_string()).unwrap_or_default(),
            year_group: child.year_group.clone(),
            upn: child.upn.clone(),
            flags: child.flags.clone(),
            user_names: Vec::new(),
        }),
        items: file
            .entries
            .iter()
            .zip(file.digests)
            .map(|(entry, digest)| convert::transfer::item(entry, digest, &origins))
            .collect(),
        left_out: convert::transfer::left_out(&file.left_out),
        intact: file.intact,
    })
}

/// A file as it is read.
#[derive(Default)]
struct File {
    child: Record,
    entries: Vec<Entry>,
    digests: Vec<String>,
    left_out: BTreeMap<String, u32>,
    intact: bool,
}

async fn read(app: &App, tx: &Tx, transfer: &Transfer, school: &str) -> Result<File> {
    let (id, sent) = (transfer.id.as_str(), transfer.sent.as_ref().ok_or_else(Error::missing)?);
    if transfer.import.is_none() {
        let package = store::transfer::read(tx, id, school).await?;
        let key = app.signing_key.verifying_key();
        let intact = package.check((id, school), (&*sent.digest, &*sent.signature), &key).is_ok();
        let digests = package.entries.iter().map(|entry| digest_of(entry, &package.nonce)).collect();
        return Ok(File {
            child: package.child,
            entries: package.entries,
            digests,
            left_out: package.left_out,
            intact,
        });
    }
    let Some(opened) = store::transfer::signed(tx, id, school).await? else { return Ok(File::default()) };
    let document = opened.document;
    let same = (document.digest() == sent.digest) && opened.fingerprint == sent.fingerprint;
    Ok(File {
        child: document.record(),
        entries: document.items(),
        digests: document.entry_digests(),
        left_out: document.left_out.iter().map(|left| (left.why.clone(), left.count)).collect(),
        intact: same && opened.signature == sent.signature,
    })
}
