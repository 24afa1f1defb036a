//! Answers, as the second person, whether a record is destroyed. All of it goes in one transaction, which holds the
//! record's row from before it reads how the record stands.

use chassis::{
    caller::Caller,
    db::{Once, Tx},
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{AnswerDestructionRequest, AnswerDestructionResponse};
use tonic::Request;

use super::{
    convert,
    keeping::{done_with, write},
    once::{About, once},
    work::{who, words},
};
use crate::{
    App,
    retention::{
        AskId, Standing,
        certificate::Certificate,
        decide::{Answered, Ask},
    },
    store::{
        self,
        retention::{Part, Record, destroy::destroy},
    },
};

pub(super) async fn answer_destruction(
    app: &App,
    request: Request<AnswerDestructionRequest>,
) -> Result<AnswerDestructionResponse> {
    let (caller, mut request) = Caller::split(request)?;
    // The gateway says who is there: a call that is repeated once somebody came or went is the same call.
    let present = std::mem::take(&mut request.present_account_ids);
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    words(&mut v, "reason", "why you agree or refuse", &request.reason);
    v.finish()?;
    // A certificate says nothing that a record could keep anybody out of; whoever agreed sees it.
    let about = |answer: &AnswerDestructionResponse| match &answer.retention {
        Some(kept) => About::Keeping(kept.record_id.clone()),
        None => About::Permission,
    };
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (mut record, mut standing) = store::retention::load(&tx, &request.record_id, Part::Agrees).await?;
    standing.present = record.about_one_of(&present);
    let id: AskId = request.ask_id.parse().map_err(|_| Error::missing())?;
    let answered = Answered { id, destroys: true, agreed: request.agreed, reason: request.reason.trim().to_owned() };
    let by = who(&scope, tx.now());
    let ask = record.retention_mut().answer(by, answered, &standing)?;
    if !request.agreed {
        done_with(&mut record, &standing, by);
        let act = Act::new("retention.destruction_refused", record.id());
        let retention = Some(write(&mut tx, &mut record, &present, act).await?);
        let response = AnswerDestructionResponse { retention, certificate: None };
        tx.answer_about(record.id(), &response).await?;
        tx.commit().await?;
        return Ok(response);
    }
    let certificate = destroyed(&mut tx, &record, &standing, &ask).await?;
    let certificate = Some(convert::retention::certificate(&certificate, true));
    let response = AnswerDestructionResponse { certificate, retention: None };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}

/// Destroys the record and certifies it.
async fn destroyed(tx: &mut Tx, record: &Record, standing: &Standing, ask: &Ask) -> Result<Certificate> {
    let agreed = ask.answer.as_ref().map(|answer| answer.stamp.clone()).ok_or_else(Error::changed)?;
    if let Record::Case(case) = record {
        for id in store::case::shared_of(tx, case).await? {
            store::shared::forget(tx, &id).await?;
        }
    }
    let gone = destroy(tx, record).await?;
    let review_on = standing.review_on.ok_or_else(Error::changed)?;
    let certificate = Certificate {
        id: tx.ids().next(),
        school_id: tx.scope().school()?.to_string(),
        class: standing.class.code().to_owned(),
        rule: standing.class.rule().id.to_owned(),
        review_year: review_on.year(),
        kept_longer: standing.reckoned.review_on.is_some_and(|day| day < review_on),
        asked: ask.stamp.clone(),
        agreed,
        counts: gone.counts.iter().map(|(table, rows)| ((*table).to_owned(), *rows)).collect(),
        digests: gone.digests.into_iter().collect(),
        office: record.office(),
    };
    let body = store::certificate::insert(tx, &certificate, &standing.kept_out).await?;
    let act = Act::new("record.destroyed", certificate.id.as_str())
        .detail("record", record.id())
        .detail("asked_by", ask.stamp.by.as_str())
        .detail("agreed_by", certificate.agreed.by.as_str());
    let act = gone.gone.iter().fold(act, |act, (table, ids)| act.gone(table, ids));
    tx.record(act.state("certificate", &body));
    Ok(certificate)
}
