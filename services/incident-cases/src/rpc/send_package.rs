//! Sends a child's file to a school outside the platform: signed, encrypted under a passphrase that is kept nowhere, and
//! due to be confirmed by the same clock as any other.

use chassis::{
    caller::{Caller, Scope},
    db::Once,
    error::{Error, Kind, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{self as pb, SendPackageRequest, SendPackageResponse};
use tonic::Request;

use super::{
    make_package::made,
    once::{About, once},
    outside::{named as by_name, names, not_on_the_platform, origins, packed, recipient, school},
    passing_on::{Asked, begun, black_out, check_names, going, may_go, named, schools_told, shown, tell},
    unnamed::{Close, Said, unnamed},
};
use crate::{
    App,
    rules::{NAME_MAX, PACKAGE_MAX},
    store,
    transfer::{
        Sent,
        document::{Document, Made, Sender},
        envelope,
    },
};

/// What encryption adds to a file, in bytes, more than enough.
const ENVELOPE: usize = 2_048;

pub(super) async fn send_package(app: &App, request: Request<SendPackageRequest>) -> Result<SendPackageResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    let to = recipient(&mut v, request.recipient.as_ref());
    v.line("contact", "whom to ring", &request.contact, NAME_MAX);
    v.check(!request.contents_digest.is_empty(), "contents_digest", "Look at what goes first");
    let asked = Asked { keep: &request.keep_names, black_out: &request.black_out };
    check_names(&mut v, &asked);
    v.finish()?;
    let mut tx = app.store.begin(&scope).await?;
    store::access::answers_requests(&tx)?;
    let learner = store::learner::load(&tx, &request.learner_id).await?;
    let mut schools = origins(&tx, &learner.id).await?;
    schools.extend(schools_told(&tx, &learner.id).await?);
    tx.silent();
    tx.commit().await?;
    let own = school(app, &request.school_id).await?;
    not_on_the_platform(app, &to).await?;
    let names = names(app, schools).await?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Requests).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return again(app, &scope, answer).await,
    };
    store::access::answers_requests(&tx)?;
    let learner = store::learner::load(&tx, &request.learner_id).await?;
    // Two who send at once wait for each other, and the second finds it sent.
    store::learner::hold(&tx, [&learner.id]).await?;
    // Both are read before anybody there opens the file, and stand beside it for as long as the transfer does.
    let texts = [("contact", request.contact.as_str()), ("recipient.contact", to.contact.as_str())];
    let said = Said { texts: &texts, no_learner_meant: request.no_learner_meant };
    let mut going = going(&tx, &learner, &request.along_learner_ids, &names).await?;
    let close: Vec<Close> = going.spoken_of(&learner).collect();
    unnamed(&mut tx, &close, said, learner.id.as_str()).await?;
    let (mut transfer, mut part, new) = begun(&tx, &learner).await?;
    may_go(&transfer, &going, &request.contents_digest, &request.others_record_ids)?;
    black_out(&tx, &mut going, &mut part, &asked, &scope)?;
    let who = named(&scope, &tx);
    let entries = by_name(going.contents.entries.clone(), &names)?;
    let document = Document::new(Made {
        package_id: transfer.id.as_str(),
        at: tx.now(),
        sender: Sender {
            name: own.name,
            urn: own.urn,
            contact: request.contact.trim().to_owned(),
            sent_by: who.name.clone(),
        },
        recipient: &to,
        child: &learner.record,
        nonce: store::transfer::nonce(&tx, &transfer.id),
        entries: &entries,
        left_out: &going.contents.left_out,
    });
    let signed = envelope::signed(&document, &app.signing_key)?;
    // Nobody could take in what is larger than this installation itself would.
    if signed.len().div_ceil(3) * 4 + ENVELOPE > PACKAGE_MAX {
        return Err(Error::wrong_state("the file is too large for a package: send it on paper, and record that"));
    }
    let opened = envelope::read::<Document>(&signed).map_err(|_| {
        Error::wrong_state("an entry of the file cannot go into a package: it is too long, or holds more than words")
    })?;
    let sent = Sent {
        contact: request.contact.trim().to_owned(),
        items: u32::try_from(document.entries.len()).unwrap_or(u32::MAX),
        digest: document.digest(),
        signature: opened.signature,
        fingerprint: opened.fingerprint,
        who,
    };
    let act = Act::new("transfer.sent", transfer.id.as_str()).detail("to", "outside");
    let act = act.detail("urn", to.urn.as_str()).detail("digest", sent.digest.as_str()).detail("items", sent.items);
    let act = act.detail("others", going.unsaid_ids().collect::<Vec<_>>());
    transfer.send("", sent)?;
    transfer.outside = Some(to.clone());
    if new {
        store::transfer::insert(&mut tx, &transfer, &part, act).await?;
    } else {
        store::transfer::update(&mut tx, &transfer, act).await?;
        let act = Act::new("transfer.names_dealt_with", part.id.as_str());
        store::transfer::update_part(&mut tx, &part, act).await?;
    }
    store::transfer::keep_signed(&mut tx, &transfer, &signed).await?;
    store::transfer::keep_rest(&mut tx, &learner, &transfer).await?;
    tell(&mut tx, &transfer, &going, &scope, &to.name).await?;
    store::retention::stale(&tx, &learner.id).await?;
    let shown = shown(&tx, &transfer, Some(&part), &request.school_id).await?;
    let response = SendPackageResponse { transfer: Some(shown), package: None };
    tx.answer_about(part.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(SendPackageResponse { package: Some(packed(app, &transfer, signed).await?), ..response })
}

/// The answer again. Its passphrase was kept nowhere: the package comes under a new one, as long as it is kept; from then on
/// the transfer is answered as it stands.
async fn again(app: &App, scope: &Scope, answer: SendPackageResponse) -> Result<SendPackageResponse> {
    let id = answer.transfer.as_ref().map(|transfer| transfer.transfer_id.clone()).unwrap_or_default();
    match made(app, scope, &id).await {
        Ok((_, package)) => Ok(SendPackageResponse { package: Some(package), ..answer }),
        Err(error) if error.kind() == Kind::Conflict => {
            Ok(SendPackageResponse { transfer: Some(as_it_stands(app, scope, &id).await?), package: None })
        }
        Err(error) => Err(error),
    }
}

async fn as_it_stands(app: &App, scope: &Scope, id: &str) -> Result<pb::Transfer> {
    let mut tx = app.store.begin(scope).await?;
    let school = scope.school()?.to_string();
    let transfer = store::transfer::load(&tx, id, &school).await?;
    let part = store::transfer::part(&tx, &school, &transfer.id).await?;
    let shown = shown(&tx, &transfer, part.as_ref(), &school).await?;
    tx.record(Act::new("transfer.read", transfer.id.as_str()));
    tx.commit().await?;
    Ok(shown)
}
