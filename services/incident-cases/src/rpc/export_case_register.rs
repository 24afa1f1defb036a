//! Takes a list out as a table without names and without anything that was written. The table is not kept, only its digest:
//! for a repeated call it is made again, and held against that.

use std::collections::HashMap;

use chassis::{
    caller::{Caller, Scope},
    clock::london,
    db::{Once, Tx},
    error::{Error, Result, Violations},
    history::Act,
    page::whole,
};
use proto::incident_cases::v1::{ExportCaseRegisterRequest, ExportCaseRegisterResponse};
use sha2::{Digest as _, Sha256};
use tonic::Request;

use super::{
    convert,
    list_disclosures::fates_of,
    once::{About, once},
    work::one_of,
};
use crate::{
    App,
    case::{Case, access::Verdict, record::Stamp},
    concern::{Concern, Outcome},
    custody::{Custody, Disclosure, Search},
    rules::{EXPORT_REASON_MIN, NARRATIVE_MAX},
    sheet::{self, Days, Export, REGISTERS, References, Sheet},
    store,
    store::{case::Register, register::Entry},
};

/// Of how many entries it is asked at once how they stand.
const AT_ONCE: usize = 500;

pub(super) async fn export_case_register(
    app: &App,
    request: Request<ExportCaseRegisterRequest>,
) -> Result<ExportCaseRegisterResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let days = read(&request)?;
    let about = |_: &ExportCaseRegisterResponse| About::Permission;
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return again(app, &scope, &request, days, answer).await,
    };
    let (sheet, content) = made(&tx, &request.register, days).await?;
    let digest = hex::encode(Sha256::digest(&content));
    let export = Export {
        id: tx.ids().next(),
        register: request.register.clone(),
        days,
        reason: request.reason.trim().to_owned(),
        stamp: Stamp { by: scope.account_text().to_owned(), at: tx.now() },
        rows: sheet.rows.len(),
        digest,
    };
    let body = store::register_export::insert(&tx, &export).await?;
    let act = Act::new("register.exported", export.id.as_str()).detail("register", export.register.as_str());
    let act = act.detail("from", request.from_date.trim()).detail("to", request.to_date.trim());
    let act = act.detail("rows", export.rows).detail("digest", export.digest.as_str());
    tx.record(act.state("register_export", &body));
    let mut response = ExportCaseRegisterResponse {
        export: Some(convert::sheet::export(&export)),
        media_type: "text/csv; charset=utf-8".to_owned(),
        file_name: format!("{}-{}.csv", export.register, london(export.stamp.at).date()),
        ..Default::default()
    };
    tx.answer(&response).await?;
    tx.commit().await?;
    response.content = content.into();
    Ok(response)
}

fn read(request: &ExportCaseRegisterRequest) -> Result<Days> {
    let mut v = Violations::new();
    one_of(&mut v, "register", &request.register, &REGISTERS);
    v.text("reason", "why it is taken out and for whom", &request.reason, NARRATIVE_MAX);
    let long = request.reason.trim().chars().count() >= EXPORT_REASON_MIN;
    let fix = format!("Enter why it is taken out and for whom, in {EXPORT_REASON_MIN} characters or more");
    v.check(long || request.reason.trim().is_empty(), "reason", fix);
    let mut day = |field: &str, text: &str| {
        let day = convert::learner::optional_date(text);
        v.check(day.is_ok(), field, "Enter the date as 2026-09-01");
        day.unwrap_or_default()
    };
    let (from, to) = (day("from_date", &request.from_date), day("to_date", &request.to_date));
    let ordered = from.zip(to).is_none_or(|(from, to)| from <= to);
    v.check(ordered, "to_date", "Enter a last day that is not before the first");
    v.finish()?;
    Ok(Days { from, to })
}

/// The same table for a repeated call, as long as it still holds the same.
async fn again(
    app: &App,
    scope: &Scope,
    request: &ExportCaseRegisterRequest,
    days: Days,
    answer: ExportCaseRegisterResponse,
) -> Result<ExportCaseRegisterResponse> {
    let mut tx = app.store.begin(scope).await?;
    let (_, content) = made(&tx, &request.register, days).await?;
    let export = answer.export.clone().unwrap_or_default();
    tx.record(Act::new("register.export_read", export.export_id.as_str()));
    tx.commit().await?;
    if hex::encode(Sha256::digest(&content)) != export.digest {
        return Err(Error::wrong_state("the list changed since: take it out again"));
    }
    Ok(ExportCaseRegisterResponse { content: content.into(), ..answer })
}

async fn made(tx: &Tx, register: &str, days: Days) -> Result<(Sheet, Vec<u8>)> {
    let sheet = match register {
        "cases" | "allegations" | "low_level" => {
            let kept = match register {
                "allegations" => Register::Allegations,
                "low_level" => Register::LowLevel,
                _ => Register::Children,
            };
            let known = cases(tx, kept).await?.into_iter();
            // Whoever takes it out counts no part that is kept from them.
            let reader = store::access::reader(tx);
            let counted = |case: Case| match case.kept_from(reader) {
                kept if kept.is_empty() => case,
                kept => case.without_parts(&kept),
            };
            let known: Vec<_> = known.map(|(case, verdict)| (counted(case), verdict == Verdict::Yes)).collect();
            sheet::cases(&known, days, tx.now())
        }
        "concerns" => {
            let concerns = concerns(tx).await?;
            let in_cases = concerns.iter().filter_map(|concern| match &concern.outcome {
                Some(Outcome::InCase { case_id, .. }) => Some(case_id.clone()),
                _ => None,
            });
            let references = references(tx, in_cases).await?;
            sheet::concerns(&concerns, &references, days)
        }
        "devices" => {
            let (all, references) = entries::<Custody>(tx).await?;
            sheet::devices(&all, &references, days)
        }
        "searches" => {
            let (all, references) = entries::<Search>(tx).await?;
            sheet::searches(&all, &references, days)
        }
        "disclosures" => {
            let (all, references) = entries::<Disclosure>(tx).await?;
            let mut fates = HashMap::new();
            for some in all.chunks(AT_ONCE) {
                fates.extend(fates_of(tx, some).await?);
            }
            sheet::disclosures(&all, &references, &fates, days)
        }
        "referrals" => sheet::referrals(&readable(tx).await?, days),
        _ => sheet::reports(&readable(tx).await?, days),
    };
    let content = sheet.written()?;
    Ok((sheet, content))
}

/// Every case of a register that the caller may know of.
async fn cases(tx: &Tx, register: Register) -> Result<Vec<(Case, Verdict)>> {
    whole(move |page| async move {
        store::case::list(tx, ("", "", register), &page).await.map(|(found, next, _)| (found, next))
    })
    .await
}

async fn readable(tx: &Tx) -> Result<Vec<Case>> {
    let known = cases(tx, Register::All).await?.into_iter();
    Ok(known.filter(|(_, verdict)| *verdict == Verdict::Yes).map(|(case, _)| case).collect())
}

async fn concerns(tx: &Tx) -> Result<Vec<Concern>> {
    whole(move |page| async move {
        store::concern::list(tx, "", false, "", &page).await.map(|(found, next, _)| (found, next))
    })
    .await
}

/// Every entry of a register that the caller may read, and the references of their cases.
async fn entries<T: Entry>(tx: &Tx) -> Result<(Vec<T>, References)> {
    let all: Vec<T> = whole(move |page| async move { store::register::list(tx, &[], "", &page).await }).await?;
    let in_cases = all.iter().map(|entry| entry.columns().1.to_owned()).filter(|id| !id.is_empty());
    let references = references(tx, in_cases).await?;
    Ok((all, references))
}

async fn references(tx: &Tx, ids: impl Iterator<Item = String>) -> Result<References> {
    let mut ids: Vec<String> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let cases = store::case::readable_all(tx, &ids).await?;
    Ok(cases.into_iter().map(|(id, case)| (id, case.reference)).collect())
}
