//! Lists, without saying what it is, what waits for the caller at a school and is announced to nobody. What somebody may know of is decided
//! as for every other reading, so that whoever something is kept from is told by no mail what no page tells them.

use chassis::{caller::Caller, db::Tx, error::Result};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{ListUnannouncedRequest, ListUnannouncedResponse},
};
use tonic::Request;

use crate::{
    App,
    concern::Concern,
    store::{self, concern::case_of, due::overdue_before},
    unannounced::{Marks, of_case, of_concern, of_rest},
};

pub(super) async fn list_unannounced(
    app: &App,
    request: Request<ListUnannouncedRequest>,
) -> Result<ListUnannouncedResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let (me, now) = (scope.account_text(), tx.now());
    let concerns = store::concern::unannounced(&tx).await?;
    let mut marks: Marks = concerns.iter().filter_map(|concern| of_concern(concern, me, now)).collect();
    let cases = store::case::unannounced(&tx).await?;
    let opened = store::looks::opened(&tx, &cases).await?;
    for case in &cases {
        marks.extend(of_case(case, me, opened.contains(case.id.as_str()), overdue_before(now)));
    }
    let added = store::concern::added_in_cases(&tx).await?;
    let ids: Vec<String> = added.iter().map(|concern| case_of(concern).to_owned()).collect();
    let theirs = store::case::readable_all(&tx, &ids).await?;
    let unsaid = |concern: &&Concern| theirs.get(case_of(concern)).is_some_and(|case| !case.announced());
    marks.extend(added.iter().filter(unsaid).filter_map(|concern| of_concern(concern, me, now)));
    if scope.may(Permission::CaseShare) {
        marks.extend(store::transfer::rests_to_send(&tx).await?.iter().map(|rest| of_rest(rest, now)));
    }
    let marks = sealed(&tx, &request.school_id, marks);
    // The gateway asks in somebody's name without their doing: it is no act of theirs, and nobody has looked at anything.
    tx.silent();
    tx.commit().await?;
    Ok(ListUnannouncedResponse { marks })
}

/// Marks as they leave: keyed hashes, another one for each account, in the order of the hashes.
pub(super) fn sealed(tx: &Tx, holder: &str, marks: Marks) -> Vec<String> {
    let me = tx.scope().account_text();
    let seal = |mark: String| hex::encode(tx.ring().token(holder, &format!("unannounced {me} {mark}")));
    let mut sealed: Vec<String> = marks.into_iter().map(seal).collect();
    sealed.sort_unstable();
    sealed
}
