//! Decides on one record of a request. It is decided again until the request is answered, or what the answer was without is added.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{DecideAccessItemRequest, DecideAccessItemResponse};
use tonic::Request;

use super::{convert, subject};
use crate::{
    App,
    case::record::Stamp,
    rules::NARRATIVE_MAX,
    store,
    subject_access::{Choice, Wanted, decide, decision_etag, next_undecided, redact::Stretch},
};

/// Stretches and phrases that one record may have.
const MOST: usize = 20_000;

pub(super) async fn decide_access_item(
    app: &App,
    request: Request<DecideAccessItemRequest>,
) -> Result<DecideAccessItemResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let mut file = subject::file(&tx, &request.access_request_id).await?;
    let item = file.items.iter().find(|item| item.id == request.item_id).ok_or_else(Error::missing)?.clone();
    if !file.decidable(&item) {
        file.request.unanswered()?;
    }
    let standing = decision_etag(file.decisions.get(&item.id));
    if !request.decision_etag.is_empty() && request.decision_etag != standing {
        return Err(Error::changed());
    }
    let decision = decide(&item, read(&request)?, Stamp { by: scope.account_text().to_owned(), at: tx.now() })?;
    let body = store::subject_access::keep(&tx, &file.request, &item, &decision).await?;
    let act = Act::new("access_item.decided", item.id.as_str()).detail("choice", decision.choice.code());
    let act = act.detail("access_request", file.request.id.as_str()).detail("record", item.record_id.as_str());
    tx.record(act.state("access_decision", &body));
    tx.commit().await?;
    file.decisions.insert(item.id.clone(), decision);
    let open = file.open();
    let next = next_undecided(&open, &file.decisions, &item.id);
    Ok(DecideAccessItemResponse {
        item: convert::subject_access::one(&file, &item.id),
        undecided: convert::subject_access::left(&file),
        next_item_id: next.map(|item| item.id.clone()).unwrap_or_default(),
    })
}

fn read(request: &DecideAccessItemRequest) -> Result<Wanted> {
    let mut v = Violations::new();
    let choice = Choice::of(&request.decision);
    v.check(choice.is_some(), "decision", "Select release, release_redacted or withhold");
    v.maybe_text("reason", &request.reason, NARRATIVE_MAX);
    v.check(request.redactions.len() <= MOST, "redactions", format!("Select {MOST} stretches at most"));
    v.check(request.phrases.len() <= MOST, "phrases", format!("Enter {MOST} phrases at most"));
    let end = |at: i32| usize::try_from(at).unwrap_or(usize::MAX);
    let stretch =
        |range: &proto::incident_cases::v1::TextRange| Stretch { start: end(range.start), end: end(range.end) };
    let phrases = request.phrases.iter().filter(|phrase| !phrase.trim().is_empty());
    let wanted = Wanted {
        choice: choice.unwrap_or(Choice::Withhold),
        stretches: request.redactions.iter().map(stretch).collect(),
        phrases: phrases.cloned().collect(),
        reason: request.reason.clone(),
    };
    v.finish()?;
    Ok(wanted)
}
