//! Records a search, whether or not anything was found.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{RecordSearchRequest, RecordSearchResponse};
use tonic::Request;

use super::{
    convert::record,
    once::{About, once},
    passing_on::written_in,
    work::{maybe, name, one_of, who, words},
};
use crate::{
    App,
    case::Refusal,
    custody::{CustodyId, Search},
    gate, store,
};

pub(super) async fn record_search(app: &App, request: Request<RecordSearchRequest>) -> Result<RecordSearchResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    one_of(&mut v, "kind", &request.kind, &["person", "possessions", "device"]);
    name(&mut v, "searched", "who was searched, or whose things", &request.searched);
    name(&mut v, "searched_by", "who searched", &request.searched_by);
    name(&mut v, "present", "who else was there", &request.present);
    one_of(&mut v, "authority", &request.authority, &["learner_consent", "parent_consent", "statutory_power"]);
    name(&mut v, "place", "where", &request.place);
    words(&mut v, "sought", "what was looked for", &request.sought);
    words(&mut v, "reason", "why", &request.reason);
    if request.found {
        words(&mut v, "result", "what was found", &request.result);
    }
    maybe(&mut v, "follow_up", &request.follow_up);
    let searched_at = v.happened("search_time", request.search_time.as_ref(), app.store.clock().now());
    v.finish()?;
    let mut tx =
        match once(app, &scope, &request.request_id, &request, |_| About::Case(request.case_id.clone())).await? {
            Once::Fresh(tx) => tx,
            Once::Answered(answer) => return Ok(answer),
        };
    let by = who(&scope, tx.now());
    let text = |value: &str| value.trim().to_owned();
    let search = Search {
        id: tx.ids().next(),
        school_id: request.school_id.clone(),
        case_id: request.case_id.clone(),
        kind: request.kind.clone(),
        searched: text(&request.searched),
        searched_by: text(&request.searched_by),
        present: text(&request.present),
        authority: request.authority.clone(),
        place: text(&request.place),
        sought: text(&request.sought),
        reason: text(&request.reason),
        result: request.found.then(|| text(&request.result)),
        follow_up: text(&request.follow_up),
        custody_id: request.custody_id.clone(),
        searched_at: searched_at.unwrap_or(by.at),
        stamp: by.stamp(),
    };
    let device = search.kind == "device";
    let mut case = if search.case_id.is_empty() { None } else { Some(store::case::load(&tx, &search.case_id).await?) };
    if !search.custody_id.is_empty() {
        let id: CustodyId = search.custody_id.parse().map_err(|_| Error::missing())?;
        let held = store::register::load_custody(&tx, id.as_str()).await?;
        if !device || case.is_none() || held.case_id != search.case_id {
            let fix = "Enter a device in custody of the same case, for a search of what is on it";
            return Err(Error::invalid("custody_id", fix));
        }
        if search.searched_at <= by.at && !held.held_at(search.searched_at) {
            let fix = "Enter a time at which the school held the device: its chain says that it did not then";
            return Err(Error::invalid("search_time", fix));
        }
    }
    if search.searched_at > by.at {
        return Err(Refusal::Field("search_time", "The time of the search must be in the past".into()).into());
    }
    if let Some(case) = &mut case {
        case.search(by, search.id.as_str(), device)?;
        let body = store::case::update(&tx, case).await?;
        tx.record(Act::new("case.searched", case.id.as_str()).state("case_file", &body));
    } else {
        store::access::outside(&tx)?;
        // What may be on a device is judged by the facts of a case.
        if device {
            let (gate, missing) = (gate::CUSTODY.to_owned(), "case".to_owned());
            return Err(Refusal::Gate { gate, missing, title: String::new() }.into());
        }
    }
    let body = store::register::insert(&tx, &search).await?;
    let act = Act::new("search.recorded", search.id.as_str()).detail("kind", request.kind.clone());
    tx.record(act.detail("authority", request.authority.clone()).state(store::register::TABLE, &body));
    if let Some(case) = &case {
        written_in(&mut tx, case, false).await?;
    }
    let response = RecordSearchResponse { search: Some(record::search(&search)) };
    let about = if search.case_id.is_empty() { search.id.as_str() } else { &search.case_id };
    tx.answer_about(about, &response).await?;
    tx.commit().await?;
    Ok(response)
}
