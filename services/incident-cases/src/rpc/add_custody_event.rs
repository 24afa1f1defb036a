//! Adds a link to the chain of a device held.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{AddCustodyEventRequest, AddCustodyEventResponse};
use tonic::Request;

use super::{
    convert::record,
    once::{About, once},
    work::{maybe, name, one_of, who, words},
};
use crate::{
    App,
    custody::{CORRECTED, CustodyId, Disclosure, KINDS, Link, PUT_IN_CASE},
    store,
};

pub(super) async fn add_custody_event(
    app: &App,
    request: Request<AddCustodyEventRequest>,
) -> Result<AddCustodyEventResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    one_of(&mut v, "kind", &request.kind, &KINDS);
    let joins = request.kind == PUT_IN_CASE;
    v.check(request.case_id.is_empty() != joins, "case_id", "Enter the case a device is put into, and only then");
    let corrects = request.kind == CORRECTED;
    v.check(
        corrects == (request.corrects > 0),
        "corrects",
        "Enter the number of the link that is corrected, and only then",
    );
    v.check(!corrects || request.event_time.is_none(), "event_time", "Leave it out: a mistake is corrected now");
    match request.kind.as_str() {
        PUT_IN_CASE => {}
        CORRECTED => words(&mut v, "note", "what was wrong", &request.note),
        "moved" | "returned_by_police" => name(&mut v, "place", "where it is from then on", &request.place),
        _ => name(&mut v, "person", "to whom it was given, or who examined it", &request.person),
    }
    maybe(&mut v, "present", &request.present);
    maybe(&mut v, "note", &request.note);
    let happened = v.happened("event_time", request.event_time.as_ref(), app.store.clock().now());
    v.finish()?;
    let id: CustodyId = request.custody_id.parse().map_err(|_| Error::missing())?;
    let mut tx =
        match once(app, &scope, &request.request_id, &request, |_| About::Custody(request.custody_id.clone())).await? {
            Once::Fresh(tx) => tx,
            Once::Answered(answer) => return Ok(answer),
        };
    let by = who(&scope, tx.now());
    let text = |value: &str| value.trim().to_owned();
    let mut custody = store::register::load_custody(&tx, id.as_str()).await?;
    let mut case = match custody.case_id.as_str() {
        "" => {
            store::access::outside(&tx)?;
            if joins { Some(store::case::load(&tx, &request.case_id).await?) } else { None }
        }
        id => {
            // Whoever may not know of the case that a device is in is told nothing of the device.
            let held_in = store::case::load(&tx, id).await?;
            Some(if joins { store::case::load(&tx, &request.case_id).await? } else { held_in })
        }
    };
    let link = Link {
        kind: request.kind.clone(),
        place: text(&request.place),
        person: text(&request.person),
        present: text(&request.present),
        note: text(&request.note),
        at: happened.unwrap_or(by.at),
        stamp: by.stamp(),
        digest: String::new(),
        taken_by: String::new(),
        corrects: (request.kind == CORRECTED).then_some(request.corrects),
    };
    match &mut case {
        Some(case) if joins => {
            custody.put_into(case, link)?;
            case.take(by, custody.id.as_str())?;
        }
        case => custody.add(case.as_ref(), link)?,
    }
    if let Some(case) = &mut case {
        case.note_held(custody.id.as_str(), custody.state() == "held");
        let body = store::case::update(&tx, case).await?;
        tx.record(Act::new("case.device_noted", case.id.as_str()).state("case_file", &body));
    }
    let body = store::register::update(&tx, &mut custody).await?;
    let act = Act::new("custody.added", custody.id.as_str()).detail("kind", request.kind.clone());
    tx.record(act.state(store::register::TABLE, &body));
    let mistaken = custody.links.last().and_then(|link| custody.corrected(link));
    let never = corrects && mistaken.is_some_and(|link| link.kind == "handed_to_police");
    if (never || request.kind == "handed_to_police") && !custody.case_id.is_empty() {
        let recipient = if never { mistaken.map(|link| link.person.clone()) } else { Some(text(&request.person)) };
        let told = Disclosure {
            id: tx.ids().next(),
            item: String::new(),
            involvement: String::new(),
            school_id: custody.school_id.clone(),
            case_id: custody.case_id.clone(),
            recipient_kind: "police".to_owned(),
            recipient: recipient.unwrap_or_default(),
            // What was recorded of it stays: the correction says that it was not so.
            shared: !never,
            what: format!("The device itself: {}", custody.item),
            basis: "safeguarding".to_owned(),
            reason: if never { text(&request.note) } else { custody.reason.clone() },
            stamp: by.stamp(),
        };
        store::register::keep_disclosure(&mut tx, &told).await?;
    }
    let response = AddCustodyEventResponse { entry: Some(record::custody(&custody)) };
    let about = if custody.case_id.is_empty() { custody.id.as_str() } else { &custody.case_id };
    tx.answer_about(about, &response).await?;
    tx.commit().await?;
    Ok(response)
}
