//! Makes the file that answers a request. Nothing is sent that is not kept, and what was taken out is in no part of it. The
//! file is not kept, only its digest: for a repeated call it is made again of the same, and held against that.

use std::collections::BTreeSet;

use ::paper::Format;
use chassis::{
    caller::{Caller, Scope},
    db::{Once, Tx},
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{ExportSubjectAccessRequest, ExportSubjectAccessResponse};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use tonic::Request;

use super::{
    convert,
    encrypted::encrypted,
    once::{About, once},
    outside::own_name,
    subject::{self, File},
};
use crate::{
    App,
    case::{print::paper::LONGEST, record::Stamp},
    rules::NARRATIVE_MAX,
    store,
    subject_access::{
        Export, Further,
        paper::{Made, paper},
        said, undecided,
    },
};

pub(super) async fn export_subject_access(
    app: &App,
    request: Request<ExportSubjectAccessRequest>,
) -> Result<ExportSubjectAccessResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let format = read(&request)?;
    let plain = match request.draft {
        true => draft(app, &scope, &request, format).await?,
        false => exported(app, &scope, &request, format).await?,
    };
    if !request.encrypt {
        return Ok(plain);
    }
    let away = encrypted(app, plain.content.to_vec(), &plain.media_type, &plain.file_name).await?;
    Ok(ExportSubjectAccessResponse {
        content: away.content.into(),
        media_type: away.media_type,
        file_name: away.file_name,
        passphrase: away.passphrase,
        ..plain
    })
}

/// The file that answers the request, which is closed with it.
async fn exported(
    app: &App,
    scope: &Scope,
    request: &ExportSubjectAccessRequest,
    format: Format,
) -> Result<ExportSubjectAccessResponse> {
    let school = own_name(app, scope).await?;
    let first = match begin(app, scope, request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return again(app, scope, answer, format).await,
    };
    let file = ready(&first, request).await?;
    let at = first.now();
    let mut export = wanted(&first, scope, request, (format, &school));
    drop(first);
    // Setting it takes a while: no transaction is open meanwhile.
    let adds = file.rest.clone();
    let (file, content) = write(file, export.clone(), adds, (format, false)).await?;
    export.digest = hex::encode(Sha256::digest(&content));
    let mut tx = match begin(app, scope, request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return again(app, scope, answer, format).await,
    };
    let now = ready(&tx, request).await?;
    let same = |a: &File, b: &File| {
        a.decisions == b.decisions
            && a.rest == b.rest
            && a.items.iter().map(|item| &item.id).eq(b.items.iter().map(|item| &item.id))
    };
    if !same(&file, &now) {
        return Err(Error::changed());
    }
    let now = answered(&tx, now, &export).await?;
    let asked = &now.request;
    let body = store::subject_access::update(&tx, asked).await?;
    store::retention::stale(&tx, &asked.learner_id).await?;
    let act = Act::new("access_request.answered", asked.id.as_str()).detail("export", export.id.as_str());
    let act = act.detail("format", format.name()).detail("digest", export.digest.as_str());
    let act = act.detail("encrypted", request.encrypt);
    tx.record(act.detail("ids", file.shown()).state("access_request", &body));
    let mut response = ExportSubjectAccessResponse {
        access_request: Some(convert::subject_access::seen(&now, tx.now())),
        export_id: export.id.to_string(),
        media_type: format.media_type().to_owned(),
        file_name: file_name("subject-access", at, format),
        ..Default::default()
    };
    tx.answer_about(asked.id.as_str(), &response).await?;
    tx.commit().await?;
    response.content = content.into();
    Ok(response)
}

/// A request with its answer, or with what is added to it. Of what whoever answers may not read, nothing is said to them:
/// whoever may adds it.
async fn answered(tx: &Tx, mut file: File, export: &Export) -> Result<File> {
    if file.rest.is_empty() {
        file.request.export = Some(export.clone());
        store::subject_access::leave_out(tx, &file.request, &file.unread).await?;
    } else {
        let records = std::mem::take(&mut file.rest);
        store::subject_access::put_in(tx, &file.request, &records).await?;
        file.request.further.push(Further { export: export.clone(), records });
    }
    Ok(file)
}

/// The file as it would be, for whoever reads it before it leaves: nothing is closed, and nothing kept of it but that it was made.
async fn draft(
    app: &App,
    scope: &Scope,
    request: &ExportSubjectAccessRequest,
    format: Format,
) -> Result<ExportSubjectAccessResponse> {
    let school = own_name(app, scope).await?;
    let mut tx = app.store.begin(scope).await?;
    let file = ready(&tx, request).await?;
    let (at, export) = (tx.now(), wanted(&tx, scope, request, (format, &school)));
    let access_request = Some(convert::subject_access::seen(&file, at));
    let act = Act::new("access_request.draft_read", file.request.id.as_str()).detail("format", format.name());
    tx.record(act.detail("ids", file.shown()));
    tx.commit().await?;
    let adds = file.rest.clone();
    let (_, content) = write(file, export, adds, (format, true)).await?;
    Ok(ExportSubjectAccessResponse {
        access_request,
        media_type: format.media_type().to_owned(),
        file_name: file_name("draft", at, format),
        content: content.into(),
        ..ExportSubjectAccessResponse::default()
    })
}

fn file_name(what: &str, at: OffsetDateTime, format: Format) -> String {
    format!("{what}-{}.{}", chassis::clock::london(at).date(), format.name())
}

/// The file that is asked for, before it is made: as what, and by which school.
fn wanted(tx: &Tx, scope: &Scope, request: &ExportSubjectAccessRequest, (format, school): (Format, &str)) -> Export {
    Export {
        id: tx.ids().next(),
        format: format.name().to_owned(),
        reason: request.reason.trim().to_owned(),
        say_withheld: request.say_withheld,
        school_name: school.to_owned(),
        stamp: Stamp { by: scope.account_text().to_owned(), at: tx.now() },
        digest: String::new(),
    }
}

async fn begin(
    app: &App,
    scope: &Scope,
    request: &ExportSubjectAccessRequest,
) -> Result<Once<ExportSubjectAccessResponse>> {
    let outside = |_: &ExportSubjectAccessResponse| About::Requests;
    once(app, scope, &request.request_id, request, outside).await
}

fn read(request: &ExportSubjectAccessRequest) -> Result<Format> {
    let mut v = Violations::new();
    let format = Format::named(&request.format);
    v.check(format.is_some(), "format", "Select pdf, docx or html");
    v.text("reason", "why it is made and for whom", &request.reason, NARRATIVE_MAX);
    v.finish()?;
    Ok(format.unwrap_or(Format::Pdf))
}

/// A request that may be answered now.
async fn ready(tx: &Tx, request: &ExportSubjectAccessRequest) -> Result<File> {
    let file = subject::file(tx, &request.access_request_id).await?;
    if file.rest.is_empty() {
        file.request.answerable()?;
    }
    if file.beyond && file.rest.is_empty() {
        let who = "a case about this learner is restricted, and you are not named in it: ask somebody whom it names to answer, \
                   or to name you";
        return Err(Error::wrong_state(who));
    }
    match undecided(&file.open(), &file.decisions) {
        0 => Ok(file),
        1 => Err(Error::wrong_state("decide on every record first: 1 is undecided")),
        left => Err(Error::wrong_state(format!("decide on every record first: {left} are undecided"))),
    }
}

/// The file of a request: of all its records, or of those of the cases and concerns that are added to an answer.
async fn write(
    file: File,
    export: Export,
    adds: BTreeSet<String>,
    (format, draft): (Format, bool),
) -> Result<(File, Vec<u8>)> {
    let writing = tokio::task::spawn_blocking(move || {
        let all: Vec<_> = file.items.iter().filter(|item| adds.is_empty() || adds.contains(&item.record_id)).collect();
        let total = all.len();
        let all = all.into_iter();
        let given = all.filter_map(|item| said(item, file.decisions.get(&item.id)).map(|said| (item, said)));
        let given: Vec<_> = given.collect();
        let withheld = total - given.len();
        let record = &file.learner.record;
        let made = Made {
            id: &export.id,
            request: &file.request,
            learner: &format!("{} {}", record.given_name, record.family_name),
            at: export.stamp.at,
            school: &export.school_name,
            withheld: export.say_withheld && withheld > 0,
            adds_to: file.request.export.as_ref().filter(|_| !adds.is_empty()).map(|export| export.stamp.at),
            draft,
        };
        let paper = paper(&made, &given);
        if paper.length() > LONGEST {
            return Err(Error::wrong_state("the answer is too long for one file: answer it in writing"));
        }
        let content = paper.write(format).map_err(Error::internal)?;
        drop(given);
        Ok((file, content))
    });
    writing.await.map_err(|_| Error::internal("the answer failed"))?
}

/// The same file for a repeated call, as long as it can still be made of the same.
async fn again(
    app: &App,
    scope: &Scope,
    answer: ExportSubjectAccessResponse,
    format: Format,
) -> Result<ExportSubjectAccessResponse> {
    let mut tx = app.store.begin(scope).await?;
    let id = answer.access_request.as_ref().map(|asked| asked.access_request_id.clone()).unwrap_or_default();
    let file = subject::file(&tx, &id).await?;
    let further = file.request.further.iter().find(|further| further.export.id.as_str() == answer.export_id);
    let (export, adds) = match further {
        Some(further) => (further.export.clone(), further.records.clone()),
        None => (file.request.export.clone().ok_or_else(Error::changed)?, BTreeSet::new()),
    };
    tx.record(Act::new("access_request.answer_read", file.request.id.as_str()).detail("ids", file.shown()));
    tx.commit().await?;
    let digest = export.digest.clone();
    let (_, content) = write(file, export, adds, (format, false)).await?;
    if hex::encode(Sha256::digest(&content)) != digest {
        return Err(Error::wrong_state("the records changed since: the file that was sent cannot be made again"));
    }
    Ok(ExportSubjectAccessResponse { content: content.into(), ..answer })
}
