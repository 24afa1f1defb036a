//! Writes a draft or a referral as a document. That it was is in the history before it leaves.

use ::paper::Format;
use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{PrintReferralRequest, PrintReferralResponse};
use sha2::{Digest as _, Sha256};
use tonic::Request;

use super::outside::own_name;
use crate::{
    App,
    case::{
        Case, ReferralId,
        referral::{
            DraftId,
            paper::{Sheet, paper},
        },
    },
    store,
};

pub(super) async fn print_referral(app: &App, request: Request<PrintReferralRequest>) -> Result<PrintReferralResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let format = Format::named(&request.format);
    violations.check(format.is_some(), "format", "Select pdf, docx or html");
    violations.finish()?;
    let format = format.unwrap_or(Format::Pdf);
    let school = own_name(app, &scope).await?;
    let mut tx = app.store.begin(&scope).await?;
    let case = store::case::load(&tx, &request.case_id).await?;
    let document = paper(&case, sheet(&case, &request.referral_id)?, &school, tx.now());
    let (id, reference) = (document.identity.clone(), case.reference.to_lowercase());
    let writing = tokio::task::spawn_blocking(move || document.write(format).map_err(Error::internal));
    let content = writing.await.map_err(|_| Error::internal("the print failed"))??;
    let act = Act::new("referral.printed", case.id.as_str()).detail("referral", id).detail("format", format.name());
    tx.record(act.detail("file", hex::encode(Sha256::digest(&content))));
    tx.commit().await?;
    Ok(PrintReferralResponse {
        content: content.into(),
        media_type: format.media_type().to_owned(),
        file_name: format!("referral-{reference}.{}", format.name()),
    })
}

/// What is printed: a referral that was sent with a form, or a draft.
fn sheet<'a>(case: &'a Case, id: &str) -> Result<Sheet<'a>> {
    if let Ok(id) = id.parse::<DraftId>() {
        return Ok(Sheet::Draft(case.draft(&id)?));
    }
    let id: ReferralId = id.parse().map_err(|_| Error::missing())?;
    let found = case.referrals.iter().find(|referral| referral.id == id && referral.form.is_some());
    found.map(Sheet::Sent).ok_or_else(Error::missing)
}
