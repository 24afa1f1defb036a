//! A referral that goes to an agency as a signed, encrypted file: the file and its passphrase are on the page that answers,
//! and nowhere else.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, MakeReferralPackageRequest, Referral, ReferralPackage},
};

use super::super::{act, fetch, to_work};
use crate::{
    console::{
        encrypted::{EncryptedPage, Made},
        posted::Posted,
        transfer::read_out,
        visit::{Answer, Visit, ask_patiently, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::{Head, Link, Row},
    },
};

/// What to do with such a file, besides what is done with any.
const STEPS: [&str; 2] = [
    "Read the fingerprint to them: it tells them that the file is yours.",
    "Let them read the number of the file to you: it tells you that they have the same. Then record that the agency has it.",
];

/// The page of a file that is ready.
pub fn page(visit: &Visit, case_id: &str, referral: &Referral, package: ReferralPackage) -> EncryptedPage {
    let here = visit.at(&format!("/cases/{case_id}"));
    let on = Link::new("Go on to the referral", format!("{here}/referrals/{}", referral.referral_id));
    let form = referral.form.clone().unwrap_or_default();
    let rows = vec![
        Row::new("Where to", form.recipient),
        Row::new("Fingerprint to read to them", package.fingerprint.clone()),
        Row::new("Number that they read to you", read_out(&form.number)),
    ];
    let made = Made { content: package.content.to_vec(), file_name: package.file_name, passphrase: package.passphrase };
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("Case", here)]);
    let head = Head::new("The file is ready", crumbs).of(referral.agency_name.clone());
    EncryptedPage::new(visit, head, &made, on).then(&STEPS, rows)
}

/// What is asked of whoever says that the agency has it.
pub fn number_field() -> Field {
    Field::name("digest", "Which number did they read to you?")
        .hint("At least the first 16 digits of the number of the file. It shows that they have what you sent.")
}

fn make_page(visit: &Visit, case: &Case, referral_id: &str) -> FormPage {
    let path = format!("referrals/{referral_id}/package");
    act::page(visit, case, "Make the file again", &path, "Make the file", Vec::new()).lead(
        "What is in it stays as it was sent. It gets a new passphrase: nobody can look up the one before, and a file made before opens with its own alone.",
    )
}

/// Asks whether it is to be made again.
pub async fn show(visit: Visit, Path((_, case_id, referral_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseRefer)?;
    visit.page(&make_page(&visit, &to_work(&visit, &case_id, Permission::CaseRefer).await?, &referral_id))
}

/// Makes it again.
pub async fn make(Path((_, case_id, referral_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = MakeReferralPackageRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        referral_id: referral_id.clone(),
    };
    let case = fetch(&visit, &case_id).await?;
    match heard(visit.cases()?.make_referral_package(ask_patiently(command))).await {
        Ok(made) => {
            let found = case.referrals.iter().find(|one| one.referral_id == referral_id).ok_or_else(Error::missing)?;
            visit.page(&page(&visit, &case_id, found, made.package.unwrap_or_default()))
        }
        Err(error) => visit.again(make_page(&visit, &case, &referral_id), &answers, error, ""),
    }
}
