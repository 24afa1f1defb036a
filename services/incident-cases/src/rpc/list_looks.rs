//! Lists who has looked at a case, a concern or a learner.

use chassis::{
    caller::Caller,
    clock::timestamp,
    error::{Error, Result},
    history::{Act, looks},
    page::Page,
};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{ListLooksRequest, ListLooksResponse, Look},
};
use time::OffsetDateTime;
use tonic::Request;

use crate::{App, case::CaseId, concern::ConcernId, learner::LearnerId, store};

pub(super) async fn list_looks(app: &App, request: Request<ListLooksRequest>) -> Result<ListLooksResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let id = request.record_id.as_str();
    let mut tx = app.store.begin(&scope).await?;
    if id.parse::<CaseId>().is_ok() {
        store::case::load(&tx, id).await?;
    } else if id.parse::<ConcernId>().is_ok() {
        store::concern::load(&tx, id).await?;
    } else if id.parse::<LearnerId>().is_ok() {
        // The roll is read by its own permission.
        if !scope.may(Permission::LearnerRead) {
            return Err(Error::missing());
        }
        store::learner::load(&tx, id).await?;
    } else {
        return Err(Error::invalid("record_id", "Enter a case, a concern or a learner, such as cas_01k…"));
    }
    let (looks, next_page_token) = store::looks::list(&tx, id, &page).await?;
    tx.record(Act::new("looks.listed", id));
    tx.commit().await?;
    Ok(ListLooksResponse { looks: looks.into_iter().map(shown).collect(), next_page_token })
}

fn shown(look: looks::Look) -> Look {
    let detail: serde_json::Value = serde_json::from_str(&look.detail).unwrap_or_default();
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(look.time_us) * 1_000).ok();
    Look {
        account_id: look.actor,
        action: look.action,
        create_time: at.map(timestamp),
        restricted: detail["row_only"].as_bool().unwrap_or_default(),
    }
}
