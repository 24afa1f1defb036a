//! Prints a case. Nothing is sent that is not kept: the print is recorded before its file leaves. What it would have is shown
//! first to whoever asks for that, who reads it as they read the case.

use std::collections::HashMap;

use ::paper::Format;
use chassis::{
    caller::{Caller, Scope},
    db::Tx,
    error::{Error, Kind as ErrorKind, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{PrintCaseRequest, PrintCaseResponse};
use sha2::{Digest as _, Sha256};
use tonic::Request;

use super::{
    convert,
    encrypted::encrypted,
    list_disclosures::fates_of,
    outside::{names_if_known, own_name},
};
use crate::{
    App,
    case::{
        Case, InvolvementId,
        print::{
            Kind, Print, PrintId, Record,
            beside::Beside,
            paper::{LONGEST, Made, paper},
        },
        record::Stamp,
    },
    rules::NARRATIVE_MAX,
    shared_incident::Whole,
    sheet::Days,
    store,
};

pub(super) async fn print_case(app: &App, request: Request<PrintCaseRequest>) -> Result<PrintCaseResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let Wanted { kind, format, names, days } = read(&request)?;
    if request.preview {
        return preview(app, &scope, &request.case_id, (kind, names, days)).await;
    }
    let tx = app.store.begin(&scope).await?;
    let case = store::case::load(&tx, &request.case_id).await?;
    let kept = case.kept_from(store::access::reader_of(&scope));
    if store::break_glass::until(&tx, &case).await?.is_some() {
        // An hour of reading is not for taking away.
        return Err(Error::denied());
    }
    let beside = beside(&tx, &case, kind).await?;
    let (id, at) = (tx.ids().next::<PrintId>(), tx.now());
    drop(tx);
    let beside = Beside { schools: names_if_known(app, beside.schools_told()).await?, ..beside };
    let (case_id, reference) = (case.id.to_string(), case.reference.clone());
    let (reason, encrypt) = (request.reason.trim().to_owned(), request.encrypt);
    let by = scope.account_text().to_owned();
    let accounts = called(&case, &beside, &scope);
    let school = own_name(app, &scope).await?;
    let (printed, printed_by, why) = (id.clone(), by.clone(), reason.clone());
    // Setting a long record takes a while: no transaction is open meanwhile, and nobody else's time is taken.
    let writing = tokio::task::spawn_blocking(move || {
        let records = records(&case, &kept, &beside, (kind, days));
        let made = Made {
            id: &printed,
            kind,
            names,
            days,
            reason: &why,
            by: &printed_by,
            at,
            school: &school,
            accounts: &accounts,
            kept: &kept,
        };
        let paper = paper(&case, &records, &made);
        if paper.length() > LONGEST {
            return Err(too_long());
        }
        Ok((records.len(), paper.write(format).map_err(Error::internal)?))
    });
    let (records, content) = writing.await.map_err(|_| Error::internal("the print failed"))??;
    let digest = hex::encode(Sha256::digest(&content));
    let stamp = Stamp { by, at };
    let print = Print { id, kind, format: format.name().to_owned(), names, days, reason, stamp, records, digest };
    let mut tx = app.store.begin(&scope).await?;
    // Whoever was shut out meanwhile gets nothing.
    store::case::load(&tx, &case_id).await?;
    let body = store::print::insert(&tx, &case_id, &print).await?;
    let act = Act::new("case.printed", print.id.as_str()).detail("case", case_id.as_str());
    // Among those who looked at the case stands whoever took it away.
    let act = act.detail("ids", vec![case_id.as_str()]);
    let act = act.detail("kind", kind.code()).detail("format", format.name()).detail("names", names);
    let act = act.detail("encrypted", encrypt);
    tx.record(act.state("case_print", &body));
    tx.commit().await?;
    let plain = PrintCaseResponse {
        print: Some(convert::print::print(&print)),
        media_type: format.media_type().to_owned(),
        file_name: format!("{}-{}.{}", kind.code(), reference.to_lowercase(), format.name()),
        ..PrintCaseResponse::default()
    };
    if !encrypt {
        return Ok(PrintCaseResponse { content: content.into(), ..plain });
    }
    let away = encrypted(app, content, &plain.media_type, &plain.file_name).await?;
    Ok(PrintCaseResponse {
        content: away.content.into(),
        media_type: away.media_type,
        file_name: away.file_name,
        passphrase: away.passphrase,
        ..plain
    })
}

fn too_long() -> Error {
    Error::wrong_state("the record is too long to be printed in one: print the chronology")
}

/// The records of a print, in its order.
fn records(case: &Case, kept: &[InvolvementId], beside: &Beside, (kind, days): (Kind, Days)) -> Vec<Record> {
    let mut records = case.without_parts(kept).records(kind);
    records.extend(beside.records());
    records.retain(|record| days.has(record.place));
    records.sort_by_key(|record| record.place);
    records
}

/// What a print would have: to read, and not to take away. It is a reading of the case, and is known as one.
async fn preview(
    app: &App,
    scope: &Scope,
    case_id: &str,
    (kind, names, days): (Kind, bool, Days),
) -> Result<PrintCaseResponse> {
    let mut tx = app.store.begin(scope).await?;
    let case = store::case::load(&tx, case_id).await?;
    let kept = case.kept_from(store::access::reader_of(scope));
    let beyond = store::break_glass::until(&tx, &case).await?.is_some();
    let beside = beside(&tx, &case, kind).await?;
    let act = Act::new("case.read", case.id.as_str());
    tx.record(if beyond { act.detail("break_glass", true) } else { act });
    tx.commit().await?;
    let beside = Beside { schools: names_if_known(app, beside.schools_told()).await?, ..beside };
    let records = records(&case, &kept, &beside, (kind, days));
    if records.iter().flat_map(|record| &record.says).map(|(_, text)| text.len()).sum::<usize>() > LONGEST {
        return Err(too_long());
    }
    Ok(PrintCaseResponse {
        records: convert::print::records(&case, &records, names, &kept),
        ..PrintCaseResponse::default()
    })
}

/// What whoever wrote in it is called: as they were vouched for when they did, and the caller as they are now.
fn called(case: &Case, beside: &Beside, scope: &Scope) -> HashMap<String, String> {
    let written = beside.concerns.iter().flat_map(|concern| &concern.names).chain(&case.names);
    let own = (scope.account_text(), scope.account_name());
    let all = written.map(|(account, name)| (account.as_str(), name.as_str())).chain([own]);
    let all = all.filter(|(_, name)| !name.is_empty());
    all.map(|(account, name)| (account.to_owned(), name.to_owned())).collect()
}

/// The shared incidents that a case belongs to or belonged to, as its school's record has them; of a chronology what was decided and
/// discussed together.
async fn shared(tx: &Tx, case: &Case, kind: Kind) -> Result<Vec<Whole>> {
    let mut all = Vec::new();
    for id in case.shared_ids() {
        match store::shared::record(tx, id, &case.school_id).await {
            Ok(mut whole) => {
                if kind == Kind::Chronology {
                    whole.items.retain(|item| item.what.of_all());
                }
                all.push(whole);
            }
            Err(error) if error.kind() == ErrorKind::Missing => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// What belongs to a case that the caller reads, and is kept beside it; of a chronology what was decided and discussed with other
/// schools.
async fn beside(tx: &Tx, case: &Case, kind: Kind) -> Result<Beside> {
    let (school, shared) = (case.school_id.clone(), shared(tx, case, kind).await?);
    if kind == Kind::Chronology {
        return Ok(Beside { school, shared, ..Beside::default() });
    }
    let ids = [case.id.to_string()];
    let mut concerns = Vec::new();
    for id in &case.concern_ids {
        concerns.push(store::concern::load(tx, id).await?);
    }
    let records: Vec<String> = ids.iter().chain(&case.concern_ids).cloned().collect();
    let named: Vec<&str> = records.iter().map(String::as_str).collect();
    let disclosures = store::register::of(tx, &records).await?;
    Ok(Beside {
        devices: store::register::of(tx, &ids).await?,
        searches: store::register::of(tx, &ids).await?,
        fates: fates_of(tx, &disclosures).await?,
        disclosures,
        photos: store::attachment::of(tx, &named).await?,
        concerns,
        shared,
        school,
        ..Beside::default()
    })
}

/// What is to be printed, and how.
struct Wanted {
    kind: Kind,
    format: Format,
    names: bool,
    days: Days,
}

fn read(request: &PrintCaseRequest) -> Result<Wanted> {
    let mut v = Violations::new();
    let (kind, format) = (Kind::of(&request.kind), Format::named(&request.format));
    v.check(kind.is_some(), "kind", "Select chronology or bundle");
    v.check(format.is_some() || request.preview, "format", "Select pdf, docx or html");
    let known = ["names", "labels"].contains(&request.people.as_str());
    v.check(known, "people", "Select names or labels");
    if !request.preview {
        v.text("reason", "why it is printed and for whom", &request.reason, NARRATIVE_MAX);
    }
    let mut day = |field: &str, text: &str| {
        let day = convert::learner::optional_date(text);
        v.check(day.is_ok(), field, "Enter the date as 2026-09-01");
        day.unwrap_or_default()
    };
    let (from, to) = (day("from_date", &request.from_date), day("to_date", &request.to_date));
    let ordered = from.zip(to).is_none_or(|(from, to)| from <= to);
    v.check(ordered, "to_date", "Enter a last day that is not before the first");
    v.finish()?;
    Ok(Wanted {
        kind: kind.unwrap_or(Kind::Chronology),
        format: format.unwrap_or(Format::Pdf),
        names: request.people == "names",
        days: Days { from, to },
    })
}
