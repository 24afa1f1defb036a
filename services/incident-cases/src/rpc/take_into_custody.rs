//! Records that a device was taken, and begins its chain.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{TakeIntoCustodyRequest, TakeIntoCustodyResponse};
use tonic::Request;

use super::{
    convert::record,
    once::{About, once},
    work::{maybe, name, one_of, who, words},
};
use crate::{
    App,
    custody::{Custody, GROUNDS, Link},
    rules::{CUSTODY_LATE_DAYS, NAME_MAX},
    store,
};

pub(super) async fn take_into_custody(
    app: &App,
    request: Request<TakeIntoCustodyRequest>,
) -> Result<TakeIntoCustodyResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    name(&mut v, "item", "what was taken", &request.item);
    name(&mut v, "owner", "whose it is", &request.owner);
    one_of(&mut v, "ground", &request.ground, &GROUNDS);
    words(&mut v, "reason", "why it was taken", &request.reason);
    name(&mut v, "place", "where it is kept", &request.place);
    maybe(&mut v, "present", &request.present);
    v.maybe_line("taken_by", &request.taken_by, NAME_MAX);
    let now = app.store.clock().now();
    let taken_at = v.happened("take_time", request.take_time.as_ref(), now);
    let late = taken_at.is_some_and(|at| at < now - time::Duration::days(CUSTODY_LATE_DAYS));
    v.check(!late, "take_time", "Enter when it was taken: no more than a year ago");
    v.finish()?;
    let mut tx =
        match once(app, &scope, &request.request_id, &request, |_| About::Case(request.case_id.clone())).await? {
            Once::Fresh(tx) => tx,
            Once::Answered(answer) => return Ok(answer),
        };
    let by = who(&scope, tx.now());
    let text = |value: &str| value.trim().to_owned();
    let mut custody = Custody {
        id: tx.ids().next(),
        school_id: request.school_id.clone(),
        case_id: request.case_id.clone(),
        item: text(&request.item),
        owner: text(&request.owner),
        ground: request.ground.clone(),
        reason: text(&request.reason),
        links: Vec::new(),
        version: 1,
    };
    let mut case = match request.case_id.as_str() {
        "" => {
            store::access::outside(&tx)?;
            None
        }
        id => Some(store::case::load(&tx, id).await?),
    };
    let link = Link {
        kind: "taken".to_owned(),
        place: text(&request.place),
        person: text(&request.owner),
        present: text(&request.present),
        note: String::new(),
        taken_by: text(&request.taken_by),
        corrects: None,
        at: taken_at.unwrap_or(by.at),
        stamp: by.stamp(),
        digest: String::new(),
    };
    custody.add(case.as_ref(), link)?;
    if let Some(case) = &mut case {
        case.take(by, custody.id.as_str())?;
        let body = store::case::update(&tx, case).await?;
        tx.record(Act::new("case.device_taken", case.id.as_str()).state("case_file", &body));
    }
    let body = store::register::insert(&tx, &custody).await?;
    let act = Act::new("custody.taken", custody.id.as_str()).detail("ground", request.ground.clone());
    tx.record(act.state(store::register::TABLE, &body));
    let response = TakeIntoCustodyResponse { entry: Some(record::custody(&custody)) };
    let about = if custody.case_id.is_empty() { custody.id.as_str() } else { &custody.case_id };
    tx.answer_about(about, &response).await?;
    tx.commit().await?;
    Ok(response)
}
