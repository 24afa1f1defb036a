//! Marks by what the adult of a case is compared with those of other schools. The answer is the same whether or not another
//! school has concerns: that is found afterwards, and no school is told.

use chassis::{
    caller::Caller,
    clock::london,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{MarkAdultRequest, MarkAdultResponse};
use time::Duration;
use tonic::Request;

use super::{
    convert,
    once::{About, once},
    work::{name, who},
};
use crate::{
    App,
    case::adult_mark::{AdultMark, written_alike},
    compare,
    rules::{ADULTS_A_DAY, ADULTS_WATCHED, NAME_MAX},
    store,
};

/// Seconds until it may be tried again, where somebody marked as many as they may.
const LATER_S: u64 = 3_600;

pub(super) async fn mark_adult(app: &App, request: Request<MarkAdultRequest>) -> Result<MarkAdultResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut v = Violations::new();
    v.maybe_line("name", &request.name, NAME_MAX);
    let said = [&request.name, &request.birth_date, &request.teacher_reference];
    let some = said.iter().any(|one| !one.trim().is_empty());
    v.check(some, "name", "Enter the name and the date of birth, or a teacher reference number");
    name(&mut v, "ring", "whom the designated officer rings", &request.ring);
    v.finish()?;
    let today = london(app.store.clock().now()).date();
    let alike = written_alike(&request.name, &request.birth_date, &request.teacher_reference, today)?;
    let about = |_: &MarkAdultResponse| About::Case(request.case_id.clone());
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let case = store::case::load(&tx, &request.case_id).await?;
    let subject = case.marks_adult()?;
    if store::case_mark::marked(&tx, &request.case_id, &alike).await? {
        return Err(Error::exists("name", "The case marks this adult by the same already"));
    }
    let since = tx.now() - Duration::DAY;
    // Their own: how many others at the school marked is told to the desk and to nobody here.
    if store::case_mark::marked_since(&tx, since, Some(scope.account_text())).await? >= ADULTS_A_DAY {
        return Err(Error::too_many_of(
            format!(
                "you marked {ADULTS_A_DAY} adults in 24 hours, as many as one person may: mark the next once the first of them is a day old"
            ),
            LATER_S,
        ));
    }
    let before = store::case_mark::marked_since(&tx, since, None).await?;
    let mark = AdultMark {
        id: tx.ids().next(),
        case_id: case.id.to_string(),
        name: request.name.trim().to_owned(),
        birth_date: request.birth_date.trim().to_owned(),
        teacher_reference: request.teacher_reference.trim().to_owned(),
        ring: request.ring.trim().to_owned(),
        stamp: who(&scope, tx.now()).stamp(),
        ended: None,
    };
    let body = store::case_mark::insert(&tx, &mark, &alike, subject).await?;
    let act = Act::new("case.marked", mark.id.as_str()).detail("ids", vec![case.id.as_str()]);
    tx.record(act.state("case_mark", &body));
    let response = MarkAdultResponse { mark: Some(convert::desk_pattern::mark(&mark)) };
    tx.answer_about(case.id.as_str(), &response).await?;
    tx.commit().await?;
    if before + 1 >= ADULTS_WATCHED {
        // The mark stands whether or not the desk could be told: the next one tells it.
        let marks = u32::try_from(before + 1).unwrap_or(u32::MAX);
        let told = compare::adult::tell_of_many(&app.store, &request.school_id, (&mark.stamp.by, marks)).await;
        if let Err(error) = told {
            tracing::warn!(%error, "the designated officer's desk could not be told of many marks");
        }
    }
    Ok(response)
}
