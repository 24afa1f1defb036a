//! Requests for what is kept about a learner, in the contract's form.

use chassis::{calendar::end_of_day, clock::timestamp};
use proto::incident_cases::v1 as pb;
use time::OffsetDateTime;

use crate::{
    procedure::clock,
    rpc::subject::File,
    subject_access::{
        AccessRequest, Decision, Export, Pause, decision_etag,
        items::Item,
        mentions::{Suggestion, Why},
        redact::Stretch,
        said, undecided,
    },
};

fn number(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn export(export: &Export) -> pb::AccessExport {
    pb::AccessExport {
        export_id: export.id.to_string(),
        format: export.format.clone(),
        reason: export.reason.clone(),
        say_withheld: export.say_withheld,
        account_id: export.stamp.by.clone(),
        create_time: Some(timestamp(export.stamp.at)),
        digest: export.digest.clone(),
    }
}

pub(in crate::rpc) fn request(asked: &AccessRequest, now: OffsetDateTime) -> pb::AccessRequest {
    let due = asked.due_on(asked.export.as_ref().map_or(now, |export| export.stamp.at));
    let word = if asked.export.is_some() { "" } else { clock::word(end_of_day(due), now) };
    let pause = |pause: &Pause| pb::AccessPause {
        reason: pause.reason.clone(),
        account_id: pause.stamp.by.clone(),
        pause_time: Some(timestamp(pause.stamp.at)),
        resume_reason: pause.resumed.as_ref().map(|(reason, _)| reason.clone()).unwrap_or_default(),
        resume_account_id: pause.resumed.as_ref().map(|(_, stamp)| stamp.by.clone()).unwrap_or_default(),
        resume_time: pause.resumed.as_ref().map(|(_, stamp)| timestamp(stamp.at)),
    };
    pb::AccessRequest {
        access_request_id: asked.id.to_string(),
        school_id: asked.school_id.clone(),
        learner_id: asked.learner_id.to_string(),
        requested_by: asked.requested_by.clone(),
        received_date: asked.received_on.to_string(),
        due_date: due.to_string(),
        due_word: word.to_owned(),
        state: asked.state().to_owned(),
        pauses: asked.pauses.iter().map(pause).collect(),
        account_id: asked.stamp.by.clone(),
        create_time: Some(timestamp(asked.stamp.at)),
        export: asked.export.as_ref().map(export),
        extension: asked.extension.as_ref().map(|(reason, stamp)| pb::AccessExtension {
            reason: reason.clone(),
            account_id: stamp.by.clone(),
            create_time: Some(timestamp(stamp.at)),
        }),
        adds: false,
        further: Vec::new(),
    }
}

/// One of a list; `adds` where its answer is without something that the caller puts in.
pub(in crate::rpc) fn listed(asked: &AccessRequest, now: OffsetDateTime, adds: bool) -> pb::AccessRequest {
    let request = request(asked, now);
    let due = asked.export.as_ref().filter(|_| adds).map(|export| asked.due_on(export.stamp.at));
    let word = due.map_or(request.due_word.as_str(), |due| clock::word(end_of_day(due), now)).to_owned();
    pb::AccessRequest { adds, due_word: word, ..request }
}

/// A request as the caller sees it, with what was added of records that they may read.
pub(in crate::rpc) fn seen(file: &File, now: OffsetDateTime) -> pb::AccessRequest {
    let known = file.request.further.iter().filter(|further| further.records.is_subset(&file.readable));
    let further = known.map(|further| export(&further.export)).collect();
    pb::AccessRequest { further, ..listed(&file.request, now, !file.rest.is_empty()) }
}

fn item(place: usize, item: &Item, decision: Option<&Decision>, decidable: bool) -> pb::AccessItem {
    let suggestion = |suggestion: &Suggestion| pb::AccessSuggestion {
        start: number(suggestion.stretch.start),
        end: number(suggestion.stretch.end),
        why: match suggestion.why {
            Why::OtherPerson => "other_person",
            Why::Address => "address",
        }
        .to_owned(),
    };
    let state = if item.fixed { "withhold" } else { decision.map_or("undecided", |decision| decision.choice.code()) };
    let redaction = |stretch: &Stretch| pb::TextRange { start: number(stretch.start), end: number(stretch.end) };
    pb::AccessItem {
        item_id: item.id.clone(),
        number: number(place + 1),
        kind: item.kind.to_owned(),
        record_id: item.record_id.clone(),
        reference: item.reference.clone(),
        happen_time: Some(timestamp(item.at)),
        text: item.text.clone(),
        suggestions: item.suggestions.iter().map(suggestion).collect(),
        marks: item.marks.iter().map(|mark| (*mark).to_owned()).collect(),
        state: state.to_owned(),
        decision: decision.map(|decision| pb::AccessDecision {
            choice: decision.choice.code().to_owned(),
            redactions: decision.redactions.iter().map(redaction).collect(),
            reason: decision.reason.clone(),
            account_id: decision.stamp.by.clone(),
            create_time: Some(timestamp(decision.stamp.at)),
        }),
        redacted_text: said(item, decision).unwrap_or_default(),
        always_withheld: item.fixed,
        decision_etag: decision_etag(decision),
        happen_time_kind: item.known.to_owned(),
        decidable: decidable && !item.fixed,
    }
}

/// Every record of a request.
pub(in crate::rpc) fn items(file: &File) -> Vec<pb::AccessItem> {
    let all = file.items.iter().enumerate();
    all.map(|(place, one)| item(place, one, file.decisions.get(&one.id), file.decidable(one))).collect()
}

/// How many of them nobody has decided on.
pub(in crate::rpc) fn left(file: &File) -> i32 {
    number(undecided(&file.open(), &file.decisions))
}

/// One of them.
pub(in crate::rpc) fn one(file: &File, item_id: &str) -> Option<pb::AccessItem> {
    let place = file.items.iter().position(|item| item.id == item_id)?;
    let found = file.items.get(place)?;
    Some(item(place, found, file.decisions.get(item_id), file.decidable(found)))
}
