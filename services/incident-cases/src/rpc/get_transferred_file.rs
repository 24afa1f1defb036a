//! Answers a file that was received, its digests tried anew.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{GetTransferredFileRequest, GetTransferredFileResponse, LearnerRecord};
use tonic::Request;

use super::{convert, passing_on::shown};
use crate::{App, store};

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
    let package = store::transfer::read(&tx, transfer.id.as_str(), school).await?;
    let part = store::transfer::part(&tx, school, &transfer.id).await?;
    let sent = transfer.sent.as_ref().ok_or_else(Error::missing)?;
    let ours = (transfer.id.as_str(), school);
    let tried = package.check(ours, (&*sent.digest, &*sent.signature), &app.signing_key.verifying_key());
    let act = Act::new("transfer.file_read", transfer.id.as_str()).detail("intact", tried.is_ok());
    tx.record(match &part {
        Some(part) => act.detail("learner", part.learner_id.as_str()),
        None => act,
    });
    let shown = shown(&tx, &transfer, part.as_ref(), school).await?;
    tx.commit().await?;
    let child = &package.child;
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
        }),
        items: package.entries.iter().map(|entry| convert::transfer::item(entry, Some(&package.nonce))).collect(),
        left_out: convert::transfer::left_out(&package.left_out),
        intact: tried.is_ok(),
    })
}
