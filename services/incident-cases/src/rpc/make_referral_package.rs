//! Makes the signed file of a referral again: what is in it stays, its passphrase is new.

use chassis::{
    caller::{Caller, Scope},
    error::{Error, Result},
    history::Act,
    jose::jws,
};
use proto::incident_cases::v1::{MakeReferralPackageRequest, MakeReferralPackageResponse, ReferralPackage};
use tonic::Request;

use super::encrypted::encrypted;
use crate::{
    App,
    case::ReferralId,
    store,
    transfer::envelope::{CTY, signed},
};

pub(super) async fn make_referral_package(
    app: &App,
    request: Request<MakeReferralPackageRequest>,
) -> Result<MakeReferralPackageResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let package = packed(app, &scope, &request.case_id, &request.referral_id).await?;
    Ok(MakeReferralPackageResponse { package: Some(package) })
}

/// The signed file of a referral, under a new passphrase. That it was made is in the history before it leaves.
pub(super) async fn packed(app: &App, scope: &Scope, case_id: &str, referral_id: &str) -> Result<ReferralPackage> {
    let mut tx = app.store.begin(scope).await?;
    let case = store::case::load(&tx, case_id).await?;
    let id: ReferralId = referral_id.parse().map_err(|_| Error::missing())?;
    let found = case.referrals.iter().find(|referral| referral.id == id).ok_or_else(Error::missing)?;
    let sent_otherwise = || Error::wrong_state("this referral has no file: it was not sent as one");
    let document = found.document(&case.reference).ok_or_else(sent_otherwise)?;
    if found.end.is_some() {
        return Err(Error::wrong_state("the referral is closed: print what was sent"));
    }
    let act = Act::new("referral.package_made", case.id.as_str()).detail("referral", id.as_str());
    tx.record(act.detail("number", document.number()));
    tx.commit().await?;
    let name = format!("referral-{}", case.reference.to_lowercase());
    let away = encrypted(app, signed(&document, &app.signing_key)?.into_bytes(), CTY, &name).await?;
    Ok(ReferralPackage {
        content: away.content.into(),
        media_type: away.media_type,
        file_name: away.file_name,
        passphrase: away.passphrase,
        fingerprint: jws::fingerprint(&app.signing_key.verifying_key()),
    })
}
