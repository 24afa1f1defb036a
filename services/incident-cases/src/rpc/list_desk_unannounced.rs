//! Lists, without saying what it is, what waits for the caller at a desk and is announced to nobody.

use chassis::{
    caller::Caller,
    desk::Desk,
    error::{Error, Result},
};
use proto::incident_cases::v1::{ListDeskUnannouncedRequest, ListDeskUnannouncedResponse};
use tonic::Request;

use super::{list_unannounced::sealed, list_unheld_concerns::unheld};
use crate::{
    App, store,
    unannounced::{Marks, of_allegation, of_referral},
};

pub(super) async fn list_desk_unannounced(
    app: &App,
    request: Request<ListDeskUnannouncedRequest>,
) -> Result<ListDeskUnannouncedResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let desk = scope.desk().ok_or_else(Error::missing)?;
    let unheld = unheld(app, desk).await?;
    let mut tx = app.store.begin(&scope).await?;
    let now = tx.now();
    let referrals = store::desk_referral::unannounced(&tx).await?;
    let mut marks: Marks = referrals.iter().filter_map(|held| of_referral(held, now)).collect();
    if desk == Desk::Lado {
        let allegations = store::allegation::overdue(&tx).await?;
        marks.extend(allegations.iter().filter_map(|one| of_allegation(one, now)));
    }
    marks.extend(unheld.iter().map(|one| format!("{} unheld", one.id)));
    let marks = sealed(&tx, &desk.holder(), marks);
    tx.silent();
    tx.commit().await?;
    Ok(ListDeskUnannouncedResponse { marks })
}
