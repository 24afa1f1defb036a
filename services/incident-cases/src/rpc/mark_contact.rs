//! Marks how somebody outside the schools is reached. The answer is the same whether or not another school knows the
//! contact: that is found afterwards, so that nobody learns anything by trying.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{MarkContactRequest, MarkContactResponse};
use time::Duration;
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    unnamed::{Said, unnamed_of},
    work::{name, one_of, who},
};
use crate::{
    App, compare,
    contact::{KINDS, MarkedContact, fix, written_alike},
    rules::{CONTACTS_A_DAY, CONTACTS_WATCHED},
    store,
};

/// Seconds until it may be tried again, where somebody marked as many as they may.
const LATER_S: u64 = 3_600;

pub(super) async fn mark_contact(app: &App, request: Request<MarkContactRequest>) -> Result<MarkContactResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let alike = read(&request)?;
    let about = |_: &MarkContactResponse| About::Case(request.case_id.clone());
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let case = store::case::load(&tx, &request.case_id).await?;
    let involvement = request.involvement_id.parse().map_err(|_| Error::missing())?;
    case.may_mark(&involvement)?;
    if store::contact::marked(&tx, &request.case_id, &alike).await? {
        return Err(Error::exists("value", "The case marks this contact already"));
    }
    // Another school and the authority read whom to ring once there is a match.
    let said = Said { texts: &[("ring", request.ring.as_str())], no_learner_meant: request.no_learner_meant };
    unnamed_of(&mut tx, std::slice::from_ref(&request.case_id), said, case.id.as_str()).await?;
    let since = tx.now() - Duration::DAY;
    // Their own: how many others at the school marked is told to the desk and to nobody here.
    if store::contact::marked_since(&tx, since, Some(scope.account_text())).await? >= CONTACTS_A_DAY {
        return Err(Error::too_many_of(
            format!(
                "you marked {CONTACTS_A_DAY} contacts in 24 hours, as many as one person may: mark the next once the first of them is a day old"
            ),
            LATER_S,
        ));
    }
    let before = store::contact::marked_since(&tx, since, None).await?;
    let contact = MarkedContact {
        id: tx.ids().next(),
        case_id: case.id.to_string(),
        involvement,
        kind: request.kind.clone(),
        platform: if request.kind == "handle" { request.platform.trim().to_owned() } else { String::new() },
        value: request.value.trim().to_owned(),
        ring: request.ring.trim().to_owned(),
        stamp: who(&scope, tx.now()).stamp(),
        ended: None,
    };
    let body = store::contact::insert(&tx, &contact, &alike).await?;
    let act = Act::new("contact.marked", contact.id.as_str()).detail("kind", contact.kind.clone());
    tx.record(act.detail("ids", vec![case.id.as_str()]).state("contact", &body));
    let response = MarkContactResponse { contact: Some(convert::contact::marked(&contact)) };
    tx.answer_about(case.id.as_str(), &response).await?;
    tx.commit().await?;
    if before + 1 >= CONTACTS_WATCHED {
        // The mark stands whether or not the desk could be told: the next one tells it.
        let marks = u32::try_from(before + 1).unwrap_or(u32::MAX);
        let told = compare::tell_of_many(&app.store, &request.school_id, (&contact.stamp.by, marks)).await;
        if let Err(error) = told {
            tracing::warn!(%error, "the safeguarding desk could not be told of many marked contacts");
        }
    }
    Ok(response)
}

/// The contact as equal ones are written.
fn read(request: &MarkContactRequest) -> Result<String> {
    let mut v = Violations::new();
    one_of(&mut v, "kind", &request.kind, KINDS);
    name(&mut v, "value", "the contact", &request.value);
    if request.kind == "handle" {
        name(&mut v, "platform", "where the handle is used", &request.platform);
    }
    name(&mut v, "ring", "whom another school rings", &request.ring);
    v.finish()?;
    written_alike(&request.kind, &request.platform, &request.value)
        .ok_or_else(|| Error::invalid("value", fix(&request.kind)))
}
